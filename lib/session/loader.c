/* SPDX-License-Identifier: MIT */
/* Loads the RAM loader into a board whose ROM accepts it, and continues the session with it. */
#include "../backend.h"
#include "private.h"

#include <boot0/loader.h>
#include <core/bootloader_map.h>
#include <core/bytes.h>
#include <stdlib.h>
#include <string.h>

enum {
    APPEARS_MS = 3000, /* it needs 0.2 s; after this time the user is informed */
    /* A busy system, or one that searches for a driver, may take longer. */
    APPEARS_LATE_MS = 12000,
    START_US = 700000, /* from the ROM to the loader: write, read back, enumerate */
    HASH_US_PER_KIB = 250,
};

/* ---- identification ---- */

uint16_t boot0_loader_device(const struct boot0_loader *loader)
{
    if (loader->size < B0_BOOTLOADER_HEAD_SIZE ||
        b0_load32(loader->data + B0_BOOTLOADER_SIGNATURE_AT) != B0_LOADER_SIGNATURE)
        return 0;
    return b0_load16(loader->data + B0_BOOTLOADER_DEVICE_AT);
}

/* True for a board in ST's bootloader whose chip may have this id; 0: any chip with a loader. */
static bool is_in_rom(const struct boot0_session *session, uint16_t device)
{
    const struct boot0_board *board = &session->board;

    if (board->bootloader.present || board->mode != BOOT0_MODE_DFU || !board->has_addresses ||
        board->flash_alternate < 0)
        return false;
    for (size_t i = 0; i < board->chip_count; i++)
        if (device == 0 ? b0_bootloader_runs_on(board->chips[i]->id)
                        : board->chips[i]->id == device)
            return true;
    return false;
}

bool boot0_session_takes_loader(const struct boot0_session *session,
                                const struct boot0_loader *loader)
{
    uint16_t device = boot0_loader_device(loader);

    return device != 0 && is_in_rom(session, device);
}

/* ---- starting it ---- */

/* Checks that the RAM holds the loader afterwards: the ROM may use some of it. */
static enum boot0_status read_back(struct boot0_session *session, const struct boot0_loader *loader,
                                   bool *same, struct boot0_error *error)
{
    struct b0_protocol *protocol = session->protocol;
    uint8_t *held = malloc(loader->size);
    enum boot0_status status;

    *same = false;
    if (!held)
        return boot0_fail(error, BOOT0_E_MEMORY, "out of memory");
    status = protocol->ops->read(protocol, session->board.flash_alternate, B0_LOADER_BASE, held,
                                 (uint32_t)loader->size, error);
    *same = status == BOOT0_OK && memcmp(held, loader->data, loader->size) == 0;
    free(held);
    return status;
}

/*
 * If the ROM refuses the loader, the session continues with the ROM. Not if the board is gone or
 * the user has stopped the operation.
 */
static enum boot0_status refused(struct boot0_session *session, enum boot0_status status,
                                 struct boot0_error *error)
{
    struct boot0_error reason = *error;

    if (status != BOOT0_E_PROTOCOL && status != BOOT0_E_RANGE && status != BOOT0_E_UNSUPPORTED)
        return b0_session_stopped(session, status, error);
    status = session->protocol->ops->return_to_idle(session->protocol, error);
    if (status == BOOT0_OK)
        b0_session_note(session,
                        "the board rejects the RAM loader (%s): using its bootloader in ROM "
                        "instead",
                        reason.message);
    return status;
}

static enum boot0_status write_loader(struct boot0_session *session,
                                      const struct boot0_loader *loader, bool *loaded,
                                      struct boot0_error *error)
{
    struct b0_protocol *protocol = session->protocol;
    enum boot0_status status;

    b0_session_phase(session, BOOT0_PHASE_PREPARE, loader->size);
    status = protocol->ops->write(protocol, session->board.flash_alternate, B0_LOADER_BASE,
                                  loader->data, (uint32_t)loader->size, error);
    if (status == BOOT0_OK)
        status = read_back(session, loader, loaded, error);
    if (status != BOOT0_OK)
        return refused(session, status, error);
    if (!*loaded)
        b0_session_note(session, "the board's RAM does not hold what was written to it: using the "
                                 "bootloader in ROM instead");
    return BOOT0_OK;
}

/* Writes the loader, adapted to the connection. */
static enum boot0_status load(struct boot0_session *session, const struct boot0_loader *loader,
                              bool *loaded, struct boot0_error *error)
{
    const struct boot0_backend *backend = b0_backend_of(&session->transport);
    uint8_t *image = malloc(loader->size);
    const struct boot0_loader mine = {image, loader->size};
    enum boot0_status status;

    if (!image)
        return boot0_fail(error, BOOT0_E_MEMORY, "out of memory");
    memcpy(image, loader->data, loader->size);
    if (backend->prepare_loader)
        backend->prepare_loader(&session->transport, image, mine.size);
    status = write_loader(session, &mine, loaded, error);
    free(image);
    return status;
}

static enum boot0_status fail_silent(struct boot0_error *error)
{
    boot0_fail(error, BOOT0_E_GONE, "the RAM loader was started, but does not appear");
    boot0_hint(error, "Press the board's reset button, with BOOT0 at 3.3 V, to return to ST's "
                      "bootloader. Nothing was changed.");
    return boot0_advise(error, BOOT0_ADVICE_WITHOUT_LOADER, NULL);
}

/* Waits for the loader, or for the ROM again if the chip is another one. */
static enum boot0_status follow(struct boot0_session *session, struct boot0_error *error)
{
    const struct boot0_backend *backend = b0_backend_of(&session->transport);
    enum boot0_status status = BOOT0_OK;

    if (backend->follow_loader)
        status = backend->follow_loader(&session->transport, error);
    if (backend->follow_loader && status != BOOT0_OK)
        return status == BOOT0_E_NO_BOARD ? fail_silent(error) : status;
    status = b0_session_reopen_other(session, APPEARS_MS, error);
    if (status == BOOT0_E_NO_BOARD) {
        b0_session_note(session, "the RAM loader does not appear; press the board's reset button "
                                 "to return to ST's bootloader");
        status = b0_session_reopen_other(session, APPEARS_LATE_MS, error);
    }
    return status == BOOT0_E_NO_BOARD ? fail_silent(error) : status;
}

enum boot0_status boot0_session_start_loader(struct boot0_session *session,
                                             const struct boot0_loader *loader,
                                             enum boot0_loader_result *result,
                                             struct boot0_error *error)
{
    struct b0_protocol *protocol = session->protocol;
    enum boot0_status status;
    bool loaded = false;

    *result = BOOT0_LOADER_REFUSED;
    if (!boot0_session_takes_loader(session, loader)) {
        b0_session_note(session, "the RAM loader is for another board: using the board's own "
                                 "bootloader instead");
        return BOOT0_OK;
    }
    status = load(session, loader, &loaded, error);
    if (status != BOOT0_OK || !loaded)
        return status;
    status = protocol->ops->leave(protocol, B0_LOADER_BASE, error);
    if (status != BOOT0_OK)
        return refused(session, status, error);
    b0_session_has_left(session);
    status = follow(session, error);
    if (status == BOOT0_OK)
        *result = session->board.bootloader.in_ram ? BOOT0_LOADER_STARTED : BOOT0_LOADER_OTHER_CHIP;
    return status;
}

/* ---- estimated saving ---- */

uint64_t boot0_session_loader_us(const struct boot0_session *session)
{
    const struct boot0_report *report = &session->report;

    if (!is_in_rom(session, 0) || !session->times)
        return 0;
    return START_US + session->fast_erase_us +
           b0_flash_program_us(session->times, B0_PARALLEL_X32, (uint32_t)report->bytes_written) +
           report->image_bytes / 1024 * HASH_US_PER_KIB;
}
