/* SPDX-License-Identifier: MIT */
/*
 * Recording and replay: writes every transfer of a session to a file as a readable line, and
 * replays the file in place of the board. A user can send the recording of a failed session, and a
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
 * Wraps a bus: from now on *bus records its traffic to `file`, which the caller owns and which must
 * outlive the bus. Closing *bus closes the wrapped bus. BOOT0_E_MEMORY.
 */
BOOT0_API enum boot0_status boot0_trace_bus(struct boot0_bus *bus, FILE *file,
                                            struct boot0_error *error);

/*
 * Opens a bus on which the board of a recorded session answers as it did then. The same requests
 * must come in the same order; the first different one fails, and boot0_replay_divergence()
 * describes it. BOOT0_E_NO_INPUT, BOOT0_E_DATA (not a recording, or an invalid line),
 * BOOT0_E_MEMORY.
 */
BOOT0_API enum boot0_status boot0_replay_open(struct boot0_bus *bus, const char *file,
                                              struct boot0_error *error);

/*
 * Describes the first request that differed from the recording; NULL if none did. `bus` must come
 * from boot0_replay_open(), and owns the text.
 */
BOOT0_API const char *boot0_replay_divergence(const struct boot0_bus *bus);

/*
 * The same for a board on a serial port: recorded with boot0_uart_options.trace, replayed as a
 * stream for boot0_uart_open(). The session must use the port as the recorded one did.
 */
BOOT0_API enum boot0_status boot0_replay_stream(struct boot0_stream *stream, const char *file,
                                                struct boot0_error *error);
BOOT0_API const char *boot0_replay_stream_divergence(const struct boot0_stream *stream);

#ifdef __cplusplus
}
#endif
#endif
