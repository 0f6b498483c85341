# SPDX-License-Identifier: MIT
"""What a power cut leaves, by cutting the bootloader's power in each flash operation of an update."""

from svg import Picture

# The steps of an update: what they do, the records of the journal by then (the last one is being
# written if it is in brackets), and the two sectors of the program.
STEPS = {
    "before": ("The old program runs", "", ["C"], ["old", "old"]),
    "begin": ("BEGIN is written", "into the journal", ["C", "[B]"], ["old", "old"]),
    "erase": ("The program is erased", "", ["C", "B"], ["torn", "old"]),
    "write": ("The new one is written", "all but its vectors", ["C", "B"], ["part", "part"]),
    "vectors": ("Its vectors are written", "the last write", ["C", "B"], ["part", "new"]),
    "complete": ("COMPLETE is written", "with length and digest", ["C", "B", "[C]"],
                 ["new", "new"]),
    "after": ("The new program runs", "", ["C", "B", "C"], ["new", "new"]),
}
# What starts after a cut in a step: the kind of its box and the lines in it, by who starts.
OUTCOMES = {
    ("program", "old"): ("host", ["The old program starts."]),
    ("program", "new"): ("program", ["The new program starts."]),
    ("bootloader", None): ("boot", ["The bootloader stays", "and shows itself on USB.",
                                    "No half-written program", "starts, BOOT0 stays low:",
                                    "flash the board again."]),
}
TOP, ROW, FLASH, OUTCOME = 84, 58, 236, 514
SECTORS = {"old": ("host", "old", False), "new": ("program", "new", False),
           "part": ("program", "part", True), "torn": ("blank", "", True)}


def outcome(rows):
    """The one thing that happens after a cut in a step, wherever in it that is."""
    starts = {row["starts"] for row in rows}
    held = {row["holds"] for row in rows}
    if starts == {"bootloader"}:
        return ("bootloader", None)
    if starts == {"program"} and len(held) == 1:
        return ("program", held.pop())
    raise ValueError(f"a cut has several outcomes: {rows}")


def draw_flash(picture, y, records, sectors):
    picture.box(FLASH, y, 34, 34, "boot", radius=4)
    picture.box(FLASH + 38, y, 98, 34, "journal", radius=4)
    for index, record in enumerate(records):
        torn = record.startswith("[")
        x = FLASH + 43 + index * 30
        picture.box(x, y + 5, 27, 24, "alarm" if torn else "blank", radius=3, dashed=torn)
        picture.text(x + 13.5, y + 22, record.strip("[]"), "name", "middle")
    for index, sector in enumerate(sectors):
        kind, label, dashed = SECTORS[sector]
        x = FLASH + 140 + index * 60
        picture.box(x, y, 57, 34, kind, radius=4, dashed=dashed)
        picture.text(x + 28.5, y + 22, label, "small", "middle", 52)


def draw_outcomes(picture, steps):
    """Steps with the same outcome share a box."""
    names, first = list(STEPS), 0
    for index in range(1, len(names) + 1):
        if index < len(names) and steps[names[index]] == steps[names[first]]:
            continue
        kind, lines = OUTCOMES[steps[names[first]]]
        y, height = TOP + first * ROW + 6, (index - first) * ROW - 12
        picture.labelled(OUTCOME, y, 188, height, [(line, "text") for line in lines], kind, pad=4)
        first = index


def draw(facts):
    rows = facts["cuts"]
    if [name for name in dict.fromkeys(row["step"] for row in rows)] != list(STEPS):
        raise ValueError("the update has other steps")
    steps = {name: outcome([row for row in rows if row["step"] == name]) for name in STEPS}
    picture = Picture(720, TOP + len(STEPS) * ROW + 70, "What a power cut does during an update",
                      "A cut before the update leaves the old program, a cut in it leaves the "
                      "bootloader, a cut after it the new program.")
    picture.text(24, 34, "The power fails while a board is updated", "title")
    for x, label in ((24, "it fails while…"), (FLASH, "boot"), (FLASH + 38, "journal"),
                     (FLASH + 140, "program"), (OUTCOME, "when it is back")):
        picture.text(x, 68, label, "small")
    for index, (what, how, records, sectors) in enumerate(STEPS.values()):
        y = TOP + index * ROW
        if index:
            picture.add(f'<path class="blank" d="M24 {y}H{OUTCOME - 14}"/>')
        picture.text(24, y + (34 if not how else 26), what, "head", room=FLASH - 34)
        if how:
            picture.text(24, y + 44, how, "small", room=FLASH - 34)
        draw_flash(picture, y + 12, records, sectors)
    draw_outcomes(picture, steps)
    y = TOP + len(STEPS) * ROW + 28
    picture.text(24, y, "B: BEGIN, C: COMPLETE, records of 64 bytes. A record that a cut tears "
                 "counts as begun.", "small")
    picture.text(24, y + 20, "tests/system/powercut.c cuts every flash operation of an update, on "
                 "the emulated chip.", "small")
    return picture
