/* SPDX-License-Identifier: MIT */
/*
 * The page's services for the library: functions of JavaScript (web/boot0.js), each imported from
 * the module "boot0". Those marked SUSPENDS may take time: JavaScript Promise Integration suspends
 * the library until their promise resolves. They can be called only below an export that returns a
 * promise, and one such export runs at a time: all of them share one stack. So does the sleep of
 * base/platform/wasi.
 */
#ifndef B0_WEB_HOST_H
#define B0_WEB_HOST_H

#include <boot0/serial.h>
#include <stddef.h>
#include <stdint.h>

#define HOST(name) __attribute__((import_module("boot0"), import_name(#name)))
#define SUSPENDS

/* ---- WebUSB: the one board that the user has chosen ---- */

/* Whether it is there now, maybe under another id: its serial number identifies it. */
HOST(usb_scan) SUSPENDS uint32_t web_host_usb_scan(void);
/* If so: its device descriptor, followed by the configuration; returns the length. */
HOST(usb_descriptors) uint32_t web_host_usb_descriptors(uint8_t *bytes, uint32_t size);
/* How often it has arrived so far: 1 at first. */
HOST(usb_arrival) uint32_t web_host_usb_arrival(void);
/* These return an enum boot0_status. */
HOST(usb_open) SUSPENDS uint32_t web_host_usb_open(void);
HOST(usb_select) SUSPENDS uint32_t web_host_usb_select(uint32_t interface, uint32_t alternate);
HOST(usb_close) SUSPENDS void web_host_usb_close(void);
/* Returns the number of transferred bytes, or a negative enum boot0_xfer. */
HOST(usb_control)
SUSPENDS int32_t web_host_usb_control(const struct boot0_setup *setup, uint8_t *data,
                                      uint32_t timeout_ms);
/* Returns an enum boot0_xfer. */
HOST(usb_reset) SUSPENDS uint32_t web_host_usb_reset(void);
/* Waits until it arrives or leaves. */
HOST(usb_wait) SUSPENDS void web_host_usb_wait(uint32_t timeout_ms);

/* ---- Web Serial: the one port that the user has chosen ---- */

/* These return an enum boot0_xfer. */
HOST(serial_send)
SUSPENDS uint32_t web_host_serial_send(const uint8_t *bytes, uint32_t size, uint32_t timeout_ms);
HOST(serial_set)
SUSPENDS uint32_t web_host_serial_set(uint32_t baud, uint32_t even_parity, uint32_t dtr,
                                      uint32_t rts);
/* Returns the number of received bytes, or a negative enum boot0_xfer. */
HOST(serial_receive)
SUSPENDS int32_t web_host_serial_receive(uint8_t *bytes, uint32_t size, uint32_t timeout_ms);
HOST(serial_close) SUSPENDS void web_host_serial_close(void);

/* ---- during a call ---- */

/* Whether the user allows the loss of an enum boot0_install_loss: 1, otherwise 0. */
HOST(may_lose) SUSPENDS uint32_t web_host_may_lose(uint32_t loss);

/* Numbers of struct boot0_progress; returns 0 to continue, otherwise stops. */
HOST(progress)
uint32_t web_host_progress(uint32_t phase, double done, double total, double elapsed_us,
                           double expected_us, double left_us);
/* A JSON object: a note or a plan (describe.h). */
HOST(event) void web_host_event(const char *json, uint32_t size);

#endif
