/* SPDX-License-Identifier: MIT */
/* Names of functions, from an ELF file of the program. */
#ifndef VBOARD_MACHINE_SYMBOLS_H
#define VBOARD_MACHINE_SYMBOLS_H

#include <stddef.h>
#include <stdint.h>

struct vboard_symbols;

/* NULL: no such file, or not an ELF file of a 32-bit little-endian machine. */
struct vboard_symbols *vboard_symbols_load(const char *file);
/* Accepts NULL. */
void vboard_symbols_free(struct vboard_symbols *symbols);
/* "main+0x12", or "" if unknown. `symbols` may be NULL. */
void vboard_symbols_name(const struct vboard_symbols *symbols, uint32_t address, char *text,
                         size_t size);

#endif
