# SPDX-License-Identifier: MIT
"""Runs under vboard, with the system's python3 and its usb package: reads an F407 with pyusb."""

import sys

try:
    import usb.core
    import usb.util
except ImportError:
    print("skipped: python3-usb is not installed")
    sys.exit(77)

GETSTATUS, CLRSTATUS, UNKNOWN = 3, 4, 99
IN, OUT = 0xA1, 0x21


def equal(found, wanted, what):
    print(f"{what}: {found!r}")
    if found != wanted:
        sys.exit(f"FAILED: {what} is not {wanted!r}")


def read_descriptors(device):
    equal((device.idVendor, device.idProduct, device.bcdDevice), (0x0483, 0xDF11, 0x2200), "ids")
    equal(device.bcdUSB, 0x0100, "bcdUSB")
    equal(device.manufacturer, "STMicroelectronics", "manufacturer")
    equal(device.product, "STM32  BOOTLOADER", "product")
    equal(device.serial_number, "315A28A0B956", "serial number")
    configuration = device.get_active_configuration()
    equal((configuration.bmAttributes, configuration.bMaxPower), (0xC0, 50), "power")
    settings = list(configuration)
    equal([setting.bAlternateSetting for setting in settings], [0, 1, 2, 3], "alternates")
    equal(usb.util.get_string(device, settings[0].iInterface),
          "@Internal Flash  /0x08000000/04*016Kg,01*064Kg,07*128Kg", "layout")
    equal(bytes(settings[3].extra_descriptors).hex(), "09210bff0000081a01",
          "functional descriptor")


def talk(device):
    def status():
        return device.ctrl_transfer(IN, GETSTATUS, 0, 0, 6).tobytes().hex()

    equal(status(), "0a0000000a00", "status at first: dfuERROR, errFIRMWARE")
    device.ctrl_transfer(OUT, CLRSTATUS, 0, 0)
    equal(status(), "000000000200", "status after CLRSTATUS: dfuIDLE")
    try:
        device.ctrl_transfer(IN, UNKNOWN, 0, 0, 6)
        sys.exit("FAILED: a request that does not exist was answered")
    except usb.core.USBError as error:
        equal(error.errno, 32, "errno of a stall")
    device.set_interface_altsetting(0, 2)
    device.reset()
    usb.util.dispose_resources(device)


def main():
    found = list(usb.core.find(find_all=True, idVendor=0x0483))
    equal(len(found), 1, "boards found")
    device = found[0]
    equal((device.bus, device.port_numbers), (1, (1,)), "bus and port")
    device.set_configuration()
    read_descriptors(device)
    talk(device)


main()
