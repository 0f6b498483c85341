/* SPDX-License-Identifier: MIT */
/*
 * The parts of a machine: one structure each, in the header of its own name. A part that uses
 * another one includes that one's header; machine.c, which creates them all, includes every header.
 */
#ifndef VBOARD_MACHINE_PARTS_H
#define VBOARD_MACHINE_PARTS_H

#include "../board/occupant.h"

struct vboard_machine {
    struct vboard *board;
    const struct vboard_machine_chip *chip; /* its row */
    const struct vboard_wiring *wiring;

    /* The core. */
    struct vboard_time *time;
    struct vboard_cpu *cpu;
    struct vboard_nvic *nvic;
    struct vboard_scb *scb;
    struct vboard_systick *systick;
    struct vboard_debug *debug;
    /* The chip. */
    struct vboard_memory *memory;
    struct vboard_rcc *rcc;
    struct vboard_power *power;
    struct vboard_gpio *gpio; /* VBOARD_PORTS of them, of which some are there */
    struct vboard_flashc *flash;
    struct vboard_adc *adc;
    struct vboard_usart *usart;
    struct vboard_timer *timers; /* VBOARD_TIMERS of them */
    struct vboard_watchdog *watchdog;
    struct vboard_system *system;
    struct vboard_usb_port *port;
    /* Reports about them. */
    struct vboard_report *report;

    bool on;         /* a program runs */
    bool breaks;     /* vboard_run() returns soon */
    bool leaves_rom; /* the ROM has jumped to the program: its memory is at 0 */
    /* Pending until the CPU has stopped: */
    bool reset_due;
    bool rom_due; /* the program has jumped into the ROM */
    enum vboard_cause reset_cause;
};

#endif
