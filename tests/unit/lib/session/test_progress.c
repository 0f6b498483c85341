/* SPDX-License-Identifier: MIT */
/*
 * An observer's view: times count from the start of the phase whatever the clock's value, and no
 * more calls come once it has requested a stop.
 */
#include <boot0/boot0.h>
#include <boot0/virtual.h>
#include <core/array.h>
#include <vboard/vboard.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
    BASE = 0x08000000,
    IMAGE_SIZE = 60000,
    CALLS_MAX = 100000,
};

#define UPTIME_US UINT64_C(1746000000) /* a machine that has run for 29 minutes and 6 seconds */

static struct boot0_error error;

/* ---- a bus whose clock began long ago ---- */

struct shifted_bus {
    struct boot0_bus inner;
};

struct shifted {
    struct boot0_transport inner;
};

static enum boot0_xfer control(void *context, const struct boot0_setup *setup, uint8_t *data,
                               size_t *actual, uint32_t timeout_ms)
{
    struct shifted *s = context;

    return s->inner.ops->control(s->inner.context, setup, data, actual, timeout_ms);
}

static enum boot0_status select_alternate(void *context, uint8_t interface, uint8_t alternate,
                                          struct boot0_error *failure)
{
    struct shifted *s = context;

    return s->inner.ops->select(s->inner.context, interface, alternate, failure);
}

static enum boot0_xfer reset(void *context)
{
    struct shifted *s = context;

    return s->inner.ops->reset(s->inner.context);
}

static void wait_us(void *context, uint32_t microseconds)
{
    struct shifted *s = context;

    s->inner.ops->wait(s->inner.context, microseconds);
}

static uint64_t board_now_us(void *context)
{
    struct shifted *s = context;

    return UPTIME_US + s->inner.ops->now_us(s->inner.context);
}

static void close_transport(void *context)
{
    struct shifted *s = context;

    s->inner.ops->close(s->inner.context);
    free(s);
}

static const struct boot0_transport_ops transport_ops = {
    control, select_alternate, reset, wait_us, board_now_us, close_transport,
};

static enum boot0_status scan(void *context, struct boot0_candidate *list, size_t capacity,
                              size_t *count, struct boot0_error *failure)
{
    struct shifted_bus *bus = context;

    return bus->inner.ops->scan(bus->inner.context, list, capacity, count, failure);
}

static void wait_change(void *context, uint32_t timeout_ms)
{
    struct shifted_bus *bus = context;

    bus->inner.ops->wait_change(bus->inner.context, timeout_ms);
}

static uint64_t bus_now_us(void *context)
{
    struct shifted_bus *bus = context;

    return UPTIME_US + bus->inner.ops->now_us(bus->inner.context);
}

static enum boot0_status open_board(void *context, const struct boot0_candidate *candidate,
                                    struct boot0_transport *transport, struct boot0_error *failure)
{
    struct shifted_bus *bus = context;
    struct shifted *shifted = calloc(1, sizeof *shifted);
    enum boot0_status status =
        bus->inner.ops->open(bus->inner.context, candidate, &shifted->inner, failure);

    if (status != BOOT0_OK)
        free(shifted);
    *transport = (struct boot0_transport){.ops = status == BOOT0_OK ? &transport_ops : NULL,
                                          .context = shifted};
    return status;
}

static const struct boot0_bus_ops bus_ops = {
    .scan = scan, .wait_change = wait_change, .now_us = bus_now_us, .open = open_board};

/* ---- an observer that records its calls ---- */

struct witness {
    unsigned calls;
    unsigned stop_at; /* the call that returns false; 0: none */
    bool stopped;
    unsigned calls_after_stop;
    uint64_t longest_us[BOOT0_PHASE_COUNT];
    struct boot0_progress last;
    struct boot0_progress erase; /* the last of that phase */
    uint64_t first_left_us[BOOT0_PHASE_COUNT];
    bool seen[BOOT0_PHASE_COUNT];
};

static bool on_progress(void *context, const struct boot0_progress *progress)
{
    struct witness *w = context;

    w->calls++;
    assert_true(w->calls < CALLS_MAX);
    assert_true(progress->phase < BOOT0_PHASE_COUNT);
    w->calls_after_stop += w->stopped;
    if (progress->elapsed_us > w->longest_us[progress->phase])
        w->longest_us[progress->phase] = progress->elapsed_us;
    if (!w->seen[progress->phase])
        w->first_left_us[progress->phase] = progress->left_us;
    w->seen[progress->phase] = true;
    if (progress->phase == BOOT0_PHASE_ERASE)
        w->erase = *progress;
    w->last = *progress;
    w->stopped = w->stopped || w->calls == w->stop_at;
    return w->calls != w->stop_at;
}

/* ---- operations ---- */

static struct boot0_image *program(void)
{
    static const uint8_t vectors[] = {0x00, 0x20, 0x00, 0x20, 0x09, 0x01, 0x00, 0x08};
    static const uint8_t loop[] = {0xfe, 0xe7}; /* b . */
    static uint8_t data[IMAGE_SIZE];
    struct boot0_image *image = boot0_image_new();

    for (size_t i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)(i * 31 + i / 256) & 0x7f;
    memcpy(data, vectors, sizeof vectors);
    memcpy(data + 0x108, loop, sizeof loop);
    assert_int_equal(boot0_image_add(image, 0, BASE, data, sizeof data, &error), BOOT0_OK);
    image->has_addresses = true;
    return image;
}

static enum boot0_status do_read(struct boot0_session *session)
{
    static uint8_t data[20000];

    return boot0_session_read(session, BASE, data, sizeof data, &error);
}

static enum boot0_status do_upload(struct boot0_session *session)
{
    uint8_t *data;
    size_t size;
    enum boot0_status status = boot0_session_upload(session, &data, &size, 20000, &error);

    free(data);
    return status;
}

static enum boot0_status do_write(struct boot0_session *session)
{
    static const uint8_t data[8192] = {0};

    return boot0_session_write(session, BASE + 0x20000, data, sizeof data, &error);
}

static enum boot0_status do_erase(struct boot0_session *session)
{
    return boot0_session_erase(session, BASE, 40000, &error);
}

static enum boot0_status do_mass_erase(struct boot0_session *session)
{
    return boot0_session_mass_erase(session, &error);
}

static enum boot0_status do_unprotect(struct boot0_session *session)
{
    return boot0_session_unprotect(session, &error);
}

static enum boot0_status do_run(struct boot0_session *session)
{
    return boot0_session_run(session, BASE, &error);
}

static enum boot0_status do_flash(struct boot0_session *session)
{
    struct boot0_image *image = program();
    enum boot0_status status = boot0_session_flash(session, image, NULL, &error);

    boot0_image_free(image);
    return status;
}

static enum boot0_status do_verify(struct boot0_session *session)
{
    struct boot0_image *image = program();
    enum boot0_status status = boot0_session_verify(session, image, NULL, &error);

    boot0_image_free(image);
    return status == BOOT0_E_MISMATCH ? BOOT0_OK : status;
}

static enum boot0_status do_plan(struct boot0_session *session)
{
    struct boot0_image *image = program();
    struct boot0_plan *plan = NULL;
    enum boot0_status status = boot0_session_plan(session, image, NULL, 0, &plan, &error);

    boot0_plan_free(plan);
    boot0_image_free(image);
    return status;
}

static enum boot0_status do_plain_flash(struct boot0_session *session)
{
    static const uint8_t data[10000] = {0x00, 0x20, 0x00, 0x20, 0x09, 0x21, 0x00, 0x08};
    const struct boot0_flash_options options = {.force = true};
    struct boot0_image *image = boot0_image_new();
    enum boot0_status status;

    assert_int_equal(boot0_image_add(image, 0, 0, data, sizeof data, &error), BOOT0_OK);
    status = boot0_session_flash(session, image, &options, &error);
    boot0_image_free(image);
    return status;
}

static enum boot0_status do_protect(struct boot0_session *session)
{
    static const uint8_t sectors[] = {0};

    return boot0_session_protect(session, BOOT0_PROTECT_SECTORS, sectors, 1, &error);
}

static const struct operation {
    const char *name;
    const char *board;
    const char *alternate;
    bool uart;
    uint32_t supply_mv;
    enum boot0_status (*work)(struct boot0_session *session);
} operations[] = {
    {"read", "f407:fill=0", NULL, false, 0, do_read},
    {"write", "f407", NULL, false, 0, do_write},
    {"write at 3.3 V", "f407", NULL, false, 3300, do_write},
    {"erase", "f407:fill=0", NULL, false, 0, do_erase},
    {"mass erase", "f407:fill=0", NULL, false, 0, do_mass_erase},
    {"mass erase at 3.3 V", "f407:fill=0", NULL, false, 3300, do_mass_erase},
    {"unprotect", "f407:rdp=1", NULL, false, 0, do_unprotect},
    {"flash", "f407:fill=0", NULL, false, 0, do_flash},
    {"flash at 3.3 V", "f407:fill=0", NULL, false, 3300, do_flash},
    {"verify", "f407:fill=0", NULL, false, 0, do_verify},
    {"plan", "f407:fill=0", NULL, false, 0, do_plan},
    {"run", "f407:fill=0", NULL, false, 0, do_run},
    {"upload", "bluepill", "2", false, 0, do_upload},
    {"plain flash", "bluepill", "2", false, 0, do_plain_flash},
    {"read by UART", "f407:fill=0", NULL, true, 0, do_read},
    {"mass erase by UART", "f407:fill=0", NULL, true, 0, do_mass_erase},
    {"flash by UART", "f407:fill=0", NULL, true, 0, do_flash},
    {"protect by UART", "f407", NULL, true, 0, do_protect},
};

enum {
    OPERATION_COUNT = B0_LENGTH(operations),
};

static void open_bus(const struct operation *operation, struct boot0_bus *bus)
{
    const struct boot0_uart_options options = {.port = "virtual"};
    struct boot0_stream stream;

    if (!operation->uart) {
        assert_int_equal(boot0_virtual_open(bus, &operation->board, 1, &error), BOOT0_OK);
        return;
    }
    assert_int_equal(boot0_virtual_uart_open(&stream, operation->board, &error), BOOT0_OK);
    assert_int_equal(boot0_uart_open(bus, &stream, &options, &error), BOOT0_OK);
}

/* One operation on a fresh board; `shifts`: with the clock that began long ago. */
static enum boot0_status operate(const struct operation *operation, bool shifts, struct witness *w)
{
    const struct boot0_session_options options = {.supply_mv = operation->supply_mv,
                                                  .alternate = operation->alternate};
    const struct boot0_observer observer = {.progress = on_progress, .context = w};
    struct boot0_session *session = NULL;
    struct shifted_bus shifted = {.inner = {.ops = NULL}};
    struct boot0_bus bus;
    enum boot0_status status;

    open_bus(operation, &shifted.inner);
    bus = shifts ? (struct boot0_bus){.ops = &bus_ops, .context = &shifted} : shifted.inner;
    status = boot0_session_open(&session, &bus, NULL, &options, &observer, &error);
    if (status == BOOT0_OK)
        status = operation->work(session);
    boot0_session_close(session);
    boot0_bus_close(&shifted.inner);
    return status;
}

/* ---- tests ---- */

static void test_elapsed_counts_from_the_phase(void **state)
{
    (void)state;
    for (size_t i = 0; i < OPERATION_COUNT; i++) {
        struct witness w = {0};

        if (operate(&operations[i], !operations[i].uart, &w) != BOOT0_OK)
            fail_msg("%s: %s", operations[i].name, error.message);
        assert_true(w.calls > 0);
        for (int phase = 0; phase < BOOT0_PHASE_COUNT; phase++)
            if (w.longest_us[phase] >= UPTIME_US)
                fail_msg("%s: phase %d lasts since the clock began", operations[i].name, phase);
        assert_true(w.longest_us[BOOT0_PHASE_WAIT] == 0); /* the board was there */
    }
}

static void test_silence_after_a_stop(void **state)
{
    (void)state;
    for (size_t i = 0; i < OPERATION_COUNT; i++) {
        struct witness whole = {0};
        unsigned step;

        assert_int_equal(operate(&operations[i], false, &whole), BOOT0_OK);
        step = whole.calls / 50 + 1;
        for (unsigned at = 1; at <= whole.calls; at += step) {
            struct witness w = {.stop_at = at};
            enum boot0_status status = operate(&operations[i], false, &w);

            /* A stop at the very end may come after the operation is complete. */
            if (status != BOOT0_E_CANCELLED && status != BOOT0_OK)
                fail_msg("%s, stopped at %u: %s", operations[i].name, at, error.message);
            if (status == BOOT0_OK && at + 2 < whole.calls)
                fail_msg("%s, stopped at %u of %u: goes on", operations[i].name, at, whole.calls);
            if (w.calls_after_stop > 0)
                fail_msg("%s, stopped at %u: told %u times more", operations[i].name, at,
                         w.calls_after_stop);
        }
    }
}

/* A stopped session is usable again, and is observed again. */
static void test_goes_on_after_a_stop(void **state)
{
    struct witness w = {.stop_at = 5};
    const struct boot0_observer observer = {.progress = on_progress, .context = &w};
    struct boot0_session *session;
    struct boot0_bus bus;

    (void)state;
    open_bus(&operations[0], &bus);
    assert_int_equal(boot0_session_open(&session, &bus, NULL, NULL, &observer, &error), BOOT0_OK);
    assert_int_equal(do_read(session), BOOT0_E_CANCELLED);
    assert_int_equal(w.calls, 5);
    assert_int_equal(do_read(session), BOOT0_OK);
    assert_true(w.calls > 10);
    assert_int_equal(w.last.done, 20000);
    boot0_session_close(session);
    boot0_bus_close(&bus);
}

/* Datasheets: DS8626 (F407) 16 s by bytes and 8 s by words; DS5319, DS9773: milliseconds. */
static void test_mass_erase_is_expected(void **state)
{
    static const struct {
        struct operation operation;
        uint64_t from_us, to_us;
    } rows[] = {
        {{"F407", "f407:fill=0", NULL, false, 0, do_mass_erase}, 15000000, 18000000},
        {{"F407, 3.3 V", "f407:fill=0", NULL, false, 3300, do_mass_erase}, 15000000, 18000000},
        {{"H743, two banks", "h743:fill=0", NULL, false, 0, do_mass_erase}, 15000000, 17000000},
        {{"F072", "f072:fill=0", NULL, false, 0, do_mass_erase}, 20000, 40000},
        {{"UART", "f407:fill=0", NULL, true, 0, do_mass_erase}, 15000000, 18000000},
    };

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(rows); i++) {
        struct witness w = {0};

        if (operate(&rows[i].operation, false, &w) != BOOT0_OK)
            fail_msg("%s: %s", rows[i].operation.name, error.message);
        assert_int_equal(w.erase.phase, BOOT0_PHASE_ERASE);
        if (w.erase.expected_us < rows[i].from_us || w.erase.expected_us > rows[i].to_us)
            fail_msg("%s: %llu us are expected", rows[i].operation.name,
                     (unsigned long long)w.erase.expected_us);
    }
}

static void check_left(const char *name, const struct witness *w, int phase)
{
    uint64_t left_us = w->first_left_us[phase], took_us = 0;

    for (int i = phase; i < BOOT0_PHASE_COUNT; i++)
        took_us += w->longest_us[i];
    if (left_us < took_us * 3 / 4 || left_us > took_us * 5 / 4)
        fail_msg("%s: in phase %d %llu us are left by the estimate, and %llu by the clock", name,
                 phase, (unsigned long long)left_us, (unsigned long long)took_us);
}

/* At the beginning of each phase, before anything of it is measured. */
static void test_time_left_of_all_phases(void **state)
{
    static const struct operation rows[] = {
        {"flash", "f407:fill=0", NULL, false, 0, do_flash},
        {"flash at 3.3 V", "f407:fill=0", NULL, false, 3300, do_flash},
        {"flash by UART", "f407:fill=0", NULL, true, 0, do_flash},
    };

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(rows); i++) {
        struct witness w = {0};

        if (operate(&rows[i], false, &w) != BOOT0_OK)
            fail_msg("%s: %s", rows[i].name, error.message);
        check_left(rows[i].name, &w, BOOT0_PHASE_ERASE);
        check_left(rows[i].name, &w, BOOT0_PHASE_WRITE);
        assert_int_equal(w.last.left_us, 0);
    }
}

/* ---- plans ---- */

struct planned {
    unsigned calls;
    size_t differing[2];
    uint64_t write_bytes[2];
};

static void on_plan(void *context, const struct boot0_plan *plan)
{
    struct planned *planned = context;

    assert_true(planned->calls < B0_LENGTH(planned->differing));
    for (size_t i = 0; i < plan->sector_count; i++)
        planned->differing[planned->calls] += plan->sectors[i].differs;
    planned->write_bytes[planned->calls] = plan->write_bytes;
    planned->calls++;
}

/* An observer that draws the sectors learns their operations beforehand. */
static void test_tells_the_plan(void **state)
{
    static const char *const board = "f407:fill=0";
    struct planned planned = {0};
    const struct boot0_observer observer = {.plan = on_plan, .context = &planned};
    const struct boot0_flash_options options = {.no_run = true};
    struct boot0_image *image = program();
    struct boot0_session *session;
    struct boot0_bus bus;

    (void)state;
    assert_int_equal(boot0_virtual_open(&bus, &board, 1, &error), BOOT0_OK);
    assert_int_equal(boot0_session_open(&session, &bus, NULL, NULL, &observer, &error), BOOT0_OK);
    for (unsigned i = 0; i < 2; i++)
        assert_int_equal(boot0_session_flash(session, image, &options, &error), BOOT0_OK);
    assert_int_equal(planned.calls, 2);
    assert_int_equal(planned.differing[0], 4); /* 60,000 bytes in sectors of 16 KiB */
    assert_true(planned.write_bytes[0] >= IMAGE_SIZE);
    assert_int_equal(planned.differing[1], 0);
    assert_int_equal(planned.write_bytes[1], 0);
    boot0_session_close(session);
    boot0_bus_close(&bus);
    boot0_image_free(image);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_elapsed_counts_from_the_phase),
        cmocka_unit_test(test_silence_after_a_stop),
        cmocka_unit_test(test_goes_on_after_a_stop),
        cmocka_unit_test(test_mass_erase_is_expected),
        cmocka_unit_test(test_time_left_of_all_phases),
        cmocka_unit_test(test_tells_the_plan),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
