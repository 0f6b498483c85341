/* SPDX-License-Identifier: MIT */
/*
 * The host's end of the RAM loader's serial line, with a fuzzer as the board: every operation ends,
 * and never overflows its buffer. An input is a script of the line: raw bytes, frames with the
 * right CRC, silence.
 */
#include <boot0/protocol.h>
#include <core/bytes.h>
#include <lib/serial/loader_link.h>

#include <stdlib.h>
#include <string.h>

enum {
    SIZE = 9000,
    OPERATIONS = 6,
};

struct board {
    const uint8_t *data; /* the rest of the script */
    size_t size;
    uint8_t line[B0_LOADER_CODED_SIZE(256)]; /* bytes on the line */
    size_t line_size, line_at;
    struct b0_loader_link *link;
    uint64_t now_us;
    uint32_t read_at; /* the address of the next DATA that would fit */
};

static enum boot0_xfer send_bytes(void *context, const uint8_t *bytes, size_t size,
                                  uint32_t timeout_ms)
{
    struct board *board = context;

    (void)bytes;
    (void)timeout_ms;
    board->now_us += size;
    return BOOT0_XFER_OK;
}

/* Sends a frame that fits the present operation as far as the script wants. */
static void put_frame(struct board *board, const uint8_t *data, size_t size)
{
    uint8_t head[4], number = data[1] & 0x80 ? data[1] : board->link->question;
    struct b0_loader_parts parts = {head, 0, data + 2, size - 2};
    uint8_t type = 0x80 | (data[0] & 3);

    b0_store32(head, board->read_at);
    if (type == B0_LOADER_DATA && !(data[1] & 0x40)) {
        parts.head_size = sizeof head;
        board->read_at += (uint32_t)parts.data_size;
    }
    if (type == B0_LOADER_STATE)
        number = (uint8_t)(board->link->expected + (data[1] & 3));
    board->line_size = b0_loader_frame_encode(board->line, type, number, &parts);
}

/* Executes the script's next part; returns false for a silence. */
static bool go_on(struct board *board)
{
    uint8_t what;
    size_t part;

    board->line_size = board->line_at = 0;
    if (board->size < 2)
        return false;
    what = board->data[0];
    part = board->data[1] < board->size - 2 ? board->data[1] : board->size - 2;
    if (what % 4 == 0) {
        memcpy(board->line, board->data + 2, part);
        board->line_size = part;
    } else if (what % 4 != 1 && part >= 2) {
        put_frame(board, board->data + 2, part);
    }
    board->data += 2 + part;
    board->size -= 2 + part;
    return board->line_size > 0;
}

static enum boot0_xfer receive(void *context, uint8_t *bytes, size_t size, size_t *actual,
                               uint32_t timeout_ms)
{
    struct board *board = context;

    if (board->line_at == board->line_size && !go_on(board))
        board->now_us += (uint64_t)timeout_ms * 1000;
    for (*actual = 0; *actual < size && board->line_at < board->line_size; board->now_us++)
        bytes[(*actual)++] = board->line[board->line_at++];
    return *actual == size ? BOOT0_XFER_OK : BOOT0_XFER_TIMEOUT;
}

static enum boot0_xfer set(void *context, const struct boot0_line *line)
{
    (void)context;
    return line->baud == 1500000 ? BOOT0_XFER_ERROR : BOOT0_XFER_OK;
}

static void wait_us(void *context, uint32_t microseconds)
{
    struct board *board = context;

    board->now_us += microseconds;
}

static uint64_t now_us(void *context)
{
    const struct board *board = context;

    return board->now_us;
}

static const struct boot0_stream_ops stream_ops = {
    .send = send_bytes, .receive = receive, .set = set, .wait = wait_us, .now_us = now_us};

static void operate(struct board *board, uint8_t what)
{
    uint8_t *buffer = calloc(1, SIZE);
    uint32_t size = what / 8 * 200u + 1;

    if (!buffer)
        abort();
    board->read_at = 0x08000000;
    switch (what % 6) {
    case 0:
        b0_loader_link_hello(board->link, 500);
        break;
    case 1:
        b0_loader_link_speed_up(board->link);
        break;
    case 2:
        b0_loader_link_read(board->link, 0x08000000, buffer, size);
        break;
    case 3:
        b0_loader_link_write(board->link, 0x08000000, buffer, size);
        break;
    case 4:
        b0_loader_link_erase(board->link, 0x08000000, 0x4000);
        break;
    default:
        b0_loader_link_ask(board->link, B0_LOADER_DIGESTS, buffer, 16, buffer, 64);
    }
    if (board->link->done > SIZE)
        abort();
    free(buffer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct b0_loader_link link;
    static struct board board;
    struct boot0_line line = {.baud = B0_LOADER_FIRST_BAUD};
    const struct boot0_stream stream = {&stream_ops, &board};
    uint8_t operations[OPERATIONS];

    if (size < sizeof operations)
        return 0;
    memcpy(operations, data, sizeof operations);
    board = (struct board){
        .data = data + sizeof operations, .size = size - sizeof operations, .link = &link};
    b0_loader_link_init(&link, &stream, &line);
    link.highest_baud = 2000000;
    for (size_t i = 0; i < sizeof operations; i++)
        operate(&board, operations[i]);
    return 0;
}
