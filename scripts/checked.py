# SPDX-License-Identifier: MIT
"""What scripts that check built files share: each file named on the command line, a line for each."""

import sys


def check_files(missing, good):
    """missing(path) lists what a file lacks. The exit status: 1 if one lacks something."""
    failed = len(sys.argv) < 2
    for path in sys.argv[1:]:
        lacks = missing(path)
        print(f"{path}: {'lacks ' + ', '.join(lacks) if lacks else good}")
        failed = failed or bool(lacks)
    return 1 if failed else 0
