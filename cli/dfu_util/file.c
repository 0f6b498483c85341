/* SPDX-License-Identifier: MIT */
/* The file of -D: bytes, or a .dfu file. */
#include "../files.h"
#include "dfu_util.h"

#include <base/platform/file.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum {
    ANY_ID = 0xffff,
    SUFFIX_SAYS_DFUSE = 0x011a, /* bcdDFU, UM0391 */
};

struct bytes {
    uint8_t *data;
    size_t size;
};

static enum boot0_status read_file(const char *name, struct bytes *bytes, struct boot0_error *error)
{
    enum boot0_status status;
    FILE *stream;

    if (file_is_standard(name))
        return file_read_stream(stdin, "standard input", &bytes->data, &bytes->size, error);
    stream = b0_file_open(name, "rb");
    if (!stream)
        return boot0_fail(error, BOOT0_E_NO_INPUT, "cannot open %s: %s", name, strerror(errno));
    status = file_read_stream(stream, name, &bytes->data, &bytes->size, error);
    fclose(stream);
    return status;
}

static struct boot0_image *raw_image(const struct bytes *bytes, struct boot0_error *error)
{
    struct boot0_image *image = boot0_image_new();

    if (!image) {
        boot0_fail(error, BOOT0_E_MEMORY, "out of memory");
        return NULL;
    }
    if (boot0_image_add(image, 0, 0, bytes->data, bytes->size, error) != BOOT0_OK) {
        boot0_image_free(image);
        return NULL;
    }
    image->format = BOOT0_FORMAT_BINARY;
    image->has_addresses = false;
    return image;
}

/* Makes the image of the contents. Treats firmware in another format as bytes. */
static enum boot0_status interpret(struct dfu_util_file *file, const struct bytes *bytes,
                                   const char *name, struct boot0_error *error)
{
    enum boot0_status status =
        boot0_image_parse(&file->image, bytes->data, bytes->size, name, NULL, error);

    if (status != BOOT0_OK)
        return status;
    switch (file->image->format) {
    case BOOT0_FORMAT_BINARY:
    case BOOT0_FORMAT_DFU:
    case BOOT0_FORMAT_DFUSE:
        return BOOT0_OK;
    default:
        file->also = boot0_format_name(file->image->format);
        boot0_image_free(file->image);
        file->image = raw_image(bytes, error);
        return file->image ? BOOT0_OK : error->code;
    }
}

enum boot0_status dfu_util_load(struct dfu_util_file *file, const char *name,
                                struct boot0_error *error)
{
    struct bytes bytes = {NULL, 0};
    enum boot0_status status;

    *file = (struct dfu_util_file){.vendor = ANY_ID, .product = ANY_ID};
    status = read_file(name, &bytes, error);
    if (status == BOOT0_OK)
        status = interpret(file, &bytes, name, error);
    free(bytes.data);
    if (status != BOOT0_OK || !file->image->has_suffix)
        return status;
    file->vendor = file->image->suffix.vendor;
    file->product = file->image->suffix.product;
    file->says_dfuse = file->image->suffix.bcd_dfu == SUFFIX_SAYS_DFUSE;
    return BOOT0_OK;
}

void dfu_util_file_free(struct dfu_util_file *file)
{
    boot0_image_free(file->image);
    file->image = NULL;
}
