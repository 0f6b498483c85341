# SPDX-License-Identifier: MIT
"""A board with two DFU interfaces, the flash in one and an EEPROM in the other: both are listed,
and each is reached by its number. dfu-util is the reference where it can be.
"""

import json
import re
import shutil

from system import (BOOT0, Directory, check, described, equal, firmware, read, run, say, vboard,
                    vboard_stats)

BOARD = described("twoif")
EEPROM = 1


def flat(text):
    return re.sub(r"\s+", " ", text)


def rows(text):
    return [json.loads(line) for line in text.splitlines()]


def found(text):
    return [line for line in text.splitlines() if line.startswith("Found DFU")]


def listing():
    say("both are listed")
    both = rows(vboard(BOARD, [BOOT0, "list", "--json"]).stdout)
    equal([(row["path"], row["interface"]) for row in both], [("1-1", 0), ("1-1", 1)], "the list")
    lines = vboard(BOARD, [BOOT0, "list"]).stdout.splitlines()
    equal([re.search(r"DFU -i (\d)", line).group(1) for line in lines[1:]], ["0", "1"], "the table")
    one = rows(vboard(BOARD, [BOOT0, "list", "--json", "-i", "1"]).stdout)
    equal([row["interface"] for row in one], [1], "list -i 1")
    vboard(BOARD, [BOOT0, "list", "--interface=2"], 69)
    other = rows(vboard("f407", [BOOT0, "list", "--json"]).stdout)
    equal(other[0]["interface"], 0, "the interface of a board that has one")
    check(" -i " not in vboard("f407", [BOOT0, "list"]).stdout, "-i where there is one interface")
    own = found(vboard(BOARD, [BOOT0, "dfu-util", "-l"]).stdout)
    equal(len(own), 2, "lines of dfu-util -l")
    for options in [], ["-i", "0"], ["-i", "1"], ["-i", "2"], ["-a", "EEPROM"]:
        if shutil.which("dfu-util"):
            equal(found(vboard(BOARD, [BOOT0, "dfu-util", "-l", *options]).stdout),
                  found(vboard(BOARD, ["dfu-util", "-l", *options]).stdout), f"-l {options}")


def a_choice(directory):
    say("a choice that is open names the interfaces")
    data = directory.file("data.bin", firmware(200))
    for command in [["flash", data], ["read", directory.path + "/none.bin"], ["verify", data],
                    ["info"], ["erase", "--all"], ["reset"], ["run"]]:
        done, stats = vboard_stats(BOARD, [BOOT0, *command], 69)
        for phrase in ["the board at 1-1 has 2 DFU interfaces", '--interface 0 "Internal Flash"',
                       '--interface 1 "EEPROM"']:
            check(phrase in flat(done.stderr), f"{phrase!r} is not in:\n{done.stderr}")
        equal(stats[0]["flash_operations"], 0, f"operations of the flash after {command}")
    done = vboard(BOARD, [BOOT0, "dfu-util", "-D", data], 74)
    check("choose an interface with -i" in done.stderr, done.stderr)
    for wrong in "x", "256", "-1", "":
        done = run([BOOT0, "list", f"--interface={wrong}"], 64)
        check("number of an interface" in flat(done.stderr), done.stderr)


def each_by_itself(directory):
    say("each interface has its own memory, transfer size and requests")
    data = directory.file("data.bin", firmware(200))
    trace, back = directory.file("trace.txt"), directory.file("back.bin")
    store = directory.file("flash.bin", b"\xff" * (128 << 10))
    info = rows(vboard(BOARD, [BOOT0, "info", "--json", "-i", "1"]).stdout)[0]
    equal((info["transfer_bytes"], [m["name"] for m in info["memories"]]), (64, ["EEPROM"]), "1")
    info = rows(vboard(BOARD, [BOOT0, "info", "--json", "-i", "0"]).stdout)[0]
    equal((info["transfer_bytes"], [m["name"] for m in info["memories"]]), (128, ["Internal Flash"]),
          "0")
    board = f"{BOARD},flash={store}"
    vboard(board, ["sh", "-c", f"{BOOT0} flash -i 1 --trace {trace} {data} && "
                               f"{BOOT0} read -i 1 -n 200 {back}"])
    equal(read(back), read(data), "the EEPROM")
    equal(read(store), b"\xff" * (128 << 10), "the flash")
    text = read(trace).decode()
    requests = [line for line in text.splitlines()
                if re.search(r"DNLOAD|GETSTATUS|SET_INTERFACE|CLRSTATUS|ABORT", line)]
    check(requests and all(re.search(r"index=(0x0*)?1\b", line) for line in requests),
          "\n".join(requests))
    check(max(int(n, 0) for n in re.findall(r"DNLOAD.*?length=(\w+)", text)) == 64,
          "transfers are not of 64 bytes")
    vboard(board, [BOOT0, "flash", "-i", "0", data])
    equal(read(store)[:200], read(data), "the flash by interface 0")
    if shutil.which("dfu-util"):
        judged = directory.file("judged.bin", b"\xff" * (128 << 10))
        # dfu-util takes a device that returns in DFU mode for a failed one: its status is ignored.
        vboard(f"{BOARD},flash={judged}", ["sh", "-c", f"dfu-util -i 0 -D {data}; exit 0"])
        own = directory.file("own.bin", b"\xff" * (128 << 10))
        vboard(f"{BOARD},flash={own}", [BOOT0, "dfu-util", "-i", "0", "-D", data])
        equal(read(own), read(judged), "the flash by dfu-util and by boot0 dfu-util")
    done = vboard(BOARD, [BOOT0, "dfu-util", "-i", "1", "-D", data])
    check("Device returned transfer size 64" in done.stdout, done.stdout)

    say("a record of two interfaces is replayed")
    run([BOOT0, "flash", "--virtual", BOARD, "-i", str(EEPROM), "--trace", trace, data])
    run([BOOT0, "flash", "--replay", trace, "-i", str(EEPROM), data])


def many_boards(directory):
    say("gang")
    data = directory.file("data.bin", firmware(200))
    done = vboard([BOARD, BOARD], [BOOT0, "gang", "--json", "--count", "2", "-i", "1", data])
    equal([row["ok"] for row in rows(done.stdout) if "ok" in row][:2], [True, True], done.stdout)
    done = vboard(BOARD, [BOOT0, "gang", "--count", "2", "-i", "1", data], 69)
    done = vboard(BOARD, [BOOT0, "gang", data], 69)
    check("--interface 1" in flat(done.stderr + done.stdout), done.stderr)
    vboard(BOARD, [BOOT0, "doctor"], 0)


def main():
    with Directory() as directory:
        listing()
        a_choice(directory)
        each_by_itself(directory)
        many_boards(directory)


main()
