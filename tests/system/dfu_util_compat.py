# SPDX-License-Identifier: MIT
"""boot0 under the name dfu-util behaves like Debian's dfu-util, line by line of a table.

Both programs run each line on a virtual board of its own; exit status, flash contents, written
files and listing lines must be the same. For an intended difference the line says how they differ,
and docs/reference/dfu-util.md why: the test reads that page, too.
"""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from system import (BOOT0, TIMEOUT_S, VBOARD, WINDOWS, dfuse_file, fail, firmware, need, read,
                    with_suffix)

# dfu-util sleeps for a ROM's poll timeout.
QUICK = "poll_address=0,poll_erase=0"
# These fail when polled before the time that they report, or report none.
UNHURRIED = ("f072", "l476", "maple", "bluepill")
PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs/reference/dfu-util.md"
# With a sanitizer, only boot0 is tested: the other tests compare it with dfu-util.
ALONE = "ASAN_OPTIONS" in os.environ
TIMING = "timing"  # whether it differs depends on the machine's speed
LISTING = re.compile(r"^Found (?:DFU|Runtime): .*$", re.MULTILINE)


def dfuse(*targets):
    """A DfuSe file; a target is (alternate, [(address, data)...])."""
    return dfuse_file(*((alternate, "ST...", elements) for alternate, elements in targets))


F = firmware
SMALL = F(10 * 1024)
FILES = {
    "a.bin": SMALL,
    "odd.bin": F(1001, 2),
    "one.bin": b"\xa5",
    "large.bin": F(130 * 1024, 3),
    "huge.bin": F(1024 * 1024 + 1, 4),
    "empty.bin": b"",
    "blank.bin": b"\xff" * 4096,
    "text.hex": b":020000040800F2\n:0400000000100020CC\n:00000001FF\n",
    "right.dfu": with_suffix(SMALL, 0x0483, 0xDF11),
    "any.dfu": with_suffix(SMALL, 0xFFFF, 0xFFFF),
    "maple.dfu": with_suffix(SMALL, 0x1EAF, 0x0003),
    "vendor.dfu": with_suffix(SMALL, 0x0483, 0x5740),
    "badcrc.dfu": with_suffix(SMALL, 0x0483, 0xDF11)[:-1] + b"\x00",
    "says.dfu": with_suffix(SMALL, 0x0483, 0xDF11, 0x011A),
    "se.dfu": dfuse((0, [(0x08000000, SMALL)])),
    "se2.dfu": dfuse((0, [(0x08000000, F(5000, 5)), (0x08004000, F(100, 6)),
                          (0x08020000, F(3000, 7))])),
    "near.dfu": dfuse((0, [(0x08000000, F(100, 5)), (0x08000200, F(100, 6))])),
    "alt7.dfu": dfuse((0, [(0x08000000, SMALL)]), (7, [(0x20000000, b"abcd")])),
    "only7.dfu": dfuse((7, [(0x20000000, b"abcd")])),
    "far.dfu": dfuse((0, [(0x09000000, SMALL)])),
    "exists.bin": b"keep me",
}
FEATURE = {"feature.bin": b"\x03"}


@dataclass
class Case:
    line: str  # after `dfu-util`; several commands are joined with &&
    board: str = "f407"
    # The intended differences: "status", "flash", "files", "listing"; and the page's heading.
    differs: dict = field(default_factory=dict)
    why: str = ""
    fill: str = "0x00"
    more: tuple = ()  # further boards
    status: int = None  # Debian's, where the table states it


def differing(line, board="f407", why="", status=None, flash=False, files=False, **rest):
    parts = {"status": status, "flash": flash, "files": files}
    return Case(line, board, {k: v for k, v in parts.items() if v}, why, **rest)


AT = "-a 0 -s 0x08000000"
CASES = [
    # ---- the command line alone ----
    Case("-h", status=0),
    Case("--help"),
    Case("-V", status=0),
    Case("--version"),
    Case("", status=64),
    Case("-q", status=64),
    Case("--nonsense"),
    Case("-D"),
    Case("--download"),
    Case("--list=1"),
    Case("-l extra", status=64),
    Case("-V extra"),
    Case("-- extra"),
    Case("-h extra", status=0),
    Case("-c x -l", status=64),
    Case("-c 1x -l"),
    Case("-i '' -l"),
    Case("-t many -l"),
    Case("-Z 0x -l"),
    Case("-E soon -l"),
    Case("-E 99999999999999999999 -l"),
    Case("-a 0", status=64),
    Case("-R"),
    Case("-w", status=64),
    Case("-v"),
    Case("--l"),
    Case("--ver", status=64),
    Case("--vers"),
    Case("--up x.bin -l"),
    Case("--u x.bin", status=64),
    Case("--c 1 -l"),
    Case("-D missing.bin", status=66),
    Case(f"{AT} -D missing.bin"),
    # ---- listing ----
    Case("-l", status=0),
    Case("-l", "f427"),
    Case("-l", "f411"),
    Case("-l", "f072"),
    Case("-l", "l476"),
    Case("-l", "g431"),
    Case("-l", "h743"),
    Case("-l", "maple"),
    Case("-l", "bluepill"),
    Case("-l", "gd32"),
    Case("-l", "f407", more=("f072", "maple", "gd32")),
    Case("-l", "f407:boot0=0"),
    Case("--list --verbose"),
    Case("-lv"),
    Case("-vvl"),
    Case("-l -D missing.bin", status=66),
    Case("-D missing.bin -l", status=0),
    Case("-l -a 0"),
    Case("-l -a 9"),
    Case("-l -a 0x2"),
    Case("-l -a ''"),
    Case("-l -a -1"),
    Case("-l -a '@Internal Flash  /0x08000000/04*016Kg,01*064Kg,07*128Kg'"),
    Case("-l -a '@Internal'"),
    Case("-l -a 'nothing'"),
    Case("-l -d 0483:df11"),
    Case("-l -d 1234:5678"),
    Case("-l -d 1234:5678,0483:df11"),
    Case("-l -d ,0483:df11"),
    Case("-l -d ,0483"),
    Case("-l -d ,:df11"),
    Case("-l -d ,0483:*"),
    Case("-l -d ,-:-"),
    Case("-l -d 0483:df11,"),
    Case("-l -d 0483:5740,:df11"),
    Case("-l -d '*:*,0483:df11'"),
    Case("-l -d ,1eaf:0003", "f407", more=("maple",)),
    Case("-l -d 1eaf:0003", "f407", more=("maple",)),
    Case("-l -S 315A28A0B956"),
    Case("-l -S 315a28a0b956"),
    Case("-l -S 1,315A28A0B956"),
    Case("-l -S 315A28A0B956,"),
    Case("-l -S nobody"),
    Case("-l -S ''"),
    Case("-l -p 1-1"),
    Case("-l -p 1-1", more=("f072",)),
    Case("-l -p 1-2", more=("f072",)),
    Case("-l -p 9-9"),
    Case("-l -n 2"),
    Case("-l -n 77"),
    Case("-l -n x"),
    Case("-l -c 0"),
    Case("-l -c 1"),
    Case("-l -c 2"),
    Case("-l -c -1"),
    Case("-l -i 0"),
    Case("-l -i 1"),
    Case("-l --intf=0 --cfg=1 --alt=1 --devnum=2"),
    Case("-l --interface 0 --configuration 1 --altsetting 1"),
    # ---- which board ----
    Case("-a 0 -U x.bin", "f407:boot0=0", status=74),
    Case(f"{AT} -D a.bin", "f407:boot0=0"),
    Case(f"{AT} -D a.bin", more=("f407",), status=74),
    Case(f"{AT} -D a.bin -p 1-1", more=("f407",), status=0),
    Case(f"{AT} -D a.bin -S 315A28A0B956", more=("f072",), status=0),
    Case("-s 0x08000000 -D a.bin", status=74),
    Case("-s 0x08000000:leave -a 0 -D a.bin -d ,1eaf:0003"),
    Case(f"{AT} -D a.bin -d 0483:df11", status=0),
    Case(f"{AT} -D a.bin -w", status=0),
    Case(f"{AT} -D a.bin --wait 1"),
    differing(f"{AT} -D a.bin --wait", why="--wait", status=(64, 0), flash=True),
    # ---- download of bytes ----
    Case(f"{AT} -D a.bin", status=0),
    Case(f"{AT} -D a.bin", "f072"),
    Case(f"{AT} -D a.bin", "l476"),
    Case(f"{AT} -D a.bin", "g431"),
    Case(f"{AT} -D a.bin", "f427"),
    Case(f"{AT} -D a.bin", "h743"),
    Case(f"{AT} -D a.bin", "gd32"),
    Case(f"{AT} -D odd.bin"),
    Case(f"{AT} -D one.bin"),
    Case(f"{AT} -D blank.bin"),
    Case(f"{AT} -D large.bin"),
    Case(f"{AT} -D a.bin", fill="0xff"),
    Case(f"{AT} -D a.bin && -a 0 -s 0x08000400 -D odd.bin"),
    Case(f"{AT} -D a.bin && {AT} -D a.bin"),
    Case("-a 0 -s 0x08000400 -D a.bin"),
    Case("-a 0 -s 0x08003ff0 -D odd.bin"),
    Case("-a 0 -s 0x0800fff1 -D odd.bin"),
    Case("-a 0 -s 134217728 -D odd.bin"),
    Case("-a '@Internal Flash  /0x08000000/04*016Kg,01*064Kg,07*128Kg' -s 0x08000000 -D a.bin"),
    Case(f"{AT} -D - < a.bin", status=0),
    Case(f"{AT} -D huge.bin", status=64),
    Case("-a 0 -s 0x080ffff0 -D odd.bin", status=64),
    Case("-a 0 -s 0x20000000 -D a.bin", status=64),
    Case("-a 0 -s 0x07ffff00 -D odd.bin"),
    Case("-a 1 -s 0x08000000 -D a.bin", status=64),
    Case("-a 0 -D a.bin", status=64),
    Case("-a 0 -s :leave -D a.bin", status=64),
    Case("-a 0 -s 08000000 -D a.bin", status=64),
    Case("-a 0 -s 0x08000000:what -D a.bin", status=64),
    Case("-a 0 -s 0x08000000:12x -D a.bin", status=64),
    Case("-a 0 -s what -D a.bin", status=64),
    Case("-a 0 -s 0x08000000:lea -D a.bin", status=64),
    Case("-a 0 -s 0x08000000:::leave: -D a.bin", status=0),
    Case("-a 0 -s '' -D a.bin"),
    Case("-a 0 --dfuse-address=0x08000000 --download=a.bin --reset"),
    Case("-a0 -s0x08000000 -Da.bin -R"),
    Case("-a 0 -s 0x08000000 -D a.bin -t 2048"),
    Case("-a 0 -s 0x08000000 -D a.bin -t 1024"),
    differing("-a 0 -s 0x08000000 -D a.bin -t 4096", why="-t", status=(74, 0), flash=True),
    Case("-a 0 -s 0x08000000:leave -D a.bin", status=0),
    Case("-a 0 -s 0x08000000:leave -D a.bin", "l476"),
    Case("-a 0 -s 0x08000000:leave -D a.bin", "g431"),
    Case("-a 0 -s 0x08000000:leave -D a.bin", "gd32"),
    differing("-a 0 -s 0x08000000:leave -D a.bin -R", why="-R", status=((74, 251), 0)),
    differing(f"{AT} -D empty.bin", why="Empty files", status=(64, 65)),
    differing(f"{AT} -D text.hex", why="Files of another format", status=(0, 64), flash=True),
    Case(f"{AT}:force -D text.hex", status=0),
    # ---- suffixes ----
    Case(f"{AT} -D right.dfu", status=0),
    Case(f"{AT} -D any.dfu"),
    Case(f"{AT} -D maple.dfu", status=0),
    Case(f"{AT} -D maple.dfu -d 0483:df11", status=64),
    Case(f"{AT} -D maple.dfu -d '*:*'"),
    Case(f"{AT} -D vendor.dfu -d 0483:5740,0483:df11"),
    Case(f"{AT} -D vendor.dfu -d 0483:df11", status=64),
    differing(f"{AT} -D says.dfu", why="Suffixes that say DfuSe", status=(64, 65)),
    Case("-a 0 -D says.dfu", status=65),
    Case("-D says.dfu"),
    differing(f"{AT} -D badcrc.dfu", why="A suffix with a wrong checksum", status=(0, 65),
              flash=True),
    # ---- DfuSe files ----
    Case("-a 0 -D se.dfu", status=0),
    Case("-D se.dfu", status=0),
    Case("-D se.dfu", "f072"),
    Case("-D se2.dfu"),
    Case("-D near.dfu"),
    Case("-a 0 -D alt7.dfu", status=0),
    Case("-D only7.dfu"),
    Case("-a 1 -D se.dfu"),
    Case("-a 0 -D far.dfu", status=64),
    Case(f"{AT} -D se.dfu", status=64),
    Case("-a 0 -s :leave -D se.dfu"),
    Case("-a 0 -s :mass-erase:force -D se.dfu"),
    Case("-D se.dfu", more=("f407",), status=74),
    Case("-D se.dfu", "maple", status=74),
    # ---- commands of -s ----
    Case("-a 0 -s 0x08000000:mass-erase -D a.bin", status=64),
    Case("-a 0 -s 0x08000000:mass-erase:force -D a.bin", status=0),
    Case("-a 0 -s :mass-erase:force", status=0),
    Case("-a 0 -s :mass-erase", status=64),
    Case("-a 0 -s :mass-erase:force:leave"),
    Case("-a 0 -s :mass-erase:force", "f072"),
    Case("-a 0 -s :unprotect", status=64),
    differing("-a 0 -s :unprotect:force -D a.bin", why="unprotect", flash=TIMING),
    Case("-a 0 -s 0x08000000:leave", status=0),
    Case("-a 0 -s 0x08000000:leave", fill="0xff"),
    Case("-a 0 -s :leave"),
    Case("-s :leave", status=74),
    Case("-a 0 -s :force"),
    Case("-a 0 -s 0x08000000"),
    Case("-a 0 -s :bogus", status=64),
    Case("-a 0 -s 0x20000000:force -D odd.bin"),
    differing("-a 0 -s :unprotect:force -R", why="-R", status=((74, 251), 0),
              flash=TIMING),
    differing("-a 0 -s 0x080fff00:force -D odd.bin", why="force", status=(64, 74), flash=True),
    Case("-a 3 -s 0xffff0000 -D one.bin"),
    Case("-a 2 -s 0x1fff7800 -D odd.bin", status=64),
    Case("-a 2 -s 0x1fff7800 -D one.bin && -a 2 -s 0x1fff7800:16 -U otp.bin"),
    Case("-a 1 -s 0x1fffc000:16 -U o.bin && -a 1 -s 0x1fffc000:will-reset -D o.bin", status=0),
    Case("-a 1 -s 0x1fffc000:16 -U o.bin && -a 1 -s 0x1fffc000 -D o.bin", status=74),
    # ---- upload ----
    Case("-a 0 -s 0x08000000:1000 -U x.bin", status=0, fill="random"),
    Case("-a 0 -s 0x08000000:0x1000 -U x.bin", "f072", fill="random"),
    Case("-a 0 -s 0x08000000:5000 -U x.bin", "g431", fill="random"),
    Case("-a 0 -s 0x08000000 -U x.bin", fill="random"),
    Case("-a 0 -s 0x08010000 -U x.bin", fill="random"),
    Case("-a 0 -s 0x08000001:77 -U x.bin", fill="random"),
    Case("-a 0 -s 0x08003f00:0x10000 -U x.bin", fill="random"),
    Case("-a 0 -U x.bin", fill="random"),
    Case("-a 0 -s :3000 -U x.bin", fill="random"),
    Case("-a 0 -s 0x08000000:2048 -U x.bin -Z 5"),
    Case("-a 0 -s 0x08000000:1000:leave -U x.bin"),
    Case("-a 0 -s 0x080ff800:0x1000 -U x.bin", fill="random"),
    Case("-a 0 -s 0x20000000:16 -U x.bin", status=64),
    Case("-a 0 -s 0x20000000:16:force -U x.bin"),
    Case("-a 0 -s 0x1000:force -U x.bin"),
    Case("-a 1 -s 0x1fffc000:16 -U x.bin"),
    Case("-a 3 -s 0xffff0000:4 -U x.bin"),
    Case("-a 0 -s 0x08000000:1000 -U exists.bin", status=73),
    Case("-a 0 -s 0x08000000:1000 -U no/such/x.bin", status=73),
    Case("-a 0 -s what -U x.bin", status=64),
    Case("-a 0 -s 0x08000000:16 -U x.bin -R"),
    Case("-a 0 -s 0x08000000:16 -U x.bin", "f407:rdp=1", status=74),
    Case(f"{AT} -D a.bin", "f407:rdp=1"),
    # ---- detaching ----
    Case("-e -a 0", status=0),
    Case("-e", status=74),
    Case("-e -a 0 -R"),
    Case("-e", "maple"),
    Case("-e", "f407:boot0=0", status=74),
    # ---- plain DFU ----
    differing("-a 2 -D a.bin", "bluepill", "The reset at the end", (74, 0)),
    differing("-a 1 -D a.bin", "maple", "The reset at the end", (74, 0)),
    differing("-a 2 -D odd.bin", "bluepill", "Short blocks", (74, 0), flash=True),
    Case("-a 2 -U x.bin", "bluepill", fill="random"),
    Case("-a 2 -U x.bin -Z 1000", "bluepill", fill="random"),
    Case("-a 1 -U x.bin", "maple", status=74),
    differing("-a 0 -D a.bin", "maple", "The reset at the end", (74, 0)),
    Case("-D a.bin", "maple", status=74),
    Case("-a 1 -s 0x08005000 -D a.bin", "maple", status=74),
    Case("-a 2 -s 0x08005000:16 -U x.bin", "bluepill", status=74),
    differing("-a 2 -D maple.dfu", "bluepill", "The reset at the end", (74, 0)),
    differing("-a 2 -D text.hex", "bluepill", "The reset at the end", (74, 0)),
]


@dataclass
class Outcome:
    status: int
    flash: bytes
    files: dict
    listing: list
    output: str


def inside(program, line):
    """Returns the shell's line: each command of the case runs the program."""
    return " && ".join(f"{program} {part}" for part in line.split(" && "))


def run_case(case, program):
    with tempfile.TemporaryDirectory(prefix="boot0-compat-") as directory:
        for name, data in FILES.items():
            pathlib.Path(directory, name).write_bytes(data)
        flash = pathlib.Path(directory, "board.flash")
        keys = f"flash={flash},fill={case.fill}"
        if case.board.split(":")[0] not in UNHURRIED:
            keys += "," + QUICK
        board = case.board + ("," if ":" in case.board else ":") + keys
        done = subprocess.run(
            [VBOARD, board, *(f"{more}" for more in case.more), "--", "sh", "-c",
             inside(program, case.line)],
            cwd=directory, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            errors="replace", timeout=TIMEOUT_S, check=False)
        contents = flash.read_bytes() if flash.exists() else b""
        files = {path.name: path.read_bytes() for path in pathlib.Path(directory).iterdir()
                 if path != flash}
        return Outcome(done.returncode, contents, files, LISTING.findall(done.stdout),
                       done.stdout + done.stderr)


def describe(data):
    return {name: (len(content), content[:8].hex()) for name, content in data.items()
            if content != FILES.get(name)}


def problems(case, theirs, ours):
    """Returns where the results differ from the case."""
    found = []
    if case.status is not None and theirs.status != case.status:
        found.append(f"the table says that dfu-util ends with {case.status}: {theirs.status}")
    if "status" in case.differs:
        of_theirs, of_ours = case.differs["status"]
        # dfu-util's own status may depend on how fast the board is gone.
        of_theirs = of_theirs if isinstance(of_theirs, tuple) else (of_theirs,)
        if theirs.status not in of_theirs or ours.status != of_ours:
            found.append(f"status {theirs.status}, ours {ours.status}; the table says "
                         f"{case.differs['status']}")
    elif theirs.status != ours.status:
        found.append(f"status {theirs.status}, ours {ours.status}")
    if theirs.listing != ours.listing:
        found.append(f"listing\n  {theirs.listing}\n  {ours.listing}")
    for what in ("flash", "files"):
        same = getattr(theirs, what) == getattr(ours, what)
        if case.differs.get(what) == TIMING:
            continue
        if same == (what in case.differs):
            found.append(f"{what}: {'the same' if same else 'not the same'}")
    if not case.differs.get("files") and theirs.files != ours.files:
        found.append(f"files\n  {describe(theirs.files)}\n  {describe(ours.files)}")
    if case.why and f"## {case.why}\n" not in PAGE.read_text(encoding="utf-8"):
        found.append(f"{PAGE.name} has no heading \"{case.why}\"")
    return found


def problems_alone(case, ours):
    found = []
    status = case.differs["status"][1] if "status" in case.differs else case.status
    if status is not None and ours.status != status:
        found.append(f"status {ours.status}; the table says {status}")
    if "Sanitizer" in ours.output or "runtime error" in ours.output:
        found.append("a sanitizer complains")
    return found


def judge(case, ours_program):
    try:
        if ALONE:
            ours = run_case(case, ours_program)
            return case, problems_alone(case, ours), None, ours
        theirs = run_case(case, shutil.which("dfu-util"))
        ours = run_case(case, ours_program)
    except subprocess.TimeoutExpired as error:
        return case, [f"no end: {error.cmd[-1]}"], None, None
    return case, problems(case, theirs, ours), theirs, ours


def report(case, found, theirs, ours):
    print(f"[{case.board}{''.join(' ' + more for more in case.more)}] dfu-util {case.line}")
    for problem in found:
        print(f"  {problem}")
    for name, outcome in (("dfu-util", theirs), ("boot0", ours)):
        if outcome:
            print(f"  ---- {name} ----")
            print("  " + outcome.output[-1500:].replace("\r", "\n").replace("\n", "\n  "))


def main():
    need("dfu-util")
    wanted = sys.argv[1:]
    cases = [case for case in CASES if not wanted or any(w in case.line for w in wanted)]
    if WINDOWS:
        cases = cases[::2]  # each starts several programs of Wine; groups have more than two
    bad = 0
    with tempfile.TemporaryDirectory(prefix="boot0-compat-") as directory:
        link = os.path.join(directory, "dfu-util")
        os.symlink(os.path.abspath(BOOT0), link)
        with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
            for result in pool.map(lambda case: judge(case, link), cases):
                if result[1]:
                    bad += 1
                    report(*result)
    print(f"{len(cases)} command lines, {bad} not as they should be, "
          f"{sum(bool(case.differs) for case in cases)} different on purpose")
    if bad:
        fail("boot0 dfu-util is not dfu-util")


main()
