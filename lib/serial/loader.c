/* SPDX-License-Identifier: MIT */
/* The serial RAM loader as a session protocol. */
#include "loader.h"

#include "../usb/extension.h"

#include <core/array.h>
#include <core/bytes.h>
#include <core/dfu.h>
#include <core/extension.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    BITS = 10,             /* on the wire for each byte: 8N1 */
    LEFT_BEHIND_MS = 1500, /* a loader at another speed needs a second to fall back */
};

/* ---- failures ---- */

static const struct {
    uint8_t status;
    const char *hint;
    enum boot0_advice advice;
} refusals[] = {
    {BOOT0_DFU_STATUS_ERR_ADDRESS, "Give another address: the board's flash does not have it.",
     BOOT0_ADVICE_SEE_MEMORIES},
    {BOOT0_DFU_STATUS_ERR_WRITE, "Remove the write protection of that sector in the option bytes.",
     BOOT0_ADVICE_NONE},
    {BOOT0_DFU_STATUS_ERR_ERASE, "Check the supply: the flash could not be erased there.",
     BOOT0_ADVICE_NONE},
    {BOOT0_DFU_STATUS_ERR_PROG,
     "Write the whole file again: the flash was not erased there, or the supply is too weak.",
     BOOT0_ADVICE_WRITE_ALL},
    {BOOT0_DFU_STATUS_ERR_VERIFY,
     "Write the whole file again: the flash does not hold what was written there.",
     BOOT0_ADVICE_WRITE_ALL},
    {BOOT0_DFU_STATUS_ERR_VENDOR, "Check the supply: it is too low to erase or write the flash.",
     BOOT0_ADVICE_NONE},
};

static enum boot0_status fail_refused(struct b0_uart_bus *bus, const struct b0_task *task,
                                      const char *where, struct boot0_error *error)
{
    uint8_t status = bus->loader->status;

    bus->told = true;
    boot0_fail(error, BOOT0_E_PROTOCOL, "the RAM loader on %s reported %s while %s%s: %s",
               bus->port, b0_dfu_status_name(status), task->doing, where,
               b0_dfu_status_text(status));
    for (size_t i = 0; i < B0_LENGTH(refusals); i++)
        if (refusals[i].status == status) {
            (void)boot0_hint(error, "%s", refusals[i].hint);
            return boot0_advise(error, refusals[i].advice, NULL);
        }
    return boot0_hint(error, "Update boot0: it and its RAM loader are of different versions.");
}

static enum boot0_status fail_silent(const struct b0_uart_bus *bus, const struct b0_task *task,
                                     const char *where, struct boot0_error *error)
{
    boot0_fail(error, BOOT0_E_IO, "the RAM loader on %s stopped answering while %s%s", bus->port,
               task->doing, where);
    (void)boot0_hint(error,
                     "Check the wires, and reset the board with BOOT0 at 3.3 V: that ends the RAM "
                     "loader and restarts the bootloader in ROM.");
    return boot0_advise(error, BOOT0_ADVICE_REPEAT, NULL);
}

static enum boot0_status fail_gone(const struct b0_uart_bus *bus, const struct b0_task *task,
                                   const char *where, struct boot0_error *error)
{
    boot0_fail(error, BOOT0_E_GONE, "the port %s went away while %s%s", bus->port, task->doing,
               where);
    (void)boot0_hint(error, "Plug the serial adapter in again, and bring the board into its "
                            "bootloader.");
    return boot0_advise(error, BOOT0_ADVICE_REPEAT, NULL);
}

/* Converts a result into an error for the user. */
static enum boot0_status conclude(struct b0_uart_bus *bus, const struct b0_task *task,
                                  enum b0_loader_result result, struct boot0_error *error)
{
    char where[B0_TASK_PLACE];

    (void)b0_task_place(task, bus->loader->done, where);
    switch (result) {
    case B0_LOADER_OK:
        return BOOT0_OK;
    case B0_LOADER_REFUSED:
        return fail_refused(bus, task, where, error);
    case B0_LOADER_SILENT:
        return fail_silent(bus, task, where, error);
    case B0_LOADER_STOPPED:
        return boot0_fail(error, BOOT0_E_CANCELLED, "stopped while %s", task->doing);
    default:
        return fail_gone(bus, task, where, error);
    }
}

/* The loader keeps a failure until HELLO: after it was reported, start again with HELLO. */
static enum b0_loader_result begin_anew(struct b0_uart_bus *bus)
{
    enum b0_loader_result result = B0_LOADER_OK;

    if (bus->told)
        result = b0_loader_link_hello(bus->loader, B0_LOADER_APPEARS_MS);
    if (result == B0_LOADER_OK)
        bus->told = false;
    return result;
}

/* ---- finding it ---- */

static bool make_link(struct b0_uart_bus *bus)
{
    bus->loader = calloc(1, sizeof *bus->loader);
    if (bus->loader)
        b0_loader_link_init(bus->loader, &bus->stream, &bus->line);
    return bus->loader != NULL;
}

static void drop_link(struct b0_uart_bus *bus)
{
    free(bus->loader);
    bus->loader = NULL;
}

/* Sets 8N1 for the loader, or 8E1 again for the ROM. */
static enum boot0_xfer set_parity(struct b0_uart_bus *bus, enum boot0_parity parity)
{
    bus->line.parity = parity;
    return bus->stream.ops->set(bus->stream.context, &bus->line);
}

static enum b0_loader_result greet(struct b0_uart_bus *bus, uint32_t timeout_ms)
{
    enum b0_loader_result result = b0_loader_link_hello(bus->loader, timeout_ms);

    return result == B0_LOADER_OK ? b0_loader_link_speed_up(bus->loader) : result;
}

void b0_loader_prepare(const struct boot0_transport *transport, uint8_t *image, size_t size)
{
    if (size >= B0_LOADER_BAUD_AT + 4)
        b0_store32(image + B0_LOADER_BAUD_AT, b0_uart_bus_of(transport)->line.baud);
}

static enum boot0_status fail_follow(struct b0_uart_bus *bus, enum b0_loader_result result,
                                     struct boot0_error *error)
{
    static const struct b0_task task = {.doing = "starting the RAM loader"};

    if (result == B0_LOADER_SILENT)
        return boot0_fail(error, BOOT0_E_NO_BOARD, "the RAM loader does not answer on %s",
                          bus->port);
    return conclude(bus, &task, result, error);
}

enum boot0_status b0_loader_follow(const struct boot0_transport *transport,
                                   struct boot0_error *error)
{
    struct b0_uart_bus *bus = b0_uart_bus_of(transport);
    enum b0_loader_result result;
    enum boot0_status status;

    bus->connected = false; /* the ROM no longer runs */
    bus->left = false;      /* but no program was started */
    if (set_parity(bus, BOOT0_PARITY_NONE) == BOOT0_XFER_GONE)
        return boot0_fail(error, BOOT0_E_GONE, "the port %s went away", bus->port);
    if (!make_link(bus))
        return boot0_fail(error, BOOT0_E_MEMORY, "out of memory for the RAM loader");
    result = greet(bus, B0_LOADER_APPEARS_MS);
    if (result == B0_LOADER_OK)
        return BOOT0_OK;
    status = fail_follow(bus, result, error);
    drop_link(bus);
    (void)set_parity(bus, BOOT0_PARITY_EVEN);
    return status;
}

bool b0_uart_find_loader(struct b0_uart_bus *bus)
{
    bus->line.baud = bus->baud; /* its initial speed, to which it falls back */
    if (set_parity(bus, BOOT0_PARITY_NONE) == BOOT0_XFER_OK && make_link(bus)) {
        if (greet(bus, LEFT_BEHIND_MS) == B0_LOADER_OK)
            return true;
        drop_link(bus);
    }
    (void)set_parity(bus, BOOT0_PARITY_EVEN);
    return false;
}

/* ---- probing ---- */

enum boot0_status b0_loader_probe(const struct boot0_transport *transport,
                                  struct boot0_board *board, struct boot0_error *error)
{
    struct b0_uart_bus *bus = b0_uart_bus_of(transport);
    const struct boot0_chip *chip;
    enum boot0_status status;

    board->bootloader.vendor_code = B0_EXTENSION_VENDOR_CODE;
    status = b0_extension_refresh(transport, &board->bootloader, error);
    if (status != BOOT0_OK)
        return status;
    snprintf(board->product, sizeof board->product, "boot0 RAM loader, %u baud",
             (unsigned)bus->line.baud);
    board->transfer_size = B0_LOADER_BLOCK;
    board->attributes = BOOT0_DFU_CAN_DOWNLOAD | BOOT0_DFU_CAN_UPLOAD;
    chip = b0_uart_find_chip(board, board->bootloader.device_id);
    if (!chip)
        return boot0_fail(error, BOOT0_E_UNSUPPORTED,
                          "the board on %s has chip id 0x%03x, which is unknown", bus->port,
                          board->bootloader.device_id);
    board->chips[0] = chip;
    board->chip_count = 1;
    board->family = chip->family;
    b0_uart_name_serial(board->bootloader.unique_id, board->serial, sizeof board->serial);
    b0_uart_add_flash(board, board->bootloader.flash_bytes);
    return BOOT0_OK;
}

/* ---- the extension's requests ---- */

/*
 * Returns the information from the answer to HELLO, which does not change. Completes all orders
 * first, as a USB bootloader does; GETSTATUS reports their failures.
 */
static enum b0_loader_result ask_info(struct b0_loader_link *link, uint8_t *data, size_t *size)
{
    enum b0_loader_result result = b0_loader_link_ask(link, B0_LOADER_SYNC, NULL, 0, NULL, 0);

    if (*size > B0_EXTENSION_INFO_SIZE)
        *size = B0_EXTENSION_INFO_SIZE;
    memcpy(data, link->hello + 1, *size);
    return result == B0_LOADER_REFUSED ? B0_LOADER_OK : result;
}

static enum boot0_xfer tell_status(struct b0_uart_bus *bus, uint8_t *data, size_t *size)
{
    const struct b0_loader_link *link = bus->loader;
    const struct b0_dfu_status status = {
        .status = link->status,
        .state = link->status == BOOT0_DFU_STATUS_OK ? BOOT0_DFU_STATE_IDLE : BOOT0_DFU_STATE_ERROR,
    };

    if (*size < BOOT0_DFU_STATUS_SIZE)
        return BOOT0_XFER_STALL;
    *size = BOOT0_DFU_STATUS_SIZE;
    bus->told = status.status != BOOT0_DFU_STATUS_OK;
    b0_dfu_status_store(&status, data);
    return BOOT0_XFER_OK;
}

static enum b0_loader_result ask_summary(struct b0_uart_bus *bus, enum b0_loader_type type,
                                         uint8_t *data, size_t size)
{
    enum b0_loader_result result = begin_anew(bus);

    return result == B0_LOADER_OK
               ? b0_loader_link_ask(bus->loader, type, bus->ranges, bus->ranges_size, data, size)
               : result;
}

static enum boot0_xfer take_ranges(struct b0_uart_bus *bus, const uint8_t *data, size_t size)
{
    if (size == 0 || size > sizeof bus->ranges || size % B0_EXTENSION_RANGE_SIZE != 0)
        return BOOT0_XFER_STALL;
    memcpy(bus->ranges, data, size);
    bus->ranges_size = size;
    return BOOT0_XFER_OK;
}

static enum boot0_xfer xfer_of(enum b0_loader_result result)
{
    static const enum boot0_xfer by_result[] = {
        [B0_LOADER_OK] = BOOT0_XFER_OK,          [B0_LOADER_REFUSED] = BOOT0_XFER_STALL,
        [B0_LOADER_SILENT] = BOOT0_XFER_TIMEOUT, [B0_LOADER_GONE] = BOOT0_XFER_GONE,
        [B0_LOADER_STOPPED] = BOOT0_XFER_ERROR,
    };

    return by_result[result];
}

static enum boot0_xfer reset(struct b0_uart_bus *bus, uint16_t target)
{
    enum b0_loader_type type = target == B0_EXTENSION_TO_PROGRAM ? B0_LOADER_RUN : B0_LOADER_RESET;
    struct b0_extension_info info = {0};
    enum boot0_xfer result;
    uint8_t payload[4];

    (void)b0_extension_info_load(&info, bus->loader->hello + 1, B0_EXTENSION_INFO_SIZE);
    b0_store32(payload, type == B0_LOADER_RUN ? info.program_start : target);
    result = xfer_of(b0_loader_link_ask(bus->loader, type, payload, sizeof payload, NULL, 0));
    bus->left = result == BOOT0_XFER_OK;
    return result;
}

/* There is no journal: an update is complete when everything was done without an error. */
static enum boot0_xfer end_session(struct b0_uart_bus *bus)
{
    return xfer_of(b0_loader_link_ask(bus->loader, B0_LOADER_SYNC, NULL, 0, NULL, 0));
}

static enum boot0_xfer extension(struct b0_uart_bus *bus, const struct boot0_setup *setup,
                                 uint8_t *data, size_t *actual)
{
    switch (setup->wIndex) {
    case B0_EXTENSION_GET_INFO:
        return xfer_of(ask_info(bus->loader, data, actual));
    case B0_EXTENSION_SET_RANGES:
        return take_ranges(bus, data, setup->wLength);
    case B0_EXTENSION_GET_DIGESTS:
        return xfer_of(ask_summary(bus, B0_LOADER_DIGESTS, data, setup->wLength));
    case B0_EXTENSION_GET_CHECKSUMS:
        return xfer_of(ask_summary(bus, B0_LOADER_CHECKSUMS, data, setup->wLength));
    case B0_EXTENSION_BEGIN_SESSION:
        return xfer_of(begin_anew(bus));
    case B0_EXTENSION_END_SESSION:
        return end_session(bus);
    case B0_EXTENSION_RESET:
        return reset(bus, setup->wValue);
    default:
        return BOOT0_XFER_STALL;
    }
}

enum boot0_xfer b0_loader_control(struct b0_uart_bus *bus, const struct boot0_setup *setup,
                                  uint8_t *data, size_t *actual)
{
    const uint8_t type = setup->bmRequestType & (uint8_t)~BOOT0_USB_DIR_IN;
    enum boot0_xfer result = BOOT0_XFER_STALL;

    *actual = setup->wLength;
    if (bus->loader && type == (BOOT0_USB_TYPE_VENDOR | BOOT0_USB_RECIPIENT_DEVICE) &&
        setup->bRequest == B0_EXTENSION_VENDOR_CODE)
        result = extension(bus, setup, data, actual);
    else if (bus->loader && type == (BOOT0_USB_TYPE_CLASS | BOOT0_USB_RECIPIENT_INTERFACE) &&
             setup->bRequest == BOOT0_DFU_GETSTATUS)
        result = tell_status(bus, data, actual);
    if (result != BOOT0_XFER_OK)
        *actual = 0;
    return result;
}

/* ---- the protocol ---- */

struct loader {
    struct b0_protocol protocol; /* first member: pointers to both convert */
    const struct boot0_board *board;
    struct b0_uart_bus *bus;
    uint64_t before; /* exchanges of the link when the protocol was opened */
};

static struct loader *loader_of(struct b0_protocol *protocol)
{
    return (struct loader *)protocol;
}

static bool tick(void *context)
{
    struct loader *loader = context;

    loader->protocol.done = loader->bus->loader->done;
    return loader->protocol.tick(loader->protocol.context);
}

/* Sets whether the next operation can be stopped, and the start of its count. */
static struct b0_loader_link *begin(struct loader *loader, bool may_stop)
{
    struct b0_loader_link *link = loader->bus->loader;

    (void)begin_anew(loader->bus); /* if this fails, the next step fails too */
    link->tick = may_stop ? tick : NULL;
    link->context = loader;
    link->done = 0;
    return link;
}

/*
 * A flash failure may be transient, so it is retryable. The link has already retried line failures.
 */
static enum boot0_status end(struct loader *loader, enum b0_loader_result result, const char *doing,
                             const uint32_t *address, struct boot0_error *error)
{
    struct b0_loader_link *link = loader->bus->loader;
    const struct b0_task task = {
        .doing = doing, .has_address = address != NULL, .address = address ? *address : 0};

    link->tick = NULL;
    loader->protocol.done = link->done;
    loader->protocol.transfers = link->exchanges - loader->before;
    loader->protocol.retryable =
        result == B0_LOADER_REFUSED &&
        (link->status == BOOT0_DFU_STATUS_ERR_PROG || link->status == BOOT0_DFU_STATUS_ERR_VERIFY);
    return conclude(loader->bus, &task, result, error);
}

static enum boot0_status return_to_idle(struct b0_protocol *protocol, struct boot0_error *error)
{
    struct loader *loader = loader_of(protocol);
    enum b0_loader_result result = b0_loader_link_hello(begin(loader, false), B0_LOADER_APPEARS_MS);

    return end(loader, result, "returning the board to idle", NULL, error);
}

static enum boot0_status read_memory(struct b0_protocol *protocol, int memory, uint32_t address,
                                     uint8_t *data, uint32_t size, struct boot0_error *error)
{
    struct loader *loader = loader_of(protocol);

    (void)memory;
    return end(loader, b0_loader_link_read(begin(loader, true), address, data, size), "reading",
               &address, error);
}

static enum boot0_status write_memory(struct b0_protocol *protocol, int memory, uint32_t address,
                                      const uint8_t *data, uint32_t size, struct boot0_error *error)
{
    struct loader *loader = loader_of(protocol);

    (void)memory;
    return end(loader, b0_loader_link_write(begin(loader, true), address, data, size), "writing",
               &address, error);
}

static enum boot0_status erase(struct b0_protocol *protocol, int memory, enum b0_erase what,
                               uint32_t address, struct boot0_error *error)
{
    struct loader *loader = loader_of(protocol);
    const struct boot0_layout *layout = &loader->board->alternates[memory].layout;
    uint32_t size = boot0_layout_sector_at(layout, address).size;
    enum b0_loader_result result;

    if (what == B0_ERASE_UNPROTECT)
        return boot0_fail(error, BOOT0_E_UNSUPPORTED, "the RAM loader cannot remove protection");
    if (what == B0_ERASE_ALL) {
        address = layout->regions[0].address;
        size = (uint32_t)boot0_layout_size(layout);
    }
    result = b0_loader_link_erase(begin(loader, true), address, size);
    return end(loader, result, "erasing", &address, error);
}

static enum boot0_status leave(struct b0_protocol *protocol, uint32_t address,
                               struct boot0_error *error)
{
    struct loader *loader = loader_of(protocol);
    struct b0_loader_link *link = begin(loader, false);
    enum b0_loader_result result;
    uint8_t payload[4];

    b0_store32(payload, address);
    result = b0_loader_link_ask(link, B0_LOADER_RUN, payload, sizeof payload, NULL, 0);
    loader->bus->left = result == B0_LOADER_OK;
    return end(loader, result, "starting the program", NULL, error);
}

static void close_loader(struct b0_protocol *protocol)
{
    free(loader_of(protocol));
}

static const struct b0_protocol_ops loader_ops = {
    .return_to_idle = return_to_idle,
    .read = read_memory,
    .write = write_memory,
    .erase = erase,
    .leave = leave,
    .close = close_loader,
};

struct b0_protocol *b0_loader_open(const struct boot0_transport *transport,
                                   const struct boot0_board *board)
{
    struct loader *loader = calloc(1, sizeof *loader);

    if (!loader)
        return NULL;
    loader->protocol.ops = &loader_ops;
    loader->protocol.block_size = B0_LOADER_BLOCK;
    loader->protocol.program_unit = 1;
    loader->protocol.wire_bytes_per_s = b0_uart_bus_of(transport)->line.baud / BITS;
    loader->board = board;
    loader->bus = b0_uart_bus_of(transport);
    loader->before = loader->bus->loader->exchanges;
    return &loader->protocol;
}
