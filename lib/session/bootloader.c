/* SPDX-License-Identifier: MIT */
/*
 * Requests of a session to boot0's own bootloader beyond DfuSe: begin and end of an update, the
 * next program, protection.
 */
#include "../usb/extension.h"
#include "private.h"

#include <core/array.h>
#include <core/dfu.h>
#include <string.h>

enum {
    STATUS_TIMEOUT_MS = 5000,
};

bool b0_session_has_journal(const struct boot0_session *session)
{
    return session->board.bootloader.present && !session->board.bootloader.in_ram;
}

static enum boot0_status need_bootloader(const struct boot0_session *session, const char *what,
                                         struct boot0_error *error)
{
    if (session->board.bootloader.present)
        return BOOT0_OK;
    boot0_fail(error, BOOT0_E_UNSUPPORTED, "this board's bootloader cannot %s", what);
    boot0_hint(error, "Install boot0's own bootloader, which can do this.");
    return boot0_advise(error, BOOT0_ADVICE_INSTALL_BOOTLOADER, NULL);
}

static enum boot0_status order(struct boot0_session *session, enum b0_extension_command command,
                               uint16_t value, const char *doing, struct boot0_error *error)
{
    session->other_transfers++;
    return b0_extension_order(&session->transport, &session->board.bootloader, command, value,
                              doing, error);
}

/* ---- the journal ---- */

#define JOURNAL "its journal (sector 1, at 0x08004000)"

/* Bootloaders before 1.2 neither report nor remove this protection. */
static enum boot0_status fail_journal(const struct boot0_bootloader *bootloader,
                                      struct boot0_error *error)
{
    if (bootloader->journal_protected) {
        boot0_fail(error, BOOT0_E_PROTECTED,
                   "the bootloader cannot write " JOURNAL ": the sector is write-protected");
        boot0_hint(error, "Remove the write protection of sectors 0 and 1, and try again.");
        return boot0_advise(error, BOOT0_ADVICE_UNPROTECT_WRITE, NULL);
    }
    boot0_fail(error, BOOT0_E_PROTECTED,
               "the bootloader cannot write " JOURNAL
               ": the sector is write-protected or worn out");
    if (bootloader->protocol < B0_EXTENSION_KNOWS_JOURNAL) {
        boot0_hint(error,
                   "Update the bootloader, then remove the write protection of sectors 0 and "
                   "1, and try again.");
        return boot0_advise(error, BOOT0_ADVICE_UPDATE_AND_UNPROTECT, NULL);
    }
    return boot0_hint(error,
                      "Try again: the next record is written to another place. Replace the chip "
                      "if this happens each time.");
}

enum boot0_status b0_session_check_journal(const struct boot0_session *session,
                                           struct boot0_error *error)
{
    const struct boot0_bootloader *bootloader = &session->board.bootloader;

    return bootloader->present && bootloader->journal_protected ? fail_journal(bootloader, error)
                                                                : BOOT0_OK;
}

/* Returns the status of the last DFU request: DFU 1.1, 6.1.2. Without an answer it is OK. */
static uint8_t dfu_status(struct boot0_session *session)
{
    const struct boot0_setup setup = {
        .bmRequestType = BOOT0_USB_DIR_IN | BOOT0_USB_TYPE_CLASS | BOOT0_USB_RECIPIENT_INTERFACE,
        .bRequest = BOOT0_DFU_GETSTATUS,
        .wIndex = session->board.alternates[0].interface,
        .wLength = BOOT0_DFU_STATUS_SIZE,
    };
    uint8_t bytes[BOOT0_DFU_STATUS_SIZE];
    size_t actual = 0;

    session->other_transfers++;
    if (session->transport.ops->control(session->transport.context, &setup, bytes, &actual,
                                        STATUS_TIMEOUT_MS) != BOOT0_XFER_OK ||
        actual < sizeof bytes)
        return BOOT0_DFU_STATUS_OK;
    return b0_dfu_status_load(bytes).status;
}

/*
 * The bootloader changes nothing before BEGIN is in flash: errWRITE without BEGIN concerns the
 * journal.
 */
enum boot0_status b0_session_blame_journal(struct boot0_session *session, enum boot0_status status,
                                           struct boot0_error *error)
{
    struct boot0_bootloader now = session->board.bootloader;
    struct boot0_error ignored;

    if (status != BOOT0_E_PROTOCOL || !b0_session_has_journal(session) ||
        dfu_status(session) != BOOT0_DFU_STATUS_ERR_WRITE ||
        b0_extension_refresh(&session->transport, &now, &ignored) != BOOT0_OK ||
        now.update == BOOT0_UPDATE_BEGUN)
        return status;
    return fail_journal(&now, error);
}

/* ---- updates ---- */

enum boot0_status b0_session_begin_update(struct boot0_session *session, struct boot0_error *error)
{
    enum boot0_status status = b0_session_check_journal(session, error);

    if (status != BOOT0_OK || !session->board.bootloader.present)
        return status;
    return order(session, B0_EXTENSION_BEGIN_SESSION, 0, "beginning the update", error);
}

/*
 * A bootloader before 1.2 that could not write its journal continued nevertheless and left the
 * record of an earlier update.
 */
static enum boot0_status check_completed(struct boot0_session *session, unsigned free_before,
                                         struct boot0_error *error)
{
    struct boot0_bootloader *bootloader = &session->board.bootloader;
    enum boot0_status status = b0_extension_refresh(&session->transport, bootloader, error);

    session->other_transfers++;
    if (status != BOOT0_OK)
        return status;
    return bootloader->update == BOOT0_UPDATE_COMPLETE && bootloader->journal_free != free_before
               ? BOOT0_OK
               : fail_journal(bootloader, error);
}

enum boot0_status b0_session_explain(struct boot0_session *session, enum boot0_status status,
                                     const char *doing, struct boot0_error *error)
{
    bool may_be_asked = status == BOOT0_OK || status == BOOT0_E_PROTOCOL;
    uint8_t reported = may_be_asked ? dfu_status(session) : (uint8_t)BOOT0_DFU_STATUS_OK;

    if (reported == BOOT0_DFU_STATUS_OK)
        return status;
    boot0_fail(error, BOOT0_E_PROTOCOL, "the board reported %s while %s: %s",
               b0_dfu_status_name(reported), doing, b0_dfu_status_text(reported));
    boot0_hint(error, "Check the supply and the write protection of the sectors, and try again.");
    return b0_session_blame_journal(session, BOOT0_E_PROTOCOL, error);
}

enum boot0_status b0_session_finish_queue(struct boot0_session *session, const char *doing,
                                          struct boot0_error *error)
{
    struct boot0_bootloader now = session->board.bootloader;
    enum boot0_status status;

    if (!now.present)
        return BOOT0_OK;
    status = b0_extension_refresh(&session->transport, &now, error);
    session->other_transfers++;
    return b0_session_explain(session, status, doing, error);
}

enum boot0_status b0_session_end_update(struct boot0_session *session, struct boot0_error *error)
{
    unsigned free_before = session->board.bootloader.journal_free;
    enum boot0_status status;

    if (!session->board.bootloader.present)
        return BOOT0_OK;
    status = order(session, B0_EXTENSION_END_SESSION, 0, "completing the update", error);
    if (status != BOOT0_OK)
        return b0_session_explain(session, status, "completing the update", error);
    return b0_session_has_journal(session) ? check_completed(session, free_before, error)
                                           : BOOT0_OK;
}

/* ---- the journal's digest ---- */

/* True if all bytes of the sector are known in `wanted`. */
static bool is_known(const struct boot0_plan_sector *s)
{
    return s->differs || s->image_bytes == s->sector.size;
}

bool b0_session_plan_is_program(const struct boot0_session *session, const struct boot0_plan *plan)
{
    uint32_t next = session->board.bootloader.program_start;

    if (!b0_session_has_journal(session) || plan->sector_count == 0)
        return false;
    for (size_t i = 0; i < plan->sector_count; i++) {
        if (plan->sectors[i].sector.address != next || !is_known(&plan->sectors[i]))
            return false;
        next += plan->sectors[i].sector.size;
    }
    return true;
}

/* Returns the length of the plan's contents without the blank end. */
static uint32_t wanted_length(const struct boot0_plan *plan)
{
    const struct boot0_plan_sector *last = &plan->sectors[plan->sector_count - 1];
    uint8_t erased = plan->options.erases_to_zero ? 0x00 : 0xff;
    uint32_t length = last->sector.size;

    while (length > 0 && last->wanted[length - 1] == erased)
        length--;
    return last->sector.address - plan->sectors[0].sector.address + length;
}

/* True if the journal's last record matches the plan, as far as the plan goes. */
static bool is_of_plan(const struct boot0_bootloader *bootloader, const struct boot0_plan *plan)
{
    uint8_t digest[B0_SHA256_SIZE];
    struct b0_sha256 sha;
    uint32_t left = bootloader->program_length;

    b0_sha256_begin(&sha);
    for (size_t i = 0; i < plan->sector_count; i++) {
        uint32_t size = plan->sectors[i].sector.size;

        b0_sha256_add(&sha, plan->sectors[i].wanted, left < size ? left : size);
        left -= left < size ? left : size;
    }
    b0_sha256_end(&sha, digest);
    return left == 0 && memcmp(digest, bootloader->program_digest, sizeof digest) == 0;
}

bool b0_session_journal_agrees(const struct boot0_session *session, const struct boot0_plan *plan)
{
    const struct boot0_bootloader *bootloader = &session->board.bootloader;

    return bootloader->update == BOOT0_UPDATE_COMPLETE &&
           bootloader->program_length >= wanted_length(plan) && is_of_plan(bootloader, plan);
}

/* True if all bytes that the image defines are within `length` bytes from the start of programs. */
static bool is_within(const struct boot0_plan *plan, uint32_t start, uint32_t length)
{
    for (size_t i = 0; i < plan->sector_count; i++) {
        const struct boot0_plan_sector *s = &plan->sectors[i];
        uint32_t part = length < s->sector.size ? length : s->sector.size;

        if (s->sector.address != start || memchr(s->mask + part, 1, s->sector.size - part))
            return false;
        start += s->sector.size;
        length -= part;
    }
    return true;
}

enum boot0_status b0_session_was_completed(struct boot0_session *session,
                                           const struct boot0_plan *plan, bool *completed,
                                           struct boot0_error *error)
{
    /* Keeps the initial information in the session: whether the last update was interrupted. */
    struct boot0_bootloader now = session->board.bootloader;
    enum boot0_status status = b0_extension_refresh(&session->transport, &now, error);

    session->other_transfers++;
    *completed = status == BOOT0_OK && now.update == BOOT0_UPDATE_COMPLETE &&
                 now.program_length > 0 && is_within(plan, now.program_start, now.program_length) &&
                 is_of_plan(&now, plan);
    return status;
}

bool b0_session_was_interrupted(const struct boot0_session *session)
{
    return session->board.bootloader.present &&
           session->board.bootloader.update == BOOT0_UPDATE_BEGUN;
}

/* ---- commands ---- */

enum boot0_status boot0_session_reset_to(struct boot0_session *session, enum boot0_target target,
                                         struct boot0_error *error)
{
    static const struct {
        uint16_t value;
        const char *doing;
    } targets[] = {
        [BOOT0_TARGET_PROGRAM] = {B0_EXTENSION_TO_PROGRAM, "starting the program"},
        [BOOT0_TARGET_BOOTLOADER] = {B0_EXTENSION_TO_BOOTLOADER, "restarting the bootloader"},
        [BOOT0_TARGET_ROM] = {B0_EXTENSION_TO_ROM, "going to the bootloader in ROM"},
    };
    enum boot0_status status = need_bootloader(session, "reset the chip on command", error);

    if ((unsigned)target >= B0_LENGTH(targets))
        return boot0_fail(error, BOOT0_E_USAGE, "unknown reset target");
    if (status == BOOT0_OK)
        status =
            order(session, B0_EXTENSION_RESET, targets[target].value, targets[target].doing, error);
    if (status != BOOT0_OK)
        return status;
    b0_session_phase(session, BOOT0_PHASE_RUN, 0);
    session->report.started = b0_session_has_left(session);
    return BOOT0_OK;
}

enum boot0_status boot0_session_bootloader_is(struct boot0_session *session, const uint8_t *data,
                                              uint32_t size, bool *same, struct boot0_error *error)
{
    enum boot0_status status = need_bootloader(session, "compute digests", error);
    uint32_t start = session->board.bootloader.program_start & ~UINT32_C(0xfffff);

    *same = false;
    return status == BOOT0_OK ? b0_session_holds(session, start, data, size, same, error) : status;
}

enum boot0_status boot0_session_end_update(struct boot0_session *session, struct boot0_error *error)
{
    enum boot0_status status = need_bootloader(session, "complete an update", error);

    return status == BOOT0_OK ? b0_session_end_update(session, error) : status;
}

enum boot0_status boot0_session_erase_journal(struct boot0_session *session,
                                              struct boot0_error *error)
{
    enum boot0_status status = need_bootloader(session, "erase a journal", error);

    if (status == BOOT0_OK)
        status = order(session, B0_EXTENSION_ERASE_JOURNAL, 0, "erasing the journal", error);
    return status;
}

enum boot0_status boot0_session_protect_bootloader(struct boot0_session *session, bool on,
                                                   struct boot0_error *error)
{
    enum boot0_status status = need_bootloader(session, "write-protect itself on command", error);

    if (status == BOOT0_OK)
        status = order(session, B0_EXTENSION_PROTECT, on ? 1 : 0,
                       on ? "write-protecting the bootloader"
                          : "removing the bootloader's write protection",
                       error);
    if (status == BOOT0_OK)
        (void)b0_session_has_left(session); /* later searches find it with the new bytes */
    return status;
}

enum boot0_status boot0_session_set_brownout(struct boot0_session *session, unsigned level,
                                             struct boot0_error *error)
{
    enum boot0_status status = need_bootloader(session, "set a brown-out level", error);

    if (status == BOOT0_OK && level > 3)
        return boot0_fail(error, BOOT0_E_USAGE, "unknown brown-out level %u", level);
    if (status == BOOT0_OK && !session->board.bootloader.knows_supply) {
        boot0_fail(error, BOOT0_E_UNSUPPORTED, "this bootloader cannot set a brown-out level");
        return boot0_advise(error, BOOT0_ADVICE_UPDATE_BOOTLOADER, NULL);
    }
    if (status == BOOT0_OK)
        status = order(session, B0_EXTENSION_PROTECT, (uint16_t)(B0_EXTENSION_BROWNOUT | level),
                       "setting the brown-out level", error);
    if (status == BOOT0_OK)
        (void)b0_session_has_left(session);
    return status;
}
