#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Draws the pictures of docs/pictures from the code.

  scripts/pictures/make.py [--check] [--build BUILD]

What they show comes from the sources: BUILD/tests/unit/picture-facts (facts.c) prints the tables of
the C code. --check draws nothing; it compares the files with what would be drawn. demo.svg is a
recording of a real run (recording.py), of which only the commands are checked.
"""

import argparse
import json
import pathlib
import subprocess
import sys

import data_flow
import dfu_states
import flash_map
import house
import led
import power_cut
import recording
import update_states
import wiring

ROOT = pathlib.Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs/pictures"
PICTURES = {
    "data-flow.svg": data_flow.draw,
    "dfu-states.svg": dfu_states.draw,
    "dfu-table.svg": dfu_states.draw_table,
    "flash-map.svg": flash_map.draw,
    "house.svg": house.draw,
    "led.svg": led.draw,
    "power-cut.svg": power_cut.draw,
    "update-states.svg": update_states.draw,
    "wiring.svg": wiring.draw,
}
SIZE_MAX = 40 * 1024


def read_facts(build):
    program = pathlib.Path(build) / "tests/unit/picture-facts"
    if not program.exists():
        sys.exit(f"There is no {program}. Build it: scripts/test.py gcc")
    done = subprocess.run([program], stdout=subprocess.PIPE, check=False)
    if done.returncode != 0:
        sys.exit("picture-facts fails: the bootloader did not take an update")
    return json.loads(done.stdout)


def draw_all(facts):
    """Returns the text of each file. A script reports what it cannot draw."""
    try:
        return {name: draw(facts).svg() for name, draw in PICTURES.items()}
    except ValueError as error:
        sys.exit(f"scripts/pictures cannot draw the code as it is: {error}")


def check(name, text):
    """What is wrong with the file, or nothing."""
    path = FOLDER / name
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        return f"docs/pictures/{name} does not show the code: run scripts/pictures/make.py"
    if len(text.encode()) > SIZE_MAX:
        return f"docs/pictures/{name} has more than {SIZE_MAX} bytes"
    return ""


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--build", default=ROOT / "build/gcc")
    options = parser.parse_args()
    texts = draw_all(read_facts(options.build))
    if options.check:
        faults = [check(name, text) for name, text in texts.items()] + [recording.check()]
        faults = [fault for fault in faults if fault]
        print("\n".join([*faults, f"{len(texts) + 1} pictures, {len(faults)} faults"]))
        return 1 if faults else 0
    FOLDER.mkdir(exist_ok=True)
    for name, text in texts.items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
