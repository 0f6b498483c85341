/* SPDX-License-Identifier: MIT */
/* A table from a CSV file (RFC 4180): the first row has the names of the columns. */
#ifndef BOOT0_CLI_GANG_CSV_H
#define BOOT0_CLI_GANG_CSV_H

#include <boot0/error.h>
#include <stddef.h>

enum {
    CSV_FILE_MAX = 64 << 20, /* larger files are refused, bytes */
    CSV_COLUMNS_MAX = 256,
};

struct csv {
    char *text;    /* all cells, each with a NUL */
    char **cells;  /* row by row, the header first; NULL: none yet */
    size_t *lines; /* the line that each row begins at, from 1 */
    size_t columns;
    size_t rows; /* without the header */
};

/*
 * Accepts LF, CRLF and a byte order mark, and skips empty lines. BOOT0_E_DATA: a row is not as long
 * as the header, a quote is not closed, there is a NUL, two columns have the same name; the message
 * has the line. On success csv_free() must follow.
 */
enum boot0_status csv_parse(struct csv *csv, const char *text, size_t size, const char *name,
                            struct boot0_error *error);
enum boot0_status csv_load(struct csv *csv, const char *file, struct boot0_error *error);
void csv_free(struct csv *csv);

/* The index of a column by its name; csv->columns if there is none. */
size_t csv_column(const struct csv *csv, const char *name);

/* Never NULL; `row` counts from 0, without the header. */
const char *csv_cell(const struct csv *csv, size_t row, size_t column);

/* The line that a row begins at. */
size_t csv_line(const struct csv *csv, size_t row);

#endif
