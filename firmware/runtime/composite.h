/* SPDX-License-Identifier: MIT */
/*
 * The USB device of a program with the runtime: two functions, the serial port and the DFU run-time
 * interface, as tables for the USB core. Independent of the chip.
 *
 *   interfaces 0, 1   serial port (serial.c), joined by an interface association
 *   interface 2       DFU, run-time (detach.c)
 *
 * Ids. 0483:5740 is ST's for a virtual serial port, and STM32 programs have used it for one ever
 * since: Arduino's board lists, udev rules and terminal programs know it. Drivers do not depend on
 * it: Linux' cdc_acm, macOS and Windows' usbser take any interface of class 02/02, Windows takes
 * WinUSB for the DFU interface from the MS OS 2.0 descriptors, and boot0 and dfu-util find that
 * interface by its class. A product with its own ids sets them in struct boot0_options.
 *
 * bcdDevice is the runtime's version after 0x0b (0.1: 0x0b01), which the many other devices with
 * these ids do not have: Windows stores MS OS descriptors per vendor, product and bcdDevice.
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

/* Fills in everything; options that are not zero replace the defaults (`options` may be NULL). */
void b0_composite_init(struct b0_composite *composite, const struct boot0_options *options,
                       const char digits[B0_COMPOSITE_SERIAL_DIGITS]);

#endif
