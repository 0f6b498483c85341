#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Checks the form of the manifests of a release: check-manifests.py DIRECTORY

DIRECTORY is build/release/manifests. A parser of its language reads each manifest (YAML, JSON,
rpmspec, bash, and ruby where it is installed). It must have the fields that its package manager
needs, and the archives' digests. No package manager is run.
"""
import hashlib
import json
import pathlib
import re
import shutil
import subprocess
import sys

import yaml

# Fields required by the schemas of winget 1.6, for each type of manifest.
WINGET = {
    "boot0.boot0.yaml": {"DefaultLocale"},
    "boot0.boot0.installer.yaml": {"Installers"},
    "boot0.boot0.locale.en-US.yaml": {"PackageLocale", "Publisher", "PackageName", "License",
                                      "ShortDescription"},
}
SCHEMA_TYPES = {"boot0.boot0.yaml": "version", "boot0.boot0.installer.yaml": "installer",
                "boot0.boot0.locale.en-US.yaml": "defaultLocale"}
PKGBUILD_FIELDS = ["pkgname", "pkgver", "pkgrel", "pkgdesc", "arch", "url", "license", "source",
                   "sha256sums"]


class Wrong(Exception):
    """A manifest with a fault; the text is the reason."""


def require(condition, text):
    if not condition:
        raise Wrong(text)


def output_of(*command, **options):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          check=False, **options)
    require(done.returncode == 0, f"{command[0]}: {done.stderr.strip()}")
    return done.stdout


def digest(folder, url):
    """Returns the digest of the archive at the end of a URL."""
    archive = folder.parent / url.rpartition("/")[2]
    require(archive.is_file(), f"{archive.name} is missing")
    return hashlib.sha256(archive.read_bytes()).hexdigest()


def check_homebrew(folder):
    path = folder / "homebrew/boot0.rb"
    text = path.read_text(encoding="utf-8")
    require(re.search(r"^class Boot0 < Formula$", text, re.MULTILINE), "no class Boot0")
    for word in ("desc", "homepage", "url", "sha256", "license", "head", "depends_on"):
        require(re.search(rf'^  {word} "[^"]+"', text, re.MULTILINE), f"no {word}")
    for block in ("def install", "test do"):
        require(f"\n  {block}\n" in text, f"no {block}")
    description = re.search(r'desc "(.+)"', text)[1]
    require(len(description) < 80 and not description.endswith("."), "desc: too long, or a sentence")
    require(not re.match(r"(?i)(a|an|the|boot0) ", description), "desc begins with an article")
    opened = len(re.findall(r"^\s*(?:class|def|if|unless)\b|\bdo(?: \|\w+\|)?$", text, re.MULTILINE))
    require(opened == len(re.findall(r"^\s*end$", text, re.MULTILINE)), "a block is not closed")
    groups = re.findall(r'^  depends_on "([^"]+)"( => :build)?', text, re.MULTILINE)
    for names in ([n for n, build in groups if build], [n for n, build in groups if not build]):
        require(names == sorted(names), "dependencies are not in order")
    url, has = re.search(r'url "(.+)"', text)[1], re.search(r'sha256 "(.+)"', text)[1]
    require(has == digest(folder, url), "sha256 does not match the archive")
    if shutil.which("ruby"):
        output_of("ruby", "-c", path)


def check_winget(folder):
    versions = set()
    for name, fields in WINGET.items():
        manifest = yaml.safe_load((folder / "winget" / name).read_text(encoding="utf-8"))
        common = {"PackageIdentifier", "PackageVersion", "ManifestType", "ManifestVersion"}
        lacking = (fields | common) - manifest.keys()
        require(not lacking, f"{name}: missing {', '.join(sorted(lacking))}")
        require(manifest["ManifestType"] == SCHEMA_TYPES[name], f"{name}: wrong ManifestType")
        require(len(str(manifest.get("ShortDescription", ""))) <= 256, f"{name}: too long")
        versions.add((manifest["PackageIdentifier"], str(manifest["PackageVersion"])))
        for installer in manifest.get("Installers", []):
            url = installer["InstallerUrl"]
            require(installer["InstallerSha256"] == digest(folder, url), f"{name}: digest of {url}")
            require(installer["Architecture"] in ("x64", "x86", "arm64"), f"{name}: Architecture")
            inside = installer["NestedInstallerFiles"][0]["RelativeFilePath"]
            check_member(folder, url, inside.replace("\\", "/"))
    require(len(versions) == 1, "the files are of different versions")


def check_member(folder, url, member):
    archive = folder.parent / url.rpartition("/")[2]
    names = output_of("python3", "-m", "zipfile", "-l", archive)
    require(member in names, f"{archive.name} has no {member}")


def check_scoop(folder):
    manifest = json.loads((folder / "scoop/boot0.json").read_text(encoding="utf-8"))
    lacking = {"version", "description", "homepage", "license", "architecture", "bin"} - manifest.keys()
    require(not lacking, f"no {', '.join(sorted(lacking))}")
    for name, entry in manifest["architecture"].items():
        require(name in ("64bit", "32bit", "arm64"), f"architecture {name}")
        require(entry["hash"] == digest(folder, entry["url"]), f"digest of {entry['url']}")
        program = manifest["bin"].replace("\\", "/")
        check_member(folder, entry["url"], f"{entry['extract_dir']}/{program}")


def check_rpm(folder):
    path = folder / "rpm/boot0.spec"
    output_of("rpmspec", "--parse", path)
    names = set(output_of("rpmspec", "--query", "--queryformat", "%{name}\n", path).split())
    require(names == {"boot0", "boot0-libs", "boot0-devel", "vboard"}, f"packages: {sorted(names)}")
    source = output_of("rpmspec", "--srpm", "--query", "--queryformat", "%{version}", path)
    require((folder.parent / f"boot0-{source}.tar.gz").exists(), "Source0 is not the archive")


def check_arch(folder):
    path = folder / "arch/PKGBUILD"
    output_of("bash", "-n", path)
    show = ('set -eu; source "$1"; shift; declare -f build check package >/dev/null; '
            'for field; do declare -p "$field" >/dev/null; done; '
            '[ ${#source[@]} -eq ${#sha256sums[@]} ]; '
            '[[ $pkgver =~ ^[A-Za-z0-9.]+$ && $pkgrel =~ ^[0-9]+$ ]]; '
            'printf "%s\\n" "${source[0]}" "${sha256sums[0]}"')
    url, has = output_of("bash", "-c", show, "PKGBUILD", path, *PKGBUILD_FIELDS).split()
    require(has == digest(folder, url), "sha256sums does not match the archive")


def main():
    if len(sys.argv) != 2:
        sys.exit(f"usage: {sys.argv[0]} DIRECTORY")
    folder = pathlib.Path(sys.argv[1])
    failed = False
    for check in (check_homebrew, check_winget, check_scoop, check_rpm, check_arch):
        name = check.__name__.removeprefix("check_")
        try:
            check(folder)
            print(f"{name}: correct")
        except (Wrong, OSError, ValueError, KeyError, IndexError, TypeError, yaml.YAMLError) as error:
            failed = True
            print(f"{name}: {error}")
    if re.search(r"@[A-Z0-9]{3,}", "".join(p.read_text(encoding="utf-8")
                                           for p in folder.rglob("*") if p.is_file())):
        failed = True
        print("a template's placeholder remains")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
