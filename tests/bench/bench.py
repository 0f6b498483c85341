#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Compares dfu-util and boot0 at the same jobs, and boot0 on many boards, with virtual boards in
real time.

  tests/bench/bench.py [--quick] [--json FILE] [JOB…]

The boards answer with the poll timeouts that real ROMs report, and their flash takes the
datasheet's typical times. "fresh" means that the flash is full of other data. The measured time is
the life of the client's process; with --fast it is the board's own clock. After each job the flash
is compared with its expected contents.

The bound is the time that the board itself needs for the transfers that boot0 makes: erasing,
programming and the bus. No client that makes the same transfers can be faster.
"""

import argparse
import dataclasses
import json
import pathlib
import random
import shlex
import shutil
import struct
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BOOT0 = ROOT / "build/host/cli/boot0"
VBOARD = ROOT / "build/host/vboard/vboard"
FLASH = 0x08000000
KIB = 1024
MIB = 1024 * KIB


@dataclasses.dataclass
class Job:
    name: str
    title: str
    size: int
    kind: str  # fresh: the board holds noise; same: the file; byte: all but one byte of it
    model: str
    keys: str
    filled: int  # bytes of flash that are not erased at first
    quick: bool = False
    supply: bool = False  # run boot0 with --vdd 3.3 too


@dataclasses.dataclass
class Run:
    """One client at one job: its seconds, and the board's statistics."""

    seconds: float
    stats: dict

    @property
    def flash(self):
        return self.stats["erase_s"] + self.stats["program_s"]

    @property
    def bound(self):
        return self.flash + self.stats["bus_s"]


def make_jobs():
    rows = [
        ("fresh-40k", "fresh 40 KiB", 40 * KIB, "fresh", True),
        ("fresh-256k", "fresh 256 KiB", 256 * KIB, "fresh", False),
        ("fresh-1m", "fresh 1 MiB", MIB, "fresh", False),
        ("same-40k", "same 40 KiB again", 40 * KIB, "same", True),
        ("same-1m", "same 1 MiB again", MIB, "same", False),
        ("byte-40k", "one byte of 40 KiB changed", 40 * KIB, "byte", True),
        ("byte-1m", "one byte of 1 MiB changed", MIB, "byte", False),
    ]
    jobs = []
    for suffix, keys, note in (("", "", ""), ("-100ms", "poll_data=100", ", 100 ms a block")):
        for name, title, size, kind, quick in rows:
            quick = quick and not suffix
            jobs.append(Job(name + suffix, title + note, size, kind, "f407", keys, MIB, quick, True))
    for model in ("f427", "f411", "f072", "l476", "g431", "h743", "gd32"):
        title = f"fresh 40 KiB on {model}"
        jobs.append(Job(f"board-{model}", title, 40 * KIB, "fresh", model, "", 64 * KIB))
    return jobs


def program(size):
    """Returns noise after a vector table that every board here starts."""
    data = bytearray(random.Random(size).randbytes(size))
    struct.pack_into("<2I", data, 0, 0x20001000, FLASH + 0x189)
    return bytes(data)


def contents(job, image):
    """Returns the contents of the flash when the job begins."""
    if job.kind == "fresh":
        return random.Random("before").randbytes(job.filled)
    data = bytearray(image)
    if job.kind == "byte":
        data[len(data) // 2] ^= 0x10
    return bytes(data) + random.Random("before").randbytes(job.filled - len(data))


def run_client(job, directory, image, client):
    """Runs one client on its own board and checks the flash afterwards."""
    flash, stats, seconds = (directory / name for name in ("flash.bin", "stats.json", "seconds"))
    before = contents(job, image)
    flash.write_bytes(before)
    spec = ",".join(key for key in (f"{job.model}:flash={flash}", job.keys) if key)
    command = [VBOARD, "--speed", "1", "--stats", stats, spec, "--"]
    command += [sys.executable, __file__, "--timed", seconds, *client]
    result = subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    if result.returncode != 0:
        sys.exit(
            f"exit status {result.returncode}: {shlex.join(str(word) for word in command)}\n"
            + result.stdout.decode(errors="replace")
        )
    after = flash.read_bytes()
    if after[: len(image)] != image:
        sys.exit(f"{job.name}: the flash does not hold the file after {shlex.join(client)}")
    if client[0] == str(BOOT0) and after[len(image) : len(before)] != before[len(image) :]:
        sys.exit(f"{job.name}: what is behind the file is not preserved")
    run = Run(float(seconds.read_text()), json.loads(stats.read_text())[0])
    if run.stats["violations"]:
        sys.exit(f"{job.name}: {run.stats['violations']} violations of the flash's rules")
    return run


def run_fast(job, directory, image, client):
    """
    The same with the RAM loader, in seconds of the board's clock: emulating a CPU takes longer
    than the CPU. The board in vboard counts what its flash does; the one in process has the clock.
    """
    run = run_client(job, directory, image, client)
    flash = directory / "flash.bin"
    flash.write_bytes(contents(job, image))
    board = f"{job.model}:flash={flash}"
    command = [*client[:1], "--virtual", board, *client[1:], "--json"]
    output = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    if flash.read_bytes()[: len(image)] != image:
        sys.exit(f"{job.name}: the flash does not hold the file after {shlex.join(command)}")
    return Run(json.loads(output)["seconds"], run.stats)


def run_job(job):
    with tempfile.TemporaryDirectory(prefix="boot0-bench-") as name:
        directory = pathlib.Path(name)
        image = program(job.size)
        file = directory / "program.bin"
        file.write_bytes(image)
        clients = {
            "dfu-util": ["dfu-util", "-a", "0", "-s", hex(FLASH), "-D", str(file)],
            "boot0": [str(BOOT0), "flash", "--no-run", str(file)],
        }
        if job.supply:
            clients["3.3 V"] = clients["boot0"] + ["--vdd", "3.3"]
        if job.supply and job.kind == "fresh":
            clients["fast"] = clients["boot0"] + ["--fast"]
        return {
            label: (run_fast if label == "fast" else run_client)(job, directory, image, client)
            for label, client in clients.items()
        }


GANG = 16
GANG_SIZE = 256 * KIB


def run_gang(count):
    """Returns the seconds of `boot0 gang` on `count` boards that hold other data, in real time."""
    with tempfile.TemporaryDirectory(prefix="boot0-bench-") as name:
        directory = pathlib.Path(name)
        image = program(GANG_SIZE)
        file, seconds = directory / "program.bin", directory / "seconds"
        file.write_bytes(image)
        flashes = [directory / f"{number}.flash" for number in range(count)]
        for flash in flashes:
            flash.write_bytes(random.Random("before").randbytes(MIB))
        command = [VBOARD, "--speed", "1", *(f"f407:flash={flash}" for flash in flashes), "--"]
        command += [sys.executable, __file__, "--timed", seconds]
        command += [BOOT0, "gang", "--count", str(count), "--no-run", file]
        result = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
        )
        if result.returncode != 0:
            sys.exit(f"gang of {count}: {result.stdout.decode(errors='replace')}")
        for flash in flashes:
            if flash.read_bytes()[: len(image)] != image:
                sys.exit(f"gang of {count}: {flash.name} does not hold the file")
        return float(seconds.read_text())


def compare_gang():
    one, many = run_gang(1), run_gang(GANG)
    title = f"gang, fresh {GANG_SIZE // KIB} KiB: 1 board, {GANG} boards"
    print(f"{title:<42} {one:7.2f} s {many:6.2f} s {many / one:5.2f} times", flush=True)
    return one, many


# ---- the flasher in the browser ----

POLICY = pathlib.Path("/etc/chromium/policies/managed/boot0-bench.json")


def lacks_browser():
    """Returns why the page cannot be measured; '' if it can."""
    if not shutil.which("chromium") or not shutil.which("node"):
        return "no chromium or node"
    for name, target in (("build/web/index.html", "web"), ("build/web-tools/node_modules", "npm")):
        if not (ROOT / name).exists():
            return f"no {name}: `make {target}`"
    try:  # Only root can grant a page its board without a click.
        POLICY.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / "tests/web/policy.json", POLICY)
    except OSError:
        return "only root can set a policy of Chromium"
    return ""


def run_web(job, *more):
    """Returns a flasher's seconds in Chromium from the click on: fresh, and the same again."""
    with tempfile.TemporaryDirectory(prefix="boot0-bench-") as name:
        directory = pathlib.Path(name)
        image = program(job.size)
        file, flash = directory / "program.bin", directory / "flash.bin"
        file.write_bytes(image)
        flash.write_bytes(contents(job, image))
        command = [VBOARD, "--speed", "1", f"{job.model}:flash={flash}", "--"]
        command += ["node", ROOT / "tests/bench/web.mjs", file, *more]
        result = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
        if result.returncode != 0 or flash.read_bytes()[: len(image)] != image:
            sys.stderr.buffer.write(result.stderr)
            sys.exit(f"exit status {result.returncode}: {shlex.join(str(word) for word in command)}")
        return json.loads(result.stdout)


def compare_web(jobs, webdfu):
    """Compares the page with `boot0 flash`, and with webdfu if there is a copy of it."""
    lack = lacks_browser()
    if lack:
        print(f"the flasher in the browser was not measured: {lack}")
        return None
    job = next(job for job in jobs if job.name == "fresh-256k")
    try:
        rows = {"boot0": {"seconds": run_job(job)["boot0"].seconds}, "page": run_web(job)}
        if webdfu:
            rows["webdfu"] = run_web(job, webdfu)
    finally:
        POLICY.unlink()
    line = f"{job.title} in Chromium: boot0 flash, the page, again"
    print(f"{line:<52} {rows['boot0']['seconds']:6.2f} s {rows['page']['seconds']:6.2f} s "
          f"{rows['page']['again']:5.2f} s", flush=True)
    if webdfu:
        print(f"    webdfu's dfuse.js, without comparing and verifying {rows['webdfu']['seconds']:6.2f} s")
    return rows


HEADING = (
    f"{'job':<42} {'dfu-util':>9} {'boot0':>8} {'ratio':>6} {'bound':>8} {'/bound':>6} {'erased':>6}"
)


def table_row(title, theirs, ours):
    return (
        f"{title:<42} {theirs.seconds:7.2f} s {ours.seconds:6.2f} s "
        f"{theirs.seconds / ours.seconds:5.1f}x {ours.bound:6.2f} s "
        f"{ours.seconds / ours.bound:6.2f} {ours.stats['sectors_erased']:>6}"
    )


def print_job(job, runs):
    theirs = runs["dfu-util"]
    print(table_row(job.title, theirs, runs["boot0"]))
    if "3.3 V" in runs:
        print(table_row("    with --vdd 3.3", theirs, runs["3.3 V"]))
    if "fast" in runs:
        print(table_row("    with --fast, by the board's clock", theirs, runs["fast"]))
    sys.stdout.flush()


def web_targets(web):
    page = web["page"]["seconds"]
    number = page / web["boot0"]["seconds"]
    rows = [
        ("the page, fresh 256 KiB: 1.15 times boot0 flash", f"{number:.2f}", number <= 1.15),
        (
            "the page, the same again: under 1 s",
            f"{web['page']['again']:.2f}",
            web["page"]["again"] < 1,
        ),
    ]
    if "webdfu" in web:
        number = web["webdfu"]["seconds"] / page
        rows.append(("the page: 2 times as fast as webdfu", f"{number:.2f}", number >= 2))
    return rows


def targets(results, gang):
    """Returns the targets as (text, number, whether it is reached)."""
    rows = []

    def ratio(name, label):
        return results[name]["dfu-util"].seconds / results[name][label].seconds

    for suffix, note in (("", ""), ("-100ms", ", 100 ms a block")):
        if "fresh-1m" + suffix in results:
            name = "fresh-1m" + suffix
            number = ratio(name, "boot0")
            rows.append((f"fresh 1 MiB{note}: 2 times as fast", f"{number:.2f}", number >= 2))
            number = results[name]["boot0"].seconds / results[name]["boot0"].bound
            rows.append(
                (f"fresh 1 MiB{note}: 1.15 times the bound", f"{number:.3f}", number <= 1.15)
            )
            number = ratio(name, "3.3 V")
            rows.append((f"fresh 1 MiB{note} at 3.3 V: 3 times", f"{number:.2f}", number >= 3))
        for size, title in (("40k", "40 KiB"), ("1m", "1 MiB")):
            if f"same-{size}{suffix}" in results:
                number = ratio(f"same-{size}{suffix}", "boot0")
                rows.append((f"same {title} again{note}: 10 times", f"{number:.1f}", number >= 10))
            if f"byte-{size}{suffix}" in results:
                number = results[f"byte-{size}{suffix}"]["boot0"].stats["sectors_erased"]
                rows.append(
                    (f"one byte of {title} changed{note}: one sector", f"{number}", number == 1)
                )
    if "fresh-1m" in results:
        fast = results["fresh-1m"]["fast"]
        number = fast.seconds / fast.flash
        rows.append(("fresh 1 MiB, --fast: 1.12 times the flash", f"{number:.3f}", number <= 1.12))
        number = ratio("fresh-1m", "fast")
        rows.append(("fresh 1 MiB, --fast: 6 times as fast", f"{number:.2f}", number >= 6))
    if "fresh-40k" in results:
        number = results["fresh-40k"]["fast"].seconds
        rows.append(("fresh 40 KiB, --fast: 1.9 s", f"{number:.2f}", number <= 1.9))
    if gang:
        number = gang[1] / gang[0]
        text = f"{GANG} boards at once: at most 1.5 times the time for one"
        rows.append((text, f"{number:.2f}", number <= 1.5))
    if not results:
        return rows
    slower = [
        f"{name} ({label})"
        for name, runs in results.items()
        for label, run in runs.items()
        if run.seconds > runs["dfu-util"].seconds
    ]
    rows.append(("never slower than dfu-util", ", ".join(slower) or "in no job", not slower))
    return rows


def timed(file, command):
    """Runs a command and writes its seconds to a file; returns its exit status."""
    start = time.monotonic()
    status = subprocess.run(command, check=False).returncode
    pathlib.Path(file).write_text(f"{time.monotonic() - start}\n")
    return status


def main():
    if sys.argv[1:2] == ["--timed"]:
        return timed(sys.argv[2], sys.argv[3:])
    jobs = make_jobs()
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="the smallest jobs only")
    parser.add_argument("--json", metavar="FILE", help="write all numbers to a file")
    parser.add_argument("--webdfu", metavar="FOLDER", help="a copy of github.com/devanlai/webdfu")
    names = [*(job.name for job in jobs), "gang", "web"]
    parser.add_argument("jobs", nargs="*", metavar="JOB", help=", ".join(names))
    options = parser.parse_args()
    for name in options.jobs:
        if name not in names:
            parser.error(f"no job is named {name}")
    chosen = [
        job
        for job in jobs
        if (job.name in options.jobs if options.jobs else job.quick or not options.quick)
    ]

    print(HEADING, flush=True)
    results = {}
    for job in chosen:
        results[job.name] = run_job(job)
        print_job(job, results[job.name])
    gang = compare_gang() if not options.jobs or "gang" in options.jobs else None
    web = None
    if "web" in options.jobs or not (options.jobs or options.quick):
        web = compare_web(jobs, options.webdfu)
    if options.json:
        rows = {
            name: {label: dataclasses.asdict(run) for label, run in runs.items()}
            for name, runs in results.items()
        }
        if gang:
            rows["gang"] = {"1": {"seconds": gang[0]}, str(GANG): {"seconds": gang[1]}}
        if web:
            rows["web"] = web
        pathlib.Path(options.json).write_text(json.dumps(rows, indent=1) + "\n")

    print()
    rows = targets(results, gang) + (web_targets(web) if web else [])
    for text, number, reached in rows:
        print(f"{'PASS' if reached else 'FAIL'}  {text:<58} {number}")
    return 0 if all(reached for _, _, reached in rows) else 1


if __name__ == "__main__":
    sys.exit(main())
