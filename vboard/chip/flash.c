/* SPDX-License-Identifier: MIT */
/*
 * Flash as it really behaves: an erase sets all bits of a sector to 1, programming can only clear
 * bits, in units of the selected width, and an operation that loses its power half way leaves
 * neither the old contents nor the new. In flash that reads 0x00 when erased, each of these bits
 * reads inverted.
 */
#include "chip.h"

#include <string.h>

enum {
    UNRELIABLE_ONE_IN = 61, /* bytes that fail if the supply is too low for the width */
    SALT_ERASE = 1,
    SALT_PROGRAM = 2,
    SALT_SUPPLY = 3,
};

/* The same 32 bits for the same address and salt, whatever happened before (xorshift-multiply). */
static uint32_t chance(uint32_t address, uint32_t salt)
{
    uint32_t x = address * 8 + salt;

    x = (x ^ x >> 16) * 0x7feb352du;
    x = (x ^ x >> 15) * 0x846ca68bu;
    return x ^ x >> 16;
}

/* A byte in which each bit is 1 with a probability of share / 256. */
static uint8_t random_bits(uint32_t address, uint32_t salt, uint32_t share)
{
    uint8_t bits = 0;

    for (uint32_t bit = 0; bit < 8; bit++)
        if ((chance(address, salt + bit * 16) & 0xff) < share)
            bits = (uint8_t)(bits | 1u << bit);
    return bits;
}

bool vboard_flash_has_sectors(const struct vboard_area *area)
{
    return area->kind == VBOARD_FLASH || area->kind == VBOARD_EXTERNAL;
}

struct vboard_sector vboard_flash_sector(const struct vboard_chip *chip, uint32_t address)
{
    const struct vboard_area *wanted = vboard_chip_area(chip, address, 1);
    const struct vboard_sectors *run = chip->part->sectors;
    unsigned index = 0;

    for (const struct vboard_area *area = chip->part->areas; wanted && area <= wanted; area++) {
        uint32_t at = area->address;

        if (!vboard_flash_has_sectors(area))
            continue;
        for (; at - area->address < area->size && run->count > 0; run++) {
            uint32_t skip = (address - at) / run->size;

            if (area == wanted && skip < run->count)
                return (struct vboard_sector){index + skip, at + skip * run->size, run->size};
            index += run->count;
            at += run->count * run->size;
        }
    }
    return (struct vboard_sector){0};
}

unsigned vboard_flash_count(const struct vboard_chip *chip)
{
    const struct vboard_area *flash = vboard_chip_flash(chip);

    return vboard_flash_sector(chip, flash->address + (flash->size - 1)).index + 1;
}

/* The length of the smallest sector: option bytes are kept in one of these. */
static uint32_t smallest_sector(const struct vboard_chip *chip)
{
    return chip->part->sectors[0].size;
}

struct range {
    uint32_t from, size;
};

/* The range of a mass erase: the flash, or a bank of it. */
static struct range erased_range(const struct vboard_chip *chip, const struct vboard_flash_op *op)
{
    const struct vboard_area *flash = vboard_chip_flash(chip);
    uint32_t bank_size = flash->size / chip->part->banks;

    if (op->kind != VBOARD_ERASE_BANK)
        return (struct range){flash->address, flash->size};
    return (struct range){op->address - (op->address - flash->address) % bank_size, bank_size};
}

static unsigned sectors_of(const struct vboard_chip *chip, struct range range)
{
    unsigned count = 0;

    for (uint32_t at = 0; at < range.size; count++)
        at += vboard_flash_sector(chip, range.from + at).size;
    return count;
}

/* RM0090, 3.6.4: the controller refuses a mass erase if a single sector is write protected. */
static bool any_protected(const struct vboard_chip *chip, struct range range)
{
    for (uint32_t at = 0; at < range.size;) {
        struct vboard_sector sector = vboard_flash_sector(chip, range.from + at);

        if (vboard_options_protect(chip, sector.index))
            return true;
        at += sector.size;
    }
    return false;
}

/* Whether write protection makes a block do nothing; an OTP block locks itself. */
static bool protected(const struct vboard_chip *chip, uint32_t address)
{
    const struct vboard_area *area = vboard_chip_area(chip, address, 1);
    uint32_t locks, block;

    if (!area)
        return true;
    if (area->kind == VBOARD_FLASH)
        return vboard_options_protect(chip, vboard_flash_sector(chip, address).index);
    if (area->kind != VBOARD_OTP || !chip->part->otp_lock)
        return false;
    /* RM0090, 3.9.4: lock byte i at the end, 0x00 locks block i. */
    locks = area->size / (VBOARD_OTP_BLOCK + 1);
    block = (address - area->address) / VBOARD_OTP_BLOCK;
    return block < locks &&
           *vboard_chip_at(chip, area->address + locks * VBOARD_OTP_BLOCK + block, 1) == 0;
}

static enum b0_parallelism erase_width(const struct vboard_chip *chip)
{
    return chip->erases_by_width ? chip->width : B0_PARALLEL_X8;
}

static uint64_t typical_us(const struct vboard_chip *chip, const struct vboard_flash_op *op)
{
    enum b0_parallelism wide = erase_width(chip);
    uint64_t bank_us = (uint64_t)chip->times->mass_erase_ms[wide] * 1000;
    uint64_t all_us = bank_us * chip->part->banks;
    struct vboard_sector sector;

    switch ((enum vboard_flash_kind)op->kind) {
    case VBOARD_ERASE_SECTOR:
        sector = vboard_flash_sector(chip, op->address);
        if (vboard_options_protect(chip, sector.index))
            return 0;
        return (uint64_t)b0_flash_erase_ms(chip->times, wide, sector.size) * 1000;
    case VBOARD_ERASE_BANK:
        return any_protected(chip, erased_range(chip, op)) ? 0 : bank_us;
    case VBOARD_ERASE_ALL:
        return any_protected(chip, erased_range(chip, op)) ? 0 : all_us;
    case VBOARD_UNPROTECT:
        return all_us;
    case VBOARD_PROGRAM:
        if (protected(chip, op->address) && protected(chip, op->address + op->size - 1))
            return 0;
        return b0_flash_program_us(chip->times, chip->width, op->size);
    case VBOARD_PROGRAM_OPTIONS:
        /* Not in the datasheets; the controller erases their sector and programs them again. */
        return (uint64_t)b0_flash_erase_ms(chip->times, wide, smallest_sector(chip)) * 1000;
    }
    return 0;
}

uint64_t vboard_flash_duration(const struct vboard_chip *chip, const struct vboard_flash_op *op)
{
    uint64_t typically_us = typical_us(chip, op);

    return op->kind == VBOARD_PROGRAM ? typically_us : typically_us * chip->erase_percent / 100;
}

static void violate(struct vboard_flash_result *result, uint32_t address, const char *what)
{
    if (result->violations++ > 0)
        return;
    result->violation = what;
    result->violation_address = address;
}

uint8_t vboard_flash_erased(const struct vboard_chip *chip, uint32_t address)
{
    const struct vboard_area *area = vboard_chip_area(chip, address, 1);

    return area && area->kind == VBOARD_FLASH ? chip->family->erased_byte : 0xff;
}

/* The mask that converts a byte as it reads into one whose erased bits are 1, and back. */
static uint8_t inversion(const struct vboard_chip *chip, uint32_t address)
{
    return (uint8_t)~vboard_flash_erased(chip, address);
}

/* ---- erase ---- */

/* Sets `share` of 256 of the 0 bits to 1. */
static void erase_range(struct vboard_chip *chip, uint32_t address, uint32_t size, uint32_t share)
{
    uint8_t *bytes = vboard_chip_at(chip, address, size);
    uint8_t invert = inversion(chip, address);

    if (share >= 256) {
        memset(bytes, vboard_flash_erased(chip, address), size);
        return;
    }
    for (uint32_t i = 0; i < size; i++)
        bytes[i] =
            (uint8_t)(((bytes[i] ^ invert) | random_bits(address + i, SALT_ERASE, share)) ^ invert);
}

/* ---- program ---- */

/*
 * The supply that a width requires: AN2606, 4.4, table 4 = RM0090, table 7. Only chips with a
 * choice of widths have such limits.
 */
static bool supply_suffices(const struct vboard_chip *chip)
{
    static const unsigned needs_mv[B0_PARALLEL_COUNT] = {1800, 2100, 2700};

    if (chip->needs_vpp)
        return false;
    return chip->times->unit_bytes[B0_PARALLEL_X8] == chip->times->unit_bytes[B0_PARALLEL_X32] ||
           chip->supply_mv >= needs_mv[chip->width];
}

static bool unit_is(const uint8_t *bytes, uint32_t size, uint8_t value)
{
    for (uint32_t i = 0; i < size; i++)
        if (bytes[i] != value)
            return false;
    return true;
}

/* External flash is NOR: it clears the bits that are 0 in both, like that of an F4. */
static bool refuses_unerased(const struct vboard_chip *chip, uint32_t address)
{
    const struct vboard_area *area = vboard_chip_area(chip, address, 1);

    return chip->part->refuses_unerased && area && area->kind != VBOARD_EXTERNAL;
}

/* Programs one unit, within an area. `half`: the power is lost before it is done. */
static void program_unit(struct vboard_chip *chip, uint32_t address, const uint8_t *data,
                         uint32_t size, bool half, struct vboard_flash_result *result)
{
    uint8_t *bytes = vboard_chip_at(chip, address, size);
    bool weak = !supply_suffices(chip);
    uint8_t invert = inversion(chip, address);

    if (!bytes || protected(chip, address))
        return;
    if (refuses_unerased(chip, address) && !unit_is(bytes, size, (uint8_t)~invert) &&
        (invert != 0 || !unit_is(data, size, 0))) {
        result->failed = true;
        violate(result, address, "programmed flash that is not erased");
        return;
    }
    for (uint32_t i = 0; i < size; i++) {
        uint8_t held = bytes[i] ^ invert, wanted = data[i] ^ invert, left = 0;

        if ((held & wanted) != wanted)
            violate(result, address + i, "programmed flash that is not erased");
        if (half)
            left = random_bits(address + i, SALT_PROGRAM, 128);
        if (weak && chance(address + i, SALT_SUPPLY) % UNRELIABLE_ONE_IN == 0)
            left = random_bits(address + i, SALT_SUPPLY, 128);
        if (weak)
            violate(result, address + i, "programmed more bits at a time than the supply allows");
        bytes[i] = (uint8_t)((held & (wanted | left)) ^ invert);
        result->bytes_programmed++;
    }
}

/*
 * Bytes that succeed or fail together: the width; on an L0 or L1 one word, although a half-page
 * takes no longer.
 */
static uint32_t unit_of(const struct vboard_chip *chip)
{
    bool has_widths =
        chip->times->unit_bytes[B0_PARALLEL_X8] != chip->times->unit_bytes[B0_PARALLEL_X32];

    return has_widths ? chip->times->unit_bytes[chip->width] : chip->family->program_unit;
}

/* Fills up the last unit of a block with the value of erased flash, which programs nothing. */
static void program(struct vboard_chip *chip, const struct vboard_flash_op *op, uint64_t bytes_done,
                    bool half_follows, struct vboard_flash_result *result)
{
    uint32_t unit = unit_of(chip);
    uint8_t filled[UINT8_MAX + 1];

    if (op->address % unit != 0) {
        result->failed = chip->part->refuses_unerased;
        violate(result, op->address, "programmed at an address that is not aligned to the width");
        return;
    }
    for (uint32_t at = 0; at < op->size; at += unit) {
        uint32_t size = op->size - at < unit ? op->size - at : unit;
        uint32_t programmed = result->bytes_programmed;

        if (at >= bytes_done && !half_follows)
            return;
        memset(filled, vboard_flash_erased(chip, op->address + at), unit);
        memcpy(filled, op->data + at, size);
        program_unit(chip, op->address + at, filled, unit, at >= bytes_done, result);
        if (result->bytes_programmed == programmed + unit)
            result->bytes_programmed = programmed + size;
        if (at >= bytes_done)
            return;
    }
}

/*
 * AN2662, 2.11: all option bytes are erased before the new ones are written. A loss of power leaves
 * an erased area: level 1, since RDP no longer has the value of level 0.
 */
static void program_options(struct vboard_chip *chip, const struct vboard_flash_op *op, bool done)
{
    const struct vboard_area *area = vboard_chip_area(chip, op->address, op->size);
    uint8_t *bytes = area ? vboard_chip_at(chip, area->address, area->size) : NULL;

    if (!bytes)
        return;
    memset(bytes, 0xff, area->size);
    if (!done)
        return;
    memcpy(bytes + (op->address - area->address), op->data, op->size);
    vboard_options_complete(chip, area->address, bytes, area->size);
}

void vboard_flash_apply(struct vboard_chip *chip, const struct vboard_flash_op *op,
                        uint64_t elapsed_us, struct vboard_flash_result *result)
{
    const struct vboard_area *flash = vboard_chip_flash(chip);
    uint64_t duration_us = vboard_flash_duration(chip, op);
    bool done = elapsed_us >= duration_us;
    uint32_t share = 256;
    struct vboard_sector sector;
    struct range range;

    memset(result, 0, sizeof *result);
    if (duration_us == 0)
        return; /* write protected: nothing happens, and nothing is reported (AN2662, 4.5.3) */
    if (!done)
        share = (uint32_t)(elapsed_us * 256 / duration_us);
    switch ((enum vboard_flash_kind)op->kind) {
    case VBOARD_ERASE_SECTOR:
        sector = vboard_flash_sector(chip, op->address);
        erase_range(chip, sector.address, sector.size, share);
        result->sectors_erased = done;
        break;
    case VBOARD_UNPROTECT:
        if (done) {
            vboard_chip_lose_ram(chip);
            vboard_options_init(chip, 0);
        }
        erase_range(chip, flash->address, flash->size, share);
        result->sectors_erased = done ? vboard_flash_count(chip) : 0;
        break;
    case VBOARD_ERASE_BANK:
    case VBOARD_ERASE_ALL:
        range = erased_range(chip, op);
        erase_range(chip, range.from, range.size, share);
        result->sectors_erased = done ? sectors_of(chip, range) : 0;
        break;
    case VBOARD_PROGRAM:
        program(chip, op,
                elapsed_us / chip->times->program_us * chip->times->unit_bytes[chip->width],
                elapsed_us % chip->times->program_us > 0, result);
        break;
    case VBOARD_PROGRAM_OPTIONS:
        program_options(chip, op, done);
        break;
    }
}
