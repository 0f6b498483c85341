# SPDX-License-Identifier: MIT
"""The map of the flash, with and without boot0's bootloader, and on each chip."""

import re

from svg import Picture

KIB = 1024
# Of the F407 picture: left edges and widths of its columns.
ADDRESS, SECTOR, ROM_ONLY, WITH_BOOT0 = 24, 132, 246, 478
COLUMN = 216
TOP = 108
ROW = {16: 34, 64: 38, 128: 38}  # height of a sector, by its KiB


def size_text(size):
    return f"{size // KIB // KIB} MiB" if size % (KIB * KIB) == 0 else f"{size // KIB} KiB"


def layout_size(layout):
    """The bytes of a DfuSe layout: "04*016Kg,01*064Kg"."""
    runs = re.findall(r"(\d+)\*(\d+)K", layout)
    return sum(int(count) * int(kib) * KIB for count, kib in runs)


def sectors_of(facts, flash_size):
    end = facts["map"]["base"] + flash_size
    return [sector for sector in facts["map"]["sectors"] if sector["address"] < end]


def floors(sectors):
    """(label, address, size, top, bottom): a row each; the sectors at the end share one."""
    last_size = sectors[-1]["size"]
    first_of_last = next(i for i, sector in enumerate(sectors) if sector["size"] == last_size)
    y = TOP
    for index, sector in enumerate(sectors[:first_of_last]):
        height = ROW[sector["size"] // KIB]
        yield f"{index}", sector["address"], size_text(sector["size"]), y, y + height
        y += height
    count = len(sectors) - first_of_last
    yield (f"{first_of_last}…{len(sectors) - 1}", sectors[first_of_last]["address"],
           f"{count} × {size_text(last_size)}", y, y + 2.4 * ROW[last_size // KIB])


def draw_f407(picture, facts, chip):
    flash = facts["map"]
    flash_size = layout_size(chip["layout"])
    rows = list(floors(sectors_of(facts, flash_size)))
    picture.text(ADDRESS, 34, f"The flash of an STM32F407, {size_text(flash_size)}", "title")
    picture.text(ROM_ONLY, 66, "without a bootloader", "head")
    picture.text(ROM_ONLY, 86, "A reset starts the program.", "small", room=COLUMN)
    picture.text(WITH_BOOT0, 66, "with boot0's bootloader", "head")
    picture.text(WITH_BOOT0, 86, "The bootloader starts first.", "small", room=COLUMN)
    picture.text(SECTOR, 86, "sector", "small")
    bottom = rows[-1][4]
    for label, address, size, top, end in rows:
        picture.text(ADDRESS, top + 22, f"0x{address:08x}", "code", room=SECTOR - ADDRESS - 6)
        picture.text(SECTOR, top + 22, label, "head")
        if end - top < 60:
            picture.text(ROM_ONLY - 14, top + 22, size, "small", "end")
        else:  # what several sectors have
            picture.text(SECTOR, top + 42, size, "small", room=ROM_ONLY - SECTOR - 8)
    draw_column(picture, ROM_ONLY, TOP, bottom, [
        ("program", flash["base"], bottom, ["Program", f"linked for 0x{flash['base']:08x}"])], rows)
    draw_column(picture, WITH_BOOT0, TOP, bottom, [
        ("boot", flash["base"], None, ["Bootloader"]),
        ("journal", flash["base"] + flash["bootloader"], None, ["Journal"]),
        ("program", flash["program"], bottom, ["Program", f"linked for 0x{flash['program']:08x}"]),
    ], rows)
    return bottom


def draw_column(picture, x, top, bottom, parts, rows):
    """Parts of the flash, each from its address to the next part; lines between their sectors."""
    tops = {address: row_top for _, address, _, row_top, _ in rows}
    starts = [tops[address] for _, address, _, _ in parts] + [bottom]
    assert starts[0] == top
    for (kind, _, _, labels), start, end in zip(parts, starts, starts[1:]):
        picture.box(x, start, COLUMN, end - start, kind, radius=3)
        for row_top in sorted(tops.values()):
            if start < row_top < end:
                picture.add(f'<path class="{kind}" stroke-dasharray="2 4" '
                            f'd="M{x} {row_top:g}h{COLUMN}"/>')
        if len(labels) == 1:
            picture.text(x + COLUMN / 2, (start + end) / 2 + 5, labels[0], "head", "middle",
                         COLUMN - 12)
        else:
            first_row = min(row_top for row_top in [*tops.values(), bottom] if row_top > start)
            picture.text(x + COLUMN / 2, start + 22, labels[0], "head", "middle", COLUMN - 12)
            picture.text(x + COLUMN / 2, first_row + 22, labels[1], "small", "middle", COLUMN - 12)


STRIP_X, STRIP_WIDTH, STRIP, STRIP_STEP = 246, 400, 20, 30


def draw_strips(picture, facts, y):
    """All chips at one scale."""
    flash = facts["map"]
    sizes = {chip["key"]: layout_size(chip["layout"]) for chip in facts["chips"]}
    largest = max(sizes.values())
    picture.text(ADDRESS, y, "The same map on every chip", "title")
    picture.text(ADDRESS, y + 22, "To scale, each with the flash of its largest part.", "small")
    y += 38
    for chip in sorted(facts["chips"], key=lambda row: (sizes[row["key"]], row["key"])):
        size = sizes[chip["key"]]
        picture.text(ADDRESS, y + 15, chip["name"], "text", room=STRIP_X - ADDRESS - 6)
        for sector in sectors_of(facts, size):
            at = sector["address"] - flash["base"]
            kind = ("full boot" if at < flash["bootloader"] else
                    "program" if sector["address"] >= flash["program"] else "full journal")
            picture.box(STRIP_X + at / largest * STRIP_WIDTH, y,
                        sector["size"] / largest * STRIP_WIDTH, STRIP, kind, radius=0)
        picture.text(STRIP_X + size / largest * STRIP_WIDTH + 6, y + 15, size_text(size), "small")
        y += STRIP_STEP
    x = ADDRESS
    for kind, label in (("full boot", "bootloader"), ("full journal", "journal"), ("program", "program")):
        picture.box(x, y + 9, 14, 14, kind, radius=2)
        picture.text(x + 22, y + 21, label, "small")
        x += 124
    return y + 36


def draw(facts):
    chip = next(chip for chip in facts["chips"] if chip["key"] == "f407")
    flash = facts["map"]
    picture = Picture(720, 724, "Map of the flash with and without boot0's bootloader",
                      f"Without a bootloader the program begins at 0x{flash['base']:08x}. With "
                      f"boot0's bootloader sector 0 holds the bootloader, sector 1 its journal, "
                      f"and the program begins at 0x{flash['program']:08x}, on all chips alike.")
    bottom = draw_f407(picture, facts, chip)
    draw_strips(picture, facts, bottom + 50)
    return picture
