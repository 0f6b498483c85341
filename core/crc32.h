/* SPDX-License-Identifier: MIT */
/* CRC-32 of IEEE 802.3, as in the suffix of .dfu files (DFU 1.1, appendix B). */
#ifndef B0_CORE_CRC32_H
#define B0_CORE_CRC32_H

#include <stddef.h>
#include <stdint.h>

#define B0_CRC32_START 0xffffffffu

/*
 * Continues a CRC over more bytes; start with B0_CRC32_START. The result is not inverted, as in the
 * suffix.
 */
uint32_t b0_crc32(uint32_t crc, const uint8_t *data, size_t size);

#endif
