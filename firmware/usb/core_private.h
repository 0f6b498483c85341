/* SPDX-License-Identifier: MIT */
/* Shared by the files of the USB device core; see usb.h for the core itself. */
#ifndef B0_FIRMWARE_USB_CORE_H
#define B0_FIRMWARE_USB_CORE_H

#include "usb.h"

/* ---- core.c: functions ---- */

/* Returns the function that an interface or an endpoint belongs to, or NULL. */
const struct b0_usb_function *b0_usb_by_interface(const struct b0_usb *usb, uint8_t interface);
const struct b0_usb_function *b0_usb_by_endpoint(const struct b0_usb *usb, uint8_t endpoint);
/* Offers a request that the core does not answer to the functions it concerns. */
bool b0_usb_offer(struct b0_usb *usb);
/* Reports the stage of a request to the function that has taken it. */
void b0_usb_tell(struct b0_usb *usb, enum b0_usb_stage stage);
/* Reports an event to one function (NULL: to none), or to all of them. */
void b0_usb_event(struct b0_usb *usb, const struct b0_usb_function *function,
                  enum b0_usb_event what, uint8_t interface, uint8_t value);
void b0_usb_event_for_all(struct b0_usb *usb, enum b0_usb_event what, uint8_t value);

/* ---- control.c: the stages of a control transfer ---- */

/* The driver has sent or received a packet on endpoint 0. */
void b0_usb_control_sent(struct b0_usb *usb);
void b0_usb_control_received(struct b0_usb *usb, size_t size);
/* Ends the current transfer on endpoint 0 without an answer. */
void b0_usb_control_drop(struct b0_usb *usb);
/* A SETUP packet: begins the next transfer and has it answered. */
void b0_usb_control_begin(struct b0_usb *usb, const uint8_t packet[8]);

/* ---- endpoints.c: the endpoints of the configuration ---- */

/*
 * Returns the offset of the next descriptor of a type at or after `offset` in the configuration, or
 * 0.
 */
uint16_t b0_usb_find_descriptor(const struct b0_usb *usb, uint16_t offset, uint8_t type);
/*
 * Returns the offset of an endpoint's descriptor, or 0 if the configuration has no such endpoint.
 */
uint16_t b0_usb_find_endpoint(const struct b0_usb *usb, uint8_t address);
struct b0_usb_endpoint b0_usb_endpoint_at(const struct b0_usb *usb, uint16_t offset);
/* Returns the word of `words` (OUT, IN) that contains an endpoint's flag, and the flag's bit. */
uint8_t *b0_usb_flags(uint8_t words[2], uint8_t endpoint);
uint8_t b0_usb_bit(uint8_t endpoint);
/* Closes the endpoints of the old configuration and opens those of the new one; 0: none. */
void b0_usb_configure(struct b0_usb *usb, uint8_t value);

/* ---- standard.c ---- */

/* Answers a standard request (USB 2.0, 9.4). False: not supported, to be stalled. */
bool b0_usb_standard(struct b0_usb *usb);

#endif
