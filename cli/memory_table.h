/* SPDX-License-Identifier: MIT */
/* Draws which sectors of a flash memory are used: a row per sector size. */
#ifndef BOOT0_CLI_MEMORY_TABLE_H
#define BOOT0_CLI_MEMORY_TABLE_H

#include <base/print/json.h>
#include <boot0/image.h>
#include <boot0/layout.h>

/*
 * Bytes of the image are used. An image without addresses starts at the start of the flash. Rows
 * fit the terminal's width.
 */
void memory_table_print(const struct boot0_image *image, const struct boot0_layout *layout);

/* Adds "flash": a list of regions, each with `address`, `sectors`, `sector_bytes`, `used`. */
void memory_table_json(struct json *json, const struct boot0_image *image,
                       const struct boot0_layout *layout);

#endif
