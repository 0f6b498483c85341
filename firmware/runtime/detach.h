/* SPDX-License-Identifier: MIT */
/*
 * The DFU interface of a program that runs: DFU 1.1, chapters 4.1 and 5. A host sees by it that the
 * device can be upgraded, and asks it by DFU_DETACH to become the bootloader. It knows no chip.
 */
#ifndef B0_RUNTIME_DETACH_H
#define B0_RUNTIME_DETACH_H

#include <usb/usb.h>

struct b0_detach {
    uint8_t state; /* enum boot0_dfu_state: appIDLE or appDETACH */
    uint8_t answer[6];
    bool detaching; /* the host has asked; the request is not over yet */
    bool detached;  /* … it is over: to the bootloader */
};

/* A struct b0_detach starts all zero. */
extern const struct b0_usb_handlers b0_detach_handlers;

#endif
