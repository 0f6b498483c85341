/* SPDX-License-Identifier: MIT */
/* See csv.h. The copy of the cells has room for all: a cell never grows when it loses its quotes.
 */
#include "csv.h"

#include <base/platform/file.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct reader {
    struct csv *csv;
    const char *name;
    const char *at, *end;
    char *to; /* where the next character of a cell goes */
    size_t line;
    size_t cells, room; /* pointers in csv->cells */
    size_t row_room;
    struct boot0_error *error;
};

enum ending {
    CELL_ENDS,
    ROW_ENDS,
    BROKEN, /* the error is filled */
};

static enum ending broken(struct reader *r, const char *what)
{
    boot0_fail(r->error, BOOT0_E_DATA, "%s, line %zu: %s", r->name, r->line, what);
    boot0_hint(r->error, "Separate cells by commas. Put a cell that has a comma, a quote or a line "
                         "break in double quotes, and double the quotes within it.");
    return BROKEN;
}

/* ---- room ---- */

/* Doubles the room when it is used up. NULL if out of memory: the items stay as they are. */
static void *grow(void *items, size_t used, size_t *room, size_t size)
{
    size_t more = *room ? 2 * *room : 64;
    void *grown;

    if (used < *room)
        return items;
    grown = realloc(items, more * size);
    if (grown)
        *room = more;
    return grown;
}

static bool add_cell(struct reader *r, char *cell)
{
    char **cells = grow(r->csv->cells, r->cells, &r->room, sizeof *cells);

    if (!cells)
        return false;
    r->csv->cells = cells;
    cells[r->cells++] = cell;
    return true;
}

static bool add_row(struct reader *r, size_t row, size_t line)
{
    size_t *lines = grow(r->csv->lines, row, &r->row_room, sizeof *lines);

    if (!lines)
        return false;
    r->csv->lines = lines;
    lines[row] = line;
    return true;
}

/* ---- cells ---- */

/* Takes the separator after a cell. */
static enum ending take_separator(struct reader *r)
{
    if (r->at == r->end)
        return ROW_ENDS;
    if (*r->at == ',') {
        r->at++;
        return CELL_ENDS;
    }
    if (*r->at == '\r' && r->at + 1 < r->end && r->at[1] == '\n')
        r->at++;
    if (*r->at != '\n')
        return broken(r, "text between a closing quote and the next comma");
    r->at++;
    return ROW_ENDS;
}

static enum ending take_quoted(struct reader *r)
{
    for (r->at++; r->at < r->end; r->at++) {
        if (*r->at == '"') {
            if (r->at + 1 == r->end || r->at[1] != '"') {
                r->at++;
                return take_separator(r);
            }
            r->at++;
        }
        *r->to++ = *r->at;
    }
    return broken(r, "a quote is not closed");
}

static bool ends_plain(const struct reader *r)
{
    return r->at == r->end || *r->at == ',' || *r->at == '\n' ||
           (*r->at == '\r' && r->at + 1 < r->end && r->at[1] == '\n');
}

static enum ending take_cell(struct reader *r)
{
    char *cell = r->to;
    enum ending ending;

    if (r->at < r->end && *r->at == '"') {
        ending = take_quoted(r);
    } else {
        for (; !ends_plain(r); r->at++) {
            if (*r->at == '"')
                return broken(r, "a quote in a cell that does not begin with one");
            *r->to++ = *r->at;
        }
        ending = take_separator(r);
    }
    *r->to++ = '\0';
    if (ending != BROKEN && !add_cell(r, cell)) {
        boot0_fail(r->error, BOOT0_E_MEMORY, "out of memory");
        return BROKEN;
    }
    return ending;
}

/* ---- rows ---- */

static bool skip_empty_line(struct reader *r)
{
    size_t length = r->at < r->end && *r->at == '\r' ? 1 : 0;

    if (r->at + length == r->end || r->at[length] != '\n')
        return false;
    r->at += length + 1;
    r->line++;
    return true;
}

static bool take_row(struct reader *r, size_t *count)
{
    const char *start = r->at;
    size_t before = r->cells;
    enum ending ending;

    do
        ending = take_cell(r);
    while (ending == CELL_ENDS);
    *count = r->cells - before;
    for (; ending != BROKEN && start < r->at; start++)
        r->line += *start == '\n';
    return ending != BROKEN;
}

static bool check_row(struct reader *r, size_t row, size_t line, size_t count)
{
    if (row > 0 && count != r->csv->columns) {
        boot0_fail(r->error, BOOT0_E_DATA, "%s, line %zu: %zu cells, but the first row has %zu",
                   r->name, line, count, r->csv->columns);
        boot0_hint(r->error,
                   "Each row needs as many cells as the first one, which names the columns.");
        return false;
    }
    if (row == 0 && count > CSV_COLUMNS_MAX)
        return broken(r, "more than 256 columns") != BROKEN;
    return true;
}

static bool take_rows(struct reader *r)
{
    for (size_t row = 0; r->at < r->end; row++) {
        size_t count, line;

        while (skip_empty_line(r))
            ;
        if (r->at == r->end)
            break;
        line = r->line;
        if (!take_row(r, &count) || !check_row(r, row, line, count))
            return false;
        if (!add_row(r, row, line)) {
            boot0_fail(r->error, BOOT0_E_MEMORY, "out of memory");
            return false;
        }
        if (row == 0)
            r->csv->columns = count;
        else
            r->csv->rows = row;
    }
    return true;
}

static bool check_header(struct reader *r)
{
    const struct csv *csv = r->csv;

    r->line = 1;
    if (csv->columns == 0)
        return broken(r, "the file is empty") != BROKEN;
    for (size_t i = 0; i < csv->columns; i++)
        for (size_t j = 0; j < i; j++)
            if (strcmp(csv->cells[i], csv->cells[j]) == 0)
                return broken(r, "two columns have the same name") != BROKEN;
    return true;
}

enum boot0_status csv_parse(struct csv *csv, const char *text, size_t size, const char *name,
                            struct boot0_error *error)
{
    static const char mark[] = "\xef\xbb\xbf"; /* UTF-8's byte order mark, as Excel writes it */
    struct reader r = {
        .csv = csv, .name = name, .at = text, .end = text + size, .line = 1, .error = error};
    bool good;

    memset(csv, 0, sizeof *csv);
    csv->text = malloc(size + 1); /* a cell's NUL stands where its separator was */
    if (!csv->text)
        return boot0_fail(error, BOOT0_E_MEMORY, "out of memory");
    r.to = csv->text;
    if (size >= 3 && memcmp(text, mark, 3) == 0)
        r.at += 3;
    if (memchr(text, '\0', size))
        good = broken(&r, "the file is not text: it has a byte of zero") != BROKEN;
    else
        good = take_rows(&r) && check_header(&r);
    if (good)
        return BOOT0_OK;
    csv_free(csv);
    return error->code;
}

static enum boot0_status read_file(const char *name, char *text, size_t *size,
                                   struct boot0_error *error)
{
    FILE *file = b0_file_open(name, "rb");

    if (!file) {
        boot0_fail(error, BOOT0_E_NO_INPUT, "%s: %s", name, strerror(errno));
        return boot0_hint(error, "--csv takes a table with a row for each board, as spreadsheets "
                                 "save it: columns separated by commas.");
    }
    *size = fread(text, 1, CSV_FILE_MAX + 1, file);
    if (ferror(file))
        boot0_fail(error, BOOT0_E_NO_INPUT, "%s: %s", name, strerror(errno));
    else if (*size > CSV_FILE_MAX)
        boot0_fail(error, BOOT0_E_DATA, "%s is larger than 64 MiB", name);
    else
        error->code = BOOT0_OK;
    fclose(file);
    return error->code;
}

enum boot0_status csv_load(struct csv *csv, const char *file, struct boot0_error *error)
{
    char *text = malloc(CSV_FILE_MAX + 1);
    enum boot0_status status;
    size_t size = 0;

    memset(csv, 0, sizeof *csv);
    if (!text)
        return boot0_fail(error, BOOT0_E_MEMORY, "out of memory");
    status = read_file(file, text, &size, error);
    if (status == BOOT0_OK)
        status = csv_parse(csv, text, size, file, error);
    free(text);
    return status;
}

void csv_free(struct csv *csv)
{
    free(csv->text);
    free(csv->cells);
    free(csv->lines);
    memset(csv, 0, sizeof *csv);
}

size_t csv_column(const struct csv *csv, const char *name)
{
    size_t i = 0;

    while (i < csv->columns && strcmp(csv->cells[i], name) != 0)
        i++;
    return i;
}

const char *csv_cell(const struct csv *csv, size_t row, size_t column)
{
    return csv->cells[(row + 1) * csv->columns + column];
}

size_t csv_line(const struct csv *csv, size_t row)
{
    return csv->lines[row + 1];
}
