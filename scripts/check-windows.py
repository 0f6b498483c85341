#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Checks programs for Windows: check-windows.py FILE.exe…

Each is position independent, has non-executable data, needs only Windows' own DLLs, and contains a
version and a manifest with the code page UTF-8 and long paths.
"""
import re
import subprocess
import sys

from checked import check_files

# DllCharacteristics: "PE Format", the optional header.
HIGH_ENTROPY, DYNAMIC_BASE, NX_COMPATIBLE = 0x20, 0x40, 0x100
SYSTEM = {"advapi32.dll", "cfgmgr32.dll", "kernel32.dll", "msvcrt.dll", "ole32.dll", "setupapi.dll",
          "shell32.dll", "user32.dll"}


def missing(path):
    """Returns the properties that a file lacks, as a list of texts."""
    dump = subprocess.run(["objdump", "-p", path], stdout=subprocess.PIPE, check=True, text=True,
                          errors="replace").stdout
    with open(path, "rb") as file:
        data = file.read()
    flags = int(re.search(r"^DllCharacteristics\s+([0-9a-f]+)", dump, re.MULTILINE)[1], 16)
    wanted = DYNAMIC_BASE | NX_COMPATIBLE
    if "pei-x86-64" in dump:
        wanted |= HIGH_ENTROPY
    foreign = {name.lower() for name in re.findall(r"DLL Name: (\S+)", dump)} - SYSTEM
    properties = {
        "ASLR and DEP": flags & wanted == wanted,
        "relocations": re.search(r"^Entry 5 0*[1-9a-f][0-9a-f]* ", dump, re.MULTILINE),
        f"independence of {', '.join(sorted(foreign))}": not foreign,
        "the manifest's code page": b">UTF-8</activeCodePage>" in data,
        "the manifest's long paths": b">true</longPathAware>" in data,
        "a version": "FileVersion".encode("utf-16-le") in data,
    }
    return [name for name, has in properties.items() if not has]


if __name__ == "__main__":
    sys.exit(check_files(missing, "correct"))
