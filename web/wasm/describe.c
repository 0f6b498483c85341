/* SPDX-License-Identifier: MIT */
/* See describe.h. */
#include "describe.h"

#include <core/array.h>
#include <string.h>

/* Code and advice select the page's words (web/words.js); the texts are the library's. */
void web_describe_error(struct json *json, const struct boot0_error *error)
{
    json_text(json, "code", boot0_status_name(error->code));
    json_text(json, "message", error->message);
    json_text(json, "hint", error->hint);
    json_text(json, "advice", boot0_advice_name(error->advice));
    json_open(json, "facts");
    json_hex(json, "address", error->facts.address, 8);
    json_number(json, "number", error->facts.number);
    json_text(json, "text", error->facts.text);
    json_close(json);
}

/* ---- images ---- */

static void describe_suffix(struct json *json, const struct boot0_suffix *suffix)
{
    json_open(json, "suffix");
    json_hex(json, "vendor", suffix->vendor, 4);
    json_hex(json, "product", suffix->product, 4);
    json_hex(json, "device", suffix->bcd_device, 4);
    json_hex(json, "dfu", suffix->bcd_dfu, 4);
    json_close(json);
}

/* A program begins with its vector table, at the image's first address. */
static void describe_vectors(struct json *json, const struct boot0_image *image)
{
    struct boot0_vectors vectors;

    if (image->segment_count == 0 ||
        !boot0_image_vectors(image, image->segments[0].address, &vectors))
        return;
    json_open(json, "vectors");
    json_hex(json, "address", vectors.address, 8);
    json_hex(json, "stack", vectors.stack, 8);
    json_hex(json, "reset", vectors.reset, 8);
    json_close(json);
}

void web_describe_image(struct json *json, const struct boot0_image *image)
{
    const struct boot0_chip *chip =
        image->has_family ? boot0_chip_by_uf2_family(image->family) : NULL;
    char cpu[BOOT0_TEXT_MAX];

    json_text(json, "format", boot0_format_name(image->format));
    json_number(json, "bytes", boot0_image_size(image));
    json_bool(json, "has_addresses", image->has_addresses);
    json_open_list(json, "segments");
    for (size_t i = 0; i < image->segment_count; i++) {
        json_open(json, NULL);
        json_hex(json, "address", image->segments[i].address, 8);
        json_number(json, "bytes", image->segments[i].size);
        json_number(json, "alternate", image->segments[i].alternate);
        json_close(json);
    }
    json_close_list(json);
    if (image->has_entry)
        json_hex(json, "entry", image->entry, 8);
    if (image->has_suffix)
        describe_suffix(json, &image->suffix);
    if (image->has_family)
        json_hex(json, "family", image->family, 8);
    if (chip)
        json_text(json, "family_name", chip->family);
    if (image->cpu)
        json_text(json, "cpu", boot0_cpu_name(image->cpu, cpu, sizeof cpu));
    json_text(json, "name", image->name);
    json_open_list(json, "notes");
    for (size_t i = 0; boot0_image_note(image, i); i++)
        json_text(json, NULL, boot0_image_note(image, i));
    json_close_list(json);
    describe_vectors(json, image);
}

/* ---- boards ---- */

static void describe_layout(struct json *json, const struct boot0_layout *layout)
{
    json_open_list(json, "regions");
    for (size_t i = 0; i < layout->region_count; i++) {
        json_open(json, NULL);
        json_hex(json, "address", layout->regions[i].address, 8);
        json_number(json, "sectors", layout->regions[i].sector_count);
        json_number(json, "sector_bytes", layout->regions[i].sector_size);
        json_number(json, "access", layout->regions[i].access);
        json_close(json);
    }
    json_close_list(json);
}

static void describe_alternates(struct json *json, const struct boot0_board *board)
{
    json_open_list(json, "memories");
    for (size_t i = 0; i < board->alternate_count; i++) {
        const struct boot0_alternate *alternate = &board->alternates[i];

        json_open(json, NULL);
        json_number(json, "alternate", alternate->alternate);
        json_text(json, "name", alternate->has_layout ? alternate->layout.name : alternate->name);
        json_bool(json, "main", (int)i == board->flash_alternate);
        if (alternate->has_layout)
            describe_layout(json, &alternate->layout);
        json_close(json);
    }
    json_close_list(json);
}

static const char *update_name(enum boot0_update update)
{
    static const char *const names[] = {
        [BOOT0_UPDATE_NONE] = "none",
        [BOOT0_UPDATE_BEGUN] = "begun",
        [BOOT0_UPDATE_COMPLETE] = "complete",
    };

    return (unsigned)update < B0_LENGTH(names) ? names[update] : "unknown";
}

static void describe_bootloader(struct json *json, const struct boot0_bootloader *bootloader)
{
    char version[BOOT0_BOOTLOADER_VERSION_MAX];

    snprintf(version, sizeof version, "%u.%u.%u", bootloader->version[0], bootloader->version[1],
             bootloader->version[2]);
    json_open(json, "bootloader");
    json_text(json, "version", version);
    json_text(json, "board", bootloader->board);
    json_hex(json, "program_start", bootloader->program_start, 8);
    json_text(json, "update", update_name(bootloader->update));
    json_text(json, "entry", bootloader->entry ? bootloader->entry : "");
    json_close(json);
}

void web_describe_board(struct json *json, const struct boot0_board *board)
{
    char chip[BOOT0_TEXT_MAX];

    json_text(json, "kind", boot0_kind_name(board->usb.kind));
    json_text(json, "path", board->usb.path);
    json_hex(json, "vendor", board->usb.vendor, 4);
    json_hex(json, "product", board->usb.product, 4);
    json_text(json, "mode", board->mode == BOOT0_MODE_DFU ? "dfu" : "runtime");
    json_bool(json, "from_program", board->from_program);
    json_bool(json, "has_addresses", board->has_addresses);
    json_text(json, "manufacturer", board->manufacturer);
    json_text(json, "product_name", board->product);
    json_text(json, "serial", board->serial);
    json_text(json, "chip", boot0_board_chip_name(board, chip, sizeof chip));
    json_open_list(json, "chips");
    for (size_t i = 0; i < board->chip_count; i++)
        json_text(json, NULL, board->chips[i]->key);
    json_close_list(json);
    json_text(json, "family", board->family ? board->family : "");
    json_number(json, "transfer_bytes", board->transfer_size);
    json_text(json, "contradiction", board->contradiction);
    describe_alternates(json, board);
    if (board->bootloader.present)
        describe_bootloader(json, &board->bootloader);
}

/* ---- plans and reports ---- */

void web_describe_plan(struct json *json, const struct boot0_plan *plan)
{
    json_number(json, "alternate", plan->options.alternate);
    json_open_list(json, "sectors");
    for (size_t i = 0; i < plan->sector_count; i++) {
        json_open(json, NULL);
        json_hex(json, "address", plan->sectors[i].sector.address, 8);
        json_number(json, "bytes", plan->sectors[i].sector.size);
        json_bool(json, "differs", plan->sectors[i].differs);
        json_close(json);
    }
    json_close_list(json);
    json_open_list(json, "steps");
    for (size_t i = 0; i < plan->step_count; i++) {
        json_open(json, NULL);
        json_text(json, "action", plan->steps[i].action == BOOT0_PLAN_ERASE ? "erase" : "write");
        json_hex(json, "address", plan->steps[i].address, 8);
        json_number(json, "bytes", plan->steps[i].size);
        json_close(json);
    }
    json_close_list(json);
    json_number(json, "erase_bytes", plan->erase_bytes);
    json_number(json, "write_bytes", plan->write_bytes);
    json_number(json, "image_bytes", plan->image_bytes);
    json_number(json, "unchanged_bytes", plan->unchanged_bytes);
    json_number(json, "expected_ms", plan->expected_ms);
}

void web_describe_report(struct json *json, const struct boot0_report *report)
{
    json_number(json, "image_bytes", report->image_bytes);
    json_number(json, "unchanged_bytes", report->unchanged_bytes);
    json_number(json, "sectors_erased", report->sectors_erased);
    json_number(json, "bytes_read", report->bytes_read);
    json_number(json, "bytes_written", report->bytes_written);
    json_number(json, "bytes_verified", report->bytes_verified);
    json_number(json, "transfers", report->transfers);
    json_seconds(json, "seconds", report->total_us);
    json_bool(json, "started", report->started);
    json_bool(json, "touched", report->touched);
}

void web_describe_install(struct json *json, const struct boot0_install_report *report)
{
    json_bool(json, "changed", !report->same);
    json_bool(json, "updated", report->updated);
    json_bool(json, "program_kept", report->keeps_program);
    json_text(json, "version_before", report->version_before);
    json_text(json, "version", report->version);
}

/* ---- chips ---- */

void web_describe_chips(struct json *json)
{
    const struct boot0_chip *chip;

    json_open_list(json, "chips");
    for (size_t i = 0; (chip = boot0_chip_at(i)) != NULL; i++) {
        json_open(json, NULL);
        json_text(json, "key", chip->key);
        json_text(json, "name", chip->name);
        json_text(json, "family", chip->family);
        json_number(json, "device", chip->id);
        json_close(json);
    }
    json_close_list(json);
}
