/* SPDX-License-Identifier: MIT */
/*
 * The differences between the two cores of OTG_FS in STM32F4 chips: CID 0x1200 (RM0090) and 0x2000
 * (RM0390, RM0402).
 */
#include "otg_device.h"

#include <core/array.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum {
    GOTGCTL = 0x000,
    DIEPTXF4 = 0x110,
    DIEPTXF5 = 0x114,
};

#define PWRDWN      BIT(16)
#define VBUSBSEN    BIT(19)
#define NOVBUSSENS  BIT(21)
#define VBDEN       BIT(21) /* the same bit */
#define BVALOEN     BIT(6)
#define BVALOVAL    BIT(7)
#define SDIS        BIT(1)
#define STSPHSRX    BIT(5)
#define STPKTRX     BIT(15)
#define IS_SETUP    6u /* PKTSTS */
#define SETUP_DONE  4u
#define OUT_DATA    2u
#define OUT_DONE    3u
#define LINE_CODING "\x80\x25\0\0\0\0\x08"

static const uint8_t set_line[8] = {0x21, 0x20, 0, 0, 0, 0, 7, 0};
static const uint8_t get_device[8] = {0x80, 6, 0, 1, 0, 0, 18, 0};

static uint32_t pop_status(struct otg_device *d, uint8_t *data)
{
    return PKTSTS_OF(otg_pop(d, data));
}

/* ---- registers ---- */

static void test_reset_values(void **state)
{
    static const struct {
        uint32_t offset, older, newer;
    } rows[] = {
        {GUSBCFG, 0xA40, 0x1440},
        {CID, 0x1200, 0x2000},
        {0x040, 0x4F54281A, 0x4F54320A},
        {0x044, 0, 0},
        {0x048, 0x229DCD20, 0x229ED520},
        {0x04C, 0x020001E8, 0x0200D1E8},
        {0x050, 0x0FF08030, 0x17F08030},
        {DIEPTXF3, 0x02000800, 0x02000800},
        {DIEPTXF4, 0, 0x02000A00},
        {DIEPTXF5, 0, 0x02000C00},
        {DCTL, 0, SDIS},
        {DIEPINT(4), 0, 0x80},
        {DIEPINT(5), 0, 0x80},
        {DIEPINT(6), 0, 0},
        {GOTGCTL, 0x10000, 0x10000},
        {GCCFG, 0, 0},
    };
    struct otg_device older, newer;

    (void)state;
    otg_device_new(&older, VBOARD_OTG_CORE_1200);
    otg_device_new(&newer, VBOARD_OTG_CORE_2000);
    for (size_t i = 0; i < B0_LENGTH(rows); i++)
        if (otg_get(&older, rows[i].offset) != rows[i].older ||
            otg_get(&newer, rows[i].offset) != rows[i].newer)
            fail_msg("0x%03x is 0x%08x and 0x%08x", (unsigned)rows[i].offset,
                     (unsigned)otg_get(&older, rows[i].offset),
                     (unsigned)otg_get(&newer, rows[i].offset));
    otg_expect_violations(&older, 0);
    otg_expect_violations(&newer, 0);
    otg_device_free(&older);
    otg_device_free(&newer);
}

static void test_no_such_core(void **state)
{
    const struct vboard_otg_port port = {0};

    (void)state;
    assert_null(vboard_otg_new(0x3000, &port));
}

/* ---- the session ---- */

/* Whether the host sees the device after these writes, and how many violations they cause. */
static void check_session(uint32_t core, bool wired, uint32_t gccfg, uint32_t gotgctl,
                          bool connected, unsigned violations)
{
    struct otg_device d;

    otg_device_new(&d, core);
    vboard_otg_vbus(d.otg, true, wired);
    otg_set(&d, DCTL, 0);
    otg_set(&d, GCCFG, gccfg);
    if (gotgctl)
        otg_set(&d, GOTGCTL, gotgctl);
    if (vboard_otg_connected(d.otg) != connected)
        fail_msg("core 0x%04x, wired %d, GCCFG 0x%08x, GOTGCTL 0x%08x", (unsigned)core, wired,
                 (unsigned)gccfg, (unsigned)gotgctl);
    assert_int_equal(otg_get(&d, GOTGCTL) >> 19 & 1, connected);
    otg_expect_violations(&d, violations);
    otg_device_free(&d);
}

static void test_session(void **state)
{
    const uint32_t older = VBOARD_OTG_CORE_1200, newer = VBOARD_OTG_CORE_2000;

    (void)state;
    check_session(newer, true, PWRDWN, 0, false, 0);
    check_session(newer, true, PWRDWN | VBDEN, 0, true, 0);
    check_session(newer, false, PWRDWN, BVALOEN | BVALOVAL, true, 0);
    check_session(newer, false, PWRDWN, BVALOVAL, false, 0);
    check_session(newer, true, PWRDWN | VBDEN, BVALOEN, false, 0);
    check_session(newer, true, VBDEN, BVALOEN | BVALOVAL, false, 0);
    /* The writes of a driver for the other core, with PA9 unconnected. */
    check_session(newer, false, PWRDWN | NOVBUSSENS, 0, false, 0);
    check_session(older, false, PWRDWN, BVALOEN | BVALOVAL, false, 0);
    check_session(older, false, PWRDWN | NOVBUSSENS, BVALOEN | BVALOVAL, true, 0);
    check_session(older, false, PWRDWN | NOVBUSSENS, 0, true, 0);
    check_session(newer, true, PWRDWN | VBUSBSEN, 0, false, 1);
    check_session(older, true, PWRDWN | VBUSBSEN, 0, true, 0);
}

/* VBUS comes and goes, and VBDEN makes the core see it. */
static void test_vbus_comes(void **state)
{
    struct otg_device d;

    (void)state;
    otg_device_new(&d, VBOARD_OTG_CORE_2000);
    vboard_otg_vbus(d.otg, false, true);
    otg_set(&d, DCTL, 0);
    otg_set(&d, GCCFG, PWRDWN | VBDEN);
    assert_false(otg_get(&d, GOTGCTL) & BIT(19));
    vboard_otg_vbus(d.otg, true, true);
    assert_true(otg_get(&d, GOTGCTL) & BIT(19));
    assert_true(vboard_otg_connected(d.otg));
    vboard_otg_vbus(d.otg, false, true);
    assert_true(otg_get(&d, GINTSTS) & BIT(2));
    assert_false(vboard_otg_connected(d.otg));
    otg_device_free(&d);
}

/* The newer core starts with SDIS set. */
static void test_soft_disconnect(void **state)
{
    struct otg_device d;

    (void)state;
    otg_device_new(&d, VBOARD_OTG_CORE_2000);
    otg_set(&d, GCCFG, PWRDWN | VBDEN);
    assert_false(vboard_otg_connected(d.otg));
    otg_set(&d, DCTL, 0);
    assert_true(vboard_otg_connected(d.otg));
    otg_set(&d, GRSTCTL, BIT(0));
    assert_false(vboard_otg_connected(d.otg));
    otg_device_free(&d);
}

/* ---- endpoints 4 and 5 ---- */

static void start(struct otg_device *d, uint32_t core)
{
    otg_device_new(d, core);
    otg_enumerated(d);
    if (core == VBOARD_OTG_CORE_2000) {
        otg_set(d, DIEPTXF4, 16u << 16 | 288);
        otg_set(d, DIEPTXF5, 16u << 16 | 304);
    }
}

static void test_more_endpoints(void **state)
{
    struct otg_device d;
    uint8_t data[64];
    size_t size;
    bool data1;

    (void)state;
    start(&d, VBOARD_OTG_CORE_2000);
    for (uint8_t n = 4; n < 6; n++) {
        otg_activate(&d, n);
        otg_send(&d, n, "hello", 5);
        assert_int_equal(vboard_otg_in(d.otg, 0, n, data, &size, &data1), VBOARD_OTG_ACK);
        assert_int_equal(size, 5);
        assert_memory_equal(data, "hello", 5);
        assert_true(otg_get(&d, DAINT) & BIT(n));
        otg_arm(&d, n, 1, 64);
        assert_int_equal(vboard_otg_out(d.otg, 0, n, (const uint8_t *)"world", 5, false),
                         VBOARD_OTG_ACK);
        assert_int_equal(pop_status(&d, data), OUT_DATA);
        assert_memory_equal(data, "world", 5);
        assert_int_equal(pop_status(&d, data), OUT_DONE);
        assert_true(otg_get(&d, DAINT) & BIT(16 + n));
    }
    otg_expect_violations(&d, 0);
    /* Flushing a missing FIFO is a violation, flushing an existing one works. */
    otg_set(&d, GRSTCTL, 5u << 6 | BIT(5));
    while (otg_get(&d, GRSTCTL) & BIT(5))
        ;
    otg_expect_violations(&d, 0);
    otg_set(&d, GRSTCTL, 6u << 6 | BIT(5));
    otg_expect_violations(&d, 1);
    otg_device_free(&d);
}

/* Two FIFOs at one address, one of them of endpoint 5. */
static void test_layout_of_more_endpoints(void **state)
{
    struct otg_device d;

    (void)state;
    start(&d, VBOARD_OTG_CORE_2000);
    otg_set(&d, DIEPTXF5, 16u << 16 | 288);
    otg_activate(&d, 4);
    otg_activate(&d, 5);
    otg_send(&d, 5, "x", 1);
    otg_expect_violations(&d, 1);
    assert_non_null(strstr(d.text, "FIFOs 4 and 5 overlap"));
    otg_device_free(&d);
}

static void test_fewer_endpoints(void **state)
{
    struct otg_device d;
    uint8_t data[64];
    size_t size;
    bool data1;

    (void)state;
    start(&d, VBOARD_OTG_CORE_1200);
    otg_set(&d, DIEPCTL(4), SNAK); /* drivers for several chips loop over all possible endpoints */
    otg_set(&d, DIEPTXF4, 16u << 16 | 288);
    otg_expect_violations(&d, 0);
    assert_int_equal(otg_get(&d, DIEPTXF4), 0);
    otg_set(&d, DIEPCTL(4), 64 | USBAEP | BULK | TXFNUM(3u) | SD0PID | SNAK);
    otg_expect_violations(&d, 1);
    assert_non_null(strstr(d.text, "no endpoint 4"));
    assert_int_equal(vboard_otg_in(d.otg, 0, 4, data, &size, &data1), VBOARD_OTG_NONE);
    assert_int_equal(otg_get(&d, DIEPCTL(4)), 0);
    otg_set(&d, FIFO(4), 5);
    otg_expect_violations(&d, 1);
    otg_device_free(&d);
}

/* ---- control transfers ---- */

/* A control write, word by word of the receive FIFO, and the flags beside it. */
static void check_phases(uint32_t core, uint32_t at_setup, uint32_t at_status)
{
    struct otg_device d;
    uint8_t data[64];
    size_t size;
    bool data1;

    start(&d, core);
    assert_int_equal(vboard_otg_setup(d.otg, 0, set_line), VBOARD_OTG_ACK);
    assert_int_equal(otg_get(&d, DOEPINT(0)) & (STPKTRX | STSPHSRX), at_setup);
    assert_int_equal(vboard_otg_out(d.otg, 0, 0, (const uint8_t *)LINE_CODING, 7, true),
                     VBOARD_OTG_NAK);
    assert_int_equal(pop_status(&d, data), IS_SETUP);
    assert_int_equal(pop_status(&d, data), SETUP_DONE);
    assert_false(otg_get(&d, DOEPINT(0)) & BIT(0)); /* no separate XFRC */
    otg_set(&d, DOEPINT(0), BIT(3) | STPKTRX);
    otg_arm(&d, 0, 1, 64);
    assert_int_equal(vboard_otg_out(d.otg, 0, 0, (const uint8_t *)LINE_CODING, 7, true),
                     VBOARD_OTG_ACK);
    assert_int_equal(pop_status(&d, data), OUT_DATA);
    assert_memory_equal(data, LINE_CODING, 7);
    assert_int_equal(pop_status(&d, data), OUT_DONE);
    assert_true(otg_get(&d, DOEPINT(0)) & BIT(0));
    assert_false(otg_get(&d, DOEPINT(0)) & STSPHSRX);
    otg_set(&d, DOEPINT(0), BIT(0));
    assert_int_equal(vboard_otg_in(d.otg, 0, 0, data, &size, &data1), VBOARD_OTG_NAK);
    assert_int_equal(otg_get(&d, DOEPINT(0)) & (STPKTRX | STSPHSRX), at_status);
    assert_false(otg_get(&d, GINTSTS) & RXFLVL);
    otg_expect_violations(&d, 0);
    otg_device_free(&d);
}

static void test_phases(void **state)
{
    (void)state;
    check_phases(VBOARD_OTG_CORE_1200, 0, 0);
    check_phases(VBOARD_OTG_CORE_2000, STPKTRX, STSPHSRX);
}

/* A control read has no status stage that begins with an IN token. */
static void test_no_status_phase_of_a_read(void **state)
{
    struct otg_device d;
    uint8_t data[64];
    size_t size;
    bool data1;

    (void)state;
    start(&d, VBOARD_OTG_CORE_2000);
    vboard_otg_setup(d.otg, 0, get_device);
    assert_int_equal(vboard_otg_in(d.otg, 0, 0, data, &size, &data1), VBOARD_OTG_NAK);
    assert_false(otg_get(&d, DOEPINT(0)) & STSPHSRX);
    otg_device_free(&d);
}

/* OUT endpoint 0 is enabled at the SETUP packet, before the Setup stage done word. */
static void check_early(uint32_t core, bool spoilt)
{
    struct otg_device d;
    uint8_t data[64];

    start(&d, core);
    vboard_otg_setup(d.otg, 0, set_line);
    otg_pop(&d, data);
    otg_arm(&d, 0, 1, 64);
    assert_int_equal(vboard_otg_out(d.otg, 0, 0, (const uint8_t *)LINE_CODING, 7, true),
                     VBOARD_OTG_ACK);
    otg_expect_violations(&d, spoilt);
    assert_int_equal(pop_status(&d, data), SETUP_DONE);
    assert_int_equal(pop_status(&d, data), OUT_DATA);
    assert_int_equal(memcmp(data, LINE_CODING, 7) != 0, spoilt);
    otg_device_free(&d);
}

static void test_early_enable(void **state)
{
    (void)state;
    check_early(VBOARD_OTG_CORE_1200, true);
    check_early(VBOARD_OTG_CORE_2000, false);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reset_values),
        cmocka_unit_test(test_no_such_core),
        cmocka_unit_test(test_session),
        cmocka_unit_test(test_vbus_comes),
        cmocka_unit_test(test_soft_disconnect),
        cmocka_unit_test(test_more_endpoints),
        cmocka_unit_test(test_layout_of_more_endpoints),
        cmocka_unit_test(test_fewer_endpoints),
        cmocka_unit_test(test_phases),
        cmocka_unit_test(test_no_status_phase_of_a_read),
        cmocka_unit_test(test_early_enable),
    };

    return cmocka_run_group_tests_name("machine_otg_cores", tests, NULL, NULL);
}
