/* SPDX-License-Identifier: MIT */
/* The listener on the UART. */
#include "listener.h"

#include "board.h"

void vboard_uart_stop(struct vboard *board)
{
    board->uart.listener = NULL;
    board->uart.baud = 0;
    board->uart.holds = false;
}

void vboard_uart_listen(struct vboard *board, const struct vboard_uart_ops *ops, void *context)
{
    vboard_uart_stop(board);
    board->uart.listener = board->build.has_uart ? ops : NULL;
    board->uart.context = context;
}

void vboard_uart_set_baud(struct vboard *board, uint32_t baud)
{
    board->uart.baud = baud;
}
