/* SPDX-License-Identifier: MIT */
/*
 * boot0 protect and unprotect: write protection of sectors and read protection, over the UART; the
 * protection of boot0's bootloader, through the bootloader itself.
 */
#include "confirm.h"
#include "print.h"

#include <base/print/json.h>
#include <stdlib.h>

struct wanted {
    enum boot0_protection what;
    uint8_t sectors[256];
    size_t count;
};

/* Parses a number from 0 to 255; moves *text past it. */
static bool take_sector(const char **text, unsigned long *sector)
{
    char *end;

    if (**text < '0' || **text > '9')
        return false;
    *sector = strtoul(*text, &end, 10);
    *text = end;
    return *sector <= UINT8_MAX;
}

/* Parses "0,1,4-7". False if it is malformed. */
static bool parse_sectors(const char *text, struct wanted *wanted)
{
    unsigned long first, last;

    do {
        if (!take_sector(&text, &first))
            return false;
        last = first;
        if (*text == '-') {
            text++;
            if (!take_sector(&text, &last) || first > last)
                return false;
        }
        for (; first <= last && wanted->count < sizeof wanted->sectors; first++)
            wanted->sectors[wanted->count++] = (uint8_t)first;
    } while (*text++ == ',');
    return text[-1] == '\0';
}

static enum boot0_status parse(const struct arguments *arguments, struct wanted *wanted,
                               struct boot0_error *error)
{
    int ways = (arguments->protect.sectors != NULL) + arguments->protect.none +
               arguments->protect.readout + arguments->protect.bootloader +
               (arguments->protect.brownout != NULL);

    *wanted = (struct wanted){.what = BOOT0_PROTECT_SECTORS};
    if (arguments->protect.none)
        wanted->what = BOOT0_PROTECT_NO_SECTORS;
    if (arguments->protect.readout)
        wanted->what = BOOT0_PROTECT_READOUT;
    if (ways != 1) {
        boot0_fail(error, BOOT0_E_USAGE,
                   ways > 1 ? "--sectors, --none, --readout, --bootloader and --brownout exclude "
                              "each other"
                            : "missing kind of protection");
        return boot0_hint(error, "Use --sectors 0,1 or --none for write protection, --readout for "
                                 "read protection, or --bootloader to write-protect boot0's own "
                                 "bootloader.");
    }
    if (arguments->protect.sectors && !parse_sectors(arguments->protect.sectors, wanted)) {
        boot0_fail(error, BOOT0_E_USAGE, "invalid --sectors \"%s\"", arguments->protect.sectors);
        return boot0_hint(error, "Use numbers from 0 to 255, e.g. 0,1,4-7.");
    }
    return BOOT0_OK;
}

static void print_result(const struct command_session *command, const struct arguments *arguments,
                         const struct wanted *wanted)
{
    static const char *const texts[] = {
        [BOOT0_PROTECT_SECTORS] = "The sectors are write-protected.",
        [BOOT0_PROTECT_NO_SECTORS] = "No sector is write-protected.",
        [BOOT0_PROTECT_READOUT] = "Read protection is on.",
    };

    if (arguments->json) {
        struct json json = command_json_begin(command);

        json_number(&json, "sectors", wanted->count);
        json_bool(&json, "readout", wanted->what == BOOT0_PROTECT_READOUT);
        json_end(&json);
    } else {
        print("%s The board resets.\n", texts[wanted->what]);
    }
}

/* ---- boot0's own bootloader ---- */

/* The board resets, because it loads option bytes at reset. */
static enum boot0_status check_protection(struct command_session *command, bool on,
                                          struct boot0_error *error)
{
    enum boot0_status status = command_open_again(command, error);

    if (status != BOOT0_OK ||
        boot0_session_board(command->session)->bootloader.write_protected == on)
        return status;
    boot0_fail(error, BOOT0_E_PROTOCOL, "the bootloader is %s",
               on ? "still not write-protected" : "still write-protected");
    return boot0_hint(error, "Check whether read protection of level 2 is on: the chip did not "
                             "accept the option bytes.");
}

static enum boot0_status protect_bootloader(struct arguments *arguments, bool on,
                                            struct boot0_error *error)
{
    struct command_session command;
    enum boot0_status status = command_open(&command, arguments, error);
    bool resumes = status == BOOT0_OK && boot0_session_board(command.session)->from_program;

    if (status == BOOT0_OK)
        status = boot0_session_protect_bootloader(command.session, on, error);
    if (status == BOOT0_OK)
        status = check_protection(&command, on, error);
    progress_end(&command.progress);
    if (status == BOOT0_OK && arguments->json) {
        struct json json = command_json_begin(&command);

        json_bool(&json, "bootloader_protected", on);
        json_end(&json);
    } else if (status == BOOT0_OK) {
        print("The bootloader is %s.\n", on ? "protected" : "no longer write-protected");
    }
    if (status == BOOT0_OK && resumes)
        status = boot0_session_reset_to(command.session, BOOT0_TARGET_PROGRAM, error);
    command_close(&command);
    return status;
}

/* ---- the brown-out level ---- */

static enum boot0_status check_brownout(struct command_session *command, unsigned level,
                                        struct boot0_error *error)
{
    enum boot0_status status = command_open_again(command, error);

    if (status != BOOT0_OK ||
        boot0_session_board(command->session)->bootloader.brownout_level == level)
        return status;
    boot0_fail(error, BOOT0_E_PROTOCOL, "the brown-out level is still %u",
               boot0_session_board(command->session)->bootloader.brownout_level);
    return boot0_hint(error, "Check the board's supply with `boot0 info`, and try again.");
}

static enum boot0_status set_brownout(struct arguments *arguments, struct boot0_error *error)
{
    const char *text = arguments->protect.brownout;
    unsigned level = (unsigned)(text[0] - '0');
    struct command_session command;
    enum boot0_status status;
    bool resumes;

    if (level > 3 || text[1] != '\0') {
        boot0_fail(error, BOOT0_E_USAGE, "invalid --brownout \"%s\": expected a level from 0 to 3",
                   text);
        return boot0_hint(error, "Use --brownout 3 for a board that runs at 3.3 V.");
    }
    status = command_open(&command, arguments, error);
    resumes = status == BOOT0_OK && boot0_session_board(command.session)->from_program;
    if (status == BOOT0_OK)
        status = boot0_session_set_brownout(command.session, level, error);
    if (status == BOOT0_OK)
        status = check_brownout(&command, level, error);
    progress_end(&command.progress);
    if (status == BOOT0_OK && arguments->json) {
        struct json json = command_json_begin(&command);

        json_number(&json, "brownout_level", level);
        json_end(&json);
    } else if (status == BOOT0_OK) {
        print("The brown-out level is %u.\n", level);
    }
    if (status == BOOT0_OK && resumes)
        status = boot0_session_reset_to(command.session, BOOT0_TARGET_PROGRAM, error);
    command_close(&command);
    return status;
}

/* ---- the commands ---- */

static enum boot0_status run(struct arguments *arguments, struct boot0_error *error)
{
    struct wanted wanted;
    struct command_session command;
    enum boot0_status status;

    if (arguments->protect.bootloader && !arguments->protect.sectors && !arguments->protect.none &&
        !arguments->protect.readout && !arguments->protect.brownout)
        return protect_bootloader(arguments, true, error);
    if (arguments->protect.brownout && !arguments->protect.sectors && !arguments->protect.none &&
        !arguments->protect.readout && !arguments->protect.bootloader)
        return set_brownout(arguments, error);
    status = parse(arguments, &wanted, error);
    if (status != BOOT0_OK)
        return status;
    status = command_open(&command, arguments, error);
    if (status == BOOT0_OK && wanted.what == BOOT0_PROTECT_READOUT)
        status = confirm(&command, LOSS_READOUT, "this makes the flash unreadable", error);
    if (status == BOOT0_OK)
        status = boot0_session_protect(command.session, wanted.what, wanted.sectors, wanted.count,
                                       error);
    progress_end(&command.progress);
    if (status == BOOT0_OK)
        print_result(&command, arguments, &wanted);
    command_close(&command);
    return status;
}

static enum boot0_status run_unprotect(struct arguments *arguments, struct boot0_error *error)
{
    if (!arguments->select.port)
        return protect_bootloader(arguments, false, error);
    arguments->protect.none = true;
    return run(arguments, error);
}

static const enum option taken[] = {OPTIONS_BOARD,  OPTION_SECTORS,    OPTION_NONE,
                                    OPTION_READOUT, OPTION_BOOTLOADER, OPTION_BROWNOUT,
                                    OPTION_YES,     OPTIONS_OUTPUT};
static const enum option taken_unprotect[] = {OPTIONS_BOARD, OPTIONS_OUTPUT};

const struct command command_protect = {
    .name = "protect",
    .operands = "",
    .summary = "protect flash against writing or reading",
    .text = "Write-protects the sectors of --sectors and no others, removes write protection with "
            "--none, or turns read protection on with --readout. Only `boot0 erase --unprotect` "
            "removes read protection, and it erases everything: --readout asks for confirmation, "
            "and needs --yes without a terminal. These options need a serial port, because ST's "
            "bootloader has no commands for them over USB. Sectors count from 0; if a chip "
            "protects several pages at once, use the numbers in its manual. --bootloader makes "
            "boot0's own bootloader write-protect itself, over USB; --brownout makes it set the "
            "supply below which the chip is held in reset.",
    .examples = "  boot0 protect --port /dev/ttyUSB0 --sectors 0,1\n"
                "  boot0 protect --brownout 3",
    COMMAND_OPTIONS(taken),
    .run = run,
};

const struct command command_unprotect = {
    .name = "unprotect",
    .operands = "",
    .summary = "remove write protection",
    .text =
        "Over USB, on a board with boot0's own bootloader, removes the write protection of the "
        "bootloader and of its journal (sectors 0 and 1). Over a serial port, removes all write "
        "protection. To remove read protection, use `boot0 erase --unprotect`.",
    .examples = "  boot0 unprotect\n  boot0 unprotect --port /dev/ttyUSB0",
    COMMAND_OPTIONS(taken_unprotect),
    .run = run_unprotect,
};
