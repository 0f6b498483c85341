/* SPDX-License-Identifier: MIT */
/* `boot0 help TOPIC`: what is about no single command. */
#ifndef BOOT0_CLI_TOPICS_H
#define BOOT0_CLI_TOPICS_H

#include "nearest.h"

#include <stdbool.h>
#include <stdio.h>

/* A line for each. */
void topics_list(FILE *file);
/* False: there is no such topic. */
bool topics_print(const char *name);
void topics_offer(struct nearest *nearest);

#endif
