#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Makes a man page from its frame and from the program's help or the headers:

make-man.py boot0 BINARY FRAME      @COMMANDS@ becomes all commands with their options
make-man.py command BINARY FRAME NAME   the page of one command: boot0-NAME(1)
make-man.py names command.h         prints the names of all commands, one per line
make-man.py vboard BINARY FRAME     @HELP@ becomes the output of `vboard --help`
make-man.py libboot0 INCLUDE FRAME  @HEADERS@ becomes the text of the public headers
"""

import pathlib
import re
import sys

import helptext


def escape(text):
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("\N{HORIZONTAL ELLIPSIS}", "...")
    return re.sub(r"^([.'])", r"\\&\1", text, flags=re.MULTILINE)


def option_lines(option):
    names = ([f"-{option.letter}"] if option.letter else []) + [f"--{option.name}"]
    argument = option.argument
    separator = "" if argument.startswith("[=") or not argument else " "
    head = ", ".join(f"\\fB{escape(name)}\\fR" for name in names)
    return [".TP", f"{head}{separator}\\fI{escape(argument)}\\fR" if argument else head,
            escape(option.text)]


def command_lines(command):
    lines = [f".SS {escape(command.usage)}", escape(command.text)]
    for option in command.options:
        lines += option_lines(option)
    lines += [".PP", "Examples:", ".EX"]
    return lines + [f"    {escape(example)}" for example in command.examples] + [".EE"]


def boot0(binary):
    lines = []
    for command in helptext.read_commands(binary):
        lines += command_lines(command)
    return "@COMMANDS@", lines


def command_page(binary, frame, name):
    """Returns a separate page for one command, from the same help."""
    command = helptext.find_command(binary, name)
    options = [line for option in command.options for line in option_lines(option)]
    parts = {
        "TITLE": f"BOOT0-{escape(name.upper())}",
        "NAME": f"boot0\\-{escape(name)} \\- {escape(command.summary)}",
        "USAGE": f".B {escape(command.usage)}",
        "TEXT": escape(command.text),
        "OPTIONS": "\n".join(options),
        "EXAMPLES": "\n".join([".EX", *(escape(example) for example in command.examples), ".EE"]),
    }
    return re.sub(r"@([A-Z]+)@", lambda mark: parts[mark[1]], frame)


def command_names(header):
    """Returns the names in the list of cli/command.h."""
    rows = re.search(r"#define COMMANDS\(ROW\)(.*?)\n\n", header, re.DOTALL)[1]
    return [name.replace("_", "-") for name in re.findall(r"ROW\((\w+)\)", rows)]


def vboard(binary):
    return "@HELP@", [".EX", escape(helptext.run(binary, "--help").rstrip()), ".EE"]


COMMENT = r"/\*(?:(?!\*/).)*?\*/"


def clean_comment(comment):
    text = re.sub(r"^/\*|\*/$", "", comment.strip(), flags=re.DOTALL)
    return "\n".join(line.strip().removeprefix("*").strip() for line in text.splitlines()).strip()


FUNCTION = re.compile(rf"({COMMENT})?\n(BOOT0_API[^;]*;(?:\nB0_API[^;]*;)*)", re.DOTALL)
# An enum or struct with a body at the left margin, with the comment in front of it.
TYPE = re.compile(rf"^((?:{COMMENT}\n)?)((?:enum|struct)(?: boot0_\w+)? \{{\n.*?^\}};)",
                  re.DOTALL | re.MULTILINE)
HEAD = re.compile(rf"^(?:/\* SPDX[^\n]*\n)?({COMMENT})", re.DOTALL)


def declaration_lines(comment, declaration):
    declaration = re.sub(r"\s*BOOT0_PRINTF\([^)]*\)", "", declaration)
    if "BOOT0_API " in declaration:  # also removes its width from the following lines' indentation
        declaration = re.sub(r"^ {%d}" % len("BOOT0_API "), "", declaration, flags=re.MULTILINE)
    lines = [".EX", escape(declaration.replace("BOOT0_API ", "")), ".EE"]
    text = clean_comment(comment)
    if text:
        lines += [".RS 4", escape(text), ".RE"]
    return lines + [".PP"]


def header_lines(header):
    """Returns a header's own description, then its types, then its functions."""
    source = header.read_text(encoding="utf-8")
    lines = [f".SS <boot0/{header.name}>", escape(clean_comment(HEAD.match(source)[1])), ".PP"]
    for comment, declaration in TYPE.findall(source):
        lines += declaration_lines(comment, declaration)
    for comment, declaration in FUNCTION.findall(source):
        lines += declaration_lines(comment, declaration)
    return lines


def libboot0(include):
    lines = []
    for header in sorted(pathlib.Path(include, "boot0").glob("*.h")):
        if header.name not in ("virtual.h", "boot0.h"):
            lines += header_lines(header)
    return "@HEADERS@", header_lines(pathlib.Path(include, "boot0", "boot0.h")) + lines


def main():
    if sys.argv[1] == "names":
        print("\n".join(command_names(pathlib.Path(sys.argv[2]).read_text(encoding="utf-8"))))
        return
    kind, source, frame = sys.argv[1:4]
    if kind == "command":
        text = pathlib.Path(frame).read_text(encoding="utf-8")
        sys.stdout.write(command_page(source, text, sys.argv[4]))
        return
    mark, lines = {"boot0": boot0, "vboard": vboard, "libboot0": libboot0}[kind](source)
    text = pathlib.Path(frame).read_text(encoding="utf-8")
    sys.stdout.write(text.replace(mark, "\n".join(line for line in lines if line)))


main()
