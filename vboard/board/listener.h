/* SPDX-License-Identifier: MIT */
/* The UART of a board: its listener, and characters under way. */
#ifndef VBOARD_BOARD_LISTENER_H
#define VBOARD_BOARD_LISTENER_H

#include "../vboard.h"
#include "occupant.h"

enum {
    VBOARD_UART_OUT_MAX = 8192, /* 41 ms of 2 Mbaud */
};

struct vboard_uart {
    const struct vboard_uart_ops *listener; /* NULL: no bootloader listens */
    void *context;
    uint32_t baud;      /* of the listener; 0: not measured yet */
    uint32_t line_baud; /* of the host */
    uint16_t rest_ns;   /* of the host's characters, beyond the board's time */
    bool holds;         /* a character came while the listener was busy */
    uint8_t held;
    bool dtr;
    bool rts;
    uint64_t count_on_line; /* characters both ways: faults count them */
    uint64_t sent_until_us;
    uint16_t out_first; /* a ring */
    uint16_t out_count;
    struct vboard_character out[VBOARD_UART_OUT_MAX];
};

/* A bootloader starts to listen, at a speed that it has to measure; if there is a UART. */
void vboard_uart_listen(struct vboard *board, const struct vboard_uart_ops *ops, void *context);
/* The bootloader has measured the speed, rightly or not. */
void vboard_uart_set_baud(struct vboard *board, uint32_t baud);
/* The bootloader stops listening; what was sent still arrives. */
void vboard_uart_stop(struct vboard *board);

#endif
