/* SPDX-License-Identifier: MIT */
/* The USB side of a program on a Maple board or a blue pill. */
#ifndef VBOARD_ROM_CDC_PROGRAM_H
#define VBOARD_ROM_CDC_PROGRAM_H

#include <stdint.h>

struct vboard;

struct vboard_cdc_program {
    uint8_t dtr; /* enum dtr_state */
    uint8_t coding[7];
    uint8_t said[1024]; /* a ring of output that was not fetched yet */
    uint16_t said_first;
    uint16_t said_count;
    struct vboard *board;
};

/* The bootloader starts the program with vectors at an address. */
void vboard_cdc_program_start(struct vboard_cdc_program *program, struct vboard *board,
                              uint32_t address);

#endif
