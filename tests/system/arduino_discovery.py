"""Port discovery as arduino-cli and the IDE 1.8 use it, with boards that come and go.

Runs under vboard, with an f407 that has a program: message by message, as the pluggable discovery
specification of arduino-cli has them; then in the older dialect; then with bad input.
"""

import json
import os
import queue
import subprocess
import threading

from system import BOOT0, Directory, check, equal, firmware, run, say

SERIAL = "315A28A0B956"
WAIT_S = 20


class Discovery:
    def __init__(self):
        self.process = subprocess.Popen(
            [BOOT0, "discovery"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        self.lines = queue.Queue()
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            self.lines.put(line)

    def send(self, line):
        self.process.stdin.write(line if isinstance(line, bytes) else line.encode() + b"\n")
        self.process.stdin.flush()

    def receive(self):
        return json.loads(self.lines.get(timeout=WAIT_S))

    def ask(self, line):
        self.send(line)
        return self.receive()

    def event(self, event, protocol):
        """The next event of that kind about a port of that protocol; others are let pass."""
        while True:
            found = self.receive()
            if found["eventType"] == event and found.get("port", found)["protocol"] == protocol:
                return found

    def end(self):
        equal(self.ask("QUIT"), {"eventType": "quit", "message": "OK"}, "QUIT")
        equal(self.process.wait(timeout=WAIT_S), 0, "exit status")


def ok(event):
    return {"eventType": event, "message": "OK"}


def of_protocol(ports, protocol):
    return [port for port in ports if port["protocol"] == protocol]


def listing():
    say("LIST")
    one = Discovery()
    hello = one.ask('HELLO 1 "arduino-cli 1.0"')
    equal(hello, {"eventType": "hello", "protocolVersion": 1, "message": "OK"}, "HELLO")
    equal(one.ask("START"), ok("start"), "START")
    found = one.ask("LIST")
    equal(found["eventType"], "list", "the answer to LIST")
    boards = of_protocol(found["ports"], "dfu")
    equal(len(boards), 1, "boards")
    equal(boards[0]["address"], "1-1", "address")
    equal(boards[0]["hardwareId"], SERIAL, "hardwareId")
    wanted = {
        "vid": "0x0483",
        "pid": "0xdf11",
        "serialNumber": SERIAL,
        "chip": "STM32F405/407/415/417",
        "mode": "dfu",
    }
    equal(boards[0]["properties"], wanted, "properties")
    check(of_protocol(found["ports"], "serial"), "the UART adapter is there")
    equal(one.ask("STOP"), ok("stop"), "STOP")
    check(one.ask("LIST")["error"], "LIST after STOP")
    one.end()


def events():
    say("START_SYNC, and the board leaves DFU mode")
    one = Discovery()
    one.ask('HELLO 1 "Arduino IDE 2.3.2"')
    equal(one.ask("START_SYNC"), ok("start_sync"), "START_SYNC")
    equal(one.event("add", "dfu")["port"]["hardwareId"], SERIAL, "the board")
    old = Discovery()
    equal(old.ask("START_SYNC"), ok("start_sync"), "START_SYNC in the old dialect")
    added = old.event("add", "dfu")["port"]
    wanted = {"vid": "0x0483", "pid": "0xdf11", "serialNumber": SERIAL}
    for name in ["prefs", "identificationPrefs"]:
        equal(wanted, {key: added[name][key] for key in wanted}, f"{name}, in the old dialect")
    with Directory() as directory:
        run([BOOT0, "flash", directory.file("program.bin", firmware(3000))])
    gone = {"eventType": "remove", "port": {"address": "1-1", "protocol": "dfu"}}
    equal(one.event("remove", "dfu"), gone, "the board is gone")
    equal(old.event("remove", "dfu"), gone, "in the old dialect too")
    one.end()
    old.end()


def bad_input():
    say("bad input")
    one = Discovery()
    for line in [b"\n", b"HALLO 1 \"x\"\n", b"START_SYNCH\n", b"a" * 100000 + b"\n", b"ST\0P\n",
                 b"\xff\xfe%s%n\n"]:
        equal(one.ask(line)["eventType"], "command_error", f"the answer to {line[:20]!r}")
    for line in ["HELLO", "HELLO one \"x\"", 'HELLO 1 "x']:
        check(one.ask(line)["error"], f"the answer to {line}")
    one.send(os.urandom(50000))
    one.process.stdin.close()
    equal(one.process.wait(timeout=WAIT_S), 0, "exit status at the end of the input")
    nobody = Discovery()
    nobody.process.kill()
    nobody.process.wait()


listing()
bad_input()
events()
