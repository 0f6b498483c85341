/* SPDX-License-Identifier: MIT */
/* The device side of control transfers on endpoint 0: USB 2.0, 8.5.3. */
#include "core_private.h"

#include <core/bytes.h>

/* State of the control transfer on endpoint 0. */
enum phase {
    PHASE_IDLE,      /* between transfers, or after a stall */
    PHASE_DECIDING,  /* a SETUP arrived; its taker has not answered yet */
    PHASE_SENDING,   /* data to the host */
    PHASE_ENDING,    /* all data sent: waiting for the host's empty packet */
    PHASE_RECEIVING, /* data from the host */
    PHASE_RECEIVED,  /* all data arrived; its taker has not answered yet */
    PHASE_DONE,      /* our empty packet is being sent */
};

static void send_packet(struct b0_usb *usb)
{
    bool is_full = usb->left >= B0_USB_CONTROL_PACKET;
    uint16_t size = is_full ? (uint16_t)B0_USB_CONTROL_PACKET : usb->left;
    const uint8_t *data = usb->source;

    if (!is_full)
        usb->zero_packet = false;
    usb->source += size;
    usb->left = (uint16_t)(usb->left - size);
    usb->driver->send(usb->driver_context, B0_USB_IN(0), data, size);
}

static void receive_packet(struct b0_usb *usb)
{
    uint16_t size = usb->left < B0_USB_CONTROL_PACKET ? usb->left : B0_USB_CONTROL_PACKET;

    usb->driver->receive(usb->driver_context, B0_USB_OUT(0), usb->target, size);
}

void b0_usb_control_send(struct b0_usb *usb, const uint8_t *data, size_t size)
{
    if (usb->phase != PHASE_DECIDING)
        return;
    if ((usb->setup.bmRequestType & BOOT0_USB_DIR_IN) == 0 || usb->setup.wLength == 0) {
        b0_usb_control_stall(usb);
        return;
    }
    /* USB 2.0, 8.5.3.2: an answer shorter than requested ends with a short packet. */
    usb->zero_packet = size < usb->setup.wLength;
    usb->source = data;
    usb->left = size < usb->setup.wLength ? (uint16_t)size : usb->setup.wLength;
    usb->phase = PHASE_SENDING;
    send_packet(usb);
}

void b0_usb_control_receive(struct b0_usb *usb, uint8_t *data)
{
    if (usb->phase != PHASE_DECIDING)
        return;
    if ((usb->setup.bmRequestType & BOOT0_USB_DIR_IN) != 0 || usb->setup.wLength == 0) {
        b0_usb_control_stall(usb);
        return;
    }
    usb->target = data;
    usb->left = usb->setup.wLength;
    usb->phase = PHASE_RECEIVING;
    receive_packet(usb);
}

void b0_usb_control_done(struct b0_usb *usb)
{
    bool has_data = usb->setup.wLength > 0;

    if (usb->phase != PHASE_RECEIVED && (usb->phase != PHASE_DECIDING || has_data)) {
        if (usb->phase == PHASE_DECIDING)
            b0_usb_control_stall(usb);
        return;
    }
    usb->phase = PHASE_DONE;
    usb->driver->send(usb->driver_context, B0_USB_IN(0), usb->scratch, 0);
}

static void stall_endpoint(struct b0_usb *usb, uint8_t address)
{
    const struct b0_usb_endpoint endpoint = {
        .address = address, .packet_size = B0_USB_CONTROL_PACKET, .packets = 1};

    usb->driver->endpoint(usb->driver_context, &endpoint, B0_USB_STALL);
}

void b0_usb_control_stall(struct b0_usb *usb)
{
    if (usb->phase != PHASE_DECIDING && usb->phase != PHASE_RECEIVED)
        return;
    usb->phase = PHASE_IDLE;
    usb->taker = NULL;
    stall_endpoint(usb, B0_USB_IN(0));
    stall_endpoint(usb, B0_USB_OUT(0));
}

const struct boot0_setup *b0_usb_control_pending(const struct b0_usb *usb)
{
    bool undecided = usb->phase == PHASE_DECIDING || usb->phase == PHASE_RECEIVED;

    return undecided && usb->taker ? &usb->setup : NULL;
}

void b0_usb_control_sent(struct b0_usb *usb)
{
    if (usb->phase == PHASE_SENDING) {
        if (usb->left > 0 || usb->zero_packet) {
            send_packet(usb);
            return;
        }
        usb->phase = PHASE_ENDING;
        usb->driver->receive(usb->driver_context, B0_USB_OUT(0), usb->scratch, 0);
    } else if (usb->phase == PHASE_DONE) {
        usb->phase = PHASE_IDLE;
        b0_usb_tell(usb, B0_USB_FINISHED);
    }
}

void b0_usb_control_received(struct b0_usb *usb, size_t size)
{
    if (usb->phase == PHASE_ENDING) {
        usb->phase = PHASE_IDLE;
        b0_usb_tell(usb, B0_USB_FINISHED);
    } else if (usb->phase == PHASE_RECEIVING) {
        bool is_short = size < B0_USB_CONTROL_PACKET && size < usb->left;

        usb->target += size;
        usb->left = (uint16_t)(usb->left - size);
        if (usb->left > 0 && !is_short) {
            receive_packet(usb);
            return;
        }
        usb->phase = PHASE_RECEIVED;
        if (usb->left > 0) { /* the host sent less than it announced */
            b0_usb_tell(usb, B0_USB_DROPPED);
            b0_usb_control_stall(usb);
        } else {
            b0_usb_tell(usb, B0_USB_RECEIVED);
        }
    }
}

/* Ends the current transfer on endpoint 0 without an answer. */
void b0_usb_control_drop(struct b0_usb *usb)
{
    uint8_t phase = usb->phase;

    usb->phase = PHASE_IDLE;
    /* After our last data packet the host has everything, whether or not it acknowledges. */
    if (phase == PHASE_ENDING)
        b0_usb_tell(usb, B0_USB_FINISHED);
    else if (phase != PHASE_IDLE)
        b0_usb_tell(usb, B0_USB_DROPPED);
}

/* Answers vendor requests for constant data. */
static bool vendor_answer(struct b0_usb *usb)
{
    const struct boot0_setup *setup = &usb->setup;

    if (setup->bmRequestType !=
        (BOOT0_USB_DIR_IN | BOOT0_USB_TYPE_VENDOR | BOOT0_USB_RECIPIENT_DEVICE))
        return false;
    for (size_t i = 0; i < usb->device->vendor_answer_count; i++) {
        const struct b0_usb_vendor_answer *row = &usb->device->vendor_answers[i];

        if (row->bRequest == setup->bRequest && row->wValue == setup->wValue &&
            row->wIndex == setup->wIndex) {
            b0_usb_control_send(usb, row->data, row->size);
            return true;
        }
    }
    return false;
}

void b0_usb_control_begin(struct b0_usb *usb, const uint8_t packet[8])
{
    bool taken;

    b0_usb_control_drop(usb);
    usb->setup = (struct boot0_setup){
        .bmRequestType = packet[0],
        .bRequest = packet[1],
        .wValue = b0_load16(packet + 2),
        .wIndex = b0_load16(packet + 4),
        .wLength = b0_load16(packet + 6),
    };
    usb->phase = PHASE_DECIDING;
    if ((usb->setup.bmRequestType & BOOT0_USB_TYPE_MASK) == BOOT0_USB_TYPE_STANDARD)
        taken = b0_usb_standard(usb);
    else
        taken = vendor_answer(usb) || b0_usb_offer(usb);
    if (!taken)
        b0_usb_control_stall(usb);
}
