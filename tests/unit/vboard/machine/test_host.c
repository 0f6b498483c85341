/* SPDX-License-Identifier: MIT */
/*
 * The machine's bus host, against a small firmware that this file simulates on the registers of
 * OTG_FS: it answers some microseconds after each event, echoes on endpoint 1, and misbehaves on
 * demand.
 */
#include "otg_device.h"
#include "vboard/machine/host.h"

#include <core/array.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define US UINT64_C(1000)
#define MS UINT64_C(1000000)

enum {
    REQUEST_SEND = 1,   /* IN: wLength bytes, at most wValue */
    REQUEST_STORE = 2,  /* OUT */
    REQUEST_STALL = 3,  /* refuses */
    REQUEST_SILENT = 4, /* NAKs without end */
    REQUEST_LATE = 5,   /* IN: answers after wValue milliseconds */
    REQUEST_BABBLE = 6, /* IN: sends more than wLength */
    REQUEST_LEAVE = 7,  /* pulls the plug in the middle */
    STEP_US = 5,        /* the firmware's time for each event */
};

struct firmware {
    struct otg_device device;
    struct vboard_host *host;
    uint64_t wake_ns; /* time of a late answer */
    unsigned slices;  /* calls of run() */
    bool stop;        /* progress() was called */
    bool dead;        /* does nothing at all */
    bool frozen;      /* time does not advance */
    bool deaf;        /* connects, but answers nothing */
    bool wrong_toggle;
    bool strings_refused;
    uint8_t packet_max_code;
    uint8_t device_descriptor[18];
    uint8_t configuration[32];

    uint8_t setup[8];
    uint8_t reply[512];
    unsigned reply_size;
    unsigned reply_at;
    bool reply_zlp;
    uint8_t stored[512];
    unsigned stored_size;
    unsigned stored_want;
    uint8_t echo[64];
    unsigned sofs;
    unsigned suspends;
    unsigned configured;

    char events[2000];
    unsigned host_violations;
    char host_text[160];
};

/* ---- the firmware ---- */

static unsigned mps0(const struct firmware *f)
{
    return 64u >> f->packet_max_code;
}

static void send_zero(struct firmware *f, unsigned size)
{
    struct otg_device *d = &f->device;

    otg_set(d, DIEPTSIZ(0), PKTCNT(1u) | size);
    otg_or(d, DIEPCTL(0), EPENA | CNAK);
    for (unsigned i = 0; i < size; i += 4) {
        uint32_t word = 0;

        for (unsigned k = 0; k < 4 && i + k < size; k++)
            word |= (uint32_t)f->reply[f->reply_at + i + k] << (8 * k);
        otg_set(d, FIFO(0), word);
    }
    f->reply_at += size;
}

/* Sends the next packet of a reply; arms the status stage's OUT with the last one. */
static void send_next(struct firmware *f)
{
    unsigned left = f->reply_size - f->reply_at;

    if (left > 0 || f->reply_zlp) {
        unsigned size = left < mps0(f) ? left : mps0(f);

        f->reply_zlp = left > 0 && f->reply_zlp;
        send_zero(f, size);
    }
}

static void reply(struct firmware *f, const void *bytes, unsigned size)
{
    unsigned length = f->setup[6] | f->setup[7] << 8;

    f->reply_zlp = size < length && size % mps0(f) == 0;
    f->reply_size = size < length ? size : length;
    f->reply_at = 0;
    memmove(f->reply, bytes, f->reply_size);
    send_next(f);
    otg_arm(&f->device, 0, 1, 64);
}

static void stall(struct firmware *f)
{
    otg_or(&f->device, DIEPCTL(0), STALL);
    otg_or(&f->device, DOEPCTL(0), STALL);
}

static void get_descriptor(struct firmware *f)
{
    static const uint8_t languages[] = {4, 3, 9, 4};
    static const uint8_t name[] = {6, 3, 'O', 0, 'K', 0};

    switch (f->setup[3]) {
    case 1:
        reply(f, f->device_descriptor, sizeof f->device_descriptor);
        break;
    case 2:
        reply(f, f->configuration, sizeof f->configuration);
        break;
    case 3:
        if (f->strings_refused)
            stall(f);
        else if (f->setup[2] == 0)
            reply(f, languages, sizeof languages);
        else
            reply(f, name, sizeof name);
        break;
    default:
        stall(f);
        break;
    }
}

static void configure(struct firmware *f)
{
    otg_activate(&f->device, 1);
    if (f->wrong_toggle)
        otg_or(&f->device, DIEPCTL(1), SD1PID);
    otg_arm(&f->device, 1, 1, 64);
    f->configured++;
    send_zero(f, 0);
}

static void vendor(struct firmware *f)
{
    unsigned value = f->setup[2] | f->setup[3] << 8;
    uint8_t bytes[512];

    for (unsigned i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i * 3);
    switch (f->setup[1]) {
    case REQUEST_SEND:
        reply(f, bytes, value);
        break;
    case REQUEST_STORE:
        f->stored_size = 0;
        f->stored_want = f->setup[6] | f->setup[7] << 8;
        if (f->stored_want > 0)
            otg_arm(&f->device, 0, 1, 64);
        else
            send_zero(f, 0);
        break;
    case REQUEST_SILENT:
        break;
    case REQUEST_LATE:
        f->wake_ns = f->device.now_ns + value * MS;
        break;
    case REQUEST_BABBLE:
        f->reply_at = 0;
        memcpy(f->reply, bytes, 64);
        send_zero(f, 64);
        break;
    case REQUEST_LEAVE:
        otg_or(&f->device, DCTL, BIT(1));
        break;
    default:
        stall(f);
        break;
    }
}

static void setup_done(struct firmware *f)
{
    /* Remains of an unfinished transfer. */
    otg_set(&f->device, GRSTCTL, BIT(5));
    while (otg_get(&f->device, GRSTCTL) & BIT(5))
        ;
    f->reply_size = f->reply_at = 0;
    f->reply_zlp = false;
    f->stored_want = 0;
    f->wake_ns = UINT64_MAX;
    otg_set(&f->device, DOEPTSIZ(0), STUPCNT(3u));
    if (f->setup[0] & 0x40) {
        vendor(f);
    } else if (f->setup[1] == 6) {
        get_descriptor(f);
    } else if (f->setup[1] == 5) {
        otg_set(&f->device, DCFG, (uint32_t)f->setup[2] << 4 | 3);
        send_zero(f, 0);
    } else if (f->setup[1] == 9) {
        configure(f);
    } else {
        send_zero(f, 0);
    }
}

static void received(struct firmware *f)
{
    struct otg_device *d = &f->device;
    uint8_t data[64];
    uint32_t status = otg_pop(d, data);
    unsigned n = EPNUM_OF(status), size = BCNT_OF(status);

    if (PKTSTS_OF(status) == 6) {
        memcpy(f->setup, data, 8);
    } else if (PKTSTS_OF(status) == 4 && !f->deaf) {
        setup_done(f);
    } else if (PKTSTS_OF(status) == 2 && n == 0) {
        memcpy(f->stored + f->stored_size, data, size);
        f->stored_size += size;
    } else if (PKTSTS_OF(status) == 2) {
        memcpy(f->echo, data, size);
        otg_send(d, 1, f->echo, size);
    } else if (PKTSTS_OF(status) == 3 && n == 0 && f->stored_want > 0) {
        if (f->stored_size < f->stored_want)
            otg_arm(d, 0, 1, 64);
        else
            send_zero(f, 0);
    }
}

/* Handles one event; returns false if there is none. */
static bool step(struct firmware *f)
{
    struct otg_device *d = &f->device;
    uint32_t events = otg_get(d, GINTSTS) & otg_get(d, GINTMSK);

    if (events & USBRST) {
        otg_set(d, GINTSTS, USBRST);
        otg_set(d, GRSTCTL, BIT(5) | 0x10u << 6);
        while (otg_get(d, GRSTCTL) & BIT(5))
            ;
        otg_endpoint_zero(d);
        otg_set(d, DCFG, 3);
        otg_set(d, DIEPCTL(0), f->packet_max_code);
    } else if (events & BIT(3)) {
        otg_set(d, GINTSTS, BIT(3));
        f->sofs++;
    } else if (events & BIT(11)) {
        otg_set(d, GINTSTS, BIT(11));
        f->suspends++;
    } else if (events & (ENUMDNE | BIT(31))) {
        otg_set(d, GINTSTS, ENUMDNE | BIT(31));
    } else if (otg_get(d, GINTSTS) & RXFLVL) {
        received(f);
    } else if (otg_get(d, DIEPINT(0)) & BIT(0)) {
        otg_set(d, DIEPINT(0), BIT(0));
        send_next(f);
    } else if (otg_get(d, DIEPINT(1)) & BIT(0)) {
        otg_set(d, DIEPINT(1), BIT(0));
        otg_arm(d, 1, 1, 64);
    } else if (d->now_ns >= f->wake_ns) {
        f->wake_ns = UINT64_MAX;
        reply(f, "late", 4);
    } else {
        return false;
    }
    return true;
}

static uint64_t run(void *context, uint64_t until_ns)
{
    struct firmware *f = context;
    struct otg_device *d = &f->device;
    unsigned seen = d->progress;

    f->slices++;
    while (d->now_ns < until_ns && d->progress == seen && !f->frozen) {
        if (!f->dead && step(f))
            d->now_ns += STEP_US * US;
        else
            d->now_ns = f->wake_ns < until_ns && f->wake_ns > d->now_ns ? f->wake_ns : until_ns;
        if (d->now_ns > until_ns)
            d->now_ns = until_ns;
    }
    return d->now_ns;
}

/* ---- the host's port ---- */

static void host_violation(void *context, const char *text)
{
    struct firmware *f = context;

    f->host_violations++;
    snprintf(f->host_text, sizeof f->host_text, "%s", text);
}

static void host_event(void *context, const char *text)
{
    struct firmware *f = context;
    size_t length = strlen(f->events);

    snprintf(f->events + length, sizeof f->events - length, "%s;", text);
}

static const uint8_t device_descriptor[18] = {18, 1,    0,    2, 0, 0, 0, 64, 0x83,
                                              4,  0x40, 0x57, 0, 2, 1, 2, 3,  1};
static const uint8_t configuration[32] = {9,  2, 32, 0,    1, 1,    0, 0x80, 50, 9, 4,
                                          0,  0, 2,  0xFF, 0, 0,    4, 7,    5,  1, 2,
                                          64, 0, 0,  7,    5, 0x81, 2, 64,   0,  0};

static int setup_with(void **state, uint32_t core_id)
{
    static struct firmware firmware;
    const struct vboard_host_port port = {&firmware, run, host_violation, host_event};

    memset(&firmware, 0, sizeof firmware);
    firmware.wake_ns = UINT64_MAX;
    memcpy(firmware.device_descriptor, device_descriptor, sizeof device_descriptor);
    memcpy(firmware.configuration, configuration, sizeof configuration);
    otg_device_new(&firmware.device, core_id);
    firmware.host = vboard_host_new(firmware.device.otg, &port, 0);
    assert_non_null(firmware.host);
    *state = &firmware;
    return 0;
}

static int setup(void **state)
{
    return setup_with(state, VBOARD_OTG_CORE_1200);
}

static int setup_newer(void **state)
{
    return setup_with(state, VBOARD_OTG_CORE_2000);
}

static int teardown(void **state)
{
    struct firmware *f = *state;

    vboard_host_free(f->host);
    otg_device_free(&f->device);
    return 0;
}

/* Runs until the state changes, or the time is over. */
static void wait_while(struct firmware *f, enum vboard_host_state state, uint64_t until_ns)
{
    while (vboard_host_state(f->host) == state && vboard_host_now_ns(f->host) < until_ns)
        vboard_host_idle(f->host, until_ns);
}

static void plug(struct firmware *f)
{
    otg_initialise(&f->device);
    wait_while(f, VBOARD_HOST_DETACHED, f->device.now_ns + 1000 * MS);
    wait_while(f, VBOARD_HOST_ATTACHING, f->device.now_ns + 60000 * MS);
}

static void plug_ready(struct firmware *f)
{
    plug(f);
    if (vboard_host_problem(f->host))
        fail_msg("%s", vboard_host_problem(f->host));
    assert_int_equal(vboard_host_state(f->host), VBOARD_HOST_READY);
}

static enum boot0_xfer request(struct firmware *f, uint8_t type, uint8_t number, uint16_t value,
                               uint16_t length, uint8_t *data, size_t *actual)
{
    const struct boot0_setup packet = {type, number, value, 0, length};

    return vboard_host_control(f->host, &packet, data, actual, f->device.now_ns + 1000 * MS);
}

static void expect_clean(struct firmware *f)
{
    if (f->host_violations > 0)
        fail_msg("%s", f->host_text);
    otg_expect_violations(&f->device, 0);
}

/* ---- enumeration ---- */

static void test_enumeration(void **state)
{
    struct firmware *f = *state;
    uint8_t bytes[64];
    char text[8];

    assert_int_equal(vboard_host_state(f->host), VBOARD_HOST_DETACHED);
    assert_int_equal(vboard_host_descriptors(f->host, bytes, sizeof bytes), 0);
    plug_ready(f);
    assert_string_equal(f->events, "connected;bus reset;configured;");
    assert_int_equal(vboard_host_connection(f->host), 1);
    assert_int_equal(f->configured, 1);
    assert_int_equal(f->suspends, 1);
    assert_int_equal(vboard_host_descriptors(f->host, bytes, sizeof bytes), 18 + 32);
    assert_memory_equal(bytes, device_descriptor, 18);
    assert_memory_equal(bytes + 18, configuration, 32);
    assert_int_equal(vboard_host_string(f->host, 2, text, sizeof text), 2);
    assert_string_equal(text, "OK");
    assert_int_equal(vboard_host_string(f->host, 9, text, sizeof text), 0);
    /* 100 ms, 15 ms, 10 ms, and the requests. */
    assert_in_range(vboard_host_now_ns(f->host) / US, 127000, 131000);
    expect_clean(f);
}

static void test_enumeration_is_not_past_the_time(void **state)
{
    struct firmware *f = *state;
    uint64_t now_ns = 0;

    otg_initialise(&f->device);
    while (vboard_host_state(f->host) != VBOARD_HOST_READY && now_ns < 200 * MS) {
        uint64_t until_ns = now_ns + 37 * US;

        while (now_ns < until_ns)
            now_ns = vboard_host_idle(f->host, until_ns);
        assert_true(now_ns == until_ns);
    }
    assert_int_equal(vboard_host_state(f->host), VBOARD_HOST_READY);
    expect_clean(f);
}

static void test_small_packets(void **state)
{
    struct firmware *f = *state;
    uint8_t bytes[100];
    size_t actual;

    f->packet_max_code = 3;
    f->device_descriptor[7] = 8;
    plug_ready(f);
    assert_int_equal(request(f, 0xC0, REQUEST_SEND, 100, 100, bytes, &actual), BOOT0_XFER_OK);
    assert_int_equal(actual, 100);
    assert_int_equal(bytes[99], (uint8_t)(99 * 3));
    expect_clean(f);
}

static void test_strings_may_be_missing(void **state)
{
    struct firmware *f = *state;
    char text[8];

    f->strings_refused = true;
    plug_ready(f);
    assert_int_equal(vboard_host_string(f->host, 2, text, sizeof text), 0);
    expect_clean(f);
}

static void test_bad_descriptors(void **state)
{
    struct firmware *f = *state;

    f->device_descriptor[7] = 63;
    plug(f);
    /* It is retried, and then given up. */
    for (int i = 0; i < 10; i++)
        wait_while(f, VBOARD_HOST_ATTACHING, f->device.now_ns + 1000 * MS);
    assert_int_equal(vboard_host_state(f->host), VBOARD_HOST_FAILED);
    assert_string_equal(vboard_host_problem(f->host), "bMaxPacketSize0 is not 8, 16, 32 or 64");
    /* It recovers after a bus reset. */
    f->device_descriptor[7] = 64;
    vboard_host_bus_reset(f->host);
    assert_int_equal(vboard_host_state(f->host), VBOARD_HOST_READY);
    assert_null(vboard_host_problem(f->host));
}

static void test_short_configuration(void **state)
{
    struct firmware *f = *state;

    f->configuration[2] = 200;
    plug(f);
    assert_int_equal(vboard_host_state(f->host), VBOARD_HOST_FAILED);
    assert_string_equal(vboard_host_problem(f->host),
                        "the configuration is shorter than its wTotalLength");
}

static void test_deaf_device(void **state)
{
    struct firmware *f = *state;

    f->deaf = true;
    plug(f);
    assert_int_equal(vboard_host_state(f->host), VBOARD_HOST_FAILED);
    assert_string_equal(vboard_host_problem(f->host), "no answer to the first GET_DESCRIPTOR");
}

static void test_unplugged_while_enumerated(void **state)
{
    struct firmware *f = *state;

    otg_initialise(&f->device);
    vboard_host_idle(f->host, 50 * MS);
    vboard_host_idle(f->host, 50 * MS);
    otg_or(&f->device, DCTL, BIT(1));
    vboard_host_idle(f->host, 60 * MS);
    assert_int_equal(vboard_host_state(f->host), VBOARD_HOST_DETACHED);
    assert_true(vboard_host_idle(f->host, 300 * MS) == 300 * MS);
    assert_string_equal(f->events, "connected;disconnected;");
}

/* ---- control transfers ---- */

static void test_control_in(void **state)
{
    struct firmware *f = *state;
    static const struct {
        uint16_t sent, asked;
    } rows[] = {{1, 1},   {63, 100},  {64, 64},   {64, 100},
                {65, 65}, {128, 500}, {300, 300}, {300, 20}};
    uint8_t bytes[500];
    size_t actual;

    plug_ready(f);
    for (size_t i = 0; i < B0_LENGTH(rows); i++) {
        unsigned size = rows[i].sent < rows[i].asked ? rows[i].sent : rows[i].asked;

        assert_int_equal(
            request(f, 0xC0, REQUEST_SEND, rows[i].sent, rows[i].asked, bytes, &actual),
            BOOT0_XFER_OK);
        assert_int_equal(actual, size);
        for (unsigned k = 0; k < size; k++)
            assert_int_equal(bytes[k], (uint8_t)(k * 3));
    }
    expect_clean(f);
}

static void test_control_out(void **state)
{
    struct firmware *f = *state;
    static const uint16_t sizes[] = {0, 1, 64, 65, 128, 500};
    uint8_t bytes[500];
    size_t actual;

    for (unsigned i = 0; i < sizeof bytes; i++)
        bytes[i] = (uint8_t)(i ^ 0x55);
    plug_ready(f);
    for (size_t i = 0; i < B0_LENGTH(sizes); i++) {
        assert_int_equal(request(f, 0x40, REQUEST_STORE, 0, sizes[i], bytes, &actual),
                         BOOT0_XFER_OK);
        assert_int_equal(actual, sizes[i]);
        assert_int_equal(f->stored_size, sizes[i]);
        assert_memory_equal(f->stored, bytes, sizes[i]);
    }
    expect_clean(f);
}

static void test_control_costs_few_slices(void **state)
{
    struct firmware *f = *state;
    uint8_t bytes[64];
    size_t actual;
    uint64_t start_ns;

    plug_ready(f);
    f->slices = 0;
    start_ns = f->device.now_ns;
    assert_int_equal(request(f, 0xC0, REQUEST_SEND, 18, 18, bytes, &actual), BOOT0_XFER_OK);
    assert_in_range(f->slices, 5, 10);
    /* 3 stages, 10 us between them, and three steps of the firmware. */
    assert_in_range(f->device.now_ns - start_ns, 60 * US, 120 * US);
    /* An answer after 300 ms takes no more slices. */
    f->slices = 0;
    assert_int_equal(request(f, 0xC0, REQUEST_LATE, 300, 18, bytes, &actual), BOOT0_XFER_OK);
    assert_int_equal(actual, 4);
    assert_in_range(f->slices, 5, 10);
    expect_clean(f);
}

static void test_control_refused(void **state)
{
    struct firmware *f = *state;
    uint8_t bytes[64];
    size_t actual = 5;

    plug_ready(f);
    assert_int_equal(request(f, 0xC0, REQUEST_STALL, 0, 8, bytes, &actual), BOOT0_XFER_STALL);
    assert_int_equal(actual, 0);
    assert_int_equal(request(f, 0x40, REQUEST_STALL, 0, 8, bytes, &actual), BOOT0_XFER_STALL);
    assert_int_equal(request(f, 0x40, REQUEST_STALL, 0, 0, bytes, &actual), BOOT0_XFER_STALL);
    assert_int_equal(request(f, 0xC0, REQUEST_SEND, 8, 8, bytes, &actual), BOOT0_XFER_OK);
    expect_clean(f);
}

static void test_control_times_out(void **state)
{
    struct firmware *f = *state;
    uint8_t bytes[64];
    uint64_t start_ns;
    size_t actual;

    plug_ready(f);
    start_ns = f->device.now_ns;
    assert_int_equal(request(f, 0xC0, REQUEST_SILENT, 0, 8, bytes, &actual), BOOT0_XFER_TIMEOUT);
    assert_true(f->device.now_ns == start_ns + 1000 * MS);
    assert_int_equal(request(f, 0x40, REQUEST_SILENT, 0, 8, bytes, &actual), BOOT0_XFER_TIMEOUT);
    assert_int_equal(request(f, 0xC0, REQUEST_LATE, 999, 8, bytes, &actual), BOOT0_XFER_OK);
    assert_int_equal(request(f, 0xC0, REQUEST_LATE, 1001, 8, bytes, &actual), BOOT0_XFER_TIMEOUT);
    assert_int_equal(request(f, 0xC0, REQUEST_SEND, 8, 8, bytes, &actual), BOOT0_XFER_OK);
    expect_clean(f);
}

static void test_patience_has_an_end(void **state)
{
    struct firmware *f = *state;
    const struct boot0_setup packet = {0xC0, REQUEST_SILENT, 0, 0, 8};
    uint8_t bytes[8];
    uint64_t start_ns;
    size_t actual;

    plug_ready(f);
    start_ns = f->device.now_ns;
    assert_int_equal(vboard_host_control(f->host, &packet, bytes, &actual, UINT64_MAX),
                     BOOT0_XFER_TIMEOUT);
    assert_true(f->device.now_ns == start_ns + VBOARD_HOST_PATIENCE_NS);
}

static void test_babble(void **state)
{
    struct firmware *f = *state;
    uint8_t bytes[16];
    size_t actual;

    plug_ready(f);
    assert_int_equal(request(f, 0xC0, REQUEST_BABBLE, 0, 16, bytes, &actual), BOOT0_XFER_ERROR);
    assert_int_equal(f->host_violations, 1);
    assert_non_null(strstr(f->host_text, "babble"));
}

static void test_leaving_in_a_transfer(void **state)
{
    struct firmware *f = *state;
    uint8_t bytes[16];
    size_t actual;

    plug_ready(f);
    assert_int_equal(request(f, 0xC0, REQUEST_LEAVE, 0, 16, bytes, &actual), BOOT0_XFER_GONE);
    assert_int_equal(request(f, 0xC0, REQUEST_SEND, 8, 8, bytes, &actual), BOOT0_XFER_GONE);
    vboard_host_idle(f->host, f->device.now_ns + MS);
    assert_int_equal(vboard_host_state(f->host), VBOARD_HOST_DETACHED);
    otg_set(&f->device, DCTL, 0);
    plug_ready(f);
    assert_int_equal(vboard_host_connection(f->host), 2);
}

/* ---- packets ---- */

static void test_echo(void **state)
{
    struct firmware *f = *state;
    uint8_t bytes[64], data[64];
    size_t actual;

    plug_ready(f);
    for (size_t i = 0; i < 10; i++) {
        memset(bytes, (int)i, sizeof bytes);
        assert_int_equal(vboard_host_in(f->host, 1, data, &actual, f->device.now_ns),
                         BOOT0_XFER_TIMEOUT);
        assert_int_equal(vboard_host_out(f->host, 1, bytes, i * 7, f->device.now_ns + MS),
                         BOOT0_XFER_OK);
        assert_int_equal(vboard_host_in(f->host, 1, data, &actual, f->device.now_ns + MS),
                         BOOT0_XFER_OK);
        assert_int_equal(actual, i * 7);
        assert_memory_equal(data, bytes, actual);
    }
    /* No such endpoints. */
    assert_int_equal(vboard_host_out(f->host, 2, bytes, 1, f->device.now_ns + MS),
                     BOOT0_XFER_ERROR);
    assert_int_equal(vboard_host_in(f->host, 9, data, &actual, f->device.now_ns), BOOT0_XFER_ERROR);
    assert_int_equal(vboard_host_out(f->host, 1, bytes, 65, f->device.now_ns), BOOT0_XFER_ERROR);
    expect_clean(f);
}

static void test_out_waits(void **state)
{
    struct firmware *f = *state;
    uint8_t bytes[64] = {0};
    uint64_t start_ns;

    plug_ready(f);
    assert_int_equal(vboard_host_out(f->host, 1, bytes, 64, f->device.now_ns + MS), BOOT0_XFER_OK);
    start_ns = f->device.now_ns;
    f->slices = 0;
    assert_int_equal(vboard_host_out(f->host, 1, bytes, 64, start_ns + 50 * MS),
                     BOOT0_XFER_TIMEOUT);
    assert_true(f->device.now_ns == start_ns + 50 * MS);
    assert_in_range(f->slices, 2, 5);
    expect_clean(f);
}

static void test_stalled_endpoint(void **state)
{
    struct firmware *f = *state;
    const struct boot0_setup clear = {0x02, 1, 0, 0x81, 0};
    uint8_t data[64];
    size_t actual;

    plug_ready(f);
    vboard_host_out(f->host, 1, data, 5, f->device.now_ns + MS);
    assert_int_equal(vboard_host_in(f->host, 1, data, &actual, f->device.now_ns + MS),
                     BOOT0_XFER_OK);
    otg_or(&f->device, DIEPCTL(1), STALL);
    assert_int_equal(vboard_host_in(f->host, 1, data, &actual, f->device.now_ns + MS),
                     BOOT0_XFER_STALL);
    otg_set(&f->device, DIEPCTL(1), (otg_get(&f->device, DIEPCTL(1)) & ~STALL) | SD0PID);
    assert_int_equal(
        vboard_host_control(f->host, &clear, data, &actual, f->device.now_ns + 100 * MS),
        BOOT0_XFER_OK);
    vboard_host_out(f->host, 1, data, 5, f->device.now_ns + MS);
    assert_int_equal(vboard_host_in(f->host, 1, data, &actual, f->device.now_ns + MS),
                     BOOT0_XFER_OK);
    expect_clean(f);
}

static void test_wrong_toggle_of_the_device(void **state)
{
    struct firmware *f = *state;
    uint8_t data[64] = {0};
    size_t actual;

    f->wrong_toggle = true;
    plug_ready(f);
    vboard_host_out(f->host, 1, data, 5, f->device.now_ns + MS);
    assert_int_equal(vboard_host_in(f->host, 1, data, &actual, f->device.now_ns + MS),
                     BOOT0_XFER_TIMEOUT);
    assert_int_equal(f->host_violations, 1);
    assert_non_null(strstr(f->host_text, "DATA1 where DATA0"));
}

/* ---- the bus ---- */

static void test_bus_reset(void **state)
{
    struct firmware *f = *state;

    plug_ready(f);
    assert_true(vboard_host_bus_reset(f->host));
    assert_int_equal(vboard_host_connection(f->host), 1);
    assert_int_equal(f->configured, 2);
    /* The descriptors now describe another program. */
    f->device_descriptor[10]++;
    assert_false(vboard_host_bus_reset(f->host));
    assert_int_equal(vboard_host_state(f->host), VBOARD_HOST_READY);
    assert_int_equal(vboard_host_connection(f->host), 2);
    expect_clean(f);
}

static void test_suspend(void **state)
{
    struct firmware *f = *state;
    uint8_t bytes[8];
    uint64_t start_ns;
    size_t actual;

    plug_ready(f);
    vboard_host_suspend(f->host);
    assert_int_equal(vboard_host_state(f->host), VBOARD_HOST_SUSPENDED);
    vboard_host_idle(f->host, f->device.now_ns + 10 * MS);
    assert_int_equal(f->suspends, 2);
    start_ns = f->device.now_ns;
    assert_int_equal(request(f, 0xC0, REQUEST_SEND, 8, 8, bytes, &actual), BOOT0_XFER_OK);
    assert_true(f->device.now_ns >= start_ns + 20 * MS);
    vboard_host_suspend(f->host);
    vboard_host_idle(f->host, f->device.now_ns + 10 * MS);
    otg_or(&f->device, DCTL, BIT(0));
    vboard_host_idle(f->host, f->device.now_ns + 100 * MS);
    assert_int_equal(vboard_host_state(f->host), VBOARD_HOST_READY);
    assert_non_null(strstr(f->events, "remote wake-up;resumed;"));
    expect_clean(f);
}

static void test_frames_only_if_wanted(void **state)
{
    struct firmware *f = *state;

    plug_ready(f);
    f->slices = 0;
    vboard_host_idle(f->host, f->device.now_ns + 1000 * MS);
    assert_int_equal(f->slices, 1);
    assert_int_equal(f->sofs, 0);
    otg_or(&f->device, GINTMSK, BIT(3));
    vboard_host_idle(f->host, f->device.now_ns + 100 * MS);
    assert_in_range(f->sofs, 99, 101);
}

static void test_power_gone(void **state)
{
    struct firmware *f = *state;

    plug_ready(f);
    vboard_otg_vbus(f->device.otg, false, true);
    f->dead = true;
    vboard_host_idle(f->host, f->device.now_ns + MS);
    assert_int_equal(vboard_host_state(f->host), VBOARD_HOST_DETACHED);
}

static void test_frozen_machine(void **state)
{
    struct firmware *f = *state;
    uint8_t bytes[8];
    size_t actual;
    uint64_t now_ns;

    f->frozen = true;
    assert_true(vboard_host_idle(f->host, MS) == 0);
    f->frozen = false;
    plug_ready(f);
    now_ns = f->device.now_ns;
    f->frozen = true;
    assert_int_equal(request(f, 0xC0, REQUEST_SEND, 8, 8, bytes, &actual), BOOT0_XFER_GONE);
    assert_int_equal(vboard_host_in(f->host, 1, bytes, &actual, now_ns + MS), BOOT0_XFER_GONE);
    assert_true(vboard_host_idle(f->host, now_ns + MS) == now_ns);
    assert_false(vboard_host_bus_reset(f->host));
}

/* With both cores. */
#define TEST(name)                                                                                 \
    {#name, name, setup, teardown, NULL},                                                          \
    {                                                                                              \
#name ", newer core", name, setup_newer, teardown, NULL                                    \
    }

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_enumeration),
        TEST(test_enumeration_is_not_past_the_time),
        TEST(test_small_packets),
        TEST(test_strings_may_be_missing),
        TEST(test_bad_descriptors),
        TEST(test_short_configuration),
        TEST(test_deaf_device),
        TEST(test_unplugged_while_enumerated),
        TEST(test_control_in),
        TEST(test_control_out),
        TEST(test_control_costs_few_slices),
        TEST(test_control_refused),
        TEST(test_control_times_out),
        TEST(test_patience_has_an_end),
        TEST(test_babble),
        TEST(test_leaving_in_a_transfer),
        TEST(test_echo),
        TEST(test_out_waits),
        TEST(test_stalled_endpoint),
        TEST(test_wrong_toggle_of_the_device),
        TEST(test_bus_reset),
        TEST(test_suspend),
        TEST(test_frames_only_if_wanted),
        TEST(test_power_gone),
        TEST(test_frozen_machine),
    };

    return cmocka_run_group_tests_name("machine_host", tests, NULL, NULL);
}
