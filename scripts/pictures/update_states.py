# SPDX-License-Identifier: MIT
"""Whether an update is over: the states of firmware/bootloader/update_tracker.c."""

from svg import Picture

TOP, HEIGHT, WIDTH = 128, 68, 168
PLACES = {"whole": (24, "program", "nothing was changed"),
          "open": (276, "journal", "changed by this host"),
          "doubtful": (528, "alarm", "changed, broken off")}
# (from, event, to): the points of the arrow, the place of its label. Two events may share an arrow.
DRAWN = {
    ("whole", "changed", "open"): ([(192, 148), (276, 148)], (234, 140)),
    ("open", "completed", "whole"): ([(276, 178), (192, 178)], (234, 194)),
    ("open", "broken off", "doubtful"): ([(444, 162), (528, 162)], (486, 154)),
    ("open", "failed", "doubtful"): (None, (486, 180)),
    ("whole", "failed", "doubtful"): ([(108, 128), (108, 88), (612, 88), (612, 128)], (360, 80)),
    ("doubtful", "completed", "whole"): ([(612, 196), (612, 236), (108, 236), (108, 196)],
                                         (360, 254)),
}
LABELS = {("doubtful", "completed", "whole"): "completed, by a program with a new first sector"}
EVENTS = {
    "changed": "an erase or a block was ordered",
    "broken off": "another host, a bus reset, {silence:g} s of silence, a refused request",
    "failed": "the flash reports an error, or holds something else than was written",
    "completed": "COMPLETE is in the journal: after END_SESSION, leave, or ABORT as dfu-util ends",
}


def moves(table):
    return {(state, event, after) for state, events in table.items()
            for event, after in events.items() if after != state}


def draw(facts):
    table = facts["tracker"]
    if moves(table) != set(DRAWN) or set(table["whole"]) != set(EVENTS):
        raise ValueError(f"update_tracker.c has other ways: {moves(table) ^ set(DRAWN)}")
    picture = Picture(720, 394, "When an update is over",
                      "; ".join(f"{a}, {event}: {b}" for a, event, b in DRAWN) + ".")
    picture.text(24, 34, "When is an update over?", "title")
    picture.text(24, 56, "Only a program that is whole starts after a reset.", "small")
    for state, (x, kind, meaning) in PLACES.items():
        picture.labelled(x, TOP, WIDTH, HEIGHT, [(state, "head"), (meaning, "small")], kind)
    for way, (points, (x, y)) in DRAWN.items():
        if points:
            picture.arrow(points)
        picture.text(x, y, LABELS.get(way, way[1]), "small", "middle")
    for index, (event, meaning) in enumerate(EVENTS.items()):
        y = 292 + index * 26
        picture.text(24, y, event, "head")
        meaning = meaning.format(silence=facts["silence_us"] / 1e6)
        picture.text(122, y, meaning, "small", room=590)
    return picture
