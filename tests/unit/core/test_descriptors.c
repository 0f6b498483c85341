/* SPDX-License-Identifier: MIT */
/* Configuration and string descriptors: those of real boards, and broken ones. */
#include <core/array.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "core/descriptors.h"
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#define LE16(value) (0xff & (value)), ((value) >> 8)
#define CONFIGURATION(total, interfaces, attributes)                                               \
    9, 2, (total), 0, (interfaces), 1, 0, (attributes), 50
#define INTERFACE(number, alternate, class, subclass, protocol, string)                            \
    9, 4, (number), (alternate), 0, (class), (subclass), (protocol), (string)
#define FUNCTIONAL(attributes, detach, size, version)                                              \
    9, 0x21, (attributes), LE16(detach), LE16(size), LE16(version)
#define FUNCTIONAL_1_0(attributes, detach, size) 7, 0x21, (attributes), LE16(detach), LE16(size)
#define HID(length)                              9, 0x21, LE16(0x0111), 0, 1, 0x22, LE16(length)
#define ENDPOINT                                 7, 5, 0x81, 3, LE16(8), 10
#define CLASS_SPECIFIC                           3, 0x24, 0xff
#define DFU_INTERFACE(alternate, string)         INTERFACE(0, alternate, 0xfe, 1, 2, string)

/* An STM32F407's: dfu-util, device-logs/stm32f4discovery.lsusb. */
/* clang-format off */
static const uint8_t f407[] = {
    CONFIGURATION(54, 1, 0xc0),
    DFU_INTERFACE(0, 4),
    DFU_INTERFACE(1, 5),
    DFU_INTERFACE(2, 6),
    DFU_INTERFACE(3, 7),
    FUNCTIONAL(0x0b, 255, 2048, 0x011a),
};
/* clang-format on */

/* Walks a copy of exactly that size, so that a sanitizer sees a read past it. */
static bool walk(const uint8_t *blob, size_t size, struct b0_dfu_configuration *found)
{
    uint8_t *copy = malloc(size > 0 ? size : 1);
    bool walked;

    assert_non_null(copy);
    memcpy(copy, blob, size);
    walked = b0_descriptors_walk(copy, size, found);
    free(copy);
    return walked;
}

static void test_reads_an_f407(void **state)
{
    struct b0_dfu_configuration found;

    (void)state;
    assert_int_equal(sizeof(f407), 54);
    assert_true(walk(f407, sizeof(f407), &found));
    assert_int_equal(found.attributes, 0xc0);
    assert_int_equal(found.max_power, 50);
    assert_int_equal(found.alternate_count, 4);
    for (unsigned i = 0; i < 4; i++) {
        assert_int_equal(found.alternates[i].interface, 0);
        assert_int_equal(found.alternates[i].alternate, i);
        assert_int_equal(found.alternates[i].protocol, BOOT0_DFU_PROTOCOL_DFU);
        assert_int_equal(found.alternates[i].string_index, 4 + i);
    }
    assert_true(found.has_functional);
    assert_int_equal(found.functional.attributes, 0x0b);
    assert_int_equal(found.functional.detach_timeout_ms, 255);
    assert_int_equal(found.functional.transfer_size, 2048);
    assert_int_equal(found.functional.version, BOOT0_DFU_VERSION_DFUSE);
}

static void test_reads_dfu_1_0(void **state)
{
    /* clang-format off */
    static const uint8_t blob[] = {
        CONFIGURATION(25, 1, 0x80),
        INTERFACE(2, 0, 0xfe, 1, 1, 0),
        FUNCTIONAL_1_0(0x05, 1000, 64),
    };
    /* clang-format on */
    struct b0_dfu_configuration found;

    (void)state;
    assert_true(walk(blob, sizeof(blob), &found));
    assert_int_equal(found.alternates[0].interface, 2);
    assert_int_equal(found.alternates[0].protocol, BOOT0_DFU_PROTOCOL_RUNTIME);
    assert_int_equal(found.functional.detach_timeout_ms, 1000);
    assert_int_equal(found.functional.transfer_size, 64);
    assert_int_equal(found.functional.version, BOOT0_DFU_VERSION_1_0);
}

/* A running program: HID, whose class descriptor has type 0x21 too, before and after DFU. */
static void test_tells_dfu_from_hid(void **state)
{
    /* clang-format off */
    static const uint8_t blob[] = {
        CONFIGURATION(73, 3, 0x80),
        INTERFACE(0, 0, 3, 0, 0, 0),
        HID(63),
        ENDPOINT,
        INTERFACE(1, 0, 0xfe, 1, 1, 7),
        FUNCTIONAL(0x0d, 250, 4096, 0x0110),
        CLASS_SPECIFIC,
        INTERFACE(2, 0, 3, 0, 0, 0),
        HID(77),
    };
    /* clang-format on */
    struct b0_dfu_configuration found;

    (void)state;
    assert_true(walk(blob, sizeof(blob), &found));
    assert_int_equal(found.alternate_count, 1);
    assert_int_equal(found.alternates[0].interface, 1);
    assert_int_equal(found.functional.attributes, 0x0d);
    assert_int_equal(found.functional.transfer_size, 4096);
    assert_int_equal(found.functional.version, BOOT0_DFU_VERSION_1_1);
}

static void test_takes_the_functional_descriptor_from_anywhere(void **state)
{
    /* one before the first interface, one after each alternate: the last counts */
    /* clang-format off */
    static const uint8_t blob[] = {
        CONFIGURATION(54, 1, 0x80),
        FUNCTIONAL(0, 0, 1, 0x0110),
        DFU_INTERFACE(0, 1),
        FUNCTIONAL(0, 0, 2, 0x0110),
        DFU_INTERFACE(1, 1),
        FUNCTIONAL(0, 0, 3, 0x0110),
    };
    /* clang-format on */
    struct b0_dfu_configuration found;

    (void)state;
    assert_true(walk(blob, sizeof(blob), &found));
    assert_int_equal(found.functional.transfer_size, 3);
    assert_true(walk(blob, 45, &found));
    assert_int_equal(found.functional.transfer_size, 2);
    assert_true(walk(blob, 27, &found));
    assert_int_equal(found.functional.transfer_size, 1);
}

static void test_keeps_what_it_has_at_a_broken_length(void **state)
{
    struct b0_dfu_configuration found;
    uint8_t blob[sizeof(f407)];

    (void)state;
    for (unsigned length = 0; length < 256; length++) {
        if (length >= 2 && length <= 27)
            continue; /* valid */
        memcpy(blob, f407, sizeof(blob));
        blob[27] = (uint8_t)length; /* of alternate 2 */
        assert_true(walk(blob, sizeof(blob), &found));
        assert_int_equal(found.alternate_count, 2);
        assert_false(found.has_functional);
        assert_int_equal(found.attributes, 0xc0);
    }
    /* a short interface descriptor is skipped, a short functional one too */
    memcpy(blob, f407, sizeof(blob));
    blob[45] = 6;
    blob[51] = 3;
    assert_true(walk(blob, sizeof(blob), &found));
    assert_int_equal(found.alternate_count, 4);
    assert_false(found.has_functional);
}

static void test_survives_every_cut(void **state)
{
    (void)state;
    for (size_t size = 0; size <= sizeof(f407); size++) {
        struct b0_dfu_configuration found;
        bool walked;

        memset(&found, 0xa5, sizeof(found));
        walked = walk(f407, size, &found);
        assert_int_equal(walked, size >= 18);
        assert_int_equal(found.alternate_count, size < 18 ? 0 : size > 45 ? 4 : size / 9 - 1);
        assert_int_equal(found.has_functional, size == sizeof(f407));
    }
}

static void test_survives_every_flipped_byte(void **state)
{
    uint8_t blob[sizeof(f407)];

    (void)state;
    for (size_t at = 0; at < sizeof(blob); at++) {
        for (unsigned value = 0; value < 256; value++) {
            struct b0_dfu_configuration found;
            bool walked;

            memcpy(blob, f407, sizeof(blob));
            blob[at] = (uint8_t)value;
            walked = walk(blob, sizeof(blob), &found);
            assert_int_equal(walked, found.alternate_count > 0);
            assert_true(found.alternate_count <= 5);
        }
    }
}

static void test_believes_a_total_length_that_can_be(void **state)
{
    struct b0_dfu_configuration found;
    uint8_t blob[sizeof(f407)];

    (void)state;
    memcpy(blob, f407, sizeof(blob));
    blob[2] = 27; /* the following bytes belong to no configuration */
    assert_true(walk(blob, sizeof(blob), &found));
    assert_int_equal(found.alternate_count, 2);
    blob[2] = 8; /* less than its own length */
    assert_true(walk(blob, sizeof(blob), &found));
    assert_int_equal(found.alternate_count, 4);
    blob[2] = 9; /* just itself */
    assert_false(walk(blob, sizeof(blob), &found));
    blob[2] = 8;
    blob[3] = 1; /* more than there is */
    assert_true(walk(blob, sizeof(blob), &found));
    assert_int_equal(found.alternate_count, 4);
}

/* Each interface has its own functional descriptor; one without it has the configuration's. */
static void test_keeps_interfaces_apart(void **state)
{
    /* clang-format off */
    static const uint8_t blob[] = {
        CONFIGURATION(9 + 5 * 9 + 3 * 9, 3, 0x80),
        INTERFACE(0, 0, 0xfe, 1, 2, 4),
        INTERFACE(0, 1, 0xfe, 1, 2, 5),
        FUNCTIONAL(0x0b, 255, 128, 0x0110),
        INTERFACE(3, 0, 0xfe, 1, 2, 6),
        FUNCTIONAL(0x03, 255, 32, 0x0110),
        INTERFACE(3, 1, 0xfe, 1, 2, 7),
        FUNCTIONAL(0x03, 255, 64, 0x011a),
        INTERFACE(5, 0, 0xfe, 1, 1, 8),
    };
    /* clang-format on */
    struct b0_dfu_configuration found;

    (void)state;
    assert_true(walk(blob, sizeof(blob), &found));
    assert_int_equal(found.alternate_count, 5);
    assert_int_equal(b0_descriptors_functional(&found, 0)->transfer_size, 128);
    assert_int_equal(b0_descriptors_functional(&found, 0)->version, BOOT0_DFU_VERSION_1_1);
    assert_int_equal(b0_descriptors_functional(&found, 3)->transfer_size, 64);
    assert_int_equal(b0_descriptors_functional(&found, 3)->version, BOOT0_DFU_VERSION_DFUSE);
    assert_int_equal(b0_descriptors_functional(&found, 5)->transfer_size, 64);
    assert_int_equal(b0_descriptors_functional(&found, 9)->transfer_size, 64);
    assert_int_equal(found.functional.transfer_size, 64);
    assert_true(walk(blob, 9 + 9, &found));
    assert_null(b0_descriptors_functional(&found, 0));
}

/* Without a configuration descriptor, the bytes at wTotalLength's offset are not a length. */
static void test_reads_on_without_a_configuration(void **state)
{
    /* clang-format off */
    static const uint8_t blob[] = {
        INTERFACE(9, 0, 0xfe, 1, 2, 4),
        FUNCTIONAL(0x0b, 255, 2048, 0x011a),
    };
    /* clang-format on */
    struct b0_dfu_configuration found;

    (void)state;
    assert_true(walk(blob, sizeof(blob), &found));
    assert_int_equal(found.alternates[0].interface, 9);
    assert_true(found.has_functional);
    assert_int_equal(found.attributes, 0);
}

static void test_counts_alternates(void **state)
{
    static const uint8_t interface[] = {DFU_INTERFACE(0, 0)};
    uint8_t blob[9 * (B0_ALTERNATE_MAX + 3)] = {CONFIGURATION(0, 1, 0x80)};
    struct b0_dfu_configuration found;

    (void)state;
    for (size_t i = 1; i < B0_ALTERNATE_MAX + 3; i++) {
        memcpy(blob + 9 * i, interface, sizeof(interface));
        blob[9 * i + 3] = (uint8_t)(i - 1);
    }
    assert_true(walk(blob, sizeof(blob), &found));
    assert_int_equal(found.alternate_count, B0_ALTERNATE_MAX);
    assert_int_equal(found.alternates[B0_ALTERNATE_MAX - 1].alternate, B0_ALTERNATE_MAX - 1);
}

static void test_finds_no_dfu(void **state)
{
    /* clang-format off */
    static const uint8_t blob[] = {
        CONFIGURATION(36, 2, 0x80),
        INTERFACE(0, 0, 0xfe, 2, 2, 0), /* IrDA bridge: class FE, another subclass */
        INTERFACE(1, 0, 0xff, 1, 2, 0),
        FUNCTIONAL(0, 0, 1, 0x0110),
    };
    /* clang-format on */
    struct b0_dfu_configuration found;

    (void)state;
    assert_false(walk(blob, sizeof(blob), &found));
    assert_int_equal(found.alternate_count, 0);
    assert_false(found.has_functional);
    assert_false(walk(blob, 0, &found));
}

/* Encodes a string descriptor: bLength, 3, and the text in UTF-16. */
static size_t encode(uint8_t *bytes, uint8_t length, const char *text)
{
    size_t size = 2;

    bytes[0] = length;
    bytes[1] = 3;
    for (; *text; text++) {
        bytes[size++] = (uint8_t)*text;
        bytes[size++] = 0;
    }
    return size;
}

static void test_reads_strings(void **state)
{
    uint8_t bytes[256];
    char text[128];
    size_t size = encode(bytes, 38, "STM32  BOOTLOADER ");

    (void)state;
    assert_int_equal(size, 38);
    assert_int_equal(b0_string_descriptor(bytes, size, text, sizeof(text)), 18);
    assert_string_equal(text, "STM32  BOOTLOADER ");
    /* the ROM of the F42x: bLength 166, sends 112 */
    size = encode(bytes, 166, "@Internal Flash  /0x08000000/04*016Kg,01*064Kg,07*128Kg");
    assert_int_equal(size, 112);
    assert_int_equal(b0_string_descriptor(bytes, size, text, sizeof(text)), 55);
    assert_string_equal(text, "@Internal Flash  /0x08000000/04*016Kg,01*064Kg,07*128Kg");
    /* longer than its bLength */
    bytes[0] = 30;
    assert_int_equal(b0_string_descriptor(bytes, size, text, sizeof(text)), 14);
    assert_string_equal(text, "@Internal Flas");
}

static void test_reads_odd_strings(void **state)
{
    static const struct {
        uint8_t bytes[12];
        size_t actual;
        const char *text;
    } cases[] = {
        {{0}, 0, ""},
        {{4}, 1, ""},
        {{4, 3}, 2, ""},
        {{0, 3, 'a', 0}, 4, ""},
        {{1, 3, 'a', 0}, 4, ""},
        {{3, 3, 'a', 0}, 4, ""},
        {{5, 3, 'a', 0, 'b'}, 5, "a"},
        {{255, 3, 'a', 0, 'b'}, 5, "a"},
        {{8, 3, 'a', 0, 0, 0, 'b', 0}, 8, "a"},
        {{12, 3, ' ', 0, '~', 0, 0x7f, 0, 0x1f, 0, 0xe9, 0}, 12, " ~???"},
        {{6, 3, 'a', 1, 0, 1}, 6, "??"},         /* the low byte alone is not the character */
        {{6, 3, '3', 'C', 'B', 'J'}, 6, "3CBJ"}, /* GD32: plain bytes, not UTF-16 */
    };

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(cases); i++) {
        char text[16];

        memset(text, 'X', sizeof(text));
        assert_int_equal(b0_string_descriptor(cases[i].bytes, cases[i].actual, text, sizeof(text)),
                         strlen(cases[i].text));
        assert_string_equal(text, cases[i].text);
    }
}

static void test_cuts_strings_to_the_buffer(void **state)
{
    uint8_t bytes[32];
    char text[8];
    size_t sent = encode(bytes, 14, "abcdef");

    (void)state;
    for (size_t room = 0; room <= sizeof(text); room++) {
        size_t length = room == 0 ? 0 : room > 6 ? 6 : room - 1;

        memset(text, 'X', sizeof(text));
        assert_int_equal(b0_string_descriptor(bytes, sent, text, room), length);
        if (room > 0)
            assert_int_equal(strlen(text), length);
        if (room < sizeof(text))
            assert_int_equal(text[room], 'X');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads_an_f407),
        cmocka_unit_test(test_reads_dfu_1_0),
        cmocka_unit_test(test_tells_dfu_from_hid),
        cmocka_unit_test(test_takes_the_functional_descriptor_from_anywhere),
        cmocka_unit_test(test_keeps_what_it_has_at_a_broken_length),
        cmocka_unit_test(test_survives_every_cut),
        cmocka_unit_test(test_survives_every_flipped_byte),
        cmocka_unit_test(test_believes_a_total_length_that_can_be),
        cmocka_unit_test(test_keeps_interfaces_apart),
        cmocka_unit_test(test_reads_on_without_a_configuration),
        cmocka_unit_test(test_counts_alternates),
        cmocka_unit_test(test_finds_no_dfu),
        cmocka_unit_test(test_reads_strings),
        cmocka_unit_test(test_reads_odd_strings),
        cmocka_unit_test(test_cuts_strings_to_the_buffer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
