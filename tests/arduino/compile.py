#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compiles the variant of each board of arduino/boards.txt, for each upload method, without an IDE.

    tests/arduino/compile.py

The program around the variant is bare.c. Names and values in boards.txt must match the record of
STM32duino (stm32duino.txt). The output is TAP: one line per board.
"""

import pathlib
import re
import shutil
import struct

import standin
from workshop import check, flat, run, symbols, test_each

FLASH = 0x08000000
RAM = 0x20000000
BOOT0_PROGRAM = 0x8000  # start of programs after boot0's bootloader: core/bootloader_map.h
MAPLE_PROGRAM = 0x2000
PAGE_ERASE_KEY = struct.pack("<I", 0x89ABCDEF)  # PEKEY1 of L0


# ---- requirements on programs ----


def first_words(elf):
    """Returns the program's start, and its first two words: stack pointer and start address."""
    begin = re.search(r"LOAD +0x\w+ 0x\w+ (0x\w+)", run(["arm-none-eabi-readelf", "-l", elf]))
    return int(begin[1], 16), *struct.unpack_from("<II", flat(elf).read_bytes())


def check_program(values, elf):
    offset, ram = int(values["build.flash_offset"], 0), int(values["upload.maximum_data_size"])
    begin, stack, start = first_words(elf)
    check(begin == FLASH + offset, f"the program begins at {begin:#x}")
    check(stack == RAM + ram, f"its stack pointer is {stack:#x}")
    check(begin < start < FLASH + int(values["upload.maximum_size"]), f"it starts at {start:#x}")
    attributes = run(["arm-none-eabi-readelf", "-A", elf])
    core = {"cortex-m0plus": "v6S-M", "cortex-m3": "v7", "cortex-m4": "v7E-M",
            "cortex-m33": "v8-M.mainline"}[values["build.mcu"]]
    check(re.search(rf"Tag_CPU_arch: {re.escape(core)}$", attributes, re.MULTILINE),
          f"is it for {core}?\n{attributes}")
    check(("Tag_ABI_VFP_args" in attributes) == bool(values["build.fpu"]),
          f"hard float\n{attributes}")


def check_hook(values, elf):
    """The program contains the hook if and only if the upload method uses it."""
    flags = values.get("build.bootloader_flags", "")
    found = symbols(elf)
    own = "BOOT0_" in flags
    check(own == (found["dtr_togglingHook"][0] == "T"), f"{flags}: {found['dtr_togglingHook']}")
    check(own == ("boot0_restart_into_bootloader" in found), f"{flags}: is it there?")
    check(not own or "-DDTR_TOGGLING_SEQ" in flags, "without it nobody calls the hook")
    check(("BOOT0_ROM" in flags) == ("first" in found), f"{flags}: a function before the core's")
    if "first" in found:
        check(found["first"][1] == found["constructors_start"][1], "it is the first one")
    check(("BOOT0_ERASE" in flags) == (PAGE_ERASE_KEY in flat(elf).read_bytes()),
          f"{flags}: is a page erased?")


# ---- boards ----


def check_facts(board):
    """The values that boards.txt shares with STM32duino are equal."""
    known, folders = standin.recorded()
    facts = known[board["build.board"]]
    found = {
        "board": board["build.board"],
        "series": board["build.series"],
        "product_line": board["build.product_line"],
        "mcu": board["build.mcu"],
        "fpu": board.get("build.fpu", "-").removeprefix("-mfpu="),
        "maximum_size": board["upload.maximum_size"],
        "maximum_data_size": board["upload.maximum_data_size"],
        "variant_h": board["build.variant_h"],
        "variant": board["build.boot0_variant"].partition("/variants/")[2],
    }
    check(found == facts, f"STM32duino says {facts}, boards.txt {found}")
    named = [board["build.variant_h"], *re.findall(r"<(\S+)>", str(board))]
    for name in [*named, "ldscript.ld", "generic_clock.c", "PeripheralPins.c"]:
        check(name in folders[facts["variant"]], f"STM32duino has no {name} in {facts['variant']}")
    check(f"<{pathlib.PurePath(board['build.variant_h']).stem}.cpp>" in
          board["build.st_extra_flags"], "the variant's header and source have one name")
    has_flag = "-D__CORTEX_SC=0" in board["build.st_extra_flags"]
    check(has_flag == (facts["series"] == "STM32L0xx"), "STM32duino's flag for L0")


def check_method(board, name, method):
    offset = int(method["build.flash_offset"], 0)
    flags = method.get("build.bootloader_flags", "")
    places = {"boot0": BOOT0_PROGRAM, "maple": MAPLE_PROGRAM}
    check(offset == places.get(name, 0), f"{name}: the program's place")
    check(("BOOT0_BOOTLOADER" in flags) == (name == "boot0"), f"{name}: {flags}")
    family = re.search(r"-DBOOT0_ROM=(\w+)", flags)
    check(not family or f"STM32{family[1].upper()}xx" == board["build.series"], f"{name}: {flags}")
    check(method["upload.by"] == ("--port" if name == "uart" else "--ide-port"), f"{name}: port")


def check_board(workshop, key, board):
    check_facts(board)
    for name, method in standin.methods(board).items():
        check_method(board, name, method)
        values, elf = workshop.build(key, board, name)
        check_program(values, elf)
        check_hook(values, elf)
        shutil.rmtree(elf.parent)


if __name__ == "__main__":
    test_each(check_board)
