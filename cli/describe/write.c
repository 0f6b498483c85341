/* SPDX-License-Identifier: MIT */
/* Writes a description: the format of docs/reference/board-files.md. */
#include "describe.h"

#include <core/dfu.h>
#include <stdlib.h>
#include <string.h>

enum {
    KIB_SIZE = 1024,
    BYTES_A_LINE = 24,
    UART_VERSION_3 = 0x30, /* from this version on with Extended Erase: AN3155, 3.8 */
};

static void write_text(FILE *file, const char *key, const char *text)
{
    fprintf(file, "%s = \"", key);
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            fprintf(file, "\\%c", *text);
        else if (*text >= 0x20 && *text <= 0x7e)
            fputc(*text, file);
        else
            fprintf(file, "\\x%02X", (unsigned)(uint8_t)*text);
    }
    fputs("\"\n", file);
}

static void write_size(FILE *file, uint32_t size)
{
    if (size % KIB_SIZE == 0)
        fprintf(file, "%uK", size / KIB_SIZE);
    else
        fprintf(file, "%u", size);
}

/* ---- the board and its chip ---- */

static void write_head(const struct description *description, FILE *file)
{
    const struct boot0_board *board = &description->board;

    fputs("# Written by `boot0 info --describe`: a board's description for vboard.\n"
          "#   vboard custom:describe=FILE -- COMMAND\n"
          "# Values that only the board's firmware determines have their defaults: poll times,\n"
          "# behaviour while the flash is busy. docs/reference/board-files.md has all keys.\n",
          file);
    if (board->chip_count > 0) {
        fputs("# Possible chips:", file);
        for (size_t i = 0; i < board->chip_count; i++)
            fprintf(file, "%s %s", i ? "," : "", board->chips[i]->name);
        fputc('\n', file);
    }
    if (board->chip_count > 1 && !describe_family(board))
        fputs("# Use --chip to include the chip's times and option bytes.\n", file);
    fputs("\n[board]\nname = \"seen\"\n", file);
    if (description->serial[0] || board->usb.serial_index != 0)
        write_text(file, "serial", description->serial);
}

static void write_chip(const struct description *description, FILE *file)
{
    const struct boot0_board *board = &description->board;
    const struct b0_family *family = describe_family(board);
    const struct b0_signature *signature = describe_signature(board);
    const struct describe_memory *options = describe_find_memory(description, "options");
    const struct describe_memory *info = describe_find_memory(description, "info");

    if (!family)
        return;
    fputs("\n[chip]\n", file);
    write_text(file, "name", board->chip_count == 1 ? board->chips[0]->name : family->name);
    fprintf(file, "times = %s\n", family->name);
    if (options && family->option_style && options->size >= family->option_size) {
        fprintf(file, "option_bytes = %s\n", family->option_style);
        if (family->pages_per_wrp > 0)
            fprintf(file, "pages_per_wrp = %u\n", family->pages_per_wrp);
    }
    if (family->refuses_unerased)
        fputs("refuses_unerased = yes\n", file);
    if (family->otp_lock && describe_find_memory(description, "otp"))
        fputs("otp_lock = yes\n", file);
    if (info && signature && info->address == signature->info.first)
        fprintf(file, "unique_id = 0x%08X\nflash_size = 0x%08X\n", signature->unique_id,
                signature->flash_size);
}

static void write_memory(const struct describe_memory *memory, FILE *file)
{
    fputc('\n', file);
    if (memory->comment)
        fprintf(file, "# %s\n", memory->comment);
    fprintf(file, "[memory]\nkind = %s\naddress = 0x%08X\n%s = ", memory->kind, memory->address,
            memory->run_count > 0 ? "sectors" : "size");
    if (memory->run_count == 0)
        write_size(file, memory->size);
    for (size_t i = 0; i < memory->run_count; i++) {
        fprintf(file, "%s%u*", i ? ", " : "", memory->runs[i].count);
        write_size(file, memory->runs[i].size);
    }
    fputc('\n', file);
}

/* ---- the USB side ---- */

static void write_configuration(const struct description *description, FILE *file)
{
    fputs("# vboard would build another one from the sections below, so these are the board's "
          "bytes.\n",
          file);
    for (size_t i = 0; i < description->configuration_size; i++)
        fprintf(file, "%s%02X%s",
                i % BYTES_A_LINE ? " " : "configuration = ", description->configuration[i],
                i % BYTES_A_LINE == BYTES_A_LINE - 1 || i + 1 == description->configuration_size
                    ? "\n"
                    : "");
}

static void write_usb(const struct description *description, FILE *file)
{
    const struct boot0_candidate *usb = &description->board.usb;

    fprintf(file, "\n[usb]\nvendor_id = 0x%04X\nproduct_id = 0x%04X\ndevice_version = 0x%04X\n",
            usb->vendor, usb->product, usb->bcd_device);
    if (usb->bcd_usb > 0)
        fprintf(file, "usb_version = 0x%04X\n", usb->bcd_usb);
    fprintf(file, "attributes = 0x%02X\nmax_current_ma = %u\n", description->found.attributes,
            description->found.max_power * 2u);
    if (usb->manufacturer_index != 0)
        write_text(file, "manufacturer", description->manufacturer);
    if (usb->product_index != 0)
        write_text(file, "product", description->product);
    if (description->plain_serial)
        fputs("serial_is_plain_bytes = yes\n", file);
    if (description->short_string > 0)
        fprintf(file, "short_string = %u\nshort_bytes = %u\n", description->short_string,
                description->short_bytes);
    if (description->has_raw_configuration)
        write_configuration(description, file);
}

static void write_alternate(const struct description *description, size_t index, FILE *file)
{
    const struct describe_alternate *alternate = &description->alternates[index];

    fputs("\n[alternate]\n", file);
    write_text(file, "name", alternate->name);
    if (alternate->interface != 0)
        fprintf(file, "interface = %u\n", alternate->interface);
    if (alternate->base != 0)
        fprintf(file, "base = 0x%08X\n", alternate->base);
    if (alternate->transfer_size != description->found.functional.transfer_size)
        fprintf(file, "transfer_size = %u\n", alternate->transfer_size);
}

/* Where a Maple bootloader looks for programs: where its alternate settings write them. */
static void write_programs(const struct description *description, FILE *file)
{
    const char *key = "program";

    for (size_t i = description->alternate_count; i > 0 && key; i--) {
        if (description->alternates[i - 1].base == 0)
            continue;
        fprintf(file, "%s = 0x%08X\n", key, description->alternates[i - 1].base);
        key = strcmp(key, "program") == 0 ? "second_program" : NULL;
    }
}

static void write_dfu(const struct description *description, FILE *file)
{
    const struct b0_dfu_functional *functional = &description->found.functional;

    fprintf(file,
            "\n[dfu]\nbootloader = %s\nattributes = 0x%02X\ndetach_timeout_ms = %u\n"
            "transfer_size = %u\nversion = 0x%04X\n",
            description->bootloader, functional->attributes, functional->detach_timeout_ms,
            functional->transfer_size > 0 ? (unsigned)functional->transfer_size : 1u,
            functional->version);
    if (description->has_state)
        fprintf(file, "start_state = %s\nstart_status = %s\n",
                b0_dfu_state_name(description->state), b0_dfu_status_name(description->status));
    if (description->board.chip_count > 0 && description->board.chips[0]->has_device_feature)
        fputs("device_feature = yes\n", file);
    if (strcmp(description->bootloader, "maple") == 0)
        write_programs(description, file);
}

/* ---- the UART side ---- */

/* "UART bootloader, protocol 3.1": 0x31, as Get reports it. */
static unsigned uart_version(const char *product)
{
    static const char mark[] = "protocol ";
    const char *at = strstr(product, mark);
    char *end;
    unsigned long major, minor;

    if (!at)
        return UART_VERSION_3;
    major = strtoul(at + sizeof mark - 1, &end, 10);
    minor = *end == '.' ? strtoul(end + 1, NULL, 10) : 0;
    return (unsigned)((major & 15) << 4 | (minor & 15));
}

static void write_uart(const struct description *description, FILE *file)
{
    const struct boot0_board *board = &description->board;
    unsigned version = uart_version(board->product);

    fprintf(file,
            "\n[dfu]\nbootloader = uart\n\n[uart]\nversion = 0x%02X\nchip_id = 0x%03X\n"
            "commands = 00 01 02 11 21 31 %s 63 73 82 92\n",
            version, board->chips[0]->id, version >= UART_VERSION_3 ? "44" : "43");
}

void describe_write(const struct description *description, FILE *file)
{
    write_head(description, file);
    write_chip(description, file);
    for (size_t i = 0; i < description->memory_count; i++)
        write_memory(&description->memories[i], file);
    if (description->board.usb.kind == BOOT0_KIND_SERIAL) {
        write_uart(description, file);
        return;
    }
    write_usb(description, file);
    for (size_t i = 0; i < description->alternate_count; i++)
        write_alternate(description, i, file);
    write_dfu(description, file);
}
