/* SPDX-License-Identifier: MIT */
/* Which sectors of a flash memory are used: a row for each size of sector, drawn. */
#ifndef BOOT0_CLI_MEMORY_TABLE_H
#define BOOT0_CLI_MEMORY_TABLE_H

#include <base/print/json.h>
#include <boot0/image.h>
#include <boot0/layout.h>

/*
 * What the image has is used. An image without addresses counts from the start of the flash. The
 * rows fit the terminal's width.
 */
void memory_table_print(const struct boot0_image *image, const struct boot0_layout *layout);

/* The member "flash": a list of regions, each with `address`, `sectors`, `sector_bytes`, `used`. */
void memory_table_json(struct json *json, const struct boot0_image *image,
                       const struct boot0_layout *layout);

#endif
