# SPDX-License-Identifier: MIT
"""Names, arguments and devices cannot make boot0 print anything that a terminal acts on."""

import json
import os
import pathlib
import re
import subprocess

from system import BOOT0, TIMEOUT_S, VBOARD, Directory, check, equal, firmware, say

SOURCES = pathlib.Path(__file__).resolve().parents[2] / "cli"
# A colour, a title, one-character CSI, carriage return, backspace, DEL, a line end, text that runs
# backwards, and bytes that are not UTF-8.
HOSTILE = b"a\x1b[31mb\x1b]0;t\x07c\xc2\x9b31md\re\x08f\x7fg\nh\xe2\x80\xaei\xffj\x9b2J"
FORBIDDEN = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f"
                       "\ufeff\ufffd]")


def harmless(text, what):
    """Checks a command's output: UTF-8 that a terminal only shows."""
    try:
        decoded = text.decode("utf-8")
    except UnicodeDecodeError as error:
        decoded = None
        check(False, f"{what}: not UTF-8: {error}: {text!r}")
    found = FORBIDDEN.search(decoded)
    check(found is None, f"{what}: {found and found.group()!r} in {decoded!r}")
    check(not re.search(r"^h\\u202e", decoded, re.M), f"{what}: a line of its own: {decoded!r}")


def run(arguments, board=True, **options):
    command = [os.fsencode(BOOT0), *(os.fsencode(word) for word in arguments)]
    if board:
        command.append(b"--virtual=f407")
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=TIMEOUT_S,
                          check=False, env={**os.environ, "LC_ALL": "C.UTF-8"}, **options)


def check_command(arguments, board=True, shows=b"\\x1b[31m", json_too=True):
    print(f"$ boot0 {arguments}", flush=True)
    done = run(arguments, board)
    harmless(done.stdout, f"standard output of {arguments}")
    harmless(done.stderr, f"standard error of {arguments}")
    check(shows in re.sub(rb"\s+", b" ", done.stdout + done.stderr),
          f"the name is not shown at all: {done}")
    if not json_too:
        return
    done = run([*arguments, "--json"], board)
    harmless(done.stdout, f"JSON of {arguments}")
    harmless(done.stderr, f"standard error with JSON of {arguments}")
    for line in done.stdout.splitlines():
        json.loads(line)


def file_names(directory):
    say("names of files that are there")
    os.mkdir(os.fsencode(directory.path) + b"/" + HOSTILE)
    folder = os.fsencode(directory.path) + b"/" + HOSTILE + b"/"
    image = folder + b"x.bin"
    with open(image, "wb") as file:
        file.write(firmware(3000))
    for arguments in (["info", image], ["flash", "-v", image], ["flash", image + b"@0x0", image],
                      ["convert", image + b"@0x08000000", folder + b"y.hex"],
                      ["read", "-n", "1k", folder + b"z.bin"], ["read", image],
                      ["info", folder + b"y.hex"], ["install-bootloader", "--yes", image],
                      ["gang", image, "--record", folder + b"none/r"],
                      ["gang", image, "--csv", image, "--patch", "0x08000100=csv:a"]):
        board = arguments[0] not in ("convert",) and not (arguments[0] == "info")
        shows = b"" if arguments[0] == "install-bootloader" else b"\\x1b[31m"
        check_command(arguments, board, shows)
    say("and of files that are not")
    for command in ("flash", "verify", "info", "gang", "watch", "install-bootloader", "convert"):
        words = [command, folder + b"none.bin"] + (["x.hex"] if command == "convert" else [])
        if command != "watch":
            check_command(words, command not in ("info", "convert"))
    for option in ("--trace", "--replay"):
        check_command(["info", option, folder + b"none/t"], option == "--trace")


def arguments(directory):
    say("arguments")
    image = directory.file("a.bin", firmware(3000))
    for words, board in (
        ([HOSTILE], False), (["help", HOSTILE], False), (["list", b"--" + HOSTILE], False),
        (["list", b"-" + HOSTILE], False), (["list", HOSTILE], True), (["erase", HOSTILE], True),
        (["list", b"--virtual=" + HOSTILE], False), (["info", "--alt", HOSTILE], True),
        (["info", "--chip", HOSTILE], True), (["flash", image, "--board", HOSTILE], True),
        (["doctor", "--board", HOSTILE], True), (["flash", image, "--vdd", HOSTILE], True),
        (["flash", image, "--address", HOSTILE], True), (["list", "-d", HOSTILE], True),
        (["list", b"--wait=" + HOSTILE], True), (["reset", "--to", HOSTILE], True),
        (["read", "-F", HOSTILE, "x"], True), (["protect", "--sectors", HOSTILE], True),
        (["convert", "--suffix", HOSTILE, image, "x.dfu"], False),
        (["convert", "--prefix", HOSTILE, image, "x.bin"], False),
        (["convert", "--family", HOSTILE, image, "x.uf2"], False),
        (["gang", image, "--patch", HOSTILE], True), (["list", "--quiet=" + "x"], True),
        (["info", "--port", HOSTILE], False), (["monitor", HOSTILE], False),
        (["info", "--boot", HOSTILE, "--port", "x"], True),
    ):
        has_json = words[0] not in ("monitor",)
        shows = b"" if words[-1] == "--quiet=x" else b"\\x1b[31m"
        check_command(words, board, shows=shows, json_too=has_json)
    say("in dfu-util's place")
    for words in (["-D", HOSTILE], ["-d", HOSTILE], ["-a", HOSTILE, "-U", "x"], [HOSTILE],
                  ["-s", HOSTILE, "-D", image], ["-U", b"/" + HOSTILE + b"/x"]):
        done = subprocess.run([VBOARD, "f407", "--", BOOT0, "dfu-util", *words],
                              capture_output=True, timeout=TIMEOUT_S, check=False,
                              env={**os.environ, "LC_ALL": "C.UTF-8"})
        harmless(done.stdout, f"dfu-util {words}")
        harmless(done.stderr, f"dfu-util {words}")


def devices():
    say("strings of devices, damaged on the way in every place")
    for number in range(2, 40):
        board = f"f407:fault=descriptor@{number}=14031b005b00330031006d0008000d009b00"
        for command in (["list"], ["info"], ["list", "--json"], ["info", "--json"]):
            done = run([*command, f"--virtual={board}"], False)
            harmless(done.stdout, f"{command} of {board}")
            harmless(done.stderr, f"{command} of {board}")


def processes():
    say("the name of another user's process")
    holder = ("import time, os, fcntl, ctypes; ctypes.CDLL(None).prctl(15, b'x\\x1b[31m\\ny', 0, 0, 0);"
              " fd = os.open('/dev/bus/usb/001/002', os.O_RDWR);"
              " fcntl.ioctl(fd, 0x8004550F, bytes(4)); print('x', flush=True); time.sleep(600)")
    script = (f'mkfifo $UMOCKDEV_DIR/p; python3 -c "{holder}" >$UMOCKDEV_DIR/p & '
              f"read line <$UMOCKDEV_DIR/p; {BOOT0} doctor; kill $!")
    done = subprocess.run([VBOARD, "f407", "--", "sh", "-c", script], capture_output=True,
                          timeout=TIMEOUT_S, check=False)
    harmless(done.stdout, "doctor")
    check(b"\\x1b[31m" in done.stdout, f"the holder is not named: {done}")


def only_border():
    say("no file of the command prints by anything else")
    raw = re.compile(r"(?<![A-Za-z0-9_])(v?f?printf|puts|perror)\(|fputs\((?![\"A-Z])")
    # The border itself, two formats with their own escape rules, and sanitized text.
    allowed = {"print.c", "json.c", "describe/write.c", "text.c"}
    known = {"fputs(command->examples", "fputs(command_dfu_util.examples", "fputs(udev_rules"}
    for path in sorted(SOURCES.rglob("*.c")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            name = str(path.relative_to(SOURCES))
            if name in allowed or 'puts("' in line or any(word in line for word in known):
                continue
            check(not raw.search(line), f"{path.name}:{number} prints by itself: {line.strip()}")


def main():
    only_border()
    for part in (file_names, arguments):
        with Directory() as directory:
            part(directory)
    devices()
    processes()
    equal(FORBIDDEN.search("plain\n"), None, "the judge itself")


main()
