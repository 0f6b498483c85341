# SPDX-License-Identifier: MIT
"""Runs boot0 with virtual boards in its own process and checks all of its output."""

import json
import os

from system import BOOT0, check, equal, run

WIDTH = 78  # maximum columns of texts


def check_text(text, what, width=WIDTH):
    """Checks every line: printable ASCII, no space at its end, not too long."""
    for line in text.splitlines():
        check(all(" " <= c <= "~" for c in line), f"{what}: not plain ASCII: {line!r}")
        check(line == line.rstrip(), f"{what}: a space at the end: {line!r}")
        check(width is None or len(line) <= width, f"{what}: {len(line)} columns: {line!r}")


def boot0(*arguments, status=0, board=None, width=WIDTH, env=None, **options):
    """Runs boot0; `board` is a virtual board, or a list of them."""
    boards = [board] if isinstance(board, str) else board or []
    virtual = [f"--virtual={spec}" for spec in boards]
    done = run([BOOT0, *virtual, *arguments], status, env={**os.environ, **(env or {})}, **options)
    check_text(done.stderr, "standard error", width)
    return done


def boot0_json(*arguments, status=0, **options):
    """The same with --json; returns the objects, one per line of standard output."""
    done = boot0(*arguments, "--json", status=status, **options)
    objects = [json.loads(line) for line in done.stdout.splitlines()]
    for item in objects:
        equal(type(item), dict, "the type of a line of JSON")
    return objects


def fails(status, phrases, *arguments, **options):
    """A mistake: checks the exit status, an error with all these phrases, and a hint below it."""
    done = boot0(*arguments, status=status, **options)
    said = " ".join(done.stderr.split())
    at = done.stderr.find("boot0: ")
    check(at >= 0, f"no error on standard error: {done.stderr!r}")
    for phrase in phrases:
        check(phrase in said, f"the error does not say {phrase!r}: {done.stderr}")
    lines = done.stderr[at:].splitlines()
    check(all(line.startswith(" " * 7) for line in lines[1:]), f"the error's form: {lines}")
    check(len(lines) > 1, f"no hint: {lines}")
    equal(done.stdout, "", "standard output of a command that failed")
    return done
