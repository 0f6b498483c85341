/* SPDX-License-Identifier: MIT */
#include "detach.h"

#include <core/dfu.h>

/*
 * The device detaches by itself (bitWillDetach), so there is no detach timer for a bus reset, and
 * appDETACH lasts only until the request is over.
 */
static bool begin_detach(struct b0_detach *dfu, struct b0_usb *usb)
{
    dfu->detaching = true;
    b0_usb_control_done(usb);
    return true;
}

static bool send_status(struct b0_detach *dfu, struct b0_usb *usb)
{
    const struct b0_dfu_status status = {.status = BOOT0_DFU_STATUS_OK, .state = dfu->state};

    _Static_assert(sizeof dfu->answer == BOOT0_DFU_STATUS_SIZE, "GETSTATUS fits");
    b0_dfu_status_store(&status, dfu->answer);
    b0_usb_control_send(usb, dfu->answer, BOOT0_DFU_STATUS_SIZE);
    return true;
}

static bool send_state(struct b0_detach *dfu, struct b0_usb *usb)
{
    dfu->answer[0] = dfu->state;
    b0_usb_control_send(usb, dfu->answer, 1);
    return true;
}

static bool control(void *context, struct b0_usb *usb, const struct boot0_setup *setup)
{
    struct b0_detach *dfu = context;
    bool in = (setup->bmRequestType & BOOT0_USB_DIR_IN) != 0;
    struct b0_dfu_rule rule;

    if ((setup->bmRequestType & (BOOT0_USB_TYPE_MASK | BOOT0_USB_RECIPIENT_MASK)) !=
        (BOOT0_USB_TYPE_CLASS | BOOT0_USB_RECIPIENT_INTERFACE))
        return false;
    rule = b0_dfu_device_rule(dfu->state, setup->bRequest);
    if (in != (rule.action != B0_DFU_DO_DETACH)) /* wrong direction */
        return false;
    dfu->state = rule.next;
    switch (rule.action) {
    case B0_DFU_DO_DETACH:
        return begin_detach(dfu, usb);
    case B0_DFU_DO_STATUS:
        return send_status(dfu, usb);
    case B0_DFU_DO_STATE:
        return send_state(dfu, usb);
    default:
        return false;
    }
}

static void stage(void *context, struct b0_usb *usb, const struct boot0_setup *setup,
                  enum b0_usb_stage stage)
{
    struct b0_detach *dfu = context;

    (void)usb;
    (void)setup;
    (void)stage;
    if (dfu->detaching) { /* finished or dropped: the host has requested it in both cases */
        dfu->detaching = false;
        dfu->detached = true;
    }
}

static void event(void *context, struct b0_usb *usb, enum b0_usb_event event, uint8_t interface,
                  uint8_t value)
{
    struct b0_detach *dfu = context;

    (void)usb;
    (void)interface;
    (void)value;
    if (event == B0_USB_RESET)
        dfu->state = BOOT0_DFU_STATE_APP_IDLE;
}

const struct b0_usb_handlers b0_detach_handlers = {
    .control = control,
    .stage = stage,
    .event = event,
};
