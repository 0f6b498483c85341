/* SPDX-License-Identifier: MIT */
/* boot0 flash: the main command. */
#include "arduino/target.h"
#include "confirm.h"
#include "console.h"
#include "dry_run.h"
#include "loader.h"
#include "text.h"

#include <base/print/json.h>
#include <string.h>

static void json_report(const struct command_session *command, const struct boot0_report *report)
{
    struct json json = command_json_begin(command);

    json_number(&json, "image_bytes", report->image_bytes);
    json_number(&json, "unchanged_bytes", report->unchanged_bytes);
    json_number(&json, "sectors_erased", report->sectors_erased);
    json_number(&json, "bytes_read", report->bytes_read);
    json_number(&json, "bytes_written", report->bytes_written);
    json_number(&json, "bytes_verified", report->bytes_verified);
    json_number(&json, "transfers", report->transfers);
    json_seconds(&json, "read_seconds", report->read_us);
    json_seconds(&json, "erase_seconds", report->erase_us);
    json_seconds(&json, "write_seconds", report->write_us);
    json_seconds(&json, "verify_seconds", report->verify_us);
    json_seconds(&json, "seconds", report->total_us);
    json_bool(&json, "started", report->started);
    json_end(&json);
}

/* ", 12 KiB unchanged", or "" if nothing is unchanged. */
static const char *unchanged(char text[TEXT_SHORT + 16], const struct boot0_report *report)
{
    char size[TEXT_SHORT];

    text[0] = '\0';
    if (report->unchanged_bytes > 0)
        snprintf(text, TEXT_SHORT + 16, ", %s unchanged", text_size(size, report->unchanged_bytes));
    return text;
}

static void print_report(const struct boot0_board *board, const struct boot0_report *report)
{
    const char *end = report->started ? "\nThe program was started."
                      : board->usb.kind == BOOT0_KIND_SERIAL
                          ? "\nThe board stays in its bootloader."
                          : "\nThe board stays in DFU mode.";
    char sectors[TEXT_SHORT], size[TEXT_SHORT], same[TEXT_SHORT + 16], time[TEXT_SHORT], text[256];

    text_time(time, report->total_us);
    if (!board->has_addresses)
        snprintf(text, sizeof text, "Flashed: %s written in %s, not read back.%s",
                 text_size(size, report->bytes_written), time, end);
    else if (report->bytes_written == 0 && report->sectors_erased == 0)
        snprintf(text, sizeof text, "Nothing to do: the board holds all %s already (%s).%s",
                 text_size(size, report->image_bytes), time, end);
    else
        snprintf(text, sizeof text, "Flashed: %s erased, %s written%s%s, in %s.%s",
                 text_count(sectors, report->sectors_erased, "sector", "sectors"),
                 text_size(size, report->bytes_written),
                 report->bytes_verified > 0 ? " and verified" : "", unchanged(same, report), time,
                 end);
    print_wrapped(stdout, "", text);
}

#define SYSTEM_MEMORY 0x1ff00000u

/*
 * Whether --alt selected a memory other than flash: one that cannot be erased, or the option bytes
 * and OTP in the system memory of some families (AN2606).
 */
static bool chose_option_bytes(const struct command_session *command)
{
    const struct boot0_board *board = boot0_session_board(command->session);
    const struct boot0_layout *layout = boot0_session_layout(command->session);

    if (!command->arguments->select.alternate || !layout ||
        (board->flash_alternate >= 0 &&
         layout == &board->alternates[board->flash_alternate].layout))
        return false;
    for (size_t i = 0; i < layout->region_count; i++)
        if (!(layout->regions[i].access & BOOT0_SECTOR_ERASABLE) ||
            layout->regions[i].address >> 20 == SYSTEM_MEMORY >> 20)
            return true;
    return false;
}

/* Asks if the image passes the check only because option bytes were allowed or selected. */
static enum boot0_status confirm_option_bytes(struct command_session *command,
                                              struct boot0_image *image,
                                              const struct boot0_flash_options *options,
                                              struct boot0_error *error)
{
    struct boot0_flash_options without = *options;
    struct boot0_error reason;
    enum boot0_status status;
    char text[512];

    if (!boot0_session_board(command->session)->has_addresses ||
        !(options->allow_option_bytes || chose_option_bytes(command)))
        return BOOT0_OK;
    status = boot0_session_check(command->session, image, options, error);
    without.allow_option_bytes = false;
    without.ignore_suffix = true;
    without.force = true;
    if (status != BOOT0_OK)
        return status;
    if (boot0_session_check(command->session, image, &without, &reason) != BOOT0_OK)
        snprintf(text, sizeof text, "this writes option bytes or OTP: %s", reason.message);
    else if (chose_option_bytes(command))
        snprintf(text, sizeof text, "this writes \"%s\", which is not flash",
                 boot0_session_layout(command->session)->name);
    else
        return BOOT0_OK;
    status = confirm(command, LOSS_OPTION_BYTES, text, error);
    if (status != BOOT0_OK)
        command_resume(command);
    return status;
}

static enum boot0_status flash(struct command_session *command, struct boot0_image *image,
                               const struct arguments *arguments, struct boot0_error *error)
{
    struct boot0_flash_options options = command_flash_options(arguments);
    struct boot0_report report;
    enum boot0_status status;

    if (arguments->flash.dry_run)
        return dry_run(command, image, &options, error);
    status = confirm_option_bytes(command, image, &options, error);
    if (status == BOOT0_OK)
        status = boot0_session_flash(command->session, image, &options, error);
    if (status != BOOT0_OK)
        return status;
    progress_end(&command->progress);
    boot0_session_report(command->session, &report);
    if (arguments->json)
        json_report(command, &report);
    else
        print_report(boot0_session_board(command->session), &report);
    loader_recommend(command->session, &command->observer);
    return BOOT0_OK;
}

enum {
    APPEAR_MS = 10000, /* a started program has a serial port by then, if ever */
    MONITOR_BAUD = 115200,
};

/* The program's port is at the same place of the bus as its board. */
static enum boot0_status monitor(const char *path, const struct arguments *arguments,
                                 struct boot0_error *error)
{
    const struct console console = {.path = path,
                                    .baud = MONITOR_BAUD,
                                    .wait_ms = APPEAR_MS,
                                    .quiet = arguments->quiet || arguments->json};

    return console_run(&console, error);
}

static enum boot0_status check_monitor(const struct arguments *arguments, struct boot0_error *error)
{
    if (!arguments->flash.monitor ||
        !(arguments->select.port || arguments->select.virtual_count > 0 ||
          arguments->select.replay || arguments->flash.no_run || arguments->flash.dry_run))
        return BOOT0_OK;
    boot0_fail(error, BOOT0_E_USAGE, "--monitor needs a board on USB whose program is started");
    return boot0_hint(error, "Omit --port, --virtual, --replay, --no-run and --dry-run; use "
                             "`boot0 monitor PORT` for a serial port.");
}

static enum boot0_status run(struct arguments *arguments, struct boot0_error *error)
{
    struct boot0_image *image = command_load(arguments, 0, arguments->operand_count, error);
    char path[BOOT0_PATH_MAX] = "";
    struct command_session command;
    enum boot0_status status;

    /* Reads the file first: nobody should fetch a board for a faulty file. */
    if (!image)
        return error->code;
    status = check_monitor(arguments, error);
    if (status != BOOT0_OK) {
        boot0_image_free(image);
        return status;
    }
    ide_choose(arguments);
    status = command_open(&command, arguments, error);
    if (status == BOOT0_OK) {
        memcpy(path, boot0_session_board(command.session)->usb.path, sizeof path);
        status = flash(&command, image, arguments, error);
    }
    command_close(&command);
    boot0_image_free(image);
    return status == BOOT0_OK && arguments->flash.monitor ? monitor(path, arguments, error)
                                                          : status;
}

static const enum option taken[] = {
    OPTIONS_BOARD,        OPTION_IDE_PORT,    OPTION_ADDRESS,       OPTION_DRY_RUN,
    OPTION_FULL,          OPTION_NO_PRESERVE, OPTION_NO_VERIFY,     OPTION_NO_RUN,
    OPTION_MONITOR,       OPTION_VDD,         OPTION_PATIENT,       OPTION_FAST,
    OPTION_BOARD_PROFILE, OPTION_CHIP,        OPTION_IGNORE_SUFFIX, OPTION_ALLOW_OPTION_BYTES,
    OPTION_SKIP_RAM,      OPTION_FORCE,       OPTION_YES,           OPTIONS_OUTPUT};

const struct command command_flash = {
    .name = "flash",
    .operands = "FILE...",
    .wants = "FILE",
    .summary = "write a program, verify it and start it",
    .text = "Writes files to a board: raw binary, Intel HEX, S-record, ELF, UF2, .dfu; boot0 "
            "detects the format from the content. Reads the board's memory, erases and writes "
            "only the sectors that differ, verifies, and starts the program. Other data in those "
            "sectors is preserved. A raw binary goes to --address, FILE@ADDRESS, or the start of "
            "the flash. FILE \"-\" is standard input. --fast uses a loader in the chip's RAM "
            "instead of ST's bootloader in ROM, several times as fast (F401, F405/407, F411, "
            "F412, F427/429, F446). The loader follows ST's documents and is not yet tried on "
            "hardware: please report results. Writing option bytes or OTP needs confirmation, or "
            "--yes without a terminal.",
    .examples = "  boot0 flash firmware.elf\n"
                "  boot0 flash --vdd 3.3 bootloader.hex application.bin@0x08010000",
    COMMAND_OPTIONS(taken),
    .operands_min = 1,
    .operands_max = OPERANDS_MAX,
    .run = run,
};
