# SPDX-License-Identifier: MIT
"""STM32duino's variants as far as tests need them: files with the names of the real ones.

stm32duino.txt lists them. The files' contents are those of the stand-in core: a port A with an LED
at PA6, and the board's memory in the linker script that the stand-in has for the F407.
"""

import os
import pathlib
import re

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
FACTS = ["board", "series", "product_line", "mcu", "fpu", "maximum_size", "maximum_data_size",
         "variant_h", "variant"]
HEADER = """/* SPDX-License-Identifier: MIT */
#pragma once
#define PA6         6
#define PA7         7
#define LED_BUILTIN PA6
"""
EMPTY = "/* SPDX-License-Identifier: MIT */\n"

HELLO = """
static unsigned count;
void setup() { Serial.begin(115200); }
void loop() { Serial.print("%s "); Serial.println(count++); delay(200); }
"""

def lines():
    for line in (HERE / "stm32duino.txt").read_text(encoding="utf-8").splitlines():
        kind, _, rest = line.partition(" ")
        yield kind, rest


def recorded():
    """Returns the boards by build.board, each a dictionary of FACTS; and the folders, each a set of
    files.
    """
    boards, folders = {}, {}
    for kind, rest in lines():
        if kind == "board":
            facts = dict(zip(FACTS, rest.split(), strict=True))
            boards[facts["board"]] = facts
        elif kind == "folder":
            files = folders.setdefault(rest, set())
        elif kind == "file":
            files.add(rest)
    return boards, folders


def syscfg(family):
    """Returns the clock enable register, its bit, and the register for remapping; 0: none."""
    (row,) = (rest.split()[1:] for kind, rest in lines()
              if kind == "syscfg" and rest.startswith(f"{family} "))
    return [int(word, 0) for word in row]


def make_variants(directory):
    """Makes the missing variants in a copy of the stand-in core."""
    (script,) = (HERE / "core/variants").glob("STM32F4xx/*/ldscript.ld")
    for folder, files in recorded()[1].items():
        path = directory / folder
        path.mkdir(parents=True, exist_ok=True)
        for name in files:
            text = HEADER if name.endswith(".h") else EMPTY
            if name == "ldscript.ld":
                text = script.read_text(encoding="utf-8")
            if not (path / name).exists():
                (path / name).write_text(text, encoding="utf-8")


def runtime_sources():
    """Returns the sources of boot0's runtime in firmware/meson.build."""
    text = (ROOT / "firmware/meson.build").read_text(encoding="utf-8")
    names = re.search(r"^runtime_sources = files\((.*?)\)", text, re.DOTALL | re.MULTILINE)[1]
    return [os.path.normpath(f"firmware/{name}") for name in re.findall(r"'(.+?)'", names)]


def add_runtime(directory):
    """Adds the runtime, which the stand-in core uses for its USB, to a copy of the core's sources.
    """
    for source in runtime_sources():
        text = f'#include "{ROOT / source}"\n'
        (directory / source.replace("/", "_")).write_text(text, encoding="utf-8")


def properties(text):
    """Returns the lines of a boards.txt or platform.txt."""
    found = {}
    for line in text.splitlines():
        key, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            found[key] = value
    return found


def boards(text):
    """Returns the boards of a boards.txt: key, properties, and those that each upload method adds.
    """
    found = {}
    for key, value in properties(text).items():
        board, _, rest = key.partition(".")
        if board != "menu":
            found.setdefault(board, {})[rest] = value
    return found


def methods(board):
    """Returns a board's upload methods, each with its properties."""
    found = {}
    for key, value in board.items():
        match = re.fullmatch(r"menu\.upload_method\.(\w+)(?:\.(.+))?", key)
        if match:
            method = found.setdefault(match[1], {})
            if match[2]:
                method[match[2]] = value
    return found


def words(text, values):
    """Splits a recipe's command like the IDE: {name} is replaced, by nothing if it has no value;
    quotes count only at the start of a word.
    """
    while "{" in text:
        text = re.sub(r"{([^{}]*)}", lambda match: values.get(match[1], ""), text)
    return [max(match.groups("")) for match in re.finditer(r"\"([^\"]*)\"|'([^']*)'|(\S+)", text)]
