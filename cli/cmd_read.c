/* SPDX-License-Identifier: MIT */
/* boot0 read: copies the board's memory to a file. */
#include "command_session.h"
#include "files.h"
#include "hexdump.h"
#include "print.h"
#include "range.h"
#include "text.h"

#include <base/platform/file.h>
#include <base/print/json.h>
#include <stdlib.h>
#include <string.h>

enum {
    HEX_SIZE = 256, /* bytes that --hex shows without a SIZE */
};

/* The data of a read, and its board. */
struct job {
    struct command_session command;
    uint8_t *data;
    size_t size;
    uint32_t address;
};

/* Call end() in any case. */
static enum boot0_status begin(struct job *job, const struct arguments *arguments,
                               struct boot0_error *error)
{
    enum boot0_status status = command_open(&job->command, arguments, error);

    job->data = NULL;
    job->command.progress.copies = true;
    if (status == BOOT0_OK)
        status = range_read(&job->command, &job->data, &job->size, &job->address, error);
    if (status == BOOT0_OK)
        progress_end(&job->command.progress);
    return status;
}

static void end(struct job *job)
{
    free(job->data);
    command_resume(&job->command);
    command_close(&job->command);
}

static enum boot0_status check_ending(const char *file, enum boot0_format format,
                                      struct boot0_error *error)
{
    if (format != BOOT0_FORMAT_UNKNOWN || boot0_format_by_ending(file) != BOOT0_FORMAT_UNKNOWN)
        return BOOT0_OK;
    boot0_fail(error, BOOT0_E_USAGE, "%s: the extension does not select a format", file);
    return boot0_hint(error, "Use the extension .bin, .hex, .srec, .elf, .uf2 or .dfu, or use "
                             "--format. Nothing was read.");
}

static enum boot0_status check_new(const char *file, enum boot0_format format,
                                   struct boot0_error *error)
{
    enum boot0_status status = file_check_creatable(file, error);

    return status == BOOT0_OK ? check_ending(file, format, error) : status;
}

static enum boot0_status check_writable(const char *file, struct boot0_error *error)
{
    int failure = b0_file_writable(file);

    if (failure == 0)
        return BOOT0_OK;
    boot0_fail(error, BOOT0_E_NO_OUTPUT, "%s: cannot be written: %s", file, strerror(failure));
    return boot0_hint(error, "Choose another file. Nothing was read.");
}

/* Checks the output before the board: nobody should wait for a read that cannot be saved. */
static enum boot0_status check_output(const struct arguments *arguments, enum boot0_format *format,
                                      struct boot0_error *error)
{
    const char *file = arguments->operands[0];
    struct b0_file_status status;
    enum boot0_status result = command_format(arguments->convert.format, format, error);

    if (result != BOOT0_OK)
        return result;
    if (file_is_standard(file)) {
        if (*format == BOOT0_FORMAT_UNKNOWN)
            *format = BOOT0_FORMAT_BINARY;
        return file_check_stdout(arguments->json, "read", error);
    }
    if (b0_file_status(file, &status) != 0)
        return check_new(file, *format, error);
    if (status.kind == B0_FILE_FOLDER) {
        boot0_fail(error, BOOT0_E_NO_OUTPUT, "%s is a directory", file);
        return boot0_hint(error, "Give the name of a file in it.");
    }
    if (status.kind != B0_FILE_REGULAR)
        return check_writable(file, error);
    if (arguments->flash.force) {
        result = check_writable(file, error);
        return result == BOOT0_OK ? check_new(file, *format, error) : result;
    }
    boot0_fail(error, BOOT0_E_NO_OUTPUT, "%s exists already", file);
    return boot0_hint(error, "Use --force to replace it.");
}

static enum boot0_status save(const struct arguments *arguments, enum boot0_format format,
                              const uint8_t *data, size_t size, uint32_t address, bool placed,
                              struct boot0_error *error)
{
    const char *file = arguments->operands[0];
    struct boot0_image_options options = {.format = format};
    struct boot0_image *image = boot0_image_new();
    enum boot0_status status;

    if (!image)
        return boot0_fail(error, BOOT0_E_MEMORY, "out of memory");
    status = boot0_image_add(image, 0, address, data, size, error);
    image->has_addresses = placed;
    if (status == BOOT0_OK)
        status = file_save(image, file, &options, error);
    boot0_image_free(image);
    return status;
}

static void print_result(const struct command_session *command, const struct arguments *arguments,
                         size_t size, uint32_t address)
{
    struct boot0_report report;
    char bytes[TEXT_SHORT], time[TEXT_SHORT];

    boot0_session_report(command->session, &report);
    if (arguments->json) {
        struct json json = command_json_begin(command);

        json_text(&json, "file", arguments->operands[0]);
        if (boot0_session_board(command->session)->has_addresses)
            json_hex(&json, "address", address, 8);
        json_number(&json, "bytes", size);
        json_seconds(&json, "seconds", report.total_us);
        json_end(&json);
    } else if (!file_is_standard(arguments->operands[0])) {
        print("Read %s to %s in %s.\n", text_size(bytes, size), arguments->operands[0],
              text_time(time, report.total_us));
    }
}

/* ---- --hex ---- */

static enum boot0_status take_range(struct arguments *arguments, struct boot0_error *error)
{
    struct flash_arguments *range = &arguments->flash;
    const char *const *operands = arguments->operands;

    if (arguments->operand_count > 0)
        range->has_address = parse_number(operands[0], false, &range->address);
    if (arguments->operand_count > 1)
        range->has_size = parse_number(operands[1], true, &range->size) && range->size > 0;
    if ((arguments->operand_count == 0 || range->has_address) &&
        (arguments->operand_count < 2 || range->has_size)) {
        if (!range->has_size)
            range->size = HEX_SIZE;
        range->has_size = true;
        return BOOT0_OK;
    }
    boot0_fail(error, BOOT0_E_USAGE, "--hex takes an address and a size, not \"%s\"",
               operands[range->has_address ? 1 : 0]);
    return boot0_hint(error, "Use e.g. boot0 read --hex 0x08000000 256. It writes no file.");
}

static void json_data(const struct command_session *command, const uint8_t *data, size_t size,
                      uint32_t address)
{
    struct json json = command_json_begin(command);
    char *text = malloc(2 * size + 1);

    json_hex(&json, "address", address, 8);
    json_number(&json, "bytes", size);
    json_text(&json, "data", text ? text_hex(text, data, size) : "");
    json_end(&json);
    free(text);
}

static void print_hex(const struct command_session *command, const uint8_t *data, size_t size,
                      uint32_t address)
{
    if (command->arguments->json)
        json_data(command, data, size, address);
    else
        hexdump(stdout, address, data, size);
}

static enum boot0_status show(struct arguments *arguments, struct boot0_error *error)
{
    struct job job;
    enum boot0_status status = take_range(arguments, error);

    if (status != BOOT0_OK)
        return status;
    status = begin(&job, arguments, error);
    if (status == BOOT0_OK)
        print_hex(&job.command, job.data, job.size, job.address);
    end(&job);
    return status;
}

/* ---- to a file ---- */

static enum boot0_status copy(struct arguments *arguments, struct boot0_error *error)
{
    struct job job;
    enum boot0_format format;
    enum boot0_status status = check_output(arguments, &format, error);

    if (status != BOOT0_OK)
        return status;
    status = begin(&job, arguments, error);
    if (status == BOOT0_OK)
        status = save(arguments, format, job.data, job.size, job.address,
                      boot0_session_board(job.command.session)->has_addresses, error);
    if (status == BOOT0_OK)
        print_result(&job.command, arguments, job.size, job.address);
    end(&job);
    return status;
}

static enum boot0_status run(struct arguments *arguments, struct boot0_error *error)
{
    if (arguments->flash.hex)
        return show(arguments, error);
    if (arguments->operand_count == 1)
        return copy(arguments, error);
    if (arguments->operand_count > 1)
        boot0_fail(error, BOOT0_E_USAGE, "unexpected argument \"%s\"", arguments->operands[1]);
    else
        boot0_fail(error, BOOT0_E_USAGE, "missing FILE (- for standard output)");
    return boot0_hint(error, "Usage: boot0 read [options] FILE, or boot0 read --hex [ADDRESS "
                             "[SIZE]].");
}

static const enum option taken[] = {OPTIONS_BOARD,  OPTION_ADDRESS, OPTION_SIZE,
                                    OPTION_FORMAT,  OPTION_FORCE,   OPTION_HEX,
                                    OPTION_PATIENT, OPTION_FAST,    OPTIONS_OUTPUT};

const struct command command_read = {
    .name = "read",
    .operands = "FILE | --hex [ADDRESS [SIZE]]",
    .summary = "copy a board's memory to a file",
    .text =
        "Reads memory into a file; the default is the whole main flash. The file's extension "
        "selects its format (.bin, .hex, .srec, .elf, .uf2, .dfu), unless --format is used. \"-\" "
        "writes raw bytes to standard output. An existing file is replaced only with --force. "
        "--hex shows the memory on the terminal instead, by default 256 bytes from the start of "
        "the flash.",
    .examples = "  boot0 read --address 0x08010000 --size 16k data.bin\n"
                "  boot0 read --hex 0x08000000 64",
    COMMAND_OPTIONS(taken),
    .operands_max = 2,
    .run = run,
};
