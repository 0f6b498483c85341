/* SPDX-License-Identifier: MIT */
/*
 * The in-process bus: finding boards, handles that become invalid, clocks, and the host engine on
 * every model.
 */
#include "../vboard_test.h"

#include <boot0/serial.h>
#include <boot0/virtual.h>
#include <core/array.h>
#include <core/engine.h>
#include <stdio.h>

#define MAX 8

/* ---- helpers ---- */

static struct boot0_bus open_bus(const char *const *specs, size_t count)
{
    struct boot0_error error = {.code = BOOT0_OK};
    struct boot0_bus bus;

    if (boot0_virtual_open(&bus, specs, count, &error) != BOOT0_OK)
        fail_msg("%s", error.message);
    return bus;
}

static size_t scan(struct boot0_bus *bus, struct boot0_candidate *list)
{
    size_t count = 99;

    assert_int_equal(bus->ops->scan(bus->context, list, MAX, &count, NULL), BOOT0_OK);
    return count;
}

static struct boot0_transport open_first(struct boot0_bus *bus)
{
    struct boot0_candidate list[MAX];
    struct boot0_transport transport;

    assert_true(scan(bus, list) >= 1);
    assert_int_equal(bus->ops->open(bus->context, list, &transport, NULL), BOOT0_OK);
    return transport;
}

static enum boot0_xfer ask(struct boot0_transport *transport)
{
    const struct boot0_setup setup = {IN_CLASS, BOOT0_DFU_GETSTATUS, 0, 0, 6};
    uint8_t bytes[6];
    size_t actual;

    return transport->ops->control(transport->context, &setup, bytes, &actual, 1000);
}

/* ---- finding ---- */

static void test_scan(void **state)
{
    static const char *const specs[] = {"f407", "bluepill", "f407:serial=other,boot0=0"};
    struct boot0_bus bus = open_bus(specs, 3);
    struct boot0_candidate list[MAX];
    size_t count;

    (void)state;
    assert_int_equal(scan(&bus, list), 2); /* the third runs its program */
    assert_string_equal(list[0].path, "0-1");
    assert_int_equal(list[0].vendor, 0x0483);
    assert_int_equal(list[0].product, 0xdf11);
    assert_int_equal(list[0].bcd_device, 0x2200);
    assert_int_equal(list[0].manufacturer_index, 1);
    assert_int_equal(list[0].product_index, 2);
    assert_int_equal(list[0].serial_index, 3);
    assert_int_equal(list[0].dfu_interface, 0);
    assert_int_equal(list[0].dfu_protocol, BOOT0_DFU_PROTOCOL_DFU);
    assert_string_equal(list[1].path, "0-2");
    assert_int_equal(list[1].vendor, 0x1eaf);
    /* Boards that do not fit are counted all the same. */
    memset(&list[1], 0, sizeof list[1]);
    assert_int_equal(bus.ops->scan(bus.context, list, 1, &count, NULL), BOOT0_OK);
    assert_int_equal(count, 2);
    assert_int_equal(list[1].vendor, 0);
    boot0_bus_close(&bus);
    assert_null(bus.ops);
    boot0_bus_close(&bus);
}

static void test_empty_and_wrong(void **state)
{
    static const char *const specs[] = {"f407", "f999"};
    struct boot0_error error = {.code = BOOT0_OK};
    struct boot0_candidate list[MAX];
    struct boot0_bus bus = open_bus(NULL, 0);

    (void)state;
    assert_int_equal(scan(&bus, list), 0);
    assert_int_equal(bus.ops->now_us(bus.context), 0);
    assert_null(boot0_virtual_board(&bus, 0));
    boot0_bus_close(&bus);
    assert_int_equal(boot0_virtual_open(&bus, specs, 2, &error), BOOT0_E_USAGE);
    assert_non_null(strstr(error.message, "f999"));
    assert_null(bus.ops);
    assert_int_equal(boot0_virtual_open(&bus, specs, 2, NULL), BOOT0_E_USAGE);
}

/* A board whose descriptors have no DFU interface is not listed. */
static void test_corrupt_board(void **state)
{
    static const char *const specs[] = {"bluepill:fault=descriptor@14=03+descriptor@23=03+"
                                        "descriptor@32=03"};
    struct boot0_bus bus = open_bus(specs, 1);
    struct boot0_candidate list[MAX];

    (void)state;
    assert_int_equal(scan(&bus, list), 0);
    boot0_bus_close(&bus);
}

/* ---- handles ---- */

static void test_select(void **state)
{
    static const char *const specs[] = {"f407"};
    struct boot0_bus bus = open_bus(specs, 1);
    struct boot0_transport transport = open_first(&bus);
    struct boot0_error error;

    (void)state;
    assert_int_equal(transport.ops->select(transport.context, 0, 3, &error), BOOT0_OK);
    assert_int_equal(transport.ops->select(transport.context, 0, 4, &error), BOOT0_E_IO);
    assert_int_equal(transport.ops->select(transport.context, 1, 0, &error), BOOT0_E_IO);
    assert_int_equal(transport.ops->reset(transport.context), BOOT0_XFER_OK);
    transport.ops->close(transport.context);
    boot0_bus_close(&bus);
}

static void test_handles_die(void **state)
{
    static const char *const specs[] = {"f407"};
    struct boot0_bus bus = open_bus(specs, 1);
    struct boot0_transport transport = open_first(&bus), again;
    struct boot0_candidate before[MAX], after[MAX];
    struct vboard *board = boot0_virtual_board(&bus, 0);
    struct boot0_error error;

    (void)state;
    assert_int_equal(scan(&bus, before), 1);
    assert_int_equal(ask(&transport), BOOT0_XFER_OK);
    vboard_press_reset(board);
    assert_true(vboard_connected(board)); /* but as another device */
    assert_int_equal(ask(&transport), BOOT0_XFER_GONE);
    assert_int_equal(transport.ops->select(transport.context, 0, 0, &error), BOOT0_E_GONE);
    assert_int_equal(transport.ops->reset(transport.context), BOOT0_XFER_GONE);
    assert_int_equal(scan(&bus, after), 1);
    assert_string_equal(after[0].path, before[0].path);
    assert_int_not_equal(after[0].address, before[0].address);
    assert_int_equal(bus.ops->open(bus.context, before, &again, &error), BOOT0_E_GONE);
    again = open_first(&bus);
    assert_int_equal(ask(&again), BOOT0_XFER_OK);
    transport.ops->close(transport.context);
    again.ops->close(again.context);
    boot0_bus_close(&bus);
}

/* A bus reset ends a Maple's download, and with it the handle. */
static void test_reset_of_a_maple(void **state)
{
    static const char *const specs[] = {"bluepill"};
    struct boot0_bus bus = open_bus(specs, 1);
    struct boot0_transport transport = open_first(&bus);
    const struct boot0_setup detach = {OUT_CLASS, BOOT0_DFU_DETACH, 0, 0, 0};
    size_t actual;

    (void)state;
    assert_int_equal(transport.ops->reset(transport.context), BOOT0_XFER_OK);
    transport.ops->control(transport.context, &detach, NULL, &actual, 1000); /* dfuERROR */
    assert_int_equal(transport.ops->reset(transport.context), BOOT0_XFER_GONE);
    transport.ops->close(transport.context);
    boot0_bus_close(&bus);
}

/* ---- clocks ---- */

static void test_clocks(void **state)
{
    static const char *const specs[] = {"f407", "f411"};
    struct boot0_bus bus = open_bus(specs, 2);
    struct boot0_transport transport = open_first(&bus);

    (void)state;
    transport.ops->wait(transport.context, 5000);
    assert_int_equal(transport.ops->now_us(transport.context), 5000);
    assert_int_equal(bus.ops->now_us(bus.context), 5000);
    assert_int_equal(vboard_now_us(boot0_virtual_board(&bus, 1)), 0);
    bus.ops->wait_change(bus.context, 20); /* advances the other one, too */
    assert_int_equal(bus.ops->now_us(bus.context), 25000);
    assert_int_equal(vboard_now_us(boot0_virtual_board(&bus, 1)), 25000);
    transport.ops->close(transport.context);
    boot0_bus_close(&bus);
}

static void test_wait_for_a_board(void **state)
{
    static const char *const specs[] = {"f407:fault=unplug@1:1234", "f411"};
    struct boot0_bus bus = open_bus(specs, 2);
    struct boot0_transport transport = open_first(&bus);
    struct boot0_candidate list[MAX];

    (void)state;
    assert_int_equal(ask(&transport), BOOT0_XFER_GONE);
    transport.ops->close(transport.context);
    assert_int_equal(scan(&bus, list), 1);
    bus.ops->wait_change(bus.context, 60000);
    assert_int_equal(scan(&bus, list), 2);
    assert_in_range(bus.ops->now_us(bus.context), 1234 * MS, 1244 * MS);
    boot0_bus_close(&bus);
}

/* ---- the engine on every model ---- */

static bool run(struct b0_engine *engine, struct boot0_transport *t)
{
    struct b0_engine_step step;
    enum boot0_xfer result = BOOT0_XFER_OK;
    size_t actual;

    for (;;) {
        enum b0_engine_step_kind kind = b0_engine_next(engine, t->ops->now_us(t->context), &step);

        if (kind == B0_STEP_DONE || kind == B0_STEP_FAILED)
            return kind == B0_STEP_DONE;
        actual = 0;
        if (kind == B0_STEP_WAIT)
            t->ops->wait(t->context, step.wait_us);
        else
            result = t->ops->control(t->context, &step.setup, step.data, &actual, step.timeout_ms);
        b0_engine_feed(engine, kind == B0_STEP_WAIT ? BOOT0_XFER_OK : result, actual,
                       t->ops->now_us(t->context));
    }
}

static void flash_and_read_back(const char *spec, uint16_t transfer_size, uint32_t sector_size)
{
    static uint8_t data[40000], back[sizeof data];
    const char *const specs[] = {spec};
    struct boot0_bus bus = open_bus(specs, 1);
    struct boot0_transport transport = open_first(&bus);
    const struct b0_engine_config config = {.transfer_size = transfer_size, .dfuse = true};
    struct b0_engine engine;

    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)(i ^ i >> 8);
    b0_store32(data, 0x20001000);
    b0_store32(data + 4, MAIN + 0x101);
    b0_engine_init(&engine, &config);
    for (uint32_t at = 0; at < sizeof data; at += sector_size) {
        b0_engine_erase(&engine, MAIN + at);
        assert_true(run(&engine, &transport));
    }
    b0_engine_write(&engine, MAIN, data, sizeof data);
    assert_true(run(&engine, &transport));
    b0_engine_read(&engine, MAIN, back, sizeof back);
    assert_true(run(&engine, &transport));
    assert_memory_equal(back, data, sizeof data);
    b0_engine_leave(&engine, MAIN);
    assert_true(run(&engine, &transport));
    assert_int_equal(ask(&transport), BOOT0_XFER_GONE);
    assert_true(stats_of(boot0_virtual_board(&bus, 0)).started);
    assert_int_equal(stats_of(boot0_virtual_board(&bus, 0)).violations, 0);
    transport.ops->close(transport.context);
    boot0_bus_close(&bus);
}

static void test_engine(void **state)
{
    (void)state;
    flash_and_read_back("f407:fill=random", 2048, 0x4000);
    flash_and_read_back("f407old:fill=random,poll_data=104", 2048, 0x4000);
    flash_and_read_back("f427:fill=random", 2048, 0x4000);
    flash_and_read_back("f411:fill=random", 2048, 0x4000);
    flash_and_read_back("f072:fill=random", 2048, 0x800);
    flash_and_read_back("l476:fill=random", 2048, 0x800);
    flash_and_read_back("g431:fill=random", 1024, 0x800);
    flash_and_read_back("h743:fill=random", 1024, 0x20000);
    flash_and_read_back("gd32:fill=random", 2048, 0x400);
}

/* ---- the serial port ---- */

/*
 * A character does not last whole microseconds: 1000 of them take the right time to one
 * microsecond.
 */
static void test_characters_take_their_time(void **state)
{
    static const struct {
        uint32_t baud;
        enum boot0_parity parity;
        unsigned us; /* of 1000 characters */
    } rows[] = {
        {115200, BOOT0_PARITY_EVEN, 95486}, {115200, BOOT0_PARITY_NONE, 86805},
        {921600, BOOT0_PARITY_NONE, 10850}, {1500000, BOOT0_PARITY_NONE, 6666},
        {2000000, BOOT0_PARITY_NONE, 5000},
    };
    static const uint8_t bytes[1000];
    struct boot0_stream stream;
    struct boot0_error error;

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(rows); i++) {
        const struct boot0_line line = {.baud = rows[i].baud, .parity = rows[i].parity};
        uint64_t start_us;

        assert_int_equal(boot0_virtual_uart_open(&stream, "f407:boot0=0", &error), BOOT0_OK);
        assert_int_equal(stream.ops->set(stream.context, &line), BOOT0_XFER_OK);
        start_us = stream.ops->now_us(stream.context);
        assert_int_equal(stream.ops->send(stream.context, bytes, sizeof bytes, 1000),
                         BOOT0_XFER_OK);
        assert_in_range(stream.ops->now_us(stream.context) - start_us, rows[i].us, rows[i].us + 1);
        stream.ops->close(stream.context);
    }
}

/* Speeds that an adapter refuses, and speeds that it accepts without supporting them. */
static void test_adapter_limits(void **state)
{
    const struct boot0_line slow = {.baud = 115200, .parity = BOOT0_PARITY_EVEN};
    const struct boot0_line fast = {.baud = 230400, .parity = BOOT0_PARITY_EVEN};
    const struct boot0_line too_fast = {.baud = 921601, .parity = BOOT0_PARITY_EVEN};
    static const uint8_t autobaud = 0x7f;
    struct boot0_stream stream;
    struct boot0_error error;
    size_t actual;
    uint8_t byte;

    (void)state;
    for (int garbles = 0; garbles < 2; garbles++) {
        assert_int_equal(boot0_virtual_uart_open(
                             &stream, "f407:adapter_max=921600,adapter_garbles=200000", &error),
                         BOOT0_OK);
        assert_int_equal(stream.ops->set(stream.context, &too_fast), BOOT0_XFER_ERROR);
        assert_int_equal(stream.ops->set(stream.context, garbles ? &fast : &slow), BOOT0_XFER_OK);
        assert_int_equal(stream.ops->send(stream.context, &autobaud, 1, 1000), BOOT0_XFER_OK);
        assert_int_equal(stream.ops->receive(stream.context, &byte, 1, &actual, 100),
                         garbles ? BOOT0_XFER_ERROR : BOOT0_XFER_OK);
        stream.ops->close(stream.context);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scan),           cmocka_unit_test(test_empty_and_wrong),
        cmocka_unit_test(test_corrupt_board),  cmocka_unit_test(test_select),
        cmocka_unit_test(test_handles_die),    cmocka_unit_test(test_reset_of_a_maple),
        cmocka_unit_test(test_clocks),         cmocka_unit_test(test_wait_for_a_board),
        cmocka_unit_test(test_engine),         cmocka_unit_test(test_characters_take_their_time),
        cmocka_unit_test(test_adapter_limits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
