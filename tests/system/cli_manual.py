# SPDX-License-Identifier: MIT
"""docs/reference describes boot0: json.md every member that it prints, exit-codes.md how it ends,
commands.md and chips.md what there is."""

import os
import re

import images
from cli_run import boot0, boot0_json
from system import BOOT0, Directory, check, equal, firmware, read, run, say

REFERENCE = os.environ["REFERENCE"]
CHIPS, COMMANDS, EXIT_CODES, JSON = (
    read(os.path.join(REFERENCE, f"{page}.md")).decode()
    for page in ["chips", "commands", "exit-codes", "json"])


def table_rows(heading, page=JSON):
    """Returns the rows of the tables below a heading, as lists of cells."""
    part = page.split(f"# {heading}\n")[1].split("\n### ")[0].split("\n## ")[0]
    return [[cell.strip() for cell in line.strip("|").split("|")]
            for line in part.splitlines() if line.startswith("| ")]


def members(value):
    """Returns all names of members, at any depth."""
    if isinstance(value, dict):
        return set(value).union(*map(members, value.values()))
    if isinstance(value, list):
        return set().union(*map(members, value))
    return set()


def documented(command):
    row = dict(table_rows("Objects") + table_rows("Results"))[f"`{command}`"]
    names = set(re.findall(r"`([a-z0-9_]+)`", row)) - {"erase", "write"}
    board = set(re.findall(r"`([a-z_]+)`", dict(table_rows("Objects"))["a board"])) - {"dfu", "runtime"}
    error = set(re.findall(r"`([a-z_]+)`", dict(table_rows("Objects"))["`error`"]))
    if "board" in names or "a board's members" in row:
        names |= board
    return names, names | error


def json_members(directory):
    say("the members of each command's JSON")
    image, other = directory.file("a.bin", firmware(1000)), directory.file("b.bin")
    dfu, uf2, hexfile = (directory.file(f"a.{ending}") for ending in ["dfu", "uf2", "hex"])
    boot0("convert", f"{image}@0x08000000", dfu, width=None)
    boot0("convert", "--family", "f407", f"{image}@0x08000000", uf2, width=None)
    boot0("convert", dfu, hexfile, width=None)
    prefixed = directory.file("prefixed.bin")
    boot0("convert", "--prefix", "lmdfu:0x2000", image, prefixed, width=None)
    lines = read(hexfile).decode().splitlines()
    with_entry = [*lines[:-1], ":0400000508000101ED", lines[-1]]
    directory.file("a.hex", "\n".join(with_entry).encode())
    elf, odd = (directory.file(name, images.FILES[name]) for name in ["m4f.elf", "elf2dfuse.dfu"])
    table = directory.file("t.csv", b"n\nABC\n")
    board = f"f407:flash={directory.file('flash.bin')}"
    own = directory.file("own.conf", b"vdd = 3.3\n[chip own]\nlike = f407\nid = none\n"
                         b"[board own]\nchip = own\n[quirk 1209:0001]\n")
    for command, arguments in {
        "list": ["list"],
        "info": ["info", "--map"],
        "info FILE": ["info", "--chip", "f407", dfu, uf2, hexfile, prefixed, elf, odd],
        "flash --dry-run": ["flash", "--dry-run", image],
        "flash": ["flash", image],
        "read": ["read", "-n", "1k", other],
        "read --hex": ["read", "--hex"],
        "digest": ["digest", image],
        "options": ["options", "--yes", "nRST_STOP=0"],
        "config": ["config", own],
        "verify": ["verify", image],
        "run": ["run"],
        "reset": ["reset"],
        "erase": ["erase", "--all", "--yes"],
        "doctor": ["doctor"],
        "convert": ["convert", dfu, directory.file("c.bin")],
        "driver": ["driver"],
        "udev": ["udev"],
        "version": ["version"],
        "gang": ["gang", "--csv", table, "--patch", "0x08004000=csv:n", "--each",
                 "echo said >&2; echo {}", "--label", "{n}", image],
    }.items():
        fails = command == "doctor"  # it prints most for a missing board
        with_board = command not in ["info FILE", "convert", "driver", "udev", "version", "config"]
        found = members(boot0_json(*arguments, status=69 if fails else 0, width=None,
                                   board="f407:boot0=0" if fails else board if with_board else None))
        if command == "verify":
            found |= members(boot0_json("verify", hexfile, board="f407", status=65, width=None))
        if command == "reset":
            found |= members(boot0_json("reset", "--to", "program", board=board))
        always, allowed = documented(command)
        check(found <= allowed, f"{command}: not in the manual: {found - allowed}")
        missing = always - found - ({"error"} if command in ("list", "gang") else set())
        equal(missing, set(), f"{command}: in the manual only")
    error = boot0_json("list", board="f407:boot0=0", status=69)[0]
    equal(members(error) - {"error"}, documented("error")[0], "members of an error")


def progress(directory):
    say("--progress: phases in their order, each to its end, notes, and the result last")
    image = directory.file("p.bin", firmware(100000))
    lines = boot0_json("flash", "--progress", "--vdd", "3.3", image, board="f072", width=None)
    phases = [line["progress"] for line in lines if "progress" in line]
    row = dict(table_rows("Objects"))["`progress`"]
    equal(set().union(*phases) <= set(re.findall(r"`([a-z_]+)`", row)), True, "members")
    order = []
    for phase in phases:
        if not order or order[-1]["phase"] != phase["phase"]:
            order.append(phase)
        check(phase["done"] >= order[-1]["done"], f"it goes back: {phase}")
        order[-1] = phase
    equal([phase["phase"] for phase in order],
          ["read", "erase", "write", "verify", "run"], "the phases")
    for phase in order:
        equal(phase["done"], phase["total"], phase["phase"])
    equal([line["note"] for line in lines if "note" in line],
          ["this board's bootloader does not accept a supply range: --vdd is ignored"], "the notes")
    check("image_bytes" in lines[-1], lines[-1])
    equal(len(boot0_json("flash", image, board="f072", width=None)), 1, "without it")


def commands():
    say("commands.md has every command")
    listed = run([BOOT0, "--help"]).stdout.split("\nTopics")[0]
    names = re.findall(r"^  ([a-z-]+) ", listed, flags=re.M)
    check(len(names) > 10, f"boot0 --help: {names}")
    lost = [name for name in names if f"| `{name}` |" not in COMMANDS]
    equal(lost, [], "commands that the page lacks")


def chips():
    say("chips.md has every chip and every board that boot0 knows by name")
    for kind, form in [("chips", r"[(, ]{}[,)]"), ("boards", "`{}`")]:
        names = run([BOOT0, "complete", kind]).stdout.split()
        check(names, kind)
        lost = [name for name in names if not re.search(form.format(re.escape(name)), CHIPS)]
        equal(lost, [], f"{kind} that the page lacks")


def exit_codes():
    say("exit codes")
    rows = {row[0]: row[1] for row in table_rows("Exit codes", EXIT_CODES) if row[0].isdigit()}
    equal(set(rows), {"0", "64", "65", "66", "69", "70", "71", "73", "74", "75", "77", "130"}, "codes")
    for arguments, board, status in [(["nope"], None, 64), (["info", "/none"], None, 66),
                                     (["list"], "f407:boot0=0", 69),
                                     (["run"], "f407", 65), (["run"], ["f407", "f411"], 69),
                                     (["read", "/none/x"], "f407", 73),
                                     (["read", "/dev/null"], "f407:fault=unplug@4", 74),
                                     (["read", "/dev/null"], "f407:rdp=1", 77)]:
        error = boot0_json(*arguments, board=board, status=status, width=None)[0]["error"]
        equal(error["exit_code"], status, "the exit code in JSON")
        check(error["code"] in rows[str(status)].split(", "), f"{error['code']} is not {status}'s")


def main():
    with Directory() as directory:
        json_members(directory)
        progress(directory)
    exit_codes()
    commands()
    chips()


main()
