#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Records `make demo` at a terminal, and draws it as docs/pictures/demo.svg, which moves.

  scripts/pictures/recording.py                run scripts/demo.sh, and keep the record
  scripts/pictures/recording.py --cast FILE    draw such a record once more

The record is build/demo.cast, an asciicast of version 2. Waits are shortened; nothing else is
changed. Needs Debian's python3-pyte: scripts/install-packages.sh pictures. Where a reader prefers no
motion, the picture is the last screen.
"""

import argparse
import fcntl
import json
import os
import pathlib
import pty
import re
import struct
import sys
import termios
import time
from xml.sax.saxutils import escape, unescape

ROOT = pathlib.Path(__file__).resolve().parents[2]
PICTURE = ROOT / "docs/pictures/demo.svg"
DEMO = ROOT / "scripts/demo.sh"
CAST = ROOT / "build/demo.cast"
SIZE_MAX = 120 * 1024

COLUMNS, LINES = 80, 28
LONGEST = 2000  # lines of a record
FIRST = re.compile(r"1\. ")  # the record begins here: compiling is not shown
CHAPTER = re.compile(r"\d\. |With a real board")

# Seconds: what a wait is shortened to; what a reader needs before a chapter, behind a command, and
# at the end.
WAIT_MAX, CHAPTER_PAUSE, COMMAND_PAUSE, END_PAUSE = 1.2, 2.5, 1.5, 6.0
BURST = 0.04  # output within this time appears at once


# ---- the record ----


def record(command):
    """(seconds, bytes) of all that a command prints at a terminal of its own, and its status."""
    pid, terminal = pty.fork()
    if pid == 0:
        fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
        os.environ.update(TERM="xterm-256color", COLUMNS=str(COLUMNS))
        os.environ.pop("NO_COLOR", None)
        os.execv(command[0], command)
    events, start = [], time.monotonic()
    while True:
        try:
            data = os.read(terminal, 65536)
        except OSError:  # Linux: the other end is closed
            break
        if not data:
            break
        events.append((time.monotonic() - start, data))
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    return events, os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def write_cast(path, events):
    head = {"version": 2, "width": COLUMNS, "height": LINES}
    rows = [json.dumps(head)] + [json.dumps([round(at, 3), "o", data.decode(errors="replace")])
                                 for at, data in events]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")


def read_cast(path):
    rows = path.read_text(encoding="utf-8").splitlines()[1:]
    return [(at, data.encode()) for at, _, data in map(json.loads, rows)]


def bursts(events):
    """Joins what came at once."""
    joined = []
    for at, data in events:
        if joined and at - joined[-1][0] < BURST:
            joined[-1] = (joined[-1][0], joined[-1][1] + data)
        else:
            joined.append((at, data))
    return joined


# ---- the screen ----


class Row:
    """A line of the record: what it was, and from when on."""

    def __init__(self):
        self.versions = []  # (seconds, ((text, style), …))

    def change(self, at, spans):
        if self.versions and self.versions[-1][0] == at:
            self.versions.pop()
        if (self.versions[-1][1] if self.versions else ()) != spans:
            self.versions.append((at, spans))

    def text(self):
        return "".join(text for text, _ in self.versions[-1][1]) if self.versions else ""


def spans_of(line):
    """(text, style) of a line of pyte's screen, without the blanks at its end."""
    cells = [line[column] for column in range(COLUMNS)]
    while cells and cells[-1].data == " ":
        cells.pop()
    spans = []
    for cell in cells:
        colour = "" if cell.fg == "default" else cell.fg
        style = " ".join(word for word in ("bold" if cell.bold else "", colour) if word)
        if spans and spans[-1][1] == style:
            spans[-1] = (spans[-1][0] + cell.data, style)
        else:
            spans.append((cell.data, style))
    return tuple(spans)


def play(events):
    """
    The rows of a record and (seconds, row of the cursor), in the time of the picture. The screen is
    so long that it never scrolls: a program at a terminal only goes back within the last lines.
    """
    import pyte  # only who records needs it

    screen = pyte.Screen(COLUMNS, LONGEST)
    stream = pyte.ByteStream(screen)
    rows, cursor, now, before = {}, [], 0.0, None
    for at, data in bursts(events):
        if before is not None:
            now += min(at - before, WAIT_MAX)
        before = at
        screen.dirty.clear()
        stream.feed(data)
        changed = [(number, spans_of(screen.buffer[number])) for number in sorted(screen.dirty)]
        starts = [spans[0][0] for _, spans in changed if spans]
        if any(CHAPTER.match(text) for text in starts):
            now += CHAPTER_PAUSE
        for number, spans in changed:
            rows.setdefault(number, Row()).change(now, spans)
        cursor.append((now, screen.cursor.y))
        if any(text.startswith("$ ") for text in starts):
            now += COMMAND_PAUSE
    return rows, cursor


def cut(rows, cursor):
    """Without what is before the first chapter; the time begins with it."""
    first = min(number for number, row in rows.items() if FIRST.match(row.text()))
    last = max(number for number, row in rows.items() if row.text())
    start = rows[first].versions[0][0]
    kept = []
    for number in range(first, last + 1):
        row = Row()
        for at, spans in rows[number].versions if number in rows else ():
            row.versions.append((at - start, spans))
        kept.append(row)
    return kept, [(at - start, min(y, last) - first) for at, y in cursor if at >= start]


# ---- the picture ----

SIZE, STEP, MARGIN, BAR = 13, 18, 16, 30
MONO = "ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono','Liberation Mono',monospace"
WIDTH = 672
COLOURS = {"red": "#ff7b72", "green": "#56d364", "brown": "#e3b341", "yellow": "#e3b341",
           "blue": "#79c0ff", "magenta": "#d2a8ff", "cyan": "#76e3ea", "white": "#f0f6fc",
           "black": "#8b949e", "brightblack": "#8b949e"}
STYLE = f"""text{{font:{SIZE}px {MONO};fill:#d5dbe1;white-space:pre}}
.bold{{font-weight:600;fill:#fff}}.back{{fill:#161b22;stroke:#444c56}}
.bar{{fill:#9da7b1;font-size:12px}}
""" + "".join(f".{name}{{fill:{colour}}}" for name, colour in COLOURS.items())


class Motion:
    """CSS that shows elements from one time to another, in a loop."""

    def __init__(self, duration):
        self.duration = duration
        self.frames = {}  # (from, to): name

    def percent(self, at):
        return f"{min(at / self.duration, 1) * 100:.2f}".rstrip("0").rstrip(".")

    def name(self, start, end):
        key = (self.percent(start), None if end is None else self.percent(end))
        return self.frames.setdefault(key, f"k{len(self.frames)}")

    def css(self, scroll):
        rules = []
        for (start, end), name in self.frames.items():
            show = "" if start == "0" else "0%{visibility:hidden}"
            hide = "" if end is None else f"{end}%{{visibility:hidden}}"
            rules.append(f"@keyframes {name}{{{show}{start}%{{visibility:visible}}{hide}}}"
                         f".{name}{{animation:{name} {self.duration:.1f}s step-end infinite}}")
        stops = "".join(f"{self.percent(at)}%{{transform:translateY({-top * STEP}px)}}"
                        for at, top in scroll)
        rules.append(f"@keyframes scroll{{{stops}}}"
                     f"#all{{animation:scroll {self.duration:.1f}s step-end infinite}}")
        return "@media (prefers-reduced-motion:no-preference){\n" + "\n".join(rules) + "\n}"


def scrolling(cursor):
    """(seconds, first line on the screen), when it changes."""
    stops, top = [(0, 0)], 0
    for at, y in cursor:
        if y - (LINES - 1) > top:
            top = y - (LINES - 1)
            stops.append((at, top))
    return stops


def row_text(spans, y, names):
    """One version of a line. `names`: its classes."""
    inner = "".join(f'<tspan class="{style}">{escape(text)}</tspan>' if style else escape(text)
                    for text, style in spans)
    return f'<text class="{names}" y="{y}">{inner}</text>' if names else f'<text y="{y}">{inner}</text>'


def draw(rows, cursor):
    """A tall page of all lines behind a window, and the motions of both."""
    scroll = scrolling(cursor)
    duration = max(cursor[-1][0], max(row.versions[-1][0] for row in rows if row.versions))
    motion = Motion(duration + END_PAUSE)
    texts = []
    for number, row in enumerate(rows):
        ends = [at for at, _ in row.versions[1:]] + [None]
        for (at, spans), end in zip(row.versions, ends):
            if not spans:
                continue
            still = "" if end is None else "old "  # hidden where nothing moves
            names = f"{still}{motion.name(at, end)}" if (at, end) != (0, None) else ""
            texts.append(row_text(spans, number * STEP + SIZE, names))
    height = LINES * STEP + 8
    bottom = max(0, len(rows) - LINES)
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height + BAR + 12}" '
        'role="img" aria-labelledby="t d">',
        '<title id="t">A recording of make demo</title>',
        '<desc id="d">A virtual STM32F407 gets its bootloader by ST\'s ROM, then a program that is '
        "replaced while it runs.</desc>",
        f"<style>\n{STYLE}\n.old{{visibility:hidden}}#all{{transform:translateY({-bottom * STEP}px)}}",
        motion.css(scroll), "</style>",
        f'<rect class="back" x=".5" y=".5" width="{WIDTH - 1}" height="{height + BAR + 11}" rx="8"/>',
        f'<text class="bar" x="{MARGIN}" y="21">make demo</text>',
        f'<svg x="{MARGIN}" y="{BAR + 4}" width="{WIDTH - MARGIN}" height="{height}">',
        '<g id="all" xml:space="preserve">', *texts, "</g></svg></svg>", ""])


# ---- the check ----


def commands(script):
    """The lines of the commands that the demo runs, as it prints them."""
    lines = []
    for text in re.findall(r'^run "((?:[^"\\]|\\.)*)"', script, re.MULTILINE | re.DOTALL):
        lines += re.sub(r"\\(.)", r"\1", f"$ {text}", flags=re.DOTALL).split("\n")
    return lines


def shown(picture):
    """The lines of a picture."""
    return {unescape(re.sub(r"<[^>]*>", "", row)).rstrip()
            for row in re.findall(r"<text.*?</text>", picture, re.DOTALL)}


def check():
    """What is wrong with the recording, or nothing: it has to show the demo's commands."""
    if not PICTURE.exists():
        return "there is no docs/pictures/demo.svg: run scripts/pictures/recording.py"
    picture = PICTURE.read_text(encoding="utf-8")
    if len(picture.encode()) > SIZE_MAX:
        return f"docs/pictures/demo.svg has more than {SIZE_MAX} bytes"
    missing = [line for line in commands(DEMO.read_text(encoding="utf-8"))
               if line.rstrip() not in shown(picture)]
    if missing:
        return (f"docs/pictures/demo.svg does not show {missing[0]!r} of scripts/demo.sh: run "
                "scripts/pictures/recording.py")
    return ""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cast", type=pathlib.Path)
    options = parser.parse_args()
    if options.cast:
        events = read_cast(options.cast)
    else:
        events, status = record([str(DEMO)])
        if status != 0:
            return status
        write_cast(CAST, events)
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(draw(*cut(*play(events))), encoding="utf-8")
    fault = check()
    print(fault or f"docs/pictures/demo.svg: {PICTURE.stat().st_size} bytes")
    return 1 if fault else 0


if __name__ == "__main__":
    sys.exit(main())
