# SPDX-License-Identifier: MIT
"""boot0 on serial ports, with stm32flash as the reference: each reads what the other wrote, bad
lines do no harm, DTR and RTS reset boards into their bootloader, and errors say what to do.
"""

import json
import sys

from system import (BOOT0, Directory, check, equal, firmware, need, read, say, until, vboard,
                    vboard_stats)

PORT = "/dev/ttyUSB0"
FLASH = 0x08000000
SIZE = 3001
BOARDS = ["f407", "f072", "l476", "f103"]


def shell(*commands):
    return ["sh", "-c", " && ".join(commands)]


def boot0(command, *arguments):
    return f"{BOOT0} {command} --quiet --port {PORT} {' '.join(arguments)}"


def read_by_stm32flash(path):
    return f"stm32flash -b 115200 -r {path} -S {FLASH:#x}:{SIZE} {PORT}"


def both_ways(directory):
    image = firmware(SIZE)
    source = directory.file("source.bin", image)
    for board in BOARDS:
        say(f"{board}: stm32flash reads what boot0 wrote, and the other way round")
        back = directory.file("back.bin")
        _, stats = vboard_stats(board, shell(boot0("flash", "--no-run", source),
                                             read_by_stm32flash(back)))
        equal(read(back)[:SIZE], image, "what stm32flash reads")
        equal(stats[0]["violations"], 0, "violations")
        _, stats = vboard_stats(board, shell(
            f"stm32flash -b 115200 -w {source} {PORT}", boot0("verify", source),
            boot0("read", "--force", "--address", hex(FLASH), "--size", str(SIZE), back),
            boot0("run")))
        equal(read(back), image, "what boot0 reads")
        equal(stats[0]["started"], True, "started")


def as_on_usb(directory):
    say("what was written over USB is there over the UART, and the same board has the same serial")
    image = firmware(SIZE)
    source = directory.file("source.bin", image)
    done = vboard("l476", shell(f"{BOOT0} flash --quiet --no-run {source}", boot0("verify", source),
                                f"{BOOT0} list --json", boot0("list", "--json")))
    rows = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    equal(rows[0]["serial"], rows[1]["serial"], "serial numbers")
    equal([row["mode"] for row in rows], ["dfu", "uart"], "modes")
    equal(rows[0]["flash_bytes"], rows[1]["flash_bytes"], "flash")


def bad_lines(directory):
    image = firmware(SIZE)
    source = directory.file("source.bin", image)
    for fault in ["lost@700", "noise@1500", "parity@2000", "lost@300+parity@900+noise@4000"]:
        say(f"{fault}: the job completes")
        back = directory.file("back.bin")
        vboard(f"f103:fault={fault}", shell(boot0("flash", "--no-run", source),
                                            read_by_stm32flash(back)))
        equal(read(back)[:SIZE], image, "the flash")


def unplugged(directory):
    say("unplugged in the middle: an I/O error that says so; the next run completes")
    source = directory.file("source.bin", firmware(SIZE))
    done = vboard("f103:fault=hangup@2000",
                  [BOOT0, "flash", "--port", PORT, "--no-run", source], 74)
    check("went away" in done.stderr, done.stderr)
    vboard("f103:fault=hangup@2000:300",
           ["sh", "-c", f"{boot0('flash', '--no-run', source)}; {until(f'test -e {PORT}')}; "
                        + boot0("flash", "--no-run", "--wait", source)])


def modem_lines(directory):
    say("DTR and RTS, wired in either polarity")
    source = directory.file("source.bin", firmware(SIZE))
    for wiring, how in [("dtr-reset+rts-boot0", "rts-boot0,dtr-reset"),
                        ("!rts-reset+dtr-boot0", "dtr-boot0,!rts-reset"),
                        ("dtr-reset+rts-boot0", "rts=1,dtr=1,100ms,dtr=0,50ms")]:
        _, stats = vboard_stats(f"f407:boot0=0,wiring={wiring}",
                                shell(boot0("flash", "--boot", f"'{how}'", source)))
        equal(stats[0]["started"], True, f"{how}: started")
    done = vboard("f407:boot0=0,wiring=dtr-reset+rts-boot0,baud_max=57600",
                  shell(boot0("list", "--json", "--boot", "rts-boot0,dtr-reset")))
    check('"f407"' in done.stdout, "a slower speed is not tried")


def protection():
    say("protection: by its own command only, and off again")
    vboard("f072:fill=0", shell(boot0("protect", "--sectors", "0,1"),
                                boot0("protect", "--none"), boot0("protect", "--readout", "--yes")))
    done = vboard("f072:fill=0", ["sh", "-c", boot0("protect", "--readout", "--yes") + " && " +
                                  boot0("read", "--force", "/dev/null")], 77)
    check("--unprotect" in done.stderr, done.stderr)
    _, stats = vboard_stats("f072:rdp=1", shell(boot0("erase", "--unprotect", "--yes"), boot0("list")))
    equal(stats[0]["mass_erases"], 1, "mass erases")


def mistakes():
    say("mistakes are told from bad luck")
    for arguments, status, text in [
            (["--port", "/dev/ttyUSB7"], 69, "cannot open the port"),
            (["--port", PORT, "--boot", "dtr"], 64, "invalid sequence for DTR and RTS"),
            (["--port", PORT, "--baud", "7"], 64, "invalid --baud"),
            (["--port", PORT, "--virtual", "f407", "--replay", "x"], 64, "--port selects one board only"),
            (["--port", PORT, "--replay", "/dev/null"], 65, "not a record"),
            (["--baud", "9600"], 64, "--baud and --boot need")]:
        done = vboard("f407", [BOOT0, "info", *arguments], status)
        check(text in done.stderr, done.stderr)
    done = vboard("f407:boot0=0", [BOOT0, "info", "--port", PORT], 74)
    check("does not answer" in done.stderr and "BOOT0" in done.stderr, done.stderr)
    done = vboard("f407", [BOOT0, "list", "--ports"])
    check(PORT in done.stdout, done.stdout)


def in_process(directory):
    say("the same without a port: --virtual and --port")
    source = directory.file("source.bin", firmware(SIZE))
    done = vboard("f407", [BOOT0, "flash", "--json", "--virtual", "f103", "--port", "uart", source])
    report = json.loads(done.stdout.splitlines()[-1])
    equal(report["started"], True, "started")


def main():
    need("stm32flash")
    mistakes()
    protection()
    for part in (both_ways, as_on_usb, bad_lines, unplugged, modem_lines, in_process):
        with Directory() as directory:
            part(directory)


if __name__ == "__main__":
    sys.exit(main())
