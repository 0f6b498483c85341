/* SPDX-License-Identifier: MIT */
/* See touch_reset.h. A table of devices, each with a sequence of DTR, RTS and speeds, and bytes. */
#include "touch_reset.h"

#include <core/array.h>
#include <string.h>

enum {
    STEPS_MAX = 6,
    SEND_MS = 1000,
    SETTLE_US = 50000, /* before closing the port, which changes DTR */
};

struct step {
    uint32_t baud;
    bool dtr, rts;
    uint16_t wait_ms;
};

struct b0_touch_reset {
    uint16_t vendor; /* 0: any */
    uint16_t product;
    bool when_asked; /* other devices also use this id */
    struct step steps[STEPS_MAX];
    size_t step_count;
    const char *magic; /* sent at the end; NULL: none */
};

/*
 * Changes of both lines, the last one a falling edge of DTR and nothing after it, then the magic
 * bytes: Arduino_Tools, maple_upload's upload_reset.c. A libmaple program expects them right after
 * that edge (usb_serial.cpp); STM32duino's dtr_togglingHook() gets them after four changes.
 */
#define MAPLE_STEPS                                                                                \
    .steps = {{9600, false, false, 0},                                                             \
              {9600, true, false, 50},                                                             \
              {9600, false, false, 0},                                                             \
              {9600, true, true, 50},                                                              \
              {9600, false, true, 50}},                                                            \
    .step_count = 5, .magic = "1EAF"

static const struct b0_touch_reset entries[] = {
    {.vendor = BOOT0_VENDOR_LEAFLABS, .product = BOOT0_PRODUCT_MAPLE_SERIAL, MAPLE_STEPS},
    /* ST's id for a virtual COM port: STM32duino's programs use it, and many others. */
    {.vendor = BOOT0_VENDOR_ST,
     .product = BOOT0_PRODUCT_ST_SERIAL,
     .when_asked = true,
     MAPLE_STEPS},
    /* The touch of Arduino boards: the port is closed, or DTR falls, at 1200 baud. */
    {.when_asked = true,
     .steps = {{1200, true, true, 50}, {1200, false, false, 50}},
     .step_count = 2},
};

const struct b0_touch_reset *b0_touch_reset_find(const struct boot0_candidate *candidate,
                                                 bool asked)
{
    for (size_t i = 0; i < B0_LENGTH(entries); i++)
        if ((asked || !entries[i].when_asked) &&
            (entries[i].vendor == 0 ||
             (entries[i].vendor == candidate->vendor && entries[i].product == candidate->product)))
            return &entries[i];
    return NULL;
}

/* A program that enters the bootloader may disappear at any step. */
static enum boot0_status fail(enum boot0_xfer result, struct boot0_error *error)
{
    if (result == BOOT0_XFER_GONE)
        return BOOT0_OK;
    boot0_fail(error, BOOT0_E_IO, "the program's serial port does not accept the request");
    return boot0_hint(error, "Plug the board in again, or bring it into DFU mode with its button.");
}

enum boot0_status b0_touch_reset_play(const struct b0_touch_reset *entry,
                                      const struct boot0_stream *stream, struct boot0_error *error)
{
    enum boot0_xfer result = BOOT0_XFER_OK;

    for (size_t i = 0; i < entry->step_count; i++) {
        const struct step *step = &entry->steps[i];
        const struct boot0_line line = {.baud = step->baud, .dtr = step->dtr, .rts = step->rts};

        result = stream->ops->set(stream->context, &line);
        if (result != BOOT0_XFER_OK)
            return fail(result, error);
        if (step->wait_ms > 0)
            stream->ops->wait(stream->context, step->wait_ms * 1000u);
    }
    if (entry->magic)
        result = stream->ops->send(stream->context, (const uint8_t *)entry->magic,
                                   strlen(entry->magic), SEND_MS);
    if (result != BOOT0_XFER_OK)
        return fail(result, error);
    stream->ops->wait(stream->context, SETTLE_US);
    return BOOT0_OK;
}
