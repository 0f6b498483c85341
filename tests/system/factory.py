# SPDX-License-Identifier: MIT
"""boot0 gang with values of commands: --each, --done, --label; the examples of integrations/factory on
SQLite and on a PostgreSQL server of this test's own; 64 boards."""

import glob
import json
import os
import pathlib
import re
import shutil
import subprocess

from cli_run import boot0, boot0_json, fails
from system import (BOOT0, PATIENCE_S, Directory, check, equal, firmware, need, read, run, say,
                    wait_for)
from terminal import Terminal

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "integrations/factory"
COUNT = 64
PLACE = 0x4000  # of the boards' own data, from the start of the flash
ECHO = r"""echo "{\"number\":${BOOT0_PATH#0-},\"key\":\"00:11:22\"}" """
NUMBER = ["--patch", f"{0x08000000 + PLACE:#x}=u32:{{number}}"]


def rows(path):
    return [json.loads(line) for line in read(path).decode().splitlines()]


def said(done):
    return " ".join((done.stdout + done.stderr).split())


def values(directory):
    say("values of a command, in patches, labels, the record and the JSON")
    image = directory.file("a.bin", firmware(1000))
    store, record = directory.file("a.flash"), directory.file("record")
    labels, log = directory.file("labels"), directory.file("log")
    secret = ECHO.replace("}\" ", r",\"secret\":{\"pin\":\"4711\"}}" + "\" ")
    result = boot0_json(
        "gang", "--each", secret, "--done", f"env >{log}", "--record", record,
        "--patch", "0x08004000=u16:{number}", "--patch", "0x08004002:4=hex:{key}",
        "--patch", "0x08004006=text:<{pin}>", "--label", "N {number} {serial}", "--label-to", labels,
        image, board=f"f407:serial=A1,flash={store}", width=None)[0]
    equal(read(store)[PLACE : PLACE + 12], b"\x01\0\x00\x11\x22\0<4711>", "what was patched")
    equal((result["ok"], result["values"], result["label"]),
          (True, {"number": 1, "key": "00:11:22"}, "N 1 A1"), "the result")
    equal(read(labels), b"N 1 A1\n", "the label")
    begin, done = rows(record)
    equal((begin["values"], done["values"], done["reported"]),
          (result["values"], result["values"], True), "the record")
    told = dict(line.split("=", 1) for line in read(log).decode().splitlines() if "=" in line)
    equal({name: told.get(name) for name in ("BOOT0_SERIAL", "BOOT0_PATH", "BOOT0_FILE",
                                             "BOOT0_RESULT", "BOOT0_ERROR", "BOOT0_TOUCHED",
                                             "BOOT0_SHA256", "BOOT0_VALUE_number")},
          {"BOOT0_SERIAL": "A1", "BOOT0_PATH": "0-1", "BOOT0_FILE": image, "BOOT0_RESULT": "ok",
           "BOOT0_ERROR": "", "BOOT0_TOUCHED": "yes", "BOOT0_SHA256": result["image_sha256"],
           "BOOT0_VALUE_number": "1"}, "what --done is told")
    for path in (record, log, labels):
        check(b"4711" not in read(path), f"a secret is in {path}")

    say("labels by a command, or below the result; what a command says beside")
    both = ["f407:serial=A1", "f407:serial=B2"]
    boot0("gang", "--label", "{serial} {{{path}}}", "--label-to", f"|cat >>{labels}", image, board=both)
    equal(sorted(read(labels).decode().splitlines()), ["A1 {0-1}", "B2 {0-2}", "N 1 A1"], "labels")
    done = boot0("gang", "--each", "echo 12 left >&2; echo {}", "--label", "L {serial}", image,
                 board="f407:serial=A1")
    equal([line.strip() for line in done.stdout.splitlines()][1:3], ["12 left", "L A1"], "its lines")

    say("columns of a table by their names")
    table = directory.file("t.csv", b"n,mac\n300,aa\n301,bb\n")
    boot0("gang", "--csv", table, "--patch", "0x08004000=u16:{n}", "--patch", "0x08004002=hex:{mac}",
          image, board=f"f407:flash={store}")
    equal(read(store)[PLACE : PLACE + 3], b"\x2c\x01\xaa", "the row")
    fails(65, ["is not a whole number"], "gang", "--csv", table, "--patch", "0x08004000=u16:{mac}",
          image, board="f407")
    done = boot0("gang", "--csv", table, "--each", "echo '{\"n\":1}'", "--patch",
                 "0x08004000=u16:{n}", image, board="f407", status=65)
    check("a column of the CSV file has that name" in said(done), done.stdout)


def mistakes(directory):
    say("each mistake is told, and leaves the board as it was")
    image = directory.file("a.bin", firmware(1000))
    store = directory.file("m.flash", b"\xa5" * (1 << 20))
    log = directory.file("log")
    board = f"f407:flash={store}"
    for command, status, phrases in [
            ("./no-such-command", 66, ["status 127", "not found", "Check the name"]),
            (image, 66, ["status 126", "chmod +x"]),
            ("echo not known >&2; exit 1", 66, ["status 1: not known", "was not changed"]),
            ("kill -9 $$", 66, ["ended by signal 9"]),
            ("true", 65, ["nothing is there", "It printed: nothing"]),
            ("echo 17", 65, ["byte 1: expected {", "It printed: 17"]),
            ("echo '{\"number\":true}'", 65, ["expected a string or a number"]),
            ("echo '{\"n\":1}'", 65, ["no value for {number}", "gave: n."]),
            ("echo '{\"number\":4294967296}'", 65, ["too large for u32 at 0x08004000"]),
            ("echo '{\"number\":-1}'", 65, ["too large for u32"]),
            ("echo '{\"number\":1.5}'", 65, ["not a whole number"]),
            ("echo '{\"number\":\"x\"}'", 65, ["not a whole number"]),
            ("echo '{\"number\":1,\"serial\":2}'", 65, ["must not give a value \"serial\""]),
            ("yes", 66, ["more than 32768 bytes"]),
            ("sleep 300", 66, ["did not end within 1 s", "--command-timeout"])]:
        limit = ["--command-timeout", "1"] if command.startswith("sleep") else []
        done = boot0("gang", "--each", command, *limit, "--done", f"echo >>{log}", *NUMBER, image,
                     board=board, status=status)
        for phrase in phrases:
            check(phrase in said(done), f"{command}: {phrase!r} is not said: {done.stdout}")
        check("0-1" in done.stdout, "the board is named")
        equal(read(store), b"\xa5" * (1 << 20), f"the flash after {command}")
    equal(read(log).count(b"\n"), 5, "results of boards whose values were taken, and did not do")

    say("a result that cannot be reported is a failure, and so is a label")
    for option, phrases in [
            (["--done", "echo no database >&2; exit 3"], ["--done", "status 3: no database"]),
            (["--label", "x", "--label-to", "|exit 4"], ["--label-to", "status 4"]),
            (["--label", "x", "--label-to", "/dev/full"], ["/dev/full: No space"])]:
        done = boot0("gang", *option, image, board=board, status=73)
        for phrase in phrases:
            check(phrase in said(done), f"{option}: {phrase!r} is not said: {done.stdout}")
        equal(read(store)[:1000], read(image), "the board is flashed all the same")

    say("mistakes in the options, before there is a board")
    fails(64, ["nothing gives a value for {number}", "--each"], "gang", *NUMBER, image, board="f407")
    fails(64, ["nothing gives a value for {x}"], "gang", "--label", "{x}", image, board="f407")
    fails(64, ["unmatched brace"], "gang", "--label", "{x", image, board="f407")
    fails(64, ["unmatched brace"], "gang", "--patch", "0=text:}", image, board="f407")
    fails(64, ["without --label"], "gang", "--label-to", "x", image, board="f407")
    fails(64, ["--label-to"], "gang", "--label", "x", "--label-to", "-", image, board="f407")
    fails(64, ["no command"], "gang", "--command-timeout", "9", image, board="f407")
    fails(64, ["--command-timeout"], "gang", "--command-timeout", "0", "--each", "x", image, board="f407")
    fails(73, ["/nonexistent/x"], "gang", "--label", "x", "--label-to", "/nonexistent/x", image,
          board="f407")


def stop(directory):
    say("Ctrl-C while a command hangs: it is ended, and the board was not changed")
    image = directory.file("a.bin", firmware(1000))
    started, log = directory.file("started"), directory.file("stop.log")
    command = [BOOT0, "gang", "--virtual=f407", "--each", f"echo $$ >{started}; sleep 300",
               "--done", f"echo >>{log}", image]
    terminal = Terminal(command)
    wait_for("the command", lambda: os.path.exists(started) and read(started))
    os.write(terminal.fd, b"\x03")
    equal(terminal.end(), 130, "exit status")
    check("stopped while --each" in " ".join(terminal.output.split()), terminal.output)
    check(not os.path.exists(log), "a result of a board that has no values")
    check(not os.path.exists(f"/proc/{int(read(started))}"), "the command goes on")


class Screen:
    """A terminal's screen, as far as the table needs one: ECMA-48's CUU, ED and EL."""

    def __init__(self, output):
        self.lines, self.row, self.column = [""], 0, 0
        for part in re.findall(r"\033\[\d*[A-Z]|\r|\n|[^\033\r\n]+", output):
            self.take(part)

    def take(self, part):
        up = re.fullmatch(r"\033\[(\d+)A", part)
        if up:
            check(int(up.group(1)) <= self.row, f"above the top: {self.lines}")
            self.row -= int(up.group(1))
            self.column = 0
        elif part == "\033[J":
            self.lines = self.lines[: self.row] + [""]
        elif part == "\n":
            self.row += 1
            if self.row == len(self.lines):
                self.lines.append("")
            self.column = 0
        elif part == "\r":
            self.column = 0
        elif part == "\033[K":
            self.lines[self.row] = self.lines[self.row][: self.column]
        else:
            line = self.lines[self.row]
            self.lines[self.row] = line[: self.column] + part + line[self.column + len(part) :]
            self.column += len(part)


def tables(directory):
    image = directory.file("a.bin", firmware(1000))
    go = directory.file("go")
    for columns in (40, 80):
        say(f"64 boards in a table of {columns} columns and 40 lines")
        gate = f"until [ -e {go} ]; do sleep 0.05; done; [ $BOOT0_PATH != 0-7 ] || exit 1; {ECHO}"
        boards = [f"--virtual=f407:serial=N{i}" for i in range(COUNT)]
        terminal = Terminal([BOOT0, "gang", *boards, "--each", gate, *NUMBER, image], columns)
        check(terminal.read_until("more: "), f"no table: {terminal.output!r}")
        pathlib.Path(go).touch()
        equal(terminal.end(), 66, "exit status")
        os.unlink(go)
        drawn = re.findall(r"[^\r\n]*\033\[K\r\n", terminal.output)
        for line in drawn:
            line = re.sub(r"\033\[\d*[A-Z]", "", line).strip("\r\n")
            check(len(line) < columns, f"{len(line)} of {columns} columns: {line!r}")
            check(line == line.rstrip(), f"a space at the end: {line!r}")
        check(re.search(r"\d+ at work, \d+ done", terminal.output), "no counts")
        lines = Screen(terminal.output).lines
        results = [line.split()[0] for line in lines if line.startswith("0-")]
        equal(sorted(results), sorted(f"0-{i + 1}" for i in range(COUNT)), "a result for each board")
        check(not any("asking" in line or "at work" in line for line in lines), f"it stays: {lines}")
        check("1 of 64 boards failed: 0-7" in " ".join(lines), lines)
    say("no control sequences without a terminal")
    done = boot0("gang", "--each", ECHO, *NUMBER, image, board=["f407", "f407"])
    check("\033" not in done.stdout + done.stderr and done.stderr == "", done.stderr)


def line_up(directory, script, environment, count):
    """So many boards at once, and the same again, with numbers and keys of a database."""
    image = directory.file("a.bin", firmware(1000))
    stores = [directory.file(f"{i}.flash") for i in range(count)]
    # One of them has a serial number that must not be SQL, and one is unplugged at work.
    serials = [f"N{i}" for i in range(count - 1)] + ["x'); DROP TABLE board;--"]
    faults = {5: ",fault=unplug@45"}
    boards = [f"f407:serial={serials[i]},flash={stores[i]}" for i in range(count)]
    environment = {**os.environ, **environment}
    command = ["gang", "--json", "--each", f"{script} take", "--done", f"{script} done", *NUMBER,
               "--patch", "0x08004010=hex:{key}", "--label", "{name} {serial}", image]
    run([script, "create"], env=environment)
    first = run([BOOT0, *(f"--virtual={board}{faults.get(i, '')}" for i, board in enumerate(boards)),
                 *command], 74, env=environment)
    results = [json.loads(line) for line in first.stdout.splitlines()][:count]
    numbers = {result["path"]: result["values"]["number"] for result in results}
    equal(sorted(numbers.values()), list(range(1, count + 1)), "each number once")
    equal([result["path"] for result in results if not result["ok"]], ["0-6"], "the one that failed")
    listed = run([script, "list"], env=environment).stdout.splitlines()
    states = {line.split("|")[1]: line.split("|") for line in listed}
    equal({serial for serial, row in states.items() if row[2] != "ok"}, {"N5"}, "rows that are not ok")
    check(states["N5"][2] == "failed" and "went away" in states["N5"][3], states["N5"])
    again = run([BOOT0, *(f"--virtual={board}" for board in boards), *command], env=environment)
    for result in (json.loads(line) for line in again.stdout.splitlines()):
        equal(result["values"]["number"], numbers[result["path"]], "the number of a board that is back")
        equal(result["label"].split()[0], f"B{numbers[result['path']]:05}", "its label")
    keys = set()
    for i, path in enumerate(stores):
        data = read(path)[PLACE : PLACE + 32]
        equal(int.from_bytes(data[:4], "little"), numbers[f"0-{i + 1}"], "the number in the flash")
        keys.add(data[16:])
    equal(len(keys), count, "a key for each board")
    done = boot0("gang", "--each", f"{script} take", image, board="f407:serial=", status=66,
                 env=environment)
    check("the board has no serial number" in said(done), done.stdout)


def sqlite(directory):
    say("the example for SQLite")
    need("sqlite3")
    line_up(directory, FOLDER / "sqlite.sh", {"FACTORY_DB": directory.file("factory.db")}, COUNT)


class Server:
    """A PostgreSQL server on a socket in a folder of its own. It refuses to run as root."""

    def __init__(self, directory):
        found = [shutil.which("initdb"), *glob.glob("/usr/lib/postgresql/*/bin/initdb")]
        found = [path for path in found if path]
        if not found:
            need("postgres")
        self.programs = os.path.dirname(os.path.realpath(found[-1]))
        self.folder = directory.file("postgresql")
        self.user = []
        os.mkdir(self.folder, 0o700)
        if os.geteuid() == 0:
            need("setpriv")
            self.user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
            os.chmod(directory.path, 0o711)
            os.chown(self.folder, 65534, 65534)

    def __enter__(self):
        data = os.path.join(self.folder, "data")
        run([*self.user, f"{self.programs}/initdb", "--no-sync", "-A", "trust", "-U", "station",
             "--no-locale", "-E", "UTF8", data], cwd="/")
        self.log = open(os.path.join(self.folder, "log"), "wb")
        self.process = subprocess.Popen(
            [*self.user, f"{self.programs}/postgres", "-D", data, "-k", self.folder,
             "-c", "listen_addresses=", "-c", "fsync=off", "-c", "max_connections=100"],
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log, cwd="/")
        wait_for("the server", lambda: subprocess.run(
            ["psql", "-X", "-w", "-c", ""], env={**os.environ, **self.environment()},
            capture_output=True, check=False).returncode == 0)
        return self

    def environment(self):
        return {"PGHOST": self.folder, "PGUSER": "station", "PGDATABASE": "postgres"}

    def __exit__(self, *_):
        self.process.send_signal(2)  # "fast shutdown"
        self.process.wait(PATIENCE_S)
        self.log.close()


def postgresql(directory):
    say("the example for PostgreSQL")
    need("psql")
    with Server(directory) as server:
        line_up(directory, FOLDER / "postgresql.sh", server.environment(), 24)


def main():
    for part in (values, mistakes, stop, tables, sqlite, postgresql):
        with Directory() as directory:
            part(directory)


main()
