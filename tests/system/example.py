# SPDX-License-Identifier: MIT
"""The API's example is short, and flashes a board."""

import os

from system import Directory, check, equal, firmware, read, run, say, vboard

EXAMPLE = os.environ["EXAMPLE"]
LINES_MAX = 60


def main():
    say(f"fewer than {LINES_MAX} lines")
    lines = read(os.environ["EXAMPLE_SOURCE"]).decode().splitlines()
    check(len(lines) < LINES_MAX, f"it has {len(lines)} lines")
    check(all(len(line) <= 100 for line in lines), "a long line")

    with Directory() as directory:
        image, store = directory.file("a.bin", firmware(30000)), directory.file("flash.bin")
        say("flashes a virtual board")
        done = vboard(f"f407:flash={store}", [EXAMPLE, image])
        equal(read(store)[:30000], read(image), "the flash")
        check("write  100%" in done.stdout and done.stdout.endswith("done\n"), done.stdout)

        say("and fails as it should")
        check("usage:" in run([EXAMPLE], 64).stderr, "no usage")
        check("none.bin" in run([EXAMPLE, "none.bin"], 1).stderr, "a file that is missing")
        done = vboard("f407:boot0=0", [EXAMPLE, image], 1)
        check("no board in DFU mode" in done.stderr and "BOOT0" in done.stderr, done.stderr)


main()
