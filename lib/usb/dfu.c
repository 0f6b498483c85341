/* SPDX-License-Identifier: MIT */
/* DfuSe and plain DFU as session protocols: runs the engine's operations over a transport. */
#include "../backend.h"
#include "../board/program_unit.h"
#include "device.h"
#include "link.h"
#include "quirks.h"

#include <stdlib.h>

struct dfu {
    struct b0_protocol protocol; /* first member: pointers to both convert */
    const struct boot0_board *board;
    struct b0_link link;
    int selected;       /* index of the board's current alternate; -1: unknown */
    bool ignore_cancel; /* while returning to idle */
};

static struct dfu *dfu_of(struct b0_protocol *protocol)
{
    return (struct dfu *)protocol;
}

/* The link calls this after every step. */
static bool tick(void *context)
{
    struct dfu *dfu = context;

    dfu->protocol.done = dfu->link.engine.done;
    return dfu->ignore_cancel || dfu->protocol.tick(dfu->protocol.context);
}

/* False if a retry would fail again: the board gave a reason or is gone. */
static bool retryable(const struct b0_engine *engine, enum boot0_status status)
{
    static const bool by_failure[] = {
        [B0_FAIL_NONE] = false,   [B0_FAIL_STATUS] = false, [B0_FAIL_STALL] = true,
        [B0_FAIL_TIMEOUT] = true, [B0_FAIL_GONE] = false,   [B0_FAIL_TRANSFER] = true,
        [B0_FAIL_SHORT] = true,   [B0_FAIL_STATE] = true,
    };

    return status != BOOT0_OK && status != BOOT0_E_CANCELLED && by_failure[engine->failure];
}

/* Runs the operation that was begun on the engine. */
static enum boot0_status run(struct dfu *dfu, const char *doing, const uint32_t *address,
                             struct boot0_error *error)
{
    struct b0_task task = {
        .doing = doing, .has_address = address != NULL, .address = address ? *address : 0};
    enum boot0_status status;

    status = b0_link_run(&dfu->link, &task, error);
    dfu->protocol.done = dfu->link.engine.done;
    dfu->protocol.transfers = dfu->link.transfers;
    dfu->protocol.retryable = retryable(&dfu->link.engine, status);
    return status;
}

/* Selects an alternate. */
static enum boot0_status use(struct dfu *dfu, int memory, struct boot0_error *error)
{
    const struct boot0_transport *transport = &dfu->link.transport;
    const struct boot0_alternate *alternate = &dfu->board->alternates[memory];
    enum boot0_status status;

    dfu->protocol.done = 0;
    dfu->protocol.retryable = false;
    if (dfu->selected == memory)
        return BOOT0_OK;
    status = transport->ops->select(transport->context, alternate->interface, alternate->alternate,
                                    error);
    dfu->selected = status == BOOT0_OK ? memory : -1;
    b0_engine_forget(&dfu->link.engine);
    return status;
}

static enum boot0_status return_to_idle(struct b0_protocol *protocol, struct boot0_error *error)
{
    struct dfu *dfu = dfu_of(protocol);
    int flash = dfu->board->flash_alternate;
    enum boot0_status status = BOOT0_OK;

    /* Linux requires a claimed interface for class requests. */
    if (dfu->selected < 0)
        status = use(dfu, flash >= 0 ? flash : 0, error);
    if (status != BOOT0_OK)
        return status;
    dfu->ignore_cancel = true;
    b0_engine_idle(&dfu->link.engine);
    status = run(dfu, "returning the board to dfuIDLE", NULL, error);
    dfu->ignore_cancel = false;
    return status;
}

/* ---- DfuSe ---- */

static enum boot0_status dfuse_read(struct b0_protocol *protocol, int memory, uint32_t address,
                                    uint8_t *data, uint32_t size, struct boot0_error *error)
{
    struct dfu *dfu = dfu_of(protocol);
    enum boot0_status status = use(dfu, memory, error);

    if (status != BOOT0_OK)
        return status;
    b0_engine_read(&dfu->link.engine, address, data, size);
    return run(dfu, "reading", &address, error);
}

static enum boot0_status dfuse_write(struct b0_protocol *protocol, int memory, uint32_t address,
                                     const uint8_t *data, uint32_t size, struct boot0_error *error)
{
    struct dfu *dfu = dfu_of(protocol);
    enum boot0_status status = use(dfu, memory, error);

    if (status != BOOT0_OK)
        return status;
    b0_engine_write(&dfu->link.engine, address, data, size);
    return run(dfu, "writing", &address, error);
}

static enum boot0_status dfuse_erase(struct b0_protocol *protocol, int memory, enum b0_erase what,
                                     uint32_t address, struct boot0_error *error)
{
    struct dfu *dfu = dfu_of(protocol);
    struct b0_engine *engine = &dfu->link.engine;
    enum boot0_status status = use(dfu, memory, error);

    if (status != BOOT0_OK)
        return status;
    switch (what) {
    case B0_ERASE_ALL:
        b0_engine_mass_erase(engine);
        return run(dfu, "erasing the whole flash", NULL, error);
    case B0_ERASE_UNPROTECT:
        b0_engine_read_unprotect(engine);
        return run(dfu, "removing read protection", NULL, error);
    default:
        b0_engine_erase(engine, address);
        return run(dfu, "erasing the sector", &address, error);
    }
}

static enum boot0_status dfuse_leave(struct b0_protocol *protocol, uint32_t address,
                                     struct boot0_error *error)
{
    struct dfu *dfu = dfu_of(protocol);
    int flash = dfu->board->flash_alternate;
    enum boot0_status status = use(dfu, flash >= 0 ? flash : 0, error);

    if (status != BOOT0_OK)
        return status;
    b0_engine_leave(&dfu->link.engine, address);
    return run(dfu, "starting the program", &address, error);
}

/* ---- plain DFU ---- */

static enum boot0_status plain_read(struct b0_protocol *protocol, int memory, uint32_t address,
                                    uint8_t *data, uint32_t size, struct boot0_error *error)
{
    struct dfu *dfu = dfu_of(protocol);
    enum boot0_status status = use(dfu, memory, error);

    (void)address;
    if (status != BOOT0_OK)
        return status;
    b0_engine_upload(&dfu->link.engine, data, size);
    return run(dfu, "reading", NULL, error);
}

static enum boot0_status plain_write(struct b0_protocol *protocol, int memory, uint32_t address,
                                     const uint8_t *data, uint32_t size, struct boot0_error *error)
{
    struct dfu *dfu = dfu_of(protocol);
    enum boot0_status status = use(dfu, memory, error);

    (void)address;
    if (status != BOOT0_OK)
        return status;
    b0_engine_download(&dfu->link.engine, data, size);
    return run(dfu, "writing", NULL, error);
}

/* DFU 1.1, 6.1.5: a device that is not manifestation tolerant waits for a bus reset. */
static enum boot0_status plain_leave(struct b0_protocol *protocol, uint32_t address,
                                     struct boot0_error *error)
{
    struct dfu *dfu = dfu_of(protocol);
    const struct boot0_transport *transport = &dfu->link.transport;

    (void)address;
    if (transport->ops->reset(transport->context) != BOOT0_XFER_ERROR)
        return BOOT0_OK;
    boot0_fail(error, BOOT0_E_IO, "the USB reset that starts the program failed");
    return boot0_hint(error, "Press the board's reset button, or plug it in again.");
}

static void close_dfu(struct b0_protocol *protocol)
{
    free(dfu_of(protocol));
}

static const struct b0_protocol_ops dfuse_ops = {
    .return_to_idle = return_to_idle,
    .read = dfuse_read,
    .write = dfuse_write,
    .erase = dfuse_erase,
    .leave = dfuse_leave,
    .close = close_dfu,
};

static const struct b0_protocol_ops plain_ops = {
    .return_to_idle = return_to_idle,
    .read = plain_read,
    .write = plain_write,
    .erase = NULL,
    .leave = plain_leave,
    .close = close_dfu,
};

static struct b0_protocol *open_board(const struct boot0_transport *transport,
                                      const struct boot0_board *board, bool patient)
{
    const struct b0_quirk *quirk = b0_quirk_find(board);
    struct b0_engine_config config = {
        .interface = board->alternates[0].interface,
        .transfer_size = board->transfer_size,
        .dfuse = board->has_addresses,
    };
    struct dfu *dfu = calloc(1, sizeof *dfu);

    if (!dfu)
        return NULL;
    if (quirk) {
        config.quirks = quirk->engine;
        dfu->protocol.whole_blocks = quirk->whole_blocks;
        dfu->protocol.program_unit = quirk->program_unit;
    }
    if (dfu->protocol.program_unit == 0)
        dfu->protocol.program_unit = b0_program_unit(board);
    dfu->protocol.erases_to_zero = b0_erases_to_zero(board);
    if (patient)
        config.quirks.poll_early = false;
    b0_engine_init(&dfu->link.engine, &config);
    dfu->protocol.ops = board->has_addresses ? &dfuse_ops : &plain_ops;
    dfu->protocol.block_size = dfu->link.engine.config.transfer_size;
    dfu->board = board;
    dfu->link.transport = *transport;
    dfu->link.tick = (struct b0_tick){tick, dfu};
    dfu->selected = -1;
    return &dfu->protocol;
}

/* DFU 1.1, 5.1. A bootloader may return to its program on this request. */
static enum boot0_status detach(const struct boot0_transport *transport,
                                const struct boot0_board *board, struct boot0_error *error)
{
    struct b0_engine_config config = {.interface = board->alternates[0].interface};
    struct b0_task task = {.doing = "rebooting the program into DFU mode"};
    struct b0_link link = {.transport = *transport};
    enum boot0_status status = transport->ops->select(
        transport->context, board->alternates[0].interface, board->alternates[0].alternate, error);

    if (status != BOOT0_OK)
        return status;
    b0_engine_init(&link.engine, &config);
    b0_engine_detach(&link.engine, board->detach_timeout_ms);
    status = b0_link_run(&link, &task, error);
    if (status == BOOT0_OK && board->mode == BOOT0_MODE_RUNTIME &&
        !(board->attributes & BOOT0_DFU_WILL_DETACH))
        transport->ops->reset(transport->context);
    return status;
}

const struct boot0_backend b0_usb_backend = {
    .name = "usb",
    .probe = b0_device_probe,
    .open = open_board,
    .detach = detach,
};
