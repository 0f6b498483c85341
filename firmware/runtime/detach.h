/* SPDX-License-Identifier: MIT */
/*
 * The DFU interface of a running program: DFU 1.1, chapters 4.1 and 5. It shows a host that the
 * device can be upgraded; DFU_DETACH switches it to the bootloader. Independent of the chip.
 */
#ifndef B0_RUNTIME_DETACH_H
#define B0_RUNTIME_DETACH_H

#include <usb/usb.h>

struct b0_detach {
    uint8_t state; /* enum boot0_dfu_state: appIDLE or appDETACH */
    uint8_t answer[6];
    bool detaching; /* the host sent DFU_DETACH; the request is not over yet */
    bool detached;  /* the request is over: enter the bootloader */
};

/* A struct b0_detach starts zeroed. */
extern const struct b0_usb_handlers b0_detach_handlers;

#endif
