/* SPDX-License-Identifier: MIT */
/* The runtime's serial port on the USB core: requests, both directions, the 1200 baud touch. */
#include "../usb/usb_host.h"
#include "firmware/runtime/composite.h"

#include <core/array.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "core/bytes.h"

enum {
    TO_BOARD = BOOT0_USB_TYPE_CLASS | BOOT0_USB_RECIPIENT_INTERFACE,
    FROM_BOARD = TO_BOARD | BOOT0_USB_DIR_IN,
    SET_LINE_CODING = 0x20,
    GET_LINE_CODING = 0x21,
    SET_CONTROL_LINE_STATE = 0x22,
    DTR = 1,
    RTS = 2,
};

struct fixture {
    struct usb_host host;
    struct b0_composite composite;
    uint8_t data[4096];
};

static enum usb_answer request(struct fixture *f, uint8_t type, uint8_t number, uint16_t value,
                               uint16_t length)
{
    const struct boot0_setup setup = {
        .bmRequestType = type, .bRequest = number, .wValue = value, .wLength = length};
    enum usb_answer answer = usb_host_control(&f->host, setup, f->data);

    b0_serial_service(&f->composite.serial, &f->host.usb);
    return answer;
}

static enum usb_answer set_line(struct fixture *f, uint32_t baud, uint8_t stop, uint8_t parity,
                                uint8_t bits)
{
    b0_store32(f->data, baud);
    f->data[4] = stop;
    f->data[5] = parity;
    f->data[6] = bits;
    return request(f, TO_BOARD, SET_LINE_CODING, 0, 7);
}

static void set_control(struct fixture *f, uint16_t lines)
{
    assert_int_equal(request(f, TO_BOARD, SET_CONTROL_LINE_STATE, lines, 0), USB_ACK);
}

static void configure(struct fixture *f)
{
    assert_int_equal(request(f, 0, BOOT0_USB_SET_CONFIGURATION, 1, 0), USB_ACK);
}

static int plugged(void **state)
{
    static struct fixture f;

    memset(&f, 0, sizeof f);
    b0_composite_init(&f.composite, NULL, "315A28A0B956");
    usb_host_plug(&f.host, &f.composite.device);
    configure(&f);
    *state = &f;
    return 0;
}

static size_t write_bytes(struct fixture *f, const void *data, size_t size)
{
    size_t taken = b0_serial_write(&f->composite.serial, data, size);

    b0_serial_service(&f->composite.serial, &f->host.usb);
    return taken;
}

/* Returns the next transfer's size; -1 if there is none. */
static int fetch(struct fixture *f, uint8_t endpoint, uint8_t data[512])
{
    size_t size;

    if (!usb_host_fetch(&f->host, endpoint, data, &size))
        return -1;
    b0_serial_service(&f->composite.serial, &f->host.usb);
    return (int)size;
}

static bool deliver(struct fixture *f, const uint8_t *data, size_t size)
{
    bool taken = usb_host_deliver(&f->host, B0_SERIAL_DATA_OUT, data, size);

    b0_serial_service(&f->composite.serial, &f->host.usb);
    return taken;
}

static bool connected(struct fixture *f)
{
    return atomic_load(&f->composite.serial.connected);
}

/* ---- requests ---- */

static void test_line_coding(void **state)
{
    struct fixture *f = *state;
    struct boot0_serial_line line;

    assert_int_equal(request(f, FROM_BOARD, GET_LINE_CODING, 0, 7), USB_ACK);
    assert_memory_equal(f->data, "\x00\xc2\x01\x00\x00\x00\x08", 7); /* 115200 8N1 */

    assert_int_equal(set_line(f, 9600, 2, 2, 7), USB_ACK);
    line = b0_serial_line(&f->composite.serial);
    assert_int_equal(line.baud, 9600);
    assert_int_equal(line.stop_bits, 2);
    assert_int_equal(line.parity, 2);
    assert_int_equal(line.data_bits, 7);
    memset(f->data, 0, 7);
    assert_int_equal(request(f, FROM_BOARD, GET_LINE_CODING, 0, 7), USB_ACK);
    assert_memory_equal(f->data, "\x80\x25\x00\x00\x02\x02\x07", 7);
}

static void test_line_coding_refused(void **state)
{
    static const struct {
        uint8_t stop, parity, bits;
    } cases[] = {{3, 0, 8}, {0, 5, 8}, {0, 0, 4}, {0, 0, 9}, {0, 0, 17}};
    struct fixture *f = *state;

    for (size_t i = 0; i < B0_LENGTH(cases); i++)
        assert_int_equal(set_line(f, 300, cases[i].stop, cases[i].parity, cases[i].bits),
                         USB_STALL);
    assert_int_equal(request(f, TO_BOARD, SET_LINE_CODING, 0, 6), USB_STALL);
    assert_int_equal(request(f, TO_BOARD, SET_LINE_CODING, 0, 8), USB_STALL);
    assert_int_equal(request(f, TO_BOARD, SET_LINE_CODING, 0, 0), USB_STALL);
    assert_int_equal(b0_serial_line(&f->composite.serial).baud, 115200);
    assert_int_equal(set_line(f, 300, 0, 0, 16), USB_ACK);
}

static void test_foreign_requests(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(request(f, TO_BOARD, 0x23, 0, 0), USB_STALL); /* SEND_BREAK: not supported */
    assert_int_equal(request(f, FROM_BOARD, SET_CONTROL_LINE_STATE, DTR, 1), USB_STALL);
    assert_int_equal(request(f, TO_BOARD, SET_CONTROL_LINE_STATE, DTR, 1), USB_STALL);
    assert_int_equal(request(f, BOOT0_USB_TYPE_VENDOR | BOOT0_USB_RECIPIENT_INTERFACE,
                             SET_CONTROL_LINE_STATE, DTR, 0),
                     USB_STALL);
    assert_false(connected(f));
}

static void test_who_listens(void **state)
{
    struct fixture *f = *state;

    assert_false(connected(f));
    set_control(f, RTS);
    assert_false(connected(f));
    assert_true(b0_serial_line(&f->composite.serial).rts);
    set_control(f, DTR | RTS);
    assert_true(connected(f));
    b0_usb_on_suspend(&f->host.usb, true);
    assert_false(connected(f));
    b0_usb_on_suspend(&f->host.usb, false);
    assert_true(connected(f));
    set_control(f, RTS);
    assert_false(connected(f));
    set_control(f, DTR);
    usb_host_reset(&f->host);
    assert_false(connected(f));
    assert_false(b0_serial_line(&f->composite.serial).dtr);
    configure(f);
    assert_false(connected(f)); /* the port must be opened again */
}

/* PSTN 1.2, 6.5.4: carrier and ready, once per configuration. */
static void test_serial_state(void **state)
{
    static const uint8_t expected[] = {0xa1, 0x20, 0, 0, 0, 0, 2, 0, 3, 0};
    struct fixture *f = *state;

    assert_int_equal(fetch(f, B0_SERIAL_NOTIFY_IN, f->data), sizeof expected);
    assert_memory_equal(f->data, expected, sizeof expected);
    assert_int_equal(fetch(f, B0_SERIAL_NOTIFY_IN, f->data), -1);
    usb_host_reset(&f->host);
    assert_int_equal(fetch(f, B0_SERIAL_NOTIFY_IN, f->data), -1);
    configure(f);
    assert_int_equal(fetch(f, B0_SERIAL_NOTIFY_IN, f->data), sizeof expected);
}

/* ---- to the host ---- */

static void test_nobody_listens(void **state)
{
    struct fixture *f = *state;

    memset(f->data, 'x', sizeof f->data);
    assert_int_equal(write_bytes(f, f->data, sizeof f->data), sizeof f->data);
    set_control(f, DTR);
    assert_int_equal(fetch(f, B0_SERIAL_DATA_IN, f->data), -1);
    assert_int_equal(write_bytes(f, "now", 3), 3);
    assert_int_equal(fetch(f, B0_SERIAL_DATA_IN, f->data), 3);
    assert_memory_equal(f->data, "now", 3);
}

static void test_all_arrives_in_order(void **state)
{
    struct fixture *f = *state;
    uint8_t source[200], packet[512];
    unsigned sent = 0, seen = 0;

    set_control(f, DTR);
    while (seen < 20000) {
        int size;

        for (size_t i = 0; i < sizeof source; i++)
            source[i] = (uint8_t)((sent + i) * 7 / 3);
        sent += (unsigned)write_bytes(f, source, sizeof source - sent % 3);
        if (sent - seen < 700) /* the host is not always fast */
            continue;
        size = fetch(f, B0_SERIAL_DATA_IN, packet);
        assert_true(size >= 0);
        for (int i = 0; i < size; i++, seen++)
            assert_int_equal(packet[i], (uint8_t)(seen * 7 / 3));
    }
}

static void test_full_buffer(void **state)
{
    struct fixture *f = *state;
    size_t taken;

    set_control(f, DTR);
    memset(f->data, 'x', sizeof f->data);
    taken = b0_serial_write(&f->composite.serial, f->data, sizeof f->data);
    assert_int_equal(taken, B0_RING_SIZE);
    assert_int_equal(b0_serial_write(&f->composite.serial, f->data, 1), 0);
    assert_false(b0_serial_flushed(&f->composite.serial));
    b0_serial_service(&f->composite.serial, &f->host.usb);
    assert_int_equal(b0_ring_room(&f->composite.serial.to_host), 512);
    assert_int_equal(fetch(f, B0_SERIAL_DATA_IN, f->data), 512);
    assert_false(b0_serial_flushed(&f->composite.serial)); /* the controller has the rest */
    assert_int_equal(fetch(f, B0_SERIAL_DATA_IN, f->data), 512);
}

/* USB 2.0, 5.8.3: the host's read ends with a packet that is not full. */
static void test_ends_of_transfers(void **state)
{
    static const struct {
        size_t size;
        bool empty_packet;
    } cases[] = {{1, false}, {63, false}, {64, true}, {65, false}, {128, true}, {512, true}};
    struct fixture *f = *state;

    set_control(f, DTR);
    for (size_t i = 0; i < B0_LENGTH(cases); i++) {
        write_bytes(f, f->data, cases[i].size);
        assert_int_equal(fetch(f, B0_SERIAL_DATA_IN, f->data), cases[i].size);
        assert_int_equal(fetch(f, B0_SERIAL_DATA_IN, f->data), cases[i].empty_packet ? 0 : -1);
        assert_int_equal(fetch(f, B0_SERIAL_DATA_IN, f->data), -1);
        assert_true(b0_serial_flushed(&f->composite.serial));
    }
    /* Data that arrives meanwhile ends the read as well. */
    write_bytes(f, f->data, 64);
    write_bytes(f, "x", 1);
    assert_int_equal(fetch(f, B0_SERIAL_DATA_IN, f->data), 64);
    assert_int_equal(fetch(f, B0_SERIAL_DATA_IN, f->data), 1);
    assert_int_equal(fetch(f, B0_SERIAL_DATA_IN, f->data), -1);
}

static void test_closing_drops_the_rest(void **state)
{
    struct fixture *f = *state;

    set_control(f, DTR);
    memset(f->data, 'x', 1000);
    assert_int_equal(write_bytes(f, f->data, 1000), 1000);
    set_control(f, 0);
    set_control(f, DTR);
    write_bytes(f, "new", 3);
    assert_int_equal(fetch(f, B0_SERIAL_DATA_IN, f->data), 512); /* the controller had it */
    assert_int_equal(fetch(f, B0_SERIAL_DATA_IN, f->data), 3);
    assert_memory_equal(f->data, "new", 3);
}

static void feature(struct fixture *f, uint8_t number)
{
    const struct boot0_setup packet = {.bmRequestType = BOOT0_USB_RECIPIENT_ENDPOINT,
                                       .bRequest = number,
                                       .wIndex = B0_SERIAL_DATA_IN};

    assert_int_equal(usb_host_control(&f->host, packet, NULL), USB_ACK);
    b0_serial_service(&f->composite.serial, &f->host.usb);
}

static void test_halted_and_restarted(void **state)
{
    struct fixture *f = *state;

    set_control(f, DTR);
    write_bytes(f, "lost", 4);
    feature(f, BOOT0_USB_SET_FEATURE);
    write_bytes(f, "kept", 4);
    assert_int_equal(fetch(f, B0_SERIAL_DATA_IN, f->data), -1);
    feature(f, BOOT0_USB_CLEAR_FEATURE);
    assert_int_equal(fetch(f, B0_SERIAL_DATA_IN, f->data), 4);
    assert_memory_equal(f->data, "kept", 4);
    assert_true(b0_serial_flushed(&f->composite.serial));

    write_bytes(f, "lost", 4);
    feature(f, BOOT0_USB_CLEAR_FEATURE); /* without a halt before: libusb_clear_halt() */
    assert_int_equal(fetch(f, B0_SERIAL_DATA_IN, f->data), -1);
    assert_true(b0_serial_flushed(&f->composite.serial));
}

/* ---- from the host ---- */

static void test_host_waits_for_room(void **state)
{
    struct fixture *f = *state;
    struct b0_ring *ring = &f->composite.serial.from_host;
    uint8_t packet[64];
    unsigned packets = 0, seen = 0;

    memset(packet, 0, sizeof packet);
    while (deliver(f, packet, sizeof packet)) {
        packets++;
        memset(packet, (int)packets, sizeof packet);
    }
    assert_int_equal(packets, B0_RING_SIZE / 64);
    assert_int_equal(b0_ring_used(ring), B0_RING_SIZE);
    assert_int_equal(b0_ring_take(ring, packet, 63), 63);
    b0_serial_service(&f->composite.serial, &f->host.usb);
    assert_false(deliver(f, packet, 1)); /* no room for a whole packet */
    assert_int_equal(b0_ring_take(ring, packet, 1), 1);
    b0_serial_service(&f->composite.serial, &f->host.usb);
    assert_true(deliver(f, (const uint8_t *)"end", 3));
    for (; b0_ring_take(ring, packet, 64) == 64; seen++)
        assert_int_equal(packet[63], seen + 1);
    assert_int_equal(seen, packets - 1);
    assert_memory_equal(packet, "end", 3);
}

/* Received data stays, also without DTR and after the port is closed: echo text > /dev/ttyACM0. */
static void test_what_came_stays(void **state)
{
    struct fixture *f = *state;
    uint8_t read[8];

    assert_true(deliver(f, (const uint8_t *)"text", 4));
    assert_true(deliver(f, NULL, 0));
    set_control(f, DTR);
    set_control(f, 0);
    assert_int_equal(b0_ring_take(&f->composite.serial.from_host, read, sizeof read), 4);
    assert_memory_equal(read, "text", 4);
}

/* ---- the 1200 baud touch ---- */

static bool touched(struct fixture *f)
{
    return f->composite.serial.touched;
}

static void test_touch(void **state)
{
    const struct boot0_setup close = {.bmRequestType = TO_BOARD,
                                      .bRequest = SET_CONTROL_LINE_STATE};
    static const uint8_t close_packet[8] = {TO_BOARD, SET_CONTROL_LINE_STATE};
    struct fixture *f = *state;

    set_control(f, DTR);
    assert_int_equal(set_line(f, 1200, 0, 0, 8), USB_ACK);
    assert_false(touched(f));
    b0_usb_on_setup(&f->host.usb, close_packet);
    assert_false(touched(f)); /* the host must see the end of its request first */
    f->host.in[0].sending = false;
    b0_usb_on_sent(&f->host.usb, 0x80);
    assert_true(touched(f));
    assert_int_equal(usb_host_control(&f->host, close, NULL), USB_ACK);
    assert_true(touched(f));
}

static void test_touch_of_a_hasty_host(void **state)
{
    static const uint8_t close_packet[8] = {TO_BOARD, SET_CONTROL_LINE_STATE};
    struct fixture *f = *state;

    set_control(f, DTR);
    set_line(f, 1200, 0, 0, 8);
    b0_usb_on_setup(&f->host.usb, close_packet);
    assert_false(touched(f));
    usb_host_reset(&f->host);
    assert_true(touched(f));
}

static void test_no_touch(void **state)
{
    struct fixture *f = *state;

    set_control(f, DTR);
    set_control(f, 0); /* at another speed */
    set_line(f, 1200, 0, 0, 8);
    assert_false(touched(f)); /* 1200 baud alone */
    set_control(f, 0);
    assert_false(touched(f)); /* DTR was off before */
    set_control(f, RTS);
    set_control(f, DTR);
    set_control(f, DTR | RTS);
    assert_false(touched(f));
    set_line(f, 9600, 0, 0, 8);
    set_control(f, 0);
    assert_false(touched(f));
    set_control(f, DTR);
    set_line(f, 1200, 0, 0, 8);
    usb_host_reset(&f->host); /* the cable was pulled */
    configure(f);
    set_control(f, 0);
    assert_false(touched(f));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_line_coding, plugged),
        cmocka_unit_test_setup(test_line_coding_refused, plugged),
        cmocka_unit_test_setup(test_foreign_requests, plugged),
        cmocka_unit_test_setup(test_who_listens, plugged),
        cmocka_unit_test_setup(test_serial_state, plugged),
        cmocka_unit_test_setup(test_nobody_listens, plugged),
        cmocka_unit_test_setup(test_all_arrives_in_order, plugged),
        cmocka_unit_test_setup(test_full_buffer, plugged),
        cmocka_unit_test_setup(test_ends_of_transfers, plugged),
        cmocka_unit_test_setup(test_closing_drops_the_rest, plugged),
        cmocka_unit_test_setup(test_halted_and_restarted, plugged),
        cmocka_unit_test_setup(test_host_waits_for_room, plugged),
        cmocka_unit_test_setup(test_what_came_stays, plugged),
        cmocka_unit_test_setup(test_touch, plugged),
        cmocka_unit_test_setup(test_touch_of_a_hasty_host, plugged),
        cmocka_unit_test_setup(test_no_touch, plugged),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
