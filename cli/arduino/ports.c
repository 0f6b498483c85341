/* SPDX-License-Identifier: MIT */
/* See ports.h. */
#include "ports.h"

#include <base/print/json.h>
#include <string.h>

bool ide_ports_add(struct ide_ports *ports, const struct ide_port *port)
{
    if (ports->count == IDE_PORTS_MAX)
        return false;
    ports->list[ports->count++] = *port;
    return true;
}

const struct ide_port *ide_ports_find(const struct ide_ports *ports, const struct ide_port *like)
{
    for (size_t i = 0; i < ports->count; i++)
        if (ports->list[i].is_serial == like->is_serial &&
            strcmp(ports->list[i].address, like->address) == 0)
            return &ports->list[i];
    return NULL;
}

bool ide_port_equal(const struct ide_port *one, const struct ide_port *other)
{
    return one->is_serial == other->is_serial && one->is_usb == other->is_usb &&
           one->vendor == other->vendor && one->product == other->product &&
           one->in_dfu_mode == other->in_dfu_mode && strcmp(one->address, other->address) == 0 &&
           strcmp(one->serial, other->serial) == 0 && strcmp(one->name, other->name) == 0 &&
           strcmp(one->chip, other->chip) == 0 && strcmp(one->board, other->board) == 0 &&
           strcmp(one->product_name, other->product_name) == 0;
}

void ide_port_of_board(struct ide_port *port, const struct boot0_board *board)
{
    *port = (struct ide_port){
        .is_usb = true,
        .vendor = board->usb.vendor,
        .product = board->usb.product,
        .in_dfu_mode = board->mode == BOOT0_MODE_DFU,
    };
    snprintf(port->address, sizeof port->address, "%s", board->usb.path);
    snprintf(port->serial, sizeof port->serial, "%s", board->serial);
    snprintf(port->product_name, sizeof port->product_name, "%s", board->product);
    if (board->bootloader.present)
        snprintf(port->board, sizeof port->board, "%s", board->bootloader.board);
    if (board->access.code == BOOT0_OK)
        text_board(port->name, board);
    else
        snprintf(port->name, sizeof port->name, "%s", text_access(&board->access));
    if (board->chip_count == 1)
        snprintf(port->chip, sizeof port->chip, "%s", board->chips[0]->name);
}

void ide_port_of_serial(struct ide_port *port, const struct boot0_serial_port *serial)
{
    *port = (struct ide_port){
        .is_serial = true,
        .is_usb = serial->usb,
        .vendor = serial->vendor,
        .product = serial->product,
    };
    snprintf(port->address, sizeof port->address, "%s", serial->path);
    snprintf(port->serial, sizeof port->serial, "%s", serial->serial);
    snprintf(port->product_name, sizeof port->product_name, "%s", serial->product_name);
}

static const char *protocol_of(const struct ide_port *port)
{
    return port->is_serial ? "serial" : "dfu";
}

/* The text in the IDE's menu: an address alone says little about a USB port. */
static const char *label_of(const struct ide_port *port, char *text, size_t size)
{
    const char *slash = strrchr(port->address, '/');

    if (port->is_serial)
        snprintf(text, size, "%s", slash ? slash + 1 : port->address);
    else
        snprintf(text, size, "%s %s%s", port->address, port->name,
                 port->in_dfu_mode ? "" : " (program runs)");
    return text;
}

static const char *protocol_label_of(const struct ide_port *port)
{
    if (port->is_serial)
        return port->is_usb ? "Serial Port (USB)" : "Serial Port";
    return "USB (DFU)";
}

static void print_properties(struct json *json, const char *name, const struct ide_port *port)
{
    json_open(json, name);
    if (port->is_usb) {
        json_hex(json, "vid", port->vendor, 4);
        json_hex(json, "pid", port->product, 4);
    }
    if (port->serial[0])
        json_text(json, "serialNumber", port->serial);
    if (port->product_name[0])
        json_text(json, "product", port->product_name);
    if (port->board[0])
        json_text(json, "board", port->board);
    if (port->chip[0])
        json_text(json, "chip", port->chip);
    if (!port->is_serial)
        json_text(json, "mode", port->in_dfu_mode ? "dfu" : "runtime");
    json_close(json);
}

void ide_port_print(struct json *json, const char *name, const struct ide_port *port, bool is_old)
{
    char label[sizeof port->address + TEXT_BOARD + 32];

    json_open(json, name);
    json_text(json, "address", port->address);
    json_text(json, "label", label_of(port, label, sizeof label));
    json_text(json, "protocol", protocol_of(port));
    json_text(json, "protocolLabel", protocol_label_of(port));
    if (port->serial[0])
        json_text(json, "hardwareId", port->serial);
    print_properties(json, "properties", port);
    if (is_old) {
        print_properties(json, "prefs", port);
        if (port->board[0]) {
            json_open(json, "identificationPrefs");
            json_text(json, "board", port->board);
            json_close(json);
        }
    }
    json_close(json);
}

void ide_port_print_name(struct json *json, const char *name, const struct ide_port *port)
{
    json_open(json, name);
    json_text(json, "address", port->address);
    json_text(json, "protocol", protocol_of(port));
    json_close(json);
}
