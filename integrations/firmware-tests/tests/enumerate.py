#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Checks that the device has its ids, its interfaces and a serial number. Needs pyusb."""

import sys
import time

import usb.core

VENDOR, PRODUCT = 0x0483, 0x5740
INTERFACES = [0x02, 0x0A, 0xFE]  # bInterfaceClass: CDC, CDC data, DFU

device = None
for _ in range(100):
    device = usb.core.find(idVendor=VENDOR, idProduct=PRODUCT)
    if device:
        break
    time.sleep(0.1)
if not device:
    sys.exit(f"no {VENDOR:04x}:{PRODUCT:04x} on the bus")
found = [interface.bInterfaceClass for interface in device.get_active_configuration()]
if found != INTERFACES:
    sys.exit(f"interfaces: {found}, expected {INTERFACES}")
if not device.serial_number:
    sys.exit("no serial number")
