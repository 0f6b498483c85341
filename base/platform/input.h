/* SPDX-License-Identifier: MIT */
/* Standard input of a program that also does other work. */
#ifndef B0_BASE_PLATFORM_INPUT_H
#define B0_BASE_PLATFORM_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct b0_input;

/*
 * With `raw`, a terminal delivers each key at once, including those that would stop the program,
 * and does not echo it; output still gets its line ends. NULL: out of memory. Release with
 * b0_input_close().
 */
struct b0_input *b0_input_open(bool raw);
void b0_input_close(struct b0_input *input);
/* True if it is a terminal in raw mode. */
bool b0_input_is_raw(const struct b0_input *input);

/*
 * Waits for input or its end, for data at `port` (a descriptor of a boot0_stream; -1: none), for an
 * interrupt, or until the time is over; -1: no limit. With `input` NULL it waits for no input.
 * False: the system refuses to wait.
 */
bool b0_input_wait(const struct b0_input *input, int port, int timeout_ms, bool *has_input,
                   bool *port_has);

/*
 * Reads a line from a terminal, with its line end. False at the end of input, and at an interrupt,
 * which `stopped` reports.
 */
bool b0_input_line(char *line, int size, bool (*stopped)(void));

/* Reads available input, without blocking if there is some. 0: nothing now; -1: end of input. */
long b0_input_read(struct b0_input *input, void *bytes, size_t size);

#endif
