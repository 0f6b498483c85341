/* SPDX-License-Identifier: MIT */
/*
 * Watching the bus: every transfer of a session as a readable line in a file, and the same file
 * played back in place of the board. So a user can send the record of a session that failed, and a
 * developer can run it.
 */
#ifndef BOOT0_TRACE_H
#define BOOT0_TRACE_H

#include <boot0/serial.h>
#include <boot0/transport.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Wraps a bus: *bus records from now on whatever goes over it to `file`, which stays the caller's
 * and must outlive the bus. Closing *bus closes the wrapped one. BOOT0_E_MEMORY.
 */
BOOT0_API enum boot0_status boot0_trace_bus(struct boot0_bus *bus, FILE *file,
                                            struct boot0_error *error);

/*
 * A bus on which the board of a recorded session answers as it did then. The same requests must
 * come in the same order; the first one that differs fails, and boot0_replay_divergence() tells.
 * BOOT0_E_NO_INPUT, BOOT0_E_DATA (no record, or a line that is none), BOOT0_E_MEMORY.
 */
BOOT0_API enum boot0_status boot0_replay_open(struct boot0_bus *bus, const char *file,
                                              struct boot0_error *error);

/*
 * Where the requests of now first differed from the recorded ones, in words; NULL if they did not.
 * `bus` was made by boot0_replay_open(). The text is the bus's.
 */
BOOT0_API const char *boot0_replay_divergence(const struct boot0_bus *bus);

/*
 * The same for a board on a serial port: recorded with boot0_uart_options.trace, played back as a
 * stream for boot0_uart_open(). The session has to use the port as the recorded one did.
 */
BOOT0_API enum boot0_status boot0_replay_stream(struct boot0_stream *stream, const char *file,
                                                struct boot0_error *error);
BOOT0_API const char *boot0_replay_stream_divergence(const struct boot0_stream *stream);

#ifdef __cplusplus
}
#endif
#endif
