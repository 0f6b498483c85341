# SPDX-License-Identifier: MIT
"""boot0.exe on a serial port of Windows: vboard's terminal is COM15 of Wine. stm32flash, which runs
outside Wine, is the reference: each reads what the other wrote. DTR and RTS are missing: Wine opens
the terminal in a process that vboard does not see.
"""

import json
import sys

from wine import link  # first: it adds the path to the others
from system import BOOT0, Directory, check, equal, firmware, need, read, say, vboard, vboard_stats

PORT = "COM15"  # above COM9: Windows opens it under another name
FLASH = 0x08000000
SIZE = 3001


def shell(*commands):
    return ["sh", "-c", " && ".join([link(PORT), *commands])]


def boot0(command, *arguments):
    return f"{BOOT0} {command} --quiet --port {PORT} {' '.join(arguments)}"


def both_ways(directory):
    image = firmware(SIZE)
    source, back = directory.file("source.bin", image), directory.file("back.bin")
    for board in ["f407", "l476", "f103"]:
        say(f"{board}: stm32flash reads what boot0.exe wrote, and the other way round")
        _, stats = vboard_stats(board, shell(
            boot0("flash", "--no-run", source),
            f"stm32flash -b 115200 -r {back} -S {FLASH:#x}:{SIZE} /dev/ttyUSB0"))
        equal(read(back)[:SIZE], image, "what stm32flash reads")
        equal(stats[0]["violations"], 0, "violations")
        _, stats = vboard_stats(board, shell(
            f"stm32flash -b 115200 -w {source} /dev/ttyUSB0", boot0("verify", source),
            boot0("read", "--force", "--address", hex(FLASH), "--size", str(SIZE), back),
            boot0("run")))
        equal(read(back), image, "what boot0.exe reads")
        equal(stats[0]["started"], True, "started")


def bad_lines(directory):
    source = directory.file("source.bin", firmware(SIZE))
    for fault in ["lost@700", "noise@1500"]:
        say(f"{fault}: the job completes")
        vboard(f"f103:fault={fault}", shell(boot0("flash", "--no-run", source),
                                            boot0("verify", source)))


def mistakes():
    say("a port that is not there; a board that does not answer")
    done = vboard("f407", [BOOT0, "info", "--port", "COM99"], 69)
    check("no such port" in done.stderr, done.stderr)
    done = vboard("f407:boot0=0", shell(f"{BOOT0} info --json --port {PORT}"), 74)
    equal(json.loads(done.stdout)["error"]["code"], "io", "the error")


def main():
    need("stm32flash")
    for part in (both_ways, bad_lines):
        with Directory() as directory:
            part(directory)
    mistakes()


if __name__ == "__main__":
    sys.exit(main())
