# SPDX-License-Identifier: MIT
"""A program that an IDE controls: commands on its standard input, one JSON object per line in
return.
"""

import json
import os
import queue
import subprocess
import threading

from system import PATIENCE_S, check, equal

HELLO = {"eventType": "hello", "protocolVersion": 1, "message": "OK"}
# Lines that are not commands in any version.
GARBAGE = [b"\n", b"\r\n", b" HELLO 1 \"x\"\n", b"HALLO 1 \"x\"\n", b"hello 1 \"x\"\n", b"QUITT\n",
           b"OPENING\n", b"START_SYNCH\n", b"a" * 100000 + b"\n", b"QU\0IT\n", b"\0\n",
           b"\xff\xfe%s%n%99999d\n", b"{\"command\":\"QUIT\"}\n", b"\"\\\x1b[2J\x7f\n"]


def ok(event):
    return {"eventType": event, "message": "OK"}


class Tool:
    def __init__(self, *arguments, listens=True):
        self.process = subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.lines = queue.Queue()
        if listens:
            threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        for line in self.process.stdout:
            self.lines.put(line)

    def send(self, line):
        self.process.stdin.write(line if isinstance(line, bytes) else line.encode() + b"\n")
        self.process.stdin.flush()

    def receive(self, timeout=PATIENCE_S):
        return json.loads(self.lines.get(timeout=timeout))

    def ask(self, line):
        self.send(line)
        return self.receive()

    def refuses(self, line, event, words):
        answer = self.ask(line)
        equal((answer["eventType"], answer.get("error")), (event, True), f"the answer to {line}")
        check(words in answer["message"], f"{line}: {answer['message']}")

    def silent(self, seconds):
        """Fails if there is any more output."""
        try:
            check(False, f"an answer too many: {self.receive(seconds)}")
        except queue.Empty:
            pass

    def end(self):
        equal(self.ask("QUIT"), ok("quit"), "QUIT")
        self.ended()
        self.silent(0.1)

    def ended(self):
        equal(self.process.wait(timeout=PATIENCE_S), 0, "exit status")


def hostile(start):
    """Sends what no IDE sends. `start` starts the program."""
    one = start()
    for line in GARBAGE:
        one.refuses(line, "command_error", "Unknown command")
    for line in ("HELLO", "HELLO ", "HELLO one \"x\"", 'HELLO 1 "x', "HELLO 1", 'HELLO -1 "x"',
                 'HELLO 0 "x"', 'HELLO 1 "x" "y"'):
        one.refuses(line, "hello", "HELLO needs")
    equal(one.ask('HELLO 1 "still well"\r'), HELLO, "HELLO after all that")
    one.send(os.urandom(50000))
    one.process.stdin.close()
    one.ended()

    one = start()  # a command without a line end is not a command
    one.send(b"QUIT")
    one.process.stdin.close()
    one.ended()
    one.silent(0.1)

    one = start(listens=False)
    one.process.stdout.close()  # the IDE has crashed
    try:
        for _ in range(1000):
            one.send('HELLO 1 "x"')
    except BrokenPipeError:
        pass
    check(one.process.wait(timeout=PATIENCE_S) >= 0, "killed by a signal")
