/* SPDX-License-Identifier: MIT */
#include "loader_board.h"

#include <boot0/protocol.h>
#include <string.h>

enum {
    KIB = 1024,
    UART_HZ = 84000000, /* of an F407's USART1 */
    LOOP_NS = 4000,     /* one turn of the loader's loop, at most a character at 2 Mbaud */
    HASH_NS_PER_KIB = 430000,
    PROGRAM_NS_PER_BYTE = 4000, /* 16 us per word: DS8626, 5.3.12 */
    BITS = 10,
};

/* ---- the flash ---- */

/* RM0090, 3.4, table 5. */
static uint32_t sector_size_at(uint32_t address)
{
    uint32_t offset = address - LOADER_FLASH;

    return offset < 64 * KIB ? 16 * KIB : offset < 128 * KIB ? 64 * KIB : 128 * KIB;
}

/* DS8626, 5.3.12, by words: typical times. */
static uint64_t erase_ns(uint32_t size)
{
    return (size == 16 * KIB ? 250 : size == 64 * KIB ? 550 : 1000) * UINT64_C(1000000);
}

static bool is_flash(uint32_t address, uint32_t length)
{
    return address >= LOADER_FLASH && length <= LOADER_FLASH_SIZE &&
           address - LOADER_FLASH <= LOADER_FLASH_SIZE - length;
}

static bool is_blank(const uint8_t *data, uint32_t size)
{
    for (uint32_t i = 0; i < size; i++)
        if (data[i] != 0xff)
            return false;
    return true;
}

static uint8_t *room(void *context, uint8_t *count)
{
    struct loader_board *board = context;
    unsigned blocks = LOADER_BLOCKS - board->block_count;
    unsigned orders = LOADER_ORDERS - board->order_count;

    *count = (uint8_t)(blocks < orders ? blocks : orders);
    return *count > 0 ? board->blocks[(board->first_block + board->block_count) % LOADER_BLOCKS]
                      : NULL;
}

static uint8_t push(struct loader_board *board, bool is_erase, uint32_t address, uint32_t size)
{
    if (!is_flash(address, size))
        return BOOT0_DFU_STATUS_ERR_ADDRESS;
    board->orders[(board->first_order + board->order_count++) % LOADER_ORDERS] =
        (struct loader_order){is_erase, address, size};
    board->block_count += !is_erase;
    return BOOT0_DFU_STATUS_OK;
}

static uint8_t program(void *context, uint32_t address, uint16_t size)
{
    return push(context, false, address, size);
}

static uint8_t erase(void *context, uint32_t address, uint32_t length)
{
    return push(context, true, address, length);
}

static bool idle(void *context, uint8_t *status)
{
    struct loader_board *board = context;

    *status = board->failure;
    board->failure = BOOT0_DFU_STATUS_OK;
    return board->order_count == 0;
}

static const uint8_t *contents(void *context, uint32_t address, uint32_t length)
{
    struct loader_board *board = context;

    return is_flash(address, length) ? board->flash + (address - LOADER_FLASH) : NULL;
}

static uint32_t uart_hz(void *context)
{
    (void)context;
    return UART_HZ;
}

static const struct b0_loader_ops ops = {room, program, erase, idle, contents, uart_hz};

static void drop_orders(struct loader_board *board, uint8_t status)
{
    board->failure = status;
    board->order_count = board->block_count = 0;
    board->is_working = false;
}

static void do_program(struct loader_board *board, const struct loader_order *order)
{
    uint8_t *to = board->flash + (order->address - LOADER_FLASH);
    const uint8_t *block = board->blocks[board->first_block];
    bool fails =
        board->fails_at >= order->address && board->fails_at < order->address + order->size;

    board->programs++;
    for (uint32_t i = 0; i < order->size; i++)
        to[i] &= block[i];
    if (fails || memcmp(to, block, order->size) != 0) {
        drop_orders(board, fails ? BOOT0_DFU_STATUS_ERR_PROG : BOOT0_DFU_STATUS_ERR_VERIFY);
        return;
    }
    board->first_block = (board->first_block + 1) % LOADER_BLOCKS;
    board->block_count--;
}

/* The next operation of the first order is done: a sector, or a block. */
static void finish_operation(struct loader_board *board)
{
    struct loader_order *order = &board->orders[board->first_order];

    board->is_working = false;
    if (order->is_erase) {
        uint32_t size = sector_size_at(order->address);

        board->erases++;
        memset(board->flash + (order->address - LOADER_FLASH), 0xff, size);
        order->address += size;
        order->size = order->size > size ? order->size - size : 0;
        if (order->size > 0)
            return;
    } else {
        do_program(board, order);
        if (board->order_count == 0)
            return;
    }
    board->first_order = (board->first_order + 1) % LOADER_ORDERS;
    board->order_count--;
}

static void work(struct loader_board *board)
{
    const struct loader_order *order;
    uint64_t span_ns;

    if (board->is_working && board->now_ns >= board->ready_ns)
        finish_operation(board);
    if (board->is_working || board->order_count == 0)
        return;
    order = &board->orders[board->first_order];
    if (order->is_erase) {
        uint32_t size = sector_size_at(order->address);

        span_ns = is_blank(board->flash + (order->address - LOADER_FLASH), size) ? 500000
                                                                                 : erase_ns(size);
    } else {
        span_ns = order->size * (uint64_t)PROGRAM_NS_PER_BYTE;
    }
    board->is_working = true;
    board->ready_ns = board->now_ns + span_ns;
}

/* ---- the wires ---- */

static bool speeds_agree(const struct loader_board *board)
{
    uint32_t a = board->host.baud, b = board->line.baud, apart = a > b ? a - b : b - a;

    return apart <= b / 25 && board->host.parity == BOOT0_PARITY_NONE;
}

static bool strikes(const struct loader_board *board, unsigned every)
{
    return every > 0 && board->host.baud >= board->noise_from && board->characters % every == 0;
}

/* Transfers a character with the wire's faults. Returns false if it does not arrive. */
static bool carry(struct loader_board *board, uint8_t *byte)
{
    board->characters++;
    if ((board->cut_at > 0 && board->characters >= board->cut_at) ||
        strikes(board, board->lost_every))
        return false;
    if (!speeds_agree(board) ||
        (board->garbles_from > 0 && board->host.baud >= board->garbles_from))
        *byte = (uint8_t)(*byte * 37 + 11);
    if (strikes(board, board->noise_every))
        *byte ^= 0x10;
    return true;
}

static uint64_t character_ns(uint32_t baud)
{
    return UINT64_C(1000000000) * BITS / baud;
}

static void arrive(struct loader_board *board)
{
    uint8_t byte = board->sent;

    board->is_sending = false;
    if (!carry(board, &byte))
        return;
    if (board->mumbles_from > 0 && board->host.baud >= board->mumbles_from)
        byte ^= 0x21;
    if (board->to_host_count == sizeof board->to_host) {
        board->overruns++;
        return;
    }
    board->to_host[(board->first_to_host + board->to_host_count++) % sizeof board->to_host] = byte;
}

static bool has_loader(const struct loader_board *board)
{
    return board->now_ns >= board->appears_us * 1000 && board->line.exit == B0_LOADER_STAYS;
}

/* One turn of the loader's loop. */
static void turn(struct loader_board *board)
{
    bool hashes = board->line.question.type == B0_LOADER_DIGESTS && board->line.began;

    work(board);
    if (board->is_sending && board->now_ns >= board->sending_ns)
        arrive(board);
    if (!has_loader(board))
        return;
    if (b0_loader_line_step(&board->line, (uint32_t)(board->now_ns / 1000), !board->is_sending) &&
        hashes)
        board->now_ns += HASH_NS_PER_KIB;
    if (!board->is_sending && b0_loader_line_take(&board->line, &board->sent)) {
        board->is_sending = true;
        board->sending_ns =
            (board->sending_ns > board->now_ns - LOOP_NS ? board->sending_ns : board->now_ns) +
            character_ns(board->line.baud);
    }
}

static void run_until(struct loader_board *board, uint64_t end_ns)
{
    while (board->now_ns < end_ns) {
        board->now_ns += end_ns - board->now_ns < LOOP_NS ? end_ns - board->now_ns : LOOP_NS;
        turn(board);
    }
}

void loader_board_run(struct loader_board *board, uint64_t microseconds)
{
    run_until(board, board->now_ns + microseconds * 1000);
}

void loader_board_settle(struct loader_board *board)
{
    while (board->order_count > 0)
        loader_board_run(board, 1000);
}

/* ---- the stream ---- */

static enum boot0_xfer send_bytes(void *context, const uint8_t *bytes, size_t size,
                                  uint32_t timeout_ms)
{
    struct loader_board *board = context;

    (void)timeout_ms;
    for (size_t i = 0; i < size; i++) {
        uint8_t byte = bytes[i];

        run_until(board, board->now_ns + character_ns(board->host.baud));
        if (carry(board, &byte) && has_loader(board))
            b0_loader_line_receive(&board->line, byte, (uint32_t)(board->now_ns / 1000));
    }
    return board->cut_at > 0 && board->characters >= board->cut_at ? BOOT0_XFER_GONE
                                                                   : BOOT0_XFER_OK;
}

static enum boot0_xfer receive(void *context, uint8_t *bytes, size_t size, size_t *actual,
                               uint32_t timeout_ms)
{
    struct loader_board *board = context;
    uint64_t end_ns = board->now_ns + timeout_ms * UINT64_C(1000000);

    for (*actual = 0; *actual < size;) {
        if (board->cut_at > 0 && board->characters >= board->cut_at)
            return BOOT0_XFER_GONE;
        if (board->to_host_count > 0) {
            bytes[(*actual)++] = board->to_host[board->first_to_host];
            board->first_to_host = (board->first_to_host + 1) % sizeof board->to_host;
            board->to_host_count--;
        } else if (board->now_ns < end_ns) {
            run_until(board, board->now_ns + LOOP_NS);
        } else {
            return BOOT0_XFER_TIMEOUT;
        }
    }
    return BOOT0_XFER_OK;
}

static enum boot0_xfer set(void *context, const struct boot0_line *line)
{
    struct loader_board *board = context;

    if (board->adapter_max > 0 && line->baud > board->adapter_max)
        return BOOT0_XFER_ERROR;
    board->host = *line;
    board->to_host_count = 0;
    return BOOT0_XFER_OK;
}

static void wait_us(void *context, uint32_t microseconds)
{
    loader_board_run(context, microseconds);
}

static uint64_t now_us(void *context)
{
    const struct loader_board *board = context;

    return board->now_ns / 1000;
}

static void close_stream(void *context)
{
    (void)context;
}

struct boot0_stream loader_board_stream(struct loader_board *board)
{
    static const struct boot0_stream_ops stream_ops = {
        .send = send_bytes,
        .receive = receive,
        .set = set,
        .wait = wait_us,
        .now_us = now_us,
        .close = close_stream,
    };

    return (struct boot0_stream){&stream_ops, board};
}

/* ---- the board ---- */

void loader_board_init(struct loader_board *board)
{
    const struct b0_extension_info info = {
        .protocol_version = B0_EXTENSION_VERSION,
        .flags = B0_INFO_IN_RAM,
        .device_id = 0x413,
        .program_start = LOADER_FLASH,
        .entry_reason = B0_ENTRY_LOADED,
        .flash_kib = LOADER_FLASH_SIZE / KIB,
        .unique_id = {0x41, 0, 0x33, 0, 0x0c, 0x51, 0x38, 0x30, 0x34, 0x35, 0x31, 0x37},
        .core_hz = 168000000,
        .board = "test",
    };

    memset(board, 0, sizeof *board);
    memset(board->flash, 0xff, sizeof board->flash);
    b0_loader_line_init(&board->line, &ops, board, &info, B0_LOADER_FIRST_BAUD);
}

void loader_board_replug(struct loader_board *board)
{
    board->cut_at = 0;
    board->to_host_count = 0;
    board->host = (struct boot0_line){.baud = B0_LOADER_FIRST_BAUD};
}
