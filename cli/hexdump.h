/* SPDX-License-Identifier: MIT */
/* Shows bytes to people. */
#ifndef BOOT0_CLI_HEXDUMP_H
#define BOOT0_CLI_HEXDUMP_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/*
 * Prints a line per 16 bytes, or 4 on a narrow terminal: address, bytes, and their ASCII
 * characters. Lines that repeat the one before become one "*". The last line is the address after
 * all bytes.
 */
void hexdump(FILE *file, uint32_t address, const uint8_t *data, size_t size);

#endif
