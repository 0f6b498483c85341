# SPDX-License-Identifier: MIT
"""Port discovery as arduino-cli and the IDE 1.8 use it: message by message, as arduino-cli's
pluggable discovery specification (version 1) defines them, and in the older dialect. Covers boards
that come and go, and the properties by which the IDE names them.

Without an argument this is the test: it runs itself under vboard, with the name of a part as
argument.
"""

import pathlib
import re
import subprocess
import sys

from ide_tool import HELLO, Tool, hostile, ok
from runtime import FIRMWARE, PORT, flash_file
from system import BOOT0, VBOARD, Directory, check, equal, firmware, run, say

SERIAL = "315A28A0B956"
ROOT = pathlib.Path(__file__).resolve().parents[2]
GONE = {"eventType": "remove", "port": {"address": "1-1", "protocol": "dfu"}}
ROM = {
    "vid": "0x0483",
    "pid": "0xdf11",
    "serialNumber": SERIAL,
    "product": "STM32  BOOTLOADER",
    "mode": "dfu",
}


class Discovery(Tool):
    def __init__(self, **options):
        super().__init__(BOOT0, "discovery", **options)
        self.ports = {}

    def event(self, event, protocol="dfu"):
        """Returns the next event of that kind about a port of that protocol; skips others."""
        while True:
            found = self.receive()
            if found["eventType"] == event and found["port"]["protocol"] == protocol:
                return found

    def burst(self, count):
        """Returns the addresses of `count` added ports; fails if anything else happens."""
        events = [self.receive() for _ in range(count)]
        equal({event["eventType"] for event in events}, {"add"}, "events")
        self.silent(0.5)
        return {event["port"]["address"] for event in events}

    def settled(self, condition):
        """Returns the ports by address, once the condition holds for them."""
        while not condition(self.ports):
            event = self.receive()
            port = event["port"]
            if event["eventType"] == "add":
                self.ports[port["address"]] = port
            else:
                equal(set(port), {"address", "protocol"}, "what is told of a port that is gone")
                del self.ports[port["address"]]
        return self.ports

    def added(self, protocol="dfu"):
        return self.event("add", protocol)["port"]


def greeted():
    one = Discovery()
    equal(one.ask('HELLO 1 "arduino-cli 1.2.3"'), HELLO, "HELLO")
    return one


def watching():
    """Returns one discovery of each dialect, both reporting events."""
    new, old = greeted(), Discovery()
    for one in (new, old):
        equal(one.ask("START_SYNC"), ok("start_sync"), "START_SYNC")
    return new, old


def of_protocol(ports, protocol):
    return [port for port in ports if port["protocol"] == protocol]


# ---- boards.txt ----


def board_lines():
    for line in (ROOT / "arduino/boards.txt").read_text(encoding="utf-8").splitlines():
        if re.match(r"\w+\.[^=]+=", line):
            key, _, value = line.partition("=")
            yield *key.split(".", 1), value


def boards():
    found = {}
    for board, key, value in board_lines():
        if board != "menu":
            found.setdefault(board, {})[key] = value
    return found


def candidates(properties):
    """Returns the boards that a port may be by arduino-cli's rule: all of one set of upload_port
    matches.
    """
    found = set()
    for board, lines in boards().items():
        sets = {}
        for key, value in lines.items():
            match = re.fullmatch(r"upload_port\.(\d+)\.(\w+)", key)
            if match:
                sets.setdefault(match[1], {})[match[2]] = value
        if any(one.items() <= properties.items() for one in sets.values()):
            found.add(board)
    return found


def old_candidates(port):
    """The IDE 1.8's rule: all identificationPrefs are there, with the same number."""
    wanted = port.get("identificationPrefs")
    return {board for board, lines in boards().items()
            if wanted and all(lines.get(f"{key}.0") == value for key, value in wanted.items())}


def platform():
    """The names in boards.txt are the names that the firmware, boot0 and STM32duino use."""
    names = {re.search(r'BOARD_NAME "(.+)"', path.read_text(encoding="utf-8"))[1]
             for path in (ROOT / "firmware/boards").glob("*.h")}
    for board, key, value in board_lines():
        if re.fullmatch(r"upload_port\.\d+\.board|board\.\d+", key):
            check(value in names, f"{board}: no bootloader is built for {value}")
        for name in re.findall(r"--board (\S+)", value):
            done = subprocess.run([BOOT0, "doctor", "--board", name, "--json"], check=False,
                                  capture_output=True, text=True)
            check("is known" not in done.stdout + done.stderr, f"{board}: --board {name}")
    for board, lines in boards().items():
        string = re.search(r'USB_PRODUCT_STRING="(.+?)"', lines.get("build.extra_flags", ""))
        # STM32duino's libraries/USBDevice/src/usbd_desc.c
        product = string[1] if string else f"{lines['build.board']} CDC in FS Mode"
        if "upload_port.0.product" in lines:
            sketch = {"vid": "0x0483", "pid": "0x5740", "product": product, "serialNumber": "1"}
            equal(candidates(sketch), {board}, f"the boards whose sketch calls itself {product}")
            check(lines["descriptor.0"] in product, f"{board}: descriptor.0")


# ---- the parts, each under vboard ----


def part_listing():
    one = greeted()
    equal(one.ask("START"), ok("start"), "START")
    found = one.ask("LIST")
    equal((found["eventType"], set(found)), ("list", {"eventType", "ports"}), "the answer to LIST")
    (board,) = of_protocol(found["ports"], "dfu")
    equal(board, {"properties": ROM, "address": "1-1", "label": "1-1 STM32, one of 6: F405/407, ...",
                  "protocol": "dfu",
                  "protocolLabel": "USB (DFU)", "hardwareId": SERIAL}, "the board")
    (adapter,) = of_protocol(found["ports"], "serial")
    equal((adapter["address"], adapter["label"]), ("/dev/ttyUSB0", "ttyUSB0"), "the UART adapter")
    equal(set(adapter), {"address", "label", "protocol", "protocolLabel", "properties"}, "of it")
    equal(one.ask("LIST"), found, "LIST once more")
    equal(one.ask("STOP"), ok("stop"), "STOP")
    one.refuses("LIST", "list", "START")
    equal(one.ask("START_SYNC"), ok("start_sync"), "START_SYNC after STOP")
    equal(one.burst(2), {"1-1", "/dev/ttyUSB0"}, "what is there is told of anew")
    equal(one.ask("STOP"), ok("stop"), "STOP")
    one.end()


def part_order():
    """Tries every command in every state; a refused command changes no state."""
    one = Discovery()
    one.refuses("LIST", "list", "START")
    one.refuses("STOP", "stop", "not run")
    equal(one.ask('HELLO 2 "a newer IDE"'), HELLO, "HELLO of a version that does not exist yet")
    one.refuses('HELLO 1 "twice"', "hello", "HELLO")
    one.refuses("LIST", "list", "START")
    one.refuses("STOP", "stop", "not run")
    equal(one.ask("START"), ok("start"), "START")
    for line in ("START", "START_SYNC", 'HELLO 1 "late"'):
        one.refuses(line, line.split()[0].lower(), "")
    equal(one.ask("LIST")["eventType"], "list", "LIST, all the same")
    equal(one.ask("STOP"), ok("stop"), "STOP")
    equal(one.ask("START_SYNC"), ok("start_sync"), "START_SYNC")
    one.burst(2)
    for line in ("START", "START_SYNC", "LIST", 'HELLO 1 "late"'):
        one.refuses(line, line.split()[0].lower(), "")
    one.refuses("EVENTS", "command_error", "Unknown command EVENTS")
    one.end()
    Discovery().end()  # QUIT always succeeds


def part_old_polling():
    """The IDE 1.8 uses START and LIST if START_SYNC fails; it finds serial ports itself."""
    one = Discovery()
    equal(one.ask("START"), ok("start"), "START without HELLO")
    (board,) = one.ask("LIST")["ports"]
    equal((board["address"], board["prefs"]), ("1-1", ROM), "the board")
    equal(one.ask("STOP"), ok("stop"), "STOP")
    one.process.stdin.close()  # without QUIT
    one.ended()


def part_events():
    new, old = watching()
    equal(new.added()["properties"], ROM, "the board")
    port = old.added()
    equal((port["prefs"], port["properties"]), (ROM, ROM), "the board, in the old dialect")
    equal((candidates(ROM), old_candidates(port)), (set(), set()), "a ROM is on any board")
    with Directory() as directory:
        run([BOOT0, "flash", directory.file("program.bin", firmware(3000))])
    equal(new.event("remove"), GONE, "the board is gone")
    equal(old.event("remove"), GONE, "in the old dialect too")
    new.end()
    old.end()


def part_unplugged():
    new, old = watching()
    first = [one.added() for one in (new, old)]
    subprocess.run([BOOT0, "info"], check=False, capture_output=True)  # during the session
    for one, port in zip((new, old), first):
        equal(one.event("remove"), GONE, "pulled out")
        equal(one.added(), port, "plugged in again")
        one.end()


def knows_board(ports):
    return "board" in ports.get("1-1", {"properties": {}})["properties"]


def part_modes(bootloader, *keys):
    """The board goes from program to bootloader to ROM and back, and stays one board to the IDE."""
    new, old = watching()
    program = new.settled(lambda ports: PORT in ports)[PORT]
    equal(program["hardwareId"], SERIAL, "hardwareId of the program's port")
    equal(program["properties"], {"vid": "0x0483", "pid": "0x5740", "serialNumber": SERIAL,
                                  "product": "boot0 serial port"}, "its properties")
    old.silent(0.5)  # the old dialect omits serial ports: the IDE finds them itself
    run([BOOT0, "reset", "--to", "bootloader"])
    # While boot0 uses the board, discovery sees it without its contents, and with them again
    # afterwards.
    ports = new.settled(lambda ports: PORT not in ports and knows_board(ports))
    old_port = old.settled(knows_board)["1-1"]
    equal(ports["1-1"]["hardwareId"], SERIAL, "hardwareId of boot0's bootloader")
    properties = ports["1-1"]["properties"]
    equal(properties["board"], bootloader, "its board")
    equal(candidates(properties), set(keys), "the boards that it may be")
    equal(old_port["identificationPrefs"], {"board": bootloader}, "in the old dialect")
    equal(old_candidates(old_port), set(keys), "the boards that it may be there")
    run([BOOT0, "reset", "--to", "rom"])
    for one in (new, old):
        port = one.settled(
            lambda ports: ports.get("1-1", {"properties": None})["properties"] == ROM)["1-1"]
        equal(port["hardwareId"], SERIAL, "hardwareId of the ROM")
        one.end()


def part_hostile():
    hostile(Discovery)
    one = greeted()
    equal(one.ask("START_SYNC"), ok("start_sync"), "START_SYNC")
    one.burst(2)
    one.refuses(b"z" * 1000000 + b"\n", "command_error", "too long")
    one.refuses(b"QU\0IT\n", "command_error", "Unknown")
    one.process.stdin.close()
    one.ended()
    one = greeted()  # the IDE ends during the first scan of the ports
    one.send(b"START\nLIST\nLIST\nQUIT")
    one.process.stdin.close()
    one.ended()


def under_vboard(board, part, *arguments):
    say(f"{part}: {' '.join(arguments)}")
    done = run([VBOARD, board, "--", sys.executable, __file__, part, *arguments])
    print(done.stdout, done.stderr, flush=True)


def main():
    say("boards.txt")
    platform()
    for part in ("listing", "order", "old_polling", "events", "hostile"):
        under_vboard("f407", part)
    under_vboard("f407:fault=unplug@1:700", "unplugged")
    if not (FIRMWARE / "hello.bin").exists():
        say(f"modes: left out, {FIRMWARE} has no hello.bin; `make firmware` makes it")
        return
    with Directory() as directory:
        for bootloader, keys in (("generic-f407", ("generic_f405rg", "generic_f407vg")),
                                 ("black-f407ze", ("black_f407ze",))):
            flash = flash_file(directory, "hello", bootloader)
            under_vboard(f"f407:boot0=0,flash={flash}", "modes", bootloader, *keys)


if len(sys.argv) > 1:
    globals()[f"part_{sys.argv[1]}"](*sys.argv[2:])
else:
    main()
