/* SPDX-License-Identifier: MIT */
/*
 * The machine: a Cortex-M4F with the peripherals of an STM32F4, which runs the code in the board's
 * flash. The CPU is libunicorn's, everything else is here (none.c replaces it where that is
 * missing):
 *
 *   chips.c             the chips, one row each
 *   machine.c           creates it from its parts; the board's side     run.c  the run loop
 *   cpu.c, execute.c    registers; instructions, and what stops them
 *   exception.c, nvic.c, scb.c, systick.c   the core's own peripherals
 *   memory.c, devices.c memories; peripherals, one row each
 *   flash_*.c, rcc*.c, power.c, gpio.c, adc.c, usart.c, timer.c, watchdog.c, system.c
 *   otg*.c, usb_port.c  the USB controller     host*.c, program.c   its host
 *   report.c, symbols.c what went wrong, and in which function
 *   debug.c             a debugger's access to the CPU
 */
#ifndef VBOARD_MACHINE_MACHINE_H
#define VBOARD_MACHINE_MACHINE_H

#include <stdbool.h>

struct vboard;

/*
 * Makes a machine the processor of the board, which frees it, if everything that a program on this
 * board finds has a model; if not, does nothing. The CPU itself is created when the first program
 * starts: a board in its ROM needs none. False: no memory.
 */
bool vboard_machine_occupy(struct vboard *board);

#endif
