# SPDX-License-Identifier: MIT
"""Every part of a file goes to the intended memory, or to none: boards from the field that have
several memories, some at the same address, some that are option bytes under another name.
"""

import pathlib
import re
import shutil

from system import (BOOT0, Directory, check, described as board, dfuse_file, equal, firmware, read,
                    run, say, vboard, vboard_stats)

DCT, SERIAL = 1, 2  # alternate settings of the P1


def dfuse(*targets):
    return dfuse_file(*targets, vendor=0xFFFF, product=0xFFFF)


def flat(text):
    return re.sub(r"\s+", " ", text)


def on(directory, where, *commands, status=0):
    """Runs commands of boot0, one after another, on one board; checks the last one's status."""
    script = directory.file("script.sh", "\n".join(
        " ".join([BOOT0, *(f"'{word}'" for word in command)]) for command in commands).encode())
    return vboard(where, ["sh", script], status)


def refused(where, status, phrases, *arguments):
    """boot0 refuses with a status and these phrases, and leaves the board's memory untouched."""
    done, stats = vboard_stats(where, [BOOT0, *arguments], status)
    for phrase in phrases:
        check(phrase in flat(done.stderr), f"{phrase!r} is not in:\n{done.stderr}")
    equal(stats[0]["flash_operations"], 0, f"operations of the memory after {arguments}")


def held(directory, where, alternate, size, *commands):
    """Returns the contents of an alternate setting from address 0 on, after some commands."""
    output = directory.file("held.bin")
    on(directory, where, *commands,
       ["read", "--force", "-a", str(alternate), "-A", "0", "-n", str(size), output])
    return read(output)


def targets_of_a_dfuse_file(directory):
    say("a target goes to the alternate setting that it names")
    serial = directory.file("serial.dfu", dfuse((SERIAL, "Serial", [(0, b"SERIALFLASH")])))
    dct = directory.file("dct.dfu", dfuse((DCT, "ST...", [(0, b"DCT DATA")])))
    both = directory.file("both.dfu", dfuse((DCT, "", [(0, b"for the DCT")]),
                                            (SERIAL, "serial flash", [(0, b"for the serial")])))
    p1 = board("p1")
    equal(held(directory, p1, SERIAL, 11, ["flash", serial]), b"SERIALFLASH", "the serial flash")
    check(held(directory, p1, DCT, 11, ["flash", serial]) != b"SERIALFLASH", "it is in the DCT, too")
    equal(held(directory, p1, DCT, 8, ["flash", serial], ["flash", dct]), b"DCT DATA", "the DCT")
    equal(held(directory, p1, DCT, 11, ["flash", both]), b"for the DCT", "the DCT of two targets")
    equal(held(directory, p1, SERIAL, 14, ["flash", both]), b"for the serial",
          "the serial flash of two targets")
    equal(held(directory, p1, SERIAL, 11, ["flash", serial], ["verify", serial]), b"SERIALFLASH",
          "after verify")
    on(directory, p1, ["flash", serial], ["verify", dct], status=65)
    on(directory, p1, ["flash", dct], ["verify", serial], status=65)
    if shutil.which("dfu-util"):
        say("dfu-util puts them into the same memory")
        output = directory.file("judge.bin")
        vboard(p1, ["sh", "-c", f"dfu-util -D {serial} && {BOOT0} read --force -a {SERIAL} -A 0 "
                                f"-n 11 {output}"])
        equal(read(output), b"SERIALFLASH", "by dfu-util")

    say("converted and merged files keep the targets")
    app = directory.file("app.bin", b"\x00\x00\x01\x20\x01\xc1\x00\x08" + firmware(2000)[8:])
    merged = directory.file("merged.dfu")
    run([BOOT0, "convert", f"{app}@0x0800c000", serial, merged])
    equal(held(directory, p1, SERIAL, 11, ["flash", "--no-run", merged]), b"SERIALFLASH", "merged")
    equal(held(directory, p1, SERIAL, 11, ["flash", "--no-run", f"{app}@0x0800c000", serial]),
          b"SERIALFLASH", "flashed together")

    say("a target that does not fit the board is refused")
    misnamed = directory.file("misnamed.dfu", dfuse((SERIAL, "DCT Flash", [(0, b"x" * 20)])))
    refused(p1, 65, ['"DCT Flash"', '"Serial Flash" on this board', "--force"], "flash", misnamed)
    equal(held(directory, p1, SERIAL, 4, ["flash", "--force", misnamed]), b"xxxx", "with --force")
    equal(held(directory, p1, DCT, 4, ["flash", "-a", "DCT", misnamed]), b"xxxx", "with --alt")
    refused("f407", 65, ['"Serial"', '"OTP Memory" on this board'], "flash", serial)
    seven = directory.file("seven.dfu", dfuse((7, "", [(0x08000000, b"x")])))
    refused(p1, 65, ["alternate setting 7, which this board does not have",
                     '0 "Internal Flash", 1 "DCT Flash", 2 "Serial Flash"'], "flash", seven)
    outside = directory.file("outside.dfu", dfuse((0, "", [(0x1FFF7800, b"abcd")])))
    refused("f407", 65, ['alternate setting 0, "Internal Flash", which has no such address',
                         '2 "OTP Memory"', "--force"], "flash", outside)
    refused("f407", 64, ["OTP Memory", "--allow-option-bytes"], "flash", "--force", outside)
    vboard("f407", [BOOT0, "flash", "--force", "--allow-option-bytes", "--yes", outside])
    refused(p1, 64, ["alternate settings 1 and 2", "Omit --alt"], "flash", "-a", "1", both)


def addresses_of_two_memories(directory):
    say("an address that two memories have needs --alt")
    p1 = board("p1")
    data = directory.file("data.bin", b"0123456789")
    hexfile = directory.file("data.hex")
    run([BOOT0, "convert", f"{data}@0", hexfile])
    candidates = ["several memories", "0x00000000", '--alt: 1 "DCT Flash", 2 "Serial Flash"']
    for arguments in [["flash", "-A", "0", data], ["flash", hexfile], ["verify", hexfile],
                      ["flash", "--force", hexfile], ["flash", "--dry-run", hexfile],
                      ["read", "-A", "0", "-n", "4", directory.path + "/none.bin"],
                      ["erase", "-A", "0"], ["run", "-A", "0"]]:
        refused(p1, 64, candidates, *arguments)
    equal(held(directory, p1, SERIAL, 10, ["flash", "-a", "2", hexfile]), b"0123456789", "--alt 2")
    equal(held(directory, p1, DCT, 10, ["flash", "-a", "DCT", "-A", "0", data]), b"0123456789",
          "--alt DCT")
    say("an address that only one memory has needs no choice")
    far = directory.file("far.hex")
    run([BOOT0, "convert", f"{data}@0x8000", far])
    output = directory.file("far.bin")
    on(directory, p1, ["flash", far], ["read", "--force", "-a", "2", "-A", "0x8000", "-n", "10", output])
    equal(read(output), b"0123456789", "the serial flash at 0x8000")
    say("data do not run over the end of a memory")
    large = directory.file("large.bin", bytes(range(256)) * 80)
    refused(p1, 65, ["0x00004000", 'outside "DCT Flash"', "16 KiB"], "flash", "-a", "DCT", large)
    refused(p1, 65, ["0x00004000", 'outside "DCT Flash"'], "flash",
            directory.file("large.dfu", dfuse((DCT, "", [(0, bytes(20000))]))))


def option_bytes_by_any_name(directory):
    say("option bytes, OTP and what nobody knows need --allow-option-bytes")
    for address, name, kind in [(0x40022020, "OB Bytes", "option bytes"),
                                (0x1FFF6800, "OTP Memory", "one-time programmable"),
                                (0x1FFF6C00, "ENGI Bytes", "memory of the chip itself")]:
        data = directory.file("data.bin", b"\xaa\xfe\xef\xff\xff\xff\xff\xff")
        hexfile = directory.file("data.hex")
        run([BOOT0, "convert", f"{data}@{address:#x}", hexfile])
        refused(board("u083"), 64, [f'"{name}"', f"{address:#010x}: {kind}",
                                    "--allow-option-bytes"], "flash", hexfile)
        refused(board("u083"), 64, ["--allow-option-bytes"], "flash", "--force", hexfile)
        refused(board("u083"), 64, ["--allow-option-bytes"], "flash", "-A", hex(address), data)
        done, stats = vboard_stats(board("u083"), [BOOT0, "flash", "--dry-run",
                                                   "--allow-option-bytes", hexfile])
        check(f"{address:#010x}" in done.stdout, done.stdout)
        equal(stats[0]["flash_operations"], 0, "operations of a dry run")

    text = pathlib.Path(board("bmp").partition("=")[2]).read_text()

    def described(name, *strings):
        # All of them map to the last 4 KiB of the flash, whatever their addresses.
        alternates = "".join(
            f'\n[alternate]\nname = "{string}"\n'
            f'base = {0x0800F000 - int(string.split("/")[1], 16) & 0xFFFFFFFF:#x}\n'
            for string in strings)
        head, rest = text.split("\n[alternate]\n")
        return "custom:describe=" + directory.file(
            name, (head + alternates + "\n" + rest[rest.index("[dfu]"):]).encode())

    data = directory.file("page.bin", bytes(range(64)))
    for string, phrases in [
            ("@Option bytes /0x08010000/4*1Kg", ["option bytes"]),
            ("@Dummy Memory /0x0000F000/4*1Kg", ["unknown purpose"]),
            ("@Flash /0x1FFFF800/4*16 e", ["option bytes"]),
            ("@Vault /0x40022040/1*64 e", ["option bytes"])]:
        address = string.split("/")[1]
        for where in (described("one.board", string),
                      described("two.board", "@Internal Flash /0x08000000/60*1Kg", string)):
            refused(where, 64, [*phrases, address.lower(), "--allow-option-bytes"],
                    "flash", "-A", address, data)
            vboard(where, [BOOT0, "flash", "--allow-option-bytes", "--yes", "--force", "-A", address,
                           data])
    say("also if they are in one string with the flash")
    one = described("one.board",
                    "@Internal Flash /0x0800F000/2*1Kg @Option bytes /0x0800F800/2*1Kg")
    refused(one, 64, ['"Option bytes" at 0x0800f800'], "flash", "-f", "-A", "0x0800F800", data)
    vboard(one, [BOOT0, "flash", "-f", "-A", "0x0800F000", data])
    done = vboard(one, [BOOT0, "info"])
    check("\n    Option bytes\n    0x0800f800      2 x 1 KiB" in done.stdout, done.stdout)
    say("external flash is flash")
    for string in ["@QSPI /0x90000000/4*1Kg", "@NOR /0x64000000/4*1Kg", "@Ext Flash /0x0/4*1Kg",
                   "@Nand /0x70000000/4*1Kg"]:
        done = vboard(described("external.board", string),
                      [BOOT0, "flash", "--force", "-A", string.split("/")[1], data])
        check("64 bytes written and verified" in flat(done.stdout), done.stdout)
    return described


def layouts(directory, described):
    say("errors name where the writable part begins")
    data = directory.file("data.bin", bytes(range(256)))
    for name, begin, size in [("bmp", "0x08002000", "56 KiB"), ("portenta", "0x08020000", "1920 KiB")]:
        refused(board(name), 65, ["0x08000000, which is not writable", f"begins at {begin}", size],
                "flash", "--force", "-A", "0x08000000", data)
    say("a raw binary goes to where programs begin")
    program = directory.file("program.bin",
                             (0x20005000).to_bytes(4, "little") + (0x08002041).to_bytes(4, "little")
                             + firmware(400)[8:])
    done = vboard(board("bmp"), [BOOT0, "flash", program])
    check("The program was started" in done.stdout, done.stdout)

    say("a memory without sectors")
    portenta = board("portenta")
    check("memory 2 Ext File Flash 0MB empty" in flat(vboard(portenta, [BOOT0, "info"]).stdout),
          "info does not show it")
    check("2 MiB" in vboard(portenta, [BOOT0, "list"]).stdout, "the main flash is another one")
    for command in [["flash", "-a", "2", data], ["read", "-a", "2", directory.path + "/x.bin"],
                    ["erase", "-a", "2", "--all"], ["verify", "-a", "2", data]]:
        refused(portenta, 69, ['"Ext File Flash 0MB" is empty'], *command)
    refused(portenta, 65, ["has no such address"], "flash",
            directory.file("empty.dfu", dfuse((2, "", [(0, b"x")]))))

    say("a layout that cannot be used is explained")
    overlap = described("overlap.board", "@Flash /0xF000/1*4Ka/0xE000/1*4Kg/0x8000/2*24Kg")
    done = vboard(overlap, [BOOT0, "info"])
    for phrase in ["two of its memories overlap", '"/0x8000/2*24Kg"']:
        check(phrase in flat(done.stdout), done.stdout)
    refused(overlap, 69, ["no usable memory layout", "two of its memories overlap"],
            "flash", data)


def main():
    with Directory() as directory:
        targets_of_a_dfuse_file(directory)
        addresses_of_two_memories(directory)
        layouts(directory, option_bytes_by_any_name(directory))


main()
