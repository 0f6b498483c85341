# SPDX-License-Identifier: MIT
"""boot0 doctor on virtual boards: each finding that is possible here, as text and as JSON."""

import json
import os

from system import BOOT0, Directory, check, equal, ordinary_user, run, say, vboard


def doctor(boards, status=0, before="", environment=""):
    """Returns the codes of the findings, and the objects by code."""
    command = f"{before} {environment} {BOOT0} doctor --json"
    done = vboard(boards, ["sh", "-c", command], status)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    for one in found:
        check(one["severity"] in ("ok", "hint", "problem"), f"severity {one['severity']}")
        check("{" not in one["line"] + one["remedy"], "a text with a gap")
        check(one["remedy"] or one["severity"] == "ok", f"{one['finding']} has no remedy")
    equal(status, 69 if any(one["severity"] == "problem" for one in found) else 0, "exit status")
    return [one["finding"] for one in found], {one["finding"]: one for one in found}


def boards_that_are_well():
    say("boards that can be flashed")
    for board in ["f407", "f427", "l476"]:
        codes, _ = doctor(board)
        equal(codes, ["error-state", "ready"], board)
    codes, _ = doctor("g431")
    equal(codes, ["ready"], "g431, whose ROM starts in dfuIDLE")
    codes, found = doctor("maple")
    equal(codes, ["ready"], "maple")
    equal((found["ready"]["path"], found["ready"]["id"]), ("1-1", "1eaf:0003"), "the device")
    codes, _ = doctor("gd32")
    check("contradiction" in codes and "ready" in codes, f"gd32: {codes}")


def no_board():
    say("nothing is plugged in")
    codes, found = doctor("f407:boot0=0", 69)
    equal(codes, ["nothing-enumerates"], "codes")
    keys = [one["key"] for one in found["nothing-enumerates"]["boards"]]
    check("black-f407ve" in keys and "maple" in keys, "ways into DFU mode")
    text = vboard("f407:boot0=0", [BOOT0, "doctor", "--board", "discovery-f407"], 69).stdout
    check("CN5" in text and "Blue Pill" not in text, "the way for one board")
    run([BOOT0, "doctor", "--board", "nonesuch"], 64)


def protected():
    say("read protection, beside a board that is well")
    codes, found = doctor(["f407", "f407:rdp=1"], 69)
    equal(codes, ["error-state", "ready", "error-state", "read-protected"], "codes")
    equal(found["read-protected"]["path"], "1-2", "which one")
    check("ERASES" in found["read-protected"]["remedy"], "the price is not told")


def unfinished():
    say("a board that another program has left in the middle")
    codes, _ = doctor("f407:poll_address=0,poll_erase=0,fault=stall@10",
                      before="head -c 4096 /dev/zero >$UMOCKDEV_DIR/f; dfu-util -a 0 "
                             "-s 0x08000000 -D $UMOCKDEV_DIR/f >/dev/null 2>&1;")
    equal(codes, ["unfinished", "ready"], "codes")


def silent():
    say("a board that does not answer")
    codes, _ = doctor("f407:fault=unplug@2", 69)
    check("no-answer" in codes and "ready" not in codes, f"{codes}")


def no_permission():
    say("no permission")
    user = ordinary_user()
    if user is None:
        return
    shut = "chmod -R a+rwX $UMOCKDEV_DIR; chmod 000 $UMOCKDEV_DIR/dev/bus/usb/001/002;"
    codes, found = doctor("f407", 69, before=shut, environment=f"{user} env")
    known = {"no-udev", "udev-rule-missing", "udev-rule-late", "udev-rule-not-applied",
             "not-in-group", "session-without-seat", "permission"}
    equal(len(codes), 1, f"findings: {codes}")
    check(codes[0] in known, f"{codes}")
    check(found[codes[0]]["severity"] == "problem", "it is a problem")


def held():
    say("another program holds the board")
    holder = ("import sys, time, os, fcntl, ctypes; "
              "fd = os.open('/dev/bus/usb/001/002', os.O_RDWR); "
              # USBDEVFS_CLAIMINTERFACE, interface 0
              "fcntl.ioctl(fd, 0x8004550f, (0).to_bytes(4, 'little')); "
              "print('held', flush=True); time.sleep(600)")
    codes, found = doctor(
        "f407", 69, before=f'mkfifo $UMOCKDEV_DIR/p; python3 -c "{holder}" >$UMOCKDEV_DIR/p & '
                           "P=$!; trap 'kill $P' EXIT; read held <$UMOCKDEV_DIR/p;")
    equal(codes, ["busy"], "codes")
    check("python3 (process" in found["busy"]["line"], found["busy"]["line"])


def old_dfu_util(directory):
    say("an old dfu-util comes first in PATH")
    program = directory.file("dfu-util", b"#!/bin/sh\necho 'dfu-util 0.7'\n")
    os.chmod(program, 0o755)
    codes, found = doctor("f407", environment=f"PATH={directory.path}:$PATH")
    equal(codes, ["error-state", "ready", "old-dfu-util"], "codes")
    check(program in found["old-dfu-util"]["line"], "which one it is")
    os.chmod(program, 0o644)
    codes, _ = doctor("f407", environment=f"PATH={directory.path}:$PATH")
    check("old-dfu-util" not in codes, "it is no program")


def as_text():
    say("as text")
    done = vboard("f407", [BOOT0, "doctor"])
    check("OK        0483:df11 at port 1-1" in done.stdout, done.stdout)
    check("No problem was found." in done.stdout, done.stdout)
    equal(vboard("f407", [BOOT0, "doctor", "-q"]).stdout, "", "quiet")
    done = vboard("f407:rdp=1", [BOOT0, "doctor", "-q"], 69)
    check(done.stdout.startswith("Problem   "), done.stdout)
    equal(done.stderr, "", "nothing is told twice")
    check("[ready]" in run([BOOT0, "doctor", "--virtual", "f407"]).stdout, "in the same process")
    run([BOOT0, "doctor", "--virtual", "nonesuch"], 64)


def main():
    boards_that_are_well()
    no_board()
    protected()
    unfinished()
    silent()
    no_permission()
    held()
    with Directory() as directory:
        old_dfu_util(directory)
    as_text()


main()
