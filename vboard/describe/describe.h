/* SPDX-License-Identifier: MIT */
/*
 * Descriptions of boards: text files with the contents of a row of rom/models.c and one of
 * chip/parts.c, so that a board becomes a virtual one without C. docs/reference/board-files.md has
 * the format.
 */
#ifndef VBOARD_DESCRIBE_H
#define VBOARD_DESCRIBE_H

#include "../rom/models.h"

#include <stdio.h>

struct vboard_description;

enum {
    VBOARD_DESCRIPTION_FILE_MAX = 65536, /* bytes of a file */
};

/*
 * Reads a description from `size` bytes of text, which errors call `file`. NULL on failure with the
 * error filled: BOOT0_E_DATA, with file, line and what was expected there; BOOT0_E_MEMORY. The
 * caller owns the result: vboard_description_free().
 */
struct vboard_description *vboard_description_read(const char *text, size_t size, const char *file,
                                                   struct boot0_error *error);

/* The same from a file; also BOOT0_E_NO_INPUT. */
struct vboard_description *vboard_description_load(const char *file, struct boot0_error *error);

/* Accepts NULL. */
void vboard_description_free(struct vboard_description *description);

/* The described board. The description owns it and everything that it points to. */
const struct vboard_rom *vboard_description_rom(const struct vboard_description *description);

/* Writes a description from which vboard_description_read() makes the same board. */
void vboard_description_write(const struct vboard_rom *rom, FILE *file);

/* Writes all sections and keys with their meaning, as the tables of docs/reference/board-files.md.
 */
void vboard_description_write_keys(FILE *file);

#endif
