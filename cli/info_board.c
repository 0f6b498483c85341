/* SPDX-License-Identifier: MIT */
/* boot0 info: what a board reports about itself. */
#include "board_map.h"
#include "bootloader.h"
#include "find.h"
#include "info.h"
#include "memory_table.h"
#include "print.h"
#include "text.h"

#include <base/print/json.h>
#include <stdlib.h>

/*
 * With read protection on, the bootloader in ROM refuses to read flash: AN3156, 3.1 and AN3155,
 * 3.4. A bootloader in flash can still read it (RM0090, 3.7.3, level 1): boot0's reports the
 * protection from the option bytes.
 */
static const char *find_protection(struct boot0_session *session)
{
    const struct boot0_board *board = boot0_session_board(session);
    struct boot0_error ignored;
    enum boot0_status status;
    uint8_t word[4];

    if (board->bootloader.present && board->bootloader.knows_supply)
        return board->bootloader.read_protected ? "active" : "inactive";
    if (board->flash_alternate < 0 || board->bootloader.present)
        return "unknown";
    status = boot0_session_read(session,
                                board->alternates[board->flash_alternate].layout.regions[0].address,
                                word, sizeof word, &ignored);
    if (status == BOOT0_E_PROTECTED)
        return "active";
    if (status == BOOT0_OK &&
        (board->usb.kind == BOOT0_KIND_SERIAL || board->usb.vendor == BOOT0_VENDOR_ST))
        return "inactive";
    return "unknown";
}

static const char *access_text(uint8_t access)
{
    static const char *const texts[] = {"-",     "read",       "erase",       "read erase",
                                        "write", "read write", "erase write", "read erase write"};

    return texts[access & 7];
}

/* `held`: what the flash holds; NULL: it was not read. */
static void board_json(const struct boot0_board *board, const char *protection,
                       const struct boot0_image *held)
{
    struct json json = json_begin(stdout);

    command_json_board(&json, board);
    json_text(&json, "manufacturer", board->manufacturer);
    json_text(&json, "product_name", board->product);
    json_hex(&json, "bcd_device", board->usb.bcd_device, 4);
    json_hex(&json, "dfu_version", board->dfu_version, 4);
    json_number(&json, "transfer_bytes", board->transfer_size);
    json_hex(&json, "attributes", board->attributes, 2);
    json_open_list(&json, "memories");
    for (size_t i = 0; i < board->alternate_count; i++) {
        const struct boot0_alternate *a = &board->alternates[i];

        json_open(&json, NULL);
        json_number(&json, "alternate", a->alternate);
        json_text(&json, "name", a->name);
        json_open_list(&json, "regions");
        for (size_t r = 0; a->has_layout && r < a->layout.region_count; r++) {
            json_open(&json, NULL);
            json_hex(&json, "address", a->layout.regions[r].address, 8);
            if (a->layout.more_name_count > 0)
                json_text(&json, "name",
                          boot0_layout_name_at(&a->layout, a->layout.regions[r].address));
            json_number(&json, "sectors", a->layout.regions[r].sector_count);
            json_number(&json, "sector_bytes", a->layout.regions[r].sector_size);
            json_text(&json, "access", access_text(a->layout.regions[r].access));
            json_close(&json);
        }
        json_close_list(&json);
        json_close(&json);
    }
    json_close_list(&json);
    json_text(&json, "read_protection", protection);
    bootloader_json(&json, &board->bootloader);
    json_text(&json, "quirk", board->quirk ? board->quirk : "");
    json_text(&json, "profile", board->profile ? board->profile->key : "");
    json_text(&json, "contradiction", board->contradiction);
    if (held)
        memory_table_json(&json, held, board_map_layout(board));
    json_end(&json);
}

/* One alternate setting can have several memories, each with a name. */
static void print_next_name(const struct boot0_layout *layout, size_t region)
{
    for (size_t i = 0; i < layout->more_name_count; i++)
        if (layout->more_names[i].first_region == region)
            print("    %s\n", layout->more_names[i].name);
}

/* A narrow terminal has no room for the access beside the sectors. */
static void print_region(const struct boot0_region *region)
{
    char size[TEXT_SHORT];

    print("    0x%08x  %5u x ", region->address, region->sector_count);
    print(terminal_is_narrow(stdout) ? "%s\n                %s\n" : "%-10s %s\n",
          text_size(size, region->sector_size), access_text(region->access));
}

static void print_memories(const struct boot0_board *board)
{
    for (size_t i = 0; i < board->alternate_count; i++) {
        const struct boot0_alternate *a = &board->alternates[i];

        print("\n  memory %u  %s\n", a->alternate, a->has_layout ? a->layout.name : a->name);
        if (a->has_layout && a->layout.region_count == 0)
            print("    empty\n");
        for (size_t r = 0; a->has_layout && r < a->layout.region_count; r++) {
            const struct boot0_region *region = &a->layout.regions[r];

            print_next_name(&a->layout, r);
            print_region(region);
        }
    }
}

static void print_chips(const struct boot0_board *board)
{
    char text[512] = "unknown";
    size_t length = 0;

    if (board->chip_count > 1)
        length = (size_t)snprintf(text, sizeof text, "one of %zu: ", board->chip_count);
    for (size_t i = 0; i < board->chip_count && length < sizeof text; i++)
        length += (size_t)snprintf(text + length, sizeof text - length, "%s%s", i ? " or " : "",
                                   board->chips[i]->name);
    print_wrapped(stdout, "  chip      ", text);
}

static void print_protection(const char *protection)
{
    print("  read protection: %s\n", protection);
}

static void print_heading(const struct boot0_board *board, const char *text)
{
    char label[BOOT0_TEXT_MAX + 2];

    snprintf(label, sizeof label, "%s: ", board->usb.path);
    print_labelled(stdout, label, text);
}

static void print_ids(const struct boot0_board *board)
{
    char text[2 * BOOT0_TEXT_MAX + 16];

    snprintf(text, sizeof text, "%04x:%04x, %s, %s", board->usb.vendor, board->usb.product,
             board->manufacturer[0] ? board->manufacturer : "no manufacturer",
             board->product[0] ? board->product : "no name");
    print_heading(board, text);
}

/* The board profile: the session's, or the user's with these USB ids. */
static void print_profile(const struct boot0_board *board)
{
    char text[2 * BOOT0_TEXT_MAX];

    if (!board->profile)
        return;
    snprintf(text, sizeof text, "%s (%s)", board->profile->name, board->profile->key);
    print_labelled(stdout, "  board     ", text);
}

/* A serial port says nothing about ids and descriptors. */
static void print_uart_board(const struct boot0_board *board, const char *protection)
{
    char text[BOOT0_TEXT_MAX + 32];

    snprintf(text, sizeof text, "%s, %u bytes per command", board->product, board->transfer_size);
    print_heading(board, text);
    print_profile(board);
    print("  serial    %s\n", board->serial[0] ? board->serial : "not readable");
    print_chips(board);
    print_protection(protection);
    print_memories(board);
}

static void print_board(const struct boot0_board *board, const char *protection)
{
    char text[160];

    if (board->usb.kind == BOOT0_KIND_SERIAL) {
        print_uart_board(board, protection);
        return;
    }
    print_ids(board);
    print_profile(board);
    print("  serial    %s\n", board->serial[0] ? board->serial : "none");
    print_chips(board);
    snprintf(text, sizeof text, "%s, version %x.%02x, device %x.%02x, %u bytes per transfer",
             board->has_addresses ? "DfuSe" : "DFU", board->dfu_version >> 8,
             board->dfu_version & 0xff, board->usb.bcd_device >> 8, board->usb.bcd_device & 0xff,
             board->transfer_size);
    print_labelled(stdout, "  protocol  ", text);
    snprintf(text, sizeof text, "%s%s%s%s",
             board->attributes & BOOT0_DFU_CAN_DOWNLOAD ? "be written" : "not be written",
             board->attributes & BOOT0_DFU_CAN_UPLOAD ? ", be read" : ", not be read",
             board->attributes & BOOT0_DFU_MANIFESTATION_TOLERANT ? ", continue after a download"
                                                                  : "",
             board->attributes & BOOT0_DFU_WILL_DETACH ? ", detach by itself" : "");
    print_labelled(stdout, "  can       ", text);
    print_protection(protection);
    bootloader_print(&board->bootloader);
    if (board->quirk)
        print("  quirks    %s\n", board->quirk);
    if (board->contradiction[0])
        print_wrapped(stdout, "  but       ", board->contradiction);
    print_memories(board);
}

static void print_map(const struct boot0_board *board, const struct boot0_image *held)
{
    char used[TEXT_SHORT], all[TEXT_SHORT], text[2 * TEXT_SHORT + 40];

    snprintf(text, sizeof text, "%s of %s hold data: # used, + in part",
             text_size(used, boot0_image_size(held)),
             text_size(all, boot0_layout_size(board_map_layout(board))));
    putchar('\n');
    print_labelled(stdout, "  flash     ", text);
    memory_table_print(held, board_map_layout(board));
}

/* Prints what the USB descriptors contain. */
static void print_program_board(const struct boot0_board *board)
{
    print_ids(board);
    print_profile(board);
    print("  serial    %s\n", board->serial[0] ? board->serial : "none");
    print("  runs      its program, device %x.%02x%s\n", board->usb.bcd_device >> 8,
          board->usb.bcd_device & 0xff,
          board->usb.serial_only ? ", with a serial port" : ", with a DFU interface");
    print_wrapped(stdout, "",
                  "`boot0 info --restart` restarts the board into its bootloader to show more, "
                  "then restarts the program.");
}

static enum boot0_status show_board(struct command_session *command, struct boot0_error *error)
{
    enum boot0_status status = command_open_session(command, error);
    const struct boot0_board *board;
    struct boot0_image *held = NULL;
    const char *protection;

    if (status == BOOT0_OK && command->arguments->map)
        status = board_map_read(command, &held, error);
    if (status != BOOT0_OK)
        return status;
    board = boot0_session_board(command->session);
    protection = find_protection(command->session);
    progress_break_off(&command->progress);
    if (command->arguments->json)
        board_json(board, protection, held);
    else
        print_board(board, protection);
    if (held && !command->arguments->json)
        print_map(board, held);
    boot0_image_free(held);
    return BOOT0_OK;
}

enum boot0_status info_board(const struct arguments *arguments, struct boot0_error *error)
{
    struct boot0_board *program = NULL;
    struct command_session command;
    enum boot0_status status = command_open_bus(&command, arguments, error);

    if (status == BOOT0_OK && !arguments->select.restart && !arguments->select.touch &&
        !arguments->select.port)
        status = find_program(&command, &program, error);
    if (status == BOOT0_OK && program)
        arguments->json ? board_json(program, "unknown", NULL) : print_program_board(program);
    else if (status == BOOT0_OK)
        status = show_board(&command, error);
    free(program);
    command_resume(&command);
    command_close(&command);
    return status;
}
