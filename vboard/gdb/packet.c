/* SPDX-License-Identifier: MIT */
/* See packet.h. */
#include "packet.h"

#include <stdio.h>
#include <string.h>

enum state { OUTSIDE, INSIDE, ESCAPED, FIRST_DIGIT, SECOND_DIGIT };

enum {
    CTRL_C = 3,
    ESCAPE_BIT = 0x20,
};

static int digit(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *found;

    if (c >= 'A' && c <= 'F')
        c = (char)(c - 'A' + 'a');
    found = c ? strchr(digits, c) : NULL;
    return found ? (int)(found - digits) : -1;
}

static void store(struct vboard_gdb_reader *reader, char c)
{
    if (reader->length < VBOARD_GDB_PACKET_MAX)
        reader->data[reader->length++] = c;
    else
        reader->too_long = true;
}

static enum vboard_gdb_event outside(struct vboard_gdb_reader *reader, uint8_t byte)
{
    switch (byte) {
    case '$':
        reader->state = INSIDE;
        reader->length = 0;
        reader->sum = 0;
        reader->too_long = false;
        return VBOARD_GDB_NOTHING;
    case '-':
        return VBOARD_GDB_RESEND;
    case CTRL_C:
        return VBOARD_GDB_BREAK;
    default:
        return VBOARD_GDB_NOTHING;
    }
}

static void inside(struct vboard_gdb_reader *reader, uint8_t byte)
{
    if (byte == '#') {
        reader->state = FIRST_DIGIT;
        return;
    }
    reader->sum = (uint8_t)(reader->sum + byte);
    if (reader->state == ESCAPED) {
        store(reader, (char)(byte ^ ESCAPE_BIT));
        reader->state = INSIDE;
    } else if (byte == '}') {
        reader->state = ESCAPED;
    } else {
        store(reader, (char)byte);
    }
}

enum vboard_gdb_event vboard_gdb_take(struct vboard_gdb_reader *reader, uint8_t byte)
{
    int value;

    if (reader->state == OUTSIDE)
        return outside(reader, byte);
    if (reader->state == INSIDE || reader->state == ESCAPED) {
        inside(reader, byte);
        return VBOARD_GDB_NOTHING;
    }
    value = digit((char)byte);
    if (reader->state == FIRST_DIGIT && value >= 0) {
        reader->told = (uint8_t)(value << 4);
        reader->state = SECOND_DIGIT;
        return VBOARD_GDB_NOTHING;
    }
    reader->state = OUTSIDE;
    reader->data[reader->length] = '\0';
    return value >= 0 && (reader->told | value) == reader->sum && !reader->too_long
               ? VBOARD_GDB_PACKET
               : VBOARD_GDB_DAMAGED;
}

size_t vboard_gdb_make(char *packet, const char *data)
{
    size_t length = 0;
    uint8_t sum = 0;

    packet[length++] = '$';
    for (; *data; data++) {
        sum = (uint8_t)(sum + (uint8_t)*data);
        packet[length++] = *data;
    }
    packet[length++] = '#';
    vboard_gdb_hex(packet + length, &sum, 1);
    return length + 2;
}

void vboard_gdb_hex(char *text, const uint8_t *bytes, size_t count)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < count; i++) {
        text[2 * i] = digits[bytes[i] >> 4];
        text[2 * i + 1] = digits[bytes[i] & 15];
    }
}

bool vboard_gdb_unhex(uint8_t *bytes, const char *text, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        int high = digit(text[2 * i]);
        int low = high < 0 ? -1 : digit(text[2 * i + 1]);

        if (low < 0)
            return false;
        bytes[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}
