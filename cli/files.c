/* SPDX-License-Identifier: MIT */
/* See files.h. */
#include "files.h"

#include <base/platform/file.h>
#include <base/platform/terminal.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
    CHUNK = 1 << 16,
};

bool file_is_standard(const char *name)
{
    return strcmp(name, "-") == 0;
}

/* ---- reading ---- */

enum boot0_status file_read_stream(FILE *stream, const char *name, uint8_t **data, size_t *size,
                                   struct boot0_error *error)
{
    enum boot0_status status = BOOT0_OK;
    size_t got = CHUNK;

    *data = NULL;
    *size = 0;
    while (got == CHUNK && status == BOOT0_OK) {
        uint8_t *larger = *size > BOOT0_IMAGE_FILE_MAX ? NULL : realloc(*data, *size + CHUNK);

        if (!larger) {
            status = boot0_fail(error, BOOT0_E_DATA, "%s is too large", name);
            break;
        }
        *data = larger;
        got = fread(*data + *size, 1, CHUNK, stream);
        *size += got;
    }
    if (status == BOOT0_OK && ferror(stream))
        status = boot0_fail(error, BOOT0_E_IO, "%s cannot be read: %s", name, strerror(errno));
    if (status != BOOT0_OK) {
        free(*data);
        *data = NULL;
    }
    return status;
}

static enum boot0_status check_stdin(struct boot0_error *error)
{
    if (feof(stdin)) {
        boot0_fail(error, BOOT0_E_USAGE, "standard input can be read only once");
        return boot0_hint(error, "Pass \"-\" for one file, and name the others.");
    }
    if (!b0_is_terminal(stdin))
        return BOOT0_OK;
    boot0_fail(error, BOOT0_E_USAGE, "standard input is a terminal, but a file is expected there");
    return boot0_hint(error, "Redirect it: boot0 flash - < firmware.hex");
}

static enum boot0_status load_stdin(struct boot0_image **image, struct boot0_error *error)
{
    enum boot0_status status = check_stdin(error);
    uint8_t *data = NULL;
    size_t size = 0;

    if (status == BOOT0_OK)
        status = file_read_stream(stdin, "standard input", &data, &size, error);
    if (status == BOOT0_OK)
        status = boot0_image_parse(image, data, size, "standard input", NULL, error);
    free(data);
    return status;
}

enum boot0_status file_load(struct boot0_image **image, const char *name, struct boot0_error *error)
{
    *image = NULL;
    return file_is_standard(name) ? load_stdin(image, error)
                                  : boot0_image_load(image, name, NULL, error);
}

/* ---- writing ---- */

enum boot0_status file_check_stdout(bool json, const char *command, struct boot0_error *error)
{
    if (json) {
        boot0_fail(error, BOOT0_E_USAGE,
                   "--json and the contents cannot both go to standard output");
        return boot0_hint(error, "Name a file, or omit --json.");
    }
    if (!b0_is_terminal(stdout))
        return BOOT0_OK;
    boot0_fail(error, BOOT0_E_USAGE,
               "standard output is a terminal, but the contents are not text");
    return boot0_hint(error, "Redirect it to a file or a pipe: boot0 %s - | hexdump -C", command);
}

static enum boot0_status save_stdout(const struct boot0_image *image,
                                     const struct boot0_image_options *options,
                                     struct boot0_error *error)
{
    uint8_t *data;
    size_t size;
    enum boot0_status status = boot0_image_format(image, options, &data, &size, error);

    if (status != BOOT0_OK)
        return status;
    if (fwrite(data, 1, size, stdout) != size) {
        boot0_fail(error, BOOT0_E_NO_OUTPUT, "standard output: %s", strerror(errno));
        status = boot0_hint(error, "Check that the disk is not full and that the reader of the "
                                   "pipe is still running. The contents are incomplete.");
    }
    free(data);
    return status;
}

enum boot0_status file_save(const struct boot0_image *image, const char *name,
                            const struct boot0_image_options *options, struct boot0_error *error)
{
    return file_is_standard(name) ? save_stdout(image, options, error)
                                  : boot0_image_save(image, name, options, error);
}

/* Creates a file beside it, as boot0_image_save() will. */
enum boot0_status file_check_creatable(const char *name, struct boot0_error *error)
{
    int failure = b0_file_creatable(name);

    if (failure == 0)
        return BOOT0_OK;
    boot0_fail(error, BOOT0_E_NO_OUTPUT, "%s: cannot be created: %s", name, strerror(failure));
    return boot0_hint(error, "Choose a directory that exists and that you can write to. Nothing "
                             "was read.");
}
