/* SPDX-License-Identifier: MIT */
/* The list of families, and look-up of families and chips in it. */
#include "family.h"

#include <core/array.h>
#include <string.h>

#define ADDRESS_OF(name) &b0_stm32##name,
static const struct b0_family *const families[] = {B0_FAMILIES(ADDRESS_OF)};

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

bool b0_option_field_on(const struct b0_option_field *field, uint16_t id)
{
    const uint16_t *one = field->ids;

    while (one && *one != 0 && *one != id)
        one++;
    return !one || *one != 0;
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

const struct b0_chip *b0_chip_row(const struct boot0_chip *chip)
{
    return chip->row ? chip->row : b0_chip_find(chip->id);
}

const struct b0_signature *b0_chip_signature(const struct b0_chip *chip)
{
    static const struct b0_signature unknown;
    const struct b0_family *family = b0_family_find(chip->chip.family);

    if (chip->signature)
        return chip->signature;
    return family ? &family->signature : &unknown;
}

uint8_t b0_chips_erased_byte(const struct boot0_chip *const *chips, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct b0_family *family = b0_family_find(chips[i]->family);

        if (!family || family->erased_byte != 0x00)
            return 0xff;
    }
    return count > 0 ? 0x00 : 0xff;
}
