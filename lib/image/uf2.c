/* SPDX-License-Identifier: MIT */
/*
 * UF2, from its specification (github.com/microsoft/uf2, README.md): blocks of 512 bytes, each with
 * an address, up to 476 bytes of payload and, if a flag is set, the chip's family.
 */
#include "formats.h"
#include <boot0/chip.h>
#include <core/bytes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    BLOCK_SIZE = 512,
    PAYLOAD_MAX = 476,
    PAYLOAD_SIZE = 256, /* "always correct" by the specification */
    FAMILIES_MAX = 16,
    MAGIC_START_0 = 0x0a324655,
    MAGIC_END = 0x0ab16f30,
};
static const uint32_t magic_start_1 = 0x9e5d5157;

enum {
    FLAG_NOT_MAIN_FLASH = 0x00000001,
    FLAG_FILE_CONTAINER = 0x00001000,
    FLAG_FAMILY = 0x00002000,
};

/* Offsets of a block's fields. */
enum {
    START_0 = 0,
    START_1 = 4,
    FLAGS = 8,
    ADDRESS = 12,
    SIZE = 16,
    NUMBER = 20,
    COUNT = 24,
    FAMILY = 28,
    PAYLOAD = 32,
    END = 508,
};

/* The families that occur in a file. */
struct families {
    bool without; /* some blocks have no family */
    uint32_t ids[FAMILIES_MAX];
    size_t count;
};

/* Which blocks to read: those of one family, or those without a family. */
struct choice {
    bool has_family;
    uint32_t family;
};

static bool detect_uf2(const struct b0_input *input)
{
    /* If one of the first two blocks is damaged, it is still a UF2 file. */
    return (input->size >= 4 && b0_load32(input->data) == MAGIC_START_0) ||
           (input->size >= BLOCK_SIZE + 4 && b0_load32(input->data + BLOCK_SIZE) == MAGIC_START_0 &&
            b0_load32(input->data + BLOCK_SIZE + START_1) == magic_start_1);
}

static enum boot0_status fail_block(const struct b0_input *input, size_t block,
                                    struct boot0_error *error, const char *what)
{
    boot0_fail(error, BOOT0_E_DATA, "%s: UF2 block %zu %s", input->name, block, what);
    boot0_hint(error, B0_DAMAGED_HINT);
    return BOOT0_E_DATA;
}

static enum boot0_status check_block(const struct b0_input *input, size_t block,
                                     struct boot0_error *error)
{
    const uint8_t *bytes = input->data + block * BLOCK_SIZE;
    uint32_t size = b0_load32(bytes + SIZE);

    if (b0_load32(bytes + START_0) != MAGIC_START_0 ||
        b0_load32(bytes + START_1) != magic_start_1 || b0_load32(bytes + END) != MAGIC_END)
        return fail_block(input, block, error, "lacks one of the three magic numbers");
    if (size == 0 || size > PAYLOAD_MAX)
        return fail_block(input, block, error, "has a payload size that is not 1 to 476 bytes");
    return BOOT0_OK;
}

/* Records the family of a block; false if there are too many. */
static bool note_family(struct families *families, const uint8_t *block)
{
    uint32_t flags = b0_load32(block + FLAGS);
    uint32_t family = b0_load32(block + FAMILY);

    if (flags & FLAG_NOT_MAIN_FLASH)
        return true;
    if (!(flags & FLAG_FAMILY)) {
        families->without = true;
        return true;
    }
    for (size_t i = 0; i < families->count; i++) {
        if (families->ids[i] == family)
            return true;
    }
    if (families->count == FAMILIES_MAX)
        return false;
    families->ids[families->count++] = family;
    return true;
}

/* First pass: checks that all blocks are sound and collects the families. */
static enum boot0_status survey(const struct b0_input *input, struct families *families,
                                struct boot0_error *error)
{
    if (input->size % BLOCK_SIZE != 0) {
        boot0_fail(error, BOOT0_E_DATA, "%s: %zu bytes are not a whole number of UF2 blocks",
                   input->name, input->size);
        boot0_hint(error, B0_DAMAGED_HINT);
        return BOOT0_E_DATA;
    }
    for (size_t i = 0; i < input->size / BLOCK_SIZE; i++) {
        enum boot0_status status = check_block(input, i, error);

        if (status != BOOT0_OK)
            return status;
        if (!note_family(families, input->data + i * BLOCK_SIZE))
            return boot0_fail(error, BOOT0_E_DATA,
                              "%s: contains data for more than %d chip families", input->name,
                              FAMILIES_MAX);
    }
    return BOOT0_OK;
}

static enum boot0_status fail_families(const struct b0_input *input,
                                       const struct families *families, struct boot0_error *error)
{
    char list[300] = "";
    size_t length = 0;

    for (size_t i = 0; i < families->count; i++) {
        const struct boot0_chip *chip = boot0_chip_by_uf2_family(families->ids[i]);
        int added =
            snprintf(list + length, sizeof list - length, "%s0x%08x%s%s%s", i > 0 ? ", " : "",
                     families->ids[i], chip ? " (" : "", chip ? chip->family : "", chip ? ")" : "");

        if (added < 0 || (size_t)added >= sizeof list - length)
            break;
        length += (size_t)added;
    }
    boot0_fail(error, BOOT0_E_DATA, "%s: contains data for several chip families: %s%s",
               input->name, list, families->without ? ", and none" : "");
    boot0_hint(error, "Get the file for your chip alone: a board belongs to one family.");
    return BOOT0_E_DATA;
}

/* Chooses the only family, else the only STM32 one. */
static enum boot0_status choose(const struct b0_input *input, const struct families *families,
                                struct choice *choice, struct boot0_error *error)
{
    size_t known = 0;

    *choice = (struct choice){families->count > 0, families->ids[0]};
    if (families->count + families->without <= 1)
        return BOOT0_OK;
    for (size_t i = 0; i < families->count; i++) {
        if (boot0_chip_by_uf2_family(families->ids[i])) {
            choice->family = families->ids[i];
            known++;
        }
    }
    return known == 1 ? BOOT0_OK : fail_families(input, families, error);
}

static bool is_chosen(const struct choice *choice, const uint8_t *block)
{
    if (!(b0_load32(block + FLAGS) & FLAG_FAMILY))
        return !choice->has_family;
    return choice->has_family && b0_load32(block + FAMILY) == choice->family;
}

/* The chosen family's block numbering, for the second pass. */
struct numbering {
    uint32_t count; /* of blocks, as every block states */
    uint8_t *seen;  /* by number: NOT_SEEN, … */
};

enum {
    NOT_SEEN = 0,
    SEEN_COMMENT,
    SEEN_DATA,
};

static enum boot0_status start_numbering(const struct b0_input *input, const struct choice *choice,
                                         struct numbering *numbering, struct boot0_error *error)
{
    size_t blocks = input->size / BLOCK_SIZE;

    for (size_t i = 0; i < blocks; i++) {
        const uint8_t *block = input->data + i * BLOCK_SIZE;

        if ((b0_load32(block + FLAGS) & FLAG_NOT_MAIN_FLASH) || !is_chosen(choice, block))
            continue;
        numbering->count = b0_load32(block + COUNT);
        break;
    }
    if (numbering->count > blocks) {
        boot0_fail(error, BOOT0_E_DATA, "%s: holds %zu of %u UF2 blocks", input->name, blocks,
                   numbering->count);
        boot0_hint(error, B0_DAMAGED_HINT);
        return BOOT0_E_DATA;
    }
    numbering->seen = calloc(blocks, sizeof *numbering->seen);
    if (!numbering->seen)
        return boot0_fail(error, BOOT0_E_MEMORY, "%s: out of memory", input->name);
    return BOOT0_OK;
}

static enum boot0_status read_block(const struct b0_input *input, size_t index,
                                    const struct numbering *numbering, struct b0_builder *builder,
                                    struct boot0_error *error)
{
    const uint8_t *block = input->data + index * BLOCK_SIZE;
    uint32_t number = b0_load32(block + NUMBER);

    if (b0_load32(block + FLAGS) & FLAG_FILE_CONTAINER)
        return fail_block(input, index, error, "contains a file, not flash memory");
    if (b0_load32(block + COUNT) != numbering->count)
        return fail_block(input, index, error, "gives another number of blocks than the others");
    if (number >= numbering->count)
        return fail_block(input, index, error, "has a number beyond the last one");
    if (numbering->seen[number] == SEEN_DATA)
        return fail_block(input, index, error, "has the number of an earlier one");
    numbering->seen[number] = SEEN_DATA;
    return b0_builder_add(builder, 0, b0_load32(block + ADDRESS), block + PAYLOAD,
                          b0_load32(block + SIZE), (uint32_t)index, error);
}

/* A block that is not for the main flash may occupy a block number. */
static void pass_comment(const uint8_t *block, const struct numbering *numbering)
{
    uint32_t number = b0_load32(block + NUMBER);

    if (b0_load32(block + COUNT) == numbering->count && number < numbering->count &&
        numbering->seen[number] == NOT_SEEN)
        numbering->seen[number] = SEEN_COMMENT;
}

/* Second pass: reads the chosen family's blocks. Block numbers of other families are irrelevant. */
static enum boot0_status read_blocks(const struct b0_input *input, const struct choice *choice,
                                     const struct numbering *numbering, struct b0_builder *builder,
                                     struct boot0_error *error)
{
    enum boot0_status status = BOOT0_OK;

    for (size_t i = 0; i < input->size / BLOCK_SIZE && status == BOOT0_OK; i++) {
        const uint8_t *block = input->data + i * BLOCK_SIZE;

        if (b0_load32(block + FLAGS) & FLAG_NOT_MAIN_FLASH)
            pass_comment(block, numbering);
        else if (is_chosen(choice, block))
            status = read_block(input, i, numbering, builder, error);
    }
    for (uint32_t i = 0; i < numbering->count && status == BOOT0_OK; i++) {
        if (numbering->seen[i] == NOT_SEEN)
            status = fail_block(input, i, error, "is missing");
    }
    return status;
}

static enum boot0_status read_uf2(const struct b0_input *input, struct b0_builder *builder,
                                  struct boot0_image *image, struct boot0_error *error)
{
    struct families families = {0};
    struct numbering numbering = {0};
    struct choice choice = {0};
    enum boot0_status status = survey(input, &families, error);

    if (status == BOOT0_OK)
        status = choose(input, &families, &choice, error);
    if (status == BOOT0_OK)
        status = start_numbering(input, &choice, &numbering, error);
    if (status == BOOT0_OK)
        status = read_blocks(input, &choice, &numbering, builder, error);
    free(numbering.seen);
    image->has_family = choice.has_family;
    image->family = choice.family;
    return status;
}

/* Returns the payload size at an address: up to the next multiple of 256 or the segment's end. */
static size_t payload_size(const struct boot0_segment *segment, size_t done)
{
    size_t size = PAYLOAD_SIZE - (segment->address + done) % PAYLOAD_SIZE;

    return size < segment->size - done ? size : segment->size - done;
}

static uint32_t count_blocks(const struct boot0_image *image)
{
    uint32_t count = 0;

    for (size_t i = 0; i < image->segment_count; i++) {
        const struct boot0_segment *segment = &image->segments[i];

        count += (uint32_t)((segment->address % PAYLOAD_SIZE + segment->size + PAYLOAD_SIZE - 1) /
                            PAYLOAD_SIZE);
    }
    return count;
}

static enum boot0_status write_uf2(const struct boot0_image *image,
                                   const struct boot0_image_options *options,
                                   struct b0_output *output, struct boot0_error *error)
{
    uint32_t family = options->family ? options->family : image->has_family ? image->family : 0;
    uint32_t number = 0;
    uint8_t block[BLOCK_SIZE] = {0};

    (void)error;
    b0_store32(block + START_0, MAGIC_START_0);
    b0_store32(block + START_1, magic_start_1);
    b0_store32(block + FLAGS, family ? FLAG_FAMILY : 0);
    b0_store32(block + COUNT, count_blocks(image));
    b0_store32(block + FAMILY, family);
    b0_store32(block + END, MAGIC_END);
    for (size_t i = 0; i < image->segment_count; i++) {
        const struct boot0_segment *segment = &image->segments[i];
        size_t size;

        for (size_t done = 0; done < segment->size; done += size) {
            size = payload_size(segment, done);
            b0_store32(block + ADDRESS, segment->address + (uint32_t)done);
            b0_store32(block + SIZE, (uint32_t)size);
            b0_store32(block + NUMBER, number++);
            memset(block + PAYLOAD, 0, PAYLOAD_SIZE);
            memcpy(block + PAYLOAD, segment->data + done, size);
            b0_output_put(output, block, sizeof block);
        }
    }
    return BOOT0_OK;
}

const struct b0_format b0_format_uf2 = {
    .name = "uf2",
    .title = "a UF2 file",
    .origin = "block",
    .keeps_addresses = true,
    .detect = detect_uf2,
    .read = read_uf2,
    .write = write_uf2,
};
