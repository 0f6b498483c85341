/* SPDX-License-Identifier: MIT */
/* A board's virtual time. */
#ifndef VBOARD_BOARD_CLOCK_H
#define VBOARD_BOARD_CLOCK_H

#include <boot0/transport.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct vboard;

#define VBOARD_NEVER UINT64_MAX

/* Lets time pass, and handles what is due in it. `waiting`: the host waits. */
void vboard_clock_advance(struct vboard *board, uint64_t until_us, bool waiting);
/* Microseconds that a control transfer takes on the bus, without NAKs. */
uint64_t vboard_bus_us(const struct boot0_setup *setup, size_t actual, bool stalled);

/*
 * Lets time pass until the flash is ready, at most to the deadline of the transfer. BOOT0_XFER_OK,
 * BOOT0_XFER_TIMEOUT, or BOOT0_XFER_GONE if the board went away meanwhile.
 */
enum boot0_xfer vboard_work_finish(struct vboard *board);

#endif
