# SPDX-License-Identifier: MIT
"""integrations/: uses the files for CMake, make, PlatformIO, west, VS Code and a CI step."""

import argparse
import importlib.util
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import types

from system import BOOT0, VBOARD, Directory, check, equal, firmware, read, run, say

FIRMWARE = pathlib.Path(os.environ["FIRMWARE"])
FOLDER = pathlib.Path(__file__).resolve().parents[2] / "integrations"


def project(directory, name):
    """Creates a folder with a program in it, and the board's flash beside it."""
    folder = pathlib.Path(directory.file(name))
    folder.mkdir()
    (folder / "firmware.bin").write_bytes(firmware(5000))
    return folder, f"--virtual f407:flash={folder}/board.bin"


def flashed(folder):
    equal(read(folder / "board.bin")[:5000] == firmware(5000), True, f"{folder}: flashed")


def cmake(directory):
    if not shutil.which("cmake"):
        say("CMake is not installed: left out")
        return
    say("CMake")
    folder, board = project(directory, "cmake")
    shutil.copy(FOLDER / "cmake/boot0.cmake", folder)
    (folder / "CMakeLists.txt").write_text(f"""
        cmake_minimum_required(VERSION 3.13)
        project(example NONE)
        add_executable(firmware IMPORTED)
        set_target_properties(firmware PROPERTIES IMPORTED_LOCATION {folder}/firmware.bin)
        include(boot0.cmake)
        boot0_add_flash_target(firmware ARGS {board})
        boot0_add_flash_target(firmware NAME again FILE {folder}/firmware.bin ARGS {board})
        """, encoding="utf-8")
    run(["cmake", "-S", folder, "-B", folder / "build", f"-DBOOT0_EXECUTABLE={BOOT0}"])
    run(["cmake", "--build", folder / "build", "--target", "flash-firmware"])
    flashed(folder)
    done = run(["cmake", "--build", folder / "build", "--target", "again"])
    check("Nothing to do" in done.stdout, done.stdout)
    run(["cmake", "-S", folder, "-B", folder / "without", "-DBOOT0_EXECUTABLE=OFF"])
    done = subprocess.run(["cmake", "--build", folder / "without", "--target", "flash-firmware"],
                          capture_output=True, text=True, check=False)
    check(done.returncode != 0 and "boot0 is not installed" in done.stdout, done.stdout)


def make(directory):
    say("make")
    folder, board = project(directory, "make")
    shutil.copy(FOLDER / "make/boot0.mk", folder)
    (folder / "Makefile").write_text(
        f"FIRMWARE = firmware.bin\nBOOT0 = {BOOT0}\nBOOT0_FLAGS = {board}\ninclude boot0.mk\n",
        encoding="utf-8")
    run(["make", "-C", folder, "flash"])
    flashed(folder)
    run(["make", "-C", folder, "verify-board"])


def platformio(directory):
    say("PlatformIO: the command that the script sets, with the variables that it names")
    folder, board = project(directory, "platformio")
    run([BOOT0, "convert", f"{folder}/firmware.bin@0x08000000", folder / "firmware.elf"])
    replaced = {}
    env = types.SimpleNamespace(Replace=replaced.update)
    text = (FOLDER / "platformio/boot0_upload.py").read_text(encoding="utf-8")
    exec(compile(text, "boot0_upload.py", "exec"), {"Import": lambda name: None, "env": env})
    values = {"UPLOADER": BOOT0, "UPLOADERFLAGS": board, "BUILD_DIR": str(folder),
              "PROGNAME": "firmware"}
    equal(replaced["UPLOADER"], "boot0", "the program")
    command = re.sub(r"\$\{?(\w+)\}?", lambda m: values[m[1]], replaced["UPLOADCMD"])
    run(command.split())
    flashed(folder)


def west(directory):
    say("Zephyr: the runner, with what it uses of west's in its place")
    folder, _ = project(directory, "zephyr")
    calls = []

    class Runner:
        def __init__(self, cfg):
            self.cfg = cfg

        def require(self, program):
            check(shutil.which(program), program)

        def check_call(self, command):
            calls.append(command[1])
            run(command)

    core = types.ModuleType("runners.core")
    core.ZephyrBinaryRunner = Runner
    core.RunnerCaps = lambda **what: what
    sys.modules["runners"], sys.modules["runners.core"] = types.ModuleType("runners"), core
    spec = importlib.util.spec_from_file_location("boot0_runner", FOLDER / "zephyr/boot0.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    runner = module.Boot0BinaryRunner
    parser = argparse.ArgumentParser()
    runner.do_add_parser(parser)
    args = parser.parse_args(["--boot0", BOOT0, "--boot0-board", "black-f407ve",
                              "--boot0-arg=--virtual",
                              f"--boot0-arg=f407:flash={folder}/board.bin"])
    equal((runner.name(), runner.capabilities()["commands"]), ("boot0", {"flash"}), "what it is")
    cfg = types.SimpleNamespace(elf_file=None, hex_file=str(folder / "firmware.bin"), erase=True)
    runner.do_create(cfg, args).do_run("flash")
    flashed(folder)
    equal(calls, ["erase", "flash"], "with --erase")


def vscode():
    say("VS Code: well-formed, and each task that is named is there")
    tasks = json.loads((FOLDER / "vscode/tasks.json").read_text(encoding="utf-8"))["tasks"]
    labels = {task["label"] for task in tasks}
    launch = json.loads((FOLDER / "vscode/launch.json").read_text(encoding="utf-8"))
    for named in [task["dependsOn"] for task in tasks if "dependsOn" in task] + [
            item["preLaunchTask"] for item in launch["configurations"]]:
        check(named in labels, named)
    for task in tasks:
        if task["command"] == "boot0":
            run([BOOT0, "help", task["args"][0]])


def github(directory):
    say("the CI step: its command, with its inputs in the environment")
    folder, _ = project(directory, "github")
    text = (FOLDER / "github/action.yml").read_text(encoding="utf-8")
    step = re.search(r"^      run: (.*)$", text, re.MULTILINE)[1]
    names = set(re.findall(r"inputs\.(\w+)", text))
    equal(names, {"board", "run"}, "the inputs")
    path = f"{os.path.dirname(VBOARD)}:{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "BOARD": f"f407:flash={folder}/board.bin",
                   "RUN": f"{BOOT0} flash {folder}/firmware.bin\nlsusb -d 0483:df11 || true"}
    run(["bash", "-euo", "pipefail", "-c", step], env=environment)
    flashed(folder)
    environment["RUN"] = "false\ntrue"
    run(["bash", "-euo", "pipefail", "-c", step], status=1, env=environment)


def firmware_tests(directory):
    say("a project's tests of its firmware: each of them, on two chips; one that has to fail")
    folder = pathlib.Path(directory.file("project"))
    shutil.copytree(FOLDER / "firmware-tests", folder)
    path = f"{os.path.dirname(BOOT0)}:{os.path.dirname(VBOARD)}:{os.environ['PATH']}"
    tests = sorted(test.name for test in (folder / "tests").iterdir())
    for chip, bootloader in (("f407", "generic-f407"), ("f446", "nucleo-f446re")):
        suffix = "" if chip == "f407" else f"-{chip}"
        environment = {**os.environ, "PATH": path, "CHIP": chip, "FLASH": str(folder / "flash.bin"),
                       "NEW": str(FIRMWARE / f"hello{suffix}.hex")}
        run([BOOT0, "convert", "-F", "binary", FIRMWARE / f"bootloader-{bootloader}.hex",
             FIRMWARE / f"echo{suffix}.hex", folder / "flash.bin"])
        done = run([folder / "run"], env=environment)
        equal(done.stdout.split(), [word for test in tests for word in ("ok", test)], "the tests")
    (folder / "flash.bin").write_bytes(b"\xff" * 4096)
    done = run([folder / "run", folder / "tests/enumerate.py"], status=1, env=environment)
    check("FAILED  enumerate.py" in done.stdout and "on the bus" in done.stdout, done.stdout)


def main():
    with Directory() as directory:
        for part in (cmake, make, platformio, west, github, firmware_tests):
            part(directory)
    vscode()


main()
