/* SPDX-License-Identifier: MIT */
/*
 * The memories of a board, from its layout strings: which exist, where, and of what kind. What no
 * string contains comes from the table of chips, or is invented so that there is memory to write
 * to.
 */
#include "describe.h"

#include <core/array.h>
#include <string.h>
#include <strings.h>

enum {
    MEMORY_SIZE_MAX = 64 << 20, /* limits of the format */
    TOTAL_SIZE_MAX = 128 << 20,
    OPTIONS_SIZE_MAX = 4096,
    FLASH_SIZE_MIN = 1024,
    FLASH_ADDRESS = 0x08000000,
    FREE_ADDRESS = 0x60000000, /* for memories without an address of their own */
    FREE_STEP = 0x04000000,
    RUN_COUNT_MAX = 65535,
    GUESSED_SIZE = 128 * B0_KIB,
};

/* Whether two families agree in everything that a description contains; F2 and F4 do. */
static bool agree(const struct b0_family *a, const struct b0_family *b)
{
    bool same_options =
        a->option_style == b->option_style ||
        (a->option_style && b->option_style && strcmp(a->option_style, b->option_style) == 0);

    return same_options && a->pages_per_wrp == b->pages_per_wrp &&
           a->refuses_unerased == b->refuses_unerased && a->erased_byte == b->erased_byte;
}

const struct b0_family *describe_family(const struct boot0_board *board)
{
    const struct b0_family *first =
        board->chip_count > 0 ? b0_family_find(board->chips[0]->family) : NULL;

    for (size_t i = 1; first && i < board->chip_count; i++) {
        const struct b0_family *other = b0_family_find(board->chips[i]->family);

        if (!other || !agree(first, other))
            return NULL;
    }
    return first;
}

const struct b0_signature *describe_signature(const struct boot0_board *board)
{
    const struct b0_chip *row = board->chip_count > 0 ? b0_chip_row(board->chips[0]) : NULL;

    for (size_t i = 1; row && i < board->chip_count; i++) {
        const struct b0_chip *other = b0_chip_row(board->chips[i]);

        if (!other || b0_chip_signature(other)->unique_id != b0_chip_signature(row)->unique_id ||
            b0_chip_signature(other)->flash_size != b0_chip_signature(row)->flash_size)
            return NULL;
    }
    return row ? b0_chip_signature(row) : NULL;
}

const struct describe_memory *describe_find_memory(const struct description *description,
                                                   const char *kind)
{
    for (size_t i = 0; i < description->memory_count; i++)
        if (strcmp(description->memories[i].kind, kind) == 0)
            return &description->memories[i];
    return NULL;
}

/* ---- the list ---- */

static bool is_free(const struct description *description, uint32_t address, uint32_t size)
{
    for (size_t i = 0; i < description->memory_count; i++) {
        const struct describe_memory *other = &description->memories[i];

        if (address < (uint64_t)other->address + other->size &&
            other->address < (uint64_t)address + size)
            return false;
    }
    return true;
}

/* Whether a listed memory already contains the range: two alternates can show the same memory. */
static bool is_listed(const struct description *description, uint32_t address, uint32_t size)
{
    for (size_t i = 0; i < description->memory_count; i++) {
        const struct describe_memory *other = &description->memories[i];

        if (address >= other->address &&
            (uint64_t)address + size <= (uint64_t)other->address + other->size)
            return true;
    }
    return false;
}

/* Bytes of all memories of a kind, or of all kinds. */
static uint64_t total_size(const struct description *description, const char *kind)
{
    uint64_t total = 0;

    for (size_t i = 0; i < description->memory_count; i++)
        if (!kind || strcmp(description->memories[i].kind, kind) == 0)
            total += description->memories[i].size;
    return total;
}

/* Whether the memory is within the limits of the format. */
static bool fits(const struct description *description, const struct describe_memory *memory)
{
    size_t runs = memory->run_count;

    for (size_t i = 0; i < description->memory_count; i++)
        runs += description->memories[i].run_count;
    if (strcmp(memory->kind, "flash") == 0 && memory->size < FLASH_SIZE_MIN)
        return false;
    if (strcmp(memory->kind, "options") == 0 &&
        total_size(description, "options") + memory->size > OPTIONS_SIZE_MAX)
        return false;
    return description->memory_count < DESCRIBE_MEMORIES_MAX && memory->size > 0 &&
           memory->size <= MEMORY_SIZE_MAX &&
           total_size(description, NULL) + memory->size <= TOTAL_SIZE_MAX &&
           runs <= DESCRIBE_RUNS_MAX && is_free(description, memory->address, memory->size);
}

static bool add(struct description *description, const struct describe_memory *memory)
{
    if (!fits(description, memory))
        return false;
    description->memories[description->memory_count++] = *memory;
    return true;
}

/* ---- from layouts ---- */

static bool has_sectors(const char *kind)
{
    return strcmp(kind, "flash") == 0 || strcmp(kind, "external") == 0;
}

/* Goes by the names in ST's ROMs, else by the access of the sectors. */
static const char *kind_of(const struct boot0_layout *layout)
{
    static const struct {
        const char *name, *kind;
    } names[] = {{"Option", "options"}, {"OB ", "options"}, {"OTP", "otp"}};

    for (size_t i = 0; i < B0_LENGTH(names); i++)
        if (strncasecmp(layout->name, names[i].name, strlen(names[i].name)) == 0)
            return names[i].kind;
    if (layout->regions[0].address == 0xffff0000)
        return "feature";
    return layout->regions[0].access & BOOT0_SECTOR_ERASABLE ? "external" : "ram";
}

/* Takes adjoining regions, from `first` on, as one memory. Returns the first region after them. */
static size_t take_regions(const struct boot0_layout *layout, size_t first, uint32_t base,
                           struct describe_memory *memory)
{
    uint64_t size = 0;
    size_t i = first;

    memory->address = layout->regions[first].address + base;
    memory->run_count = 0;
    for (; i < layout->region_count; i++) {
        const struct boot0_region *region = &layout->regions[i];

        if (region->address != layout->regions[first].address + size ||
            region->sector_count > RUN_COUNT_MAX)
            break;
        if (has_sectors(memory->kind)) {
            memory->runs[memory->run_count].count = region->sector_count;
            memory->runs[memory->run_count++].size = region->sector_size;
        }
        size += (uint64_t)region->sector_count * region->sector_size;
    }
    memory->size = size <= UINT32_MAX ? (uint32_t)size : 0;
    return i > first ? i : first + 1;
}

static void add_layout(struct description *description, const struct boot0_layout *layout,
                       const char *kind, uint32_t base)
{
    for (size_t i = 0; i < layout->region_count;) {
        struct describe_memory memory = {.kind = kind};

        i = take_regions(layout, i, base, &memory);
        if (!is_listed(description, memory.address, memory.size))
            add(description, &memory);
        if (strcmp(kind, "flash") == 0 && description->memory_count > 0)
            kind = "external"; /* there is one main flash; memory elsewhere is external */
    }
}

/* The offset for another memory at the same addresses; the alternate setting selects one. */
static uint32_t base_of(const struct description *description, const struct boot0_layout *layout)
{
    struct describe_memory memory = {.kind = kind_of(layout)};
    uint32_t address = FREE_ADDRESS;

    take_regions(layout, 0, 0, &memory);
    if (is_free(description, memory.address, memory.size) ||
        is_listed(description, memory.address, memory.size))
        return 0;
    while (!is_free(description, address, FREE_STEP))
        address += FREE_STEP;
    return address - layout->regions[0].address;
}

/* The alternate setting that boot0 uses as the main flash; -1: none has a layout. */
static int find_flash(const struct description *description)
{
    const struct boot0_board *board = &description->board;

    for (size_t i = 0; board->flash_alternate >= 0 && i < description->alternate_count; i++)
        if (description->alternates[i].has_layout &&
            strcmp(description->alternates[i].layout.name,
                   board->alternates[board->flash_alternate].layout.name) == 0)
            return (int)i;
    return -1;
}

/* Every description has a flash, and starts with it. */
static void ensure_flash(struct description *description, const char *comment)
{
    const struct describe_memory flash = {
        .kind = "flash",
        .address = FLASH_ADDRESS,
        .size = GUESSED_SIZE,
        .runs = {{GUESSED_SIZE / B0_KIB, B0_KIB}},
        .run_count = 1,
        .comment = comment,
    };

    if (description->memory_count == 0)
        add(description, &flash);
}

static void add_layouts(struct description *description)
{
    int flash = find_flash(description);

    if (flash >= 0) /* boot0's layout: a quirk may have corrected the string */
        add_layout(description,
                   &description->board.alternates[description->board.flash_alternate].layout,
                   "flash", 0);
    ensure_flash(description, "vboard cannot model the board's own flash.");
    for (size_t i = 0; i < description->alternate_count; i++) {
        struct describe_alternate *alternate = &description->alternates[i];

        if (!alternate->has_layout || (int)i == flash)
            continue;
        alternate->base = base_of(description, &alternate->layout);
        add_layout(description, &alternate->layout, kind_of(&alternate->layout), alternate->base);
    }
}

/* ---- without addresses ---- */

/* The address in the name of a Maple alternate setting, "…FLASH 0x08005000"; 0: none. */
static uint32_t address_in(const char *name)
{
    const char *at = strstr(name, "0x");
    uint32_t address = 0;

    for (at = at ? at + 2 : ""; strchr("0123456789abcdefABCDEF", *at) && *at; at++)
        address = address << 4 | (uint32_t)(*at <= '9' ? *at - '0' : (*at | 0x20) - 'a' + 10);
    return address;
}

static void add_maple(struct description *description)
{
    ensure_flash(description, "The size of the flash is not reported; 128 KiB is usual.");
    for (size_t i = 0; i < description->alternate_count; i++)
        description->alternates[i].base = address_in(description->alternates[i].name);
}

/* Each alternate setting is a memory of its own. A layout string may contain its size. */
static void add_plain(struct description *description)
{
    for (size_t i = 0; i < description->alternate_count; i++) {
        struct describe_alternate *alternate = &description->alternates[i];
        uint64_t size = alternate->has_layout ? boot0_layout_size(&alternate->layout) : 0;
        bool first = description->memory_count == 0;
        struct describe_memory memory = {
            .kind = first ? "flash" : "external",
            .address = first ? (uint32_t)FLASH_ADDRESS
                             : (uint32_t)(FREE_ADDRESS + FREE_STEP * (uint32_t)i),
            .run_count = 1,
            .comment = size > 0 ? NULL : "The size is not reported; this is a guess.",
        };

        size = size > 0 ? (size + B0_KIB - 1) / B0_KIB * B0_KIB : GUESSED_SIZE;
        if (size / B0_KIB > RUN_COUNT_MAX)
            continue;
        memory.size = (uint32_t)size;
        memory.runs[0].count = (uint32_t)size / B0_KIB;
        memory.runs[0].size = B0_KIB;
        if (add(description, &memory))
            alternate->base = memory.address;
    }
    ensure_flash(description, "The size of the flash is not reported; this is a guess.");
}

/* ---- other memories of the chip ---- */

static void add_ram(struct description *description)
{
    const struct boot0_board *board = &description->board;
    const struct boot0_range *ram = board->chip_count > 0 ? board->chips[0]->ram : NULL;
    struct describe_memory memory = {.kind = "ram", .address = 0x20000000, .size = 20 * B0_KIB};

    memory.comment = "The RAM is not reported; this is a guess.";
    if (!ram)
        add(description, &memory);
    memory.comment = "The RAM of the first chip that the board can be.";
    for (size_t i = 0; ram && i < BOOT0_CHIP_RAM_MAX && ram[i].size > 0; i++) {
        memory.address = ram[i].address;
        memory.size = ram[i].size;
        add(description, &memory);
    }
}

static void add_info(struct description *description)
{
    const struct b0_signature *signature = describe_signature(&description->board);
    struct describe_memory memory = {.kind = "info"};

    if (!signature || signature->info.last == 0)
        return;
    memory.address = signature->info.first;
    memory.size = signature->info.last - signature->info.first + 1;
    add(description, &memory);
}

/* The chip has option bytes even if no memory shows them: the UART's commands use them. */
static void add_options(struct description *description)
{
    const struct boot0_board *board = &description->board;
    const struct b0_family *family = describe_family(board);
    struct describe_memory memory = {.kind = "options"};

    if (board->usb.kind != BOOT0_KIND_SERIAL || !family || !family->option_style ||
        board->chips[0]->option_bytes == 0)
        return;
    memory.address = board->chips[0]->option_bytes;
    memory.size = family->option_size;
    add(description, &memory);
}

void describe_memories(struct description *description)
{
    if (strcmp(description->bootloader, "maple") == 0)
        add_maple(description);
    else if (strcmp(description->bootloader, "plain") == 0)
        add_plain(description);
    else
        add_layouts(description);
    add_options(description);
    add_ram(description);
    add_info(description);
}
