/* SPDX-License-Identifier: MIT */
/*
 * Installs boot0's own bootloader in the first sector of the flash, through ST's bootloader in ROM
 * or on the UART. It cannot replace itself: docs/explanation/bootloader.md has the reasons.
 */
#include "private.h"

#include <boot0/database.h>
#include <boot0/install.h>
#include <core/array.h>
#include <core/bootloader_map.h>
#include <core/bytes.h>
#include <core/journal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Precedes the version in the bootloader's bytes: firmware/bootloader/startup.c. */
static const char mark[] = "boot0 bootloader ";

/* The flash contents before the installation. */
struct found {
    uint8_t first[B0_BOOTLOADER_SIZE]; /* the bootloader's sector */
    uint8_t journal[B0_JOURNAL_SIZE];  /* the journal's */
    uint8_t vectors[8];                /* at the start of programs behind the bootloader */
    bool ours;                         /* the bootloader is some version of boot0's */
    bool journal_fits;                 /* the journal's sector contains a journal or is blank */
};

/* ---- the version in a bootloader's bytes ---- */

/* Parses three numbers separated by dots, and a NUL. */
static bool take_version(char version[BOOT0_BOOTLOADER_VERSION_MAX], const uint8_t *data,
                         size_t size)
{
    size_t length = 0;
    int dots = 0;

    while (length < size && length < BOOT0_BOOTLOADER_VERSION_MAX - 1 &&
           ((data[length] >= '0' && data[length] <= '9') || data[length] == '.')) {
        dots += data[length] == '.';
        version[length] = (char)data[length];
        length++;
    }
    version[length] = '\0';
    return dots == 2 && length < size && data[length] == '\0';
}

/* Returns the offset after the next mark, from `offset` on; 0: none. */
static size_t find_mark(const uint8_t *data, size_t size, size_t offset)
{
    const size_t length = sizeof mark - 1;

    for (size_t i = offset; i + length <= size; i++)
        if (memcmp(data + i, mark, length) == 0)
            return i + length;
    return 0;
}

void boot0_bootloader_version(char version[BOOT0_BOOTLOADER_VERSION_MAX], const uint8_t *data,
                              size_t size)
{
    for (size_t at = 0; (at = find_mark(data, size, at)) != 0;)
        if (take_version(version, data + at, size - at))
            return;
    version[0] = '\0';
}

/* ---- current contents ---- */

static bool is_blank(const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (data[i] != 0xff)
            return false;
    return true;
}

/* A journal that was ever used has a record in its first slot. */
static bool is_journal(const uint8_t *sector)
{
    struct b0_journal journal;

    b0_journal_scan(&journal, sector, B0_JOURNAL_RECORD_SIZE);
    return journal.has_complete || journal.sequence > 0;
}

static bool is_program(const uint8_t *vectors)
{
    uint32_t reset = b0_load32(vectors + 4);

    return (b0_load32(vectors) >> 28 == 1 || b0_load32(vectors) >> 28 == 2) && (reset & 1) != 0 &&
           reset > B0_PROGRAM_BASE && reset < B0_FLASH_BASE + B0_FLASH_SIZE_MAX;
}

/* Reads several areas as one progress phase. */
static enum boot0_status read_flash(struct boot0_session *session, struct found *found,
                                    struct boot0_error *error)
{
    const struct {
        uint32_t address;
        uint8_t *data;
        uint32_t size;
    } parts[] = {
        {B0_FLASH_BASE, found->first, sizeof found->first},
        {B0_JOURNAL_BASE, found->journal, sizeof found->journal},
        {B0_PROGRAM_BASE, found->vectors, sizeof found->vectors},
    };
    const int flash = session->board.flash_alternate;
    enum boot0_status status = BOOT0_OK;

    if (flash < 0)
        return boot0_fail(error, BOOT0_E_MISMATCH, "the board shows no flash at 0x%08x",
                          B0_FLASH_BASE);
    b0_session_phase(session, BOOT0_PHASE_READ,
                     sizeof found->first + sizeof found->journal + sizeof found->vectors);
    for (size_t i = 0; i < B0_LENGTH(parts) && status == BOOT0_OK; i++) {
        status = b0_session_read_run(session, flash, parts[i].address, parts[i].data, parts[i].size,
                                     error);
        session->phase_base += parts[i].size;
    }
    b0_session_phase_end(session, &session->report.read_us);
    return status;
}

static enum boot0_status look(struct boot0_session *session, const struct boot0_segment *bootloader,
                              struct found *found, struct boot0_install_report *report,
                              struct boot0_error *error)
{
    enum boot0_status status = read_flash(session, found, error);

    if (status != BOOT0_OK)
        return status;
    if (report->version_before[0] == '\0')
        boot0_bootloader_version(report->version_before, found->first, sizeof found->first);
    report->same = memcmp(found->first, bootloader->data, bootloader->size) == 0;
    found->ours = report->same || find_mark(found->first, sizeof found->first, 0) != 0;
    report->updated = found->ours && !report->same;
    found->journal_fits =
        is_blank(found->journal, sizeof found->journal) || is_journal(found->journal);
    report->keeps_program = is_program(found->vectors);
    return BOOT0_OK;
}

/* ---- confirmation ---- */

static enum boot0_status ask(const struct boot0_install_options *options,
                             enum boot0_install_loss loss, struct boot0_error *error)
{
    if (options->lose)
        return options->lose(options->context, loss, error);
    boot0_fail(error, BOOT0_E_USAGE, "the flash at 0x%08x holds other data",
               loss == BOOT0_INSTALL_LOSES_PROGRAM ? B0_FLASH_BASE : B0_JOURNAL_BASE);
    return boot0_hint(error, "Allow its loss, or erase the flash first. Nothing was written.");
}

static enum boot0_status ask_for_losses(const struct found *found,
                                        const struct boot0_install_options *options,
                                        struct boot0_error *error)
{
    enum boot0_status status = BOOT0_OK;

    if (!found->ours && !is_blank(found->first, sizeof found->first))
        status = ask(options, BOOT0_INSTALL_LOSES_PROGRAM, error);
    if (status == BOOT0_OK && !found->journal_fits)
        status = ask(options, BOOT0_INSTALL_LOSES_DATA, error);
    return status;
}

/* ---- identification ---- */

uint16_t boot0_bootloader_device(const struct boot0_image *bootloader)
{
    const struct boot0_segment *segment = bootloader->segments;
    uint16_t id = 0;

    if (bootloader->segment_count > 0 && segment->size >= B0_BOOTLOADER_HEAD_SIZE &&
        b0_load32(segment->data + B0_BOOTLOADER_SIGNATURE_AT) == B0_BOOTLOADER_SIGNATURE)
        id = b0_load16(segment->data + B0_BOOTLOADER_DEVICE_AT);
    return id == 0 ? B0_BOOTLOADER_DEVICE_DEFAULT : id;
}

/*
 * If several chips match a board's flash, the first, most common one is assumed; for another one
 * the user must name it. (A bootloader that finds itself on another chip returns to the ROM.)
 */
enum boot0_status boot0_session_check_install(const struct boot0_session *session,
                                              const struct boot0_image *bootloader,
                                              struct boot0_error *error)
{
    const struct boot0_board *board = &session->board;
    const struct boot0_chip *wanted =
        boot0_database_chip_by_id(board->database, boot0_bootloader_device(bootloader));
    struct boot0_facts facts = {0};
    char chips[160];

    if (!wanted)
        return boot0_fail(error, BOOT0_E_DATA, "the bootloader is for an unknown chip, 0x%03x",
                          boot0_bootloader_device(bootloader));
    if (board->chip_count > 0 && board->chips[0]->id == wanted->id)
        return BOOT0_OK;
    snprintf(facts.text, sizeof facts.text, "%s", wanted->key);
    for (size_t i = 1; i < board->chip_count; i++)
        if (board->chips[i]->id == wanted->id) {
            boot0_fail(error, BOOT0_E_MISMATCH,
                       "the board may be an %s, or another chip with the same flash", wanted->name);
            boot0_hint(error,
                       "Read the chip's marking: this bootloader does not run on another chip.");
            return boot0_advise(error, BOOT0_ADVICE_NAME_BOOTLOADER_CHIP, &facts);
        }
    boot0_fail(error, BOOT0_E_MISMATCH, "the bootloader is for the %s, but the board is %s",
               wanted->name,
               board->chip_count > 0 ? boot0_board_chip_name(board, chips, sizeof chips)
                                     : "of an unknown chip");
    boot0_hint(error, "Read the chip's marking.");
    return boot0_advise(error, BOOT0_ADVICE_NAME_BOOTLOADER_CHIP, &facts);
}

static enum boot0_status fail_there(const struct boot0_bootloader *bootloader,
                                    struct boot0_error *error)
{
    boot0_fail(error, BOOT0_E_UNSUPPORTED, "boot0's bootloader %u.%u.%u is installed already",
               bootloader->version[0], bootloader->version[1], bootloader->version[2]);
    boot0_hint(error, "Install it as an update to replace that version.");
    return boot0_advise(error, BOOT0_ADVICE_REPLACE_BOOTLOADER, NULL);
}

static enum boot0_status check_image(const struct boot0_image *bootloader,
                                     struct boot0_error *error)
{
    if (bootloader->segment_count == 1 && bootloader->segments[0].size <= B0_BOOTLOADER_SIZE)
        return BOOT0_OK;
    boot0_fail(error, BOOT0_E_DATA,
               "the bootloader is not one contiguous piece of at most %u bytes",
               B0_BOOTLOADER_SIZE);
    return boot0_hint(error, "Check whether the file is another program. Nothing was written.");
}

/* ---- from boot0's bootloader to ST's ---- */

static enum boot0_status go_to_rom(struct boot0_session *session, struct boot0_error *error)
{
    enum boot0_status status = BOOT0_OK;

    if (session->board.bootloader.write_protected) {
        b0_session_note(session, "removed the bootloader's write protection");
        status = boot0_session_protect_bootloader(session, false, error);
        if (status == BOOT0_OK)
            status = b0_session_reopen(session, error);
    }
    if (status == BOOT0_OK)
        status = boot0_session_reset_to(session, BOOT0_TARGET_ROM, error);
    if (status == BOOT0_OK)
        status = b0_session_reopen_other(session, 0, error);
    if (status != BOOT0_OK || !session->board.bootloader.present)
        return status;
    boot0_fail(error, BOOT0_E_PROTOCOL, "the board did not go to ST's bootloader in ROM");
    return boot0_hint(error, "Set BOOT0 to 3.3 V and press reset to start it by hand.");
}

static enum boot0_status check_readable(const struct boot0_session *session,
                                        struct boot0_error *error)
{
    if (!session->board.bootloader.read_protected)
        return BOOT0_OK;
    boot0_fail(error, BOOT0_E_PROTECTED,
               "the board is read-protected: ST's bootloader in ROM can write the flash only "
               "after it has erased everything");
    return boot0_advise(error, BOOT0_ADVICE_UNPROTECT_READ, NULL);
}

/* Does nothing if it is the same version; otherwise the board is in ST's bootloader afterwards. */
static enum boot0_status leave_bootloader(struct boot0_session *session,
                                          const struct boot0_segment *bootloader,
                                          struct boot0_install_report *report,
                                          struct boot0_error *error)
{
    const struct boot0_bootloader *present = &session->board.bootloader;
    enum boot0_status status = boot0_session_bootloader_is(
        session, bootloader->data, (uint32_t)bootloader->size, &report->same, error);

    if (status != BOOT0_OK)
        return status;
    snprintf(report->version_before, sizeof report->version_before, "%u.%u.%u", present->version[0],
             present->version[1], present->version[2]);
    report->keeps_program = present->update == BOOT0_UPDATE_COMPLETE;
    if (report->same)
        return BOOT0_OK;
    status = check_readable(session, error);
    if (status != BOOT0_OK)
        return status;
    /* The ROM reports only the flash layout, which several chips share. */
    if (!session->options.chip && session->board.chip_count > 0)
        session->options.chip = session->board.chips[0]->key;
    b0_session_note(session,
                    "replacing bootloader %s by %s through ST's bootloader in ROM. If the power "
                    "fails in the next seconds, BOOT0 is needed once more",
                    report->version_before, report->version[0] ? report->version : "the file's");
    return go_to_rom(session, error);
}

/* ---- installing ---- */

static enum boot0_status write_bootloader(struct boot0_session *session,
                                          const struct boot0_image *bootloader, bool journal_fits,
                                          struct boot0_error *error)
{
    const struct boot0_flash_options options = {.no_preserve = true, .no_run = true};
    enum boot0_status status = boot0_session_flash(session, bootloader, &options, error);

    /* Must come next: until it is erased, the bootloader takes it for an interrupted update. */
    if (status == BOOT0_OK && !journal_fits)
        status = boot0_session_erase(session, B0_JOURNAL_BASE, B0_JOURNAL_SIZE, error);
    return status;
}

/* Runs with the board in ST's bootloader. */
static enum boot0_status install(struct boot0_session *session,
                                 const struct boot0_image *bootloader,
                                 const struct boot0_install_options *options,
                                 struct boot0_install_report *report, struct boot0_error *error)
{
    struct found *found = calloc(1, sizeof *found);
    enum boot0_status status;

    if (!found)
        return boot0_fail(error, BOOT0_E_MEMORY, "out of memory");
    status = look(session, &bootloader->segments[0], found, report, error);
    if (status == BOOT0_OK)
        status = ask_for_losses(found, options, error);
    if (status == BOOT0_OK)
        status = write_bootloader(session, bootloader, found->journal_fits, error);
    free(found);
    return status;
}

enum boot0_status boot0_session_install(struct boot0_session *session,
                                        const struct boot0_image *bootloader,
                                        const struct boot0_install_options *options,
                                        struct boot0_install_report *report,
                                        struct boot0_error *error)
{
    static const struct boot0_install_options defaults;
    const bool present = b0_session_has_journal(session);
    enum boot0_status status;

    memset(report, 0, sizeof *report);
    if (!options)
        options = &defaults;
    if (present && !options->update)
        return fail_there(&session->board.bootloader, error);
    status = check_image(bootloader, error);
    if (status == BOOT0_OK)
        status = boot0_session_check_install(session, bootloader, error);
    if (status != BOOT0_OK)
        return status;
    boot0_bootloader_version(report->version, bootloader->segments[0].data,
                             bootloader->segments[0].size);
    if (present)
        status = leave_bootloader(session, &bootloader->segments[0], report, error);
    if (status == BOOT0_OK && !(present && report->same))
        status = install(session, bootloader, options, report, error);
    if (status != BOOT0_OK || options->no_run)
        return status;
    status = present && report->same ? boot0_session_reset_to(session, BOOT0_TARGET_PROGRAM, error)
                                     : boot0_session_run(session, B0_FLASH_BASE, error);
    report->started = session->report.started;
    return status;
}
