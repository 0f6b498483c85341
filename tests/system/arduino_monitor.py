# SPDX-License-Identifier: MIT
"""The port monitor as arduino-cli and the IDE 2 use it: message by message, as arduino-cli's
pluggable monitor specification (version 1) defines them.

Without an argument this is the test: it puts a bootloader and a program into a flash file and runs
itself under vboard, with the name of a part as argument.
"""

import array
import fcntl
import os
import select
import socket
import subprocess
import sys
import termios
import threading
import time

from ide_tool import HELLO, Tool, hostile, ok
from runtime import FIRMWARE, PORT, flash_file, wait_for
from system import BOOT0, PATIENCE_S, SKIPPED, VBOARD, Directory, check, equal, run, say

PARAMETERS = {
    "baudrate": ("9600", "1000000"),
    "parity": ("none", "odd"),
    "bits": ("8", "7"),
    "stop_bits": ("1", "2"),
    "dtr": ("on", "off"),
    "rts": ("on", "off"),
}


def start(**options):
    return Tool(BOOT0, "monitor", "--arduino", **options)


def greeted():
    tool = start()
    equal(tool.ask('HELLO 1 "arduino-cli 1.2.3"'), HELLO, "HELLO")
    return tool


class Listener:
    """The IDE's end of the data connection: it listens, the monitor connects."""

    def __init__(self, family=socket.AF_INET, host="127.0.0.1"):
        self.server = socket.create_server((host, 0), family=family)
        self.address = f"[{host}]" if ":" in host else host
        self.address += f":{self.server.getsockname()[1]}"
        self.data = None

    def open(self, tool, port=PORT):
        equal(tool.ask(f"OPEN {self.address} {port}"), ok("open"), "OPEN")
        self.server.settimeout(PATIENCE_S)
        self.data, _ = self.server.accept()
        self.data.settimeout(PATIENCE_S)

    def read(self, size):
        data = b""
        while len(data) < size:
            more = self.data.recv(size - len(data))
            check(more, f"the connection ended after {len(data)} of {size} bytes")
            data += more
        return data

    def line(self):
        data = b""
        while not data.endswith(b"\n"):
            data += self.read(1)
        return data.strip().decode()

    def closed(self):
        """The monitor has closed the connection: returns the data that was still in transit."""
        while self.data.recv(65536):
            pass


def opened(**options):
    tool = greeted()
    client = Listener(**options)
    client.open(tool)
    return tool, client


# ---- the parts, each under vboard ----


def part_describe():
    tool = greeted()
    answer = tool.ask("DESCRIBE")
    parameters = answer["port_description"].pop("configuration_parameters")
    equal(answer, {**ok("describe"), "port_description": {"protocol": "serial"}}, "DESCRIBE")
    equal(set(parameters), set(PARAMETERS), "the parameters")
    for name, parameter in parameters.items():
        equal(set(parameter), {"label", "type", "values", "selected"}, name)
        equal(parameter["type"], "enum", f"type of {name}")
        equal(parameter["selected"], PARAMETERS[name][0], f"what {name} is if nobody sets it")
        for value in parameter["values"]:
            equal(tool.ask(f"CONFIGURE {name} {value}"), ok("configure"), f"{name} {value}")
        selected = tool.ask("DESCRIBE")["port_description"]["configuration_parameters"]
        equal(selected[name]["selected"], parameter["values"][-1], f"{name} then")
    tool.end()


def part_order():
    tool = start()
    for command, event in (("DESCRIBE", "describe"), ("CONFIGURE parity odd", "configure"),
                           (f"OPEN 127.0.0.1:1 {PORT}", "open"), ("CLOSE", "close")):
        tool.refuses(command, event, "HELLO")
    equal(tool.ask('HELLO 7 "a newer IDE"'), HELLO, "HELLO of a version that does not exist yet")
    tool.refuses('HELLO 1 "twice"', "hello", "HELLO")
    tool.refuses("CLOSE", "close", "no port")
    for line, words in (("CONFIGURE baudrate 12345", "baudrate"), ("CONFIGURE baudrate", "baudrate"),
                        ("CONFIGURE colour red", "colour"), ("CONFIGURE", "parameter")):
        tool.refuses(line, "configure", words)
    tool.end()
    start().end()  # QUIT always succeeds


def part_open_fails():
    tool = greeted()
    nobody = socket.create_server(("127.0.0.1", 0))
    free = nobody.getsockname()[1]
    nobody.close()
    listener = Listener()
    for operand, words in (
        ("", "address"), ("127.0.0.1:1", "address"), (f" {PORT}", "address"),
        (f"127.0.0.1:{free} {PORT}", "refused"), (f"127.0.0.1 {PORT}", "invalid address"),
        (f"127.0.0.1:0 {PORT}", "invalid address"), (f"127.0.0.1:65536 {PORT}", "invalid address"),
        (f"127.0.0.1:-1 {PORT}", "invalid address"), (f":80 {PORT}", "invalid address"),
        (f"[]:80 {PORT}", "invalid address"), (f"{'9' * 500}:80 {PORT}", "invalid address"),
        (f"192.0.2.1:80 {PORT}", "expected one of this machine"),
        (f"example.com:80 {PORT}", "invalid address"),
        (f"{listener.address} /dev/ttyACM7", "ttyACM7"), (f"{listener.address} /dev/null", "null"),
        (f"{listener.address} {'x' * 900}", "xxx"),
    ):
        tool.refuses(f"OPEN {operand}", "open", words)
    listener.open(tool)  # none of the above left the port open
    tool.refuses(f"OPEN {listener.address} {PORT}", "open", "open already")
    tool.end()
    listener.closed()


def part_data():
    tool, client = opened()
    random = os.urandom(9000)
    for size in (1, 2, 64, 65, 512, 1024, 9000):
        for i in range(0, size, 512):
            part = random[i : min(i + 512, size)]
            client.data.sendall(part)
            check(client.read(len(part)) == part, f"of {size} bytes, some came back changed")
    equal(tool.ask("CLOSE"), ok("close"), "CLOSE")
    client.closed()
    tool.refuses("CLOSE", "close", "no port")
    client = Listener(socket.AF_INET6, "::1")
    client.open(tool)
    client.data.sendall(b"again")
    equal(client.read(5), b"again", "echo after CLOSE and OPEN")
    tool.end()
    client.closed()


def modem_lines(file):
    value = array.array("i", [0])
    fcntl.ioctl(file, termios.TIOCMGET, value)
    return tuple("on" if value[0] & line else "off" for line in (termios.TIOCM_DTR, termios.TIOCM_RTS))


def part_settings():
    """CONFIGURE's settings reach the board: before OPEN, and while the port is open."""
    import usb.core  # pylint: disable=import-outside-toplevel

    device = usb.core.find(idVendor=0x0483, idProduct=0x5740)

    def coding():
        data = bytes(device.ctrl_transfer(0xA1, 0x21, 0, 0, 7))
        return int.from_bytes(data[:4], "little"), data[4], data[5], data[6]

    file = wait_for(PORT, lambda: os.open(PORT, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK))
    tool = greeted()
    for command in ("baudrate 57600", "parity even", "dtr off"):
        equal(tool.ask(f"CONFIGURE {command}"), ok("configure"), command)
    client = Listener()
    client.open(tool)
    equal(coding(), (57600, 0, 2, 8), "speed, stop bits, parity, bits as set before OPEN")
    equal(modem_lines(file), ("off", "on"), "DTR and RTS as set before OPEN")
    for name, value, wanted in (("baudrate", "1000000", (1000000, 0, 2, 8)),
                                ("parity", "odd", (1000000, 0, 1, 8)),
                                ("bits", "7", (1000000, 0, 1, 7)),
                                ("stop_bits", "2", (1000000, 2, 1, 7)),
                                ("parity", "none", (1000000, 2, 0, 7))):
        equal(tool.ask(f"CONFIGURE {name} {value}"), ok("configure"), name)
        equal(coding(), wanted, f"after {name} {value}")
    for name, value, wanted in (("rts", "off", ("off", "off")), ("dtr", "on", ("on", "off")),
                                ("rts", "on", ("on", "on"))):
        equal(tool.ask(f"CONFIGURE {name} {value}"), ok("configure"), name)
        equal(modem_lines(file), wanted, f"DTR and RTS after {name} {value}")
    client.data.sendall(b"x")
    equal(client.read(1), b"x", "data, all the while")
    tool.end()
    os.close(file)


def part_client_goes():
    tool, client = opened()
    client.data.close()
    answer = tool.receive()
    equal(answer["eventType"], "port_closed", "what the monitor says when its client is gone")
    check("client" in answer["message"], answer["message"])
    tool.refuses("CLOSE", "close", "no port")
    client.open(tool)
    client.data.sendall(b"well")
    equal(client.read(4), b"well", "after another OPEN")
    tool.process.stdin.close()  # the IDE has ended
    client.closed()
    tool.ended()


def part_port_goes():
    tool, client = opened()
    client.line()
    subprocess.run([BOOT0, "reset", "--to", "bootloader", "-q"], check=True)
    answer = tool.receive()
    equal(answer["eventType"], "port_closed", "what the monitor says when the board is gone")
    check("error" not in answer and "port" in answer["message"], answer)
    client.closed()
    tool.refuses(f"OPEN {client.address} {PORT}", "open", PORT)
    subprocess.run([BOOT0, "run", "-q", "--wait"], check=True)
    wait_for(PORT, lambda: os.path.exists(PORT))
    time.sleep(0.2)
    client.open(tool)
    client.line()
    check(client.line().startswith("hello from boot0"), "the program is back")
    tool.end()


def part_slow():
    """Commands never wait for a client or a program that does not read."""
    size = 262144
    expected = bytes(range(256)) * (size // 256)
    tool, client = opened()
    client.data.sendall(f"in {size}\n".encode())
    time.sleep(1)  # not read
    for name in ("bits", "stop_bits"):
        tool.send(f"CONFIGURE {name} {PARAMETERS[name][0]}")
        equal(tool.receive(), ok("configure"), "CONFIGURE while data stands in line")
    check(client.read(size) == expected, "what stood in line came changed")
    client.line()
    client.data.sendall(f"out {size}\n".encode() + expected)
    check(client.line().startswith(f"{size} bytes"), "not all was sent")
    client.data.sendall(f"in {size}\n".encode())
    threading.Thread(target=flood, args=(client.data,), daemon=True).start()
    time.sleep(1)  # the program sends and does not read: nothing takes this data
    tool.send("CLOSE")
    equal(tool.receive(), ok("close"), "CLOSE while data stands in line")
    tool.end()


def flood(data):
    try:
        while select.select([], [data], [], 5)[1]:
            data.send(bytes(4096))
    except OSError:
        pass  # the monitor has closed


def part_hostile():
    hostile(start)
    tool, client = opened()  # garbage does not disturb the open port
    tool.refuses(b"z" * 1000000 + b"\n", "command_error", "too long")
    tool.refuses(b"CLO\0SE\n", "command_error", "Unknown")
    client.data.sendall(b"well")
    equal(client.read(4), b"well", "the port after garbage")
    tool.send(b"\n".join(os.urandom(300).replace(b"\n", b"") for _ in range(200)) + b"\nCLOSE\n")
    client.closed()
    tool.process.kill()
    tool.process.wait()


PARTS = {
    "describe": ("echo", part_describe),
    "order": ("echo", part_order),
    "open_fails": ("echo", part_open_fails),
    "data": ("echo", part_data),
    "settings": ("echo", part_settings),
    "client_goes": ("echo", part_client_goes),
    "port_goes": ("hello", part_port_goes),
    "slow": ("bench", part_slow),
    "hostile": ("echo", part_hostile),
}


def main():
    if not (FIRMWARE / "hello.bin").exists():
        say(f"skipped: {FIRMWARE} has no hello.bin; `make firmware` makes it")
        sys.exit(SKIPPED)
    with Directory() as directory:
        for name, (program, _) in PARTS.items():
            say(f"{name}: the program is {program}")
            board = f"f407:boot0=0,flash={flash_file(directory, program)}"
            done = run([VBOARD, board, "--", "/usr/bin/python3", __file__, name])
            print(done.stdout, done.stderr, flush=True)


if len(sys.argv) > 1:
    wait_for(PORT, lambda: os.path.exists(PORT))
    PARTS[sys.argv[1]][1]()
else:
    main()
