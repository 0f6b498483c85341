/* SPDX-License-Identifier: MIT */
/* boot0's extension, docs/reference/extension.md: vendor requests, the command in wIndex. */
#include "bootloader.h"

#include <core/array.h>
#include <core/bytes.h>
#include <core/crc32.h>

enum {
    HASH_STEP = 2048, /* bytes per step, between which the bus is served */
};

static void reply_stall(struct b0_bootloader *b, struct b0_usb *usb)
{
    b->waiting = NULL;
    b0_usb_control_stall(usb);
}

static void reply_done(struct b0_bootloader *b, struct b0_usb *usb)
{
    b->waiting = NULL;
    b0_usb_control_done(usb);
}

/* ---- information ---- */

void b0_vendor_info(const struct b0_bootloader *b, uint8_t bytes[B0_EXTENSION_INFO_SIZE])
{
    struct b0_extension_info info = b->info;
    struct b0_journal journal;

    b0_queue_read_journal(&b->queue, &journal);
    info.journal_state = journal.state;
    info.journal_free = (uint16_t)(journal.slots - journal.next);
    if (journal.has_complete) {
        info.program_length = journal.complete.length;
        for (size_t i = 0; i < B0_SHA256_SIZE; i++)
            info.program_digest[i] = journal.complete.digest[i];
    }
    b0_extension_info_store(&info, bytes);
}

static void info_when_idle(struct b0_bootloader *b, struct b0_usb *usb)
{
    if (!b0_queue_idle(&b->queue))
        return;
    b->waiting = NULL;
    b0_vendor_info(b, b->answer);
    b0_usb_control_send(usb, b->answer, B0_EXTENSION_INFO_SIZE);
}

static void get_info(struct b0_bootloader *b, struct b0_usb *usb, const struct boot0_setup *setup)
{
    (void)setup;
    b0_wait(b, usb, info_when_idle);
}

/* ---- digests and checksums ---- */

/* Any part of the flash can be read, including the bootloader. */
static bool is_readable(const struct b0_bootloader *b, const uint8_t range[B0_EXTENSION_RANGE_SIZE])
{
    uint32_t address = b0_load32(range);
    uint32_t length = b0_load32(range + 4);

    return length > 0 && address >= B0_FLASH_BASE && address <= b->flash_end &&
           length <= b->flash_end - address;
}

static void set_ranges(struct b0_bootloader *b, struct b0_usb *usb, const struct boot0_setup *setup)
{
    b->range_count = 0;
    if (setup->wLength == 0 || setup->wLength > sizeof b->ranges ||
        setup->wLength % B0_EXTENSION_RANGE_SIZE != 0)
        b0_usb_control_stall(usb);
    else
        b0_usb_control_receive(usb, b->ranges);
}

void b0_vendor_received(struct b0_bootloader *b, struct b0_usb *usb,
                        const struct boot0_setup *setup)
{
    uint8_t count = (uint8_t)(setup->wLength / B0_EXTENSION_RANGE_SIZE);

    for (size_t i = 0; i < count; i++) {
        if (!is_readable(b, b->ranges + i * B0_EXTENSION_RANGE_SIZE)) {
            b0_usb_control_stall(usb);
            return;
        }
    }
    b->range_count = count;
    b0_usb_control_done(usb);
}

static void begin_range(struct b0_bootloader *b)
{
    const uint8_t *range = b->ranges + (size_t)b->range * B0_EXTENSION_RANGE_SIZE;

    b0_sha256_begin(&b->sha);
    b->crc = B0_CRC32_START;
    b->hash_at = b0_load32(range);
    b->hash_end = b->hash_at + b0_load32(range + 4);
}

static void add_to_range(struct b0_bootloader *b, const uint8_t *data, uint32_t size)
{
    if (b->by_checksum)
        b->crc = b0_crc32(b->crc, data, size);
    else
        b0_sha256_add(&b->sha, data, size);
}

/* Stores the answer for one range. Returns the total length so far. */
static size_t end_range(struct b0_bootloader *b)
{
    size_t range = b->range++;

    if (b->by_checksum) {
        b0_store32(b->digests + range * B0_EXTENSION_CHECKSUM_SIZE, b->crc);
        return (range + 1) * B0_EXTENSION_CHECKSUM_SIZE;
    }
    b0_sha256_end(&b->sha, b->digests + range * B0_SHA256_SIZE);
    return (range + 1) * B0_SHA256_SIZE;
}

static void digests_when_idle(struct b0_bootloader *b, struct b0_usb *usb)
{
    uint32_t left = b->hash_end - b->hash_at;
    uint32_t size = left < HASH_STEP ? left : HASH_STEP;
    size_t length;

    if (!b0_queue_idle(&b->queue))
        return;
    add_to_range(b, b->flash.ops->contents(b->flash.context, b->hash_at), size);
    b->hash_at += size;
    if (b->hash_at < b->hash_end)
        return;
    length = end_range(b);
    if (b->range < b->range_count) {
        begin_range(b);
        return;
    }
    b->waiting = NULL;
    b0_usb_control_send(usb, b->digests, length);
}

static void get_digests(struct b0_bootloader *b, struct b0_usb *usb,
                        const struct boot0_setup *setup)
{
    if (b->range_count == 0) {
        b0_usb_control_stall(usb);
        return;
    }
    b->by_checksum = setup->wIndex == B0_EXTENSION_GET_CHECKSUMS;
    b->range = 0;
    begin_range(b);
    b0_wait(b, usb, digests_when_idle);
}

/* ---- sessions ---- */

static void begin_session(struct b0_bootloader *b, struct b0_usb *usb,
                          const struct boot0_setup *setup)
{
    (void)setup;
    b->tracker.ends_by = B0_ENDS_BY_SESSION;
    b0_usb_control_done(usb);
}

static uint8_t journal_state(const struct b0_bootloader *b)
{
    struct b0_journal journal;

    b0_queue_read_journal(&b->queue, &journal);
    return journal.state;
}

/* The record is not written without a vector table that a reset can use. */
static void end_when_done(struct b0_bootloader *b, struct b0_usb *usb)
{
    if (!b0_dfu_all_done(b))
        return;
    if (journal_state(b) == B0_JOURNAL_BEGUN) {
        b0_tracker_event(&b->tracker, B0_TRACKER_FAILED);
        reply_stall(b, usb);
        return;
    }
    b->tracker.ends_by = B0_ENDS_BY_ABORT;
    reply_done(b, usb);
}

/*
 * True if a change was requested but the journal has no record of it, because it could not be
 * written or was erased. The journal then does not describe the flash.
 */
static bool is_unannounced(const struct b0_bootloader *b)
{
    return b->kind->has_journal && b->tracker.state != B0_TRACKER_WHOLE &&
           journal_state(b) != B0_JOURNAL_BEGUN;
}

static void end_when_idle(struct b0_bootloader *b, struct b0_usb *usb)
{
    if (!b0_queue_idle(&b->queue))
        return;
    if (is_unannounced(b)) {
        reply_stall(b, usb);
        return;
    }
    /*
     * The host takes responsibility for the whole program, including parts left by an earlier
     * session.
     */
    b->ending = true;
    b0_wait(b, usb, end_when_done);
}

static void end_session(struct b0_bootloader *b, struct b0_usb *usb,
                        const struct boot0_setup *setup)
{
    (void)setup;
    if (b->status != BOOT0_DFU_STATUS_OK)
        b0_usb_control_stall(usb);
    else
        b0_wait(b, usb, end_when_idle);
}

/* ---- commands ---- */

static void done_when_idle(struct b0_bootloader *b, struct b0_usb *usb)
{
    if (b0_queue_idle(&b->queue))
        reply_done(b, usb);
}

static void reset(struct b0_bootloader *b, struct b0_usb *usb, const struct boot0_setup *setup)
{
    static const uint8_t exits[] = {
        [B0_EXTENSION_TO_PROGRAM] = B0_EXIT_PROGRAM,
        [B0_EXTENSION_TO_BOOTLOADER] = B0_EXIT_BOOTLOADER,
        [B0_EXTENSION_TO_ROM] = B0_EXIT_ROM,
    };

    if (setup->wValue >= B0_LENGTH(exits)) {
        b0_usb_control_stall(usb);
        return;
    }
    b->exit_asked = exits[setup->wValue];
    b->program = b0_bootloader_start(b);
    b0_wait(b, usb, done_when_idle);
}

static void erase_journal(struct b0_bootloader *b, struct b0_usb *usb,
                          const struct boot0_setup *setup)
{
    (void)setup;
    b0_queue_erase_journal(&b->queue);
    b0_tracker_event(&b->tracker, B0_TRACKER_BROKEN_OFF);
    b0_wait(b, usb, done_when_idle);
}

/* Option bytes are written when the host is gone; this checks now whether they can be. */
static void protect_when_idle(struct b0_bootloader *b, struct b0_usb *usb)
{
    if (!b0_queue_idle(&b->queue))
        return;
    if (b->flash.ops->state(b->flash.context) != B0_FLASH_STARVED) {
        reply_done(b, usb);
        return;
    }
    b->info.flags |= B0_INFO_STARVED;
    b->exit_asked = B0_EXIT_NONE;
    reply_stall(b, usb);
}

static void protect(struct b0_bootloader *b, struct b0_usb *usb, const struct boot0_setup *setup)
{
    static const uint8_t exits[] = {
        [B0_EXTENSION_UNPROTECT] = B0_EXIT_UNPROTECT,
        [B0_EXTENSION_PROTECT_BOOTLOADER] = B0_EXIT_PROTECT,
    };
    bool is_brownout = setup->wValue >> 2 == B0_EXTENSION_BROWNOUT >> 2;

    /* The RAM loader does not survive the reset that loads option bytes. */
    if (!b->kind->has_journal || (!is_brownout && setup->wValue >= B0_LENGTH(exits))) {
        b0_usb_control_stall(usb);
        return;
    }
    b->brownout = setup->wValue & 3;
    b->exit_asked = is_brownout ? (uint8_t)B0_EXIT_BROWNOUT : exits[setup->wValue];
    b0_wait(b, usb, protect_when_idle);
}

static const struct {
    bool in;
    void (*answer)(struct b0_bootloader *b, struct b0_usb *usb, const struct boot0_setup *setup);
} commands[] = {
    [B0_EXTENSION_GET_INFO] = {true, get_info},
    [B0_EXTENSION_SET_RANGES] = {false, set_ranges},
    [B0_EXTENSION_GET_DIGESTS] = {true, get_digests},
    [B0_EXTENSION_BEGIN_SESSION] = {false, begin_session},
    [B0_EXTENSION_END_SESSION] = {false, end_session},
    [B0_EXTENSION_RESET] = {false, reset},
    [B0_EXTENSION_ERASE_JOURNAL] = {false, erase_journal},
    [B0_EXTENSION_PROTECT] = {false, protect},
    [B0_EXTENSION_GET_CHECKSUMS] = {true, get_digests},
};

bool b0_vendor_control(struct b0_bootloader *b, struct b0_usb *usb, const struct boot0_setup *setup)
{
    bool in = (setup->bmRequestType & BOOT0_USB_DIR_IN) != 0;

    if ((setup->bmRequestType & BOOT0_USB_RECIPIENT_MASK) != BOOT0_USB_RECIPIENT_DEVICE ||
        setup->bRequest != B0_EXTENSION_VENDOR_CODE || setup->wIndex >= B0_LENGTH(commands) ||
        !commands[setup->wIndex].answer || commands[setup->wIndex].in != in)
        return false;
    commands[setup->wIndex].answer(b, usb, setup);
    return true;
}
