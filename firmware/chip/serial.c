/* SPDX-License-Identifier: MIT */
/* The serial number. In a separate file, because host code also computes it. */
#include "identity.h"

/*
 * Bytes 11, 10 + 2, 9, 8 + 0, 7, 6 of the unique id, as in ST's ROM (found by libopencm3's
 * desig.c): the sum of the first and third word, then the upper half of the second.
 */
void b0_chip_serial(const uint8_t unique_id[B0_UNIQUE_ID_SIZE], char digits[B0_SERIAL_LENGTH])
{
    const uint8_t bytes[B0_SERIAL_LENGTH / 2] = {
        unique_id[11], (uint8_t)(unique_id[10] + unique_id[2]),
        unique_id[9],  (uint8_t)(unique_id[8] + unique_id[0]),
        unique_id[7],  unique_id[6],
    };

    for (unsigned i = 0; i < B0_SERIAL_LENGTH; i++)
        digits[i] = "0123456789ABCDEF"[bytes[i / 2] >> (i % 2 == 0 ? 4 : 0) & 0xf];
}
