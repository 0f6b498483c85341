/* SPDX-License-Identifier: MIT */
/* Files on the command line; "-" is standard input or standard output. */
#ifndef BOOT0_CLI_FILES_H
#define BOOT0_CLI_FILES_H

#include <boot0/boot0.h>
#include <stdio.h>

/* Whether a file's name means standard input or output. */
bool file_is_standard(const char *name);

/*
 * Reads a stream to its end. On success the caller frees *data: free(). BOOT0_E_DATA (larger than
 * an image may be), BOOT0_E_IO; `name` is for the error.
 */
enum boot0_status file_read_stream(FILE *stream, const char *name, uint8_t **data, size_t *size,
                                   struct boot0_error *error);

/*
 * boot0_image_load() that also takes "-". Standard input can be read only once, and not from a
 * terminal: BOOT0_E_USAGE.
 */
enum boot0_status file_load(struct boot0_image **image, const char *name,
                            struct boot0_error *error);

/*
 * Checks standard output before a file's contents go there. BOOT0_E_USAGE: it is a terminal, or
 * --json would put its result there too.
 */
enum boot0_status file_check_stdout(bool json, const char *command, struct boot0_error *error);

/* boot0_image_save() that also takes "-", which requires a format in the options. */
enum boot0_status file_save(const struct boot0_image *image, const char *name,
                            const struct boot0_image_options *options, struct boot0_error *error);

/*
 * Checks that a file can be created or replaced under that name: BOOT0_E_NO_OUTPUT if not. Leaves
 * nothing behind.
 */
enum boot0_status file_check_creatable(const char *name, struct boot0_error *error);

#endif
