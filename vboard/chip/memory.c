/* SPDX-License-Identifier: MIT */
/* The memory map of a chip. */
#include "chip.h"

#include <core/bytes.h>
#include <stdlib.h>
#include <string.h>

static uint8_t blank_of(const struct vboard_chip *chip, const struct vboard_area *area)
{
    if (area->kind == VBOARD_FLASH)
        return chip->family->erased_byte;
    return area->kind == VBOARD_RAM || area->kind == VBOARD_FEATURE ? 0x00 : 0xff;
}

/* AN2606, 4.4, table 4: the lowest range; the reserved bytes read 0xff. */
static void init_feature(uint8_t *bytes, uint32_t size)
{
    memset(bytes, 0xff, size);
    bytes[0] = 0;
}

static void write_flash_size(struct vboard_chip *chip)
{
    uint8_t *bytes =
        chip->part->flash_size ? vboard_chip_at(chip, chip->part->flash_size, 2) : NULL;

    if (bytes)
        b0_store16(bytes, (uint16_t)(vboard_chip_flash(chip)->size / 1024));
}

bool vboard_chip_init(struct vboard_chip *chip, const struct vboard_part *part)
{
    memset(chip, 0, sizeof *chip);
    chip->erase_percent = 100;
    chip->part = part;
    chip->family = b0_family_find(part->family);
    if (!chip->family)
        return false;
    chip->times = chip->family->times;
    for (size_t i = 0; part->areas[i].size > 0; i++) {
        chip->bytes[i] = malloc(part->areas[i].size);
        if (!chip->bytes[i])
            return false;
        memset(chip->bytes[i], blank_of(chip, &part->areas[i]), part->areas[i].size);
    }
    write_flash_size(chip);
    vboard_options_init(chip, 0);
    vboard_chip_reset(chip);
    return true;
}

void vboard_chip_free(struct vboard_chip *chip)
{
    for (size_t i = 0; i < VBOARD_AREAS_MAX; i++)
        free(chip->bytes[i]);
    memset(chip, 0, sizeof *chip);
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return -1;
}

/*
 * The ROM's serial number is u[11], u[10] + u[2], u[9], u[8] + u[0], u[7], u[6] in hexadecimal
 * (libopencm3, lib/stm32/desig.c): if the other bytes are 0, it is these six.
 */
void vboard_chip_set_serial(struct vboard_chip *chip, const char *serial)
{
    uint8_t *id = chip->part->unique_id ? vboard_chip_at(chip, chip->part->unique_id, 12) : NULL;
    uint8_t bytes[6];

    if (!id || strlen(serial) != 12)
        return;
    for (size_t i = 0; i < 6; i++) {
        int high = hex_digit(serial[2 * i]), low = hex_digit(serial[2 * i + 1]);

        if (high < 0 || low < 0)
            return;
        bytes[i] = (uint8_t)(high << 4 | low);
    }
    memset(id, 0, 12);
    for (size_t i = 0; i < 6; i++)
        id[11 - i] = bytes[i];
}

void vboard_chip_reset(struct vboard_chip *chip)
{
    size_t used = 0;

    for (size_t i = 0; chip->part->areas[i].size > 0; i++) {
        const struct vboard_area *area = &chip->part->areas[i];

        if (area->kind == VBOARD_FEATURE)
            init_feature(chip->bytes[i], area->size);
        if (area->kind != VBOARD_OPTIONS || used + area->size > sizeof chip->loaded)
            continue;
        memcpy(chip->loaded + used, chip->bytes[i], area->size);
        used += area->size;
    }
    chip->width = B0_PARALLEL_X8;
    chip->needs_vpp = false;
}

void vboard_chip_lose_ram(struct vboard_chip *chip)
{
    for (size_t i = 0; chip->part->areas[i].size > 0; i++)
        if (chip->part->areas[i].kind == VBOARD_RAM)
            memset(chip->bytes[i], 0, chip->part->areas[i].size);
}

static bool contains(const struct vboard_area *area, uint32_t address, uint32_t size)
{
    return address >= area->address && address - area->address < area->size &&
           size <= area->size - (address - area->address);
}

const struct vboard_area *vboard_chip_area(const struct vboard_chip *chip, uint32_t address,
                                           uint32_t size)
{
    for (const struct vboard_area *area = chip->part->areas; area->size > 0; area++)
        if (contains(area, address, size))
            return area;
    return NULL;
}

const struct vboard_area *vboard_chip_flash(const struct vboard_chip *chip)
{
    return chip->part->areas; /* the first of every row */
}

uint8_t *vboard_chip_at(const struct vboard_chip *chip, uint32_t address, uint32_t size)
{
    const struct vboard_area *area = vboard_chip_area(chip, address, size);

    return area ? chip->bytes[area - chip->part->areas] + (address - area->address) : NULL;
}

/* In a RAM area, or just past its end, where a descending stack begins. */
static bool stack_valid(const struct vboard_chip *chip, uint32_t stack)
{
    const struct vboard_area *area = chip->part->areas;

    for (; area->size > 0; area++)
        if (area->kind == VBOARD_RAM && stack > area->address &&
            stack - area->address <= area->size)
            return stack % 4 == 0;
    return false;
}

bool vboard_chip_vectors(const struct vboard_chip *chip, uint32_t address, uint32_t *stack,
                         uint32_t *pc)
{
    const uint8_t *vectors = vboard_chip_at(chip, address, 8);
    const struct vboard_area *code;

    *stack = *pc = 0xffffffff;
    if (!vectors)
        return false;
    *stack = b0_load32(vectors);
    *pc = b0_load32(vectors + 4);
    code = vboard_chip_area(chip, *pc, 1);
    return stack_valid(chip, *stack) && *pc % 2 == 1 && code &&
           (code->kind == VBOARD_FLASH || code->kind == VBOARD_RAM ||
            code->kind == VBOARD_EXTERNAL);
}
