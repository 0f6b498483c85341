/* SPDX-License-Identifier: MIT */
/* boot0 version. */
#include "bootloader_binaries.h"
#include "command.h"
#include "print.h"

#include <base/print/json.h>

static enum boot0_status run(struct arguments *arguments, struct boot0_error *error)
{
    (void)error;
    if (arguments->json) {
        struct json json = json_begin(stdout);

        json_text(&json, "version", B0_VERSION);
        json_text(&json, "library", boot0_version());
        bootloader_json_table(&json, bootloader_table);
        json_end(&json);
    } else {
        print("boot0 %s (libboot0 %s)\n", B0_VERSION, boot0_version());
    }
    return BOOT0_OK;
}

static const enum option taken[] = {OPTIONS_OUTPUT};

const struct command command_version = {
    .name = "version",
    .operands = "",
    .summary = "print the version",
    .text = "Prints the version of the command and of the library that it uses; with --json also "
            "the built-in bootloaders for boards.",
    .examples = "  boot0 version\n  boot0 version --json",
    COMMAND_OPTIONS(taken),
    .run = run,
};
