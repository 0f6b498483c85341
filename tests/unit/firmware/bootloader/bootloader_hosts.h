/* SPDX-License-Identifier: MIT */
/*
 * Hosts of the field, as in their traces: how each begins, writes a program and ends. Each returns
 * false at the first error.
 */
#ifndef TESTS_BOOTLOADER_HOSTS_H
#define TESTS_BOOTLOADER_HOSTS_H

#include "bootloader_test.h"

typedef bool flash_function(struct test_board *board, uint32_t address, const uint8_t *data,
                            uint32_t size);

/* dfu-util without ":leave": all erases, then an address before each block; ends with ABORT. */
flash_function flash_as_dfu_util;
/* dfu-util before 0.10: likewise, but it erases each sector when it gets there. */
flash_function flash_as_old_dfu_util;
/* pydfu.py: SET_CONFIGURATION, checks only states, does not wait, leaves from 0x08000000. */
flash_function flash_as_pydfu;
/* boot0 --no-run: its own session, one sector at a time, one address for all. */
flash_function flash_as_boot0;
/* boot0: likewise, and starts the program. */
flash_function flash_as_boot0_and_leave;

/* SET_ADDRESS and the command to leave. */
bool dfu_leave(struct test_board *board);

#endif
