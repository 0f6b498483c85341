/*
 * The machine: a Cortex-M4F with the peripherals of an STM32F407 that runs what is in the board's
 * flash. The CPU is libunicorn's, all else is here (none.c takes its place where that is missing):
 *
 *   machine.c           creates it of its parts; the board's side     run.c  the run loop
 *   cpu.c, execute.c    registers; instructions, and what stops them
 *   exception.c, nvic.c, scb.c, systick.c   the core's own peripherals
 *   memory.c, devices.c memories; peripherals, one row each
 *   flash_*.c, rcc.c, power.c, gpio.c, adc.c, usart.c, timer.c, watchdog.c, system.c
 *   otg*.c, usb_port.c  the USB controller     host*.c, program.c   the host before it
 *   report.c, symbols.c what went wrong, and in which function
 *   debug.c             what a debugger does with the CPU
 */
#ifndef VBOARD_MACHINE_MACHINE_H
#define VBOARD_MACHINE_MACHINE_H

#include <boot0/error.h>
#include <stdbool.h>
#include <stdint.h>

struct vboard;
struct vboard_machine;

/* Frees board->machine, which vboard_machine_start() has made. NULL is fine. */
void vboard_machine_free(struct vboard_machine *machine);

enum {
    VBOARD_BACKUP_WORDS = 20,
};

/* What is kept over resets, and on a battery without power: RM0090, 5.1.2. */
struct vboard_backup {
    uint32_t csr; /* reset flags of RCC_CSR: go with the power in any case */
    uint32_t bdcr;
    uint32_t registers[VBOARD_BACKUP_WORDS];
    uint32_t rtc[0x50 / 4];
};

/*
 * Why the chip starts: the bits of RCC_CSR (RM0090, 7.3.21). They add up until the program clears
 * them or the power goes.
 */
enum vboard_cause {
    VBOARD_CAUSE_POWER,    /* BORRSTF, PORRSTF, PINRSTF */
    VBOARD_CAUSE_PIN,      /* PINRSTF; each other reset drives the pin, too */
    VBOARD_CAUSE_SOFTWARE, /* SFTRSTF */
    VBOARD_CAUSE_WATCHDOG, /* IWDGRSTF */
};
void vboard_machine_cause(struct vboard *board, enum vboard_cause cause);

/* Power is gone: the backup registers keep what they hold only on a battery. */
void vboard_machine_power_off(struct vboard *board);

/*
 * Starts the program whose vectors are at `address`, in the state of reset. `leaves`: not a reset
 * but the ROM jumps there, with its own memory at 0. False if there is no machine for the board.
 */
bool vboard_machine_start(struct vboard *board, uint32_t address, bool leaves);
/* The CPU stops, nothing of it goes on: the ROM takes over, or the power is gone. */
void vboard_machine_stop(struct vboard *board);
bool vboard_machine_runs(const struct vboard *board);

/*
 * Lets the machine work up to a point in time: false if not so far, because something has happened
 * that the board has to look at. board->now_us follows.
 */
bool vboard_machine_advance(struct vboard *board, uint64_t until_us);

/* A character comes in on USART1. */
void vboard_machine_receive(struct vboard *board, uint8_t byte, uint32_t baud, bool even_parity);

#endif
