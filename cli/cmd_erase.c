/* SPDX-License-Identifier: MIT */
/*
 * boot0 erase: erases sectors or the whole flash, or removes read protection and the data behind
 * it.
 */
#include "confirm.h"
#include "print.h"
#include "text.h"

#include <base/print/json.h>

static enum boot0_status check(const struct arguments *arguments, struct boot0_error *error)
{
    int ways = arguments->all + arguments->unprotect + arguments->flash.has_address;

    if (ways == 1 && (!arguments->flash.has_size || arguments->flash.has_address))
        return BOOT0_OK;
    if (ways > 1)
        boot0_fail(error, BOOT0_E_USAGE, "--address, --all and --unprotect exclude each other");
    else
        boot0_fail(error, BOOT0_E_USAGE, "missing range to erase");
    return boot0_hint(error, "Use --address and --size for sectors, or --all for the whole flash.");
}

/* Removing read protection erases the main flash, whatever --alt says. */
static enum boot0_status confirm_erase(struct command_session *command,
                                       const struct arguments *arguments, struct boot0_error *error)
{
    const struct boot0_board *board = boot0_session_board(command->session);
    const struct boot0_layout *layout = boot0_session_layout(command->session);
    char size[TEXT_SHORT], text[200];

    if (arguments->unprotect && board->flash_alternate >= 0)
        layout = &board->alternates[board->flash_alternate].layout;
    if (!layout || !(arguments->all || arguments->unprotect))
        return BOOT0_OK; /* named sectors; or an unsupported board, which is reported next */
    snprintf(text, sizeof text, "this %s %s at 0x%08x (%s)",
             arguments->unprotect ? "removes read protection, which erases all of"
                                  : "erases all of",
             layout->name, layout->regions[0].address, text_size(size, boot0_layout_size(layout)));
    return confirm(command, arguments->unprotect ? LOSS_PROTECTED : LOSS_FLASH, text, error);
}

/* The first address of the erased sectors, and the one after them. */
static void erased_range(const struct command_session *command, const struct arguments *arguments,
                         uint32_t *start, uint64_t *end)
{
    const struct boot0_board *board = boot0_session_board(command->session);
    uint32_t last =
        arguments->flash.address + (arguments->flash.has_size ? arguments->flash.size - 1 : 0);

    *start = arguments->flash.address;
    *end = (uint64_t)last + 1;
    for (size_t i = 0; i < board->alternate_count; i++) {
        const struct boot0_layout *layout = &board->alternates[i].layout;
        struct boot0_sector first_sector = boot0_layout_sector_at(layout, arguments->flash.address);
        struct boot0_sector last_sector = boot0_layout_sector_at(layout, last);

        if (first_sector.size == 0 || last_sector.size == 0)
            continue;
        *start = first_sector.address;
        *end = (uint64_t)last_sector.address + last_sector.size;
        return;
    }
}

/*
 * boot0's bootloader treats an erase as the start of an update. Tells it what the erase was: the
 * removal of the program, or an erase outside the program.
 */
static enum boot0_status settle_journal(struct command_session *command,
                                        const struct arguments *arguments,
                                        struct boot0_error *error)
{
    const struct boot0_bootloader *b = &boot0_session_board(command->session)->bootloader;
    uint32_t start;
    uint64_t end;

    if (!b->present || b->in_ram)
        return BOOT0_OK;
    erased_range(command, arguments, &start, &end);
    if (arguments->all || (start <= b->program_start && end > b->program_start))
        return boot0_session_erase_journal(command->session, error);
    if (b->update == BOOT0_UPDATE_COMPLETE && start >= b->program_start + b->program_length)
        return boot0_session_end_update(command->session, error);
    progress_note(&command->progress,
                  "a part of the program may be erased: it starts again after it is flashed again");
    return BOOT0_OK;
}

static enum boot0_status erase(struct command_session *command, const struct arguments *arguments,
                               struct boot0_error *error)
{
    enum boot0_status status = confirm_erase(command, arguments, error);

    if (status != BOOT0_OK) {
        command_resume(command);
        return status;
    }
    if (arguments->unprotect)
        return boot0_session_unprotect(command->session, error);
    if (arguments->all)
        status = boot0_session_mass_erase(command->session, error);
    else
        status = boot0_session_erase(command->session, arguments->flash.address,
                                     arguments->flash.has_size ? arguments->flash.size : 1, error);
    return status == BOOT0_OK ? settle_journal(command, arguments, error) : status;
}

static void print_result(const struct command_session *command, const struct arguments *arguments)
{
    struct boot0_report report;
    char sectors[TEXT_SHORT], size[TEXT_SHORT], time[TEXT_SHORT];
    uint32_t start;
    uint64_t end;

    boot0_session_report(command->session, &report);
    text_time(time, report.total_us);
    if (arguments->json) {
        struct json json = command_json_begin(command);

        json_bool(&json, "all", arguments->all || arguments->unprotect);
        json_number(&json, "sectors_erased", report.sectors_erased);
        json_number(&json, "bytes_erased", report.bytes_erased);
        json_seconds(&json, "seconds", report.total_us);
        json_end(&json);
    } else if (arguments->unprotect) {
        print("Read protection is off and the flash is erased (%s). The board resets.\n", time);
    } else if (arguments->all) {
        print("Erased the whole flash (%s) in %s.\n", text_size(size, report.bytes_erased), time);
    } else {
        erased_range(command, arguments, &start, &end);
        print("Erased %s (%s) from 0x%08x in %s.\n",
              text_count(sectors, report.sectors_erased, "sector", "sectors"),
              text_size(size, report.bytes_erased), start, time);
    }
}

static enum boot0_status run(struct arguments *arguments, struct boot0_error *error)
{
    struct command_session command;
    enum boot0_status status = check(arguments, error);

    if (status != BOOT0_OK)
        return status;
    status = command_open(&command, arguments, error);
    if (status == BOOT0_OK)
        status = erase(&command, arguments, error);
    if (status == BOOT0_OK) {
        progress_end(&command.progress);
        print_result(&command, arguments);
    }
    command_close(&command);
    return status;
}

static const enum option taken[] = {OPTIONS_BOARD,    OPTION_ADDRESS, OPTION_SIZE,    OPTION_ALL,
                                    OPTION_UNPROTECT, OPTION_VDD,     OPTION_PATIENT, OPTION_FAST,
                                    OPTION_YES,       OPTIONS_OUTPUT};

const struct command command_erase = {
    .name = "erase",
    .operands = "",
    .summary = "erase sectors or the whole flash",
    .text = "Erases the sectors that --address and --size touch, each as a whole (one sector "
            "without --size). --all erases the main flash with one command, which can take half a "
            "minute. --unprotect removes read protection: the chip erases its whole flash and "
            "resets. --all and --unprotect ask for confirmation; without a terminal they need "
            "--yes.",
    .examples = "  boot0 erase --address 0x08010000 --size 64k\n  boot0 erase --all",
    COMMAND_OPTIONS(taken),
    .run = run,
};
