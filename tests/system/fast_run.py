# SPDX-License-Identifier: MIT
"""Running boot0 with --fast on virtual boards in its own process, over USB or a serial port."""

from system import BOOT0, check, equal, read, run

FLASH = 0x08000000
ERASED = b"\xff"


def holds(path, data, what):
    equal(read(path)[:len(data)] == data, True, f"{what}: the flash holds the program")


class Fast:
    """`way` is the command line's options for the connection."""

    def __init__(self, *way):
        self.way = way

    def boot0(self, board, *arguments, status=0):
        done = run([BOOT0, *arguments, "--virtual", board, *self.way], status)
        done.stdout, done.stderr = " ".join(done.stdout.split()), " ".join(done.stderr.split())
        return done

    def flash(self, board, file, *arguments, status=0):
        return self.boot0(board, "flash", "--fast", *arguments, file, status=status)

    def read_verify_erase(self, board, file, back, path):
        """Runs on a board that holds the file, which spans more than one sector."""
        image = read(file)
        self.boot0(board, "read", "--fast", "--address", hex(FLASH), "--size", str(len(image)), back)
        equal(read(back) == image, True, "read back")
        self.boot0(board, "verify", "--fast", file)
        self.boot0(board, "erase", "--fast", "--address", "0x08004000", "--yes")
        done = self.boot0(board, "verify", "--fast", file, status=65)
        check("differs from the file at 0x08004000" in done.stderr, done.stderr)
        self.boot0(board, "erase", "--fast", "--all", "--yes")
        equal(read(path).strip(ERASED), b"", "all is erased")
