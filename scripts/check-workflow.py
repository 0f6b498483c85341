#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Checks workflow files: check-workflow.py FILE…

Each is YAML with jobs that have a runner, a time limit and steps. Every script and test in a step
exists, and is executable where it is a command. Every target of make is in the Makefile, every
option of Meson in meson_options.txt or one of Meson's own, and every part of install-packages.sh in
that script.
"""
import pathlib
import re
import shlex
import sys

import yaml

ROOT = pathlib.Path(__file__).resolve().parent.parent
MESON_OPTIONS = {"optimization", "default_library", "b_pie", "werror", "prefix"}
FOLDERS = ("scripts/", "tests/", ".ci/")


def targets():
    text = (ROOT / "Makefile").read_text(encoding="utf-8")
    return set(re.findall(r"^([a-z]+):", text, re.MULTILINE))


def options():
    text = (ROOT / "meson_options.txt").read_text(encoding="utf-8")
    return set(re.findall(r"^option\('(\w+)'", text, re.MULTILINE)) | MESON_OPTIONS


def parts():
    text = (ROOT / "scripts/install-packages.sh").read_text(encoding="utf-8")
    return set(re.findall(r"^    (\w+)\) wanted", text, re.MULTILINE))


def faults_of_words(words):
    """Returns the faults of one command."""
    for place, word in enumerate(words):
        if word.startswith(FOLDERS):
            path = ROOT / word
            if not path.is_file():
                yield f"there is no {word}"
            elif place == 0 and not path.stat().st_mode & 0o100:
                yield f"{word} is not executable"
        match = re.match(r"-D(\w+)=", word)
        if match and match[1] not in options():
            yield f"meson has no option {match[1]}"
    if words and words[0] == "make":
        for word in words[1:]:
            if "=" not in word and word not in targets():
                yield f"the Makefile has no {word}"
    if words and words[0] == "scripts/install-packages.sh":
        for word in words[1:]:
            if word not in parts():
                yield f"install-packages.sh has no {word}"


def faults_of_step(step):
    if ("run" in step) == ("uses" in step):
        yield "a step has either run or uses"
    if "uses" in step and not re.fullmatch(r"[\w-]+/[\w-]+@v\d+", step["uses"]):
        yield f"{step['uses']}: not an action with its version"
    for line in step.get("run", "").splitlines():
        for command in re.split(r"&&|\|\||;", line):
            yield from faults_of_words(shlex.split(command))


def faults_of(path):
    workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
    # YAML 1.1 parses the key "on" as true.
    if "name" not in workflow or not (workflow.get("on") or workflow.get(True)):
        yield "no name, or no event"
    for name, job in workflow["jobs"].items():
        for key in ("runs-on", "timeout-minutes", "steps"):
            if key not in job:
                yield f"{name}: no {key}"
        for step in job.get("steps", []):
            for fault in faults_of_step(step):
                yield f"{name}: {fault}"


def main():
    failed = len(sys.argv) < 2
    for name in sys.argv[1:]:
        found = list(faults_of(pathlib.Path(name)))
        for fault in found:
            print(f"{name}: {fault}")
        failed = failed or bool(found)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
