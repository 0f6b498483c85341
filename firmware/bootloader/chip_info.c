/* SPDX-License-Identifier: MIT */
#include "chip_info.h"

#include <chip/flash.h>
#include <chip/identity.h>
#include <chip/stm32f4/system_registers.h>
#include <core/bootloader_map.h>

void b0_chip_info(struct b0_extension_info *info)
{
    *info = (struct b0_extension_info){
        .version = {B0_FIRMWARE_MAJOR, B0_FIRMWARE_MINOR, B0_FIRMWARE_PATCH},
        .flags = (uint8_t)((b0_flash_read_protected() ? B0_INFO_READ_PROTECTED : 0) |
                           b0_flash_brownout() << B0_INFO_BROWNOUT_SHIFT),
        .device_id = CHIP_DEVICE_ID,
        .revision_id = b0_chip_revision(),
        .flash_kib = b0_chip_flash_kib(),
        .supply_mv = b0_chip_supply_mv(),
        .write_protected = b0_flash_protected(B0_SECTOR_BOOTLOADER),
    };
    for (unsigned i = 0; i < B0_UNIQUE_ID_SIZE; i++)
        info->unique_id[i] = b0_chip_unique_id()[i];
}
