/* What all the bootloader models do alike: DFU 1.1, 3 and 6. */
#include "rom.h"

#include <string.h>

static bool is_request(const struct boot0_setup *setup)
{
    bool in = setup->request == B0_DFU_UPLOAD || setup->request == B0_DFU_GETSTATUS ||
              setup->request == B0_DFU_GETSTATE;

    return setup->request_type ==
           ((in ? B0_USB_DIR_IN : 0) | B0_USB_TYPE_CLASS | B0_USB_RECIPIENT_INTERFACE);
}

bool vboard_dfu_route(struct vboard *board, const struct boot0_setup *setup)
{
    struct vboard_dfu *dfu = &board->dfu;
    const struct vboard_alternate *alternate = vboard_usb_alternate(board, setup->index);
    bool free = dfu->state == B0_DFU_STATE_IDLE || dfu->state == B0_DFU_STATE_ERROR;

    if (!is_request(setup) || !alternate)
        return false;
    if (!free && dfu->alternate && dfu->alternate->interface != alternate->interface)
        return false;
    dfu->alternate = alternate;
    return true;
}

enum boot0_xfer vboard_dfu_refuse(struct vboard *board, uint8_t status)
{
    if (board->dfu.state != B0_DFU_STATE_ERROR)
        board->dfu.status = status;
    board->dfu.state = B0_DFU_STATE_ERROR;
    return B0_XFER_STALL;
}

static enum boot0_xfer answer(const struct boot0_setup *setup, const uint8_t *bytes, size_t size,
                              uint8_t *data, size_t *actual)
{
    *actual = setup->length < size ? setup->length : size;
    if (*actual > 0)
        memcpy(data, bytes, *actual);
    return B0_XFER_OK;
}

enum boot0_xfer vboard_dfu_answer_status(struct vboard *board, const struct boot0_setup *setup,
                                         uint32_t poll_ms, uint8_t *data, size_t *actual)
{
    const struct b0_dfu_status status = {
        .status = board->dfu.status,
        .poll_timeout_ms = poll_ms,
        .state = board->dfu.state,
    };
    uint8_t bytes[B0_DFU_STATUS_SIZE];

    b0_dfu_status_store(&status, bytes);
    return answer(setup, bytes, sizeof bytes, data, actual);
}

enum boot0_xfer vboard_dfu_answer_state(struct vboard *board, const struct boot0_setup *setup,
                                        uint8_t *data, size_t *actual)
{
    return answer(setup, &board->dfu.state, 1, data, actual);
}

enum boot0_xfer vboard_dfu_interrupt(struct vboard *board, const struct boot0_setup *setup,
                                     uint8_t *data, size_t *actual)
{
    switch ((enum vboard_manner)board->rom->manner[board->dfu.job]) {
    case VBOARD_SAYS_BUSY:
        if (setup->request == B0_DFU_GETSTATUS)
            return vboard_dfu_answer_status(board, setup, board->settings.poll_ms[board->dfu.job],
                                            data, actual);
        break;
    case VBOARD_BREAKS:
        return vboard_dfu_refuse(board, B0_DFU_STATUS_ERR_STALLEDPKT);
    case VBOARD_STALLS:
    case VBOARD_NAKS:
    case VBOARD_DOES_AT_ONCE:
        break;
    }
    return B0_XFER_STALL;
}

enum boot0_xfer vboard_dfu_take(struct vboard *board, const struct boot0_setup *setup,
                                const uint8_t *data, size_t *actual)
{
    struct vboard_dfu *dfu = &board->dfu;

    /* A G431 stalls 2048 bytes with errSTALLEDPKT and takes 1024 (web-stm32-updater, issue 3). */
    if (setup->length > vboard_usb_transfer_size(&board->rom->usb, dfu->alternate))
        return vboard_dfu_refuse(board, B0_DFU_STATUS_ERR_STALLEDPKT);
    if (setup->length > 0)
        memcpy(dfu->data, data, setup->length);
    dfu->block = setup->value;
    dfu->block_size = setup->length;
    *actual = setup->length;
    return B0_XFER_OK;
}
