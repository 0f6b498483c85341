/* SPDX-License-Identifier: MIT */
/*
 * Sets the board's supply range in F2, F4 and F7 ROMs, so that they program words.
 *
 * AN2606 (rev. 70), 4.4, table 4: these ROMs program bytes until the range is written to the
 * virtual memory location 0xFFFF0000 (four bytes; the first is the range, the others stay 0xff and
 * need not be written). 0: 1.8-2.1 V, 1: 2.1-2.4 V, 2: 2.4-2.7 V, 3: 2.7-3.6 V; 4 needs 9 V on VPP
 * and is not offered. The reference manual has the width that each range allows (RM0090, 3.6.2).
 */
#include "private.h"

#include <string.h>
#include <strings.h>

enum {
    FEATURE_RANGE = 0, /* offset of the range byte */
    SUPPLY_MIN_MV = 1700,
    SUPPLY_MAX_MV = 3600,
};

static const struct {
    uint32_t from_mv;
    uint8_t range;
    uint8_t width; /* enum b0_parallelism */
    const char *text;
} ranges[] = {
    {2700, 3, B0_PARALLEL_X32,
     "2.7-3.6 V: 32 bits are programmed at a time, in a quarter of the time of bytes"},
    {2400, 2, B0_PARALLEL_X16,
     "2.4-2.7 V: 16 bits are programmed at a time, in half the time of bytes"},
    {2100, 1, B0_PARALLEL_X16,
     "2.1-2.4 V: 16 bits are programmed at a time, in half the time of bytes"},
    {0, 0, B0_PARALLEL_X8, "1.8-2.1 V: bytes are programmed"},
};

enum b0_parallelism b0_session_width_of(uint32_t supply_mv)
{
    size_t row = 0;

    while (supply_mv > 0 && supply_mv < ranges[row].from_mv)
        row++;
    return (enum b0_parallelism)ranges[row].width;
}

static int find_feature(const struct boot0_board *board)
{
    for (size_t i = 0; i < board->alternate_count; i++)
        if (board->alternates[i].has_layout &&
            strncasecmp(board->alternates[i].layout.name, "Device Feature", 14) == 0)
            return (int)i;
    return -1;
}

/* Only chips for which AN2606 defines it: L4 ROMs have the alternate too. */
static bool takes_range(const struct boot0_board *board)
{
    for (size_t i = 0; i < board->chip_count; i++)
        if (!board->chips[i]->has_device_feature)
            return false;
    return board->chip_count > 0;
}

enum boot0_status b0_session_apply_supply(struct boot0_session *session, struct boot0_error *error)
{
    const struct boot0_board *board = &session->board;
    uint32_t supply_mv = session->options.supply_mv;
    int feature = find_feature(board);
    enum boot0_status status;
    uint32_t address;
    size_t row = 0;

    /* The RAM loader measures the supply. */
    if (supply_mv == 0 || session->supply_done || board->bootloader.in_ram)
        return BOOT0_OK;
    if (supply_mv < SUPPLY_MIN_MV || supply_mv > SUPPLY_MAX_MV) {
        boot0_fail(error, BOOT0_E_USAGE, "a supply of %u.%02u V is not possible", supply_mv / 1000,
                   supply_mv % 1000 / 10);
        return boot0_hint(error, "Use 1.7 to 3.6 V, the range of STM32 chips; most boards run on "
                                 "3.3 V.");
    }
    session->supply_done = true;
    if (feature < 0 || !takes_range(board)) {
        struct boot0_error note;

        boot0_fail(&note, BOOT0_OK, "this board's bootloader does not accept a supply range");
        boot0_hint(&note, "the given supply is ignored");
        boot0_advise(&note, BOOT0_ADVICE_SUPPLY_IGNORED, NULL);
        if (!session->supply_from_entry) /* the user has asked for something */
            b0_session_advise(session, &note);
        return BOOT0_OK;
    }
    while (supply_mv < ranges[row].from_mv)
        row++;
    address = board->alternates[feature].layout.regions[0].address + FEATURE_RANGE;
    status = session->protocol->ops->write(session->protocol, feature, address, &ranges[row].range,
                                           1, error);
    if (status != BOOT0_OK)
        return b0_session_stopped(session, status, error);
    session->width = (enum b0_parallelism)ranges[row].width;
    b0_session_note(session, "supply range %s", ranges[row].text);
    return BOOT0_OK;
}
