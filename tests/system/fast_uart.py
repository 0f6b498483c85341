# SPDX-License-Identifier: MIT
"""`--fast` on a serial port: boot0 loads the RAM loader for the ROM's UART. Reference tools read
back through the ROM; lines that lose, garble and break do no harm.
"""

import subprocess

from fast_run import ERASED, FLASH, Fast, holds
from system import (BOOT0, Directory, check, equal, firmware, need, need_bootloaders, read, run, say,
                    until_back, vboard)

PORT = "/dev/ttyUSB0"
CHIPS = ["f401", "f401xe", "f407", "f411", "f412", "f427", "f446"]
BOARDS = Fast("--port", "uart")


def all_chips(directory):
    say("each chip that has a loader: the first flash, and nothing to do in the next one")
    for chip in CHIPS:
        image, path = firmware(30000, seed=len(chip)), directory.file(f"{chip}.flash")
        file = directory.file("a.bin", image)
        done = BOARDS.flash(f"{chip}:flash={path}", file, "--no-run")
        check("Note" not in done.stderr, done.stderr)
        holds(path, image, chip)
        done = BOARDS.flash(f"{chip}:flash={path}", file, "--no-run")
        check("Nothing to do" in done.stdout, done.stdout)


def judged(directory):
    say("what the loader wrote is read back from the ROM by stm32flash and dfu-util")
    need("stm32flash", "dfu-util")
    image = firmware(40000, seed=3)
    file = directory.file("b.bin", image)
    backs = [directory.file(f"back{n}.bin") for n in range(2)]
    path, buttons = directory.file("judged.flash"), directory.file("buttons")
    vboard("f407:flash=" + path,
           ["sh", "-ec", f"""
            {BOOT0} flash --fast --quiet --no-run --port {PORT} {file}
            {BOOT0} info --port {PORT} | grep 'RAM loader, 2000000 baud'
            echo 'the loader is still there for the next command'
            {BOOT0} verify --quiet --port {PORT} {file}
            echo 1 reset >{buttons}
            {until_back(3)}
            stm32flash -b 115200 -r {backs[0]} -S {FLASH:#x}:{len(image)} {PORT}
            echo 1 reset >{buttons}
            {until_back(4)}
            dfu-util -a 0 -s {FLASH:#x}:{len(image)} -U {backs[1]}
            """], options=["--buttons", buttons])
    for back in backs:
        equal(read(back)[:len(image)] == image, True, "what a judge reads")


def other_commands(directory):
    say("read, verify, erase")
    image, path = firmware(30000, seed=9), directory.file("other.flash")
    board, file = f"f407:flash={path}", directory.file("c.bin", image)
    BOARDS.flash(board, file, "--no-run")
    BOARDS.read_verify_erase(board, file, directory.file("c-back.bin"), path)


def adapters(directory):
    say("what an adapter refuses or garbles is found out, and a board without a crystal is slower")
    image = firmware(30000, seed=4)
    file = directory.file("d.bin", image)
    for key in ("adapter_max=921600", "adapter_max=115200", "adapter_garbles=921600",
                "adapter_garbles=200000", "crystal=0", "crystal=24", "crystal=26", "hsi=-3"):
        path = directory.file(f"{key}.flash")
        done = BOARDS.flash(f"f407:flash={path},{key},fill=0x00", file, "--no-run")
        check("Note" not in done.stderr, f"{key}: {done.stderr}")
        holds(path, image, key)


def bad_lines(directory):
    say("characters that are lost, damaged, or not sent by anybody")
    image = firmware(12000, seed=5)
    file = directory.file("e.bin", image)
    first = 24000  # in the loader's own conversation; uart_boot0 covers the ROM's
    faults = [f"{kind}@{first + 2500 * n}" for n in range(5) for kind in ("lost", "noise", "parity")]
    for fault in faults:
        path = directory.file(f"{fault}.flash")
        BOARDS.flash(f"f407:flash={path},fault={fault},fill=random", file, "--no-run")
        holds(path, image, fault)


def interrupted(directory):
    say("the adapter is pulled at each of its steps: nothing is bricked, the next run works")
    image, other = firmware(9000, seed=7), firmware(9000, seed=8)
    file, steps, failed = directory.file("f.bin", image), 0, True
    while failed:
        steps += 1
        path = directory.file("cut.flash", other.ljust(0x100000, ERASED))
        board = f"f407:flash={path}"
        failed = subprocess.run(
            [BOOT0, "flash", "--fast", "--quiet", "--no-run", "--virtual",
             f"{board},fault=hangup@{1 + 1499 * steps}", "--port", "uart", file],
            capture_output=True, check=False).returncode != 0
        BOARDS.flash(board, file, "--no-run")
        holds(path, image, f"after a cut at character {1 + 1499 * steps}")
    check(steps > 15, f"it ends after {steps} steps")
    for operation in (1, 2, 3, 5, 9, 17):
        path = directory.file("cut.flash", other.ljust(0x100000, ERASED))
        board = f"f407:flash={path}"
        run([BOOT0, "flash", "--fast", "--quiet", "--no-run", "--virtual",
             f"{board},fault=powercut@{operation}", "--port", "uart", file], status=74)
        BOARDS.flash(board, file, "--no-run")
        holds(path, image, f"after a power cut in operation {operation}")
    print(f"# adapter pulled at {steps} places of --fast")


def refusals(directory):
    image = firmware(5000, seed=6)
    file, path = directory.file("g.bin", image), directory.file("refused.flash")
    say("a chip that has no loader")
    done = BOARDS.flash(f"f103:flash={path}", file, "--no-run")
    check("no RAM loader for this board" in done.stderr, done.stderr)
    holds(path, image, "by the ROM")
    say("read protection is refused as the ROM does")
    done = BOARDS.flash("f407:rdp=1", file, status=77)
    check("--unprotect" in done.stderr, done.stderr)


def main():
    need_bootloaders()
    with Directory() as directory:
        for part in (all_chips, judged, other_commands, adapters, bad_lines, interrupted, refusals):
            part(directory)


main()
