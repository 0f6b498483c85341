# SPDX-License-Identifier: MIT
"""Man pages and shell completions match the programs."""

import os
import pathlib
import re
import shutil
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "scripts"))
import helptext  # noqa: E402
from system import BOOT0, check, equal, run, say  # noqa: E402

DOCUMENTS = pathlib.Path(os.environ["DOCUMENTS"])


def plain(page):
    return (DOCUMENTS / page).read_text(encoding="utf-8").replace("\\-", "-").replace("\\fB", "")


def check_manual(commands):
    say("boot0.1 has every command and option")
    page = plain("boot0.1")
    for command in commands:
        section = page.split(f".SS boot0 {command.name} ", 1)[-1].split(".SS", 1)[0]
        check(section != page, f"boot0.1 has no section on {command.name}")
        check(len(command.examples) >= 2, f"boot0 {command.name} --help shows no two examples")
        for option in command.options:
            check(f"--{option.name}" in section, f"boot0.1: {command.name}: --{option.name}")


def check_pages(commands):
    say("each command has a page of its own")
    found = {page.name for page in DOCUMENTS.glob("boot0-*.1")}
    equal(found, {f"boot0-{command.name}.1" for command in commands}, "the pages")
    for command in commands:
        page = plain(f"boot0-{command.name}.1")
        check(f"boot0-{command.name} - {command.summary}" in page, command.name)
        for option in command.options:
            check(f"--{option.name}" in page, f"boot0-{command.name}.1: --{option.name}")
        for example in command.examples:
            check(example.replace("\\", "\\e") in page, f"boot0-{command.name}.1: {example}")


def check_library():
    say("libboot0.3 has every exported function, every type and every value")
    page = plain("libboot0.3")
    for symbol in pathlib.Path(os.environ["EXPORTS"]).read_text(encoding="utf-8").split():
        check(f"{symbol}(" in page, f"libboot0.3 says nothing of {symbol}")
    for header in sorted(pathlib.Path(os.environ["HEADERS"]).glob("*.h")):
        if header.name == "virtual.h":
            continue
        source = header.read_text(encoding="utf-8")
        for name in re.findall(r"^(?:enum|struct) (boot0_\w+) \{", source, re.MULTILINE):
            check(name in page, f"libboot0.3 says nothing of {name}")
        for name in re.findall(r"^    ((?:BOOT0|B0)_\w+)(?: = [^,]*)?,", source, re.MULTILINE):
            check(name in page, f"libboot0.3 says nothing of {name}")


def check_troff():
    if shutil.which("groff") is None:
        say("groff is not installed: the pages are not formatted")
        return
    for page in DOCUMENTS.glob("*.[13]"):
        done = run(["groff", "-k", "-t", "-man", "-Tutf8", "-ww", page])
        check(done.stderr == "", f"{page.name}: {done.stderr}")


def complete(*words):
    script = (f"source {DOCUMENTS / 'boot0'}; COMP_WORDS=({' '.join(words)}); "
              f"COMP_CWORD={len(words) - 1}; _boot0; printf '%s\\n' \"${{COMPREPLY[@]}}\"")
    return run(["bash", "-c", script]).stdout.split()


def check_completions(commands):
    say("bash completes every command and option")
    check(set(c.name for c in commands) <= set(complete("boot0", "''")), "commands")
    for command in commands:
        offered = complete("boot0", command.name, "--")
        check(set(f"--{o.name}" for o in command.options) <= set(offered), command.name)
    for shell, file in (("zsh", "_boot0"), ("fish", "boot0.fish")):
        if shutil.which(shell):
            run([shell, "-n", DOCUMENTS / file])
        for command in commands:
            text = (DOCUMENTS / file).read_text(encoding="utf-8")
            check(all(o.name in text for o in command.options), f"{shell}: {command.name}")


def main():
    commands = helptext.read_commands(BOOT0)
    check(len(commands) > 10, "boot0 --help lists few commands")
    check_manual(commands)
    check_pages(commands)
    check_library()
    check_troff()
    check_completions(commands)


main()
