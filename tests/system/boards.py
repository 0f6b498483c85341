# SPDX-License-Identifier: MIT
"""Boards described by files: dfu-util and boot0 see those of tests/boards as their files say, and
every model behaves the same built in and from its description.
"""

import json
import os
import re

from system import (BOOT0, UART_ONLY, VBOARD, Directory, check, described, described_boards, equal,
                    model_names, need, read, run, say, vboard, vboard_stats)

MARK = "---- next ----"


def sections(path):
    """Returns the sections of a description in order: (name, {key: value}). A second reader of the
    format, on purpose: it shares no code with vboard's.
    """
    found = []
    for line in open(path, encoding="utf-8"):
        line = line.strip()
        if re.fullmatch(r"\[\w+\]", line):
            found.append((line[1:-1], {}))
        elif line and not line.startswith("#"):
            key, value = (part.strip() for part in line.split("=", 1))
            if value.startswith('"'):
                value = value[1:value.index('"', 1)]
            found[-1][1][key] = value
    return found


def section(found, name):
    return next((keys for at, keys in found if at == name), {})


def expected_lines(found):
    """Returns the expected output of `dfu-util -l`: interface, alternate setting and name of each.
    """
    counts = {}
    for name, keys in found:
        if name != "alternate":
            continue
        interface = int(keys.get("interface", "0"))
        yield interface, counts.get(interface, 0), keys["name"]
        counts[interface] = counts.get(interface, 0) + 1


def listed(output):
    """Parses `dfu-util -l`: a set of (id, version, …), one per alternate setting."""
    pattern = (r'Found DFU: \[(\w+):(\w+)\] ver=(\w+), .*intf=(\d+), .*alt=(\d+), name="(.*)", '
               r'serial="(.*)"')
    return {(m[1], m[2], m[3], int(m[4]), int(m[5]), m[6], m[7])
            for m in re.finditer(pattern, output)}


def together(spec, *commands, file=None):
    """Returns the standard error, and the output of each command, of one run of vboard. {} in a
    command is replaced by the file.
    """
    done = vboard(spec, ["sh", "-c", f"; echo {MARK}; ".join(commands).format(file) + "; true"])
    return done.stderr, *done.stdout.split(f"{MARK}\n")


def check_board(path):
    say(os.path.basename(path))
    found = sections(path)
    usb, board, dfu = (section(found, name) for name in ("usb", "board", "dfu"))
    number = {key: f"{int(usb[key], 0):04x}" for key in ("vendor_id", "product_id",
                                                         "device_version")}
    spec = f"custom:describe={path}"

    wanted = {(number["vendor_id"], number["product_id"], number["device_version"], interface,
               alternate, name, board["serial"])
              for interface, alternate, name in expected_lines(found)}
    interfaces = sorted({interface for interface, _, _ in expected_lines(found)})
    info_command = ["info", "--json", f"--interface={interfaces[0]}"]
    _, output, info, boot0_list = together(spec, "dfu-util -l", f"{BOOT0} {' '.join(info_command)}",
                                           f"{BOOT0} list")
    equal(listed(output), wanted, "dfu-util -l")

    info = json.loads(info)
    equal(info["manufacturer"], usb["manufacturer"], "manufacturer")
    equal(info["product_name"], usb["product"], "product")
    equal(int(info["bcd_device"], 0), int(usb["device_version"], 0), "device version")
    equal(int(info["dfu_version"], 0), int(dfu.get("version", "0x011a"), 0), "DFU version")
    names = {memory["name"] for memory in info["memories"]}
    check(names and names <= {name for _, _, name in expected_lines(found)},
          f"memories of boot0 info: {names}")
    lines = boot0_list.splitlines()
    equal(len(lines), 1 + len(interfaces), "lines of boot0 list")
    check(f"{number['vendor_id']}:{number['product_id']}" in lines[1], lines[1])
    check(board["serial"] in lines[1], lines[1])
    # The same in one process.
    equal(json.loads(run([BOOT0, "--virtual", spec, *info_command]).stdout)["memories"],
          info["memories"], "memories in process")


def part_boards():
    """Each board of tests/boards matches its file."""
    need("dfu-util")
    paths = described_boards()
    check(len(paths) >= 10, f"boards of the field: {paths}")
    for path in paths:
        check_board(path)
        _, stats = vboard_stats(f"custom:describe={path}", ["true"])
        equal(stats[0]["board"], section(sections(path), "board")["name"], "name in the statistics")


def part_interfaces():
    """Two DFU interfaces: dfu-util writes and reads each of them. The board resets after a
    download, which makes dfu-util exit with 74, as with a Maple.
    """
    need("dfu-util")
    spec = next(f"custom:describe={path}" for path in described_boards() if "twoif" in path)
    with Directory() as directory:
        for interface, size in ((0, 128), (1, 64)):
            data = bytes((i * 7 + interface) & 0xFF for i in range(1000))
            file = directory.file(f"in{interface}", data)
            back = directory.file(f"out{interface}")
            which = f"dfu-util -w -i {interface} -a 0 -t {size}"
            vboard(spec, ["sh", "-c", f"{which} -D {file}; {which} -U {back}"])
            with open(back, "rb") as read:
                equal(read.read()[:1000], data, f"interface {interface}")


def part_models():
    """A model built from its description equals the model."""
    with Directory() as directory:
        for name in model_names():
            path = directory.file(f"{name}.board")
            text = run([VBOARD, "describe", name]).stdout
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            spec = f"custom:describe={path}"
            commands = ["lsusb -v", "dfu-util -l", f"{BOOT0} info --json"]
            built_in = together(name, *commands)
            for what, found, wanted in zip(["errors", *commands], together(spec, *commands),
                                           built_in):
                equal(found, wanted, f"{name}: {what}")
            check(name in UART_ONLY or '"manufacturer"' in built_in[3], built_in[3])


def part_seen():
    """`boot0 info --describe` writes a board that looks like the one that it read."""
    fields = [f"custom:describe={path}" for path in described_boards()]
    with Directory() as directory:
        path, again = directory.file("seen.board"), directory.file("again.board")
        for spec in [name for name in model_names() if name not in UART_ONLY] + fields:
            # Of several DFU interfaces one must be chosen; every board has number 0.
            info = f"{BOOT0} info -i 0"
            commands = [f"{info} --describe >{{}}", "lsusb -v", "dfu-util -l", f"{info} --json"]
            seen = together(spec, *commands, file=path)
            played = together(f"custom:describe={path}", *commands, file=again)
            for what, found, wanted in zip(["errors", *commands], played, seen):
                equal(found, wanted, f"{spec}: {what}")
            equal(open(again, encoding="utf-8").read(), open(path, encoding="utf-8").read(),
                  f"{spec}: the description of the described board")
        for spec in UART_ONLY:
            info = f"{BOOT0} info --port /dev/ttyUSB0"
            commands = [f"{info} --describe >{{}}", f"{info} --json"]
            seen = together(spec, *commands, file=path)
            check('"serial"' in seen[2], seen[2])
            equal(together(f"custom:describe={path}", *commands, file=again), seen, spec)
    run([BOOT0, "info", "--describe", __file__], 64)
    run([BOOT0, "--virtual", "f407", "info", "--describe", "--json"], 64)


def part_manual():
    """The page lists the program's keys, and its example is a board."""
    page = "docs/reference/board-files.md"
    with open(os.path.join(os.path.dirname(__file__), "../..", page), encoding="utf-8") as file:
        manual = file.read()
    keys = run([VBOARD, "describe", "--keys"]).stdout
    check(keys in manual, f"{page} lacks the output of `vboard describe --keys`")
    example = manual.split("## An example\n")[1].split("\n## ")[0]
    with Directory() as directory:
        path = directory.file("example.board",
                              re.sub("^    ", "", example, flags=re.M).encode())
        done = vboard(f"custom:describe={path}", [BOOT0, "list"])
        check("512 KiB" in done.stdout, done.stdout)


def part_mistakes():
    """Errors name the line and what is expected."""
    with Directory() as directory:
        path = directory.file("bad.board", b"[usb]\nvendor_id = 1\n\nproduct_id = x\n")
        done = vboard(f"custom:describe={path}", ["true"], 65)
        equal(done.stderr.splitlines()[0],
              f"vboard: {path}:4: product_id: expected a number from 0x0 to 0xFFFF", "the error")
        done = run([BOOT0, "--virtual", f"custom:describe={path}", "list"], 65)
        check(f"{path}:4: product_id" in done.stderr, done.stderr)
    check("describe=FILE" in vboard("custom", ["true"], 64).stderr, "custom needs a file")
    vboard("custom:describe=/nonexistent", ["true"], 66)
    vboard("f407:describe=/nonexistent", ["true"], 64)
    run([VBOARD, "describe"], 64)
    run([VBOARD, "describe", "f407", "f411"], 64)
    check("vboard list" in run([VBOARD, "describe", "f40"], 64).stderr, "no such model")
    equal(run(["sh", "-c", f"{VBOARD} describe f407 >/dev/full"], 74).stdout, "", "a full disk")


def part_erased_to_zero():
    """Erased flash of an STM32L0 reads 0x00: gaps in a file get that value."""
    image = b"\x21" * 300 + b"\xff" * 600 + b"\x42" * 101
    with Directory() as directory:
        source, flash = directory.file("image.bin", image), directory.file("l073.flash")
        for command in (["dfu-util", "-a", "0", "-s", "0x08000000", "-D", source],
                        ["flash", "--no-run", "--no-preserve", "--force", "--address",
                         "0x08000000", source]):
            say(f"l073: boot0 {command[0]}")
            vboard(f"{described('l073')},flash={flash},fill=0x5a", [BOOT0, *command])
            equal(read(flash)[:1032], image + b"\x00" * 23 + b"\x5a" * 8, "the flash")
            os.remove(flash)


if __name__ == "__main__":
    part_boards()
    part_interfaces()
    part_models()
    part_seen()
    part_manual()
    part_mistakes()
    part_erased_to_zero()
