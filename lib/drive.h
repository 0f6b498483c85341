/* SPDX-License-Identifier: MIT */
/*
 * The loop of every protocol: drives a stepped engine (core/engine.h, core/an3155.h) until its
 * operation ends, and asks between steps whether to stop. The engine returns the next step; its
 * driver performs it and feeds the result back.
 */
#ifndef B0_LIB_DRIVE_H
#define B0_LIB_DRIVE_H

#include <boot0/error.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The task of a b0_drive() call, for messages: "writing", and where. */
struct b0_task {
    const char *doing;
    bool has_address;
    uint32_t address; /* start of the operation */
};

enum {
    B0_TASK_PLACE = 16, /* bytes that b0_task_place() needs */
};

/* Returns `text`: " at 0x08004000", `done` bytes after the task's address; "" if it has none. */
const char *b0_task_place(const struct b0_task *task, uint32_t done, char text[B0_TASK_PLACE]);

enum b0_drive {
    B0_DRIVE_ON,     /* one transfer or wait is done, more follow */
    B0_DRIVE_DONE,   /* the operation succeeded */
    B0_DRIVE_FAILED, /* fail() gives the reason */
};

struct b0_driver {
    /* Takes the engine's next step, performs it and feeds the result back. */
    enum b0_drive (*step)(void *context);
    /* Fills `error` with the reason of the failure. Returns the error's code. */
    enum boot0_status (*fail)(void *context, const struct b0_task *task, struct boot0_error *error);
};

/* Lets a caller stop an operation: called after every step, false stops it. `ask` may be NULL. */
struct b0_tick {
    bool (*ask)(void *context);
    void *context;
};

/*
 * Runs the operation that was begun on the engine. Returns the driver's errors, or
 * BOOT0_E_CANCELLED, which leaves the board where the operation was stopped.
 */
enum boot0_status b0_drive(const struct b0_driver *driver, void *context,
                           const struct b0_task *task, const struct b0_tick *tick,
                           struct boot0_error *error);

#endif
