# SPDX-License-Identifier: MIT
"""The output of boot0's commands on success, as text and as JSON."""

import os
import re
import subprocess
import sys

from cli_run import boot0, boot0_json, check_text
from system import BOOT0, TIMEOUT_S, WINDOWS, Directory, check, equal, fail, firmware, read, run, say

COMMANDS = ["list", "info", "flash", "gang", "watch", "read", "verify", "erase", "run", "reset",
            "protect", "convert", "doctor", "driver", "udev", "version"]
FLASH = 0x08000000


def helps():
    say("help: every command, from both sides, in 78 columns")
    for arguments in [["--help"], ["-h"], ["help"]]:
        done = boot0(*arguments)
        check_text(done.stdout, "the usage")
        for command in COMMANDS:
            check(re.search(rf"^  {command} +\w", done.stdout, re.M), f"the usage has no {command}")
    for command in COMMANDS:
        done = boot0(command, "--help")
        check_text(done.stdout, f"help of {command}")
        equal(boot0("help", command).stdout, done.stdout, f"`help {command}`")
        equal(boot0("--help", command).stdout, done.stdout, f"`--help {command}`")
        check(done.stdout.startswith(f"Usage: boot0 {command} [options]"), "no usage line")
        examples = done.stdout.split("\nExamples:\n")[1].splitlines()
        equal(len(examples), 2, f"examples of {command}")
        check(all(line.startswith(f"  boot0 {command}") for line in examples), f"{examples}")
    equal(boot0("--version").stdout, boot0("version").stdout, "`--version`")
    check(re.fullmatch(r"boot0 \d+\.\d+\.\d+ \(libboot0 \d+\.\d+\.\d+\)\n",
                       boot0("-V").stdout), "the version")
    done = boot0(status=64)
    check("Commands:" in done.stderr and done.stdout == "", "boot0 alone")


def topics():
    say("help on topics")
    listed = boot0("--help").stdout.split("\nTopics")[1].split("\n\n")[0].splitlines()[1:]
    names = [row.split()[0] for row in listed]
    equal(names, ["dfu-mode", "windows", "bootloader", "uart"], "the topics")
    for name in names:
        text = boot0("help", name).stdout
        check_text(text, name)
        check(len(text.splitlines()) > 4, name)
    check("dialout" in boot0("help", "udev").stdout, "a command that is a topic as well")
    check("Did you mean" in boot0("help", "dfu-mod", status=64).stderr, "a topic misspelt")


def lists():
    say("list")
    done = boot0("list", board=["f407", "f072", "bluepill"])
    check_text(done.stdout, "the list", 79)
    rows = done.stdout.splitlines()
    equal(len(rows), 4, "lines")
    equal(rows[0].split(), ["PORT", "ID", "MODE", "SERIAL", "FLASH", "CHIP"], "the header")
    for name in ["ID", "MODE", "SERIAL", "FLASH", "CHIP"]:
        column = rows[0].index(name)
        check(all(row[column - 1] == " " and row[column] != " " for row in rows),
              f"column {name} is not straight: {rows}")
    check("STM32, one of 6: F405/407, ..." in rows[1] and "1 MiB" in rows[1], rows[1])

    boards = boot0_json("list", board=["f407", "f072", "bluepill"])
    equal([board["path"] for board in boards], ["0-1", "0-2", "0-3"], "paths")
    equal(boards[0]["vendor"] + boards[0]["product"], "0x04830xdf11", "ids")
    equal(boards[0]["flash_bytes"], 1 << 20, "the F407's flash")
    check("f407" in boards[0]["chips"], "chips")
    equal(boards[2]["chips"], [], "chips of an unknown board")
    check("error" not in boards[0], "an error of a board that can be opened")

    say("selection")
    for options, path in [(["-d", "0483"], "0-1"), (["-d0483:df11", "-p", "0-1"], "0-1"),
                          (["--serial=LLM 003"], "0-3"), (["-d", "1eaf:0003"], "0-3"),
                          (["--path", "0-2"], "0-2")]:
        found = boot0_json("list", *options, board=["f407", "f072", "bluepill"])
        check(path in [board["path"] for board in found], f"{options}: {found}")
    equal(len(boot0_json("list", "-d1eaf", board=["f407", "f072", "bluepill"])), 1, "by vendor")


def informs(directory):
    say("info of a board")
    done = boot0("info", board="f407")
    check_text(done.stdout, "info")
    for phrase in ["0-1: 0483:df11, STMicroelectronics", "serial    ", "chip      one of 6: STM32F405",
                   "DfuSe, version 1.1a", "2048 bytes per transfer", "memory 0  Internal Flash",
                   "0x08020000      7 x 128 KiB    read erase write", "memory 3  Device Feature"]:
        check(phrase in done.stdout, f"info does not say {phrase!r}: {done.stdout}")
    board = boot0_json("info", board="f407")[0]
    equal(board["transfer_bytes"], 2048, "transfer size")
    equal([m["name"].split("/")[0].strip(" @") for m in board["memories"]],
          ["Internal Flash", "Option Bytes", "OTP Memory", "Device Feature"], "memories")
    equal(board["memories"][0]["regions"][0],
          {"address": "0x08000000", "sectors": 4, "sector_bytes": 16384,
           "access": "read erase write"}, "a region")

    say("info of files in all formats")
    source = directory.file("a.bin", firmware(1000))
    for ending, name in [("hex", "ihex"), ("srec", "srec"), ("elf", "elf"), ("uf2", "uf2"),
                         ("dfu", "dfuse")]:
        path = directory.file(f"a.{ending}")
        boot0("convert", f"{source}@0x08000000", path, width=None)
        info = boot0_json("info", path)[0]
        equal((info["format"], info["has_addresses"]), (name, True), path)
        equal(info["segments"][0]["address"], "0x08000000", path)
        equal(info["vectors"], {"stack": "0x20001000", "reset": "0x08000101"}, path)
        check(f": {name}, " in boot0("info", path).stdout, f"text of {path}")
    info = boot0_json("info", source)[0]
    equal((info["format"], info["bytes"], info["has_addresses"]), ("binary", 1000, False), "a binary")
    both = boot0_json("info", source, directory.file("a.hex"))
    equal([item["file"] for item in both], [source, directory.file("a.hex")], "two files")
    if WINDOWS:
        return  # names are UTF-16 there
    odd = os.fsencode(directory.path) + b"/\xff\".bin"
    with open(odd, "wb") as file:
        file.write(b"data")
    check("\ufffd\"" in boot0_json("info", os.fsdecode(odd), width=None)[0]["file"],
          "a name that is no UTF-8")


def flashes(directory):
    say("flash: what is said, and what is done")
    image = directory.file("a.bin", firmware(40000))
    store = directory.file("flash.bin")
    board = f"f407:flash={store}"
    done = boot0("flash", image, board=board)
    check_text(done.stdout, "flash")
    for phrase in ["Flashed: 3 sectors erased, ", " written and verified, in ",
                   "\nThe program was started.\n"]:
        check(phrase in done.stdout, f"flash does not say {phrase!r}: {done.stdout}")
    labels = [line.split()[0] for line in done.stderr.splitlines()]
    equal(labels, ["Board", "Compared", "Erased", "Wrote", "Verified"], "phases")
    equal(read(store)[:40000], read(image), "the flash")

    done = boot0("flash", image, board=board)
    check(done.stdout.startswith("Nothing to do: the board holds all 39.1 KiB already ("), done.stdout)
    done = boot0("flash", "--full", "--no-run", "--no-verify", image, board=board)
    check("verified" not in done.stdout and "Verified" not in done.stderr, "it did verify")
    check(done.stdout.endswith("The board stays in DFU mode.\n"), done.stdout)
    equal(boot0("flash", "-q", image, board=board).stderr, "", "standard error with --quiet")
    done = boot0("flash", "-v", "--full", image, board=board)
    for phrase in ["File      ", "quirks: st-rom-f2-f4-f7", "alternate 0: @Internal Flash",
                   "Totals    ", "control transfers in ", "erasing"]:
        check(phrase in re.sub(r"\n +", " ", done.stderr), f"--verbose does not say {phrase!r}")

    changed = bytearray(read(image))
    changed[20000] ^= 1
    part = directory.file("b.bin", bytes(changed))
    result = boot0_json("flash", part, board=board)[0]
    equal(result["sectors_erased"], 1, "sectors erased for one byte")
    equal((result["image_bytes"], result["started"], result["board"]["path"]), (40000, True, "0-1"),
          "the result")
    equal(result["unchanged_bytes"] + 16384, 40000, "bytes unchanged")
    for key in ["bytes_read", "bytes_written", "bytes_verified", "transfers", "seconds",
                "read_seconds", "erase_seconds", "write_seconds", "verify_seconds"]:
        check(result[key] > 0, f"{key} is {result[key]}")

    say("several files, in several memories")
    data = directory.file("data.bin", bytes(range(256)))
    result = boot0_json("flash", f"{image}@0x08000000", f"{data}@0x08020000", board=board)[0]
    equal(result["image_bytes"], 40256, "both files")
    equal(read(store)[0x20000:0x20100], read(data), "the second file")
    placed = directory.file("a.hex")
    boot0("convert", "-A", "0x08000000", image, placed, width=None)
    boot0("flash", "-A", "0x08040000", placed, data, board=board)
    equal(read(store)[0x40000:0x40100], read(data), "a binary put at --address beside a HEX file")
    both = directory.file("both.hex")
    boot0("convert", f"{image}@0x08000000", f"{data}@0x1fff7800", both, width=None)
    plan = boot0_json("flash", "--dry-run", "--allow-option-bytes", both, board="f407")[0]
    equal(plan["steps"][-1]["address"], "0x1fff7800", "the last step")
    result = boot0_json("flash", "--allow-option-bytes", "--yes", both, board="f407")[0]
    check(result["bytes_written"] >= 40256, "not both memories were written")


def dry_runs(directory):
    say("flash --dry-run changes nothing")
    image = directory.file("a.bin", firmware(40000))
    store = directory.file("flash.bin", b"\xa5" * (1 << 20))
    done = boot0("flash", "--dry-run", image, board=f"f407:flash={store}")
    check_text(done.stdout, "the plan")
    equal(read(store), b"\xa5" * (1 << 20), "the flash")
    rows = done.stdout.splitlines()
    equal(rows[0].split(), ["ACTION", "ADDRESSES", "SIZE", "EXPECTED"], "the header")
    table = [row for row in rows if row.startswith(("ACTION", "erase", "write"))]
    equal(len({len(row) for row in table}), 1, "the table is not straight")
    equal([row for row in table if " x " in row][0].split()[:5],
          ["erase", "0x08000000-0x0800bfff", "3", "x", "16"], "sectors that are alike are a row")
    check("Would erase 3 sectors and write" in done.stdout, done.stdout)
    plan = boot0_json("flash", "--dry-run", image, board=f"f407:flash={store}")[0]
    equal(plan["dry_run"], True, "dry_run")
    equal(plan["sectors_to_erase"], 3, "sectors")
    equal(sum(s["bytes"] for s in plan["steps"] if s["action"] == "write"), plan["bytes_to_write"],
          "the steps' sum")
    check(0 < plan["expected_seconds"] < 60, "the expected time")
    check("Would write the whole file" in
          boot0("flash", "--dry-run", image, board="bluepill").stdout, "a plain DFU board")


def reads(directory):
    say("read and verify")
    image = directory.file("a.bin", firmware(5000))
    board = f"f407:flash={directory.file('flash.bin')}"
    boot0("flash", image, board=board)
    part = directory.file("part.bin")
    done = boot0("read", "-n", "5000", part, board=board, width=None)
    check(done.stdout.startswith(f"Read 4.9 KiB to {part} in "), done.stdout)
    check("Read      4.9 KiB in" in done.stderr and "Compared" not in done.stderr, done.stderr)
    equal(read(part), read(image), "what was read")
    whole = directory.file("whole.hex")
    equal(boot0_json("read", whole, board=board)[0]["bytes"], 1 << 20, "the whole flash")
    boot0("verify", whole, board=board)
    piped = subprocess.run([BOOT0, "--virtual", board, "read", "-q", "-n", "5000", "-"],
                           stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=True, timeout=TIMEOUT_S)
    equal((piped.stdout, piped.stderr), (read(image), b""), "what goes to a pipe")
    again = boot0_json("read", "-f", "-n", "1k", "-A", "0x08000400", part, board=board)[0]
    equal((again["address"], again["bytes"], again["file"]), ("0x08000400", 1024, part), "JSON")
    equal(read(part), read(image)[1024:2048], "a part")
    done = boot0("verify", image, board=board)
    check(re.fullmatch(r"Equal: the board holds all 4\.9 KiB \(\d+ ms\)\.\n", done.stdout), done.stdout)
    equal(boot0_json("verify", image, board=board)[0]["equal"], True, "verify")

    say("a plain DFU board")
    small = directory.file("small.bin", firmware(3000))
    board = f"bluepill:flash={directory.file('pill.bin')}"
    boot0("flash", "-a", "2", small, board=board)
    equal(boot0_json("verify", "-a", "2", small, board=board)[0]["bytes_verified"], 3000, "verified")
    boot0("read", "-a", "2", "-f", part, board=board)
    equal(read(part)[:3000], read(small), "what was read")


def others(directory):
    say("erase, run, reset, convert, udev, version")
    image = directory.file("a.bin", firmware(40000))
    store = directory.file("flash.bin")
    board = f"f407:flash={store}"
    boot0("flash", image, board=board)
    done = boot0("erase", "-A", "0x08004000", "-n", "20k", board=board)
    check(done.stdout.startswith("Erased 2 sectors (32 KiB) from 0x08004000 in "), done.stdout)
    check("Erased    32 KiB in " in done.stderr, done.stderr)
    done = boot0("erase", "-A", "0x08010064", board="f407")
    check(done.stdout.startswith("Erased 1 sector (64 KiB) from 0x08010000 in "), done.stdout)
    check("Erased    64 KiB in " in done.stderr, done.stderr)
    check(set(read(store)[0x4000:0xc000]) == {0xff} and read(store)[:4] == read(image)[:4], "erased")
    check(boot0("run", board=board).stdout == "The program at 0x08000000 was started.\n", "run")
    equal(boot0_json("run", board=board)[0]["started"], True, "run")
    equal(boot0_json("reset", board=board)[0]["reset"], True, "reset")
    done = boot0("erase", "--all", "--yes", board=board)
    check("Note: this erases all of Internal Flash at 0x08000000 (1 MiB)" in done.stderr, done.stderr)
    check(done.stdout.startswith("Erased the whole flash (1 MiB) in "), done.stdout)
    equal(set(read(store)), {0xff}, "the flash")
    done = boot0("erase", "--unprotect", "--yes", board="f407:rdp=1")
    check("Note: this removes read protection, which erases all of Internal Flash" in
          " ".join(done.stderr.split()), done.stderr)
    check("The board resets." in done.stdout, done.stdout)
    result = boot0_json("erase", "--all", "--yes", board="f407")[0]
    equal((result["all"], result["sectors_erased"], result["bytes_erased"]), (True, 12, 1 << 20),
          "erase")

    hexfile, back = directory.file("a.hex"), directory.file("b.bin")
    done = boot0("convert", "-A", "0x08000000", image, hexfile, width=None)
    check(done.stdout.endswith("a.hex: 39.1 KiB in 1 segment.\n"), done.stdout)
    equal(boot0_json("convert", hexfile, back)[0], {"file": back, "bytes": 40000, "segment_count": 1},
          "convert")
    equal(read(back), read(image), "there and back")

    rule = boot0("udev", "-q")
    check('ATTRS{idVendor}=="0483"' in rule.stdout and rule.stderr == "", "the rule alone")
    check("udevadm control --reload" in boot0("udev").stderr, "what to do with it")
    equal(boot0_json("udev")[0]["rules"], rule.stdout, "the rule in JSON")
    equal(sorted(boot0_json("version")[0]), ["bootloaders", "library", "version"], "the version in JSON")


def forms(directory):
    say("options before and behind the command, and behind --")
    image = directory.file("-a.bin", firmware(400))
    for arguments in [["--virtual", "f407", "-q", "flash", image], ["-q", "flash", image, "--virtual=f407"],
                      ["flash", "--virtual=f407", "-q", "--", "-a.bin"]]:
        run([BOOT0, *arguments], cwd=directory.path)
    say("the locale does not matter")
    for name in ["C", "C.UTF-8", "de_DE.UTF-8"]:
        env = {"LC_ALL": name, "LANG": name}
        done = boot0("flash", "--dry-run", image, board="f407", env=env)
        check("400 bytes are there" not in done.stdout and "  400 ms" in done.stdout, done.stdout)
        equal(boot0("flash", "--help", env=env).stdout, boot0("flash", "--help").stdout, name)


def main():
    helps()
    topics()
    lists()
    for part in (informs, flashes, dry_runs, reads, others, forms):
        with Directory() as directory:
            part(directory)
    if len(sys.argv) > 1:
        fail("there are no arguments")


main()
