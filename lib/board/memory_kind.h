/* SPDX-License-Identifier: MIT */
/* The purpose of a board's memory: for programs and data, or one that changes the chip itself. */
#ifndef B0_LIB_BOARD_MEMORY_KIND_H
#define B0_LIB_BOARD_MEMORY_KIND_H

#include <boot0/board.h>

enum b0_memory_kind {
    B0_MEMORY_FLASH, /* internal or external, also EEPROM */
    B0_MEMORY_RAM,
    B0_MEMORY_OPTION_BYTES,
    B0_MEMORY_OTP,
    B0_MEMORY_SYSTEM,  /* ROM, registers, engineering bytes, the device feature */
    B0_MEMORY_UNKNOWN, /* unknown from address and name */
    B0_MEMORY_KIND_COUNT
};

/*
 * Returns the kind of the memory at `address` that a bootloader calls `name`. If `family`
 * ("STM32F4") is NULL, the address tables of all families apply. For flash and RAM the address
 * takes precedence over the name; for option bytes and OTP either is enough.
 */
enum b0_memory_kind b0_memory_kind(const char *family, const char *name, uint32_t address);

/*
 * Returns the kind of [address, address + size) in a layout. If the range covers several memories:
 * the first one that is neither flash nor RAM, else the first. B0_MEMORY_UNKNOWN if there is none.
 */
enum b0_memory_kind b0_memory_kind_of(const char *family, const struct boot0_layout *layout,
                                      uint32_t address, uint64_t size);

/* True if writing needs the user's permission: all kinds except flash and RAM. */
bool b0_memory_is_guarded(enum b0_memory_kind kind);

/* Returns e.g. "option bytes" or "a memory of unknown purpose". Never NULL. */
const char *b0_memory_kind_text(enum b0_memory_kind kind);

/* True if a layout starts in internal flash, where a program starts after reset. */
bool b0_memory_is_internal_flash(const struct boot0_layout *layout);

#endif
