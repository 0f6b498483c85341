# SPDX-License-Identifier: MIT
"""The patterns of the bootloader's LED, as firmware/bootloader/board_defaults.h has them."""

import pathlib
import re

from svg import Picture

ROOT = pathlib.Path(__file__).resolve().parents[2]
BITS = 32
ROWS = [
    ("waiting", "Waits for a host", "a second on, a second off"),
    ("busy", "The flash is at work", "eight flashes a second"),
    ("tap", "Waits for a second tap", "on, for half a second after a reset"),
    ("no_crystal", "No crystal: USB cannot work", "three short flashes every two seconds"),
]
LEFT, WIDTH, TOP, STEP = 312, 384, 66, 62


def step_us():
    text = (ROOT / "firmware/bootloader/board.c").read_text(encoding="utf-8")
    return int(re.search(r"PATTERN_STEP_US = (\d+)", text)[1])


def bits(pattern, shown):
    """The first bits; those that are not shown are None."""
    return [pattern >> index & 1 if index < shown else None for index in range(BITS)]


def runs(pattern, shown=BITS):
    """(first bit, length, whether it is lit) of each run of equal bits."""
    row, first = bits(pattern, shown), 0
    for index in range(1, BITS + 1):
        if index == BITS or row[index] != row[first]:
            yield first, index - first, row[first]
            first = index


def keyframes(name, pattern, shown, seconds):
    """A lamp that repeats the pattern; without animation it is lit."""
    stops = "".join(f"{first / BITS * 100:g}%{{opacity:{1 if lit else 0.08}}}"
                    for first, _, lit in runs(pattern, shown))
    return (f"@keyframes {name}{{{stops}}}\n"
            f"#{name}{{animation:{name} {seconds:g}s step-end infinite}}\n")


def draw(facts):
    led, seconds = facts["led"], BITS * step_us() / 1e6
    shown = {"tap": led["tap_ms"] * 1000 // step_us()}
    style = ("@media (prefers-reduced-motion:no-preference){\n"
             + "".join(keyframes(name, led[name], shown.get(name, BITS), seconds)
                       for name, *_ in ROWS) + "}\n")
    picture = Picture(720, TOP + len(ROWS) * STEP + 34, "Patterns of the bootloader's LED",
                      "; ".join(f"{what}: {how}" for _, what, how in ROWS) + ".", style)
    picture.text(24, 34, "What the bootloader's LED shows", "title")
    for index, (name, what, how) in enumerate(ROWS):
        draw_row(picture, TOP + index * STEP, name, what, how,
                 runs(led[name], shown.get(name, BITS)))
    draw_axis(picture, TOP + len(ROWS) * STEP - 4, seconds)
    return picture


def draw_row(picture, y, name, what, how, pattern_runs):
    kind = "alarm" if name == "no_crystal" else "boot"
    picture.dot(38, y + 15, 11, "blank")
    picture.dot(38, y + 15, 8, kind, full=True, name=name)
    picture.text(62, y + 12, what, "head", room=LEFT - 70)
    picture.text(62, y + 31, how, "small", room=LEFT - 66)
    picture.box(LEFT, y, WIDTH, 30, "blank", radius=2)
    for first, length, lit in pattern_runs:
        x = LEFT + first / BITS * WIDTH
        if lit is None:
            picture.text(x + 12, y + 20, "then the program starts", "small")
        elif lit:
            picture.add(f'<rect class="full {kind}" x="{x:g}" y="{y}" '
                        f'width="{length / BITS * WIDTH:g}" height="30"/>')


def draw_axis(picture, y, seconds):
    picture.line([(LEFT, y), (LEFT + WIDTH, y)])
    for tick in range(5):
        x = LEFT + tick / 4 * WIDTH
        picture.line([(x, y - 4), (x, y + 4)])
        anchor = "start" if tick == 0 else "end" if tick == 4 else "middle"
        picture.text(x, y + 20, f"{tick / 4 * seconds:g} s", "small", anchor)
