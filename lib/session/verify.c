/* SPDX-License-Identifier: MIT */
/* Compares the board's contents with the expected ones, after flashing or alone. */
#include "private.h"

#include <stdlib.h>

enum {
    COMPARE_STEP = 8192, /* bytes per read */
};

/* Returns how much of a changed sector must be read to verify it. */
static uint32_t length_to_verify(const struct boot0_plan *plan,
                                 const struct boot0_plan_sector *sector)
{
    uint8_t erased = plan->options.erases_to_zero ? 0x00 : 0xff;
    uint32_t length = sector->sector.size;

    while (length > 0 && !sector->mask[length - 1] && sector->wanted[length - 1] == erased)
        length--;
    return length;
}

static enum boot0_status compare(const struct boot0_plan_sector *sector, const uint8_t *held,
                                 uint32_t length, struct boot0_error *error)
{
    bool no_preserve =
        sector->need != BOOT0_NEED_ALL && !(sector->sector.access & BOOT0_SECTOR_ERASABLE);

    for (uint32_t i = 0; i < length; i++) {
        if (held[i] == sector->wanted[i] || (no_preserve && !sector->mask[i]))
            continue;
        boot0_fail(error, BOOT0_E_IO,
                   "verification failed at 0x%08x: 0x%02x was written, 0x%02x was read back",
                   sector->sector.address + i, sector->wanted[i], held[i]);
        boot0_hint(error,
                   "Write the whole file again. Possible causes: the sector is write-protected "
                   "(erasing it then has no effect), the supply is lower than the given one, or "
                   "the flash is worn.");
        return boot0_advise(error, BOOT0_ADVICE_SUPPLY, NULL);
    }
    return BOOT0_OK;
}

/* Verifies one written sector. */
static enum boot0_status verify_sector(struct boot0_session *session,
                                       const struct boot0_plan_sector *sector, int alternate,
                                       uint32_t length, struct boot0_error *error)
{
    enum boot0_status status = BOOT0_OK;
    bool same = false;
    uint8_t *held;

    if (b0_session_compares(session, alternate))
        status =
            b0_session_holds(session, sector->sector.address, sector->wanted, length, &same, error);
    if (status != BOOT0_OK || same)
        return status;
    held = malloc(length);
    if (!held)
        return boot0_fail(error, BOOT0_E_MEMORY, "out of memory for a sector");
    status = b0_session_read_run(session, alternate, sector->sector.address, held, length, error);
    if (status == BOOT0_OK)
        status = compare(sector, held, length, error);
    free(held);
    return status;
}

static enum boot0_status verify_options(struct boot0_session *session,
                                        const struct boot0_plan_sector *sector, int alternate,
                                        struct boot0_error *error)
{
    uint8_t *held = malloc(sector->sector.size);
    enum boot0_status status;

    if (!held)
        return boot0_fail(error, BOOT0_E_MEMORY, "out of memory for option bytes");
    status = b0_session_verify_options(session, sector, alternate, held, error);
    free(held);
    return status;
}

uint64_t b0_session_bytes_to_verify(const struct boot0_plan *plan)
{
    uint64_t total = 0;

    for (size_t i = 0; i < plan->sector_count; i++)
        total += plan->sectors[i].differs ? length_to_verify(plan, &plan->sectors[i]) : 0;
    return total;
}

enum boot0_status b0_session_verify_changed(struct boot0_session *session,
                                            const struct boot0_plan *plan, int alternate,
                                            struct boot0_error *error)
{
    enum boot0_status status = BOOT0_OK;
    uint64_t past = 0;

    b0_session_phase(session, BOOT0_PHASE_VERIFY, b0_session_bytes_to_verify(plan));
    for (size_t i = 0; i < plan->sector_count && status == BOOT0_OK; i++) {
        const struct boot0_plan_sector *sector = &plan->sectors[i];
        uint32_t length = sector->differs ? length_to_verify(plan, sector) : 0;

        if (length == 0 || !(sector->sector.access & BOOT0_SECTOR_READABLE))
            continue;
        session->phase_base = past;
        status = b0_session_is_option_bytes(session, alternate)
                     ? verify_options(session, sector, alternate, error)
                     : verify_sector(session, sector, alternate, length, error);
        past += length;
        session->report.bytes_verified += status == BOOT0_OK ? length : 0;
    }
    b0_session_phase_end(session, &session->report.verify_us);
    return status;
}

/*
 * For a whole program, the bootloader computes its digest for the journal anyway. If it differs,
 * the session finds out where, and revokes the completed update.
 */
enum boot0_status b0_session_end_and_verify(struct boot0_session *session,
                                            const struct boot0_plan *plan, int alternate,
                                            const struct boot0_flash_options *options,
                                            struct boot0_error *error)
{
    struct boot0_error ignored;
    enum boot0_status status;
    bool same;

    b0_session_phase(session, BOOT0_PHASE_VERIFY, b0_session_bytes_to_verify(plan));
    status = b0_session_end_update(session, error);
    same = status == BOOT0_OK && !options->no_verify && b0_session_journal_agrees(session, plan);
    if (same) {
        session->phase_base = b0_session_bytes_to_verify(plan);
        session->report.bytes_verified += session->phase_base;
    }
    b0_session_phase_end(session, &session->report.verify_us);
    if (status != BOOT0_OK || same || options->no_verify)
        return status;
    status = b0_session_verify_changed(session, plan, alternate, error);
    if (status != BOOT0_OK && b0_session_begin_update(session, &ignored) == BOOT0_OK)
        (void)b0_session_erase_sector(session, alternate, plan->sectors[0].sector.address,
                                      &ignored);
    return status;
}

/* ---- verifying without writing ---- */

static enum boot0_status verify_segment(struct boot0_session *session,
                                        const struct boot0_segment *segment,
                                        struct boot0_error *error)
{
    int alternate = b0_session_index_of(session, segment->alternate);
    uint8_t buffer[COMPARE_STEP];
    enum boot0_status status = BOOT0_OK;
    bool same = false;

    if (b0_session_compares(session, alternate))
        status = b0_session_holds(session, segment->address, segment->data, (uint32_t)segment->size,
                                  &same, error);
    if (status != BOOT0_OK)
        return status;
    if (same) {
        session->phase_base += segment->size;
        session->report.bytes_verified += segment->size;
        return BOOT0_OK;
    }
    for (size_t done = 0; done < segment->size;) {
        uint32_t part = segment->size - done < sizeof buffer ? (uint32_t)(segment->size - done)
                                                             : (uint32_t)sizeof buffer;
        uint32_t here = segment->address + (uint32_t)done;

        status = b0_session_read_run(session, alternate, here, buffer, part, error);
        if (status != BOOT0_OK)
            return status;
        for (uint32_t i = 0; i < part; i++)
            if (buffer[i] != segment->data[done + i])
                return b0_session_fail_different(session, here + i, segment->data[done + i],
                                                 buffer[i], error);
        done += part;
        session->report.bytes_verified += part;
    }
    return BOOT0_OK;
}

static enum boot0_status verify_segments(struct boot0_session *session,
                                         const struct boot0_image *image, struct boot0_error *error)
{
    enum boot0_status status = BOOT0_OK;

    b0_session_phase(session, BOOT0_PHASE_VERIFY, session->report.image_bytes);
    for (size_t i = 0; i < image->segment_count && status == BOOT0_OK; i++)
        status = verify_segment(session, &image->segments[i], error);
    b0_session_phase_end(session, &session->report.verify_us);
    return status;
}

enum boot0_status boot0_session_verify(struct boot0_session *session,
                                       const struct boot0_image *image,
                                       const struct boot0_flash_options *options,
                                       struct boot0_error *error)
{
    struct boot0_image *resolved;
    enum boot0_status status = boot0_session_resolve(session, image, options, &resolved, error);

    if (status != BOOT0_OK)
        return status;
    session->report.image_bytes = boot0_image_size(resolved);
    status = session->board.has_addresses
                 ? verify_segments(session, resolved, error)
                 : b0_session_verify_plain(session, resolved, options, error);
    boot0_image_free(resolved);
    return status;
}
