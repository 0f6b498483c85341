/* SPDX-License-Identifier: MIT */
/*
 * The record: a JSON line when a board is begun and one when it is done, each on the disk before
 * the work goes on. The next start names boards that have a begin without a done.
 */
#ifndef BOOT0_CLI_GANG_RECORD_H
#define BOOT0_CLI_GANG_RECORD_H

#include "journal.h"
#include "values.h"

#include <boot0/session.h>

enum {
    RECORD_ID = 64,
};

struct record {
    struct journal journal; /* fd -1: there is no record */
    char run[RECORD_ID - 24];
    unsigned count;
};

/*
 * Calls `lost` for each board that an earlier run has begun and not finished, and appends that this
 * was done. Not while another run uses the same file.
 */
enum boot0_status record_open(struct record *record, const char *name,
                              void (*lost)(const char *line), struct boot0_error *error);
void record_close(struct record *record);

/* One board of the record. */
struct record_board {
    char id[RECORD_ID]; /* filled by record_begin() */
    const struct boot0_board *board;
    const char *path;
    const char *digest; /* of the image with its patches, hex */
    size_t csv_line;    /* 0: none */
    const struct values *values;
    bool has_report; /* --done was run */
    bool reported;   /* and took it */
};

enum boot0_status record_begin(struct record *record, struct record_board *board,
                               struct boot0_error *error);
/* `result` has code BOOT0_OK if all went well. */
enum boot0_status record_done(struct record *record, const struct record_board *board,
                              const struct boot0_report *report, const struct boot0_error *result,
                              struct boot0_error *error);

/* Begins without a done in such a file, for record_open(); exposed for the tests. */
struct record_open_lines {
    char **lines;
    size_t count, room;
};
bool record_learn(void *open_lines, const char *line);
void record_forget(struct record_open_lines *open_lines);

#endif
