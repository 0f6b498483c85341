# SPDX-License-Identifier: MIT
"""boot0 convert makes the same files as Debian's dfu-suffix and dfu-prefix, byte by byte."""

import shutil

from system import BOOT0, Directory, check, equal, firmware, need, read, run, say

SIZES = (1, 511, 512, 513, 10 * 1024, 70001)
# Their command (changes the file in place), ours.
ADDED = [
    (["dfu-suffix", "-v", "0483", "-p", "df11", "-d", "2200", "-a"],
     ["-F", "dfu", "--suffix", "0483:df11:2200:0100"]),
    (["dfu-suffix", "-v", "1eaf", "-p", "0003", "-a"], ["-F", "dfu", "--suffix", "1eaf:0003:ffff:0100"]),
    (["dfu-suffix", "-a"], ["-F", "dfu", "--suffix", "ffff:ffff:ffff:0100"]),
    (["dfu-prefix", "-s", "0x2000", "-a"], ["-F", "binary", "--prefix", "lmdfu:0x2000"]),
    (["dfu-prefix", "-s", "0x3fffc00", "-a"], ["-F", "binary", "--prefix", "lmdfu:0x3fffc00"]),
    (["dfu-prefix", "-L", "-a"], ["-F", "binary", "--prefix", "lpc"]),
]
REMOVED = [
    (["dfu-suffix", "-v", "0483", "-a"], ["dfu-suffix", "-D"], ["-F", "binary"]),
    (["dfu-prefix", "-s", "0x2000", "-a"], ["dfu-prefix", "-T", "-D"],
     ["-F", "binary", "--prefix", "none"]),
    (["dfu-prefix", "-L", "-a"], ["dfu-prefix", "-L", "-D"], ["-F", "binary", "--prefix", "none"]),
]


def convert(source, target, options, status=0):
    return run([BOOT0, "convert", *options, source, target], status)


def adding(directory):
    say("suffixes and prefixes are added")
    for size in SIZES:
        source = directory.file("source.bin", firmware(size + 8)[8:])
        for theirs, ours in ADDED:
            wanted, made = directory.file("theirs"), directory.file("ours")
            shutil.copy(source, wanted)
            run([*theirs, wanted])
            convert(source, made, ours)
            equal(read(made), read(wanted), f"{' '.join(theirs)}, {size} bytes")


def removing(directory):
    say("and taken away")
    for size in SIZES:
        source = directory.file("source.bin", firmware(size + 8)[8:])
        for make, theirs, ours in REMOVED:
            with_it, wanted = directory.file("with.dfu"), directory.file("theirs")
            shutil.copy(source, with_it)
            run([*make, with_it])
            shutil.copy(with_it, wanted)
            run([*theirs, wanted])
            convert(with_it, with_it, ours)
            equal(read(with_it), read(wanted), f"{' '.join(theirs)}, {size} bytes")


def both(directory):
    say("a suffix behind a prefix; boot0 info shows both")
    source = directory.file("source.bin", firmware(1000))
    wanted, made = directory.file("theirs"), directory.file("ours")
    shutil.copy(source, wanted)
    run(["dfu-prefix", "-s", "0x4000", "-a", wanted])
    run(["dfu-suffix", "-v", "1cbe", "-p", "00ff", "-a", wanted])
    convert(source, made, ["-F", "dfu", "--prefix", "lmdfu:0x4000", "--suffix",
                           "1cbe:00ff:ffff:0100"])
    equal(read(made), read(wanted), "prefix and suffix")
    shown = run([BOOT0, "info", made]).stdout
    for text in ("lmdfu", "0x00004000", "1000 bytes", "1cbe:00ff"):
        check(text in shown, f"boot0 info does not show {text}")
    convert(made, made, ["-F", "binary", "--prefix", "none"])
    equal(read(made), read(source), "without both")


def refusing(directory):
    say("what is refused")
    source = directory.file("source.bin", firmware(1000))
    target = directory.file("target")
    for options, status in ((["--prefix", "what"], 64), (["--prefix", "lpc:0x1000"], 64),
                            (["--prefix", "lmdfu:1k"], 64), (["--prefix", "lmdfu:0x2001"], 64),
                            (["--prefix", "none"], 65), (["--suffix", "1:2:3:4"], 64)):
        convert(source, target, ["-F", "binary", *options], status)
    convert(source, source, ["-F", "binary", "--prefix", "lpc"])
    convert(source, target, ["-F", "binary", "--prefix", "lpc"], 65)


def main():
    need("dfu-suffix", "dfu-prefix")
    with Directory() as directory:
        adding(directory)
        removing(directory)
        both(directory)
        refusing(directory)


main()
