/* SPDX-License-Identifier: MIT */
/* boot0 reset: resets the board over USB, or its chip into program, bootloader or ROM. */
#include "command_session.h"
#include "print.h"

#include <base/print/json.h>
#include <core/array.h>
#include <string.h>

static const struct {
    const char *name;
    enum boot0_target target;
    const char *said;
} targets[] = {
    {"program", BOOT0_TARGET_PROGRAM, "The program was started."},
    {"bootloader", BOOT0_TARGET_BOOTLOADER, "The board is in its bootloader."},
    {"rom", BOOT0_TARGET_ROM, "The board is in ST's bootloader in ROM."},
};

enum {
    TARGET_COUNT = B0_LENGTH(targets),
};

static enum boot0_status find_target(const char *name, size_t *index, struct boot0_error *error)
{
    for (*index = 0; *index < TARGET_COUNT; ++*index)
        if (strcmp(targets[*index].name, name) == 0)
            return BOOT0_OK;
    boot0_fail(error, BOOT0_E_USAGE, "invalid --to \"%s\"", name);
    return boot0_hint(error, "Use program, bootloader or rom.");
}

/* ST's ROM can only start the program at the beginning of the flash. */
static enum boot0_status reset_rom(struct command_session *command, enum boot0_target target,
                                   struct boot0_error *error)
{
    const struct boot0_layout *layout = boot0_session_layout(command->session);

    if (target == BOOT0_TARGET_ROM)
        return BOOT0_OK;
    if (target == BOOT0_TARGET_PROGRAM && layout)
        return boot0_session_run(command->session, command_program_address(command), error);
    boot0_fail(error, BOOT0_E_UNSUPPORTED, "this board's bootloader cannot start another one");
    return boot0_hint(error, "Set BOOT0 low and press reset twice if boot0's bootloader is "
                             "installed. Run `boot0 install-bootloader` to install it.");
}

static enum boot0_status reset(struct command_session *command, const char *to, size_t index,
                               struct boot0_error *error)
{
    const struct boot0_board *board = boot0_session_board(command->session);

    if (!to && board->from_program)
        return command_start_program(command, error);
    if (!to)
        return boot0_session_reset(command->session, error);
    if (board->from_program && board->bootloader.present &&
        targets[index].target == BOOT0_TARGET_BOOTLOADER)
        return BOOT0_OK; /* the board is already there */
    if (!board->bootloader.present)
        return reset_rom(command, targets[index].target, error);
    return boot0_session_reset_to(command->session, targets[index].target, error);
}

static void print_result(const struct command_session *command, const struct arguments *arguments,
                         size_t index)
{
    bool restarted = !arguments->target && boot0_session_board(command->session)->from_program;

    if (arguments->json) {
        struct json json = command_json_begin(command);

        json_bool(&json, "reset", true);
        if (arguments->target || restarted)
            json_text(&json, "to", restarted ? "program" : targets[index].name);
        json_end(&json);
    } else if (restarted) {
        print("The program was restarted.\n");
    } else {
        print("%s\n", arguments->target ? targets[index].said : "The board was reset over USB.");
        if (arguments->target && targets[index].target == BOOT0_TARGET_ROM &&
            boot0_session_board(command->session)->bootloader.read_protected)
            print("Read protection is on: the ROM must erase everything before it can read or "
                  "write the flash.\n");
    }
}

static enum boot0_status run(struct arguments *arguments, struct boot0_error *error)
{
    enum boot0_status status = BOOT0_OK;
    size_t index = 0;
    struct command_session command;

    if (arguments->target)
        status = find_target(arguments->target, &index, error);
    if (status != BOOT0_OK)
        return status;
    status = command_open(&command, arguments, error);
    if (status == BOOT0_OK)
        status = reset(&command, arguments->target, index, error);
    if (status == BOOT0_OK) {
        progress_end(&command.progress);
        print_result(&command, arguments, index);
    }
    command_close(&command);
    return status;
}

static const enum option taken[] = {OPTIONS_BOARD, OPTION_TO, OPTIONS_OUTPUT};

const struct command command_reset = {
    .name = "reset",
    .operands = "",
    .summary = "reset the board into program, bootloader or ROM",
    .text = "Restarts a running program. If the board is in DFU mode, sends a USB bus reset: a "
            "DFU 1.1 bootloader that has received a program then starts it; ST's bootloader in "
            "ROM stays in DFU mode (use `boot0 run` to start a program there). With --to, boot0's "
            "own bootloader resets the chip into the program, itself, or ST's bootloader in ROM, "
            "with BOOT0 low. A program with boot0's runtime goes to the bootloader first.",
    .examples = "  boot0 reset\n  boot0 reset --to rom",
    COMMAND_OPTIONS(taken),
    .run = run,
};
