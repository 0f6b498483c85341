#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Checks programs and libraries for macOS: check-macos.py ARCHITECTURE FILE…

Each is a position independent Mach-O file for aarch64 or x86_64, runs on macOS 11, and needs only
the system's library, libusb and libserialport. The fields are named as in Apple's
<mach-o/loader.h>.
"""
import struct
import sys

from checked import check_files

MH_MAGIC_64, MH_EXECUTE, MH_DYLIB, MH_PIE = 0xFEEDFACF, 2, 6, 0x200000
CPU_TYPES = {"x86_64": 0x01000007, "aarch64": 0x0100000C}
LC_LOAD_DYLIB, LC_BUILD_VERSION, PLATFORM_MACOS = 0xC, 0x32, 1
LIBRARIES = {"libSystem.B.dylib", "libusb-1.0.0.dylib", "libserialport.0.dylib"}
MINIMUM = 11 << 16


def commands(data):
    """Returns (command, its bytes) of each load command."""
    count = struct.unpack_from("<I", data, 16)[0]
    offset = 32
    for _ in range(count):
        command, size = struct.unpack_from("<II", data, offset)
        yield command, data[offset : offset + size]
        offset += size


def missing(path, architecture):
    """Returns the properties that a file lacks, as a list of texts."""
    with open(path, "rb") as file:
        data = file.read()
    magic, cpu, _, kind, _, _, flags = struct.unpack_from("<7I", data)
    if magic != MH_MAGIC_64:
        return ["the form of a Mach-O file of 64 bits"]
    loaded, runs_on = set(), None
    for command, body in commands(data):
        if command == LC_LOAD_DYLIB:
            name = body[struct.unpack_from("<I", body, 8)[0] :].split(b"\0")[0]
            loaded.add(name.decode().rpartition("/")[2])
        elif command == LC_BUILD_VERSION:
            platform, minimum = struct.unpack_from("<II", body, 8)
            runs_on = minimum if platform == PLATFORM_MACOS else None
    foreign = loaded - LIBRARIES
    properties = {
        f"code for {architecture}": cpu == CPU_TYPES[architecture],
        "position independent code": kind == MH_DYLIB or (kind == MH_EXECUTE and flags & MH_PIE),
        "macOS 11 as its oldest system": runs_on == MINIMUM,
        f"independence of {', '.join(sorted(foreign))}": not foreign,
        "libusb and libserialport": LIBRARIES <= loaded,
    }
    return [name for name, has in properties.items() if not has]


def main():
    if len(sys.argv) < 3 or sys.argv[1] not in CPU_TYPES:
        print(f"usage: {sys.argv[0]} {'|'.join(CPU_TYPES)} FILE…", file=sys.stderr)
        return 64
    return check_files(lambda path: missing(path, sys.argv[1]), "correct", sys.argv[2:])


if __name__ == "__main__":
    sys.exit(main())
