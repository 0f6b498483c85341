/* SPDX-License-Identifier: MIT */
/* Characters that a board sends on its serial line. */
#ifndef VBOARD_BOARD_UART_H
#define VBOARD_BOARD_UART_H

#include <stdbool.h>
#include <stdint.h>

struct vboard;

/* The bootloader sends a character, after those that are still under way. */
void vboard_uart_answer(struct vboard *board, uint8_t byte);
/* Lets time pass until everything that was sent is out. */
void vboard_uart_flush(struct vboard *board);
/* A program's character is complete. */
void vboard_uart_transmit(struct vboard *board, uint8_t byte, uint32_t baud, bool even_parity);

#endif
