/* SPDX-License-Identifier: MIT */
/*
 * What a board knows about its occupants: the bootloader that starts after a reset, the processor
 * that runs programs, and the one of them that answers on USB and listens on the UART at present.
 * The board knows each by a table of functions and a context, which is the occupant's own state. An
 * occupant knows the board (board.h), but no other occupant: a bootloader starts a program, and a
 * program enters the bootloader, through the board.
 */
#ifndef VBOARD_BOARD_OCCUPANT_H
#define VBOARD_BOARD_OCCUPANT_H

#include <boot0/transport.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A USB device on the bus. It gets every control transfer, including standard requests
 * (vboard_usb_standard() answers those of a device that the board's identity describes).
 */
struct vboard_usb_ops {
    /* One control transfer: fills *actual, and `data` if the direction is in. */
    enum boot0_xfer (*control)(void *context, const struct boot0_setup *setup, uint8_t *data,
                               size_t *actual);
    /*
     * The status stage of a successful transfer is over: does what was put off until then. NULL:
     * nothing ever is.
     */
    void (*sent)(void *context);
    /* NULL: the device continues as before. */
    void (*bus_reset)(void *context);
    /* The board's timer (vboard->timer_us) has expired. NULL: the device sets none. */
    void (*timer)(void *context);
    /* Like vboard_packet(), until a point in time. NULL: it has only endpoint 0. */
    enum boot0_xfer (*packet)(void *context, uint8_t endpoint, uint8_t *data, size_t *size,
                              uint64_t deadline_us);
    /*
     * Device descriptor and configuration as a host reads them on arrival, and strings as in
     * vboard_string(). NULL: made from the board's identity.
     */
    size_t (*descriptors)(const void *context, uint8_t *bytes, size_t size);
    size_t (*string)(const void *context, uint8_t index, char *text, size_t size);
    bool keeps_time; /* the bus time of control() has passed when it returns */
};

/* What the board starts after a reset: the ROM of the chip, or a bootloader in its flash. */
struct vboard_bootloader_ops {
    /* The chip leaves reset. Connects to USB, listens on the UART, starts a program. */
    void (*start)(void *context);
    /* The power is gone: forgets what survives a reset. */
    void (*power_off)(void *context);
    /* enum boot0_dfu_state, for the trace. */
    uint8_t (*dfu_state)(const void *context);
    void (*free)(void *context);
};

/* Why the chip starts. */
enum vboard_cause {
    VBOARD_CAUSE_POWER,
    VBOARD_CAUSE_PIN,
    VBOARD_CAUSE_SOFTWARE,
    VBOARD_CAUSE_WATCHDOG,
};

/* The CPU with its peripherals, which runs programs. */
struct vboard_processor_ops {
    /*
     * Starts the program with vectors at `address`, in the state of reset. `leaves`: the ROM jumps
     * there, without a reset, with its own memory at 0. False: it cannot be run.
     */
    bool (*start)(void *context, uint32_t address, bool leaves);
    /* Stops: the ROM takes over, or the chip is reset. */
    void (*stop)(void *context);
    bool (*runs)(const void *context);
    /*
     * Works up to a point in time. False if it stops earlier, because the board has to look at
     * something. board->now_us follows.
     */
    bool (*advance)(void *context, uint64_t until_us);
    /* A character arrives on the UART. */
    void (*receive)(void *context, uint8_t byte, uint32_t baud, bool even_parity);
    /* The chip is being reset; causes accumulate until a program clears them. */
    void (*reset_cause)(void *context, enum vboard_cause cause);
    /* The power is gone: stops, and keeps only what a battery keeps. */
    void (*power_off)(void *context);
    void (*free)(void *context);
};

/* A bootloader that listens on the UART. */
struct vboard_uart_ops {
    void (*receive)(void *context, uint8_t byte);
    /* Whether it ignores the line at present. The UART keeps one character for it. */
    bool (*busy)(const void *context);
};

#endif
