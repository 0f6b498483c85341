#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Prints the value of an option of a build directory: configured.py DIRECTORY OPTION."""
import json
import subprocess
import sys

directory, name = sys.argv[1:3]
rows = subprocess.run(
    ["meson", "introspect", "--buildoptions", directory], stdout=subprocess.PIPE, check=True
).stdout
print(next(row["value"] for row in json.loads(rows) if row["name"] == name))
