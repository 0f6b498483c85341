/* SPDX-License-Identifier: MIT */
/* How programs that have no DFU interface are asked for DFU mode: by their USB serial port. */
#ifndef B0_LIB_SESSION_TOUCH_RESET_H
#define B0_LIB_SESSION_TOUCH_RESET_H

#include <boot0/serial.h>

struct b0_touch_reset;

/*
 * The way for such a device. If nobody asked for it (`asked`), only where it can do no harm: with
 * programs that are known to understand it. NULL: there is none.
 */
const struct b0_touch_reset *b0_touch_reset_find(const struct boot0_candidate *candidate,
                                                 bool asked);

/* Plays it on the open port. BOOT0_E_IO, BOOT0_E_GONE; the port stays open. */
enum boot0_status b0_touch_reset_play(const struct b0_touch_reset *entry,
                                      const struct boot0_stream *stream, struct boot0_error *error);

#endif
