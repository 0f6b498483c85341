/* SPDX-License-Identifier: MIT */
/* boot0 info FILE: what a file holds, and for which chip. */
#include "files.h"
#include "info.h"
#include "memory_table.h"
#include "print.h"
#include "text.h"

#include <base/print/json.h>
#include <string.h>

static bool find_vectors(const struct boot0_image *image, struct boot0_vectors *vectors)
{
    return boot0_image_vectors(image, image->segments[0].address, vectors) &&
           (vectors->reset & 1) != 0 && vectors->stack != 0 && vectors->stack % 4 == 0;
}

/* The families whose RAM can contain a stack pointer. */
static void families_by_stack(uint32_t stack, char *text, size_t size)
{
    const struct boot0_chip *chip;
    size_t length = 0;

    text[0] = '\0';
    for (size_t i = 0; (chip = boot0_chip_at(i)) != NULL && length < size; i++) {
        if (!boot0_chip_stack_valid(chip, stack) || strstr(text, chip->family + strlen("STM32")))
            continue;
        length += (size_t)snprintf(text + length, size - length, "%s%s", length ? " " : "",
                                   chip->family + (length ? strlen("STM32") : 0));
    }
}

static void chip_layout(const struct boot0_chip *chip, struct boot0_layout *layout)
{
    (void)boot0_layout_parse(chip->layout, strlen(chip->layout), layout, NULL);
}

static void print_chip_map(const struct boot0_image *image, const struct boot0_chip *chip)
{
    struct boot0_layout layout;
    char text[TEXT_BOARD];

    chip_layout(chip, &layout);
    snprintf(text, sizeof text, "of the largest %s: # used, + in part", chip->name);
    print_labelled(stdout, "  flash     ", text);
    memory_table_print(image, &layout);
}

static void json_chip_map(struct json *json, const struct boot0_image *image,
                          const struct boot0_chip *chip)
{
    struct boot0_layout layout;

    chip_layout(chip, &layout);
    memory_table_json(json, image, &layout);
}

static void file_json(const char *name, const struct boot0_image *image,
                      const struct boot0_chip *chip)
{
    struct json json = json_begin(stdout);
    struct boot0_vectors vectors;
    struct boot0_prefix prefix;
    char cpu[TEXT_SHORT * 2];

    json_text(&json, "file", name);
    json_text(&json, "format", boot0_format_name(image->format));
    json_number(&json, "bytes", boot0_image_size(image));
    json_bool(&json, "has_addresses", image->has_addresses);
    json_open_list(&json, "segments");
    for (size_t i = 0; i < image->segment_count; i++) {
        json_open(&json, NULL);
        json_hex(&json, "address", image->segments[i].address, 8);
        json_number(&json, "bytes", image->segments[i].size);
        json_number(&json, "alternate", image->segments[i].alternate);
        json_close(&json);
    }
    json_close_list(&json);
    if (image->has_entry)
        json_hex(&json, "entry", image->entry, 8);
    if (image->has_suffix) {
        json_open(&json, "suffix");
        json_hex(&json, "vendor", image->suffix.vendor, 4);
        json_hex(&json, "product", image->suffix.product, 4);
        json_hex(&json, "device", image->suffix.bcd_device, 4);
        json_hex(&json, "dfu", image->suffix.bcd_dfu, 4);
        json_close(&json);
    }
    if (boot0_image_find_prefix(image, &prefix)) {
        json_open(&json, "prefix");
        json_text(&json, "kind", boot0_prefix_name(prefix.kind));
        json_hex(&json, "load", prefix.address, 8);
        json_number(&json, "payload", prefix.payload);
        json_close(&json);
    }
    if (image->has_family)
        json_hex(&json, "family", image->family, 8);
    if (image->cpu != 0)
        json_text(&json, "cpu", boot0_cpu_name(image->cpu, cpu, sizeof cpu));
    if (image->notes != 0) {
        json_open_list(&json, "notes");
        for (size_t i = 0; boot0_image_note(image, i); i++)
            json_text(&json, NULL, boot0_image_note(image, i));
        json_close_list(&json);
    }
    if (find_vectors(image, &vectors)) {
        json_open(&json, "vectors");
        json_hex(&json, "stack", vectors.stack, 8);
        json_hex(&json, "reset", vectors.reset, 8);
        json_close(&json);
    }
    if (chip)
        json_chip_map(&json, image, chip);
    json_end(&json);
}

static void print_suffix(const struct boot0_suffix *suffix)
{
    print("  suffix    for ");
    if (suffix->vendor == 0xffff)
        print("any vendor");
    else
        print("%04x", suffix->vendor);
    if (suffix->product == 0xffff)
        print(", any product");
    else
        print(":%04x", suffix->product);
    if (suffix->bcd_device != 0xffff)
        print(", version %04x", suffix->bcd_device);
    print(" (DFU %x.%x)\n", suffix->bcd_dfu >> 8, suffix->bcd_dfu & 0xff);
}

static void print_prefix(const struct boot0_image *image)
{
    struct boot0_prefix prefix;

    if (!boot0_image_find_prefix(image, &prefix))
        return;
    print("  prefix    %s, for %u bytes", boot0_prefix_name(prefix.kind), prefix.payload);
    if (prefix.kind == BOOT0_PREFIX_LMDFU)
        print(" at 0x%08x", prefix.address);
    putchar('\n');
}

static void print_program(const struct boot0_image *image)
{
    const struct boot0_chip *chip =
        image->has_family ? boot0_chip_by_uf2_family(image->family) : NULL;
    struct boot0_vectors vectors;
    char families[96], cpu[TEXT_SHORT * 2], text[64];

    if (image->cpu != 0)
        print("  cpu       %s\n", boot0_cpu_name(image->cpu, cpu, sizeof cpu));
    if (image->has_family)
        print("  family    0x%08x, %s\n", image->family, chip ? chip->family : "unknown to boot0");
    if (image->has_entry)
        print("  entry     0x%08x\n", image->entry);
    if (!find_vectors(image, &vectors)) {
        print("  program   no vector table at its start\n");
        return;
    }
    families_by_stack(vectors.stack, families, sizeof families);
    snprintf(text, sizeof text, "stack 0x%08x, reset handler 0x%08x", vectors.stack,
             vectors.reset & ~1u);
    print_labelled(stdout, "  program   ", text);
    if (families[0])
        print_labelled(stdout, "  RAM of    ", families);
}

static void print_file(const char *name, const struct boot0_image *image)
{
    char size[TEXT_SHORT];

    print("%s: %s, %s\n", name, boot0_format_name(image->format),
          text_size(size, boot0_image_size(image)));
    if (image->name[0])
        print("  name      %s\n", image->name);
    for (size_t i = 0; i < image->segment_count && image->has_addresses; i++)
        print("  segment   0x%08x-0x%08x  %s%s\n", image->segments[i].address,
              image->segments[i].address + (uint32_t)(image->segments[i].size - 1),
              text_size(size, image->segments[i].size),
              image->segments[i].alternate ? ", another memory" : "");
    if (!image->has_addresses)
        print_labelled(stdout, "  address   ",
                       "none: raw bytes, written to the start of the flash");
    if (image->has_suffix)
        print_suffix(&image->suffix);
    print_prefix(image);
    print_program(image);
    for (size_t i = 0; boot0_image_note(image, i); i++)
        print_wrapped(stdout, "  note      ", boot0_image_note(image, i));
}

enum boot0_status info_file(const char *name, const struct boot0_chip *chip, bool as_json,
                            struct boot0_error *error)
{
    struct boot0_image *image;
    enum boot0_status status = file_load(&image, name, error);

    if (status == BOOT0_OK && as_json) {
        file_json(name, image, chip);
    } else if (status == BOOT0_OK) {
        print_file(name, image);
        if (chip)
            print_chip_map(image, chip);
    }
    boot0_image_free(image);
    return status;
}
