/* SPDX-License-Identifier: MIT */
/* Common to all bootloader models: DFU 1.1, 3 and 6. */
#include "dfu.h"

#include "../board/board.h"

#include <string.h>

/* Clears everything except board and row. */
static void clear(struct vboard_dfu *dfu)
{
    struct vboard *board = dfu->board;
    const struct vboard_rom *rom = dfu->rom;

    memset(dfu, 0, sizeof *dfu);
    dfu->board = board;
    dfu->rom = rom;
}

void vboard_dfu_start(struct vboard_dfu *dfu)
{
    clear(dfu);
    dfu->state = dfu->rom->start_state;
    dfu->status = dfu->rom->start_status;
}

void vboard_dfu_power_off(void *context)
{
    clear(context);
}

uint8_t vboard_dfu_state(const void *context)
{
    const struct vboard_dfu *dfu = context;

    return dfu->state;
}

static bool is_request(const struct boot0_setup *setup)
{
    bool in = setup->bRequest == BOOT0_DFU_UPLOAD || setup->bRequest == BOOT0_DFU_GETSTATUS ||
              setup->bRequest == BOOT0_DFU_GETSTATE;

    return setup->bmRequestType ==
           ((in ? BOOT0_USB_DIR_IN : 0) | BOOT0_USB_TYPE_CLASS | BOOT0_USB_RECIPIENT_INTERFACE);
}

bool vboard_dfu_route(struct vboard_dfu *dfu, const struct boot0_setup *setup)
{
    const struct vboard_alternate *alternate = vboard_usb_alternate(dfu->board, setup->wIndex);
    bool free = dfu->state == BOOT0_DFU_STATE_IDLE || dfu->state == BOOT0_DFU_STATE_ERROR;

    if (!is_request(setup) || !alternate)
        return false;
    if (!free && dfu->alternate && dfu->alternate->interface != alternate->interface)
        return false;
    dfu->alternate = alternate;
    return true;
}

enum boot0_xfer vboard_dfu_refuse(struct vboard_dfu *dfu, uint8_t status)
{
    if (dfu->state != BOOT0_DFU_STATE_ERROR)
        dfu->status = status;
    dfu->state = BOOT0_DFU_STATE_ERROR;
    return BOOT0_XFER_STALL;
}

enum boot0_xfer vboard_dfu_answer_status(struct vboard_dfu *dfu, const struct boot0_setup *setup,
                                         uint32_t poll_ms, uint8_t *data, size_t *actual)
{
    const struct b0_dfu_status status = {
        .status = dfu->status,
        .poll_timeout_ms = poll_ms,
        .state = dfu->state,
    };
    uint8_t bytes[BOOT0_DFU_STATUS_SIZE];

    b0_dfu_status_store(&status, bytes);
    return vboard_usb_answer(setup, bytes, sizeof bytes, data, actual);
}

enum boot0_xfer vboard_dfu_answer_state(struct vboard_dfu *dfu, const struct boot0_setup *setup,
                                        uint8_t *data, size_t *actual)
{
    return vboard_usb_answer(setup, &dfu->state, 1, data, actual);
}

enum boot0_xfer vboard_dfu_interrupt(struct vboard_dfu *dfu, const struct boot0_setup *setup,
                                     uint8_t *data, size_t *actual)
{
    uint32_t poll_ms = dfu->board->settings.poll_ms[dfu->command];

    switch ((enum vboard_busy_behaviour)dfu->rom->busy_behaviour[dfu->command]) {
    case VBOARD_BUSY_ANSWERS:
        if (setup->bRequest == BOOT0_DFU_GETSTATUS)
            return vboard_dfu_answer_status(dfu, setup, poll_ms, data, actual);
        break;
    case VBOARD_BUSY_BREAKS:
        return vboard_dfu_refuse(dfu, BOOT0_DFU_STATUS_ERR_STALLEDPKT);
    case VBOARD_BUSY_STALLS:
    case VBOARD_BUSY_NAKS:
    case VBOARD_BUSY_NEVER:
        break;
    }
    return BOOT0_XFER_STALL;
}

enum boot0_xfer vboard_dfu_take(struct vboard_dfu *dfu, const struct boot0_setup *setup,
                                const uint8_t *data, size_t *actual)
{
    /* A G431 stalls 2048 bytes with errSTALLEDPKT and takes 1024 (web-stm32-updater, issue 3). */
    if (setup->wLength > vboard_usb_transfer_size(&dfu->rom->usb, dfu->alternate))
        return vboard_dfu_refuse(dfu, BOOT0_DFU_STATUS_ERR_STALLEDPKT);
    if (setup->wLength > 0)
        memcpy(dfu->data, data, setup->wLength);
    dfu->block = setup->wValue;
    dfu->block_size = setup->wLength;
    *actual = setup->wLength;
    return BOOT0_XFER_OK;
}
