/* SPDX-License-Identifier: MIT */
/* The trace of a board: a line per transfer and event. */
#ifndef VBOARD_BOARD_TRACE_H
#define VBOARD_BOARD_TRACE_H

#include <boot0/error.h>
#include <boot0/transport.h>
#include <stddef.h>
#include <stdint.h>

struct vboard;

void vboard_trace(const struct vboard *board, const char *format, ...) BOOT0_PRINTF(2, 3);
void vboard_trace_transfer(const struct vboard *board, const struct boot0_setup *setup,
                           const uint8_t *data, size_t actual, enum boot0_xfer result,
                           uint64_t start_us);
/* Counts and traces a mistake that real hardware would have let pass. */
void vboard_violation(struct vboard *board, uint32_t count, const char *what, uint32_t address);

#endif
