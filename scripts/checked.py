# SPDX-License-Identifier: MIT
"""Shared by scripts that check built files: prints one line per file."""

import sys


def check_files(missing, good, paths=None):
    """missing(path) lists what a file lacks; without `paths`, the files are those on the command
    line. Returns the exit status: 1 if any file lacks something.
    """
    paths = sys.argv[1:] if paths is None else paths
    failed = not paths
    for path in paths:
        lacks = missing(path)
        print(f"{path}: {'lacks ' + ', '.join(lacks) if lacks else good}")
        failed = failed or bool(lacks)
    return 1 if failed else 0
