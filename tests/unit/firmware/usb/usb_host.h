/* SPDX-License-Identifier: MIT */
/*
 * A host for firmware/usb/core.c without a bus: a driver whose packets a test moves in both
 * directions, one control transfer at a time, and a device that may answer late.
 */
#ifndef TESTS_USB_HOST_H
#define TESTS_USB_HOST_H

#include "firmware/usb/usb.h"

enum usb_answer {
    USB_ACK,
    USB_NAK, /* the device has not answered yet: usb_host_continue() */
    USB_STALL,
};

struct usb_host {
    struct b0_usb usb;

    /* The device's calls to its driver. */
    bool connected;
    uint8_t address;
    struct {
        bool sending, receiving, stalled, open;
        uint8_t packet[512];
        size_t size;
        uint8_t *target;
        size_t room;
        unsigned opened; /* how often */
    } in[B0_USB_ENDPOINTS], out[B0_USB_ENDPOINTS];

    /* The transfer in progress. */
    struct boot0_setup setup;
    uint8_t *data;
    size_t moved;
    bool data_over;
    unsigned packets; /* of its data stage */

    /* Called before each packet of a control transfer and after the last one. May be NULL. */
    void (*between)(void *context);
    void *between_context;
};

void usb_host_plug(struct usb_host *host, const struct b0_usb_device *device);
void usb_host_reset(struct usb_host *host);

/*
 * Runs one control transfer as far as it goes. `data` has setup.wLength bytes. `moved` is the
 * number of bytes that went over the bus.
 */
enum usb_answer usb_host_control(struct usb_host *host, struct boot0_setup setup, uint8_t *data);
enum usb_answer usb_host_continue(struct usb_host *host);

/* Sends GET_DESCRIPTOR to the device. */
enum usb_answer usb_host_descriptor(struct usb_host *host, uint8_t type, uint8_t index,
                                    uint8_t *data, uint16_t length);

/*
 * For endpoints other than 0: receives the device's data as one transfer, or sends one packet to
 * the device. Returns false if the device answers NAK or STALL.
 */
bool usb_host_fetch(struct usb_host *host, uint8_t endpoint, uint8_t data[512], size_t *size);
bool usb_host_deliver(struct usb_host *host, uint8_t endpoint, const uint8_t *data, size_t size);

#endif
