/* SPDX-License-Identifier: MIT */
/* Many boards at once: what their threads share, and the work of one of them. */
#ifndef BOOT0_CLI_GANG_GANG_H
#define BOOT0_CLI_GANG_GANG_H

#include "../command.h"
#include "patch.h"
#include "record.h"
#include "rows.h"

#include <base/platform/thread.h>

enum {
    GANG_PATH = BOOT0_PATH_MAX + 8,
    GANG_LINE = 200,
};

enum worker_state {
    WORKER_WORKS,
    WORKER_ENDED, /* its thread can be joined */
};

/* One attempt at one board. What is below the lock is its gang's lock's. */
struct worker {
    struct gang *gang;
    struct b0_thread thread;
    const char *virtual_board; /* NULL: a board of the machine's */
    struct boot0_candidate candidate;
    char path[GANG_PATH];
    bool joined; /* the main thread's */

    enum worker_state state;
    struct boot0_progress progress;
    bool has_progress;
    char serial[BOOT0_TEXT_MAX];
    const struct boot0_chip *chips[BOOT0_CHIPS_MAX]; /* that it can be */
    size_t chip_count;
    struct boot0_error result;
    struct boot0_report report;
    char digest[65];
    size_t csv_line;
    bool shown; /* its result */
};

struct gang {
    const struct arguments *arguments;
    const struct boot0_image *image;
    struct patch patches[PATCHES_MAX];
    bool has_csv;
    struct rows rows;
    struct record record;
    struct b0_mutex lock;
    struct b0_condition ended; /* a thread has; under the lock */

    /* the main thread's */
    struct worker **workers;
    size_t count, room;
    bool smart;   /* stderr is a terminal that can redraw */
    size_t drawn; /* lines of it that are under way */
    bool told_stop;
    const struct worker *hinted; /* whose hint was printed last */
};

/* A thread's function; its context is a struct worker. */
void worker_run(void *context);

/* ---- show.c: only the main thread ---- */

/* What is new: results, and on a terminal a line for each board at work. */
void show_update(struct gang *gang, bool stopping);
/* Takes the lines of the boards at work away, before something else is printed. */
void show_clear(struct gang *gang);
/* "1-2.3     Writing    45%"; exposed for the tests. */
void show_line(const struct worker *worker, int width, char line[GANG_LINE]);

#endif
