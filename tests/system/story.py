# SPDX-License-Identifier: MIT
"""The whole story: a factory-new board, once with BOOT0, and never again.

ROM bootloader → boot0's bootloader → a program that prints over USB → another program, by boot0, by
dfu-util and by fwupd, each of which finds the running program, reboots it into the bootloader and
flashes it. Runs itself under vboard: the board is an emulated STM32F4, the tools are unmodified.

  story.py [BOARD]     one of BOARDS (default: black-f407ve)
"""

import json
import os
import pathlib
import select
import shutil
import subprocess
import sys
import termios
import time
import tty

from system import (BOOT0, PATIENCE_S, SKIPPED, Directory, check, equal, need, run, say, vboard,
                    wait_for)

FIRMWARE = pathlib.Path(os.environ["FIRMWARE"])
# The bootloader's board: the virtual board with its crystal, the suffix of its programs' names, and
# the flash that its ROM shows (for an F427 the first bank: its string is cut).
BOARDS = {
    "black-f407ve": ("f407:crystal=8", "", 1048576),
    "blackpill-f401": ("f401:crystal=25", "-f401xc", 262144),
    "generic-f401xe": ("f401xe:crystal=16", "-f401xe", 524288),
    "blackpill-f411": ("f411:crystal=25", "-f411", 524288),
    "generic-f412": ("f412:crystal=12", "-f412", 1048576),
    "discovery-f429": ("f427:crystal=8", "-f429", 1048576),
    "nucleo-f446re": ("f446:crystal=8", "-f446", 524288),
}
PORT = "/dev/ttyACM0"
HELLO = "hello from boot0"
AGAIN = "hello again"


BOARD = os.environ.get("STORY_BOARD", "black-f407ve")


def program(name, suffix=".elf"):
    """Returns a program for the board's chip."""
    return str(FIRMWARE / f"{name}{BOARDS[BOARD][1]}{suffix}")


def serial():
    """Returns the board's serial number, which is the same in every mode."""
    (board,) = [json.loads(line) for line in run([BOOT0, "list", "--json"]).stdout.splitlines()]
    return board["serial"]


def open_port():
    try:
        return os.open(PORT, os.O_RDWR | os.O_NOCTTY)
    except OSError:
        return None


def expect_text(text):
    """Checks that the program runs and prints the text."""
    port = wait_for(PORT, open_port)
    try:
        tty.setraw(port)
        termios.tcflush(port, termios.TCIFLUSH)
        data = b""
        deadline = time.monotonic() + PATIENCE_S
        while text.encode() not in data:
            check(time.monotonic() < deadline, f"{text!r} did not come; there was {data!r}")
            if select.select([port], [], [], 1)[0]:
                data += os.read(port, 256)
    finally:
        os.close(port)
    say(f"it prints: {text}")


def listed():
    return subprocess.run(["dfu-util", "-l"], capture_output=True, text=True, check=False).stdout


def factory():
    found = run([BOOT0, "list", "--json"]).stdout
    check(f'"flash_bytes":{BOARDS[BOARD][2]}' in found, f"a new board is in the ROM: {found}")


def install():
    say("boot0's bootloader, through the ROM")
    generic = ["--chip", BOARD.removeprefix("generic-")] if "generic" in BOARD else []
    done = run([BOOT0, "install-bootloader", "--yes", *(generic or ["--board", BOARD]),
                str(FIRMWARE / f"bootloader-{BOARD}.bin")])
    print(done.stdout, done.stderr)
    wait_for("the bootloader", lambda: "/0x08008000/" in listed())
    info = run([BOOT0, "info"]).stdout
    check("boot0 bootloader" in info, "info tells of it")


def first_program():
    say("a program")
    run([BOOT0, "flash", program("hello")])
    expect_text(HELLO)


def by_boot0():
    say("another one, by boot0, while the first one runs")
    number = serial()
    done = run([BOOT0, "flash", "--serial", number, "--json", program("hello-2")])
    check('"sectors_erased":1,' in done.stdout, "one sector differs")
    expect_text(AGAIN)
    done = run([BOOT0, "flash", program("hello-2")])
    check("Nothing to do" in done.stdout, "the same again is nothing to do")
    expect_text(AGAIN)


def by_dfu_util():
    need("dfu-util")
    say("the first one again, by dfu-util, which detaches the program first")
    run(["dfu-util", "-d", "0483:5740,0483:df11", "-a", "0", "-s", "0x08008000:leave",
         "-D", program("hello", ".bin")])
    expect_text(HELLO)
    say("the other one, without :leave")
    run(["dfu-util", "-e", "-d", "0483:5740"])
    wait_for("the bootloader", lambda: "/0x08008000/" in listed())
    run(["dfu-util", "-a", "0", "-s", "0x08008000", "-D", program("hello-2", ".bin")])
    run([BOOT0, "run"])
    expect_text(AGAIN)


def fwupd_device():
    """Returns fwupd's name for the board in DFU mode."""
    done = subprocess.run(["fwupdtool", "get-devices", "--plugins", "dfu", "--json"],
                          capture_output=True, text=True, check=False)
    start = done.stdout.find("{")
    found = json.loads(done.stdout[start:]) if start >= 0 else {}
    names = [device["DeviceId"] for device in found.get("Devices", [])
             if device.get("Plugin") == "dfu"]
    return names[0] if names else None


def by_fwupd():
    if shutil.which("fwupdtool") is None:
        say("fwupdtool is not installed: that step is left out")
        return
    say("the first one once more, by fwupd")
    run(["dfu-util", "-e", "-d", "0483:5740"])
    wait_for("the bootloader", lambda: "/0x08008000/" in listed())
    device = wait_for("fwupd to see it", fwupd_device)
    command = ["fwupdtool", "install-blob", "--plugins", "dfu", "--allow-older",
               "--allow-reinstall", "--force", program("hello", ".dfu"), device]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    check(done.returncode == 0, f"fwupdtool: {done.stdout}{done.stderr}")
    expect_text(HELLO)


def inside():
    factory()
    install()
    first_program()
    by_boot0()
    by_dfu_util()
    by_fwupd()
    run([BOOT0, "flash", program("hello-2")])
    expect_text(AGAIN)


def outside():
    if not pathlib.Path(program("hello")).exists():
        print(f"skipped: there are no programs in {FIRMWARE}; make firmware compiles them")
        sys.exit(SKIPPED)
    with Directory() as directory:
        flash = directory.file("flash.bin")
        board = f"{BOARDS[BOARD][0]},flash={flash}"
        print(vboard(f"{board},boot0=button,elf={program('hello')}",
                     [sys.executable, __file__, "inside"]).stdout)
        say("the power goes and comes back: the program is there")
        print(vboard(f"{board},boot0=0", [sys.executable, __file__, "afterwards"]).stdout)


if __name__ == "__main__":
    if sys.argv[1:] == ["inside"]:
        inside()
    elif sys.argv[1:] == ["afterwards"]:
        expect_text(AGAIN)
    else:
        BOARD = os.environ["STORY_BOARD"] = sys.argv[1] if len(sys.argv) > 1 else BOARD
        outside()
