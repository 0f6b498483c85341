/* SPDX-License-Identifier: MIT */
/* Many boards at once: what their threads share, and the work on one of them. */
#ifndef BOOT0_CLI_GANG_GANG_H
#define BOOT0_CLI_GANG_GANG_H

#include "../command.h"
#include "each.h"
#include "patch.h"
#include "record.h"
#include "rows.h"

#include <base/platform/thread.h>

enum {
    GANG_PATH = BOOT0_PATH_MAX + 8,
    GANG_LINE = 256,
};

/* What a worker does; WORKER_FLASHING has phases of its own. */
enum worker_stage {
    WORKER_OPENING,
    WORKER_ASKING, /* --each runs */
    WORKER_FLASHING,
    WORKER_REPORTING, /* the label is printed, --done runs */
    WORKER_ENDED,     /* its thread can be joined */
    WORKER_STAGE_COUNT
};

/* One attempt to flash one board. Members below the lock are protected by the gang's lock. */
struct worker {
    struct gang *gang;
    struct b0_thread thread;
    const char *virtual_board; /* NULL: a board of the machine */
    struct boot0_candidate candidate;
    char path[GANG_PATH];
    bool joined; /* the main thread's */
    bool shown;  /* its result was printed; the main thread's */
    bool gone;   /* it has left the table on the terminal; the main thread's */

    enum worker_stage stage;
    struct boot0_progress progress;
    bool has_progress;
    char serial[BOOT0_TEXT_MAX];
    const struct boot0_chip *chips[BOOT0_CHIPS_MAX]; /* that fit the board */
    size_t chip_count;
    struct boot0_error result;
    struct boot0_report report;
    char digest[65];
    size_t csv_line;
    struct values values;
    char *label; /* NULL: none was printed */
    char note[EACH_NOTE];
};

struct gang {
    const struct arguments *arguments;
    const struct boot0_image *image;
    struct patch patches[PATCHES_MAX];
    bool has_csv;
    struct rows rows;
    struct record record;
    struct b0_mutex lock;
    struct b0_condition ended;  /* a thread has; with the lock */
    struct b0_mutex label_lock; /* one label at a time goes to the printer */

    /* the main thread's */
    struct worker **workers;
    size_t count, room;
    bool smart;   /* stderr is a terminal that can redraw */
    size_t drawn; /* lines of the table that are on it */
    bool told_stop;
    const struct worker *hinted; /* whose hint was printed last */
};

/* A thread's function; its context is a struct worker. */
void worker_run(void *context);

/* ---- show.c: only the main thread ---- */

/* Prints new results, and redraws the table on a terminal. */
void show_update(struct gang *gang, bool stopping);
/* Removes the table from the terminal, and prints the results that it held. */
void show_end(struct gang *gang);
/* The board was unplugged: its row leaves the table. */
void show_forget(struct gang *gang, const char *path);

/* ---- table.c ---- */

/* One row of the table, for a terminal of so many columns; exposed for the tests. */
void table_row(const struct worker *worker, int width, char line[GANG_LINE]);
/* How many rows the terminal has room for. */
size_t table_room(void);
/* Draws the table over the one before: as many rows as the terminal has room for. */
void table_draw(struct gang *gang);
/* Removes it, before something else is printed. */
void table_clear(struct gang *gang);
/* "1-2" before "1-10". */
int table_order(const char *path, const char *other);

#endif
