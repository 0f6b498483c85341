# SPDX-License-Identifier: MIT
"""`boot0 options`: option bytes by name, on the virtual chips whose fields are known."""

import json

from system import BOOT0, Directory, check, equal, run, say, vboard

# A chip, changes, and the same command's output afterwards.
CHANGES = [
    ("f407", {"BOR_LEV": 0, "nRST_STOP": 0, "nWRP": 0xFFE}),
    ("f427", {"BFB2": 1, "DB1M": 0, "nWRP_2": 0xFFC}),
    ("f072", {"nBOOT1": 0, "RAM_PARITY_CHECK": 0, "WRP0": 0xFE, "Data1": 0x12}),
    ("l476", {"BOR_LEV": 3, "SRAM2_PE": 0, "WRP1A_STRT": 1, "WRP1A_END": 2}),
    ("g431", {"nSWBOOT0": 0, "nBOOT0": 0, "NRST_MODE": 2, "BOR_LEV": 4}),
]


def boot0(*arguments, status=0):
    done = run([BOOT0, "options", *arguments], status)
    done.stdout, done.stderr = " ".join(done.stdout.split()), " ".join(done.stderr.split())
    return done


def values(text, member="options"):
    return {row["name"]: row["value"] for row in json.loads(text)[member]}


def changes(directory):
    say("changed, read back after the reset, and there for the next command")
    for chip, wanted in CHANGES:
        words = [f"{name}={value:#x}" for name, value in wanted.items()]
        script = "\n".join([
            f"{BOOT0} options --chip {chip} --json >{directory.file('before')}",
            f"{BOOT0} options --chip {chip} --json --yes {' '.join(words)} >{directory.file('done')}",
            f"{BOOT0} options --chip {chip} --json >{directory.file('after')}",
            f"{BOOT0} options --chip {chip} --json {' '.join(words)} >{directory.file('again')}",
        ])
        vboard(chip, ["sh", "-ec", script])
        texts = {}
        for name in ("before", "done", "after", "again"):
            with open(directory.file(name), encoding="utf-8") as file:
                texts[name] = file.read()
        before = values(texts["before"])
        equal(values(texts["done"], "before"), before, f"{chip}: before")
        equal(values(texts["after"]), {**before, **wanted}, f"{chip}: after")
        equal(json.loads(texts["done"])["changed"], True, chip)
        equal(json.loads(texts["again"])["changed"], False, f"{chip}: nothing to do")


def over_uart():
    say("over a serial port, which tells the chip: the ROM is found again after the reset")
    for chip, wanted in [*CHANGES, ("f103", {"nRST_STOP": 0, "WRP0": 0xFE, "Data0": 0x55})]:
        words = [f"{name}={value:#x}" for name, value in wanted.items()]
        done = boot0("--virtual", chip, "--port", "p", "--json", "--yes", *words)
        before, after = values(done.stdout, "before"), values(done.stdout)
        equal(after, {**before, **wanted}, chip)
    done = boot0("--virtual", "f407", "--port", "p", "RDP=1", "--yes")
    check("Read protection is on" in done.stdout, done.stdout)


def texts():
    say("what people see")
    done = boot0("--virtual", "f407")
    check("BOR_LEV 3 brown-out reset: off, 1.8 V" in done.stdout, done.stdout)
    check("nWRP 0xfff write protection: no sector is protected" in done.stdout, done.stdout)
    check("omitted" in done.stderr, done.stderr)
    done = boot0("--virtual", "f407", "--chip", "f407", "bor=0", "--yes")
    check("BOR_LEV: 3 (off, 1.8 V) -> 0 (level 3, 2.7 V)" in done.stdout, done.stdout)
    check("read back after the reset" in done.stdout, done.stdout)
    done = boot0("--virtual", "f407", "nWRP=0xffc", "--yes")
    check("protected: sectors 0 1" in done.stdout, done.stdout)


def mistakes():
    say("each mistake by its own words, and nothing is written")
    for words, status, text in [
        (["foo=1"], 64, "Use one of RDP, BOR_LEV"),
        (["nRST=1"], 64, "Use one of nRST_STOP, nRST_STDBY"),
        (["BOR=4"], 64, "Use 0 to 3"),
        (["BOR"], 64, "NAME=VALUE"),
        (["BOR="], 64, "NAME=VALUE"),
        (["BOR=x"], 64, "NAME=VALUE"),
        (["BOR=0"], 64, "--yes"),
        (["RDP=2", "--yes"], 64, "--lock-this-chip-for-ever"),
        (["RDP=3", "--yes"], 64, "Use 0 to 2"),
    ]:
        done = boot0("--virtual", "f407", *words, status=status)
        check(text in done.stderr, f"{words}: {done.stderr}")
        check("Wrote" not in done.stderr, done.stderr)
    done = boot0("--virtual", "l476", status=69)
    check("--chip: " in done.stderr and "l476" in done.stderr, done.stderr)
    done = boot0("--virtual", "f407:rdp=1", status=77)
    check("--unprotect" in done.stderr, done.stderr)


def protection():
    say("read protection: on, told, and only the long word leads to level 2")
    done = boot0("--virtual", "f407", "RDP=1", "--yes")
    check("Read protection is on" in done.stdout, done.stdout)
    boot0("--virtual", "f407", "RDP=2", "--lock-this-chip-for-ever", "--yes", status=74)


def main():
    with Directory() as directory:
        changes(directory)
    over_uart()
    texts()
    mistakes()
    protection()


main()
