/* SPDX-License-Identifier: MIT */
/* See rows.h. Lines of the used file: {"row":"DIGEST","event":"take",…}, or "free". */
#include "rows.h"

#include "../text.h"
#include "clock.h"

#include <base/print/json.h>
#include <core/sha256.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    DIGEST_LENGTH = 2 * B0_SHA256_SIZE,
};

static const char line_start[] = "{\"row\":\"";
static const char line_take[] = "\",\"event\":\"take\",";
static const char line_free[] = "\",\"event\":\"free\",";

/* Each cell with its NUL, so that "ab","c" is not "a","bc". */
static void write_digest(const struct csv *csv, size_t row, struct row_digest *digest)
{
    struct b0_sha256 sha;
    uint8_t bytes[B0_SHA256_SIZE];

    b0_sha256_begin(&sha);
    for (size_t i = 0; i < csv->columns; i++) {
        const char *cell = csv_cell(csv, row, i);

        b0_sha256_add(&sha, (const uint8_t *)cell, strlen(cell) + 1);
    }
    b0_sha256_end(&sha, bytes);
    text_hex(digest->text, bytes, sizeof bytes);
    digest->row = row;
}

/* Compares the hex digits at `key`; more may follow them. */
static int by_text(const void *key, const void *digest)
{
    return memcmp(key, ((const struct row_digest *)digest)->text, DIGEST_LENGTH);
}

static int by_digest(const void *a, const void *b)
{
    return by_text(((const struct row_digest *)a)->text, b);
}

static enum boot0_status digest_rows(struct rows *rows, struct boot0_error *error)
{
    const struct csv *csv = &rows->csv;

    rows->digests = calloc(csv->rows + 1, sizeof *rows->digests);
    rows->taken = calloc(csv->rows + 1, sizeof *rows->taken);
    if (!rows->digests || !rows->taken)
        return boot0_fail(error, BOOT0_E_MEMORY, "out of memory");
    for (size_t i = 0; i < csv->rows; i++)
        write_digest(csv, i, &rows->digests[i]);
    qsort(rows->digests, csv->rows, sizeof *rows->digests, by_digest);
    for (size_t i = 1; i < csv->rows; i++) {
        const struct row_digest *one = &rows->digests[i - 1], *other = &rows->digests[i];

        if (by_digest(one, other) != 0)
            continue;
        boot0_fail(error, BOOT0_E_DATA, "lines %zu and %zu of the CSV file are the same",
                   csv_line(csv, one->row < other->row ? one->row : other->row),
                   csv_line(csv, one->row < other->row ? other->row : one->row));
        return boot0_hint(error, "Each row is for one board. Remove one of them, or number the "
                                 "rows in a column of their own.");
    }
    return BOOT0_OK;
}

/* One line of the used file. Other lines, and those that a crash has cut, are ignored. */
static bool learn(void *context, const char *text)
{
    struct rows *rows = context;
    size_t start = sizeof line_start - 1, length = strlen(text);
    const struct row_digest *found;
    const char *event;

    if (length < start + DIGEST_LENGTH + sizeof line_take || text[length - 1] != '}' ||
        memcmp(text, line_start, start) != 0)
        return true;
    event = text + start + DIGEST_LENGTH;
    found = rows->csv.rows > 0 ? bsearch(text + start, rows->digests, rows->csv.rows,
                                         sizeof *rows->digests, by_text)
                               : NULL;
    if (found && strncmp(event, line_take, sizeof line_take - 1) == 0)
        rows->taken[found->row] = true;
    else if (found && strncmp(event, line_free, sizeof line_free - 1) == 0)
        rows->taken[found->row] = false;
    return true;
}

enum boot0_status rows_open(struct rows *rows, const char *file, struct boot0_error *error)
{
    size_t size = strlen(file) + sizeof ".used";
    enum boot0_status status;

    memset(rows, 0, sizeof *rows);
    rows->used.fd = -1;
    status = csv_load(&rows->csv, file, error);
    if (status == BOOT0_OK)
        status = digest_rows(rows, error);
    if (status != BOOT0_OK)
        return status;
    rows->used_name = malloc(size);
    if (!rows->used_name)
        return boot0_fail(error, BOOT0_E_MEMORY, "out of memory");
    snprintf(rows->used_name, size, "%s.used", file);
    status = journal_open(&rows->used, rows->used_name, error);
    if (status == BOOT0_OK)
        status = journal_read(&rows->used, learn, rows, error);
    return status;
}

void rows_close(struct rows *rows)
{
    journal_close(&rows->used);
    csv_free(&rows->csv);
    free(rows->used_name);
    free(rows->digests);
    free(rows->taken);
    memset(rows, 0, sizeof *rows);
    rows->used.fd = -1;
}

static enum boot0_status append(struct rows *rows, size_t row, const char *event,
                                struct boot0_error *error)
{
    char line[256], now[CLOCK_TEXT];
    struct row_digest digest;

    write_digest(&rows->csv, row, &digest);
    snprintf(line, sizeof line, "%s%s%s\"line\":%zu,\"time\":\"%s\"}", line_start, digest.text,
             event, csv_line(&rows->csv, row), clock_text(now));
    return journal_append(&rows->used, line, error);
}

static enum boot0_status fail_used_up(const struct rows *rows, struct boot0_error *error)
{
    boot0_fail(error, BOOT0_E_DATA, "all %zu rows of the CSV file are used", rows->csv.rows);
    return boot0_hint(error,
                      "Add rows for more boards. %s lists the used ones; without that file all "
                      "are free.",
                      rows->used_name);
}

enum boot0_status rows_take(struct rows *rows, size_t *row, struct boot0_error *error)
{
    struct boot0_error ignored;
    enum boot0_status status = journal_lock(&rows->used, JOURNAL_EXCLUSIVE, error);

    if (status != BOOT0_OK)
        return status;
    status = journal_read(&rows->used, learn, rows, error);
    for (*row = 0; *row < rows->csv.rows && rows->taken[*row];)
        ++*row;
    if (status == BOOT0_OK && *row == rows->csv.rows)
        status = fail_used_up(rows, error);
    if (status == BOOT0_OK)
        status = append(rows, *row, line_take, error);
    if (status == BOOT0_OK)
        rows->taken[*row] = true;
    (void)journal_lock(&rows->used, JOURNAL_UNLOCK, &ignored);
    return status;
}

enum boot0_status rows_give_back(struct rows *rows, size_t row, struct boot0_error *error)
{
    struct boot0_error ignored;
    enum boot0_status status = journal_lock(&rows->used, JOURNAL_EXCLUSIVE, error);

    if (status != BOOT0_OK)
        return status;
    /* The row is free when the file is read next. */
    status = append(rows, row, line_free, error);
    (void)journal_lock(&rows->used, JOURNAL_UNLOCK, &ignored);
    return status;
}

size_t rows_left(const struct rows *rows)
{
    size_t left = 0;

    for (size_t i = 0; i < rows->csv.rows; i++)
        left += !rows->taken[i];
    return left;
}
