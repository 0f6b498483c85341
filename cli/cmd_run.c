/* SPDX-License-Identifier: MIT */
/* boot0 run: leaves DFU mode and starts a program. */
#include "command_session.h"
#include "print.h"

#include <base/print/json.h>

/* boot0's bootloader does not start an incomplete program. */
static enum boot0_status check_complete(const struct boot0_board *board, struct boot0_error *error)
{
    if (!board->bootloader.present || board->bootloader.update != BOOT0_UPDATE_BEGUN)
        return BOOT0_OK;
    boot0_fail(error, BOOT0_E_MISMATCH, "the program on the board is incomplete: it cannot start");
    return boot0_hint(error, "Flash it again: its last update did not complete.");
}

static enum boot0_status start(struct command_session *command, const struct arguments *arguments,
                               struct boot0_error *error)
{
    uint32_t address =
        arguments->flash.has_address ? arguments->flash.address : command_program_address(command);
    struct boot0_report report;
    enum boot0_status status = check_complete(boot0_session_board(command->session), error);

    if (status != BOOT0_OK)
        return status;
    status = boot0_session_run(command->session, address, error);
    if (status != BOOT0_OK)
        return status;
    progress_end(&command->progress);
    boot0_session_report(command->session, &report);
    if (!report.started) {
        boot0_fail(error, BOOT0_E_PROTOCOL,
                   "the board stays in DFU mode after the command to leave it");
        return boot0_hint(error, "Disconnect its power once, with BOOT0 low: that starts the "
                                 "program.");
    }
    if (arguments->json) {
        struct json json = command_json_begin(command);

        json_hex(&json, "address", address, 8);
        json_bool(&json, "started", report.started);
        json_end(&json);
    } else {
        print("The program at 0x%08x was started.\n", address);
    }
    return BOOT0_OK;
}

static enum boot0_status run(struct arguments *arguments, struct boot0_error *error)
{
    struct command_session command;
    enum boot0_status status = command_open(&command, arguments, error);

    if (status == BOOT0_OK)
        status = start(&command, arguments, error);
    command_close(&command);
    return status;
}

static const enum option taken[] = {OPTIONS_BOARD, OPTION_ADDRESS, OPTIONS_OUTPUT};

const struct command command_run = {
    .name = "run",
    .operands = "",
    .summary = "leave DFU mode and start the program",
    .text = "Starts the program whose vector table is at --address, or at the start of the flash. "
            "The board leaves DFU mode. Use BOOT0 and reset to return to DFU mode.",
    .examples = "  boot0 run\n  boot0 run --address 0x08008000",
    COMMAND_OPTIONS(taken),
    .run = run,
};
