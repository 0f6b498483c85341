# SPDX-License-Identifier: MIT
"""What scripts that check built files share: a line for each file."""

import sys


def check_files(missing, good, paths=None):
    """
    missing(path) lists what a file lacks; the files are those on the command line if none are
    given. The exit status: 1 if one lacks something.
    """
    paths = sys.argv[1:] if paths is None else paths
    failed = not paths
    for path in paths:
        lacks = missing(path)
        print(f"{path}: {'lacks ' + ', '.join(lacks) if lacks else good}")
        failed = failed or bool(lacks)
    return 1 if failed else 0
