#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Prints a text file as the C string NAME: embed.py NAME FILE."""
import sys

name, file = sys.argv[1:3]
print(f"/* Made from {file.rsplit('/', 1)[-1]}. */\nstatic const char {name}[] =")
with open(file, encoding="utf-8") as text:
    for line in text.read().splitlines():
        escaped = line.replace("\\", "\\\\").replace('"', '\\"')
        print(f'    "{escaped}\\n"')
print("    ;")
