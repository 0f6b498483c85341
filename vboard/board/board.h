/* SPDX-License-Identifier: MIT */
/*
 * The board: what a reset, the power and the clock do, one chip, one USB port, one UART. It knows
 * its occupants only through the tables of occupant.h; they know it through this header and the
 * others of this folder.
 *
 *   board.c       creation, its memory from outside      power.c   power, reset, what runs
 *   clock.c       virtual time                           flash_work.c  the flash at work
 *   bus.c, usb.c  transfers; the standard requests of a described device
 *   uart.c, listener.c  characters on the serial line    faults.c  deliberate faults
 *   trace.c, stats.c
 */
#ifndef VBOARD_BOARD_BOARD_H
#define VBOARD_BOARD_BOARD_H

#include "../chip/chip.h"
#include "../vboard.h"
#include "flash_work.h"
#include "identity.h"
#include "listener.h"
#include "occupant.h"
#include "settings.h"
#include "usb.h"

struct vboard_description;

/* What a model supplies for its board. All of it outlives the board. */
struct vboard_build {
    const char *name;
    const struct vboard_part *part;
    const struct vboard_identity *identity; /* the USB device of its bootloader */
    bool has_uart;
    struct vboard_description *description; /* everything that belongs to it; vboard.c frees it */
};

struct vboard {
    struct vboard_build build;
    struct vboard_settings settings;
    struct vboard_chip chip;
    bool powered;

    struct {
        const struct vboard_bootloader_ops *ops;
        void *context;
    } bootloader;
    struct {
        const struct vboard_processor_ops *ops; /* NULL: nothing runs programs */
        void *context;
    } processor;
    struct {
        const struct vboard_usb_ops *ops; /* NULL: nothing on the bus */
        void *context;
    } device;
    unsigned connection;
    struct vboard_usb usb;
    struct vboard_uart uart;
    struct vboard_work work;

    uint64_t now_us;
    uint64_t deadline_us; /* of the present control transfer */
    uint64_t cut_us;      /* when the power goes */
    uint64_t replug_us;   /* when it comes back */
    uint32_t replug_after_ms;
    uint64_t timer_us; /* of the device on the bus */

    uint32_t status_requests;  /* GETSTATUS so far: faults count them */
    uint32_t address_commands; /* likewise Set Address Pointer */
    struct vboard_stats stats;
    FILE *trace;
};

/* ---- creation: vboard.c ---- */

/*
 * Makes a board without occupants and power. Takes over the files of the settings, in any case.
 * NULL on failure with the error filled: BOOT0_E_MEMORY, BOOT0_E_NO_INPUT, BOOT0_E_USAGE.
 */
struct vboard *vboard_board_new(const struct vboard_build *build,
                                const struct vboard_settings *settings, struct boot0_error *error);
/* Plugs in a board that has its occupants, now or when the settings say. */
void vboard_board_begin(struct vboard *board);
/* Writes the flash file back. */
enum boot0_status vboard_board_save(const struct vboard *board, struct boot0_error *error);
/* Frees the board and its occupants. */
void vboard_board_free(struct vboard *board);

#endif
