/* SPDX-License-Identifier: MIT */
/* ST's UART bootloader as a session protocol. */
#include "../board/memory_kind.h"
#include "../board/program_unit.h"
#include "loader.h"
#include "serial.h"

#include <core/family/family.h>
#include <stdlib.h>
#include <string.h>

enum {
    BITS = 11, /* on the wire for each byte: 8E1, AN3155, 2 */
};

struct uart {
    struct b0_protocol protocol; /* first member: pointers to both convert */
    const struct boot0_board *board;
    struct b0_uart_bus *bus;
    uint32_t before;    /* commands of the engine when the protocol was opened */
    bool ignore_cancel; /* while returning to idle */
};

static struct uart *uart_of(struct b0_protocol *protocol)
{
    return (struct uart *)protocol;
}

/* ---- running the engine ---- */

static bool tick(void *context)
{
    struct uart *uart = context;

    uart->protocol.done = uart->bus->engine.done;
    return uart->ignore_cancel || uart->protocol.tick(uart->protocol.context);
}

/* True if the failure may be transient: caused by the line, not reported by the board. */
static bool retryable(const struct b0_an3155 *engine, enum boot0_status status)
{
    static const bool by_failure[B0_AN3155_FAIL_COUNT] = {
        [B0_AN3155_FAIL_NOISE] = true,
        [B0_AN3155_FAIL_TIMEOUT] = true,
        [B0_AN3155_FAIL_NACK] = true,
        [B0_AN3155_FAIL_DIRTY] = true,
    };

    return status != BOOT0_OK && status != BOOT0_E_CANCELLED && by_failure[engine->failure];
}

static enum boot0_status run(struct uart *uart, const char *doing, const uint32_t *address,
                             struct boot0_error *error)
{
    struct b0_task task = {
        .doing = doing, .has_address = address != NULL, .address = address ? *address : 0};
    const struct b0_tick asked = {tick, uart};
    enum boot0_status status = b0_uart_run(uart->bus, &task, &asked, error);

    uart->protocol.done = uart->bus->engine.done;
    uart->protocol.transfers = uart->bus->engine.exchanges - uart->before;
    uart->protocol.retryable = retryable(&uart->bus->engine, status);
    return status;
}

static enum boot0_status return_to_idle(struct b0_protocol *protocol, struct boot0_error *error)
{
    struct uart *uart = uart_of(protocol);
    enum boot0_status status;

    uart->ignore_cancel = true;
    b0_an3155_settle(&uart->bus->engine);
    status = run(uart, "returning the board to idle", NULL, error);
    uart->ignore_cancel = false;
    return status;
}

/* ---- memory ---- */

static enum boot0_status read_memory(struct b0_protocol *protocol, int memory, uint32_t address,
                                     uint8_t *data, uint32_t size, struct boot0_error *error)
{
    struct uart *uart = uart_of(protocol);

    (void)memory;
    b0_an3155_read(&uart->bus->engine, address, data, size);
    return run(uart, "reading", &address, error);
}

/* AN3155, 3.5: a write to the option bytes ends in a chip reset. */
static bool resets(const struct uart *uart, int memory, uint32_t address)
{
    const struct boot0_alternate *alternate = &uart->board->alternates[memory];

    return b0_memory_kind(uart->board->family, alternate->layout.name, address) ==
           B0_MEMORY_OPTION_BYTES;
}

/* The ROM restarts and measures the speed again. */
static enum boot0_status lose(const struct uart *uart, struct boot0_error *error)
{
    uart->bus->connected = false;
    boot0_fail(error, BOOT0_E_GONE, "the board was reset by a write to its option bytes");
    return boot0_hint(error, "Bring it into its bootloader again.");
}

static enum boot0_status write_memory(struct b0_protocol *protocol, int memory, uint32_t address,
                                      const uint8_t *data, uint32_t size, struct boot0_error *error)
{
    struct uart *uart = uart_of(protocol);
    enum boot0_status status;

    if (!resets(uart, memory, address)) {
        b0_an3155_write(&uart->bus->engine, address, data, size);
        return run(uart, "writing", &address, error);
    }
    b0_an3155_write_options(&uart->bus->engine, address, data, size);
    status = run(uart, "writing", &address, error);
    return status == BOOT0_OK ? lose(uart, error) : status;
}

/* AN3155 numbers sectors and pages from the start of the flash, regardless of their sizes. */
static uint32_t sector_number(const struct boot0_layout *layout, uint32_t address)
{
    uint32_t number = 0;

    for (size_t i = 0; i < layout->region_count; i++) {
        const struct boot0_region *region = &layout->regions[i];

        if (address >= region->address &&
            (address - region->address) / region->sector_size < region->sector_count)
            return number + (address - region->address) / region->sector_size;
        number += region->sector_count;
    }
    return number;
}

static bool has_mass_erase(const struct boot0_board *board)
{
    const struct b0_family *family = b0_family_find(board->family);

    return !family || !(family->rom & B0_ROM_NO_MASS_ERASE);
}

static enum boot0_status erase_all(struct uart *uart, const struct boot0_layout *layout,
                                   struct boot0_error *error)
{
    const struct boot0_region *last = &layout->regions[layout->region_count - 1];
    uint32_t count =
        sector_number(layout, last->address + last->sector_size * (last->sector_count - 1)) + 1;

    if (has_mass_erase(uart->board))
        b0_an3155_erase_whole(&uart->bus->engine, B0_AN3155_ALL);
    else
        b0_an3155_erase_pages(&uart->bus->engine, 0, (uint16_t)count);
    return run(uart, "erasing the whole flash", NULL, error);
}

static enum boot0_status erase(struct b0_protocol *protocol, int memory, enum b0_erase what,
                               uint32_t address, struct boot0_error *error)
{
    struct uart *uart = uart_of(protocol);
    const struct boot0_layout *layout = &uart->board->alternates[memory].layout;
    enum boot0_status status;

    switch (what) {
    case B0_ERASE_ALL:
        return erase_all(uart, layout, error);
    case B0_ERASE_UNPROTECT:
        b0_an3155_readout_unprotect(&uart->bus->engine);
        status = run(uart, "removing read protection", NULL, error);
        break;
    default:
        b0_an3155_erase_pages(&uart->bus->engine, (uint16_t)sector_number(layout, address), 1);
        status = run(uart, "erasing the sector", NULL, error);
    }
    uart->protocol.done = 0; /* counts pages, not bytes */
    return status;
}

static enum boot0_status leave(struct b0_protocol *protocol, uint32_t address,
                               struct boot0_error *error)
{
    struct uart *uart = uart_of(protocol);
    enum boot0_status status;

    b0_an3155_go(&uart->bus->engine, address);
    status = run(uart, "starting the program", NULL, error);
    uart->bus->left = status == BOOT0_OK;
    return status;
}

static enum boot0_status protect(struct b0_protocol *protocol, enum boot0_protection what,
                                 const uint8_t *sectors, size_t count, struct boot0_error *error)
{
    struct uart *uart = uart_of(protocol);
    struct b0_an3155 *engine = &uart->bus->engine;

    switch (what) {
    case BOOT0_PROTECT_SECTORS:
        b0_an3155_write_protect(engine, sectors, (uint16_t)count);
        return run(uart, "write-protecting sectors", NULL, error);
    case BOOT0_PROTECT_NO_SECTORS:
        b0_an3155_write_unprotect(engine);
        return run(uart, "removing write protection", NULL, error);
    default:
        b0_an3155_readout_protect(engine);
        return run(uart, "turning read protection on", NULL, error);
    }
}

static void close_uart(struct b0_protocol *protocol)
{
    free(uart_of(protocol));
}

static const struct b0_protocol_ops uart_ops = {
    .return_to_idle = return_to_idle,
    .read = read_memory,
    .write = write_memory,
    .erase = erase,
    .leave = leave,
    .close = close_uart,
};

/*
 * AN3155, 3.5 requires whole words, but the flash of newer families has longer programming units. A
 * shorter block leaves the rest of its unit erased, and the rest cannot be programmed later.
 */
static uint8_t alignment(uint32_t program_unit)
{
    return program_unit > 4 ? (uint8_t)program_unit : 4;
}

static struct b0_protocol *open_board(const struct boot0_transport *transport,
                                      const struct boot0_board *board, bool patient)
{
    struct uart *uart;

    (void)patient; /* AN3155 has no poll timeouts */
    if (b0_uart_bus_of(transport)->loader)
        return b0_loader_open(transport, board);
    uart = calloc(1, sizeof *uart);
    if (!uart)
        return NULL;
    uart->protocol.ops = &uart_ops;
    uart->protocol.block_size = B0_AN3155_BLOCK_MAX;
    uart->protocol.program_unit = b0_program_unit(board);
    uart->protocol.wire_bytes_per_s = b0_uart_bus_of(transport)->line.baud / BITS;
    uart->protocol.erases_to_zero = b0_erases_to_zero(board);
    uart->board = board;
    uart->bus = b0_uart_bus_of(transport);
    uart->bus->engine.config.align = alignment(uart->protocol.program_unit);
    uart->bus->engine.config.erases_to_zero = uart->protocol.erases_to_zero;
    uart->before = uart->bus->engine.exchanges;
    return &uart->protocol;
}

const struct boot0_backend b0_serial_backend = {
    .name = "serial",
    .vendor = BOOT0_VENDOR_ST, /* files for STM32 name the ids of the ROM's USB interface */
    .product = BOOT0_PRODUCT_ST_DFU,
    .probe = b0_uart_probe,
    .open = open_board,
    .protect = protect,
    .prepare_loader = b0_loader_prepare,
    .follow_loader = b0_loader_follow,
};
