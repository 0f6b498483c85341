/* SPDX-License-Identifier: MIT */
#include "bootloader.h"

uint32_t b0_bootloader_start(const struct b0_bootloader *b)
{
    return b0_sector_address(b->kind->first_sector);
}

void b0_bootloader_init(struct b0_bootloader *b, const struct b0_bootloader_kind *kind,
                        const struct b0_bootloader_chip *chip, const struct b0_flash_port *flash,
                        const struct b0_extension_info *info, uint8_t (*blocks)[B0_BLOCK_SIZE],
                        uint8_t block_count)
{
    struct b0_journal journal;

    *b = (struct b0_bootloader){
        .kind = kind,
        .chip = chip,
        .flash = *flash,
        .flash_end = B0_FLASH_BASE + info->flash_kib * 1024u,
        .info = *info,
    };
    b->info.protocol_version = B0_EXTENSION_VERSION;
    b->info.program_start = b0_bootloader_start(b);
    b->info.buffer_bytes = (uint32_t)block_count * B0_BLOCK_SIZE;
    b0_queue_init(&b->queue, &b->flash, b->flash_end, kind->has_journal ? &chip->ram : NULL, blocks,
                  block_count);
    b0_queue_read_journal(&b->queue, &journal);
    b0_tracker_init(&b->tracker, journal.state == B0_JOURNAL_BEGUN);
    b0_dfu_restart(b, B0_ALTERNATE_FLASH);
}

/* GETSTATUS is never refused: DFU 1.1, 6.1.2. */
static bool is_getstatus(const struct boot0_setup *setup)
{
    return setup->bRequest == BOOT0_DFU_GETSTATUS &&
           (setup->bmRequestType & BOOT0_USB_TYPE_MASK) == BOOT0_USB_TYPE_CLASS;
}

static bool control(void *context, struct b0_usb *usb, const struct boot0_setup *setup)
{
    struct b0_bootloader *b = context;

    b->exit_asked = B0_EXIT_NONE;
    b0_tracker_request(&b->tracker, b->queue.now_us, is_getstatus(setup));
    if ((setup->bmRequestType & BOOT0_USB_TYPE_MASK) == BOOT0_USB_TYPE_VENDOR)
        return b0_vendor_control(b, usb, setup);
    return b0_dfu_control(b, usb, setup);
}

static void stage(void *context, struct b0_usb *usb, const struct boot0_setup *setup,
                  enum b0_usb_stage stage)
{
    struct b0_bootloader *b = context;

    b0_tracker_heard(&b->tracker, b->queue.now_us);
    if (stage == B0_USB_RECEIVED) {
        if ((setup->bmRequestType & BOOT0_USB_TYPE_MASK) == BOOT0_USB_TYPE_VENDOR)
            b0_vendor_received(b, usb, setup);
        else
            b0_dfu_received(b, usb, setup);
        return;
    }
    b->waiting = NULL;
    b->ending = false;
    /* Also if the host did not wait for the end of the request: it got all relevant data. */
    b->exit = b->exit_asked;
}

static void event(void *context, struct b0_usb *usb, enum b0_usb_event event, uint8_t interface,
                  uint8_t value)
{
    struct b0_bootloader *b = context;

    (void)usb;
    (void)interface;
    /* Some hosts start the program and do not ask for the result, as in DFU 1.1, A.2.9. */
    if (event == B0_USB_RESET && b0_dfu_state(b) == BOOT0_DFU_STATE_MANIFEST_SYNC)
        b->exit = B0_EXIT_PROGRAM;
    else if (event == B0_USB_RESET || event == B0_USB_CONFIGURED)
        b0_dfu_restart(b, B0_ALTERNATE_FLASH);
    else if (event == B0_USB_ALTERNATE)
        b0_dfu_restart(b, value);
    else if (event == B0_USB_SUSPENDED)
        b0_tracker_silence(&b->tracker);
}

static const struct b0_usb_handlers handlers = {
    .control = control,
    .stage = stage,
    .event = event,
};

void b0_bootloader_describe(struct b0_bootloader *b, struct b0_usb_function *function,
                            struct b0_usb_device *device)
{
    *function = (struct b0_usb_function){
        .interface_count = 1,
        .handlers = &handlers,
        .context = b,
    };
    *device = b0_bootloader_descriptors;
    device->functions = function;
    device->function_count = 1;
    device->string = b0_bootloader_string;
    device->string_context = b;
}

void b0_wait(struct b0_bootloader *b, struct b0_usb *usb,
             void (*ready)(struct b0_bootloader *b, struct b0_usb *usb))
{
    b->waiting = ready;
    ready(b, usb);
}

/* Handles a flash failure while a request waits. */
static void fail_waiting(struct b0_bootloader *b, struct b0_usb *usb,
                         const struct boot0_setup *setup)
{
    if (is_getstatus(setup))
        return;
    b->waiting = NULL;
    b->ending = false;
    b0_usb_control_stall(usb);
}

/* Retries the request that waits for the flash. */
static void try_again(struct b0_bootloader *b, struct b0_usb *usb, uint8_t failure)
{
    const struct boot0_setup *setup = b0_usb_control_pending(usb);

    b0_tracker_heard(&b->tracker, b->queue.now_us); /* the delay is not the host's */
    if (!setup)
        b->waiting = NULL;
    else if (failure != BOOT0_DFU_STATUS_OK)
        fail_waiting(b, usb, setup);
    if (b->waiting)
        b->waiting(b, usb);
}

bool b0_bootloader_step(struct b0_bootloader *b, struct b0_usb *usb, uint32_t now_us)
{
    bool has_worked = b0_queue_step(&b->queue, now_us);
    uint8_t failure = b0_queue_take_error(&b->queue);

    if (failure != BOOT0_DFU_STATUS_OK)
        b0_dfu_fail(b, failure);
    if (failure == BOOT0_DFU_STATUS_ERR_VENDOR)
        b->info.flags |= B0_INFO_STARVED;
    if (b->waiting)
        try_again(b, usb, failure);
    b0_tracker_tick(&b->tracker, now_us);
    /* A waiting request with nothing left to wait for does work of its own. */
    return has_worked || (b->waiting && b0_queue_idle(&b->queue));
}

bool b0_bootloader_busy(const struct b0_bootloader *b)
{
    return !b0_queue_idle(&b->queue);
}
