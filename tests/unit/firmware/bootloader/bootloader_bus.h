/* SPDX-License-Identifier: MIT */
/* The board of bootloader_test.h on a bus of libboot0: what a session with it does. */
#ifndef TESTS_BOOTLOADER_BUS_H
#define TESTS_BOOTLOADER_BUS_H

#include "bootloader_test.h"
#include <boot0/boot0.h>

struct board_bus {
    struct test_board *board;
    enum b0_start runs; /* on the chip now; nothing is on the bus unless it is the bootloader */
    unsigned connection;
    uint64_t base_us; /* time before the flash's clock came round */
    uint32_t last_us;
    unsigned transfers;  /* to the device's class and vendor requests */
    unsigned asked[16];  /* of them the vendor requests, by wIndex */
    uint8_t bos_version; /* 0: as it is; else the major version that its capability claims */
};

/* A bus with a blank board, whose bootloader runs. */
void board_bus_begin(struct board_bus *bus, struct test_board *board, struct test_flash *flash);
/* After a reset by the handover word (0: none). Fills board_bus->runs. */
void board_bus_reset(struct board_bus *bus, uint32_t handover);
struct boot0_bus board_bus_of(struct board_bus *bus);

#endif
