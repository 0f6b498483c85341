/* SPDX-License-Identifier: MIT */
/* The inside of boot0_replay_open(), for records that are not in a file of their own. */
#ifndef B0_LIB_TRACE_REPLAY_H
#define B0_LIB_TRACE_REPLAY_H

#include <boot0/trace.h>

/* Reads a record from a stream; `name` is for messages. */
enum boot0_status b0_replay_read(struct boot0_bus *bus, FILE *file, const char *name,
                                 struct boot0_error *error);

#endif
