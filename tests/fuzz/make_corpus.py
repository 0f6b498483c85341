#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes the fuzz targets' first inputs: make_corpus.py DIRECTORY makes DIRECTORY/TARGET/SEED.

Code that shares nothing with the library makes them, so that the repository needs no binary files
and a mistake in the library's writers does not hide one in its readers.
"""

import pathlib
import struct
import sys
import zlib

FLASH = 0x08000000
# A stack pointer, a reset vector, and some code-like bytes.
PROGRAM = struct.pack("<II", 0x20020000, FLASH | 0x8D) + bytes(range(7, 255, 3))
STM32F4 = 0x57755A57
RP2040 = 0xE48BFF56


# Intel HEX


def ihex_record(kind, offset, data=b""):
    body = struct.pack(">BHB", len(data), offset, kind) + data
    return b":%s%02X\n" % (body.hex().upper().encode(), -sum(body) & 0xFF)


def ihex_data(offset, data, step=16):
    return b"".join(
        ihex_record(0, (offset + i) & 0xFFFF, data[i : i + step])
        for i in range(0, len(data), step)
    )


IHEX_END = ihex_record(1, 0)


def ihex_seeds():
    linear = ihex_record(4, 0, b"\x08\x00")
    yield "linear", linear + ihex_data(0, PROGRAM) + ihex_record(5, 0, b"\x08\0\0\x8d") + IHEX_END
    yield "segment", (
        ihex_record(2, 0, b"\x12\x34")
        + ihex_record(0, 0xFFF8, PROGRAM[:16])
        + ihex_record(3, 0, b"\x12\x34\x56\x78")
        + IHEX_END
    )
    yield "wraps", ihex_record(4, 0, b"\xff\xff") + ihex_record(0, 0xFFFE, b"abcd") + IHEX_END
    lines = ihex_data(0, PROGRAM, 4).splitlines(keepends=True)
    yield "descending", linear + b"".join(reversed(lines)) + IHEX_END
    yield "overlap", linear + ihex_data(0, PROGRAM) + ihex_data(0, PROGRAM, 5) + IHEX_END
    yield "contradiction", ihex_data(0, b"aaaa") + ihex_data(3, b"b") + IHEX_END
    yield "crlf", (ihex_data(0, PROGRAM) + IHEX_END).replace(b"\n", b"\r\n").lower() + b"\x1a\0"
    yield "truncated", linear + ihex_data(0, PROGRAM)[:-9]


# Motorola S-records


def srec_record(kind, address, data=b""):
    size = {0: 2, 1: 2, 2: 3, 3: 4, 5: 2, 6: 3, 7: 4, 8: 3, 9: 2}[kind]
    body = bytes([size + len(data) + 1]) + address.to_bytes(size, "big") + data
    return b"S%d%s%02X\n" % (kind, body.hex().upper().encode(), ~sum(body) & 0xFF)


def srec_file(kind, address, count_kind=None):
    lines = [srec_record(kind, address + i, PROGRAM[i : i + 16]) for i in range(0, 80, 16)]
    count = [] if count_kind is None else [srec_record(count_kind, len(lines))]
    return b"".join([srec_record(0, 0, b"HDR"), *lines, *count, srec_record(10 - kind, address)])


def srec_seeds():
    yield "s19", srec_file(1, 0x100, 5)
    yield "s28", srec_file(2, 0x10000, 6)
    yield "s37", srec_file(3, FLASH)
    yield "counted", srec_record(1, 0, b"abc") + srec_record(5, 1)
    yield "crlf", srec_file(3, FLASH, 5).replace(b"\n", b"\r\n")
    yield "contradiction", srec_record(1, 0, b"aa") + srec_record(1, 1, b"b") + srec_record(9, 0)
    yield "at-the-end", srec_record(3, 0xFFFFFFFE, b"ab") + srec_record(7, 0)


# ELF


def attributes(tags, tag_file=1):
    """A section of build attributes: IHI 0045, 2.2."""
    subsection = b"aeabi\0" + struct.pack("<BI", tag_file, len(tags) + 5) + tags
    return b"A" + struct.pack("<I", len(subsection) + 4) + subsection


# A name, the architecture, the profile, the FPU and its use.
M4F = b"\x057E-M\0\x06\x0d\x07M\x0a\x06\x1b\x01"


def attributes_seeds():
    yield "m4f", attributes(M4F)
    yield "m0", attributes(b"\x06\x0c\x07M")
    yield "strings", attributes(b"\x41x\0\x20\x81\x01y\0\x06\x8a\x00\x42\x01")
    yield "section", attributes(b"\x06\x0a", 2)
    yield "vendor", b"A\x08\0\0\0gnu\0" + attributes(M4F)[1:]
    yield "long", attributes(b"\x06\xff\xff\xff\xff\xff\x01")


def elf_file(segments, bits=1, order=1, kind=2, machine=40, section=b""):
    """Segments are (offset in PROGRAM, physical address, bytes in the file, in memory); `section`
    contains build attributes.
    """
    start = 52 + 32 * len(segments)
    ident = b"\x7fELF" + bytes([bits, order, 1]).ljust(12, b"\0")
    header = struct.pack(
        "<HHIIIIIHHHHHH",
        *(kind, machine, 1, FLASH | 1, 52, start + len(PROGRAM) + len(section), 0x05000000, 52),
        *(32, len(segments), 40, 1 if section else 0, 0),
    )
    table = struct.pack(
        "<10I", 0, 0x70000003, 0, 0, start + len(PROGRAM), len(section), 0, 0, 1, 0
    )
    programs = b"".join(
        struct.pack("<8I", 1, start + offset, address, address, size, memory, 5, 1)
        for offset, address, size, memory in segments
    )
    return ident + header + programs + PROGRAM + (section + table if section else b"")


def elf_seeds():
    yield "attributes", elf_file([(0, FLASH, 40, 40)], section=attributes(M4F))
    yield "one", elf_file([(0, FLASH, len(PROGRAM), len(PROGRAM))])
    yield "data", elf_file([(0, FLASH, 40, 40), (40, FLASH + 40, 8, 80), (48, 0x20000000, 0, 9)])
    yield "headers", elf_file([(-84, FLASH - 84, 100, 100)])  # the segment begins with the headers
    yield "overlap", elf_file([(0, FLASH, 16, 16), (1, FLASH + 1, 16, 16)])
    yield "object", elf_file([], kind=1)
    yield "big-endian", elf_file([(0, FLASH, 8, 8)], order=2)
    yield "64-bit", elf_file([(0, FLASH, 8, 8)], bits=2)
    yield "riscv", elf_file([(0, FLASH, 8, 8)], machine=243)


# UF2


def uf2_block(number, count, address, data, family=STM32F4, flags=0x2000):
    header = struct.pack(
        "<8I", 0x0A324655, 0x9E5D5157, flags, address, len(data), number, count, family
    )
    return header + data.ljust(476, b"\0") + struct.pack("<I", 0x0AB16F30)


def uf2_seeds():
    payload = PROGRAM * 4
    two = [uf2_block(i, 2, FLASH + 256 * i, payload[:256]) for i in range(2)]
    other = uf2_block(0, 1, 0x10000000, payload[:256], RP2040)
    yield "two", b"".join(two)
    yield "reversed", b"".join(reversed(two))
    yield "plain", uf2_block(0, 1, FLASH, b"\x55", 0, 0)
    yield "families", two[0] + other + two[1]
    yield "comment", uf2_block(0, 2, FLASH, payload[:256]) + uf2_block(1, 2, 0, b"//", 0, 1)
    yield "container", uf2_block(0, 1, 0, b"file", 0, 0x1000)
    yield "missing", two[1]
    yield "large", uf2_block(0, 1, FLASH, payload.ljust(476, b"\1")[:476], flags=0xE000)


# DFU and DfuSe


def dfu_suffix(body, vendor=0x0483, product=0xDF11, version=0x0110, length=16):
    body += b"\0" * (length - 16)
    body += struct.pack("<HHHH3sB", 0xFFFF, product, vendor, version, b"UFD", length)
    return body + struct.pack("<I", zlib.crc32(body) ^ 0xFFFFFFFF)


def dfuse_target(alternate, name, elements):
    body = b"".join(struct.pack("<II", address, len(data)) + data for address, data in elements)
    named = (alternate, name is not None, name or b"")
    return struct.pack("<6sBI255sII", b"Target", *named, len(body), len(elements)) + body


def dfuse_file(*targets):
    body = b"".join(targets)
    prefix = struct.pack("<5sBIB", b"DfuSe", 1, 11 + len(body), len(targets))
    return dfu_suffix(prefix + body, version=0x011A)


def dfu_seeds():
    yield "1.1", dfu_suffix(PROGRAM)
    yield "1.0", dfu_suffix(PROGRAM, 0x1EAF, 0x0003, 0x0100)
    yield "long", dfu_suffix(PROGRAM, length=32)
    yield "any", dfu_suffix(PROGRAM, 0xFFFF, 0xFFFF)
    yield "wraps-hex", dfu_suffix(ihex_data(0, PROGRAM) + IHEX_END)
    yield "dfuse", dfuse_file(
        dfuse_target(0, b"Internal Flash", [(FLASH, PROGRAM), (FLASH + 0x10000, b"more")]),
        dfuse_target(1, None, [(0x1FFFC000, bytes(16))]),
    )
    yield "dfuse-overlap", dfuse_file(dfuse_target(0, b"", [(FLASH, b"ab"), (FLASH + 1, b"c")]))
    yield "dfuse-empty", dfuse_file()


def image_seeds():
    yield "binary", PROGRAM
    yield "colon", b":12\x80\x01\x02\x03"
    yield "text", b"; a comment\n" + ihex_data(0, PROGRAM) + IHEX_END
    yield "utf16", ("\ufeff:00000001FF\r\n").encode("utf-16-le")
    yield "pieces", bytes((i * 37 + i // 5) & 0xFF for i in range(400))
    for seeds in (ihex_seeds, srec_seeds, elf_seeds, uf2_seeds, dfu_seeds):
        for name, data in seeds():
            yield f"{seeds.__name__.removesuffix('_seeds')}-{name}", data


# Boards' descriptions of themselves

LAYOUTS = (
    "@Internal Flash  /0x08000000/04*016Kg,01*064Kg,07*128Kg",
    "@Internal Flash  /0x08000000/04*016Ka,01*016Kg,01*064Kg,07*128Kg,"
    "04*016Kg,01*064Kg,07*128Kg",
    "@Internal Flash  /0x08000000/0256*0002Kg",
    "@Internal Flash   /0x08000000/16*128Kg",
    "@Option Bytes  /0x1FFFC000/01*016 e/0x1FFEC000/01*016 e",
    "@OTP Memory /0x1FFF7800/01*512 e,01*016 e",
    "@Device Feature/0xFFFF0000/01*004 e",
    "@Option Bytes   /0x1FFF7800/01*40Be",
    "@End/0xFFFFF000/01*004Kg",
    "@Wraps/0xFFFFF000/99999*999Mg",
    "@ENGI Bytes        /0x1FFF6C00/01*1024.e",
    "@Ext File Flash  0MB   /0x00000000/0*4Kg",
    "@Internal Flash /0x8000000/ 128*002Kg @External Flash /0x90000000/128*002Kg "
    "@Option bytes /0x1FFFC000/01*512 g",
    "@Flash /0xF000/1*4Ka/0xE000/1*4Kg/0x8000/2*24Kg",
)


def layout_seeds():
    for i, text in enumerate(LAYOUTS):
        yield str(i), text.encode()


def dfu_configuration(alternates, functional, after_each=False):
    interfaces = b""
    for i in range(alternates):
        interfaces += bytes([9, 4, 0, i, 0, 0xFE, 1, 2, 4 + i])
        interfaces += functional if after_each or i == alternates - 1 else b""
    return struct.pack("<BBHBBBBB", 9, 2, 9 + len(interfaces), 1, 1, 0, 0xC0, 50) + interfaces


def descriptors_seeds():
    dfuse = struct.pack("<BBBHHH", 9, 0x21, 0x0B, 255, 2048, 0x011A)
    dfu_1_0 = struct.pack("<BBBHH", 7, 0x21, 0x03, 255, 1024)
    yield "f407", dfu_configuration(4, dfuse)
    yield "each", dfu_configuration(2, dfuse, True)
    yield "dfu-1.0", dfu_configuration(1, dfu_1_0)
    for i, text in enumerate(LAYOUTS):
        data = text.encode("utf-16-le")
        yield f"string-{i}", bytes([(2 + len(data)) & 0xFF, 3]) + data
    data = LAYOUTS[0].encode("utf-16-le")
    yield "string-long", bytes([166, 3]) + data  # as in F42x ROMs: longer than the data


def trace_line(at, direction, name, value, index, length, data=b"", more=""):
    hexed = " ".join(f"{byte:02x}" for byte in data[:16])
    line = (f"    {at}.000000 1-1 {direction} {name} value=0x{value:04x} index={index} "
            f"length={length}{more} ok {hexed}".rstrip())
    rest = [f"            + {data[at:at + 32].hex(' ')}" for at in range(16, len(data), 32)]
    return "\n".join([line + (" ..." if rest else "")] + rest) + "\n"


def trace_seeds():
    configuration = dfu_configuration(1, struct.pack("<BBBHHH", 9, 0x21, 0x0B, 255, 2048, 0x011A))
    layout = "@Internal Flash  /0x08000000/04*016Kg"
    string = bytes([2 + 2 * len(layout), 3]) + layout.encode("utf-16-le")
    opened = ("    0.000000 1-1 --- open vendor=0x0483 product=0xdf11 device=0x2200 "
              "strings=0,0,0 dfu=0,2\n")
    session = opened + "".join([
        trace_line(1, "in ", "GET_DESCRIPTOR", 0x0200, 0, 9, configuration[:9]),
        trace_line(1, "in ", "GET_DESCRIPTOR", 0x0200, 0, len(configuration), configuration),
        trace_line(1, "in ", "GET_DESCRIPTOR", 0x0300, 0, 255, b"\x04\x03\x09\x04", " actual=4"),
        trace_line(1, "in ", "GET_DESCRIPTOR", 0x0304, 0x409, 255, string,
                   f" actual={len(string)}"),
        trace_line(2, "out", "SET_INTERFACE", 0, 0, 0),
        trace_line(2, "in ", "GETSTATUS", 0, 0, 6, bytes([0, 0, 0, 0, 2, 0])),
        trace_line(3, "out", "DNLOAD", 0, 0, 5, bytes([0x21, 0, 0, 0, 8])),
        trace_line(3, "in ", "GETSTATUS", 0, 0, 6, bytes([0, 0, 0, 0, 5, 0])),
        trace_line(3, "out", "ABORT", 0, 0, 0),
        trace_line(4, "in ", "UPLOAD", 2, 0, 2048, bytes(range(256)) * 8),
        "    5.000000 1-1 --- reset=3\n    5.000000 1-1 --- close\n",
    ])
    yield "opened", opened.encode()
    yield "session", session.encode()


def engine_seeds():
    """The first byte selects the operation, the others are the board's answers."""
    idle = bytes([0, 0, 0, 0, 0, 2, 0])
    for operation in range(8):
        yield f"idle-{operation}", bytes([operation]) + idle * 8
        yield f"error-{operation}", bytes([operation, 0, 10, 0, 0, 0, 10, 0]) + idle * 4
        yield f"busy-{operation}", bytes([operation]) + (bytes([0, 0, 100, 0, 0, 4, 0]) + idle) * 4


def an3155_seeds():
    """Flags, then operations: whether it is stopped, its kind, how each step ends and its bytes."""
    for operation in range(12):
        for align in range(4):
            # Every ACK, then unchanged data; and the same with refusals and silence between.
            yield f"good-{operation}-{align}", bytes([0x80 | align, 0, operation]) + bytes(64)
            yield (f"bad-{operation}-{align}", bytes([0x80 | align, 0, operation])
                   + bytes([0, 0, 0x90, 0x1F, 0, 0xC1, 0, 0x90, 0x1F, 0, 0, 0x90, 0x55]) * 6)
        yield f"stopped-{operation}", bytes([0x80, 0xFF, operation]) + bytes(5) + bytes([0, 11])


def loader_line_seeds():
    """Parts {what, size, bytes}; what 4 is a frame {type, number, address, length, rest}."""
    def frame(kind, rest=b"", number=1):
        body = bytes([kind, number, 0, 0, 8]) + rest
        return bytes([4, len(body)]) + body

    everything = [frame(kind, number=number) for kind in range(1, 9) for number in (0, 1, 2)]
    yield "questions", b"".join(everything)
    done = bytes([2, 0])
    writes = [frame(0x40, number=2), frame(0x41, b"data"), frame(0x42, bytes.fromhex("104101"))]
    yield "orders", b"".join(order + done for order in writes) + b"".join(writes * 3)
    yield "failure", writes[1] + bytes([0x33, 0]) + b"".join(everything)
    yield "noise", bytes([0, 6]) + b"\0\3\1\2\xff\0" + bytes([0xF9, 0]) * 4


def loader_link_seeds():
    """Six operations, then parts {what, size, bytes}; what 2 is a frame {type, number, rest}."""
    def frame(kind, rest=b"", number=0):
        body = bytes([kind, number]) + rest
        return bytes([2, len(body)]) + body

    info = bytes([0]) + bytes(102) + bytes.fromhex("0001 0010 1000 80841e00")
    for first in range(6):
        yield f"after-hello-{first}", (
            bytes([0, first | 0x80, 2, 3, 4, 5]) + frame(0, info) + frame(0, bytes(200)) * 4
            + frame(2, bytes(200)) * 3 + frame(3, b"\x10\0\0", 1) * 4 + frame(3, b"\x10\0\1") * 2)


def lz4_seeds():
    """Blocks: they are decoded; the same bytes are also encoded."""
    yield "match", bytes.fromhex("266162 0200 50 63646566 67")
    yield "long", bytes.fromhex("1f61 0100 ffffff20 50") + b"abcde"
    yield "literals", bytes.fromhex("f0 05") + bytes(20)


def gang_seeds():
    """A --patch option and a table."""
    yield "serial", b"0x0800FFF0=serial\n"
    yield "text", b"0x0800FFF0:16=text:hello\nname\n1\n"
    yield "csv", b"0x0800FFF0:6=csvhex:mac\n\xef\xbb\xbfmac,name\r\n0102030405AB,one\r\n\r\n,two\r\n"
    yield "names", b"0x0800FFF0:8=u32:{mac}\nmac\n77\n"
    yield "braces", b"0x0800FFF0=text:{{{serial}}} {mac}\nmac\n77\n"
    yield "number", b"0x0800FFF0=i16:-0x7f\n"
    yield "quoted", b'0x0800FFF0=csv:key\nkey,"a ""b""\n"\n"x,y",z\n'


def values_seeds():
    """Objects that a command prints for a board."""
    yield "usual", b'{"number":17,"key":"00:11:22"}\n'
    yield "secret", b' { "a" : -1.5e3 , "secret" : { "key" : "ff" } , "b" : "" } '
    yield "escapes", b'{"t":"\\"\\\\\\n\\u00e4\\ud83d\\ude00"}'
    yield "wrong", b'{"a":true,"a":[1]}'


def settings_seeds():
    """Files of settings."""
    yield "board", b"# mine\n\nvdd = 3.3\nboard=black-f407ve\nfast = yes\n"
    yield "port", b"port = /dev/ttyUSB0\r\nbaud = 9600\nboot = rts-boot0,dtr-reset\n"
    yield "wrong", b"serial\n= x\nchip = f407"
    yield "sections", b"board = mine # here\n\n" + OWN_CHIP + OWN_BOARD


OWN_CHIP = (
    b"[chip apm32]\nname = Geehy APM32\nlike = f103\nid = 0x410\nsectors = 6*2K, 58*2K\n"
    b"ram = 20K, 4K@0x10000000\nusb = 314b:0106\nmin_flash = 32K\n"
)
OWN_BOARD = b"[board mine]\nchip = apm32\nvdd = 3.3\nusb = 1209:0001\nport = /dev/tty1\nfast = yes\n"


def database_seeds():
    """A user's own chips, boards and quirks."""
    yield "like", OWN_CHIP
    yield "board", OWN_BOARD + OWN_CHIP
    yield "whole", (
        b"# all keys\n[chip x] # one\nfamily = STM32F4\nid = none\nsectors = 4*16K,1*64K,7*128K\n"
        b"ram = 128K\ncpu = cortex-m4\nprogram_unit = 4\nuf2_family = 0x12345678\n"
        b"option_bytes = 0x1fffc000\nunique_id_address = 0x1fff7a10\nflash_size_address = none\n"
        b"device_feature = yes\n"
    )
    yield "quirk", (
        b"[quirk 28e9:0189]\r\ndevice_version = 0x0100-0x01ff\r\npage_size = 1K\r\n"
        b"dfu_version = 0x0110\r\nprogram_unit = 4\r\ntransfer_size = 1024\r\n"
        b"whole_blocks = yes\r\npoll_early = no\r\npoll_once = yes\r\nbusy_forever = yes\r\n"
        b"no_block_jump = yes\r\n[quirk 28e9:189]\r\ndevice_version = 0x0200\r\n"
    )
    yield "in-place", b"[chip f407]\nlike = f407\nid = 0x413\n[board bluepill]\nchip = STM32F407VE"


def gdb_seeds():
    """GDB's packets."""
    def packet(text):
        return b"$" + text + b"#%02x" % (sum(text) & 255)

    commands = [b"qSupported:swbreak+", b"qXfer:features:read:target.xml:0,ffb", b"?", b"g",
                b"pf", b"P0=01000000", b"m20000000,40", b"M20000000,2:0102", b"Z0,8000100,2",
                b"c", b"s", b"z0,8000100,2", b"qRcmd,72657365742068616c74", b"Hg0"]
    yield "all", b"+".join(packet(command) for command in commands) + b"\x03" + packet(b"D")
    for command in commands:
        yield command[:1].hex() + command[1:3].hex(), packet(command)


def setup_seeds():
    """Lines: ids, compatible ids, service, INF, name, location, two host controllers."""
    dfu = r"USB\CLASS_FE&SUBCLASS_01&PROT_02"
    hosts = "PCIROOT(0)#PCI(1400)\nPCIROOT(0)#PCI(14)"
    rows = {
        "rom": [r"USB\VID_0483&PID_DF11&REV_2200", dfu, "", "", r"USB\VID_0483&PID_DF11\3276",
                "PCIROOT(0)#PCI(1400)#USBROOT(0)#USB(2)#USB(3)", hosts],
        "part": [r"USB\VID_1D50&PID_6017&MI_04", dfu, "WINUSB", "winusb.inf", "x",
                 "PCIROOT(0)#PCI(14)#USBROOT(0)#USB(14)#USBMI(4)", hosts],
        "hub": [r"USB\ROOT_HUB30", "", "USBHUB3", "usbhub3.inf", "", "", ""],
        "silent": [r"USB\DEVICE_DESCRIPTOR_FAILURE USB\VID_0000&PID_0002", "", "", "oem7.inf"],
    }
    for name, lines in rows.items():
        yield name, "\n".join(lines).encode()


def ide_seeds():
    """An IDE's lines to a port discovery, in both dialects."""
    yield "list", b'HELLO 1 "arduino-cli"\nSTART\nLIST\nSTOP\nQUIT\n'
    yield "sync", b'HELLO 1 "IDE 2"\nSTART_SYNC\n\n\n\nSTOP\nSTART_SYNC\nLIST\nQUIT\n'
    yield "old", b"START_SYNC\r\n\n\nSTOP\n"
    yield "long", b"HELLO " + b"a" * 1100 + b"\nSTART\n"


# The bootloader's journal and its extension of DFU: docs/reference/journal.md, extension.md


def journal_record(kind, sequence, length=0, digest=bytes(32)):
    body = struct.pack("<4I", 0xB0074A00 | kind, sequence, FLASH + 0x8000, length)
    body += digest + bytes(12)
    return body + struct.pack("<I", zlib.crc32(body) ^ 0xFFFFFFFF)


def journal_seeds():
    begin, complete = journal_record(1, 0), journal_record(2, 1, 20000, bytes(range(32)))
    yield "empty", b"\xff" * 256
    yield "begun", begin + b"\xff" * 192
    yield "complete", begin + complete + b"\xff" * 64
    yield "torn", begin + complete + begin[:20] + b"\xff" * 172
    yield "full", (begin + complete) * 2


def extension_seeds():
    uuid = bytes.fromhex("d4a5c2f30e6b0b4f9a7eb007b007f407")
    capability = bytes([24, 16, 5, 0]) + uuid + bytes([0, 1, 0xB0, 0])
    usb20 = bytes([7, 16, 2, 2, 0, 0, 0])
    yield "bos", struct.pack("<BBHB", 5, 15, 29, 1) + capability
    yield "second", struct.pack("<BBHB", 5, 15, 36, 2) + usb20 + capability
    info = struct.pack("<HH4B2H", 102, 0x100, 0, 1, 0, 0, 0x413, 0x100F) + bytes(range(12))
    info += struct.pack("<2H5I", 1024, 3300, 8000000, 168000000, 98304, FLASH + 0x8000, 20000)
    info += bytes(range(32)) + bytes([2, 4, 1, 0]) + struct.pack("<H16s", 254, b"black-f407ve")
    yield "info", info
    yield "later", struct.pack("<H", 110) + info[2:] + bytes(8)


# Descriptions of boards: the files of tests/boards, and small boards with requests after them


SMALL = b"""[memory]
kind=flash
address=0x08000000
sectors=8*1K
[memory]
kind=ram
address=0x20000000
size=4K
[memory]
kind=options
address=0x1FFFF800
size=64
[chip]
option_bytes=f4
[usb]
vendor_id=1
product_id=2
[alternate]
name="@Internal Flash  /0x08000000/8*1Kg"
base=%s
[dfu]
bootloader=%s
program=0x08000400
second_program=0x20000000
busy_data=%s
[uart]
version=0x31
chip_id=0x413
commands=00 01 02 11 21 31 44 63 73 82 92
"""


def dfu_request(kind, request, value, data=b"", length=None):
    setup = struct.pack("<BBHHH", kind, request, value, 0, len(data) if length is None else length)
    return setup + data.ljust(16, b"\0")


def description_seeds():
    for path in sorted((pathlib.Path(__file__).parent.parent / "boards").glob("*.board")):
        yield path.stem, path.read_bytes()
    out, back = 0x21, 0xA1
    status = dfu_request(back, 3, 0, length=6)
    requests = status + dfu_request(out, 4, 0) + status
    for data in (b"\x21\0\0\0\x08", b"\x41\0\0\0\x08", b"\x41", b"\x92"):
        requests += dfu_request(out, 1, 0, data) + status * 2
    requests += dfu_request(out, 1, 2, b"\1\2\3\4", 2048) + status * 2
    requests += dfu_request(out, 6, 0) + dfu_request(back, 2, 2, length=2048)
    requests += dfu_request(out, 6, 0) + dfu_request(out, 1, 2) + status
    plain = b"".join(dfu_request(out, 1, i, b"\5\6", 700) + status * 2 for i in range(4))
    uart = b"\xff\x7f".ljust(24, b"\0") + b"\xff\x31\xce\x08\0\0\0\x08".ljust(24, b"\0")
    for bootloader in (b"dfuse", b"plain", b"maple", b"uart"):
        for behaviour in (b"naks", b"at-once"):
            base = b"0" if bootloader == b"dfuse" else b"0x08000400"
            text = SMALL % (base, bootloader, behaviour)
            name = f"{bootloader.decode()}-{behaviour.decode()}"
            yield name, text + b"\0" + requests + plain + uart


# The USB controller of the virtual board: rows of fuzz_otg.c's places[]


OTG_GCCFG, OTG_GRXFSIZ, OTG_DIEPTXF0, OTG_DCFG, OTG_GRXSTSP, OTG_FIFO = 11, 9, 10, 16, 8, 45
OTG_DIEPCTL0, OTG_DIEPTSIZ0, OTG_DOEPCTL0, OTG_DOEPTSIZ0 = 24, 26, 36, 38


def otg_write(register, value):
    return bytes([register, 0xFF]) + struct.pack(">I", value)


def otg_read(register):
    return bytes([150 + register])


def otg_seeds():
    """An initialised device, then transactions: by the fuzzer, or by the host."""
    accesses = [
        otg_write(OTG_GCCFG, 0x00290000),
        otg_write(OTG_DCFG, 3),
        otg_write(OTG_GRXFSIZ, 128),
        otg_write(OTG_DIEPTXF0, 64 << 16 | 128),
    ]
    pop = [otg_read(OTG_GRXSTSP), otg_read(OTG_FIFO), otg_read(OTG_FIFO)]
    send = [
        otg_write(OTG_DIEPTSIZ0, 1 << 19 | 18),
        otg_write(OTG_DIEPCTL0, 0x84000000),
    ] + [otg_write(OTG_FIFO, 0x12010002)] * 5
    arm = [otg_write(OTG_DOEPTSIZ0, 3 << 29 | 1 << 19 | 64), otg_write(OTG_DOEPCTL0, 0x84000000)]
    reset = [b"\0\0\0", b"\0\1\0"]
    token = [b"\0\4\0", b"\0\5\0", b"\0\6\x80"]
    registers = [b"\1" + access for access in accesses] + reset
    for _ in range(3):
        registers += token + [b"\1" + access for access in pop + send + arm]
    for core in range(2):
        yield f"registers-{core}", bytes([core, 0]) + b"".join(registers + token)
        host = b"".join(accesses * 2 + (pop + send + arm) * 12)
        yield f"host-{core}", bytes([core, 1]) + b"\xff\5" + host + b"\xff\0\x80\6\x40\0" * 8


TARGETS = {
    "an3155": an3155_seeds,
    "attributes": attributes_seeds,
    "description": description_seeds,
    "descriptors": descriptors_seeds,
    "dfu": dfu_seeds,
    "elf": elf_seeds,
    "engine": engine_seeds,
    "extension": extension_seeds,
    "gang": gang_seeds,
    "settings": settings_seeds,
    "database": database_seeds,
    "gdb": gdb_seeds,
    "ide": ide_seeds,
    "ihex": ihex_seeds,
    "image": image_seeds,
    "journal": journal_seeds,
    "layout": layout_seeds,
    "loader_line": loader_line_seeds,
    "loader_link": loader_link_seeds,
    "lz4": lz4_seeds,
    "otg": otg_seeds,
    "setup": setup_seeds,
    "srec": srec_seeds,
    "trace": trace_seeds,
    "values": values_seeds,
    "uf2": uf2_seeds,
}


def main():
    if len(sys.argv) != 2:
        sys.exit(f"usage: {sys.argv[0]} DIRECTORY")
    for target, seeds in TARGETS.items():
        directory = pathlib.Path(sys.argv[1], target)
        directory.mkdir(parents=True, exist_ok=True)
        for name, data in seeds():
            (directory / name).write_bytes(data)


if __name__ == "__main__":
    main()
