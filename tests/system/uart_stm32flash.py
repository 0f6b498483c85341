# SPDX-License-Identifier: MIT
"""Debian's stm32flash on the serial ports of the virtual boards: it identifies, writes, verifies,
reads and starts them as it does real ones; libserialport and stty see a port like any other."""

import re
import sys

from system import (Directory, check, equal, firmware, need, read, say, until, vboard,
                    vboard_stats)

PORT = "/dev/ttyUSB0"
FLASH = 0x08000000
SIZE = 2100
BOARDS = {
    "f407": ("0x31", "0x0413"),
    "f427": ("0x31", "0x0419"),
    "f411": ("0x31", "0x0431"),
    "f072": ("0x31", "0x0448"),
    "l476": ("0x31", "0x0415"),
    "g431": ("0x31", "0x0468"),
    "h743": ("0x31", "0x0450"),
    "f103": ("0x22", "0x0410"),
}


def identifies():
    for board, (version, chip) in BOARDS.items():
        say(f"{board}: identified")
        done = vboard(board, ["stm32flash", PORT])
        check(re.search(rf"^Version +: {version}$", done.stdout, re.M), "version")
        check(re.search(rf"^Device ID +: {chip} ", done.stdout, re.M), "chip")
        check("8E1" in done.stdout, "settings")


def writes_and_reads(directory):
    image = firmware(SIZE)
    source = directory.file("source.bin", image)
    for board in BOARDS:
        say(f"{board}: written, verified, read back, started")
        back = directory.file(f"{board}.bin")
        script = (f"stm32flash -b 115200 -v -w {source} {PORT} && "
                  f"stm32flash -b 115200 -r {back} -S {FLASH:#x}:{SIZE} {PORT} && "
                  f"stm32flash -b 115200 -g {FLASH:#x} {PORT}")
        _, stats = vboard_stats(board, ["sh", "-c", script])
        equal(read(back)[:SIZE], image, "what was read")
        equal(stats[0]["violations"], 0, "violations")
        equal(stats[0]["started"], True, "started")
        equal(stats[0]["start_address"], FLASH, "start address")


def protects(directory):
    say("f103: read protection on, off again, and the flash is empty")
    source = directory.file("source.bin", firmware(1024))
    back = directory.file("back.bin")
    script = (f"stm32flash -w {source} {PORT} && stm32flash -j {PORT} && "
              f"! stm32flash -r {back} -S {FLASH:#x}:256 {PORT} && stm32flash -k {PORT} && "
              f"stm32flash -r {back} -S {FLASH:#x}:1024 {PORT}")
    vboard("f103", ["sh", "-c", script])
    equal(read(back)[:1024], b"\xff" * 1024, "the flash")


def starts_bootloader():
    say("f407 with BOOT0 and reset on RTS and DTR: stm32flash's own sequence brings it in and out")
    board = "f407:boot0=0,wiring=dtr-reset+rts-boot0"
    vboard(board, ["stm32flash", PORT], 1)
    done, stats = vboard_stats(board, ["stm32flash", "-i", "rts,dtr,-dtr:-rts,dtr,-dtr", PORT])
    check("0x0413" in done.stdout, "it was not found")
    check(stats[0]["resets"] >= 2, "it was not reset")


def port_like_any_other():
    say("sysfs shows the port, stty sets it, and the settings outlive the program")
    script = ("cat /sys/class/tty/ttyUSB0/dev; ls -l /dev/ttyUSB0 | cut -c 1; "
              f"stty -F {PORT} 19200 parenb -parodd cs8; stty -F {PORT} -a")
    done = vboard("f407", ["sh", "-c", script])
    lines = done.stdout.splitlines()
    equal(lines[:2], ["188:0", "c"], "the node")
    check("speed 19200 baud" in done.stdout and "parenb" in done.stdout.split(), "the settings")


def faults(directory):
    say("stm32flash on a bad line fails as on a real one, and vboard ends cleanly")
    source = directory.file("source.bin", firmware(2000))
    vboard("f103:fault=hangup@600", ["stm32flash", "-w", source, PORT], 1)
    say("a port that was unplugged comes back")
    script = (f"stm32flash -w {source} {PORT}; test -e {PORT} && exit 9; {until(f'test -e {PORT}')}; "
              f"stm32flash {PORT}")
    vboard("f103:fault=hangup@600:300", ["sh", "-c", script])


def several():
    say("two boards, two ports")
    done = vboard(["f407", "f103"], ["sh", "-c", "stm32flash /dev/ttyUSB0; stm32flash /dev/ttyUSB1"])
    check("0x0413" in done.stdout and "0x0410" in done.stdout, "not both were found")


def main():
    need("stm32flash", "stty")
    identifies()
    port_like_any_other()
    starts_bootloader()
    several()
    for part in (writes_and_reads, protects, faults):
        with Directory() as directory:
            part(directory)


if __name__ == "__main__":
    sys.exit(main())
