/* SPDX-License-Identifier: MIT */
/* Images in files: reading with a size limit, formats by file name, saving. */

#include "formats.h"
#include <base/platform/file.h>
#include <base/platform/replace.h>
#include <core/array.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Formats by the ending of the file name. */
static const struct {
    const char *ending;
    enum boot0_format format;
} endings[] = {
    {".bin", BOOT0_FORMAT_BINARY}, {".hex", BOOT0_FORMAT_IHEX}, {".ihex", BOOT0_FORMAT_IHEX},
    {".ihx", BOOT0_FORMAT_IHEX},   {".mcs", BOOT0_FORMAT_IHEX}, {".srec", BOOT0_FORMAT_SREC},
    {".s19", BOOT0_FORMAT_SREC},   {".s28", BOOT0_FORMAT_SREC}, {".s37", BOOT0_FORMAT_SREC},
    {".mot", BOOT0_FORMAT_SREC},   {".elf", BOOT0_FORMAT_ELF},  {".axf", BOOT0_FORMAT_ELF},
    {".uf2", BOOT0_FORMAT_UF2},    {".dfu", BOOT0_FORMAT_DFU},
};

enum boot0_format boot0_format_by_ending(const char *file)
{
    size_t length = strlen(file);

    for (size_t i = 0; i < B0_LENGTH(endings); i++) {
        size_t ending = strlen(endings[i].ending);

        if (length > ending && strcasecmp(file + length - ending, endings[i].ending) == 0)
            return endings[i].format;
    }
    return BOOT0_FORMAT_UNKNOWN;
}

static enum boot0_status fail_file(struct boot0_error *error, enum boot0_status status,
                                   const char *file, const char *what, int number)
{
    static const struct {
        int number;
        const char *hint;
    } hints[] = {
        {ENOENT, "Check the path: it starts at the current directory."},
        {ENOTDIR, "Check the path: what it treats as a directory is a file."},
        {EACCES, "Check with ls -l who owns the file and its directory: you have no permission."},
        {EISDIR, "Give the file within this directory."},
        {ENOSPC, "Free some disk space: the disk is full. The previous content of the file is "
                 "unchanged."},
#ifdef EDQUOT /* not defined on all systems */
        {EDQUOT, "Free some disk space: your quota is exhausted. The previous content of the file "
                 "is unchanged."},
#endif
        {EROFS, "Choose another directory: this file system is mounted read-only."},
    };

    boot0_fail(error, status, "%s: %s: %s", file, what, strerror(number));
    for (size_t i = 0; i < B0_LENGTH(hints); i++) {
        if (hints[i].number == number)
            boot0_hint(error, "%s", hints[i].hint);
    }
    return status;
}

static enum boot0_status read_file(const char *file, uint8_t **data, size_t *size,
                                   struct boot0_error *error)
{
    bool opened;
    int failure = b0_file_read(file, BOOT0_IMAGE_FILE_MAX, data, size, &opened);

    if (failure == 0)
        return BOOT0_OK;
    if (failure == ENOMEM)
        return boot0_fail(error, BOOT0_E_MEMORY, "%s: out of memory", file);
    return fail_file(error, BOOT0_E_NO_INPUT, file, opened ? "cannot be read" : "cannot be opened",
                     failure);
}

/*
 * Rejects raw contents under a name that promises another format: they would be flashed as they
 * are.
 */
static enum boot0_status check_name(const struct boot0_image *image, const char *file,
                                    const struct boot0_image_options *options,
                                    struct boot0_error *error)
{
    enum boot0_format promised = boot0_format_by_ending(file);

    if (image->format != BOOT0_FORMAT_BINARY ||
        (options && options->format == BOOT0_FORMAT_BINARY) || promised == BOOT0_FORMAT_UNKNOWN ||
        promised == BOOT0_FORMAT_BINARY || promised == BOOT0_FORMAT_DFU)
        return BOOT0_OK;
    boot0_fail(error, BOOT0_E_DATA, "%s: is not %s, as its name says", file,
               b0_format_title(promised));
    boot0_hint(error, "Get the file again: it is damaged, or other data was saved under that "
                      "name. If it really is a raw binary, set the format to binary.");
    return BOOT0_E_DATA;
}

enum boot0_status boot0_image_load(struct boot0_image **image, const char *file,
                                   const struct boot0_image_options *options,
                                   struct boot0_error *error)
{
    uint8_t *data = NULL;
    size_t size = 0;
    enum boot0_status status = read_file(file, &data, &size, error);

    *image = NULL;
    if (status == BOOT0_OK)
        status = boot0_image_parse(image, data, size, file, options, error);
    free(data);
    if (status == BOOT0_OK)
        status = check_name(*image, file, options, error);
    if (status != BOOT0_OK) {
        boot0_image_free(*image);
        *image = NULL;
    }
    return status;
}

/* The format from the options, else from the file's name. */
static enum boot0_format choose_format(const struct boot0_image *image, const char *file,
                                       const struct boot0_image_options *options)
{
    enum boot0_format format = options->format;

    if (format == BOOT0_FORMAT_UNKNOWN)
        format = boot0_format_by_ending(file);
    if (options->format == BOOT0_FORMAT_UNKNOWN && format == BOOT0_FORMAT_DFU &&
        image->has_addresses)
        format = BOOT0_FORMAT_DFUSE;
    return format;
}

enum boot0_status boot0_image_save(const struct boot0_image *image, const char *file,
                                   const struct boot0_image_options *options,
                                   struct boot0_error *error)
{
    struct boot0_image_options chosen = {.format = BOOT0_FORMAT_UNKNOWN};
    enum boot0_status status;
    uint8_t *data;
    size_t size;
    int failure;

    if (options)
        chosen = *options;
    chosen.format = choose_format(image, file, &chosen);
    if (chosen.format == BOOT0_FORMAT_UNKNOWN) {
        boot0_fail(error, BOOT0_E_USAGE, "%s: the extension does not select a format", file);
        boot0_hint(error, "Use the extension .bin, .hex, .srec, .elf, .uf2 or .dfu, or give the "
                          "format.");
        return BOOT0_E_USAGE;
    }
    status = boot0_image_format(image, &chosen, &data, &size, error);
    if (status != BOOT0_OK)
        return status;
    failure = b0_replace_file(file, data, size);
    free(data);
    if (failure != 0)
        return fail_file(error, BOOT0_E_NO_OUTPUT, file, "cannot be written", failure);
    return BOOT0_OK;
}
