/* SPDX-License-Identifier: MIT */
/*
 * Virtual boards in the same process, as a bus: for tests of programs that use libboot0, and for
 * `boot0 --virtual`. Belongs to libboot0-virtual (static; `pkg-config boot0-virtual`), which
 * contains the models, not to libboot0. If the models run programs, libboot0-virtual links
 * libunicorn, which is under GPL-2.
 *
 * Time is virtual: it passes only while a call waits for a board. boot0/vboard.h gives access to a
 * board's memory, buttons, power and event history.
 */
#ifndef BOOT0_VIRTUAL_H
#define BOOT0_VIRTUAL_H

#include <boot0/serial.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Makes a bus with these boards plugged in. Each spec is "MODEL[:key=value,…]", as for `vboard`.
 * BOOT0_E_USAGE, BOOT0_E_NO_INPUT. On success the caller owns *bus: boot0_bus_close().
 */
enum boot0_status boot0_virtual_open(struct boot0_bus *bus, const char *const *specs, size_t count,
                                     struct boot0_error *error);

struct vboard;
/* Returns board number `index`, for tests that inspect it. The bus owns it. */
struct vboard *boot0_virtual_board(const struct boot0_bus *bus, size_t index);

/*
 * Makes a virtual board and opens its UART as a stream for boot0_uart_open(). BOOT0_E_USAGE (also
 * if the model has no UART bootloader), BOOT0_E_NO_INPUT. On success the caller owns *stream.
 */
enum boot0_status boot0_virtual_uart_open(struct boot0_stream *stream, const char *spec,
                                          struct boot0_error *error);

/* Returns the board behind the stream, for tests that inspect it. The stream owns it. */
struct vboard *boot0_virtual_uart_board(const struct boot0_stream *stream);

#ifdef __cplusplus
}
#endif
#endif
