/* SPDX-License-Identifier: MIT */
/* boot0 info: details of a file or a board. */
#include "describe/describe.h"
#include "info.h"

static enum boot0_status run(struct arguments *arguments, struct boot0_error *error)
{
    const struct boot0_chip *chip = NULL;
    enum boot0_status status = BOOT0_OK;

    if (arguments->describe && (arguments->operand_count > 0 || arguments->json)) {
        boot0_fail(error, BOOT0_E_USAGE,
                   "--describe needs a board and cannot be combined with files or --json");
        return boot0_hint(error, "Use it without files and without --json.");
    }
    if (arguments->map && arguments->operand_count > 0) {
        boot0_fail(error, BOOT0_E_USAGE, "--map is for a board");
        return boot0_hint(error, "Use --chip to draw the sectors that a file uses.");
    }
    if (arguments->describe)
        return describe_board(arguments, error);
    if (arguments->operand_count == 0)
        return info_board(arguments, error);
    if (arguments->flash.chip) {
        chip = boot0_database_chip_by_name(arguments->database, arguments->flash.chip);
        if (!chip) {
            boot0_fail(error, BOOT0_E_USAGE, "unknown chip \"%s\"", arguments->flash.chip);
            return boot0_hint(error, "Use a name such as f407 or STM32F407VE. Run `boot0 complete "
                                     "chips` to list them.");
        }
    }
    for (size_t i = 0; i < arguments->operand_count && status == BOOT0_OK; i++)
        status = info_file(arguments->operands[i], chip, arguments->json, error);
    return status;
}

static const enum option taken[] = {OPTIONS_BOARD,        OPTION_RESTART, OPTION_CHIP,
                                    OPTION_BOARD_PROFILE, OPTION_MAP,     OPTION_DESCRIBE,
                                    OPTIONS_OUTPUT};

const struct command command_info = {
    .name = "info",
    .operands = "[FILE...]",
    .summary = "show details of a board or file",
    .text =
        "With FILE: shows format, addresses, target device or chip, and vector table; with --chip "
        "also which sectors of its flash the file uses. Without FILE: shows the board's ids, DFU "
        "abilities, memories, read protection and possible chips. A running program is not "
        "disturbed, and only what USB reports of it is shown; --restart restarts the board into "
        "its bootloader for the rest, and back. With --map: reads the board's flash and draws "
        "which sectors hold data. With --describe: writes the board as a text file for `vboard "
        "custom:describe=FILE`.",
    .examples = "  boot0 info firmware.hex\n  boot0 info --describe > my.board",
    COMMAND_OPTIONS(taken),
    .operands_max = OPERANDS_MAX,
    .run = run,
};
