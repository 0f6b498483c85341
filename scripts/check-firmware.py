#!/usr/bin/python3
"""Checks the firmware in build/firmware: each program has the vector table of an STM32F407, at the
address that it is meant for, and its .bin and .hex hold the same bytes."""

import pathlib
import struct
import sys

FIRMWARE = pathlib.Path(__file__).resolve().parent.parent / "build/firmware"
PROGRAMS = {"blink": 0x08000000, "blink-fast": 0x08000000, "blink-8000": 0x08008000}
VECTORS = 16 + 82  # exceptions, and interrupts of the F407: RM0090, 12.1.3
RESERVED = {7, 8, 9, 10, 13}  # PM0214, 2.3.4
STACK_TOP = 0x20020000
CCM_TOP = 0x10010000  # where the bootloader has its stack
BOOTLOADER_SIZE = 16 * 1024


def read_hex(path):
    """The bytes of an Intel HEX file without gaps, and their address."""
    base, start, data = 0, None, bytearray()
    for line in path.read_text(encoding="ascii").split():
        record = bytes.fromhex(line[1:])
        assert sum(record) % 256 == 0, f"{path.name}: checksum"
        kind, payload = record[3], record[4:-1]
        if kind == 4:
            base = int.from_bytes(payload, "big") << 16
        elif kind == 0:
            address = base + int.from_bytes(record[1:3], "big")
            start = address if start is None else start
            assert address == start + len(data), f"{path.name}: a gap at {address:#x}"
            data += payload
    return start, bytes(data)


def check(name, address):
    binary = (FIRMWARE / f"{name}.bin").read_bytes()
    assert read_hex(FIRMWARE / f"{name}.hex") == (address, binary), f"{name}: .hex is not .bin"
    stack, *handlers = struct.unpack_from(f"<{VECTORS}I", binary)
    assert stack == STACK_TOP, f"{name}: stack pointer {stack:#x}"
    for number, handler in enumerate(handlers, 1):
        if number in RESERVED:
            assert handler == 0, f"{name}: vector {number} is reserved"
            continue
        inside = address + 4 * VECTORS <= handler < address + len(binary)
        assert handler % 2 == 1 and inside, f"{name}: vector {number} is {handler:#x}"
    return binary


def check_bootloader(path):
    """What boot0 and the start of the chip rely on: stack, reset vector, and who it says it is."""
    binary = path.read_bytes()
    stack, reset, *_ = struct.unpack_from("<7I", binary)
    signature, version = struct.unpack_from("<2I", binary, 28)
    assert len(binary) <= BOOTLOADER_SIZE, f"{path.name}: {len(binary)} bytes"
    assert stack == CCM_TOP, f"{path.name}: stack pointer {stack:#x}"
    assert reset % 2 == 1 and reset < 0x08000000 + len(binary), f"{path.name}: reset {reset:#x}"
    assert (signature, version) == (0xB007B007, 0x000100), f"{path.name}: no signature"
    assert read_hex(path.with_suffix(".hex")) == (0x08000000, binary), f"{path.name}: .hex"


def main():
    bootloaders = sorted(FIRMWARE.glob("bootloader-*.bin"))
    assert len(bootloaders) == 4, "one a header in firmware/boards"
    for path in bootloaders:
        check_bootloader(path)
    binaries = {name: check(name, address) for name, address in PROGRAMS.items()}
    one, other = binaries["blink"], binaries["blink-fast"]
    words = [i for i in range(0, len(one), 4) if one[i : i + 4] != other[i : i + 4]]
    assert len(one) == len(other) and len(words) == 1, "blink and blink-fast differ by one word"
    print(f"{len(PROGRAMS)} programs and {len(bootloaders)} bootloaders are well formed")


if __name__ == "__main__":
    sys.exit(main())
