#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Fills the manifests of packaging/ for a release: make-manifests.py DIRECTORY URL REPOSITORY

DIRECTORY holds the archives; the manifests go into DIRECTORY/manifests. In a template
@VERSION@ is the version, @URL@ the archives' address, @HOMEPAGE@ and @REPOSITORY@ the address for
git, @SOURCE@ and @SHA256@ the source archive and its digest, @SHA256:NAME@ that of an archive,
@RPMDATE@ the day of the last commit in RPM's form.
"""
import datetime
import hashlib
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
TEMPLATES = ["homebrew/boot0.rb", "rpm/boot0.spec", "arch/PKGBUILD", "scoop/boot0.json",
             "winget/boot0.boot0.yaml", "winget/boot0.boot0.installer.yaml",
             "winget/boot0.boot0.locale.en-US.yaml"]
DAYS = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def answer(*arguments):
    done = subprocess.run([ROOT / "scripts/version.sh", *arguments], stdout=subprocess.PIPE,
                          check=True, text=True)
    return done.stdout.strip()


def rpm_date(epoch):
    day = datetime.datetime.fromtimestamp(epoch, datetime.timezone.utc)
    return f"{DAYS[day.weekday()]} {MONTHS[day.month - 1]} {day.day:02} {day.year}"


def fill(text, directory, values):
    """Returns the text with each @NAME@ replaced; an unknown name is an error."""

    def digest(name):
        return hashlib.sha256((directory / name).read_bytes()).hexdigest()

    def value(match):
        name, _, file = match[1].partition(":")
        return digest(file) if name == "SHA256" and file else values[name]

    values = {**values, "SHA256": digest(values["SOURCE"])}
    text = text.replace("@VERSION@", values["VERSION"])  # also inside @SHA256:NAME@
    return re.sub(r"@([A-Z0-9]+(?::[^@\s]+)?)@", value, text)


def main():
    if len(sys.argv) != 4:
        sys.exit(f"usage: {sys.argv[0]} DIRECTORY URL REPOSITORY")
    directory = pathlib.Path(sys.argv[1])
    version = answer()
    values = {"VERSION": version, "URL": sys.argv[2].rstrip("/"), "REPOSITORY": sys.argv[3],
              "HOMEPAGE": sys.argv[3].removesuffix(".git"), "SOURCE": f"boot0-{version}.tar.gz",
              "RPMDATE": rpm_date(int(answer("--epoch")))}
    for name in TEMPLATES:
        template = ROOT / f"packaging/{name}.in"
        output = directory / "manifests" / name
        output.parent.mkdir(parents=True, exist_ok=True)
        text = fill(template.read_text(encoding="utf-8"), directory, values)
        output.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
