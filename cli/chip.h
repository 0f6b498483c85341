/* SPDX-License-Identifier: MIT */
/* Which chip a board has, in JSON: several chips can look alike from outside. */
#ifndef BOOT0_CLI_CHIP_H
#define BOOT0_CLI_CHIP_H

#include <base/print/json.h>
#include <boot0/chip.h>

/* A list of keys. */
void json_chip_list(struct json *json, const char *name, const struct boot0_chip *const *chips,
                    size_t count);

/* "chip": the key if there is just one, else null; and "candidates": all of them. */
void json_chip(struct json *json, const struct boot0_chip *const *chips, size_t count);

#endif
