# SPDX-License-Identifier: MIT
"""`read --hex` and `digest`, compared with Python's own results."""

import hashlib
import json
import zlib

from system import BOOT0, Directory, check, equal, firmware, run, say


def dump(address, data):
    """Returns the output of `hexdump -C`."""
    lines, before, starred = [], None, False
    for at in range(0, len(data), 16):
        row = data[at:at + 16]
        if row == before:
            if not starred:
                lines.append("*")
            starred = True
            continue
        starred, before = False, row
        words = [f"{byte:02x}" for byte in row] + ["  "] * (16 - len(row))
        text = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in row)
        lines.append(f"{address + at:08x}  {' '.join(words[:8])}  {' '.join(words[8:])}  |{text}|")
    return "\n".join([*lines, f"{address + len(data):08x}", ""])


def boot0(board, *arguments, status=0):
    return run([BOOT0, *arguments, "--virtual", board], status)


def rows_of(*arguments):
    lines = run([BOOT0, "info", *arguments]).stdout.splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("  flash "))
    return [line.split() for line in lines[at + 1:]]


def flash_table():
    say("which sectors a file uses")
    with Directory() as directory:
        raw = directory.file("raw.bin", firmware(0x4000 + 1))
        equal([row[-1] for row in rows_of("--chip", "f407", raw)], ["#+..", ".", "......."], "raw")
        hexfile = directory.file("two.hex")
        run([BOOT0, "convert", f"{raw}@0x0801C000", f"{raw}@0x080E0000", hexfile])
        equal(rows_of("--chip", "STM32F407VG", hexfile),
              [["0x08000000", "4", "x", "16", "KiB", "...."],
               ["0x08010000", "1", "x", "64", "KiB", "+"],
               ["0x08020000", "7", "x", "128", "KiB", "+.....+"]], "segments over two sectors")
        equal(rows_of("--chip", "f103xe", raw)[0][-1], "#" + "+" + "." * 30, "8 pages a cell")
        found = json.loads(run([BOOT0, "info", "--json", "--chip", "f407", hexfile]).stdout)
        equal([(row["sectors"], row["used"]) for row in found["flash"]], [(4, 0), (1, 1), (7, 2)],
              "as JSON")
        run([BOOT0, "info", "--chip", "f999", hexfile], 64)


def board_map():
    say("which sectors of a board's flash hold data")
    with Directory() as directory:
        held = bytearray(b"\xff" * 0x100000)
        held[:0x4000] = firmware(0x4000)
        held[0x21000] = 0
        path = directory.file("a.flash", bytes(held))
        board = f"f407:flash={path}"
        lines = boot0(board, "info", "--map").stdout.splitlines()
        at = next(i for i, line in enumerate(lines) if line.startswith("  flash "))
        check("16.2 KiB of 1 MiB" in lines[at], lines[at])
        equal([line.split()[-1] for line in lines[at + 1:]], ["#...", ".", "+......"], "sectors")
        found = json.loads(boot0(board, "info", "--map", "--json").stdout)
        equal([row["used"] for row in found["flash"]], [1, 0, 1], "as JSON")
        boot0("f407:rdp=1", "info", "--map", status=77)
        boot0("bluepill", "info", "--map", status=69)
        run([BOOT0, "info", "--map", path], 64)


def main():
    flash_table()
    board_map()
    with Directory() as directory:
        image = firmware(3000) + bytes(200) + b"boot0" * 11
        path = directory.file("a.flash", image.ljust(0x100000, b"\xff"))
        board, file = f"f407:flash={path}", directory.file("a.bin", image)
        say("hex")
        for offset, size in [(0, 64), (2900, 400), (3, 1), (len(image) - 5, 5000), (0xFFFFF, 1)]:
            words = [hex(0x08000000 + offset), str(size)]
            whole = image.ljust(0x100000, b"\xff")[offset:offset + size]
            equal(boot0(board, "read", "--hex", *words).stdout, dump(0x08000000 + offset, whole),
                  words)
            found = json.loads(boot0(board, "read", "--hex", "--json", *words).stdout)
            equal(found["data"], whole.hex(), words)
        equal(boot0(board, "read", "--hex").stdout, dump(0x08000000, image[:256]), "no range")
        for words in (["x"], ["0x08000000", "0"], ["08000000"], ["0x08000000", "4", "5"]):
            boot0(board, "read", "--hex", *words, status=64)
        say("digests")
        found = json.loads(boot0(board, "digest", "--json").stdout)
        whole = image.ljust(0x100000, b"\xff")
        equal((found["bytes"], found["crc32"], found["sha256"]),
              (len(whole), f"0x{zlib.crc32(whole):08x}", hashlib.sha256(whole).hexdigest()), "all")
        done = boot0(board, "digest", file)
        check("same as the file" in done.stdout, done.stdout)
        check(hashlib.sha256(image).hexdigest() in done.stdout, done.stdout)
        other = directory.file("b.bin", image[:-1] + b"?")
        done = json.loads(boot0(board, "digest", "--json", other).stdout)["ranges"][0]
        equal((done["equal"], done["sha256"]), (False, hashlib.sha256(image).hexdigest()), "other")


main()
