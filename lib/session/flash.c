/* SPDX-License-Identifier: MIT */
/* The main operation: execute a plan, verify, retry, start the program. */
#include "private.h"

enum {
    ATTEMPTS = 3, /* after a retryable failure, a new plan contains the missing parts */
};

static const struct boot0_flash_options defaults;

/* ---- executing ---- */

/* The bootloader's journal, and digests, verify in no time. */
static void expect(struct boot0_session *session, const struct boot0_plan *plan, int alternate,
                   const struct boot0_flash_options *options)
{
    bool reads_back = !options->no_verify && !b0_session_compares(session, alternate);

    b0_session_expect_plan(session, plan, reads_back ? b0_session_bytes_to_verify(plan) : 0);
}

static enum boot0_status erase_steps(struct boot0_session *session, const struct boot0_plan *plan,
                                     int alternate, struct boot0_error *error)
{
    enum boot0_status status = BOOT0_OK;

    if (plan->erase_count == 0)
        return BOOT0_OK;
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
    expect(session, plan, alternate, options);
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

/* ---- the whole operation ---- */

/*
 * One plan serves all attempts: its preserved bytes were read before their sector was erased and
 * exist nowhere else. Later attempts write the missing parts.
 */
static enum boot0_status flash_memory(struct boot0_session *session,
                                      const struct boot0_image *image, int index,
                                      const struct boot0_flash_options *options,
                                      struct boot0_error *error)
{
    struct boot0_report before = session->report;
    struct boot0_plan *plan;
    enum boot0_status status = b0_session_begin_plan(session, image, index, options, &plan, error);

    if (status != BOOT0_OK)
        return status;
    for (int attempt = 1;; attempt++) {
        b0_session_expect_nothing(session);
        status = b0_session_complete_plan(session, plan, index, error);
        if (status == BOOT0_OK && session->observer.plan)
            session->observer.plan(session->observer.context, plan);
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
    b0_session_expect_nothing(session);
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
 * After an interrupted update only a new program, written from its vector table on, is known to be
 * complete. Other data that is flashed does not make the old program start.
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
    b0_session_note(session, "the last update of this program was interrupted: the program starts "
                             "again after it is flashed again");
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
        b0_session_note(session, "a reset interrupted the last update: flash that was being "
                                 "written then may not keep its data, so all of it is written "
                                 "again");
        chosen.full = true;
    }
    for (int memory = b0_session_next_memory(session, image, -1); memory >= 0 && status == BOOT0_OK;
         memory = b0_session_next_memory(session, image, memory)) {
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
