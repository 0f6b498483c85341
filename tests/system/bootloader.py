# SPDX-License-Identifier: MIT
"""The bootloader on the emulated chip, as other people's tools see it, and each way into it.

Without an argument this is the test: it puts the bootloader and the part's other contents into a
flash file and runs itself under vboard, with the name of a part as argument.
"""

import fcntl
import json
import os
import pathlib
import re
import select
import struct
import subprocess
import sys
import termios
import time
import tty

from system import (BOOT0, PATIENCE_S, SKIPPED, VBOARD, Directory, check, check_lsusb, equal, need, read, run, say,
                    wait_for)

FIRMWARE = pathlib.Path(os.environ["FIRMWARE"])
SERIAL = "315A28A0B956"
PROGRAM = 0x08008000
FLASH_SIZE = 0x100000
ADAPTER = "/dev/ttyUSB0"
PORT = "/dev/ttyACM0"
SLOWLY = 0.25  # at this speed the board's window for a second tap lasts two seconds of wall time


def ids():
    listing = subprocess.run(["lsusb"], capture_output=True, text=True, check=False).stdout
    return {line.split()[5] for line in listing.splitlines()}


def in_bootloader():
    done = subprocess.run(["dfu-util", "-l"], capture_output=True, text=True, check=False)
    found = [line for line in done.stdout.splitlines() if line.startswith("Found DFU")]
    return len(found) == 2 and "ver=0b" in found[0] and found


def program_runs():
    return "0483:5740" in ids()


def device_number():
    """Returns the only board's device number, new after each plug; None while it is away."""
    listing = subprocess.run(["lsusb"], capture_output=True, text=True, check=False).stdout
    return next((line.split()[3] for line in listing.splitlines() if "0483:" in line), None)


def program_prints():
    """The program has run for at least two seconds."""
    port = wait_for(PORT, open_port)
    tty.setraw(port)
    text = b""
    while not re.search(rb"hello from boot0, ([2-9]|\d\d+) s", text):
        check(select.select([port], [], [], PATIENCE_S)[0], "the program prints nothing")
        text += os.read(port, 256)
    os.close(port)


def open_port():
    try:
        return os.open(PORT, os.O_RDWR | os.O_NOCTTY)
    except OSError:
        return None


def info():
    """Reads the bootloader's information from its second alternate with dfu-util."""
    wait_for("the bootloader", in_bootloader)
    with Directory() as directory:
        path = directory.file("info.bin")
        run(["dfu-util", "-a", "1", "-U", path])
        data = read(path)
    equal(len(data), 102, "bytes of device information")
    equal(struct.unpack_from("<HH", data), (102, 0x0104), "its size and version")
    names = ("core_hz", "buffer", "start", "length")
    result = dict(zip(names, struct.unpack_from("<4I", data, 32)))
    (result["crystal_hz"],) = struct.unpack_from("<I", data, 28)
    result.update(zip(("journal", "reset", "entry", "protected"), data[80:84]))
    return result


NO_PROGRAM, INTERRUPTED, ASKED, DOUBLE_TAP, BUTTON = range(1, 6)
EMPTY, BEGUN, COMPLETED = range(3)


def reason(wanted):
    equal(info()["entry"], wanted, "why the bootloader runs")


# ---- tools ----


def part_lsusb():
    wait_for("the bootloader", in_bootloader)
    check_lsusb("bcdUSB               2.10", "boot0 bootloader F407", f"iSerial                 3 {SERIAL}",
                "@Internal Flash  /0x08008000/02*016Kg,01*064Kg,07*128Kg",
                "wTransferSize                    4096 bytes", "bcdDFUVersion                   1.1a",
                "{f3c2a5d4-6b0e-4f0b-9a7e-b007b007f407}", "{d8dd60df-4589-4cc7-9cd2-659d9e648a9f}",
                "WebUSB:", "Device Status:")


def part_pyusb():
    import usb.core  # pylint: disable=import-outside-toplevel

    wait_for("the bootloader", in_bootloader)
    device = usb.core.find(idVendor=0x0483, idProduct=0xDF11)
    equal((device.manufacturer, device.product, device.serial_number),
          ("boot0", "boot0 bootloader F407", SERIAL), "strings")

    def status():
        data = bytes(device.ctrl_transfer(0xA1, 3, 0, 0, 6))
        return data[0], data[4]

    def command(data):
        device.ctrl_transfer(0x21, 1, 0, 0, data)
        equal(status(), (0, 4), "the first answer to a command")
        while status() == (0, 4):
            time.sleep(0.01)
        equal(status(), (0, 5), "the end of a command")

    equal(bytes(device.ctrl_transfer(0xA1, 2, 0, 0, 16)), b"\x00\x21\x41", "commands")
    program = (FIRMWARE / "hello.bin").read_bytes()
    command(b"\x41" + struct.pack("<I", PROGRAM))  # one sector is enough
    command(b"\x21" + struct.pack("<I", PROGRAM))
    for number, start in enumerate(range(0, len(program), 4096), 2):
        device.ctrl_transfer(0x21, 1, number, 0, program[start : start + 4096])
        while status() != (0, 5):
            time.sleep(0.01)
    device.ctrl_transfer(0x21, 6, 0, 0)
    equal(bytes(device.ctrl_transfer(0xA1, 2, 2, 0, 4096)), program[:4096], "what is read back")
    device.ctrl_transfer(0x21, 6, 0, 0)
    # Below the program: reports an error and keeps the flash as it is.
    device.ctrl_transfer(0x21, 1, 0, 0, b"\x41\x00\x00\x00\x08")
    equal(status(), (8, 10), "erasing the bootloader")
    device.ctrl_transfer(0x21, 4, 0, 0)
    device.ctrl_transfer(0x21, 1, 2, 0, b"")
    equal(status(), (0, 7), "the answer to leaving")
    wait_for("the program", program_runs)


def part_dfu_util():
    reason(NO_PROGRAM)
    program = FIRMWARE / "hello.bin"
    run(["dfu-util", "-a", "0", "-s", f"{PROGRAM:#x}", "-D", program])
    equal(info()["journal"], COMPLETED, "the journal after a download without leaving")
    equal(info()["length"], program.stat().st_size, "length of the program")
    with Directory() as directory:
        path = directory.file("back.bin")
        run(["dfu-util", "-a", "0", "-s", f"{PROGRAM:#x}:{program.stat().st_size}", "-U", path])
        check(read(path) == program.read_bytes(), "another program came back")
    run(["dfu-util", "-a", "0", "-s", f"{PROGRAM:#x}:leave", "-D", FIRMWARE / "hello-2.bin"])
    wait_for("the program", program_runs)


def part_dfu_file():
    """A .dfu file with its suffix contains address and end."""
    wait_for("the bootloader", in_bootloader)
    run(["dfu-util", "-a", "0", "-s", ":leave", "-D", FIRMWARE / "hello.dfu"])
    wait_for("the program", program_runs)


def part_refused():
    """A program linked for the start of flash."""
    wait_for("the bootloader", in_bootloader)
    done = subprocess.run(["dfu-util", "-a", "0", "-s", f"{PROGRAM:#x}", "-D",
                           str(FIRMWARE / "blink.bin")], capture_output=True, text=True, check=False)
    check(done.returncode != 0, "dfu-util flashed a program that was linked for another address")
    check("out of range" in done.stdout + done.stderr, f"it said {done.stderr!r}")
    done = run([BOOT0, "flash", FIRMWARE / "blink.elf"], status=65)
    check("0x08008000" in done.stderr, f"boot0 said {done.stderr!r}")


def part_boot0():
    wait_for("the bootloader", in_bootloader)
    done = run([BOOT0, "info"])
    for text in ("bootloader 0.1.0", "crystal 8.000 MHz", "journal"):
        check(text in done.stdout, f"boot0 info says nothing of {text!r}: {done.stdout}")
    run([BOOT0, "flash", "--no-run", FIRMWARE / "hello.elf"])
    done = run([BOOT0, "flash", "--no-run", FIRMWARE / "hello.elf"])
    equal(info()["journal"], COMPLETED, "the journal")
    run([BOOT0, "run"])
    wait_for("the program", program_runs)


# ---- ways in and out ----


def part_blank():
    reason(NO_PROGRAM)
    equal(info()["journal"], EMPTY, "the journal of a new board")


def part_runs():
    """A present program runs although the journal is empty, also after a read of the board."""
    wait_for("the program", program_runs)
    done = run([BOOT0, "info"])
    check("its program" in done.stdout and "DFU mode" not in done.stderr,
          f"a look disturbs it: {done}")
    for command in (["info", "--restart"], ["verify", str(FIRMWARE / "hello.elf")]):
        done = run([BOOT0, *command])
        check("the program continues" in done.stderr, "it is started again")
        equal(json.loads(run([BOOT0, "list", "--json", "--wait"]).stdout)["mode"], "runtime",
              f"the board's mode after {command[0]}")


def part_button():
    reason(BUTTON)


def part_interrupted():
    """The power fails in the middle of an update; the board comes back in the bootloader."""
    wait_for("the bootloader", in_bootloader)
    subprocess.run(["dfu-util", "-a", "0", "-s", f"{PROGRAM:#x}:leave", "-D",
                    str(FIRMWARE / "hello-2.bin")], capture_output=True, check=False)
    reason(INTERRUPTED)
    equal(info()["journal"], BEGUN, "the journal")
    # Leaving does not help, a whole program does.
    run(["dfu-util", "-a", "0", "-s", f"{PROGRAM:#x}:leave", "-D", FIRMWARE / "hello.bin"])
    wait_for("the program", program_runs)


def tap(adapter):
    """The reset button: an adapter's DTR pulls the pin."""
    line = struct.pack("I", termios.TIOCM_DTR)
    fcntl.ioctl(adapter, termios.TIOCMBIS, line)
    fcntl.ioctl(adapter, termios.TIOCMBIC, line)


def part_double_tap():
    wait_for("the program", program_runs)
    before = device_number()
    adapter = os.open(ADAPTER, os.O_RDWR | os.O_NOCTTY)
    fcntl.ioctl(adapter, termios.TIOCMBIC, struct.pack("I", termios.TIOCM_DTR))
    # Opening the port raises DTR, which is a tap. The old device's port may remain for a moment. A
    # program that prints is past the time for another tap.
    wait_for("the program, after the port was opened",
             lambda: program_runs() and device_number() != before)
    program_prints()
    before = device_number()
    tap(adapter)
    wait_for("the program, after one tap", lambda: program_runs() and device_number() != before)
    program_prints()
    tap(adapter)
    time.sleep(0.1 / SLOWLY)
    tap(adapter)
    reason(DOUBLE_TAP)


def part_reset():
    wait_for("the bootloader", in_bootloader)
    run([BOOT0, "reset", "--to", "bootloader"])
    reason(ASKED)
    run([BOOT0, "reset", "--to", "rom"])
    wait_for("the ROM", lambda: "STM32  BOOTLOADER" in run(["lsusb", "-v"]).stdout)


def part_protect():
    equal(info()["protected"], 0, "protection of a new board")
    run([BOOT0, "protect", "--bootloader"])
    equal(info()["protected"], 1, "protection, switched on")
    run([BOOT0, "unprotect"])
    equal(info()["protected"], 0, "protection, switched off")
    run([BOOT0, "protect", "--brownout", "3"])
    check("brown-out level 3" in run([BOOT0, "info"]).stdout, "the brown-out level is not told")
    run([BOOT0, "protect", "--brownout", "4"], status=64)
    run([BOOT0, "protect", "--brownout", "0"])
    equal(json.loads(run([BOOT0, "info", "--json"]).stdout)["bootloader"]["brownout_level"], 0, "off")


def part_journal_protected():
    """Sector 1 is write-protected: no tool writes anything before the protection is removed."""
    wait_for("the bootloader", in_bootloader)
    run([BOOT0, "flash", "--no-run", FIRMWARE / "hello.elf"])
    run([BOOT0, "reset", "--to", "rom"])
    wait_for("the ROM", lambda: "STM32  BOOTLOADER" in run(["lsusb", "-v"]).stdout)
    with Directory() as directory:
        # RM0090, 3.9.10: the option bytes of a new chip, except nWRP of sector 1.
        options = directory.file("options.bin", bytes.fromhex("efaaffffffffffff" "fd0fffffffffffff"))
        # The chip resets once it has received them, and does not answer any more.
        subprocess.run(["dfu-util", "-a", "1", "-s", "0x1fffc000", "-D", options],
                       capture_output=True, check=False)
    wait_for("the program", program_runs)
    check("WRITE-PROTECTED" in run([BOOT0, "info", "--restart"]).stdout, "info does not tell it")
    for command in (["flash", FIRMWARE / "hello-2.elf"], ["erase", "--all", "--yes"]):
        done = run([BOOT0, *command], status=77)
        check("cannot write its journal (sector 1" in done.stderr, f"boot0 said {done.stderr!r}")
        check("boot0 unprotect" in done.stderr, f"boot0 said {done.stderr!r}")
    done = subprocess.run(["dfu-util", "-a", "0", "-s", f"{PROGRAM:#x}:leave", "-D",
                           str(FIRMWARE / "hello-2.bin")], capture_output=True, check=False)
    check(done.returncode != 0, "dfu-util flashed a board whose journal is write-protected")
    run([BOOT0, "verify", FIRMWARE / "hello.elf"])
    run([BOOT0, "unprotect"])
    run([BOOT0, "flash", FIRMWARE / "hello-2.elf"])
    wait_for("the program", program_runs)


def part_crystal(mhz):
    equal(info()["crystal_hz"], int(mhz) * 1000000, "the crystal that was measured")
    equal(info()["core_hz"], 168000000 if int(mhz) < 24 else 144000000, "the clock")


# Each part: the flash contents beside the bootloader, and the board's settings.
PARTS = {
    "lsusb": (None, "", part_lsusb),
    "pyusb": (None, "", part_pyusb),
    "dfu_util": (None, "", part_dfu_util),
    "dfu_file": (None, "", part_dfu_file),
    "refused": (None, "", part_refused),
    "boot0": (None, "", part_boot0),
    "blank": (None, "", part_blank),
    "runs": ("hello", "", part_runs),
    "button": ("hello", ",button=PA0:1", part_button),
    "interrupted": (None, ",fault=powercut@200:300", part_interrupted),
    "double_tap": ("hello", ",wiring=dtr-reset", part_double_tap),
    "reset": (None, "", part_reset),
    "protect": (None, "", part_protect),
    "journal_protected": (None, "", part_journal_protected),
}
CRYSTALS = (8, 12, 16, 24, 25, 26)


def flash_file(directory, name, program):
    # The Discovery's bootloader knows its crystal.
    kind = "generic" if name.startswith("crystal") else "discovery"
    data = (FIRMWARE / f"bootloader-{kind}-f407.bin").read_bytes()
    if program:
        data = data.ljust(PROGRAM - 0x08000000, b"\xff") + (FIRMWARE / f"{program}.bin").read_bytes()
    return directory.file(f"{name}.flash", data.ljust(FLASH_SIZE, b"\xff"))


def under_vboard(directory, name, program, settings):
    say(f"{name}: {program or 'no program'}{settings}")
    path = flash_file(directory, name, program)
    before = read(path)[:0x4000]
    board = f"f407:boot0=0,flash={path}{settings}"
    speed = SLOWLY if name == "double_tap" else 0
    done = run([VBOARD, "--speed", speed, board, "--", "/usr/bin/python3", __file__,
                *name.split("-")])
    print(done.stdout, done.stderr, flush=True)
    check(read(path)[:0x4000] == before, "the bootloader in flash has changed")


def without_crystal(directory):
    """Without a crystal there is no USB; the LED shows three flashes every two seconds."""
    say("no crystal")
    trace = directory.file("trace")
    board = f"f407:boot0=0,crystal=0,flash={flash_file(directory, 'led', None)}"
    done = run([VBOARD, "--trace", trace, board, "--", "lsusb"])
    check("0483:" not in done.stdout, "a device on the bus, without a crystal")
    lines = read(trace).decode().splitlines()
    flashes = [float(line.split()[0]) for line in lines if line.endswith("PD12 high")]
    in_two_seconds = [at for at in flashes if at < flashes[0] + 1.9]
    equal(len(in_two_seconds), 3, "flashes of the LED")


def main():
    need("lsusb", "dfu-util")
    if not (FIRMWARE / "bootloader-discovery-f407.bin").exists():
        say(f"skipped: {FIRMWARE} has no bootloader; `make firmware` makes it")
        sys.exit(SKIPPED)
    with Directory() as directory:
        for name, (program, settings, _) in PARTS.items():
            under_vboard(directory, name, program, settings)
        for mhz in CRYSTALS:
            under_vboard(directory, f"crystal-{mhz}", None, f",crystal={mhz}")
        without_crystal(directory)


if len(sys.argv) == 3:
    part_crystal(sys.argv[2])
elif len(sys.argv) == 2:
    PARTS[sys.argv[1]][2]()
else:
    main()
