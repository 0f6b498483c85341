/* SPDX-License-Identifier: MIT */
/* The ports GPIOA to GPIOK. */
#ifndef VBOARD_MACHINE_GPIO_H
#define VBOARD_MACHINE_GPIO_H

#include "device.h"
#include <stdbool.h>

enum {
    VBOARD_PORTS = 11, /* GPIOA to GPIOK: chips.c says which exist */
};

struct vboard_gpio {
    uint32_t moder, otyper, ospeedr, pupdr, odr, lckr, afr[2];
    uint16_t shown; /* outputs, as last traced */
    uint16_t known; /* pins that have been traced */
};

VBOARD_DEVICE(gpio);
void vboard_gpio_reset_port(struct vboard_machine *machine, unsigned number);

/* Whether a pin is an output, and low. */
bool vboard_gpio_drives_low(const struct vboard_machine *machine, unsigned number, unsigned pin);

#endif
