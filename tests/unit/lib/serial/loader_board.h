/* SPDX-License-Identifier: MIT */
/*
 * A board with the serial loader in its RAM, at the end of a stream: the loader's real end of the
 * line (core/loader_line.h), a flash with the times of an F407's, a UART and an adapter with limits
 * and faults. All times are the board's.
 */
#ifndef TESTS_LOADER_BOARD_H
#define TESTS_LOADER_BOARD_H

#include <boot0/serial.h>
#include <core/loader_line.h>

enum {
    LOADER_FLASH = 0x08000000,
    LOADER_FLASH_SIZE = 1024 * 1024,
    LOADER_BLOCKS = 16,
    LOADER_ORDERS = 20,
};

struct loader_order {
    bool is_erase;
    uint32_t address, size;
};

struct loader_board {
    struct b0_loader_line line;
    uint64_t now_ns;
    uint64_t appears_us; /* when the loader begins to listen */

    /* The flash and its queued orders. */
    uint8_t flash[LOADER_FLASH_SIZE];
    uint8_t blocks[LOADER_BLOCKS][B0_LOADER_BLOCK];
    unsigned first_block, block_count;
    struct loader_order orders[LOADER_ORDERS];
    unsigned first_order, order_count;
    bool is_working;
    uint64_t ready_ns; /* end of the present operation */
    unsigned erases;   /* of sectors that were not blank, and blocks */
    unsigned programs;
    uint8_t failure;   /* status that idle() reports next */
    uint32_t fails_at; /* an address that cannot be programmed; 0: none */

    /* The wires. Characters are counted for both directions together. */
    struct boot0_line host;
    uint32_t adapter_max;  /* higher speeds are refused; 0: none */
    uint32_t garbles_from; /* higher speeds are accepted and garbled; 0: none */
    uint32_t mumbles_from; /* likewise, but only from the board */
    unsigned characters;
    unsigned lost_every;  /* one in so many characters is lost; 0: none */
    unsigned noise_every; /* likewise, one has a wrong bit */
    uint32_t noise_from;  /* but only from that speed on */
    unsigned cut_at;      /* the wire breaks at that character; 0: never */
    uint64_t sending_ns;  /* when the board's character is sent */
    bool is_sending;
    uint8_t sent;
    uint8_t to_host[8192];
    unsigned first_to_host, to_host_count;
    unsigned overruns; /* characters that the host read too late */
};

/* A blank board whose loader listens at 115200 baud. */
void loader_board_init(struct loader_board *board);
/* Restores the wire and keeps the loader's state: another host's port. */
void loader_board_replug(struct loader_board *board);
struct boot0_stream loader_board_stream(struct loader_board *board);
void loader_board_run(struct loader_board *board, uint64_t microseconds);
/* Runs until the flash has finished all orders. */
void loader_board_settle(struct loader_board *board);

#endif
