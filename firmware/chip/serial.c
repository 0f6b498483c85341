/* SPDX-License-Identifier: MIT */
/* The serial number, in a file of its own because it is not only for the chip to compute. */
#include "identity.h"

/*
 * Bytes 11, 10 + 2, 9, 8 + 0, 7, 6 of the unique id, as ST's ROM has it (libopencm3's desig.c found
 * out): words, first and third added, then the upper half of the second.
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
