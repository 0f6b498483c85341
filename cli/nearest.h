/* SPDX-License-Identifier: MIT */
/* "Did you mean": the name in a list that a mistyped word is nearest to. */
#ifndef BOOT0_CLI_NEAREST_H
#define BOOT0_CLI_NEAREST_H

#include <stddef.h>

struct nearest {
    const char *word;
    const char *name; /* NULL: none is near enough */
    size_t distance;
};

struct nearest nearest_start(const char *word);

/* Offers one more name; the first of those with the least distance is kept. */
void nearest_offer(struct nearest *nearest, const char *name);

#endif
