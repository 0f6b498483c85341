/* SPDX-License-Identifier: MIT */
/* USB ports of devices in Windows' device tree. Windows only. */
#ifndef B0_BASE_PLATFORM_USB_PATH_H
#define B0_BASE_PLATFORM_USB_PATH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Writes the USB port of a node (a DEVINST), or of the USB device that it belongs to, in libusb's
 * numbering: "1-2.3". False and "": it is not on USB, or Windows does not report the port.
 */
bool b0_usb_path(uint32_t node, char *path, size_t size);

#endif
