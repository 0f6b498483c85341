/* SPDX-License-Identifier: MIT */
/*
 * Programs' own serial ports: what the kernel's cdc_acm makes of a USB device with a CDC ACM
 * function, /dev/ttyACM0 and so on. The port is there while the device is; its data goes through
 * the device's bulk endpoints, how it is set goes there as class requests (CDC PSTN 1.2, 6.3).
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
    GRecMutex *lock;  /* guards the board and the port: held by the caller in all calls */
    unsigned number;  /* /dev/ttyACM<number> */
};

/* What there may be of a board. The board's time goes by `pace`. */
struct vboard_cdc *vboard_cdc_new(struct vboard *board, struct vboard_pace *pace,
                                  const struct vboard_cdc_place *place);

/* A device was plugged in and is shown: if it has a serial port, that appears. */
void vboard_cdc_plug(struct vboard_cdc *cdc, const struct vboard_usb_device *device,
                     const struct vboard_sysfs *shown);
void vboard_cdc_unplug(struct vboard_cdc *cdc);

/* To be called every few milliseconds: what the program has sent meanwhile. */
void vboard_cdc_tick(struct vboard_cdc *cdc);

/* How many clients have it open. */
size_t vboard_cdc_clients(const struct vboard_cdc *cdc);
/* Takes the port away for good. */
void vboard_cdc_close(struct vboard_cdc *cdc);
/* Frees a closed port that no client has open any more. NULL is fine. */
void vboard_cdc_free(struct vboard_cdc *cdc);

#endif
