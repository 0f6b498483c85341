# SPDX-License-Identifier: MIT
"""boot0 monitor prints the program's output, sends its own input, follows a board that resets, and
ends by its keys; flash --monitor.
"""

import os
import pty
import select
import signal
import subprocess
import sys
import time

from system import BOOT0, TIMEOUT_S, Directory, check, equal, fail, say, vboard
from maple import sketch

BOARD = "bluepill:mode=serial"
GREETING = b"program at 0x08005000\r\n"


def wait_for(fd, text, seen=b""):
    """Reads until the text appears; returns what follows it."""
    end = time.monotonic() + TIMEOUT_S / 2
    while text not in seen:
        ready, _, _ = select.select([fd], [], [], max(0, end - time.monotonic()))
        data = os.read(fd, 4096) if ready else b""
        if not data:
            fail(f"no {text!r} in {seen!r}")
        seen += data
    return seen.split(text, 1)[1]


def inside(part, *arguments):
    """Runs this script again, with a board plugged in."""
    print(vboard(BOARD, [sys.executable, __file__, part, *arguments]).stdout, end="")


def in_pipe():
    process = subprocess.Popen([BOOT0, "monitor"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    rest = wait_for(process.stdout.fileno(), GREETING)
    process.stdin.write(b"typed\n")
    process.stdin.close()  # the end of the input does not end the monitor
    wait_for(process.stdout.fileno(), b"typed\n", rest)
    process.send_signal(signal.SIGINT)
    equal(process.wait(TIMEOUT_S), 0, "exit status")


def on_terminal():
    for key in (b"\x03", b"\x1d"):
        master, slave = pty.openpty()
        process = subprocess.Popen([BOOT0, "monitor", "/dev/ttyACM0"], stdin=slave, stdout=slave,
                                   stderr=slave, start_new_session=True)
        os.close(slave)
        rest = wait_for(master, b"program at")
        os.write(master, b"key")
        wait_for(master, b"key", rest)
        os.write(master, key)
        equal(process.wait(TIMEOUT_S), 0, "exit status")
        os.close(master)


def comes_back(path):
    process = subprocess.Popen([BOOT0, "monitor"], stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    rest = wait_for(process.stdout.fileno(), GREETING)
    subprocess.run([BOOT0, "flash", "--quiet", path], check=True, stdout=subprocess.DEVNULL)
    wait_for(process.stdout.fileno(), b"program at 0x08002000\r\n", rest)
    process.send_signal(signal.SIGTERM)
    equal(process.wait(TIMEOUT_S), 0, "exit status")
    check(b"waiting for the board" in process.stderr.read(), "it says that it waits")


def flash_and_show(path):
    process = subprocess.Popen([BOOT0, "flash", "--monitor", path], stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE)
    wait_for(process.stdout.fileno(), b"program at 0x08002000\r\n")
    process.send_signal(signal.SIGINT)
    equal(process.wait(TIMEOUT_S), 0, "exit status")


def mistakes():
    say("mistakes are told")
    done = vboard("f407", [BOOT0, "monitor", "--wait=0"], 69)
    check("no board with a serial port" in done.stderr, done.stderr)
    done = vboard(["bluepill:mode=serial"] * 2, [BOOT0, "monitor"], 69)
    check("/dev/ttyACM1" in done.stderr, done.stderr)
    done = vboard("f407", [BOOT0, "monitor", "--wait=0", "/dev/ttyACM7"], 69)
    check("ttyACM7" in done.stderr, done.stderr)
    done = vboard("f407", [BOOT0, "flash", "--monitor", "--no-run", __file__], 64)
    check("--monitor" in done.stderr, done.stderr)


def main():
    if len(sys.argv) > 1:
        globals()[sys.argv[1]](*sys.argv[2:])
        return
    mistakes()
    for part in ("in_pipe", "on_terminal"):
        say(part)
        inside(part)
    with Directory() as directory:
        source = directory.file("sketch.bin", sketch(0x08002000))
        for part in ("comes_back", "flash_and_show"):
            say(part)
            inside(part, source)


if __name__ == "__main__":
    sys.exit(main())
