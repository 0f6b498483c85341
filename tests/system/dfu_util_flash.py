# SPDX-License-Identifier: MIT
"""dfu-util writes, reads back, erases, unprotects and starts virtual boards as it does real ones.
"""

import sys

from system import (Directory, check, equal, fail, firmware, need, read, say, until_back, vboard,
                    vboard_stats)

# dfu-util sleeps for a ROM's poll timeout; real ROMs report 104 ms for each block.
QUICK = "poll_address=0,poll_erase=0"
FLASH = 0x08000000
SIZE = 10 * 1024
DFUSE_BOARDS = ["f407", "f407old", "f427", "f411", "f072", "l476", "g431", "gd32", "h743"]
# Polling these before the time that they report fails: L4 stalls, F072 aborts.
UNHURRIED = ["f072", "l476"]


def one(boards, command, status=0, options=()):
    """Runs the command on one board; returns its result and the statistics."""
    done, stats = vboard_stats(boards, command, status, options)
    return done, stats[0]


def quick(board):
    return board if board in UNHURRIED else f"{board}:{QUICK}"


def shell(*commands):
    return ["sh", "-c", " && ".join(commands)]


def download_and_upload(directory):
    image = firmware(SIZE)
    source = directory.file("source.bin", image)
    for board in DFUSE_BOARDS:
        say(f"{board}: download, upload, compare")
        back = directory.file(f"{board}.bin")
        _, stats = one(
            quick(board),
            shell(f"dfu-util -a 0 -s {FLASH:#x} -D {source}",
                  f"dfu-util -a 0 -s {FLASH:#x}:{SIZE} -U {back}"))
        equal(read(back), image, f"what is read back from {board}")
        equal(stats["violations"], 0, f"violations on {board}")
        equal(stats["bytes_programmed"], SIZE, f"bytes programmed on {board}")


def poll_timeouts(directory):
    say("f407 with the poll timeouts of the real ROM: they pass on the board as well")
    source = directory.file("small.bin", firmware(4096))
    _, stats = one("f407", ["dfu-util", "-a", "0", "-s", f"{FLASH:#x}", "-D", source])
    check(stats["total_s"] > 0.4 + 2 * 0.104, "less time has passed than the ROM asks for")
    check(stats["erase_s"] >= 0.4, "a sector takes 0.4 s")


def leave(directory):
    source = directory.file("source.bin", firmware(SIZE))
    for board in ["f407", "l476"]:
        say(f"{board}: leave starts the program, and the board goes")
        done, stats = one(
            quick(board),
            shell(f"dfu-util -a 0 -s {FLASH:#x}:leave -D {source}", "dfu-util -l"))
        check("Found DFU" not in done.stdout, f"{board} is still there")
        check(stats["started"], f"{board} did not start")
        equal(stats["start_address"], FLASH, "the vector table's address")


def maple(directory):
    image = firmware(SIZE)
    source = directory.file("source.bin", image)
    for board, alternate, offset in [("bluepill", "2", 0x2000), ("maple", "1", 0x5000)]:
        say(f"{board}: plain DFU 1.1, download")
        flash = directory.file(f"{board}.flash")
        # The board resets at the end. dfu-util 0.11 takes that for an error (74), as it does on
        # real ones: the reset answers LIBUSB_ERROR_NOT_FOUND, which dfuload_do_dnload() returns.
        done = vboard(f"{board}:flash={flash}", ["dfu-util", "-a", alternate, "-D", source], 74)
        check("Done!" in done.stdout, "dfu-util has not done all of it")
        equal(read(flash)[offset:offset + SIZE], image, f"flash of {board}")

    say("bluepill: upload; the original Maple has none")
    vboard(f"bluepill:flash={directory.file('bluepill.flash')}",
           ["dfu-util", "-a", "2", "-U", directory.file("back.bin")])
    equal(read(directory.file("back.bin"))[:SIZE], image, "what is read back from the bluepill")
    done = vboard("maple", ["dfu-util", "-a", "1", "-U", directory.file("none.bin")], 74)
    check("LIBUSB_ERROR_PIPE" in done.stderr, "the Maple did not refuse")


def mass_erase(directory):
    say("f407: mass erase, then the file")
    image = firmware(SIZE)
    source = directory.file("source.bin", image)
    flash = directory.file("erase.flash", bytes(1024 * 1024))
    _, stats = one(
        f"f407:flash={flash},{QUICK}",
        ["dfu-util", "-a", "0", "-s", f"{FLASH:#x}:mass-erase:force", "-D", source])
    equal(stats["mass_erases"], 1, "mass erases")
    equal(stats["violations"], 0, "violations")
    check(stats["erase_s"] >= 8, "a mass erase takes 8 s and more")
    equal(read(flash)[:SIZE], image, "the file in flash")
    equal(read(flash)[SIZE:].count(0xFF), 1024 * 1024 - SIZE, "erased bytes behind it")

    say("without force it is refused, and nothing happens")
    flash = directory.file("keep.flash", bytes(1024 * 1024))
    _, stats = one(
        f"f407:flash={flash},{QUICK}",
        ["dfu-util", "-a", "0", "-s", f"{FLASH:#x}:mass-erase", "-D", source], 64)
    equal(stats["mass_erases"], 0, "mass erases")
    equal(read(flash).count(0), 1024 * 1024, "bytes kept")


def unprotect(directory):
    say("f407, read protected: no upload, unprotect erases everything")
    source = directory.file("source.bin", firmware(SIZE))
    flash = directory.file("protected.flash", firmware(1024 * 1024))
    back = directory.file("secret.bin")
    board = f"f407:flash={flash},rdp=1,{QUICK}"
    vboard(board, ["dfu-util", "-a", "0", "-s", f"{FLASH:#x}:2048", "-U", back], 74)
    equal(len(read(back)), 0, "bytes that a protected board gave away")
    # dfu-util does not wait for the erase, which takes 16 s: 0.16 s at this speed.
    _, stats = one(
        board, shell(f"dfu-util -a 0 -s {FLASH:#x}:unprotect:force -D {source}", until_back(),
                     f"dfu-util -a 0 -s {FLASH:#x}:2048 -U {back}.2"),
        options=["--speed", "100"])
    equal(stats["mass_erases"], 1, "mass erases")
    equal(read(flash).count(0xFF), 1024 * 1024, "erased bytes")
    equal(read(f"{back}.2"), b"\xff" * 2048, "what can be read now")


def suffix(directory):
    need("dfu-suffix")
    image = firmware(SIZE)
    source = directory.file("right.dfu", image)
    flash = directory.file("suffix.flash")
    say("a file with dfu-suffix's suffix for this board, and for another")
    board = f"f407:flash={flash},{QUICK}"
    vboard(board, shell(f"dfu-suffix -v 0483 -p df11 -d ffff -a {source}",
                        f"dfu-util -a 0 -s {FLASH:#x} -D {source}"))
    equal(read(flash)[:SIZE + 1], image + b"\xff", "the file without its suffix in flash")
    other = directory.file("other.dfu", image)
    vboard("f407", shell(f"dfu-suffix -v 1eaf -p 0003 -d ffff -a {other}"))
    # Without -d it compares the file's ids with those that the board had before DFU mode.
    _, stats = one(board, ["dfu-util", "-d", "0483:df11", "-a", "0", "-s", f"{FLASH:#x}",
                           "-D", other], 64)
    equal(stats["sectors_erased"], 0, "sectors erased for a file that is another board's")


def main():
    need("dfu-util")
    parts = [download_and_upload, poll_timeouts, leave, maple, mass_erase, unprotect, suffix]
    wanted = sys.argv[1:]
    for part in parts:
        if not wanted or part.__name__ in wanted:
            with Directory() as directory:
                part(directory)
    if any(name not in [part.__name__ for part in parts] for name in wanted):
        fail("no such part")


main()
