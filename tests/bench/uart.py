#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The serial port of a virtual STM32F407, with ST's ROM at 115200 baud and with the RAM loader
(--fast).

boot0's times are the board's own, in its own process: exact, and the same each time. stm32flash
runs in real time. The image consists of random bytes, which do not compress. --targets omits
measurements that serve only for comparison.
"""

import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BOOT0 = os.environ.get("BOOT0", str(ROOT / "build/host/cli/boot0"))
VBOARD = os.environ.get("VBOARD", str(ROOT / "build/host/vboard/vboard"))
KIB = 1024
SKIPPED = 77
# stm32flash 0.7's time to write and verify 256 KiB, used when it is not measured again.
STM32FLASH_S = 70.0


def program(size):
    """Returns random bytes after a stack pointer and a reset vector."""
    start = bytes.fromhex("00000220 09000008 30bffde7")
    return start + random.Random(size).randbytes(size - len(start))


def boot0(board, command, *arguments):
    """Returns the board's seconds, as boot0 reports them."""
    done = subprocess.run(
        [BOOT0, command, "--virtual", board, "--port", "uart", "--json", *arguments],
        stdout=subprocess.PIPE, check=True)
    return json.loads(done.stdout)["seconds"]


def by_stm32flash(flash, file):
    """Returns the seconds in real time."""
    start = time.monotonic()
    subprocess.run(
        [VBOARD, "--speed", "1", f"f407:flash={flash}", "--", "stm32flash", "-b", "115200", "-v",
         "-w", str(file), "/dev/ttyUSB0"], stdout=subprocess.DEVNULL, check=True)
    return time.monotonic() - start


class Bench:
    """A folder with the images, and flash files that hold other data."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.file = self.folder / "program.bin"
        self.file.write_bytes(program(256 * KIB))
        self.flash = self.folder / "board.flash"

    def fresh(self):
        self.flash.write_bytes(random.Random("before").randbytes(KIB * KIB))
        return f"f407:flash={self.flash}"

    def compare(self):
        print("what is only for comparison:")
        if shutil.which("stm32flash"):
            self.fresh()
            print(f"  fresh 256 KiB, stm32flash       {by_stm32flash(self.flash, self.file):7.1f} s")
        seconds = boot0(self.fresh(), "flash", "--no-run", str(self.file))
        print(f"  fresh 256 KiB, boot0 by the ROM {seconds:7.1f} s")
        for key in ("adapter_max=921600", "adapter_max=460800", "adapter_max=115200"):
            seconds = boot0(f"{self.fresh()},{key}", "flash", "--fast", "--no-run", str(self.file))
            print(f"  fresh 256 KiB, {key:<19} {seconds:4.1f} s")

    def rows(self):
        board = self.fresh()
        fresh = boot0(board, "flash", "--fast", "--no-run", str(self.file))
        yield "fresh 256 KiB, --fast: 8 times as fast as stm32flash", fresh, STM32FLASH_S / 8
        again = boot0(board, "flash", "--fast", "--no-run", str(self.file))
        yield "same 256 KiB again, --fast: 4 s", again, 4.0
        whole = boot0(board, "read", "--fast", "--address", "0x08000000", "--size", str(KIB * KIB),
                      str(self.folder / "back.bin"))
        yield "read 1 MiB, --fast: 15 s", whole, 15.0


def main():
    done = subprocess.run([BOOT0, "version", "--json"], stdout=subprocess.PIPE, check=True)
    if not json.loads(done.stdout)["bootloaders"]:
        print("skipped: built without the compiler for boards")
        return SKIPPED
    good = True
    with tempfile.TemporaryDirectory(prefix="boot0-bench-") as folder:
        bench = Bench(folder)
        if "--targets" not in sys.argv[1:]:
            bench.compare()
        for text, seconds, limit in bench.rows():
            good = good and seconds <= limit
            print(f"{'PASS' if seconds <= limit else 'FAIL'}  {text:<56} {seconds:6.2f} s", flush=True)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
