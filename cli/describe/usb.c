/* SPDX-License-Identifier: MIT */
/* Reads what a USB board reports, unchanged: descriptors, strings, and its state. */
#include "describe.h"

#include <core/bytes.h>
#include <core/dfu.h>
#include <stdlib.h>
#include <string.h>

enum {
    TIMEOUT_MS = 1000,
    STRING_DESC_MAX = 255,
    LANGUAGE_US_ENGLISH = 0x0409,
    FIRST_STRING = 4, /* of the alternate settings, in the format */
    FIELD_INTERFACE_STRING = 8,
    FIELD_CONFIGURATION_STRING = 6,
};

/* ---- transfers ---- */

static bool ask(const struct boot0_transport *transport, uint8_t type, uint8_t request,
                uint16_t value, uint16_t index, uint8_t *data, size_t size, size_t *actual)
{
    const struct boot0_setup setup = {
        .bmRequestType = type,
        .bRequest = request,
        .wValue = value,
        .wIndex = index,
        .wLength = (uint16_t)size,
    };

    *actual = 0;
    return transport->ops->control(transport->context, &setup, data, actual, TIMEOUT_MS) ==
           BOOT0_XFER_OK;
}

static bool get_descriptor(const struct boot0_transport *transport, uint8_t type, uint8_t index,
                           uint16_t language, uint8_t *data, size_t size, size_t *actual)
{
    return ask(transport, BOOT0_USB_DIR_IN | BOOT0_USB_TYPE_STANDARD | BOOT0_USB_RECIPIENT_DEVICE,
               BOOT0_USB_GET_DESCRIPTOR, (uint16_t)(type << 8 | index), language, data, size,
               actual);
}

/* ---- the state ---- */

/* Reads GETSTATUS of the first DFU interface. Opening a session clears, say, errFIRMWARE. */
static void ask_state(struct description *description, const struct boot0_bus *bus,
                      const struct boot0_candidate *candidate)
{
    struct boot0_transport transport;
    uint8_t bytes[BOOT0_DFU_STATUS_SIZE];
    struct b0_dfu_status status;
    struct boot0_error error;
    size_t actual;

    if (bus->ops->open(bus->context, candidate, &transport, &error) != BOOT0_OK)
        return;
    if (transport.ops->select(transport.context, candidate->dfu_interface, 0, &error) == BOOT0_OK &&
        ask(&transport, BOOT0_USB_DIR_IN | BOOT0_USB_TYPE_CLASS | BOOT0_USB_RECIPIENT_INTERFACE,
            BOOT0_DFU_GETSTATUS, 0, candidate->dfu_interface, bytes, sizeof bytes, &actual) &&
        actual == sizeof bytes) {
        status = b0_dfu_status_load(bytes);
        /* Any other state means that a program left the board in the middle of something. */
        description->has_state =
            (status.state == BOOT0_DFU_STATE_IDLE || status.state == BOOT0_DFU_STATE_ERROR) &&
            status.status < BOOT0_DFU_STATUS_COUNT;
        description->state = status.state;
        description->status = status.status;
    }
    transport.ops->close(transport.context);
}

void describe_read_state(struct description *description, const struct boot0_bus *bus,
                         const struct boot0_selection *selection)
{
    struct boot0_board *boards = NULL;
    struct boot0_error error;
    size_t count = 0;

    if (boot0_board_list(bus, selection, &boards, &count, &error) == BOOT0_OK && count == 1 &&
        boards[0].mode == BOOT0_MODE_DFU && boards[0].access.code == BOOT0_OK &&
        boards[0].usb.kind == BOOT0_KIND_USB)
        ask_state(description, bus, &boards[0].usb);
    free(boards);
}

/* ---- strings ---- */

/* `number` is the position in the format's order. */
static void read_string(struct description *description, const struct boot0_transport *transport,
                        uint8_t index, unsigned number, char *text)
{
    uint8_t bytes[STRING_DESC_MAX];
    size_t actual, length;

    text[0] = '\0';
    if (index == 0 || !get_descriptor(transport, BOOT0_USB_DESC_STRING, index, LANGUAGE_US_ENGLISH,
                                      bytes, sizeof bytes, &actual))
        return;
    length = b0_string_descriptor(bytes, actual, text, DESCRIBE_STRING_MAX + 1);
    if (actual < 2 || bytes[0] <= actual)
        return;
    /* The descriptor claims more than it sends: blanks fill the rest. */
    description->short_string = number;
    description->short_bytes = (unsigned)actual;
    for (; length < (bytes[0] - 2u) / 2 && length < DESCRIBE_STRING_MAX; length++)
        text[length] = ' ';
    text[length] = '\0';
}

/* GigaDevice's ROM sends bytes instead of UTF-16: no second byte is 0. */
static bool is_plain(const struct boot0_transport *transport, uint8_t index)
{
    uint8_t bytes[STRING_DESC_MAX];
    size_t actual;

    if (index == 0 || !get_descriptor(transport, BOOT0_USB_DESC_STRING, index, LANGUAGE_US_ENGLISH,
                                      bytes, sizeof bytes, &actual))
        return false;
    for (size_t i = 3; i < actual; i += 2)
        if (bytes[i] == 0)
            return false;
    return actual > 3;
}

/* ---- the configuration ---- */

static bool is_dfu_interface(const uint8_t *descriptor)
{
    return descriptor[1] == BOOT0_USB_DESC_INTERFACE &&
           descriptor[0] >= BOOT0_USB_INTERFACE_DESC_SIZE && descriptor[5] == BOOT0_DFU_CLASS &&
           descriptor[6] == BOOT0_DFU_SUBCLASS;
}

/* Reads the transfer size from the functional descriptor that follows the interface, or 0. */
static void read_transfer_sizes(struct description *description)
{
    const uint8_t *bytes = description->configuration;
    size_t size = description->configuration_size;
    int interface = -1;

    for (size_t at = 0; at + 2 <= size && bytes[at] >= 2 && at + bytes[at] <= size;
         at += bytes[at]) {
        if (is_dfu_interface(bytes + at))
            interface = bytes[at + 2];
        if (bytes[at + 1] != BOOT0_USB_DESC_DFU || bytes[at] < BOOT0_DFU_FUNC_DESC_SIZE_1_0)
            continue;
        for (size_t i = 0; i < description->alternate_count; i++)
            if (description->alternates[i].interface == interface)
                description->alternates[i].transfer_size = b0_load16(bytes + at + 5);
    }
}

/* Gives strings the numbers that they have in the format. */
static void renumber_strings(struct description *description)
{
    uint8_t *bytes = description->configuration;
    size_t size = description->configuration_size;
    uint8_t next = FIRST_STRING;

    for (size_t at = 0; at + 2 <= size && bytes[at] >= 2 && at + bytes[at] <= size;
         at += bytes[at]) {
        if (is_dfu_interface(bytes + at))
            bytes[at + FIELD_INTERFACE_STRING] = next++;
        else if (bytes[at + 1] == BOOT0_USB_DESC_INTERFACE &&
                 bytes[at] >= BOOT0_USB_INTERFACE_DESC_SIZE)
            bytes[at + FIELD_INTERFACE_STRING] = 0;
        else if (bytes[at + 1] == BOOT0_USB_DESC_CONFIGURATION &&
                 bytes[at] >= BOOT0_USB_CONFIG_DESC_SIZE)
            bytes[at + FIELD_CONFIGURATION_STRING] = 0;
    }
}

/* Whether an alternate setting is the last of its interface. */
static bool is_last(const struct description *description, size_t index)
{
    return index + 1 == description->alternate_count ||
           description->alternates[index + 1].interface != description->alternates[index].interface;
}

/* Makes the configuration as vboard makes it from the other fields. Returns its size. */
static size_t make_configuration(const struct description *description,
                                 uint8_t bytes[DESCRIBE_CONFIGURATION_MAX])
{
    const struct b0_dfu_functional *functional = &description->found.functional;
    size_t size = BOOT0_USB_CONFIG_DESC_SIZE;
    uint8_t interfaces = 0, number = 0;

    for (size_t i = 0; i < description->alternate_count; i++) {
        const struct describe_alternate *alternate = &description->alternates[i];
        const uint8_t interface[BOOT0_USB_INTERFACE_DESC_SIZE] = {BOOT0_USB_INTERFACE_DESC_SIZE,
                                                                  BOOT0_USB_DESC_INTERFACE,
                                                                  alternate->interface,
                                                                  number,
                                                                  0,
                                                                  BOOT0_DFU_CLASS,
                                                                  BOOT0_DFU_SUBCLASS,
                                                                  BOOT0_DFU_PROTOCOL_DFU,
                                                                  (uint8_t)(FIRST_STRING + i)};

        memcpy(bytes + size, interface, sizeof interface);
        size += sizeof interface;
        number++;
        if (!is_last(description, i))
            continue;
        bytes[size] = BOOT0_DFU_FUNC_DESC_SIZE;
        bytes[size + 1] = BOOT0_USB_DESC_DFU;
        bytes[size + 2] = functional->attributes;
        b0_store16(bytes + size + 3, functional->detach_timeout_ms);
        b0_store16(bytes + size + 5, alternate->transfer_size);
        b0_store16(bytes + size + 7, functional->version);
        size += BOOT0_DFU_FUNC_DESC_SIZE;
        interfaces++;
        number = 0;
    }
    memcpy(bytes,
           (const uint8_t[]){BOOT0_USB_CONFIG_DESC_SIZE, BOOT0_USB_DESC_CONFIGURATION, 0, 0,
                             interfaces, 1, 0, description->found.attributes,
                             description->found.max_power},
           BOOT0_USB_CONFIG_DESC_SIZE);
    b0_store16(bytes + 2, (uint16_t)size);
    return size;
}

static bool is_ordinary(const struct description *description)
{
    uint8_t bytes[DESCRIBE_CONFIGURATION_MAX];
    size_t size = make_configuration(description, bytes);

    return size == description->configuration_size &&
           memcmp(bytes, description->configuration, size) == 0;
}

static void read_alternates(struct description *description,
                            const struct boot0_transport *transport)
{
    for (size_t i = 0; i < description->found.alternate_count; i++) {
        const struct b0_dfu_alternate *from = &description->found.alternates[i];
        struct describe_alternate *to = &description->alternates[description->alternate_count++];

        to->interface = from->interface;
        read_string(description, transport, from->string_index, FIRST_STRING + (unsigned)i,
                    to->name);
        to->has_layout = boot0_layout_parse(to->name, strlen(to->name), &to->layout, NULL);
    }
}

static void read_strings(struct description *description, const struct boot0_transport *transport)
{
    const struct boot0_candidate *usb = &description->board.usb;

    read_string(description, transport, usb->manufacturer_index, 1, description->manufacturer);
    read_string(description, transport, usb->product_index, 2, description->product);
    read_string(description, transport, usb->serial_index, 3, description->serial);
    description->plain_serial = is_plain(transport, usb->serial_index);
    read_alternates(description, transport);
}

enum boot0_status describe_read_usb(struct description *description, const struct boot0_bus *bus,
                                    struct boot0_error *error)
{
    struct boot0_transport transport;
    enum boot0_status status =
        bus->ops->open(bus->context, &description->board.usb, &transport, error);
    bool found = false;

    if (status != BOOT0_OK)
        return status;
    if (get_descriptor(&transport, BOOT0_USB_DESC_CONFIGURATION, 0, 0, description->configuration,
                       sizeof description->configuration, &description->configuration_size))
        found = b0_descriptors_walk(description->configuration, description->configuration_size,
                                    &description->found);
    if (found) {
        read_strings(description, &transport);
        read_transfer_sizes(description);
        renumber_strings(description);
        description->has_raw_configuration = !is_ordinary(description);
    }
    transport.ops->close(transport.context);
    return found ? BOOT0_OK
                 : boot0_fail(error, BOOT0_E_IO, "the board did not send its descriptors again");
}
