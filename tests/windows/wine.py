# SPDX-License-Identifier: MIT
"""What tests of boot0.exe share: where Wine has its Windows, and serial ports in it."""

import os
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
PREFIX = pathlib.Path(os.environ.get("WINEPREFIX", ROOT / "build/windows/prefix"))

sys.path.insert(0, str(ROOT / "tests/system"))


def link(port):
    """Shell: the port of the board that is plugged in becomes that of this name."""
    return f'ln -sfn "$(readlink "$UMOCKDEV_DIR/dev/ttyUSB0")" {PREFIX}/dosdevices/{port.lower()}'
