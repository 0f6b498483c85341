# SPDX-License-Identifier: MIT
"""Programs with the runtime on the emulated chip, as other people's tools see them.

Without an argument this is the test: it puts bootloader and program into a flash file and runs
itself under vboard, with the name of a part as argument.
"""

import os
import pathlib
import re
import select
import subprocess
import sys
import termios
import time
import tty

from system import (PATIENCE_S, SKIPPED, VBOARD, Directory, check, check_lsusb, equal, need, run, say,
                    wait_for)

FIRMWARE = pathlib.Path(os.environ["FIRMWARE"])
SERIAL = "315A28A0B956"
PORT = "/dev/ttyACM0"


def dfu_list():
    done = subprocess.run(["dfu-util", "-l"], capture_output=True, text=True, check=False)
    return [line for line in done.stdout.splitlines() if line.startswith("Found")]


def in_bootloader():
    lines = dfu_list()
    return lines and all(line.startswith("Found DFU: [0483:df11]") for line in lines) and lines


class Port:
    """The serial port, as a terminal program opens it."""

    def __init__(self, baud=termios.B115200):
        self.file = wait_for(PORT, self.open)
        tty.setraw(self.file)
        self.set_baud(baud)

    @staticmethod
    def open():
        try:
            return os.open(PORT, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        except OSError:
            return None

    def set_baud(self, baud):
        settings = termios.tcgetattr(self.file)
        settings[4] = settings[5] = baud
        termios.tcsetattr(self.file, termios.TCSANOW, settings)

    def close(self):
        os.close(self.file)

    def read(self, size):
        """Returns `size` bytes, or those that arrived in time."""
        data = b""
        while len(data) < size and select.select([self.file], [], [], PATIENCE_S)[0]:
            data += os.read(self.file, size - len(data))
        return data

    def line(self):
        data = b""
        while not data.endswith(b"\n"):
            more = self.read(1)
            check(more, f"no end of a line in time; there was {data!r}")
            data += more
        return data.decode("ascii").strip()

    def write(self, data):
        while data:
            select.select([], [self.file], [], PATIENCE_S)
            data = data[os.write(self.file, data):]


# ---- the parts, each under vboard ----


def part_lsusb():
    wait_for("the program", dfu_list)
    check_lsusb("idVendor           0x0483", "bcdUSB               2.10", "Interface Association:",
                "bInterfaceSubClass      2 Abstract", "CDC Union:",
                "bInterfaceSubClass      1 Device Firmware Update", f"iSerial                 3 {SERIAL}",
                "Will Detach", "Binary Object Store Descriptor:",
                "{d8dd60df-4589-4cc7-9cd2-659d9e648a9f}")


def part_pyusb():
    import usb.core  # pylint: disable=import-outside-toplevel

    wait_for("the program", dfu_list)
    device = usb.core.find(idVendor=0x0483, idProduct=0x5740)
    equal((device.manufacturer, device.product, device.serial_number),
          ("boot0", "boot0 serial port", SERIAL), "strings")
    interfaces = list(device.get_active_configuration())
    equal([(i.bInterfaceClass, i.bInterfaceSubClass, i.bInterfaceProtocol) for i in interfaces],
          [(2, 2, 0), (10, 0, 0), (0xFE, 1, 1)], "interfaces")
    capability = bytes(device.ctrl_transfer(0x80, 6, 15 << 8, 0, 255))[5:]
    size, request = int.from_bytes(capability[24:26], "little"), capability[26]
    ms_set = bytes(device.ctrl_transfer(0xC0, request, 0, 7, size))
    equal(len(ms_set), size, "length of the MS OS 2.0 set")
    check(b"WINUSB\0\0" in ms_set and "{b007f407-".encode("utf-16le") in ms_set, "its contents")
    coding = bytes(device.ctrl_transfer(0xA1, 0x21, 0, 0, 7)).hex()
    equal(coding, "80250000000008", "line coding: 9600 8N1, which cdc_acm sets first")
    equal(bytes(device.ctrl_transfer(0xA1, 3, 0, 2, 6)).hex(), "000000000000", "GETSTATUS")


def part_detach():
    lines = wait_for("the run-time interface", dfu_list)
    equal(len(lines), 1, "lines of dfu-util -l")
    check(lines[0].startswith("Found Runtime: [0483:5740] ") and "intf=2" in lines[0]
          and f'serial="{SERIAL}"' in lines[0], f"dfu-util -l: {lines[0]}")
    run(["dfu-util", "-e"])
    lines = wait_for("the bootloader", in_bootloader)
    check(f'serial="{SERIAL}"' in lines[0], f"another serial number: {lines[0]}")


def part_touch():
    port = Port()
    port.line()
    port.set_baud(termios.B1200)
    time.sleep(0.1)
    check(not in_bootloader(), "1200 baud alone sent the board into the bootloader")
    port.close()
    wait_for("the bootloader", in_bootloader)


def part_hello():
    port = Port()
    port.line()  # the first line may have begun before
    lines = [port.line() for _ in range(3)]
    numbers = [int(re.fullmatch(r"hello from boot0, (\d+) s", line).group(1)) for line in lines]
    equal(numbers, [numbers[0] + i for i in range(3)], "seconds")
    port.close()
    time.sleep(0.5)
    port = Port()
    after = int(re.fullmatch(r"hello from boot0, (\d+) s", port.line()).group(1))
    check(after > numbers[-1], f"{after} s: an old line, after {numbers[-1]} s was read")


def part_echo():
    port = Port()
    random = os.urandom(9000)
    for size in (1, 2, 63, 64, 65, 127, 128, 129, 511, 512, 513, 1024, 3000, 9000):
        sent = random[:size]
        back = b""
        for i in range(0, size, 512):  # fewer bytes in transit than the port buffers
            port.write(sent[i : i + 512])
            back += port.read(len(sent[i : i + 512]))
        check(back == sent, f"{size} bytes came back changed, or {len(back)} of them")
    port.close()


def part_bench():
    size = 262144
    expected = bytes(range(256)) * (size // 256)
    port = Port()
    for direction in ("in", "out"):
        port.write(f"{direction} {size}\n".encode())
        if direction == "in":
            check(port.read(size) == expected, "what came is not what bench sends")
        else:
            port.write(expected)
        line = port.line()
        moved, us = map(int, re.fullmatch(r"(\d+) bytes, (\d+) us", line).groups())
        equal(moved, size, "bytes")
        say(f"bulk {direction}: {size * 1000 / us:.0f} kB/s")
        # 12 Mbit/s are 1500 bytes a millisecond.
        check(100 < size * 1000 / us < 1500, f"{us} us for {size} bytes cannot be")
    port.close()


PARTS = {
    "lsusb": ("hello", part_lsusb),
    "pyusb": ("hello", part_pyusb),
    "detach": ("hello", part_detach),
    "touch": ("hello", part_touch),
    "hello": ("hello", part_hello),
    "echo": ("echo", part_echo),
    "bench": ("bench", part_bench),
}


def flash_file(directory, program, board="generic-f407"):
    """Returns the flash contents of a board with bootloader and program."""
    bootloader = (FIRMWARE / f"bootloader-{board}.bin").read_bytes()
    data = bootloader.ljust(0x8000, b"\xff") + (FIRMWARE / f"{program}.bin").read_bytes()
    return directory.file(f"{program}.flash", data.ljust(0x100000, b"\xff"))


def main():
    need("lsusb", "dfu-util")
    if not (FIRMWARE / "hello.bin").exists():
        say(f"skipped: {FIRMWARE} has no hello.bin; `make firmware` makes it")
        sys.exit(SKIPPED)
    with Directory() as directory:
        for name, (program, _) in PARTS.items():
            say(f"{name}: the program is {program}")
            board = f"f407:boot0=0,flash={flash_file(directory, program)}"
            done = run([VBOARD, board, "--", "/usr/bin/python3", __file__, name])
            print(done.stdout, done.stderr, flush=True)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        PARTS[sys.argv[1]][1]()
    else:
        main()
