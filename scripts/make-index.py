#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes package_boot0_index.json, from which the Arduino IDE installs the platform and its tool.

    scripts/make-index.py DIRECTORY URL > package_boot0_index.json

DIRECTORY holds the archives: boot0-stm32-VERSION.tar.bz2, the platform, and one or more of
boot0-VERSION-HOST.tar.bz2 or .zip, the command for a host. Hosts without an archive are omitted.
URL is the archives' download address. The members are those of arduino-cli's
package_index_json-specification.
"""

import hashlib
import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
# The ends of the archives' names, and arduino-cli's names for these hosts.
HOSTS = {
    "x86_64-linux-gnu": "x86_64-pc-linux-gnu",
    "aarch64-linux-gnu": "aarch64-linux-gnu",
    "arm-linux-gnueabihf": "arm-linux-gnueabihf",
    "x86_64-windows": "x86_64-mingw32",
    "i686-windows": "i686-mingw32",
}
NAME = re.compile(r"^(boot0|boot0-stm32)-(\d+\.\d+\.\d+)(?:-(.+))?\.(?:tar\.bz2|zip)$")


def archive(path, url):
    data = path.read_bytes()
    return {
        "url": f"{url.rstrip('/')}/{path.name}",
        "archiveFileName": path.name,
        "checksum": f"SHA-256:{hashlib.sha256(data).hexdigest()}",
        "size": str(len(data)),
    }


def board_names():
    text = (ROOT / "arduino/boards.txt").read_text(encoding="utf-8")
    return re.findall(r"^\w+\.name=(.+)$", text, re.MULTILINE)


def sort(directory):
    """Returns the platform's archive and version, and the tool's archives by host."""
    platform, tools = None, {}
    for path in sorted(directory.iterdir()):
        match = NAME.match(path.name)
        if not match:
            continue
        name, version, host = match.groups()
        if name == "boot0-stm32" and host is None:
            if platform:
                sys.exit(f"make-index: two platforms: {platform[0].name} and {path.name}")
            platform = (path, version)
        elif name == "boot0" and host in HOSTS:
            tools[host] = (path, version)
        else:
            sys.exit(f"make-index: {path.name}: neither the platform nor the command for a host")
    if not platform:
        sys.exit(f"make-index: {directory} contains no boot0-stm32-VERSION.tar.bz2")
    if not tools:
        sys.exit(f"make-index: {directory} contains no boot0-VERSION-HOST.tar.bz2")
    if {version for _, version in tools.values()} != {platform[1]}:
        sys.exit("make-index: the archives are of different versions")
    return platform, tools


def index(directory, url):
    (path, version), tools = sort(directory)
    return {
        "packages": [
            {
                "name": "boot0",
                "maintainer": "boot0",
                "websiteURL": url,
                "email": "",
                "help": {"online": url},
                "platforms": [
                    {
                        "name": "boot0: STM32 over USB and UART",
                        "architecture": "stm32",
                        "version": version,
                        "category": "Contributed",
                        "help": {"online": url},
                        **archive(path, url),
                        "boards": [{"name": name} for name in board_names()],
                        "toolsDependencies": [
                            {"packager": "boot0", "name": "boot0", "version": version}
                        ],
                    }
                ],
                "tools": [
                    {
                        "name": "boot0",
                        "version": version,
                        "systems": [
                            {"host": name, **archive(tools[host][0], url)}
                            for host, name in HOSTS.items()
                            if host in tools
                        ],
                    }
                ],
            }
        ]
    }


def main():
    if len(sys.argv) != 3:
        sys.exit(f"usage: {sys.argv[0]} DIRECTORY URL")
    json.dump(index(pathlib.Path(sys.argv[1]), sys.argv[2]), sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    main()
