/* SPDX-License-Identifier: MIT */
/*
 * What GDB's remote serial protocol asks of a target ("Debugging with GDB", appendix E), answered
 * by a target's functions.
 */
#ifndef VBOARD_GDB_STUB_H
#define VBOARD_GDB_STUB_H

#include "packet.h"
#include "target.h"

struct vboard_gdb_stub {
    const struct vboard_gdb_target *target;
    void *context;
    void (*send)(void *peer, const char *bytes, size_t size);
    void *peer;
    struct vboard_gdb_reader reader;
    bool waits; /* GDB waits to be told that the CPU has halted */
    bool ends;  /* GDB has gone, or wants to */
    char answer[VBOARD_GDB_PACKET_MAX + 1];
    char sent[VBOARD_GDB_PACKET_MAX + 5]; /* for when it is wanted again */
    size_t sent_length;
};

/* A debugger has come: the CPU is halted. `target` and what the pointers mean stay the caller's. */
void vboard_gdb_start(struct vboard_gdb_stub *stub, const struct vboard_gdb_target *target,
                      void *context, void (*send)(void *peer, const char *bytes, size_t size),
                      void *peer);
/* What has come from it. */
void vboard_gdb_received(struct vboard_gdb_stub *stub, const char *bytes, size_t size);
/* To be called now and then: tells it when the CPU has halted. */
void vboard_gdb_tick(struct vboard_gdb_stub *stub);

#endif
