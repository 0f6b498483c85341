/* SPDX-License-Identifier: MIT */
/*
 * The USB OTG_FS controller of the STM32F4 as a device: RM0090, chapter 34, and the same chapter of
 * the other manuals. Before
 * connecting, the program sets up its pins (PA11, PA12 in alternate function 10), its clock and its
 * 48 MHz, with HCLK at 32 MHz at least (34.16.2, TRDT).
 */
#ifndef B0_FIRMWARE_OTG_FS_H
#define B0_FIRMWARE_OTG_FS_H

#include "usb.h"

/* The driver's state; one is enough. Owned by the caller; all members are private. */
struct b0_otg_fs {
    struct {
        uint8_t *data;
        uint16_t room;        /* bytes at `data` */
        uint16_t size;        /* bytes received */
        uint16_t packet_size; /* 0: closed */
    } out[B0_USB_ENDPOINTS];
    uint16_t in_packet_size[B0_USB_ENDPOINTS]; /* 0: closed */
    bool has_fifo[B0_USB_ENDPOINTS];
    uint16_t fifo_end; /* words allocated so far */
    uint8_t setup[8];
    bool setup_read; /* a SETUP packet is in `setup` */
    bool setup_due;  /* the SETUP is complete */
    bool suspended;
};

/*
 * The first returns true if the host has reset the bus since the device was connected; the second,
 * the number of the last frame received.
 */
bool b0_otg_fs_was_reset(const struct b0_otg_fs *otg);
uint16_t b0_otg_fs_frame(void);

/* For b0_usb_init(); the context is a zeroed struct b0_otg_fs. */
extern const struct b0_usb_driver b0_otg_fs_driver;

#endif
