#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""Makes a bootloader's .bin: the part that stays in flash, then the image for RAM, packed.

  pack-bootloader.py OUTPUT.bin BOOT IMAGE

BOOT and IMAGE are the sections of these names. firmware/bootloader/startup.c unpacks. When it needs
a bit and has none left, it fetches a byte, and takes its bits from the highest on. Whole bytes come
from the position of the next such byte.

  1 BYTE                    that byte
  0 gamma(H) BYTE gamma(L)  L + 1 bytes, a copy of those from ((H - 1) << 8 | BYTE) + 1 bytes back

gamma(N) is N without its highest bit, each bit with a 0 before it, then a 1 (Elias' gamma code,
interleaved). The packer takes the shortest encoding of an image.
"""

import pathlib
import sys

CHAIN = 200  # earlier positions that are tried for each byte
LENGTH_MAX = 256


def gamma_bits(number):
    return 2 * number.bit_length() - 1


def matches(data):
    """Returns for each position the earlier ones with the same first two bytes, nearest first."""
    seen = {}
    for at in range(len(data)):
        places = seen.setdefault(data[at : at + 2], [])
        yield places[-CHAIN:][::-1]
        places.append(at)


def choose(data):
    """Returns for each position the best step: (1, 0) a byte, (length, distance) a copy."""
    end = len(data)
    places = list(matches(data))
    cost = [0] * (end + 1)
    choice = [(1, 0)] * end
    for at in range(end - 1, -1, -1):
        best, longest = cost[at + 1] + 9, 1
        for place in places[at]:
            distance = at - place
            if data[at : at + longest + 1] != data[place : place + longest + 1]:
                continue
            length, limit = longest, min(end - at, LENGTH_MAX)
            while length < limit and data[place + length] == data[at + length]:
                length += 1
            fixed = 1 + gamma_bits((distance - 1 >> 8) + 1) + 8
            for size in range(longest + 1, length + 1):
                bits = fixed + gamma_bits(size - 1) + cost[at + size]
                if bits < best:
                    best, choice[at] = bits, (size, distance)
            longest = max(longest, length)
        cost[at] = best
    return choice


class Writer:
    def __init__(self):
        self.data = bytearray()
        self.place = self.free = 0

    def bit(self, bit):
        if self.free == 0:
            self.place, self.free = len(self.data), 8
            self.data.append(0)
        self.free -= 1
        self.data[self.place] |= bit << self.free

    def byte(self, byte):
        self.data.append(byte)

    def gamma(self, number):
        for shift in range(number.bit_length() - 2, -1, -1):
            self.bit(0)
            self.bit(number >> shift & 1)
        self.bit(1)


def pack(data):
    writer, choice, at = Writer(), choose(data), 0
    while at < len(data):
        length, distance = choice[at]
        writer.bit(int(distance == 0))
        if distance == 0:
            writer.byte(data[at])
        else:
            writer.gamma((distance - 1 >> 8) + 1)
            writer.byte(distance - 1 & 0xFF)
            writer.gamma(length - 1)
        at += length
    return bytes(writer.data)


class Reader:
    def __init__(self, data):
        self.data, self.at, self.bits, self.left = data, 0, 0, 0

    def byte(self):
        self.at += 1
        return self.data[self.at - 1]

    def bit(self):
        if self.left == 0:
            self.bits, self.left = self.byte(), 8
        self.left -= 1
        return self.bits >> self.left & 1

    def gamma(self):
        number = 1
        while not self.bit():
            number = number << 1 | self.bit()
        return number


def unpack(packed, size):
    reader, data = Reader(packed), bytearray()
    while len(data) < size:
        if reader.bit():
            data.append(reader.byte())
            continue
        distance = (reader.gamma() - 1 << 8 | reader.byte()) + 1
        for _ in range(reader.gamma() + 1):
            data.append(data[-distance])
    return bytes(data)


def main():
    output, boot, image = map(pathlib.Path, sys.argv[1:])
    data = image.read_bytes()
    packed = pack(data)
    if unpack(packed, len(data)) != data:
        sys.exit("pack-bootloader.py: unpacking gives other bytes than were packed")
    output.write_bytes(boot.read_bytes() + packed)


if __name__ == "__main__":
    main()
