/* SPDX-License-Identifier: MIT */
/* Matches alternate settings of boards, and prints dfu-util's line for each. */
#include "../print.h"
#include "dfu_util.h"

#include <string.h>

static bool id_fits(int wanted, int is)
{
    return wanted < 0 || wanted == is;
}

static bool text_fits(struct dfu_util_text wanted, const char *is)
{
    return !wanted.text ||
           (strlen(is) == wanted.length && strncmp(wanted.text, is, wanted.length) == 0);
}

/* dfu-util's word for a missing string descriptor. */
static const char *known(const char *text)
{
    return text[0] ? text : "UNKNOWN";
}

static bool board_fits(const struct boot0_board *board, const struct dfu_util_match *match)
{
    bool dfu = board->mode == BOOT0_MODE_DFU;

    return board->usb.kind != BOOT0_KIND_SERIAL && board->usb.dfu_protocol != 0 &&
           id_fits(dfu ? match->vendor_dfu : match->vendor, board->usb.vendor) &&
           id_fits(dfu ? match->product_dfu : match->product, board->usb.product) &&
           id_fits(match->device_number, board->usb.address) &&
           (!match->path || strcmp(match->path, board->usb.path) == 0);
}

static bool alternate_fits(const struct boot0_board *board, const struct boot0_alternate *alternate,
                           const struct dfu_util_match *match)
{
    bool dfu = board->mode == BOOT0_MODE_DFU;

    if (match->configuration > 0 && match->configuration != board->configuration)
        return false;
    if (!id_fits(match->interface, alternate->interface) ||
        !text_fits(dfu ? match->serial_dfu : match->serial, known(board->serial)))
        return false;
    return !dfu ||
           (id_fits(match->alternate, alternate->alternate) &&
            (!match->alternate_name || strcmp(match->alternate_name, known(alternate->name)) == 0));
}

/* Adds the matches of one board, the last alternate first. Returns the new count. */
static size_t add_matches(const struct boot0_board *board, const struct dfu_util_match *match,
                          struct dfu_util_target *targets, size_t count, size_t capacity)
{
    if (!board_fits(board, match))
        return count;
    if (board->access.code != BOOT0_OK) {
        dfu_util_fail(0, "cannot open board %04x:%04x, device number %u: %s", board->usb.vendor,
                      board->usb.product, board->usb.address, board->access.message);
        return count;
    }
    for (size_t i = board->alternate_count; i-- > 0;)
        if (count < capacity && alternate_fits(board, &board->alternates[i], match))
            targets[count++] = (struct dfu_util_target){board, &board->alternates[i]};
    return count;
}

/* How many boards from `first` on are interfaces of one device. */
static size_t interface_count(const struct boot0_board *boards, size_t board_count, size_t first)
{
    size_t i = first + 1;

    while (i < board_count && strcmp(boards[i].usb.path, boards[first].usb.path) == 0)
        i++;
    return i - first;
}

size_t dfu_util_find(const struct boot0_board *boards, size_t board_count,
                     const struct dfu_util_match *match, struct dfu_util_target *targets,
                     size_t capacity)
{
    size_t count = 0, interfaces;

    /* Within a device, the last interface and its last alternate come first. */
    for (size_t first = 0; first < board_count; first += interfaces) {
        interfaces = interface_count(boards, board_count, first);
        for (size_t i = first + interfaces; i-- > first;)
            count = add_matches(&boards[i], match, targets, count, capacity);
    }
    return count;
}

void dfu_util_print_target(FILE *file, const struct dfu_util_target *target)
{
    const struct boot0_board *board = target->board;

    print_to(file,
             "Found %s: [%04x:%04x] ver=%04x, devnum=%u, cfg=%u, intf=%u, path=\"%s\", alt=%u, "
             "name=\"%s\", serial=\"%s\"\n",
             board->mode == BOOT0_MODE_DFU ? "DFU" : "Runtime", board->usb.vendor,
             board->usb.product, board->usb.bcd_device, board->usb.address, board->configuration,
             target->alternate->interface, board->usb.path, target->alternate->alternate,
             known(target->alternate->name), known(board->serial));
}

bool dfu_util_one_board(const struct dfu_util_target *targets, size_t count)
{
    for (size_t i = 1; i < count; i++)
        if (targets[i].board != targets[0].board ||
            targets[i].alternate->interface != targets[0].alternate->interface)
            return false;
    return true;
}
