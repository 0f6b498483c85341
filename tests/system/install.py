# SPDX-License-Identifier: MIT
"""A factory-new F407 gets boot0's bootloader, and never needs BOOT0 again: programs arrive over
USB, boot0 finds them by serial number and replaces them; the bootloader is updated and protected.
"""

import hashlib
import json
import os
import pathlib
import sys

from system import BOOT0, SKIPPED, Directory, check, equal, run, say

FIRMWARE = pathlib.Path(os.environ["FIRMWARE"])
LOADER = FIRMWARE / "bootloader-generic-f407.bin"
VARIANT = FIRMWARE / "bootloader-black-f407ve.bin"
SERIAL = "315A28A0B956"


def boot0(board, *arguments, status=0):
    """Runs boot0 on the virtual board; its flash is in a file, so each command powers it up again.
    """
    done = run([BOOT0, *arguments, "--wait=3", "--virtual", board], status)
    done.stdout, done.stderr = " ".join(done.stdout.split()), " ".join(done.stderr.split())
    return done


def result(board, *arguments):
    return json.loads(boot0(board, *arguments, "--json").stdout)


def check_install(rom):
    say("a new board: nothing can be lost, nothing is asked")
    done = result(rom, "install-bootloader", LOADER)
    check(done["changed"] and done["started"] and not done["program_kept"], done)
    say("once more: nothing to do")
    done = result(rom, "install-bootloader", LOADER)
    check(not done["changed"], done)


def check_own(directory):
    """The bootloaders inside boot0 are those of the firmware, chosen by board and chip."""
    rows = json.loads(run([BOOT0, "install-bootloader", "--list", "--json"]).stdout)["bootloaders"]
    equal(json.loads(run([BOOT0, "version", "--json"]).stdout)["bootloaders"], rows, "two lists")
    if not rows:
        say("none: built without the compiler for boards")
        done = boot0("f407", "install-bootloader", status=66)
        check("gcc-arm-none-eabi" in done.stderr, done.stderr)
        return
    files = sorted(FIRMWARE.glob("bootloader-*.bin"))
    equal([row["built_for"] for row in rows],
          [path.stem.removeprefix("bootloader-") for path in files], "the list")
    equal([row["sha256"] for row in rows],
          [hashlib.sha256(path.read_bytes()).hexdigest() for path in files], "digests")
    say("no file: the generic one, or that for --board; an update keeps the board's")
    flash = directory / "own.bin"
    rom, board = f"f407:flash={flash}", f"f407:flash={flash},boot0=0"
    boot0(rom, "install-bootloader")
    equal(result(board, "info")["bootloader"]["built_for"], "generic-f407", "by chip")
    boot0(board, "update-bootloader", "--board", "black-f407ve")
    equal(result(board, "info")["bootloader"]["built_for"], "black-f407ve", "with --board")
    check(not result(board, "update-bootloader")["changed"], "not the one for the same board")
    boot0("f072", "install-bootloader", status=65)
    say("what --board says of the chip agrees with the bootloader, or is told")
    done = boot0(board, "flash", "--board", "black-f407ve", FIRMWARE / "hello.elf")
    check("the given chip is" not in done.stdout + done.stderr, done.stderr)
    done = boot0(board, "flash", "--chip", "f411", FIRMWARE / "hello.elf")
    check("given chip is STM32F411, but the board has STM32F405" in " ".join(done.stderr.split()), done.stderr)
    say("read protection: nothing is announced that the ROM would do by erasing everything")
    protected = board + ",rdp=1"
    done = boot0(protected, "update-bootloader", FIRMWARE / "bootloader-generic-f407.bin",
                 status=77)
    check("erases everything" in done.stderr and "replacing bootloader" not in done.stderr, done.stderr)
    done = boot0(protected, "reset", "--to", "rom")
    check("must erase everything" in " ".join(done.stdout.split()), done.stdout)
    say("an F411 shows the flash of an F405 with 512 KiB: the chip has to be named")
    done = boot0("f411", "install-bootloader", status=64)
    check("--chip: f411" in done.stderr and "--board" in done.stderr, done.stderr)
    boot0("f411", "install-bootloader", FIRMWARE / "bootloader-generic-f407.bin", status=65)
    say("and then that chip's bootloader is taken")
    result("f411", "install-bootloader", "--chip", "f411")


def check_flash(board):
    say("the first program")
    done = result(board, "info")
    equal(done["serial"], SERIAL, "serial number of the bootloader")
    equal(done["chips"], ["f407"], "the chip")
    loader = done["bootloader"]
    equal((loader["entry"], loader["update"]), ("no-program", "none"), "a new bootloader")
    equal(loader["crystal_hz"], 8000000, "the crystal")
    done = result(board, "flash", FIRMWARE / "hello.elf")
    check(done["started"] and done["bytes_verified"] > 0, done)
    say("the second one: the first is found running, and asked")
    done = boot0(board, "flash", "--serial", SERIAL, FIRMWARE / "hello-2.elf")
    check("into DFU mode" in done.stderr, done.stderr)
    check("The program was started" in done.stdout, done.stdout)
    say("again: nothing to do, by digests")
    done = result(board, "flash", FIRMWARE / "hello-2.elf")
    equal((done["bytes_written"], done["sectors_erased"]), (0, 0), "the same again")
    check(done["seconds"] < 0.3, done)
    loader = result(board, "info", "--restart")["bootloader"]
    equal((loader["entry"], loader["update"]), ("asked", "complete"), "after an update")
    check(loader["program_bytes"] > 0 and len(loader["program_sha256"]) == 64, loader)
    text = boot0(board, "info", "--restart").stdout
    check("update completed" in text and "SHA-256" in text, text)


def check_refusals(board, directory):
    say("a program for the bootloader's place")
    done = boot0(board, "flash", FIRMWARE / "blink.elf", status=65)
    check("programs start at 0x08008000" in done.stderr, done.stderr)
    raw = directory / "blink.bin"
    raw.write_bytes((FIRMWARE / "blink.bin").read_bytes())
    done = boot0(board, "flash", raw, status=65)
    check("FLASH ORIGIN" in done.stderr, done.stderr)
    done = boot0(board, "install-bootloader", LOADER, status=69)
    check("update-bootloader" in done.stderr, done.stderr)
    boot0(board, "install-bootloader", FIRMWARE / "blink-8000.bin", status=65)


def check_ways(board):
    say("reset to program, bootloader, ROM")
    for target in ("program", "bootloader", "rom"):
        equal(result(board, "reset", "--to", target)["to"], target, "the target")
    say("protection of the bootloader")
    boot0(board, "protect", "--bootloader")


def check_update(board, flash):
    say("another build of the bootloader; the program stays")
    program = flash.read_bytes()[0x8000:]
    done = boot0(board, "update-bootloader", VARIANT)
    check("BOOT0 is needed" in done.stderr, done.stderr)
    check("is preserved" in done.stdout, done.stdout)
    check("updated from 0.1.0 to 0.1.0, and verified" in done.stdout, done.stdout)
    check("replacing bootloader 0.1.0 by 0.1.0" in done.stderr, done.stderr)
    after = flash.read_bytes()
    binary = VARIANT.read_bytes()
    check(after[: len(binary)] == binary, "the bootloader is not the new one")
    check(after[0x8000:] == program, "the program is not the old one")
    loader = result(board, "info", "--restart")["bootloader"]
    equal((loader["built_for"], loader["update"]), ("black-f407ve", "complete"), "afterwards")
    done = result(board, "update-bootloader", VARIANT)
    check(not done["changed"], done)
    equal((done["version_before"], done["version"]), ("0.1.0", "0.1.0"), "the versions")
    say("to another version, which the file tells")
    newer = flash.with_name("newer.bin")
    newer.write_bytes(binary.replace(b"boot0 bootloader 0.1.0", b"boot0 bootloader 0.2.7"))
    done = result(board, "update-bootloader", newer)
    equal((done["changed"], done["version_before"], done["version"]), (True, "0.1.0", "0.2.7"),
          "the versions")
    boot0(board, "update-bootloader", VARIANT)


def check_loss(directory):
    say("a program for 0x08000000 is lost only with a word")
    flash = directory / "full.bin"
    flash.write_bytes((FIRMWARE / "blink.bin").read_bytes() + bytes(range(256)) * 200)
    rom = f"f407:flash={flash}"
    done = boot0(rom, "install-bootloader", LOADER, status=64)
    check("--yes" in done.stderr and "overwrites the program" in done.stderr, done.stderr)
    equal(flash.read_bytes()[:4], (FIRMWARE / "blink.bin").read_bytes()[:4], "it was touched")
    boot0(rom, "install-bootloader", "--yes", LOADER)
    check(flash.read_bytes()[0x4000:0x8000] == b"\xff" * 0x4000, "where the journal is written")
    done = result(f"{rom},boot0=0", "flash", FIRMWARE / "hello.elf")
    check(done["started"], done)


def main():
    if not LOADER.exists():
        print("skipped: `make firmware` has not been run")
        sys.exit(SKIPPED)
    with Directory() as made:
        directory = pathlib.Path(made.path)
        flash = directory / "flash.bin"
        rom, board = f"f407:flash={flash}", f"f407:flash={flash},boot0=0"
        check_own(directory)
        check_install(rom)
        check_flash(board)
        check_refusals(board, directory)
        check_ways(board)
        check_update(board, flash)
        check_loss(directory)


main()
