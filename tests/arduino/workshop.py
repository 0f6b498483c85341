# SPDX-License-Identifier: MIT
"""Compiles programs for the boards of arduino/boards.txt like the IDE, without the IDE.

The recipes are those of the stand-in core (tests/arduino/core/platform.txt).
"""

import concurrent.futures
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

import standin

ROOT = pathlib.Path(__file__).resolve().parents[2]
VARIANT = ROOT / "arduino/variants/boot0"
SOURCES = ["clock.c", "hook.c", "pins.c", "variant.cpp"]


class Wrong(Exception):
    pass


def check(condition, what):
    if not condition:
        raise Wrong(what)


def run(command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          check=False)
    check(done.returncode == 0, f"{shlex.join(map(str, command))}\n{done.stdout}")
    return done.stdout


class Workshop:
    """A copy of the stand-in core, with all variants, and a folder for compiled files."""

    def __init__(self, directory):
        self.directory = directory
        shutil.copytree(ROOT / "tests/arduino/core", directory / "core")
        standin.make_variants(directory / "core/variants")
        self.values = standin.properties(
            (ROOT / "tests/arduino/core/platform.txt").read_text(encoding="utf-8"))
        self.values |= {
            "boot0.tree": str(ROOT),
            "build.core.path": str(directory / "core/cores/arduino"),
            "build.variant.path": str(VARIANT),
            "includes": f'"-I{directory}/core/cores/arduino" "-I{VARIANT}"',
            "runtime.ide.version": "10819",
            "build.project_name": "sketch",
        }

    def compile(self, values, source, where):
        kind = "cpp" if source.suffix == ".cpp" else "c"
        target = where / (source.name + ".o")
        values = values | {"source_file": str(source), "object_file": str(target)}
        run(standin.words(values[f"recipe.{kind}.o.pattern"], values) + ["-Werror"])
        return target

    def build(self, key, board, method, sources=(ROOT / "tests/arduino/bare.c",)):
        """Builds a board's program for one upload method; returns the properties, and its ELF."""
        where = self.directory / f"{key}-{method}"
        where.mkdir()
        values = self.values | board | standin.methods(board)[method]
        values["build.path"] = str(where)
        objects = [self.compile(values, VARIANT / name, where) for name in SOURCES]
        objects += [self.compile(values, source, where) for source in sources]
        values["object_files"] = " ".join(f'"{path}"' for path in objects)
        values["archive_file_path"] = str(where / "core.a")
        run(["arm-none-eabi-ar", "rcs", where / "core.a"])
        run(standin.words(values["recipe.c.combine.pattern"], values))
        return values, where / "sketch.elf"

    def build_sketch(self, key, board, method, text):
        """The same with a sketch, and the stand-in core, which only runs on an F407."""
        core = self.directory / "core/cores/arduino"
        standin.add_runtime(core)
        sketch = self.directory / "sketch.cpp"
        sketch.write_text('#include "Arduino.h"\n' + text, encoding="utf-8")
        sources = [path for path in sorted(core.iterdir()) if path.suffix in (".c", ".cpp")]
        return self.build(key, board, method, [*sources, sketch])


# ---- programs ----


def symbols(elf):
    """Returns each symbol's type as nm prints it, and its address."""
    rows = [line.split() for line in run(["arm-none-eabi-nm", elf]).splitlines()]
    return {row[-1]: (row[-2], int(row[0], 16)) for row in rows if len(row) == 3}


def flat(elf):
    """Returns a file with the program as it is in flash."""
    path = elf.with_suffix(".bin")
    run(["arm-none-eabi-objcopy", "-O", "binary", elf, path])
    return path


# ---- tests ----


def boards():
    return standin.boards((ROOT / "arduino/boards.txt").read_text(encoding="utf-8"))


def test_each(check_board, wanted=lambda board: True):
    """Calls check_board(workshop, key, board) for each board wanted: one test case each, as TAP."""
    chosen = {key: board for key, board in boards().items() if wanted(board)}
    failed = 0
    print(f"1..{len(chosen)}", flush=True)
    with tempfile.TemporaryDirectory(prefix="boot0-compile-") as directory:
        workshop = Workshop(pathlib.Path(directory))
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
            tasks = {key: pool.submit(check_board, workshop, key, board)
                     for key, board in chosen.items()}
            for number, (key, task) in enumerate(tasks.items(), 1):
                try:
                    task.result()
                    print(f"ok {number} {key}", flush=True)
                except (Wrong, KeyError, ValueError) as error:
                    failed += 1
                    print(f"not ok {number} {key}", flush=True)
                    print("# " + f"{type(error).__name__}: {error}".replace("\n", "\n# "))
    sys.exit(1 if failed else 0)
