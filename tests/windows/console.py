# SPDX-License-Identifier: MIT
"""boot0.exe on Windows itself: arguments and names beyond ASCII, paths of more than 260 characters,
pipes, Ctrl-C, and a console, which Wine emulates on a pseudo terminal. Wine's console knows no
escape sequences and no characters beyond U+FFFF; a real one of Windows 10 does.
"""

import json
import os
import re
import select
import signal
import subprocess
import sys
import time
import tty

from wine import link  # first: it adds the path to the others
from system import (BOOT0, PATIENCE_S, TIMEOUT_S, VBOARD, Directory, check, equal, firmware, read,
                    run, say, wait_for_text)
from terminal import Terminal

PORT = "COM16"
NAME = "ä€\U0001f600 ё.bin"


class Console(Terminal):
    """A console of Wine, without Wine's drawing."""

    def __init__(self, *arguments):
        super().__init__([BOOT0, *arguments])
        tty.setraw(self.fd)  # Wine must see the keys

    def end(self):
        """Wine's console may stay after the program, and keep the terminal open."""
        limit = time.monotonic() + PATIENCE_S
        while True:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            # The last output may come after the program's end.
            while select.select([self.fd], [], [], 1 if pid else 0.1)[0]:
                try:
                    self.data += os.read(self.fd, 4096)
                except OSError:
                    break
            if pid:
                os.close(self.fd)
                return os.waitstatus_to_exitcode(status)
            check(time.monotonic() < limit, f"it does not end: {self.output!r}")

    @property
    def output(self):
        drawn = re.sub(rb"\x1b\[\?25[lh]", b"", self.data).replace(b"\x1b[K\x1b[1C", b" ")
        return drawn.decode(errors="replace").replace("\r\n", "\n")


def names(directory):
    say("names beyond ASCII")
    image = firmware(3000)
    source, copy = directory.file(NAME, image), directory.file("Größe.bin")
    row = json.loads(run([BOOT0, "info", "--json", source]).stdout)
    check(row["file"].endswith(NAME), f"the name: {row}")
    run([BOOT0, "convert", source, copy])
    equal(read(copy), image, "the copy")
    done = run([BOOT0, "flash", directory.file("нет.bin"), "--virtual", "f407"], 66)
    check("нет.bin" in done.stderr, done.stderr)

    say("a path of more than 260 characters, absolute and relative")
    folder = directory.file("/".join(["f" * 60] * 5))
    os.makedirs(folder)
    for name in (folder, os.path.relpath(folder)):
        run([BOOT0, "convert", source, f"{name}/{NAME}"])
        equal(read(f"{folder}/{NAME}"), image, "the file at its end")
        run([BOOT0, "read", "-q", "-n", "64", "--virtual", "f407", f"{name}/read.bin"])
        os.remove(f"{folder}/{NAME}")
        os.remove(f"{folder}/read.bin")


def pipes(directory):
    say("pipes: bytes pass as they are, and a closed one is a failure")
    image = bytes(range(256)) * 8 + b"\r\n\x1a\n" * 100
    source = directory.file("bytes.bin", image)
    done = subprocess.run([BOOT0, "convert", "--format", "binary", "-", "-"], input=image,
                          capture_output=True, timeout=TIMEOUT_S, check=False)
    equal((done.returncode, done.stdout), (0, image), f"through it: {done.stderr}")
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run([BOOT0, "info", source], stdout=writing, stderr=subprocess.PIPE, text=True,
                          timeout=TIMEOUT_S, check=False)
    os.close(writing)
    equal(done.returncode, 73, f"a closed pipe: {done.stderr}")


def interrupts(directory):
    """Wine turns SIGINT into a console's Ctrl-C."""
    source = directory.file("a.bin", firmware(3000))
    say("Ctrl-C ends what waits")
    with subprocess.Popen([BOOT0, "watch", "--virtual", "f407", source], stdin=subprocess.DEVNULL,
                          stderr=subprocess.PIPE, text=True) as process:
        wait_for_text(process.stderr, "flashed")
        process.send_signal(signal.SIGINT)
        rest = process.stderr.read()
        equal(process.wait(TIMEOUT_S), 0, f"watch: {rest}")
    say("Ctrl-C stops a flash where the board can be left; the same command completes it")
    large = directory.file("large.bin", firmware(20000))
    store = directory.file("flash.bin")
    command = [BOOT0, "flash", "--port", PORT, large]
    script = ("import os, signal, subprocess, sys\n"
              f"p = subprocess.Popen({command!r}, stderr=subprocess.PIPE)\n"
              "text = b''\n"
              "while b'Erased' not in text: text += os.read(p.stderr.fileno(), 999) or sys.exit(1)\n"
              "p.send_signal(signal.SIGINT)\n"
              "text += p.stderr.read()\n"
              "sys.stderr.write(text.decode()); sys.exit(p.wait())\n")
    done = run([VBOARD, "--speed", "1", f"f407:flash={store}", "--", "sh", "-c",
                f'{link(PORT)} && exec "$0" -c "$1"', sys.executable, script], 130)
    check("stopping safely" in done.stderr, done.stderr)
    check(read(store)[:20000] != read(large), "it was interrupted")
    run([BOOT0, "flash", "-q", "--virtual", f"f407:flash={store}", large])
    equal(read(store)[:20000], read(large), "the flash after a repetition")


def consoles(directory):
    say("a console: characters in one piece, lines that fit, a bar that is redrawn")
    source = directory.file("Größe.bin", firmware(3000))
    os.chdir(os.path.dirname(source))
    console = Console("info", "Größe.bin")
    equal(console.end(), 0, "exit code")
    check("Größe.bin: binary" in console.output, console.output)
    console = Console("flash", "--virtual", "f407", "Größe.bin")
    equal(console.end(), 0, "exit code")
    check(console.output.count("\r\x1b[KWriting") + console.output.count("\n\x1b[KWriting") > 0,
          f"no bar: {console.output!r}")
    say("a question, and its answers")
    for answer, status in ((b"n\r", 130), (b"\r", 130), (b"y\r", 0)):
        console = Console("erase", "--all", "--virtual", "f407")
        check(console.read_until("[y/N]"), f"no question: {console.output}")
        os.write(console.fd, answer)
        equal(console.end(), status, f"after {answer!r}: {console.output}")


def main():
    os.environ.setdefault("LC_ALL", "C.UTF-8")
    for part in (names, pipes, interrupts, consoles):
        with Directory() as directory:
            part(directory)


if __name__ == "__main__":
    sys.exit(main())
