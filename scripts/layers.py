#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Checks the dependencies between the rooms of the house.

  scripts/layers.py                  check what the sources include
  scripts/layers.py --objects BUILD  check also what the objects of a build link to

ROOMS is the table of allowed dependencies. The check fails for an arrow that is not in the table,
an arrow of the table that is no longer needed, a circle among the headers, and a text outside the
command that names its options or subcommands: other programs print the library's texts, too.
"""

import argparse
import collections
import os
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent

# A room: a folder or a file, a description, and the rooms that it uses. A source belongs to the
# room with the longest matching name. A room only uses rooms above it in this table, so there is no
# circle. scripts/pictures/house.py draws the blocks of this table as floors.
ROOMS = [
    {
        "include/boot0": ("public headers", []),
    },
    {
        "core": ("constants, engines, map", ["include/boot0"]),
    },
    {
        "core/family": ("facts of chips, a file a family", ["include/boot0", "core"]),
        "base": ("errors, clock, traces", ["include/boot0", "core"]),
        "base/platform": ("asked of the system", []),
    },
    {
        "base/platform/posix": ("answers of Linux, macOS", ["base", "base/platform"]),
        "base/platform/linux": ("answers of Linux only", ["base/platform"]),
        "base/platform/win32": ("answers of Windows", ["core", "base", "base/platform"]),
        "base/platform/wasi": ("answers of a page", ["base", "base/platform"]),
        "base/print": ("JSON and UTF-8", ["core", "base/platform"]),
    },
    {
        "lib/image": ("files and segments", ["include/boot0", "core", "base/platform"]),
        "lib/board": ("chips, kinds of memory", ["include/boot0", "core", "core/family"]),
        "lib/plan": ("erases and writes", ["include/boot0", "core"]),
        "lib/trace": ("record and replay", ["include/boot0", "core", "base", "base/platform"]),
        "lib": ("backend, protocol, drive", ["include/boot0", "core"]),
    },
    {
        "lib/usb": ("DFU, DfuSe, libusb",
                    ["include/boot0", "core", "core/family", "base", "lib", "lib/board"]),
        "lib/serial": ("AN3155, libserialport",
                       ["include/boot0", "core", "core/family", "base", "base/platform", "lib",
                        "lib/board", "lib/trace", "lib/usb"]),
    },
    {
        "lib/session": ("find, check, write, verify",
                        ["include/boot0", "core", "core/family", "lib", "lib/board", "lib/usb"]),
    },
    {
        "vboard/vboard.h": ("a virtual board", ["include/boot0"]),
        "vboard/chip": ("memories of a chip", ["core", "core/family"]),
        "vboard/gdb": ("GDB's protocol", ["core"]),
    },
    {
        "vboard/board": ("power, time, bus, faults",
                         ["include/boot0", "core", "base", "vboard/chip", "vboard/vboard.h"]),
    },
    {
        "vboard/rom": ("bootloaders", ["include/boot0", "core", "vboard/chip", "vboard/board"]),
        "vboard/machine": ("CPU and peripherals",
                           ["include/boot0", "core", "vboard/gdb", "vboard/board",
                            "vboard/vboard.h"]),
    },
    {
        "vboard/describe": ("boards as text",
                            ["core", "core/family", "vboard/chip", "vboard/board", "vboard/rom"]),
        "vboard/inprocess": ("buses in process", ["include/boot0", "core", "vboard/vboard.h"]),
        "vboard/attach": ("boards for programs",
                          ["include/boot0", "core", "vboard/gdb", "vboard/vboard.h"]),
    },
    {
        "vboard": ("a board from its parts",
                   ["vboard/vboard.h", "vboard/board", "vboard/rom", "vboard/machine",
                    "vboard/describe", "vboard/attach"]),
        "cli": ("the command",
                ["include/boot0", "core", "core/family", "base", "base/platform", "base/print"]),
    },
    {
        "web/wasm": ("the library in a page",
                     ["include/boot0", "core", "base", "base/print", "vboard/vboard.h"]),
    },
    {
        "firmware/chip": ("what is asked of a chip", []),
    },
    {
        "firmware/chip/stm32f4": ("the answers of an F4", ["core", "core/family", "firmware/chip"]),
    },
    {
        "firmware/usb": ("a USB device", ["include/boot0", "core", "firmware/chip/stm32f4"]),
        "firmware/boards": ("pins and crystals", ["firmware/chip/stm32f4"]),
    },
    {
        "firmware/bootloader": ("DFU and the journal",
                                ["include/boot0", "core", "firmware/chip", "firmware/chip/stm32f4",
                                 "firmware/usb"]),
        "firmware/runtime": ("serial port of a program",
                             ["core", "firmware/chip", "firmware/chip/stm32f4", "firmware/usb"]),
    },
    {
        "firmware/examples": ("programs", ["firmware/chip/stm32f4", "firmware/runtime"]),
    },
]
ALL = {name: room for floor in ROOMS for name, room in floor.items()}


def room_of(path):
    fitting = [name for name in ALL if path == name or path.startswith(name + "/")]
    return max(fitting, key=len, default=None)


def sources():
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.c", "*.h"],
        cwd=ROOT, stdout=subprocess.PIPE, check=True, text=True).stdout.split("\n")
    return {name for name in listing if name and (ROOT / name).exists() and room_of(name)}


def includes(files):
    """Returns (file, included file) of all includes that are in the repository."""
    for file in sorted(files):
        text = (ROOT / file).read_text(encoding="utf-8")
        for name in re.findall(r'^#include ["<]([^">]+)[">]', text, re.MULTILINE):
            here = os.path.normpath(os.path.join(os.path.dirname(file), name))
            for candidate in (here, name, f"include/{name}", f"firmware/{name}"):
                if candidate in files:
                    yield file, candidate
                    break


def declarations(files):
    """Returns the rooms whose headers declare a name, for all names before "(" or "["."""
    rooms = collections.defaultdict(set)
    for file in files:
        if file.endswith(".h"):
            text = (ROOT / file).read_text(encoding="utf-8")
            for name in re.findall(r"\b(\w+)(?=[(;\[])", text):
                rooms[name].add(room_of(file))
    return rooms


def reachable(room):
    """Returns the room, those that it uses, and those whose headers these include in turn."""
    return {room}.union(*(reachable(other) for other in ALL[room][1]))


def check_objects(build, files):
    """An object's symbols are declared in headers that it may use, and core needs only core."""
    declared, faults = declarations(files), 0
    for source, name, target in symbols(build):
        here, there = room_of(source), room_of(target)
        # vboard's client library defines functions of libc, which no header here declares.
        if here == there or not declared[name]:
            continue
        outside = here.startswith("core") and not there.startswith("core")
        if outside or not declared[name] & reachable(here):
            print(f"{source} links to {name} of {target}")
            faults += 1
    return faults


def symbols(build):
    """Returns (source, symbol, the source that defines it) of all symbols that objects need."""
    defined, needed = {}, collections.defaultdict(set)
    objects = {}  # one per source, though several targets may have it
    for path in pathlib.Path(build).glob("*/*.p/*.c.o"):
        source = source_of(path, build)
        if source and room_of(source):
            objects[source] = path
    sources_of = {str(path): source for source, path in objects.items()}
    rows = subprocess.run(["nm", "--print-file-name", "--format=posix", *sorted(sources_of)],
                          stdout=subprocess.PIPE, check=True, text=True).stdout.splitlines()
    for row in rows:
        path, name, kind = row.split()[:3]
        source = sources_of[path.rstrip(":")]
        if kind in "TDBR":
            defined.setdefault(name, source)
        elif kind == "U":
            needed[source].add(name)
    for source, names in sorted(needed.items()):
        for name in sorted(names):
            if name in defined and defined[name] != source:
                yield source, name, defined[name]


def source_of(path, build):
    """build/gcc/lib/libboot0.so.0.1.0.p/usb_dfu.c.o is made of lib/usb/dfu.c."""
    folder = path.parent.parent.relative_to(build)
    name = path.name.removesuffix(".o")
    for at in range(name.count("_") + 1):
        parts = name.split("_")
        candidate = folder / "/".join([*parts[:at], "_".join(parts[at:])])
        if (ROOT / candidate).exists():
            return str(candidate)
    return None


def check_arrows(arrows, used):
    """Prints what the table does not allow; counts what it does in `used`. Returns the faults."""
    faults = 0
    for source, target in arrows:
        here, there = room_of(source), room_of(target)
        if here == there:
            continue
        used.add((here, there))
        if there not in ALL[here][1]:
            print(f"{source} uses {target}: {here} must not use {there}")
            faults += 1
    return faults


def check_table(used):
    faults, above = 0, []
    for name, (_, allowed) in ALL.items():
        for other in allowed:
            if other not in above:
                print(f"the table lets {name} use {other}, which is not above it")
                faults += 1
            if (name, other) not in used:
                print(f"the table lets {name} use {other}, but nothing there does")
                faults += 1
        above.append(name)
    return faults


def check_circles(arrows):
    """No header includes itself through others."""
    graph = collections.defaultdict(set)
    for source, target in arrows:
        if source.endswith(".h"):
            graph[source].add(target)
    done, faults = set(), 0

    def visit(name, way):
        nonlocal faults
        if name in way:
            print("a cycle of headers: " + " -> ".join([*way[way.index(name):], name]))
            faults += 1
        elif name not in done:
            for other in sorted(graph[name]):
                visit(other, [*way, name])
            done.add(name)

    for name in sorted(graph):
        visit(name, [])
    return faults


# ---- words of the command ----

# Rooms whose texts any program may print. vboard's main.c is a command itself.
WORDLESS = ("include/boot0", "core", "base", "lib", "vboard")
COMMANDS = ("vboard/main.c", )
# A comment, or literals that the compiler joins; '"' is not a literal.
TOKEN = re.compile(r'/\*.*?\*/|//[^\n]*|\'(?:\\.|[^\'\\])+\'|'
                   r'(?P<text>"(?:\\.|[^"\\\n])*"(?:(?:\s|[A-Z]\w*)*"(?:\\.|[^"\\\n])*")*)', re.DOTALL)
PIECE = re.compile(r'"((?:\\.|[^"\\\n])*)"')


def subcommands():
    text = (ROOT / "cli/command.h").read_text(encoding="utf-8")
    names = [name.replace("_", "-") for name in re.findall(r"^    ROW\((\w+)\)", text, re.MULTILINE)]
    assert names, "cli/command.h has no table of commands"
    return names


def texts(source):
    """Returns (line, text) of a source's string literals, joined as the compiler does."""
    for token in TOKEN.finditer(source):
        if token["text"]:
            yield source.count("\n", 0, token.start()) + 1, "".join(PIECE.findall(token["text"]))


def check_words(files):
    """An option begins a word: "-Wl,--defsym" belongs to the linker."""
    words = re.compile(rf"(?:^|[^\w,-])--[a-z][\w-]*|`boot0|\bboot0 (?:{'|'.join(subcommands())})(?![\w-])")
    faults = 0
    for file in sorted(files):
        if not file.startswith(tuple(f"{room}/" for room in WORDLESS)) or file in COMMANDS:
            continue
        for line, text in texts((ROOT / file).read_text(encoding="utf-8")):
            found = words.search(text.replace("\\n", " "))
            if found:
                print(f'{file}:{line}: "{found[0].strip()}" names an option or command of boot0: "{text[:60]}"')
                faults += 1
    return faults


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--objects", metavar="BUILD")
    options = parser.parse_args()
    used = set()
    files = sources()
    arrows = list(includes(files))
    faults = check_arrows(arrows, used)
    if options.objects:
        faults += check_objects(options.objects, files)
    faults += check_table(used) + check_circles(arrows) + check_words(files)
    print(f"{len(ALL)} rooms, {len(used)} arrows, {faults} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
