#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Builds the flasher for the browser into build/web, a static site: `make web`.

clang, lld and wasi-libc compile the library to WebAssembly. Its sources are those in the
meson.build files of core, base, lib and vboard, without those that use the operating system. ninja
compiles only changed files.
"""

import argparse
import gzip
import os
import pathlib
import re
import shutil
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SITE = ROOT / "build/web"
OBJECTS = ROOT / "build/web-objects"
# Compressed, as a server sends it. Virtual boards are loaded only on request.
LIMITS = {
    "boot0.wasm": 100 * 1024,
    "boot0-asyncify.wasm": 130 * 1024,
    "boot0-virtual.wasm": 200 * 1024,
    "boot0-virtual-asyncify.wasm": 200 * 1024,
}

# Unused in a page: files, libusb, the system's clock. base/platform is the system's.
LEFT_OUT = re.compile(r"base/platform/.*|lib/image/file\.c|lib/usb/libusb\.c"
                      r"|lib/serial/(libserialport|win32)\.c"
                      r"|vboard/machine/.*|vboard/main\.c|vboard/attach/.*|vboard/gdb/.*")
MORE = ["base/platform/wasi/clock.c", "base/platform/wasi/terminal.c"]
MODELS = ["vboard/machine/none.c"]

COMPILE = ("--target=wasm32-wasi -std=c11 -Oz -flto -Wall -Wextra -Werror -Wshadow "
           "-Wstrict-prototypes -Wwrite-strings -Wvla -Wcast-qual -fvisibility=hidden "
           "-D_POSIX_C_SOURCE=200809L -Iinclude -I.")
# Tables of a session are on the stack: it must be larger than lld's 64 KiB, and overflow into a
# trap.
LINK = ("--target=wasm32-wasi -mexec-model=reactor -Oz -flto -Wl,--gc-sections -Wl,--strip-all "
        "-Wl,-z,stack-size=1048576 -Wl,--stack-first -Wl,--lto-O2")

# Functions that may have to wait: web/wasm/host.h marks them with SUSPENDS. Asyncify is for
# browsers, and versions of Node, without JavaScript Promise Integration.
OPTIMIZE = "wasm-opt -Oz"


def asyncify():
    text = (ROOT / "web/wasm/host.h").read_text(encoding="utf-8")
    names = re.findall(r"HOST\((\w+)\)\s+SUSPENDS", text) + ["sleep_us"]
    return f"--asyncify --pass-arg=asyncify-imports@{','.join('boot0.' + name for name in names)}"


def listed(folder):
    """Returns the C sources in a folder's meson.build."""
    text = (ROOT / folder / "meson.build").read_text(encoding="utf-8")
    names = (f"{folder}/{name}" for name in re.findall(r"'([\w/]+\.c)'", text))
    return {name for name in names if (ROOT / name).exists() and not LEFT_OUT.fullmatch(name)}


def version():
    text = (ROOT / "meson.build").read_text(encoding="utf-8")
    return re.search(r"version: '([^']+)'", text)[1]


def rules(compiler):
    """Returns build.ninja: each source once, two modules."""
    library = listed("core") | listed("base") | listed("lib") | set(MORE)
    own = {str(path.relative_to(ROOT)) for path in (ROOT / "web/wasm").glob("*.c")}
    models = (listed("vboard") | set(MODELS)) - library
    paced = {"web/wasm/virtual.c", "web/wasm/paced_bus.c"}
    modules = {
        "boot0.wasm": library | own - paced,
        "boot0-virtual.wasm": library | models | own - {"web/wasm/virtual_none.c"},
    }
    compile_flags = f"{COMPILE} -DB0_VERSION='\"{version()}\"'"
    rows = [
        "rule cc",
        f"  command = cd {ROOT} && {compiler} {compile_flags} -MMD -MF $out.d -c $in -o $out",
        "  depfile = $out.d",
        "  deps = gcc",
        "  description = $in",
        "rule link",
        f"  command = {compiler} {LINK} $in -o $out",
        "  description = $out",
        "rule optimize",
        f"  command = {OPTIMIZE} $passes $in -o $out",
        "  description = $out",
    ]
    for source in sorted(set().union(*modules.values())):
        rows.append(f"build {OBJECTS}/{source}.o: cc {ROOT}/{source}")
    for module, sources in modules.items():
        objects = " ".join(f"{OBJECTS}/{source}.o" for source in sorted(sources))
        rows.append(f"build {OBJECTS}/{module}: link {objects}")
        rows.append(f"build {SITE}/{module}: optimize {OBJECTS}/{module}")
        other = module.replace(".wasm", "-asyncify.wasm")
        rows.append(f"build {SITE}/{other}: optimize {OBJECTS}/{module}")
        rows.append(f"  passes = {asyncify()}")
    return "\n".join([*rows, ""])


def bootloaders(prebuilt):
    """Writes boot0's own bootloaders, those of the command; a page without them reports that."""
    command = [ROOT / "scripts/embed-bootloaders.py", SITE / "bootloaders", "--files"]
    if prebuilt:
        return subprocess.run([*command, "--from", prebuilt], check=False).returncode
    if not shutil.which("arm-none-eabi-gcc") or not shutil.which("meson"):
        print("The page cannot install boot0's bootloader: arm-none-eabi-gcc or meson is missing.")
        return 0
    command += ["--build", OBJECTS / "bootloaders", "--meson", "meson", "--ninja", "ninja"]
    return subprocess.run(command, check=False).returncode


def check_sizes():
    faults = 0
    for name, limit in LIMITS.items():
        data = (SITE / name).read_bytes()
        size = len(gzip.compress(data, 9))
        print(f"{name}: {len(data)} bytes, {size} compressed (limit {limit})")
        faults += size > limit
    return faults


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--compiler", default=os.environ.get("WASM_CC", "clang-14"))
    parser.add_argument("--bootloaders", metavar="DIRECTORY", help="prebuilt: bootloader-BOARD.bin")
    options = parser.parse_args()
    for tool in (options.compiler, "wasm-opt"):
        if not shutil.which(tool):
            print(f"{tool} is missing", file=sys.stderr)
            return 69
    SITE.mkdir(parents=True, exist_ok=True)
    OBJECTS.mkdir(parents=True, exist_ok=True)
    ninja = OBJECTS / "build.ninja"
    text = rules(options.compiler)
    if not ninja.exists() or ninja.read_text(encoding="utf-8") != text:
        ninja.write_text(text, encoding="utf-8")
    status = subprocess.run(["ninja", "-C", OBJECTS, "--quiet"], check=False).returncode
    status = status or bootloaders(options.bootloaders)
    if status != 0:
        return status
    for pattern in ("*.js", "*.html", "*.css", "*.schema.json"):
        for path in (ROOT / "web").glob(pattern):
            shutil.copyfile(path, SITE / path.name)
    return 1 if check_sizes() else 0


if __name__ == "__main__":
    sys.exit(main())
