/* SPDX-License-Identifier: MIT */
/*
 * The rows of a CSV file, each used once. FILE.used, beside it, lists those that are used, also for
 * other processes and after a crash. A row is known by the SHA-256 of its cells, so rows may be
 * added, removed and sorted.
 */
#ifndef BOOT0_CLI_GANG_ROWS_H
#define BOOT0_CLI_GANG_ROWS_H

#include "csv.h"
#include "journal.h"

struct row_digest {
    char text[65]; /* hex */
    size_t row;
};

struct rows {
    struct csv csv;
    char *used_name;
    struct journal used;
    struct row_digest *digests; /* sorted by text */
    bool *taken;                /* by row */
};

/* Loads the file and the list of used rows. BOOT0_E_DATA also if two rows are the same. */
enum boot0_status rows_open(struct rows *rows, const char *file, struct boot0_error *error);
void rows_close(struct rows *rows);

/* Takes the first row that is free. BOOT0_E_DATA: there is none. */
enum boot0_status rows_take(struct rows *rows, size_t *row, struct boot0_error *error);
/* The row is free again: the board was not touched. */
enum boot0_status rows_give_back(struct rows *rows, size_t row, struct boot0_error *error);

/* How many rows are free, as of the last read of the list. */
size_t rows_left(const struct rows *rows);

#endif
