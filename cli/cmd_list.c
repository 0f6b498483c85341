/* SPDX-License-Identifier: MIT */
/* boot0 list: shows the connected boards. */
#include "find.h"
#include "print.h"
#include "text.h"

#include <base/platform/terminal.h>
#include <base/print/json.h>
#include <stdlib.h>
#include <string.h>

static const struct boot0_alternate *flash_of(const struct boot0_board *board)
{
    return board->flash_alternate >= 0 ? &board->alternates[board->flash_alternate] : NULL;
}

static void print_json(const struct boot0_board *board)
{
    const struct boot0_alternate *flash = flash_of(board);
    struct json json = json_begin(stdout);

    command_json_board(&json, board);
    json_text(&json, "product_name", board->product);
    if (flash) {
        json_number(&json, "flash_bytes", boot0_layout_size(&flash->layout));
        json_text(&json, "layout", flash->name);
    }
    if (board->access.code != BOOT0_OK)
        json_error(&json, &board->access);
    json_end(&json);
}

/* A row of the table before it is printed. */
enum column { PORT, ID, MODE, SERIAL, FLASH, CHIP, COLUMN_COUNT };

struct row {
    char cells[COLUMN_COUNT][BOOT0_TEXT_MAX];
};

static const char *mode_of(const struct boot0_board *board)
{
    if (board->usb.kind == BOOT0_KIND_SERIAL)
        return "UART";
    return board->mode == BOOT0_MODE_DFU ? "DFU" : "program";
}

/* The mode of one board; with its interface only if the device has several. */
static void fill_mode(char text[TEXT_SHORT], const struct boot0_board *boards, size_t count,
                      size_t index)
{
    bool several = false;

    for (size_t i = 0; i < count; i++)
        several = several || (i != index && boards[i].usb.kind == BOOT0_KIND_USB &&
                              strcmp(boards[i].usb.path, boards[index].usb.path) == 0);
    if (several)
        snprintf(text, TEXT_SHORT, "%s -i %u", mode_of(&boards[index]),
                 boards[index].usb.dfu_interface);
    else
        snprintf(text, TEXT_SHORT, "%s", mode_of(&boards[index]));
}

static void fill_row(struct row *row, const struct boot0_board *boards, size_t count, size_t index)
{
    const struct boot0_board *board = &boards[index];
    const struct boot0_alternate *flash = flash_of(board);
    char name[TEXT_BOARD], size[TEXT_SHORT], mode[TEXT_SHORT];
    const char *const cells[COLUMN_COUNT] = {
        [PORT] = board->usb.path,
        [ID] = "-",
        [MODE] = mode,
        [SERIAL] = board->serial[0] ? board->serial : "-",
        [FLASH] = flash ? text_size(size, boot0_layout_size(&flash->layout)) : "-",
        [CHIP] =
            board->access.code != BOOT0_OK ? text_access(&board->access) : text_board(name, board),
    };

    fill_mode(mode, boards, count, index);
    for (int i = 0; i < COLUMN_COUNT; i++)
        snprintf(row->cells[i], sizeof row->cells[i], "%s", cells[i] ? cells[i] : "");
    if (board->usb.kind != BOOT0_KIND_SERIAL)
        snprintf(row->cells[ID], sizeof row->cells[ID], "%04x:%04x", board->usb.vendor,
                 board->usb.product);
}

/* Chip names are long: they go below their board if the terminal is too narrow. */
static bool chips_go_below(const struct row *rows, size_t count, int before)
{
    int width = 0;

    for (size_t i = 0; i < count; i++) {
        int chip = (int)strlen(rows[i].cells[CHIP]);

        width = chip > width ? chip : width;
    }
    return b0_is_terminal(stdout) && before + width > terminal_width(stdout);
}

/* Columns are as wide as their contents. */
static void print_rows(const struct row *rows, size_t count)
{
    int widths[COLUMN_COUNT] = {0}, before = 0, gap = terminal_is_narrow(stdout) ? 1 : 2;
    bool below;

    for (size_t i = 0; i < count; i++)
        for (int j = 0; j < CHIP; j++) {
            int width = (int)strlen(rows[i].cells[j]);

            widths[j] = width > widths[j] ? width : widths[j];
        }
    for (int j = 0; j < CHIP; j++)
        before += widths[j] + gap;
    below = chips_go_below(rows, count, before);
    for (size_t i = 0; i < count; i++) {
        for (int j = 0; j < CHIP; j++)
            print("%-*s%*s", below && j == CHIP - 1 ? 0 : widths[j], rows[i].cells[j],
                  below && j == CHIP - 1 ? 0 : gap, "");
        print(below ? "\n  %s\n" : "%s\n", rows[i].cells[CHIP]);
    }
}

static enum boot0_status print_table(const struct boot0_board *boards, size_t count,
                                     struct boot0_error *error)
{
    static const struct row header = {{"PORT", "ID", "MODE", "SERIAL", "FLASH", "CHIP"}};
    struct row *rows = calloc(count + 1, sizeof *rows);

    if (!rows)
        return boot0_fail(error, BOOT0_E_MEMORY, "out of memory for the list of boards");
    rows[0] = header;
    for (size_t i = 0; i < count; i++)
        fill_row(&rows[i + 1], boards, count, i);
    print_rows(rows, count + 1);
    free(rows);
    return BOOT0_OK;
}

static enum boot0_status print_all(const struct arguments *arguments,
                                   const struct boot0_board *boards, size_t count,
                                   struct boot0_error *error)
{
    if (!arguments->json)
        return print_table(boards, count, error);
    for (size_t i = 0; i < count; i++)
        print_json(&boards[i]);
    return BOOT0_OK;
}

/* Prints the remedy for boards that could not be opened, once per problem. */
static void explain(const struct arguments *arguments, const struct boot0_board *boards,
                    size_t count)
{
    bool told[BOOT0_STATUS_COUNT] = {false};

    fflush(stdout);
    for (size_t i = 0; i < count && !arguments->json && !arguments->quiet; i++) {
        const struct boot0_error *access = &boards[i].access;

        if (access->code == BOOT0_OK || told[access->code])
            continue;
        told[access->code] = true;
        write_error(stderr, "Note: ", access);
    }
}

static void print_port(const struct boot0_serial_port *port)
{
    char label[sizeof port->path + 18];

    snprintf(label, sizeof label, "%-16s ", port->path);
    print_labelled(stdout, label, port->description);
}

/* Lists the machine's serial ports, without probing what is behind them. */
static enum boot0_status list_ports(const struct arguments *arguments, struct boot0_error *error)
{
    struct boot0_serial_port *ports;
    size_t count;
    enum boot0_status status = boot0_serial_list(&ports, &count, error);

    for (size_t i = 0; status == BOOT0_OK && i < count; i++) {
        struct json json;

        if (!arguments->json) {
            print_port(&ports[i]);
            continue;
        }
        json = json_begin(stdout);
        json_text(&json, "port", ports[i].path);
        json_text(&json, "description", ports[i].description);
        if (ports[i].usb) {
            json_hex(&json, "vendor", ports[i].vendor, 4);
            json_hex(&json, "product", ports[i].product, 4);
        }
        json_end(&json);
    }
    free(ports);
    if (status == BOOT0_OK && count == 0)
        return boot0_fail(error, BOOT0_E_NO_BOARD, "this machine has no serial port");
    return status;
}

static enum boot0_status run(struct arguments *arguments, struct boot0_error *error)
{
    struct command_session command;
    struct boot0_board *boards = NULL;
    size_t count = 0;
    enum boot0_status status;

    if (arguments->ports)
        return list_ports(arguments, error);
    status = command_open_bus(&command, arguments, error);
    if (status == BOOT0_OK)
        status = find_boards(&command, &boards, &count, error);
    progress_end(&command.progress);
    if (status == BOOT0_OK)
        status = print_all(arguments, boards, count, error);
    if (status == BOOT0_OK)
        explain(arguments, boards, count);
    free(boards);
    command_close(&command);
    return status;
}

static const enum option taken[] = {OPTION_DEVICE,    OPTION_SERIAL,  OPTION_PATH,
                                    OPTION_INTERFACE, OPTION_WAIT,    OPTIONS_PORT,
                                    OPTION_PORTS,     OPTION_VIRTUAL, OPTIONS_OUTPUT};

const struct command command_list = {
    .name = "list",
    .operands = "",
    .summary = "list connected boards",
    .text =
        "Lists every board in DFU mode, and programs that have a DFU interface, with port, USB "
        "id, serial number, flash size and chip. A device with several DFU interfaces has one row "
        "per interface, with the -i that selects it. If several chips share the board's memory "
        "layout, no chip is named. Boards on a serial port are found only with --port; --ports "
        "lists the serial ports.",
    .examples = "  boot0 list\n  boot0 list --port /dev/ttyUSB0",
    COMMAND_OPTIONS(taken),
    .looks_around = true,
    .run = run,
};
