/* SPDX-License-Identifier: MIT */
/* The memories at their addresses, and the code that was translated from them. */
#ifndef VBOARD_MACHINE_MEMORY_H
#define VBOARD_MACHINE_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

struct vboard_machine;

/* SYSCFG_MEMRMP: the memory at 0 (RM0090, 9.2.1). */
enum {
    VBOARD_AT_0_FLASH = 0,
    VBOARD_AT_0_SYSTEM = 1,
    VBOARD_AT_0_SRAM = 3,
};

struct vboard_memory {
    uint8_t *system;     /* system memory as the CPU reads it: 0x1fff0000 to 0x1fffffff */
    uint8_t selected;    /* VBOARD_AT_0_*, by SYSCFG */
    uint8_t mapped_at_0; /* the one in force */
    uint32_t at_0_size;
    bool remap_due;    /* when the CPU has stopped */
    uint64_t noted[4]; /* blocks of peripherals without a model that have been reported */
};

bool vboard_memory_map(struct vboard_machine *machine);
void vboard_memory_unmap(struct vboard_machine *machine);
/* The chip is reset: fills the system memory. */
void vboard_memory_reset(struct vboard_machine *machine);
/* SYSCFG_MEMRMP was written: VBOARD_AT_0_*. It takes effect with vboard_memory_remap(). */
void vboard_memory_select(struct vboard_machine *machine, uint8_t mode);
/* Remaps as soon as the CPU has stopped; remaps now. */
void vboard_memory_remap_soon(struct vboard_machine *machine);
void vboard_memory_remap(struct vboard_machine *machine);
/* The memory behind a range that the CPU can read; NULL: none. */
uint8_t *vboard_memory_at(const struct vboard_machine *machine, uint32_t address, uint32_t size);
bool vboard_memory_is_ram(const struct vboard_machine *machine, uint32_t address, uint32_t size);
bool vboard_memory_is_flash(const struct vboard_machine *machine, uint32_t address);
/* Whether that address belongs to the ROM, which then takes over. */
bool vboard_memory_enters_rom(struct vboard_machine *machine, uint32_t address);
/* A block of code begins: in flash, remembers what was translated. */
void vboard_memory_executed(struct vboard_machine *machine, uint32_t address, uint32_t size);
/* The contents of flash have changed: discards the code that was translated from it. */
void vboard_memory_changed(struct vboard_machine *machine, uint32_t address, uint32_t size);
/* The same for all flash and RAM. */
void vboard_memory_all_changed(struct vboard_machine *machine);

#endif
