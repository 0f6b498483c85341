# SPDX-License-Identifier: MIT
"""boot0 --trace and --replay: a developer sees exactly a user's session, also when it fails."""

import re
import sys

from maple import sketch
from system import BOOT0, Directory, check, equal, firmware, read, run, say, vboard

PORT = ["--port", "/dev/ttyUSB0"]

# A title, the boards, arguments after the file, exit status.
SESSIONS = [
    ("all goes well", ["f407"], [], 0),
    ("unplugged", ["f407:fault=unplug@40"], [], 74),
    ("unplugged, and back", ["f407:fault=unplug@40:300"], [], 74),
    ("a stall", ["f407:fault=stall@30"], [], 0),
    ("no answer", ["f407:fault=timeout@30"], [], 0),
    ("a garbled status", ["f407:fault=status@12"], [], 0),
    ("read protection", ["f407:rdp=1"], [], 77),
    ("a board that is found to be no board", ["f407:fault=descriptor@0x1=07"], [], 69),
    ("no board", ["f407:plug=60000"], [], 69),
    ("waited for", ["f407:plug=500"], ["--wait=10"], 0),
    ("one too many", ["f407", "f411"], [], 69),
    ("one of two, by its port", ["f407", "f411"], ["--path", "1-2"], 0),
    ("one of two, by its number", ["f407:serial=A", "f411:serial=B"], ["--serial", "B"], 0),
    ("none of two", ["f407:serial=A", "f411:serial=B"], ["--serial", "C"], 69),
    ("a sketch that is asked for DFU mode", ["bluepill:mode=serial"], [], 0),
    ("the same, unplugged", ["bluepill:mode=serial,fault=unplug@30"], [], 74),
    ("a serial port", ["f103"], PORT, 0),
    ("a serial port with noise", ["f103:fault=lost@700+parity@900"], PORT, 0),
    ("a serial port that goes away", ["f103:fault=hangup@2000"], PORT, 74),
    ("nobody at the serial port", ["f103:boot0=0"], PORT, 74),
]

REFUSED = """\
    0.000001 bus --- boards=1\r
    0.000002 1-1 --- there vendor=0x0483 product=0xdf11 device=0x2200 strings=1,2,3 dfu=0,2 usb=0x100\r
    0.000003 1-1 --- open vendor=0x0483 product=0xdf11 device=0x2200 strings=1,2,3 dfu=0,2 usb=0x100\r
    0.000004 1-1 --- refused=7 no permission to open the board\r
    0.000004 1-1 --- hint A udev rule gives users access.\r
"""


def without_times(text):
    """Returns the output without times, and without notes, which depend on them."""
    text = re.sub(r"[0-9.]+ (ms|s)\b", "TIME", text)
    return [line for line in text.splitlines() if not line.startswith(("Note", "Waiting"))]


def again(directory, about, boards, arguments, status):
    say(about)
    name = "sketch.bin" if boards[0].startswith("bluepill") else "program.bin"
    command = [BOOT0, "flash", directory.file(name), *arguments]
    record = directory.file("record")
    then = vboard(boards, [*command, "--trace", record], status)
    now = run([*command, "--replay", record], status)
    equal(without_times(now.stderr), without_times(then.stderr), "what is said")
    equal(without_times(now.stdout), without_times(then.stdout), "what is printed")


def damaged(directory):
    say("a record that was cut, or came by mail")
    program, record = directory.file("program.bin"), directory.file("record")
    command = [BOOT0, "flash", program, "--replay", record]
    vboard("f407", [BOOT0, "flash", program, "--trace", record])
    whole = read(record)
    directory.file("record", whole.replace(b"\n", b"\r\n"))
    run(command)
    directory.file("record", whole[: len(whole) // 2])
    done = run(command, 74)
    check("the record" in " ".join(done.stderr.split()), done.stderr)
    directory.file("record", whole[:3000] + b"nonsense\n" + whole[3000:])
    done = run(command, 65)
    check("does not belong to a trace" in done.stderr, done.stderr)


def refused(directory):
    say("a board that may not be opened")
    directory.file("record", REFUSED.encode())
    done = run([BOOT0, "info", "--replay", directory.file("record")], 77)
    check("no permission to open the board" in done.stderr, done.stderr)
    check("A udev rule gives users access." in done.stderr, done.stderr)


def main():
    with Directory() as directory:
        directory.file("program.bin", firmware(20000))
        directory.file("sketch.bin", sketch(0x08002000))
        for session in SESSIONS:
            again(directory, *session)
        damaged(directory)
        refused(directory)


if __name__ == "__main__":
    sys.exit(main())
