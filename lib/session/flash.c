/* SPDX-License-Identifier: MIT */
/* The main job: plan a flash, carry the plan out, verify, start the program. */
#include "private.h"

#include <stdlib.h>

enum {
    ATTEMPTS = 3, /* of the whole: after a failure that may pass, what is missing is planned anew */
    COMPARE_STEP = 8192, /* bytes read between two looks at whether more is needed */
};

static const struct boot0_flash_options defaults;

/* ---- planning ---- */

/* ROMs: by bytes whatever the supply. That they erase in the width that they program in is not
 * proven. */
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

/* Reads what the plan must know of one sector, a part at a time. */
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

/* Which sectors have to be read: all, or those of which digests do not tell enough. */
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
    uint64_t past = 0;

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
    free(to_be_read);
    return status;
}

/* Learns what the board holds, and makes the steps. */
static enum boot0_status complete_plan(struct boot0_session *session, struct boot0_plan *plan,
                                       int index, struct boot0_error *error)
{
    struct boot0_plan_times times = {erase_ms, write_ms, session};
    enum boot0_status status = learn(session, plan, index, error);

    return status == BOOT0_OK ? boot0_plan_finish(plan, &times, error) : status;
}

/* The plan for the segments of one alternate (by index), of which nothing is learned yet. */
static enum boot0_status begin_plan(struct boot0_session *session, const struct boot0_image *image,
                                    int index, const struct boot0_flash_options *options,
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

/* Where a memory stands in the order of the work: option bytes, which can lock the chip, last. */
static int rank_of(const struct boot0_session *session, int index)
{
    if (index < 0)
        return -1;
    return b0_session_is_option_bytes(session, index) ? index + BOOT0_ALTERNATES_MAX : index;
}

/* The next alternate that the image has segments for, after one; -1 if there are no more. */
static int next_memory(const struct boot0_session *session, const struct boot0_image *image,
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

/* The same for the nth memory of an image that is resolved; *plan stays NULL past the last. */
static enum boot0_status plan_memory(struct boot0_session *session, const struct boot0_image *image,
                                     const struct boot0_flash_options *options, size_t nth,
                                     struct boot0_plan **plan, struct boot0_error *error)
{
    enum boot0_status status;
    int memory = -1;

    do
        memory = next_memory(session, image, memory);
    while (memory >= 0 && nth-- > 0);
    if (memory < 0)
        return BOOT0_OK;
    status = begin_plan(session, image, memory, options, plan, error);
    if (status == BOOT0_OK)
        status = complete_plan(session, *plan, memory, error);
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

/* ---- carrying out ---- */

static enum boot0_status erase_steps(struct boot0_session *session, const struct boot0_plan *plan,
                                     int alternate, struct boot0_error *error)
{
    enum boot0_status status = BOOT0_OK;

    b0_session_phase(session, BOOT0_PHASE_ERASE, plan->erase_bytes);
    for (size_t i = 0; i < plan->step_count && status == BOOT0_OK; i++) {
        const struct boot0_plan_step *step = &plan->steps[i];

        if (step->action != BOOT0_PLAN_ERASE)
            continue;
        status = b0_session_erase_sector(session, alternate, step->address, error);
        session->phase_base += step->size;
    }
    b0_session_phase_end(session, &session->report.erase_us);
    return status;
}

static enum boot0_status write_steps(struct boot0_session *session, const struct boot0_plan *plan,
                                     int alternate, struct boot0_error *error)
{
    bool loads = b0_session_is_option_bytes(session, alternate);
    enum boot0_status status = BOOT0_OK;

    b0_session_phase(session, BOOT0_PHASE_WRITE, plan->write_bytes);
    for (size_t i = 0; i < plan->step_count && status == BOOT0_OK; i++) {
        const struct boot0_plan_step *step = &plan->steps[i];
        uint32_t written;

        if (step->action != BOOT0_PLAN_WRITE)
            continue;
        status = session->protocol->ops->write(session->protocol, alternate, step->address,
                                               step->data, step->size, error);
        written = session->protocol->done;
        if (loads) {
            status = b0_session_load_options(session, status, error);
            written = status == BOOT0_OK ? step->size : written;
        }
        session->report.bytes_written += written;
        session->phase_base += step->size;
    }
    b0_session_phase_end(session, &session->report.write_us);
    return b0_session_stopped(session, status, error);
}

enum boot0_status boot0_session_execute(struct boot0_session *session,
                                        const struct boot0_plan *plan,
                                        const struct boot0_flash_options *options,
                                        struct boot0_error *error)
{
    int alternate = b0_session_index_of(session, plan->options.alternate);
    enum boot0_status status;

    if (!options)
        options = &defaults;
    if (alternate < 0)
        return boot0_fail(error, BOOT0_E_USAGE, "the plan is for another board");
    session->report.image_bytes += plan->image_bytes;
    session->report.unchanged_bytes += plan->unchanged_bytes;
    if (plan->step_count == 0)
        return BOOT0_OK;
    session->report.touched = true;
    status = b0_session_begin_update(session, error);
    if (status == BOOT0_OK)
        status = erase_steps(session, plan, alternate, error);
    if (status == BOOT0_OK)
        status = write_steps(session, plan, alternate, error);
    if (status != BOOT0_OK)
        return b0_session_blame_journal(session, status, error);
    if (b0_session_plan_is_program(session, plan))
        return b0_session_end_and_verify(session, plan, alternate, options, error);
    if (!options->no_verify)
        status = b0_session_verify_changed(session, plan, alternate, error);
    if (status == BOOT0_OK && !b0_session_was_interrupted(session))
        status = b0_session_end_update(session, error);
    return status;
}

/* ---- the whole job ---- */

/*
 * One plan serves all attempts: what it preserves of a sector was read before the sector was
 * erased, and is nowhere else. Later attempts write what is missing.
 */
static enum boot0_status flash_memory(struct boot0_session *session,
                                      const struct boot0_image *image, int index,
                                      const struct boot0_flash_options *options,
                                      struct boot0_error *error)
{
    struct boot0_report before = session->report;
    struct boot0_plan *plan;
    enum boot0_status status = begin_plan(session, image, index, options, &plan, error);

    if (status != BOOT0_OK)
        return status;
    for (int attempt = 1;; attempt++) {
        status = complete_plan(session, plan, index, error);
        if (status == BOOT0_OK)
            status = boot0_session_execute(session, plan, options, error);
        if (status == BOOT0_OK || status == BOOT0_E_CANCELLED || !session->protocol->retryable ||
            attempt == ATTEMPTS)
            break;
        b0_session_note(session, "%s; trying again", error->message);
        status = session->protocol->ops->return_to_idle(session->protocol, error);
        if (status != BOOT0_OK)
            break;
        boot0_plan_again(plan);
        session->report.image_bytes = before.image_bytes;
        session->report.unchanged_bytes = before.unchanged_bytes;
    }
    boot0_plan_free(plan);
    return status;
}

static bool may_run(const struct boot0_session *session, const struct boot0_image *image,
                    uint32_t *address)
{
    struct boot0_vectors vectors;

    for (size_t i = 0; i < image->segment_count; i++) {
        *address = image->segments[i].address;
        if (b0_session_in_flash(session, &image->segments[i]))
            return *address % B0_VECTORS_ALIGNMENT == 0 &&
                   boot0_image_vectors(image, *address, &vectors) &&
                   b0_session_is_program(session, &vectors);
    }
    return false;
}

/*
 * After an interrupted update only a new program, from its vector table on, is known to be whole:
 * whatever else is flashed before that does not make it start.
 */
static enum boot0_status end_interrupted(struct boot0_session *session,
                                         const struct boot0_image *image, struct boot0_error *error)
{
    uint32_t start = session->board.bootloader.program_start;
    uint8_t byte;

    if (!b0_session_was_interrupted(session))
        return BOOT0_OK;
    for (size_t i = 0; i < image->segment_count; i++)
        if (boot0_image_copy(image, image->segments[i].alternate, start, &byte, 1) == 1)
            return b0_session_end_update(session, error);
    b0_session_note(session, "the program on the board is one whose update was interrupted: it "
                             "starts again when it has been flashed anew");
    return BOOT0_OK;
}

static enum boot0_status start_program(struct boot0_session *session,
                                       const struct boot0_image *image, struct boot0_error *error)
{
    uint32_t address;

    if (!may_run(session, image, &address))
        return BOOT0_OK;
    if (!session->locked)
        return boot0_session_run(session, address, error);
    b0_session_note(session, "the program is not started, because read protection is on: set "
                             "BOOT0 low and press reset");
    return BOOT0_OK;
}

static enum boot0_status flash_dfuse(struct boot0_session *session, const struct boot0_image *image,
                                     const struct boot0_flash_options *options,
                                     struct boot0_error *error)
{
    struct boot0_flash_options chosen = *options;
    enum boot0_status status = BOOT0_OK;

    if (session->board.bootloader.interrupted && !chosen.full) {
        b0_session_note(session, "the last update was cut off by a reset: flash that was being "
                                 "written then may not last, so all is written anew");
        chosen.full = true;
    }
    for (int memory = next_memory(session, image, -1); memory >= 0 && status == BOOT0_OK;
         memory = next_memory(session, image, memory)) {
        status = b0_session_apply_supply(session, error); /* again after a reset */
        if (status == BOOT0_OK)
            status = flash_memory(session, image, memory, &chosen, error);
    }
    if (status == BOOT0_OK)
        status = end_interrupted(session, image, error);
    return status == BOOT0_OK && !options->no_run ? start_program(session, image, error) : status;
}

enum boot0_status boot0_session_flash(struct boot0_session *session,
                                      const struct boot0_image *image,
                                      const struct boot0_flash_options *options,
                                      struct boot0_error *error)
{
    struct boot0_image *resolved;
    enum boot0_status status;

    if (!options)
        options = &defaults;
    status = boot0_session_resolve(session, image, options, &resolved, error);
    if (status != BOOT0_OK)
        return status;
    status = session->board.has_addresses
                 ? flash_dfuse(session, resolved, options, error)
                 : b0_session_flash_plain(session, resolved, options, error);
    boot0_image_free(resolved);
    return status;
}
