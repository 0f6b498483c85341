/* SPDX-License-Identifier: MIT */
/* The edit distance between words, for suggestions. */
#include "nearest.h"

#include <stdint.h>
#include <string.h>

enum {
    LONGEST = 32,
    FAR = 4, /* edits; names this far away were not meant */
};

static size_t smallest(size_t a, size_t b, size_t c)
{
    size_t ab = a < b ? a : b;

    return ab < c ? ab : c;
}

/* Levenshtein's distance; keeps one row of the table. */
static size_t distance(const char *a, const char *b)
{
    size_t row[LONGEST + 1];
    size_t a_length = strlen(a), b_length = strlen(b);

    if (a_length > LONGEST || b_length > LONGEST)
        return SIZE_MAX;
    for (size_t j = 0; j <= b_length; j++)
        row[j] = j;
    for (size_t i = 1; i <= a_length; i++) {
        size_t diagonal = row[0];

        row[0] = i;
        for (size_t j = 1; j <= b_length; j++) {
            size_t above = row[j];

            row[j] = smallest(above + 1, row[j - 1] + 1, diagonal + (a[i - 1] != b[j - 1]));
            diagonal = above;
        }
    }
    return row[b_length];
}

struct nearest nearest_start(const char *word)
{
    return (struct nearest){word, NULL, FAR};
}

void nearest_offer(struct nearest *nearest, const char *name)
{
    size_t edits = distance(nearest->word, name);

    /* Edits of half its letters turn any word into any other. */
    if (edits < nearest->distance && 2 * edits <= strlen(name)) {
        nearest->distance = edits;
        nearest->name = name;
    }
}
