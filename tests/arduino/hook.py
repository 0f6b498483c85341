#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs the hook of each board's variant on the CPU of its chip: from "1EAF" by a reset into the
ROM.

    tests/arduino/hook.py CPU

CPU is the program of cpu.c. It has no peripherals: the test sees which registers the hook writes,
in which order, and that it arrives at the ROM with the ROM's stack. It does not show that a real
chip's ROM then works. The output is TAP: one line per board.
"""

import re
import struct
import sys

import standin
from workshop import VARIANT, check, flat, run, symbols, test_each

CPU = sys.argv[1]
AIRCR, VTOR = 0xE000ED0C, 0xE000ED08
RESET = [(AIRCR, 0x05FA0004)]
BANKS = 0x108  # bits of SYSCFG that must not change: UFB of L0, FB_MODE of L4
ERASE = [  # RM0367, "Erase a page": keys, PECR, any word of the page, PECR
    (0x4002200C, 0x89ABCDEF), (0x4002200C, 0x02030405), (0x40022010, 0x8C9DAEBF),
    (0x40022010, 0x13141516), (0x40022004, 0x208), (0x08000000, 0), (0x40022004, 0x209),
]
BOOTLOADER = [  # docs/reference/protocol.md, "The handover word"
    (0x40023840, 1 << 28), (0x40007000, 1 << 8), (0x4000289C, 0xB0070001),
]


def system_memory(family):
    """Returns the family's row of system_memory.h."""
    text = (VARIANT / "system_memory.h").read_text(encoding="utf-8")
    (row,) = re.findall(rf"define SYSTEM_MEMORY_{family} +{{(.+)}}", text)
    numbers = re.findall(r"(\w+?)u?(?: << (\d+))?(?:,|$)", row.replace(" ,", ",").strip())
    rom, *registers = [int(number, 0) << int(shift or 0) for number, shift in numbers]
    check(registers == standin.syscfg(family), f"{family}: ST's headers say otherwise")
    return rom, *registers


def words(text):
    return struct.unpack("<I", text.encode())[0]


def simulate(values, elf, rom, steps):
    """Returns the CPU's effects in each run: a list of writes to registers, and where it ended."""
    found = symbols(elf)
    length = f"poke={found['received_length'][1]:x}"
    command = []
    for step in steps:
        if len(step) == 4:
            command += [f"poke={found['received'][1]:x}:{words(step):x}", f"{length}:4", "run"]
            command += [f"{length}:0"]
        else:
            command.append(step)
    said = run([CPU, values["build.mcu"], flat(elf), values["upload.maximum_data_size"],
                f"{rom:x}", *command])
    runs, writes = [], []
    for line in said.splitlines():
        match = re.fullmatch(r"(\w{8})=(\w{8})", line)
        if match:
            writes.append((int(match[1], 16), int(match[2], 16)))
        else:
            runs.append((writes, line))
            writes = []
    return runs


def check_rom(values, elf, family):
    rom, enable, clock, remap = system_memory(family)
    erases = "BOOT0_ERASE" in values["build.bootloader_flags"]
    maps = [(enable, clock), (remap, BANKS | 1), (VTOR, 0)] if remap else [(VTOR, rom)]
    steps = ["reset", "run", "1EAX", "1EAF", "reset", "run"]
    if remap:
        steps = [f"poke={remap:x}:{BANKS:x}", *steps]
    if not erases:
        steps += ["reset", "run"]  # once only
    expected = [([], "sketch"), ([], "sketch"), (RESET, "reset"),
                ((ERASE if erases else []) + maps, "ROM"), ([], "sketch")]
    runs = simulate(values, elf, rom, steps)
    check(runs == expected[: len(runs)] and len(runs) >= 4, f"it did {runs}, not {expected}")


def check_bootloader(values, elf):
    runs = simulate(values, elf, 0x1FFF0000, ["reset", "run", "1EAX", "1EAF", "reset", "run"])
    expected = [([], "sketch"), ([], "sketch"), (BOOTLOADER + RESET, "reset"), ([], "sketch")]
    check(runs == expected, f"it did {runs}, not {expected}")


def restarts(board):
    """Returns the upload methods whose programs have the hook."""
    return {name: method for name, method in standin.methods(board).items()
            if "-DBOOT0_" in method.get("build.bootloader_flags", "")}


def check_board(workshop, key, board):
    for name, method in restarts(board).items():
        family = re.search(r"-DBOOT0_ROM=(\w+)", method["build.bootloader_flags"])
        if family:
            check_rom(*workshop.build(key, board, name), family[1])
        else:  # the CPU has the program at the start of its flash
            place = f"menu.upload_method.{name}.build.flash_offset"
            check_bootloader(*workshop.build(key, board | {place: "0x0"}, name))


if __name__ == "__main__":
    test_each(check_board, restarts)
