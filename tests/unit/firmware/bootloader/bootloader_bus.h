/* SPDX-License-Identifier: MIT */
/* The board of bootloader_test.h on a bus of libboot0: the effects of a session with it. */
#ifndef TESTS_BOOTLOADER_BUS_H
#define TESTS_BOOTLOADER_BUS_H

#include "bootloader_test.h"
#include <boot0/boot0.h>

struct board_bus {
    struct test_board *board;
    enum b0_start runs; /* now, on the chip; only the bootloader is on the bus */
    unsigned connection;
    uint64_t base_us; /* time before the flash's clock wrapped */
    uint32_t last_us;
    unsigned transfers;  /* class and vendor requests to the device */
    unsigned asked[16];  /* the vendor requests among them, by wIndex */
    uint8_t bos_version; /* 0: the real one; otherwise its capability's major version */
};

/* A bus with a blank board that runs the bootloader. */
void board_bus_begin(struct board_bus *bus, struct test_board *board, struct test_flash *flash);
/* Resets it with the handover word (0: none). Sets board_bus->runs. */
void board_bus_reset(struct board_bus *bus, uint32_t handover);
struct boot0_bus board_bus_of(struct board_bus *bus);

#endif
