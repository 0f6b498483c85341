/* SPDX-License-Identifier: MIT */
#include "dfu_util_way.h"

#include <core/bytes.h>
#include <core/dfu.h>
#include <string.h>

enum {
    TIMEOUT_MS = 20000,
    BLOCK_MAX = 4096,
};

struct dfu {
    const struct boot0_transport *transport;
    bool failed;
};

static size_t request(struct dfu *dfu, uint8_t code, uint16_t value, uint8_t *data, uint16_t length)
{
    bool in = code == BOOT0_DFU_GETSTATUS;
    const struct boot0_setup setup = {
        .bmRequestType = (uint8_t)((in ? BOOT0_USB_DIR_IN : 0) | BOOT0_USB_TYPE_CLASS |
                                   BOOT0_USB_RECIPIENT_INTERFACE),
        .bRequest = code,
        .wValue = value,
        .wLength = length,
    };
    size_t actual = 0;

    if (!dfu->failed)
        dfu->failed = dfu->transport->ops->control(dfu->transport->context, &setup, data, &actual,
                                                   TIMEOUT_MS) != BOOT0_XFER_OK;
    return actual;
}

static struct b0_dfu_status status_of(struct dfu *dfu)
{
    struct b0_dfu_status status = {.state = BOOT0_DFU_STATE_ERROR};
    uint8_t bytes[BOOT0_DFU_STATUS_SIZE];

    if (request(dfu, BOOT0_DFU_GETSTATUS, 0, bytes, sizeof bytes) == sizeof bytes)
        status = b0_dfu_status_load(bytes);
    return status;
}

static void download(struct dfu *dfu, uint16_t block, uint8_t *data, uint16_t length)
{
    struct b0_dfu_status status;

    request(dfu, BOOT0_DFU_DNLOAD, block, data, length);
    do {
        status = status_of(dfu);
        if (!dfu->failed && status.state == BOOT0_DFU_STATE_DNBUSY)
            dfu->transport->ops->wait(dfu->transport->context, status.poll_timeout_ms * 1000);
    } while (!dfu->failed && status.state == BOOT0_DFU_STATE_DNBUSY);
    dfu->failed = dfu->failed || status.state != BOOT0_DFU_STATE_DNLOAD_IDLE;
}

static void command(struct dfu *dfu, uint8_t code, uint32_t address)
{
    uint8_t bytes[5] = {code};

    b0_store32(bytes + 1, address);
    download(dfu, 0, bytes, sizeof bytes);
}

static void erase(struct dfu *dfu, const struct dfu_util_piece *piece, uint32_t *erased_end,
                  uint32_t (*sector)(uint32_t address, uint32_t *size))
{
    for (uint32_t at = piece->address; at < piece->address + piece->size && !dfu->failed;) {
        uint32_t size, start = sector(at, &size);

        if (start >= *erased_end)
            command(dfu, BOOT0_DFUSE_ERASE, start);
        *erased_end = start + size;
        at = start + size;
    }
}

static void write_piece(struct dfu *dfu, const struct dfu_util_piece *piece, uint16_t transfer_size)
{
    uint8_t block[BLOCK_MAX];

    for (uint32_t done = 0; done < piece->size && !dfu->failed; done += transfer_size) {
        uint32_t left = piece->size - done;
        uint16_t size = left < transfer_size ? (uint16_t)left : transfer_size;

        memcpy(block, piece->data + done, size);
        command(dfu, BOOT0_DFUSE_SET_ADDRESS, piece->address + done);
        download(dfu, 2, block, size);
    }
}

bool dfu_util_write(const struct boot0_transport *transport, const struct dfu_util_piece *pieces,
                    size_t count, uint16_t transfer_size,
                    uint32_t (*sector)(uint32_t address, uint32_t *size))
{
    struct dfu dfu = {.transport = transport};
    uint32_t erased_end = 0;

    if (transfer_size == 0 || transfer_size > BLOCK_MAX)
        return false;
    dfu.failed = transport->ops->select(transport->context, 0, 0, NULL) != BOOT0_OK;
    if (status_of(&dfu).state == BOOT0_DFU_STATE_ERROR)
        request(&dfu, BOOT0_DFU_CLRSTATUS, 0, NULL, 0);
    request(&dfu, BOOT0_DFU_ABORT, 0, NULL, 0);
    for (size_t i = 0; i < count; i++)
        erase(&dfu, &pieces[i], &erased_end, sector);
    for (size_t i = 0; i < count; i++)
        write_piece(&dfu, &pieces[i], transfer_size);
    request(&dfu, BOOT0_DFU_ABORT, 0, NULL, 0);
    return !dfu.failed;
}

uint32_t dfu_util_sector_f4(uint32_t address, uint32_t *size)
{
    uint32_t offset = address & 0xfffff;

    *size = offset < 0x10000 ? 0x4000 : offset < 0x20000 ? 0x10000 : 0x20000;
    return address & ~(*size - 1);
}
