/* SPDX-License-Identifier: MIT */
/*
 * How the modem lines of a serial port switch a board into its bootloader and out of it: parsed
 * from a text, executed on a stream.
 */
#ifndef B0_LIB_SERIAL_RESET_SEQUENCE_H
#define B0_LIB_SERIAL_RESET_SEQUENCE_H

#include <boot0/serial.h>

enum {
    B0_RESET_STEPS_MAX = 32,
};

enum b0_reset_action {
    B0_RESET_DTR,
    B0_RESET_RTS,
    B0_RESET_WAIT,
};

struct b0_reset_step {
    uint8_t action; /* enum b0_reset_action */
    uint32_t value; /* 0 or 1; milliseconds */
};

struct b0_reset_sequence {
    struct b0_reset_step steps[B0_RESET_STEPS_MAX];
    size_t count;
};

struct b0_reset_sequences {
    struct b0_reset_sequence enter; /* empty: the user presses the buttons */
    struct b0_reset_sequence leave; /* reset with BOOT0 low; empty: Go is used */
};

/* NULL means "none". BOOT0_E_USAGE names the error and its position. */
enum boot0_status b0_reset_parse(const char *text, struct b0_reset_sequences *lines,
                                 struct boot0_error *error);

/* Executes a sequence; *line keeps the state of the lines. */
enum boot0_xfer b0_reset_run(const struct b0_reset_sequence *pattern,
                             const struct boot0_stream *stream, struct boot0_line *line);

#endif
