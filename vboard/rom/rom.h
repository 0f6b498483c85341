/* SPDX-License-Identifier: MIT */
/* The bootloaders: code and state of what starts after a reset, according to a model's row. */
#ifndef VBOARD_ROM_ROM_H
#define VBOARD_ROM_ROM_H

#include "../board/occupant.h"
#include "models.h"

struct vboard;

struct vboard_bootloader {
    struct vboard_bootloader_ops ops;
    /* Makes its state, for ops.free() to free. NULL: no memory. */
    void *(*create)(struct vboard *board, const struct vboard_rom *rom);
};

extern const struct vboard_bootloader vboard_dfuse;     /* ST's ROM: dfuse.c */
extern const struct vboard_bootloader vboard_maple;     /* Maple bootloaders, in flash: maple.c */
extern const struct vboard_bootloader vboard_plain;     /* DFU 1.1 to the letter: plain.c */
extern const struct vboard_bootloader vboard_uart_only; /* a ROM without USB: uart.c */

/* Makes the row's bootloader that of the board, which frees it. False: no memory. */
bool vboard_rom_occupy(struct vboard *board, const struct vboard_rom *rom);

/* Writes to the supply range at 0xffff0000, `offset` bytes from it. False if the ROM refuses. */
bool vboard_rom_write_feature(struct vboard *board, const struct vboard_rom *rom, uint32_t offset,
                              const uint8_t *data, uint32_t size);

#endif
