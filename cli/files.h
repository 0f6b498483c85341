/* SPDX-License-Identifier: MIT */
/* Files of the command line, of which "-" is standard input or standard output. */
#ifndef BOOT0_CLI_FILES_H
#define BOOT0_CLI_FILES_H

#include <boot0/boot0.h>
#include <stdio.h>

/* Whether a file's name stands for standard input or output. */
bool file_is_standard(const char *name);

/*
 * Reads a stream to its end. On success *data is the caller's: free(). BOOT0_E_DATA (more than an
 * image may have), BOOT0_E_IO; `name` is for the error.
 */
enum boot0_status file_read_stream(FILE *stream, const char *name, uint8_t **data, size_t *size,
                                   struct boot0_error *error);

/*
 * boot0_image_load(), which also takes "-". Standard input can be read once, and not from a
 * terminal: BOOT0_E_USAGE.
 */
enum boot0_status file_load(struct boot0_image **image, const char *name,
                            struct boot0_error *error);

/*
 * Before the contents of a file go to standard output: BOOT0_E_USAGE if that is a terminal, or if
 * --json would put its result there too.
 */
enum boot0_status file_check_stdout(bool json, const char *command, struct boot0_error *error);

/* boot0_image_save(), which also takes "-"; that needs a format in the options. */
enum boot0_status file_save(const struct boot0_image *image, const char *name,
                            const struct boot0_image_options *options, struct boot0_error *error);

/*
 * Whether a file can be created, or replaced, under that name: BOOT0_E_NO_OUTPUT if not. Nothing is
 * left behind.
 */
enum boot0_status file_check_creatable(const char *name, struct boot0_error *error);

#endif
