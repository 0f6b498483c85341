/* SPDX-License-Identifier: MIT */
/*
 * The virtual board in the page: virtual.c implements it, in boot0-virtual.wasm. virtual_none.c
 * reports that there is none, in boot0.wasm, which is smaller without the models.
 */
#ifndef B0_WEB_VIRTUAL_H
#define B0_WEB_VIRTUAL_H

#include <boot0/serial.h>

/* Makes a board from a spec as for `vboard`, in place of the previous one. */
enum boot0_status web_virtual_make(const char *spec, double speed, struct boot0_error *error);
/* A bus of that board, which survives closing the bus. BOOT0_E_NO_BOARD. */
enum boot0_status web_virtual_bus(struct boot0_bus *bus, struct boot0_error *error);
/* Reads its memory; returns false if there is none at that address. */
bool web_virtual_peek(uint32_t address, uint8_t *data, uint32_t size);
void web_virtual_connect(bool plugged);

/* The UART of another virtual board, made from a spec, as a serial port has it: see serial.h. */
enum boot0_status web_virtual_uart_make(const char *spec, struct boot0_error *error);
/* NULL ops if there is none. */
struct boot0_stream web_virtual_uart(void);
bool web_virtual_uart_peek(uint32_t address, uint8_t *data, uint32_t size);

#endif
