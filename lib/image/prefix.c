/* SPDX-License-Identifier: MIT */
/*
 * Vendors' prefixes: a few bytes in front of the firmware that some bootloaders require. The bytes
 * are those of dfu-util 0.11, dfu_file.c, and of what its dfu-prefix writes.
 */
#include "formats.h"

#include <core/bytes.h>
#include <stdlib.h>
#include <string.h>

enum {
    LMDFU_SIZE = 8,
    LMDFU_PROGRAM = 0x01, /* the program command; a reserved byte follows */
    LMDFU_UNIT = 1024,    /* of its address */
    LPC_SIZE = 16,
    LPC_PLAIN = 0x1a, /* not encrypted; no hash */
    LPC_RESERVED = 0x3f,
    LPC_MASK = 0x3f, /* bits of the first two bytes that give the type */
    LPC_UNIT = 512,  /* of its length */
    PREFIX_MAX = LPC_SIZE,
};

/* ---- TI ---- */

static bool find_lmdfu(const uint8_t *data, size_t size, struct boot0_prefix *prefix)
{
    if (size < LMDFU_SIZE || data[0] != LMDFU_PROGRAM || data[1] != 0 ||
        b0_load32(data + 4) != size - LMDFU_SIZE)
        return false;
    prefix->address = (uint32_t)b0_load16(data + 2) * LMDFU_UNIT;
    prefix->payload = b0_load32(data + 4);
    return true;
}

static enum boot0_status make_lmdfu(const struct boot0_prefix *prefix, size_t payload,
                                    uint8_t *bytes, struct boot0_error *error)
{
    if (prefix->address % LMDFU_UNIT != 0 || prefix->address / LMDFU_UNIT > UINT16_MAX) {
        boot0_fail(error, BOOT0_E_USAGE, "a TI prefix cannot hold the address 0x%08x",
                   prefix->address);
        return boot0_hint(error, "Use a multiple of 1024 below 64 MiB.");
    }
    bytes[0] = LMDFU_PROGRAM;
    bytes[1] = 0;
    b0_store16(bytes + 2, (uint16_t)(prefix->address / LMDFU_UNIT));
    b0_store32(bytes + 4, (uint32_t)payload);
    return BOOT0_OK;
}

/* ---- NXP ---- */

static bool find_lpc(const uint8_t *data, size_t size, struct boot0_prefix *prefix)
{
    if (size < LPC_SIZE || (data[0] & LPC_MASK) != LPC_PLAIN ||
        (data[1] & LPC_MASK) != LPC_RESERVED)
        return false;
    prefix->payload = (uint32_t)b0_load16(data + 2) * LPC_UNIT;
    return true;
}

static enum boot0_status make_lpc(const struct boot0_prefix *prefix, size_t payload, uint8_t *bytes,
                                  struct boot0_error *error)
{
    size_t units = (payload + LPC_UNIT - 1) / LPC_UNIT;

    (void)prefix;
    if (units > UINT16_MAX)
        return boot0_fail(error, BOOT0_E_DATA,
                          "an NXP prefix cannot cover %zu bytes: the limit is 32 MiB", payload);
    memset(bytes, 0, LPC_SIZE);
    bytes[0] = LPC_PLAIN;
    bytes[1] = LPC_RESERVED;
    b0_store16(bytes + 2, (uint16_t)units);
    memset(bytes + 12, 0xff, 4);
    return BOOT0_OK;
}

/* ---- all vendors ---- */

static const struct kind {
    const char *name;
    size_t size;
    bool (*find)(const uint8_t *data, size_t size, struct boot0_prefix *prefix);
    enum boot0_status (*make)(const struct boot0_prefix *prefix, size_t payload, uint8_t *bytes,
                              struct boot0_error *error);
} kinds[BOOT0_PREFIX_COUNT] = {
    [BOOT0_PREFIX_NONE] = {"none", 0, NULL, NULL},
    [BOOT0_PREFIX_LMDFU] = {"lmdfu", LMDFU_SIZE, find_lmdfu, make_lmdfu},
    [BOOT0_PREFIX_LPC] = {"lpc", LPC_SIZE, find_lpc, make_lpc},
};

const char *boot0_prefix_name(enum boot0_prefix_kind kind)
{
    return (unsigned)kind < BOOT0_PREFIX_COUNT ? kinds[kind].name : kinds[BOOT0_PREFIX_NONE].name;
}

bool boot0_image_find_prefix(const struct boot0_image *image, struct boot0_prefix *prefix)
{
    *prefix = (struct boot0_prefix){BOOT0_PREFIX_NONE, 0, 0};
    if (image->segment_count != 1 || image->has_addresses)
        return false;
    for (int i = 0; i < BOOT0_PREFIX_COUNT; i++)
        if (kinds[i].find &&
            kinds[i].find(image->segments[0].data, image->segments[0].size, prefix)) {
            prefix->kind = (enum boot0_prefix_kind)i;
            return true;
        }
    return false;
}

enum boot0_status boot0_image_add_prefix(struct boot0_image *image,
                                         const struct boot0_prefix *prefix,
                                         struct boot0_error *error)
{
    struct boot0_segment *segment = &image->segments[0];
    struct boot0_prefix found;
    uint8_t bytes[PREFIX_MAX], *joined;
    enum boot0_status status;
    size_t size;

    if (prefix->kind <= BOOT0_PREFIX_NONE || prefix->kind >= BOOT0_PREFIX_COUNT)
        return boot0_fail(error, BOOT0_E_USAGE, "unknown prefix");
    if (image->segment_count != 1) {
        boot0_fail(error, BOOT0_E_USAGE, "a prefix needs one contiguous range of bytes, not %zu",
                   image->segment_count);
        boot0_hint(error, "Convert it to a raw binary first, which fills the gaps.");
        return boot0_advise(error, BOOT0_ADVICE_FILL_GAPS, NULL);
    }
    if (boot0_image_find_prefix(image, &found)) {
        boot0_fail(error, BOOT0_E_DATA, "the file has a prefix already: %s",
                   kinds[found.kind].name);
        boot0_hint(error, "Remove that prefix first.");
        return boot0_advise(error, BOOT0_ADVICE_REMOVE_PREFIX, NULL);
    }
    size = kinds[prefix->kind].size;
    if (segment->size > BOOT0_IMAGE_DATA_MAX - size)
        return boot0_fail(error, BOOT0_E_DATA, "no room for a prefix: the file is too large");
    status = kinds[prefix->kind].make(prefix, segment->size, bytes, error);
    if (status != BOOT0_OK)
        return status;
    joined = malloc(b0_room(segment->size + size));
    if (!joined)
        return boot0_fail(error, BOOT0_E_MEMORY, "out of memory for a prefix");
    memcpy(joined, bytes, size);
    memcpy(joined + size, segment->data, segment->size);
    free(segment->data);
    *segment = (struct boot0_segment){.size = segment->size + size, .data = joined};
    image->has_addresses = false;
    return BOOT0_OK;
}

enum boot0_status boot0_image_remove_prefix(struct boot0_image *image, struct boot0_error *error)
{
    struct boot0_segment *segment = &image->segments[0];
    struct boot0_prefix prefix;
    size_t size;

    if (!boot0_image_find_prefix(image, &prefix))
        return boot0_fail(error, BOOT0_E_DATA, "the file has no TI or NXP prefix to remove");
    size = kinds[prefix.kind].size;
    if (segment->size == size)
        return boot0_fail(error, BOOT0_E_DATA, "no data follows the prefix");
    segment->size -= size;
    memmove(segment->data, segment->data + size, segment->size);
    return BOOT0_OK;
}
