/* SPDX-License-Identifier: MIT */
/* Standard input of a program that has something else to do meanwhile. */
#ifndef B0_BASE_PLATFORM_INPUT_H
#define B0_BASE_PLATFORM_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct b0_input;

/*
 * With `raw`, a terminal gives each key at once and shows none, also those that would stop the
 * program; what is printed still gets its line ends. NULL: out of memory. Else b0_input_close().
 */
struct b0_input *b0_input_open(bool raw);
void b0_input_close(struct b0_input *input);
/* It is a terminal, and raw. */
bool b0_input_is_raw(const struct b0_input *input);

/*
 * Until there is input (or its end), or something at `port` (a descriptor of a boot0_stream; -1:
 * none), an interrupt came, or the time is over; -1: no limit. NULL waits for no input. False:
 * the system does not let wait.
 */
bool b0_input_wait(const struct b0_input *input, int port, int timeout_ms, bool *has_input,
                   bool *port_has);

/*
 * A line from a terminal, with its end. False at the end of input, and at an interrupt, of which
 * `stopped` tells.
 */
bool b0_input_line(char *line, int size, bool (*stopped)(void));

/* What is there, without waiting when there is; 0: nothing now; -1: there will be no more. */
long b0_input_read(struct b0_input *input, void *bytes, size_t size);

#endif
