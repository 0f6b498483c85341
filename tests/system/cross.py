# SPDX-License-Identifier: MIT
"""boot0 and dfu-util on the same boards: each reads back what the other wrote, accepts the other's
files, and recovers boards that the other left half done.
"""

import sys

from system import (BOOT0, Directory, check, equal, fail, firmware, need, read, say, until,
                    until_back, vboard, vboard_stats)

QUICK = "poll_address=0,poll_erase=0"
FLASH = 0x08000000
SIZE = 10 * 1024
# F072 and L476 punish polling before the time that they report.
BOARDS = [f"f407:{QUICK}", f"f427:{QUICK}", f"f411:{QUICK}", "f072", "l476", f"g431:{QUICK}",
          f"gd32:{QUICK}", f"h743:{QUICK}"]


def shell(*commands):
    return ["sh", "-c", " && ".join(commands)]


def upload(path, size=SIZE):
    return f"dfu-util -a 0 -s {FLASH:#x}:{size} -U {path}"


def download(path, options=""):
    return f"dfu-util -a 0 -s {FLASH:#x}{options} -D {path}"


def flash(path, options=""):
    return f"{BOOT0} flash --no-run --address {FLASH:#x} {options} {path}"


def boot0_writes(directory):
    image = firmware(SIZE)
    source = directory.file("source.bin", image)
    for board in BOARDS:
        say(f"{board}: boot0 writes, dfu-util reads back")
        back = directory.file(f"{board[:4]}.bin")
        _, stats = vboard_stats(board, shell(flash(source), upload(back)))
        equal(read(back), image, f"what dfu-util reads from {board}")
        equal(stats[0]["violations"], 0, "violations")


def dfu_util_writes(directory):
    image = firmware(SIZE, seed=7)
    source = directory.file("source.bin", image)
    for board in BOARDS:
        say(f"{board}: dfu-util writes, boot0 reads back, verifies, and finds nothing to do")
        back = directory.file(f"{board[:4]}.bin")
        _, stats = vboard_stats(board, shell(
            download(source),
            f"{BOOT0} read --address {FLASH:#x} --size {SIZE} {back}",
            f"{BOOT0} verify --address {FLASH:#x} {source}",
            flash(source)))
        equal(read(back), image, f"what boot0 reads from {board}")
        equal(stats[0]["bytes_programmed"], SIZE, "bytes programmed, by dfu-util alone")
        equal(stats[0]["violations"], 0, "violations")


def files_of_boot0(directory):
    need("dfu-suffix")
    image = firmware(SIZE, seed=3)
    source = directory.file("source.bin", image)
    for form, options in [("dfu", f"-s {FLASH:#x}"), ("dfuse", "")]:
        say(f"a .dfu file ({form}) made by boot0, taken by dfu-util")
        made, back = directory.file(f"{form}.dfu"), directory.file(f"{form}.bin")
        vboard(f"f407:{QUICK}", shell(
            f"{BOOT0} convert --format {form} --suffix 0483:df11 --address {FLASH:#x} "
            f"{source} {made}",
            f"dfu-suffix -c {made}",
            f"dfu-util -a 0 {options} -D {made}",
            upload(back)))
        equal(read(back), image, "what is in flash then")


def files_of_dfu_suffix(directory):
    need("dfu-suffix")
    image = firmware(SIZE, seed=5)
    right, wrong = directory.file("right.dfu", image), directory.file("wrong.dfu", image)
    back = directory.file("back.bin")
    say("files with a suffix by dfu-suffix, for this board and for another")
    board = f"f407:{QUICK}"
    done = vboard(board, shell(
        f"dfu-suffix -v 0483 -p df11 -d ffff -a {right}", flash(right), upload(back)))
    equal(read(back), image, "what is in flash then")
    vboard(board, shell(f"dfu-suffix -v 1eaf -p 0003 -d ffff -a {wrong}"))
    done, stats = vboard_stats(board, shell(flash(wrong)), 65)
    check("1eaf:0003" in done.stderr, "the error does not say which device the file is for")
    equal(stats[0]["flash_operations"], 0, "operations in the flash")
    vboard(board, shell(flash(wrong, "--ignore-suffix")))


def half_done(directory):
    old = directory.file("old.bin", firmware(SIZE, seed=11))
    new = directory.file("new.bin", firmware(SIZE, seed=12))
    back = directory.file("back.bin")
    half = directory.file("half.bin", firmware(32 * 1024, seed=13))
    say("dfu-util is killed in the middle, boot0 flashes")
    # It sleeps 0.1 s for each of 16 blocks.
    log = directory.file("log")
    vboard("f407", ["sh", "-c", f"{download(half)} >{log} & {until(f'grep -q Download {log}')}; "
                                       "kill -KILL $! || exit 1; wait $!; "
                                       f"{flash(new)} && {upload(back)}"])
    check(b"File downloaded" not in read(log), "dfu-util was killed too late")
    equal(read(back), read(new), "what is in flash then")

    say("boot0 loses the board in the middle, dfu-util flashes after it is back")
    back = directory.file("back2.bin")
    vboard(f"f407:{QUICK},fault=unplug@12:200",
           ["sh", "-c", f"{flash(old)} && exit 1; {until_back()}; {download(new)} && {upload(back)}"])
    equal(read(back), read(new), "what is in flash then")


def starts(directory):
    source = directory.file("source.bin", firmware(SIZE))
    say("boot0 starts what dfu-util has written")
    _, stats = vboard_stats(f"f407:{QUICK}", shell(download(source), f"{BOOT0} run"))
    check(stats[0]["started"], "it was not started")
    equal(stats[0]["start_address"], FLASH, "where")


def several(directory):
    source = directory.file("source.bin", firmware(SIZE))
    boards = [f"f407:serial=ONE,{QUICK}", f"f407:serial=TWO,{QUICK}"]
    say("two boards alike: boot0 wants to be told which, and takes only that one")
    done, stats = vboard_stats(boards, ["sh", "-c", flash(source) + " || " + f"{BOOT0} list"])
    for text in ["ONE", "TWO", "1-1", "1-2"]:
        check(text in done.stdout and text in done.stderr, f"{text} is not said")
    equal([board["flash_operations"] for board in stats], [0, 0], "operations in flash")
    _, stats = vboard_stats(boards, shell(flash(source, "--serial TWO")))
    equal([board["bytes_programmed"] for board in stats], [0, SIZE], "bytes programmed")

    say("boot0 waits for a board that is away for half a second")
    back = directory.file("back.bin")
    vboard(f"f407:{QUICK},fault=unplug@1:500",
           ["sh", "-c", f"dfu-util -a 0 -U {back}; {flash(source, '--wait=5')} && {upload(back)}"])
    equal(read(back), read(source), "what is in flash then")


def at_once(directory):
    source = directory.file("source.bin", firmware(SIZE))
    serials = [f"B{number}" for number in range(6)]
    say("six boards, each flashed and started by a boot0 of its own, all at once")
    each = " ".join(f"({BOOT0} flash --serial {serial} --address {FLASH:#x} {source} || "
                    f"echo {serial} failed) &" for serial in serials)
    done, stats = vboard_stats([f"f407:serial={serial},{QUICK}" for serial in serials],
                               ["sh", "-c", f"{each} wait"])
    check("failed" not in done.stdout, done.stdout + done.stderr)
    for board in stats:
        check(board["started"], f"board {board['serial']} was not started")
    # Each boot0 has seen its board leave, although all of them listen on the same descriptor.
    check("stays in DFU mode" not in done.stdout + done.stderr, "a boot0 has not seen its board go")


def main():
    need("dfu-util")
    parts = [boot0_writes, dfu_util_writes, files_of_boot0, files_of_dfu_suffix, half_done, starts,
             several, at_once]
    wanted = sys.argv[1:]
    for part in parts:
        if not wanted or part.__name__ in wanted:
            with Directory() as directory:
                part(directory)
    if any(name not in [part.__name__ for part in parts] for name in wanted):
        fail("no such part")


main()
