/* SPDX-License-Identifier: MIT */
/*
 * The RAM loader: the bootloader without a place in flash. A bootloader in ROM writes it to RAM and
 * leaves to it; then the host can write the whole flash, at the speed of the flash instead of the
 * ROM's. It has no journal and makes no decisions: it ends with a jump to the program or with a
 * reset.
 */
#include "leave.h"

#include <bootloader/service.h>
#include <chip/reset.h>
#include <chip/stm32f4/system_registers.h>
#include <chip/watchdog.h>

enum {
    BLOCKS = CHIP_BLOCKS - (B0_LOADER_BASE - 0x20000000) / B0_BLOCK_SIZE,
};

static const struct b0_bootloader_kind kind = {
    .product = "boot0 RAM loader ",
    .first_sector = 0,
};

__attribute__((section(".blocks"))) static uint8_t blocks[BLOCKS][B0_BLOCK_SIZE];

_Noreturn void b0_main(void);

/* The ROM takes over again and handles functions that need a crystal. */
void b0_service_without_crystal(struct b0_service *s)
{
    (void)s;
    b0_reset();
}

void b0_main(void)
{
    static struct b0_service service;
    enum b0_exit way;

    b0_watchdog_feed();
    b0_restore_chip(); /* the ROM has changed its state */
    service.kind = &kind;
    service.blocks = blocks;
    service.block_count = BLOCKS;
    service.entry = B0_ENTRY_LOADED;
    way = b0_service_run(&service);
    if (way == B0_EXIT_PROGRAM)
        b0_loader_start_program(service.bootloader.program);
    if (way == B0_EXIT_ROM)
        b0_loader_start_rom();
    b0_reset();
}
