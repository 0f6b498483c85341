/* SPDX-License-Identifier: MIT */
/* The UART of a virtual board in the same process, as a stream. All times are the board's. */
#include <boot0/virtual.h>

#include <stdlib.h>
#include <vboard/vboard.h>

enum {
    PROGRAM_STEP_US = 40, /* eight characters of 2 Mbaud */
};

struct virtual_uart {
    struct vboard *board;
    struct vboard_line line;
};

static enum boot0_xfer send_bytes(void *context, const uint8_t *bytes, size_t size,
                                  uint32_t timeout_ms)
{
    struct virtual_uart *uart = context;

    (void)timeout_ms;
    vboard_uart_send(uart->board, &uart->line, bytes, size);
    return vboard_uart_plugged(uart->board) ? BOOT0_XFER_OK : BOOT0_XFER_GONE;
}

/* Lets time pass to the next point that may bring a character; false if the time is over. */
static bool wait_for_more(struct virtual_uart *uart, uint64_t end_us)
{
    uint64_t due_us = vboard_uart_due_us(uart->board);
    uint64_t at_us = vboard_now_us(uart->board);

    if (at_us >= end_us)
        return false;
    if (due_us <= at_us) /* due now, but not there: avoid standing still */
        due_us = at_us + 1;
    /* A program's output is not due before the program has sent it. */
    if (vboard_runs_program(uart->board) && due_us > at_us + PROGRAM_STEP_US)
        due_us = at_us + PROGRAM_STEP_US;
    vboard_wait_until(uart->board, due_us < end_us ? due_us : end_us);
    return true;
}

static enum boot0_xfer receive(void *context, uint8_t *bytes, size_t size, size_t *actual,
                               uint32_t timeout_ms)
{
    struct virtual_uart *uart = context;
    uint64_t end_us = vboard_now_us(uart->board) + (uint64_t)timeout_ms * 1000;
    struct vboard_character character;
    bool damaged = false;

    for (*actual = 0; *actual < size;) {
        if (vboard_uart_receive(uart->board, &character)) {
            bytes[(*actual)++] = character.byte;
            damaged = damaged || character.damaged;
        } else if (!vboard_uart_plugged(uart->board)) {
            return BOOT0_XFER_GONE;
        } else if (!wait_for_more(uart, end_us)) {
            break;
        }
    }
    if (damaged)
        return BOOT0_XFER_ERROR;
    return *actual == size ? BOOT0_XFER_OK : BOOT0_XFER_TIMEOUT;
}

static enum boot0_xfer set(void *context, const struct boot0_line *line)
{
    struct virtual_uart *uart = context;

    if (!vboard_uart_takes(uart->board, line->baud))
        return BOOT0_XFER_ERROR;
    uart->line =
        (struct vboard_line){.baud = line->baud, .even_parity = line->parity == BOOT0_PARITY_EVEN};
    vboard_uart_lines(uart->board, line->dtr, line->rts);
    return BOOT0_XFER_OK;
}

static void wait_us(void *context, uint32_t microseconds)
{
    struct virtual_uart *uart = context;

    vboard_wait(uart->board, microseconds);
}

static uint64_t now_us(void *context)
{
    struct virtual_uart *uart = context;

    return vboard_now_us(uart->board);
}

static void close_uart(void *context)
{
    struct virtual_uart *uart = context;

    (void)vboard_free(uart->board, NULL); /* there is nobody left to tell */
    free(uart);
}

static const struct boot0_stream_ops uart_ops = {
    .send = send_bytes,
    .receive = receive,
    .set = set,
    .wait = wait_us,
    .now_us = now_us,
    .close = close_uart,
};

enum boot0_status boot0_virtual_uart_open(struct boot0_stream *stream, const char *spec,
                                          struct boot0_error *error)
{
    struct virtual_uart *uart = calloc(1, sizeof *uart);

    stream->ops = NULL;
    if (!uart)
        return boot0_fail(error, BOOT0_E_MEMORY, "out of memory");
    uart->line.baud = 115200;
    uart->board = vboard_new(spec, error);
    if (!uart->board) {
        free(uart);
        return error->code;
    }
    if (!vboard_has_uart(uart->board)) {
        boot0_fail(error, BOOT0_E_USAGE, "the virtual board \"%s\" has no UART bootloader",
                   vboard_name(uart->board));
        close_uart(uart);
        return error->code;
    }
    vboard_uart_lines(uart->board, true, true); /* as systems do when they open a port */
    stream->ops = &uart_ops;
    stream->context = uart;
    return BOOT0_OK;
}

struct vboard *boot0_virtual_uart_board(const struct boot0_stream *stream)
{
    const struct virtual_uart *uart = stream->context;

    return uart->board;
}
