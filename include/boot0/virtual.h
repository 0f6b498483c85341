/* SPDX-License-Identifier: MIT */
/*
 * Virtual boards in the same process, as a bus: for the tests of programs that use libboot0, and
 * for `boot0 --virtual`. Not part of libboot0 itself but of libboot0-virtual (static; `pkg-config
 * boot0-virtual`), which holds the models. Where the models run programs, libboot0-virtual is
 * linked with libunicorn, which is under GPL-2.
 *
 * Time is virtual: it passes only while a call waits for a board. boot0/vboard.h looks inside a
 * board: its memory, its buttons, its power, and what happened to it.
 */
#ifndef BOOT0_VIRTUAL_H
#define BOOT0_VIRTUAL_H

#include <boot0/serial.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A bus with these boards plugged in; each spec is "MODEL[:key=value,…]" as `vboard` takes it.
 * BOOT0_E_USAGE, BOOT0_E_NO_INPUT. On success the caller owns *bus: boot0_bus_close().
 */
enum boot0_status boot0_virtual_open(struct boot0_bus *bus, const char *const *specs, size_t count,
                                     struct boot0_error *error);

struct vboard;
/* The board of that index, for tests that look inside; owned by the bus. */
struct vboard *boot0_virtual_board(const struct boot0_bus *bus, size_t index);

/*
 * The UART of a virtual board of its own, as a stream: for boot0_uart_open(). BOOT0_E_USAGE (also
 * if the model has no UART bootloader), BOOT0_E_NO_INPUT. On success the caller owns *stream.
 */
enum boot0_status boot0_virtual_uart_open(struct boot0_stream *stream, const char *spec,
                                          struct boot0_error *error);

/* The board behind it, for tests that look inside; owned by the stream. */
struct vboard *boot0_virtual_uart_board(const struct boot0_stream *stream);

#ifdef __cplusplus
}
#endif
#endif
