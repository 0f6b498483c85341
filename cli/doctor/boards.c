/* SPDX-License-Identifier: MIT */
/*
 * Asks the boards of a bus: whether they can be opened, their state, and whether their flash can be
 * read. Writes nothing.
 */
#include "../text.h"
#include "facts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    REQUEST_TIMEOUT_MS = 1000,
    PROBE_BYTES = 4, /* enough to detect that reading is refused */
};

static struct doctor_device *device_of(struct facts *facts, const struct boot0_board *board)
{
    struct doctor_device *device = facts_device(facts, board->usb.path);
    const char *name;

    if (device)
        return device;
    device = facts_add(facts);
    if (!device)
        return NULL;
    snprintf(device->path, sizeof device->path, "%s", board->usb.path);
    device->vendor = board->usb.vendor;
    device->product = board->usb.product;
    device->address = board->usb.address;
    device->kind =
        facts_kind(board->usb.vendor, board->usb.product, board->usb.dfu_protocol, &name);
    snprintf(device->name, sizeof device->name, "%.60s", name ? name : board->product);
    return device;
}

/* GETSTATE changes no state (DFU 1.1, 6.1.5), so this is the state that another program left. */
static void ask_state(struct doctor_device *device, const struct boot0_bus *bus,
                      const struct boot0_board *board)
{
    const struct boot0_setup setup = {
        .bmRequestType = BOOT0_USB_DIR_IN | BOOT0_USB_TYPE_CLASS | BOOT0_USB_RECIPIENT_INTERFACE,
        .bRequest = BOOT0_DFU_GETSTATE,
        .wIndex = board->usb.dfu_interface,
        .wLength = 1,
    };
    struct boot0_transport transport;
    struct boot0_error error;
    size_t actual = 0;
    uint8_t state;

    if (bus->ops->open(bus->context, &board->usb, &transport, &error) != BOOT0_OK)
        return;
    if (transport.ops->select(transport.context, board->usb.dfu_interface, 0, &error) == BOOT0_OK &&
        transport.ops->control(transport.context, &setup, &state, &actual, REQUEST_TIMEOUT_MS) ==
            BOOT0_XFER_OK &&
        actual == 1) {
        device->has_state = ANSWER_YES;
        device->state = state;
    }
    transport.ops->close(transport.context);
}

/* Reads a few bytes of the main flash, which a protected chip refuses. */
static void ask_protection(struct doctor_device *device, struct boot0_session *session)
{
    const struct boot0_board *board = boot0_session_board(session);
    const struct boot0_alternate *flash;
    struct boot0_error error = {.code = BOOT0_OK};
    uint8_t bytes[PROBE_BYTES];
    enum boot0_status status;

    if (board->flash_alternate < 0 || !(board->attributes & BOOT0_DFU_CAN_UPLOAD))
        return;
    flash = &board->alternates[board->flash_alternate];
    if (!flash->has_layout || flash->layout.region_count == 0)
        return;
    status =
        boot0_session_read(session, flash->layout.regions[0].address, bytes, sizeof bytes, &error);
    if (status == BOOT0_OK)
        device->is_protected = ANSWER_NO;
    else if (status == BOOT0_E_PROTECTED)
        device->is_protected = ANSWER_YES;
    else
        device->trouble = error;
}

static void ask(struct doctor_device *device, const struct boot0_bus *bus,
                const struct boot0_board *board)
{
    static const struct boot0_session_options none;
    const struct boot0_selection selection = {.path = board->usb.path,
                                              .has_interface = board->usb.dfu_protocol != 0,
                                              .interface = board->usb.dfu_interface};
    struct boot0_session *session = NULL;
    struct boot0_error error = {.code = BOOT0_OK};

    text_board(device->chip, board);
    snprintf(device->contradiction, sizeof device->contradiction, "%s", board->contradiction);
    ask_state(device, bus, board);
    if (boot0_session_open(&session, bus, &selection, &none, NULL, &error) != BOOT0_OK) {
        device->trouble = error;
        return;
    }
    ask_protection(device, session);
    boot0_session_close(session);
}

void facts_from_boards(struct facts *facts, const struct boot0_bus *bus)
{
    struct boot0_board *boards = NULL;
    size_t count = 0;

    if (boot0_board_list(bus, NULL, &boards, &count, &facts->usb) != BOOT0_OK)
        return;
    for (size_t i = 0; i < count; i++) {
        struct doctor_device *device = device_of(facts, &boards[i]);

        if (!device)
            break;
        device->access = boards[i].access;
        if (device->access.code == BOOT0_OK && boards[i].mode == BOOT0_MODE_DFU)
            ask(device, bus, &boards[i]);
    }
    free(boards);
}
