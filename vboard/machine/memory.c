/* SPDX-License-Identifier: MIT */
/*
 * The memories at their addresses, which libunicorn reads and writes by itself, and the code that
 * it has translated from them. RM0090, 2.3 and 2.4. Peripherals are in devices.c.
 */
#include "memory.h"

#include "../board/board.h"
#include "cpu.h"
#include "parts.h"

#include <core/bytes.h>
#include <stdlib.h>
#include <string.h>

enum {
    SYSTEM_BASE = 0x1fff0000,
    SYSTEM_SIZE = 0x10000,
    SYSTEM_CODE = 0x7800, /* OTP, unique id and option bytes follow */
};

/* ---- mapping ---- */

/* The CPU cannot execute code in the core coupled RAM: RM0090, 2.3.1. */
static uint32_t permissions(const struct vboard_area *area)
{
    if (area->kind == VBOARD_FLASH)
        return UC_PROT_READ | UC_PROT_EXEC;
    return area->address == 0x10000000 ? UC_PROT_READ | UC_PROT_WRITE : UC_PROT_ALL;
}

/*
 * Maps each bank of the flash separately: banks are hidden one by one, and uc_mem_protect() on a
 * part of a mapping gives that part its own memory.
 */
static bool map_area(struct vboard_machine *machine, const struct vboard_area *area,
                     uint32_t address, uint8_t *bytes)
{
    unsigned banks = area->kind == VBOARD_FLASH ? machine->board->chip.part->banks : 1;
    uint32_t size = area->size / banks;

    for (uint32_t at = 0; at < area->size; at += size)
        if (uc_mem_map_ptr(machine->cpu->uc, address + at, size, permissions(area), bytes + at) !=
            UC_ERR_OK)
            return false;
    return true;
}

static bool map_memories(struct vboard_machine *machine)
{
    const struct vboard_chip *chip = &machine->board->chip;

    for (size_t i = 0; chip->part->areas[i].size > 0; i++) {
        const struct vboard_area *area = &chip->part->areas[i];

        if (area->kind != VBOARD_FLASH && area->kind != VBOARD_RAM)
            continue;
        if (!map_area(machine, area, area->address, chip->bytes[i]))
            return false;
    }
    return uc_mem_map_ptr(machine->cpu->uc, SYSTEM_BASE, SYSTEM_SIZE, UC_PROT_READ,
                          machine->memory->system) == UC_ERR_OK;
}

bool vboard_memory_map(struct vboard_machine *machine)
{
    machine->memory->system = calloc(1, SYSTEM_SIZE);
    machine->memory->mapped_at_0 = UINT8_MAX;
    return machine->memory->system && map_memories(machine);
}

void vboard_memory_unmap(struct vboard_machine *machine)
{
    free(machine->memory->system);
    machine->memory->system = NULL;
}

/* System memory after a reset: a ROM that has only vectors, and the factory's contents. */
static void fill_system(struct vboard_machine *machine)
{
    const struct vboard_chip *chip = &machine->board->chip;

    memset(machine->memory->system, 0xff, SYSTEM_SIZE);
    b0_store32(machine->memory->system, 0x20002d40);
    b0_store32(machine->memory->system + 4, SYSTEM_BASE + 0x3331);
    for (size_t i = 0; chip->part->areas[i].size > 0; i++) {
        const struct vboard_area *area = &chip->part->areas[i];

        if (area->address - SYSTEM_BASE < SYSTEM_SIZE &&
            area->size <= SYSTEM_SIZE - (area->address - SYSTEM_BASE))
            memcpy(machine->memory->system + (area->address - SYSTEM_BASE), chip->bytes[i],
                   area->size);
    }
    /* DS8626, tables 70 and 73: ADC readings of VREFINT and at 30 and 110 degrees, 3.3 V. */
    b0_store16(machine->memory->system + (0x1fff7a2a - SYSTEM_BASE), 1501);
    b0_store16(machine->memory->system + (0x1fff7a2c - SYSTEM_BASE), 949);
    b0_store16(machine->memory->system + (0x1fff7a2e - SYSTEM_BASE), 1197);
}

void vboard_memory_all_changed(struct vboard_machine *machine)
{
    const struct vboard_chip *chip = &machine->board->chip;

    for (size_t i = 0; chip->part->areas[i].size > 0; i++)
        if (chip->part->areas[i].kind == VBOARD_FLASH || chip->part->areas[i].kind == VBOARD_RAM)
            vboard_memory_changed(machine, chip->part->areas[i].address, chip->part->areas[i].size);
}

void vboard_memory_reset(struct vboard_machine *machine)
{
    fill_system(machine);
    vboard_memory_all_changed(machine);
}

void vboard_memory_select(struct vboard_machine *machine, uint8_t mode)
{
    machine->memory->selected = mode;
}

void vboard_memory_remap_soon(struct vboard_machine *machine)
{
    machine->memory->remap_due = true;
    vboard_cpu_attend(machine);
}

static const struct vboard_area *area_at_0(const struct vboard_machine *machine)
{
    const struct vboard_chip *chip = &machine->board->chip;

    switch (machine->memory->selected) {
    case VBOARD_AT_0_FLASH:
        return vboard_chip_flash(chip);
    case VBOARD_AT_0_SRAM:
        return vboard_chip_area(chip, 0x20000000, 1);
    default:
        return NULL;
    }
}

void vboard_memory_remap(struct vboard_machine *machine)
{
    const struct vboard_area *area = area_at_0(machine);
    uint8_t mode = machine->memory->selected;
    uc_engine *uc = machine->cpu->uc;

    if (machine->memory->mapped_at_0 == mode)
        return;
    if (machine->memory->mapped_at_0 != UINT8_MAX)
        uc_mem_unmap(uc, 0, machine->memory->at_0_size);
    machine->memory->mapped_at_0 = mode;
    machine->memory->at_0_size = area ? area->size : SYSTEM_SIZE;
    if (area)
        map_area(machine, area, 0,
                 vboard_chip_at(&machine->board->chip, area->address, area->size));
    else
        uc_mem_map_ptr(uc, 0, machine->memory->at_0_size, UC_PROT_READ, machine->memory->system);
}

/* ---- looking ---- */

uint8_t *vboard_memory_at(const struct vboard_machine *machine, uint32_t address, uint32_t size)
{
    const struct vboard_area *area = area_at_0(machine);
    const struct vboard_area *found;

    if (address < machine->memory->at_0_size) {
        if (!area)
            return size <= SYSTEM_SIZE - address ? machine->memory->system + address : NULL;
        address += area->address;
    }
    if (address - SYSTEM_BASE < SYSTEM_SIZE)
        return size <= SYSTEM_SIZE - (address - SYSTEM_BASE)
                   ? machine->memory->system + (address - SYSTEM_BASE)
                   : NULL;
    found = vboard_chip_area(&machine->board->chip, address, size);
    if (!found || (found->kind != VBOARD_FLASH && found->kind != VBOARD_RAM))
        return NULL;
    return vboard_chip_at(&machine->board->chip, address, size);
}

bool vboard_memory_is_ram(const struct vboard_machine *machine, uint32_t address, uint32_t size)
{
    const struct vboard_area *area = vboard_chip_area(&machine->board->chip, address, size);

    return area && area->kind == VBOARD_RAM;
}

bool vboard_memory_is_flash(const struct vboard_machine *machine, uint32_t address)
{
    const struct vboard_area *flash = vboard_chip_flash(&machine->board->chip);

    return address - flash->address < flash->size ||
           (machine->memory->mapped_at_0 == VBOARD_AT_0_FLASH && address < flash->size);
}

/* The page of flash; -1 elsewhere. */
static int code_page(const struct vboard_machine *machine, uint32_t address)
{
    const struct vboard_area *flash = vboard_chip_flash(&machine->board->chip);

    if (address - flash->address >= flash->size &&
        machine->memory->mapped_at_0 == VBOARD_AT_0_FLASH)
        address += flash->address;
    return address - flash->address < flash->size
               ? (int)((address - flash->address) / VBOARD_CODE_PAGE % VBOARD_CODE_PAGES)
               : -1;
}

void vboard_memory_executed(struct vboard_machine *machine, uint32_t address, uint32_t size)
{
    int first = code_page(machine, address);

    if (first < 0)
        return;
    machine->cpu->executed[first] = true;
    first = code_page(machine, address + size - 1);
    if (first >= 0)
        machine->cpu->executed[first] = true;
}

/* Discarding translated code is slow, so it happens only where there is some. */
static bool was_executed(const struct vboard_machine *machine, uint32_t address, uint32_t size)
{
    const struct vboard_area *flash = vboard_chip_flash(&machine->board->chip);

    if (address - flash->address >= flash->size || size > VBOARD_CODE_PAGE)
        return true;
    return machine->cpu->executed[code_page(machine, address)] ||
           machine->cpu->executed[code_page(machine, address + size - 1)];
}

void vboard_memory_changed(struct vboard_machine *machine, uint32_t address, uint32_t size)
{
    const struct vboard_area *area = area_at_0(machine);

    if (!was_executed(machine, address, size))
        return;
    uc_ctl_remove_cache(machine->cpu->uc, (uint64_t)address, (uint64_t)address + size);
    if (area && machine->memory->mapped_at_0 != UINT8_MAX && address - area->address < area->size)
        uc_ctl_remove_cache(machine->cpu->uc, (uint64_t)(address - area->address),
                            (uint64_t)(address - area->address) + size);
}

bool vboard_memory_enters_rom(struct vboard_machine *machine, uint32_t address)
{
    bool system = address - SYSTEM_BASE < SYSTEM_CODE ||
                  (machine->memory->mapped_at_0 == VBOARD_AT_0_SYSTEM && address < SYSTEM_CODE);

    machine->rom_due = machine->rom_due || system;
    return system;
}
