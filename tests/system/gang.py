# SPDX-License-Identifier: MIT
"""boot0 gang: sixteen boards of which two fail, their own data, the record; boot0 watch."""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import time

from cli_run import boot0, boot0_json, fails
from system import (BOOT0, PATIENCE_S, VBOARD, Buttons, Directory, check, equal, firmware, read, run, say,
                    wait_for)

SUPPRESSIONS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "gang.lsan")
os.environ["LSAN_OPTIONS"] = f"suppressions={SUPPRESSIONS}:print_suppressions=0"

COUNT = 16
LONG = 400000  # bytes that take long enough at speed 1 for a signal to come in the middle
PATCH = 0x4000  # offset of the boards' own data from the start of the flash
FAILING = {3: "fault=unplug@60", 11: "fault=unplug@45"}


def boards(directory, faults):
    specs = []
    for i in range(COUNT):
        key = f",{faults[i]}" if i in faults else ""
        specs.append(f"f407:serial=N{i},flash={directory.file(f'{i}.flash')}{key}")
    return specs


def lines(path):
    return [json.loads(line) for line in read(path).decode().splitlines()]


def kill_boot0(process, number):
    """Sends a signal to the boot0 that a vboard runs."""
    child = run(["pgrep", "-P", str(process.pid), "-x", "boot0"]).stdout.split()
    os.kill(int(child[0]), number)


def sixteen(directory):
    say("sixteen boards, two of which are unplugged at work")
    image = directory.file("a.bin", firmware(20000))
    record = directory.file("record")
    done = run([VBOARD, "--speed", "0", *boards(directory, FAILING), "--",
                BOOT0, "gang", "--record", record, "--patch", "0x0800FFF0=serial", image], 74)
    check("14 of 16 boards flashed" in done.stdout, done.stdout)
    check("2 of 16 boards failed" in done.stderr, done.stderr)
    paths = {f"1-{i + 1}" for i in FAILING}
    said = {line.split()[0] for line in done.stdout.splitlines() if "FAILED" in line}
    equal(said, paths, "the boards that are said to have failed")
    for i in range(COUNT):
        same = read(directory.file(f"{i}.flash"))[:20000] == read(image)
        equal(same, i not in FAILING, f"what board {i} holds")
        number = read(directory.file(f"{i}.flash"))[0xFFF0:0x10000].rstrip(b"\xff")
        check(i in FAILING or number == f"N{i}".encode(), f"board {i} has number {number}")
    begun = {line["id"]: line for line in lines(record) if line["event"] == "begin"}
    ended = {line["id"]: line for line in lines(record) if line["event"] == "done"}
    equal(len(begun), COUNT, "begins")
    equal(set(begun), set(ended), "those that ended")
    equal({line["path"] for line in ended.values() if not line["ok"]}, paths, "failures")
    digests = {hashlib.sha256(read(image) + f"N{i}".encode()).hexdigest() for i in range(COUNT)}
    equal({line["image_sha256"] for line in ended.values()}, digests, "the digests")
    equal({line["error"]["code"] for line in ended.values() if not line["ok"]}, {"gone"}, "codes")

    say("again: only what is missing is written")
    done = run([VBOARD, "--speed", "0", *boards(directory, {}), "--",
                BOOT0, "gang", "--json", "--count", "16", "--patch", "0x0800FFF0=serial", image])
    results = [json.loads(line) for line in done.stdout.splitlines()]
    equal(len(results), COUNT, "results")
    check(all(line["ok"] for line in results), results)
    equal({line["path"] for line in results if line["bytes_written"] > 0}, paths, "boards written")


def own_data(directory):
    say("a row of a table for each board, never twice")
    image = directory.file("b.bin", firmware(1000))
    rows = [f"S{i:02},{i:012x}" for i in range(40)]
    table = directory.file("keys.csv", ("name,mac\n" + "\n".join(rows) + "\n").encode())
    flashes = [directory.file(f"own{i}.flash") for i in range(8)]
    specs = [f"f407:flash={path}" for path in flashes]
    command = [BOOT0, *(f"--virtual={spec}" for spec in specs), "gang", "--csv", table,
               "--patch", f"{0x08000000 + PATCH:#x}:8=csv:name",
               "--patch", f"{0x08000000 + PATCH + 8:#x}=csvhex:mac", image]
    seen = set()
    for _ in range(2):
        # Two runs side by side, each with boards of its own.
        others = [word.replace("own", "other") for word in command]
        with subprocess.Popen(others, stdout=subprocess.PIPE) as beside:
            run(command)
            beside.communicate()
            equal(beside.returncode, 0, "the run beside")
        for path in flashes + [path.replace("own", "other") for path in flashes]:
            data = read(path)[PATCH : PATCH + 14]
            name = data[:8].rstrip(b"\0").decode()
            equal(data[8:], int(name[1:]).to_bytes(6, "big"), f"the bytes of {name}")
            check(name not in seen, f"{name} was used twice")
            seen.add(name)
    equal(len(seen), 32, "rows used")
    done = boot0("gang", "--csv", table, "--patch", "0x08004000=csv:name", image, status=65,
                 board=[f"f407:flash={directory.file(f'last{i}.flash')}" for i in range(9)])
    check("all 40 rows of the CSV file are used" in " ".join(done.stdout.split()), done.stdout)

    say("a row comes back if the board was not touched")
    os.unlink(table + ".used")
    boot0("gang", "--csv", table, "--patch", "0x09000000=csv:name", image, status=65, board="f407")
    events = [line["event"] for line in lines(table + ".used")]
    equal(events, ["take", "free"], "what happened to the row")


def crash(directory):
    say("a run that is killed is told of at the next start")
    image = directory.file("c.bin", firmware(LONG))
    record = directory.file("crash.record")
    with subprocess.Popen([VBOARD, "--speed", "1", "f407", "--",
                           BOOT0, "gang", "-q", "--record", record, image]) as process:
        wait_for("the record", lambda: os.path.exists(record) and read(record))
        kill_boot0(process, signal.SIGKILL)
        process.wait(PATIENCE_S)
    equal([line["event"] for line in lines(record)], ["begin"], "the record")
    done = boot0("gang", "--record", record, image, board="f407")
    check("an earlier run did not finish the board 315A28A0B956 at port 1-1"
          in " ".join(done.stderr.split()), done.stderr)
    done = boot0("gang", "--record", record, image, board="f407")
    check("earlier" not in done.stderr, "it is told a second time")


def crash_with_table(directory):
    say("a row of a run that is killed is not used again")
    image = directory.file("k.bin", firmware(LONG))
    table = directory.file("k.csv", b"n\nfirst\nsecond\n")
    command = ["gang", "-q", "--csv", table, "--patch", "0x08004000=csv:n", image]
    with subprocess.Popen([VBOARD, "--speed", "1", "f407", "--", BOOT0, *command]) as process:
        wait_for("the record", lambda: os.path.exists(table + ".used") and read(table + ".used"))
        kill_boot0(process, signal.SIGKILL)
        process.wait(PATIENCE_S)
    store = directory.file("k.flash")
    boot0(*command, board=f"f407:flash={store}")
    equal(read(store)[PATCH : PATCH + 6], b"second", "the row")


def interrupt(directory):
    say("Ctrl-C: the boards are left where they can be, and told of")
    image = directory.file("i.bin", firmware(LONG))
    record = directory.file("i.record")
    with subprocess.Popen([VBOARD, "--speed", "1", "f407", "f407:rdp=1", "--",
                           BOOT0, "gang", "--record", record, image],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        wait_for("the record", lambda: os.path.exists(record) and len(read(record).splitlines()) == 3)
        kill_boot0(process, signal.SIGINT)
        stdout, _ = process.communicate(timeout=PATIENCE_S)
        equal(process.returncode, 130, "exit status")
    check("1-1" in stdout and "stopped" in stdout, stdout)
    equal(sorted(line["event"] for line in lines(record)), ["begin"] * 2 + ["done"] * 2, "record")


def sixty_four():
    say("64 boards on one hub")
    boards = [f"f407:serial=N{i}" for i in range(64)]
    done = run([VBOARD, "--speed", "0", *boards, "--", BOOT0, "list", "--json"])
    equal([json.loads(line)["path"] for line in done.stdout.splitlines()],
          [f"1-{i + 1}" for i in range(64)], "the ports")


def programs(directory):
    say("sketches and other serial ports are left alone, unless --detach asks for them")
    image = directory.file("p.bin", firmware(1000))
    boards = ["bluepill:mode=serial", "bluepill"]
    done = run([VBOARD, boards[0], "--", BOOT0, "gang", image], 69)
    check("--detach" in done.stderr, done.stderr)
    done = run([VBOARD, *boards, "--", BOOT0, "gang", "--alt", "2", image])
    equal([line.split()[0] for line in done.stdout.splitlines()][:1], ["1-2"], "the board")
    check("1 of 1 boards flashed" in done.stdout, done.stdout)
    done = run([VBOARD, *boards, "--", BOOT0, "gang", "--alt", "2", "--detach", image])
    check("2 of 2 boards flashed" in done.stdout, done.stdout)


def mistakes(directory):
    say("mistakes")
    image = directory.file("d.bin", firmware(1000))
    table = directory.file("t.csv", b"n\n1\n")
    fails(64, ["there is no '='"], "gang", "--patch", "0x08000000", image, board="f407")
    fails(64, ["--csv FILE"], "gang", "--patch", "0x08004000=csv:n", image, board="f407")
    fails(64, ["no column"], "gang", "--csv", table, "--patch", "0x0=csv:m", image, board="f407")
    fails(64, ["no --patch uses it"], "gang", "--csv", table, image, board="f407")
    fails(64, ["--follow"], "gang", "--follow", image, board="f407")
    fails(64, ["--count"], "gang", "--count", "0", image, board="f407")
    fails(66, ["none.csv"], "gang", "--csv", directory.file("none.csv"), "--patch", "0=csv:n",
          image, board="f407")
    fails(73, ["/nonexistent"], "gang", "--record", "/nonexistent/r", image, board="f407")
    fails(69, ["only 1 of 2"], "gang", "--count", "2", image, board="f407")
    fails(66, ["nonexistent"], "watch", "/nonexistent/a.bin", board="f407")
    results = boot0_json("gang", image, board=["f407", "f407:rdp=1"], status=77)
    equal([line.get("ok") for line in results[:2]].count(True), 1, "boards that were done")
    equal(results[2]["error"]["code"], "protected", "the error at the end")


def follow(directory):
    say("--follow: each board once, then it ends")
    image = directory.file("e.bin", firmware(1000))
    done = run([VBOARD, "--speed", "0", "f407", "f411", "--",
                BOOT0, "gang", "--follow", "--count", "2", "--no-run", image])
    equal(sorted(line.split()[0] for line in done.stdout.splitlines()[:2]), ["1-1", "1-2"], "boards")
    with subprocess.Popen([VBOARD, "--speed", "0", "f407", "f411", "--",
                           BOOT0, "gang", "--follow", "--no-run", image],
                          stdout=subprocess.PIPE, text=True) as process:
        done = [process.stdout.readline() for _ in range(2)]
        time.sleep(1)  # for a board that would be flashed a second time
        kill_boot0(process, signal.SIGINT)
        rest, _ = process.communicate(timeout=PATIENCE_S)
    equal(sorted(line.split()[0] for line in done), ["1-1", "1-2"], "two boards")
    equal(len(rest.splitlines()), 1, f"once each: {rest}")

    say("--follow: boards that are plugged in later, and one that is back after it failed")
    done = run([VBOARD, "--speed", "1", "f407:serial=A,plug=300,fault=unplug@15:500",
                "f411:serial=B", "f411:serial=C,plug=900", "--",
                BOOT0, "gang", "--follow", "--count", "3", image])
    results = [line.split()[:3] for line in done.stdout.splitlines() if line.startswith("1-")]
    equal(sorted(results), [["1-1", "A", "FAILED:"], ["1-1", "A", "done"], ["1-2", "B", "done"],
                            ["1-3", "C", "done"]], "results")
    check("3 of 3 boards flashed" in done.stdout, done.stdout)


def watch(directory):
    say("watch: changes in place, by rename, a file that appears")
    image = directory.file("w.bin")
    store = directory.file("w.flash")
    with subprocess.Popen([VBOARD, "--speed", "0", f"f407:flash={store}", "--",
                           BOOT0, "watch", "--no-run", "--json", image],
                          stdout=subprocess.PIPE, text=True) as process:
        for seed in range(3):
            time.sleep(0.3)
            new = directory.file("new.bin", firmware(5000, seed + 1))
            if seed == 1:
                shutil.copyfile(new, image)
            else:
                os.replace(new, image)
            result = json.loads(process.stdout.readline())
            check(result.get("bytes_written", 0) > 0, result)
        with open(image, "wb") as file:
            file.write(b"\x7fELF")
        equal(json.loads(process.stdout.readline())["error"]["code"], "data", "a broken file")
        kill_boot0(process, signal.SIGINT)
        equal(process.wait(PATIENCE_S), 0, "the exit status after Ctrl-C")
    equal(read(store)[:5000], firmware(5000, 3), "what the board holds")


def watch_boards(directory):
    say("watch: the file's mistakes are told before there is a board; one that fails and is back")
    image = directory.file("v.bin", b"\x7fELF")
    store = directory.file("v.flash")
    buttons = Buttons(directory)
    with subprocess.Popen([VBOARD, *buttons.options,
                           f"f407:plug=never,fault=unplug@15,flash={store}", "--",
                           BOOT0, "watch", "--no-run", "--json", image],
                          stdout=subprocess.PIPE, text=True) as process:
        equal(json.loads(process.stdout.readline())["error"]["code"], "data", "a broken file")
        with open(image, "wb") as file:
            for part in range(0, 5000, 1000):  # like a linker at work
                file.write(firmware(5000)[part : part + 1000])
                file.flush()
                time.sleep(0.02)
        buttons.press("1 plug")
        equal(json.loads(process.stdout.readline())["error"]["code"], "gone", "unplugged")
        buttons.press("1 plug")
        check(json.loads(process.stdout.readline())["bytes_written"] > 0, "and back")
        kill_boot0(process, signal.SIGINT)
        equal(process.wait(PATIENCE_S), 0, "the exit status after Ctrl-C")
    equal(read(store)[:5000], firmware(5000), "what the board holds")


def main():
    with Directory() as directory:
        sixteen(directory)
        own_data(directory)
        crash(directory)
        crash_with_table(directory)
        interrupt(directory)
        sixty_four()
        programs(directory)
        mistakes(directory)
        follow(directory)
        watch(directory)
        watch_boards(directory)


main()
