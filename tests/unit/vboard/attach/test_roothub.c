/* SPDX-License-Identifier: MIT */
/* The root hub of the virtual boards: vboard/attach/roothub.h. */
#include "../vboard_test.h"

#include <vboard/attach/roothub.h>

enum {
    DEVICE_IN = 0x80,
    HUB_IN = 0xa0,
    PORT_IN = 0xa3,
};

static enum boot0_xfer ask(const struct vboard_roothub *hub, struct boot0_setup setup,
                           uint8_t data[256], size_t *actual)
{
    struct vboard_usb_device device;

    vboard_roothub_describe(hub, &device);
    memset(data, 0xee, 256);
    return vboard_roothub_control(hub, &device, &setup, data, actual);
}

static void test_descriptors(void **state)
{
    const struct vboard_roothub hub = {.ports = 4};
    struct vboard_usb_device device;
    uint8_t data[256];
    size_t actual;
    size_t at = 0;
    size_t count = 0;

    (void)state;
    vboard_roothub_describe(&hub, &device);
    while (vboard_sysfs_next(&device, &at) != NULL)
        count++;
    assert_int_equal(count, 4); /* device, configuration, interface, endpoint */
    assert_int_equal(at, device.descriptors_size);
    assert_int_equal(b0_load16(device.descriptors + 18 + 2), device.descriptors_size - 18);

    assert_int_equal(ask(&hub, (struct boot0_setup){DEVICE_IN, 6, 0x0100, 0, 64}, data, &actual),
                     BOOT0_XFER_OK);
    assert_int_equal(actual, 18);
    assert_memory_equal(data, device.descriptors, 18);
    assert_int_equal(ask(&hub, (struct boot0_setup){DEVICE_IN, 6, 0x0100, 0, 8}, data, &actual),
                     BOOT0_XFER_OK);
    assert_int_equal(actual, 8); /* no more than requested */
    assert_int_equal(data[8], 0xee);
}

static void test_strings(void **state)
{
    const struct vboard_roothub hub = {.ports = 4};
    uint8_t data[256];
    char text[64];
    size_t actual;

    (void)state;
    for (uint16_t index = 1; index <= 3; index++) {
        struct vboard_usb_device device;

        vboard_roothub_describe(&hub, &device);
        assert_true(device.string(device.string_context, (uint8_t)index, text, sizeof text) > 0);
        assert_int_equal(
            ask(&hub, (struct boot0_setup){DEVICE_IN, 6, (uint16_t)(0x0300 | index), 0x409, 255},
                data, &actual),
            BOOT0_XFER_OK);
        assert_int_equal(actual, data[0]);
        assert_int_equal(actual, 2 + 2 * strlen(text));
        assert_int_equal(data[2], text[0]);
    }
    assert_int_equal(
        ask(&hub, (struct boot0_setup){DEVICE_IN, 6, 0x0304, 0x409, 255}, data, &actual),
        BOOT0_XFER_STALL);
}

static void test_ports(void **state)
{
    const struct vboard_roothub hub = {.ports = 9, .connected = {[8] = true}};
    uint8_t data[256];
    size_t actual;

    (void)state;
    assert_int_equal(ask(&hub, (struct boot0_setup){HUB_IN, 6, 0x2900, 0, 255}, data, &actual),
                     BOOT0_XFER_OK);
    assert_int_equal(actual, 11); /* 9 ports and bit 0: two bytes per map */
    assert_int_equal(data[0], actual);
    assert_int_equal(data[2], 9);
    assert_int_equal(ask(&hub, (struct boot0_setup){PORT_IN, 0, 0, 9, 4}, data, &actual),
                     BOOT0_XFER_OK);
    assert_int_equal(b0_load16(data), 0x0103);
    assert_int_equal(ask(&hub, (struct boot0_setup){PORT_IN, 0, 0, 8, 4}, data, &actual),
                     BOOT0_XFER_OK);
    assert_int_equal(b0_load16(data), 0x0100);
    for (uint16_t port = 0; port <= 10; port += 10)
        assert_int_equal(ask(&hub, (struct boot0_setup){PORT_IN, 0, 0, port, 4}, data, &actual),
                         BOOT0_XFER_STALL);
}

static void test_unknown_requests(void **state)
{
    const struct vboard_roothub hub = {.ports = 4};
    uint8_t data[256];
    size_t actual;

    (void)state;
    assert_int_equal(ask(&hub, (struct boot0_setup){DEVICE_IN, 6, 0x0f00, 0, 5}, data, &actual),
                     BOOT0_XFER_STALL);
    assert_int_equal(ask(&hub, (struct boot0_setup){0xc0, 99, 0, 0, 5}, data, &actual),
                     BOOT0_XFER_STALL);
    assert_int_equal(ask(&hub, (struct boot0_setup){0x23, 3, 8, 1, 0}, data, &actual),
                     BOOT0_XFER_STALL);
    assert_int_equal(ask(&hub, (struct boot0_setup){0x00, 9, 1, 0, 0}, data, &actual),
                     BOOT0_XFER_OK);
    assert_int_equal(actual, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_descriptors),
        cmocka_unit_test(test_strings),
        cmocka_unit_test(test_ports),
        cmocka_unit_test(test_unknown_requests),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
