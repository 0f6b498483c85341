# SPDX-License-Identifier: MIT
"""The vboard command itself: options, errors before anything runs, statistics, signals, cleanup."""

import json
import os
import pty
import signal
import socket
import subprocess
import sys
import time

from system import (BOOT0, VBOARD, Directory, check, equal, fail, read, run, say, until, vboard,
                    vboard_stats)


def helps():
    for option in ["--help", "-h"]:
        done = run([VBOARD, option])
        for word in ["Usage: vboard", "--speed", "--trace", "--stats", "--buttons", "boot0 1",
                     "flash=", "fault=", "unplug@"]:
            check(word in done.stdout, f"the help says nothing of {word}")
    check(run([VBOARD, "--version"]).stdout.startswith("vboard 0."), "no version")
    check("f407" in run([VBOARD, "list"]).stdout, "no f407 in the list")


def refuses(directory):
    marker = directory.file("ran")
    for arguments, status, message in [
        ([], 64, "missing BOARD"),
        (["f407"], 64, "missing COMMAND"),
        (["f407", "--"], 64, "missing COMMAND"),
        (["--", "touch", marker], 64, "missing BOARD"),
        (["f4077", "--", "touch", marker], 64, "f4077"),
        (["f407:colour=red", "--", "touch", marker], 64, "colour"),
        (["f407:boot0=2", "--", "touch", marker], 64, "boot0"),
        (["f407", "f407:serial", "--", "touch", marker], 64, "serial"),
        (["--speed", "fast", "f407", "--", "touch", marker], 64, "--speed"),
        (["--speed", "-1", "f407", "--", "touch", marker], 64, "--speed"),
        (["--speed", "1e7", "f407", "--", "touch", marker], 64, "--speed"),
        (["--speed=nan", "f407", "--", "touch", marker], 64, "--speed"),
        (["--sped", "1", "f407", "--", "touch", marker], 64, "sped"),
        (["--gdb", "0", "f407", "--", "touch", marker], 64, "--gdb"),
        (["--gdb", "66000", "f407", "--", "touch", marker], 64, "--gdb"),
        (["f407"] * 65 + ["--", "touch", marker], 64, "too many"),
        (["--stats", "/nonexistent/s", "f407", "--", "touch", marker], 73, "/nonexistent/s"),
        (["--trace", "/nonexistent/t", "f407", "--", "touch", marker], 73, "/nonexistent/t"),
        (["--buttons", "/nonexistent/b", "f407", "--", "touch", marker], 73, "/nonexistent/b"),
        (["--buttons", "/etc/passwd", "f407", "--", "touch", marker], 73, "/etc/passwd"),
        (["f407", "--", "no-such-program"], 127, "no-such-program"),
        (["f407", "--", "/etc/passwd"], 126, "/etc/passwd"),
    ]:
        done = run([VBOARD, *arguments], status)
        check(message in done.stderr, f"the error says nothing of {message!r}: {done.stderr}")
        check("vboard" in done.stderr, "the error does not say whose it is")
        check(not os.path.exists(marker), "the command has run")


def statuses():
    vboard("f407", ["true"])
    vboard("f407", ["false"], 1)
    vboard("f407", ["sh", "-c", "exit 42"], 42)
    vboard("f407", ["sh", "-c", "kill -TERM $$"], 128 + signal.SIGTERM)
    vboard("f407", ["sh", "-c", "kill -KILL $$"], 128 + signal.SIGKILL)
    equal(vboard("f407", ["echo", "--", "--speed", "x"]).stdout, "-- --speed x\n", "the arguments")


def environment():
    say("what the user has in LD_PRELOAD and ASAN_OPTIONS is kept")

    def ask(variable, **variables):
        return run([VBOARD, "f407", "--", "sh", "-c", f"echo ${variable}"],
                   env={**os.environ, **variables}).stdout.strip()

    order = "verify_asan_link_order=0"  # vboard, too, may have been built with a sanitizer
    preload = ask("LD_PRELOAD", LD_PRELOAD="libm.so.6", ASAN_OPTIONS=order)
    equal([os.path.basename(library) for library in preload.split(":")],
          ["libvboard-client.so", "libumockdev-preload.so.0", "libm.so.6"], "LD_PRELOAD")
    equal(ask("ASAN_OPTIONS", ASAN_OPTIONS="detect_leaks=0"), f"{order}:detect_leaks=0",
          "ASAN_OPTIONS")
    equal(ask("ASAN_OPTIONS", ASAN_OPTIONS=f"detect_leaks=0:{order}"), f"detect_leaks=0:{order}",
          "ASAN_OPTIONS that has it already")


def statistics(directory):
    say("--stats and --trace, of two boards")
    stats, trace = directory.file("stats.json"), directory.file("trace.txt")
    vboard(["f407:serial=A", "f411:serial=B"], ["dfu-util", "-l"],
           options=["--stats", stats, f"--trace={trace}"])
    boards = json.loads(read(stats))
    equal([(board["board"], board["serial"]) for board in boards], [("f407", "A"), ("f411", "B")],
          "the boards")
    for board in boards:
        check(board["standard_transfers"] > 0, "no standard transfers are counted")
        equal(board["transfers"], 0, "class transfers")
        check(0 < board["bus_s"] < board["total_s"], "the times cannot be")
    lines = read(trace).decode().splitlines()
    check(any(" f407 " in line for line in lines) and any(" f411 " in line for line in lines),
          "both boards should be traced")

    done = vboard("f407", ["true"], options=["--stats", "-"])
    equal(json.loads(done.stderr)[0]["board"], "f407", "the statistics on standard error")
    equal(done.stdout, "", "standard output is the command's alone")


def speeds(directory):
    source = directory.file("blank.bin", bytes(4096))
    command = ["dfu-util", "-a", "0", "-s", "0x08000000:mass-erase:force", "-D", source]
    quick = "f407:poll_address=0,poll_erase=0"

    say("speed 0: a mass erase of 16 s takes no time")
    # Wall time passes on the board too; the erase takes time on the board alone.
    clock = "date +%s.%N"
    done, stats = vboard_stats(quick, ["sh", "-c", f"{clock}; {' '.join(command)} >&2; {clock}"])
    start, end = map(float, done.stdout.split())
    check(stats[0]["erase_s"] >= 8, "the board does not count it")
    check(stats[0]["total_s"] > end - start + stats[0]["erase_s"] / 2, "it took its time")

    for speed in [10, 40]:
        say(f"speed {speed}")
        start = time.monotonic()
        _, stats = vboard_stats(quick, command, options=["--speed", str(speed)])
        passed = (time.monotonic() - start) * speed
        check(stats[0]["erase_s"] <= stats[0]["total_s"] <= passed, "time went the wrong way")


def buttons(directory):
    say("--buttons: BOOT0, reset, the cable; what is invalid button is told")
    fifo = directory.file("fifo")
    script = (f"press() {{ echo \"$1\" >{fifo}; }}\n"
              f"press '2 reset'; press '1 dance'; press 'plug'; press '1 boot0 0'; press '1 reset'\n"
              f"{until(f'! {BOOT0} list --json | grep -q dfu')}\n"
              f"press '1 boot0 1'; press '1 reset'\n"
              f"{until(f'{BOOT0} list')}\n"
              f"press '1 unplug'\n"
              f"{until(f'! lsusb -d 0483:df11')}\n"
              f"press '1 plug'\n"
              f"{until(f'lsusb -d 0483:df11')}\n")
    done = vboard("f407", ["sh", "-c", script], options=["--buttons", fifo])
    for line in ("2 reset", "1 dance", "plug"):
        check(f'vboard: invalid button "{line}"' in done.stderr, done.stderr)
    equal(done.stderr.count("invalid button"), 3, done.stderr)
    check(not os.path.exists(fifo), "the FIFO is left behind")


def signals():
    script = ("import signal, sys, time\n"
              "seen = []\n"
              "signal.signal(signal.SIGINT, lambda *_: seen.append(1))\n"
              "signal.signal(signal.SIGTERM, lambda *_: seen.append(2))\n"
              "print('ready', flush=True)\n"
              "end = time.monotonic() + 300\n"
              "while not seen and time.monotonic() < end: time.sleep(0.01)\n"
              "time.sleep(0.3)\n"
              "print(seen, flush=True)\n"
              "sys.exit(5)\n")
    command = [VBOARD, "f407", "--", sys.executable, "-c", script]
    for number, wanted in [(signal.SIGINT, "[1]"), (signal.SIGTERM, "[2]")]:
        say(f"{number.name} sent to vboard alone reaches the command once")
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            equal(process.stdout.readline(), "ready\n", "the command")
            process.send_signal(number)
            equal(process.stdout.readline().strip(), wanted, "signals that the command got")
        equal(process.returncode, 5, "exit status")

    say("Ctrl-C at a terminal reaches the command once, and vboard outlives it")
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(VBOARD, command)
    output = b""
    sent = False
    try:
        while chunk := os.read(terminal, 1000):
            output += chunk
            if b"ready" in output and not sent:
                os.write(terminal, b"\x03")
                sent = True
    except OSError:
        pass  # the terminal is gone with its last process
    equal(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), 5, "exit status")
    check(b"[1]" in output, f"signals that the command got: {output}")


def tidiness(directory):
    say("nothing is left behind, whatever the end")
    place = directory.file("tmp")
    os.mkdir(place)
    for command, status in [(["dfu-util", "-l"], 0), (["sh", "-c", "kill -KILL $$"], 137),
                            (["no-such-program"], 127), (["sh", "-c", "sleep 3 >/dev/null 2>&1 &"], 0)]:
        run([VBOARD, "f407", "--", *command], status, env={**os.environ, "TMPDIR": place})
        equal(os.listdir(place), [], f"files left by {command}")
    long = directory.file("x" * 100)
    os.mkdir(long)
    done = run([VBOARD, "f407", "--", "sh", "-c", "echo $TMPDIR; dfu-util -l"],
               env={**os.environ, "TMPDIR": long})
    check(done.stdout.startswith(long), "the command has another TMPDIR")
    check("Found DFU" in done.stdout, "no board with a long TMPDIR")
    run([VBOARD, "f407", "--", "true"], 73, env={**os.environ, "TMPDIR": "/nonexistent"})


MANY_OPENS = """
import os, sys
for path in ["/dev/ttyACM7", "/dev/bus/usb/001/099", "/dev/ttyUSB0"]:
    for _ in range(200):
        try:
            os.close(os.open(path, os.O_RDWR | os.O_NOCTTY))
            print(path)
        except FileNotFoundError:
            pass
"""


def opens():
    say("a program may look for a port as often as it likes")
    done = vboard("f407", [sys.executable, "-c", MANY_OPENS])
    equal(done.stdout, "/dev/ttyUSB0\n" * 200, "the ports that could be opened")


def gdb():
    say("--gdb: nobody debugs a board without a program; a port that is taken is told")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen(1)
        port = str(taken.getsockname()[1])
        done = run([VBOARD, "--gdb", port, "f407", "--", "true"], 74)
        check(f"port {port}" in done.stderr, done.stderr)
    client = f"import socket; print(socket.create_connection(('127.0.0.1', {port})).recv(1))"
    done = run([VBOARD, "--gdb", port, "f407", "--", sys.executable, "-c", client])
    equal(done.stdout, "b''\n", "what the debugger hears")


def main():
    helps()
    statuses()
    environment()
    signals()
    opens()
    gdb()
    for part in (refuses, buttons, statistics, speeds, tidiness):
        with Directory() as directory:
            part(directory)
    if len(sys.argv) > 1:
        fail("there are no arguments")


main()
