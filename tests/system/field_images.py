# SPDX-License-Identifier: MIT
"""Files and boards from the field: boot0 refuses files for another chip, reads files that another
tool got wrong, and gives no board a name without evidence.
"""

import json
import os

import images
from cli_run import boot0, boot0_json, fails
from system import Directory, check, equal, read, say

BOARDS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../boards")


def described(name):
    return f"custom:describe={os.path.join(BOARDS, name)}.board"


def notes(phrase, *arguments, **options):
    """Flashes; checks that the notes contain the phrase, or that there are none if it is None."""
    done = boot0("flash", *arguments, **options)
    said = " ".join(done.stderr.split())
    if phrase is None:
        check("Note:" not in said, f"a note: {done.stderr}")
    else:
        check(f"Note: {phrase}" in said, f"no note {phrase!r}: {done.stderr}")
    return done


def another_chips(files):
    say("programs for another chip")
    program = files("f407-8000.hex")
    for board, phrase in [("f072", "is for another chip"), ("g431", "may be for another chip"),
                          ("l476", "may be for another chip"),
                          ("f411", "not in RAM of the STM32F401xD/E")]:
        fails(65, [phrase, "stack, 0x20020000", "Nothing was written"], "flash", program,
              board=board)
        fails(65, ["Nothing was written"], "flash", files("f407-8000.elf"), board=board)
    fails(65, ["is for another chip", "STM32L471"], "flash", "--chip", "l476", program,
          board="l476")
    notes("no code at 0x08000000", "--chip", "l452", program, board="l476")
    boot0("flash", "--force", program, board="f072")
    say("code for another CPU")
    for board, name, phrase in [
        ("f072", "m4f.elf", None),  # an F303 and an F373 look the same
        ("l476", "m7d.elf", "for a Cortex-M7 with double-precision FPU"),
        (described("f746"), "m4f.elf", None),
        ("h743", "m7d.elf", None),
        ("f407", "m0.elf", None),
        (described("u083"), "m4f.elf", "for a Cortex-M4 with FPU, but the board has at most a "
                                       "Cortex-M0"),
        (described("u083"), "m0.elf", None),
    ]:
        if phrase:
            fails(65, [phrase, "--force"], "flash", files(name), board=board)
            boot0("flash", "--force", files(name), board=board)
        else:
            boot0("flash", files(name), board=board)
    fails(65, ["at most a Cortex-M0"], "flash", "--chip", "f072", files("m4f.elf"), board="f072")


def nothing_starts(directory, files):
    say("a program behind a bootloader that is not there")
    program = files("f407-8000.hex")
    flash = f"f407:flash={directory.file('f407.flash')}"
    notes("no code at 0x08000000 starts the program at 0x08008000 after a reset: install the "
          "bootloader with `boot0 install-bootloader`", program, board=flash)
    notes("no code at 0x08000000", "--dry-run", program, board="f407")
    notes("no code at 0x08000000 starts the program at 0x08008000 after a reset: flash the "
          "bootloader", program, board="h743")
    notes(None, files("app.hex"), board=flash)
    notes(None, program, board=flash)


def names(directory, files):
    say("no board is called what it is not known to be")
    for name, called in [("apm32", "APM32 DFU ISP Mode"), ("at32f402", "AT32 Bootloader DFU"),
                         ("p1", "P1 DFU Mode"), ("portenta", "Envie M7"),
                         ("bmp", "Black Magic Firmware Upgrade"), ("daisy", "Daisy Bootloader"),
                         ("u083", "STM32U073/083")]:
        shown = boot0("list", board=described(name), width=None).stdout
        check(called in shown, f"{name}: {shown}")
        if called[:5] != "STM32":
            check("STM32" not in shown, f"{name} is called an STM32: {shown}")
            info = boot0_json("info", board=described(name), width=None)[0]
            equal((info["chip"], info["candidates"], info["chips"]), (None, [], []), name)
    shown = boot0("list", board="f411", width=None).stdout
    check("STM32, one of 8: F411, ..." in shown, shown)
    check("F405/407" not in shown, f"an F411 is called an F407: {shown}")
    info = boot0_json("list", board="f411", width=None)[0]
    equal(info["chip"], None, "the chip of an F411")
    equal(info["candidates"][:2], ["f411", "f401xe"], "what an F411 can be")
    equal(info["chips"], info["candidates"], "the older name")
    equal(boot0_json("list", board="h743", width=None)[0]["chip"], "h743", "the chip of an H743")
    equal(boot0_json("info", "--chip", "f411", board="f411", width=None)[0]["chip"], "f411",
          "the user's word")
    say("a stack that no STM32 of that flash has is not an AT32's mistake")
    boot0("flash", files("at32.bin"), board=described("at32f402"))
    say("records")
    record = directory.file("record")
    done = boot0_json("gang", "--record", record, files("app.hex"), board=["f411", "h743"],
                      width=None)
    for line in done + [json.loads(line) for line in read(record).splitlines()]:
        single = "h743" in line["candidates"]
        equal(line["chip"], "h743" if single else None, "a record's chip")
        equal(len(line["candidates"]), 1 if single else 8, "its candidates")


def addresses(directory, files):
    say("other names of the flash")
    board = described("f746")
    for name, phrase in [
        ("f7-itcm.hex", "its reset handler, 0x00200041, is at 0x08000040"),
        ("f7-itcm.bin", "its reset handler, 0x00200041, is at 0x08000040"),
        ("f7-itcm-lma.hex", "data for 0x00200000 is written at 0x08000000"),
    ]:
        notes(f"{'data' if 'lma' in name else 'the program runs'}", files(name), board=board)
        done = notes("", files(name), board=board)
        check(phrase in " ".join(done.stderr.split()), done.stderr)
    kept = f"{board},flash={directory.file('f746.flash')}"
    boot0("flash", files("f7-itcm-lma.hex"), board=kept)
    equal(read(directory.file("f746.flash"))[:256], images.FILES["f7-itcm.bin"], "what is written")
    boot0("verify", files("f7-itcm-lma.hex"), board=kept)
    boot0("verify", "--address", "0x00200000", files("f7-itcm.bin"), board=kept)
    fails(65, ["not memory of this board"], "flash", files("f7-itcm-lma.hex"), board="f407")
    say("data for RAM")
    fails(65, ["64 bytes for RAM at 0x10000000, which is lost at reset", "AT> FLASH",
               "--skip-ram"], "flash", files("ccm.hex"), board="f407")
    kept = f"f407:flash={directory.file('ccm.flash')}"
    notes("64 bytes for RAM at 0x10000000 left out", "--skip-ram", files("ccm.hex"), board=kept)
    fails(65, ["--skip-ram"], "verify", files("ccm.hex"), board=kept)
    boot0("verify", "--skip-ram", files("ccm.hex"), board=kept)
    fails(65, ["not memory of this board"], "flash", "--skip-ram", files("ccm.hex"), board=board)


def mistakes(directory, files):
    say("mistakes of other tools")
    notes(f"{files('elf2dfuse.dfu')}: the size in the DfuSe prefix includes", files("elf2dfuse.dfu"),
          board="f407", width=None)
    check("note" in boot0("info", files("elf2dfuse.dfu"), width=None).stdout, "no note in info")
    equal(len(boot0_json("info", files("elf2dfuse.dfu"), width=None)[0]["notes"]), 1, "notes")
    fails(65, ["the DfuSe prefix gives"], "flash", files("cut.dfu"), board="f407", width=None)
    say("web pages")
    for name in ["page.hex", "page.bin"]:
        fails(65, ["is a web page, not firmware", "Download"], "flash", files(name), board="f407",
              width=None)
    boot0("convert", f"{files('index.html')}@0x08040000", directory.file("page.dfu"), width=None)
    say("a raw binary that is linked for another place")
    board = described("daisy")
    fails(65, ["not linked for 0x90000000", "--address 0x90040000"], "flash",
          files("daisy-qspi.bin"), board=board)
    boot0("flash", "--address", "0x90040000", files("daisy-qspi.bin"), board=board)
    say("what info says of an ELF's CPU")
    check("Cortex-M4 with FPU" in boot0("info", files("m4f.elf"), width=None).stdout, "the CPU")
    equal(boot0_json("info", files("m7d.elf"), width=None)[0]["cpu"],
          "Cortex-M7 with double-precision FPU", "the CPU")


def main():
    with Directory() as directory:
        for name, data in images.FILES.items():
            directory.file(name, data)
        another_chips(directory.file)
        nothing_starts(directory, directory.file)
        names(directory, directory.file)
        addresses(directory, directory.file)
        mistakes(directory, directory.file)


if __name__ == "__main__":
    main()
