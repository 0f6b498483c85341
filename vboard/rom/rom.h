/* What the bootloader models share: their functions, and answers of DFU. */
#ifndef VBOARD_ROM_ROM_H
#define VBOARD_ROM_ROM_H

#include "../board.h"

/* The UART bootloader listens from now on, and waits for 0x7f: uart.c. */
void vboard_uart_start(struct vboard *board);

/*
 * What is written to the supply range at 0xffff0000, `offset` bytes from it; false if it is
 * refused: dfuse_memory.c.
 */
bool vboard_rom_write_feature(struct vboard *board, uint32_t offset, const uint8_t *data,
                              uint32_t size);

extern const struct vboard_function vboard_dfuse;     /* ST's ROM: dfuse.c */
extern const struct vboard_function vboard_maple;     /* Maple bootloaders, in flash: maple.c */
extern const struct vboard_function vboard_plain;     /* DFU 1.1 to the letter: plain.c */
extern const struct vboard_function vboard_uart_only; /* a ROM that knows no USB: uart.c */

/* A Maple bootloader starts the program whose vectors are at an address: sketch.c. */
void vboard_sketch_start(struct vboard *board, uint32_t address);

/*
 * Takes a class request in the right direction to a DFU interface: board->dfu.alternate is what it
 * is for. False if it is none, or if another interface is in the middle of something: the
 * interfaces of a board share one state.
 */
bool vboard_dfu_route(struct vboard *board, const struct boot0_setup *setup);

/* Refuses a request: EP0 stalls, and dfuERROR keeps the first reason. */
enum boot0_xfer vboard_dfu_refuse(struct vboard *board, uint8_t status);

/* Answers GETSTATUS and GETSTATE with what board->dfu holds. */
enum boot0_xfer vboard_dfu_answer_status(struct vboard *board, const struct boot0_setup *setup,
                                         uint32_t poll_ms, uint8_t *data, size_t *actual);
enum boot0_xfer vboard_dfu_answer_state(struct vboard *board, const struct boot0_setup *setup,
                                        uint8_t *data, size_t *actual);

/* A request while the flash is busy, on a chip that can be asked then. */
enum boot0_xfer vboard_dfu_interrupt(struct vboard *board, const struct boot0_setup *setup,
                                     uint8_t *data, size_t *actual);

/* Takes the block of a DNLOAD that is allowed here. */
enum boot0_xfer vboard_dfu_take(struct vboard *board, const struct boot0_setup *setup,
                                const uint8_t *data, size_t *actual);

#endif
