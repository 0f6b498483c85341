#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Checks that built programs and libraries are hardened: check-hardening.py FILE…

Each is position independent, has its relocations read-only and bound at start, no executable stack,
guarded stack frames, and calls of the C library that check the size of the destination.
"""
import re
import subprocess
import sys

from checked import check_files


def readelf(*arguments):
    done = subprocess.run(
        ["readelf", "--wide", *arguments], stdout=subprocess.PIPE, check=True, text=True
    )
    return done.stdout


def missing(path):
    """Returns the protections that a file lacks, as a list of texts."""
    header = readelf("--file-header", path)
    segments = readelf("--program-headers", path)
    dynamic = readelf("--dynamic", path)
    symbols = readelf("--dyn-syms", path)
    stack = re.search(r"^ *GNU_STACK .* ([R ][W ][E ]) ", segments, re.MULTILINE)
    is_program = " INTERP " in segments
    properties = {
        "position independent code": re.search(r"Type: +DYN ", header),
        "the mark of a position independent program": not is_program or re.search(r"\bPIE\b", dynamic),
        "GNU_RELRO": " GNU_RELRO " in segments,
        "BIND_NOW": re.search(r"\bBIND_NOW\b|FLAGS_1.*\bNOW\b", dynamic),
        "a stack that is not executable": stack and "E" not in stack[1],
        "the stack protector": "__stack_chk_fail" in symbols,
        "fortified calls": re.search(r"\b__\w+_chk\b", symbols.replace("__stack_chk_fail", "")),
    }
    return [name for name, has in properties.items() if not has]


if __name__ == "__main__":
    sys.exit(check_files(missing, "hardened"))
