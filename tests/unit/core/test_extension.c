/* SPDX-License-Identifier: MIT */
/* The boot0 extension's bytes: the capability in a BOS descriptor, device information. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <core/bytes.h>
#include <core/extension.h>
#include <string.h>

#define CAPABILITY 24, 16, 5, 0, B0_EXTENSION_UUID, 0x00, 0x01, 0xb0, 0x00
#define USB_2_0    7, 16, 2, 2, 0, 0, 0

struct found {
    uint16_t version;
    uint8_t vendor_code;
};

static bool find(const uint8_t *bos, size_t size, struct found *found)
{
    memset(found, 0, sizeof *found);
    return b0_extension_find(bos, size, &found->version, &found->vendor_code);
}

static void test_found(void **state)
{
    static const uint8_t alone[] = {5, 15, 29, 0, 1, CAPABILITY};
    static const uint8_t second[] = {5, 15, 36, 0, 2, USB_2_0, CAPABILITY};
    struct found found;

    (void)state;
    assert_true(find(alone, sizeof alone, &found));
    assert_int_equal(found.version, 0x0100);
    assert_int_equal(found.vendor_code, 0xb0);
    assert_true(find(second, sizeof second, &found));
}

static void test_not_found(void **state)
{
    static const uint8_t other[] = {5, 15, 12, 0, 1, USB_2_0};
    static const uint8_t no_length[] = {5, 15, 36, 0, 2, 0, 16, 2, 2, 0, 0, 0, CAPABILITY};
    uint8_t changed[] = {5, 15, 29, 0, 1, CAPABILITY};
    struct found found;

    (void)state;
    assert_false(find(other, sizeof other, &found));
    assert_false(find(no_length, sizeof no_length, &found));
    for (size_t size = 0; size < sizeof changed; size++)
        assert_false(find(changed, size, &found));
    assert_true(find(changed, sizeof changed, &found));
    for (size_t i = 0; i < 16; i++) {
        changed[9 + i] ^= 1;
        assert_false(find(changed, sizeof changed, &found));
        changed[9 + i] ^= 1;
    }
}

static const struct b0_extension_info sample = {
    .protocol_version = B0_EXTENSION_VERSION,
    .version = {0, 1, 2},
    .device_id = 0x413,
    .revision_id = 0x100f,
    .unique_id = "abcdefghijkl",
    .flash_kib = 1024,
    .supply_mv = 3301,
    .crystal_hz = 8000000,
    .core_hz = 168000000,
    .buffer_bytes = 90112,
    .program_start = 0x08008000,
    .program_length = 20480,
    .program_digest = {9, [31] = 7},
    .journal_state = 2,
    .reset_flags = B0_RESET_PIN | B0_RESET_SOFTWARE,
    .entry_reason = B0_ENTRY_DOUBLE_TAP,
    .write_protected = 1,
    .journal_free = 255,
    .board = "black-f407ve",
};

static void test_info(void **state)
{
    uint8_t bytes[B0_EXTENSION_INFO_SIZE + 8] = {0};
    struct b0_extension_info info;

    (void)state;
    b0_extension_info_store(&sample, bytes);
    memset(&info, 0, sizeof info);
    assert_true(b0_extension_info_load(&info, bytes, B0_EXTENSION_INFO_SIZE));
    assert_memory_equal(&info, &sample, sizeof info);
    for (size_t size = 0; size < B0_EXTENSION_INFO_SIZE; size++)
        assert_false(b0_extension_info_load(&info, bytes, size));
    b0_store16(bytes, B0_EXTENSION_INFO_SIZE + 8); /* a later minor version has more */
    assert_true(b0_extension_info_load(&info, bytes, sizeof bytes));
    b0_store16(bytes, B0_EXTENSION_INFO_SIZE - 1);
    assert_false(b0_extension_info_load(&info, bytes, sizeof bytes));
}

/* The addresses are part of docs/reference/extension.md. */
static void test_places(void **state)
{
    uint8_t bytes[B0_EXTENSION_INFO_SIZE];

    (void)state;
    b0_extension_info_store(&sample, bytes);
    assert_int_equal(b0_load16(bytes), 102);
    assert_int_equal(b0_load16(bytes + 8), 0x413);
    assert_memory_equal(bytes + 12, "abcdefghijkl", 12);
    assert_int_equal(b0_load16(bytes + 24), 1024);
    assert_int_equal(b0_load32(bytes + 28), 8000000);
    assert_int_equal(b0_load32(bytes + 40), 0x08008000);
    assert_int_equal(bytes[48], 9);
    assert_int_equal(bytes[82], B0_ENTRY_DOUBLE_TAP);
    assert_memory_equal(bytes + 86, "black-f407ve\0\0\0\0", 16);
}

/* Another major version is another protocol, whatever the other fields are. */
static void test_version(void **state)
{
    struct b0_extension_info info;
    uint8_t bytes[B0_EXTENSION_INFO_SIZE];

    (void)state;
    b0_extension_info_store(&sample, bytes);
    bytes[2] = 0xff;
    assert_true(b0_extension_info_load(&info, bytes, sizeof bytes));
    bytes[3] = 2;
    assert_false(b0_extension_info_load(&info, bytes, sizeof bytes));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_found),   cmocka_unit_test(test_not_found),
        cmocka_unit_test(test_info),    cmocka_unit_test(test_places),
        cmocka_unit_test(test_version),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
