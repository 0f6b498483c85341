/* SPDX-License-Identifier: MIT */
#include "bootloader_bus.h"

#include "core/bytes.h"
#include "core/handover.h"

#include <stdlib.h>

enum {
    BOS_MAJOR_AT = 5 + 4 + 16 + 1, /* in the first capability, whose bcdVersion follows the UUID */
    RESET_US = 15000,
};

/* ---- the board ---- */

void board_bus_reset(struct board_bus *bus, uint32_t handover)
{
    struct b0_start_facts facts = {.handover = handover};
    struct b0_journal journal;
    uint8_t entry = B0_ENTRY_UNKNOWN;
    const uint8_t *bytes = bus->board->flash->bytes;

    board_start(bus->board, bus->board->flash);
    b0_journal_scan(&journal, bytes + (B0_JOURNAL_BASE - B0_FLASH_BASE), B0_JOURNAL_SIZE);
    facts.interrupted = journal.state == B0_JOURNAL_BEGUN;
    facts.has_program = b0_vectors_sane(bytes + (B0_PROGRAM_BASE - B0_FLASH_BASE),
                                        B0_FLASH_BASE + FLASH_SIZE, &test_chip.ram);
    bus->runs = b0_start_decide(&facts, &entry);
    bus->board->bootloader.info.entry_reason = entry;
    bus->board->bootloader.info.device_id = 0x413;
    bus->connection++;
}

void board_bus_begin(struct board_bus *bus, struct test_board *board, struct test_flash *flash)
{
    test_flash_blank(flash);
    *bus = (struct board_bus){.board = board};
    board->flash = flash;
    board_bus_reset(bus, 0);
}

/* Does what the chip's loop does when the bootloader exits. */
static void follow_exit(struct board_bus *bus)
{
    static const uint32_t words[] = {
        [B0_EXIT_PROGRAM] = B0_HANDOVER_PROGRAM,
        [B0_EXIT_BOOTLOADER] = B0_HANDOVER_BOOTLOADER,
        [B0_EXIT_ROM] = B0_HANDOVER_ROM,
        [B0_EXIT_PROTECT] = B0_HANDOVER_BOOTLOADER,
        [B0_EXIT_UNPROTECT] = B0_HANDOVER_BOOTLOADER,
    };
    uint8_t way = bus->board->bootloader.exit;

    if (way == B0_EXIT_NONE || bus->board->flash->dead)
        return;
    board_settle(bus->board);
    board_run_us(bus->board, RESET_US);
    board_bus_reset(bus, words[way]);
}

static bool connected(const struct board_bus *bus)
{
    return bus->runs == B0_START_BOOTLOADER && !bus->board->flash->dead &&
           bus->board->transfers_left > 0;
}

/* ---- the transport ---- */

struct handle {
    struct board_bus *bus;
    unsigned connection;
};

static enum boot0_xfer control(void *context, const struct boot0_setup *setup, uint8_t *data,
                               size_t *actual, uint32_t timeout_ms)
{
    struct handle *handle = context;
    struct board_bus *bus = handle->bus;
    uint8_t none[1];
    enum usb_answer answer;

    (void)timeout_ms;
    *actual = 0;
    if (!connected(bus) || handle->connection != bus->connection)
        return BOOT0_XFER_GONE;
    bus->transfers += (setup->bmRequestType & BOOT0_USB_TYPE_MASK) != BOOT0_USB_TYPE_STANDARD;
    if ((setup->bmRequestType & BOOT0_USB_TYPE_MASK) == BOOT0_USB_TYPE_VENDOR)
        bus->asked[setup->wIndex % 16]++;
    answer = board_control(bus->board, *setup, data ? data : none);
    if (bus->board->flash->dead || bus->board->transfers_left == 0)
        return BOOT0_XFER_GONE;
    if (answer != USB_ACK)
        return answer == USB_STALL ? BOOT0_XFER_STALL : BOOT0_XFER_TIMEOUT;
    *actual = bus->board->host.moved;
    if (setup->bRequest == BOOT0_USB_GET_DESCRIPTOR && setup->wValue == 15 << 8 &&
        setup->bmRequestType == BOOT0_USB_DIR_IN && bus->bos_version && *actual > BOS_MAJOR_AT)
        data[BOS_MAJOR_AT] = bus->bos_version;
    follow_exit(bus);
    return BOOT0_XFER_OK;
}

static enum boot0_status select_interface(void *context, uint8_t interface, uint8_t alternate,
                                          struct boot0_error *error)
{
    const struct boot0_setup setup = {0x01, BOOT0_USB_SET_INTERFACE, alternate, interface, 0};
    size_t actual;

    if (control(context, &setup, NULL, &actual, 1000) == BOOT0_XFER_OK)
        return BOOT0_OK;
    return boot0_fail(error, BOOT0_E_GONE, "the board is gone");
}

static enum boot0_xfer reset_bus(void *context)
{
    struct handle *handle = context;

    usb_host_reset(&handle->bus->board->host);
    follow_exit(handle->bus);
    return BOOT0_XFER_OK;
}

static uint64_t now_us(void *context)
{
    struct board_bus *bus = context;
    uint32_t now = bus->board->flash->now_us;

    if (now < bus->last_us)
        bus->base_us += UINT64_C(1) << 32;
    bus->last_us = now;
    return bus->base_us + now;
}

static void handle_wait(void *context, uint32_t microseconds)
{
    struct handle *handle = context;

    board_run_us(handle->bus->board, microseconds);
}

static uint64_t handle_now_us(void *context)
{
    const struct handle *handle = context;

    return now_us(handle->bus);
}

static const struct boot0_transport_ops handle_ops = {
    control, select_interface, reset_bus, handle_wait, handle_now_us, free,
};

/* ---- the bus ---- */

static enum boot0_status scan(void *context, struct boot0_candidate *list, size_t capacity,
                              size_t *count, struct boot0_error *error)
{
    const struct board_bus *bus = context;
    const uint8_t *bytes = bus->board->device.device;

    (void)error;
    *count = connected(bus);
    if (*count == 0 || capacity == 0)
        return BOOT0_OK;
    list[0] = (struct boot0_candidate){
        .path = "1-1",
        .address = (uint8_t)bus->connection,
        .vendor = b0_load16(bytes + 8),
        .product = b0_load16(bytes + 10),
        .bcd_device = b0_load16(bytes + 12),
        .bcd_usb = b0_load16(bytes + 2),
        .manufacturer_index = bytes[14],
        .product_index = bytes[15],
        .serial_index = bytes[16],
        .dfu_protocol = BOOT0_DFU_PROTOCOL_DFU,
    };
    return BOOT0_OK;
}

static void wait_change(void *context, uint32_t timeout_ms)
{
    struct board_bus *bus = context;

    board_run_us(bus->board, timeout_ms * 1000);
    if (bus->board->flash->dead)
        bus->board->flash->now_us += timeout_ms * 1000;
}

static enum boot0_status open_board(void *context, const struct boot0_candidate *candidate,
                                    struct boot0_transport *transport, struct boot0_error *error)
{
    struct handle *handle = malloc(sizeof *handle);
    struct board_bus *bus = context;

    (void)candidate;
    if (!handle)
        return boot0_fail(error, BOOT0_E_MEMORY, "out of memory");
    *handle = (struct handle){bus, bus->connection};
    *transport = (struct boot0_transport){.ops = &handle_ops, .context = handle};
    return BOOT0_OK; // cppcheck-suppress memleak ; the transport has it
}

static void close_bus(void *context)
{
    (void)context;
}

struct boot0_bus board_bus_of(struct board_bus *bus)
{
    static const struct boot0_bus_ops ops = {.scan = scan,
                                             .wait_change = wait_change,
                                             .now_us = now_us,
                                             .open = open_board,
                                             .close = close_bus};

    return (struct boot0_bus){.ops = &ops, .context = bus};
}
