/* SPDX-License-Identifier: MIT */
/*
 * Option bytes: the chip loads written ones with a reset, so the board disappears and comes back;
 * and not every bit reads back as written.
 */
#include "../board/memory_kind.h"
#include "private.h"

#include <core/family/family.h>
#include <stdio.h>

enum {
    SHOWN_MAX = 40, /* bytes listed in a note */
};

/* Uses name and first address; the main flash is always flash. */
static enum b0_memory_kind kind_of(const struct boot0_session *session, int index)
{
    const struct boot0_board *board = &session->board;
    const struct boot0_layout *layout = &board->alternates[index].layout;

    if (index == board->flash_alternate || layout->region_count == 0)
        return B0_MEMORY_FLASH;
    return b0_memory_kind(board->family, layout->name, layout->regions[0].address);
}

bool b0_session_is_option_bytes(const struct boot0_session *session, int index)
{
    return kind_of(session, index) == B0_MEMORY_OPTION_BYTES;
}

/* AN3156, 3.3: Erase is for flash. Early ROMs report these memories as erasable (types "g"). */
bool b0_session_is_never_erased(const struct boot0_session *session, int index)
{
    enum b0_memory_kind kind = kind_of(session, index);

    return b0_memory_is_guarded(kind) && kind != B0_MEMORY_UNKNOWN;
}

/* ---- encoding ---- */

/* NULL if it is unknown. */
static const struct b0_option_encoding *encoding_of(const struct boot0_chip *chip, uint32_t address)
{
    const struct b0_family *family = b0_family_find(chip->family);
    const struct b0_option_encoding *encoding = family ? family->encodings : NULL;

    for (; encoding && encoding->period > 0; encoding++)
        if (encoding->address == 0 || encoding->address == address)
            return encoding;
    return NULL;
}

/* Returns the bits that every chip keeps which the board can be; all bits if unknown. */
static uint8_t kept_bits(const struct boot0_board *board, uint32_t address, uint32_t offset)
{
    uint8_t kept = 0xff;

    for (size_t i = 0; i < board->chip_count; i++) {
        const struct b0_option_encoding *encoding = encoding_of(board->chips[i], address);

        if (encoding)
            kept &= encoding->kept[offset % encoding->period];
    }
    return kept;
}

/* True if the written value enables read protection, after which nothing can be read. */
static bool protects(const struct boot0_board *board, const struct boot0_plan_sector *sector)
{
    for (size_t i = 0; i < board->chip_count; i++) {
        const struct b0_option_encoding *encoding =
            encoding_of(board->chips[i], sector->sector.address);

        if (!encoding || encoding->level_0 == 0 || encoding->rdp >= sector->sector.size ||
            sector->wanted[encoding->rdp] == encoding->level_0)
            return false;
    }
    return board->chip_count > 0;
}

/* ---- the reset ---- */

enum boot0_status b0_session_load_options(struct boot0_session *session, enum boot0_status status,
                                          struct boot0_error *error)
{
    struct boot0_error written = *error;
    bool left;

    /* If the board itself refused the write, nothing was written. */
    if (status != BOOT0_OK && status != BOOT0_E_GONE && !session->protocol->retryable)
        return status;
    left = b0_session_has_left(session);
    if (!left && status != BOOT0_E_GONE)
        return status;
    session->supply_done = false;
    status = b0_session_reopen(session, error);
    if (status == BOOT0_OK || status == BOOT0_E_CANCELLED)
        return status;
    if (!left) {
        *error = written;
        return error->code;
    }
    boot0_fail(error, BOOT0_E_GONE,
               "option bytes were written and the board was reset, but it did not come back in DFU "
               "mode: they could not be read back");
    boot0_hint(error, "Bring it into DFU mode again: set BOOT0 to 3.3 V and press reset.");
    return boot0_advise(error, BOOT0_ADVICE_REPEAT, NULL);
}

/* ---- reading back ---- */

static void tell(const struct boot0_session *session, uint32_t address, const uint8_t *held,
                 uint32_t size)
{
    char text[3 * SHOWN_MAX + 1] = "";

    for (uint32_t i = 0; i < size && i < SHOWN_MAX; i++)
        snprintf(text + 3 * (size_t)i, 4, " %02x", held[i]);
    b0_session_note(session, "option bytes at 0x%08x read%s%s", address, text,
                    size > SHOWN_MAX ? " ..." : "");
}

static enum boot0_status fail_option(uint32_t address, uint8_t wanted, uint8_t held,
                                     struct boot0_error *error)
{
    boot0_fail(error, BOOT0_E_IO,
               "the option byte at 0x%08x differs: 0x%02x was written, 0x%02x was read back",
               address, wanted, held);
    return boot0_hint(error, "Compare the values with the chip's reference manual: the chip may "
                             "reject this one, or reserve bits that boot0 does not know.");
}

static enum boot0_status compare(const struct boot0_session *session,
                                 const struct boot0_plan_sector *sector, const uint8_t *held,
                                 struct boot0_error *error)
{
    bool preserves = sector->need == BOOT0_NEED_ALL;
    unsigned others = 0; /* bytes of the image with other bits that differ */

    for (uint32_t i = 0; i < sector->sector.size; i++) {
        uint8_t kept = kept_bits(&session->board, sector->sector.address, i);
        uint8_t different = held[i] ^ sector->wanted[i];

        if ((different & kept) != 0 && (sector->mask[i] || preserves))
            return fail_option(sector->sector.address + i, sector->wanted[i], held[i], error);
        others += different != 0 && sector->mask[i];
    }
    if (others > 0)
        b0_session_note(session,
                        "bits that the chip reserves or computes read differently from what was "
                        "written, in %u byte%s",
                        others, others == 1 ? "" : "s");
    return BOOT0_OK;
}

enum boot0_status b0_session_verify_options(struct boot0_session *session,
                                            const struct boot0_plan_sector *sector, int alternate,
                                            uint8_t *held, struct boot0_error *error)
{
    uint32_t address = sector->sector.address;
    enum boot0_status status =
        b0_session_read_run(session, alternate, address, held, sector->sector.size, error);

    if (status == BOOT0_E_PROTECTED && protects(&session->board, sector)) {
        b0_session_note(session,
                        "read protection is on, as the option bytes at 0x%08x say; they "
                        "cannot be read back",
                        address);
        session->locked = true;
        return session->protocol->ops->return_to_idle(session->protocol, error);
    }
    if (status != BOOT0_OK)
        return status;
    tell(session, address, held, sector->sector.size);
    return compare(session, sector, held, error);
}
