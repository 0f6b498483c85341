/* SPDX-License-Identifier: MIT */
/*
 * Names of functions, from an ELF file of the program (System V ABI, chapter 4; "ELF for the Arm
 * Architecture", where bit 0 of a function's address means Thumb). Nothing in the file is trusted.
 */
#include "symbols.h"

#include <core/bytes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    FILE_MAX = 64 * 1024 * 1024,
    HEADER_SIZE = 52,
    SECTION_SIZE = 40,
    SYMBOL_SIZE = 16,
    SECTION_SYMTAB = 2,
    TYPE_FUNCTION = 2,
    TYPE_NONE = 0,
    FAR = 0x10000, /* a symbol without an end names at most this much */
};

struct symbol {
    uint32_t address;
    uint32_t size;
    const char *name; /* in the file */
};

struct vboard_symbols {
    uint8_t *file; /* with a NUL after its end */
    size_t size;
    struct symbol *list;
    size_t count;
};

static uint8_t *read_file(const char *name, size_t *size)
{
    FILE *file = fopen(name, "rb");
    uint8_t *bytes = NULL;
    long length;

    if (!file)
        return NULL;
    if (fseek(file, 0, SEEK_END) == 0 && (length = ftell(file)) >= HEADER_SIZE &&
        length <= FILE_MAX && fseek(file, 0, SEEK_SET) == 0 &&
        (bytes = calloc(1, (size_t)length + 1))) {
        *size = fread(bytes, 1, (size_t)length, file);
        if (*size != (size_t)length) {
            free(bytes);
            bytes = NULL;
        }
    }
    fclose(file);
    return bytes;
}

static const uint8_t *range(const struct vboard_symbols *symbols, uint32_t offset, uint32_t size)
{
    if (offset > symbols->size || size > symbols->size - offset)
        return NULL;
    return symbols->file + offset;
}

static const uint8_t *section(const struct vboard_symbols *symbols, unsigned index)
{
    uint32_t table = b0_load32(symbols->file + 32);
    unsigned count = b0_load16(symbols->file + 48);
    uint64_t offset = (uint64_t)table + (uint64_t)index * SECTION_SIZE;

    if (index >= count || b0_load16(symbols->file + 46) != SECTION_SIZE || offset > UINT32_MAX)
        return NULL;
    return range(symbols, (uint32_t)offset, SECTION_SIZE);
}

static int by_address(const void *a, const void *b)
{
    const struct symbol *first = a, *second = b;

    return (first->address > second->address) - (first->address < second->address);
}

static void take_symbol(struct vboard_symbols *symbols, const uint8_t *entry,
                        const uint8_t *strings, uint32_t strings_size)
{
    uint32_t name = b0_load32(entry), type = entry[12] & 15;
    struct symbol *symbol = &symbols->list[symbols->count];

    if (name >= strings_size || (type != TYPE_FUNCTION && type != TYPE_NONE))
        return;
    symbol->name = (const char *)strings + name;
    if (symbol->name[0] == '\0' || symbol->name[0] == '$') /* $t, $d: the kind of the bytes */
        return;
    symbol->address = b0_load32(entry + 4) & ~1u;
    symbol->size = b0_load32(entry + 8);
    symbols->count++;
}

static bool take_table(struct vboard_symbols *symbols, const uint8_t *header)
{
    const uint8_t *link = section(symbols, b0_load32(header + 24));
    uint32_t size = b0_load32(header + 20), strings_size;
    const uint8_t *table = range(symbols, b0_load32(header + 16), size);
    const uint8_t *strings;

    if (!table || !link || size < SYMBOL_SIZE)
        return false;
    strings_size = b0_load32(link + 20);
    strings = range(symbols, b0_load32(link + 16), strings_size);
    symbols->list = calloc(size / SYMBOL_SIZE, sizeof *symbols->list);
    if (!strings || !symbols->list)
        return false;
    for (uint32_t i = 0; i < size / SYMBOL_SIZE; i++)
        take_symbol(symbols, table + (size_t)i * SYMBOL_SIZE, strings, strings_size);
    qsort(symbols->list, symbols->count, sizeof *symbols->list, by_address);
    return true;
}

struct vboard_symbols *vboard_symbols_load(const char *file)
{
    static const uint8_t magic[] = {0x7f, 'E', 'L', 'F', 1 /* 32 bits */, 1 /* little-endian */};
    struct vboard_symbols *symbols = calloc(1, sizeof *symbols);

    if (!symbols)
        return NULL;
    symbols->file = read_file(file, &symbols->size);
    if (symbols->file && memcmp(symbols->file, magic, sizeof magic) == 0)
        for (unsigned i = 0; section(symbols, i); i++)
            if (b0_load32(section(symbols, i) + 4) == SECTION_SYMTAB &&
                take_table(symbols, section(symbols, i)))
                return symbols;
    vboard_symbols_free(symbols);
    return NULL;
}

void vboard_symbols_free(struct vboard_symbols *symbols)
{
    if (!symbols)
        return;
    free(symbols->list);
    free(symbols->file);
    free(symbols);
}

void vboard_symbols_name(const struct vboard_symbols *symbols, uint32_t address, char *text,
                         size_t size)
{
    const struct symbol *best = NULL;

    text[0] = '\0';
    if (!symbols)
        return;
    for (size_t i = 0; i < symbols->count && symbols->list[i].address <= address; i++)
        if (address - symbols->list[i].address <
            (symbols->list[i].size > 0 ? symbols->list[i].size : FAR))
            best = &symbols->list[i];
    if (best)
        snprintf(text, size, "%.60s+0x%x", best->name, (unsigned)(address - best->address));
}
