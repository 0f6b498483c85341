# SPDX-License-Identifier: MIT
"""The rooms of the source tree, from the table of scripts/layers.py."""

import pathlib
import sys

from svg import Picture

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
from layers import ALL, ROOMS  # noqa: E402

WIDTH, TOP, BOX, STEP, GAP = 960, 76, 44, 54, 10
LEFT, RIGHT = 14, 946
FIRMWARE = 718  # left edge of the firmware's tower
VBOARD = 380
# Parts of the tree: their names, left and right edge, rooms in a line, kind, and the part below.
PARTS = [
    (("include", ), LEFT, RIGHT, 1, "plain", None),
    (("core", ), LEFT, RIGHT, 1, "boot", "include"),
    (("base", ), LEFT, FIRMWARE - GAP, 3, "journal", "core"),
    (("lib", "cli", "web"), LEFT, VBOARD - GAP, 2, "host", "base"),
    (("vboard", ), VBOARD, FIRMWARE - GAP, 2, "program", "base"),
    (("firmware", ), FIRMWARE, RIGHT, 1, "alarm", "core"),
]


def part_of(name):
    return next(part for part in PARTS if name.split("/")[0] in part[0])


def lines_of(part):
    """The part's rooms from the bottom up, in lines of at most so many."""
    for floor in ROOMS:
        names = [name for name in floor if part_of(name) is part]
        for first in range(0, len(names), part[3]):
            yield names[first:first + part[3]]


def places():
    """Left edge, width and line of each room; the line counts from the bottom."""
    found, tops = {}, {None: 0}
    for part in PARTS:
        names, left, right, _, _, below = part
        line = tops[below]
        for rooms in lines_of(part):
            width = (right - left - GAP * (len(rooms) - 1)) / len(rooms)
            for index, room in enumerate(rooms):
                found[room] = (left + index * (width + GAP), width, line)
            line += 1
        tops[names[0]] = line
    return found, max(tops.values())


def draw(_facts):
    rooms, lines = places()
    height = TOP + lines * STEP + 6
    picture = Picture(WIDTH, height,
                      "The rooms of the source tree; each uses only rooms below it, or to its left",
                      "A room is a folder. The title of each box lists the rooms that it uses.")
    picture.text(LEFT, 32, "The house of the code", "title")
    picture.text(LEFT, 54, "A room uses only rooms below it, or to its left, and of these only those that the "
                 "table in scripts/layers.py allows.", "small")
    for name, (x, width, line) in rooms.items():
        what, allowed = ALL[name]
        for other in allowed:
            other_x, _, other_line = rooms[other]
            if other_line > line or (other_line == line and other_x > x):
                raise ValueError(f"{name} is not drawn above or right of {other}")
        y = TOP + (lines - 1 - line) * STEP
        uses = f"uses {', '.join(allowed)}" if allowed else "uses nothing"
        picture.box(x, y, width, BOX, part_of(name)[4], title=f"{name}: {uses}")
        picture.text(x + 9, y + 19, name, "head", room=width - 12)
        picture.text(x + 9, y + 36, what, "small", room=width - 12)
    return picture
