/* SPDX-License-Identifier: MIT */
/* ELF: loaded and skipped parts, and headers with arbitrary values. */
#include "image_test.h"
#include <boot0/chip.h>
#include <core/array.h>
#include <core/bytes.h>

enum {
    HEADER = 52,
    PROGRAM_HEADER = 32,
    FILE_SIZE = 512,
};

/* A file of 512 bytes in which byte i is i, except the headers. */
struct elf {
    uint8_t bytes[FILE_SIZE];
    unsigned count; /* of program headers */
};

static struct elf make_elf(void)
{
    static const uint8_t start[] = {0x7f, 'E', 'L', 'F', 1, 1, 1};
    struct elf elf = {.count = 0};

    for (size_t i = 0; i < sizeof elf.bytes; i++)
        elf.bytes[i] = (uint8_t)i;
    memcpy(elf.bytes, start, sizeof start);
    b0_store16(elf.bytes + 16, 2);  /* e_type: executable */
    b0_store16(elf.bytes + 18, 40); /* e_machine: ARM */
    b0_store32(elf.bytes + 20, 1);
    b0_store32(elf.bytes + 24, 0x0800018d); /* e_entry */
    b0_store32(elf.bytes + 28, HEADER);     /* e_phoff */
    b0_store16(elf.bytes + 42, PROGRAM_HEADER);
    b0_store16(elf.bytes + 44, 0); /* e_phnum */
    return elf;
}

static void add_header(struct elf *elf, uint32_t type, uint32_t offset, uint32_t virtual_address,
                       uint32_t address, uint32_t file_size, uint32_t memory_size)
{
    uint8_t *header = elf->bytes + HEADER + (size_t)elf->count * PROGRAM_HEADER;

    b0_store32(header, type);
    b0_store32(header + 4, offset);
    b0_store32(header + 8, virtual_address);
    b0_store32(header + 12, address);
    b0_store32(header + 16, file_size);
    b0_store32(header + 20, memory_size);
    b0_store16(elf->bytes + 44, (uint16_t)++elf->count);
}

/* Like a linker's output: code, initialised data stored after it, zeroed data, notes. */
static void test_segments(void **state)
{
    struct elf elf = make_elf();
    struct boot0_image *image;

    (void)state;
    add_header(&elf, 0x70000001, 256, 0, 0, 8, 8); /* PT_ARM_EXIDX */
    add_header(&elf, 1, 256, 0x08000000, 0x08000000, 100, 100);
    add_header(&elf, 1, 356, 0x20000000, 0x08000064, 4, 40);
    add_header(&elf, 1, 360, 0x20000028, 0x20000028, 0, 400);
    add_header(&elf, 1, 400, 0x1ffff800, 0x1fffc000, 16, 16);
    image = parse(elf.bytes, sizeof elf.bytes, BOOT0_FORMAT_UNKNOWN);
    assert_int_equal(image->format, BOOT0_FORMAT_ELF);
    assert_int_equal(image->segment_count, 2);
    check_segment(image, 0, 0x08000000, elf.bytes + 256, 104);
    check_segment(image, 1, 0x1fffc000, elf.bytes + 400, 16);
    assert_true(image->has_entry);
    assert_int_equal(image->entry, 0x0800018d);
    boot0_image_free(image);
}

/* Linkers may put the headers themselves into the first segment: they are loaded as described. */
static void test_headers_in_segment(void **state)
{
    struct elf elf = make_elf();
    struct boot0_image *image;

    (void)state;
    add_header(&elf, 1, 0, 0x07ff0000, 0x07ff0000, 256, 256);
    image = parse(elf.bytes, sizeof elf.bytes, BOOT0_FORMAT_UNKNOWN);
    check_segment(image, 0, 0x07ff0000, elf.bytes, 256);
    boot0_image_free(image);
}

static void test_at_the_ends(void **state)
{
    struct elf elf = make_elf();
    struct boot0_image *image;

    (void)state;
    b0_store32(elf.bytes + 24, 0); /* no entry point */
    add_header(&elf, 1, FILE_SIZE - 1, 0, 0xffffffff, 1, 1);
    image = parse(elf.bytes, sizeof elf.bytes, BOOT0_FORMAT_UNKNOWN);
    check_segment(image, 0, 0xffffffff, "\xff", 1);
    assert_false(image->has_entry);
    boot0_image_free(image);
}

/* Program headers larger than ours: a later version of the format could have them. */
static void test_large_headers(void **state)
{
    struct elf elf = make_elf();
    struct boot0_image *image;

    (void)state;
    add_header(&elf, 1, 300, 0, 0x08000000, 4, 4);
    memmove(elf.bytes + HEADER + 64, elf.bytes + HEADER, PROGRAM_HEADER);
    b0_store32(elf.bytes + HEADER, 0);
    b0_store16(elf.bytes + 42, 64);
    b0_store16(elf.bytes + 44, 2);
    image = parse(elf.bytes, sizeof elf.bytes, BOOT0_FORMAT_UNKNOWN);
    check_segment(image, 0, 0x08000000, elf.bytes + 300, 4);
    boot0_image_free(image);
}

static void refuse_elf(const struct elf *elf, size_t size, const char *reason)
{
    refuse(elf->bytes, size, BOOT0_FORMAT_UNKNOWN, BOOT0_E_DATA, reason);
}

static void test_other_kinds(void **state)
{
    static const struct {
        size_t offset;
        uint8_t value;
        const char *reason;
    } changes[] = {
        {4, 2, "not of 32 bits: class (2)"},     {5, 2, "not little-endian: encoding (2)"},
        {18, 243, "not for ARM: machine (243)"}, {16, 1, "an object file, not linked: type (1)"},
        {16, 4, "not a program: type (4)"},
    };

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(changes); i++) {
        struct elf elf = make_elf();

        add_header(&elf, 1, 300, 0, 0x08000000, 4, 4);
        elf.bytes[changes[i].offset] = changes[i].value;
        refuse_elf(&elf, sizeof elf.bytes, changes[i].reason);
    }
}

static void test_nothing_to_load(void **state)
{
    struct elf elf = make_elf();

    (void)state;
    refuse_elf(&elf, sizeof elf.bytes, "no segment to load");
    add_header(&elf, 1, 300, 0x20000000, 0x20000000, 0, 4);
    add_header(&elf, 4, 300, 0, 0, 4, 4);
    refuse_elf(&elf, sizeof elf.bytes, "no segment to load");
}

static void test_wild_segments(void **state)
{
    static const struct {
        uint32_t offset;
        uint32_t address;
        uint32_t file_size;
        uint32_t memory_size;
        const char *reason;
    } headers[] = {
        {FILE_SIZE, 0x08000000, 1, 1, "contents of a segment lie outside"},
        {FILE_SIZE - 4, 0x08000000, 5, 5, "contents of a segment lie outside"},
        {0xffffffff, 0x08000000, 0xffffffff, 0xffffffff, "contents of a segment lie outside"},
        {0xffffffff, 0x08000000, 2, 2, "contents of a segment lie outside"},
        {300, 0x08000000, 0xffffffff, 0xffffffff, "contents of a segment lie outside"},
        {300, 0x08000000, 5, 4, "more bytes in the file than in memory"},
        {300, 0xfffffffc, 5, 5, "32-bit address space"},
    };

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(headers); i++) {
        struct elf elf = make_elf();

        add_header(&elf, 1, headers[i].offset, 0, headers[i].address, headers[i].file_size,
                   headers[i].memory_size);
        refuse_elf(&elf, sizeof elf.bytes, headers[i].reason);
    }
}

static void test_wild_header(void **state)
{
    static const struct {
        uint32_t offset;
        uint16_t size;
        uint16_t count;
        const char *reason;
    } headers[] = {
        {FILE_SIZE, 32, 1, "program headers lie outside"},
        {FILE_SIZE - 31, 32, 1, "program headers lie outside"},
        {0xffffffff, 32, 1, "program headers lie outside"},
        {HEADER, 32, 0xffff, "program headers lie outside"},
        {HEADER, 0xffff, 0xffff, "program headers lie outside"},
        {HEADER, 31, 1, "program headers of 31 bytes"},
        {HEADER, 0, 1, "program headers of 0 bytes"},
    };

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(headers); i++) {
        struct elf elf = make_elf();

        add_header(&elf, 1, 300, 0, 0x08000000, 4, 4);
        b0_store32(elf.bytes + 28, headers[i].offset);
        b0_store16(elf.bytes + 42, headers[i].size);
        b0_store16(elf.bytes + 44, headers[i].count);
        refuse_elf(&elf, sizeof elf.bytes, headers[i].reason);
    }
}

static void test_cut_anywhere(void **state)
{
    struct elf elf = make_elf();

    (void)state;
    add_header(&elf, 1, FILE_SIZE - 4, 0, 0x08000000, 4, 4);
    for (size_t size = 4; size < FILE_SIZE; size++)
        refuse_elf(&elf, size, "lie outside the ELF file");
}

static void test_overlap(void **state)
{
    struct elf elf = make_elf();

    (void)state;
    add_header(&elf, 1, 300, 0, 0x08000000, 8, 8);
    add_header(&elf, 1, 301, 0, 0x08000004, 8, 8);
    refuse_elf(&elf, sizeof elf.bytes,
               "program header 1 puts 0x2d at address 0x08000004, where program header 0 put 0x30");
}

/* The same large part of a file loaded many times: refused before memory runs out. */
static void test_many_times(void **state)
{
    enum {
        SIZE = 1 << 20,
        COUNT = 100,
    };
    struct elf elf = make_elf();
    uint8_t *file = calloc(1, SIZE);

    (void)state;
    assert_non_null(file);
    memcpy(file, elf.bytes, HEADER);
    b0_store16(file + 44, COUNT);
    for (unsigned i = 0; i < COUNT; i++) {
        uint8_t *header = file + HEADER + (size_t)i * PROGRAM_HEADER;

        b0_store32(header, 1);
        b0_store32(header + 12, i * SIZE);
        b0_store32(header + 16, SIZE);
        b0_store32(header + 20, SIZE);
    }
    refuse(file, SIZE, BOOT0_FORMAT_UNKNOWN, BOOT0_E_DATA, "more than 64 MiB");
    free(file);
}

/* Segments and sections agree, each within the file. */
static void check_written(const uint8_t *file, size_t size, const struct boot0_image *image)
{
    const uint8_t *sections = file + b0_load32(file + 32);
    const uint8_t *names;

    assert_int_equal(b0_load32(file + 20), 1);          /* e_version */
    assert_int_equal(b0_load32(file + 36), 0x05000000); /* e_flags: EABI version 5 */
    assert_int_equal(b0_load16(file + 40), HEADER);     /* e_ehsize */
    assert_int_equal(b0_load16(file + 44), image->segment_count);
    assert_int_equal(b0_load16(file + 48), image->segment_count + 2);
    assert_int_equal(b0_load16(file + 50), image->segment_count + 1);
    assert_int_equal(b0_load32(file + 32) % 4, 0);
    assert_int_equal(b0_load32(file + 32) + 40 * (image->segment_count + 2), size);
    names = sections + 40 * (image->segment_count + 1);
    for (size_t i = 0; i < image->segment_count; i++) {
        const struct boot0_segment *segment = &image->segments[i];
        const uint8_t *header = file + HEADER + PROGRAM_HEADER * i;
        const uint8_t *section = sections + 40 * (i + 1);

        assert_int_equal(b0_load32(header), 1);
        assert_int_equal(b0_load32(header + 8), segment->address);
        assert_int_equal(b0_load32(header + 12), segment->address);
        assert_int_equal(b0_load32(header + 16), segment->size);
        assert_int_equal(b0_load32(header + 20), segment->size);
        assert_memory_equal(file + b0_load32(header + 4), segment->data, segment->size);
        assert_int_equal(b0_load32(section + 4), 1); /* SHT_PROGBITS */
        assert_int_equal(b0_load32(section + 8), 6); /* allocated, executable */
        assert_int_equal(b0_load32(section + 12), segment->address);
        assert_int_equal(b0_load32(section + 16), b0_load32(header + 4));
        assert_int_equal(b0_load32(section + 20), segment->size);
        assert_string_equal((const char *)file + b0_load32(names + 16) + b0_load32(section),
                            ".flash");
    }
    assert_string_equal((const char *)file + b0_load32(names + 16) + b0_load32(names), ".shstrtab");
}

static void test_written(void **state)
{
    struct boot0_image_options options = {.format = BOOT0_FORMAT_ELF};
    struct boot0_image *image = boot0_image_new();
    uint8_t *file;
    size_t size;

    (void)state;
    boot0_image_add(image, 0, 0x08000000, (const uint8_t *)"first", 5, NULL);
    boot0_image_add(image, 0, 0x08010000, (const uint8_t *)"second", 6, NULL);
    boot0_image_add(image, 0, 0x1fffc000, (const uint8_t *)"third!!", 7, NULL);
    assert_int_equal(boot0_image_format(image, &options, &file, &size, NULL), BOOT0_OK);
    check_written(file, size, image);
    assert_int_equal(b0_load32(file + 24), 0);
    free(file);
    boot0_image_free(image);
}

/* ---- the code's CPU ---- */

/*
 * A program of 4 bytes, and an attribute section after one of another type. Unless `raw`,
 * `attributes` are the whole file's attributes in the public subsection.
 */
static uint32_t cpu_of(const char *attributes, size_t length, bool raw)
{
    struct elf elf = make_elf();
    uint8_t *sections = elf.bytes + 300, *section = elf.bytes + 200;
    static const uint8_t vendor[] = {'a', 'e', 'a', 'b', 'i', 0, 1}; /* then Tag_File */
    struct boot0_image *image;
    uint32_t cpu;

    add_header(&elf, 1, 128, 0x08000000, 0x08000000, 4, 4);
    b0_store32(elf.bytes + 32, 300); /* e_shoff */
    b0_store16(elf.bytes + 46, 40);  /* e_shentsize */
    b0_store16(elf.bytes + 48, 2);   /* e_shnum */
    memset(sections, 0, 80);
    b0_store32(sections + 40 + 4, 0x70000003); /* SHT_ARM_ATTRIBUTES */
    b0_store32(sections + 40 + 16, 200);
    if (!raw) {
        *section = 'A';
        b0_store32(section + 1, (uint32_t)length + 15);
        memcpy(section + 5, vendor, sizeof vendor);
        b0_store32(section + 12, (uint32_t)length + 5);
        section += 16;
    }
    memcpy(section, attributes, length);
    b0_store32(sections + 40 + 20, (uint32_t)length + (raw ? 0 : 16));
    image = parse(elf.bytes, sizeof elf.bytes, BOOT0_FORMAT_UNKNOWN);
    check_segment(image, 0, 0x08000000, elf.bytes + 128, 4);
    cpu = image->cpu;
    boot0_image_free(image);
    return cpu;
}

#define CPU_OF(attributes) cpu_of(attributes, sizeof(attributes) - 1, false)
#define CPU_RAW(section)   cpu_of(section, sizeof(section) - 1, true)

/* GCC 12's output with -mcpu, -mfloat-abi and -mfpu. */
static void test_cpus(void **state)
{
    (void)state;
    /* cortex-m0; a name before the architecture, the profile after it */
    assert_int_equal(CPU_OF("\x05"
                            "6S-M\0\x06\x0c\x07M\x09\x01"),
                     0);
    assert_int_equal(CPU_OF("\x06\x0b\x07M"), 0);
    assert_int_equal(CPU_OF("\x06\x0a\x07M"), BOOT0_CPU_V7M); /* cortex-m3 */
    assert_int_equal(CPU_OF("\x06\x0d\x07M"), BOOT0_CPU_V7M | BOOT0_CPU_DSP);
    /* cortex-m4, hard, fpv4-sp-d16 */
    assert_int_equal(CPU_OF("\x06\x0d\x07M\x0a\x06\x1b\x01\x1c\x01"),
                     BOOT0_CPU_V7M | BOOT0_CPU_DSP | BOOT0_CPU_FPU);
    /* cortex-m7, fpv5-sp-d16 and fpv5-d16 */
    assert_int_equal(CPU_OF("\x06\x0d\x07M\x0a\x08\x1b\x01"),
                     BOOT0_CPU_V7M | BOOT0_CPU_DSP | BOOT0_CPU_FPU | BOOT0_CPU_FPV5);
    assert_int_equal(CPU_OF("\x06\x0d\x07M\x0a\x08"), BOOT0_CPU_V7M | BOOT0_CPU_DSP |
                                                          BOOT0_CPU_FPU | BOOT0_CPU_FPV5 |
                                                          BOOT0_CPU_DOUBLE);
    assert_int_equal(CPU_OF("\x06\x10\x07M"), BOOT0_CPU_V8M_BASE);
    assert_int_equal(CPU_OF("\x06\x11\x07M"), BOOT0_CPU_V7M | BOOT0_CPU_V8M_BASE | BOOT0_CPU_V8M);
    /* cortex-a9 and v8-A */
    assert_int_equal(CPU_OF("\x06\x0a\x07"
                            "A"),
                     BOOT0_CPU_OTHER);
    assert_int_equal(CPU_OF("\x06\x0e"), BOOT0_CPU_OTHER);
    /* assembled without .cpu: v4T; and an unassigned architecture */
    assert_int_equal(CPU_OF("\x06\x02"), 0);
    assert_int_equal(CPU_OF("\x06\x7f\x0a\x7f"), 0);
    /* numbers of two bytes; tags that are strings: 65, 67; a number and a string: 32 */
    assert_int_equal(CPU_OF("\x41x\0\x43y\0\x20\x81\x01z\0\x42\x85\x01\x06\x8a\x00"),
                     BOOT0_CPU_V7M);
}

/* Cut or wrong attributes give no CPU, and the program is read all the same. */
static void test_broken_attributes(void **state)
{
    static const char good[] = "A\x14\0\0\0aeabi\0\1\x0a\0\0\0\x06\x0a\x07M";

    (void)state;
    assert_int_equal(CPU_RAW(good) & BOOT0_CPU_V7M, 0); /* the length is one too large */
    assert_int_equal(CPU_RAW("A\x13\0\0\0aeabi\0\1\x09\0\0\0\x06\x0a\x07M"), BOOT0_CPU_V7M);
    assert_int_equal(CPU_RAW("B\x13\0\0\0aeabi\0\1\x09\0\0\0\x06\x0a\x07M"), 0);
    /* another vendor's subsection before it, and attributes of single sections */
    assert_int_equal(CPU_RAW("A\x08\0\0\0gnu\0\x13\0\0\0aeabi\0\1\x09\0\0\0\x06\x0a\x07M"),
                     BOOT0_CPU_V7M);
    assert_int_equal(CPU_RAW("A\x13\0\0\0aeabi\0\2\x09\0\0\0\x06\x0a\x07M"), 0);
    assert_int_equal(CPU_RAW("A\x13\0\0\0aeabi\0\1\x04\0\0\0\x06\x0a\x07M"), 0);
    assert_int_equal(CPU_RAW("A\x03\0\0\0aeabi\0\1\x09\0\0\0\x06\x0a\x07M"), 0);
    assert_int_equal(CPU_RAW("A\xff\xff\xff\xff"
                             "aeabi\0"),
                     0);
    assert_int_equal(CPU_RAW("A"), 0);
    assert_int_equal(CPU_RAW(""), 0);
    assert_int_equal(CPU_OF("\x06"), 0);
    assert_int_equal(CPU_OF("\x05no end"), 0);
    assert_int_equal(CPU_OF("\x06\xff\xff\xff\xff\xff\xff\x06\x0a"), 0);
}

static void test_wild_sections(void **state)
{
    static const struct {
        uint32_t offset;
        uint16_t size, count;
    } tables[] = {
        {300, 39, 2}, {500, 40, 2}, {FILE_SIZE + 1, 40, 1}, {UINT32_MAX, 40, 2}, {300, 40, 0xffff},
    };

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(tables); i++) {
        struct elf elf = make_elf();
        struct boot0_image *image;

        add_header(&elf, 1, 128, 0x08000000, 0x08000000, 4, 4);
        b0_store32(elf.bytes + 32, tables[i].offset);
        b0_store16(elf.bytes + 46, tables[i].size);
        b0_store16(elf.bytes + 48, tables[i].count);
        b0_store32(elf.bytes + 304, 0x70000003);
        image = parse(elf.bytes, sizeof elf.bytes, BOOT0_FORMAT_UNKNOWN);
        assert_int_equal(image->cpu, 0);
        boot0_image_free(image);
    }
}

static void test_forced(void **state)
{
    (void)state;
    refuse("\x7f"
           "EL",
           3, BOOT0_FORMAT_ELF, BOOT0_E_DATA, "not an ELF file");
    refuse("hello", 5, BOOT0_FORMAT_ELF, BOOT0_E_DATA, "not an ELF file");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_segments),          cmocka_unit_test(test_headers_in_segment),
        cmocka_unit_test(test_at_the_ends),       cmocka_unit_test(test_large_headers),
        cmocka_unit_test(test_other_kinds),       cmocka_unit_test(test_nothing_to_load),
        cmocka_unit_test(test_wild_segments),     cmocka_unit_test(test_wild_header),
        cmocka_unit_test(test_cut_anywhere),      cmocka_unit_test(test_overlap),
        cmocka_unit_test(test_many_times),        cmocka_unit_test(test_forced),
        cmocka_unit_test(test_written),           cmocka_unit_test(test_cpus),
        cmocka_unit_test(test_broken_attributes), cmocka_unit_test(test_wild_sections),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
