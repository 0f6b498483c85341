/* SPDX-License-Identifier: MIT */
/*
 * Answers the requests of GDB's remote serial protocol ("Debugging with GDB", appendix E) with a
 * target's functions.
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
    bool waits; /* GDB waits for the CPU to halt */
    bool ends;  /* GDB has gone, or wants to */
    char answer[VBOARD_GDB_PACKET_MAX + 1];
    char sent[VBOARD_GDB_PACKET_MAX + 5]; /* the last packet, to send again */
    size_t sent_length;
};

/* A debugger has connected: halts the CPU. The caller owns `target` and what pointers refer to. */
void vboard_gdb_start(struct vboard_gdb_stub *stub, const struct vboard_gdb_target *target,
                      void *context, void (*send)(void *peer, const char *bytes, size_t size),
                      void *peer);
/* Handles bytes from the debugger. */
void vboard_gdb_received(struct vboard_gdb_stub *stub, const char *bytes, size_t size);
/* Call this now and then: tells the debugger when the CPU has halted. */
void vboard_gdb_tick(struct vboard_gdb_stub *stub);

#endif
