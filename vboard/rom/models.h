/* SPDX-License-Identifier: MIT */
/*
 * The bootloaders of the virtual boards and their differences: one row per model, which the code of
 * the bootloaders reads.
 */
#ifndef VBOARD_ROM_MODELS_H
#define VBOARD_ROM_MODELS_H

#include "../board/identity.h"
#include "../board/settings.h"
#include "../chip/parts.h"

struct vboard_bootloader;

/* A board's reaction to a request while its flash is busy. */
enum vboard_busy_behaviour {
    VBOARD_BUSY_NAKS,    /* the controller NAKs until the work is done */
    VBOARD_BUSY_STALLS,  /* DFU requests stall, nothing else happens */
    VBOARD_BUSY_BREAKS,  /* they stall, and the download ends in dfuERROR */
    VBOARD_BUSY_ANSWERS, /* GETSTATUS answers dfuDNBUSY again */
    VBOARD_BUSY_NEVER    /* there is no such time: the work is done before the reply */
};

enum {
    VBOARD_UART_COMMANDS_MAX = 16,
};

/* The UART bootloader of a chip: AN3155. */
struct vboard_uart_rom {
    uint8_t version; /* 0x31: 3.1; 0: none */
    uint16_t chip_id;
    bool no_mass_erase;
    uint8_t commands[VBOARD_UART_COMMANDS_MAX]; /* as Get lists them, Get itself first; 0 ends */
};

struct vboard_rom {
    struct vboard_model listed;
    const struct vboard_part *part;
    const struct vboard_bootloader *bootloader; /* its code: rom.h */
    struct vboard_identity usb;
    uint8_t start_state; /* after a reset */
    uint8_t start_status;
    uint16_t poll_ms[VBOARD_COMMAND_COUNT];
    uint8_t busy_behaviour[VBOARD_COMMAND_COUNT]; /* enum vboard_busy_behaviour */
    bool has_device_feature;                      /* writes to 0xffff0000 have an effect */
    bool leaves_at_once; /* on the zero-length DNLOAD, not on the GETSTATUS after it */
    /*
     * After an erase from this address up it reports dfuDNBUSY until the second CLRSTATUS; 0:
     * never.
     */
    uint32_t hangs_from;
    uint32_t starts[2];  /* Maple: where it looks for a program, in this order */
    uint32_t wiped;      /* page erased before a download that goes elsewhere; 0: none */
    bool starts_quickly; /* right after a download, without waiting for a host */
    struct vboard_uart_rom uart;
};

/* The rows in order; NULL past the end. */
const struct vboard_rom *vboard_rom_at(size_t index);
const struct vboard_rom *vboard_rom_find(const char *name, size_t length);

#endif
