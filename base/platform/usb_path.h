/* SPDX-License-Identifier: MIT */
/* Where a device of Windows' device tree is plugged in. Windows alone has such a tree. */
#ifndef B0_BASE_PLATFORM_USB_PATH_H
#define B0_BASE_PLATFORM_USB_PATH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The USB port of a node (a DEVINST), or of the USB device that it belongs to, as libusb numbers
 * ports: "1-2.3". False, and "": it is not on USB, or Windows does not say where.
 */
bool b0_usb_path(uint32_t node, char *path, size_t size);

#endif
