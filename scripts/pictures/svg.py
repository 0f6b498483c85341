# SPDX-License-Identifier: MIT
"""Boxes, arrows and texts of the pictures, as SVG for light and dark pages.

A Picture refuses what nobody could read: a text that is wider than its place, two texts on top of
each other, a line through a text, anything outside the picture. Widths are those of DejaVu Sans, one of the widest fonts
that browsers fall back to, so a text that fits here fits with other fonts, too.
"""

import math
from xml.sax.saxutils import escape

SANS = "system-ui,-apple-system,'Segoe UI',Roboto,'Helvetica Neue',Arial,'DejaVu Sans',sans-serif"
MONO = "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',monospace"

# Look of a text: pixels, whether it is monospaced, its weight, its colour.
LOOKS = {
    "title": (17, False, 600, "ink"),
    "head": (14, False, 600, "ink"),
    "text": (14, False, 400, "ink"),
    "small": (12.5, False, 400, "soft"),
    "name": (13, True, 600, "ink"),
    "code": (12.5, True, 400, "ink"),
    "mark": (11.5, True, 400, "soft"),
}
# Colours on a light and on a dark page.
INKS = {"paper": ("#ffffff", "#0d1117"), "ink": ("#1f2328", "#e6edf3"),
        "soft": ("#57606a", "#9da7b1"), "line": ("#57606a", "#9da7b1")}
# Kind of a box, an arrow or a dot: its inside and its edge, on a light and on a dark page.
KINDS = {
    "plain": (("#f6f8fa", "#8c959f"), ("#161b22", "#6e7681")),
    "boot": (("#ddf0ff", "#0a69da"), ("#0f2d4a", "#539bf5")),
    "journal": (("#fff3c4", "#9a6700"), ("#3b2d07", "#d4a72c")),
    "program": (("#dcfae3", "#1a7f37"), ("#12331c", "#46b954")),
    "alarm": (("#ffe9e6", "#cf222e"), ("#40181b", "#f4706a")),
    "host": (("#f2e9ff", "#8250df"), ("#2b1d47", "#b083f0")),
    "blank": (("#ffffff", "#afb8c1"), ("#0d1117", "#444c56")),
}

# Widths in hundredths of the font's size, by characters: DejaVu Sans.
WIDTHS = {28: "'ijl", 30: "IJ", 32: " ,.", 34: "/:;\\|", 36: "f-", 40: "()[]t!", 42: "r",
          46: '"', 51: "*_`", 53: "sz?", 55: "c", 57: "L", 59: "Fkvxy", 61: "PTYao", 63: "ESbdghnpque",
          64: "$0123456789{}", 67: "K", 69: "ABRVXZ", 70: "C", 74: "U", 76: "HN", 78: "DG&", 80: "OQ",
          82: "w", 85: "#+<=>^~M", 96: "%m", 100: "W@"}
WIDTH_OF = {character: width for width, row in WIDTHS.items() for character in row}
OTHER_WIDTH = 85  # arrows and the like
BOLD = 1.16
MONO_WIDTH = 0.605


def text_width(string, look):
    size, is_mono, weight, _ = LOOKS[look]
    if is_mono:
        return len(string) * MONO_WIDTH * size
    units = sum(WIDTH_OF.get(character, OTHER_WIDTH) for character in string)
    return units / 100 * size * (BOLD if weight > 400 else 1)


def number(value):
    return f"{round(value, 1):g}"


def rules(dark):
    """The colours for one kind of page."""
    lines = [f".{name}{{fill:{colours[dark]}}}" for name, colours in INKS.items() if name != "line"]
    lines.append(f".line{{stroke:{INKS['line'][dark]}}}.tip{{fill:{INKS['line'][dark]}}}")
    for kind, pages in KINDS.items():
        inside, edge = pages[dark]
        lines.append(f".{kind}{{fill:{inside};stroke:{edge}}}")
        lines.append(f".line.{kind}{{stroke:{edge}}}.tip.{kind}{{fill:{edge}}}"
                     f".full.{kind}{{fill:{edge}}}")
    return "\n".join(lines)


def style():
    looks = "\n".join(
        f".{name}{{font:{weight} {size}px {MONO if mono else SANS}}}"
        for name, (size, mono, weight, _) in LOOKS.items())
    return "\n".join([looks, "svg .line{fill:none;stroke-width:1.6}svg .tip,svg .full{stroke:none}",
                      rules(False), "@media (prefers-color-scheme:dark){", rules(True), "}"])


class Picture:
    """Elements are added in the order in which they are painted."""

    def __init__(self, width, height, title, description, more_style=""):
        self.width, self.height = width, height
        self.title, self.description, self.more_style = title, description, more_style
        self.rows = []
        self.texts = []  # (left, top, right, bottom, string)
        self.edges = []  # (x, y, x, y) of all lines
        self.faults = []

    # ---- what is painted ----

    def add(self, row):
        self.rows.append(row)

    def inside(self, left, top, right, bottom, what):
        if left < 0 or top < 0 or right > self.width or bottom > self.height:
            self.faults.append(f"{what!r} is outside the picture")

    def text(self, x, y, string, look="text", anchor="start", room=None, kind=None):
        """One line; y is its base line. `room`: the width that it has."""
        size, _, _, colour = LOOKS[look]
        width = text_width(string, look)
        if room is not None and width > room:
            self.faults.append(f"{string!r} is {width:.0f} wide, its place {room:.0f}")
        left = x - {"start": 0, "middle": width / 2, "end": width}[anchor]
        extent = (left, y - 0.78 * size, left + width, y + 0.22 * size)
        self.inside(*extent, string)
        self.texts.append((*extent, string))
        place = "" if anchor == "start" else f' text-anchor="{anchor}"'
        fill = f"full {kind}" if kind else colour
        self.add(f'<text class="{look} {fill}" x="{number(x)}" y="{number(y)}"{place}>'
                 f"{escape(string)}</text>")

    def lines(self, x, y, strings, look="text", anchor="start", room=None, step=None):
        """Lines below each other; y is the base line of the first. Returns that of the next."""
        step = step or LOOKS[look][0] * 1.35
        for string in strings:
            self.text(x, y, string, look, anchor, room)
            y += step
        return y

    def box(self, x, y, width, height, kind="plain", radius=6, dashed=False, title=None):
        self.inside(x, y, x + width, y + height, f"a box at {x},{y}")
        right, bottom = x + width, y + height
        self.edges += [(x, y, right, y), (right, y, right, bottom), (x, bottom, right, bottom),
                       (x, y, x, bottom)]
        dash = ' stroke-dasharray="5 4"' if dashed else ""
        row = (f'<rect class="{kind}" x="{number(x)}" y="{number(y)}" width="{number(width)}" '
               f'height="{number(height)}" rx="{radius}"{dash}')
        self.add(row + (f"><title>{escape(title)}</title></rect>" if title else "/>"))

    def labelled(self, x, y, width, height, rows, kind="plain", dashed=False, title=None, pad=8):
        """A box with centred lines: (string, look) each."""
        self.box(x, y, width, height, kind, dashed=dashed, title=title)
        steps = [LOOKS[look][0] * 1.35 for _, look in rows]
        at = y + (height - sum(steps)) / 2
        for (string, look), step in zip(rows, steps):
            at += step
            self.text(x + width / 2, at - step * 0.27, string, look, "middle", width - 2 * pad)
        if sum(steps) > height:
            self.faults.append(f"{rows[0][0]!r}: the lines are higher than their box")

    def dot(self, x, y, radius, kind, full=False, name=None):
        named = f' id="{name}"' if name else ""
        self.add(f'<circle{named} class="{"full " if full else ""}{kind}" cx="{number(x)}" '
                 f'cy="{number(y)}" r="{number(radius)}"/>')

    def line(self, points, kind=None, dashed=False, radius=8):
        """Through all points, corners rounded."""
        for x, y in points:
            self.inside(x, y, x, y, "a line")
        self.edges += [(*start, *end) for start, end in zip(points, points[1:])]
        dash = ' stroke-dasharray="5 4"' if dashed else ""
        self.add(f'<path class="line{" " + kind if kind else ""}" d="{path(points, radius)}"{dash}/>')

    def arrow(self, points, kind=None, dashed=False, both=False, radius=8):
        """A line with a tip at its end, or at both ends."""
        points = [tuple(point) for point in points]
        cut = shortened(points)
        if both:
            cut = shortened(cut[::-1])[::-1]
        self.line(cut, kind, dashed, radius)
        self.tip(points[-2], points[-1], kind)
        if both:
            self.tip(points[1], points[0], kind)

    def tip(self, origin, end, kind):
        angle = math.atan2(end[1] - origin[1], end[0] - origin[0])
        corners = [end]
        for turn in (2.75, -2.75):
            corners.append((end[0] + 9.5 * math.cos(angle + turn),
                            end[1] + 9.5 * math.sin(angle + turn)))
        shape = "L".join(f"{number(x)} {number(y)}" for x, y in corners)
        self.add(f'<path class="tip{" " + kind if kind else ""}" d="M{shape}z"/>')

    # ---- the file ----

    def check(self):
        """What is wrong, a line each."""
        faults = list(self.faults)
        for index, one in enumerate(self.texts):
            for other in self.texts[index + 1:]:
                if (one[0] < other[2] and other[0] < one[2] and one[1] < other[3]
                        and other[1] < one[3]):
                    faults.append(f"{one[4]!r} and {other[4]!r} are on top of each other")
            if any(crosses(edge, one) for edge in self.edges):
                faults.append(f"a line crosses {one[4]!r}")
        return faults

    def svg(self):
        faults = self.check()
        if faults:
            raise ValueError("\n".join([self.title, *faults]))
        head = (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {self.height}" '
                'role="img" aria-labelledby="t d">')
        return "\n".join([
            head, f'<title id="t">{escape(self.title)}</title>',
            f'<desc id="d">{escape(self.description)}</desc>',
            f"<style>\n{style()}\n{self.more_style}</style>",
            f'<rect class="paper" width="{self.width}" height="{self.height}" rx="8"/>',
            *self.rows, "</svg>", ""])


def crosses(edge, extent):
    """Whether a line goes through a text, by the part of it that is within (Liang and Barsky)."""
    x, y, to_x, to_y = edge
    left, top, right, bottom = extent[:4]
    start, end = 0.0, 1.0
    for step, room in ((x - to_x, x - left), (to_x - x, right - x), (y - to_y, y - top),
                       (to_y - y, bottom - y)):
        if step == 0:
            if room <= 0:
                return False
        elif step < 0:
            start = max(start, room / step)
        else:
            end = min(end, room / step)
    return start < end


def shortened(points):
    """Without the last pixels, which are the tip's."""
    (x0, y0), (x1, y1) = points[-2:]
    length = math.hypot(x1 - x0, y1 - y0)
    part = max(0, length - 6) / length
    return [*points[:-1], (x0 + (x1 - x0) * part, y0 + (y1 - y0) * part)]


def path(points, radius):
    parts = [f"M{number(points[0][0])} {number(points[0][1])}"]
    for before, corner, after in zip(points, points[1:], points[2:]):
        near, far = toward(corner, before, radius), toward(corner, after, radius)
        parts.append(f"L{near}Q{number(corner[0])} {number(corner[1])} {far}")
    parts.append(f"L{number(points[-1][0])} {number(points[-1][1])}")
    return "".join(parts)


def toward(corner, other, radius):
    """A point near a corner, on the way to another."""
    length = math.hypot(other[0] - corner[0], other[1] - corner[1])
    part = min(radius, length / 2) / length
    return (f"{number(corner[0] + (other[0] - corner[0]) * part)} "
            f"{number(corner[1] + (other[1] - corner[1]) * part)}")
