#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A sketch runs on the emulated F407, with BOOT0 low and no bootloader but the ROM. `boot0 flash`
reboots it into DFU mode like an IDE's Upload: the variant's hook restarts the chip and starts the
ROM.

    VBOARD=... BOOT0=... tests/arduino/running.py
"""

import os
import pathlib
import tempfile

import standin
from workshop import Workshop, boards, check, flat, run

BOARD, METHOD = "black_f407ve", "rom"
UPLOAD = "timeout 60 head -n 2 /dev/ttyACM0; {boot0} flash --ide-port /dev/ttyACM0 {elf}"


def main():
    with tempfile.TemporaryDirectory(prefix="boot0-running-") as directory:
        here = pathlib.Path(directory)
        for name in ("first", "second"):
            (here / name).mkdir()
        _, first = Workshop(here / "first").build_sketch(
            BOARD, boards()[BOARD], METHOD, standin.HELLO % "first")
        _, second = Workshop(here / "second").build_sketch(
            BOARD, boards()[BOARD], METHOD, standin.HELLO % "second")
        flash = here / "flash.bin"
        flash.write_bytes(flat(first).read_bytes())
        said = run([os.environ["VBOARD"], f"f407:flash={flash},boot0=0", "--", "sh", "-c",
                    UPLOAD.format(boot0=os.environ["BOOT0"], elf=second)])
        check("first " in said, f"the first sketch runs:\n{said}")
        check("The program was started" in said, f"the upload:\n{said}")
        program = flat(second).read_bytes()
        check(flash.read_bytes()[: len(program)] == program, f"the second one is there:\n{said}")


if __name__ == "__main__":
    main()
