/* SPDX-License-Identifier: MIT */
/* The list of families, and how to find a family or a chip in it. */
#include "family.h"

#include <core/array.h>
#include <string.h>

/*
 * A board whose layout fits several chips is taken for the first one: families that makers use most
 * come first. The STM32N6 and MP are not here: they have no flash of their own.
 */
static const struct b0_family *const families[] = {
    &b0_stm32f4, &b0_stm32f2, &b0_stm32f1, &b0_stm32f0, &b0_stm32f3,   &b0_stm32f7, &b0_stm32l0,
    &b0_stm32l1, &b0_stm32l4, &b0_stm32l5, &b0_stm32u0, &b0_stm32g0,   &b0_stm32g4, &b0_stm32h7,
    &b0_stm32h5, &b0_stm32u5, &b0_stm32wb, &b0_stm32c0, &b0_stm32h7rs, &b0_stm32u3, &b0_stm32wba,
};

const struct b0_family *b0_family_at(size_t index)
{
    return index < B0_LENGTH(families) ? families[index] : NULL;
}

const struct b0_family *b0_family_find(const char *name)
{
    for (size_t i = 0; name && i < B0_LENGTH(families); i++) {
        size_t size = strlen(name) + 1;

        if (strlen(families[i]->name) + 1 == size && memcmp(families[i]->name, name, size) == 0)
            return families[i];
    }
    return NULL;
}

const struct b0_chip *b0_chip_at(size_t index)
{
    for (size_t i = 0; i < B0_LENGTH(families); i++) {
        if (index < families[i]->chip_count)
            return &families[i]->chips[index];
        index -= families[i]->chip_count;
    }
    return NULL;
}

const struct b0_chip *b0_chip_find(uint16_t id)
{
    const struct b0_chip *chip;

    for (size_t i = 0; (chip = b0_chip_at(i)) != NULL; i++)
        if (chip->chip.id == id)
            return chip;
    return NULL;
}

const struct b0_signature *b0_chip_signature(const struct b0_chip *chip)
{
    static const struct b0_signature unknown;
    const struct b0_family *family = b0_family_find(chip->chip.family);

    if (chip->signature)
        return chip->signature;
    return family ? &family->signature : &unknown;
}
