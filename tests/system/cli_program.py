# SPDX-License-Identifier: MIT
"""Boards with a running program, and boards with boot0's bootloader, as the commands show them:
nothing is disturbed without a request, and an intended effect is not reported as an accident.
"""

import json
import os
import pathlib
import sys

from system import BOOT0, SKIPPED, VBOARD, Directory, check, equal, firmware, run, say

FIRMWARE = pathlib.Path(os.environ["FIRMWARE"])
LOADER = FIRMWARE / "bootloader-generic-f407.bin"
HELLO = FIRMWARE / "hello.elf"
FLASH_SIZE = 1 << 20
PROGRAM = 0x08008000


def boot0(board, *arguments, status=0):
    """Runs boot0 on the virtual board; its flash is in a file, so each command powers it up again.
    """
    done = run([BOOT0, *arguments, "--wait=3", "--virtual", board], status)
    done.stdout, done.stderr = " ".join(done.stdout.split()), " ".join(done.stderr.split())
    return done


def result(board, *arguments, status=0):
    return json.loads(boot0(board, *arguments, "--json", status=status).stdout)


def new_board(directory):
    """Creates a board with only boot0's bootloader."""
    flash = pathlib.Path(directory.file("flash.bin"))
    loader = LOADER.read_bytes()
    flash.write_bytes(loader + b"\xff" * (FLASH_SIZE - len(loader)))
    return f"f407:flash={flash},boot0=0", flash


def check_info(board):
    say("info of a running program does not restart it")
    boot0(board, "flash", HELLO)
    done = boot0(board, "info")
    check("its program" in done.stdout and "boot0 info --restart" in done.stdout, done.stdout)
    check("DFU mode" not in done.stderr and "goes on" not in done.stderr, done.stderr)
    shown = result(board, "info")
    equal((shown["mode"], shown["memories"][0]["regions"]), ("runtime", []), "as JSON")
    say("unless asked to")
    done = boot0(board, "info", "--restart")
    check("bootloader 0.1.0" in done.stdout and "the program continues" in done.stderr, done)
    equal(result(board, "info", "--restart")["mode"], "dfu", "as JSON")
    say("nor does its description")
    done = boot0(board, "info", "--describe", status=69)
    check("--restart" in done.stderr and "goes on" not in done.stderr, done.stderr)
    done = boot0(board, "info", "--describe", "--restart")
    check("bootloader = dfuse" in done.stdout and "the program continues" in done.stderr, done)
    say("reset of a running program restarts it")
    check("The program was restarted." in boot0(board, "reset").stdout, "reset")
    equal(result(board, "reset")["to"], "program", "as JSON")
    commands = [f"{BOOT0} {words}" for words in ("list --json", "reset", "list --json --wait=5")]
    done = run([VBOARD, board, "--", "sh", "-c", " && ".join(commands)])
    first, _, last = done.stdout.splitlines()
    equal((json.loads(first)["mode"], json.loads(last)["mode"]), ("runtime", "runtime"),
          "the board before and after")


def check_maple():
    say("a bootloader that has no order to start a program is not said to have done it")
    done = run([VBOARD, "bluepill:mode=serial", "--", BOOT0, "reset"], 74)
    check("stays in its bootloader" in done.stderr and "reset button" in done.stderr, done.stderr)


def journal(board):
    loader = result(board, "info", "--restart")["bootloader"]
    return loader["update"], loader["program_bytes"], loader["entry"]


def check_erase(board, flash):
    for what in (["--all", "--yes"], ["--address", "0x08008000"]):
        say(f"a deliberate erase is not an interrupted update: {what[0]}")
        boot0(board, "flash", HELLO)
        boot0(board, "erase", *what)
        equal(journal(board), ("none", 0, "no-program"), "the journal")
        check("BEGUN" not in boot0(board, "info").stdout, "info speaks of an update")
        equal(set(flash.read_bytes()[0x8000:0xC000]), {0xFF}, "the first sector")
    say("an erase beside the program leaves that alone")
    boot0(board, "flash", HELLO)
    boot0(board, "erase", "--address", "0x080c0000")
    equal(result(board, "info")["mode"], "runtime", "the board's mode")
    equal(journal(board)[0], "complete", "the journal")
    say("boot0 tells that an erase within the program left an incomplete one")
    image = flash.with_name("large.bin")
    data = bytearray(firmware(40000))
    data[4:8] = (PROGRAM + 0x101).to_bytes(4, "little")
    image.write_bytes(data)
    words = (f"flash -q --no-run {image}", "erase --address 0x0800c000", "info --json", "run")
    done = run([VBOARD, board, "--", "sh", "-c", "; ".join(f"{BOOT0} {word}" for word in words)], 65)
    said = " ".join(done.stderr.split())
    check("a part of the program may be erased" in said, said)
    equal(json.loads(done.stdout.splitlines()[-1])["bootloader"]["update"], "begun", "the journal")
    check("is incomplete: it cannot start" in said, said)


def check_protection():
    say("info tells of read protection")
    for board, wanted in (("f407", "inactive"), ("f407:rdp=1", "active"), ("l476", "inactive"),
                          ("bluepill", "unknown")):
        equal(result(board, "info")["read_protection"], wanted, board)
        check(f"read protection: {wanted}" in boot0(board, "info").stdout, board)
    for board, wanted in (("f407", "inactive"), ("f072:rdp=1", "active")):
        done = run([BOOT0, "info", "--json", "--port", "virtual", "--virtual", board])
        equal(json.loads(done.stdout)["read_protection"], wanted, f"{board} by UART")


def main():
    check_protection()
    check_maple()
    if not LOADER.exists():
        print("skipped: `make firmware` has not been run")
        sys.exit(SKIPPED)
    with Directory() as directory:
        board, flash = new_board(directory)
        check_info(board)
        check_erase(board, flash)


main()
