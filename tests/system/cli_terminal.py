# SPDX-License-Identifier: MIT
"""boot0 at a terminal and without one: the bar, its width, Ctrl-C once and twice."""

import os
import re
import signal
import subprocess

from cli_run import boot0, check_text
from terminal import Terminal, screen
from system import (BOOT0, PATIENCE_S, VBOARD, Directory, check, equal, firmware, read, say,
                    wait_for)

SLOW = [VBOARD, "--speed", "1", "f407", "--"]


def bars(directory):
    image = directory.file("a.bin", firmware(60000))
    for columns in [40, 60, 80, 132]:
        say(f"a bar that moves, on {columns} columns")
        terminal = Terminal([VBOARD, "--speed", "4", "f407", "--", BOOT0, "flash", image], columns)
        equal(terminal.end(), 0, "exit status")
        drawn = re.findall(r"\r\033\[K([A-Z]\w+ +\[[^\r\n]*)", terminal.output)
        check(len(drawn) >= 8, f"{len(drawn)} bars were drawn")
        for line in drawn:
            check(len(line) < columns, f"{len(line)} of {columns} columns: {line!r}")
            check(line == line.rstrip(), f"a space at the end: {line!r}")
        percents = [int(p) for p in re.findall(r"Writing +\[[#-]+\] +(\d+)%", terminal.output)]
        equal(percents, sorted(percents), "percents")
        check(len(set(percents)) >= 3, f"percents: {percents}")
        check(" left" in terminal.output, "no time left is shown")
        check("#" not in screen(terminal.output), "a bar stays on the screen")
        labels = [line.split()[0] for line in screen(terminal.output).splitlines() if line]
        for label in ["Board", "Compared", "Erased", "Wrote", "Verified", "Flashed:"]:
            check(label in labels, f"{label} is not on the screen: {labels}")


def tables():
    for columns in [60, 80]:
        say(f"a list of boards on {columns} columns")
        terminal = Terminal([VBOARD, "f407", "f407", "--", BOOT0, "list"], columns)
        equal(terminal.end(), 0, "exit status")
        lines = screen(terminal.output).splitlines()
        equal(len(lines), 6 if columns == 60 else 3, f"lines: {lines}")
        check(all(len(line) <= columns for line in lines), f"too long: {lines}")
        check(all(line == line.rstrip() for line in lines), f"a space at the end: {lines}")


def narrow(directory):
    image = directory.file("a.bin", firmware(300000))
    commands = [["list"], ["info", "--map"], ["options"], ["flash", "--dry-run", image],
                ["info", "--chip", "f407", image], ["run", "--help"]]
    for command in commands:
        say(f"boot0 {command[0]} on 40 columns")
        terminal = Terminal([BOOT0, "--virtual", "f407:fill=0", *command], 40)
        equal(terminal.end(), 0, "exit status")
        lines = screen(terminal.output).splitlines()
        check(all(len(line) < 40 for line in lines if not line.startswith("/")), f"too long: {lines}")


def plain(directory):
    image = directory.file("a.bin", firmware(60000))
    command = [VBOARD, "f407", "--", BOOT0, "flash"]
    say("no bar on a dumb terminal, with --quiet, --json, or without a terminal")
    for arguments, environment in [([], {"TERM": "dumb"}), (["-q"], {}), (["--json"], {})]:
        terminal = Terminal([*command, *arguments, image], **environment)
        equal(terminal.end(), 0, "exit status")
        check("\033" not in terminal.output, f"control sequences: {terminal.output!r}")
    done = boot0("flash", image, board="f407")
    check("\033" not in done.stderr and "\r" not in done.stderr, "control sequences in a pipe")
    check("Wrote     " in done.stderr, "no lines instead of the bar")
    say("the words before errors and notes are in colour, but for NO_COLOR and dumb terminals")
    for environment, coloured in [({"NO_COLOR": ""}, True), ({"NO_COLOR": "1"}, False),
                                  ({"NO_COLOR": "", "TERM": "dumb"}, False)]:
        terminal = Terminal([BOOT0, "flash", "nothing-there.bin"], **environment)
        terminal.end()
        equal("\x1b[1;31mboot0:\x1b[0m " in terminal.output, coloured, environment)
        equal("\x1b" in terminal.output, coloured, environment)
    say("without a word in colour NO_COLOR changes nothing")
    terminal = Terminal([*command, image], NO_COLOR="1")
    equal(terminal.end(), 0, "exit status")
    check(not re.search(r"\033\[[\d;]*m", terminal.output), "colours")

    say("contents are not written to a terminal")
    terminal = Terminal([BOOT0, "--virtual=f407", "read", "-"])
    equal(terminal.end(), 64, "exit status")
    check("standard output is a terminal" in terminal.output, terminal.output)


def lasting(directory):
    say("an erase of all shows the time that it takes, though the board does not answer meanwhile")
    terminal = Terminal([VBOARD, "--speed", "4", "f407:fill=0", "--", BOOT0, "erase", "--all", "--yes"])
    equal(terminal.end(), 0, "exit status")
    drawn = re.findall(r"\r\033\[K(Erasing\.\.\. [^\r\n]*)", terminal.output)
    check(len(drawn) >= 3, f"it was drawn {len(drawn)} times: {terminal.output!r}")
    for line in drawn:
        check(re.fullmatch(r"Erasing\.\.\. [\d.]+ m?s of about 16 s, [\d.]+ s left", line), line)
    left = [float(re.search(r", ([\d.]+) s left", line).group(1)) for line in drawn]
    equal(left, sorted(left, reverse=True), "the time left")
    equal([line for line in screen(terminal.output).splitlines() if "Erasing" in line], [],
          "lines that stay")
    done = boot0("erase", "--all", "--yes", board="f407")
    check("Erasing, which takes about 16 s...\n" in done.stderr, "without a terminal")

    say("notes come above the line that moves, and leave nothing of it")
    image = directory.file("a.bin", firmware(60000))
    terminal = Terminal([VBOARD, "--speed", "4", "f407", "--", BOOT0, "flash", "--vdd", "3.3", image])
    equal(terminal.end(), 0, "exit status")
    for line in screen(terminal.output).splitlines():
        if line.startswith("Board"):  # "STM32, one of 6: F405/407, ..." stays
            continue
        check("..." not in line and "Waiting" not in line, f"a line that was not cleared: {line!r}")

    say("a wait that lasts is told from one that began with the machine, and names the doctor")
    terminal = Terminal([BOOT0, "flash", "--wait=12", image, "--virtual=f407:boot0=0"])
    equal(terminal.end(), 69, "exit status")
    check(re.search(r"Waiting for a board\.\.\. 1[0-2] s", terminal.output), terminal.output)
    check(not re.search(r"Waiting for a board\.\.\. \d+ min", terminal.output), terminal.output)
    shown = screen(terminal.output)
    check("Note: no board yet; run `boot0 doctor` to find out why\n" in shown, shown)
    check("Waiting" not in shown, f"the line stays: {shown}")
    check("`boot0 doctor`" in boot0("list", board="f407:boot0=0", status=69).stderr, "list")


def interrupts(directory):
    image = directory.file("a.bin", firmware(60000))
    store = directory.file("flash.bin")
    slow = [VBOARD, "--speed", "1", f"f407:flash={store}", "--"]
    for phase in ["Erasing", "Writing"]:
        say(f"Ctrl-C while {phase}")
        terminal = Terminal([*slow, BOOT0, "flash", "--full", image])
        check(terminal.read_until(phase), f"no {phase}: {terminal.output}")
        os.write(terminal.fd, b"\x03")
        equal(terminal.end(), 130, "exit status")
        text = " ".join(screen(terminal.output).split())
        for phrase in ["Note: stopping safely; press Ctrl-C again to quit at once",
                       "boot0: stopped while", "The board waits in DFU mode", "Repeat the command"]:
            check(phrase in text, f"{phrase!r} is not said: {text}")
        check("Flashed" not in text, text)
        check("[#" not in text and "[-" not in text, f"a bar stays on the screen: {text}")
    say("and the same command completes the work")
    boot0("flash", image, board=f"f407:flash={store}")
    equal(read(store)[:60000], read(image), "the flash")

    say("Ctrl-C twice ends it at once, also in a request that takes 16 s; the next run copes")
    script = f"{BOOT0} erase --all --yes; {BOOT0} list"
    # The erase outlasts every timeout: a command that waits for it is killed as hanging.
    terminal = Terminal([VBOARD, "--speed", "0.01", "f407", "--", "sh", "-c", f"trap : INT; {script}"])
    check(terminal.read_until("Erasing..."), f"no Erasing: {terminal.output}")
    os.write(terminal.fd, b"\x03")
    check(terminal.read_until("Ctrl-C again to quit at once"), "it does not say so")
    os.write(terminal.fd, b"\x03")
    terminal.end()
    check("Erasing" not in screen(terminal.output), f"the line stays: {terminal.output!r}")

    say("Ctrl-C while it waits for a board")
    for command in [["list", "--wait"], ["flash", "--wait", image]]:
        terminal = Terminal([BOOT0, *command, "--virtual=f407:boot0=0"])
        check(terminal.read_until("Waiting for a board"), terminal.output)
        os.write(terminal.fd, b"\x03")
        equal(terminal.end(), 130, "exit status")
        check("stopped while waiting" in terminal.output, terminal.output)

    say("SIGTERM is the same; as JSON the error is on standard output")
    trace = directory.file("trace")
    command = [*slow, BOOT0, "flash", "--full", "--json", "--trace", trace, image]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True) as process:
        wait_for("transfers", lambda: os.path.exists(trace) and os.path.getsize(trace) > 4096)
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=PATIENCE_S)
    equal(process.returncode, 130, "exit status")
    check('"code":"cancelled"' in out and '"exit_code":130' in out, out)
    check_text(err, "standard error")


def main():
    tables()
    for part in (bars, narrow, plain, lasting, interrupts):
        with Directory() as directory:
            part(directory)


main()
