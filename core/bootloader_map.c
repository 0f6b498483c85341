/* SPDX-License-Identifier: MIT */
/* Sectors of the F40x, the layout that its bootloader shows, and which vectors make sense. */
#include "bootloader_map.h"
#include "array.h"
#include "bytes.h"

uint32_t b0_sector_size(uint8_t sector)
{
    return sector < 4 ? 16 * B0_KIB : sector == 4 ? 64 * B0_KIB : 128 * B0_KIB;
}

uint32_t b0_sector_address(uint8_t sector)
{
    return B0_FLASH_BASE + (sector < 4    ? sector * 16 * B0_KIB
                            : sector == 4 ? 64 * B0_KIB
                                          : (sector - 4u) * 128 * B0_KIB);
}

uint8_t b0_sector_at(uint32_t address)
{
    uint8_t sector = 0;

    while (sector < B0_SECTORS && address - b0_sector_address(sector) >= b0_sector_size(sector))
        sector++;
    return sector;
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

size_t b0_map_layout(uint32_t flash_size, char *text)
{
    static const char head[] = "@Internal Flash  /0x08008000/";
    size_t length = sizeof head - 1;
    uint8_t sector = B0_SECTOR_PROGRAM;

    for (size_t i = 0; i < length; i++)
        text[i] = head[i];
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

/* RM0090, 2.3: SRAM 1 and 2 are one piece of 128 KiB, the core-coupled RAM has 64 KiB. */
static bool stack_sane(uint32_t stack)
{
    return (stack & 3) == 0 && ((stack > 0x20000000 && stack <= 0x20020000) ||
                                (stack > 0x10000000 && stack <= 0x10010000));
}

bool b0_vectors_sane(const uint8_t *vectors, uint32_t flash_end)
{
    return stack_sane(b0_load32(vectors)) &&
           b0_reset_vector_sane(b0_load32(vectors + 4), flash_end);
}
