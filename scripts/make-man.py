#!/usr/bin/python3
"""Makes a man page from its frame and from what the program or the headers say themselves:

make-man.py boot0 BINARY FRAME      @COMMANDS@ becomes all commands with their options
make-man.py vboard BINARY FRAME     @HELP@ becomes what `vboard --help` says
make-man.py libboot0 INCLUDE FRAME  @FUNCTIONS@ becomes all public functions, by header
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


def vboard(binary):
    return "@HELP@", [".EX", escape(helptext.run(binary, "--help").rstrip()), ".EE"]


COMMENT = r"/\*(?:(?!\*/).)*?\*/"


def clean_comment(comment):
    text = re.sub(r"^/\*|\*/$", "", comment.strip(), flags=re.DOTALL)
    return "\n".join(line.strip().removeprefix("*").strip() for line in text.splitlines()).strip()


def libboot0(include):
    lines = []
    for header in sorted(pathlib.Path(include, "boot0").glob("*.h")):
        source = header.read_text(encoding="utf-8")
        pattern = re.compile(rf"({COMMENT})?\n(B0_API[^;]*;(?:\nB0_API[^;]*;)*)", re.DOTALL)
        found = pattern.findall(source)
        if not found or header.name == "virtual.h":
            continue
        lines.append(f".SS <boot0/{header.name}>")
        for comment, declaration in found:
            declaration = re.sub(r"\s*B0_PRINTF\([^)]*\)", "", declaration.replace("B0_API ", ""))
            lines += [".EX", escape(declaration), ".EE", ".RS 4", escape(clean_comment(comment)),
                      ".RE", ".PP"]
    return "@FUNCTIONS@", lines


def main():
    kind, source, frame = sys.argv[1:4]
    mark, lines = {"boot0": boot0, "vboard": vboard, "libboot0": libboot0}[kind](source)
    text = pathlib.Path(frame).read_text(encoding="utf-8")
    sys.stdout.write(text.replace(mark, "\n".join(line for line in lines if line)))


main()
