/* SPDX-License-Identifier: MIT */
/* Single pins of general-purpose ports: RM0090, chapter 8. */
#ifndef CHIP_PINS_H
#define CHIP_PINS_H

#include <stdbool.h>

/* A port of the chip's registers.h: GPIOA, … */
struct gpio;

void b0_pin_output(struct gpio *port, unsigned pin, bool level);
void b0_pin_set(struct gpio *port, unsigned pin, bool level);
/* Makes the pin an input, pulled to a level. */
void b0_pin_input(struct gpio *port, unsigned pin, bool pull);
bool b0_pin_get(const struct gpio *port, unsigned pin);

/* Returns the whole port, including its clock, to the reset state. */
void b0_port_reset(struct gpio *port);

/*
 * PA11 and PA12. Detached, D+ is held low, so that a host sees the device disappear even if the
 * board has its own pull-up; 10 ms are plenty (USB 2.0, 7.1.7.3: 2.5 us). Attached, they belong to
 * OTG_FS, whose clock is on.
 */
void b0_usb_pins_detach(void);
void b0_usb_pins_attach(void);

#endif
