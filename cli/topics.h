/* SPDX-License-Identifier: MIT */
/* `boot0 help TOPIC`: subjects beyond a single command. */
#ifndef BOOT0_CLI_TOPICS_H
#define BOOT0_CLI_TOPICS_H

#include "nearest.h"

#include <stdbool.h>
#include <stdio.h>

/* Prints a line for each topic. */
void topics_list(FILE *file);
/* False: no such topic. */
bool topics_print(const char *name);
void topics_offer(struct nearest *nearest);

#endif
