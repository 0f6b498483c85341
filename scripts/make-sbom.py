#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Prints what the archives of a release contain, as SPDX 2.3 in JSON: make-sbom.py DIRECTORY URL

For each archive in DIRECTORY: its digest, and the third-party code that is linked into its program,
with versions and licences. The members are those of the SPDX specification, chapters 6, 7 and 11.
"""
import datetime
import hashlib
import json
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
LINUX = {"x86_64-linux-gnu": "libc6-dev", "aarch64-linux-gnu": "libc6-dev-arm64-cross",
         "arm-linux-gnueabihf": "libc6-dev-armhf-cross"}
WINDOWS = {"x86_64-windows": "mingw-w64-x86-64-dev", "i686-windows": "mingw-w64-i686-dev"}
GCC_LICENCE = "GPL-3.0-or-later WITH GCC-exception-3.1"
LLVM_LICENCE = "Apache-2.0 WITH LLVM-exception"


def debian_version(package):
    """The version of an installed package: "2.36-9+deb12u10"."""
    done = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", package],
                          stdout=subprocess.PIPE, check=True, text=True)
    return done.stdout


def module_version(host, module):
    """The version of a library made by scripts/linux-libraries.sh or windows-libraries.sh."""
    text = (ROOT / f"build/{host}/lib/pkgconfig/{module}.pc").read_text(encoding="utf-8")
    return re.search(r"^Version: *(\S+)", text, re.MULTILINE)[1]


def linked(kind):
    """Returns (name, version, licence) of the code that is linked into an archive's program."""
    if kind in LINUX:
        folder = f"linux/{kind}"
        return [("glibc", debian_version(LINUX[kind]), "LGPL-2.1-or-later"),
                ("libgcc", debian_version("gcc-12-base"), GCC_LICENCE),
                ("libusb", module_version(folder, "libusb-1.0"), "LGPL-2.1-or-later"),
                ("libserialport", module_version(folder, "libserialport"), "LGPL-3.0-or-later")]
    if kind in WINDOWS:
        folder = f"windows/{kind.split('-', maxsplit=1)[0]}-w64-mingw32"
        return [("mingw-w64", debian_version(WINDOWS[kind]), "ZPL-2.1"),
                ("libgcc", debian_version("gcc-mingw-w64-base"), GCC_LICENCE),
                ("libusb", module_version(folder, "libusb-1.0"), "LGPL-2.1-or-later")]
    if kind == "web":
        return [("wasi-libc", debian_version("wasi-libc"), f"{LLVM_LICENCE} AND MIT"),
                ("compiler-rt", debian_version("libclang-rt-14-dev-wasm32"), LLVM_LICENCE)]
    return []  # bootloaders and the platform contain no third-party code


def identifier(*words):
    return "SPDXRef-" + re.sub(r"[^A-Za-z0-9.-]+", "-", "-".join(words))


def package(name, version, licence, location, digest=None):
    entry = {"SPDXID": identifier(name, version), "name": name, "versionInfo": version,
             "downloadLocation": location, "filesAnalyzed": False, "licenseConcluded": licence,
             "licenseDeclared": licence, "copyrightText": "NOASSERTION"}
    if digest:
        entry["packageFileName"] = name
        entry["checksums"] = [{"algorithm": "SHA256", "checksumValue": digest}]
    return entry


def script(*arguments):
    done = subprocess.run([ROOT / "scripts/version.sh", *arguments], stdout=subprocess.PIPE,
                          check=True, text=True)
    return done.stdout.strip()


def document(directory, url):
    version = script()
    packages, relationships = {}, []

    def relate(one, kind, other):
        relationships.append({"spdxElementId": one, "relationshipType": kind,
                              "relatedSpdxElement": other})

    for path in sorted(directory.iterdir()):
        match = re.fullmatch(rf"boot0(?:-([a-z0-9]+))?-{re.escape(version)}(?:-(.+))?"
                             r"\.(?:tar\.gz|tar\.bz2|zip)", path.name)
        if not match:
            continue
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        archive = package(path.name, version, "MIT", f"{url.rstrip('/')}/{path.name}", digest)
        packages[archive["SPDXID"]] = archive
        relate("SPDXRef-DOCUMENT", "DESCRIBES", archive["SPDXID"])
        for name, its_version, licence in linked(match[2] or match[1]):
            part = package(name, its_version, licence, "NOASSERTION")
            packages[part["SPDXID"]] = part
            relate(archive["SPDXID"], "STATIC_LINK", part["SPDXID"])
    created = datetime.datetime.fromtimestamp(int(script("--epoch")), datetime.timezone.utc)
    return {"spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT",
            "name": f"boot0-{version}",
            "documentNamespace": f"{url.rstrip('/')}/boot0-{version}.spdx.json",
            "creationInfo": {"created": created.strftime("%Y-%m-%dT%H:%M:%SZ"),
                             "creators": ["Tool: boot0-make-sbom"]},
            "packages": list(packages.values()), "relationships": relationships}


def main():
    if len(sys.argv) != 3:
        sys.exit(f"usage: {sys.argv[0]} DIRECTORY URL")
    json.dump(document(pathlib.Path(sys.argv[1]), sys.argv[2]), sys.stdout, indent=2)
    print()


if __name__ == "__main__":
    main()
