/* SPDX-License-Identifier: MIT */
/*
 * The internals of the UART bootloader.
 *
 *   uart.c           bytes, one after the other       uart_commands.c  commands
 *   uart_flash.c     what they do to the memory       uart_reply.c     answers
 */
#ifndef VBOARD_ROM_UART_PRIVATE_H
#define VBOARD_ROM_UART_PRIVATE_H

#include "../chip/chip.h"
#include "uart.h"

/* What the ROM waits for. */
enum uart_wait {
    WAIT_AUTOBAUD,
    WAIT_COMMAND,
    WAIT_COMPLEMENT,
    WAIT_ADDRESS,
    WAIT_LENGTH, /* of a read: the count and its complement */
    WAIT_COUNT,  /* of a write or of lists: one byte */
    WAIT_COUNT_16,
    WAIT_REST, /* what the count has announced, and the checksum */
    WAIT_WORK, /* reads nothing: the flash is busy */
};

/* ---- uart_reply.c ---- */

/* Waits for that many bytes. */
void vboard_uart_expect(struct vboard_uart_loader *uart, enum uart_wait wait, uint16_t size);
/* Waits for a command. */
void vboard_uart_idle(struct vboard_uart_loader *uart);
void vboard_uart_acknowledge(struct vboard_uart_loader *uart);
/* Sends NACK, and traces the reason. */
void vboard_uart_refuse(struct vboard_uart_loader *uart, const char *why);

/* ---- uart_commands.c ---- */

/* A command and its complement have arrived. */
void vboard_uart_command(struct vboard_uart_loader *uart);

/* ---- uart_flash.c: each of these answers when it is done ---- */

/* The area that the ROM lets a host reach, or NULL. */
const struct vboard_area *vboard_uart_reachable(const struct vboard_uart_loader *uart,
                                                uint32_t address, uint32_t size);
uint32_t vboard_uart_sector_count(const struct vboard_uart_loader *uart);
void vboard_uart_erase_list(struct vboard_uart_loader *uart);
void vboard_uart_erase_everything(struct vboard_uart_loader *uart);
void vboard_uart_read_block(struct vboard_uart_loader *uart, uint16_t size);
void vboard_uart_write_block(struct vboard_uart_loader *uart);
/* Writes the option bytes as they are in memory, and resets. */
void vboard_uart_change_options(struct vboard_uart_loader *uart);
/* Removes read protection: erases everything, and resets. */
void vboard_uart_unprotect(struct vboard_uart_loader *uart);

#endif
