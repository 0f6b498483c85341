/* SPDX-License-Identifier: MIT */
/* The main thread's part of a gang: which boards are flashed, and when. */
#ifndef BOOT0_CLI_GANG_COORDINATOR_H
#define BOOT0_CLI_GANG_COORDINATOR_H

#include "../command_session.h"
#include "gang.h"

enum {
    BOARDS_MAX = 64,
};

/* A port whose board was flashed. */
struct usb_port {
    char path[BOOT0_PATH_MAX];
    uint8_t address; /* the device that was flashed, or that is known to be the same board */
    char serial[BOOT0_TEXT_MAX];
    uint64_t seen_ms; /* when something was last there */
    bool retry;       /* it failed: the next device that enumerates is tried */
};

struct coordinator {
    struct gang gang;
    struct command_session command; /* its bus only lists boards */
    struct usb_port ports[BOARDS_MAX];
    size_t port_count;
};

/* ---- workers.c: threads ---- */

enum boot0_status workers_start(struct gang *gang, const struct worker *what,
                                struct boot0_error *error);
/* Joins a thread that has ended, and returns its worker. NULL: none has. */
struct worker *workers_join(struct gang *gang);
size_t workers_at_work(const struct gang *gang);
/* How many boards are done. */
size_t workers_good(const struct gang *gang);
bool workers_is_at(const struct gang *gang, const char *path);
/* Waits until a thread has ended, or the time is over. */
void workers_wait(struct gang *gang, uint32_t timeout_ms);

/* ---- ports.c: which boards ---- */

/* Starts a worker for each board that is there, wanted, and not done yet. */
enum boot0_status ports_start_due(struct coordinator *coordinator, struct boot0_error *error);
/* Records the result of a worker at its port. */
void ports_learn(struct coordinator *coordinator, const struct worker *worker);
/* Counts boards that are wanted, and programs that --detach would restart into DFU mode. */
size_t ports_count(struct coordinator *coordinator, size_t *programs);

#endif
