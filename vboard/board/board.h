/* SPDX-License-Identifier: MIT */
/*
 * The board: what a reset, the power and the clock do, one chip, one USB port, one UART. It knows
 * its occupants only by the tables of occupant.h; they know it by this header and the other ones of
 * this folder.
 *
 *   board.c       making one, its memory from outside    power.c   power, reset, who runs
 *   clock.c       virtual time                           flash_work.c  the flash at work
 *   bus.c, usb.c  transfers; the standard requests of a described device
 *   uart.c, listener.c  characters on the serial line    faults.c  what goes wrong on purpose
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

/* What a model is for its board. All of it outlives the board. */
struct vboard_build {
    const char *name;
    const struct vboard_part *part;
    const struct vboard_identity *identity; /* the USB device that its bootloader is */
    bool has_uart;
    struct vboard_description *description; /* all that belongs to it; vboard.c frees it */
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
    uint64_t deadline_us; /* of the control transfer that is under way */
    uint64_t cut_us;      /* when the power goes */
    uint64_t replug_us;   /* when it comes back */
    uint32_t replug_after_ms;
    uint64_t timer_us; /* of the device on the bus */

    uint32_t status_requests;  /* GETSTATUS so far: faults count them */
    uint32_t address_commands; /* likewise Set Address Pointer */
    struct vboard_stats stats;
    FILE *trace;
};

/* ---- making one: vboard.c ---- */

/*
 * A board without occupants and power. Takes over the files of the settings, in any case. NULL on
 * failure with the error filled: BOOT0_E_MEMORY, BOOT0_E_NO_INPUT, BOOT0_E_USAGE.
 */
struct vboard *vboard_board_new(const struct vboard_build *build,
                                const struct vboard_settings *settings, struct boot0_error *error);
/* Its occupants are there: plugs it in, now or when the settings say. */
void vboard_board_begin(struct vboard *board);
/* Writes the flash file back. */
enum boot0_status vboard_board_save(const struct vboard *board, struct boot0_error *error);
/* Frees it with its occupants. */
void vboard_board_free(struct vboard *board);

#endif
