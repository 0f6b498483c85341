/* SPDX-License-Identifier: MIT */
/* The UART bootloader of ST's ROMs, beside DFU or alone. */
#ifndef VBOARD_ROM_UART_H
#define VBOARD_ROM_UART_H

#include "models.h"

struct vboard;

enum {
    VBOARD_UART_PAGES_MAX = 4096,                             /* of a part with a UART bootloader */
    VBOARD_UART_DATA_MAX = 2 + 2 * VBOARD_UART_PAGES_MAX + 1, /* an Extended Erase of all */
};

struct vboard_uart_loader {
    struct vboard *board;
    const struct vboard_rom *rom;

    uint8_t wait;     /* what it waits for */
    uint8_t command;  /* the last one */
    uint16_t need;    /* bytes that it waits for, */
    uint16_t have;    /* and has */
    uint16_t count;   /* of bytes or pages that a command has announced */
    uint16_t page_at; /* progress of an erase */
    uint16_t page_count;
    uint32_t address;
    uint8_t data[VBOARD_UART_DATA_MAX];
};

/* Starts to listen, and waits for 0x7f. */
void vboard_uart_start(struct vboard_uart_loader *uart);

#endif
