#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Writes the bootloaders that boot0 installs, and the RAM loaders of --fast, as a C source, for
cli/bootloader_binaries.h and cli/loader.h; or the bootloaders as files.

  embed-bootloaders.py OUTPUT.c                            none: there is no compiler for them
  embed-bootloaders.py OUTPUT.c --from DIRECTORY           prebuilt: bootloader-BOARD.bin,
                                                           loader-WAY-CHIP.bin
  embed-bootloaders.py OUTPUT.c --build DIRECTORY --meson MESON --ninja NINJA
                                                           compiles firmware/ in that directory
  embed-bootloaders.py FOLDER --files …                    bootloader-BOARD.bin and index.json, for
                                                           the flasher in the browser

--depfile FILE lists what the output depends on, in the syntax of make.
"""

import argparse
import hashlib
import json
import os
import pathlib
import re
import struct
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SECTOR_SIZE = 16 * 1024
SIGNATURE = 0xB007B007  # at byte 28: docs/reference/protocol.md
LOADER_SIGNATURE = 0xB007B01D
LOADER_SIZE = 32 * 1024  # maximum: the ROM's transfer to RAM is slow
DEVICE_AT = 36  # core/bootloader_map.h
DEVICE_DEFAULT = 0x413
VERSION = re.compile(rb"boot0 bootloader (\d+\.\d+\.\d+)\0")  # firmware/bootloader/main.c
# Flags for the host's compiler would break the firmware.
HOST_ONLY = ("CC", "CPP", "CFLAGS", "CPPFLAGS", "LDFLAGS", "AR", "STRIP", "OBJCOPY", "CC_LD")


def fail(text):
    sys.exit(f"embed-bootloaders.py: {text}")


def board_names():
    """Returns one board per header in firmware/boards."""
    return sorted(path.stem.replace("_", "-") for path in (ROOT / "firmware/boards").glob("*.h"))


def firmware_sources():
    """Returns all files that can change the bootloaders."""
    for folder in ("firmware", "core", "include"):
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in (".c", ".h", ".ld", ".ini") or path.name == "meson.build":
                yield path


def compile_bootloaders(directory, meson, ninja):
    environment = {key: value for key, value in os.environ.items() if key not in HOST_ONLY}
    commands = [[ninja, "-C", directory, "bootloaders"]]
    if not (directory / "build.ninja").exists():
        cross = ROOT / "firmware/arm-none-eabi.ini"
        commands.insert(0, [meson, "setup", "--cross-file", cross, directory, ROOT / "firmware"])
    for command in commands:
        done = subprocess.run(
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        if done.returncode:
            sys.stderr.buffer.write(done.stdout)
            fail(f"the bootloaders for boards cannot be compiled: {command[0]} failed")


def read_binary(path, size_max, signature):
    """Returns the bytes of a bootloader or RAM loader, after a check that it is one."""
    data = path.read_bytes()
    if not 32 <= len(data) <= size_max:
        fail(f"{path}: {len(data)} bytes; expected 32 to {size_max}")
    if struct.unpack_from("<I", data, 28)[0] != signature:
        fail(f"{path}: its content does not match its name: byte 28 has another signature")
    return data


def array_lines(name, data):
    yield f"static const uint8_t {name}[] = {{"
    for start in range(0, len(data), 24):
        yield "    " + ",".join(str(byte) for byte in data[start : start + 24]) + ","
    yield from ("};", "")


def source_text(bootloaders, loaders):
    lines = [
        "/* Made by scripts/embed-bootloaders.py. */",
        "#include <cli/bootloader_binaries.h>",
        "#include <cli/loader.h>",
        "",
    ]
    table = []
    for board, data in bootloaders.items():
        name = board.replace("-", "_")
        lines += array_lines(name, data)
        table.append(f'    {{"{board}", {name}, sizeof {name}}},')
    lines += ["const struct bootloader_binary bootloader_table[] = {", *table]
    lines += ["    {NULL, NULL, 0},", "};", ""]
    table = []
    for (way, chip), data in loaders.items():
        name = f"loader_{way}_{chip}"
        lines += array_lines(name, data)
        table.append(f'    {{"{way}", {{{name}, sizeof {name}}}}},')
    lines += ["const struct loader_binary loader_table[] = {", *table]
    return "\n".join([*lines, "    {NULL, {NULL, 0}},", "};", ""])


def write_files(folder, binaries):
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for board, data in binaries.items():
        name = f"bootloader-{board}.bin"
        version = VERSION.search(data)
        (folder / name).write_bytes(data)
        rows.append({
            "board": board,
            "file": name,
            "device": struct.unpack_from("<H", data, DEVICE_AT)[0] or DEVICE_DEFAULT,
            "version": version[1].decode() if version else "",
            "bytes": len(data),
            "sha256": hashlib.sha256(data).hexdigest(),
        })
    (folder / "index.json").write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("output", type=pathlib.Path)
    parser.add_argument("--files", action="store_true")
    parser.add_argument("--from", dest="prebuilt", type=pathlib.Path, metavar="DIRECTORY")
    parser.add_argument("--build", type=pathlib.Path, metavar="DIRECTORY")
    parser.add_argument("--meson")
    parser.add_argument("--ninja")
    parser.add_argument("--depfile", type=pathlib.Path)
    options = parser.parse_args()

    paths = {}
    loaders = []
    sources = []
    if options.build:
        compile_bootloaders(options.build, options.meson, options.ninja)
        paths = {board: options.build / f"bootloader-{board}.bin" for board in board_names()}
        loaders = sorted(options.build.glob("loader-*-*.bin"))
        sources = list(firmware_sources())
    elif options.prebuilt:
        files = sorted(options.prebuilt.glob("bootloader-*.bin"))
        paths = {path.stem.removeprefix("bootloader-"): path for path in files}
        loaders = sorted(options.prebuilt.glob("loader-*-*.bin"))
        sources = files + loaders
        if not paths:
            fail(f"{options.prebuilt}: contains no bootloader-BOARD.bin")
    bootloaders = {board: read_binary(path, SECTOR_SIZE, SIGNATURE) for board, path in paths.items()}
    if options.files:
        write_files(options.output, bootloaders)
        return
    text = source_text(
        bootloaders,
        {
            tuple(path.stem.split("-")[1:]): read_binary(path, LOADER_SIZE, LOADER_SIGNATURE)
            for path in loaders
        },
    )
    # An unchanged file keeps its time, so nothing is compiled again.
    if not options.output.exists() or options.output.read_text(encoding="utf-8") != text:
        options.output.write_text(text, encoding="utf-8")
    if options.depfile:
        escaped = (str(path).replace(" ", "\\ ") for path in sources)
        options.depfile.write_text(f"{options.output}: {' '.join(escaped)}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
