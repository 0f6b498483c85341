/* SPDX-License-Identifier: MIT */
/*
 * The rows of the parts.
 *
 * Sources: the reference manuals' memory maps (RM0090 F4, RM0368 F401, RM0383
 * F411, RM0402 F412, RM0390 F446, RM0091 F0, RM0008 F1, RM0351
 * L4, RM0440 G4, RM0433 H7); RAM that the ROM reserves: AN2606, as collected in stm32flash's
 * dev_table.c; addresses of the flash size: stlink's config/chips.
 */
#include "parts.h"

#include <core/array.h>
#include <string.h>

/* F4: 4 x 16, 64, then 128 KiB. The ROM cannot reach the core coupled RAM (stm32flash). */
#define F4_SECTORS(large)                                                                          \
    {4, 16 * B0_KIB}, {1, 64 * B0_KIB},                                                            \
    {                                                                                              \
        (large), 128 * B0_KIB                                                                      \
    }
#define F4_OPTIONS                                                                                 \
    {                                                                                              \
        VBOARD_OPTIONS, 0x1fffc000, 16, 0                                                          \
    }
#define F4_OTP                                                                                     \
    {                                                                                              \
        VBOARD_OTP, 0x1fff7800, 528, 0                                                             \
    }
#define F4_INFO                                                                                    \
    {                                                                                              \
        VBOARD_INFO, 0x1fff7a10, 32, 0                                                             \
    }
/* AN2606, 4.4, table 4: four bytes; the first is the range. */
#define F4_FEATURE                                                                                 \
    {                                                                                              \
        VBOARD_FEATURE, 0xffff0000, 4, 0                                                           \
    }
#define F4_CCM                                                                                     \
    {                                                                                              \
        VBOARD_RAM, 0x10000000, 64 * B0_KIB, 64 * B0_KIB                                           \
    }
#define F4_UNIQUE_ID  0x1fff7a10
#define F4_FLASH_SIZE 0x1fff7a22
#define F4_ROM_RAM    0x3000
#define FLASH(bytes)                                                                               \
    {                                                                                              \
        VBOARD_FLASH, 0x08000000, (bytes), 0                                                       \
    }
#define RAM(bytes, keep)                                                                           \
    {                                                                                              \
        VBOARD_RAM, 0x20000000, (bytes), (keep)                                                    \
    }

const struct vboard_part vboard_part_f407vg = {
    .name = "STM32F407VG",
    .family = "STM32F4",
    .areas = {FLASH(1 * B0_MIB), RAM(128 * B0_KIB, F4_ROM_RAM), F4_CCM, F4_OPTIONS, F4_OTP, F4_INFO,
              F4_FEATURE},
    .sectors = {F4_SECTORS(7)},
    .banks = 1,
    .options_style = VBOARD_OPTIONS_F4,
    .otp_lock = true,
    .unique_id = F4_UNIQUE_ID,
    .flash_size = F4_FLASH_SIZE,
};

const struct vboard_part vboard_part_f427vi = {
    .name = "STM32F427VI",
    .family = "STM32F4",
    .areas = {FLASH(2 * B0_MIB),
              RAM(192 * B0_KIB, F4_ROM_RAM),
              F4_CCM,
              F4_OPTIONS,
              {VBOARD_OPTIONS, 0x1ffec000, 16, 0},
              F4_OTP,
              F4_INFO,
              F4_FEATURE},
    .sectors = {F4_SECTORS(7), F4_SECTORS(7)},
    .banks = 2,
    .options_style = VBOARD_OPTIONS_F4,
    .otp_lock = true,
    .unique_id = F4_UNIQUE_ID,
    .flash_size = F4_FLASH_SIZE,
};

const struct vboard_part vboard_part_f401cc = {
    .name = "STM32F401CC",
    .family = "STM32F4",
    .areas = {FLASH(256 * B0_KIB), RAM(64 * B0_KIB, F4_ROM_RAM), F4_OPTIONS, F4_OTP, F4_INFO,
              F4_FEATURE},
    .sectors = {F4_SECTORS(1)},
    .banks = 1,
    .options_style = VBOARD_OPTIONS_F4,
    .otp_lock = true,
    .unique_id = F4_UNIQUE_ID,
    .flash_size = F4_FLASH_SIZE,
};

const struct vboard_part vboard_part_f401ce = {
    .name = "STM32F401CE",
    .family = "STM32F4",
    .areas = {FLASH(512 * B0_KIB), RAM(96 * B0_KIB, F4_ROM_RAM), F4_OPTIONS, F4_OTP, F4_INFO,
              F4_FEATURE},
    .sectors = {F4_SECTORS(3)},
    .banks = 1,
    .options_style = VBOARD_OPTIONS_F4,
    .otp_lock = true,
    .unique_id = F4_UNIQUE_ID,
    .flash_size = F4_FLASH_SIZE,
};

const struct vboard_part vboard_part_f411ce = {
    .name = "STM32F411CE",
    .family = "STM32F4",
    .areas = {FLASH(512 * B0_KIB), RAM(128 * B0_KIB, F4_ROM_RAM), F4_OPTIONS, F4_OTP, F4_INFO,
              F4_FEATURE},
    .sectors = {F4_SECTORS(3)},
    .banks = 1,
    .options_style = VBOARD_OPTIONS_F4,
    .otp_lock = true,
    .unique_id = F4_UNIQUE_ID,
    .flash_size = F4_FLASH_SIZE,
};

const struct vboard_part vboard_part_f412zg = {
    .name = "STM32F412ZG",
    .family = "STM32F4",
    .areas = {FLASH(1 * B0_MIB), RAM(256 * B0_KIB, F4_ROM_RAM), F4_OPTIONS, F4_OTP, F4_INFO,
              F4_FEATURE},
    .sectors = {F4_SECTORS(7)},
    .banks = 1,
    .options_style = VBOARD_OPTIONS_F4,
    .otp_lock = true,
    .unique_id = F4_UNIQUE_ID,
    .flash_size = F4_FLASH_SIZE,
};

const struct vboard_part vboard_part_f446re = {
    .name = "STM32F446RE",
    .family = "STM32F4",
    .areas = {FLASH(512 * B0_KIB), RAM(128 * B0_KIB, F4_ROM_RAM), F4_OPTIONS, F4_OTP, F4_INFO,
              F4_FEATURE},
    .sectors = {F4_SECTORS(3)},
    .banks = 1,
    .options_style = VBOARD_OPTIONS_F4,
    .otp_lock = true,
    .unique_id = F4_UNIQUE_ID,
    .flash_size = F4_FLASH_SIZE,
};

const struct vboard_part vboard_part_f072rb = {
    .name = "STM32F072RB",
    .family = "STM32F0",
    .areas = {FLASH(128 * B0_KIB),
              RAM(16 * B0_KIB, 0x1800),
              {VBOARD_OPTIONS, 0x1ffff800, 16, 0},
              {VBOARD_INFO, 0x1ffff7ac, 34, 0}},
    .sectors = {{64, 2 * B0_KIB}},
    .banks = 1,
    .options_style = VBOARD_OPTIONS_F0,
    .pages_per_wrp = 2,
    .refuses_unerased = true,
    .unique_id = 0x1ffff7ac,
    .flash_size = 0x1ffff7cc,
};

const struct vboard_part vboard_part_l476re = {
    .name = "STM32L476RE",
    .family = "STM32L4",
    .areas = {FLASH(512 * B0_KIB),
              RAM(96 * B0_KIB, 0x3100),
              {VBOARD_RAM, 0x10000000, 32 * B0_KIB, 32 * B0_KIB},
              {VBOARD_OPTIONS, 0x1fff7800, 40, 0},
              {VBOARD_OTP, 0x1fff7000, 1024, 0},
              {VBOARD_INFO, 0x1fff7590, 82, 0},
              F4_FEATURE},
    .sectors = {{256, 2 * B0_KIB}},
    .banks = 2,
    .options_style = VBOARD_OPTIONS_L4,
    .refuses_unerased = true,
    .unique_id = 0x1fff7590,
    .flash_size = 0x1fff75e0,
};

const struct vboard_part vboard_part_g431cb = {
    .name = "STM32G431CB",
    .family = "STM32G4",
    .areas = {FLASH(128 * B0_KIB),
              RAM(22 * B0_KIB, 0x4000),
              {VBOARD_RAM, 0x10000000, 10 * B0_KIB, 10 * B0_KIB},
              {VBOARD_OPTIONS, 0x1fff7800, 40, 0},
              {VBOARD_OTP, 0x1fff7000, 1024, 0},
              {VBOARD_INFO, 0x1fff7590, 82, 0}},
    .sectors = {{64, 2 * B0_KIB}},
    .banks = 1,
    .options_style = VBOARD_OPTIONS_L4,
    .refuses_unerased = true,
    .unique_id = 0x1fff7590,
    .flash_size = 0x1fff75e0,
};

const struct vboard_part vboard_part_h743zi = {
    .name = "STM32H743ZI",
    .family = "STM32H7",
    .areas = {FLASH(2 * B0_MIB),
              RAM(128 * B0_KIB, 0x4100),
              {VBOARD_RAM, 0x24000000, 512 * B0_KIB, 0},
              {VBOARD_OPTIONS, 0x5200201c, 128, 0},
              {VBOARD_INFO, 0x1ff1e800, 130, 0}},
    .sectors = {{16, 128 * B0_KIB}},
    .banks = 2,
    .options_style = VBOARD_OPTIONS_H7,
    .refuses_unerased = true,
    .unique_id = 0x1ff1e800,
    .flash_size = 0x1ff1e880,
};

const struct vboard_part vboard_part_f103cb = {
    .name = "STM32F103CB",
    .family = "STM32F1",
    .areas = {FLASH(128 * B0_KIB),
              RAM(20 * B0_KIB, 0xc00),
              {VBOARD_OPTIONS, 0x1ffff800, 16, 0},
              {VBOARD_INFO, 0x1ffff7e0, 20, 0}},
    .sectors = {{128, 1 * B0_KIB}},
    .banks = 1,
    .options_style = VBOARD_OPTIONS_F1,
    .pages_per_wrp = 4,
    .refuses_unerased = true,
    .unique_id = 0x1ffff7e8,
    .flash_size = 0x1ffff7e0,
};

/* The GD32VF103 has the F103's memory map. Its flash times are unknown: the F1's are used. */
const struct vboard_part vboard_part_gd32vf103cb = {
    .name = "GD32VF103CB",
    .family = "STM32F1",
    .areas = {FLASH(128 * B0_KIB),
              RAM(32 * B0_KIB, 0x1000),
              {VBOARD_OPTIONS, 0x1ffff800, 16, 0},
              {VBOARD_INFO, 0x1ffff7e0, 20, 0}},
    .sectors = {{128, 1 * B0_KIB}},
    .banks = 1,
    .options_style = VBOARD_OPTIONS_F1,
    .pages_per_wrp = 4,
    .refuses_unerased = true,
    .unique_id = 0x1ffff7e8,
    .flash_size = 0x1ffff7e0,
};

static bool same_areas(const struct vboard_area *a, const struct vboard_area *b)
{
    for (; a->size > 0 && b->size > 0; a++, b++)
        if (a->kind != b->kind || a->address != b->address || a->size != b->size ||
            a->reserved != b->reserved)
            return false;
    return a->size == b->size;
}

static bool same_sectors(const struct vboard_sectors *a, const struct vboard_sectors *b)
{
    for (; a->count > 0 && b->count > 0; a++, b++)
        if (a->count != b->count || a->size != b->size)
            return false;
    return a->count == b->count;
}

bool vboard_part_equal(const struct vboard_part *a, const struct vboard_part *b)
{
    return strcmp(a->family, b->family) == 0 && same_areas(a->areas, b->areas) &&
           same_sectors(a->sectors, b->sectors) && a->banks == b->banks &&
           a->options_style == b->options_style && a->pages_per_wrp == b->pages_per_wrp &&
           a->otp_lock == b->otp_lock && a->refuses_unerased == b->refuses_unerased &&
           a->unique_id == b->unique_id && a->flash_size == b->flash_size;
}
