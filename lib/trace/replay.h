/* SPDX-License-Identifier: MIT */
/* The implementation of boot0_replay_open(), for recordings that are not in a file of their own. */
#ifndef B0_LIB_TRACE_REPLAY_H
#define B0_LIB_TRACE_REPLAY_H

#include <boot0/trace.h>

/* Reads a recording from a stream; `name` is for messages. */
enum boot0_status b0_replay_read(struct boot0_bus *bus, FILE *file, const char *name,
                                 struct boot0_error *error);

#endif
