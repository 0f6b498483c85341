/*
 * The table of quirks: one row a kind of board, applied in one place (when a session is opened).
 * What holds for every board (a stalled GETSTATUS means busy, string lengths are clamped, CLRSTATUS
 * may be needed twice) is not here but in the engine and in the descriptor reader.
 */
#include "quirks.h"

#include <string.h>

static const struct b0_quirk quirks[] = {
    /*
     * F2, F4, F7 ROMs report 100 ms or more whatever they do, hold GETSTATUS back (NAK) until the
     * flash is ready, and bear being asked at once: EdgeTX's flasher and pydfu ignore the timeout
     * on F405, F429 and F7; a bus log of an F745 shows the second GETSTATUS held back (fwupd
     * #2696).
     */
    {"st-rom-f2-f4-f7",
     B0_VENDOR_ST,
     B0_PRODUCT_ST_DFU,
     0,
     0xffff,
     "STM32F2 STM32F4 STM32F7",
     0,
     {.poll_early = true}},
    /* H743 rev V: bank 2 stays in dfuDNBUSY after an erase (betaflight-configurator #5348). */
    {"st-rom-h7", B0_VENDOR_ST, B0_PRODUCT_ST_DFU, 0, 0xffff, "STM32H7", 0, {.busy_forever = true}},
    /*
     * The Maple bootloader of bcdDevice 0x0200 says DFU 1.0 but speaks 1.1 (dfu-util's quirks.c);
     * all of them lose the position at a second GETSTATUS (STM32duino-bootloader, dfu.c).
     */
    {"maple-0200",
     B0_VENDOR_LEAFLABS,
     B0_PRODUCT_MAPLE_DFU,
     0x0200,
     0x0200,
     NULL,
     B0_DFU_VERSION_1_1,
     {.poll_once = true}},
    {"maple", B0_VENDOR_LEAFLABS, B0_PRODUCT_MAPLE_DFU, 0, 0xffff, NULL, 0, {.poll_once = true}},
    /* GigaDevice's ROM and its copies: not known to compute addresses from block numbers. */
    {"gd32-rom", 0x28e9, 0x0189, 0, 0xffff, NULL, 0, {.no_block_jump = true}},
};

/* F2 and F4 cannot be told apart by their layout, so a board may be of several families. */
static bool all_of(const struct boot0_board *board, const char *families)
{
    for (size_t i = 0; i < board->chip_count; i++)
        if (!strstr(families, board->chips[i]->family))
            return false;
    return board->chip_count > 0;
}

static bool fits(const struct b0_quirk *quirk, const struct boot0_board *board)
{
    if (quirk->vendor != 0 &&
        (quirk->vendor != board->usb.vendor || quirk->product != board->usb.product))
        return false;
    if (board->usb.bcd_device < quirk->bcd_first || board->usb.bcd_device > quirk->bcd_last)
        return false;
    return !quirk->families || all_of(board, quirk->families);
}

const struct b0_quirk *b0_quirk_find(const struct boot0_board *board)
{
    for (size_t i = 0; i < sizeof quirks / sizeof quirks[0]; i++)
        if (fits(&quirks[i], board))
            return &quirks[i];
    return NULL;
}
