# SPDX-License-Identifier: MIT
"""Many user mistakes: boot0's exit status, and that the error says what happened and what to do."""

import json
import os
import subprocess

from cli_run import boot0, boot0_json, check_text, fails
from system import (BOOT0, TIMEOUT_S, VBOARD, WINDOWS, Buttons, Directory, check, equal, firmware, read, run,
                    say, vboard_stats, wait_for_text)

# A name below a file. Windows reports a missing path (ERROR_PATH_NOT_FOUND).
BELOW_A_FILE = "No such file or directory" if WINDOWS else "Not a directory"


def command_lines(directory):
    say("the command line")
    image = directory.file("a.bin", firmware(1000))
    for phrases, *arguments in [
        (['unknown command "flahs"', "Did you mean `boot0 flash`?"], "flahs", "x"),
        (['unknown command "upload"', "to list the commands"], "upload", "x"),
        (['unknown command "flahs"'], "help", "flahs"),
        (["missing COMMAND", "Usage:"], "-q", "-v"),
        (["no option --no-virify", "Did you mean --no-verify?"], "flash", "--no-virify", image),
        (["no option --force"], "list", "--force"),
        (["no option -Z", "--help"], "flash", "-Z", image),
        (["missing FILE", "Usage: boot0 flash"], "flash"),
        (["missing FILE"], "verify"),
        (["missing FILE"], "read"),
        (["missing INPUT or OUTPUT"], "convert", image),
        (['unexpected argument "b"'], "read", "a", "b"),
        (["takes no arguments"], "list", "extra"),
        (["takes no arguments"], "erase", "--all", "now"),
        (["at most 64"], "info", *["f"] * 65),
        (["--full takes no value", 'Remove "=1"'], "flash", "--full=1", image),
        (["--serial needs a value"], "list", "--serial"),
        (['invalid --address "08000000"', "0x08000000"], "flash", "-A", "08000000", image),
        (['invalid --size "12 k"', "16k"], "read", "-n", "12 k", "x.bin"),
        (['invalid --size "0"'], "read", "-n", "0", "x.bin"),
        (['invalid --device "stm"', "0483:df11"], "list", "-d", "stm"),
        (['invalid --vdd "3,3"', "3.3"], "flash", "--vdd", "3,3", image),
        (['invalid --wait "x"', "--wait=10"], "list", "--wait=x"),
        (["--wait=5"], "list", "--wait", "5"),
        (['invalid --baud "fast"', "115200"], "info", "--port", "x", "--baud", "fast"),
        (["from the IDE", "omit --arduino"], "monitor", "--arduino", "/dev/ttyACM0"),
        (["missing range to erase", "--all"], "erase"),
        (["missing range to erase"], "erase", "--size", "1k"),
        (["exclude each other"], "erase", "--all", "--address", "0x08000000"),
        (["exclude each other"], "erase", "--all", "--unprotect"),
        (['unknown format "foo"', "ihex"], "convert", "--format", "foo", image, "x.hex"),
        (["invalid --suffix"], "convert", "--suffix", "04:83:df:11", image, "x.dfu"),
        (['unknown UF2 family "z"', "0x57755a57"], "convert", "--family", "z", image, "x.uf2"),
        (["does not select a format"], "convert", image, directory.file("x.foo")),
        (["has none"], "convert", image, directory.file("x.hex")),
        (['unknown format "foo"'], "read", "--format", "foo", "x.bin"),
    ]:
        fails(64, phrases, *arguments, width=None)
    say("the same as JSON")
    for arguments in [["flahs", "--json"], ["--json", "flash"], ["list", "--json", "--bogus"],
                      ["list", "--bogus", "--json"]]:
        error = boot0_json(*[word for word in arguments if word != "--json"], status=64)[0]["error"]
        equal((error["code"], error["exit_code"]), ("usage", 64), "the error")
        check(error["message"] and error["hint"], "an empty message or hint")


def files(directory):
    say("files")
    good = directory.file("good.bin", firmware(1000))
    hexfile = directory.file("good.hex")
    boot0("convert", f"{good}@0x08000000", hexfile, width=None)
    lines = read(hexfile).split(b"\n")
    bad = directory.file("bad.hex", b"\n".join([lines[0][:10] + b"Z" + lines[0][11:], *lines[1:]]))
    sums = directory.file("sum.hex", b"\n".join([lines[0].rstrip()[:-2] + b"00", *lines[1:]]))
    cut = directory.file("cut.hex", b"\n".join(lines[:3]))
    elf = directory.file("good.elf")
    boot0("convert", hexfile, elf, width=None)
    short = directory.file("short.elf", read(elf)[:60])
    other = directory.file("other.bin", firmware(900, seed=3))
    for status, phrases, *arguments in [
        (66, ["none.bin: cannot be opened: No such file", "Check the path"], "none.bin"),
        (66, ["Is a directory", "Give the file within this directory"], directory.path),
        (66, [f"cannot be opened: {BELOW_A_FILE}"], f"{good}/x"),
        (65, ["is empty", "Build or download it again"], directory.file("empty.bin", b"")),
        (65, ["line 1", "'Z'", "damaged"], bad),
        (65, ["line 1", "checksum"], sums),
        (65, ["cut.hex", "damaged"], cut),
        (65, ["ELF", "damaged"], short),
        (65, ["is not", "as its name says"], directory.file("not.hex", b"\x00\x01binary")),
        (64, ["raw binary", "@0x08000000"], good, other),
        (64, ["--address is for one raw binary"], "-A", "0x08000000", good, other),
        (65, ["0x080000"], f"{good}@0x08000000", f"{other}@0x08000010"),
    ]:
        fails(status, phrases, "flash", *arguments, board="f407", width=None)
        if len(arguments) == 1:
            fails(status, phrases, "info", *arguments, width=None)
    say("a HEX file is a HEX file whatever its name")
    renamed = directory.file("renamed.bin", read(hexfile))
    store = directory.file("flash.bin")
    boot0("flash", renamed, board=f"f407:flash={store}")
    equal(read(store)[:1000], read(good), "the flash")
    if os.geteuid() != 0:
        os.chmod(good, 0)
        fails(66, ["Permission denied", "ls -l"], "flash", good, board="f407", width=None)


def wrong_boards(directory):
    say("files and boards that do not go together: nothing is written")
    good = directory.file("good.bin", firmware(1000))
    large = directory.file("large.bin", firmware(200 * 1024))
    stack = directory.file("stack.bin", (0x30000000).to_bytes(4, "little") + read(good)[4:])
    noise = directory.file("noise.bin", bytes(range(256)))
    option_bytes = directory.file("option.bin", bytes(16))

    def convert(name, *options, source=good):
        path = directory.file(name)
        boot0("convert", *options, f"{source}@0x08000000", path, width=None)
        return path

    for board, status, phrases, *arguments in [
        ("f407", 65, ["not linked for 0x08004000", "--address"], "-A", "0x08004000", good),
        ("f407", 65, ["not linked for 0x08004000"], f"{good}@0x08004000"),
        ("f407", 65, ["no program for this chip", "stack 0x30000000", "--force"], stack),
        ("f407", 65, ["no program for this chip"], noise),
        ("f407", 65, ["256 bytes for RAM at 0x20000000, which is lost at reset", "another address"],
         "-A", "0x20000000", noise),
        ("f407", 65, ["0x08100000"], "-f", "-A", "0x080fff80", noise),
        ("f072", 65, ["0x08020000", "128 KiB", "larger chip"], large),
        ("f407", 65, ["for another device", "0483:5740", "--ignore-suffix"],
         convert("other.dfu", "--suffix", "0483:5740")),
        ("f407", 65, ["for another chip", "STM32F0", "--force"], convert("f0.uf2", "--family", "f072")),
        ("f407", 64, ["Option Bytes", "lock the chip", "--allow-option-bytes"],
         "-A", "0x1fffc000", option_bytes),
        ("f407", 64, ["OTP Memory"], "-A", "0x1fff7800", option_bytes),
        ("f407", 64, ["contains its own addresses"], "-A", "0x08020000", convert("a.hex")),
        ("f407", 64, ['no alternate setting "xx"', '0 "Internal Flash"'], "-a", "xx", good),
        ("f407", 64, ['no alternate setting "7"'], "-a", "7", good),
        ("f407", 64, ['unknown chip "f999"', "STM32F407VE"], "--chip", "f999", good),
        ("f407", 64, ['unknown board "toaster"', "--chip"], "--board", "toaster", good),
        ("f407", 64, ["5.00 V is not possible", "3.3 V"], "--vdd", "5", good),
    ]:
        store = directory.file("store.bin", b"\x5a" * (1 << 20 if board == "f407" else 128 << 10))
        before = read(store)
        done = fails(status, [*phrases], "flash", *arguments, board=f"{board}:flash={store}",
                     width=None)
        equal(read(store), before, f"the flash after {done.args}")
    store = directory.file("store.bin")
    os.unlink(store)
    boot0("flash", "--ignore-suffix", directory.file("other.dfu"), board=f"f407:flash={store}")
    boot0("flash", "--force", noise, board="f407")
    boot0("flash", "--force", directory.file("f0.uf2"), board="f407")

    say("what cannot be read, erased, started")
    for status, phrases, *arguments in [
        (65, ["0x20000000", "boot0 info"], "read", "-A", "0x20000000", "-n", "4", "x.bin"),
        (64, ["missing size of the range", "--size"], "read", "-A", "0x20000000", "x.bin"),
        (65, ["0x08100000"], "read", "-n", "2M", "x.bin"),
        (65, ["0x1fffc000", "Nothing was erased"], "erase", "-A", "0x1fffc000"),
        (65, ["Nothing was erased"], "erase", "-A", "0x080f0000", "-n", "1M"),
        (65, ["no program at 0x08000000", "Flash a program first"], "run"),
        (65, ["differs from the file at 0x08000000", "`boot0 flash`"], "verify", good),
        (73, ["exists already", "--force"], "read", good),
        (73, ["is a directory"], "read", directory.path),
        (73, ["cannot be created", "Nothing was read"], "read", "/nonexistent/x.bin"),
        (73, ["cannot be created"], "read", f"{good}/x.bin"),
        (73, ["/dev/full", "No space left"], "read", "-n", "1k", "-F", "binary", "/dev/full"),
        (73, ["/dev/full", "No space left"], "convert", f"{good}@0", "-F", "ihex", "/dev/full"),
        (73, ["/nonexistent/a.hex"], "convert", f"{good}@0", "/nonexistent/a.hex"),
    ]:
        board = None if arguments[0] == "convert" else "f407"
        fails(status, phrases, *arguments, board=board, width=None)
    fails(69, ["plain DFU", "as a whole"], "erase", "--all", board="bluepill")
    fails(69, ["does not allow reading", "download only"], "read", "x.bin", board="maple")
    fails(65, ["differs from the file at 0x00000000"], "verify", "-a", "2", good, board="bluepill")
    results = boot0_json("verify", f"{good}@0x08004000", board="f407", status=65)
    equal(len(results), 1, "objects of a verify that failed")
    error = results[0]["error"]
    equal((error["code"], error["exit_code"]), ("mismatch", 65), "verify as JSON")
    equal((results[0]["equal"], results[0]["first_difference"]), (False, "0x08004000"),
          "the result of verify")
    result = boot0_json("verify", "-a", "2", good, board="bluepill", status=65)[0]
    equal((result["equal"], result["first_difference"]), (False, "0x00000000"), "of a plain board")


def standard_streams(directory):
    say("\"-\" is standard input or output, or refused")
    image = directory.file("a.bin", firmware(1000))
    hexfile = directory.file("a.hex")
    boot0("convert", f"{image}@0x08000000", hexfile, width=None)

    def piped(*arguments, status=0):
        with open(hexfile, "rb") as source:
            done = subprocess.run([BOOT0, *arguments], stdin=source, capture_output=True, timeout=TIMEOUT_S,
                                  check=False)
        print(f"$ boot0 {arguments} < a.hex", flush=True)
        equal(done.returncode, status, f"exit status of {arguments}: {done.stderr}")
        return done

    board = f"--virtual=f407:flash={directory.file('flash.bin')}"
    piped("flash", "-", board)
    check(b"Equal" in piped("verify", "-", board).stdout, "verify")
    check(b"standard input" in piped("info", "-").stdout or b"ihex" in piped("info", "-").stdout,
          "info")
    piped("gang", "-", board)
    equal(piped("convert", "-", "-", "--format", "binary").stdout, read(image), "convert")
    for words, phrase in (
        (("flash", "-", "-", board), b"only once"), (("watch", "-", board), b"cannot watch"),
        (("convert", "-", "-"), b"missing format"),
        (("convert", "-", "-", "--format", "ihex", "--json"), b"cannot both"),
        (("info", "--trace", "-", board), b"--trace"), (("info", "--replay", "-"), b"--replay"),
        (("gang", "-", "--record", "-", board), b"--record"),
        (("gang", "-", "--csv", "-", board), b"--csv"),
    ):
        done = piped(*words, status=64)
        check(phrase in done.stderr + done.stdout, f"{words}: {done}")
    check(not os.path.exists("-"), "a file of that name was made")

    say("a file that cannot be made is found out before anything is read")
    long = "x" * 250 + ".bin"
    for name in ("/proc/x.bin", "/none/x.bin", directory.file(long), image + "/x.bin"):
        done, stats = vboard_stats("f407", [BOOT0, "read", name], 73)
        check("Nothing was read" in " ".join(done.stderr.split()), done.stderr)
        equal(stats[0]["transfers"], 0, f"transfers for {name}")
    equal(sorted(os.listdir(directory.path)), ["a.bin", "a.hex", "flash.bin"], "files left behind")


def no_board_or_two(directory):
    say("no board, two boards")
    good = directory.file("good.bin", firmware(1000))
    for arguments in [["flash", good], ["list"], ["info"], ["erase", "--all"], ["run"], ["reset"]]:
        fails(69, ["no board in DFU mode", "BOOT0", "--wait"], *arguments, board="f407:boot0=0")
    for option in [["-d", "1234"], ["-s", "nope"], ["-p", "9-9"]]:
        fails(69, ["no matching board", "`boot0 list`"], "info", *option, board="f407")
        fails(69, ["no matching board"], "list", *option, board="f407")
    done = fails(69, ["found 2 boards", "--path, --serial or -d", "0-1 0483:df11 serial"],
                 "flash", good, board=["f407", "f411"])
    check("\n         0-2  0483:df11  serial " in done.stderr, "not one board a line")
    boot0("flash", "-p", "0-2", good, board=["f407", "f411"])
    fails(64, ["f4077"], "list", board="f4077")
    fails(64, ["colour"], "list", board="f407:colour=red")

    say("--wait")
    # An hour of board time: a command that takes that long in wall time is killed as hanging.
    fails(69, ["no board in DFU mode"], "flash", "--wait=3600", good, board="f407:boot0=0")
    check("Waiting for a board...\n" in
          boot0("list", "--wait=1", board="f407:boot0=0", status=69).stderr, "it does not say so")
    buttons = Buttons(directory)
    with subprocess.Popen([VBOARD, *buttons.options, "f407:plug=never", "--",
                           BOOT0, "flash", "--wait", good], text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        wait_for_text(process.stderr, "Waiting for a board...\n")
        buttons.press("1 plug")
        stdout, stderr = process.communicate(timeout=TIMEOUT_S)
        equal(process.returncode, 0, "exit status")
    check(stderr.startswith("Board "), f"it did not wait for the board: {stderr}")
    check("The program was started." in stdout, "it did not flash")


def faults(directory):
    say("boards that go wrong in the middle")
    image = directory.file("a.bin", firmware(100000))
    for fault, status, phrases in [
        ("fault=unplug@20", 74, ["the board went away", "unplugged, reset, or lost power"]),
        ("fault=unplug@60", 74, ["went away", "it writes what is missing"]),
        ("fault=powercut@2", 74, ["went away", "erasing"]),
        ("fault=powercut@12", 74, ["went away"]),
        ("rdp=1", 77, ["read protection", "--unprotect", "erases everything"]),
    ]:
        fails(status, phrases, "flash", image, board=f"f407:{fault}")
    for fault in ["stall@30", "timeout@30", "status@12", "stall@20+timeout@40+status@30"]:
        done = boot0("flash", image, board=f"f407:fault={fault}")
        check("verified" in done.stdout, done.stdout)

    say("a memory whose name was damaged, and one that cannot be erased")
    nameless = "f407:fault=descriptor@26=00"
    for arguments in [["read", "--alt", "1", directory.file("nameless.bin")], ["run", "--alt", "1"],
                      ["flash", "--alt", "1", image], ["erase", "--alt", "1", "--all", "--yes"]]:
        fails(69, ["does not report the addresses", "setting 1"], *arguments, board=nameless)
    fails(69, ["cannot be erased", "Nothing was erased"], "erase", "--alt", "OTP", "--all", "--yes",
          board="f407")

    say("after any interruption the same command completes the work")
    for fault in ["unplug@20", "unplug@90", "powercut@1", "powercut@5", "powercut@9"]:
        store = directory.file("flash.bin")
        if os.path.exists(store):
            os.unlink(store)
        boot0("flash", image, board=f"f407:flash={store},fault={fault}", status=74)
        boot0("flash", image, board=f"f407:flash={store}")
        equal(read(store)[:100000], read(image), f"the flash after {fault} and a repetition")


def outputs(directory):
    say("standard output that is full or closed")
    image = directory.file("a.bin", firmware(1000))
    for arguments in [["list", "--virtual=f407"], ["list", "--json", "--virtual=f407"], ["help"],
                      ["info", image], ["flash", "-q", "--virtual=f407", image], ["udev", "-q"],
                      ["read", "-q", "--virtual=f407", "-"]]:
        with open("/dev/full", "wb") as full:
            done = subprocess.run([BOOT0, *arguments], stdout=full, stderr=subprocess.PIPE, text=True,
                                  timeout=TIMEOUT_S, check=False)
        equal(done.returncode, 73, f"exit status of {arguments} into a full disk")
        check("standard output" in done.stderr, done.stderr)
        check_text(done.stderr, "the error")
        reading, writing = os.pipe()
        os.close(reading)
        done = subprocess.run([BOOT0, *arguments], stdout=writing, stderr=subprocess.PIPE, text=True,
                              timeout=TIMEOUT_S, check=False)
        os.close(writing)
        equal(done.returncode, 73, f"exit status of {arguments} into a closed pipe")
    done = boot0("read", "--json", "-", board="f407", status=64)
    equal(json.loads(done.stdout)["error"]["code"], "usage", "read - with --json")


def traces(directory):
    say("records that cannot be written")
    image = directory.file("a.bin", firmware(1000))
    fails(73, ["cannot be created", "Nothing was done"], "flash", "--trace",
          directory.file("no/such/trace"), image, board="f407")
    check("the end of the file could not be written" in
          boot0("flash", "--trace", "/dev/full", image, board="f407").stderr, "a full disk")


def supply(directory):
    say("what is told though it is no error")
    image = directory.file("a.bin", firmware(1000))
    check("Note: supply range 2.7-3.6 V" in
          boot0("flash", "--vdd", "3.3", image, board="f407").stderr, "--vdd on an F407")
    check("--vdd is ignored" in boot0("flash", "--vdd=3.3", image, board="l476").stderr, "on an L476")
    equal(boot0("flash", "-q", "--vdd=3.3", image, board="l476").stderr, "", "--quiet")
    check("Note: " in boot0("flash", "--json", "--vdd=3.3", image, board="l476").stderr,
          "notes go to standard error with --json, too")
    contradiction = "the board's layout is that of another one"
    done = boot0("info", "--chip", "f072", board="f407")
    check(contradiction in " ".join(done.stdout.split()), "a contradiction")
    equal(done.stderr, "", "it is said once")
    done = boot0("flash", "--chip", "f072", "--force", image, board="f407")
    check(contradiction in " ".join(done.stderr.split()), "a contradiction at work")
    _, stats = vboard_stats("f407", [BOOT0, "flash", "--board", "black-f407ve", "-q", image])
    equal(stats[0]["violations"], 0, "violations")


def main():
    for part in (command_lines, files, standard_streams, wrong_boards, no_board_or_two, faults,
                 outputs, traces, supply):
        with Directory() as directory:
            part(directory)


main()
