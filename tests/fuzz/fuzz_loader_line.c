/* SPDX-License-Identifier: MIT */
/*
 * The RAM loader's end of its serial line, with a fuzzer as the host. An input is a script, so that
 * frames have the right CRC: raw bytes, whole frames, passing time, and a flash that completes or
 * fails. The loader never accesses the flash outside its range, whatever the input.
 */
#include <boot0/protocol.h>
#include <core/bytes.h>
#include <core/loader_line.h>

#include <stdlib.h>
#include <string.h>

enum {
    BASE = 0x08000000,
    FLASH_SIZE = 64 * 1024,
    BLOCKS = 3,
    TURNS = 40,
};

struct board {
    struct b0_loader_line line;
    uint8_t flash[FLASH_SIZE];
    uint8_t block[B0_LOADER_BLOCK];
    unsigned ordered;
    uint8_t failure;
    uint32_t now_us;
};

static bool is_flash(uint32_t address, uint32_t length)
{
    return address >= BASE && length > 0 && length <= FLASH_SIZE &&
           address - BASE <= FLASH_SIZE - length;
}

static uint8_t *room(void *context, uint8_t *count)
{
    struct board *board = context;

    *count = (uint8_t)(BLOCKS - board->ordered);
    return *count > 0 ? board->block : NULL;
}

static uint8_t program(void *context, uint32_t address, uint16_t size)
{
    struct board *board = context;

    if (board->ordered == BLOCKS || size == 0 || size > B0_LOADER_BLOCK)
        abort();
    if (!is_flash(address, size))
        return BOOT0_DFU_STATUS_ERR_ADDRESS;
    board->ordered++;
    memcpy(board->flash + (address - BASE), board->block, size);
    return BOOT0_DFU_STATUS_OK;
}

static uint8_t erase(void *context, uint32_t address, uint32_t length)
{
    struct board *board = context;

    if (board->ordered == BLOCKS)
        abort();
    if (!is_flash(address, length))
        return BOOT0_DFU_STATUS_ERR_ADDRESS;
    board->ordered++;
    return BOOT0_DFU_STATUS_OK;
}

static bool idle(void *context, uint8_t *status)
{
    struct board *board = context;

    *status = board->failure;
    board->failure = BOOT0_DFU_STATUS_OK;
    return board->ordered == 0;
}

static const uint8_t *contents(void *context, uint32_t address, uint32_t length)
{
    struct board *board = context;

    if (!is_flash(address, length))
        return NULL;
    if (board->ordered > 0 && board->line.question.type != B0_LOADER_RUN)
        abort(); /* it is being changed */
    return board->flash + (address - BASE);
}

static uint32_t uart_hz(void *context)
{
    (void)context;
    return 84000000;
}

static const struct b0_loader_ops ops = {room, program, erase, idle, contents, uart_hz};

static void receive(struct board *board, const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        b0_loader_line_receive(&board->line, bytes[i], ++board->now_us);
}

/* Type, number, an address near the flash, a length, and the rest unchanged. */
static void receive_frame(struct board *board, const uint8_t *data, size_t size)
{
    static uint8_t coded[B0_LOADER_CODED_SIZE(B0_LOADER_PAYLOAD_MAX)];
    uint8_t head[8];
    struct b0_loader_parts parts = {head, 0, data, size};

    if (size < 5)
        return;
    b0_store32(head, BASE + (uint32_t)b0_load16(data + 2) * 4);
    b0_store32(head + 4, (uint32_t)data[4] * 512);
    parts.head_size = (size_t)(data[1] % 3) * 4;
    parts.data = data + 5;
    parts.data_size = size - 5;
    receive(board, coded,
            b0_loader_frame_encode(coded, data[0], data[1] & 0x80 ? data[1] : board->line.expected,
                                   &parts));
}

static void run(struct board *board, bool is_sent)
{
    uint8_t byte;

    for (unsigned i = 0; i < TURNS; i++) {
        board->now_us += 100;
        b0_loader_line_step(&board->line, board->now_us, is_sent);
        if (board->line.out_at > board->line.out_size ||
            board->line.out_size > sizeof board->line.out)
            abort();
        while (b0_loader_line_take(&board->line, &byte))
            ;
    }
}

static void act(struct board *board, uint8_t what, const uint8_t *data, size_t size)
{
    switch (what % 8) {
    case 0:
        receive(board, data, size);
        break;
    case 1:
        board->now_us += (uint32_t)what * 5000;
        break;
    case 2:
        board->ordered = 0;
        break;
    case 3:
        board->ordered = 0;
        board->failure = what / 8 % BOOT0_DFU_STATUS_COUNT;
        break;
    default:
        receive_frame(board, data, size);
    }
    run(board, what & 0x40);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct b0_extension_info info = {.device_id = 0x413, .flash_kib = 64};
    static struct board board;

    board = (struct board){.failure = 0};
    b0_loader_line_init(&board.line, &ops, &board, &info, B0_LOADER_FIRST_BAUD);
    while (size >= 2) {
        size_t part = data[1] < size - 2 ? data[1] : size - 2;

        act(&board, data[0], data + 2, part);
        data += 2 + part;
        size -= 2 + part;
    }
    return 0;
}
