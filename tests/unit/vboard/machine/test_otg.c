/* SPDX-License-Identifier: MIT */
/*
 * The model of OTG_FS against RM0090 chapter 34: its registers driven by hand in the sequences of
 * the programming model, and every use that the chapter forbids.
 */
#include "otg_device.h"

#include <core/array.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const uint8_t get_device[8] = {0x80, 6, 0, 1, 0, 0, 18, 0};
static const uint8_t set_line[8] = {0x21, 0x20, 0, 0, 0, 0, 7, 0};

static int setup(void **state)
{
    static struct otg_device device;

    otg_device_new(&device, VBOARD_OTG_CORE_1200);
    *state = &device;
    return 0;
}

static int teardown(void **state)
{
    struct otg_device *device = *state;

    otg_device_free(device);
    return 0;
}

static enum vboard_otg_answer bus_setup(struct otg_device *d, const uint8_t bytes[8])
{
    return vboard_otg_setup(d->otg, d->address, bytes);
}

static enum vboard_otg_answer bus_in(struct otg_device *d, uint8_t n, uint8_t *data, size_t *size,
                                     bool *data1)
{
    return vboard_otg_in(d->otg, d->address, n, data, size, data1);
}

static enum vboard_otg_answer bus_out(struct otg_device *d, uint8_t n, const uint8_t *data,
                                      size_t size, bool data1)
{
    return vboard_otg_out(d->otg, d->address, n, data, size, data1);
}

/* IN: NAK, and nothing more. */
static enum vboard_otg_answer bus_poll(struct otg_device *d, uint8_t n)
{
    uint8_t data[64];
    size_t size;
    bool data1;

    return bus_in(d, n, data, &size, &data1);
}

/* A SETUP packet that the firmware has read, with its end. */
static void take_setup(struct otg_device *d, const uint8_t bytes[8])
{
    uint8_t data[64];

    assert_int_equal(bus_setup(d, bytes), VBOARD_OTG_ACK);
    assert_int_equal(PKTSTS_OF(otg_pop(d, data)), 6);
    assert_int_equal(bus_poll(d, 0), VBOARD_OTG_NAK);
    assert_int_equal(PKTSTS_OF(otg_pop(d, data)), 4);
    otg_set(d, DOEPINT(0), BIT(3));
}

static void expect_in(struct otg_device *d, uint8_t n, const void *bytes, size_t size, bool data1)
{
    uint8_t data[64];
    size_t got;
    bool toggle;

    assert_int_equal(bus_in(d, n, data, &got, &toggle), VBOARD_OTG_ACK);
    assert_int_equal(got, size);
    if (size > 0)
        assert_memory_equal(data, bytes, size);
    assert_int_equal(toggle, data1);
}

/* One violation, at this register. */
static void expect_violation(struct otg_device *d, uint32_t offset)
{
    assert_int_equal(d->offset, offset);
    otg_expect_violations(d, 1);
}

/* ---- registers ---- */

static void test_reset_values(void **state)
{
    struct otg_device *d = *state;
    static const struct {
        uint32_t offset, value;
    } rows[] = {
        {0x000, 0x00010000}, {0x004, 0},          {0x008, 0},          {0x00C, 0x00000A40},
        {0x010, 0x80000000}, {0x014, 0x04000020}, {0x018, 0},          {0x01C, 0},
        {0x024, 0x200},      {0x028, 0x200},      {0x038, 0},          {0x03C, 0x1200},
        {0x040, 0x4F54281A}, {0x104, 0x02000400}, {0x108, 0x02000600}, {0x10C, 0x02000800},
        {0x800, 0x02200000}, {0x804, 0},          {0x808, 0x10},       {0x810, 0},
        {0x814, 0},          {0x818, 0},          {0x81C, 0},          {0x828, 0x17D7},
        {0x82C, 0x5B8},      {0x834, 0},          {0x900, 0x8000},     {0x908, 0x80},
        {0xB00, 0x8000},     {0xB08, 0},          {0xE00, 0},
    };

    for (size_t i = 0; i < B0_LENGTH(rows); i++)
        if (otg_get(d, rows[i].offset) != rows[i].value)
            fail_msg("0x%03x is 0x%08x", (unsigned)rows[i].offset,
                     (unsigned)otg_get(d, rows[i].offset));
    otg_expect_violations(d, 0);
}

static void test_core_id(void **state)
{
    struct otg_device d;

    (void)state;
    otg_device_new(&d, VBOARD_OTG_CORE_1100);
    assert_int_equal(otg_get(&d, CID), 0x1100);
    otg_device_free(&d);
}

static void test_core_reset(void **state)
{
    struct otg_device *d = *state;

    otg_initialise(d);
    otg_set(d, GRXFSIZ, 77);
    otg_set(d, GRSTCTL, BIT(0));
    assert_true(otg_get(d, GRSTCTL) & BIT(0));
    assert_false(otg_get(d, GRSTCTL) & BIT(0));
    assert_int_equal(otg_get(d, GRXFSIZ), 0x200);
    assert_int_equal(otg_get(d, GINTMSK), 0);
    /* These remain: the transceiver's part, and DSPD. */
    assert_int_equal(otg_get(d, GCCFG), BIT(16) | BIT(21));
    assert_int_equal(otg_get(d, DCFG) & 3, 3);
    otg_expect_violations(d, 0);
}

static void test_core_reset_needs_the_usb_clock(void **state)
{
    struct otg_device *d = *state;

    vboard_otg_clocks(d->otg, true, false, 0);
    otg_set(d, GRSTCTL, BIT(0));
    for (int i = 0; i < 10; i++)
        assert_true(otg_get(d, GRSTCTL) & BIT(0));
    vboard_otg_clocks(d->otg, true, true, 0);
    otg_get(d, GRSTCTL);
    assert_false(otg_get(d, GRSTCTL) & BIT(0));
}

static void test_reset_has_to_be_waited_for(void **state)
{
    struct otg_device *d = *state;

    otg_set(d, GRSTCTL, BIT(0));
    otg_set(d, GAHBCFG, 1);
    expect_violation(d, GAHBCFG);
    /* Waiting without polling works, too. */
    otg_set(d, GRSTCTL, BIT(4));
    d->now_ns += 1000;
    otg_set(d, GAHBCFG, 1);
    otg_expect_violations(d, 0);
}

static void test_access_by_words_only(void **state)
{
    struct otg_device *d = *state;

    assert_int_equal(vboard_otg_read(d->otg, CID, 1), 0);
    expect_violation(d, CID);
    assert_int_equal(vboard_otg_read(d->otg, CID, 2), 0);
    expect_violation(d, CID);
    vboard_otg_write(d->otg, FIFO(0), 1, 5);
    expect_violation(d, FIFO(0));
    vboard_otg_write(d->otg, CID + 2, 4, 5);
    expect_violation(d, CID + 2);
}

static void test_access_without_clock(void **state)
{
    struct otg_device *d = *state;

    vboard_otg_clocks(d->otg, false, true, 0);
    otg_set(d, GAHBCFG, 1);
    expect_violation(d, GAHBCFG);
    assert_int_equal(otg_get(d, CID), 0);
    expect_violation(d, CID);
    vboard_otg_clocks(d->otg, true, true, 0);
    assert_int_equal(otg_get(d, GAHBCFG), 0);
}

static void test_host_registers_in_device_mode(void **state)
{
    struct otg_device *d = *state;

    otg_set(d, 0x440, 5);
    assert_true(otg_get(d, GINTSTS) & BIT(1));
    otg_set(d, GINTSTS, BIT(1));
    assert_false(otg_get(d, GINTSTS) & BIT(1));
    otg_expect_violations(d, 0);
    otg_set(d, GUSBCFG, BIT(29));
    expect_violation(d, GUSBCFG);
}

/* ---- latencies ---- */

/* STUP and its interrupt come some time after the pop of the word that ends the Setup stage. */
static void test_interrupts_come_late(void **state)
{
    struct otg_device *d = *state;
    uint8_t data[64];

    otg_enumerated(d);
    vboard_otg_latency(d->otg, 3000);
    assert_int_equal(bus_setup(d, get_device), VBOARD_OTG_ACK);
    otg_pop(d, data);
    bus_poll(d, 0);
    assert_int_equal(PKTSTS_OF(otg_pop(d, data)), 4);
    assert_false(otg_get(d, DOEPINT(0)) & BIT(3));
    assert_true(vboard_otg_due_ns(d->otg) == d->now_ns + 3000);
    d->now_ns += 3000;
    vboard_otg_happen(d->otg);
    assert_true(d->irq);
    assert_true(otg_get(d, DOEPINT(0)) & BIT(3));
    assert_true(vboard_otg_due_ns(d->otg) == UINT64_MAX);
    otg_expect_violations(d, 0);
}

/* An endpoint that a bus reset has deactivated does not report being disabled. */
static void test_inactive_endpoints_tell_nothing(void **state)
{
    struct otg_device *d = *state;

    otg_enumerated(d);
    otg_activate(d, 1);
    otg_send(d, 1, "abc", 3);
    vboard_otg_reset_start(d->otg);
    otg_or(d, DIEPCTL(1), SNAK | EPDIS);
    assert_false(otg_get(d, DIEPINT(1)) & (BIT(1) | BIT(6)));
    otg_expect_violations(d, 0);
}

static void test_setup_without_count(void **state)
{
    struct otg_device *d = *state;

    otg_enumerated(d);
    for (unsigned i = 0; i < 6; i++) {
        assert_int_equal(otg_get(d, DOEPTSIZ(0)), STUPCNT(i < 3 ? 3u - i : 0));
        take_setup(d, set_line);
        /* Received all the same; noted once. */
        assert_int_equal(d->notes, i < 3 ? 0 : 1);
    }
    otg_expect_violations(d, 0);
}

/* ---- connection and bus states ---- */

static void test_connect(void **state)
{
    struct otg_device *d = *state;

    assert_false(vboard_otg_connected(d->otg));
    vboard_otg_watch(d->otg, VBOARD_OTG_CONNECTION);
    otg_set(d, GCCFG, BIT(16));
    assert_false(vboard_otg_connected(d->otg));
    otg_set(d, GCCFG, BIT(16) | BIT(19));
    assert_true(vboard_otg_connected(d->otg));
    assert_int_equal(d->progress, 1);
    /* A session is valid: SRQINT and BSVLD. */
    assert_true(otg_get(d, GINTSTS) & BIT(30));
    assert_true(otg_get(d, 0x000) & BIT(19));
    otg_set(d, DCTL, BIT(1));
    assert_false(vboard_otg_connected(d->otg));
    otg_set(d, DCTL, 0);
    assert_true(vboard_otg_connected(d->otg));
    assert_int_equal(vboard_otg_connection(d->otg), 2);
    vboard_otg_clocks(d->otg, true, false, 0);
    assert_false(vboard_otg_connected(d->otg));
}

static void test_vbus(void **state)
{
    struct otg_device *d = *state;

    /* PA9 is not wired: only NOVBUSSENS works. */
    vboard_otg_vbus(d->otg, true, false);
    otg_set(d, GCCFG, BIT(16) | BIT(19));
    assert_false(vboard_otg_connected(d->otg));
    otg_set(d, GCCFG, BIT(16) | BIT(21));
    assert_true(vboard_otg_connected(d->otg));
    vboard_otg_vbus(d->otg, true, true);
    otg_set(d, GCCFG, BIT(16) | BIT(19));
    assert_true(vboard_otg_connected(d->otg));
    vboard_otg_vbus(d->otg, false, true);
    assert_false(vboard_otg_connected(d->otg));
    /* SEDET, by OTGINT. */
    assert_true(otg_get(d, GINTSTS) & BIT(2));
    assert_int_equal(otg_get(d, 0x004), BIT(2));
    otg_set(d, 0x004, BIT(2));
    assert_false(otg_get(d, GINTSTS) & BIT(2));
}

static void test_bus_reset_and_interrupt_line(void **state)
{
    struct otg_device *d = *state;

    otg_initialise(d);
    assert_false(d->irq);
    vboard_otg_reset_start(d->otg);
    assert_true(d->irq);
    assert_true(vboard_otg_irq(d->otg));
    otg_set(d, GINTSTS, USBRST);
    assert_false(d->irq);
    vboard_otg_reset_end(d->otg);
    assert_true(d->irq);
    assert_int_equal(otg_get(d, DSTS) & 7, 6);
    otg_set(d, GAHBCFG, 0);
    assert_false(d->irq);
    otg_set(d, GAHBCFG, 1);
    assert_true(d->irq);
    otg_set(d, GINTMSK, 0);
    assert_false(d->irq);
    otg_expect_violations(d, 0);
}

static void test_configuration_is_checked_at_reset(void **state)
{
    struct otg_device *d = *state;

    otg_initialise(d);
    otg_set(d, DCFG, 0);
    vboard_otg_reset_start(d->otg);
    vboard_otg_reset_end(d->otg);
    expect_violation(d, DCFG);
    /* The turnaround time may be set later, but before data is sent. */
    otg_enumerated(d);
    vboard_otg_clocks(d->otg, true, true, 24000000);
    take_setup(d, get_device);
    otg_send(d, 0, "ab", 2);
    otg_expect_violations(d, 0);
    expect_in(d, 0, "ab", 2, true);
    expect_violation(d, GUSBCFG);
    otg_enumerated(d);
    otg_set(d, GUSBCFG, 8u << 10);
    take_setup(d, get_device);
    otg_send(d, 0, "ab", 2);
    expect_in(d, 0, "ab", 2, true);
    otg_expect_violations(d, 0);
}

static void test_suspend_and_resume(void **state)
{
    struct otg_device *d = *state;

    otg_enumerated(d);
    vboard_otg_suspend(d->otg);
    assert_int_equal(otg_get(d, GINTSTS) & (BIT(10) | BIT(11)), BIT(10) | BIT(11));
    assert_true(otg_get(d, DSTS) & 1);
    assert_int_equal(bus_setup(d, get_device), VBOARD_OTG_NONE);
    assert_false(vboard_otg_wakes(d->otg));
    vboard_otg_watch(d->otg, VBOARD_OTG_WAKE);
    otg_or(d, DCTL, BIT(0));
    assert_true(vboard_otg_wakes(d->otg));
    assert_int_equal(d->progress, 1);
    vboard_otg_resume(d->otg);
    assert_true(otg_get(d, GINTSTS) & BIT(31));
    assert_false(otg_get(d, DSTS) & 1);
    assert_int_equal(bus_setup(d, get_device), VBOARD_OTG_ACK);
    /* A bus reset wakes it, too. */
    vboard_otg_suspend(d->otg);
    otg_set(d, GINTSTS, ~0u);
    otg_set(d, PCGCCTL, 1);
    vboard_otg_reset_start(d->otg);
    assert_int_equal(otg_get(d, GINTSTS) & (BIT(31) | USBRST), BIT(31) | USBRST);
}

static void test_frames(void **state)
{
    struct otg_device *d = *state;

    otg_enumerated(d);
    assert_int_equal(otg_get(d, DSTS) >> 8, 0);
    d->now_ns += 5300000;
    assert_int_equal(otg_get(d, DSTS) >> 8, 5);
    assert_true(vboard_otg_due_ns(d->otg) == UINT64_MAX);
    assert_true(otg_get(d, GINTSTS) & BIT(3));
    otg_set(d, GINTSTS, BIT(3));
    assert_false(otg_get(d, GINTSTS) & BIT(3));
    /* Unmasked: the next one is due at the next millisecond, and progress() is called. */
    d->progress = 0;
    otg_or(d, GINTMSK, BIT(3));
    assert_int_equal(d->progress, 1);
    assert_true(vboard_otg_due_ns(d->otg) == 10000000 + 6000000);
    assert_false(d->irq);
    d->now_ns = 16000000;
    vboard_otg_happen(d->otg);
    assert_true(d->irq);
    assert_true(vboard_otg_due_ns(d->otg) == UINT64_MAX);
    otg_set(d, GINTSTS, BIT(3));
    assert_false(d->irq);
    assert_true(vboard_otg_due_ns(d->otg) == 17000000);
}

/* ---- control transfers ---- */

static void test_setup_sequence(void **state)
{
    struct otg_device *d = *state;
    uint8_t data[64];
    uint32_t status;

    otg_enumerated(d);
    assert_int_equal(bus_setup(d, get_device), VBOARD_OTG_ACK);
    assert_true(d->irq);
    assert_true(otg_get(d, GINTSTS) & RXFLVL);
    assert_int_equal(otg_get(d, DOEPTSIZ(0)), STUPCNT(2u));
    assert_true(otg_get(d, DIEPCTL(0)) & NAKSTS);
    assert_true(otg_get(d, DOEPCTL(0)) & NAKSTS);
    /* GRXSTSR peeks, GRXSTSP pops. */
    status = otg_get(d, GRXSTSR);
    assert_int_equal(otg_get(d, GRXSTSR), status);
    assert_int_equal(otg_pop(d, data), status);
    assert_int_equal(PKTSTS_OF(status), 6);
    assert_int_equal(BCNT_OF(status), 8);
    assert_memory_equal(data, get_device, 8);
    /* The stage does not end before the next token. */
    assert_false(otg_get(d, GINTSTS) & RXFLVL);
    assert_int_equal(otg_get(d, DOEPINT(0)) & BIT(3), 0);
    assert_int_equal(bus_poll(d, 0), VBOARD_OTG_NAK);
    assert_true(otg_get(d, GINTSTS) & RXFLVL);
    assert_int_equal(otg_get(d, DOEPINT(0)) & BIT(3), 0);
    status = otg_pop(d, data);
    assert_int_equal(PKTSTS_OF(status), 4);
    assert_int_equal(BCNT_OF(status), 0);
    assert_true(otg_get(d, DOEPINT(0)) & BIT(3));
    assert_int_equal(otg_get(d, DAINT), BIT(16));
    assert_true(otg_get(d, GINTSTS) & BIT(19));
    otg_set(d, DOEPINT(0), BIT(3));
    assert_int_equal(otg_get(d, DAINT), 0);
    /* One end per stage. */
    assert_int_equal(bus_poll(d, 0), VBOARD_OTG_NAK);
    assert_false(otg_get(d, GINTSTS) & RXFLVL);
    otg_expect_violations(d, 0);
}

static void test_back_to_back_setups(void **state)
{
    struct otg_device *d = *state;
    uint8_t data[64];

    otg_enumerated(d);
    for (int i = 0; i < 3; i++)
        assert_int_equal(bus_setup(d, get_device), VBOARD_OTG_ACK);
    assert_int_equal(otg_get(d, DOEPTSIZ(0)) >> 29, 0);
    assert_false(otg_get(d, DOEPINT(0)) & BIT(6));
    assert_int_equal(bus_setup(d, set_line), VBOARD_OTG_ACK);
    assert_true(otg_get(d, DOEPINT(0)) & BIT(6));
    assert_int_equal(d->notes, 1);
    assert_int_equal(bus_poll(d, 0), VBOARD_OTG_NAK);
    for (int i = 0; i < 4; i++)
        assert_int_equal(PKTSTS_OF(otg_pop(d, data)), 6);
    assert_memory_equal(data, set_line, 8);
    assert_int_equal(PKTSTS_OF(otg_pop(d, data)), 4);
    otg_expect_violations(d, 0);
}

static void test_control_read(void **state)
{
    struct otg_device *d = *state;
    uint8_t data[64];

    otg_enumerated(d);
    take_setup(d, get_device);
    otg_send(d, 0, "the descriptor, 18", 18);
    assert_int_equal(otg_get(d, DIEPTSIZ(0)), PKTCNT(1u));
    assert_int_equal(otg_get(d, DTXFSTS(0)), 64 - 5);
    expect_in(d, 0, "the descriptor, 18", 18, true);
    assert_true(otg_get(d, DIEPINT(0)) & BIT(0));
    assert_int_equal(otg_get(d, DIEPTSIZ(0)), 0);
    assert_false(otg_get(d, DIEPCTL(0)) & EPENA);
    assert_int_equal(otg_get(d, DTXFSTS(0)), 64);
    otg_set(d, DIEPINT(0), BIT(0));
    /* Status: an empty packet from the host. */
    assert_int_equal(bus_out(d, 0, NULL, 0, true), VBOARD_OTG_NAK);
    assert_true(otg_get(d, DOEPINT(0)) & BIT(4));
    otg_arm(d, 0, 1, 64);
    assert_int_equal(bus_out(d, 0, NULL, 0, true), VBOARD_OTG_ACK);
    assert_int_equal(PKTSTS_OF(otg_pop(d, data)), 2);
    assert_false(otg_get(d, DOEPINT(0)) & BIT(0));
    assert_true(otg_get(d, DOEPCTL(0)) & EPENA);
    assert_int_equal(PKTSTS_OF(otg_pop(d, data)), 3);
    assert_true(otg_get(d, DOEPINT(0)) & BIT(0));
    assert_false(otg_get(d, DOEPCTL(0)) & EPENA);
    otg_expect_violations(d, 0);
}

static void test_control_write(void **state)
{
    struct otg_device *d = *state;
    uint8_t data[64];

    otg_enumerated(d);
    take_setup(d, set_line);
    otg_arm(d, 0, 1, 64);
    assert_int_equal(bus_out(d, 0, (const uint8_t *)"1234567", 7, true), VBOARD_OTG_ACK);
    assert_int_equal(otg_pop(d, data),
                     2u << 17 | 2u << 15 | 7u << 4 | (otg_get(d, DSTS) >> 8) << 21);
    assert_memory_equal(data, "1234567", 7);
    assert_int_equal(otg_get(d, DOEPTSIZ(0)), STUPCNT(3u) | (64 - 7));
    assert_int_equal(PKTSTS_OF(otg_pop(d, data)), 3);
    otg_send(d, 0, NULL, 0);
    expect_in(d, 0, NULL, 0, true);
    otg_expect_violations(d, 0);
}

/* The effect on F40x parts of a driver that does not wait for the end of the Setup stage. */
static void test_out_zero_before_setup_done(void **state)
{
    struct otg_device *d = *state;
    uint8_t data[64];

    otg_enumerated(d);
    bus_setup(d, set_line);
    otg_pop(d, data);
    otg_arm(d, 0, 1, 64);
    assert_int_equal(bus_out(d, 0, (const uint8_t *)"1234567", 7, true), VBOARD_OTG_ACK);
    expect_violation(d, DOEPCTL(0));
    assert_int_equal(PKTSTS_OF(otg_pop(d, data)), 4);
    assert_int_equal(BCNT_OF(otg_pop(d, data)), 7);
    assert_memory_not_equal(data, "1234567", 7);
    otg_pop(d, data);
    /* A read has no data there: nothing is spoilt. */
    bus_setup(d, get_device);
    otg_pop(d, data);
    otg_arm(d, 0, 1, 64);
    otg_send(d, 0, "abc", 3);
    expect_in(d, 0, "abc", 3, true);
    assert_int_equal(PKTSTS_OF(otg_pop(d, data)), 4);
    assert_true(otg_get(d, DOEPCTL(0)) & EPENA);
    assert_int_equal(bus_out(d, 0, NULL, 0, true), VBOARD_OTG_ACK);
    otg_expect_violations(d, 0);
}

/* The earlier EPENA is cleared by then: the firmware must arm again. */
static void test_setup_done_disarms(void **state)
{
    struct otg_device *d = *state;

    otg_enumerated(d);
    otg_arm(d, 0, 1, 64);
    assert_true(otg_get(d, DOEPCTL(0)) & EPENA);
    take_setup(d, set_line);
    assert_false(otg_get(d, DOEPCTL(0)) & EPENA);
    otg_expect_violations(d, 0);
}

static void test_stall_of_endpoint_zero(void **state)
{
    struct otg_device *d = *state;

    otg_enumerated(d);
    take_setup(d, get_device);
    otg_or(d, DIEPCTL(0), STALL);
    otg_or(d, DOEPCTL(0), STALL);
    assert_int_equal(bus_poll(d, 0), VBOARD_OTG_STALL);
    assert_int_equal(bus_out(d, 0, NULL, 0, true), VBOARD_OTG_STALL);
    /* The firmware cannot clear it, a SETUP packet does. */
    otg_set(d, DIEPCTL(0), 0);
    assert_int_equal(bus_poll(d, 0), VBOARD_OTG_STALL);
    assert_int_equal(bus_setup(d, get_device), VBOARD_OTG_ACK);
    assert_int_equal(bus_poll(d, 0), VBOARD_OTG_NAK);
}

static void test_address(void **state)
{
    struct otg_device *d = *state;

    otg_enumerated(d);
    d->address = 5;
    assert_int_equal(bus_setup(d, get_device), VBOARD_OTG_NONE);
    otg_set(d, DCFG, 5u << 4 | 3);
    assert_int_equal(bus_setup(d, get_device), VBOARD_OTG_ACK);
    /* A bus reset leaves the address to the firmware. */
    vboard_otg_reset_start(d->otg);
    vboard_otg_reset_end(d->otg);
    assert_int_equal(otg_get(d, DCFG) >> 4 & 0x7F, 5);
}

/* DCFG is written before the Status stage, which the host still sends to the old address. */
static void test_set_address(void **state)
{
    struct otg_device *d = *state;
    static const uint8_t set_address[8] = {0, 5, 9};

    otg_enumerated(d);
    take_setup(d, set_address);
    otg_set(d, DCFG, 9u << 4 | 3);
    otg_send(d, 0, NULL, 0);
    expect_in(d, 0, NULL, 0, true);
    assert_int_equal(bus_setup(d, get_device), VBOARD_OTG_NONE);
    d->address = 9;
    assert_int_equal(bus_setup(d, get_device), VBOARD_OTG_ACK);
    /* After a bus reset, 0 is effective at once. */
    vboard_otg_reset_start(d->otg);
    otg_set(d, DCFG, 3);
    vboard_otg_reset_end(d->otg);
    d->address = 0;
    assert_int_equal(bus_setup(d, get_device), VBOARD_OTG_ACK);
}

static void test_stale_data_of_endpoint_zero(void **state)
{
    struct otg_device *d = *state;

    otg_enumerated(d);
    take_setup(d, get_device);
    otg_send(d, 0, "old!", 4);
    take_setup(d, get_device);
    otg_send(d, 0, "new.", 4);
    expect_violation(d, DIEPCTL(0));
    expect_in(d, 0, "old!", 4, true);
    /* After a flush it is right. */
    take_setup(d, get_device);
    otg_set(d, GRSTCTL, BIT(5));
    while (otg_get(d, GRSTCTL) & BIT(5))
        ;
    otg_send(d, 0, "new.", 4);
    expect_in(d, 0, "new.", 4, true);
    otg_expect_violations(d, 0);
}

static void test_small_endpoint_zero(void **state)
{
    struct otg_device *d = *state;

    otg_enumerated(d);
    otg_set(d, DIEPCTL(0), 3);
    assert_int_equal(otg_get(d, DOEPCTL(0)) & 3, 3);
    take_setup(d, get_device);
    otg_set(d, DIEPTSIZ(0), PKTCNT(2u) | 10);
    otg_or(d, DIEPCTL(0), EPENA | CNAK);
    for (unsigned i = 0; i < 3; i++)
        otg_set(d, FIFO(0), 0x61616161u * 1);
    expect_in(d, 0, "aaaaaaaa", 8, true);
    expect_in(d, 0, "aa", 2, false);
    otg_expect_violations(d, 0);
}

/* ---- other endpoints ---- */

static void test_bulk_in(void **state)
{
    struct otg_device *d = *state;
    uint8_t bytes[150];

    for (unsigned i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 7);
    otg_enumerated(d);
    assert_int_equal(bus_poll(d, 1), VBOARD_OTG_NONE);
    otg_activate(d, 1);
    assert_int_equal(bus_poll(d, 1), VBOARD_OTG_NAK);
    otg_send(d, 1, bytes, sizeof bytes);
    assert_int_equal(otg_get(d, DIEPTSIZ(1)), PKTCNT(3u));
    expect_in(d, 1, bytes, 64, false);
    expect_in(d, 1, bytes + 64, 64, true);
    assert_int_equal(otg_get(d, DIEPINT(1)) & BIT(0), 0);
    assert_int_equal(PKTCNT_OF(otg_get(d, DIEPTSIZ(1))), 1);
    expect_in(d, 1, bytes + 128, 22, false);
    assert_true(otg_get(d, DIEPINT(1)) & BIT(0));
    assert_int_equal(otg_get(d, DAINT), BIT(1));
    assert_int_equal(bus_poll(d, 1), VBOARD_OTG_NAK);
    /* The empty packet at the end is a separate transfer. */
    otg_send(d, 1, NULL, 0);
    expect_in(d, 1, NULL, 0, true);
    otg_expect_violations(d, 0);
}

static void test_in_needs_the_whole_packet(void **state)
{
    struct otg_device *d = *state;

    otg_enumerated(d);
    otg_activate(d, 1);
    otg_set(d, DIEPTSIZ(1), PKTCNT(1u) | 10);
    otg_or(d, DIEPCTL(1), EPENA | CNAK);
    vboard_otg_watch(d->otg, VBOARD_OTG_IN(1));
    otg_set(d, FIFO(1), 1);
    otg_set(d, FIFO(1), 2);
    assert_int_equal(bus_poll(d, 1), VBOARD_OTG_NAK);
    assert_int_equal(otg_get(d, DIEPTSIZ(1)), PKTCNT(1u) | 10);
    assert_int_equal(d->progress, 0);
    otg_set(d, FIFO(1), 3);
    assert_int_equal(d->progress, 1);
    assert_int_equal(otg_get(d, DIEPTSIZ(1)), PKTCNT(1u));
    assert_int_equal(vboard_otg_ready(d->otg), VBOARD_OTG_IN(1));
    expect_in(d, 1, "\1\0\0\0\2\0\0\0\3\0", 10, false);
}

static void test_fifo_empty_interrupt(void **state)
{
    struct otg_device *d = *state;
    static const uint8_t bytes[64];

    otg_enumerated(d);
    otg_activate(d, 1);
    otg_set(d, DIEPEMPMSK, BIT(1));
    assert_true(d->irq);
    assert_int_equal(otg_get(d, DAINT), BIT(1));
    /* TXFELVL is set: the interrupt means completely empty. */
    otg_send(d, 1, bytes, 4);
    assert_false(d->irq);
    expect_in(d, 1, bytes, 4, false);
    otg_set(d, DIEPINT(1), BIT(0));
    assert_true(d->irq);
    otg_set(d, GAHBCFG, 1);
    otg_send(d, 1, bytes, 64);
    assert_true(otg_get(d, DIEPINT(1)) & BIT(7));
    otg_set(d, DIEPEMPMSK, 0);
    assert_int_equal(otg_get(d, DAINT), 0);
    otg_expect_violations(d, 0);
}

static void test_token_on_empty_fifo(void **state)
{
    struct otg_device *d = *state;

    otg_enumerated(d);
    otg_activate(d, 1);
    bus_poll(d, 1);
    assert_false(otg_get(d, DIEPINT(1)) & BIT(4));
    otg_or(d, DIEPCTL(1), CNAK);
    bus_poll(d, 1);
    assert_true(otg_get(d, DIEPINT(1)) & BIT(4));
    /* Set but masked; set; to be set again. */
    assert_false(vboard_otg_attentive(d->otg) & VBOARD_OTG_IN(1));
    otg_or(d, DIEPMSK, BIT(4));
    assert_false(vboard_otg_attentive(d->otg) & VBOARD_OTG_IN(1));
    vboard_otg_watch(d->otg, VBOARD_OTG_IN(1));
    otg_set(d, DIEPINT(1), BIT(4));
    assert_true(vboard_otg_attentive(d->otg) & VBOARD_OTG_IN(1));
    assert_int_equal(vboard_otg_ready(d->otg), 0);
    assert_int_equal(d->progress, 1);
}

static void test_bulk_out(void **state)
{
    struct otg_device *d = *state;
    uint8_t bytes[64], data[64];

    memset(bytes, 0x5A, sizeof bytes);
    otg_enumerated(d);
    otg_activate(d, 2);
    assert_int_equal(bus_out(d, 2, bytes, 64, false), VBOARD_OTG_NAK);
    otg_arm(d, 2, 3, 192);
    assert_int_equal(bus_out(d, 2, bytes, 64, false), VBOARD_OTG_ACK);
    assert_int_equal(bus_out(d, 2, bytes, 64, true), VBOARD_OTG_ACK);
    assert_int_equal(PKTCNT_OF(otg_get(d, DOEPTSIZ(2))), 1);
    assert_int_equal(otg_get(d, DOEPTSIZ(2)) & 0x7FFFF, 192);
    assert_int_equal(EPNUM_OF(otg_pop(d, data)), 2);
    assert_int_equal(otg_get(d, DOEPTSIZ(2)) & 0x7FFFF, 128);
    assert_false(otg_get(d, DOEPCTL(2)) & NAKSTS);
    /* A short packet ends the transfer: NAK until it is armed again. */
    assert_int_equal(bus_out(d, 2, bytes, 5, false), VBOARD_OTG_ACK);
    assert_true(otg_get(d, DOEPCTL(2)) & NAKSTS);
    assert_int_equal(bus_out(d, 2, bytes, 5, true), VBOARD_OTG_NAK);
    assert_int_equal(PKTSTS_OF(otg_pop(d, data)), 2);
    assert_int_equal(BCNT_OF(otg_pop(d, data)), 5);
    assert_int_equal(PKTSTS_OF(otg_pop(d, data)), 3);
    assert_true(otg_get(d, DOEPINT(2)) & BIT(0));
    assert_false(otg_get(d, DOEPCTL(2)) & EPENA);
    assert_int_equal(otg_get(d, DOEPTSIZ(2)), 192 - 133);
    otg_expect_violations(d, 0);
}

static void test_out_waits_for_room(void **state)
{
    struct otg_device *d = *state;
    uint8_t bytes[64] = {0}, data[64];
    unsigned taken = 0;
    bool toggle = false;

    otg_enumerated(d);
    otg_activate(d, 1);
    otg_arm(d, 1, 100, 6400);
    while (bus_out(d, 1, bytes, 64, toggle) == VBOARD_OTG_ACK) {
        toggle = !toggle;
        taken++;
    }
    /* 128 words: 10 reserved, 1 kept for the end, 17 per packet. */
    assert_int_equal(taken, 6);
    assert_false(vboard_otg_ready(d->otg) & VBOARD_OTG_OUT(1));
    /* SETUP packets are accepted nevertheless. */
    assert_int_equal(bus_setup(d, get_device), VBOARD_OTG_ACK);
    assert_int_equal(bus_poll(d, 0), VBOARD_OTG_NAK);
    vboard_otg_watch(d->otg, VBOARD_OTG_OUT(1));
    otg_pop(d, data);
    assert_int_equal(d->progress, 1);
    assert_int_equal(bus_out(d, 1, bytes, 64, toggle), VBOARD_OTG_ACK);
    otg_expect_violations(d, 0);
}

static void test_wrong_toggle(void **state)
{
    struct otg_device *d = *state;
    uint8_t bytes[64] = {0};

    otg_enumerated(d);
    otg_activate(d, 1);
    otg_arm(d, 1, 2, 128);
    assert_int_equal(bus_out(d, 1, bytes, 4, true), VBOARD_OTG_ACK);
    expect_violation(d, DOEPCTL(1));
    assert_false(otg_get(d, GINTSTS) & RXFLVL);
    assert_int_equal(PKTCNT_OF(otg_get(d, DOEPTSIZ(1))), 2);
    otg_or(d, DOEPCTL(1), SD1PID);
    assert_int_equal(bus_out(d, 1, bytes, 4, true), VBOARD_OTG_ACK);
    assert_true(otg_get(d, GINTSTS) & RXFLVL);
    otg_expect_violations(d, 0);
}

static void test_stall_and_toggles(void **state)
{
    struct otg_device *d = *state;

    otg_enumerated(d);
    otg_activate(d, 1);
    otg_send(d, 1, "a", 1);
    expect_in(d, 1, "a", 1, false);
    assert_true(otg_get(d, DIEPCTL(1)) & DPID);
    otg_or(d, DIEPCTL(1), STALL);
    assert_int_equal(bus_poll(d, 1), VBOARD_OTG_STALL);
    assert_true(vboard_otg_ready(d->otg) & VBOARD_OTG_IN(1));
    otg_set(d, DIEPCTL(1), (otg_get(d, DIEPCTL(1)) & ~STALL) | SD0PID);
    assert_false(otg_get(d, DIEPCTL(1)) & (STALL | DPID));
    otg_send(d, 1, "b", 1);
    expect_in(d, 1, "b", 1, false);
    otg_expect_violations(d, 0);
}

static void test_bus_reset_closes_endpoints(void **state)
{
    struct otg_device *d = *state;

    otg_enumerated(d);
    otg_activate(d, 1);
    vboard_otg_reset_start(d->otg);
    vboard_otg_reset_end(d->otg);
    assert_false(otg_get(d, DIEPCTL(1)) & USBAEP);
    assert_false(otg_get(d, DOEPCTL(1)) & USBAEP);
    assert_true(otg_get(d, DIEPCTL(0)) & USBAEP);
    assert_int_equal(bus_poll(d, 1), VBOARD_OTG_NONE);
}

/* ---- NAK and disabling ---- */

static void test_endpoint_nak_and_disable(void **state)
{
    struct otg_device *d = *state;

    otg_enumerated(d);
    otg_activate(d, 1);
    otg_send(d, 1, "abcd", 4);
    otg_or(d, DIEPCTL(1), SNAK);
    assert_true(otg_get(d, DIEPINT(1)) & BIT(6));
    assert_int_equal(bus_poll(d, 1), VBOARD_OTG_NAK);
    otg_or(d, DIEPCTL(1), EPDIS | SNAK);
    assert_true(otg_get(d, DIEPINT(1)) & BIT(1));
    assert_false(otg_get(d, DIEPCTL(1)) & (EPENA | EPDIS));
    otg_set(d, GRSTCTL, 1u << 6 | BIT(5));
    while (otg_get(d, GRSTCTL) & BIT(5))
        ;
    assert_int_equal(otg_get(d, DTXFSTS(1)), 64);
    otg_send(d, 1, "efgh", 4);
    assert_false(otg_get(d, DIEPINT(1)) & BIT(6));
    expect_in(d, 1, "efgh", 4, false);
    otg_expect_violations(d, 0);
}

static void test_global_out_nak(void **state)
{
    struct otg_device *d = *state;
    uint8_t data[64];

    otg_enumerated(d);
    otg_activate(d, 1);
    otg_arm(d, 1, 1, 64);
    otg_or(d, DCTL, BIT(9));
    assert_true(otg_get(d, DCTL) & BIT(3));
    assert_false(otg_get(d, GINTSTS) & BIT(7));
    assert_int_equal(bus_out(d, 1, (const uint8_t *)"x", 1, false), VBOARD_OTG_NAK);
    assert_int_equal(bus_setup(d, get_device), VBOARD_OTG_ACK);
    assert_int_equal(PKTSTS_OF(otg_pop(d, data)), 1);
    assert_true(otg_get(d, GINTSTS) & BIT(7));
    otg_or(d, DOEPCTL(1), EPDIS | SNAK);
    assert_true(otg_get(d, DOEPINT(1)) & BIT(1));
    assert_false(otg_get(d, DOEPCTL(1)) & EPENA);
    otg_or(d, DCTL, BIT(10));
    assert_false(otg_get(d, GINTSTS) & BIT(7));
    assert_false(otg_get(d, DCTL) & BIT(3));
    otg_expect_violations(d, 0);
}

static void test_out_disabled_without_global_nak(void **state)
{
    struct otg_device *d = *state;

    otg_enumerated(d);
    otg_activate(d, 1);
    otg_arm(d, 1, 1, 64);
    otg_or(d, DOEPCTL(1), EPDIS | SNAK);
    expect_violation(d, DOEPCTL(1));
    /* OUT endpoint 0 cannot be disabled at all. */
    otg_arm(d, 0, 1, 64);
    otg_or(d, DOEPCTL(0), EPDIS);
    assert_true(otg_get(d, DOEPCTL(0)) & EPENA);
    otg_expect_violations(d, 0);
}

static void test_global_in_nak(void **state)
{
    struct otg_device *d = *state;

    otg_enumerated(d);
    otg_activate(d, 1);
    otg_send(d, 1, "a", 1);
    otg_or(d, DCTL, BIT(7));
    assert_true(otg_get(d, GINTSTS) & BIT(6));
    assert_int_equal(bus_poll(d, 1), VBOARD_OTG_NAK);
    otg_or(d, DCTL, BIT(8));
    assert_false(otg_get(d, GINTSTS) & BIT(6));
    expect_in(d, 1, "a", 1, false);
}

/* ---- forbidden uses ---- */

static void test_pop_of_an_empty_fifo(void **state)
{
    struct otg_device *d = *state;

    otg_enumerated(d);
    assert_int_equal(otg_get(d, GRXSTSR), 0);
    otg_expect_violations(d, 0);
    assert_int_equal(otg_get(d, GRXSTSP), 0);
    expect_violation(d, GRXSTSP);
    otg_get(d, FIFO(0));
    expect_violation(d, FIFO(0));
}

static void test_too_few_words_read(void **state)
{
    struct otg_device *d = *state;

    otg_enumerated(d);
    bus_setup(d, get_device);
    bus_poll(d, 0);
    otg_get(d, GRXSTSP);
    otg_get(d, FIFO(0));
    assert_int_equal(PKTSTS_OF(otg_get(d, GRXSTSP)), 4);
    expect_violation(d, GRXSTSP);
}

static void test_too_many_words_read(void **state)
{
    struct otg_device *d = *state;
    uint8_t data[64];

    otg_enumerated(d);
    bus_setup(d, get_device);
    bus_poll(d, 0);
    otg_pop(d, data);
    otg_get(d, FIFO(0));
    expect_violation(d, FIFO(0));
    assert_int_equal(PKTSTS_OF(otg_get(d, GRXSTSP)), 4);
}

static void test_write_beyond_the_fifo(void **state)
{
    struct otg_device *d = *state;

    otg_enumerated(d);
    otg_activate(d, 2);
    otg_set(d, DIEPTSIZ(2), PKTCNT(2u) | 128);
    otg_or(d, DIEPCTL(2), EPENA | CNAK);
    for (int i = 0; i < 16; i++)
        otg_set(d, FIFO(2), 0);
    assert_int_equal(otg_get(d, DTXFSTS(2)), 0);
    otg_expect_violations(d, 0);
    otg_set(d, FIFO(2), 0);
    expect_violation(d, FIFO(2));
}

static void test_write_beyond_the_transfer(void **state)
{
    struct otg_device *d = *state;

    otg_enumerated(d);
    otg_activate(d, 1);
    otg_send(d, 1, "abcde", 5);
    otg_expect_violations(d, 0);
    otg_set(d, FIFO(1), 0);
    expect_violation(d, FIFO(1));
}

static void test_write_before_enable(void **state)
{
    struct otg_device *d = *state;

    otg_enumerated(d);
    otg_activate(d, 1);
    otg_set(d, DIEPTSIZ(1), PKTCNT(1u) | 4);
    otg_set(d, FIFO(1), 0);
    expect_violation(d, FIFO(1));
    otg_set(d, FIFO(5), 0);
    expect_violation(d, FIFO(5));
}

static void test_counts_that_do_not_match(void **state)
{
    struct otg_device *d = *state;

    otg_enumerated(d);
    otg_activate(d, 1);
    otg_set(d, DIEPTSIZ(1), 64);
    otg_or(d, DIEPCTL(1), EPENA | CNAK);
    expect_violation(d, DIEPCTL(1));
    otg_or(d, DIEPCTL(1), SNAK);
    otg_set(d, DIEPTSIZ(1), PKTCNT(2u) | 64);
    otg_or(d, DIEPCTL(1), EPENA | CNAK);
    expect_violation(d, DIEPCTL(1));
    otg_set(d, DIEPTSIZ(1), PKTCNT(1u) | 64);
    expect_violation(d, DIEPTSIZ(1));
    otg_set(d, DOEPTSIZ(1), 64);
    otg_or(d, DOEPCTL(1), EPENA | CNAK);
    expect_violation(d, DOEPCTL(1));
}

/* Parts receive nevertheless, and drivers rely on it: until a short packet, or repeatedly. */
static void test_out_without_a_packet_count(void **state)
{
    struct otg_device *d = *state;
    static const uint8_t bytes[64];
    uint8_t data[64];

    otg_enumerated(d);
    otg_activate(d, 1);
    otg_or(d, DOEPCTL(1), EPENA | CNAK);
    expect_violation(d, DOEPCTL(1));
    assert_int_equal(bus_out(d, 1, bytes, 64, false), VBOARD_OTG_ACK);
    assert_int_equal(bus_out(d, 1, bytes, 3, true), VBOARD_OTG_ACK);
    assert_int_equal(bus_out(d, 1, bytes, 3, false), VBOARD_OTG_NAK);
    otg_pop(d, data);
    otg_pop(d, data);
    assert_int_equal(PKTSTS_OF(otg_pop(d, data)), 3);
    assert_false(otg_get(d, DOEPCTL(1)) & EPENA);
    otg_expect_violations(d, 0);
}

/* Some drivers enable an endpoint with NAK long before they have data: that is not a violation. */
static void test_enabled_with_nak_is_prepared_only(void **state)
{
    struct otg_device *d = *state;

    otg_enumerated(d);
    otg_set(d, DIEPTSIZ(1), 64);
    otg_set(d, DIEPCTL(1), 64 | USBAEP | BULK | TXFNUM(1u) | SD0PID | EPENA | SNAK);
    otg_send(d, 1, "ab", 2);
    expect_in(d, 1, "ab", 2, false);
    otg_expect_violations(d, 0);
}

static void test_out_larger_than_the_transfer(void **state)
{
    struct otg_device *d = *state;
    static const uint8_t bytes[64];

    otg_enumerated(d);
    otg_activate(d, 1);
    otg_arm(d, 1, 1, 16);
    assert_int_equal(bus_out(d, 1, bytes, 64, false), VBOARD_OTG_ACK);
    expect_violation(d, DOEPTSIZ(1));
}

static void test_fifo_layout(void **state)
{
    struct otg_device *d = *state;

    otg_enumerated(d);
    otg_activate(d, 1);
    otg_set(d, DIEPTXF1, 64u << 16 | 260);
    otg_send(d, 1, "a", 1);
    expect_violation(d, DIEPTXF1);
    otg_set(d, GRSTCTL, BIT(5) | 0x10u << 6);
    otg_get(d, GRSTCTL);
    otg_or(d, DIEPCTL(1), SNAK);
    otg_set(d, DIEPTXF1, 64u << 16 | 100);
    otg_send(d, 1, "a", 1);
    /* In the receive FIFO, and in FIFO 0. */
    otg_expect_violations(d, 2);
    otg_set(d, GRXFSIZ, 400);
    bus_setup(d, get_device);
    assert_true(d->violations > 0);
}

static void test_fifo_too_small(void **state)
{
    struct otg_device *d = *state;

    otg_enumerated(d);
    otg_set(d, GRXFSIZ, 20);
    bus_setup(d, get_device);
    expect_violation(d, GRXFSIZ);
    otg_set(d, GRXFSIZ, 128);
    otg_activate(d, 1);
    otg_set(d, DIEPTXF1, 4u << 16 | 192);
    otg_set(d, DIEPTSIZ(1), PKTCNT(1u) | 64);
    otg_or(d, DIEPCTL(1), EPENA | CNAK);
    expect_violation(d, DIEPCTL(1));
}

static void test_setups_that_nobody_reads(void **state)
{
    struct otg_device *d = *state;
    int taken = 0;

    otg_enumerated(d);
    while (bus_setup(d, get_device) == VBOARD_OTG_ACK)
        taken++;
    assert_int_equal(taken, 128 / 3);
    assert_int_equal(d->offset, GRXFSIZ);
    otg_expect_violations(d, 1);
}

static void test_shared_fifo(void **state)
{
    struct otg_device *d = *state;

    otg_enumerated(d);
    otg_activate(d, 1);
    otg_set(d, DIEPCTL(2), 64 | USBAEP | BULK | TXFNUM(1u) | SD0PID | SNAK);
    otg_send(d, 2, "a", 1);
    expect_violation(d, DIEPCTL(2));
    otg_set(d, DIEPCTL(3), 64 | USBAEP | BULK | TXFNUM(9u) | SD0PID | SNAK);
    otg_send(d, 3, "a", 1);
    expect_violation(d, DIEPCTL(3));
}

static void test_endpoint_kinds(void **state)
{
    struct otg_device *d = *state;

    otg_enumerated(d);
    otg_set(d, DIEPCTL(1), USBAEP | BULK | TXFNUM(1u) | SNAK);
    otg_set(d, DIEPTSIZ(1), PKTCNT(1u));
    otg_or(d, DIEPCTL(1), EPENA | CNAK);
    expect_violation(d, DIEPCTL(1));
    otg_set(d, DOEPCTL(2), 512 | USBAEP | BULK | SNAK);
    otg_arm(d, 2, 1, 512);
    expect_violation(d, DOEPCTL(2));
    otg_set(d, DOEPCTL(3), 64 | USBAEP | 1u << 18 | SNAK);
    otg_arm(d, 3, 1, 64);
    expect_violation(d, DOEPCTL(3));
}

/* Armed again between the data and the word that ends the transfer. */
static void armed_early(uint32_t core_id, unsigned violations)
{
    struct otg_device d;
    uint8_t data[64];

    otg_device_new(&d, core_id);
    otg_enumerated(&d);
    otg_activate(&d, 1);
    otg_arm(&d, 1, 1, 64);
    bus_out(&d, 1, (const uint8_t *)"first", 5, false);
    otg_pop(&d, data);
    otg_arm(&d, 1, 1, 64);
    otg_expect_violations(&d, violations);
    assert_int_equal(PKTSTS_OF(otg_pop(&d, data)), 3);
    assert_true(otg_get(&d, DOEPCTL(1)) & EPENA);
    assert_int_equal(bus_out(&d, 1, (const uint8_t *)"second", 6, true), VBOARD_OTG_ACK);
    assert_int_equal(BCNT_OF(otg_pop(&d, data)), 6);
    otg_pop(&d, data);
    assert_false(otg_get(&d, DOEPCTL(1)) & EPENA);
    otg_device_free(&d);
}

static void test_armed_early(void **state)
{
    (void)state;
    armed_early(VBOARD_OTG_CORE_1100, 0);
    armed_early(VBOARD_OTG_CORE_1200, 1);
    armed_early(VBOARD_OTG_CORE_2000, 0);
}

static void test_armed_while_data_is_unread(void **state)
{
    struct otg_device *d = *state;

    otg_enumerated(d);
    otg_activate(d, 1);
    otg_arm(d, 1, 1, 64);
    bus_out(d, 1, (const uint8_t *)"12345678", 8, false);
    otg_get(d, GRXSTSP);
    otg_arm(d, 1, 1, 64);
    expect_violation(d, DOEPCTL(1));
    /* Four bytes are lost: the second word remains. */
    assert_int_equal(otg_get(d, FIFO(1)), 0x38373635);
    otg_get(d, FIFO(1));
    expect_violation(d, FIFO(1));
}

static void test_flushes(void **state)
{
    struct otg_device *d = *state;

    otg_enumerated(d);
    bus_setup(d, get_device);
    otg_set(d, GRSTCTL, BIT(4));
    while (otg_get(d, GRSTCTL) & BIT(4))
        ;
    assert_false(otg_get(d, GINTSTS) & RXFLVL);
    otg_activate(d, 1);
    otg_send(d, 1, "abcd", 4);
    otg_set(d, GRSTCTL, 2u << 6 | BIT(5));
    while (otg_get(d, GRSTCTL) & BIT(5))
        ;
    assert_int_equal(otg_get(d, DTXFSTS(1)), 63);
    otg_set(d, GRSTCTL, 0x10u << 6 | BIT(5));
    while (otg_get(d, GRSTCTL) & BIT(5))
        ;
    assert_int_equal(otg_get(d, DTXFSTS(1)), 64);
    otg_expect_violations(d, 0);
    otg_set(d, GRSTCTL, 7u << 6 | BIT(5));
    expect_violation(d, GRSTCTL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_reset_values),
        TEST(test_core_id),
        TEST(test_core_reset),
        TEST(test_core_reset_needs_the_usb_clock),
        TEST(test_reset_has_to_be_waited_for),
        TEST(test_access_by_words_only),
        TEST(test_access_without_clock),
        TEST(test_host_registers_in_device_mode),
        TEST(test_interrupts_come_late),
        TEST(test_inactive_endpoints_tell_nothing),
        TEST(test_setup_without_count),
        TEST(test_connect),
        TEST(test_vbus),
        TEST(test_bus_reset_and_interrupt_line),
        TEST(test_configuration_is_checked_at_reset),
        TEST(test_suspend_and_resume),
        TEST(test_frames),
        TEST(test_setup_sequence),
        TEST(test_back_to_back_setups),
        TEST(test_control_read),
        TEST(test_control_write),
        TEST(test_out_zero_before_setup_done),
        TEST(test_setup_done_disarms),
        TEST(test_stall_of_endpoint_zero),
        TEST(test_address),
        TEST(test_set_address),
        TEST(test_stale_data_of_endpoint_zero),
        TEST(test_small_endpoint_zero),
        TEST(test_bulk_in),
        TEST(test_in_needs_the_whole_packet),
        TEST(test_fifo_empty_interrupt),
        TEST(test_token_on_empty_fifo),
        TEST(test_bulk_out),
        TEST(test_out_waits_for_room),
        TEST(test_wrong_toggle),
        TEST(test_stall_and_toggles),
        TEST(test_bus_reset_closes_endpoints),
        TEST(test_endpoint_nak_and_disable),
        TEST(test_global_out_nak),
        TEST(test_out_disabled_without_global_nak),
        TEST(test_global_in_nak),
        TEST(test_pop_of_an_empty_fifo),
        TEST(test_too_few_words_read),
        TEST(test_too_many_words_read),
        TEST(test_write_beyond_the_fifo),
        TEST(test_write_beyond_the_transfer),
        TEST(test_write_before_enable),
        TEST(test_counts_that_do_not_match),
        TEST(test_out_without_a_packet_count),
        TEST(test_enabled_with_nak_is_prepared_only),
        TEST(test_out_larger_than_the_transfer),
        TEST(test_fifo_layout),
        TEST(test_fifo_too_small),
        TEST(test_setups_that_nobody_reads),
        TEST(test_shared_fifo),
        TEST(test_endpoint_kinds),
        TEST(test_armed_early),
        TEST(test_armed_while_data_is_unread),
        TEST(test_flushes),
    };

    return cmocka_run_group_tests_name("machine_otg", tests, NULL, NULL);
}
