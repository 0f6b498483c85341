/* SPDX-License-Identifier: MIT */
/*
 * boot0 install-bootloader and update-bootloader: put boot0's own bootloader into the first sector
 * of the flash, through ST's bootloader in ROM or over the UART. docs/explanation/bootloader.md
 * says why the bootloader does not update itself.
 */
#include "bootloader.h"
#include "bootloader_binaries.h"
#include "confirm.h"
#include "text.h"

#include <base/print/json.h>
#include <boot0/install.h>
#include <string.h>
#include <strings.h>

enum {
    TITLE_SIZE = 96,
};

/* ---- asking ---- */

/* Asks before it overwrites anything of value. */
static enum boot0_status ask(void *context, enum boot0_install_loss loss, struct boot0_error *error)
{
    static const struct {
        enum loss loss;
        const char *what;
    } rows[] = {
        [BOOT0_INSTALL_LOSES_PROGRAM] =
            {LOSS_PROGRAM, "this overwrites the program at 0x08000000, where the bootloader is "
                           "written"},
        [BOOT0_INSTALL_LOSES_DATA] =
            {LOSS_JOURNAL, "this erases 0x08004000-0x08007fff, where the journal is written"},
    };

    return confirm(context, rows[loss].loss, rows[loss].what, error);
}

/* ---- results ---- */

/* "Bootloader 0.1.0 installed", or the other outcome. */
static const char *title(char text[TITLE_SIZE], const struct boot0_install_report *report)
{
    const char *from = report->version_before[0] ? report->version_before : "an unknown version";
    const char *to = report->version[0] ? report->version : "another version";
    char version[BOOT0_BOOTLOADER_VERSION_MAX + 1] = "";

    if (report->version[0])
        snprintf(version, sizeof version, " %s", report->version);
    if (report->same)
        snprintf(text, TITLE_SIZE, "Bootloader%s is installed already", version);
    else if (report->updated)
        snprintf(text, TITLE_SIZE, "Bootloader updated from %s to %s, and verified", from, to);
    else
        snprintf(text, TITLE_SIZE, "Bootloader%s installed and verified", version);
    return text;
}

static void print_json(const struct command_session *command, const struct boot0_image *image,
                       const struct boot0_install_report *install,
                       const struct boot0_report *report)
{
    struct json json = command_json_begin(command);

    json_bool(&json, "changed", !install->same);
    json_text(&json, "version_before", install->version_before);
    json_text(&json, "version", install->version);
    json_number(&json, "bytes", boot0_image_size(image));
    json_bool(&json, "program_kept", install->keeps_program);
    json_bool(&json, "started", report->started);
    json_seconds(&json, "seconds", report->total_us);
    json_end(&json);
}

static void print_result(const struct command_session *command, const struct boot0_image *image,
                         const struct boot0_install_report *install)
{
    struct boot0_report report;
    char name[TITLE_SIZE], size[TEXT_SHORT], time[TEXT_SHORT], text[480];

    boot0_session_report(command->session, &report);
    if (command->arguments->json) {
        print_json(command, image, install, &report);
        return;
    }
    snprintf(text, sizeof text, "%s: %s%s, in %s.%s%s", title(name, install),
             text_size(size, boot0_image_size(image)),
             install->keeps_program ? "; the program at 0x08008000 is preserved" : "",
             text_time(time, report.total_us),
             report.started ? "\n"
                              "It was started: `boot0 list` shows the board; BOOT0 can stay low "
                              "from now on."
                            : "\nSet BOOT0 low and press reset to start it.",
             report.started && !install->keeps_program
                 ? "\nPrograms are linked for 0x08008000: `boot0 flash` writes them."
                 : "");
    print_wrapped(stdout, "", text);
}

/* Chooses the board's bootloader, if the user named no file. */
static enum boot0_status choose(struct command_session *command, struct boot0_image **image,
                                struct boot0_error *error)
{
    const struct boot0_board *board = boot0_session_board(command->session);
    const char *key = command->arguments->flash.board;
    const struct bootloader_binary *binary;
    char note[TEXT_SHORT + 80];
    enum boot0_status status = bootloader_choose(bootloader_table, board, key, &binary, error);

    if (status != BOOT0_OK)
        return status;
    snprintf(note, sizeof note, "using the bootloader for %s", binary->board);
    if (command->arguments->verbose || (key && strcasecmp(key, binary->board) != 0))
        progress_note(&command->progress, note);
    return bootloader_load_binary(image, binary, error);
}

static enum boot0_status work_on_board(struct command_session *command, struct boot0_image **image,
                                       bool is_update, struct boot0_error *error)
{
    const struct boot0_install_options options = {
        .update = is_update,
        .no_run = command->arguments->flash.no_run,
        .lose = ask,
        .context = command,
    };
    const struct boot0_bootloader *there = &boot0_session_board(command->session)->bootloader;
    const bool chooses = is_update || !there->present || there->in_ram;
    struct boot0_install_report report;
    enum boot0_status status = BOOT0_OK;

    if (!*image && chooses)
        status = choose(command, image, error);
    if (status == BOOT0_OK)
        status = boot0_session_install(command->session, *image, &options, &report, error);
    if (status != BOOT0_OK)
        return status;
    progress_end(&command->progress);
    print_result(command, *image, &report);
    return BOOT0_OK;
}

static enum boot0_status work(struct arguments *arguments, bool is_update,
                              struct boot0_error *error)
{
    struct boot0_image *image = NULL;
    enum boot0_status status;
    struct command_session command;

    status = arguments->operand_count ? bootloader_load_file(&image, arguments->operands[0], error)
                                      : bootloader_check_table(bootloader_table, error);
    if (status != BOOT0_OK)
        return status;
    status = command_open(&command, arguments, error);
    if (status == BOOT0_OK)
        status = work_on_board(&command, &image, is_update, error);
    command_close(&command);
    boot0_image_free(image);
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

static const enum option taken_install[] = {OPTIONS_BOARD, OPTION_BOARD_PROFILE, OPTION_CHIP,
                                            OPTION_VDD,    OPTION_FAST,          OPTION_NO_RUN,
                                            OPTION_YES,    OPTION_LIST,          OPTIONS_OUTPUT};
static const enum option taken_update[] = {OPTIONS_BOARD, OPTION_BOARD_PROFILE, OPTION_CHIP,
                                           OPTION_VDD,    OPTION_NO_RUN,        OPTION_YES,
                                           OPTIONS_OUTPUT};

const struct command command_install_bootloader = {
    .name = "install-bootloader",
    .operands = "[FILE]",
    .summary = "install boot0's bootloader on a board",
    .text =
        "Writes boot0's own bootloader into the first sector of an STM32F401, F405/407, F411, "
        "F412, F427/429 or F446. It uses ST's bootloader in ROM, which BOOT0 and reset start, "
        "over USB or UART (--port). From then on programs start at 0x08008000 and are flashed "
        "over USB without touching the board. A program linked for 0x08000000 is lost, so boot0 "
        "asks for confirmation first; a program at 0x08008000 is preserved. Without FILE, boot0 "
        "writes a built-in bootloader: the one for --board, or the generic one for the board's "
        "chip. --list shows them.",
    .examples = "  boot0 install-bootloader\n"
                "  boot0 install-bootloader --board black-f407ve --vdd 3.3 --yes",
    COMMAND_OPTIONS(taken_install),
    .operands_max = 1,
    .run = run_install,
};

const struct command command_update_bootloader = {
    .name = "update-bootloader",
    .operands = "[FILE]",
    .summary = "replace boot0's bootloader with another version",
    .text =
        "Restarts the board into ST's bootloader in ROM, and writes the first sector through it; "
        "program and journal are preserved. The chip cannot start from a second place, so a power "
        "failure during the write, which takes about a second, can leave the board without a "
        "bootloader: use BOOT0 and `boot0 install-bootloader` to recover it. If the version is "
        "the same, nothing is written. Without FILE, boot0 writes a built-in bootloader: the one "
        "for --board, else the one for the board that the present bootloader was built for, else "
        "the generic one for the chip.",
    .examples = "  boot0 update-bootloader\n"
                "  boot0 update-bootloader build/firmware/bootloader-generic-f407.bin",
    COMMAND_OPTIONS(taken_update),
    .operands_max = 1,
    .run = run_update,
};
