/* SPDX-License-Identifier: MIT */
/* The UART bootloader's answers, and what it waits for next. */
#include "../board/board.h"
#include "../board/trace.h"
#include "../board/uart.h"
#include "uart_private.h"

#include <core/an3155.h>

void vboard_uart_expect(struct vboard_uart_loader *uart, enum uart_wait wait, uint16_t size)
{
    uart->wait = (uint8_t)wait;
    uart->need = size;
    uart->have = 0;
}

void vboard_uart_idle(struct vboard_uart_loader *uart)
{
    vboard_uart_expect(uart, WAIT_COMMAND, 1);
}

void vboard_uart_acknowledge(struct vboard_uart_loader *uart)
{
    vboard_uart_answer(uart->board, B0_AN3155_ACK);
}

void vboard_uart_refuse(struct vboard_uart_loader *uart, const char *why)
{
    vboard_trace(uart->board, "uart: command 0x%02x refused: %s", uart->command, why);
    vboard_uart_answer(uart->board, B0_AN3155_NACK);
    vboard_uart_idle(uart);
}
