/* SPDX-License-Identifier: MIT */
/* Bytes as people read them. */
#ifndef BOOT0_CLI_HEXDUMP_H
#define BOOT0_CLI_HEXDUMP_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/*
 * A line for each 16 bytes, or 4 on a terminal that is narrow: address, bytes, and what of them is
 * ASCII. Lines that repeat the one before are one "*". The last line is the address behind all.
 */
void hexdump(FILE *file, uint32_t address, const uint8_t *data, size_t size);

#endif
