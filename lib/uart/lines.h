/*
 * How the modem lines of a serial port bring a board into its bootloader and out of it: read from a
 * text, carried out on a stream.
 */
#ifndef B0_LIB_UART_LINES_H
#define B0_LIB_UART_LINES_H

#include <boot0/serial.h>

enum {
    B0_LINES_STEPS_MAX = 32,
};

enum b0_lines_action {
    B0_LINES_DTR,
    B0_LINES_RTS,
    B0_LINES_WAIT,
};

struct b0_lines_step {
    uint8_t action; /* enum b0_lines_action */
    uint32_t value; /* 0 or 1; milliseconds */
};

struct b0_lines_pattern {
    struct b0_lines_step steps[B0_LINES_STEPS_MAX];
    size_t count;
};

struct b0_lines {
    struct b0_lines_pattern enter; /* empty: the user presses the buttons */
    struct b0_lines_pattern leave; /* reset with BOOT0 low; empty: Go has to do */
};

/* NULL is "none". B0_E_USAGE says what is wrong where. */
enum boot0_status b0_lines_parse(const char *text, struct b0_lines *lines,
                                 struct boot0_error *error);

/* Carries a pattern out; *line keeps the state of the lines. */
enum boot0_xfer b0_lines_run(const struct b0_lines_pattern *pattern,
                             const struct boot0_stream *stream, struct boot0_line *line);

#endif
