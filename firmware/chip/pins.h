/* SPDX-License-Identifier: MIT */
/* Pins of general-purpose ports, one at a time: RM0090, chapter 8. */
#ifndef CHIP_PINS_H
#define CHIP_PINS_H

#include <stdbool.h>

/* A port, as the chip's registers.h has it: GPIOA, … */
struct gpio;

void b0_pin_output(struct gpio *port, unsigned pin, bool level);
void b0_pin_set(struct gpio *port, unsigned pin, bool level);
/* An input, pulled to a level. */
void b0_pin_input(struct gpio *port, unsigned pin, bool pull);
bool b0_pin_get(const struct gpio *port, unsigned pin);

/* The whole port as after reset, its clock too. */
void b0_port_reset(struct gpio *port);

/*
 * PA11 and PA12. Detached, D+ is held low, so that a host sees the device go also where the board
 * has a pull-up of its own; 10 ms are plenty (USB 2.0, 7.1.7.3: 2.5 us). Attached, they belong to
 * OTG_FS, whose clock is on.
 */
void b0_usb_pins_detach(void);
void b0_usb_pins_attach(void);

#endif
