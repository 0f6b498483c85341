/* SPDX-License-Identifier: MIT */
/*
 * Commercial boards. A board has a row only if the maker's schematic shows a fixed regulator of 3 V
 * or more on VDD, because the supply determines the programming width of the flash. The Discovery
 * boards run at 3 V (UM1472, UM1670), the others at 3.3 V. After them come the chips for which
 * firmware/boards has a generic bootloader; their supply is unknown.
 */
#include <boot0/chip.h>
#include <core/array.h>
#include <strings.h>

static const struct boot0_board_profile entries[] = {
    {"black-f407ve", "Black board, STM32F407VET6", "STM32F407VE", 3300},
    {"black-f407ze", "Black board, STM32F407ZET6", "STM32F407ZE", 3300},
    {"discovery-f407", "STM32F407G-DISC1, Discovery", "STM32F407VG", 3000},
    {"discovery-f429", "STM32F429I-DISC1, Discovery", "STM32F429ZI", 3000},
    {"nucleo-f446re", "NUCLEO-F446RE, with a cable on PA11 and PA12", "STM32F446RE", 3300},
    {"blackpill-f401", "Black Pill, STM32F401CC", "STM32F401CC", 3300},
    {"blackpill-f411", "Black Pill, STM32F411CE", "STM32F411CE", 3300},
    {"bluepill", "Blue Pill, STM32F103C8", "STM32F103C8", 3300},
    {"maple", "LeafLabs Maple, STM32F103RB", "STM32F103RB", 3300},
};

const struct boot0_board_profile *boot0_board_profile_at(size_t index)
{
    return index < B0_LENGTH(entries) ? &entries[index] : NULL;
}

const struct boot0_board_profile *boot0_board_profile_by_name(const char *name)
{
    for (size_t i = 0; i < B0_LENGTH(entries); i++)
        if (strcasecmp(entries[i].key, name) == 0)
            return &entries[i];
    return NULL;
}
