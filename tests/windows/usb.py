# SPDX-License-Identifier: MIT
"""boot0.exe over USB, by a libusb-1.0.dll that forwards to the host's (scripts/windows-usb.sh).
Debian's dfu-util, which runs outside Wine, is the reference.
"""

import json
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "system"))
# pylint: disable=wrong-import-position
from system import (BOOT0, TIMEOUT_S, VBOARD, Directory, check, equal, firmware, need, read, say,
                    vboard, vboard_stats)

os.environ["BOOT0_USB"] = "1"
AT = "-a 0 -s 0x08000000"
SIZE = 9001


def shell(*commands):
    return ["sh", "-c", " && ".join(commands)]


def lists():
    say("list")
    done = vboard(["f407", "bluepill"], [BOOT0, "list", "--json"])
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    equal([(row["path"], row["vendor"] + row["product"]) for row in rows],
          [("1-1", "0x04830xdf11"), ("1-2", "0x1eaf0x0003")], "boards")
    vboard("f407:plug=never", [BOOT0, "list"], 69)


def both_ways(directory):
    image = firmware(SIZE)
    source, back = directory.file("source.bin", image), directory.file("back.bin")
    for board in ["f407", "l476"]:
        say(f"{board}: dfu-util reads what boot0.exe wrote, and the other way round")
        _, stats = vboard_stats(board, shell(f"{BOOT0} flash -q --no-run {source}",
                                             f"dfu-util {AT}:{SIZE} -U {back}"))
        equal(read(back), image, "what dfu-util reads")
        equal(stats[0]["violations"], 0, "violations")
        os.remove(back)
        _, stats = vboard_stats(board, shell(f"dfu-util {AT} -D {source}", f"{BOOT0} verify {source}",
                                             f"{BOOT0} read -A 0x08000000 -n {SIZE} {back}",
                                             f"{BOOT0} run"))
        equal(read(back), image, "what boot0.exe reads")
        equal(stats[0]["started"], True, "started")
        os.remove(back)


def as_dfu_util(directory):
    say("dfu-util.exe in dfu-util's place")
    link = directory.file("dfu-util")
    os.symlink(os.path.abspath(BOOT0), link)
    image = firmware(SIZE)
    source, back = directory.file("source.bin", image), directory.file("back.bin")
    done = vboard("f407", shell(f"{link} -l", f"{link} {AT} -D {source}",
                                f"{link} {AT}:{SIZE} -U {back}"))
    check('Found DFU: [0483:df11] ver=2200, devnum=2' in done.stdout, done.stdout)
    equal(read(back), image, "there and back")


def gang(directory):
    say("two boards at once")
    source = directory.file("source.bin", firmware(SIZE))
    _, stats = vboard_stats(["f407", "f407"], [BOOT0, "gang", "--count", "2", source])
    equal([row["started"] for row in stats], [True, True], "started")


def discovery():
    for dialect, lines in [("arduino-cli and IDE 2", ['HELLO 1 "x"', "START", "LIST", "QUIT"]),
                           ("IDE 1.8", ["START", "LIST", "QUIT"])]:
        say(f"discovery, as {dialect} speak")
        done = subprocess.run([VBOARD, "f407", "--", BOOT0, "discovery"], check=False,
                              input="\n".join(lines) + "\n", capture_output=True, text=True,
                              timeout=TIMEOUT_S)
        equal(done.returncode, 0, f"exit status: {done.stderr}")
        decoder, text, events = json.JSONDecoder(), done.stdout.strip(), []
        while text:
            event, end = decoder.raw_decode(text)
            events.append(event)
            text = text[end:].strip()
        found = [event for event in events if event["eventType"] == "list"]
        equal(len(found), 1, f"lists: {events}")
        check("0xdf11" in json.dumps(found[0]), f"no board: {events}")


def main():
    need("dfu-util")
    lists()
    for part in (both_ways, as_dfu_util, gang):
        with Directory() as directory:
            part(directory)
    discovery()


if __name__ == "__main__":
    sys.exit(main())
