# SPDX-License-Identifier: MIT
"""The states of DFU: the ways between them, and the whole table of core/dfu_device.c."""

import re

from svg import Picture

# Left edge, top and width of each state's box; HEIGHT is that of all.
HEIGHT = 44
PLACES = {
    "appIDLE": (48, 84, 150),
    "appDETACH": (330, 84, 150),
    "dfuUPLOAD-IDLE": (48, 226, 150),
    "dfuIDLE": (48, 370, 150),
    "dfuERROR": (48, 556, 150),
    "dfuDNLOAD-SYNC": (290, 226, 150),
    "dfuDNBUSY": (554, 226, 118),
    "dfuDNLOAD-IDLE": (290, 370, 150),
    "dfuMANIFEST-SYNC": (282, 514, 166),
    "dfuMANIFEST": (554, 514, 118),
    "dfuMANIFEST-WAIT-RESET": (480, 630, 212),
}
# Ways of the table: (from, request, to), the points of the arrow, and the label's place and anchor.
DRAWN = {
    ("appIDLE", "DETACH", "appDETACH"): ([(198, 98), (330, 98)], (264, 92, "middle")),
    ("appDETACH", "other", "appIDLE"): ([(330, 118), (198, 118)], (264, 134, "middle")),
    ("dfuIDLE", "UPLOAD", "dfuUPLOAD-IDLE"): ([(84, 370), (84, 270)], (78, 340, "end")),
    ("dfuUPLOAD-IDLE", "ABORT", "dfuIDLE"): ([(112, 270), (112, 370)], (118, 312, "start")),
    ("dfuIDLE", "DNLOAD", "dfuDNLOAD-SYNC"):
        ([(198, 382), (244, 382), (244, 248), (290, 248)], (238, 294, "end")),
    ("dfuDNLOAD-SYNC", "GETSTATUS", "dfuDNLOAD-IDLE"):
        ([(385, 270), (385, 370)], (392, 324, "start")),
    ("dfuDNLOAD-IDLE", "DNLOAD", "dfuDNLOAD-SYNC"): ([(345, 370), (345, 270)], (338, 324, "end")),
    ("dfuDNLOAD-IDLE", "ABORT", "dfuIDLE"): ([(290, 402), (198, 402)], (264, 418, "middle")),
    ("dfuMANIFEST-SYNC", "GETSTATUS", "dfuIDLE"):
        ([(282, 536), (172, 536), (172, 414)], (179, 526, "start")),
    ("dfuERROR", "CLRSTATUS", "dfuIDLE"): ([(84, 556), (84, 414)], (91, 490, "start")),
}
# What no table of states and requests can hold (the comment of core/dfu_device.c): the rule that
# has the condition, the arrow, the label.
CONDITIONS = [
    ("appDETACH", "DETACH", [(405, 128), (405, 161), (24, 161), (24, 392), (48, 392)],
     ["bus reset, or it leaves by itself"], (412, 142, "start")),
    ("dfuUPLOAD-IDLE", "UPLOAD", [(172, 270), (172, 370)], ["short", "UPLOAD"],
     (179, 330, "start")),
    ("dfuDNLOAD-SYNC", "GETSTATUS", [(440, 238), (554, 238)], ["GETSTATUS,", "busy"],
     (497, 216, "middle")),
    ("dfuDNBUSY", "GETSTATUS", [(554, 260), (440, 260)], ["poll timeout", "is over"],
     (497, 277, "middle")),
    ("dfuDNLOAD-IDLE", "DNLOAD", [(365, 414), (365, 514)], ["DNLOAD,", "length 0"],
     (372, 460, "start")),
    ("dfuMANIFEST-SYNC", "GETSTATUS", [(448, 526), (554, 526)], ["GETSTATUS"], (501, 518, "middle")),
    ("dfuMANIFEST", "GETSTATUS", [(554, 546), (448, 546)], ["if tolerant"], (501, 562, "middle")),
    ("dfuMANIFEST", "GETSTATUS", [(613, 558), (613, 630)], ["if not"], (606, 604, "end")),
]


def kind_of(state):
    return {"app": "program", "dfu": "boot"}[state[:3]] if state != "dfuERROR" else "alarm"


def moves(table):
    """(from, request, to) of all that the table allows and that changes the state."""
    for state, rules in table.items():
        for request, rule in rules.items():
            if rule["action"] != "stall" and rule["next"] != state:
                yield state, request, rule["next"]


def check_drawn(table):
    """The picture has every way that the table has, and no other."""
    wanted = set(moves(table)) | {("appDETACH", "other", table["appDETACH"]["other"]["next"])}
    if wanted != set(DRAWN):
        raise ValueError(f"core/dfu_device.c has other ways: {sorted(wanted ^ set(DRAWN))}")
    refusing = {state for state, rules in table.items() if state.startswith("dfu")
                and rules["other"]["next"] != "dfuERROR"}
    if refusing != {"dfuMANIFEST-WAIT-RESET"}:
        raise ValueError(f"a refused request does not lead to dfuERROR in {sorted(refusing)}")


def draw_regions(picture):
    picture.box(12, 52, 696, 98, "blank", radius=10)
    picture.text(696, 76, "the program", "head", "end")
    picture.text(696, 95, "with boot0's runtime", "small", "end")
    picture.box(12, 172, 696, 552, "blank", radius=10)
    picture.text(696, 198, "the bootloader", "head", "end")


def draw_note(picture):
    picture.text(48, 628, "Any other request in a dfu… state:", "small")
    picture.text(48, 646, "stall, status errSTALLEDPKT, dfuERROR.", "small")
    picture.text(48, 664, "(dfuMANIFEST-WAIT-RESET: only a stall.)", "small")
    picture.text(48, 682, "boot0's bootloader resets in dfuMANIFEST, and the program starts.", "small")
    picture.line([(48, 704), (82, 704)])
    picture.text(90, 708, "the state table", "small")
    picture.line([(206, 704), (240, 704)], dashed=True)
    picture.text(248, 708, "a condition on top of it", "small")


def draw(facts):
    table = facts["dfu"]
    check_drawn(table)
    picture = Picture(720, 736, "States of DFU in boot0's bootloader",
                      "Each arrow is a request that changes the state: "
                      + "; ".join(f"{a} {request} {b}" for a, request, b in moves(table)) + ".")
    picture.text(24, 34, "States of DFU, and the requests that change them", "title")
    draw_regions(picture)
    for (state, request, _), (points, (x, y, anchor)) in DRAWN.items():
        picture.arrow(points)
        label = "any other request" if request == "other" else request
        picture.text(x, y, label, "mark" if request != "other" else "small", anchor)
    for state, request, points, labels, place in CONDITIONS:
        assert request in table[state], request
        picture.arrow(points, dashed=True)
        if place:
            x, y, anchor = place
            for index, label in enumerate(labels):
                look = "mark" if label.isupper() else "small"
                picture.text(x, y + 15 * index, label, look, anchor)
    for state, (x, y, width) in PLACES.items():
        picture.labelled(x, y, width, HEIGHT, [(state, "name")], kind_of(state), pad=4)
    draw_note(picture)
    return picture


# ---- the whole table ----

LEFT, TOP, CELL, ROW = 222, 92, 59, 32


def cell(picture, x, y, rule, state, numbers):
    """A way to another state by its number, a stay as a dot, a refusal as a cross."""
    middle = x + CELL / 2
    if rule["action"] == "stall":
        picture.add(f'<path class="line alarm" d="M{middle - 5:g} {y + 11}l10 10m0-10l-10 10"/>')
        if rule["next"] not in ("dfuERROR", state):
            picture.text(middle + 14, y + 21, str(numbers[rule["next"]]), "code", "middle")
    elif rule["next"] == state:
        picture.dot(middle, y + ROW / 2, 4.5, "program", full=True)
    else:
        picture.text(middle, y + 21, f"→ {numbers[rule['next']]}", "name", "middle")


def draw_table(facts):
    table = facts["dfu"]
    numbers = {state: number for number, state in enumerate(table)}
    requests = list(table["dfuIDLE"])
    picture = Picture(720, 530, "The state table of DFU: what follows each request in each state",
                      "A row for each state and a column for each request, as in "
                      "core/dfu_device.c.")
    picture.text(24, 34, "What each request does in each state", "title")
    for index, request in enumerate(requests):
        x = LEFT + (index + 0.5) * CELL
        verb = re.match("GET|CLR|", request)[0]
        if verb:
            picture.text(x, 62, verb, "mark", "middle", CELL - 4)
        picture.text(x, 76, request[len(verb):], "mark", "middle", CELL - 4)
    for row, (state, rules) in enumerate(table.items()):
        y = TOP + row * ROW
        picture.box(24, y, 672, ROW, "plain" if row % 2 == 0 else "blank", radius=0)
        picture.text(46, y + 21, str(numbers[state]), "name", "end")
        picture.text(54, y + 21, state, "code", room=LEFT - 50)
        for index, request in enumerate(requests):
            cell(picture, LEFT + index * CELL, y, rules[request], state, numbers)
    draw_legend(picture, TOP + len(table) * ROW + 26)
    return picture


def draw_legend(picture, y):
    picture.text(24, y, "→ 3", "name")
    picture.text(64, y, "goes to that state", "small")
    picture.dot(232, y - 4, 4.5, "program", full=True)
    picture.text(246, y, "answered, the state stays", "small")
    picture.add(f'<path class="line alarm" d="M24 {y + 14}l10 10m0-10l-10 10"/>')
    picture.text(64, y + 23, "stall. A dfu… state goes to dfuERROR (10), except 8; "
                 "appDETACH to appIDLE (0).", "small")
    picture.text(24, y + 47, "The numbers are those of bState. GETSTATUS in a SYNC state reports "
                 "the work while it lasts.", "small")
