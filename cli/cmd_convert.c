/* SPDX-License-Identifier: MIT */
/* boot0 convert: from any file format to any other. */
#include "command_session.h"
#include "files.h"
#include "print.h"
#include "text.h"

#include <base/print/json.h>
#include <core/array.h>
#include <stdlib.h>
#include <string.h>

/* Valid values of bcdDFU: the versions of the specification that a suffix follows. */
static bool dfu_version_known(uint16_t version)
{
    return version == 0 || version == BOOT0_DFU_VERSION_1_0 || version == BOOT0_DFU_VERSION_1_1 ||
           version == BOOT0_DFU_VERSION_DFUSE;
}

/* "VID:PID[:VER[:DFU]]", hex. Missing ids stay "any", a missing DFU version the usual one. */
static bool parse_suffix(const char *text, struct boot0_suffix *suffix)
{
    uint16_t *const numbers[] = {&suffix->vendor, &suffix->product, &suffix->bcd_device,
                                 &suffix->bcd_dfu};
    char *end;

    *suffix = (struct boot0_suffix){0xffff, 0xffff, 0xffff, 0};
    for (size_t i = 0; i < B0_LENGTH(numbers); i++) {
        unsigned long number = strtoul(text, &end, 16);

        if (end == text || end - text > 6 || number > 0xffff)
            return false;
        *numbers[i] = (uint16_t)number;
        if (*end == '\0')
            return i > 0 && dfu_version_known(suffix->bcd_dfu);
        if (*end != ':')
            return false;
        text = end + 1;
    }
    return false;
}

static enum boot0_status choose_format(const struct arguments *arguments,
                                       struct boot0_image_options *options,
                                       struct boot0_error *error)
{
    const struct boot0_chip *chip;
    enum boot0_status status = command_format(arguments->convert.format, &options->format, error);

    if (status != BOOT0_OK)
        return status;
    if (arguments->convert.suffix && !parse_suffix(arguments->convert.suffix, &options->suffix)) {
        boot0_fail(error, BOOT0_E_USAGE, "invalid --suffix \"%s\"", arguments->convert.suffix);
        return boot0_hint(error, "Use hex numbers, e.g. 0483:df11 or 0483:df11:2200.");
    }
    if (!arguments->convert.family)
        return BOOT0_OK;
    chip = boot0_chip_by_name(arguments->convert.family);
    if (chip && chip->uf2_family != 0) {
        options->family = chip->uf2_family;
    } else if (!parse_number(arguments->convert.family, false, &options->family)) {
        boot0_fail(error, BOOT0_E_USAGE, "unknown UF2 family \"%s\"", arguments->convert.family);
        return boot0_hint(error, "Use the name of a chip, e.g. f407, or the id itself, e.g. "
                                 "0x57755a57.");
    }
    return BOOT0_OK;
}

/* "lmdfu", "lmdfu:0x2000", "lpc". The address defaults to the file's. */
static bool parse_prefix(const char *text, const struct boot0_image *image,
                         struct boot0_prefix *prefix)
{
    size_t length = strcspn(text, ":");

    *prefix = (struct boot0_prefix){BOOT0_PREFIX_NONE, 0, 0};
    if (image->has_addresses)
        prefix->address = image->segments[0].address;
    for (int i = BOOT0_PREFIX_NONE + 1; i < BOOT0_PREFIX_COUNT; i++) {
        const char *name = boot0_prefix_name((enum boot0_prefix_kind)i);

        if (strlen(name) == length && strncmp(name, text, length) == 0)
            prefix->kind = (enum boot0_prefix_kind)i;
    }
    if (text[length] == ':')
        return prefix->kind == BOOT0_PREFIX_LMDFU &&
               parse_number(text + length + 1, false, &prefix->address);
    return prefix->kind != BOOT0_PREFIX_NONE;
}

static enum boot0_status change_prefix(const char *text, struct boot0_image *image,
                                       struct boot0_error *error)
{
    struct boot0_prefix prefix;

    if (!text)
        return BOOT0_OK;
    if (strcmp(text, boot0_prefix_name(BOOT0_PREFIX_NONE)) == 0)
        return boot0_image_remove_prefix(image, error);
    if (parse_prefix(text, image, &prefix))
        return boot0_image_add_prefix(image, &prefix, error);
    boot0_fail(error, BOOT0_E_USAGE, "invalid --prefix \"%s\"", text);
    return boot0_hint(error, "Use lmdfu, lmdfu:0x2000, lpc or none.");
}

static void print_result(const struct arguments *arguments, const struct boot0_image *image,
                         const char *output)
{
    char size[TEXT_SHORT], segments[TEXT_SHORT];

    if (arguments->json) {
        struct json json = json_begin(stdout);

        json_text(&json, "file", output);
        json_number(&json, "bytes", boot0_image_size(image));
        json_number(&json, "segment_count", image->segment_count);
        json_end(&json);
    } else if (!arguments->quiet && !file_is_standard(output)) {
        print("Wrote %s: %s in %s.\n", output, text_size(size, boot0_image_size(image)),
              text_count(segments, image->segment_count, "segment", "segments"));
    }
}

/* Standard output has no name that could tell the format. */
static enum boot0_status check_stdout(const struct arguments *arguments, struct boot0_error *error)
{
    if (arguments->convert.format)
        return file_check_stdout(arguments->json, "convert --format binary firmware.hex", error);
    boot0_fail(error, BOOT0_E_USAGE, "missing format of standard output");
    return boot0_hint(error, "Use --format, e.g. boot0 convert --format ihex firmware.elf -");
}

static enum boot0_status run(struct arguments *arguments, struct boot0_error *error)
{
    struct boot0_image_options options = {.format = BOOT0_FORMAT_UNKNOWN};
    size_t inputs = arguments->operand_count - 1;
    const char *output = arguments->operands[inputs];
    struct boot0_image *image;
    enum boot0_status status = choose_format(arguments, &options, error);

    if (status == BOOT0_OK && file_is_standard(output))
        status = check_stdout(arguments, error);
    if (status != BOOT0_OK)
        return status;
    image = command_load(arguments, 0, inputs, error);
    if (!image)
        return error->code;
    if (!image->has_addresses && arguments->flash.has_address)
        status = boot0_image_place(image, arguments->flash.address, error);
    if (status == BOOT0_OK)
        status = change_prefix(arguments->convert.prefix, image, error);
    if (status == BOOT0_OK)
        status = file_save(image, output, &options, error);
    if (status == BOOT0_OK)
        print_result(arguments, image, output);
    boot0_image_free(image);
    return status;
}

static const enum option taken[] = {OPTION_FORMAT, OPTION_ADDRESS, OPTION_SUFFIX,
                                    OPTION_PREFIX, OPTION_FAMILY,  OPTIONS_OUTPUT};

const struct command command_convert = {
    .name = "convert",
    .operands = "INPUT... OUTPUT",
    .wants = "INPUT or OUTPUT",
    .summary = "convert a file to another format, or join files",
    .text = "Reads files of any format and writes them in another one. The extension of the "
            "output selects its format (.bin, .hex, .srec, .elf, .uf2, .dfu; a .dfu is DfuSe if "
            "there are addresses), unless --format is used. --address or INPUT@ADDRESS sets the "
            "address of a raw binary. An existing output is replaced, even if it is the input. "
            "\"-\" is standard input or output.",
    .examples = "  boot0 convert firmware.elf firmware.hex\n"
                "  boot0 convert --suffix 0483:df11 boot.bin@0x08000000 app.hex all.dfu",
    COMMAND_OPTIONS(taken),
    .operands_min = 2,
    .operands_max = OPERANDS_MAX,
    .run = run,
};
