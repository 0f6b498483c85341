#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Checks the firmware in build/firmware: each program has the vector table of its chip, at its
intended address, and its .bin, .hex, .uf2 and .dfu contain the same bytes.
"""

import pathlib
import re
import struct
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
FIRMWARE = ROOT / "build/firmware"
# The owners of the flash's parts: one place for host, bootloader and this script.
MAP = {
    name: int(value, 16)
    for name, value in re.findall(r"#define B0_(\w+) +(0x[0-9a-f]+)u",
                                  (ROOT / "core/bootloader_map.h").read_text(encoding="utf-8"))
}
CHIPS = {
    path.stem: {
        name: int(value, 0)
        for name, value in re.findall(r"#define CHIP_(\w+) +(0x[0-9a-f]+|\d+)",
                                      path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    for path in (ROOT / "firmware/chip/stm32f4").glob("f4*.h")
}
RESERVED = {7, 8, 9, 10, 13}  # exceptions: PM0214, 2.3.4
SRAM, CCM = 0x20000000, 0x10000000
BOOTLOADER_SIZE = MAP["BOOTLOADER_SIZE"]
UF2_STM32F4 = 0x57755A57


def read_hex(path):
    """Returns the bytes of an Intel HEX file without gaps, and their address."""
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


def read_uf2(path):
    """Returns address, bytes and block families of a UF2 file: Microsoft's specification."""
    blocks = [
        struct.unpack("<8I476sI", block)
        for (block,) in struct.iter_unpack("512s", path.read_bytes())
    ]
    data = b"".join(block[8][: block[4]] for block in blocks)
    assert all(block[3] == blocks[0][3] + 256 * i for i, block in enumerate(blocks)), "a gap"
    return blocks[0][3], data, {block[7] for block in blocks}


def read_dfuse(path):
    """Returns address and bytes of a DfuSe file with one element: UM0391, chapter 2."""
    data = path.read_bytes()
    address, size = struct.unpack_from("<2I", data, 11 + 274)
    return address, data[11 + 282 : 11 + 282 + size]


def programs():
    """Returns the name of each program, its chip, and its link address."""
    for name in ("blink", "blink-fast"):
        yield name, "f407", MAP["FLASH_BASE"]
    yield "blink-8000", "f407", MAP["PROGRAM_BASE"]
    for chip in CHIPS:
        suffix = "" if chip == "f407" else f"-{chip}"
        if suffix:
            yield f"blink{suffix}", chip, MAP["FLASH_BASE"]
        for name in ("hello", "hello-2", "echo", "bench"):
            yield name + suffix, chip, MAP["PROGRAM_BASE"]


def check(name, chip, address):
    vectors = 16 + CHIPS[chip]["INTERRUPTS"]
    binary = (FIRMWARE / f"{name}.bin").read_bytes()
    assert read_hex(FIRMWARE / f"{name}.hex") == (address, binary), f"{name}: .hex is not .bin"
    start, payload, families = read_uf2(FIRMWARE / f"{name}.uf2")
    assert (start, families) == (address, {UF2_STM32F4}), f"{name}: .uf2 is for somewhere else"
    assert payload[: len(binary)] == binary and len(payload) - len(binary) < 256, f"{name}: .uf2"
    assert read_dfuse(FIRMWARE / f"{name}.dfu") == (address, binary), f"{name}: .dfu is not .bin"
    stack, *handlers = struct.unpack_from(f"<{vectors}I", binary)
    assert stack == SRAM + CHIPS[chip]["SRAM_SIZE"], f"{name}: stack pointer {stack:#x}"
    for number, handler in enumerate(handlers, 1):
        if number in RESERVED:
            assert handler == 0, f"{name}: vector {number} is reserved"
            continue
        inside = address + 4 * vectors <= handler < address + len(binary)
        assert handler % 2 == 1 and inside, f"{name}: vector {number} is {handler:#x}"
    return binary


def check_bootloader(path):
    """Checks what boot0 and the chip's start rely on: stack, reset vector, and identification."""
    binary = path.read_bytes()
    stack, reset, *_ = struct.unpack_from("<7I", binary)
    signature, version, device = struct.unpack_from("<3I", binary, 28)
    (chip,) = [chip for chip in CHIPS.values() if chip["DEVICE_ID"] == device]
    ram = CCM + chip["CCM_SIZE"] if chip["CCM_SIZE"] else SRAM + chip["SRAM_SIZE"]
    assert len(binary) <= BOOTLOADER_SIZE, f"{path.name}: {len(binary)} bytes"
    assert stack == ram, f"{path.name}: stack pointer {stack:#x}"
    assert reset % 2 == 1 and reset < MAP["FLASH_BASE"] + len(binary), f"{path.name}: reset {reset:#x}"
    assert (signature, version) == (0xB007B007, 0x000100), f"{path.name}: no signature"
    assert read_hex(path.with_suffix(".hex")) == (MAP["FLASH_BASE"], binary), f"{path.name}: .hex"


def main():
    bootloaders = sorted(FIRMWARE.glob("bootloader-*.bin"))
    headers = list((ROOT / "firmware/boards").glob("*.h"))
    assert len(bootloaders) == len(headers) > 0, "one bootloader per header in firmware/boards"
    for path in bootloaders:
        check_bootloader(path)
    binaries = {name: check(name, chip, address) for name, chip, address in programs()}
    assert binaries.keys() == {path.stem for path in FIRMWARE.glob("*.uf2")
                               if not path.stem.startswith("bootloader-")}, "other programs"
    one, other = binaries["blink"], binaries["blink-fast"]
    words = [i for i in range(0, len(one), 4) if one[i : i + 4] != other[i : i + 4]]
    assert len(one) == len(other) and len(words) == 1, "blink and blink-fast differ by one word"
    print(f"{len(binaries)} programs and {len(bootloaders)} bootloaders are well formed")


if __name__ == "__main__":
    sys.exit(main())
