/* SPDX-License-Identifier: MIT */
/* The bootloaders for boards that are part of the program, and files that contain one. */
#include "bootloader_binaries.h"
#include "bootloader.h"
#include "files.h"
#include "print.h"
#include "text.h"

#include <base/print/json.h>
#include <boot0/chip.h>
#include <core/bootloader_map.h>
#include <core/sha256.h>
#include <string.h>
#include <strings.h>

#define GENERIC "generic-"

/* ---- choosing ---- */

enum boot0_status bootloader_check_table(const struct bootloader_binary *table,
                                         struct boot0_error *error)
{
    if (table[0].board)
        return BOOT0_OK;
    boot0_fail(error, BOOT0_E_NO_INPUT, "this boot0 was built without bootloaders for boards");
    return boot0_hint(error, "Install the compiler arm-none-eabi-gcc (Debian: gcc-arm-none-eabi) "
                             "and build boot0 again, or pass the file of a bootloader: boot0 "
                             "install-bootloader bootloader-generic-f407.bin.");
}

static const struct bootloader_binary *find(const struct bootloader_binary *table, const char *key)
{
    for (; table->board; table++)
        if (strcasecmp(table->board, key) == 0)
            return table;
    return NULL;
}

static bool is_generic(const struct bootloader_binary *binary)
{
    return strncmp(binary->board, GENERIC, sizeof GENERIC - 1) == 0;
}

static const struct bootloader_binary *find_for_chip(const struct bootloader_binary *table,
                                                     const struct boot0_chip *chip)
{
    char key[TEXT_SHORT];

    snprintf(key, sizeof key, GENERIC "%s", chip->key);
    return find(table, key);
}

/*
 * The generic bootloader of a chip that the board can be. If the F405/407 is the first candidate,
 * its bootloader wins: most boards with such a flash have that chip. NULL: none, or `several`.
 */
static const struct bootloader_binary *find_generic(const struct bootloader_binary *table,
                                                    const struct boot0_board *board, bool *several)
{
    const struct bootloader_binary *found = NULL;

    *several = false;
    for (size_t i = 0; i < board->chip_count; i++) {
        const struct bootloader_binary *generic = find_for_chip(table, board->chips[i]);

        if (i == 0 && generic && board->chips[0]->id == B0_BOOTLOADER_DEVICE_DEFAULT)
            return generic;
        *several = *several || (found && generic && generic != found);
        found = generic ? generic : found;
    }
    return *several ? NULL : found;
}

static void add_name(char *names, size_t size, const char *name)
{
    size_t length = strlen(names);

    snprintf(names + length, size - length, "%s%s", length ? ", " : "", name);
}

static enum boot0_status fail_several(const struct bootloader_binary *table,
                                      const struct boot0_board *board, struct boot0_error *error)
{
    char keys[TEXT_BOARD] = "", boards[300] = "";

    for (size_t i = 0; i < board->chip_count; i++)
        if (find_for_chip(table, board->chips[i]))
            add_name(keys, sizeof keys, board->chips[i]->key);
    for (; table->board; table++)
        if (!is_generic(table))
            add_name(boards, sizeof boards, table->board);
    boot0_fail(error, BOOT0_E_USAGE,
               "several bootloaders fit the board: several chips have its flash layout");
    return boot0_hint(error,
                      "Read the chip's marking and name it with --chip: %s. Or name the board "
                      "with --board: %s.",
                      keys, boards);
}

static enum boot0_status fail_none(const struct bootloader_binary *table,
                                   const struct boot0_board *board, struct boot0_error *error)
{
    char keys[TEXT_BOARD] = "", chip[160];

    for (; table->board; table++)
        if (is_generic(table))
            add_name(keys, sizeof keys, table->board + sizeof GENERIC - 1);
    boot0_fail(error, BOOT0_E_MISMATCH, "boot0 has no bootloader for the board, %s",
               board->chip_count > 0 ? boot0_board_chip_name(board, chip, sizeof chip)
                                     : "whose chip is unknown");
    return boot0_hint(error, "Name the chip with --chip if the board has one of these: %s.", keys);
}

enum boot0_status bootloader_choose(const struct bootloader_binary *table,
                                    const struct boot0_board *board, const char *key,
                                    const struct bootloader_binary **chosen,
                                    struct boot0_error *error)
{
    bool several = false;

    *chosen = key ? find(table, key) : NULL;
    if (!*chosen && board->bootloader.present)
        *chosen = find(table, board->bootloader.board);
    if (!*chosen)
        *chosen = find_generic(table, board, &several);
    if (*chosen)
        return BOOT0_OK;
    return several ? fail_several(table, board, error) : fail_none(table, board, error);
}

/* ---- images ---- */

static enum boot0_status check(struct boot0_image *image, const char *name,
                               struct boot0_error *error)
{
    const struct boot0_segment *segment = image->segments;
    struct boot0_vectors vectors;
    uint32_t reset;

    if (!image->has_addresses && boot0_image_place(image, B0_FLASH_BASE, error) != BOOT0_OK)
        return error->code;
    reset = boot0_image_vectors(image, B0_FLASH_BASE, &vectors) ? vectors.reset : 0;
    if (image->segment_count == 1 && segment->address == B0_FLASH_BASE &&
        segment->size <= B0_BOOTLOADER_SIZE && reset > B0_FLASH_BASE &&
        reset < B0_FLASH_BASE + B0_BOOTLOADER_SIZE)
        return BOOT0_OK;
    boot0_fail(error, BOOT0_E_DATA, "%s is not a bootloader for the first sector of an F4", name);
    return boot0_hint(error, "Use `boot0 flash` for other programs. A bootloader has at most "
                             "16 KiB and is linked for 0x08000000.");
}

/* Ends a load that returned `status`: checks the image, and frees it if it is unusable. */
static enum boot0_status finish(struct boot0_image **image, enum boot0_status status,
                                const char *name, struct boot0_error *error)
{
    if (status == BOOT0_OK)
        status = check(*image, name, error);
    if (status != BOOT0_OK) {
        boot0_image_free(*image);
        *image = NULL;
    }
    return status;
}

enum boot0_status bootloader_load_file(struct boot0_image **image, const char *file,
                                       struct boot0_error *error)
{
    return finish(image, file_load(image, file, error), file, error);
}

enum boot0_status bootloader_load_binary(struct boot0_image **image,
                                         const struct bootloader_binary *binary,
                                         struct boot0_error *error)
{
    struct boot0_image_options options = {.format = BOOT0_FORMAT_BINARY};

    return finish(
        image, boot0_image_parse(image, binary->data, binary->size, binary->board, &options, error),
        binary->board, error);
}

/* ---- the table ---- */

static void digest_text(char text[2 * B0_SHA256_SIZE + 1], const struct bootloader_binary *binary)
{
    struct b0_sha256 sha;
    uint8_t digest[B0_SHA256_SIZE];

    b0_sha256_begin(&sha);
    b0_sha256_add(&sha, binary->data, binary->size);
    b0_sha256_end(&sha, digest);
    text_hex(text, digest, sizeof digest);
}

void bootloader_print_table(const struct bootloader_binary *table)
{
    for (; table->board; table++) {
        char version[BOOT0_BOOTLOADER_VERSION_MAX], digest[2 * B0_SHA256_SIZE + 1];
        char label[64], text[64];

        boot0_bootloader_version(version, table->data, table->size);
        digest_text(digest, table);
        snprintf(label, sizeof label, "%-16s %-8s ", table->board, version);
        snprintf(text, sizeof text, "%5zu bytes  SHA-256 %.16s...", table->size, digest);
        print_labelled(stdout, label, text);
    }
}

void bootloader_json_table(struct json *json, const struct bootloader_binary *table)
{
    json_open_list(json, "bootloaders");
    for (; table->board; table++) {
        char version[BOOT0_BOOTLOADER_VERSION_MAX], digest[2 * B0_SHA256_SIZE + 1];

        boot0_bootloader_version(version, table->data, table->size);
        digest_text(digest, table);
        json_open(json, NULL);
        json_text(json, "built_for", table->board);
        json_text(json, "version", version);
        json_number(json, "bytes", table->size);
        json_text(json, "sha256", digest);
        json_close(json);
    }
    json_close_list(json);
}
