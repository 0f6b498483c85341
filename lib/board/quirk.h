/* SPDX-License-Identifier: MIT */
/* How a board with certain USB ids differs from the specifications: a row of lib/usb/quirks.c, or
 * of the user's. */
#ifndef B0_LIB_BOARD_QUIRK_H
#define B0_LIB_BOARD_QUIRK_H

#include <core/engine.h>

struct b0_quirk {
    const char *name;
    uint16_t vendor; /* 0: any */
    uint16_t product;
    uint16_t bcd_first; /* bcdDevice range, inclusive */
    uint16_t bcd_last;
    uint8_t rom; /* the ROM of every chip that the board can be is so: enum b0_rom_trait; 0: any */
    uint16_t dfu_version; /* what bcdDFUVersion should have been; 0: as reported */
    /* Pages of the main flash, if the layout string is known to be wrong; bytes, 0: as reported. */
    uint16_t page_size;
    bool size_in_serial; /* then the third character of a GD32's serial number tells its flash */
    /* Bytes that the flash programs at a time, if the chip is none of the table's; 0: unknown. */
    uint8_t program_unit;
    bool whole_blocks; /* takes blocks of the transfer size only: the last one is padded */
    struct b0_engine_quirks engine;
};

#endif
