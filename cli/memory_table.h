/* SPDX-License-Identifier: MIT */
/* Which sectors of a chip's flash a file uses: a row for each size of sector, drawn. */
#ifndef BOOT0_CLI_MEMORY_TABLE_H
#define BOOT0_CLI_MEMORY_TABLE_H

#include <base/print/json.h>
#include <boot0/chip.h>
#include <boot0/image.h>

/* A file without addresses counts from the start of the flash. */
void memory_table_print(const struct boot0_image *image, const struct boot0_chip *chip);

/* The member "flash": a list of regions, each with `address`, `sectors`, `sector_bytes`, `used`. */
void memory_table_json(struct json *json, const struct boot0_image *image,
                       const struct boot0_chip *chip);

#endif
