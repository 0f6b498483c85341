# SPDX-License-Identifier: MIT
"""Shared by the tests of boot0.exe: the location of Wine's Windows, and its serial ports."""

import os
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
PREFIX = pathlib.Path(os.environ.get("WINEPREFIX", ROOT / "build/windows/prefix"))

sys.path.insert(0, str(ROOT / "tests/system"))


def link(port):
    """Shell: the plugged-in board's port becomes the port of this name."""
    return f'ln -sfn "$(readlink "$UMOCKDEV_DIR/dev/ttyUSB0")" {PREFIX}/dosdevices/{port.lower()}'
