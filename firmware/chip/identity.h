/* SPDX-License-Identifier: MIT */
/* Identification of the chip: RM0090, 38.6.1 and chapter 39. */
#ifndef CHIP_IDENTITY_H
#define CHIP_IDENTITY_H

#include <stdint.h>

enum {
    B0_UNIQUE_ID_SIZE = 12,
    B0_SERIAL_LENGTH = 12,
};

uint16_t b0_chip_device(void);
uint16_t b0_chip_revision(void);
/* In KiB; 512, the smallest size, if it is not programmed. */
uint16_t b0_chip_flash_kib(void);
const uint8_t *b0_chip_unique_id(void);

/* Writes the serial number of the ROM's USB bootloader: 12 hexadecimal digits, no NUL. */
void b0_chip_serial(const uint8_t unique_id[B0_UNIQUE_ID_SIZE], char digits[B0_SERIAL_LENGTH]);

/*
 * Returns the supply in millivolts, measured with the internal reference. The ADC runs at a quarter
 * of APB2's 84 MHz; its limit is 36 MHz (DS8626, ADC characteristics). 0 if the converter does not
 * answer or has no calibration.
 */
uint16_t b0_chip_supply_mv(void);

#endif
