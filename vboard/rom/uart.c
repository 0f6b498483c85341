/* SPDX-License-Identifier: MIT */
/*
 * The UART bootloader in the system memory of STM32 chips, from the chip's side: what it makes of
 * the bytes that arrive, one after another.
 *
 * Source: AN3155 (protocol), AN2606 (which chip lists which command). Comments say where the
 * documents leave something open. Commands are in uart_commands.c, their effects on the memory in
 * uart_flash.c. board/uart.c models how long characters take, and what happens to them on the way.
 */
#include "uart.h"

#include "../board/board.h"
#include "../board/power.h"
#include "../board/trace.h"
#include "../board/uart.h"
#include "rom.h"
#include "uart_private.h"

#include <core/an3155.h>
#include <stdlib.h>

static uint8_t xor_of(const uint8_t *bytes, size_t size)
{
    uint8_t sum = 0;

    for (size_t i = 0; i < size; i++)
        sum ^= bytes[i];
    return sum;
}

/* ---- what follows a command ---- */

static void take_address(struct vboard_uart_loader *uart)
{
    const uint8_t *d = uart->data;

    uart->address = (uint32_t)d[0] << 24 | (uint32_t)d[1] << 16 | (uint32_t)d[2] << 8 | d[3];
    if (xor_of(d, 5) != 0) {
        vboard_uart_refuse(uart, "checksum");
    } else if (!vboard_uart_reachable(uart, uart->address, 1)) {
        vboard_uart_refuse(uart, "no memory there");
    } else if (uart->command == B0_AN3155_GO) {
        vboard_uart_acknowledge(uart);
        vboard_uart_flush(uart->board);
        vboard_start_program(uart->board, uart->address);
    } else {
        vboard_uart_acknowledge(uart);
        if (uart->command == B0_AN3155_READ)
            vboard_uart_expect(uart, WAIT_LENGTH, 2);
        else
            vboard_uart_expect(uart, WAIT_COUNT, 1);
    }
}

static void take_length(struct vboard_uart_loader *uart)
{
    const uint8_t *d = uart->data;

    if ((d[0] ^ d[1]) != 0xff)
        vboard_uart_refuse(uart, "checksum");
    else
        vboard_uart_read_block(uart, (uint16_t)(d[0] + 1));
}

/* One byte says how many follow; the checksum comes after them. */
static void take_count(struct vboard_uart_loader *uart)
{
    bool everything = uart->command == B0_AN3155_ERASE && uart->data[0] == 0xff;

    uart->count = everything ? 0 : (uint16_t)(uart->data[0] + 1);
    uart->wait = WAIT_REST;
    uart->need = (uint16_t)(1 + uart->count + 1);
}

static void take_count_16(struct vboard_uart_loader *uart)
{
    uint32_t head = (uint32_t)(uart->data[0] << 8 | uart->data[1]);

    if (head < 0xfff0 && head >= vboard_uart_sector_count(uart)) {
        vboard_uart_refuse(uart, "more pages than the chip has");
        return;
    }
    uart->count = head < 0xfff0 ? (uint16_t)(head + 1) : 0;
    uart->wait = WAIT_REST;
    uart->need = (uint16_t)(2 + 2 * uart->count + 1);
}

static void protect_list(struct vboard_uart_loader *uart)
{
    vboard_options_write_protect(&uart->board->chip, uart->data + 1, uart->count);
    vboard_uart_change_options(uart);
}

static void take_rest(struct vboard_uart_loader *uart)
{
    bool mass = uart->count == 0;
    /* The checksum of Erase's 0xff is its complement, 0x00 (AN3155, 3.7). */
    uint8_t wanted = mass && uart->command == B0_AN3155_ERASE ? 0xff : 0x00;

    if (xor_of(uart->data, uart->need) != wanted)
        vboard_uart_refuse(uart, "checksum");
    else if (uart->command == B0_AN3155_WRITE)
        vboard_uart_write_block(uart);
    else if (uart->command == B0_AN3155_WRITE_PROTECT)
        protect_list(uart);
    else if (!mass)
        vboard_uart_erase_list(uart);
    else if (uart->command == B0_AN3155_ERASE || uart->data[1] == 0xff)
        vboard_uart_erase_everything(uart);
    else
        vboard_uart_refuse(uart, "erasing a bank is not modelled");
}

/*
 * AN3155, 2.2: the ROM measures the start bit of the first character that it sees, which must be
 * 0x7f. After anything else it listens at a wrong speed until it is reset.
 */
static void take_autobaud(struct vboard_uart_loader *uart)
{
    struct vboard *board = uart->board;
    uint32_t baud = board->uart.line_baud;

    vboard_uart_idle(uart);
    if (uart->data[0] != B0_AN3155_AUTOBAUD || baud > board->settings.baud_max)
        baud = baud / 2 + 1;
    vboard_uart_set_baud(board, baud);
    vboard_trace(board, "uart: listening at %u baud", baud);
    vboard_uart_acknowledge(uart);
}

static void (*const take[])(struct vboard_uart_loader *uart) = {
    [WAIT_AUTOBAUD] = take_autobaud, [WAIT_COMPLEMENT] = vboard_uart_command,
    [WAIT_ADDRESS] = take_address,   [WAIT_LENGTH] = take_length,
    [WAIT_COUNT] = take_count,       [WAIT_COUNT_16] = take_count_16,
    [WAIT_REST] = take_rest,
};

static void receive(void *context, uint8_t byte)
{
    struct vboard_uart_loader *uart = context;

    uart->data[uart->have++] = byte;
    if (uart->wait == WAIT_COMMAND) {
        uart->wait = WAIT_COMPLEMENT;
        uart->need = 2;
        return;
    }
    if (uart->have == uart->need)
        take[uart->wait](uart);
}

static bool busy(const void *context)
{
    const struct vboard_uart_loader *uart = context;

    return uart->wait == WAIT_WORK;
}

static const struct vboard_uart_ops listener = {receive, busy};

void vboard_uart_start(struct vboard_uart_loader *uart)
{
    vboard_uart_listen(uart->board, &listener, uart);
    vboard_uart_expect(uart, WAIT_AUTOBAUD, 1);
}

/* ---- a ROM without USB: F103 ---- */

static void start(void *context)
{
    struct vboard_uart_loader *uart = context;
    struct vboard *board = uart->board;

    if (board->settings.boot0)
        vboard_uart_start(uart);
    else
        vboard_start_program(board, vboard_chip_flash(&board->chip)->address);
}

static void power_off(void *context)
{
    (void)context; /* vboard_uart_start() starts from the beginning */
}

/* Nothing ever connects to the bus. */
static uint8_t dfu_state(const void *context)
{
    (void)context;
    return 0;
}

static void *create(struct vboard *board, const struct vboard_rom *rom)
{
    struct vboard_uart_loader *uart = calloc(1, sizeof *uart);

    if (!uart)
        return NULL;
    uart->board = board;
    uart->rom = rom;
    return uart;
}

const struct vboard_bootloader vboard_uart_only = {
    .ops = {start, power_off, dfu_state, free},
    .create = create,
};
