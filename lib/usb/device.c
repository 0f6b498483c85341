/* SPDX-License-Identifier: MIT */
/* Identifies an opened board: descriptors, strings, layouts, and the matching chips. */
#include "device.h"

#include "../board/database.h"
#include "../board/memory_kind.h"
#include "../board/names.h"
#include "extension.h"
#include "quirks.h"

#include <core/array.h>
#include <core/bytes.h>
#include <core/descriptors.h>
#include <stdio.h>
#include <string.h>

enum {
    ATTEMPTS = 3,
    CONFIGURATION_MAX = 4096,
    STRING_MAX = 255,
    LANGUAGE_US_ENGLISH = 0x0409,
};

static enum boot0_xfer get_descriptor(const struct boot0_transport *transport, uint8_t type,
                                      uint8_t index, uint16_t language, uint8_t *data, size_t size,
                                      size_t *actual)
{
    struct boot0_setup setup = {
        .bmRequestType = BOOT0_USB_DIR_IN | BOOT0_USB_TYPE_STANDARD | BOOT0_USB_RECIPIENT_DEVICE,
        .bRequest = BOOT0_USB_GET_DESCRIPTOR,
        .wValue = (uint16_t)(type << 8 | index),
        .wIndex = language,
        .wLength = (uint16_t)size,
    };
    enum boot0_xfer result = BOOT0_XFER_ERROR;

    for (int i = 0; i < ATTEMPTS && result != BOOT0_XFER_OK && result != BOOT0_XFER_GONE; i++) {
        *actual = 0;
        result = transport->ops->control(transport->context, &setup, data, actual,
                                         B0_DESCRIPTOR_TIMEOUT_MS);
    }
    return result;
}

static enum boot0_status read_configuration(const struct boot0_transport *transport,
                                            bool serial_only, struct b0_dfu_configuration *found,
                                            struct boot0_error *error)
{
    uint8_t blob[CONFIGURATION_MAX];
    size_t actual, total;
    enum boot0_xfer result = get_descriptor(transport, BOOT0_USB_DESC_CONFIGURATION, 0, 0, blob,
                                            BOOT0_USB_CONFIG_DESC_SIZE, &actual);

    if (result == BOOT0_XFER_OK && actual >= 4) {
        total = b0_load16(blob + 2);
        if (total < BOOT0_USB_CONFIG_DESC_SIZE)
            total = BOOT0_USB_CONFIG_DESC_SIZE;
        if (total > sizeof blob)
            total = sizeof blob;
        result =
            get_descriptor(transport, BOOT0_USB_DESC_CONFIGURATION, 0, 0, blob, total, &actual);
    }
    if (result == BOOT0_XFER_GONE)
        return boot0_fail(error, BOOT0_E_GONE, "the board went away while it was being identified");
    if (result != BOOT0_XFER_OK) {
        boot0_fail(error, BOOT0_E_IO, "the board does not send its configuration descriptor");
        if (result == BOOT0_XFER_TIMEOUT)
            return boot0_hint(error, "Wait half a minute if the bootloader is still erasing, e.g. "
                                     "after an interrupted command: it answers nothing meanwhile. "
                                     "Otherwise the cable or hub is bad: plug the board in again, "
                                     "without a hub.");
        return boot0_hint(error, "Plug it in again, without a hub: usually the cable or hub is "
                                 "bad.");
    }
    if (b0_descriptors_walk(blob, actual, found) || serial_only)
        return BOOT0_OK;
    boot0_fail(error, BOOT0_E_PROTOCOL, "the board's descriptors name no DFU interface");
    return boot0_hint(error, "Plug the board in again: its descriptors may have been damaged in "
                             "transit.");
}

static uint16_t read_language(const struct boot0_transport *transport)
{
    uint8_t bytes[STRING_MAX];
    size_t actual;

    if (get_descriptor(transport, BOOT0_USB_DESC_STRING, 0, 0, bytes, sizeof bytes, &actual) ==
            BOOT0_XFER_OK &&
        actual >= 4)
        return b0_load16(bytes + 2);
    return LANGUAGE_US_ENGLISH;
}

static void read_string(const struct boot0_transport *transport, uint8_t index, uint16_t language,
                        char *text, size_t size)
{
    uint8_t bytes[STRING_MAX];
    size_t actual;

    text[0] = '\0';
    if (index != 0 && get_descriptor(transport, BOOT0_USB_DESC_STRING, index, language, bytes,
                                     sizeof bytes, &actual) == BOOT0_XFER_OK)
        b0_string_descriptor(bytes, actual, text, size);
}

/* A DfuSe name that is not a valid layout means a missing memory: tells the user why. */
static void explain_layout(const struct boot0_alternate *alternate, struct boot0_board *board)
{
    size_t at;
    const char *fault;

    /* Only names that begin with '@' are meant as layouts (UM0424, 10.3.2). */
    if (alternate->name[0] != '@' || board->contradiction[0])
        return;
    fault = boot0_layout_fault(alternate->name, strlen(alternate->name), &at);
    if (!fault)
        return;
    snprintf(board->contradiction, sizeof board->contradiction,
             "the layout of its alternate setting %u cannot be used: %s (\"%.60s\")",
             alternate->alternate, fault, alternate->name + (alternate->name[at] ? at : 0));
}

static void add_alternate(const struct boot0_transport *transport,
                          const struct b0_dfu_alternate *from, uint16_t language,
                          struct boot0_board *board)
{
    struct boot0_alternate *to = &board->alternates[board->alternate_count++];

    to->interface = from->interface;
    to->alternate = from->alternate;
    read_string(transport, from->string_index, language, to->name, sizeof to->name);
    /* Not a layout without addresses: the STM32MP1's "@FSBL /0x01/1*1Me" is partition 1. */
    if (board->dfu_version != BOOT0_DFU_VERSION_DFUSE)
        return;
    to->has_layout = boot0_layout_parse(to->name, strlen(to->name), &to->layout, NULL);
    explain_layout(to, board);
}

/* Adds the alternates of the candidate's DFU interface. */
static void add_alternates(const struct boot0_transport *transport,
                           const struct b0_dfu_configuration *found, uint16_t language,
                           struct boot0_board *board)
{
    for (size_t i = 0; i < found->alternate_count; i++) {
        const struct b0_dfu_alternate *alternate = &found->alternates[i];

        if (alternate->interface != board->usb.dfu_interface ||
            board->alternate_count == BOOT0_ALTERNATES_MAX)
            continue;
        if (board->alternate_count == 0)
            board->mode = alternate->protocol == BOOT0_DFU_PROTOCOL_RUNTIME ? BOOT0_MODE_RUNTIME
                                                                            : BOOT0_MODE_DFU;
        add_alternate(transport, alternate, language, board);
    }
}

/* Rates how likely a memory is the main flash; 0: it is not. */
static int flash_rank(const struct boot0_alternate *alternate)
{
    const struct boot0_layout *layout = &alternate->layout;
    uint32_t first = layout->regions[0].address;
    bool internal, named;
    enum b0_memory_kind kind;

    if (!alternate->has_layout || layout->region_count == 0)
        return 0;
    kind = b0_memory_kind(NULL, layout->name, first);
    if (b0_memory_is_guarded(kind))
        return 1;
    internal = b0_memory_is_internal_flash(layout);
    named = b0_name_has_word(layout->name, "*flash") || b0_name_has_word(layout->name, "flash*");
    return 2 + internal + 2 * named;
}

/* Finds the main flash: preferably internal flash with a flash name, else the first memory. */
static void find_flash(struct boot0_board *board)
{
    int best = 0;

    board->flash_alternate = -1;
    for (size_t i = 0; i < board->alternate_count; i++) {
        int rank = flash_rank(&board->alternates[i]);

        if (rank <= best)
            continue;
        best = rank;
        board->flash_alternate = (int)i;
    }
}

/* Finds "Option Bytes", "Option Byte", or "OB Bytes" of the STM32U0. */
static const struct boot0_layout *find_option_bytes(const struct boot0_board *board)
{
    for (size_t i = 0; i < board->alternate_count; i++) {
        const struct boot0_layout *layout = &board->alternates[i].layout;

        if (board->alternates[i].has_layout && layout->region_count > 0 &&
            b0_memory_kind(NULL, layout->name, layout->regions[0].address) ==
                B0_MEMORY_OPTION_BYTES)
            return layout;
    }
    return NULL;
}

/*
 * True if the board can be an STM32 by its ids and names. A memory layout alone is not enough:
 * chips of other makers have the same ones, and so have bootloaders with their own ids on any chip.
 * Some of those use ST's ids, but not ST's names.
 */
static bool may_be_stm32(const struct boot0_board *board)
{
    static const char *const others[] = {"AT32", "Artery", "APM32", "Geehy",      "GD32",
                                         "CH32", "N32",    "MM32",  "GigaDevice", "HK32"};

    for (size_t i = 0; i < B0_LENGTH(others); i++)
        if (strstr(board->product, others[i]) || strstr(board->manufacturer, others[i]))
            return false;
    return board->usb.vendor == BOOT0_VENDOR_ST;
}

/* Whether the chip's ROM has the board's USB ids: ST's, or those that the user gives. */
static bool has_its_ids(const struct boot0_chip *chip, const struct boot0_board *board)
{
    const struct b0_chip *row = b0_chip_row(chip);

    if (!chip->has_usb_rom || !row)
        return false;
    if (row->usb_vendor == 0)
        return may_be_stm32(board);
    return row->usb_vendor == board->usb.vendor && row->usb_product == board->usb.product;
}

/* Rates a chip: 0: no match, 1: a smaller part of its row, 2: its whole flash. */
static int fit(const struct boot0_chip *chip, const struct boot0_layout *flash,
               const struct boot0_layout *option_bytes)
{
    struct boot0_layout whole;

    if (!boot0_chip_matches(chip, flash, option_bytes))
        return 0;
    return boot0_layout_parse(chip->layout, strlen(chip->layout), &whole, NULL) &&
                   boot0_layout_size(&whole) == boot0_layout_size(flash)
               ? 2
               : 1;
}

/* Returns the family of all matching chips; NULL if they have several. */
static const char *common_family(const struct boot0_board *board)
{
    if (board->chip_count == 0)
        return NULL;
    for (size_t i = 1; i < board->chip_count; i++)
        if (strcmp(board->chips[i]->family, board->chips[0]->family) != 0)
            return NULL;
    return board->chips[0]->family;
}

static void find_chips(struct boot0_board *board)
{
    const struct boot0_layout *flash, *option_bytes = find_option_bytes(board);
    const struct boot0_chip *chip;

    if (board->flash_alternate < 0)
        return;
    flash = &board->alternates[board->flash_alternate].layout;
    for (int wanted = 2; wanted > 0; wanted--)
        for (size_t i = 0; (chip = boot0_database_chip_at(board->database, i)) != NULL; i++)
            if (board->chip_count < BOOT0_CHIPS_MAX && has_its_ids(chip, board) &&
                fit(chip, flash, option_bytes) == wanted)
                board->chips[board->chip_count++] = chip;
    board->family = common_family(board);
    if (board->chip_count == 0 && may_be_stm32(board))
        snprintf(board->contradiction, sizeof board->contradiction,
                 "its memory layout fits no chip in boot0's table; using the values that the "
                 "board reports");
}

enum boot0_status b0_device_probe(const struct boot0_transport *transport,
                                  struct boot0_board *board, struct boot0_error *error)
{
    const struct b0_dfu_functional *functional;
    struct b0_dfu_configuration found;
    const struct b0_quirk *quirk;
    enum boot0_status status;
    uint16_t language;

    memset(&found, 0, sizeof found);
    status = read_configuration(transport, board->usb.serial_only, &found, error);
    if (status != BOOT0_OK)
        return status;
    language = read_language(transport);
    read_string(transport, board->usb.manufacturer_index, language, board->manufacturer,
                sizeof board->manufacturer);
    read_string(transport, board->usb.product_index, language, board->product,
                sizeof board->product);
    read_string(transport, board->usb.serial_index, language, board->serial, sizeof board->serial);
    board->configuration = found.configuration;
    functional = b0_descriptors_functional(&found, board->usb.dfu_interface);
    if (functional) {
        board->dfu_version = functional->version;
        board->transfer_size = functional->transfer_size;
        board->detach_timeout_ms = functional->detach_timeout_ms;
        board->attributes = functional->attributes;
    }
    add_alternates(transport, &found, language, board);
    find_flash(board);
    board->has_addresses =
        board->dfu_version == BOOT0_DFU_VERSION_DFUSE && board->flash_alternate >= 0;
    find_chips(board);
    b0_extension_probe(transport, board);
    b0_database_recognise(board);
    quirk = b0_quirk_find(board);
    if (quirk)
        b0_quirk_apply(quirk, board);
    return BOOT0_OK;
}
