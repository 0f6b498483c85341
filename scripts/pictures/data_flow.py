# SPDX-License-Identifier: MIT
"""How a file gets into a board: the stages of libboot0, from docs' table, checked with the code."""

import pathlib
import re

from svg import Picture

ROOT = pathlib.Path(__file__).resolve().parents[2]
WIDTH, HEIGHT, GAP, TOP, LOWER = 150, 112, 28, 84, 270
# Stage, its folder, the header with its data type, that type's name, what it does.
UPPER_ROW = [
    ("file", None, None, None, ["ELF, HEX, UF2,", "DFU, S19, binary"]),
    ("image", "lib/image", "include/boot0/image.h", "boot0_image", ["segments with", "addresses"]),
    ("plan", "lib/plan", "include/boot0/plan.h", "boot0_plan", ["erases and writes,", "in order"]),
    ("session", "lib/session", "include/boot0/session.h", "boot0_session",
     ["check, write,", "verify, start"]),
]
# From the right to the left.
LOWER_ROW = [
    ("backend", "lib/usb", "lib/backend.h", "boot0_backend", ["USB or", "serial port"]),
    ("engine", "core", "core/engine.h", "b0_engine_step", ["DFU, AN3155:", "next transfer"]),
    ("transport", "lib/usb", "include/boot0/transport.h", "boot0_setup",
     ["libusb, libserialport,", "virtual board"]),
    ("board", None, None, None, ["ROM, bootloader,", "RAM loader"]),
]
FOLDER_LABELS = {"lib/usb": "lib/usb, lib/serial"}


def check(stages):
    """Folders and types are those of the code."""
    for stage, folder, header, struct, _ in stages:
        if folder is None:
            continue
        text = (ROOT / header).read_text(encoding="utf-8")
        if not (ROOT / folder).is_dir() or not re.search(rf"struct {struct}\b", text):
            raise ValueError(f"{stage}: there is no {folder} or no struct {struct} in {header}")


def draw_stage(picture, x, y, stage, folder, struct, lines):
    kind = "plain" if folder is None else "boot" if folder == "core" else "host"
    picture.box(x, y, WIDTH, HEIGHT, kind)
    picture.text(x + WIDTH / 2, y + 22, stage, "head", "middle")
    picture.lines(x + WIDTH / 2, y + 41, lines, "small", "middle", WIDTH - 8, step=16)
    if folder:
        picture.text(x + WIDTH / 2, y + 81, struct, "code", "middle", WIDTH - 6)
        picture.text(x + WIDTH / 2, y + 100, FOLDER_LABELS.get(folder, folder), "mark", "middle",
                     WIDTH - 6)


def left_of(index):
    return 18 + index * (WIDTH + GAP)


def draw(_facts):
    check(UPPER_ROW + LOWER_ROW)
    picture = Picture(720, 424, "Data flow: from a file to a board",
                      "file, image, plan, session, backend, engine, transport, board; the board's "
                      "layout and contents go into the plan.")
    picture.text(18, 34, "Data flow", "title")
    picture.text(18, 58, "A stage has one owner, one data type at its border, and tests of its "
                 "own.", "small")
    for index, (stage, folder, _, struct, lines) in enumerate(UPPER_ROW):
        draw_stage(picture, left_of(index), TOP, stage, folder, struct, lines)
    for index, (stage, folder, _, struct, lines) in enumerate(LOWER_ROW):
        draw_stage(picture, left_of(3 - index), LOWER, stage, folder, struct, lines)
    for index in range(3):
        x = left_of(index) + WIDTH
        picture.arrow([(x + 3, TOP + HEIGHT / 2), (x + GAP - 3, TOP + HEIGHT / 2)])
        picture.arrow([(x + GAP - 3, LOWER + HEIGHT / 2), (x + 3, LOWER + HEIGHT / 2)], both=True)
    down = left_of(3) + WIDTH / 2
    picture.arrow([(down, TOP + HEIGHT + 3), (down, LOWER - 3)], both=True)
    plan = left_of(2) + WIDTH / 2
    board = left_of(0) + WIDTH / 2
    picture.arrow([(board, LOWER - 3), (board, 236), (plan, 236), (plan, TOP + HEIGHT + 3)],
                  "program", dashed=True)
    picture.text((board + plan) / 2, 228, "its layout, and what it holds now", "small", "middle")
    picture.text(18, 408, "core compiles for the host, the bootloader, virtual boards and the "
                 "browser alike.", "small")
    return picture
