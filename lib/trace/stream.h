/* SPDX-License-Identifier: MIT */
/*
 * The recording of a board on a serial port: writes and replays it. Each transfer is a line with
 * all its bytes:
 *
 *     0.000120 /dev/ttyUSB0 set baud=115200 dtr=1 rts=1 ok
 *     0.000317 /dev/ttyUSB0 out length=1 ok 7f
 *     0.000521 /dev/ttyUSB0 in  length=1 ok 79
 */
#ifndef B0_LIB_TRACE_STREAM_H
#define B0_LIB_TRACE_STREAM_H

#include <boot0/serial.h>
#include <stdio.h>

/*
 * From now on *stream records to `file`; `file` and `who` must outlive it. `at_us` is the current
 * time in the recording. BOOT0_E_MEMORY.
 */
enum boot0_status b0_trace_stream(struct boot0_stream *stream, FILE *file, const char *who,
                                  uint64_t at_us, struct boot0_error *error);

/* Reads a recording; `name` is for messages. The implementation of boot0_replay_stream(). */
enum boot0_status b0_replay_stream_read(struct boot0_stream *stream, FILE *file, const char *name,
                                        struct boot0_error *error);

#endif
