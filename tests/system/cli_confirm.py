# SPDX-License-Identifier: MIT
"""Commands that destroy more than the image's range ask first, and need --yes without a terminal.
"""

import os

from cli_run import boot0, boot0_json, fails
from system import BOOT0, VBOARD, Directory, check, equal, firmware, read, say
from terminal import Terminal, screen

FLASH_SIZE = 1 << 20
FULL = b"\x5a" * FLASH_SIZE


def option_file(directory):
    """Returns a file that contains a program and option bytes."""
    image = directory.file("a.bin", firmware(5000))
    option = directory.file("option.bin", bytes(16))
    both = directory.file("both.hex")
    boot0("convert", f"{image}@0x08000000", f"{option}@0x1fffc000", both, width=None)
    return both


def cases(directory):
    """Each loss: the command, the board, a phrase of the question, the exit status after a yes."""
    both = option_file(directory)
    option = directory.file("option.bin")
    store = directory.file("flash.bin", FULL)
    return [
        (["erase", "--all"], f"f407:flash={store}", "erases all of Internal Flash", 0),
        (["erase", "--unprotect"], f"f407:rdp=1,flash={store}", "removes read protection", 0),
        (["flash", "--allow-option-bytes", both], f"f407:flash={store}", '"Option Bytes"', None),
        (["flash", "--allow-option-bytes", "--alt", "1", option], f"f407:flash={store}",
         "Option Bytes", None),
        (["gang", "--allow-option-bytes", both], f"f407:flash={store}", "of every board", None),
        (["protect", "--readout", "--port", "virtual"], f"f407:flash={store}", "unreadable", 0),
    ], store


def without_terminal(directory):
    rows, store = cases(directory)
    for command, board, phrase, _ in rows:
        say(f"without a terminal: {command[0]} {command[1]}")
        fails(64, ["not confirmed", phrase, "Pass --yes", "Nothing was changed"], *command,
              board=board, width=None)
        error = boot0_json(*command, board=board, status=64, width=None)[0]["error"]
        equal(error["code"], "usage", "the code in JSON")
        check("--yes" in error["hint"], f"the hint in JSON: {error}")
        equal(read(store), FULL, "the flash of a board whose loss was not confirmed")


def ask(command, board, answer):
    """Answers the question at a terminal; returns the exit status and the final screen."""
    terminal = Terminal([BOOT0, f"--virtual={board}", *command])
    check(terminal.read_until("[y/N] "), f"it does not ask: {terminal.output}")
    if answer is not None:
        os.write(terminal.fd, answer)
    status = terminal.end()
    return status, " ".join(screen(terminal.output).split())


def at_a_terminal(directory):
    rows, store = cases(directory)
    for command, board, phrase, after_yes in rows:
        for name, answer in [("n", b"n\n"), ("return", b"\n"), ("end of input", b"\x04"),
                             ("Ctrl-C", b"\x03"), ("yess", b"yess\n")]:
            say(f"{command[0]} {command[1]}: {name}")
            status, text = ask(command, board, answer)
            equal(status, 130, f"exit status after {name}")
            check("Warning: this " in text and phrase in text, f"the question: {text}")
            check("nothing was changed" in text, text)
            equal(read(store), FULL, f"the flash after {name}")
        status, text = ask(command, board, b"Y\n")
        if after_yes is not None:
            equal(status, after_yes, f"exit status after yes: {text}")
        check("nothing was changed" not in text, text)
        if command[0] != "protect" and "--alt" not in command:
            check(read(store) != FULL, f"{command}: nothing was done after a yes")
        with open(store, "wb") as file:
            file.write(FULL)


def needs_no_word(directory):
    both = option_file(directory)
    say("what is only shown, or named by its place, does not ask")
    boot0("flash", "--dry-run", "--allow-option-bytes", both, board="f407", width=None)
    boot0("erase", "--address", "0x08004000", board="f407")
    image = directory.file("b.bin", firmware(5000))
    boot0("flash", "--allow-option-bytes", image, board="f407", width=None)
    say("--quiet asks all the same")
    status, text = ask(["erase", "--all", "-q"], "f407", b"n\n")
    equal((status, "Warning: " in text), (130, True), f"with --quiet: {text}")
    say("a terminal whose input is a file counts as none")
    terminal = Terminal(["sh", "-c", f"{BOOT0} --virtual=f407 erase --all </dev/null"])
    equal(terminal.end(), 64, "exit status")
    check("Pass --yes" in terminal.output, terminal.output)
    say("dfu-util's options keep dfu-util's customs")
    terminal = Terminal([VBOARD, "f407", "--", BOOT0, "dfu-util", "-a", "0", "-s",
                         "0x08000000:mass-erase:force", "-D", image])
    check(terminal.end() != 130 and "[y/N]" not in terminal.output, terminal.output)


def main():
    for part in (without_terminal, at_a_terminal, needs_no_word):
        with Directory() as directory:
            part(directory)


main()
