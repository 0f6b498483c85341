/* SPDX-License-Identifier: MIT */
/*
 * The USB OTG_FS controller of the STM32F405/407/415/417 as a device: RM0090, chapter 34. Its pins
 * (PA11, PA12 in alternate function 10), its clock and its 48 MHz are set up by the program before
 * it is connected, with HCLK at 32 MHz at least (34.16.2, TRDT).
 */
#ifndef B0_FIRMWARE_OTG_FS_H
#define B0_FIRMWARE_OTG_FS_H

#include "usb.h"

/* The driver's state, one is enough. The caller's; all of it is private. */
struct b0_otg_fs {
    struct {
        uint8_t *data;
        uint16_t room;        /* of what `data` points to */
        uint16_t size;        /* bytes that have come */
        uint16_t packet_size; /* 0: closed */
    } out[B0_USB_ENDPOINTS];
    uint16_t in_packet_size[B0_USB_ENDPOINTS]; /* 0: closed */
    bool has_fifo[B0_USB_ENDPOINTS];
    uint16_t fifo_end; /* words given away so far */
    uint8_t setup[8];
    bool setup_read; /* a SETUP packet is in `setup` */
    bool setup_due;  /* … all of it */
    bool suspended;
};

/*
 * Whether the host has reset the bus since the device was connected; and the number of the last
 * frame that was heard.
 */
bool b0_otg_fs_was_reset(const struct b0_otg_fs *otg);
uint16_t b0_otg_fs_frame(void);

/* For b0_usb_init() with a struct b0_otg_fs, which starts all zero, as context. */
extern const struct b0_usb_driver b0_otg_fs_driver;

#endif
