/* SPDX-License-Identifier: MIT */
/*
 * The build attributes of an ELF file: the CPU that its code is for. "Addenda to, and errata in,
 * the ABI for the Arm architecture" (IHI 0045), chapter 2 for the format of the section, chapter 3
 * for the tags. Truncated or unknown attributes are ignored.
 */
#include "formats.h"

#include <boot0/chip.h>
#include <core/bytes.h>
#include <string.h>

enum {
    FORMAT_VERSION = 'A',
    TAG_FILE = 1, /* the subsection for the whole file */
    TAG_CPU_RAW_NAME = 4,
    TAG_CPU_NAME = 5,
    TAG_CPU_ARCH = 6,
    TAG_CPU_ARCH_PROFILE = 7,
    TAG_FP_ARCH = 10,
    TAG_ABI_HARDFP_USE = 27,
    TAG_COMPATIBILITY = 32, /* a number and a string; odd tags above it are strings */
    ARCH_COUNT = 23,
    FP_COUNT = 9,
    SINGLE_ONLY = 1, /* value of Tag_ABI_HardFP_use */
};

/* The unread rest. */
struct cursor {
    const uint8_t *next;
    size_t left;
};

/* Values of the relevant tags. */
struct attributes {
    uint32_t arch;
    uint32_t profile;
    uint32_t fp_arch;
    uint32_t hardfp_use;
};

/* Reads an unsigned LEB128 number; false if it is truncated or exceeds 32 bits. */
static bool take_number(struct cursor *cursor, uint32_t *number)
{
    uint64_t value = 0;

    for (unsigned shift = 0; cursor->left > 0 && shift < 35; shift += 7) {
        uint8_t byte = *cursor->next++;

        cursor->left--;
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80)) {
            *number = (uint32_t)value;
            return value <= UINT32_MAX;
        }
    }
    return false;
}

static bool skip_string(struct cursor *cursor)
{
    const uint8_t *end = cursor->left ? memchr(cursor->next, '\0', cursor->left) : NULL;

    if (!end)
        return false;
    cursor->left -= (size_t)(end + 1 - cursor->next);
    cursor->next = end + 1;
    return true;
}

/* Takes the first `size` bytes of the rest; false if there are fewer. */
static bool take_part(struct cursor *cursor, size_t size, struct cursor *part)
{
    if (size > cursor->left)
        return false;
    *part = (struct cursor){cursor->next, size};
    cursor->next += size;
    cursor->left -= size;
    return true;
}

static bool is_string(uint32_t tag)
{
    return tag == TAG_CPU_RAW_NAME || tag == TAG_CPU_NAME ||
           (tag > TAG_COMPATIBILITY && tag % 2 != 0);
}

/* Reads one attribute, 2.2.6; false at the end, or if it is truncated. */
static bool take_attribute(struct cursor *cursor, struct attributes *attributes)
{
    uint32_t tag, value;

    if (!take_number(cursor, &tag))
        return false;
    if (is_string(tag))
        return skip_string(cursor);
    if (!take_number(cursor, &value))
        return false;
    if (tag == TAG_COMPATIBILITY)
        return skip_string(cursor);
    if (tag == TAG_CPU_ARCH)
        attributes->arch = value;
    else if (tag == TAG_CPU_ARCH_PROFILE)
        attributes->profile = value;
    else if (tag == TAG_FP_ARCH)
        attributes->fp_arch = value;
    else if (tag == TAG_ABI_HARDFP_USE)
        attributes->hardfp_use = value;
    return true;
}

/*
 * Reads the subsections of the vendor "aeabi": a tag, the length including tag and length,
 * attributes.
 */
static void read_subsections(struct cursor cursor, struct attributes *attributes)
{
    while (cursor.left > 5) {
        uint8_t tag = cursor.next[0];
        uint32_t size = b0_load32(cursor.next + 1);
        struct cursor part;

        if (size < 5 || !take_part(&cursor, size, &part))
            return;
        if (tag != TAG_FILE) /* for some sections or symbols only */
            continue;
        part.next += 5;
        part.left -= 5;
        while (take_attribute(&part, attributes)) {
        }
    }
}

/* Tag_CPU_arch. Versions before v6-M do not name an M profile: no conclusion. */
static uint32_t needs_of_arch(const struct attributes *attributes)
{
    static const uint32_t needs[ARCH_COUNT] = {
        [10] = BOOT0_CPU_V7M,
        [13] = BOOT0_CPU_V7M | BOOT0_CPU_DSP,
        [14] = BOOT0_CPU_OTHER, /* v8-A */
        [15] = BOOT0_CPU_OTHER, /* v8-R */
        [16] = BOOT0_CPU_V8M_BASE,
        [17] = BOOT0_CPU_V7M | BOOT0_CPU_V8M_BASE | BOOT0_CPU_V8M,
        [18] = BOOT0_CPU_OTHER, /* v8.1-A to v8.3-A */
        [19] = BOOT0_CPU_OTHER,
        [20] = BOOT0_CPU_OTHER,
        [21] = BOOT0_CPU_V7M | BOOT0_CPU_V8M_BASE | BOOT0_CPU_V8M | BOOT0_CPU_V8_1M,
        [22] = BOOT0_CPU_OTHER, /* v9-A */
    };

    if (attributes->profile == 'A' || attributes->profile == 'R')
        return BOOT0_CPU_OTHER;
    return attributes->arch < ARCH_COUNT ? needs[attributes->arch] : 0;
}

/* Tag_FP_arch: 5 and 6 are VFPv4, 7 and 8 the FPU of ARMv8, which is FPv5 in a Cortex-M. */
static uint32_t needs_of_fpu(const struct attributes *attributes)
{
    static const uint32_t needs[FP_COUNT] = {
        [1] = BOOT0_CPU_FPU,
        [2] = BOOT0_CPU_FPU,
        [3] = BOOT0_CPU_FPU,
        [4] = BOOT0_CPU_FPU,
        [5] = BOOT0_CPU_FPU,
        [6] = BOOT0_CPU_FPU,
        [7] = BOOT0_CPU_FPU | BOOT0_CPU_FPV5,
        [8] = BOOT0_CPU_FPU | BOOT0_CPU_FPV5,
    };
    uint32_t fpu = attributes->fp_arch < FP_COUNT ? needs[attributes->fp_arch] : 0;

    if (fpu != 0 && attributes->hardfp_use != SINGLE_ONLY)
        fpu |= BOOT0_CPU_DOUBLE;
    return fpu;
}

uint32_t b0_attributes_cpu(const uint8_t *data, size_t size)
{
    struct cursor cursor = {data, size};
    struct attributes attributes = {0};

    if (size == 0 || *cursor.next++ != FORMAT_VERSION)
        return 0;
    cursor.left--;
    while (cursor.left > 4) {
        uint32_t length = b0_load32(cursor.next);
        struct cursor part;
        bool is_public;

        if (length < 4 || !take_part(&cursor, length, &part))
            break;
        part.next += 4;
        part.left -= 4;
        is_public = part.left >= 6 && memcmp(part.next, "aeabi", 6) == 0;
        if (is_public && skip_string(&part))
            read_subsections(part, &attributes);
    }
    return needs_of_arch(&attributes) | needs_of_fpu(&attributes);
}
