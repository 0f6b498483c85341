/* SPDX-License-Identifier: MIT */
/* Sectors of the F4, the layout that its bootloader reports, and checks of vector tables. */
#include "bootloader_map.h"
#include "array.h"
#include "bytes.h"

uint32_t b0_sector_size(uint8_t sector)
{
    sector %= B0_BANK_SECTORS;
    return sector < 4 ? 16 * B0_KIB : sector == 4 ? 64 * B0_KIB : 128 * B0_KIB;
}

uint32_t b0_sector_address(uint8_t sector)
{
    uint8_t in_bank = sector % B0_BANK_SECTORS;

    return B0_FLASH_BASE + sector / B0_BANK_SECTORS * B0_MIB +
           (in_bank < 4    ? in_bank * 16 * B0_KIB
            : in_bank == 4 ? 64 * B0_KIB
                           : (in_bank - 4u) * 128 * B0_KIB);
}

uint8_t b0_sector_at(uint32_t address)
{
    uint8_t sector = 0;

    while (sector < B0_SECTORS && address - b0_sector_address(sector) >= b0_sector_size(sector))
        sector++;
    return sector;
}

b0_sectors b0_sector_range(uint8_t first_sector, uint8_t last_sector)
{
    _Static_assert(B0_SECTORS < 32, "a bit for each, and one behind the last");
    return ((b0_sectors)2 << last_sector) - ((b0_sectors)1 << first_sector);
}

/* "02*016Kg": a run of equal sectors, readable, erasable and writable. */
static size_t write_run(char *text, unsigned count, unsigned kib)
{
    const char run[] = {
        (char)('0' + count / 10),    (char)('0' + count % 10), '*', (char)('0' + kib / 100),
        (char)('0' + kib / 10 % 10), (char)('0' + kib % 10),   'K', 'g'};

    for (size_t i = 0; i < sizeof run; i++)
        text[i] = run[i];
    return sizeof run;
}

size_t b0_map_layout(uint8_t first_sector, uint32_t flash_size, char *text)
{
    static const char head[] = "@Internal Flash  /0x08000000/";
    size_t length = sizeof head - 1;
    uint8_t sector = first_sector;

    for (size_t i = 0; i < length; i++)
        text[i] = head[i];
    for (size_t digit = 0; digit < 6; digit++)
        text[length - 2 - digit] =
            "0123456789ABCDEF"[b0_sector_address(first_sector) >> 4 * digit & 15];
    while (sector < B0_SECTORS && b0_sector_address(sector) < B0_FLASH_BASE + flash_size) {
        uint32_t size = b0_sector_size(sector);
        unsigned count = 0;

        do {
            count++;
            sector++;
        } while (sector < B0_SECTORS && b0_sector_size(sector) == size &&
                 b0_sector_address(sector) < B0_FLASH_BASE + flash_size);
        if (length > sizeof head - 1)
            text[length++] = ',';
        length += write_run(text + length, count, size / B0_KIB);
    }
    return length;
}

bool b0_reset_vector_sane(uint32_t reset_vector, uint32_t flash_end)
{
    return (reset_vector & 1) != 0 && reset_vector >= B0_PROGRAM_BASE && reset_vector < flash_end;
}

static bool stack_sane(uint32_t stack, const struct b0_chip_ram *ram)
{
    return (stack & 3) == 0 && ((stack > 0x20000000 && stack <= ram->sram_end) ||
                                (stack > 0x10000000 && stack <= ram->ccm_end));
}

bool b0_vectors_sane(const uint8_t *vectors, uint32_t flash_end, const struct b0_chip_ram *ram)
{
    return stack_sane(b0_load32(vectors), ram) &&
           b0_reset_vector_sane(b0_load32(vectors + 4), flash_end);
}

bool b0_bootloader_runs_on(uint16_t device_id)
{
    static const uint16_t ids[] = {0x413, 0x419, 0x421, 0x423, 0x431, 0x433, 0x441};

    for (size_t i = 0; i < B0_LENGTH(ids); i++)
        if (ids[i] == device_id)
            return true;
    return false;
}
