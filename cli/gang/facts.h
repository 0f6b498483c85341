/* SPDX-License-Identifier: MIT */
/* What is known of one board by name, and texts with such names in braces: "N {number} {serial}".
 */
#ifndef BOOT0_CLI_GANG_FACTS_H
#define BOOT0_CLI_GANG_FACTS_H

#include "csv.h"
#include "values.h"

enum fact { FACT_SERIAL, FACT_CHIP, FACT_PATH, FACT_FILE, FACT_DATE, FACT_COUNT };

struct facts {
    const char *own[FACT_COUNT];
    const struct csv *csv; /* NULL: there is no table */
    size_t row;
    const struct values *values; /* NULL: no command gives any */
};

/* Whether boot0 itself knows what has that name: "serial". */
bool facts_is_own(const char *name);

/* The index of a column; csv->columns if there is none of that name, or boot0 itself knows it. */
size_t facts_column(const struct csv *csv, const char *name, size_t length);

/* NULL: nothing has that name. */
const char *facts_find(const struct facts *facts, const char *name, size_t length);

/* Whether that value must go to the board only. */
bool facts_is_secret(const struct facts *facts, const char *name, size_t length);

/* The part of a text that comes next. A name stands in braces; "{{" and "}}" are a brace each. */
struct facts_part {
    const char *text;
    size_t length;
    bool is_name;
};

/* False at the end of the text, and at a brace that is alone: *at stands there then. */
bool facts_next_part(const char **at, struct facts_part *part);

/* Whether there is a name, or a doubled brace, in the text. */
bool facts_has_parts(const char *text);

/* BOOT0_E_USAGE: a brace is alone, or a name is empty. `option` is for the error: "--label". */
enum boot0_status facts_check(const char *text, const char *option, struct boot0_error *error);

/*
 * The text with values in place of names, and a NUL. BOOT0_E_DATA: there is no value of a name, or
 * no room. The text has passed facts_check().
 */
enum boot0_status facts_fill(const struct facts *facts, const char *text, char *filled, size_t room,
                             struct boot0_error *error);

/*
 * Before there is a board: BOOT0_E_USAGE if nothing can give one of the names. With `any`, a
 * command gives names that are not known yet.
 */
enum boot0_status facts_check_names(const char *text, const struct csv *csv, bool any,
                                    const char *option, struct boot0_error *error);

#endif
