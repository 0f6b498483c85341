/* SPDX-License-Identifier: MIT */
/*
 * Drives the stepped engine over a transport until an operation ends, and describes its failures.
 * All waiting and all I/O of a session happens here.
 */
#ifndef B0_LIB_USB_LINK_H
#define B0_LIB_USB_LINK_H

#include "../drive.h"

#include <boot0/transport.h>
#include <core/engine.h>

struct b0_link {
    struct boot0_transport transport; /* owned by the code that set it */
    struct b0_engine engine;
    uint64_t transfers;
    struct b0_tick tick; /* called after every step, and regularly in a long wait */
};

/*
 * Runs the operation that was begun on link->engine. BOOT0_E_IO, BOOT0_E_GONE, BOOT0_E_PROTOCOL,
 * BOOT0_E_PROTECTED, or BOOT0_E_CANCELLED, which leaves the board where it was stopped.
 */
enum boot0_status b0_link_run(struct b0_link *link, const struct b0_task *task,
                              struct boot0_error *error);

uint64_t b0_link_now_us(const struct b0_link *link);

#endif
