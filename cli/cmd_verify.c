/* SPDX-License-Identifier: MIT */
/* boot0 verify: compares a board's memory with a file. */
#include "command_session.h"
#include "print.h"
#include "text.h"

#include <base/print/json.h>

static void print_json(const struct command_session *command, const struct boot0_report *report,
                       const struct boot0_error *error)
{
    struct json json = command_json_begin(command);

    json_bool(&json, "equal", !report->differs);
    if (report->differs)
        json_hex(&json, "first_difference", report->differs_at, 8);
    json_number(&json, "bytes_verified", report->bytes_verified);
    json_seconds(&json, "seconds", report->total_us);
    if (report->differs)
        json_error(&json, error);
    json_end(&json);
}

/* A difference is a result, too: as JSON it is one object that includes the error. */
static enum boot0_status print_result(struct command_session *command, enum boot0_status status,
                                      struct boot0_error *error)
{
    struct boot0_report report;
    char size[TEXT_SHORT], time[TEXT_SHORT];

    boot0_session_report(command->session, &report);
    if (status == BOOT0_OK)
        progress_end(&command->progress);
    if (command->arguments->json && (status == BOOT0_OK || report.differs)) {
        print_json(command, &report, error);
        error->message[0] = '\0'; /* everything is printed */
    } else if (status == BOOT0_OK) {
        print("Equal: the board holds all %s (%s).\n", text_size(size, report.bytes_verified),
              text_time(time, report.total_us));
    }
    return status;
}

static enum boot0_status run(struct arguments *arguments, struct boot0_error *error)
{
    struct boot0_image *image = command_load(arguments, 0, arguments->operand_count, error);
    struct boot0_flash_options options;
    struct command_session command;
    enum boot0_status status;

    if (!image)
        return error->code;
    options = command_flash_options(arguments);
    options.force = true; /* verify writes nothing, so it cannot write a wrong program */
    options.allow_option_bytes = true;
    status = command_open(&command, arguments, error);
    if (status == BOOT0_OK)
        status = print_result(&command,
                              boot0_session_verify(command.session, image, &options, error), error);
    command_resume(&command);
    command_close(&command);
    boot0_image_free(image);
    return status;
}

static const enum option taken[] = {OPTIONS_BOARD,   OPTION_ADDRESS, OPTION_IGNORE_SUFFIX,
                                    OPTION_SKIP_RAM, OPTION_PATIENT, OPTION_FAST,
                                    OPTION_CHIP,     OPTIONS_OUTPUT};

const struct command command_verify = {
    .name = "verify",
    .operands = "FILE...",
    .wants = "FILE",
    .summary = "compare a board with a file",
    .text = "Reads the board where the file has data, and compares. Writes nothing. If the "
            "contents differ, prints the first address that differs, and the exit code is 65.",
    .examples = "  boot0 verify firmware.hex\n  boot0 verify --address 0x08008000 app.bin",
    COMMAND_OPTIONS(taken),
    .operands_min = 1,
    .operands_max = OPERANDS_MAX,
    .run = run,
};
