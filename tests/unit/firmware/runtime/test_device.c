/* SPDX-License-Identifier: MIT */
/* The runtime's view for a host: its descriptors as a whole, and the DFU run-time interface. */
#include "../usb/usb_host.h"
#include "firmware/runtime/composite.h"

#include <core/array.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "core/bytes.h"
#include "core/descriptors.h"

enum {
    FROM_BOARD = BOOT0_USB_DIR_IN | BOOT0_USB_TYPE_CLASS | BOOT0_USB_RECIPIENT_INTERFACE,
    TO_BOARD = BOOT0_USB_TYPE_CLASS | BOOT0_USB_RECIPIENT_INTERFACE,
    DESCRIPTOR_BOS = 15,
};

struct fixture {
    struct usb_host host;
    struct b0_composite composite;
    uint8_t data[1024];
};

static void plug(struct fixture *f, const struct boot0_options *test_options)
{
    memset(f, 0, sizeof *f);
    b0_composite_init(&f->composite, test_options, "315A28A0B956");
    usb_host_plug(&f->host, &f->composite.device);
}

static int plugged(void **state)
{
    static struct fixture f;

    plug(&f, NULL);
    *state = &f;
    return 0;
}

static const char *string(struct fixture *f, uint8_t index)
{
    static char text[128];

    assert_int_equal(usb_host_descriptor(&f->host, BOOT0_USB_DESC_STRING, index, f->data, 255),
                     USB_ACK);
    b0_string_descriptor(f->data, f->host.moved, text, sizeof text);
    return text;
}

static void test_device(void **state)
{
    /* 0483:5740, 0b.01; functions joined by association descriptors */
    static const uint8_t expected[] = {18,   1,    0x10, 0x02, 0xef, 2, 1, 64, 0x83,
                                       0x04, 0x40, 0x57, 1,    0x0b, 1, 2, 3,  1};
    struct fixture *f = *state;

    assert_int_equal(usb_host_descriptor(&f->host, BOOT0_USB_DESC_DEVICE, 0, f->data, 18), USB_ACK);
    assert_memory_equal(f->data, expected, sizeof expected);
    assert_string_equal(string(f, 1), "boot0");
    assert_string_equal(string(f, 2), "boot0 serial port");
    assert_string_equal(string(f, 3), "315A28A0B956");
    assert_int_equal(usb_host_descriptor(&f->host, BOOT0_USB_DESC_STRING, 6, f->data, 255),
                     USB_STALL);
}

static void test_options(void **state)
{
    char product[100];
    struct fixture *f = *state;

    memset(product, 'p', sizeof product);
    product[99] = '\0';
    plug(f, &(struct boot0_options){.vendor_id = 0x1209, .product_id = 1, .product = product});
    assert_int_equal(usb_host_descriptor(&f->host, BOOT0_USB_DESC_DEVICE, 0, f->data, 18), USB_ACK);
    assert_memory_equal(f->data + 8, "\x09\x12\x01\x00", 4);
    assert_string_equal(string(f, 1), "boot0");
    assert_int_equal(strlen(string(f, 2)), B0_USB_STRING_MAX);
}

/* Every descriptor is in its place, and each interface has its bNumEndpoints endpoints. */
static void test_configuration(void **state)
{
    struct fixture *f = *state;
    unsigned endpoints = 0, announced = 0, interfaces = 0;
    size_t total;

    assert_int_equal(
        usb_host_descriptor(&f->host, BOOT0_USB_DESC_CONFIGURATION, 0, f->data, sizeof f->data),
        USB_ACK);
    total = f->host.moved;
    assert_int_equal(b0_load16(f->data + 2), total);
    for (size_t i = 0; i < total; i += f->data[i]) {
        assert_in_range(f->data[i], 2, total - i);
        if (f->data[i + 1] == BOOT0_USB_DESC_INTERFACE) {
            assert_int_equal(f->data[i + 2], interfaces);
            assert_int_equal(endpoints, announced);
            interfaces++;
            announced = f->data[i + 4];
            endpoints = 0;
        }
        endpoints += f->data[i + 1] == BOOT0_USB_DESC_ENDPOINT;
    }
    assert_int_equal(endpoints, announced);
    assert_int_equal(interfaces, f->data[4]);
}

static void test_dfu_is_found(void **state)
{
    struct b0_dfu_configuration found;
    struct fixture *f = *state;

    usb_host_descriptor(&f->host, BOOT0_USB_DESC_CONFIGURATION, 0, f->data, sizeof f->data);
    assert_true(b0_descriptors_walk(f->data, f->host.moved, &found));
    assert_int_equal(found.alternate_count, 1);
    assert_int_equal(found.alternates[0].interface, 2);
    assert_int_equal(found.alternates[0].protocol, BOOT0_DFU_PROTOCOL_RUNTIME);
    assert_true(found.has_functional);
    assert_int_equal(found.functional.version, BOOT0_DFU_VERSION_DFUSE);
    assert_int_equal(found.functional.attributes & BOOT0_DFU_WILL_DETACH, BOOT0_DFU_WILL_DETACH);
    assert_string_equal(string(f, found.alternates[0].string_index), "boot0 DFU");
}

/* The capability leads to the set, and the sizes in the set add up. */
static void test_microsoft(void **state)
{
    static const char guids[] = "DeviceInterfaceGUIDs";
    struct fixture *f = *state;
    struct boot0_setup request = {.bmRequestType = BOOT0_USB_DIR_IN | BOOT0_USB_TYPE_VENDOR |
                                                   BOOT0_USB_RECIPIENT_DEVICE,
                                  .wIndex = 7};

    assert_int_equal(usb_host_descriptor(&f->host, DESCRIPTOR_BOS, 0, f->data, 255), USB_ACK);
    assert_int_equal(f->host.moved, b0_load16(f->data + 2));
    assert_int_equal(f->data[4], 1);
    assert_int_equal(f->data[5 + 2], 5);
    request.wLength = b0_load16(f->data + 5 + 24);
    request.bRequest = f->data[5 + 26];
    assert_int_equal(usb_host_control(&f->host, request, f->data), USB_ACK);
    assert_int_equal(f->host.moved, request.wLength);
    assert_int_equal(b0_load16(f->data + 8), request.wLength);
    assert_memory_equal(f->data + 4, "\x00\x00\x03\x06", 4);
    assert_int_equal(b0_load16(f->data + 10 + 6), request.wLength - 10); /* the configuration's */
    assert_int_equal(f->data[18 + 4], B0_COMPOSITE_DFU_INTERFACE);
    assert_int_equal(b0_load16(f->data + 18 + 6), request.wLength - 18); /* the function's */
    assert_memory_equal(f->data + 30, "WINUSB\0\0", 8);
    for (size_t i = 0; i < sizeof guids; i++)
        assert_int_equal(b0_load16(f->data + 54 + 2 * i), guids[i]);
    assert_int_equal(46 + b0_load16(f->data + 46), request.wLength); /* the property is the last */
    assert_int_equal(b0_load16(f->data + 98), '{');
    assert_int_equal(b0_load16(f->data + request.wLength - 4), 0);
    request.wIndex = 8;
    assert_int_equal(usb_host_control(&f->host, request, f->data), USB_STALL);
}

/* ---- DFU ---- */

static enum usb_answer dfu(struct fixture *f, uint8_t type, uint8_t number, uint16_t length)
{
    return usb_host_control(&f->host,
                            (struct boot0_setup){.bmRequestType = type,
                                                 .bRequest = number,
                                                 .wValue = 1000,
                                                 .wIndex = B0_COMPOSITE_DFU_INTERFACE,
                                                 .wLength = length},
                            f->data);
}

static void test_status(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(dfu(f, FROM_BOARD, BOOT0_DFU_GETSTATUS, 6), USB_ACK);
    assert_memory_equal(f->data, "\0\0\0\0\0\0", 6); /* OK, no time, appIDLE */
    f->data[0] = 0xff;
    assert_int_equal(dfu(f, FROM_BOARD, BOOT0_DFU_GETSTATE, 1), USB_ACK);
    assert_int_equal(f->data[0], BOOT0_DFU_STATE_APP_IDLE);
}

static void test_detach(void **state)
{
    static const uint8_t packet[8] = {TO_BOARD, BOOT0_DFU_DETACH, 0xe8, 3,
                                      B0_COMPOSITE_DFU_INTERFACE};
    struct fixture *f = *state;

    b0_usb_on_setup(&f->host.usb, packet);
    assert_false(f->composite.detach.detached); /* the host must see the end of its request first */
    f->host.in[0].sending = false;
    b0_usb_on_sent(&f->host.usb, 0x80);
    assert_true(f->composite.detach.detached);
    assert_int_equal(dfu(f, FROM_BOARD, BOOT0_DFU_GETSTATE, 1), USB_ACK);
    assert_int_equal(f->data[0], BOOT0_DFU_STATE_APP_DETACH);
}

static void test_detach_of_a_hasty_host(void **state)
{
    static const uint8_t packet[8] = {TO_BOARD, BOOT0_DFU_DETACH, 0, 0, B0_COMPOSITE_DFU_INTERFACE};
    struct fixture *f = *state;

    b0_usb_on_setup(&f->host.usb, packet);
    usb_host_reset(&f->host);
    assert_true(f->composite.detach.detached);
}

static void test_refused(void **state)
{
    static const struct {
        uint8_t type, number;
        uint16_t length;
    } cases[] = {
        {TO_BOARD, BOOT0_DFU_DNLOAD, 8},
        {FROM_BOARD, BOOT0_DFU_UPLOAD, 8},
        {TO_BOARD, BOOT0_DFU_CLRSTATUS, 0},
        {TO_BOARD, BOOT0_DFU_ABORT, 0},
        {FROM_BOARD, BOOT0_DFU_DETACH, 1},
        {TO_BOARD, BOOT0_DFU_GETSTATUS, 6},
        {TO_BOARD, BOOT0_DFU_GETSTATE, 0},
        {TO_BOARD, 7, 0},
        {TO_BOARD, 0xff, 0},
        {TO_BOARD | BOOT0_USB_TYPE_VENDOR, BOOT0_DFU_DETACH, 0},
        {BOOT0_USB_TYPE_CLASS, BOOT0_DFU_DETACH, 0}, /* to the device */
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < B0_LENGTH(cases); i++) {
        assert_int_equal(dfu(f, cases[i].type, cases[i].number, cases[i].length), USB_STALL);
        assert_int_equal(dfu(f, FROM_BOARD, BOOT0_DFU_GETSTATE, 1), USB_ACK);
        assert_int_equal(f->data[0], BOOT0_DFU_STATE_APP_IDLE);
    }
    assert_false(f->composite.detach.detached);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_device, plugged),
        cmocka_unit_test_setup(test_options, plugged),
        cmocka_unit_test_setup(test_configuration, plugged),
        cmocka_unit_test_setup(test_dfu_is_found, plugged),
        cmocka_unit_test_setup(test_microsoft, plugged),
        cmocka_unit_test_setup(test_status, plugged),
        cmocka_unit_test_setup(test_detach, plugged),
        cmocka_unit_test_setup(test_detach_of_a_hasty_host, plugged),
        cmocka_unit_test_setup(test_refused, plugged),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
