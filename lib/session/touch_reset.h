/* SPDX-License-Identifier: MIT */
/* Switches programs without a DFU interface to DFU mode, through their USB serial port. */
#ifndef B0_LIB_SESSION_TOUCH_RESET_H
#define B0_LIB_SESSION_TOUCH_RESET_H

#include <boot0/serial.h>

struct b0_touch_reset;

/*
 * Returns the sequence for a device. If the user did not request it (`asked`), only for programs
 * that are known to support it, so that it does no harm. NULL: none.
 */
const struct b0_touch_reset *b0_touch_reset_find(const struct boot0_candidate *candidate,
                                                 bool asked);

/* Plays the sequence on the open port. BOOT0_E_IO, BOOT0_E_GONE; the port stays open. */
enum boot0_status b0_touch_reset_play(const struct b0_touch_reset *entry,
                                      const struct boot0_stream *stream, struct boot0_error *error);

#endif
