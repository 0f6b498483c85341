/* SPDX-License-Identifier: MIT */
/*
 * The line between a host's serial port and the board: how long characters take, what happens to
 * them if the two sides disagree on the speed, and deliberate faults.
 */
#include "uart.h"

#include "board.h"
#include "clock.h"
#include "faults.h"
#include "power.h"
#include "trace.h"

#include <core/an3155.h>

#include <string.h>

enum {
    TOLERANCE_PERCENT = 4, /* of the speed, over the eleven bits of a character */
    NOISE = 0xa5,          /* a character that nobody has sent */
};

enum {
    BITS_PLAIN = B0_AN3155_BITS - 1, /* without parity */
};

static uint64_t character_us(uint32_t baud)
{
    return ((uint64_t)B0_AN3155_BITS * 1000000 + baud - 1) / baud;
}

/*
 * The time to the end of the host's next character. It need not be whole microseconds, the unit of
 * the board's time: the rest counts for the next character, so that many take as long as they
 * should.
 */
static uint64_t take_character_us(struct vboard_uart *uart, const struct vboard_line *line)
{
    uint64_t bits = line->even_parity ? B0_AN3155_BITS : BITS_PLAIN;
    uint64_t ns = uart->rest_ns + bits * 1000000000 / line->baud;

    uart->rest_ns = (uint16_t)(ns % 1000);
    return ns / 1000;
}

bool vboard_uart_takes(const struct vboard *board, uint32_t baud)
{
    return baud <= board->settings.adapter_max;
}

/* Whether the adapter accepts a speed that it does not really make. */
static bool is_garbled(const struct vboard *board, uint32_t baud)
{
    uint32_t from = board->settings.adapter_garbles;

    return !vboard_uart_takes(board, baud) || (from != 0 && baud >= from);
}

/* What a character reads as at another speed. */
static uint8_t garbled(uint8_t byte)
{
    return (uint8_t)(byte * 37 + 11);
}

static bool speeds_agree(uint32_t a, uint32_t b)
{
    uint64_t far = a > b ? a - b : b - a;

    return far * 100 <= (uint64_t)b * TOLERANCE_PERCENT;
}

static bool odd(uint8_t byte)
{
    byte ^= byte >> 4;
    byte ^= byte >> 2;
    byte ^= byte >> 1;
    return byte & 1;
}

/* Counts both directions together, in the order of sending. */
static bool strikes(const struct vboard *board, enum vboard_fault_kind kind)
{
    return vboard_faults_find(board, kind, board->uart.count_on_line) != NULL;
}

/* ---- from the board ---- */

/* Adds a character that is complete at that time. */
static void put_at(struct vboard *board, uint8_t byte, bool damaged, uint64_t at_us)
{
    struct vboard_uart *uart = &board->uart;
    struct vboard_character *slot;

    if (uart->out_count == VBOARD_UART_OUT_MAX)
        return; /* nothing has read for a long time */
    slot = &uart->out[(uart->out_first + uart->out_count++) % VBOARD_UART_OUT_MAX];
    slot->byte = byte;
    slot->damaged = damaged;
    slot->at_us = at_us;
    uart->sent_until_us = at_us;
}

/* Adds a character that begins after those before it. */
static void put(struct vboard *board, uint8_t byte, bool damaged)
{
    const struct vboard_uart *uart = &board->uart;
    uint64_t start_us = uart->sent_until_us > board->now_us ? uart->sent_until_us : board->now_us;

    put_at(board, byte, damaged, start_us + character_us(uart->baud));
}

static void hang_up(struct vboard *board)
{
    const struct vboard_fault *fault =
        vboard_faults_find(board, VBOARD_FAULT_HANGUP, board->uart.count_on_line);

    vboard_trace(board, "fault: the serial port is unplugged at character %u", fault->at);
    board->replug_after_ms = fault->after_ms;
    board->cut_us = board->now_us;
    vboard_clock_advance(board, board->now_us, false);
}

/* Counts one more character on the line; false if nothing of it arrives. */
static bool count(struct vboard *board)
{
    board->uart.count_on_line++;
    if (strikes(board, VBOARD_FAULT_HANGUP)) {
        hang_up(board);
        return false;
    }
    if (strikes(board, VBOARD_FAULT_LOST)) {
        vboard_trace(board, "fault: character %u is lost", (unsigned)board->uart.count_on_line);
        return false;
    }
    return true;
}

void vboard_uart_answer(struct vboard *board, uint8_t byte)
{
    struct vboard_uart *uart = &board->uart;
    bool damaged = !speeds_agree(uart->line_baud, uart->baud);

    if (!uart->listener)
        return; /* the power was lost in the middle of an answer */
    board->stats.bytes_in++;
    if (!count(board))
        return;
    if (strikes(board, VBOARD_FAULT_NOISE))
        put(board, NOISE, false);
    if (strikes(board, VBOARD_FAULT_PARITY)) {
        byte ^= 0x10;
        damaged = true;
    } else if (damaged) {
        byte = garbled(byte);
    }
    put(board, byte, damaged);
}

void vboard_uart_transmit(struct vboard *board, uint8_t byte, uint32_t baud, bool even_parity)
{
    struct vboard_uart *uart = &board->uart;

    (void)even_parity; /* a port without parity takes it for the stop bit, if possible */
    board->stats.bytes_in++;
    if (!count(board))
        return;
    if (strikes(board, VBOARD_FAULT_NOISE))
        put_at(board, NOISE, false, board->now_us);
    if (strikes(board, VBOARD_FAULT_PARITY))
        byte ^= 0x10;
    if (uart->line_baud != 0 &&
        (!speeds_agree(uart->line_baud, baud) || is_garbled(board, uart->line_baud)))
        put_at(board, garbled(byte), true, board->now_us);
    else
        put_at(board, byte, false, board->now_us);
}

void vboard_uart_flush(struct vboard *board)
{
    uint64_t until_us = board->uart.sent_until_us;

    if (until_us > board->now_us)
        vboard_clock_advance(board, until_us, false);
}

bool vboard_uart_receive(struct vboard *board, struct vboard_character *character)
{
    struct vboard_uart *uart = &board->uart;

    if (uart->out_count == 0 || uart->out[uart->out_first].at_us > board->now_us)
        return false;
    *character = uart->out[uart->out_first];
    uart->out_first = (uint16_t)((uart->out_first + 1) % VBOARD_UART_OUT_MAX);
    uart->out_count--;
    return true;
}

uint64_t vboard_uart_due_us(const struct vboard *board)
{
    const struct vboard_uart *uart = &board->uart;
    uint64_t due_us = uart->out_count > 0 ? uart->out[uart->out_first].at_us : VBOARD_NEVER;

    /* A host that has sent nothing here does not wait for work: over USB it sleeps meanwhile. */
    if (board->work.busy && uart->line_baud != 0 && board->work.end_us < due_us)
        due_us = board->work.end_us;
    return due_us < board->replug_us ? due_us : board->replug_us;
}

/* ---- to the board ---- */

/* Delivers a character to the ROM, if it listens. A UART keeps one for it, and loses the next. */
static void deliver(struct vboard *board, uint8_t byte)
{
    struct vboard_uart *uart = &board->uart;

    if (!uart->listener->busy(uart->context)) {
        uart->listener->receive(uart->context, byte);
    } else if (!uart->holds) {
        uart->held = byte;
        uart->holds = true;
    }
}

/* The ROM listens again. */
static void deliver_held(struct vboard *board)
{
    struct vboard_uart *uart = &board->uart;

    if (!uart->listener || !uart->holds || uart->listener->busy(uart->context))
        return;
    uart->holds = false;
    uart->listener->receive(uart->context, uart->held);
}

static void send_to_program(struct vboard *board, const struct vboard_line *line, uint8_t byte)
{
    const struct vboard_processor_ops *ops = board->processor.ops;
    void *context = board->processor.context;

    if (!count(board))
        return;
    if (is_garbled(board, line->baud))
        byte = garbled(byte);
    if (strikes(board, VBOARD_FAULT_PARITY))
        byte ^= 0x10;
    if (strikes(board, VBOARD_FAULT_NOISE))
        ops->receive(context, NOISE, line->baud, line->even_parity);
    ops->receive(context, byte, line->baud, line->even_parity);
}

static void send_one(struct vboard *board, const struct vboard_line *line, uint8_t byte)
{
    struct vboard_uart *uart = &board->uart;
    uint64_t us = take_character_us(uart, line);

    board->stats.bytes_out++;
    board->stats.bus_us += us;
    vboard_clock_advance(board, board->now_us + us, false);
    deliver_held(board);
    if (vboard_runs_program(board)) {
        uart->line_baud = line->baud;
        send_to_program(board, line, byte);
        return;
    }
    if (!uart->listener)
        return;
    uart->line_baud = line->baud;
    if (!count(board))
        return;
    /* The first character is measured, all others must fit. */
    if ((uart->baud != 0 && !speeds_agree(line->baud, uart->baud)) || is_garbled(board, line->baud))
        byte = garbled(byte);
    /*
     * Without a parity bit the ROM takes the stop bit for it, which is right only for an odd
     * character.
     */
    else if (!line->even_parity && !odd(byte))
        byte ^= 0x80;
    if (strikes(board, VBOARD_FAULT_PARITY))
        byte ^= 0x10;
    if (strikes(board, VBOARD_FAULT_NOISE))
        deliver(board, NOISE);
    if (uart->listener)
        deliver(board, byte);
}

void vboard_uart_send(struct vboard *board, const struct vboard_line *line, const uint8_t *bytes,
                      size_t size)
{
    for (size_t i = 0; i < size && board->powered; i++)
        send_one(board, line, bytes[i]);
}

/* ---- the port ---- */

bool vboard_has_uart(const struct vboard *board)
{
    return board->build.has_uart;
}

bool vboard_uart_plugged(const struct vboard *board)
{
    return vboard_has_uart(board) && board->powered;
}

static bool role_active(const struct vboard *board, enum vboard_role role)
{
    const struct vboard_wire *wires = board->settings.wires;

    return (wires[0].role == role && board->uart.dtr != wires[0].inverted) ||
           (wires[1].role == role && board->uart.rts != wires[1].inverted);
}

static bool role_wired(const struct vboard *board, enum vboard_role role)
{
    return board->settings.wires[0].role == role || board->settings.wires[1].role == role;
}

void vboard_uart_lines(struct vboard *board, bool dtr, bool rts)
{
    bool held = role_active(board, VBOARD_ROLE_RESET);
    bool holds;

    board->uart.dtr = dtr;
    board->uart.rts = rts;
    if (role_wired(board, VBOARD_ROLE_BOOT0))
        vboard_set_boot0(board, role_active(board, VBOARD_ROLE_BOOT0));
    holds = role_active(board, VBOARD_ROLE_RESET);
    if (!held && holds && board->powered) {
        vboard_trace(board, "uart: held in reset");
        vboard_disconnect(board);
        vboard_stop_program(board);
        vboard_uart_stop(board);
    } else if (held && !holds) {
        vboard_press_reset(board); /* the chip reads BOOT0 when it leaves reset */
    }
}
