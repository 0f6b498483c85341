/* SPDX-License-Identifier: MIT */
/* The main thread's part of a gang: which boards are begun, and when. */
#ifndef BOOT0_CLI_GANG_LEAD_H
#define BOOT0_CLI_GANG_LEAD_H

#include "../job.h"
#include "gang.h"

enum {
    BOARDS_MAX = 64,
};

/* A port whose board was flashed. */
struct port {
    char path[BOOT0_PATH_MAX];
    uint8_t address; /* the device that was flashed, or that is known to be the same board */
    char serial[BOOT0_TEXT_MAX];
    uint64_t seen_ms; /* when something was there last */
    bool retry;       /* it failed: whatever enumerates next is tried */
};

struct lead {
    struct gang gang;
    struct job job; /* its bus is for looking only */
    struct port ports[BOARDS_MAX];
    size_t port_count;
};

/* ---- crew.c: threads ---- */

enum boot0_status crew_start(struct gang *gang, const struct member *what,
                             struct boot0_error *error);
/* Joins a thread that has ended, and returns its member; NULL: there is none. */
struct member *crew_join(struct gang *gang);
size_t crew_at_work(const struct gang *gang);
/* How many have ended well. */
size_t crew_good(const struct gang *gang);
bool crew_is_at(const struct gang *gang, const char *path);
/* Until a thread has ended, or the time is over. */
void crew_wait(struct gang *gang, uint32_t timeout_ms);

/* ---- ports.c: which boards ---- */

/* Begins each board that is there, wanted, and not done yet. */
enum boot0_status ports_start_due(struct lead *lead, struct boot0_error *error);
/* Takes note of how it went at a member's port. */
void ports_learn(struct lead *lead, const struct member *member);
/* How many boards are there that are wanted, and how many programs that --detach would ask. */
size_t ports_count(struct lead *lead, size_t *programs);

#endif
