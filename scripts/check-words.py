#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Checks the texts that a user sees against the patterns in scripts/words.txt.

  scripts/check-words.py [--list] [FILE…]

Without FILE it checks all files of the repository that have such texts. --list prints the
texts instead of checking them.
"""

import argparse
import ast
import bisect
import dataclasses
import fnmatch
import html.parser
import pathlib
import re
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
WORDS = ROOT / "scripts/words.txt"


@dataclasses.dataclass
class Text:
    """A text of a file. A newline in it begins a new paragraph, row or item."""

    line: int
    text: str
    starts: list = dataclasses.field(default_factory=list)  # of the file's lines, in the text

    def line_at(self, offset):
        return self.line + max(bisect.bisect_right(self.starts, offset) - 1, 0)


# ---- finding the texts ----

C_TOKEN = re.compile(
    r"""/\*.*?\*/ | //[^\n]* | "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\\n])*' | \s+ | \\\n | \w+ | .""",
    re.DOTALL | re.VERBOSE,
)
STATIC_ASSERT = re.compile(r"\b_?[Ss]tatic_assert\s*\([^;]*;")
ESCAPES = {"n": "\n", "t": " ", "r": " ", "\n": ""}


def unescape(literal):
    return re.sub(r"\\(.)", lambda match: ESCAPES.get(match[1], match[1]), literal, flags=re.DOTALL)


def blank(match):
    """The same number of lines, and nothing else."""
    return "\n" * match[0].count("\n")


def c_texts(source):
    """String literals; those that stand in a row are one text, also with a macro such as PRIu64."""
    source = STATIC_ASSERT.sub(blank, source)
    source = re.sub(r"^[ \t]*#[ \t]*include[^\n]*", "", source, flags=re.MULTILINE)
    texts, line, joins = [], 1, False
    for token in (match[0] for match in C_TOKEN.finditer(source)):
        if token[0] == '"':
            if joins:
                texts[-1].text += unescape(token[1:-1])
            else:
                texts.append(Text(line, unescape(token[1:-1])))
            joins = True
        elif token.startswith("PRI") and joins:
            texts[-1].text += "N"
        elif not token.isspace() and token[:2] not in ("/*", "//", "\\\n"):
            joins = False
        line += token.count("\n")
    return texts


JS_TOKEN = re.compile(
    r"""/\*.*?\*/ | //[^\n]* | '(?:\\.|[^'\\\n])*' | "(?:\\.|[^"\\\n])*" | `(?:\\.|[^`\\])*`
    | (?<=[(,=:\[!&|?{};]) \s* /(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n\[])+/ | \s+ | \w+ | .""",
    re.DOTALL | re.VERBOSE,
)


def js_texts(source):
    """Strings and templates; those that a + joins are one text."""
    texts, line, joins = [], 1, False
    for token in (match[0] for match in JS_TOKEN.finditer(source)):
        if token[0] in "'\"`":
            text = re.sub(r"\$\{[^{}]*\}", "X", unescape(token[1:-1]))
            if token[0] == "`":
                text = re.sub(r"<[^<>]*>", " ", text)  # of a template with HTML in it
            if joins:
                texts[-1].text += text
            else:
                texts.append(Text(line, text))
            joins = True
        elif token != "+" and not token.isspace():
            joins = False
        line += token.count("\n")
    return texts


class HtmlTexts(html.parser.HTMLParser):
    """Text, and the attributes that browsers show."""

    SHOWN = ("aria-label", "placeholder", "title", "alt", "content")

    def __init__(self):
        super().__init__()
        self.texts = []

    def handle_starttag(self, tag, attrs):
        line = self.getpos()[0]
        self.texts += [Text(line, value) for name, value in attrs if name in self.SHOWN and value]

    def handle_data(self, data):
        if data.strip():
            self.texts.append(Text(self.getpos()[0], " ".join(data.split())))


def html_texts(source):
    parser = HtmlTexts()
    parser.feed(source)
    return parser.texts


def python_texts(source):
    """Strings, and the text of the file itself, which --help prints; no other docstrings."""
    tree = ast.parse(source)
    hidden = set()
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)) and ast.get_docstring(node):
            hidden.add(id(node.body[0].value))
        if isinstance(node, ast.JoinedStr):
            hidden.update(id(part) for part in node.values)
    texts = []
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            parts = [part.value if isinstance(part, ast.Constant) else "X" for part in node.values]
            texts.append(Text(node.lineno, "".join(parts)))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in hidden:
            texts.append(paragraphs(node.value, node.lineno))
    return texts


def shell_texts(source):
    """What echo, printf and tell print, and ${NAME:?text}."""
    texts = []
    joined = re.sub(r"\\\n", "  ", source)
    for match in re.finditer(r"^(?:[^#\n]*[ \t;&|{(])?(?:echo|printf|tell)\b([^\n]*)|\$\{\w+:\?([^}]*)\}",
                             joined, re.MULTILINE):
        line = source.count("\n", 0, match.start()) + 1
        texts.append(Text(line, re.sub(r'["\']\s*["\']', " ", match[1] or match[2] or "").strip(" \"'")))
    return texts


# A line that does not continue the one before it: empty, or an item, a heading, a row, a rule.
BEGINS = re.compile(r"\s*(?:$|[-*+#|>=`]|\d+\.\s|\.\w|[\w.:/ -]{1,40}[=|])")


def paragraphs(source, line=1):
    """The text with the lines of each paragraph joined, and single spaces."""
    text, starts = "", []
    for row in source.split("\n"):
        if text:
            text += "\n" if BEGINS.match(row) or text.endswith("\n") else " "
        starts.append(len(text))
        text += " ".join(row.split())
    return Text(line, text, starts)


def plain_texts(source):
    """The whole file: Markdown, man pages, package descriptions."""
    return [paragraphs(source)]


def comment_texts(source):
    """A configuration file that users read: its comments and its values."""
    return [paragraphs(re.sub(r"^# ?", "", source, flags=re.MULTILINE))]


def makefile_texts(source):
    """What `make help` lists."""
    return [Text(source.count("\n", 0, match.start()) + 1, match[1])
            for match in re.finditer(r"^[a-z]+:[^\n]*## ([^\n]*)", source, re.MULTILINE)]


# In this order; the first that matches counts. fnmatch's * matches a slash, too.
KINDS = [
    ("tests/*", None),
    ("firmware/*.[ch]", c_texts),
    ("cli/*.[ch]", c_texts), ("lib/*.[ch]", c_texts), ("core/*.[ch]", c_texts),
    ("base/*.[ch]", c_texts), ("vboard/*.[ch]", c_texts), ("web/*.c", c_texts),
    ("examples/*.c", c_texts),
    ("web/*.js", js_texts), ("web/*.mjs", js_texts), ("web/*.html", html_texts),
    ("scripts/check-words.py", None),
    ("scripts/*.py", python_texts), ("integrations/*.py", python_texts),
    ("scripts/*.sh", shell_texts), ("integrations/*.sh", shell_texts),
    ("integrations/firmware-tests/run", shell_texts),
    ("Makefile", makefile_texts),
    ("README.md", plain_texts), ("CHANGELOG.md", plain_texts), ("docs/*.md", plain_texts),
    ("integrations/*.md", plain_texts), ("web/README.md", plain_texts),
    ("packaging/*.in", plain_texts), ("packaging/*.rules", comment_texts),
    ("debian/control", plain_texts),
    ("arduino/*.txt", comment_texts), ("arduino/*.properties", plain_texts),
    ("meson_options.txt", plain_texts), ("*/action.yml", plain_texts), ("*.cmake", plain_texts),
    ("*.schema.json", plain_texts),
]


def kind_of(name):
    return next((kind for pattern, kind in KINDS if fnmatch.fnmatch(name, pattern)), None)


def repository_files():
    names = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT, stdout=subprocess.PIPE, check=True,
    ).stdout.decode().split("\0")
    return sorted(name for name in set(names) if name and (ROOT / name).is_file())


# ---- checking them ----

@dataclasses.dataclass
class Word:
    pattern: re.Pattern
    instead: str


@dataclasses.dataclass
class Exemption:
    path: str
    pattern: re.Pattern


def compiled(pattern):
    """Capital letters count only where the pattern has some."""
    has_capital = re.search(r"[A-Z]", re.sub(r"\\.", "", pattern))
    return re.compile(pattern, re.MULTILINE | (0 if has_capital else re.IGNORECASE))


def read_words(source):
    words, exemptions = [], []
    for line in source.splitlines():
        if not line or line.startswith("#"):
            continue
        pattern, arrow, instead = line.partition(" => ")
        if not arrow:
            raise ValueError(f"no => in: {line}")
        if pattern.startswith("allow "):
            _, path, pattern = pattern.split(" ", 2)
            exemptions.append(Exemption(path, compiled(pattern)))
        else:
            words.append(Word(compiled(pattern), instead))
    return words, exemptions


def faults(name, source, words, exemptions):
    """Yields the line, the words found, and what to write instead."""
    exempt = [row.pattern for row in exemptions if fnmatch.fnmatch(name, row.path)]
    for text in kind_of(name)(source):
        for word in words:
            for match in word.pattern.finditer(text.text):
                around = text.text[max(match.start() - 60, 0) : match.end() + 60]
                if any(pattern.search(around) for pattern in exempt):
                    continue
                yield text.line_at(match.end() - 1), match[0].strip(), word.instead


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--list", action="store_true", help="print the texts instead")
    parser.add_argument("file", nargs="*")
    options = parser.parse_args()
    names = [name for name in options.file or repository_files() if kind_of(name)]
    words, exemptions = read_words(WORDS.read_text(encoding="utf-8"))
    found = 0
    for name in names:
        source = (ROOT / name).read_text(encoding="utf-8")
        if options.list:
            for text in kind_of(name)(source):
                print(f"{name}:{text.line}: {text.text}")
            continue
        for line, what, instead in faults(name, source, words, exemptions):
            print(f'{name}:{line}: "{what}": write {instead}')
            found += 1
    if found:
        print(f"{found} patterns of scripts/words.txt", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
