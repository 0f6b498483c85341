/* SPDX-License-Identifier: MIT */
/* Plans for the memories of a board: learns the board's contents by reading or by digests. */
#include "private.h"

#include <stdlib.h>

enum {
    COMPARE_STEP = 8192, /* bytes read before checking whether more is needed */
};

static const struct boot0_flash_options defaults;

/* ROMs: x8 whatever the supply. It is not proven that they erase with the width that they program
 * with. */
static uint32_t erase_ms(const void *context, uint32_t sector_size)
{
    const struct boot0_session *session = context;

    return session->times ? b0_flash_erase_ms(session->times, session->erase_width, sector_size)
                          : 0;
}

static uint32_t write_ms(const void *context, uint32_t size)
{
    const struct boot0_session *session = context;

    return session->times
               ? (uint32_t)(b0_flash_program_us(session->times, session->width, size) / 1000)
               : 0;
}

/* Reads what the plan must know of one sector, in parts. */
static enum boot0_status learn_sector(struct boot0_session *session, struct boot0_plan *plan,
                                      size_t index, int alternate, struct boot0_error *error)
{
    const struct boot0_sector *sector = &plan->sectors[index].sector;
    uint8_t buffer[COMPARE_STEP];

    for (uint32_t offset = 0; offset < sector->size;) {
        uint32_t part = sector->size - offset;
        enum boot0_status status;

        if (part > sizeof buffer)
            part = sizeof buffer;
        status =
            b0_session_read_run(session, alternate, sector->address + offset, buffer, part, error);
        if (status != BOOT0_OK)
            return status;
        if (!boot0_plan_learn(plan, index, offset, buffer, part))
            break;
        offset += part;
    }
    return BOOT0_OK;
}

static uint64_t bytes_to_learn(const struct boot0_plan *plan)
{
    uint64_t total = 0;

    for (size_t i = 0; i < plan->sector_count; i++)
        if (plan->sectors[i].need != BOOT0_NEED_NOTHING)
            total += plan->sectors[i].sector.size;
    return total;
}

/* Selects the sectors to read: all, or those for which digests are not enough. */
static enum boot0_status sectors_to_read(struct boot0_session *session, struct boot0_plan *plan,
                                         int alternate, bool *to_be_read, struct boot0_error *error)
{
    if (b0_session_compares(session, alternate))
        return b0_session_compare(session, plan, to_be_read, error);
    for (size_t i = 0; i < plan->sector_count; i++)
        to_be_read[i] = plan->sectors[i].need != BOOT0_NEED_NOTHING;
    return BOOT0_OK;
}

static enum boot0_status learn(struct boot0_session *session, struct boot0_plan *plan,
                               int alternate, struct boot0_error *error)
{
    bool *to_be_read = calloc(plan->sector_count ? plan->sector_count : 1, sizeof *to_be_read);
    enum boot0_status status;
    uint64_t past = 0, bytes = session->report.bytes_read, us = session->report.read_us;

    if (!to_be_read)
        return boot0_fail(error, BOOT0_E_MEMORY, "out of memory for the flash plan");
    b0_session_phase(session, BOOT0_PHASE_READ, bytes_to_learn(plan));
    status = sectors_to_read(session, plan, alternate, to_be_read, error);
    for (size_t i = 0; i < plan->sector_count && status == BOOT0_OK; i++) {
        if (plan->sectors[i].need == BOOT0_NEED_NOTHING)
            continue;
        session->phase_base = past;
        if (to_be_read[i])
            status = learn_sector(session, plan, i, alternate, error);
        past += plan->sectors[i].sector.size;
    }
    b0_session_phase_end(session, &session->report.read_us);
    b0_session_measured_reading(session, session->report.bytes_read - bytes,
                                session->report.read_us - us);
    free(to_be_read);
    return status;
}

enum boot0_status b0_session_complete_plan(struct boot0_session *session, struct boot0_plan *plan,
                                           int index, struct boot0_error *error)
{
    struct boot0_plan_times times = {erase_ms, write_ms, session};
    enum boot0_status status = learn(session, plan, index, error);

    return status == BOOT0_OK ? boot0_plan_finish(plan, &times, error) : status;
}

enum boot0_status b0_session_begin_plan(struct boot0_session *session,
                                        const struct boot0_image *image, int index,
                                        const struct boot0_flash_options *options,
                                        struct boot0_plan **plan, struct boot0_error *error)
{
    const struct boot0_alternate *alternate = &session->board.alternates[index];
    struct boot0_layout layout = alternate->layout;
    struct boot0_plan_options plan_options = {
        .full = options->full,
        .no_preserve = options->no_preserve,
        .block_size = session->protocol->block_size,
        .alternate = alternate->alternate,
        .vectors_last = index == session->board.flash_alternate,
        .program_unit = session->protocol->program_unit,
        .erases_to_zero = session->protocol->erases_to_zero,
    };

    if (b0_session_is_never_erased(session, index))
        for (size_t i = 0; i < layout.region_count; i++)
            layout.regions[i].access &= (uint8_t)~BOOT0_SECTOR_ERASABLE;
    return boot0_plan_begin(plan, image, &layout, &plan_options, error);
}

int b0_session_index_of(const struct boot0_session *session, uint8_t alternate)
{
    for (size_t i = 0; i < session->board.alternate_count; i++)
        if (session->board.alternates[i].alternate == alternate)
            return (int)i;
    return -1;
}

/*
 * Position of a memory in the order of writing: option bytes, which can lock the chip, come last.
 */
static int rank_of(const struct boot0_session *session, int index)
{
    if (index < 0)
        return -1;
    return b0_session_is_option_bytes(session, index) ? index + BOOT0_ALTERNATES_MAX : index;
}

int b0_session_next_memory(const struct boot0_session *session, const struct boot0_image *image,
                           int after)
{
    int next = -1;

    for (size_t i = 0; i < image->segment_count; i++) {
        int index = b0_session_index_of(session, image->segments[i].alternate);

        if (rank_of(session, index) > rank_of(session, after) &&
            (next < 0 || rank_of(session, index) < rank_of(session, next)))
            next = index;
    }
    return next;
}

/* The same for memory number `nth` of a resolved image; *plan stays NULL past the last. */
static enum boot0_status plan_memory(struct boot0_session *session, const struct boot0_image *image,
                                     const struct boot0_flash_options *options, size_t nth,
                                     struct boot0_plan **plan, struct boot0_error *error)
{
    enum boot0_status status;
    int memory = -1;

    do
        memory = b0_session_next_memory(session, image, memory);
    while (memory >= 0 && nth-- > 0);
    if (memory < 0)
        return BOOT0_OK;
    status = b0_session_begin_plan(session, image, memory, options, plan, error);
    if (status == BOOT0_OK)
        status = b0_session_complete_plan(session, *plan, memory, error);
    if (status != BOOT0_OK) {
        boot0_plan_free(*plan);
        *plan = NULL;
    }
    return status;
}

enum boot0_status boot0_session_plan(struct boot0_session *session, const struct boot0_image *image,
                                     const struct boot0_flash_options *options, size_t nth,
                                     struct boot0_plan **plan, struct boot0_error *error)
{
    enum boot0_status status = b0_session_need_addresses(session, "be planned for", error);
    struct boot0_image *resolved = NULL;

    *plan = NULL;
    if (!options)
        options = &defaults;
    if (status == BOOT0_OK)
        status = boot0_session_resolve(session, image, options, &resolved, error);
    if (status == BOOT0_OK)
        status = b0_session_apply_supply(session, error);
    if (status == BOOT0_OK)
        status = plan_memory(session, resolved, options, nth, plan, error);
    boot0_image_free(resolved);
    return status;
}
