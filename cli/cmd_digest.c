/* SPDX-License-Identifier: MIT */
/* boot0 digest: checksums of a board's memory and of a file's contents. */
#include "print.h"
#include "range.h"
#include "text.h"
#include <base/print/json.h>

#include <core/crc32.h>
#include <core/sha256.h>
#include <stdlib.h>
#include <string.h>

/* Checksums of one range, in the forms that other tools print. */
struct digest {
    uint32_t crc; /* as zlib's crc32() and the command crc32 print it */
    char sha[2 * B0_SHA256_SIZE + 1];
};

static void write_sha(char text[2 * B0_SHA256_SIZE + 1], const uint8_t *data, size_t size)
{
    uint8_t bytes[B0_SHA256_SIZE];
    struct b0_sha256 sha;

    b0_sha256_begin(&sha);
    b0_sha256_add(&sha, data, size);
    b0_sha256_end(&sha, bytes);
    text_hex(text, bytes, sizeof bytes);
}

static struct digest digest_of(const uint8_t *data, size_t size)
{
    struct digest digest = {.crc = ~b0_crc32(B0_CRC32_START, data, size)};

    write_sha(digest.sha, data, size);
    return digest;
}

static void print_digest(uint32_t address, size_t size, const struct digest *digest)
{
    char text[TEXT_SHORT];

    print("0x%08x, %s\n  CRC-32   %08x\n  SHA-256  %s\n", (unsigned)address, text_size(text, size),
          (unsigned)digest->crc, digest->sha);
}

static void json_digest(struct json *json, uint32_t address, size_t size,
                        const struct digest *digest)
{
    json_hex(json, "address", address, 8);
    json_number(json, "bytes", size);
    json_hex(json, "crc32", digest->crc, 8);
    json_text(json, "sha256", digest->sha);
}

/* ---- a range of the board ---- */

static enum boot0_status digest_range(struct command_session *command, struct boot0_error *error)
{
    uint8_t *data = NULL;
    size_t size = 0;
    uint32_t address = 0;
    enum boot0_status status = range_read(command, &data, &size, &address, error);

    if (status == BOOT0_OK) {
        struct digest digest = digest_of(data, size);

        progress_end(&command->progress);
        if (command->arguments->json) {
            struct json json = command_json_begin(command);

            json_digest(&json, address, size, &digest);
            json_end(&json);
        } else {
            print_digest(address, size, &digest);
        }
    }
    free(data);
    return status;
}

/* ---- the ranges of a file ---- */

static void report(struct json *json, const struct boot0_segment *segment, const uint8_t *held)
{
    struct digest board = digest_of(held, segment->size);
    char file_sha[2 * B0_SHA256_SIZE + 1];
    bool equal;

    write_sha(file_sha, segment->data, segment->size);
    equal = strcmp(board.sha, file_sha) == 0;
    if (json) {
        json_open(json, NULL);
        json_digest(json, segment->address, segment->size, &board);
        json_bool(json, "equal", equal);
        json_text(json, "file_sha256", file_sha);
        json_close(json);
        return;
    }
    print_digest(segment->address, segment->size, &board);
    print(equal ? "           same as the file\n" : "           the file has %s\n", file_sha);
}

static enum boot0_status digest_segment(struct command_session *command, struct json *json,
                                        const struct boot0_segment *segment,
                                        struct boot0_error *error)
{
    uint8_t *held = malloc(segment->size ? segment->size : 1);
    enum boot0_status status;

    if (!held)
        return boot0_fail(error, BOOT0_E_MEMORY, "out of memory for %zu bytes", segment->size);
    status = boot0_session_read(command->session, segment->address, held, segment->size, error);
    progress_end(&command->progress);
    if (status == BOOT0_OK)
        report(json, segment, held);
    free(held);
    return status;
}

static enum boot0_status digest_file(struct command_session *command,
                                     const struct boot0_image *image, struct boot0_error *error)
{
    struct boot0_flash_options options = command_flash_options(command->arguments);
    struct boot0_image *resolved = NULL;
    bool is_json = command->arguments->json;
    struct json json;
    enum boot0_status status;

    options.force = options.allow_option_bytes = options.ignore_suffix = true;
    status = boot0_session_resolve(command->session, image, &options, &resolved, error);
    if (status != BOOT0_OK)
        return status;
    if (is_json) {
        json = command_json_begin(command);
        json_open_list(&json, "ranges");
    }
    for (size_t i = 0; i < resolved->segment_count && status == BOOT0_OK; i++)
        status = digest_segment(command, is_json ? &json : NULL, &resolved->segments[i], error);
    if (is_json) {
        json_close_list(&json);
        json_end(&json);
    }
    boot0_image_free(resolved);
    return status;
}

static enum boot0_status run(struct arguments *arguments, struct boot0_error *error)
{
    struct boot0_image *image = NULL;
    struct command_session command;
    enum boot0_status status;

    if (arguments->operand_count > 0) {
        image = command_load(arguments, 0, arguments->operand_count, error);
        if (!image)
            return error->code;
    }
    status = command_open(&command, arguments, error);
    command.progress.copies = true;
    if (status == BOOT0_OK)
        status = image ? digest_file(&command, image, error) : digest_range(&command, error);
    command_resume(&command);
    command_close(&command);
    boot0_image_free(image);
    return status;
}

static const enum option taken[] = {OPTIONS_BOARD,  OPTION_ADDRESS, OPTION_SIZE,   OPTION_CHIP,
                                    OPTION_PATIENT, OPTION_FAST,    OPTIONS_OUTPUT};

const struct command command_digest = {
    .name = "digest",
    .operands = "[FILE...]",
    .summary = "print checksums of what a board holds",
    .text = "Reads the board's memory and prints its CRC-32 and SHA-256 as crc32 and sha256sum do "
            "for a file. The range is the main flash, --address and --size, or each range that "
            "FILE has data for. With FILE, it also reports whether the contents are equal. Writes "
            "nothing.",
    .examples = "  boot0 digest --size 16k\n  boot0 digest firmware.elf",
    COMMAND_OPTIONS(taken),
    .operands_max = OPERANDS_MAX,
    .run = run,
};
