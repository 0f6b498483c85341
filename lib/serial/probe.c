/* SPDX-License-Identifier: MIT */
/* Identifies the board on a port: speed, bootloader, chip, flash, serial number. */
#include "loader.h"
#include "serial.h"

#include <boot0/database.h>
#include <core/array.h>
#include <core/bytes.h>
#include <core/family/family.h>
#include <stdio.h>
#include <string.h>

enum {
    UNIQUE_ID_SIZE = 12,
};

/* Tried in this order if the board does not answer and can be reset. */
static const uint32_t slower[] = {115200, 57600, 38400, 19200, 9600};

static enum boot0_status set_line(struct b0_uart_bus *bus, uint32_t baud, struct boot0_error *error)
{
    enum boot0_xfer result;

    bus->line.baud = baud;
    result = bus->stream.ops->set(bus->stream.context, &bus->line);
    if (result == BOOT0_XFER_OK)
        return BOOT0_OK;
    if (result == BOOT0_XFER_GONE)
        return boot0_fail(error, BOOT0_E_GONE, "the port %s went away", bus->port);
    boot0_fail(error, BOOT0_E_UNSUPPORTED, "the port %s cannot be set to %u baud, 8E1", bus->port,
               baud);
    boot0_hint(error, "Set another speed: 115200 or 57600 suits every adapter.");
    return boot0_advise(error, BOOT0_ADVICE_LINE_SPEED, NULL);
}

/* ---- connecting ---- */

static enum boot0_status try_speed(struct b0_uart_bus *bus, uint32_t baud,
                                   struct boot0_error *error)
{
    const struct b0_task task = {.doing = "looking for its bootloader"};
    enum boot0_status status = set_line(bus, baud, error);

    if (status != BOOT0_OK)
        return status;
    if (b0_reset_run(&bus->resets.enter, &bus->stream, &bus->line) != BOOT0_XFER_OK)
        return boot0_fail(error, BOOT0_E_UNSUPPORTED, "the port %s has no modem lines DTR and RTS",
                          bus->port);
    b0_an3155_restart(&bus->engine, baud);
    b0_an3155_connect(&bus->engine);
    return b0_uart_run(bus, &task, NULL, error);
}

/* A ROM that measured a wrong speed keeps it until it is reset. */
static enum boot0_status connect(struct b0_uart_bus *bus, struct boot0_error *error)
{
    struct b0_an3155_config config = {.baud = bus->baud};
    enum boot0_status status;

    b0_an3155_init(&bus->engine, &config);
    status = try_speed(bus, bus->baud, error);
    for (size_t i = 0; i < B0_LENGTH(slower); i++) {
        bool speed =
            status == BOOT0_E_UNSUPPORTED || (status == BOOT0_E_IO && bus->resets.enter.count > 0);

        if (status == BOOT0_OK || !speed)
            break;
        if (slower[i] < bus->baud) {
            struct boot0_error ignored; /* the first error is more useful */

            status = try_speed(bus, slower[i], &ignored);
        }
    }
    bus->connected = status == BOOT0_OK;
    return status;
}

/* ---- identification ---- */

/* Reads a few bytes that some ROMs protect; a refusal is not an error. */
static bool read_some(struct b0_uart_bus *bus, uint32_t address, uint8_t *data, uint32_t size)
{
    const struct b0_task task = {.doing = "identifying it"};
    struct boot0_error ignored;

    if (address == 0)
        return false;
    b0_an3155_read(&bus->engine, address, data, size);
    return b0_uart_run(bus, &task, NULL, &ignored) == BOOT0_OK;
}

/* Cuts the layout of the largest part to the actual size. */
static void cut_layout(struct boot0_layout *layout, uint64_t size)
{
    uint64_t seen = 0;

    for (size_t i = 0; i < layout->region_count; i++) {
        struct boot0_region *region = &layout->regions[i];
        uint64_t room = size > seen ? (size - seen) / region->sector_size : 0;

        if (room < region->sector_count) {
            region->sector_count = (uint32_t)room;
            layout->region_count = i + (room > 0);
            return;
        }
        seen += (uint64_t)region->sector_size * region->sector_count;
    }
}

/* Same serial number as the ROM's USB interface: libopencm3, lib/stm32/desig.c. */
void b0_uart_name_serial(const uint8_t *u, char *text, size_t size)
{
    snprintf(text, size, "%02X%02X%02X%02X%02X%02X", u[11], (uint8_t)(u[10] + u[2]), u[9],
             (uint8_t)(u[8] + u[0]), u[7], u[6]);
}

/* Values that the ROM refuses to read stay unknown. */
static void read_signature(struct b0_uart_bus *bus, struct boot0_board *board,
                           struct boot0_layout *layout)
{
    const struct boot0_chip *chip = board->chips[0];
    const struct b0_family *family = b0_family_find(chip->family);
    const struct b0_chip *row = b0_chip_row(chip);
    const struct b0_signature *signature;
    uint8_t bytes[UNIQUE_ID_SIZE];

    if (!row || !family || (family->rom & B0_ROM_HIDES_SIGNATURE))
        return;
    signature = b0_chip_signature(row);
    if (read_some(bus, signature->flash_size, bytes, 2)) {
        uint64_t size = (uint64_t)b0_load16(bytes) * B0_KIB;

        if (size >= chip->min_flash && size < boot0_layout_size(layout))
            cut_layout(layout, size);
    }
    if (read_some(bus, signature->unique_id, bytes, UNIQUE_ID_SIZE))
        b0_uart_name_serial(bytes, board->serial, sizeof board->serial);
}

static void add_memory(struct boot0_board *board, const char *layout)
{
    struct boot0_alternate *to = &board->alternates[board->alternate_count];

    to->alternate = (uint8_t)board->alternate_count++;
    snprintf(to->name, sizeof to->name, "%s", layout);
    to->has_layout = boot0_layout_parse(to->name, strlen(to->name), &to->layout, NULL);
}

static void add_flash(struct boot0_board *board, const struct boot0_layout *layout)
{
    char text[BOOT0_TEXT_MAX * 2];

    boot0_layout_format(layout, text, sizeof text);
    add_memory(board, text);
    board->flash_alternate = 0;
    board->has_addresses = true;
}

void b0_uart_add_flash(struct boot0_board *board, uint64_t size)
{
    const struct boot0_chip *chip = board->chips[0];
    struct boot0_layout layout;

    if (!boot0_layout_parse(chip->layout, strlen(chip->layout), &layout, NULL))
        return;
    if (size > 0 && size < boot0_layout_size(&layout))
        cut_layout(&layout, size);
    add_flash(board, &layout);
}

/* AN3155, 3.5: they are read and written as memory. The second bank's have a separate address. */
static void add_option_bytes(struct boot0_board *board)
{
    const struct boot0_chip *chip = board->chips[0];
    const struct b0_family *family = b0_family_find(chip->family);
    char text[BOOT0_TEXT_MAX];
    uint32_t first, second = 0;

    if (!family || !family->option_fields)
        return;
    first = chip->option_bytes ? chip->option_bytes : family->option_bytes[0].first;
    for (const struct b0_option_field *field = family->option_fields; field->name; field++)
        if (b0_option_field_on(field, chip->id) &&
            field->address >= family->option_bytes[1].first &&
            field->address <= family->option_bytes[1].last)
            second = family->option_bytes[1].first;
    if (second != 0)
        snprintf(text, sizeof text, "@Option Bytes  /0x%08X/01*%03u e/0x%08X/01*%03u e",
                 (unsigned)first, family->option_size, (unsigned)second, family->option_size);
    else
        snprintf(text, sizeof text, "@Option Bytes  /0x%08X/01*%03u e", (unsigned)first,
                 family->option_size);
    add_memory(board, text);
}

/* Adds the memories that the same ROM exposes as alternate settings on USB. */
static void add_memories(struct b0_uart_bus *bus, struct boot0_board *board)
{
    const struct boot0_chip *chip = board->chips[0];
    struct boot0_layout layout;

    if (!boot0_layout_parse(chip->layout, strlen(chip->layout), &layout, NULL))
        return;
    read_signature(bus, board, &layout);
    add_flash(board, &layout);
    add_option_bytes(board);
    /* AN2606, 4.4: available on every interface of these ROMs. */
    if (chip->has_device_feature)
        add_memory(board, "@Device Feature/0xFFFF0000/01*004 e");
}

const struct boot0_chip *b0_uart_find_chip(const struct boot0_board *board, uint16_t id)
{
    if (board->named && (board->named->id == id || board->named->id == 0))
        return board->named;
    return boot0_database_chip_by_id(board->database, id);
}

enum boot0_status b0_uart_probe(const struct boot0_transport *transport, struct boot0_board *board,
                                struct boot0_error *error)
{
    struct b0_uart_bus *bus = b0_uart_bus_of(transport);
    const struct boot0_chip *chip;
    enum boot0_status status;

    if (bus->loader)
        return b0_loader_probe(transport, board, error);
    status = bus->connected ? BOOT0_OK : connect(bus, error);
    /* Without a reset line, the RAM loader of an earlier session may still run. */
    if (status == BOOT0_E_IO && bus->resets.enter.count == 0 && b0_uart_find_loader(bus))
        return b0_loader_probe(transport, board, error);
    if (status != BOOT0_OK)
        return status;
    snprintf(board->product, sizeof board->product, "UART bootloader, protocol %u.%u",
             (unsigned)bus->engine.version >> 4, bus->engine.version & 0xfu);
    board->transfer_size = B0_AN3155_BLOCK_MAX;
    board->attributes = BOOT0_DFU_CAN_DOWNLOAD | BOOT0_DFU_CAN_UPLOAD;
    chip = b0_uart_find_chip(board, bus->engine.id);
    if (!chip) {
        boot0_fail(error, BOOT0_E_UNSUPPORTED,
                   "the board on %s has chip id 0x%03x, which is unknown", bus->port,
                   bus->engine.id);
        return boot0_hint(error,
                          "Describe the chip in a section [chip NAME] of a file of settings: "
                          "docs/howto/own-chips.md. Please report the id and the name of "
                          "the chip as well.");
    }
    board->chips[0] = chip;
    board->chip_count = 1;
    board->family = chip->family;
    add_memories(bus, board);
    return BOOT0_OK;
}
