/* SPDX-License-Identifier: MIT */
/* A board's chip in JSON. Several chips can look alike from outside. */
#ifndef BOOT0_CLI_CHIP_H
#define BOOT0_CLI_CHIP_H

#include <base/print/json.h>
#include <boot0/chip.h>

/* Adds a list of keys. */
void json_chip_list(struct json *json, const char *name, const struct boot0_chip *const *chips,
                    size_t count);

/* Adds "chip": the key if exactly one chip fits, else null; and "candidates": all keys. */
void json_chip(struct json *json, const struct boot0_chip *const *chips, size_t count);

#endif
