/* SPDX-License-Identifier: MIT */
/* What a memory of a board is for: a program or data may go there, or it changes the chip itself.
 */
#ifndef B0_LIB_BOARD_MEMORY_KIND_H
#define B0_LIB_BOARD_MEMORY_KIND_H

#include <boot0/board.h>

enum b0_memory_kind {
    B0_MEMORY_FLASH, /* internal or external, also EEPROM */
    B0_MEMORY_RAM,
    B0_MEMORY_OPTION_BYTES,
    B0_MEMORY_OTP,
    B0_MEMORY_SYSTEM,  /* ROM, registers, engineering bytes, the device feature */
    B0_MEMORY_UNKNOWN, /* neither its address nor its name says */
    B0_MEMORY_KIND_COUNT
};

/*
 * The kind of the memory that a bootloader calls `name` and that has `address`. `family`
 * ("STM32F4") may be NULL: then the address tables of all families apply. The address decides
 * before the name that a memory is flash or RAM; either one is enough for option bytes and OTP.
 */
enum b0_memory_kind b0_memory_kind(const char *family, const char *name, uint32_t address);

/*
 * The kind of [address, address + size) in a layout. If that touches several memories: the first
 * one that is neither flash nor RAM, else the first. B0_MEMORY_UNKNOWN if there is none.
 */
enum b0_memory_kind b0_memory_kind_of(const char *family, const struct boot0_layout *layout,
                                      uint32_t address, uint64_t size);

/* Whether writing needs the user's permission: everything but flash and RAM. */
bool b0_memory_is_guarded(enum b0_memory_kind kind);

/* "option bytes"; "a memory of unknown purpose". Never NULL. */
const char *b0_memory_kind_text(enum b0_memory_kind kind);

/* Whether a layout's first address is internal flash: where a program starts after reset. */
bool b0_memory_is_internal_flash(const struct boot0_layout *layout);

#endif
