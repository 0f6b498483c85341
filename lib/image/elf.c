/* SPDX-License-Identifier: MIT */
/*
 * ELF32 for ARM: the System V ABI's chapters 4 and 5 (object files, program loading), with the
 * values of "ELF for the Arm Architecture" (AAELF32). Reads the contents named by the program
 * headers at their physical addresses, as a debugger loads them, and the CPU that the code is for.
 */
#include "formats.h"
#include <core/bytes.h>
#include <string.h>

enum {
    HEADER_SIZE = 52,
    PROGRAM_HEADER_SIZE = 32,
    SECTION_HEADER_SIZE = 40,
    CLASS_32 = 1,
    LITTLE_ENDIAN_DATA = 1,
    VERSION_CURRENT = 1,
    TYPE_RELOCATABLE = 1,
    TYPE_EXECUTABLE = 2,
    TYPE_SHARED = 3, /* also position-independent programs */
    MACHINE_ARM = 40,
    FLAGS_EABI5 = 0x05000000,
    SEGMENT_LOAD = 1,
    SEGMENT_READ_EXECUTE = 5,
    SECTION_PROGRAM = 1,
    SECTION_STRINGS = 3,
    SECTION_ATTRIBUTES = 0x70000003, /* SHT_ARM_ATTRIBUTES */
    SECTION_ALLOC_EXECUTE = 6,
    SECTIONS_MAX = 0xff00 - 1, /* larger counts are stored elsewhere: SHN_LORESERVE */
};

/* Offsets of the fields of the header. */
enum {
    E_CLASS = 4,
    E_DATA = 5,
    E_IDENT_VERSION = 6,
    E_TYPE = 16,
    E_MACHINE = 18,
    E_VERSION = 20,
    E_ENTRY = 24,
    E_PHOFF = 28,
    E_SHOFF = 32,
    E_FLAGS = 36,
    E_EHSIZE = 40,
    E_PHENTSIZE = 42,
    E_PHNUM = 44,
    E_SHENTSIZE = 46,
    E_SHNUM = 48,
    E_SHSTRNDX = 50,
};

/* Offsets of the fields of a program header. */
enum {
    P_TYPE = 0,
    P_OFFSET = 4,
    P_VADDR = 8,
    P_PADDR = 12,
    P_FILESZ = 16,
    P_MEMSZ = 20,
    P_FLAGS = 24,
    P_ALIGN = 28,
};

/* Offsets of the fields of a section header. */
enum {
    SH_NAME = 0,
    SH_TYPE = 4,
    SH_FLAGS = 8,
    SH_ADDR = 12,
    SH_OFFSET = 16,
    SH_SIZE = 20,
    SH_ADDRALIGN = 32,
};

static const uint8_t magic[4] = {0x7f, 'E', 'L', 'F'};

static bool detect_elf(const struct b0_input *input)
{
    return input->size >= sizeof magic && memcmp(input->data, magic, sizeof magic) == 0;
}

static enum boot0_status fail_kind(const struct b0_input *input, struct boot0_error *error,
                                   const char *what, unsigned number)
{
    boot0_fail(error, BOOT0_E_DATA, "%s: %s (%u)", input->name, what, number);
    boot0_hint(error, "Use a linked ELF file of 32 bits, little-endian, for ARM: the output of "
                      "arm-none-eabi-gcc without -c.");
    return BOOT0_E_DATA;
}

static enum boot0_status fail_bounds(const struct b0_input *input, struct boot0_error *error,
                                     const char *what)
{
    boot0_fail(error, BOOT0_E_DATA, "%s: %s lie outside the ELF file", input->name, what);
    boot0_hint(error, B0_DAMAGED_HINT);
    return BOOT0_E_DATA;
}

static enum boot0_status check_header(const struct b0_input *input, struct boot0_error *error)
{
    const uint8_t *header = input->data;
    unsigned type;

    if (!detect_elf(input))
        return boot0_fail(error, BOOT0_E_DATA, "%s: not an ELF file", input->name);
    if (input->size < HEADER_SIZE)
        return fail_bounds(input, error, "parts of the header");
    if (header[E_CLASS] != CLASS_32)
        return fail_kind(input, error, "the ELF file is not of 32 bits: class", header[E_CLASS]);
    if (header[E_DATA] != LITTLE_ENDIAN_DATA)
        return fail_kind(input, error, "the ELF file is not little-endian: encoding",
                         header[E_DATA]);
    if (b0_load16(header + E_MACHINE) != MACHINE_ARM)
        return fail_kind(input, error, "the ELF file is not for ARM: machine",
                         b0_load16(header + E_MACHINE));
    type = b0_load16(header + E_TYPE);
    if (type == TYPE_RELOCATABLE)
        return fail_kind(input, error, "the ELF file is an object file, not linked: type", type);
    if (type != TYPE_EXECUTABLE && type != TYPE_SHARED)
        return fail_kind(input, error, "the ELF file is not a program: type", type);
    return BOOT0_OK;
}

/* Reads one program header; ignores those without contents to load. */
static enum boot0_status read_segment(const struct b0_input *input, struct b0_builder *builder,
                                      const uint8_t *header, uint32_t number,
                                      struct boot0_error *error)
{
    uint32_t offset = b0_load32(header + P_OFFSET);
    uint32_t size = b0_load32(header + P_FILESZ);

    if (b0_load32(header + P_TYPE) != SEGMENT_LOAD || size == 0)
        return BOOT0_OK;
    if (offset > input->size || size > input->size - offset)
        return fail_bounds(input, error, "contents of a segment");
    if (size > b0_load32(header + P_MEMSZ))
        return boot0_fail(error, BOOT0_E_DATA,
                          "%s: program header %u has more bytes in the file than in memory",
                          input->name, number);
    return b0_builder_add(builder, 0, b0_load32(header + P_PADDR), input->data + offset, size,
                          number, error);
}

/*
 * Reads the CPU requirements from the attributes section (AAELF32, 5.3.6). Only linkers need
 * sections, so a missing or damaged section table is not an error.
 */
static uint32_t read_attributes(const struct b0_input *input)
{
    uint32_t offset = b0_load32(input->data + E_SHOFF);
    uint32_t entry_size = b0_load16(input->data + E_SHENTSIZE);
    uint32_t count = b0_load16(input->data + E_SHNUM);

    if (entry_size < SECTION_HEADER_SIZE || offset > input->size ||
        (uint64_t)entry_size * count > input->size - offset)
        return 0;
    for (uint32_t i = 0; i < count; i++) {
        const uint8_t *header = input->data + offset + (size_t)i * entry_size;
        uint32_t from = b0_load32(header + SH_OFFSET);
        uint32_t size = b0_load32(header + SH_SIZE);

        if (b0_load32(header + SH_TYPE) == SECTION_ATTRIBUTES && from <= input->size &&
            size <= input->size - from)
            return b0_attributes_cpu(input->data + from, size);
    }
    return 0;
}

static enum boot0_status read_elf(const struct b0_input *input, struct b0_builder *builder,
                                  struct boot0_image *image, struct boot0_error *error)
{
    const uint8_t *header = input->data;
    enum boot0_status status = check_header(input, error);
    uint32_t offset;
    uint32_t entry_size;
    uint32_t count;

    if (status != BOOT0_OK)
        return status;
    offset = b0_load32(header + E_PHOFF);
    entry_size = b0_load16(header + E_PHENTSIZE);
    count = b0_load16(header + E_PHNUM);
    if (count > 0 && entry_size < PROGRAM_HEADER_SIZE)
        return boot0_fail(error, BOOT0_E_DATA, "%s: program headers of %u bytes are too small",
                          input->name, entry_size);
    if (offset > input->size || (uint64_t)entry_size * count > input->size - offset)
        return fail_bounds(input, error, "program headers");
    for (uint32_t i = 0; i < count && status == BOOT0_OK; i++)
        status = read_segment(input, builder, header + offset + (size_t)i * entry_size, i, error);
    if (status == BOOT0_OK && builder->size == 0) {
        boot0_fail(error, BOOT0_E_DATA, "%s: the ELF file has no segment to load", input->name);
        return boot0_hint(error, "Check the linker script: it places nothing, or the file holds "
                                 "only debug data.");
    }
    image->entry = b0_load32(header + E_ENTRY);
    image->has_entry = image->entry != 0; /* 0: the file has no entry point (chapter 4, e_entry) */
    image->cpu = read_attributes(input);
    return status;
}

/* Names of the sections; sh_name is an offset into this string. */
static const char section_names[] = "\0.flash\0.shstrtab";
enum {
    NAME_FLASH = 1,
    NAME_STRINGS = 8,
};

static void put_header(struct b0_output *output, const struct boot0_image *image,
                       uint32_t sections_offset)
{
    uint8_t header[HEADER_SIZE] = {0};
    uint16_t segments = (uint16_t)image->segment_count;

    memcpy(header, magic, sizeof magic);
    header[E_CLASS] = CLASS_32;
    header[E_DATA] = LITTLE_ENDIAN_DATA;
    header[E_IDENT_VERSION] = VERSION_CURRENT;
    b0_store16(header + E_TYPE, TYPE_EXECUTABLE);
    b0_store16(header + E_MACHINE, MACHINE_ARM);
    b0_store32(header + E_VERSION, VERSION_CURRENT);
    b0_store32(header + E_ENTRY, image->has_entry ? image->entry : 0);
    b0_store32(header + E_PHOFF, HEADER_SIZE);
    b0_store32(header + E_SHOFF, sections_offset);
    b0_store32(header + E_FLAGS, FLAGS_EABI5);
    b0_store16(header + E_EHSIZE, HEADER_SIZE);
    b0_store16(header + E_PHENTSIZE, PROGRAM_HEADER_SIZE);
    b0_store16(header + E_PHNUM, segments);
    b0_store16(header + E_SHENTSIZE, SECTION_HEADER_SIZE);
    b0_store16(header + E_SHNUM, (uint16_t)(segments + 2)); /* plus null section and names */
    b0_store16(header + E_SHSTRNDX, (uint16_t)(segments + 1));
    b0_output_put(output, header, sizeof header);
}

static void put_program_headers(struct b0_output *output, const struct boot0_image *image,
                                uint32_t offset)
{
    for (size_t i = 0; i < image->segment_count; i++) {
        const struct boot0_segment *segment = &image->segments[i];
        uint8_t header[PROGRAM_HEADER_SIZE];

        b0_store32(header + P_TYPE, SEGMENT_LOAD);
        b0_store32(header + P_OFFSET, offset);
        b0_store32(header + P_VADDR, segment->address);
        b0_store32(header + P_PADDR, segment->address);
        b0_store32(header + P_FILESZ, (uint32_t)segment->size);
        b0_store32(header + P_MEMSZ, (uint32_t)segment->size);
        b0_store32(header + P_FLAGS, SEGMENT_READ_EXECUTE);
        b0_store32(header + P_ALIGN, 1);
        b0_output_put(output, header, sizeof header);
        offset += (uint32_t)segment->size;
    }
}

static void put_section(struct b0_output *output, uint32_t name, uint32_t type, uint32_t flags,
                        uint32_t address, uint32_t offset, uint32_t size)
{
    uint8_t header[SECTION_HEADER_SIZE] = {0};

    b0_store32(header + SH_NAME, name);
    b0_store32(header + SH_TYPE, type);
    b0_store32(header + SH_FLAGS, flags);
    b0_store32(header + SH_ADDR, address);
    b0_store32(header + SH_OFFSET, offset);
    b0_store32(header + SH_SIZE, size);
    b0_store32(header + SH_ADDRALIGN, type == 0 ? 0 : 1);
    b0_output_put(output, header, sizeof header);
}

/* Writes sections for objcopy, objdump and gdb, which ignore segments. */
static void put_sections(struct b0_output *output, const struct boot0_image *image, uint32_t offset)
{
    put_section(output, 0, 0, 0, 0, 0, 0);
    for (size_t i = 0; i < image->segment_count; i++) {
        const struct boot0_segment *segment = &image->segments[i];

        put_section(output, NAME_FLASH, SECTION_PROGRAM, SECTION_ALLOC_EXECUTE, segment->address,
                    offset, (uint32_t)segment->size);
        offset += (uint32_t)segment->size;
    }
    put_section(output, NAME_STRINGS, SECTION_STRINGS, 0, 0, offset, sizeof section_names);
}

/* Writes header, program headers, contents, section names, section headers. */
static enum boot0_status write_elf(const struct boot0_image *image,
                                   const struct boot0_image_options *options,
                                   struct b0_output *output, struct boot0_error *error)
{
    size_t size = boot0_image_size(image);
    uint32_t contents;
    uint32_t sections;

    (void)options;
    if (image->segment_count > SECTIONS_MAX - 2)
        return boot0_fail(error, BOOT0_E_DATA, "%zu segments are too many for an ELF file",
                          image->segment_count);
    contents = HEADER_SIZE + (uint32_t)image->segment_count * PROGRAM_HEADER_SIZE;
    sections = (contents + (uint32_t)size + (uint32_t)sizeof section_names + 3) & ~3u;
    put_header(output, image, sections);
    put_program_headers(output, image, contents);
    for (size_t i = 0; i < image->segment_count; i++)
        b0_output_put(output, image->segments[i].data, image->segments[i].size);
    b0_output_put(output, (const uint8_t *)section_names, sizeof section_names);
    b0_output_fill(output, 0, sections - output->size);
    put_sections(output, image, contents);
    return BOOT0_OK;
}

const struct b0_format b0_format_elf = {
    .name = "elf",
    .title = "an ELF file",
    .origin = "program header",
    .keeps_addresses = true,
    .detect = detect_elf,
    .read = read_elf,
    .write = write_elf,
};
