/* SPDX-License-Identifier: MIT */
/*
 * DFU 1.1 with ST's commands (AN3156), using the state table of core/dfu_device.c. Differences from
 * the ROM: a block goes into the queue, and a request waits for the flash only if there is no room;
 * an error is reported with the next answer after it occurred.
 *
 * Some customs of the ROM are kept because tools rely on them. After a DNLOAD the first GETSTATUS
 * reports dfuDNBUSY, even if there is room (otherwise dfu-util gives up, after data also pydfu.py).
 * The second one reports completion, however early it comes (pydfu.py does not wait). Leaving is
 * also allowed in dfuIDLE (AN2662, figure 55).
 */
#include "bootloader.h"

#include <core/bytes.h>

enum {
    /*
     * Work that may be queued when a host is told to continue: a request that needs all of it done
     * waits at most this long. fwupd gives up after 1.5 s.
     */
    QUEUED_US_MAX = 1100000,
    /* Maximum delay of a GETSTATUS: webdfu on node gives up after 1 s. */
    HELD_US_MAX = 500000,
};

uint8_t b0_dfu_state(const struct b0_bootloader *b)
{
    return b->status == BOOT0_DFU_STATUS_OK ? b->ok_state : (uint8_t)BOOT0_DFU_STATE_ERROR;
}

void b0_dfu_restart(struct b0_bootloader *b, uint8_t alternate)
{
    b0_tracker_new_host(&b->tracker);
    if (b->ok_state != BOOT0_DFU_STATE_DNLOAD_IDLE)
        b->ok_state = BOOT0_DFU_STATE_IDLE;
    b->waiting = NULL;
    b->alternate = alternate;
    b->pointer = alternate == B0_ALTERNATE_INFO ? B0_INFO_ADDRESS : b0_bootloader_start(b);
}

/* Keeps the first error: errors that follow from it would hide it. */
static void set_error(struct b0_bootloader *b, uint8_t status, enum b0_tracker_event event)
{
    if (b->status == BOOT0_DFU_STATUS_OK)
        b->status = status;
    b0_tracker_event(&b->tracker, event);
}

void b0_dfu_fail(struct b0_bootloader *b, uint8_t status)
{
    set_error(b, status, B0_TRACKER_FAILED);
}

static void refuse(struct b0_bootloader *b, struct b0_usb *usb, uint8_t status)
{
    b->waiting = NULL;
    set_error(b, status, B0_TRACKER_BROKEN_OFF);
    b0_usb_control_stall(usb);
}

/* ---- data of a DNLOAD ---- */

/* True if the host may write [address, address + size). */
static bool is_writable(const struct b0_bootloader *b, uint32_t address, uint32_t size)
{
    return address >= b0_bootloader_start(b) && address <= b->flash_end &&
           size <= b->flash_end - address;
}

/*
 * True for the start of a program linked for another address, which the bootloader would not start.
 */
static bool is_misplaced(const struct b0_bootloader *b, uint32_t address, const uint8_t *data,
                         uint16_t size)
{
    return b->kind->has_journal && address == B0_PROGRAM_BASE && size >= 8 &&
           b0_load32(data + 4) != UINT32_MAX &&
           !b0_reset_vector_sane(b0_load32(data + 4), b->flash_end);
}

static uint8_t take_block(struct b0_bootloader *b, uint16_t block, uint16_t size)
{
    const uint8_t *data = b0_queue_room(&b->queue);
    uint64_t address = b->pointer + (uint64_t)(block - BOOT0_DFUSE_BLOCK_FIRST) * B0_BLOCK_SIZE;

    if (b->alternate != B0_ALTERNATE_FLASH)
        return BOOT0_DFU_STATUS_ERR_WRITE;
    if (address > UINT32_MAX || !is_writable(b, (uint32_t)address, size) ||
        is_misplaced(b, (uint32_t)address, data, size))
        return BOOT0_DFU_STATUS_ERR_ADDRESS;
    b0_tracker_write(&b->tracker, (uint32_t)address, size);
    b0_queue_program(&b->queue, (uint32_t)address, size);
    return BOOT0_DFU_STATUS_OK;
}

/* Also accepts the bootloader's own sectors, because hosts leave from 0x08000000. No other
 * operation works there. */
static bool is_pointer(const struct b0_bootloader *b, uint32_t address)
{
    return b->alternate == B0_ALTERNATE_INFO ? address - B0_INFO_ADDRESS < B0_EXTENSION_INFO_SIZE
                                             : address >= B0_FLASH_BASE && address < b->flash_end;
}

static uint8_t set_pointer(struct b0_bootloader *b, uint32_t address)
{
    if (!is_pointer(b, address))
        return BOOT0_DFU_STATUS_ERR_ADDRESS;
    b->pointer = address;
    return BOOT0_DFU_STATUS_OK;
}

static uint8_t erase_sector(struct b0_bootloader *b, uint32_t address)
{
    uint8_t sector = b0_sector_at(address);

    if (!is_writable(b, address, 1))
        return BOOT0_DFU_STATUS_ERR_ADDRESS;
    b0_tracker_erase(&b->tracker, sector, sector);
    b0_queue_erase(&b->queue, sector, sector);
    return BOOT0_DFU_STATUS_OK;
}

static uint8_t erase_all(struct b0_bootloader *b)
{
    b0_tracker_erase_all(&b->tracker);
    b0_queue_erase(&b->queue, b->kind->first_sector, b0_sector_at(b->flash_end - 1));
    return BOOT0_DFU_STATUS_OK;
}

static uint8_t take_command(struct b0_bootloader *b, uint16_t size)
{
    uint32_t address = b0_load32(b->command + 1);
    bool has_address = size == B0_COMMAND_MAX;

    if (b->command[0] == BOOT0_DFUSE_SET_ADDRESS && has_address)
        return set_pointer(b, address);
    if (b->command[0] != BOOT0_DFUSE_ERASE)
        return BOOT0_DFU_STATUS_ERR_STALLEDPKT;
    if (b->alternate != B0_ALTERNATE_FLASH)
        return BOOT0_DFU_STATUS_ERR_ERASE;
    return has_address ? erase_sector(b, address) : erase_all(b);
}

/*
 * All bytes of a DNLOAD have arrived. The next GETSTATUS reports their status. They are dropped if
 * the flash failed meanwhile.
 */
void b0_dfu_received(struct b0_bootloader *b, struct b0_usb *usb, const struct boot0_setup *setup)
{
    uint8_t status = b->status;

    if (status == BOOT0_DFU_STATUS_OK)
        status = setup->wValue == BOOT0_DFUSE_BLOCK_COMMAND
                     ? take_command(b, setup->wLength)
                     : take_block(b, setup->wValue, setup->wLength);
    if (status != BOOT0_DFU_STATUS_OK)
        set_error(b, status, B0_TRACKER_BROKEN_OFF);
    b->fresh = true;
    b->ok_state = BOOT0_DFU_STATE_DNLOAD_SYNC;
    b0_usb_control_done(usb);
}

/* ---- requests, by the actions of the state table ---- */

typedef void action(struct b0_bootloader *b, struct b0_usb *usb, const struct boot0_setup *setup,
                    uint8_t next);

static void do_stall(struct b0_bootloader *b, struct b0_usb *usb, const struct boot0_setup *setup,
                     uint8_t next)
{
    (void)setup;
    (void)next;
    refuse(b, usb, BOOT0_DFU_STATUS_ERR_STALLEDPKT);
}

bool b0_dfu_all_done(struct b0_bootloader *b)
{
    if (!b0_queue_idle(&b->queue))
        return false;
    if (!b->ending)
        return true;
    b->ending = false;
    b0_queue_complete_update(&b->queue);
    b0_tracker_event(&b->tracker, B0_TRACKER_COMPLETED);
    return false;
}

/* For the end of an update: reports the next state when all data is in flash. */
static void next_when_done(struct b0_bootloader *b, struct b0_usb *usb)
{
    if (!b0_dfu_all_done(b))
        return;
    b->waiting = NULL;
    b->ok_state = b->next_state;
    b0_usb_control_done(usb);
}

static void end_update(struct b0_bootloader *b, struct b0_usb *usb, bool completes, uint8_t next)
{
    b->next_state = next;
    b->ending = completes;
    b0_wait(b, usb, next_when_done);
}

static void receive_when_room(struct b0_bootloader *b, struct b0_usb *usb)
{
    uint8_t *block = b0_queue_room(&b->queue);

    if (!block)
        return;
    b->waiting = NULL;
    b0_usb_control_receive(
        usb, b0_usb_control_pending(usb)->wValue == BOOT0_DFUSE_BLOCK_COMMAND ? b->command : block);
}

static void do_dnload(struct b0_bootloader *b, struct b0_usb *usb, const struct boot0_setup *setup,
                      uint8_t next)
{
    bool is_command = setup->wValue == BOOT0_DFUSE_BLOCK_COMMAND;

    (void)next;
    b->program = b->pointer;
    if (setup->wLength == 0)
        end_update(b, usb, b0_tracker_leave_completes(&b->tracker), BOOT0_DFU_STATE_MANIFEST_SYNC);
    else if (setup->wLength > (is_command ? B0_COMMAND_MAX : B0_BLOCK_SIZE) ||
             (is_command && setup->wLength != 1 && setup->wLength != B0_COMMAND_MAX) ||
             (!is_command && setup->wValue < BOOT0_DFUSE_BLOCK_FIRST))
        refuse(b, usb, BOOT0_DFU_STATUS_ERR_STALLEDPKT);
    else
        b0_wait(b, usb, receive_when_room);
}

/* A short block is the last one: DFU 1.1, 6.2. */
static void upload(struct b0_bootloader *b, struct b0_usb *usb, const uint8_t *data, uint32_t size)
{
    b->ok_state =
        size < b0_usb_control_pending(usb)->wLength ? BOOT0_DFU_STATE_IDLE : b->next_state;
    b0_usb_control_send(usb, data, size);
}

static void upload_when_idle(struct b0_bootloader *b, struct b0_usb *usb)
{
    const struct boot0_setup *setup = b0_usb_control_pending(usb);
    uint64_t address =
        b->pointer + (uint64_t)(setup->wValue - BOOT0_DFUSE_BLOCK_FIRST) * B0_BLOCK_SIZE;
    bool is_info = b->alternate == B0_ALTERNATE_INFO;
    uint32_t end = is_info ? B0_INFO_ADDRESS + B0_EXTENSION_INFO_SIZE : b->flash_end;
    uint32_t size;

    if (!b0_queue_idle(&b->queue))
        return;
    b->waiting = NULL;
    if (address > end || (!is_info && address < b0_bootloader_start(b))) {
        refuse(b, usb, BOOT0_DFU_STATUS_ERR_ADDRESS);
        return;
    }
    size = end - (uint32_t)address < setup->wLength ? end - (uint32_t)address : setup->wLength;
    if (is_info) {
        b0_vendor_info(b, b->answer);
        upload(b, usb, b->answer + (address - B0_INFO_ADDRESS), size);
    } else {
        upload(b, usb, b->flash.ops->contents(b->flash.context, (uint32_t)address), size);
    }
}

static void do_upload(struct b0_bootloader *b, struct b0_usb *usb, const struct boot0_setup *setup,
                      uint8_t next)
{
    /* AN3156, 3.3; without 0x92, because there is no read protection to remove. */
    static const uint8_t commands[] = {BOOT0_DFUSE_GET_COMMANDS, BOOT0_DFUSE_SET_ADDRESS,
                                       BOOT0_DFUSE_ERASE};

    b->next_state = next;
    if (setup->wLength == 0 || setup->wLength > B0_BLOCK_SIZE ||
        (setup->wValue > BOOT0_DFUSE_BLOCK_COMMAND && setup->wValue < BOOT0_DFUSE_BLOCK_FIRST))
        refuse(b, usb, BOOT0_DFU_STATUS_ERR_STALLEDPKT);
    else if (setup->wValue == BOOT0_DFUSE_BLOCK_COMMAND)
        upload(b, usb, commands,
               setup->wLength < sizeof commands ? setup->wLength : sizeof commands);
    else
        b0_wait(b, usb, upload_when_idle);
}

static void answer_status(struct b0_bootloader *b, struct b0_usb *usb, uint32_t poll_ms)
{
    const struct b0_dfu_status status = {
        .status = b->status, .poll_timeout_ms = poll_ms, .state = b0_dfu_state(b)};

    b->due_us = b->queue.now_us + poll_ms * 1000;
    b0_tracker_told_to_wait(&b->tracker, poll_ms * 1000);
    b0_dfu_status_store(&status, b->answer);
    b0_usb_control_send(usb, b->answer, BOOT0_DFU_STATUS_SIZE);
}

static void do_status(struct b0_bootloader *b, struct b0_usb *usb, const struct boot0_setup *setup,
                      uint8_t next)
{
    (void)setup;
    (void)next; /* the request itself does not change the state */
    answer_status(b, usb, 0);
}

/* Returns how long the host should wait before it sends more. */
static uint32_t wait_ms(const struct b0_bootloader *b)
{
    uint32_t left_us = b0_queue_left_us(&b->queue);
    uint32_t room_us = b0_queue_room_us(&b->queue);
    uint32_t over_us = left_us > QUEUED_US_MAX ? left_us - QUEUED_US_MAX : 0;

    return ((over_us > room_us ? over_us : room_us) + 999) / 1000;
}

/*
 * A host that polls before its poll timeout is over must wait, as with the ROM. If this takes long,
 * there are two cases. A host that waited its time gets a further timeout (worn flash takes twice
 * the typical time). A host that did not never polls again and treats every state except
 * dfuDNLOAD-IDLE as a failure: it may continue until there is no room.
 */
static void status_when_room(struct b0_bootloader *b, struct b0_usb *usb)
{
    uint32_t left_ms = b->status == BOOT0_DFU_STATUS_OK ? wait_ms(b) : 0;

    if (left_ms > 0 && b->queue.now_us - b->asked_us < HELD_US_MAX)
        return;
    b->waiting = NULL;
    if (left_ms > 0 && !b->is_early) {
        b->ok_state = BOOT0_DFU_STATE_DNBUSY;
        answer_status(b, usb, left_ms);
        return;
    }
    b->ok_state = b->next_state;
    b0_tracker_told_idle(&b->tracker);
    answer_status(b, usb, 0);
}

static void do_sync(struct b0_bootloader *b, struct b0_usb *usb, const struct boot0_setup *setup,
                    uint8_t next)
{
    bool fresh = b->fresh;

    (void)setup;
    b->fresh = false;
    b->next_state = next;
    if (b->ok_state == BOOT0_DFU_STATE_MANIFEST_SYNC) {
        b->ok_state = BOOT0_DFU_STATE_MANIFEST;
        b->exit_asked = B0_EXIT_PROGRAM;
        answer_status(b, usb, 0);
    } else if (fresh) {
        b->ok_state = BOOT0_DFU_STATE_DNBUSY;
        answer_status(b, usb, wait_ms(b));
    } else {
        b->asked_us = b->queue.now_us;
        b->is_early = (int32_t)(b->asked_us - b->due_us) < 0;
        b0_wait(b, usb, status_when_room);
    }
}

static void do_state(struct b0_bootloader *b, struct b0_usb *usb, const struct boot0_setup *setup,
                     uint8_t next)
{
    (void)setup;
    (void)next;
    b->answer[0] = b0_dfu_state(b);
    b0_usb_control_send(usb, b->answer, 1);
}

/* The only way out of dfuERROR. */
static void do_clear(struct b0_bootloader *b, struct b0_usb *usb, const struct boot0_setup *setup,
                     uint8_t next)
{
    (void)setup;
    b->ok_state = next;
    b->status = BOOT0_DFU_STATUS_OK;
    b0_usb_control_done(usb);
}

/*
 * Hosts that do not leave use ABORT when they are done. For others it is an abort, which need not
 * wait.
 */
static void do_abort(struct b0_bootloader *b, struct b0_usb *usb, const struct boot0_setup *setup,
                     uint8_t next)
{
    (void)setup;
    if (b0_tracker_abort_completes(&b->tracker)) {
        end_update(b, usb, true, next);
        return;
    }
    b->ok_state = next;
    b0_usb_control_done(usb);
}

static action *const actions[] = {
    [B0_DFU_DO_STALL] = do_stall,   [B0_DFU_DO_DETACH] = do_stall,  [B0_DFU_DO_DNLOAD] = do_dnload,
    [B0_DFU_DO_UPLOAD] = do_upload, [B0_DFU_DO_STATUS] = do_status, [B0_DFU_DO_SYNC] = do_sync,
    [B0_DFU_DO_STATE] = do_state,   [B0_DFU_DO_CLEAR] = do_clear,   [B0_DFU_DO_ABORT] = do_abort,
};

/* DFU 1.1, 3: each request has a fixed direction. */
static bool has_right_direction(const struct boot0_setup *setup)
{
    bool in = setup->bRequest == BOOT0_DFU_UPLOAD || setup->bRequest == BOOT0_DFU_GETSTATUS ||
              setup->bRequest == BOOT0_DFU_GETSTATE;

    return in == ((setup->bmRequestType & BOOT0_USB_DIR_IN) != 0);
}

bool b0_dfu_control(struct b0_bootloader *b, struct b0_usb *usb, const struct boot0_setup *setup)
{
    struct b0_dfu_rule rule;

    if ((setup->bmRequestType & BOOT0_USB_TYPE_MASK) != BOOT0_USB_TYPE_CLASS ||
        (setup->bmRequestType & BOOT0_USB_RECIPIENT_MASK) != BOOT0_USB_RECIPIENT_INTERFACE ||
        !has_right_direction(setup))
        return false;
    /* Early polling is harmless: the state is determined again. */
    if (b->ok_state == BOOT0_DFU_STATE_DNBUSY)
        b->ok_state = BOOT0_DFU_STATE_DNLOAD_SYNC;
    rule = b0_dfu_device_rule(b0_dfu_state(b), setup->bRequest);
    actions[rule.action](b, usb, setup, rule.next);
    return true;
}
