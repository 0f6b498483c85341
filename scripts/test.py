#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Runs the stages of the test and counts what passed.

  scripts/test.py [--quick] [--seconds N] [STAGE…]

Without a STAGE all are run; --quick omits the long ones. A stage that fails does not stop the
others. Its log is printed at once, and kept in build/test. The last line holds the totals: each
test case counts once per run, and a stage without test cases counts as one.
"""

import argparse
import concurrent.futures
import contextlib
import dataclasses
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import time
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parent.parent
LOGS = ROOT / "build/test"
JOBS = os.cpu_count() or 1
# Tests of the programs mostly wait: for a board's time, for the system to notice a plug.
WAITING_JOBS = 2 * JOBS

SANITIZER_ENVIRONMENT = {
    # umockdev's preloaded library comes before the sanitizer's, which is harmless.
    "ASAN_OPTIONS": "abort_on_error=1:detect_leaks=1:strict_string_checks=1:"
    "detect_stack_use_after_return=1:verify_asan_link_order=0",
    "UBSAN_OPTIONS": "halt_on_error=1:abort_on_error=1:print_stacktrace=1",
}
VALGRIND = (
    "valgrind --quiet --error-exitcode=99 --leak-check=full --show-leak-kinds=definite,indirect "
    "--errors-for-leak-kinds=definite,indirect --track-fds=no"
)
# Nothing is omitted when a dependency is missing.
ALL = ["-Dtests=enabled", "-Dvboard=enabled", "-Dmachine=enabled", "-Dserial=enabled"]
# Build directories, and each one's configuration: environment, options of meson setup.
BUILDS = {
    "build/gcc": ({}, ALL),
    "build/clang": ({"CC": "clang"}, ALL),
    "build/asan": ({}, [*ALL, "-Db_sanitize=address,undefined", "-Db_lundef=false"]),
    "build/fuzz": (
        {"CC": "clang"},
        ["-Dfuzz=true", "-Dtests=disabled", "-Dvboard=disabled", "-Dmachine=disabled"]
        + ["-Dbootloaders=disabled"],
    ),
}


class Failure(Exception):
    """A stage that failed as a whole; the text is the reason."""


@dataclasses.dataclass
class Count:
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def add(self, other):
        self.passed += other.passed
        self.failed += other.failed
        self.skipped += other.skipped

    def __str__(self):
        text = f"{self.passed} passed, {self.failed} failed"
        return text + (f", {self.skipped} skipped" if self.skipped else "")


ONE = Count(passed=1)


class Stage:
    """Passed to a stage function: its log, and ways to run commands that write to it."""

    def __init__(self, name, options):
        self.name = name
        self.options = options
        self.log_path = LOGS / f"{name}.log"
        self.log = open(self.log_path, "w", encoding="utf-8", errors="replace")
        self.note = ""

    def say(self, text):
        print(text, file=self.log, flush=True)

    def status_of(self, command, **environment):
        """Runs a command in the root, with its output in the log; returns its exit status."""
        self.say("$ " + shlex.join(str(word) for word in command))
        return subprocess.run(
            [str(word) for word in command],
            cwd=ROOT,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=subprocess.STDOUT,
            check=False,
        ).returncode

    def run(self, command, **environment):
        status = self.status_of(command, **environment)
        if status != 0:
            raise Failure(f"{command[0]}: exit status {status}")

    def build(self, directory):
        environment, setup = BUILDS[directory]
        self.run(["scripts/build.sh", directory, *setup], **environment)

    def build_firmware(self):
        self.build("build/gcc")
        self.run(["scripts/firmware.sh"], BOOT0=str(ROOT / "build/gcc/cli/boot0"))

    def available(self, command):
        """Runs a command that exits with 69 if a dependency is missing: the note says which."""
        status = self.status_of([command])
        if status == 69:
            self.note = last_line(self)
        elif status != 0:
            raise Failure(f"{command}: exit status {status}")
        return status == 0

    def meson_tests(self, directory, *arguments, **environment):
        """Runs `meson test` on a build directory; returns the count of its test cases."""
        logs = ROOT / directory / "meson-logs"
        for old in logs.glob("*.junit.xml"):
            old.unlink()
        status = self.status_of(
            ["meson", "test", "-C", directory, "--no-rebuild", "--print-errorlogs"]
            + ["--num-processes", WAITING_JOBS, *arguments],
            **environment,
        )
        count = Count()
        for junit in logs.glob("*.junit.xml"):  # only one; a wrapper's name is part of its name
            count.add(count_junit(junit))
        if status != 0 and count.failed == 0:
            raise Failure(f"meson test: exit status {status}")
        if count.passed + count.failed + count.skipped == 0:
            raise Failure("no test was run")
        return count


def count_junit(path):
    """Counts the test cases of meson's JUnit report: an executable with TAP output is a suite."""
    count = Count()
    for suite in xml.etree.ElementTree.parse(path).getroot().iter("testsuite"):
        for case in suite.iter("testcase"):
            if case.find("failure") is not None or case.find("error") is not None:
                count.failed += 1
            elif case.find("skipped") is not None:
                count.skipped += 1
            else:
                count.passed += 1
    return count


def sources(*patterns):
    """Returns the files of these patterns that are in the repository or about to be."""
    listing = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z", "--", *patterns],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        check=True,
    ).stdout.decode()
    return sorted({name for name in listing.split("\0") if name and (ROOT / name).exists()})


def stage_format(stage):
    stage.run(["clang-format", "--dry-run", "--Werror", *sources("*.c", "*.h")])
    bare = [
        name
        for name in sources("*.c", "*.h", "*.ld", "*.js", "*.mjs", "*.py", "*.sh", "meson.build")
        if "SPDX-License-Identifier: MIT" not in (ROOT / name).read_text(encoding="utf-8")[:200]
    ]
    if bare:
        raise Failure(f"no licence line (SPDX) in {', '.join(bare)}")
    return ONE


def stage_links(stage):
    """Links between the pages, and pages that other files name."""
    stage.run(["scripts/check-links.py"])
    return ONE


def stage_words(stage):
    """The texts for users avoid the patterns of scripts/words.txt."""
    stage.run(["scripts/check-words.py"])
    return ONE


def stage_shellcheck(stage):
    stage.run(["shellcheck", *sources("*.sh", ".ci/run", "scripts/pre-commit", "scripts/zig-cc")])
    return ONE


def stage_layers(stage):
    """Checks the dependencies of the source tree's rooms: scripts/layers.py has the table. Checks
    that the pictures show the current code."""
    stage.build("build/gcc")
    stage.run(["scripts/layers.py", "--objects", "build/gcc"])
    stage.run(["scripts/pictures/make.py", "--check", "--build", "build/gcc"])
    folders = {str(pathlib.Path(name).parent) for name in sources("tests/unit/*.c")}
    lost = [name for name in sorted(folders) if not (ROOT / name[len("tests/unit/") :]).is_dir()]
    if lost:
        raise Failure(f"tests/unit mirrors the source tree, which has no {', '.join(lost)}")
    return ONE


def stage_gcc(stage):
    stage.build("build/gcc")
    return ONE


def stage_clang(stage):
    stage.build("build/clang")
    return ONE


# Tests that boot0.exe passes: those of the command with virtual boards in its own process, and with
# vboard's over serial ports and USB.
WINDOWS_TESTS = ["tests/system/cli", "tests/system/field_images", "tests/system/dfu_suffix_compat",
                 "tests/windows/console", "tests/windows/driver",
                 "tests/windows/serial"]
# These need boards on USB.
WINDOWS_USB_TESTS = ["tests/windows/usb", "tests/system/cli_mistakes",
                     "tests/system/dfu_util_compat"]


def stage_windows(stage):
    """boot0.exe for both architectures; its unit tests and tests of the command under Wine."""
    for tool in ("x86_64-w64-mingw32-gcc", "i686-w64-mingw32-gcc"):
        if shutil.which(tool) is None:
            stage.note = f"there is no {tool}: scripts/install-packages.sh windows"
            return Count(skipped=1)
    if not stage.available("scripts/windows.sh"):
        stage.note = "the sources of libusb are not available"
        return Count(skipped=1)
    built = [f"build/windows-{name}/boot0.exe" for name in ("x86_64", "i686")]
    stage.run(["scripts/check-windows.py", *built])
    if shutil.which("wine") is None:
        stage.note = "there is no wine: boot0.exe was built, and not run"
        return ONE
    stage.run(["scripts/wine.sh", built[0], "version"])  # makes Wine's folder, once
    with wine_awake(built[0]):
        count = stage.meson_tests("build/windows-x86_64")
        count.add(windows_commands(stage))
    stage.note = "under Wine"
    return count


def stage_macos(stage):
    """boot0 and libboot0 compile and link for macOS, on both architectures; they are not run."""
    if not stage.available("scripts/macos.sh"):
        return Count(skipped=1)
    stage.run(["scripts/check-macos.py", "aarch64", "build/macos-aarch64/cli/boot0",
               "build/macos-aarch64/lib/libboot0.0.dylib"])
    stage.run(["scripts/check-macos.py", "x86_64", "build/macos-x86_64/cli/boot0"])
    return Count(passed=2)


def stage_deb(stage):
    """Packages for Debian: lintian, and the first flash in a bare Debian that installs them."""
    missing = lacking("dpkg-buildpackage", "dh", "lintian")
    if missing:
        stage.note = missing
        return Count(skipped=1)
    stage.build_firmware()
    stage.run(["scripts/deb.sh"])
    if not stage.available("scripts/check-deb.sh"):
        return Count(passed=1, skipped=1)
    return Count(passed=2)


def stage_release(stage):
    """All archives and manifests; programs for Linux run; the same bytes from another folder."""
    check_workflows(stage)
    missing = lacking("aarch64-linux-gnu-gcc", "arm-linux-gnueabihf-gcc", "x86_64-w64-mingw32-gcc",
                      "i686-w64-mingw32-gcc", "qemu-aarch64-static", "rpmspec", "clang-14")
    if missing:
        stage.note = missing
        return Count(passed=1, skipped=1)
    stage.build_firmware()
    if not stage.available("scripts/release.sh"):
        return Count(passed=1, skipped=1)
    stage.run(["scripts/check-release.sh"])
    check_wrong_manifests(stage)
    stage.run(["scripts/check-reproducible.sh"])
    return Count(passed=3)


def check_workflows(stage):
    """The workflow contains only existing names, and the check detects missing ones."""
    workflows = sources(".github/workflows/*.yml")
    stage.run(["scripts/check-workflow.py", *workflows])
    wrong = LOGS / "wrong.yml"
    text = (ROOT / workflows[0]).read_text(encoding="utf-8")
    for right in ("make demo", ".ci/run", "-Dserial", "install-packages.sh deb", "timeout-minutes"):
        wrong.write_text(text.replace(right, right + "x"), encoding="utf-8")
        if right not in text or stage.status_of(["scripts/check-workflow.py", wrong]) != 1:
            raise Failure(f"{right}: a wrong word in its place passes")


def check_wrong_manifests(stage):
    """Manifests with the digests of other archives, and an RPM of another name, must fail."""
    wrong = LOGS / "wrong"
    shutil.rmtree(wrong, ignore_errors=True)
    shutil.copytree(ROOT / "build/release", wrong)
    for path in (wrong / "manifests").rglob("*.*"):
        text = path.read_text(encoding="utf-8").replace("Name:           boot0", "Name: other")
        path.write_text(re.sub(r"\b[0-9a-f]{64}\b", "0" * 64, text), encoding="utf-8")
    pkgbuild = wrong / "manifests/arch/PKGBUILD"
    pkgbuild.write_text(pkgbuild.read_text(encoding="utf-8").replace("pkgrel=1", "pkgrel=a"),
                        encoding="utf-8")
    before = stage.log_path.read_text(encoding="utf-8")
    status = stage.status_of(["scripts/check-manifests.py", wrong / "manifests"])
    said = stage.log_path.read_text(encoding="utf-8")[len(before) :]
    if status != 1 or ": correct" in said:
        raise Failure("a wrong manifest passes")
    shutil.rmtree(wrong)


def lacking(*tools):
    """Returns which of these are not installed, as the reason of a skipped stage, or nothing."""
    missing = [tool for tool in tools if not shutil.which(tool)]
    return f"not installed: {', '.join(missing)}" if missing else ""


def last_line(stage):
    return stage.log_path.read_text(encoding="utf-8").rstrip("\n").rpartition("\n")[2]


@contextlib.contextmanager
def wine_awake(program):
    """
    Keeps one program under Wine waiting for input. Otherwise each program starts Wine's services
    again, and they hold its output open for seconds.
    """
    with subprocess.Popen(["scripts/wine.sh", program, "discovery"], cwd=ROOT,
                          stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL) as waiting:
        yield
        waiting.stdin.close()
        waiting.wait()


def windows_commands(stage):
    """Runs tests with boot0.exe in boot0's place. One that skips itself has exit status 77."""
    stage.build("build/gcc")
    names = [*WINDOWS_TESTS]
    has_usb = stage.available("scripts/windows-usb.sh")
    if has_usb:
        names = [*WINDOWS_USB_TESTS, *names]  # the long ones first
    environment = {"BOOT0": str(ROOT / "tests/windows/boot0-wine"),
                   "VBOARD": str(ROOT / "build/gcc/vboard/vboard")}

    def ends(name):
        more = {"BOOT0_USB": "1"} if name in WINDOWS_USB_TESTS else {}
        return stage.status_of([sys.executable, f"{name}.py"], **environment, **more)

    with concurrent.futures.ThreadPoolExecutor(WAITING_JOBS) as pool:
        results = list(pool.map(ends, names))
    passed, skipped = results.count(0), results.count(77)
    return Count(passed=passed, failed=len(results) - passed - skipped,
                 skipped=skipped + len(WINDOWS_USB_TESTS) * (not has_usb))


def stage_firmware(stage):
    stage.build_firmware()
    stage.run([sys.executable, "scripts/check-firmware.py"])
    return ONE


def compile_commands(stage):
    """Returns clang's command for each source: once per file, even if several targets have it."""
    stage.build("build/clang")
    rows = json.loads((ROOT / "build/clang/compile_commands.json").read_text(encoding="utf-8"))
    rows = list({row["file"]: row for row in rows}.values())
    database = pathlib.Path(cache_directory("commands")) / "compile_commands.json"
    database.write_text(json.dumps(rows, indent=1), encoding="utf-8")
    return database, [os.path.normpath(os.path.join(row["directory"], row["file"])) for row in rows]


def stage_cppcheck(stage):
    database, _ = compile_commands(stage)
    stage.run(
        ["cppcheck", f"--project={database}", "--quiet", "-j", JOBS]
        + ["--enable=warning,performance,portability,style", "--inline-suppr"]
        + ["--suppressions-list=scripts/cppcheck-suppressions.txt", "--error-exitcode=1"]
        + ["--cppcheck-build-dir=" + cache_directory("cppcheck")],
    )
    return ONE


def stage_clang_tidy(stage):
    database, files = compile_commands(stage)

    def tidy(file):
        return subprocess.run(
            ["clang-tidy", "--quiet", "-p", database.parent, f"--header-filter=^{ROOT}/", file],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            check=False,
        )

    failed = 0
    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        for result in pool.map(tidy, files):
            if result.returncode:
                failed += 1
                # stderr only counts warnings, unless clang-tidy itself failed
                stage.say(result.stdout or result.stderr)
    if failed:
        raise Failure(f"{failed} of {len(files)} files")
    stage.note = f"{len(files)} files"
    return ONE


def stage_tests(stage):
    stage.build("build/gcc")
    quick = ["--no-suite", "slow"] if stage.options.quick else []
    count = stage.meson_tests("build/gcc", *quick)
    stage.note = cuts(ROOT / "build/gcc/meson-logs/testlog.txt")
    return count


def cuts(log):
    """Counts failures of power, cable, host and flash in the output of the bootloader's tests."""
    rows = re.findall(
        r"^# (?:libboot0: )?((?:power cut in|host gone after|unplugged before|cable pulled before"
        r"|host killed before|another one came|flash failed at|sector write-protected in)"
        r" \d+ [a-z -]+)",
        log.read_text(encoding="utf-8", errors="replace"),
        re.MULTILINE,
    )
    return ", ".join(rows)


def stage_sanitizers(stage):
    stage.build("build/asan")
    # Omits tests that take minutes with them and run only code that the other tests run, too.
    return stage.meson_tests(
        "build/asan", "--no-suite", "bench", "--no-suite", "long", "--timeout-multiplier", "4",
        **SANITIZER_ENVIRONMENT,
    )


def stage_valgrind(stage):
    stage.build("build/gcc")
    return stage.meson_tests(
        "build/gcc", "--suite", "unit", "--wrapper", VALGRIND, "--timeout-multiplier", "20"
    )


def stage_fuzz(stage):
    """Runs each target for some seconds, on its own corpus that starts with the seeds."""
    stage.build("build/fuzz")
    targets = sorted(
        path
        for path in (ROOT / "build/fuzz/tests/fuzz").glob("fuzz_*")
        if path.is_file()
    )
    if not targets:
        raise Failure("no fuzz target was built")
    count = Count()
    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        for target, status, runs in pool.map(lambda path: fuzz(stage, path), targets):
            stage.say(f"{target.name}: {runs} inputs, exit status {status}")
            count.add(Count(passed=1) if status == 0 else Count(failed=1))
    stage.note = f"{len(targets)} targets, {stage.options.seconds} s each"
    return count


def fuzz(stage, target):
    subject = target.name.removeprefix("fuzz_")
    corpus = cache_directory(f"corpus/{subject}")
    seeds = target.parent / "corpus" / subject
    dictionary = ROOT / f"tests/fuzz/{subject}.dict"
    log = LOGS / f"{target.name}.log"
    with open(log, "w", encoding="utf-8") as output:
        status = subprocess.run(
            [target, f"-max_total_time={stage.options.seconds}", "-timeout=20"]
            + ["-rss_limit_mb=2048", "-print_final_stats=1", f"-artifact_prefix={LOGS}/{subject}-"]
            + ([f"-dict={dictionary}"] if dictionary.exists() else [])
            + [corpus, seeds],
            cwd=ROOT,
            env={**os.environ, **SANITIZER_ENVIRONMENT},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        ).returncode
    text = log.read_text(encoding="utf-8", errors="replace")
    runs = "?"
    for line in text.splitlines():
        if line.startswith("stat::number_of_executed_units:"):
            runs = line.split()[-1]
    if status != 0:
        stage.say(text[-6000:])
    return target, status, runs


def cache_directory(name):
    """Returns a directory that survives a run, so that the next one is faster or goes further."""
    path = ROOT / "build/cache" / name
    path.mkdir(parents=True, exist_ok=True)
    return str(path)


def stage_exports(stage):
    stage.build("build/gcc")
    stage.run(["scripts/check-exports.sh", "build/gcc/lib/libboot0.so"])
    return ONE


def stage_hardening(stage):
    """Installed files are hardened, and the check detects those that are not."""
    stage.build("build/gcc")
    built = ["cli/boot0", "vboard/vboard", "vboard/libvboard-client.so", "lib/libboot0.so"]
    stage.run(["scripts/check-hardening.py", *(f"build/gcc/{name}" for name in built)])
    soft = LOGS / "soft"
    soft.with_suffix(".c").write_text("int main(void) { return 0; }\n", encoding="utf-8")
    stage.run(
        ["gcc", "-no-pie", "-Wl,-z,norelro,-z,lazy,-z,execstack", "-o", soft]
        + [soft.with_suffix(".c")]
    )
    if stage.status_of(["scripts/check-hardening.py", soft]) != 1:
        raise Failure("a program without hardening passes")
    lacks = last_line(stage)
    if lacks.count(",") != 6:
        raise Failure(f"the check misses some of what is missing: {lacks}")
    return ONE


def stage_install(stage):
    """The files of `make install` suffice to link the example and to set up a board."""
    stage.run(["scripts/check-install.sh"])
    return ONE


def stage_arduino(stage):
    """Debian's Arduino IDE, with our platform from our index; not available everywhere."""
    if shutil.which("arduino") is None:
        stage.note = "the package arduino is not installed"
        return Count(skipped=1)
    stage.build("build/gcc")
    stage.run(["scripts/dist.sh"])
    status = stage.status_of(["tests/arduino/ide.py", "build/gcc/vboard/vboard"])
    totals = re.fullmatch(r"(\d+) passed, (\d+) failed", last_line(stage))
    if not totals or (status != 0 and totals[2] == "0"):
        raise Failure(f"tests/arduino/ide.py: exit status {status}")
    return Count(passed=int(totals[1]), failed=int(totals[2]))


def node_tests(stage, command, **environment):
    """Runs tests of node's test runner, which ends with its totals."""
    status = stage.status_of(command, **environment)
    log = stage.log_path.read_text(encoding="utf-8", errors="replace")
    totals = [re.findall(rf"^# {word} (\d+)$", log, re.MULTILINE) for word in ("pass", "fail")]
    if not all(totals) or (status != 0 and totals[1][-1] == "0"):
        raise Failure(f"{shlex.join(str(word) for word in command)}: exit status {status}")
    return Count(passed=int(totals[0][-1]), failed=int(totals[1][-1]))


def stage_web(stage):
    """The flasher for the browser: the library as WebAssembly, its types, the page in Chromium."""
    missing = lacking("clang-14", "wasm-ld-14", "wasm-opt", "node")
    if missing or not pathlib.Path("/usr/include/wasm32-wasi").exists():
        stage.note = missing or "not installed: wasi-libc"
        return Count(skipped=1)
    stage.build("build/gcc")
    binaries = ROOT / "build/gcc/cli/bootloader_table.c.p"
    prebuilt = ["--bootloaders", binaries] if binaries.exists() else []
    stage.run(["scripts/build-web.py", *prebuilt])
    count = node_tests(
        stage, ["node", "--test", "tests/web/library.test.mjs", "tests/web/monitor.test.mjs"]
    )
    if not shutil.which("npm") or stage.status_of(["scripts/web-tools.sh"]) != 0:
        stage.note = "npm packages cannot be installed: no types, no browser"
        count.add(Count(skipped=1))
        return count
    modules = ROOT / "build/web-tools/node_modules"
    count.add(node_tests(stage, ["node", "--test-reporter=tap", "tests/web/manifest.test.mjs"]))
    count.add(package_tests(stage, modules))
    if not shutil.which("chromium"):
        stage.note = "Chromium is not installed: the page is not tried"
        count.add(Count(skipped=1))
        return count
    count.add(node_tests(stage, ["node", "--test-reporter=tap", "tests/web/page.test.mjs"]))
    count.add(webusb_tests(stage))
    count.add(chooser_test(stage))
    return count


def package_tests(stage, modules):
    """The installed npm package; its example for Node flashes a board by WebUSB."""
    stage.run(["scripts/build-npm.sh"])  # also checks the types of all modules
    user = LOGS / "web-package"
    shutil.rmtree(user, ignore_errors=True)
    (user / "node_modules").mkdir(parents=True)
    for name in ("usb", "node-gyp-build", "@types"):
        (user / "node_modules" / name).symlink_to(modules / name)
    (package,) = (ROOT / "build/npm").glob("boot0-*.tgz")
    stage.run(["tar", "-xzf", package, "-C", user / "node_modules"])
    (user / "node_modules/package").rename(user / "node_modules/boot0")
    count = node_tests(
        stage,
        ["node", "--test-reporter=tap", "tests/web/package.test.mjs"],
        BOOT0_PACKAGE=str(user),
    )
    firmware = ROOT / "build/firmware"
    if not (firmware / "hello.bin").exists():
        stage.note = "no program in build/firmware: `make firmware`"
        return count
    shutil.copyfile(user / "node_modules/boot0/examples/flash.mjs", user / "flash.mjs")
    flashes = [user / "node.bin", user / "command.bin"]
    for flash in flashes:
        flash.write_bytes(running_program(firmware))
    board = "f407:boot0=0,flash={}"
    program = firmware / "hello-2.elf"
    stage.run(
        ["build/gcc/vboard/vboard", "--speed", "0", board.format(flashes[0]), "--"]
        + ["node", user / "flash.mjs", program]
    )
    stage.run(["build/gcc/cli/boot0", "--virtual", board.format(flashes[1]), "flash", program])
    if flashes[0].read_bytes() != flashes[1].read_bytes():
        raise Failure("the example for Node and the command leave different contents in flash")
    count.add(ONE)
    return count


def chooser_test(stage):
    """The browser's own chooser, twice, for a board that comes back under another id."""
    firmware = ROOT / "build/firmware"
    missing = lacking("xvfb-run", "xauth", "xdotool")
    if missing or not (firmware / "hello.bin").exists():
        stage.note = f"the chooser is not tried: {missing or 'no build/firmware'}"
        return Count(skipped=1)
    flash = LOGS / "chooser.bin"
    flash.write_bytes(running_program(firmware))
    return node_tests(
        stage,
        ["xvfb-run", "-a", "-s", "-screen 0 1000x1100x24"]
        + ["build/gcc/vboard/vboard", "--speed", "0", f"f407:boot0=0,flash={flash}", "--"]
        + ["node", "--test-reporter=tap", "tests/web/chooser.test.mjs"],
        BOOT0_FIRMWARE=str(firmware),
    )


def running_program(firmware):
    """Makes a flash with boot0's bootloader and a program that can reboot into it."""
    data = (firmware / "bootloader-generic-f407.bin").read_bytes().ljust(0x8000, b"\xff")
    return (data + (firmware / "hello.bin").read_bytes()).ljust(0x100000, b"\xff")


# Cases of tests/web/webusb.test.mjs, and the virtual boards behind WebUSB for each. {flash} is the
# file of the board's flash.
WEBUSB = [
    ("rom", ["f407:flash={flash}"]),
    ("rom", ["f411:flash={flash}"]),
    ("rom", ["f072:flash={flash}"]),
    ("rom", ["g431:flash={flash}"]),
    ("program", ["f407:boot0=0,flash={flash}"]),
    ("again", ["f407:boot0=0,flash={flash}"]),
    ("unplug", ["f407:fault=unplug@60:300"]),
    ("stall", ["f407:fault=stall@60"]),
    ("two", ["f407:serial=A", "f407:serial=B"]),
    ("uart", ["f407:flash={flash}"]),
    ("monitor", ["f407:boot0=0,flash={flash}"]),
    ("touch", ["f407:boot0=0,flash={flash}"]),
    ("install", ["f407:flash={flash}"]),
    ("update", ["f407:boot0=0,flash={flash}"]),
]
# Commands that must leave the same flash.
SAME_AS = {
    "rom": ["flash", "--no-run", "{file}"],
    "uart": ["flash", "--no-run", "{file}"],
    "install": ["install-bootloader", "--yes"],
    "update": ["update-bootloader", "--yes"],
}


def webusb_tests(stage):
    """The page with virtual boards behind WebUSB, which a policy of the browser grants."""
    folder = pathlib.Path("/etc/chromium/policies/managed")
    policy = folder / "boot0-test.json"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / "tests/web/policy.json", policy)
    except OSError:
        stage.note = "WebUSB is not tried: only root can set a policy of Chromium"
        return Count(skipped=len(WEBUSB))
    count = Count()
    try:
        for case, boards in WEBUSB:
            count.add(webusb_test(stage, case, boards))
    finally:
        policy.unlink()
    return count


def webusb_test(stage, case, boards):
    firmware = ROOT / "build/firmware"
    work = LOGS / "web"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    if boards[0].startswith("f407:boot0=0"):  # a program runs that accepts the request for DFU mode
        if not (firmware / "hello.bin").exists():
            stage.note = "no program in build/firmware: `make firmware`"
            return Count(skipped=1)
        data = running_program(firmware)
        if case == "update":  # another build
            data = re.sub(rb"(boot0 bootloader )\d+\.\d+\.\d+\0", rb"\g<1>0.0.9\0", data)
        for name in ("page.bin", "command.bin"):
            (work / name).write_bytes(data)
    speed = "1" if case in ("monitor", "touch") else "0"  # programs that print by the clock
    count = node_tests(
        stage,
        ["build/gcc/vboard/vboard", "--speed", speed]
        + [board.format(flash=work / "page.bin") for board in boards]
        + ["--", "node", "--test-reporter=tap", "tests/web/webusb.test.mjs"],
        BOOT0_WEB_CASE=case,
        BOOT0_WEB_FILE=str(work / "program.hex"),
        BOOT0_FIRMWARE=str(firmware),
    )
    if case in SAME_AS:
        board = boards[0].format(flash=work / "command.bin")
        words = [word.format(file=work / "program.hex") for word in SAME_AS[case]]
        stage.run(["build/gcc/cli/boot0", "--virtual", board, *words])
        if (work / "page.bin").read_bytes() != (work / "command.bin").read_bytes():
            raise Failure(f"{boards[0]}: the page and the command leave different contents in flash")
    return count


def stage_demo(stage):
    stage.run(["scripts/demo.sh"])
    return ONE


# In the order in which they run. --quick omits those with True.
STAGES = {
    "format": (stage_format, False),
    "links": (stage_links, False),
    "words": (stage_words, False),
    "shellcheck": (stage_shellcheck, True),
    "gcc": (stage_gcc, False),
    "layers": (stage_layers, False),
    "clang": (stage_clang, True),
    "windows": (stage_windows, True),
    "macos": (stage_macos, True),
    "firmware": (stage_firmware, True),
    "tests": (stage_tests, False),
    "exports": (stage_exports, False),
    "hardening": (stage_hardening, False),
    "install": (stage_install, True),
    "demo": (stage_demo, True),
    "deb": (stage_deb, True),
    "release": (stage_release, True),
    "arduino": (stage_arduino, True),
    "web": (stage_web, True),
    "cppcheck": (stage_cppcheck, True),
    "clang-tidy": (stage_clang_tidy, True),
    "sanitizers": (stage_sanitizers, True),
    "valgrind": (stage_valgrind, True),
    "fuzz": (stage_fuzz, True),
}


def run_stage(name, options):
    """Runs one stage, prints its line, and its log if it has failures."""
    stage = Stage(name, options)
    start = time.monotonic()
    try:
        count = STAGES[name][0](stage)
        reason = f"{count.failed} failed" if count.failed else ""
    except Failure as failure:
        count, reason = Count(failed=1), str(failure)
    except Exception as error:  # pylint: disable=broad-except
        count, reason = Count(failed=1), f"{type(error).__name__}: {error}"
    finally:
        stage.log.close()
    seconds = time.monotonic() - start
    cases = "" if count == ONE or reason else str(count)
    detail = "; ".join(text for text in (reason, cases, stage.note) if text)
    print(f"{'FAIL' if reason else 'ok':4}  {name:<12} {seconds:6.1f} s  {detail}", flush=True)
    if reason:
        lines = stage.log_path.read_text(encoding="utf-8", errors="replace").splitlines()
        for line in lines[-80:]:
            print("      | " + line)
        print(f"      whole log: {stage.log_path.relative_to(ROOT)}", flush=True)
    return {"stage": name, "seconds": round(seconds, 1), **dataclasses.asdict(count)}


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="leave out slow stages")
    parser.add_argument("--seconds", type=int, default=8, help="for each fuzz target (default: 8)")
    parser.add_argument("stages", nargs="*", metavar="STAGE", help=", ".join(STAGES))
    options = parser.parse_args()
    for name in options.stages:
        if name not in STAGES:
            parser.error(f"no stage is named {name}; there are {', '.join(STAGES)}")
    LOGS.mkdir(parents=True, exist_ok=True)
    names = options.stages or [
        name for name, (_, long) in STAGES.items() if not (long and options.quick)
    ]
    start = time.monotonic()
    results = [run_stage(name, options) for name in names]
    (LOGS / "results.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    total = Count(*(sum(row[key] for row in results) for key in ("passed", "failed", "skipped")))
    (LOGS / "totals").write_text(f"{total}\n", encoding="utf-8")
    print(f"      {time.monotonic() - start:.0f} s in total")
    print(total, flush=True)
    return 1 if total.failed else 0


if __name__ == "__main__":
    sys.exit(main())
