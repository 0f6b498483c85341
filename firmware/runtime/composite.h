/* SPDX-License-Identifier: MIT */
/*
 * What the host sees of a program with the runtime: a device of two functions, the serial port and
 * the DFU run-time interface, as tables for the USB core. It knows no chip.
 *
 *   interfaces 0, 1   serial port (serial.c), joined by an interface association
 *   interface 2       DFU, run-time (detach.c)
 *
 * Ids. 0483:5740 is ST's for a virtual serial port, and what STM32 programs have used for it ever
 * since: Arduino's board lists, udev rules and terminal programs know it. Drivers do not go by it:
 * Linux' cdc_acm, macOS and Windows' usbser take any interface of class 02/02, Windows' WinUSB is
 * named for the DFU interface by the MS OS 2.0 descriptors, and boot0 and dfu-util find that one by
 * its class. Who has ids of their own names them in struct boot0_options.
 *
 * bcdDevice is the runtime's version with 0x0b before it (0.1: 0x0b01), which the many other
 * devices of these ids have not: Windows keeps what it has learnt of MS OS descriptors for vendor,
 * product and bcdDevice together.
 */
#ifndef B0_RUNTIME_COMPOSITE_H
#define B0_RUNTIME_COMPOSITE_H

#include "detach.h"
#include "serial.h"

enum {
    B0_COMPOSITE_SERIAL_INTERFACE = 0,
    B0_COMPOSITE_DATA_INTERFACE = 1,
    B0_COMPOSITE_DFU_INTERFACE = 2,
    B0_COMPOSITE_INTERFACES = 3,
    B0_COMPOSITE_SERIAL_DIGITS = 12,
    B0_COMPOSITE_VERSION = 0x0b01, /* bcdDevice */
};

struct b0_composite {
    struct b0_usb_device device;
    struct b0_usb_function functions[2];
    uint8_t descriptor[BOOT0_USB_DEVICE_DESC_SIZE];
    const char *manufacturer;
    const char *product;
    char digits[B0_COMPOSITE_SERIAL_DIGITS];
    struct b0_serial serial;
    struct b0_detach detach;
};

/* Fills in everything; what is not zero in `options` (may be NULL) replaces the usual. */
void b0_composite_init(struct b0_composite *composite, const struct boot0_options *options,
                       const char digits[B0_COMPOSITE_SERIAL_DIGITS]);

#endif
