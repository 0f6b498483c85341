/* SPDX-License-Identifier: MIT */
/*
 * Chooses the board's memory for each segment of an image. A DfuSe file's targets name an alternate
 * setting; all other data is placed by address. Memories other than flash and RAM need the user's
 * permission.
 */
#include "../board/memory_kind.h"
#include "../board/target_name.h"
#include "private.h"

#include <string.h>

/* ---- the targets of a DfuSe file ---- */

static int index_of(const struct boot0_board *board, uint8_t alternate)
{
    for (size_t i = 0; i < board->alternate_count; i++)
        if (board->alternates[i].alternate == alternate)
            return (int)i;
    return -1;
}

static enum boot0_status fail_no_alternate(const struct boot0_session *session, uint8_t alternate,
                                           struct boot0_error *error)
{
    struct boot0_facts facts = {0};

    b0_session_list_alternates(session, facts.text, sizeof facts.text);
    boot0_fail(error, BOOT0_E_MISMATCH,
               "the file has data for alternate setting %u, which this board does not have",
               alternate);
    boot0_hint(error,
               "Check that the file is for this board, or choose one of its memories: %s. Nothing "
               "was written.",
               facts.text);
    return boot0_advise(error, BOOT0_ADVICE_OTHER_MEMORY, &facts);
}

static enum boot0_status fail_name(const struct boot0_alternate *alternate, const char *name,
                                   struct boot0_error *error)
{
    boot0_fail(error, BOOT0_E_MISMATCH,
               "the file calls its data for alternate setting %u \"%.60s\", but that is \"%s\" on "
               "this board",
               alternate->alternate, name, alternate->layout.name);
    boot0_hint(error, "Check that the file is for this board. If it is, choose a memory for its "
                      "data. Nothing was written.");
    return boot0_advise(error, BOOT0_ADVICE_TARGET_NAME, NULL);
}

static enum boot0_status fail_outside(const struct boot0_session *session,
                                      const struct boot0_segment *segment,
                                      const struct boot0_alternate *alternate,
                                      struct boot0_error *error)
{
    struct boot0_facts facts = {0};

    b0_session_list_alternates(session, facts.text, sizeof facts.text);
    boot0_fail(error, BOOT0_E_MISMATCH,
               "the file has data at 0x%08x for alternate setting %u, \"%s\", which has no such "
               "address",
               segment->address, alternate->alternate,
               alternate->has_layout ? alternate->layout.name : alternate->name);
    boot0_hint(error, "Check that the file is for this board, which has: %s. Nothing was written.",
               facts.text);
    return boot0_advise(error, BOOT0_ADVICE_TARGET_ADDRESS, &facts);
}

/* Finds the memory that the file names; *index is -1 if the address must decide. */
static enum boot0_status find_target(const struct boot0_session *session,
                                     const struct boot0_image *image,
                                     const struct boot0_segment *segment, bool force, int *index,
                                     struct boot0_error *error)
{
    const char *name = boot0_image_target_name(image, segment->alternate);
    const struct boot0_alternate *alternate;

    *index = index_of(&session->board, segment->alternate);
    if (*index < 0)
        return fail_no_alternate(session, segment->alternate, error);
    alternate = &session->board.alternates[*index];
    if (!force && b0_target_name_contradicts(name, &session->board, (size_t)*index))
        return fail_name(alternate, name, error);
    if (alternate->has_layout &&
        boot0_layout_sector_at(&alternate->layout, segment->address).size != 0)
        return BOOT0_OK;
    if (!force)
        return fail_outside(session, segment, alternate, error);
    *index = -1;
    return BOOT0_OK;
}

/* --alt selects one memory: data for several memories would overwrite each other there. */
static enum boot0_status check_chosen(const struct boot0_session *session,
                                      const struct boot0_image *image, struct boot0_error *error)
{
    const struct boot0_segment *first = NULL;

    for (size_t i = 0; session->chosen >= 0 && i < image->segment_count; i++) {
        const struct boot0_segment *segment = &image->segments[i];

        if (!segment->by_target)
            continue;
        if (!first)
            first = segment;
        if (segment->alternate == first->alternate)
            continue;
        boot0_fail(error, BOOT0_E_USAGE,
                   "the file has data for several memories: alternate settings %u and %u",
                   first->alternate, segment->alternate);
        boot0_hint(error, "Choose no memory: each part goes to its own. Nothing was written.");
        return boot0_advise(error, BOOT0_ADVICE_EACH_MEMORY, NULL);
    }
    return BOOT0_OK;
}

/* ---- each segment ---- */

static enum boot0_status find_by_address(const struct boot0_session *session, uint32_t address,
                                         int *index, struct boot0_error *error)
{
    enum boot0_status status = b0_session_find_memory(session, address, index, error);

    if (status != BOOT0_OK || *index >= 0)
        return status;
    boot0_fail(error, BOOT0_E_RANGE,
               "the image has data at 0x%08x, which is not memory of this board", address);
    boot0_hint(error, "Check that the file is for this chip. Nothing was written.");
    return boot0_advise(error, BOOT0_ADVICE_SEE_MEMORIES, NULL);
}

static enum boot0_status find_place(const struct boot0_session *session,
                                    const struct boot0_image *image,
                                    const struct boot0_segment *segment, bool force, int *index,
                                    struct boot0_error *error)
{
    enum boot0_status status = BOOT0_OK;

    *index = session->chosen;
    /* Alternate settings exist on USB only: on a UART the ROM's memories have no numbers. */
    if (*index < 0 && segment->by_target && session->board.usb.kind == BOOT0_KIND_USB)
        status = find_target(session, image, segment, force, index, error);
    if (status == BOOT0_OK && *index < 0)
        status = find_by_address(session, segment->address, index, error);
    return status;
}

/* Checks that the whole segment is in its memory. */
static enum boot0_status check_end(const struct boot0_segment *segment,
                                   const struct boot0_layout *layout, struct boot0_error *error)
{
    uint32_t where = segment->address, begin = 0;
    uint64_t size = 0;

    if (boot0_layout_covers(layout, segment->address, (uint32_t)segment->size, 0, &where))
        return BOOT0_OK;
    boot0_fail(error, BOOT0_E_RANGE, "the image has data at 0x%08x, which is outside \"%s\"", where,
               layout->name);
    (void)boot0_layout_extent(layout, 0, &begin, &size);
    return boot0_hint(
        error,
        "Check whether the file is for a larger chip, or linked for another address: that memory "
        "begins at 0x%08x and has %llu %s. Nothing was written.",
        begin, (unsigned long long)(size < 1024 ? size : size / 1024),
        size < 1024 ? "bytes" : "KiB");
}

static enum boot0_status check_permission(const struct boot0_session *session,
                                          const struct boot0_segment *segment,
                                          const struct boot0_layout *layout,
                                          struct boot0_error *error)
{
    enum b0_memory_kind kind =
        b0_memory_kind_of(session->board.family, layout, segment->address, segment->size);
    const char *name = boot0_layout_name_at(layout, segment->address);

    if (!b0_memory_is_guarded(kind))
        return BOOT0_OK;
    boot0_fail(error, BOOT0_E_USAGE, "the image has data for \"%s\" at 0x%08x: %s",
               name ? name : layout->name, segment->address, b0_memory_kind_text(kind));
    boot0_hint(error,
               "Allow option bytes to write them: wrong ones can lock the chip permanently, and "
               "OTP cannot be erased. Nothing was written.");
    return boot0_advise(error, BOOT0_ADVICE_ALLOW_OPTION_BYTES, NULL);
}

/* Keeps segments sorted and disjoint; two that overlap now must be equal. */
static enum boot0_status put_in_order(struct boot0_image *image, struct boot0_error *error)
{
    struct boot0_image nothing = {.has_addresses = true};

    for (size_t i = 1; i < image->segment_count; i++) {
        const struct boot0_segment *a = &image->segments[i - 1], *b = &image->segments[i];

        if (a->alternate > b->alternate ||
            (a->alternate == b->alternate && (uint64_t)a->address + a->size >= b->address))
            return boot0_image_merge(image, &nothing, error);
    }
    return BOOT0_OK;
}

enum boot0_status b0_session_assign(const struct boot0_session *session, struct boot0_image *image,
                                    const struct boot0_flash_options *options,
                                    struct boot0_error *error)
{
    enum boot0_status status = check_chosen(session, image, error);

    for (size_t i = 0; i < image->segment_count && status == BOOT0_OK; i++) {
        struct boot0_segment *segment = &image->segments[i];
        const struct boot0_alternate *alternate;
        int index;

        status = find_place(session, image, segment, options->force, &index, error);
        if (status != BOOT0_OK)
            return status;
        alternate = &session->board.alternates[index];
        segment->alternate = alternate->alternate;
        status = check_end(segment, &alternate->layout, error);
        if (status == BOOT0_OK && session->chosen < 0 && !options->allow_option_bytes)
            status = check_permission(session, segment, &alternate->layout, error);
    }
    return status == BOOT0_OK ? put_in_order(image, error) : status;
}
