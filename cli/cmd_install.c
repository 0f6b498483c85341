/* SPDX-License-Identifier: MIT */
/*
 * boot0 install-bootloader and update-bootloader: boot0's own bootloader goes into the first sector
 * of the flash, by ST's bootloader in ROM or on the UART. Why not by itself is in docs/PROTOCOL.md.
 */
#include "bootloader.h"
#include "bootloader_binaries.h"
#include "confirm.h"
#include "json.h"
#include "text.h"

#include <core/bootloader_map.h>
#include <core/bytes.h>
#include <core/journal.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    CHIP_ID = 0x413, /* STM32F405/407/415/417 */
    TITLE_SIZE = 96,
};

/* What is in the flash before. */
struct found {
    uint8_t first[B0_BOOTLOADER_SIZE]; /* the bootloader's sector */
    uint8_t journal[B0_JOURNAL_SIZE];  /* the journal's */
    uint8_t vectors[8];                /* where programs begin behind it */
    bool same;                         /* the bootloader is this very one */
    bool ours;                         /* it is some version of it */
    bool journal_fits;                 /* sector 1 is a journal, or blank */
    bool keeps_program;
    char version[BOOTLOADER_VERSION]; /* of the bootloader that is there; "": none, or it is old */
    char next[BOOTLOADER_VERSION];    /* of the one that is to be installed */
};

/* ---- what is there ---- */

static bool is_blank(const uint8_t *data, size_t size)
{
    for (size_t i = 0; i < size; i++)
        if (data[i] != 0xff)
            return false;
    return true;
}

static bool contains(const uint8_t *data, size_t size, const char *text)
{
    size_t length = strlen(text);

    for (size_t i = 0; i + length <= size; i++)
        if (memcmp(data + i, text, length) == 0)
            return true;
    return false;
}

/* A journal that was ever begun has a record in its first slot. */
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

/* What the board said of its bootloader, before that was left for the ROM. */
static void take_board_version(struct found *found, const struct boot0_bootloader *bootloader)
{
    if (bootloader->present)
        snprintf(found->version, sizeof found->version, "%u.%u.%u", bootloader->version[0],
                 bootloader->version[1], bootloader->version[2]);
}

static enum boot0_status look(struct boot0_session *session, const struct boot0_image *image,
                              struct found *found, struct boot0_error *error)
{
    const struct boot0_segment *segment = &image->segments[0];
    enum boot0_status status =
        boot0_session_read(session, B0_FLASH_BASE, found->first, sizeof found->first, error);

    if (status == BOOT0_OK)
        status = boot0_session_read(session, B0_JOURNAL_BASE, found->journal, sizeof found->journal,
                                    error);
    if (status == BOOT0_OK)
        status = boot0_session_read(session, B0_PROGRAM_BASE, found->vectors, sizeof found->vectors,
                                    error);
    if (status != BOOT0_OK)
        return status;
    if (!found->version[0])
        bootloader_version(found->version, found->first, sizeof found->first);
    found->same = memcmp(found->first, segment->data, segment->size) == 0;
    found->ours = found->same || contains(found->first, sizeof found->first, "boot0 bootloader");
    found->journal_fits =
        is_blank(found->journal, sizeof found->journal) || is_journal(found->journal);
    found->keeps_program = is_program(found->vectors);
    return BOOT0_OK;
}

/* ---- asking ---- */

/* Nothing of value is overwritten unasked. */
static enum boot0_status confirm_install(struct command_session *command, const struct found *found,
                                         struct boot0_error *error)
{
    enum boot0_status status = BOOT0_OK;

    if (!found->ours && !is_blank(found->first, sizeof found->first))
        status =
            confirm(command, LOSS_PROGRAM,
                    "this overwrites the program at 0x08000000, where the bootloader goes", error);
    if (status == BOOT0_OK && !found->journal_fits)
        status =
            confirm(command, LOSS_JOURNAL,
                    "this erases what is at 0x08004000-0x08007fff, the journal's place", error);
    return status;
}

/* ---- going to the ROM, and back ---- */

/* From boot0's bootloader to ST's. */
static enum boot0_status go_to_rom(struct command_session *command, struct boot0_error *error)
{
    enum boot0_status status = BOOT0_OK;

    if (boot0_session_board(command->session)->bootloader.write_protected) {
        progress_note(&command->progress, "the bootloader's write protection is removed");
        status = boot0_session_protect_bootloader(command->session, false, error);
        if (status == BOOT0_OK)
            status = command_open_again(command, error);
    }
    if (status == BOOT0_OK)
        status = boot0_session_reset_to(command->session, BOOT0_TARGET_ROM, error);
    if (status == BOOT0_OK)
        status = command_open_again(command, error);
    if (status != BOOT0_OK || !boot0_session_board(command->session)->bootloader.present)
        return status;
    boot0_fail(error, BOOT0_E_PROTOCOL, "the board did not go to ST's bootloader in ROM");
    return boot0_hint(error, "Bring it there by hand: BOOT0 to 3.3 V, reset.");
}

/* ---- the work ---- */

/*
 * A board that shows the flash of several chips is taken for the chip whose whole flash that is,
 * which stands first. An F405 with 512 KiB looks like an F411, on which the bootloader cannot run:
 * there the user has to name it.
 */
static enum boot0_status check_chip(const struct boot0_board *board, struct boot0_error *error)
{
    char text[TEXT_BOARD];

    if (board->chip_count > 0 && board->chips[0]->id == CHIP_ID)
        return BOOT0_OK;
    for (size_t i = 1; i < board->chip_count; i++)
        if (board->chips[i]->id == CHIP_ID) {
            boot0_fail(error, BOOT0_E_MISMATCH,
                       "the board may be an STM32F405/407/415/417, or another chip with the same "
                       "flash");
            return boot0_hint(error, "Read the chip's marking, and use --chip f407 or --board if "
                                     "it is one. On another chip this bootloader does not run.");
        }
    boot0_fail(error, BOOT0_E_MISMATCH,
               "the bootloader is for the STM32F405/407/415/417, the board is %s",
               text_board(text, board));
    return boot0_hint(error, "Use --chip f407 if it is one of them anyway.");
}

static enum boot0_status write_bootloader(struct command_session *command,
                                          struct boot0_image *image, const struct found *found,
                                          struct boot0_error *error)
{
    const struct boot0_flash_options options = {.no_preserve = true, .no_run = true};
    enum boot0_status status = boot0_session_flash(command->session, image, &options, error);

    /* In this order: until it is erased, the bootloader takes it for an interrupted update. */
    if (status == BOOT0_OK && !found->journal_fits)
        status = boot0_session_erase(command->session, B0_JOURNAL_BASE, B0_JOURNAL_SIZE, error);
    if (status == BOOT0_OK && !command->arguments->flash.no_run)
        status = boot0_session_run(command->session, B0_FLASH_BASE, error);
    return status;
}

/* "Bootloader 0.1.0 installed", or what else was done. */
static const char *title(char text[TITLE_SIZE], const struct found *found)
{
    const char *from = found->version[0] ? found->version : "an unknown version";
    const char *to = found->next[0] ? found->next : "another one";
    char version[BOOTLOADER_VERSION + 1] = "";

    if (found->next[0])
        snprintf(version, sizeof version, " %s", found->next);
    if (found->same)
        snprintf(text, TITLE_SIZE, "Bootloader%s is there already", version);
    else if (found->ours)
        snprintf(text, TITLE_SIZE, "Bootloader updated from %s to %s, and verified", from, to);
    else
        snprintf(text, TITLE_SIZE, "Bootloader%s installed and verified", version);
    return text;
}

static void print_json(const struct command_session *command, const struct boot0_image *image,
                       const struct found *found, const struct boot0_report *report)
{
    struct json json = command_json_begin(command);

    json_bool(&json, "changed", !found->same);
    json_text(&json, "version_before", found->version);
    json_text(&json, "version", found->next);
    json_number(&json, "bytes", boot0_image_size(image));
    json_bool(&json, "program_kept", found->keeps_program);
    json_bool(&json, "started", report->started);
    json_seconds(&json, "seconds", report->total_us);
    json_end(&json);
}

static void print_result(const struct command_session *command, const struct boot0_image *image,
                         const struct found *found)
{
    struct boot0_report report;
    char name[TITLE_SIZE], size[TEXT_SHORT], time[TEXT_SHORT], text[480];

    boot0_session_report(command->session, &report);
    if (command->arguments->json) {
        print_json(command, image, found, &report);
        return;
    }
    snprintf(text, sizeof text, "%s: %s%s, in %s.%s%s", title(name, found),
             text_size(size, boot0_image_size(image)),
             found->keeps_program ? "; the program at 0x08008000 is kept" : "",
             text_time(time, report.total_us),
             report.started ? "\nIt was started: `boot0 list` shows the board; BOOT0 may stay low "
                              "from now on."
                            : "\nSet BOOT0 low and press reset to start it.",
             report.started && !found->keeps_program
                 ? "\nPrograms are linked for 0x08008000: `boot0 flash` writes them."
                 : "");
    print_wrapped(stdout, "", text);
}

/* On a board in ST's bootloader. */
static enum boot0_status install(struct command_session *command, struct boot0_image *image,
                                 struct found *found, struct boot0_error *error)
{
    enum boot0_status status = check_chip(boot0_session_board(command->session), error);

    if (status == BOOT0_OK)
        status = look(command->session, image, found, error);
    if (status == BOOT0_OK)
        status = confirm_install(command, found, error);
    if (status == BOOT0_OK)
        status = write_bootloader(command, image, found, error);
    if (status == BOOT0_OK) {
        progress_end(&command->progress);
        print_result(command, image, found);
    }
    return status;
}

/* On a board in boot0's bootloader. */
static enum boot0_status update(struct command_session *command, struct boot0_image *image,
                                struct found *found, bool *done, struct boot0_error *error)
{
    const struct boot0_segment *segment = &image->segments[0];
    char text[240];
    enum boot0_status status = boot0_session_bootloader_is(command->session, segment->data,
                                                           (uint32_t)segment->size, done, error);

    if (status != BOOT0_OK)
        return status;
    take_board_version(found, &boot0_session_board(command->session)->bootloader);
    if (*done) {
        found->same = true;
        found->keeps_program =
            boot0_session_board(command->session)->bootloader.update == BOOT0_UPDATE_COMPLETE;
        if (!command->arguments->flash.no_run)
            status = boot0_session_reset_to(command->session, BOOT0_TARGET_PROGRAM, error);
        if (status == BOOT0_OK) {
            progress_end(&command->progress);
            print_result(command, image, found);
        }
        return status;
    }
    snprintf(text, sizeof text,
             "bootloader %s is replaced by %s, through ST's bootloader in ROM. If the power fails "
             "in the next seconds, BOOT0 is needed once more",
             found->version, found->next[0] ? found->next : "the file's");
    progress_note(&command->progress, text);
    return go_to_rom(command, error);
}

static enum boot0_status fail_there(const struct boot0_board *board, struct boot0_error *error)
{
    boot0_fail(error, BOOT0_E_UNSUPPORTED, "boot0's bootloader %u.%u.%u is on the board already",
               board->bootloader.version[0], board->bootloader.version[1],
               board->bootloader.version[2]);
    return boot0_hint(error, "`boot0 update-bootloader` replaces it by another version.");
}

/* The bootloader that the board gets, if no file was named. */
static enum boot0_status choose(struct command_session *command, struct boot0_image **image,
                                struct boot0_error *error)
{
    const struct boot0_board *board = boot0_session_board(command->session);
    const char *key = command->arguments->flash.board;
    const struct bootloader_binary *binary;
    char note[TEXT_SHORT + 80];
    enum boot0_status status = check_chip(board, error);

    if (status == BOOT0_OK)
        status = bootloader_choose(bootloader_table, board, key, &binary, error);
    if (status != BOOT0_OK)
        return status;
    snprintf(note, sizeof note, "using the bootloader for %s", binary->board);
    if (command->arguments->verbose || (key && strcasecmp(key, binary->board) != 0))
        progress_note(&command->progress, note);
    return bootloader_load_binary(image, binary, error);
}

static enum boot0_status work_on_board(struct command_session *command, struct boot0_image **image,
                                       struct found *found, bool is_update,
                                       struct boot0_error *error)
{
    const struct boot0_board *board = boot0_session_board(command->session);
    bool done = false;
    enum boot0_status status = BOOT0_OK;

    if (board->bootloader.present && !is_update)
        return fail_there(board, error);
    if (!*image)
        status = choose(command, image, error);
    if (status != BOOT0_OK)
        return status;
    bootloader_version(found->next, (*image)->segments[0].data, (*image)->segments[0].size);
    if (board->bootloader.present)
        status = update(command, *image, found, &done, error);
    if (status == BOOT0_OK && !done)
        status = install(command, *image, found, error);
    return status;
}

static enum boot0_status work(struct arguments *arguments, bool is_update,
                              struct boot0_error *error)
{
    struct found *found = calloc(1, sizeof *found);
    struct boot0_image *image = NULL;
    enum boot0_status status;
    struct command_session command;

    if (!found)
        return boot0_fail(error, BOOT0_E_MEMORY, "out of memory");
    status = arguments->operand_count ? bootloader_load_file(&image, arguments->operands[0], error)
                                      : bootloader_check_table(bootloader_table, error);
    if (status == BOOT0_OK) {
        status = command_open(&command, arguments, error);
        if (status == BOOT0_OK)
            status = work_on_board(&command, &image, found, is_update, error);
        command_close(&command);
        boot0_image_free(image);
    }
    free(found);
    return status;
}

static enum boot0_status list(const struct arguments *arguments, struct boot0_error *error)
{
    if (arguments->json) {
        struct json json = json_begin(stdout);

        bootloader_json_table(&json, bootloader_table);
        json_end(&json);
        return BOOT0_OK;
    }
    bootloader_print_table(bootloader_table);
    return bootloader_check_table(bootloader_table, error);
}

static enum boot0_status run_install(struct arguments *arguments, struct boot0_error *error)
{
    return arguments->list ? list(arguments, error) : work(arguments, false, error);
}

static enum boot0_status run_update(struct arguments *arguments, struct boot0_error *error)
{
    return work(arguments, true, error);
}

static const enum option taken_install[] = {OPTIONS_BOARD, OPTION_BOARD_ENTRY, OPTION_CHIP,
                                            OPTION_VDD,    OPTION_NO_RUN,      OPTION_YES,
                                            OPTION_LIST,   OPTIONS_OUTPUT};
static const enum option taken_update[] = {OPTIONS_BOARD, OPTION_BOARD_ENTRY, OPTION_CHIP,
                                           OPTION_VDD,    OPTION_NO_RUN,      OPTION_YES,
                                           OPTIONS_OUTPUT};

const struct command command_install_bootloader = {
    .name = "install-bootloader",
    .operands = "[FILE]",
    .summary = "put boot0's bootloader on a board",
    .text =
        "Writes boot0's own bootloader into the first sector of an STM32F405/407/415/417 by "
        "ST's bootloader in ROM, which BOOT0 and reset lead to, or by the UART (--port). From "
        "then on programs start at 0x08008000 and come over USB without a hand on the board. A "
        "program that is linked for 0x08000000 is lost, which is asked about before; one at "
        "0x08008000 is kept. Without FILE it writes a bootloader that is part of boot0: the one "
        "for --board, or the generic one of the board's chip. --list shows them.",
    .examples = "  boot0 install-bootloader\n"
                "  boot0 install-bootloader --board black-f407ve --vdd 3.3 --yes",
    COMMAND_OPTIONS(taken_install),
    .operands_max = 1,
    .run = run_install,
};

const struct command command_update_bootloader = {
    .name = "update-bootloader",
    .operands = "[FILE]",
    .summary = "replace boot0's bootloader by another version",
    .text =
        "Asks the program or the bootloader to go to ST's bootloader in ROM, and writes the "
        "first sector by that; program and journal are kept. The chip has no second place to "
        "start from, so that this cannot be made safe against a power failure: should one "
        "happen in the second that it takes, BOOT0 and `boot0 install-bootloader` bring the "
        "board back. Nothing is done if it is the same version. Without FILE it writes the "
        "bootloader that is part of boot0: the one for --board, else the one for the board that "
        "the present bootloader was built for, else the generic one of the chip.",
    .examples = "  boot0 update-bootloader\n"
                "  boot0 update-bootloader build/firmware/bootloader-generic-f407.bin",
    COMMAND_OPTIONS(taken_update),
    .operands_max = 1,
    .run = run_update,
};
