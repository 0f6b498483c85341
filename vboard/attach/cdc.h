/* SPDX-License-Identifier: MIT */
/*
 * Serial ports of programs: what the kernel's cdc_acm makes of a USB device with a CDC ACM
 * function, /dev/ttyACM0 and so on. The port exists while the device does. Its data goes through
 * the device's bulk endpoints, its settings as class requests (CDC PSTN 1.2, 6.3).
 */
#ifndef VBOARD_CDC_H
#define VBOARD_CDC_H

#include "pace.h"
#include "sysfs.h"

#include <umockdev.h>

struct vboard_cdc;

struct vboard_cdc_place {
    UMockdevTestbed *testbed;
    const char *root; /* the testbed's directory; the caller's */
    GRecMutex *lock;  /* guards the board and the port: the caller holds it in all calls */
    unsigned number;  /* /dev/ttyACM<number> */
};

/* Makes the port that a board's program may have. The board's time follows `pace`. */
struct vboard_cdc *vboard_cdc_new(struct vboard *board, struct vboard_pace *pace,
                                  const struct vboard_cdc_place *place);

/* A device was plugged in and is shown: its serial port appears, if it has one. */
void vboard_cdc_plug(struct vboard_cdc *cdc, const struct vboard_usb_device *device,
                     const struct vboard_sysfs *shown);
void vboard_cdc_unplug(struct vboard_cdc *cdc);

/* Call this every few milliseconds: moves what the program has sent. */
void vboard_cdc_tick(struct vboard_cdc *cdc);

/* How many clients have it open. */
size_t vboard_cdc_clients(const struct vboard_cdc *cdc);
/* Removes the port permanently. */
void vboard_cdc_close(struct vboard_cdc *cdc);
/* Frees a closed port that no client has open any more. Accepts NULL. */
void vboard_cdc_free(struct vboard_cdc *cdc);

#endif
