# SPDX-License-Identifier: MIT
"""Reads the command's own --help, the source of man page and shell completions."""

import itertools
import re
import subprocess
from dataclasses import dataclass, field


@dataclass
class Option:
    letter: str  # "" if it has none
    name: str
    argument: str  # "FILE", "[=SECONDS]" or ""
    text: str


@dataclass
class Command:
    name: str
    summary: str
    usage: str = ""
    text: str = ""
    options: list = field(default_factory=list)
    examples: list = field(default_factory=list)

    def subcommands(self):
        """Returns the words of "[list|install|remove]", one of which is the first operand."""
        match = re.search(r"\[([a-z]+(?:\|[a-z]+)+)\]", self.usage)
        return match[1].split("|") if match else []


def run(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


OPTION = re.compile(r"^  (?:-(?P<letter>\w),|   ) --(?P<name>[\w-]+)(?P<argument>\S*(?: [^ ]+)?)  +(?P<text>.*)$")


def parse_options(lines):
    options = []
    for line in lines:
        match = OPTION.match(line)
        if match:
            options.append(Option(match["letter"] or "", match["name"], match["argument"].strip(),
                                  match["text"]))
        elif options and line.startswith(" " * 20):
            options[-1].text += " " + line.strip()
    return options


def split_sections(text):
    """Returns the paragraphs under "Commands:" and the like; those before them under ""."""
    sections, name = {"": []}, ""
    for line in text.splitlines():
        if re.fullmatch(r"[A-Z][\w ]*:", line):
            name = line[:-1]
            sections[name] = []
        else:
            sections[name].append(line)
    return sections


def read_command(binary, name, summary):
    sections = split_sections(run(binary, name, "--help"))
    head = [line for line in sections[""] if line]
    grouped = [line for title, lines in sections.items() if title != "Examples" for line in lines]
    return Command(name, summary, head[0].removeprefix("Usage: "), "\n".join(head[1:]),
                   parse_options(grouped),
                   [line.strip() for line in sections.get("Examples", []) if line.strip()])


def list_commands(binary):
    """Returns name and summary of all commands of boot0, in the order of its own list."""
    sections = split_sections(run(binary, "--help"))
    rows = itertools.chain.from_iterable(
        itertools.takewhile(str.strip, sections[title]) for title in ("Commands", "More commands"))
    pairs = [re.match(r"  ([\w-]+) +(\S.*)", row) for row in rows]
    return [(pair[1], pair[2]) for pair in pairs if pair]


def read_commands(binary):
    return [read_command(binary, name, summary) for name, summary in list_commands(binary)]


def find_command(binary, name):
    return read_command(binary, name, dict(list_commands(binary))[name])
