/* SPDX-License-Identifier: MIT */
/* boot0's own bootloader: what it reports. */
#include "bootloader.h"
#include "print.h"
#include "text.h"

#include <base/print/json.h>
#include <core/array.h>
#include <string.h>

/* ---- texts ---- */

static const char *update_name(enum boot0_update update)
{
    static const char *const names[] = {[BOOT0_UPDATE_NONE] = "none",
                                        [BOOT0_UPDATE_BEGUN] = "begun",
                                        [BOOT0_UPDATE_COMPLETE] = "complete"};

    return names[update];
}

static const char *why(const char *entry)
{
    static const struct {
        const char *entry, *text;
    } texts[] = {
        {"no-program", "there is no program to start"},
        {"interrupted", "the last update was interrupted"},
        {"asked", "the host requested it"},
        {"double-tap", "the reset button was pressed twice"},
        {"button", "the board's button is held"},
        {"loaded", "ST's bootloader started it on request"},
    };

    for (size_t i = 0; i < B0_LENGTH(texts); i++)
        if (strcmp(texts[i].entry, entry) == 0)
            return texts[i].text;
    return "of an unknown reason";
}

static void print_program(const struct boot0_bootloader *b)
{
    static const char *const updates[] = {[BOOT0_UPDATE_NONE] = "no update yet",
                                          [BOOT0_UPDATE_BEGUN] = "update BEGUN AND NOT COMPLETED",
                                          [BOOT0_UPDATE_COMPLETE] = "update completed"};
    char digest[2 * sizeof b->program_digest + 1], size[TEXT_SHORT];

    print("  journal   %s, %u records free%s\n", updates[b->update], b->journal_free,
          b->journal_protected ? ", WRITE-PROTECTED" : "");
    if (b->program_length == 0)
        return;
    text_hex(digest, b->program_digest, sizeof b->program_digest);
    print("  program   0x%08x, %s%s\n            SHA-256 %s\n", b->program_start,
          text_size(size, b->program_length),
          b->update == BOOT0_UPDATE_COMPLETE ? "" : ", before that update", digest);
}

static void print_clock(const struct boot0_bootloader *b)
{
    if (b->crystal_hz)
        print("  clock     crystal %u.%03u MHz, core %u MHz\n", b->crystal_hz / 1000000,
              b->crystal_hz / 1000 % 1000, b->core_hz / 1000000);
    if (b->supply_mv)
        print("  supply    %u.%02u V\n", b->supply_mv / 1000, b->supply_mv % 1000 / 10);
    if (b->starved)
        print("            too low for the flash: an operation was refused\n");
    if (b->brownout_level > 0)
        print("  brown-out level %u: below it the chip is held in reset\n", b->brownout_level);
    if (b->read_protected)
        print("  read-protected: ST's bootloader in ROM erases everything to remove the "
              "protection\n");
}

void bootloader_print(const struct boot0_bootloader *b)
{
    char id[2 * sizeof b->unique_id + 1], flash[TEXT_SHORT];

    if (!b->present)
        return;
    if (b->in_ram)
        print("  boot0     RAM loader %u.%u.%u, extension %x.%02x; a reset ends it\n",
              b->version[0], b->version[1], b->version[2], b->protocol >> 8, b->protocol & 0xffu);
    else
        print("  boot0     bootloader %u.%u.%u for %s, extension %x.%02x%s\n", b->version[0],
              b->version[1], b->version[2], b->board[0] ? b->board : "any board", b->protocol >> 8,
              b->protocol & 0xffu, b->write_protected ? ", write-protected" : "");
    print("  runs      because %s; last reset: %s\n", why(b->entry),
          b->reset[0] ? b->reset : "unknown");
    text_hex(id, b->unique_id, sizeof b->unique_id);
    print("  device    0x%03x revision 0x%04x, %s of flash, unique id %s\n", b->device_id,
          b->revision_id, text_size(flash, b->flash_bytes), id);
    print_clock(b);
    if (!b->in_ram)
        print_program(b);
}

void bootloader_json(struct json *json, const struct boot0_bootloader *b)
{
    char text[2 * sizeof b->program_digest + 1];

    if (!b->present)
        return;
    json_open(json, "bootloader");
    snprintf(text, sizeof text, "%u.%u.%u", b->version[0], b->version[1], b->version[2]);
    json_text(json, "version", text);
    json_hex(json, "extension", b->protocol, 4);
    json_bool(json, "in_ram", b->in_ram);
    json_text(json, "built_for", b->board);
    json_text(json, "entry", b->entry);
    json_text(json, "reset", b->reset);
    json_hex(json, "device_id", b->device_id, 3);
    json_hex(json, "revision_id", b->revision_id, 4);
    text_hex(text, b->unique_id, sizeof b->unique_id);
    json_text(json, "unique_id", text);
    json_number(json, "flash_bytes", b->flash_bytes);
    json_number(json, "supply_mv", b->supply_mv);
    json_number(json, "crystal_hz", b->crystal_hz);
    json_number(json, "core_hz", b->core_hz);
    json_number(json, "buffer_bytes", b->buffer_bytes);
    json_bool(json, "write_protected", b->write_protected);
    if (b->knows_supply) {
        json_bool(json, "read_protected", b->read_protected);
        json_bool(json, "supply_too_low", b->starved);
        json_number(json, "brownout_level", b->brownout_level);
    }
    json_text(json, "update", update_name(b->update));
    json_number(json, "journal_free", b->journal_free);
    json_bool(json, "journal_protected", b->journal_protected);
    json_hex(json, "program_start", b->program_start, 8);
    json_number(json, "program_bytes", b->program_length);
    text_hex(text, b->program_digest, sizeof b->program_digest);
    json_text(json, "program_sha256", b->program_length ? text : "");
    json_close(json);
}
