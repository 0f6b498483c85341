# SPDX-License-Identifier: MIT
"""`dfu-util -l` sees every board, with the names and numbers of real ones."""

from system import UART_ONLY, check, equal, model_names, need, say, vboard

# Per board: ids, version, serial number, and the alternates' names from the first on.
F4_EXTRAS = [
    "@Option Bytes  /0x1FFFC000/01*016 e",
    "@OTP Memory /0x1FFF7800/01*512 e,01*016 e",
    "@Device Feature/0xFFFF0000/01*004 e",
]
BOARDS = {
    "f407": ("0483:df11", "2200", "315A28A0B956",
             ["@Internal Flash  /0x08000000/04*016Kg,01*064Kg,07*128Kg", *F4_EXTRAS]),
    "f407old": ("0483:df11", "2100", "315A28A0B956",
                ["@Internal Flash  /0x08000000/04*016Kg,01*064Kg,07*128Kg",
                 "@Option Bytes  /0x1FFFC000/01*016 g",
                 "@OTP Memory /0x1FFF7800/01*512 g,01*016 g",
                 "@Device Feature/0xFFFF0000/01*004 g"]),
    "f427": ("0483:df11", "2200", "206337A12047",
             ["@Internal Flash  /0x08000000/04*016Kg,01*064Kg,07*128Kg",
              "@Option Bytes  /0x1FFFC000/01*016 e/0x1FFEC000/01*016 e", *F4_EXTRAS[1:]]),
    "f411": ("0483:df11", "2200", "348435943539",
             ["@Internal Flash  /0x08000000/04*016Kg,01*064Kg,03*128Kg", *F4_EXTRAS]),
    "f401": ("0483:df11", "2200", "339D36483335",
             ["@Internal Flash  /0x08000000/04*016Kg,01*064Kg,01*128Kg", *F4_EXTRAS]),
    "f401xe": ("0483:df11", "2200", "3367374F3037",
               ["@Internal Flash  /0x08000000/04*016Kg,01*064Kg,03*128Kg", *F4_EXTRAS]),
    "f412": ("0483:df11", "2200", "35653056414D",
             ["@Internal Flash  /0x08000000/04*016Kg,01*064Kg,07*128Kg", *F4_EXTRAS]),
    "f446": ("0483:df11", "2200", "3073347A4B30",
             ["@Internal Flash  /0x08000000/04*016Kg,01*064Kg,03*128Kg", *F4_EXTRAS]),
    "f072": ("0483:df11", "2200", "FFFFFFFEFFFF",
             ["@Internal Flash  /0x08000000/064*0002Kg", "@Option Bytes  /0x1FFFF800/01*016 e"]),
    "l476": ("0483:df11", "2200", "205A39795548",
             ["@Internal Flash  /0x08000000/0256*0002Kg", "@Option Bytes  /0x1FFF7800/01*040 e",
              "@OTP Memory /0x1FFF7000/01*0001Ke", "@Device Feature/0xFFFF0000/01*004 e"]),
    "g431": ("0483:df11", "0200", "207B33A55834",
             ["@Internal Flash   /0x08000000/64*02Kg", "@Option Bytes   /0x1FFF7800/01*40Be",
              "@OTP Memory   /0x1FFF7000/01*1024 e"]),
    "h743": ("0483:df11", "0200", "200364500000",
             ["@Internal Flash   /0x08000000/16*128Kg", "@Option Bytes   /0x5200201C/01*128 e"]),
    "maple": ("1eaf:0003", "0200", "LLM 003",
              ["DFU Program RAM 0x20000C00", "DFU Program FLASH 0x08005000"]),
    "bluepill": ("1eaf:0003", "0201", "LLM 003",
                 ["STM32duino bootloader v1.0  ERROR. Upload to RAM not supported.",
                  "STM32duino bootloader v1.0  Upload to Flash 0x8005000",
                  "STM32duino bootloader v1.0  Upload to Flash 0x8002000"]),
    "gd32": ("28e9:0189", "1000", "3CBJ",
             ["@Internal Flash  /0x08000000/512*002Kg", "@Option Bytes  /0x1FFFF800/01*016 g"]),
}
# dfu-util's message about the wrong length of the F42x ROM's layout string.
COMPLAINTS = {"f427": "dfu-util: Patching string descriptor 4 length (was 166, received 112)\n"}


def found_lines(name, port=1):
    ids, version, serial, names = BOARDS[name]
    return {
        f'Found DFU: [{ids}] ver={version}, devnum={port + 1}, cfg=1, intf=0, path="1-{port}", '
        f'alt={alternate}, name="{text}", serial="{serial}"'
        for alternate, text in enumerate(names)
    }


def listed(output):
    return {line for line in output.splitlines() if line.startswith("Found ")}


def main():
    need("dfu-util")
    equal(sorted(model_names()), sorted([*BOARDS, *UART_ONLY]), "the boards of `vboard list`")
    for name in BOARDS:
        done = vboard(name, ["dfu-util", "-l"])
        equal(listed(done.stdout), found_lines(name), f"what dfu-util lists of {name}")
        equal(done.stderr, COMPLAINTS.get(name, ""), f"what dfu-util says about {name}")

    say("all of them at once, each in its port")
    done = vboard(BOARDS, ["dfu-util", "-l"])
    wanted = set()
    for port, name in enumerate(BOARDS, 1):
        wanted |= found_lines(name, port)
    equal(listed(done.stdout), wanted, "what dfu-util lists of all boards")

    say("a serial number of our own")
    done = vboard("f407:serial=ABC 1", ["dfu-util", "-l"])
    check('serial="ABC 1"' in done.stdout, "the serial number is not there")


main()
