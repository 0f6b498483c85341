#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""The Arduino IDE 1.8.19 of Debian, headless, with boot0's platform and virtual boards.

    tests/arduino/ide.py VBOARD

Installs the platform and its tool from the index that scripts/dist.sh made (build/dist), with the
stand-in of tests/arduino/core in STM32duino's place. Compiles sketches and uploads them by each
method; checks the boards' contents afterwards, and the IDE's messages when it cannot work. The last
line is "N passed, M failed". Nothing is downloaded.
"""

import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

import standin

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
TIMEOUT_S = 240
BLINK = """
void setup() { pinMode(LED_BUILTIN, OUTPUT); }
void loop() { digitalWrite(LED_BUILTIN, HIGH); delay(100); digitalWrite(LED_BUILTIN, LOW); delay(100); }
"""

# Replaces the tool, so that none of its output is lost: an IDE without a window ends before it has
# read all of it.
WRAPPER = """#!/bin/sh
[ "$1" = discovery ] && exec "$0.real" "$@"
"$0.real" "$@" >>"{log}" 2>&1
status=$?
cat "{log}"
exit $status
"""


class Wrong(Exception):
    pass


class Ide:
    """An IDE with its own home."""

    def __init__(self, home, vboard):
        self.home = home
        self.vboard = vboard
        self.sketchbook = home / "sketchbook"
        self.preferences = home / "preferences.txt"
        self.log = home / "boot0.log"
        core = self.sketchbook / "hardware/STMicroelectronics/stm32"
        shutil.copytree(ROOT / "tests/arduino/core", core)
        standin.make_variants(core / "variants")
        (core / "platform.local.txt").write_text(f"boot0.tree={ROOT}\n", encoding="utf-8")
        standin.add_runtime(core / "cores/arduino")
        index = ROOT / "build/dist/package_boot0_index.json"
        self.preferences.write_text(
            f"boardsmanager.additional.urls=file://{index}\n"
            f"sketchbook.path={self.sketchbook}\n"
            f"settings.path={home}/settings\n"
            # The IDE would look for Arduino's own index, too: this proxy does not answer.
            "proxy.type=manual\nproxy.manual.type=HTTP\n"
            "proxy.manual.hostname=127.0.0.1\nproxy.manual.port=9\n"
            "discovery.debug=true\n",
            encoding="utf-8",
        )

    def run(self, arguments, boards=(), before="", after=""):
        """Runs the IDE; with boards plugged in, and shell commands before and after it."""
        command = ["arduino", "--preferences-file", str(self.preferences), *arguments]
        if before or after:
            words = shlex.join(command)
            command = ["sh", "-c", f"{before or ':'}; {words} || exit; {after or ':'}"]
        if boards:
            command = [self.vboard, *boards, "--", *command]
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            timeout=TIMEOUT_S,
            check=False,
            env={**os.environ, "HOME": str(self.home)},
        )
        return done.returncode, done.stdout

    def install(self):
        return self.run(["--install-boards", "boot0:stm32"])

    def sketch(self, name, text):
        path = self.sketchbook / name / f"{name}.ino"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def build_path(self, board):
        return self.home / ("out-" + board.replace(":", "-").replace("=", "-"))

    def wrap(self):
        (tool,) = (self.home / "settings/packages/boot0/tools/boot0").glob("*/bin/boot0")
        tool.rename(f"{tool}.real")
        tool.write_text(WRAPPER.format(log=self.log), encoding="utf-8")
        tool.chmod(0o755)

    def upload(self, board, port, sketch, boards, before="", after=""):
        """Returns the IDE's exit status, its output, and boot0's actions."""
        self.log.unlink(missing_ok=True)
        status, output = self.run(
            ["--upload", "--board", f"boot0:stm32:{board}", "--port", port]
            + ["--pref", f"build.path={self.build_path(board)}", str(sketch)],
            boards,
            before,
            after,
        )
        said = self.log.read_text(encoding="utf-8") if self.log.exists() else ""
        return status, output, said


def check(condition, what, output=""):
    if not condition:
        raise Wrong(f"{what}\n{output}")


def elf_bytes(ide, board):
    """Returns the program's sections as they are in flash."""
    build = ide.build_path(board)
    elf = next(build.glob("*.elf"))
    flat = build / "flat.bin"
    subprocess.run(["arm-none-eabi-objcopy", "-O", "binary", elf, flat], check=True)
    return flat.read_bytes()


def holds(flash, offset, data):
    image = pathlib.Path(flash).read_bytes()
    return image[offset : offset + len(data)] == data


def install(ide):
    status, output = ide.install()
    check(status == 0, "the platform is installed from the index", output)
    check("Installation completed" in output, "the IDE says so", output)
    tools = list((ide.home / "settings/packages/boot0/tools/boot0").glob("*/bin/boot0"))
    check(len(tools) == 1, "the tool came with it")
    version = subprocess.run([tools[0], "version"], capture_output=True, text=True, check=True)
    check("boot0 0." in version.stdout, "the tool runs", version.stdout)
    ide.wrap()


def discovery(ide):
    sketch = ide.sketch("Blink", BLINK)
    _, output, _ = ide.upload("black_f407ve:upload_method=rom", "1-1", sketch, ["f407"])
    events = [
        json.loads(line.split("Received json: ", 1)[1])
        for line in output.splitlines()
        if "Received json: " in line
    ]
    added = [event["port"] for event in events if event["eventType"] == "add"]
    check([port["address"] for port in added] == ["1-1"], "the IDE is told of the board", output)
    check(added[0]["hardwareId"] == "315A28A0B956", "by its serial number")
    # At its end the IDE closes the pipe under its own reader and reports that: this is harmless.
    for complaint in ["NullPointerException", "Invalid message", "Invalid json", "Invalid BoardPort"]:
        check(complaint not in output, "the IDE takes what it is told", output)


def upload_by_rom(ide):
    flash = ide.home / "rom.bin"
    board = "black_f407ve:upload_method=rom"
    sketch = ide.sketch("Blink", BLINK)
    status, output, said = ide.upload(board, "1-1", sketch, [f"f407:flash={flash}"])
    check(status == 0, "upload by the ROM", output + said)
    check("The program was started" in said, "the program starts", said)
    check(holds(flash, 0, elf_bytes(ide, board)), "the board holds the sketch")
    status, output, said = ide.upload(board, "1-1", sketch, [f"f407:flash={flash},boot0=1"])
    check(status == 0 and "Nothing to do" in said, "a second upload has nothing to do", said)


def upload_by_rom_while_running(ide):
    """by the ROM, while a sketch runs: the variant's hook restarts the board, BOOT0 is low"""
    flash = ide.home / "running.bin"
    board = "black_f407ve:upload_method=rom"
    sketch = ide.sketch("Hello", standin.HELLO % "first")
    status, output, said = ide.upload(board, "1-1", sketch, [f"f407:flash={flash}"])
    check(status == 0, "the first upload", output + said)
    sketch = ide.sketch("Hello", standin.HELLO % "second")
    before = "sleep 1; timeout 20 head -n 2 /dev/ttyACM0"
    vboard = [f"f407:flash={flash},boot0=0"]
    status, output, said = ide.upload(board, "/dev/ttyACM0", sketch, vboard, before)
    check(status == 0 and "first " in output, "the second upload", output + said)
    check(holds(flash, 0, elf_bytes(ide, board)), "the board holds the second sketch", said)


def upload_to_other_chips(ide):
    """to an F411 and an L476, by the ROM over USB and UART"""
    for board, vboard in [("blackpill_f411ce", "f411"), ("generic_l476rg", "l476")]:
        for method, port in [("rom", "1-1"), ("uart", "/dev/ttyUSB0")]:
            flash = ide.home / f"{board}-{method}.bin"
            name = f"{board}:upload_method={method}"
            sketch = ide.sketch("Blink", BLINK)
            status, output, said = ide.upload(name, port, sketch, [f"{vboard}:flash={flash}"])
            check(status == 0, f"upload to {name}", output + said)
            check(holds(flash, 0, elf_bytes(ide, name)), f"{name}: the board holds the sketch")


def upload_by_uart(ide):
    flash = ide.home / "uart.bin"
    board = "black_f407ve:upload_method=uart"
    sketch = ide.sketch("Blink", BLINK)
    status, output, said = ide.upload(board, "/dev/ttyUSB0", sketch, [f"f407:flash={flash}"])
    check(status == 0, "upload by UART", output + said)
    check(holds(flash, 0, elf_bytes(ide, board)), "the board holds the sketch")


def upload_to_generic(ide):
    """a board whose name boot0 does not know; Burn Bootloader for it"""
    flash = ide.home / "generic.bin"
    board = "generic_f407vg:upload_method=rom"
    sketch = ide.sketch("Blink", BLINK)
    status, output, said = ide.upload(board, "1-1", sketch, [f"f407:flash={flash}"])
    check(status == 0, "upload by the ROM", output + said)
    check(holds(flash, 0, elf_bytes(ide, board)), "the board holds the sketch")
    burn(ide, "generic_f407vg", f"f407:flash={flash}")


def upload_to_maple(ide):
    flash = ide.home / "maple.bin"
    board = "bluepill_f103c8:upload_method=maple"
    sketch = ide.sketch("Blink", BLINK)
    status, output, said = ide.upload(board, "1-1", sketch, [f"bluepill:flash={flash}"])
    check(status == 0, "upload to a Maple bootloader", output + said)
    check(holds(flash, 0x2000, elf_bytes(ide, board)), "the board holds the sketch")


def burn(ide, board, vboard):
    """Runs the command of the menu's Burn Bootloader: this IDE has no command-line option for it.
    """
    (platform,) = (ide.home / "settings/packages/boot0/hardware/stm32").glob("*")
    (tool,) = (ide.home / "settings/packages/boot0/tools/boot0").glob("*/bin")
    values = {"path": str(tool), "cmd": "boot0", "bootloader.verbose": ""}
    boards = standin.boards((platform / "boards.txt").read_text(encoding="utf-8"))
    values |= {key: value for key, value in boards[board].items() if key.startswith("bootloader.")}
    (pattern,) = (
        line.partition("=")[2]
        for line in (platform / "platform.txt").read_text(encoding="utf-8").splitlines()
        if line.startswith("tools.boot0.bootloader.pattern=")
    )
    words = re.sub(r"{([^}]+)}", lambda match: values[match[1]], pattern)
    done = subprocess.run(
        [ide.vboard, vboard, "--", "sh", "-c", words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    check(done.returncode == 0, "Burn Bootloader", done.stdout)
    check("installed and verified" in done.stdout, "it says so", done.stdout)


def upload_by_bootloader(ide):
    """Burn Bootloader; a first sketch; then a second one while the first one runs"""
    flash = ide.home / "bootloader.bin"
    burn(ide, "black_f407ve", f"f407:flash={flash}")
    board = "black_f407ve:upload_method=boot0"
    vboard = [f"f407:flash={flash},boot0=0"]
    look = "sleep 1; timeout 20 head -n 3 /dev/ttyACM0"
    sketch = ide.sketch("Hello", standin.HELLO % "first")
    status, output, said = ide.upload(board, "1-1", sketch, vboard, after=look)
    check(status == 0, "the first upload", output + said)
    check("first " in output, "the sketch prints", output + said)
    check(holds(flash, 0x8000, elf_bytes(ide, board)), "the board holds the sketch")
    sketch = ide.sketch("Hello", standin.HELLO % "second")
    before = "sleep 1; timeout 20 head -n 2 /dev/ttyACM0"
    status, output, said = ide.upload(board, "/dev/ttyACM0", sketch, vboard, before, look)
    check(status == 0, "the second upload", output + said)
    check("first " in output and "second " in output, "both sketches print", output + said)


# A user's mistakes, and the IDE's messages.
FAILURES = [
    ("no board", "rom", "1-1", ["f407:boot0=0"], "no matching board was found"),
    ("no board, and the port is gone", "rom", "/dev/ttyACM9", ["f407:boot0=0"], "no board"),
    ("two boards", "rom", "/dev/ttyACM9", ["f407", "f407"], "found 2 boards"),
    ("a USB port for the UART method", "uart", "1-1", ["f407"], "is a USB port"),
    ("a UART with nobody at it", "uart", "/dev/ttyUSB0", ["f407:boot0=0"], "does not answer"),
    ("another chip", "rom", "1-1", ["f072"], "boot0: "),
]


def failure(case):
    what, method, port, boards, sentence = case

    def run(ide):
        sketch = ide.sketch("Blink", BLINK)
        board = f"black_f407ve:upload_method={method}"
        status, output, said = ide.upload(board, port, sketch, boards)
        check(status != 0, f"{what}: the upload fails", output + said)
        errors = [line for line in said.splitlines() if line.startswith("boot0: ")]
        check(len(errors) == 1, f"{what}: one sentence", output + said)
        check(sentence in errors[0], f"{what}: the sentence", said)

    run.__doc__ = what
    return run


def main():
    if len(sys.argv) != 2:
        sys.exit(f"usage: {sys.argv[0]} VBOARD")
    vboard = str(pathlib.Path(sys.argv[1]).resolve())
    steps = [install, discovery, upload_by_rom, upload_by_rom_while_running, upload_by_uart]
    steps += [upload_to_other_chips, upload_to_generic, upload_to_maple, upload_by_bootloader]
    steps += [failure(case) for case in FAILURES]
    failed = 0
    with tempfile.TemporaryDirectory(prefix="boot0-arduino-") as home:
        ide = Ide(pathlib.Path(home), vboard)
        for step in steps:
            name = step.__doc__ or step.__name__.replace("_", " ")
            try:
                step(ide)
                print(f"ok    {name}", flush=True)
            except (Wrong, subprocess.SubprocessError, OSError, StopIteration) as error:
                failed += 1
                print(f"FAIL  {name}: {error}", flush=True)
    print(f"{len(steps) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
