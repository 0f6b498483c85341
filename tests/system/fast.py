# SPDX-License-Identifier: MIT
"""`--fast`: boot0 loads the RAM loader through ST's ROM, and the loader does the work. Reference
tools read back through the ROM.
"""

import json
import os
import pathlib
import re
import subprocess

from fast_run import ERASED, Fast, holds
from system import (BOOT0, VBOARD, Directory, check, equal, firmware, need, need_bootloaders, read,
                    run, say, until_back, vboard)

FIRMWARE = pathlib.Path(os.environ["FIRMWARE"])
CHIPS = ["f401", "f401xe", "f407", "f407old", "f411", "f412", "f427", "f446"]
BOARDS = Fast()


def all_chips(directory):
    say("each chip that has a loader: the first flash, and nothing to do in the next one")
    for chip in CHIPS:
        image, path = firmware(50000, seed=len(chip)), directory.file(f"{chip}.flash")
        file = directory.file("a.bin", image)
        done = BOARDS.flash(f"{chip}:flash={path}", file)
        check("The program was started" in done.stdout, done.stdout)
        check("Note" not in done.stderr, done.stderr)
        holds(path, image, chip)
        done = BOARDS.flash(f"{chip}:flash={path}", file)
        check("Nothing to do" in done.stdout and "was started" in done.stdout, done.stdout)


def judged(directory):
    say("what the loader wrote is read back by dfu-util from the ROM, after a press of reset")
    need("dfu-util")
    image = firmware(200000, seed=3)
    file, back = directory.file("b.bin", image), directory.file("back.bin")
    path = directory.file("judged.flash")
    buttons = directory.file("buttons")
    vboard(["f407:flash=" + path],
           ["sh", "-ec", f"""
            {BOOT0} flash --fast --no-run {file}
            {BOOT0} info | grep 'RAM loader'
            dfu-util -l | grep 'devnum=3'
            echo 1 reset >{buttons}
            {until_back(4)}
            dfu-util -a 0 -s 0x08000000:{len(image)} -U {back}
            """], options=["--buttons", buttons])
    equal(read(back) == image, True, "dfu-util reads the program back")
    say("and dfu-util is a host of the loader as of any other DfuSe device")
    vboard("f407:flash=" + path,
           ["sh", "-ec", f"""
            {BOOT0} read --fast --size 1024 {directory.file("any.bin")}
            dfu-util -a 0 -s 0x08000000:leave -D {file}
            """])


def other_commands(directory):
    say("read, verify, erase, install-bootloader")
    image, path = firmware(30000, seed=9), directory.file("other.flash")
    board, file = f"f407:flash={path}", directory.file("c.bin", image)
    BOARDS.flash(board, file)
    BOARDS.read_verify_erase(board, file, directory.file("c-back.bin"), path)
    done = BOARDS.boot0(board, "install-bootloader", "--fast", "--yes")
    check("It was started" in done.stdout, done.stdout)
    binary = (FIRMWARE / "bootloader-generic-f407.bin").read_bytes()
    holds(path, binary, "install-bootloader")
    equal(read(path)[0x4000:0x8000].strip(ERASED), b"", "the journal's sector")
    say("on a board with boot0's bootloader --fast changes nothing")
    done = BOARDS.boot0(f"{board},boot0=0", "flash", "--fast", str(FIRMWARE / "hello.elf"))
    check("Note" not in done.stderr, done.stderr)


def many(directory):
    say("gang")
    image = firmware(20000, seed=11)
    file = directory.file("g.bin", image)
    paths = [directory.file(f"gang{n}.flash") for n in range(3)]
    boards = [word for n, path in enumerate(paths)
              for word in ("--virtual", f"f407:serial=S{n},flash={path}")]
    run([BOOT0, "gang", "--fast", "--count", "3", file, *boards])
    for path in paths:
        holds(path, image, path)


def refusals(directory):
    image = firmware(40000, seed=5)
    file, path = directory.file("d.bin", image), directory.file("refused.flash")
    say("a ROM that keeps this RAM to itself does the work")
    text = run([VBOARD, "describe", "f407"]).stdout
    kept = re.sub(r"(address = 0x20000000\n(?:.*\n)*?reserved = )\S+", r"\g<1>64K", text, count=1)
    check(kept != text, text)
    description = directory.file("kept.board", kept.encode())
    done = BOARDS.flash(f"custom:describe={description},flash={path}", file, "--chip", "f407")
    check("rejects the RAM loader" in done.stderr, done.stderr)
    holds(path, image, "by the ROM")
    say("without a crystal the loader goes back to the ROM")
    done = BOARDS.flash(f"f407:flash={path},crystal=0", file)
    check("returned to ST's bootloader" in done.stderr, done.stderr)
    say("a chip that has none")
    done = BOARDS.flash("f072", file)
    check("no RAM loader for this board" in done.stderr, done.stderr)
    say("the wrong chip, and BOOT0 is low by then: nothing appears")
    done = BOARDS.flash(f"f412:boot0=button,flash={path}", file, "--chip", "f407", status=74)
    check("does not appear" in done.stderr and "BOOT0 at 3.3 V" in done.stderr, done.stderr)
    holds(path, image, "nothing was changed")
    say("read protection is refused as the ROM does")
    done = BOARDS.flash("f407:rdp=1", file, status=77)
    check("--unprotect" in done.stderr, done.stderr)
    say("a note after slow work by the ROM, once")
    big = directory.file("big.bin", firmware(300000, seed=6))
    done = BOARDS.boot0("f407", "flash", big)
    equal(len(re.findall(r"--fast would take about \d s", done.stderr)), 1, done.stderr)
    equal("--fast" in BOARDS.flash("f407", big).stderr, False, "no note after --fast")


def interrupted(directory):
    image, other = firmware(20000, seed=7), firmware(20000, seed=8)
    file = directory.file("e.bin", image)
    path = directory.file("cut.flash")
    board = f"f407:flash={path}"

    def cut(fault):
        """Whether a flash with this fault fails; a second flash without the fault works."""
        directory.file("cut.flash", other.ljust(0x100000, ERASED))
        failed = run_any(f"{board},fault={fault}", file) != 0
        BOARDS.flash(board, file)
        holds(path, image, f"after {fault}")
        return failed

    say("unplugged at each of its steps: nothing is bricked, the next run works")
    steps = 1
    while cut(f"unplug@{steps}"):
        steps += 4
    check(steps > 60, f"it ends after {steps} transfers")
    print(f"# cable pulled before {(steps - 1) // 4} transfers of --fast")
    say("power cut in the flash's operations")
    operations = [1, 2, 3, 4, 1500, 4000, 4999]  # two erases, 5000 words; the vectors are last
    equal([n for n in operations if not cut(f"powercut@{n}")], [], "all of these fail")
    print(f"# power cut in {len(operations)} flash operations with --fast")


def run_any(board, file):
    """Returns the exit status of a flash that may fail."""
    return subprocess.run([BOOT0, "flash", "--fast", "--quiet", "--virtual", board, file],
                          capture_output=True, check=False).returncode


def told(directory):
    say("what info says of the loader")
    script = f"""
        {BOOT0} read --fast --quiet --size 256 {directory.file("r.bin")}
        {BOOT0} info --json
        {BOOT0} reset --to rom
        """
    done = vboard("f407", ["sh", "-ec", script])
    info = next(json.loads(line) for line in done.stdout.splitlines() if '"bootloader"' in line)
    equal((info["bootloader"]["in_ram"], info["bootloader"]["entry"]), (True, "loaded"), "in_ram")


def main():
    need_bootloaders()
    with Directory() as directory:
        for part in (all_chips, judged, other_commands, many, refusals, interrupted, told):
            part(directory)


main()
