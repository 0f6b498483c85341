/* SPDX-License-Identifier: MIT */
/* The host side of boot0's extension: detection and requests. */
#include "extension.h"

#include <boot0/database.h>
#include <core/array.h>
#include <core/bytes.h>
#include <core/descriptors.h>
#include <stdio.h>
#include <string.h>

enum {
    BCD_USB_WITH_BOS = 0x0201, /* USB 2.0 ECN "Link Power Management"; USB 3.2, 9.6.1 */
    DESCRIPTOR_BOS = 15,
    BOS_HEADER_SIZE = 5,
    BOS_MAX = 512,
    /* The board answers when its flash is idle: at most a sector erase and a full buffer. */
    REQUEST_TIMEOUT_MS = 20000,
};

/* ---- requests ---- */

static enum boot0_xfer request(const struct boot0_transport *transport, uint8_t vendor_code,
                               uint8_t direction, enum b0_extension_command command, uint16_t value,
                               uint8_t *data, uint16_t length, size_t *actual)
{
    const struct boot0_setup setup = {
        .bmRequestType = direction | BOOT0_USB_TYPE_VENDOR | BOOT0_USB_RECIPIENT_DEVICE,
        .bRequest = vendor_code,
        .wValue = value,
        .wIndex = (uint16_t)command,
        .wLength = length,
    };

    *actual = 0;
    return transport->ops->control(transport->context, &setup, data, actual, REQUEST_TIMEOUT_MS);
}

static enum boot0_status fail(enum boot0_xfer result, const char *doing, struct boot0_error *error)
{
    switch (result) {
    case BOOT0_XFER_GONE:
        boot0_fail(error, BOOT0_E_GONE, "the board went away while %s", doing);
        boot0_hint(error, "Plug it in again: it was unplugged, reset, or lost power.");
        return boot0_advise(error, BOOT0_ADVICE_REPEAT, NULL);
    case BOOT0_XFER_TIMEOUT:
        boot0_fail(error, BOOT0_E_IO, "the board did not answer in time while %s", doing);
        return boot0_hint(error, "Press its reset button twice to restart the bootloader, and try "
                                 "again.");
    case BOOT0_XFER_STALL:
        boot0_fail(error, BOOT0_E_PROTOCOL, "the bootloader refused a command while %s", doing);
        boot0_hint(error, "Update the bootloader: it may be older than this library.");
        return boot0_advise(error, BOOT0_ADVICE_UPDATE_BOOTLOADER, NULL);
    default:
        boot0_fail(error, BOOT0_E_IO, "a transfer failed while %s", doing);
        return boot0_hint(error, "Try another cable, without a hub.");
    }
}

enum boot0_status b0_extension_order(const struct boot0_transport *transport,
                                     const struct boot0_bootloader *bootloader,
                                     enum b0_extension_command command, uint16_t value,
                                     const char *doing, struct boot0_error *error)
{
    size_t actual;
    enum boot0_xfer result =
        request(transport, bootloader->vendor_code, 0, command, value, NULL, 0, &actual);

    return result == BOOT0_XFER_OK ? BOOT0_OK : fail(result, doing, error);
}

/* Requests a digest or checksum of each range, `size` bytes each. */
static enum boot0_status summarize(const struct boot0_transport *transport,
                                   const struct boot0_bootloader *bootloader,
                                   const struct b0_extension_range *ranges, size_t count,
                                   enum b0_extension_command command, uint8_t *answers, size_t size,
                                   struct boot0_error *error)
{
    uint8_t bytes[B0_EXTENSION_RANGES_MAX * B0_EXTENSION_RANGE_SIZE];
    enum boot0_xfer result;
    size_t actual;

    if (count == 0 || count > B0_EXTENSION_RANGES_MAX)
        return boot0_fail(error, BOOT0_E_INTERNAL, "%zu ranges are too many for one request",
                          count);
    for (size_t i = 0; i < count; i++) {
        b0_store32(bytes + i * B0_EXTENSION_RANGE_SIZE, ranges[i].address);
        b0_store32(bytes + i * B0_EXTENSION_RANGE_SIZE + 4, ranges[i].length);
    }
    result = request(transport, bootloader->vendor_code, 0, B0_EXTENSION_SET_RANGES, 0, bytes,
                     (uint16_t)(count * B0_EXTENSION_RANGE_SIZE), &actual);
    if (result == BOOT0_XFER_OK)
        result = request(transport, bootloader->vendor_code, BOOT0_USB_DIR_IN, command, 0, answers,
                         (uint16_t)(count * size), &actual);
    if (result == BOOT0_XFER_OK && actual < count * size)
        result = BOOT0_XFER_ERROR;
    return result == BOOT0_XFER_OK ? BOOT0_OK : fail(result, "comparing digests", error);
}

enum boot0_status b0_extension_digests(const struct boot0_transport *transport,
                                       const struct boot0_bootloader *bootloader,
                                       const struct b0_extension_range *ranges, size_t count,
                                       uint8_t (*digests)[B0_SHA256_SIZE],
                                       struct boot0_error *error)
{
    return summarize(transport, bootloader, ranges, count, B0_EXTENSION_GET_DIGESTS, digests[0],
                     B0_SHA256_SIZE, error);
}

enum boot0_status b0_extension_checksums(const struct boot0_transport *transport,
                                         const struct boot0_bootloader *bootloader,
                                         const struct b0_extension_range *ranges, size_t count,
                                         uint32_t *checksums, struct boot0_error *error)
{
    uint8_t answers[B0_EXTENSION_RANGES_MAX][B0_EXTENSION_CHECKSUM_SIZE] = {{0}};
    enum boot0_status status =
        summarize(transport, bootloader, ranges, count, B0_EXTENSION_GET_CHECKSUMS, answers[0],
                  B0_EXTENSION_CHECKSUM_SIZE, error);

    for (size_t i = 0; i < count && status == BOOT0_OK; i++)
        checksums[i] = b0_load32(answers[i]);
    return status;
}

/* ---- detection ---- */

static size_t read_bos(const struct boot0_transport *transport, uint8_t *bos, size_t size)
{
    struct boot0_setup setup = {
        .bmRequestType = BOOT0_USB_DIR_IN | BOOT0_USB_TYPE_STANDARD | BOOT0_USB_RECIPIENT_DEVICE,
        .bRequest = BOOT0_USB_GET_DESCRIPTOR,
        .wValue = DESCRIPTOR_BOS << 8,
        .wLength = BOS_HEADER_SIZE,
    };
    size_t actual = 0;

    if (transport->ops->control(transport->context, &setup, bos, &actual,
                                B0_DESCRIPTOR_TIMEOUT_MS) != BOOT0_XFER_OK ||
        actual < BOS_HEADER_SIZE || bos[1] != DESCRIPTOR_BOS)
        return 0;
    setup.wLength = b0_load16(bos + 2) < size ? b0_load16(bos + 2) : (uint16_t)size;
    if (setup.wLength < BOS_HEADER_SIZE ||
        transport->ops->control(transport->context, &setup, bos, &actual,
                                B0_DESCRIPTOR_TIMEOUT_MS) != BOOT0_XFER_OK)
        return 0;
    return actual;
}

static const struct {
    uint8_t flag;
    const char *name;
} resets[] = {
    {B0_RESET_POWER, "power"},
    {B0_RESET_BROWN_OUT, "brown-out"},
    {B0_RESET_SOFTWARE, "software"},
    {B0_RESET_WATCHDOG, "watchdog"},
    {B0_RESET_WINDOW_WATCHDOG, "window watchdog"},
    {B0_RESET_LOW_POWER, "low power"},
    {B0_RESET_PIN, "pin"},
};

/* RM0090, 7.3.21: every reset also sets the pin flag, so it is significant only alone. */
static void name_resets(uint8_t flags, char *text, size_t size)
{
    size_t length = 0;

    text[0] = '\0';
    for (size_t i = 0; i < B0_LENGTH(resets) && length < size; i++)
        if ((flags & resets[i].flag) != 0 && (resets[i].flag != B0_RESET_PIN || length == 0))
            length += (size_t)snprintf(text + length, size - length, "%s%s", length ? ", " : "",
                                       resets[i].name);
}

static const char *entry_name(uint8_t entry)
{
    static const char *const names[B0_ENTRY_COUNT] = {
        [B0_ENTRY_UNKNOWN] = "unknown",         [B0_ENTRY_NO_PROGRAM] = "no-program",
        [B0_ENTRY_INTERRUPTED] = "interrupted", [B0_ENTRY_ASKED] = "asked",
        [B0_ENTRY_DOUBLE_TAP] = "double-tap",   [B0_ENTRY_BUTTON] = "button",
        [B0_ENTRY_LOADED] = "loaded",
    };

    return names[entry < B0_ENTRY_COUNT ? entry : B0_ENTRY_UNKNOWN];
}

static enum boot0_update update_of(uint8_t journal_state)
{
    switch (journal_state) {
    case B0_JOURNAL_EMPTY:
        return BOOT0_UPDATE_NONE;
    case B0_JOURNAL_COMPLETED:
        return BOOT0_UPDATE_COMPLETE;
    default:
        return BOOT0_UPDATE_BEGUN;
    }
}

static void take_info(const struct b0_extension_info *info, struct boot0_bootloader *to)
{
    to->present = true;
    to->protocol = info->protocol_version;
    memcpy(to->version, info->version, sizeof to->version);
    for (size_t i = 0; i < sizeof info->board && info->board[i]; i++)
        to->board[i] = info->board[i] > ' ' && info->board[i] < 0x7f ? info->board[i] : '?';
    to->device_id = info->device_id;
    to->revision_id = info->revision_id;
    memcpy(to->unique_id, info->unique_id, sizeof to->unique_id);
    to->flash_bytes = info->flash_kib * UINT32_C(1024);
    to->supply_mv = info->supply_mv;
    to->crystal_hz = info->crystal_hz;
    to->core_hz = info->core_hz;
    to->buffer_bytes = info->buffer_bytes;
    to->program_start = info->program_start;
    to->update = update_of(info->journal_state);
    to->program_length = info->program_length;
    memcpy(to->program_digest, info->program_digest, sizeof to->program_digest);
    to->journal_free = info->journal_free;
    to->interrupted =
        to->update == BOOT0_UPDATE_BEGUN &&
        (info->entry_reason == B0_ENTRY_INTERRUPTED || info->entry_reason == B0_ENTRY_BUTTON);
    to->write_protected = info->write_protected != 0;
    to->journal_protected = info->protocol_version >= B0_EXTENSION_KNOWS_JOURNAL &&
                            (info->flags & B0_INFO_JOURNAL_PROTECTED) != 0;
    to->in_ram =
        info->protocol_version >= B0_EXTENSION_KNOWS_LOADER && (info->flags & B0_INFO_IN_RAM) != 0;
    to->knows_supply = info->protocol_version >= B0_EXTENSION_KNOWS_SUPPLY;
    if (to->knows_supply) {
        to->starved = (info->flags & B0_INFO_STARVED) != 0;
        to->read_protected = (info->flags & B0_INFO_READ_PROTECTED) != 0;
        to->brownout_level = info->flags >> B0_INFO_BROWNOUT_SHIFT & 3;
    }
    to->entry = entry_name(info->entry_reason);
    name_resets(info->reset_flags, to->reset, sizeof to->reset);
}

enum boot0_status b0_extension_refresh(const struct boot0_transport *transport,
                                       struct boot0_bootloader *bootloader,
                                       struct boot0_error *error)
{
    uint8_t bytes[B0_EXTENSION_INFO_SIZE];
    struct b0_extension_info info;
    size_t actual;
    enum boot0_xfer result = request(transport, bootloader->vendor_code, BOOT0_USB_DIR_IN,
                                     B0_EXTENSION_GET_INFO, 0, bytes, sizeof bytes, &actual);

    if (result == BOOT0_XFER_OK && !b0_extension_info_load(&info, bytes, actual))
        result = BOOT0_XFER_ERROR;
    if (result != BOOT0_XFER_OK)
        return fail(result, "reading the journal", error);
    take_info(&info, bootloader);
    return BOOT0_OK;
}

static void name_chip(struct boot0_board *board)
{
    const struct boot0_chip *chip =
        boot0_database_chip_by_id(board->database, board->bootloader.device_id);

    if (!chip)
        return;
    board->chips[0] = chip;
    board->chip_count = 1;
    board->family = chip->family;
    board->contradiction[0] = '\0'; /* a layout without the first sectors matches no chip */
}

void b0_extension_probe(const struct boot0_transport *transport, struct boot0_board *board)
{
    struct boot0_bootloader *bootloader = &board->bootloader;
    uint8_t bytes[BOS_MAX];
    struct b0_extension_info info;
    uint16_t version;
    size_t actual;

    if (board->mode != BOOT0_MODE_DFU || !board->has_addresses ||
        board->usb.bcd_usb < BCD_USB_WITH_BOS)
        return;
    actual = read_bos(transport, bytes, sizeof bytes);
    if (!b0_extension_find(bytes, actual, &version, &bootloader->vendor_code))
        return;
    if (version >> 8 != B0_EXTENSION_VERSION >> 8) {
        snprintf(board->contradiction, sizeof board->contradiction,
                 "its bootloader is of another kind (version %x.%02x of boot0's extension, this "
                 "boot0 knows %x.%02x); using it as an ordinary DfuSe bootloader",
                 version >> 8, version & 0xffu, B0_EXTENSION_VERSION >> 8,
                 B0_EXTENSION_VERSION & 0xffu);
        return;
    }
    if (request(transport, bootloader->vendor_code, BOOT0_USB_DIR_IN, B0_EXTENSION_GET_INFO, 0,
                bytes, B0_EXTENSION_INFO_SIZE, &actual) != BOOT0_XFER_OK ||
        !b0_extension_info_load(&info, bytes, actual))
        return;
    take_info(&info, bootloader);
    name_chip(board);
}
