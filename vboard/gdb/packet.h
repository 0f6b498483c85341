/* SPDX-License-Identifier: MIT */
/*
 * Packets of GDB's remote serial protocol ("Debugging with GDB", appendix E.1): $data#checksum, and
 * the characters between them. Whatever comes is taken byte by byte; nothing in it is trusted.
 */
#ifndef VBOARD_GDB_PACKET_H
#define VBOARD_GDB_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    VBOARD_GDB_PACKET_MAX = 4096, /* characters of data; longer ones are refused as damaged */
};

enum vboard_gdb_event {
    VBOARD_GDB_NOTHING, /* more is needed, or there was nothing of interest */
    VBOARD_GDB_PACKET,  /* a whole one, checked: to be acknowledged by "+" */
    VBOARD_GDB_DAMAGED, /* one that is not: to be answered by "-" */
    VBOARD_GDB_RESEND,  /* "-": the last answer is wanted again */
    VBOARD_GDB_BREAK,   /* Ctrl-C: the CPU is to halt */
};

struct vboard_gdb_reader {
    char data[VBOARD_GDB_PACKET_MAX + 1]; /* of the last packet, with a NUL behind it */
    size_t length;
    uint8_t state;
    uint8_t sum; /* of what has come */
    uint8_t told;
    bool too_long;
};

/* All zero is a reader at its start. The data is valid until the next byte is taken. */
enum vboard_gdb_event vboard_gdb_take(struct vboard_gdb_reader *reader, uint8_t byte);

/*
 * Makes a packet of `data`, which has no character that needs an escape, into `packet`; returns its
 * length, which is at most that of the data and 4 more. No NUL.
 */
size_t vboard_gdb_make(char *packet, const char *data);

/* Two hexadecimal digits a byte, and back; false if that many are not there. */
void vboard_gdb_hex(char *text, const uint8_t *bytes, size_t count);
bool vboard_gdb_unhex(uint8_t *bytes, const char *text, size_t count);

#endif
