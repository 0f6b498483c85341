/* SPDX-License-Identifier: MIT */
/*
 * The loop that every protocol runs in: it drives a stepped engine (core/engine.h, core/an3155.h)
 * until its operation ends, and asks between two steps whether to stop. An engine says what to do
 * next; its driver does it and feeds the result back.
 */
#ifndef B0_LIB_DRIVE_H
#define B0_LIB_DRIVE_H

#include <boot0/error.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the caller of b0_drive() wants, for messages: "writing", and where. */
struct b0_task {
    const char *doing;
    bool has_address;
    uint32_t address; /* where the operation began */
};

enum {
    B0_TASK_PLACE = 16, /* bytes that b0_task_place() needs */
};

/* " at 0x08004000", `done` bytes after the task's address; "" if it has none. Returns `text`. */
const char *b0_task_place(const struct b0_task *task, uint32_t done, char text[B0_TASK_PLACE]);

enum b0_drive {
    B0_DRIVE_ON,     /* one transfer or wait is over, more follow */
    B0_DRIVE_DONE,   /* the operation succeeded */
    B0_DRIVE_FAILED, /* fail() tells why */
};

struct b0_driver {
    /* Asks the engine for its next step, carries it out and feeds the result back. */
    enum b0_drive (*step)(void *context);
    /* Fills `error` with why the engine's operation failed. Returns the error's code. */
    enum boot0_status (*fail)(void *context, const struct b0_task *task, struct boot0_error *error);
};

/* Who may stop an operation: called after every step, false stops it. `ask` NULL: nobody. */
struct b0_tick {
    bool (*ask)(void *context);
    void *context;
};

/*
 * Runs the operation that was begun on the engine. The driver's errors, or BOOT0_E_CANCELLED, after
 * which the board is where the operation was stopped.
 */
enum boot0_status b0_drive(const struct b0_driver *driver, void *context,
                           const struct b0_task *task, const struct b0_tick *tick,
                           struct boot0_error *error);

#endif
