/* SPDX-License-Identifier: MIT */
/* See confirm.h. */
#include "confirm.h"

#include "print.h"
#include "text.h"

#include <base/platform/input.h>
#include <base/platform/terminal.h>
#include <string.h>
#include <strings.h>

/* The consequence, or how to avoid it. */
static const char *const consequences[LOSS_COUNT] = {
    [LOSS_FLASH] = "Run `boot0 read backup.bin` first to make a copy.",
    [LOSS_PROTECTED] = "The contents cannot be read, so no copy is possible.",
    [LOSS_READOUT] = ("Only `boot0 erase --unprotect` removes it, and erases the whole flash. "
                      "boot0's own bootloader, if it is installed, still reads the program."),
    [LOSS_OPTION_BYTES] =
        "Wrong option bytes can lock the chip permanently, and OTP cannot be erased.",
    [LOSS_PROGRAM] = ("Run `boot0 read backup.bin` first to copy the program, or link it for "
                      "0x08008000 instead."),
    [LOSS_JOURNAL] = "Run `boot0 read backup.bin` first to make a copy.",
    [LOSS_DRIVER] = ("Programs that need the present driver will not see the device. Run `boot0 "
                     "driver remove` to restore it."),
};

/* Reads a line from the terminal; empty after Ctrl-C and at the end of input. */
static void read_line(char *line, int size)
{
    line[0] = '\0';
    if (!b0_input_line(line, size, signals_pending))
        fputc('\n', stderr);
    line[strcspn(line, "\r\n")] = '\0';
}

/* Whether the user answers "y" or "yes" on a line of its own. */
static bool answered_yes(void)
{
    char line[16];
    bool yes;

    signals_announce(false); /* nothing is running */
    fputs("Continue? [y/N] ", stderr);
    fflush(stderr);
    read_line(line, sizeof line);
    yes = !signals_pending() && (strcasecmp(line, "y") == 0 || strcasecmp(line, "yes") == 0);
    signals_announce(true);
    return yes;
}

static enum boot0_status ask(struct command_session *command, enum loss loss, const char *what,
                             struct boot0_error *error)
{
    char text[640];

    progress_clear(&command->progress);
    snprintf(text, sizeof text, "%s.\n%s", what, consequences[loss]);
    print_wrapped(stderr, "Warning: ", text);
    if (answered_yes())
        return BOOT0_OK;
    boot0_fail(error, BOOT0_E_CANCELLED, "stopped: nothing was changed");
    return boot0_hint(error, "Run the command again and answer y, or pass --yes.");
}

enum boot0_status confirm(struct command_session *command, enum loss loss, const char *what,
                          struct boot0_error *error)
{
    if (command->arguments->yes) {
        progress_note(&command->progress, what);
        return BOOT0_OK;
    }
    if (b0_is_terminal(stdin) && b0_is_terminal(stderr) && !command->arguments->json)
        return ask(command, loss, what, error);
    boot0_fail(error, BOOT0_E_USAGE, "not confirmed: %s", what);
    return boot0_hint(error, "Pass --yes to confirm. %s Nothing was changed.", consequences[loss]);
}

enum boot0_status confirm_for_all(const struct arguments *arguments, struct boot0_error *error)
{
    struct command_session command = {
        .arguments = arguments,
        .progress = progress_start(arguments->quiet || arguments->json, arguments->quiet),
    };

    if (!arguments->flash.allow_option_bytes)
        return BOOT0_OK;
    return confirm(&command, LOSS_OPTION_BYTES,
                   "this writes option bytes or OTP of every board, if the file has any", error);
}
