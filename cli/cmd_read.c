/* SPDX-License-Identifier: MIT */
/* boot0 read: copies the board's memory to a file. */
#include "command_session.h"
#include "files.h"
#include "json.h"
#include "print.h"
#include "text.h"

#include <base/platform/file.h>
#include <stdlib.h>
#include <string.h>

enum {
    UPLOAD_LIMIT = 16 << 20, /* of a board without addresses; they end by themselves before that */
};

static enum boot0_status check_ending(const char *file, enum boot0_format format,
                                      struct boot0_error *error)
{
    if (format != BOOT0_FORMAT_UNKNOWN || boot0_format_by_ending(file) != BOOT0_FORMAT_UNKNOWN)
        return BOOT0_OK;
    boot0_fail(error, BOOT0_E_USAGE, "%s: the name does not tell the format to write", file);
    return boot0_hint(error, "End it in .bin, .hex, .srec, .elf, .uf2 or .dfu, or say --format. "
                             "Nothing was read.");
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

/* Asked before the board is: nobody should wait for a read that cannot be kept. */
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
    return boot0_hint(error, "Say --force to replace it.");
}

/* The range that is meant: by the options, else the main flash. */
static enum boot0_status choose_range(const struct command_session *command,
                                      const struct arguments *arguments, uint32_t *address,
                                      size_t *size, struct boot0_error *error)
{
    const struct boot0_layout *layout = boot0_session_layout(command->session);
    uint64_t end = 0;

    *address = arguments->flash.has_address ? arguments->flash.address : layout->regions[0].address;
    *size = arguments->flash.size;
    if (arguments->flash.has_size)
        return BOOT0_OK;
    for (size_t i = 0; i < layout->region_count; i++) {
        const struct boot0_region *r = &layout->regions[i];
        uint64_t region_end = r->address + (uint64_t)r->sector_size * r->sector_count;

        /* The regions that follow each other without a gap. */
        if ((*address >= r->address && *address < region_end) || end == r->address)
            end = region_end;
    }
    if (end > *address) {
        *size = (size_t)(end - *address);
        return BOOT0_OK;
    }
    boot0_fail(error, BOOT0_E_USAGE, "how much is to be read at 0x%08x?", *address);
    return boot0_hint(error, "Say it with --size.");
}

static enum boot0_status fetch(struct command_session *command, const struct arguments *arguments,
                               uint8_t **data, size_t *size, uint32_t *address,
                               struct boot0_error *error)
{
    enum boot0_status status;

    *data = NULL;
    *address = 0;
    if (!boot0_session_board(command->session)->has_addresses)
        return boot0_session_upload(
            command->session, data, size,
            arguments->flash.has_size ? arguments->flash.size : UPLOAD_LIMIT, error);
    status = choose_range(command, arguments, address, size, error);
    if (status != BOOT0_OK)
        return status;
    *data = malloc(*size ? *size : 1);
    if (!*data)
        return boot0_fail(error, BOOT0_E_MEMORY, "out of memory for %zu bytes", *size);
    return boot0_session_read(command->session, *address, *data, *size, error);
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

static enum boot0_status run(struct arguments *arguments, struct boot0_error *error)
{
    struct command_session command;
    enum boot0_format format;
    uint8_t *data = NULL;
    size_t size = 0;
    uint32_t address = 0;
    enum boot0_status status = check_output(arguments, &format, error);

    if (status != BOOT0_OK)
        return status;
    status = command_open(&command, arguments, error);
    command.progress.copies = true;
    if (status == BOOT0_OK)
        status = fetch(&command, arguments, &data, &size, &address, error);
    if (status == BOOT0_OK) {
        progress_end(&command.progress);
        status = save(arguments, format, data, size, address,
                      boot0_session_board(command.session)->has_addresses, error);
    }
    if (status == BOOT0_OK)
        print_result(&command, arguments, size, address);
    free(data);
    command_resume(&command);
    command_close(&command);
    return status;
}

static const enum option taken[] = {OPTIONS_BOARD, OPTION_ADDRESS, OPTION_SIZE, OPTION_FORMAT,
                                    OPTION_FORCE,  OPTION_PATIENT, OPTION_FAST, OPTIONS_OUTPUT};

const struct command command_read = {
    .name = "read",
    .operands = "FILE",
    .wants = "a file to write, or - for standard output",
    .summary = "copy a board's memory to a file",
    .text =
        "Reads memory into a file; the main flash as a whole if nothing else is said. The file's "
        "name tells its format (.bin, .hex, .srec, .elf, .uf2, .dfu), or --format does. \"-\" "
        "writes raw bytes to standard output. A file that exists is replaced only with --force.",
    .examples = "  boot0 read backup.hex\n  boot0 read --address 0x08010000 --size 16k data.bin",
    COMMAND_OPTIONS(taken),
    .operands_min = 1,
    .operands_max = 1,
    .run = run,
};
