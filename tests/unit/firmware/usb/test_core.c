/* SPDX-License-Identifier: MIT */
/* The USB device core of the firmware: control transfers of all shapes, standard requests. */
#include "usb_host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum {
    SLOW = 0x10,  /* vendor requests of the test's function: answered on demand */
    READ = 0x11,  /* wValue bytes to the host */
    WRITE = 0x12, /* up to 300 bytes from the host */
    PLAIN = 0x13,
    CONSTANT = 0x14, /* in the table */
};

struct record {
    uint8_t buffer[300];
    unsigned received, finished, dropped;
    unsigned resets, configured, alternates, suspended, resumed, restarted;
    uint8_t value;
    size_t size;
    unsigned sent;
};

static bool control(void *context, struct b0_usb *usb, const struct boot0_setup *setup)
{
    struct record *record = context;

    switch (setup->bRequest) {
    case SLOW:
        return true;
    case READ:
        for (size_t i = 0; i < sizeof record->buffer; i++)
            record->buffer[i] = (uint8_t)i;
        b0_usb_control_send(usb, record->buffer, setup->wValue);
        return true;
    case WRITE:
        if (setup->wLength > sizeof record->buffer)
            b0_usb_control_stall(usb);
        else
            b0_usb_control_receive(usb, record->buffer);
        return true;
    case PLAIN:
        b0_usb_control_done(usb);
        return true;
    default:
        return false;
    }
}

static void stage(void *context, struct b0_usb *usb, const struct boot0_setup *setup,
                  enum b0_usb_stage stage)
{
    struct record *record = context;

    record->received += stage == B0_USB_RECEIVED;
    record->finished += stage == B0_USB_FINISHED;
    record->dropped += stage == B0_USB_DROPPED;
    if (stage == B0_USB_RECEIVED && setup->wValue == 1)
        b0_usb_control_stall(usb);
    else if (stage == B0_USB_RECEIVED && setup->wValue == 0)
        b0_usb_control_done(usb);
}

static void event(void *context, struct b0_usb *usb, enum b0_usb_event event, uint8_t interface,
                  uint8_t value)
{
    struct record *record = context;

    (void)usb;
    (void)interface;
    record->resets += event == B0_USB_RESET;
    record->configured += event == B0_USB_CONFIGURED;
    record->alternates += event == B0_USB_ALTERNATE;
    record->restarted += event == B0_USB_RESTARTED;
    record->suspended += event == B0_USB_SUSPENDED;
    record->resumed += event == B0_USB_RESUMED;
    record->value = value;
}

static void received(void *context, struct b0_usb *usb, uint8_t endpoint, size_t size)
{
    struct record *record = context;

    (void)usb;
    assert_int_equal(endpoint, 0x01);
    record->size = size;
}

static void sent(void *context, struct b0_usb *usb, uint8_t endpoint)
{
    struct record *record = context;

    (void)usb;
    assert_int_equal(endpoint, 0x82);
    record->sent++;
}

static const struct b0_usb_handlers handlers = {control, stage, event, received, sent};

/* clang-format off */
static const uint8_t device_descriptor[18] = {18, 1, 0x10, 0x02, 0, 0, 0, 64, 0x83, 0x04,
                                              0x11, 0xdf, 1, 0, 1, 2, 3, 1};
/* Interface 0 with two alternates and no endpoints; interface 1 with endpoints 1 OUT and 2 IN. */
static const uint8_t configuration_descriptor[] = {
    9, 2, 50, 0, 2, 1, 0, 0xc0, 50,
    9, 4, 0, 0, 0, 0xfe, 1, 2, 0,
    9, 4, 0, 1, 0, 0xfe, 1, 2, 0,
    9, 4, 1, 0, 2, 0xff, 0, 0, 0,
    7, 5, 0x01, 2, 64, 0, 0,
    7, 5, 0x82, 2, 64, 0, 0,
};
/* clang-format on */
static const uint8_t bos_descriptor[] = {5, 15, 5, 0, 0};
static const uint8_t constant[] = {1, 2, 3};
static const struct b0_usb_vendor_answer answers[] = {{CONSTANT, 0, 7, constant, sizeof constant}};

static size_t string(void *context, uint8_t index, char *text)
{
    (void)context;
    if (index == 1) {
        /* A string of the core has a length and no NUL.
         * NOLINTNEXTLINE(bugprone-not-null-terminated-result) */
        memcpy(text, "boot0", 5);
        return 5;
    }
    if (index == 2) {
        memset(text, 'x', 63);
        return 63; /* two packets with its head */
    }
    return 0;
}

struct fixture {
    struct record dfu;
    struct record bulk;
    struct b0_usb_function functions[2];
    struct b0_usb_device device;
    struct usb_host host;
    uint8_t data[512];
};

static int setup(void **state)
{
    static struct fixture f;

    memset(&f, 0, sizeof f);
    f.functions[0] = (struct b0_usb_function){0, 1, 0, &handlers, &f.dfu};
    f.functions[1] = (struct b0_usb_function){1, 1, 0x06, &handlers, &f.bulk};
    f.device = (struct b0_usb_device){
        .device = device_descriptor,
        .configuration = configuration_descriptor,
        .bos = bos_descriptor,
        .vendor_answers = answers,
        .vendor_answer_count = 1,
        .functions = f.functions,
        .function_count = 2,
        .string = string,
    };
    usb_host_plug(&f.host, &f.device);
    *state = &f;
    return 0;
}

static enum usb_answer request(struct fixture *f, uint8_t type, uint8_t request, uint16_t value,
                               uint16_t index, uint16_t length)
{
    return usb_host_control(&f->host, (struct boot0_setup){type, request, value, index, length},
                            f->data);
}

enum {
    OUT_DEVICE = 0x00,
    OUT_INTERFACE = 0x01,
    OUT_ENDPOINT = 0x02,
    IN_DEVICE = 0x80,
    IN_INTERFACE = 0x81,
    IN_ENDPOINT = 0x82,
    IN_VENDOR = 0xc0,
    OUT_VENDOR = 0x40,
    OUT_CLASS = 0x21,
};

static void configure(struct fixture *f)
{
    assert_int_equal(request(f, OUT_DEVICE, BOOT0_USB_SET_CONFIGURATION, 1, 0, 0), USB_ACK);
}

static void test_descriptors(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(usb_host_descriptor(&f->host, 1, 0, f->data, 64), USB_ACK);
    assert_int_equal(f->host.moved, 18);
    assert_memory_equal(f->data, device_descriptor, 18);
    /* Exactly wLength bytes. */
    assert_int_equal(usb_host_descriptor(&f->host, 1, 0, f->data, 8), USB_ACK);
    assert_int_equal(f->host.moved, 8);
    assert_int_equal(usb_host_descriptor(&f->host, 2, 0, f->data, 255), USB_ACK);
    assert_int_equal(f->host.moved, 50);
    assert_memory_equal(f->data, configuration_descriptor, 50);
    assert_int_equal(usb_host_descriptor(&f->host, 15, 0, f->data, 255), USB_ACK);
    assert_int_equal(f->host.moved, 5);
    /* No qualifier, no second configuration, no unknown type. */
    assert_int_equal(usb_host_descriptor(&f->host, 6, 0, f->data, 10), USB_STALL);
    assert_int_equal(usb_host_descriptor(&f->host, 2, 1, f->data, 10), USB_STALL);
    assert_int_equal(usb_host_descriptor(&f->host, 0x41, 0, f->data, 10), USB_STALL);
    f->device.bos = NULL;
    assert_int_equal(usb_host_descriptor(&f->host, 15, 0, f->data, 255), USB_STALL);
}

static void test_strings(void **state)
{
    struct fixture *f = *state;
    const uint8_t name[] = {12, 3, 'b', 0, 'o', 0, 'o', 0, 't', 0, '0', 0};

    assert_int_equal(usb_host_descriptor(&f->host, 3, 0, f->data, 255), USB_ACK);
    assert_memory_equal(f->data, "\x04\x03\x09\x04", 4);
    assert_int_equal(usb_host_descriptor(&f->host, 3, 1, f->data, 255), USB_ACK);
    assert_int_equal(f->host.moved, sizeof name);
    assert_memory_equal(f->data, name, sizeof name);
    /* 128 bytes: two whole packets and an empty one. */
    assert_int_equal(usb_host_descriptor(&f->host, 3, 2, f->data, 255), USB_ACK);
    assert_int_equal(f->host.moved, 128);
    assert_int_equal(f->host.packets, 3);
    assert_int_equal(usb_host_descriptor(&f->host, 3, 9, f->data, 255), USB_STALL);
}

static void test_empty_packet(void **state)
{
    struct fixture *f = *state;

    /* An empty packet only if the answer is shorter than wLength, and all packets were full. */
    assert_int_equal(request(f, IN_VENDOR, READ, 128, 0, 129), USB_ACK);
    assert_int_equal(f->host.packets, 3);
    assert_int_equal(request(f, IN_VENDOR, READ, 128, 0, 128), USB_ACK);
    assert_int_equal(f->host.packets, 2);
    assert_int_equal(request(f, IN_VENDOR, READ, 130, 0, 128), USB_ACK);
    assert_int_equal(f->host.packets, 2);
    assert_int_equal(request(f, IN_VENDOR, READ, 130, 0, 200), USB_ACK);
    assert_int_equal(f->host.packets, 3);
    assert_int_equal(f->host.moved, 130);
    assert_int_equal(request(f, IN_VENDOR, READ, 0, 0, 200), USB_ACK);
    assert_int_equal(f->host.packets, 1);
    assert_int_equal(f->dfu.finished, 5);
    assert_int_equal(f->dfu.dropped, 0);
    /* No data stage to send in, and the wrong direction. */
    assert_int_equal(request(f, IN_VENDOR, READ, 10, 0, 0), USB_STALL);
    assert_int_equal(request(f, OUT_VENDOR, READ, 10, 0, 10), USB_STALL);
}

static void test_out(void **state)
{
    struct fixture *f = *state;

    for (size_t i = 0; i < sizeof f->data; i++)
        f->data[i] = (uint8_t)(3 * i);
    assert_int_equal(request(f, OUT_VENDOR, WRITE, 0, 0, 300), USB_ACK);
    assert_int_equal(f->host.packets, 5);
    assert_memory_equal(f->dfu.buffer, f->data, 300);
    assert_int_equal(request(f, OUT_VENDOR, WRITE, 0, 0, 64), USB_ACK);
    assert_int_equal(f->host.packets, 1);
    assert_int_equal(f->dfu.finished, 2);
    /* Refused before the data, after the data, and without any. */
    assert_int_equal(request(f, OUT_VENDOR, WRITE, 0, 0, 301), USB_STALL);
    assert_int_equal(request(f, OUT_VENDOR, WRITE, 1, 0, 100), USB_STALL);
    assert_int_equal(f->dfu.received, 3);
    assert_int_equal(request(f, OUT_VENDOR, WRITE, 0, 0, 0), USB_STALL);
    /* "Done" cannot answer a request with an outstanding data stage. */
    assert_int_equal(request(f, OUT_VENDOR, PLAIN, 0, 0, 4), USB_STALL);
    assert_int_equal(request(f, OUT_VENDOR, PLAIN, 0, 0, 0), USB_ACK);
    assert_int_equal(f->dfu.dropped, 0);
}

static void test_late_answers(void **state)
{
    struct fixture *f = *state;

    assert_null(b0_usb_control_pending(&f->host.usb));
    assert_int_equal(request(f, IN_VENDOR, SLOW, 0, 0, 100), USB_NAK);
    assert_int_equal(usb_host_continue(&f->host), USB_NAK);
    assert_non_null(b0_usb_control_pending(&f->host.usb));
    assert_int_equal(b0_usb_control_pending(&f->host.usb)->bRequest, SLOW);
    b0_usb_control_send(&f->host.usb, f->dfu.buffer, 100);
    assert_null(b0_usb_control_pending(&f->host.usb));
    assert_int_equal(usb_host_continue(&f->host), USB_ACK);
    assert_int_equal(f->host.moved, 100);

    /* Data, then a late decision (wValue 2). */
    assert_int_equal(request(f, OUT_VENDOR, WRITE, 2, 0, 100), USB_NAK);
    assert_int_equal(f->dfu.received, 1);
    b0_usb_control_done(&f->host.usb);
    assert_int_equal(usb_host_continue(&f->host), USB_ACK);
    assert_int_equal(request(f, OUT_VENDOR, WRITE, 2, 0, 100), USB_NAK);
    b0_usb_control_stall(&f->host.usb);
    assert_int_equal(usb_host_continue(&f->host), USB_STALL);
    /* The decision to accept data is late, too. */
    assert_int_equal(request(f, OUT_VENDOR, SLOW, 0, 0, 100), USB_NAK);
    assert_int_equal(f->host.moved, 0);
    b0_usb_control_receive(&f->host.usb, f->dfu.buffer);
    assert_int_equal(usb_host_continue(&f->host), USB_ACK);
    assert_int_equal(f->host.moved, 100);
}

static void test_given_up(void **state)
{
    struct fixture *f = *state;

    /* The host begins another request: the previous one is dropped, late answers do nothing. */
    assert_int_equal(request(f, IN_VENDOR, SLOW, 0, 0, 100), USB_NAK);
    assert_int_equal(usb_host_descriptor(&f->host, 1, 0, f->data, 18), USB_ACK);
    assert_int_equal(f->dfu.dropped, 1);
    b0_usb_control_send(&f->host.usb, f->dfu.buffer, 100);
    b0_usb_control_done(&f->host.usb);
    b0_usb_control_stall(&f->host.usb);
    assert_false(f->host.in[0].sending);
    assert_false(f->host.in[0].stalled);
    assert_int_equal(usb_host_descriptor(&f->host, 1, 0, f->data, 18), USB_ACK);
    /* In the middle of data. */
    assert_int_equal(request(f, OUT_VENDOR, SLOW, 0, 0, 100), USB_NAK);
    b0_usb_control_receive(&f->host.usb, f->dfu.buffer);
    assert_int_equal(request(f, OUT_VENDOR, PLAIN, 0, 0, 0), USB_ACK);
    assert_int_equal(f->dfu.dropped, 2);
    /* A bus reset. */
    assert_int_equal(request(f, IN_VENDOR, SLOW, 0, 0, 100), USB_NAK);
    usb_host_reset(&f->host);
    assert_int_equal(f->dfu.dropped, 3);
    assert_int_equal(f->dfu.resets, 2);
}

static void test_address_and_configuration(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(request(f, OUT_DEVICE, BOOT0_USB_SET_ADDRESS, 42, 0, 0), USB_ACK);
    assert_int_equal(f->host.address, 42);
    assert_int_equal(request(f, OUT_DEVICE, BOOT0_USB_SET_ADDRESS, 128, 0, 0), USB_STALL);
    assert_int_equal(request(f, IN_DEVICE, BOOT0_USB_GET_CONFIGURATION, 0, 0, 1), USB_ACK);
    assert_int_equal(f->data[0], 0);
    assert_int_equal(request(f, OUT_DEVICE, BOOT0_USB_SET_CONFIGURATION, 2, 0, 0), USB_STALL);
    assert_int_equal(b0_usb_configuration(&f->host.usb), 0);
    configure(f);
    assert_int_equal(b0_usb_configuration(&f->host.usb), 1);
    assert_int_equal(f->dfu.configured, 1);
    assert_int_equal(f->bulk.configured, 1);
    assert_true(f->host.out[1].open && f->host.in[2].open);
    assert_false(f->host.in[1].open || f->host.out[2].open);
    assert_int_equal(request(f, IN_DEVICE, BOOT0_USB_GET_CONFIGURATION, 0, 0, 1), USB_ACK);
    assert_int_equal(f->data[0], 1);
    assert_int_equal(request(f, OUT_DEVICE, BOOT0_USB_SET_CONFIGURATION, 0, 0, 0), USB_ACK);
    assert_false(f->host.out[1].open || f->host.in[2].open);
}

static void test_interfaces(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(request(f, OUT_INTERFACE, BOOT0_USB_SET_INTERFACE, 1, 0, 0), USB_STALL);
    configure(f);
    assert_int_equal(request(f, OUT_INTERFACE, BOOT0_USB_SET_INTERFACE, 1, 0, 0), USB_ACK);
    assert_int_equal(f->dfu.alternates, 1);
    assert_int_equal(f->dfu.value, 1);
    assert_int_equal(f->bulk.alternates, 0);
    assert_int_equal(request(f, IN_INTERFACE, BOOT0_USB_GET_INTERFACE, 0, 0, 1), USB_ACK);
    assert_int_equal(f->data[0], 1);
    assert_int_equal(request(f, OUT_INTERFACE, BOOT0_USB_SET_INTERFACE, 2, 0, 0), USB_STALL);
    assert_int_equal(request(f, OUT_INTERFACE, BOOT0_USB_SET_INTERFACE, 1, 1, 0), USB_STALL);
    assert_int_equal(request(f, OUT_INTERFACE, BOOT0_USB_SET_INTERFACE, 0, 2, 0), USB_STALL);
    assert_int_equal(request(f, IN_INTERFACE, BOOT0_USB_GET_INTERFACE, 0, 2, 1), USB_STALL);
    configure(f);
    assert_int_equal(request(f, IN_INTERFACE, BOOT0_USB_GET_INTERFACE, 0, 0, 1), USB_ACK);
    assert_int_equal(f->data[0], 0);
}

static void test_status(void **state)
{
    struct fixture *f = *state;

    configure(f);
    assert_int_equal(request(f, IN_DEVICE, BOOT0_USB_GET_STATUS, 0, 0, 2), USB_ACK);
    assert_int_equal(f->data[0], 1);
    assert_int_equal(request(f, IN_INTERFACE, BOOT0_USB_GET_STATUS, 0, 1, 2), USB_ACK);
    assert_int_equal(f->data[0], 0);
    assert_int_equal(request(f, IN_INTERFACE, BOOT0_USB_GET_STATUS, 0, 5, 2), USB_STALL);
    assert_int_equal(request(f, IN_ENDPOINT, BOOT0_USB_GET_STATUS, 0, 0x82, 2), USB_ACK);
    assert_int_equal(request(f, IN_ENDPOINT, BOOT0_USB_GET_STATUS, 0, 0x80, 2), USB_ACK);
    assert_int_equal(request(f, IN_ENDPOINT, BOOT0_USB_GET_STATUS, 0, 0x02, 2), USB_STALL);
    assert_int_equal(request(f, IN_ENDPOINT, BOOT0_USB_GET_STATUS, 0, 0x8f, 2), USB_STALL);
}

static void test_halt(void **state)
{
    struct fixture *f = *state;
    uint8_t packet[64] = {0};

    configure(f);
    assert_true(b0_usb_send(&f->host.usb, 0x82, packet, 3));
    assert_int_equal(request(f, OUT_ENDPOINT, BOOT0_USB_SET_FEATURE, 0, 0x82, 0), USB_ACK);
    assert_true(f->host.in[2].stalled);
    assert_false(f->host.in[2].sending);
    assert_int_equal(request(f, IN_ENDPOINT, BOOT0_USB_GET_STATUS, 0, 0x82, 2), USB_ACK);
    assert_int_equal(f->data[0], 1);
    assert_false(b0_usb_send(&f->host.usb, 0x82, packet, 3));
    assert_int_equal(f->bulk.restarted, 0);
    assert_int_equal(request(f, OUT_ENDPOINT, BOOT0_USB_CLEAR_FEATURE, 0, 0x82, 0), USB_ACK);
    assert_int_equal(f->bulk.restarted, 1);
    assert_int_equal(f->bulk.value, 0x82);
    assert_int_equal(f->dfu.restarted, 0);
    assert_int_equal(f->host.in[2].opened, 2);
    assert_true(b0_usb_send(&f->host.usb, 0x82, packet, 3));
    /* For endpoint 0 it has no effect; for the device and with other features it is refused. */
    assert_int_equal(request(f, OUT_ENDPOINT, BOOT0_USB_CLEAR_FEATURE, 0, 0, 0), USB_ACK);
    assert_int_equal(request(f, OUT_ENDPOINT, BOOT0_USB_CLEAR_FEATURE, 0, 0x03, 0), USB_STALL);
    assert_int_equal(request(f, OUT_ENDPOINT, BOOT0_USB_SET_FEATURE, 1, 0x82, 0), USB_STALL);
    assert_int_equal(request(f, OUT_DEVICE, BOOT0_USB_SET_FEATURE, 1, 0, 0), USB_STALL);
}

static void test_packets(void **state)
{
    struct fixture *f = *state;
    uint8_t buffer[128] = {0};

    assert_false(b0_usb_send(&f->host.usb, 0x82, buffer, 1));
    assert_false(b0_usb_receive(&f->host.usb, 0x01, buffer, 64));
    configure(f);
    assert_true(b0_usb_send(&f->host.usb, 0x82, buffer, 1));
    assert_false(b0_usb_send(&f->host.usb, 0x82, buffer, 1));
    f->host.in[2].sending = false;
    b0_usb_on_sent(&f->host.usb, 0x82);
    assert_int_equal(f->bulk.sent, 1);
    assert_true(b0_usb_send(&f->host.usb, 0x82, buffer, 0));
    assert_true(b0_usb_receive(&f->host.usb, 0x01, buffer, sizeof buffer));
    assert_false(b0_usb_receive(&f->host.usb, 0x01, buffer, sizeof buffer));
    f->host.out[1].receiving = false;
    b0_usb_on_received(&f->host.usb, 0x01, 77);
    assert_int_equal(f->bulk.size, 77);
    assert_true(b0_usb_receive(&f->host.usb, 0x01, buffer, sizeof buffer));
    assert_false(b0_usb_send(&f->host.usb, 0x80, buffer, 1));
    usb_host_reset(&f->host);
    assert_false(b0_usb_send(&f->host.usb, 0x82, buffer, 1));
}

static void test_who_gets_it(void **state)
{
    struct fixture *f = *state;

    /* Requests to an interface go only to its function; unknown ones are stalled. */
    configure(f);
    assert_int_equal(request(f, OUT_CLASS, PLAIN, 0, 1, 0), USB_ACK);
    assert_int_equal(f->bulk.finished, 1);
    assert_int_equal(f->dfu.finished, 0);
    assert_int_equal(request(f, OUT_CLASS, PLAIN, 0, 0, 0), USB_ACK);
    assert_int_equal(f->dfu.finished, 1);
    assert_int_equal(request(f, OUT_CLASS, PLAIN, 0, 2, 0), USB_STALL);
    assert_int_equal(request(f, OUT_CLASS, 0x77, 0, 0, 0), USB_STALL);
    assert_int_equal(request(f, 0x22, PLAIN, 0, 0x82, 0), USB_ACK);
    assert_int_equal(f->bulk.finished, 2);
    assert_int_equal(request(f, IN_VENDOR, CONSTANT, 0, 7, 255), USB_ACK);
    assert_memory_equal(f->data, constant, sizeof constant);
    assert_int_equal(request(f, IN_VENDOR, CONSTANT, 1, 7, 255), USB_STALL);
    b0_usb_on_suspend(&f->host.usb, true);
    b0_usb_on_suspend(&f->host.usb, false);
    assert_int_equal(f->dfu.suspended + f->bulk.resumed, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_descriptors, setup),
        cmocka_unit_test_setup(test_strings, setup),
        cmocka_unit_test_setup(test_empty_packet, setup),
        cmocka_unit_test_setup(test_out, setup),
        cmocka_unit_test_setup(test_late_answers, setup),
        cmocka_unit_test_setup(test_given_up, setup),
        cmocka_unit_test_setup(test_address_and_configuration, setup),
        cmocka_unit_test_setup(test_interfaces, setup),
        cmocka_unit_test_setup(test_status, setup),
        cmocka_unit_test_setup(test_halt, setup),
        cmocka_unit_test_setup(test_packets, setup),
        cmocka_unit_test_setup(test_who_gets_it, setup),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
