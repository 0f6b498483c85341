/* SPDX-License-Identifier: MIT */
/* What a bus knows of a device from its descriptors. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "core/candidate.h"
#include <cmocka.h>
#include <string.h>

#define INTERFACE(number, class, protocol) 9, 4, (number), 0, 0, (class), 1, (protocol), 0

/* clang-format off */
/* A program with a keyboard and two DFU interfaces: USB 2.0, tables 9-8, 9-10, 9-12. */
static const uint8_t device[] = {
    18, 1, 0x10, 0x02, 0, 0, 0, 64, 0x83, 0x04, 0x11, 0xdf, 0x00, 0x22, 1, 2, 3, 1,
    9, 2, 36, 0, 3, 1, 0, 0xc0, 50,
    INTERFACE(0, 3, 0),
    INTERFACE(1, 0xfe, BOOT0_DFU_PROTOCOL_RUNTIME),
    INTERFACE(4, 0xfe, BOOT0_DFU_PROTOCOL_DFU),
};
/* clang-format on */

static void test_reads_each_dfu_interface(void **state)
{
    struct boot0_candidate candidate;

    (void)state;
    assert_true(b0_candidate_read(device, sizeof device, 0, &candidate));
    assert_int_equal(candidate.bcd_usb, 0x0210);
    assert_int_equal(candidate.vendor, 0x0483);
    assert_int_equal(candidate.product, 0xdf11);
    assert_int_equal(candidate.bcd_device, 0x2200);
    assert_int_equal(candidate.manufacturer_index, 1);
    assert_int_equal(candidate.product_index, 2);
    assert_int_equal(candidate.serial_index, 3);
    assert_int_equal(candidate.dfu_interface, 1);
    assert_int_equal(candidate.dfu_protocol, BOOT0_DFU_PROTOCOL_RUNTIME);
    assert_string_equal(candidate.path, "");
    assert_true(b0_candidate_read(device, sizeof device, 1, &candidate));
    assert_int_equal(candidate.dfu_interface, 4);
    assert_int_equal(candidate.dfu_protocol, BOOT0_DFU_PROTOCOL_DFU);
    assert_false(b0_candidate_read(device, sizeof device, 2, &candidate));
}

/* A cut device descriptor has no configuration after it. */
static void test_survives_every_cut(void **state)
{
    struct boot0_candidate candidate;

    (void)state;
    for (size_t size = 0; size <= 18 + 9 + 9; size++)
        assert_false(b0_candidate_read(device, size, 0, &candidate));
    assert_true(b0_candidate_read(device, 18 + 9 + 2 * 9, 0, &candidate));
    assert_false(b0_candidate_read(device, 18 + 9 + 2 * 9, 1, &candidate));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reads_each_dfu_interface),
        cmocka_unit_test(test_survives_every_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
