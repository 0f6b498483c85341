#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Compiles the variant of each board of arduino/boards.txt, for each upload method, without an IDE.

    tests/arduino/compile.py

The recipes are those of the stand-in core (tests/arduino/core/platform.txt), expanded as the IDE does
it; the program around the variant is bare.c. What boards.txt names and says has to agree with what was
recorded of STM32duino (stm32duino.txt). The output is TAP: one line per board.
"""

import concurrent.futures
import os
import pathlib
import re
import shlex
import shutil
import struct
import subprocess
import sys
import tempfile

import standin

ROOT = pathlib.Path(__file__).resolve().parents[2]
PLATFORM = ROOT / "arduino"
VARIANT = PLATFORM / "variants/boot0"
FLASH = 0x08000000
RAM = 0x20000000
BOOT0_PROGRAM = 0x8000  # where programs behind boot0's bootloader begin: core/bootloader_map.h
MAPLE_PROGRAM = 0x2000
PAGE_ERASE_KEY = struct.pack("<I", 0x89ABCDEF)  # PEKEY1 of L0
SOURCES = ["clock.c", "hook.c", "pins.c", "variant.cpp"]


class Wrong(Exception):
    pass


def check(condition, what):
    if not condition:
        raise Wrong(what)


def run(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False)
    check(done.returncode == 0, f"{shlex.join(map(str, command))}\n{done.stdout}")
    return done.stdout


class Workshop:
    """A copy of the stand-in core, with all of the variants, and room for what is compiled."""

    def __init__(self, directory):
        self.directory = directory
        shutil.copytree(ROOT / "tests/arduino/core", directory / "core")
        standin.make_variants(directory / "core/variants")
        self.values = standin.properties(
            (ROOT / "tests/arduino/core/platform.txt").read_text(encoding="utf-8"))
        self.values |= {
            "boot0.tree": str(ROOT),
            "build.core.path": str(directory / "core/cores/arduino"),
            "build.variant.path": str(VARIANT),
            "includes": f'"-I{directory}/core/cores/arduino" "-I{VARIANT}"',
            "runtime.ide.version": "10819",
            "build.project_name": "sketch",
        }

    def compile(self, values, source, where):
        kind = "cpp" if source.suffix == ".cpp" else "c"
        target = where / (source.name + ".o")
        values = values | {"source_file": str(source), "object_file": str(target)}
        run(standin.words(values[f"recipe.{kind}.o.pattern"], values) + ["-Werror"])
        return target

    def build(self, key, board, method):
        """The program of a board for one upload method: its ELF."""
        where = self.directory / f"{key}-{method}"
        where.mkdir()
        values = self.values | board | standin.methods(board)[method]
        values["build.path"] = str(where)
        objects = [self.compile(values, VARIANT / name, where) for name in SOURCES]
        objects.append(self.compile(values, ROOT / "tests/arduino/bare.c", where))
        values["object_files"] = " ".join(f'"{path}"' for path in objects)
        values["archive_file_path"] = str(where / "core.a")
        run(["arm-none-eabi-ar", "rcs", where / "core.a"])
        run(standin.words(values["recipe.c.combine.pattern"], values))
        return values, where / "sketch.elf"


# ---- what a program has to be ----


def symbols(elf):
    """Each symbol's type as nm has it, and its address."""
    rows = [line.split() for line in run(["arm-none-eabi-nm", elf]).splitlines()]
    return {row[-1]: (row[-2], int(row[0], 16)) for row in rows if len(row) == 3}


def first_words(elf):
    """Where the program begins, and its first two words: stack pointer and start."""
    flat = elf.with_suffix(".bin")
    run(["arm-none-eabi-objcopy", "-O", "binary", elf, flat])
    begin = re.search(r"LOAD +0x\w+ 0x\w+ (0x\w+)", run(["arm-none-eabi-readelf", "-l", elf]))
    return int(begin[1], 16), *struct.unpack_from("<II", flat.read_bytes())


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
    """The hook is in the program if the upload method has use for it, and only then."""
    flags = values.get("build.bootloader_flags", "")
    found = symbols(elf)
    own = "BOOT0_" in flags
    check(own == (found["dtr_togglingHook"][0] == "T"), f"{flags}: {found['dtr_togglingHook']}")
    check(own == ("boot0_restart_into_bootloader" in found), f"{flags}: is it there?")
    check(not own or "-DDTR_TOGGLING_SEQ" in flags, "without it nobody calls the hook")
    check(("BOOT0_ROM" in flags) == ("first" in found), f"{flags}: a function before the core's")
    if "first" in found:
        check(found["first"][1] == found["constructors_start"][1], "it is the first one")
    check(("BOOT0_ERASE" in flags) == (PAGE_ERASE_KEY in elf.with_suffix(".bin").read_bytes()),
          f"{flags}: is a page erased?")


# ---- boards ----


def check_facts(board):
    """What boards.txt has of STM32duino is as it is there."""
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


def main():
    boards = standin.boards((PLATFORM / "boards.txt").read_text(encoding="utf-8"))
    print(f"1..{len(boards)}", flush=True)
    failed = 0
    with tempfile.TemporaryDirectory(prefix="boot0-compile-") as directory:
        workshop = Workshop(pathlib.Path(directory))
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            tasks = {key: pool.submit(check_board, workshop, key, board)
                     for key, board in boards.items()}
            for number, (key, task) in enumerate(tasks.items(), 1):
                try:
                    task.result()
                    print(f"ok {number} {key}", flush=True)
                except (Wrong, KeyError, ValueError) as error:
                    failed += 1
                    print(f"not ok {number} {key}", flush=True)
                    print("# " + f"{type(error).__name__}: {error}".replace("\n", "\n# "))
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
