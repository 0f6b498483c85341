#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Checks that links in Markdown files lead to files and headings that exist, that all pages of docs
can be reached from docs/README.md, and that pages which other files name (docs/….md) exist.
"""

import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
INDEX = ROOT / "docs/README.md"
# An image or a link, whose target has neither blanks nor a scheme.
LINK = re.compile(r"\]\(([^)\s]+)\)")
NAMED = re.compile(r"\bdocs/[\w./-]+\.md\b")


def tracked():
    """Files that are in the repository or about to be."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT, stdout=subprocess.PIPE, check=True).stdout.decode()
    return sorted(path for name in listing.split("\0") if name and (path := ROOT / name).is_file())


def prose(path):
    """The text of a page without its code."""
    text = re.sub(r"^```.*?^```$", "", path.read_text(encoding="utf-8"), flags=re.M | re.S)
    return re.sub(r"`[^`\n]*`", "`", "\n".join(
        line for line in text.splitlines() if not line.startswith("    ")))


def anchors(path):
    """The names of a page's headings, as GitHub makes them."""
    text = re.sub(r"^```.*?^```$", "", path.read_text(encoding="utf-8"), flags=re.M | re.S)
    found = {}
    for heading in re.findall(r"^#+ +(.*?) *$", text, flags=re.M):
        heading = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading)
        name = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        found[name] = found.get(name, -1) + 1
    return {name if i == 0 else f"{name}-{i}" for name, last in found.items()
            for i in range(last + 1)}


def links(path):
    """The local targets of a page's links: (as written, file, heading)."""
    for target in LINK.findall(prose(path)):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, heading = target.partition("#")
        yield target, (path.parent / name).resolve() if name else path, heading


def check_links(pages):
    for page in pages:
        for target, file, heading in links(page):
            if not file.exists():
                yield f"{page.relative_to(ROOT)}: {target}: there is no such file"
            elif heading and file.suffix == ".md" and heading not in anchors(file):
                yield f"{page.relative_to(ROOT)}: {target}: there is no such heading"


def check_reached(pages):
    """From the index by links, or not at all."""
    reached, waiting = set(), [INDEX]
    while waiting:
        page = waiting.pop()
        if page in reached or not page.exists():
            continue
        reached.add(page)
        waiting += [file for _, file, _ in links(page) if file.suffix == ".md"]
    for page in pages:
        if page.is_relative_to(INDEX.parent) and page not in reached:
            yield f"{page.relative_to(ROOT)}: no link from docs/README.md leads here"


def check_names(files):
    for path in files:
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        for name in sorted(set(NAMED.findall(text))):
            if not (ROOT / name).exists() and not (path.parent / name).exists():
                yield f"{path.relative_to(ROOT)} names {name}, which does not exist"


def main():
    files = tracked()
    pages = [path for path in files if path.suffix == ".md"]
    problems = [*check_links(pages), *check_reached(pages), *check_names(files)]
    for problem in problems:
        print(problem)
    print(f"{len(pages)} pages, {len(problems)} problems")
    return 1 if problems else 0


sys.exit(main())
