/* SPDX-License-Identifier: MIT */
/*
 * The USB device of a bootloader: its descriptors, made from the board's identity, and the standard
 * requests of USB 2.0, chapter 9. Every field is put where lsusb shows it.
 */
#include "usb.h"

#include "board.h"
#include "faults.h"

#include <core/array.h>
#include <core/bytes.h>
#include <core/descriptors.h>
#include <string.h>

enum {
    EP0_SIZE = 64,
    LANGUAGE_ENGLISH_US = 0x0409,
    SELF_POWERED = 0x40, /* bit of bmAttributes, USB 2.0, table 9-10 */
    STRING_DESC_MAX = 2 + 2 * VBOARD_STRING_MAX,
};

static size_t count_alternates(const struct vboard_identity *usb)
{
    size_t count = 0;

    while (usb->alternates[count].name)
        count++;
    return count;
}

/* bAlternateSetting of a row. */
static uint8_t number_of(const struct vboard_identity *usb, size_t row)
{
    uint8_t number = 0;

    while (number < row &&
           usb->alternates[row - number - 1].interface == usb->alternates[row].interface)
        number++;
    return number;
}

static const struct vboard_alternate *find_alternate(const struct vboard_identity *usb,
                                                     unsigned interface, unsigned number)
{
    for (size_t i = 0; usb->alternates[i].name; i++)
        if (usb->alternates[i].interface == interface && number_of(usb, i) == number)
            return &usb->alternates[i];
    return NULL;
}

const struct vboard_alternate *vboard_usb_alternate(const struct vboard *board, unsigned interface)
{
    return interface < VBOARD_INTERFACES_MAX
               ? find_alternate(board->build.identity, interface, board->usb.alternate[interface])
               : NULL;
}

uint16_t vboard_usb_transfer_size(const struct vboard_identity *usb,
                                  const struct vboard_alternate *alternate)
{
    return alternate->transfer_size > 0 ? alternate->transfer_size : usb->functional.transfer_size;
}

static const char *string_at(const struct vboard *board, unsigned index)
{
    const struct vboard_identity *usb = board->build.identity;

    switch (index) {
    case VBOARD_STRING_MANUFACTURER:
        return usb->manufacturer;
    case VBOARD_STRING_PRODUCT:
        return usb->product_name;
    case VBOARD_STRING_SERIAL:
        return usb->serial || board->settings.serial[0] ? board->settings.serial : NULL;
    }
    if (index >= VBOARD_STRING_ALTERNATE && index < VBOARD_STRING_ALTERNATE + count_alternates(usb))
        return usb->alternates[index - VBOARD_STRING_ALTERNATE].name;
    return NULL;
}

/* USB 2.0, table 9-8. */
static void make_device(const struct vboard *board, uint8_t bytes[BOOT0_USB_DEVICE_DESC_SIZE])
{
    const struct vboard_identity *usb = board->build.identity;

    memset(bytes, 0, BOOT0_USB_DEVICE_DESC_SIZE);
    bytes[0] = BOOT0_USB_DEVICE_DESC_SIZE;
    bytes[1] = BOOT0_USB_DESC_DEVICE;
    b0_store16(bytes + 2, usb->bcd_usb);
    bytes[7] = EP0_SIZE;
    b0_store16(bytes + 8, usb->vendor);
    b0_store16(bytes + 10, usb->product);
    b0_store16(bytes + 12, usb->bcd_device);
    for (unsigned i = VBOARD_STRING_MANUFACTURER; i <= VBOARD_STRING_SERIAL; i++)
        bytes[14 + i - VBOARD_STRING_MANUFACTURER] = string_at(board, i) ? (uint8_t)i : 0;
    bytes[17] = 1;
}

/* DFU 1.1, table 4.2. `alternate` is the last one of its interface. */
static void make_functional(const struct vboard_identity *usb,
                            const struct vboard_alternate *alternate,
                            uint8_t bytes[BOOT0_DFU_FUNC_DESC_SIZE])
{
    bytes[0] = BOOT0_DFU_FUNC_DESC_SIZE;
    bytes[1] = BOOT0_USB_DESC_DFU;
    bytes[2] = usb->functional.attributes;
    b0_store16(bytes + 3, usb->functional.detach_timeout_ms);
    b0_store16(bytes + 5, vboard_usb_transfer_size(usb, alternate));
    b0_store16(bytes + 7, usb->functional.version);
}

/* USB 2.0, table 9-12; DFU 1.1, table 4.4. */
static void make_interface(const struct vboard_identity *usb, size_t alternate,
                           uint8_t bytes[BOOT0_USB_INTERFACE_DESC_SIZE])
{
    memset(bytes, 0, BOOT0_USB_INTERFACE_DESC_SIZE);
    bytes[0] = BOOT0_USB_INTERFACE_DESC_SIZE;
    bytes[1] = BOOT0_USB_DESC_INTERFACE;
    bytes[2] = usb->alternates[alternate].interface;
    bytes[3] = number_of(usb, alternate);
    bytes[5] = BOOT0_DFU_CLASS;
    bytes[6] = BOOT0_DFU_SUBCLASS;
    bytes[7] = BOOT0_DFU_PROTOCOL_DFU;
    bytes[8] = (uint8_t)(VBOARD_STRING_ALTERNATE + alternate);
}

/* Whether no other alternate of the same interface comes after it. */
static bool is_last(const struct vboard_identity *usb, size_t alternate)
{
    return !usb->alternates[alternate + 1].name ||
           usb->alternates[alternate + 1].interface != usb->alternates[alternate].interface;
}

/* Makes interfaces and what follows them; returns the length of the whole configuration. */
static size_t make_interfaces(const struct vboard_identity *usb, uint8_t *bytes,
                              uint8_t *interfaces)
{
    size_t size = BOOT0_USB_CONFIG_DESC_SIZE;

    *interfaces = 0;
    for (size_t i = 0; usb->alternates[i].name; i++) {
        make_interface(usb, i, bytes + size);
        size += BOOT0_USB_INTERFACE_DESC_SIZE;
        if (!is_last(usb, i))
            continue;
        make_functional(usb, &usb->alternates[i], bytes + size);
        size += BOOT0_DFU_FUNC_DESC_SIZE;
        ++*interfaces;
    }
    return size;
}

_Static_assert(BOOT0_USB_CONFIG_DESC_SIZE + VBOARD_ALTERNATES_MAX * (BOOT0_USB_INTERFACE_DESC_SIZE +
                                                                     BOOT0_DFU_FUNC_DESC_SIZE) <=
                   VBOARD_CONFIGURATION_MAX,
               "the largest configuration fits");

/* Makes the configuration with everything that follows. */
static size_t make_configuration(const struct vboard *board,
                                 uint8_t bytes[VBOARD_CONFIGURATION_MAX])
{
    const struct vboard_identity *usb = board->build.identity;
    size_t size = usb->configuration_size;

    if (usb->configuration) {
        memcpy(bytes, usb->configuration, size);
    } else {
        size = make_interfaces(usb, bytes, bytes + 4);
        /* USB 2.0, table 9-10 */
        bytes[0] = BOOT0_USB_CONFIG_DESC_SIZE;
        bytes[1] = BOOT0_USB_DESC_CONFIGURATION;
        b0_store16(bytes + 2, (uint16_t)size);
        bytes[5] = 1;
        bytes[6] = 0;
        bytes[7] = usb->attributes;
        bytes[8] = usb->max_power;
    }
    vboard_faults_descriptor(board, bytes, size);
    return size;
}

/* USB 2.0, 9.6.7. Returns the number of bytes that are sent, which bLength need not state. */
static size_t make_string(const struct vboard *board, unsigned index,
                          uint8_t bytes[STRING_DESC_MAX])
{
    const struct vboard_identity *usb = board->build.identity;
    const char *text = index == 0 ? "" : string_at(board, index);
    size_t step = index == VBOARD_STRING_SERIAL && usb->raw_serial ? 1 : 2;
    size_t size = 2;

    if (!text)
        return 0;
    if (index == 0) {
        b0_store16(bytes + 2, LANGUAGE_ENGLISH_US);
        size += 2;
    }
    for (size_t i = 0; i < VBOARD_STRING_MAX && text[i]; i++, size += step) {
        bytes[size] = (uint8_t)text[i];
        if (step == 2)
            bytes[size + 1] = 0;
    }
    bytes[0] = (uint8_t)size;
    bytes[1] = BOOT0_USB_DESC_STRING;
    if (index > 0 && index == usb->short_string && usb->short_bytes < size)
        return usb->short_bytes;
    return size;
}

size_t vboard_usb_descriptors(const struct vboard *board, uint8_t *bytes, size_t size)
{
    uint8_t all[BOOT0_USB_DEVICE_DESC_SIZE + VBOARD_CONFIGURATION_MAX];
    size_t total = BOOT0_USB_DEVICE_DESC_SIZE;

    make_device(board, all);
    total += make_configuration(board, all + BOOT0_USB_DEVICE_DESC_SIZE);
    if (total > size)
        total = size;
    memcpy(bytes, all, total);
    return total;
}

size_t vboard_string(const struct vboard *board, uint8_t index, char *text, size_t size)
{
    uint8_t bytes[STRING_DESC_MAX];
    size_t sent;

    if (board->device.ops && board->device.ops->string)
        return board->device.ops->string(board->device.context, index, text, size);
    sent = board->device.ops && index > 0 ? make_string(board, index, bytes) : 0;

    if (sent == 0) {
        if (size > 0)
            text[0] = '\0';
        return 0;
    }
    return b0_string_descriptor(bytes, sent, text, size);
}

/* ---- standard requests ---- */

enum boot0_xfer vboard_usb_answer(const struct boot0_setup *setup, const uint8_t *bytes,
                                  size_t size, uint8_t *data, size_t *actual)
{
    *actual = size < setup->wLength ? size : setup->wLength;
    if (*actual > 0)
        memcpy(data, bytes, *actual);
    return BOOT0_XFER_OK;
}

static enum boot0_xfer get_descriptor(struct vboard *board, const struct boot0_setup *setup,
                                      uint8_t *data, size_t *actual)
{
    uint8_t bytes[VBOARD_CONFIGURATION_MAX];
    unsigned index = setup->wValue & 0xff;
    size_t size = 0;

    _Static_assert(sizeof bytes >= STRING_DESC_MAX, "holds any descriptor");
    switch (setup->wValue >> 8) {
    case BOOT0_USB_DESC_DEVICE:
        make_device(board, bytes);
        size = BOOT0_USB_DEVICE_DESC_SIZE;
        break;
    case BOOT0_USB_DESC_CONFIGURATION:
        size = index == 0 ? make_configuration(board, bytes) : 0;
        break;
    case BOOT0_USB_DESC_STRING:
        size = make_string(board, index, bytes);
        break;
    case BOOT0_USB_DESC_DFU:
        if (vboard_usb_alternate(board, setup->wIndex)) {
            make_functional(board->build.identity, vboard_usb_alternate(board, setup->wIndex),
                            bytes);
            size = BOOT0_DFU_FUNC_DESC_SIZE;
        }
        break;
    }
    /* No device qualifier, no BOS: full speed, before USB 2.1. */
    return size > 0 ? vboard_usb_answer(setup, bytes, size, data, actual) : BOOT0_XFER_STALL;
}

/* bmAttributes, as read by the host. */
static uint8_t power_attributes(const struct vboard_identity *usb)
{
    return usb->configuration_size >= BOOT0_USB_CONFIG_DESC_SIZE ? usb->configuration[7]
                                                                 : usb->attributes;
}

static enum boot0_xfer get_status(struct vboard *board, const struct boot0_setup *setup,
                                  uint8_t *data, size_t *actual)
{
    uint8_t bytes[2] = {0, 0};

    if ((setup->bmRequestType & BOOT0_USB_RECIPIENT_MASK) == BOOT0_USB_RECIPIENT_DEVICE)
        bytes[0] = power_attributes(board->build.identity) & SELF_POWERED ? 1 : 0;
    return vboard_usb_answer(setup, bytes, sizeof bytes, data, actual);
}

static enum boot0_xfer set_address(struct vboard *board, const struct boot0_setup *setup,
                                   uint8_t *data, size_t *actual)
{
    (void)board;
    (void)data;
    (void)actual;
    return setup->wValue <= 127 ? BOOT0_XFER_OK : BOOT0_XFER_STALL;
}

static enum boot0_xfer get_configuration(struct vboard *board, const struct boot0_setup *setup,
                                         uint8_t *data, size_t *actual)
{
    return vboard_usb_answer(setup, &board->usb.configuration, 1, data, actual);
}

static enum boot0_xfer set_configuration(struct vboard *board, const struct boot0_setup *setup,
                                         uint8_t *data, size_t *actual)
{
    (void)data;
    (void)actual;
    if (setup->wValue > 1)
        return BOOT0_XFER_STALL;
    board->usb.configuration = (uint8_t)setup->wValue;
    memset(board->usb.alternate, 0, sizeof board->usb.alternate);
    return BOOT0_XFER_OK;
}

static enum boot0_xfer get_interface(struct vboard *board, const struct boot0_setup *setup,
                                     uint8_t *data, size_t *actual)
{
    if (board->usb.configuration == 0 || !vboard_usb_alternate(board, setup->wIndex))
        return BOOT0_XFER_STALL;
    return vboard_usb_answer(setup, &board->usb.alternate[setup->wIndex], 1, data, actual);
}

static enum boot0_xfer set_interface(struct vboard *board, const struct boot0_setup *setup,
                                     uint8_t *data, size_t *actual)
{
    (void)data;
    (void)actual;
    if (board->usb.configuration == 0 ||
        !find_alternate(board->build.identity, setup->wIndex, setup->wValue))
        return BOOT0_XFER_STALL;
    board->usb.alternate[setup->wIndex] = (uint8_t)setup->wValue;
    return BOOT0_XFER_OK;
}

/* All other requests stall: there are no features to set, and no endpoints but 0. */
static const struct {
    uint8_t bRequest;
    uint8_t direction;
    enum boot0_xfer (*answer)(struct vboard *board, const struct boot0_setup *setup, uint8_t *data,
                              size_t *actual);
} requests[] = {
    {BOOT0_USB_GET_STATUS, BOOT0_USB_DIR_IN, get_status},
    {BOOT0_USB_SET_ADDRESS, 0, set_address},
    {BOOT0_USB_GET_DESCRIPTOR, BOOT0_USB_DIR_IN, get_descriptor},
    {BOOT0_USB_GET_CONFIGURATION, BOOT0_USB_DIR_IN, get_configuration},
    {BOOT0_USB_SET_CONFIGURATION, 0, set_configuration},
    {BOOT0_USB_GET_INTERFACE, BOOT0_USB_DIR_IN, get_interface},
    {BOOT0_USB_SET_INTERFACE, 0, set_interface},
};

enum boot0_xfer vboard_usb_standard(struct vboard *board, const struct boot0_setup *setup,
                                    uint8_t *data, size_t *actual)
{
    for (size_t i = 0; i < B0_LENGTH(requests); i++)
        if (requests[i].bRequest == setup->bRequest &&
            requests[i].direction == (setup->bmRequestType & BOOT0_USB_DIR_IN))
            return requests[i].answer(board, setup, data, actual);
    return BOOT0_XFER_STALL;
}
