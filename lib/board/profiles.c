/* SPDX-License-Identifier: MIT */
/*
 * Boards that one can buy. A row is made only for boards whose chip has a fixed regulator of 3 V or
 * more on VDD, by the maker's schematic: the supply decides how wide the flash is programmed. The
 * F407 Discovery runs at 3 V (UM1472), the others at 3.3 V.
 */
#include <boot0/chip.h>
#include <core/array.h>
#include <strings.h>

static const struct boot0_board_profile entries[] = {
    {"black-f407ve", "Black board, STM32F407VET6", "STM32F407VE", 3300},
    {"black-f407ze", "Black board, STM32F407ZET6", "STM32F407ZE", 3300},
    {"discovery-f407", "STM32F407G-DISC1, Discovery", "STM32F407VG", 3000},
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
