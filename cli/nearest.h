/* SPDX-License-Identifier: MIT */
/* "Did you mean": finds the name in a list that is nearest to a mistyped word. */
#ifndef BOOT0_CLI_NEAREST_H
#define BOOT0_CLI_NEAREST_H

#include <stddef.h>

struct nearest {
    const char *word;
    const char *name; /* NULL: none is near enough */
    size_t distance;
};

struct nearest nearest_start(const char *word);

/* Offers one more name; keeps the first with the least distance. */
void nearest_offer(struct nearest *nearest, const char *name);

#endif
