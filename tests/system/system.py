# SPDX-License-Identifier: MIT
"""Shared by the system tests: where the programs are, how to run them, how to fail.

The environment names the programs under test: VBOARD and BOOT0. A test prints its steps, and exits
with 1 at the first error, or with 77 (meson: skipped) if a tool is missing.
"""

import glob
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import zlib

VBOARD = os.environ.get("VBOARD", shutil.which("vboard"))
BOOT0 = os.environ.get("BOOT0", shutil.which("boot0"))
SKIPPED = 77
# BOOT0 is the program for Windows, under Wine, where some answers of the system differ.
WINDOWS = BOOT0 is not None and BOOT0.endswith("boot0-wine")
UART_ONLY = ["f103"]  # boards without USB
# Only to catch hanging: everything is slow on a loaded machine, under a sanitizer. Passing tests
# never wait that long.
TIMEOUT_S = 600  # for a command
PATIENCE_S = 300  # for an event


def fail(message):
    print(f"FAILED: {message}", flush=True)
    sys.exit(1)


def check(condition, message):
    if not condition:
        fail(message)


def equal(found, wanted, what):
    if found != wanted:
        fail(f"{what}\n  wanted: {wanted!r}\n  found:  {found!r}")


def need(*tools):
    """Skips the test if one of the tools is not installed."""
    for tool in tools:
        if shutil.which(tool) is None:
            print(f"skipped: {tool} is not installed")
            sys.exit(SKIPPED)


def say(text):
    print(f"# {text}", flush=True)


def execute(words, **options):
    return subprocess.run(words, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          errors="replace", timeout=TIMEOUT_S, check=False, **options)


def has_begun(words, done):
    """
    False if Wine did not start the program, which happens on a very busy machine: boot0 itself never
    ends with exit status 1, and not in silence.
    """
    return not (words[0].endswith("boot0-wine") and done.returncode == 1
                and not done.stdout and not done.stderr)


def run(arguments, status=0, **options):
    """Runs a command and checks its exit status; stdout and stderr of the result are text."""
    words = [str(argument) for argument in arguments]
    print("$ " + " ".join(words), flush=True)
    done = execute(words, **options)
    if not has_begun(words, done):
        done = execute(words, **options)
    if done.returncode != status:
        print(done.stdout)
        print(done.stderr)
        fail(f"exit status {done.returncode}, not {status}")
    return done


def wait_for(what, condition, patience_s=PATIENCE_S):
    """Waits until the condition returns a true value; returns it."""
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        result = condition()
        if result:
            return result
        time.sleep(0.05)
    check(False, f"waited in vain for {what}")


def until(condition):
    """For a script: waits until a shell command succeeds. run() kills one that never does."""
    return f"until {condition}; do sleep 0.05; done"


def until_back(number=3):
    """For a script: waits until the only board is plugged in with that device number."""
    return until(f"dfu-util -l | grep -q devnum={number}")


def check_lsusb(*texts):
    """lsusb -v decodes all devices without complaint, and its output contains the texts."""
    done = run(["lsusb", "-v"])
    equal(done.stderr, "", "complaints of lsusb -v")
    for text in texts:
        check(text in done.stdout, f"lsusb -v says nothing of {text!r}")
    for text in ("junk at descriptor end", "Unable to", "UNRECOGNIZED", "Warning"):
        check(text not in done.stdout, f"lsusb -v finds {text!r}")


def ordinary_user():
    """Returns the prefix that runs a command without root's rights, "" for an ordinary user.
    Returns None and a note if such a user cannot reach the programs under test: a tree below /root.
    """
    if os.geteuid() != 0:
        return ""
    need("setpriv")
    user = "setpriv --reuid 65534 --regid 65534 --clear-groups"
    if subprocess.run([*user.split(), "test", "-x", BOOT0], check=False).returncode != 0:
        say("other users than root cannot reach this tree: left out")
        return None
    return user


def vboard(boards, command, status=0, options=()):
    """Runs a command with boards plugged in."""
    boards = [boards] if isinstance(boards, str) else list(boards)
    return run([VBOARD, *options, *boards, "--", *command], status)


class Buttons:
    """The buttons of the boards of one vboard that is started with these options."""

    def __init__(self, directory):
        self.path = directory.file("buttons")
        self.options = ["--buttons", self.path]

    def press(self, line):
        wait_for("the buttons", lambda: os.path.exists(self.path))
        with open(self.path, "w", encoding="ascii") as fifo:
            fifo.write(line + "\n")


def need_bootloaders():
    """Skips the test if boot0 was built without the compiler for boards."""
    if not json.loads(run([BOOT0, "version", "--json"]).stdout)["bootloaders"]:
        print("skipped: built without the compiler for boards")
        sys.exit(SKIPPED)


def wait_for_text(file, text):
    """Reads a command's output until the text comes; returns all of it."""
    seen = ""
    while text not in seen:
        part = file.readline()
        check(part, f"it ended without {text!r}: {seen}")
        seen += part
    return seen


def vboard_stats(boards, command, status=0, options=()):
    """The same; returns the result and the boards' statistics, one dictionary per board."""
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        done = vboard(boards, command, status, ["--stats", file.name, *options])
        return done, json.load(file)


def model_names():
    return [line.split()[0] for line in run([VBOARD, "list"]).stdout.splitlines()]


def described_boards():
    """Returns the files of tests/boards: boards from the field."""
    return sorted(glob.glob(os.path.join(os.path.dirname(__file__), "..", "boards", "*.board")))


class Directory:
    """A directory for the test's files, removed at its end."""

    def __enter__(self):
        self.path = tempfile.mkdtemp(prefix="boot0-system-")
        return self

    def __exit__(self, *_):
        shutil.rmtree(self.path)

    def file(self, name, data=None):
        path = os.path.join(self.path, name)
        if data is not None:
            with open(path, "wb") as file:
                file.write(data)
        return path


def read(path):
    with open(path, "rb") as file:
        return file.read()


def firmware(size, seed=1):
    """Returns a program that does nothing: stack pointer, start address, an endless loop there, and
    otherwise bytes that differ.
    """
    head = (0x20001000).to_bytes(4, "little") + (0x08000101).to_bytes(4, "little")
    state = seed
    body = bytearray()
    while len(head) + len(body) < size:
        state = (state * 1103515245 + 12345) & 0x7FFFFFFF
        body.append(state >> 16 & 0xFF)
    data = bytearray(head + bytes(body))
    if size >= 0x102:
        data[0x100:0x102] = b"\xfe\xe7"  # b .
    return bytes(data)


def with_suffix(data, vendor, product, version=0x0100, device=0xFFFF):
    """DFU 1.1, appendix B."""
    body = data + b"".join(n.to_bytes(2, "little") for n in (device, product, vendor, version))
    body += b"UFD\x10"
    return body + (zlib.crc32(body) ^ 0xFFFFFFFF).to_bytes(4, "little")


def dfuse_file(*targets, vendor=0x0483, product=0xDF11):
    """Returns a DfuSe file (UM0391); a target is (alternate, name, [(address, data)...])."""
    images = b""
    for alternate, name, elements in targets:
        packed = b"".join(a.to_bytes(4, "little") + len(d).to_bytes(4, "little") + d
                          for a, d in elements)
        images += (b"Target" + bytes([alternate]) + bool(name).to_bytes(4, "little") +
                   name.encode().ljust(255, b"\0") + len(packed).to_bytes(4, "little") +
                   len(elements).to_bytes(4, "little") + packed)
    head = b"DfuSe\x01" + (11 + len(images)).to_bytes(4, "little") + bytes([len(targets)])
    return with_suffix(head + images, vendor, product, 0x011A)


def described(name):
    """Returns a board of tests/boards, for vboard and --virtual."""
    return f"custom:describe={pathlib.Path(__file__).resolve().parents[1] / 'boards' / name}.board"
