/* Between uart.c (the bootloader's commands) and uart_line.c (characters on the line). */
#ifndef VBOARD_ROM_UART_H
#define VBOARD_ROM_UART_H

#include "rom.h"

#include <core/an3155.h>

/* The ROM reads one character that has come over the line. */
void vboard_uart_take(struct vboard *board, uint8_t byte);

/* True while the ROM does not look at the line. */
bool vboard_uart_is_deaf(const struct vboard *board);

/* The ROM sends a character, behind those that are still on their way. */
void vboard_uart_answer(struct vboard *board, uint8_t byte);

/* Time passes until all that was sent is out. */
void vboard_uart_flush(struct vboard *board);

#endif
