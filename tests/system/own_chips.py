# SPDX-License-Identifier: MIT
"""A user's own chips, boards and quirks, from a project's boot0.conf: boards are flashed with them."""

import json
import os
import pathlib
import re
import subprocess

from system import BOOT0, Directory, check, equal, firmware, say

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
APM32 = ROOT / "tests/boards/apm32.board"
PAGE = ROOT / "docs/howto/own-chips.md"

# The APM32F103CB of tests/boards/apm32.board. Its flash has pages of another size than the
# STM32F103's.
CHIP = """[chip apm32f103cb]
name = Geehy APM32F103CB
like = f103
id = 0x410
sectors = 64*2K
usb = 314b:0106
"""

BOARD = """
[board mine]
name = My APM32 board
chip = apm32f103cb
vdd = 3.3
usb = 314b:0106
serial = 0448
enter = Hold KEY and plug it in.
"""

# A clone with an id that no table has, and with a ROM that knows a UART only.
UART_BOARD = """[board]
name = "clone"
[chip]
name = "a clone"
times = STM32F1
option_bytes = f1
pages_per_wrp = 4
refuses_unerased = yes
[memory]
kind = flash
address = 0x08000000
sectors = 32*4K
[memory]
kind = ram
address = 0x20000000
size = 32K
[memory]
kind = options
address = 0x1FFFF800
size = 16
[dfu]
bootloader = uart
[uart]
version = 0x22
chip_id = {chip_id}
commands = 00 01 02 11 21 31 43 63 73 82 92
"""

UART_CHIP = """[chip clone]
like = f103
id = {chip_id}
sectors = 32*4K
ram = 32K
"""


class Project(Directory):
    """A folder with a boot0.conf, and a user's home."""

    def write(self, name, text):
        path = os.path.join(self.path, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        pathlib.Path(path).write_text(text, encoding="utf-8")
        return path

    def boot0(self, *arguments, status=0, conf=None):
        if conf is not None:
            self.write("boot0.conf", conf)
        keep = {name: value for name, value in os.environ.items() if not name.startswith("BOOT0_")}
        home = os.path.join(self.path, "home")
        env = {**keep, "HOME": home, "XDG_CONFIG_HOME": "", "APPDATA": home + "/.config"}
        print("$ boot0", *arguments)
        done = subprocess.run([BOOT0, *map(str, arguments)], cwd=self.path, env=env, text=True,
                              stdin=subprocess.DEVNULL, capture_output=True, check=False)
        equal(done.returncode, status, done.stdout + done.stderr)
        return done

    def json(self, *arguments, **options):
        return json.loads(self.boot0(*arguments, "--json", **options).stdout)


def usb(project):
    say("a clone in its ROM's bootloader")
    virtual = f"--virtual=custom:describe={APM32},flash={os.path.join(project.path, 'flash')}"
    found = project.json("info", virtual, conf="")
    equal((found["chip"], found["profile"]), (None, ""), "unknown to boot0")
    found = project.json("info", virtual, conf=CHIP)
    equal(found["chip"], "apm32f103cb", "by its ids and layout")
    text = project.boot0("info", virtual).stdout
    check("chip      Geehy APM32F103CB" in text, text)
    check("Geehy APM32F103CB" in project.boot0("list", virtual).stdout, "in the list")
    program = project.write("x", "") and os.path.join(project.path, "a.bin")
    pathlib.Path(program).write_bytes(firmware(20000))
    done = project.boot0("flash", virtual, program)
    check("Geehy APM32F103CB" in done.stderr, done.stderr)
    check(project.json("verify", virtual, program)["equal"], "what was written")
    plan = project.json("flash", "--dry-run", "--full", virtual, program)
    check(plan["expected_seconds"] > 0, "times of the family are known")

    say("its board")
    found = project.json("info", virtual, conf=CHIP + BOARD)
    equal((found["chip"], found["profile"]), ("apm32f103cb", "mine"), "recognised by its ids")
    check("My APM32 board" in project.boot0("list", virtual).stdout, "in the list")
    check("board     My APM32 board (mine)" in project.boot0("info", virtual).stdout, "in info")
    done = project.boot0("flash", "--full", virtual, program)
    check("Board     My APM32 board" in done.stderr, done.stderr)
    check("supply" not in done.stderr, "the entry's supply is no word of the user's")
    found = project.json("info", "--chip", "f103", virtual)
    equal(found["chip"], "f103", "the command line counts more")
    check("layout is that of another one" in found["contradiction"], found["contradiction"])
    text = project.boot0("doctor", "--board", "mine", "--virtual=f407:boot0=0", status=69).stdout
    check("Hold KEY and plug it in." in text, text)


def names(project):
    say("names of their own")
    project.write("home/.config/boot0/config", "[board bluepill]\nchip = f103\nname = Other\n")
    conf = "board = mine\n" + CHIP + BOARD + "[quirk 314b:0106]\nname = slow\nwhole_blocks = yes\n"
    chips = project.boot0("complete", "chips", conf=conf).stdout.split()
    check(chips[0] == "apm32f103cb" and "f407" in chips, chips)
    boards = project.boot0("complete", "boards").stdout.split()
    equal(boards[:2], ["mine", "bluepill"], "boards")
    equal(boards.count("bluepill"), 1, "one in place of the other")
    shown = project.json("config")
    equal([(row["key"], row["source"]) for row in shown["chips"]],
          [("apm32f103cb", "boot0.conf:2")], "chips")
    equal([(row["key"], row["replaces"]) for row in shown["boards"]],
          [("mine", False), ("bluepill", True)], "boards")
    equal([row["name"] for row in shown["quirks"]], ["slow"], "quirks")
    text = project.boot0("config").stdout
    for line in ["[chip apm32f103cb] # boot0.conf:2", "[quirk 314b:0106] # boot0.conf:16",
                 "replaces another one"]:
        check(line in text, text)
    check("[board mine]" in project.boot0("config", "boot0.conf").stdout, "of a file")
    project.boot0("config", "nope.conf", status=66)
    virtual = f"custom:describe={APM32}"
    equal(project.json("info", "--virtual", virtual)["quirk"], "slow", "the quirk")
    table = project.boot0("info", "--chip", "apm32f103cb", "a.bin", "--json").stdout
    equal(json.loads(table)["flash"][0]["sector_bytes"], 2048, "sectors for a file")
    check("Use one of mine, bluepill, black-f407ve" in
          " ".join(project.boot0("info", "--board", "x", "--virtual", virtual,
                                 status=64).stderr.split()), "boards that are known")
    project.write("home/.config/boot0/config", "")


def options(project):
    say("options of a board's entry")
    boards = [f"--virtual=custom:describe={APM32}", "--virtual=f407:serial=B"]
    conf = ("vdd = 2.5\n[board b]\nchip = f407\nserial = B\nvdd = 3.3\nfast = maybe\n")
    done = project.boot0("info", "--board", "b", status=64, conf=conf)
    check("boot0.conf:6: invalid fast" in " ".join(done.stderr.split()), done.stderr)
    project.write("boot0.conf", conf.replace("fast = maybe\n", "port = /nonexistent\n"))
    check("/nonexistent" in project.boot0("info", "--board", "b", status=69).stderr, "its port")
    equal(project.json("info", "--board", "b", "--serial", "B", boards[1])["profile"], "b",
          "the command line says which board is meant")
    project.write("boot0.conf", "board = b\nport = /other\n" + conf.replace("fast = maybe\n", ""))
    check("/other" in project.boot0("info", status=69).stderr, "a setting")
    conf = "[board b]\nchip = f407\npatient = yes\nbaud = 9600\nboot = nonsense\n"
    project.write("boot0.conf", conf)
    done = project.boot0("info", "--board", "b", "--port", "uart", "--virtual", "f103", status=64)
    check("nonsense" in done.stderr, done.stderr)


def uart(project):
    say("a chip with an id that boot0 does not know, on a serial port")
    store = os.path.join(project.path, "uart-flash")
    board = project.write("uart.board", UART_BOARD.format(chip_id="0x7A1"))
    port = ["--port", "uart", f"--virtual=custom:describe={board},flash={store}"]
    done = project.boot0("info", *port, status=69, conf="")
    check("0x7a1, which is unknown" in " ".join(done.stderr.split()), done.stderr)
    for name, chip in [("by its id", UART_CHIP.format(chip_id="0x7a1")),
                       ("by its name", "chip = clone\n" + UART_CHIP.format(chip_id="none"))]:
        say(name)
        found = project.json("info", *port, conf=chip)
        equal((found["chip"], found["contradiction"]), ("clone", ""), name)
        equal(found["memories"][0]["regions"][0]["sector_bytes"], 4096, "its sectors")
        program = os.path.join(project.path, "b.bin")
        pathlib.Path(program).write_bytes(firmware(30000 + len(name)))
        project.boot0("flash", *port, program)
        check(project.json("verify", *port, program)["equal"], "what was written")

    say("a clone with the id of an STM32F103, and other sectors")
    board = project.write("uart.board", UART_BOARD.format(chip_id="0x410"))
    clone = UART_CHIP.format(chip_id="0x410")
    equal(project.json("info", *port, conf="")["chip"], "f103", "taken for it")
    equal(project.json("info", *port, conf=clone)["chip"], "clone", "the user's word")
    found = project.json("info", "--chip", "f103", *port)
    equal((found["chip"], found["contradiction"]), ("f103", ""), "or not")
    equal(found["memories"][0]["regions"][0]["sector_bytes"], 1024, "its sectors")


def gang(project):
    say("many boards")
    virtual = [f"--virtual=custom:describe={APM32}"] * 2
    done = project.boot0("gang", "--json", *virtual, "a.bin", conf=CHIP)
    for line in done.stdout.splitlines():
        equal(json.loads(line)["chip"], "apm32f103cb", line)


def mistakes(project):
    say("each mistake with its place")
    for text, words in [
        ("[chip a]\n", ["boot0.conf:1: [chip a] has no id", "id = 0x410"]),
        ("[chip a]\nid = 1\n", ["boot0.conf:1: [chip a] has no family", "like = f103"]),
        (CHIP + "secotrs = 1*1K\n", ["boot0.conf:7: [chip apm32f103cb] has no key \"secotrs\"",
                                     "Use one of: like, name"]),
        (CHIP.replace("64*2K", "64x2K"), ["boot0.conf:5: invalid sectors \"64x2K\": expected"]),
        (CHIP.replace("f103\n", "f999\n"), ["boot0.conf:3: invalid like \"f999\": expected a known"]),
        ("vdd = 3.3\n\n" + BOARD, ["boot0.conf:4: [board mine] has the chip", "[chip apm32f103cb]"]),
        (BOARD + CHIP + "ram = 20K, 4K@0x20001000\n", ["boot0.conf:15: invalid ram", "overlap"]),
        ("[clip a]\n", ["boot0.conf:1: invalid section: expected [chip NAME]"]),
    ]:
        for command in [["list", "--virtual", "f407"], ["config"], ["config", "boot0.conf"],
                        ["flash", "--virtual", "f407", "a.bin"]]:
            done = project.boot0(*command, status=64, conf=text)
            said = " ".join(done.stderr.split())
            check(all(word in said for word in words), f"{text!r}: {said}")
    project.boot0("complete", "chips")
    project.boot0("version")
    project.boot0("convert", "a.bin", "b.hex", "--address", "0x08000000")


def page(project):
    say("docs/howto/own-chips.md has all keys, and its example is right")
    text = PAGE.read_text(encoding="utf-8")
    for section in ["chip NAME", "board NAME", "quirk 1:2"]:
        kind = section.split()[0]
        table = text.split(f"## [{kind} ")[1].split("\n## ")[0]
        cells = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
        written = {key for cell in cells for key in re.findall(r"`([a-z0-9_]+)`", cell)}
        done = project.boot0("config", status=64, conf=f"[{section}]\nnope = 1\n")
        known = re.search(r"Use one of: ([^.]*)\.", " ".join(done.stderr.split())).group(1)
        equal(written, set(known.split(", ")), kind)
    example = text.split("This boot0.conf")[1].split("\n\n", 1)[1].split("\nboot0 now")[0]
    conf = "\n".join(line[4:] for line in example.splitlines())
    found = project.json("info", f"--virtual=custom:describe={APM32}", conf=conf)
    equal((found["chip"], found["profile"]), ("apm32f103cb", "blue-apm"), "the example")


def main():
    with Project() as project:
        usb(project)
        names(project)
        options(project)
        uart(project)
        gang(project)
        mistakes(project)
        page(project)


main()
