/* SPDX-License-Identifier: MIT */
/*
 * Packets of GDB's remote serial protocol ("Debugging with GDB", appendix E.1): $data#checksum, and
 * the characters between them. Handles input byte by byte, and trusts nothing in it.
 */
#ifndef VBOARD_GDB_PACKET_H
#define VBOARD_GDB_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    VBOARD_GDB_PACKET_MAX = 4096, /* characters of data; longer packets count as damaged */
};

enum vboard_gdb_event {
    VBOARD_GDB_NOTHING, /* needs more, or there was nothing of interest */
    VBOARD_GDB_PACKET,  /* a whole one, checked: acknowledge it with "+" */
    VBOARD_GDB_DAMAGED, /* a damaged one: answer it with "-" */
    VBOARD_GDB_RESEND,  /* "-": send the last answer again */
    VBOARD_GDB_BREAK,   /* Ctrl-C: halt the CPU */
};

struct vboard_gdb_reader {
    char data[VBOARD_GDB_PACKET_MAX + 1]; /* of the last packet, with a NUL after it */
    size_t length;
    uint8_t state;
    uint8_t sum; /* of the data so far */
    uint8_t told;
    bool too_long;
};

/* An all-zero reader is at its start. The data is valid until the next byte is taken. */
enum vboard_gdb_event vboard_gdb_take(struct vboard_gdb_reader *reader, uint8_t byte);

/*
 * Makes a packet of `data`, whose characters must not need an escape, in `packet`. Returns its
 * length, at most that of the data plus 4. Adds no NUL.
 */
size_t vboard_gdb_make(char *packet, const char *data);

/* Two hexadecimal digits per byte, and back; false if there are fewer. */
void vboard_gdb_hex(char *text, const uint8_t *bytes, size_t count);
bool vboard_gdb_unhex(uint8_t *bytes, const char *text, size_t count);

#endif
