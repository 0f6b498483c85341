# SPDX-License-Identifier: MIT
"""Files as found in the field, made by code that shares nothing with boot0's.

A program is a vector table of 16 words (the stack, then the same handler for all) and bytes that
differ. Run as a script, it writes all the files into a directory: images.py DIRECTORY
"""

import os
import struct
import sys
import zlib

FLASH = 0x08000000
ITCM = 0x00200000  # an F7's flash on its other bus: RM0385, 3.3.1
CCM = 0x10000000
QSPI = 0x90040000  # where Daisy's bootloader keeps programs that run from its external flash


def program(stack, linked, size=256, handler=None):
    reset = (linked + 0x40 if handler is None else handler) | 1
    return struct.pack("<16I", stack, *[reset] * 15) + bytes(i * 7 & 0xFF for i in range(size - 64))


def record(kind, offset, data=b""):
    body = bytes([len(data), offset >> 8 & 255, offset & 255, kind]) + data
    return ":" + (body + bytes([-sum(body) & 255])).hex().upper()


def ihex(segments, start):
    lines = []
    for address, data in segments:
        lines.append(record(4, 0, struct.pack(">H", address >> 16)))
        lines += [record(0, address + i & 0xFFFF, data[i:i + 16]) for i in range(0, len(data), 16)]
    lines += [record(5, 0, struct.pack(">I", start)), record(1, 0)]
    return "\n".join(lines).encode() + b"\n"


def dfuse(address, data, excess=0):
    """Returns a DfuSe file whose prefix counts `excess` bytes too many: UM0391."""
    element = struct.pack("<II", address, len(data)) + data
    target = b"Target" + struct.pack("<BI", 0, 0) + bytes(255)
    target += struct.pack("<II", len(element), 1) + element
    body = b"DfuSe\x01" + struct.pack("<IB", 11 + len(target) + excess, 1) + target
    body += struct.pack("<HHHH3sB", 0, 0xDF11, 0x0483, 0x011A, b"UFD", 16)
    return body + struct.pack("<I", ~zlib.crc32(body) & 0xFFFFFFFF)


def uleb(number):
    return bytes([number]) if number < 128 else bytes([number & 127 | 128]) + uleb(number >> 7)


def elf(address, data, attributes):
    """Returns one segment, and a section with these build attributes: IHI 0045, 2.2."""
    tags = b"".join(uleb(tag) + uleb(value) for tag, value in attributes)
    subsection = b"aeabi\0\x01" + struct.pack("<I", len(tags) + 5) + tags
    section = b"A" + struct.pack("<I", len(subsection) + 4) + subsection
    at, sections = 84 + len(data), 84 + len(data) + len(section)
    header = b"\x7fELF\x01\x01\x01".ljust(16, b"\0") + struct.pack(
        "<HHIIIIIHHHHHH", 2, 40, 1, address | 1, 52, sections, 0x05000000, 52, 32, 1, 40, 2, 0)
    header += struct.pack("<8I", 1, 84, address, address, len(data), len(data), 5, 4)
    table = bytes(40) + struct.pack("<10I", 0, 0x70000003, 0, 0, at, len(section), 0, 0, 1, 0)
    return header + data + section + table


ARCH, PROFILE, FP_ARCH, HARDFP_USE = 6, 7, 10, 27  # tags: IHI 0045, 3.3
M0 = [(ARCH, 12), (PROFILE, ord("M"))]
M4 = [(ARCH, 13), (PROFILE, ord("M"))]
M4F = [*M4, (FP_ARCH, 6), (HARDFP_USE, 1)]
M7D = [*M4, (FP_ARCH, 8)]

FILES = {
    "app.bin": program(0x20001000, FLASH),
    "app.hex": ihex([(FLASH, program(0x20001000, FLASH))], FLASH + 0x41),
    # An F407's program after a bootloader: 128 KiB of RAM.
    "f407-8000.hex": ihex([(0x08008000, program(0x20020000, 0x08008000))], 0x08008041),
    "f407-8000.elf": elf(0x08008000, program(0x20020000, 0x08008000), M4),
    "m0.elf": elf(FLASH, program(0x20001000, FLASH), M0),
    "m4f.elf": elf(FLASH, program(0x20001000, FLASH), M4F),
    "m7d.elf": elf(FLASH, program(0x20001000, FLASH), M7D),
    # An AT32's, with more RAM than any STM32 with that flash has.
    "at32.bin": program(0x20038000, FLASH),
    # Linked for an F7's ITCM: only the handlers, or all of it.
    "f7-itcm.hex": ihex([(FLASH, program(0x20050000, ITCM))], ITCM + 0x41),
    "f7-itcm-lma.hex": ihex([(ITCM, program(0x20050000, ITCM))], ITCM + 0x41),
    "f7-itcm.bin": program(0x20050000, ITCM),
    # A linker script without a load address for a section in the CCM.
    "ccm.hex": ihex([(FLASH, program(0x20020000, FLASH, 384)), (FLASH + 0x190, bytes(64)),
                     (CCM, bytes(64))], FLASH + 0x41),
    "daisy-qspi.bin": program(0x20020000, QSPI, 4096),
    "elf2dfuse.dfu": dfuse(FLASH, program(0x20001000, FLASH), 16),
    "cut.dfu": dfuse(FLASH, program(0x20001000, FLASH), 15),
    "page.hex": b"<!DOCTYPE html>\n<html lang=en>\n<title>app.hex</title>\n"
                b":020000040800F2 in text\n</html>\n",
    "page.bin": b"\n<html><body>404</body></html>\n",
    "index.html": b"<html><body>a page for the web server on the board</body></html>\n",
}


if __name__ == "__main__":
    for name, data in FILES.items():
        with open(os.path.join(sys.argv[1], name), "wb") as file:
            file.write(data)
