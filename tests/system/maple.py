# SPDX-License-Identifier: MIT
"""Maple boards with a running program: boot0 requests DFU mode over its serial port, and writes to
the address for which the file is linked. dfu-util on the same boards, in DFU mode, is the
reference.
"""

import json
import sys

from system import BOOT0, Directory, check, equal, need, read, say, vboard, vboard_stats

FLASH = 0x08000000
BOARDS = [("bluepill", 0x08002000, 2), ("bluepill", 0x08005000, 1), ("maple", 0x08005000, 1)]


def sketch(address, size=5000):
    """Returns a program whose vector table shows its link address."""
    vectors = [0x20004FF0, address + 0x101] + [address + 0x141] * 14
    head = b"".join(word.to_bytes(4, "little") for word in vectors)
    return head + bytes((n * 7 + 1) % 251 for n in range(size - len(head)))


def flash_both(directory):
    for board, address, alternate in BOARDS:
        say(f"{board}, linked for {address:#x}: from the sketch to the next sketch")
        image = sketch(address)
        source = directory.file("sketch.bin", image)
        ours, theirs = directory.file("ours.bin"), directory.file("theirs.bin")
        done, stats = vboard_stats(f"{board}:mode=serial,flash={ours}", [BOOT0, "flash", source])
        check("into DFU mode" in done.stderr, done.stderr)
        equal(stats[0]["started"], True, "started")
        equal(stats[0]["violations"], 0, "violations")
        start = address - FLASH
        equal(read(ours)[start : start + len(image)], image, "what boot0 wrote")
        # dfu-util takes the final reset for a failure, as with real boards.
        vboard(f"{board}:flash={theirs}", ["dfu-util", "-a", str(alternate), "-D", source], 74)
        equal(read(theirs)[start : start + len(image)], image, "what dfu-util wrote")


def seen():
    say("a sketch is listed as a running program, and no other serial port is")
    done = vboard(["bluepill:mode=serial", "maple"], [BOOT0, "list", "--json"])
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    equal([row["mode"] for row in rows], ["runtime", "dfu"], "modes")
    equal([row["product"] for row in rows], ["0x0004", "0x0003"], "products")
    done = vboard("bluepill:mode=serial", ["dfu-util", "-l"])
    check("Found DFU" not in done.stdout, done.stdout)
    done = vboard("bluepill:mode=serial", [BOOT0, "dfu-util", "-l"])
    check("Found" not in done.stdout.replace("Found Runtime: [", "Found"), done.stdout)


def chosen(directory):
    say("one of two, by its port; and two are one too many")
    source = directory.file("sketch.bin", sketch(0x08002000))
    boards = ["bluepill:mode=serial", "bluepill:mode=serial"]
    _, stats = vboard_stats(boards, [BOOT0, "flash", "--path", "1-2", source])
    equal([board["sectors_erased"] > 0 for board in stats], [False, True], "flashed")
    done = vboard(boards, [BOOT0, "flash", source], 69)
    check("1-1" in done.stderr and "1-2" in done.stderr, done.stderr)


def ram(directory):
    say("linked for RAM: it goes there, and nothing to the flash, as with dfu-util")
    image = sketch(0x20000C00, 3000)
    source = directory.file("ram.bin", image)
    _, theirs = vboard_stats("maple", ["dfu-util", "-a", "0", "-D", source], 74)
    for mode in ("dfu", "serial"):
        done, ours = vboard_stats(f"maple:mode={mode}", [BOOT0, "flash", source])
        check("RAM 0x20000C00" in " ".join(done.stderr.split()), done.stderr)
        for key in ("sectors_erased", "violations", "bytes_programmed"):
            equal(ours[0][key], theirs[0][key], f"what dfu-util and boot0 do: {key}")
    _, stats = vboard_stats("maple", ["sh", "-c", f"{BOOT0} flash -q {source} && sleep 2.5"])
    equal(stats[0]["start_address"], 0x20000C00, "what the bootloader starts after its two seconds")


def elsewhere(directory):
    say("linked for where the bootloader has no memory")
    source = directory.file("sketch.bin", sketch(0x08002000))
    done = vboard("maple", [BOOT0, "flash", source], 65)
    check("the program is for 0x08002100" in done.stderr, done.stderr)
    done = vboard("bluepill", [BOOT0, "flash", directory.file("ram.bin", sketch(0x20000C00))], 65)
    check("--alt" in done.stderr, done.stderr)


def main():
    need("dfu-util")
    seen()
    for part in (flash_both, chosen, ram, elsewhere):
        with Directory() as directory:
            part(directory)


if __name__ == "__main__":
    sys.exit(main())
