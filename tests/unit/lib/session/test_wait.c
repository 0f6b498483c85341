/* SPDX-License-Identifier: MIT */
/* Waiting for a board that appears late, and whose node opens to users later still. */
#include <boot0/boot0.h>
#include <boot0/virtual.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum {
    APPEARS_MS = 3000,
    NEVER_MS = 1000000,
};

/* A bus with one virtual board, the time at which it appears, and the time from which it opens. */
struct late {
    struct boot0_bus real;
    uint64_t start_us;
    uint64_t appears_ms, opens_ms;
};

static uint64_t now_us(void *context)
{
    struct late *late = context;

    return late->real.ops->now_us(late->real.context);
}

static uint64_t elapsed_ms(struct late *late)
{
    return (now_us(late) - late->start_us) / 1000;
}

static enum boot0_status scan(void *context, struct boot0_candidate *list, size_t capacity,
                              size_t *count, struct boot0_error *error)
{
    struct late *late = context;

    *count = 0;
    if (elapsed_ms(late) < late->appears_ms)
        return BOOT0_OK;
    return late->real.ops->scan(late->real.context, list, capacity, count, error);
}

static void wait_change(void *context, uint32_t timeout_ms)
{
    struct late *late = context;

    late->real.ops->wait_change(late->real.context, timeout_ms);
}

static enum boot0_status open_late(void *context, const struct boot0_candidate *candidate,
                                   struct boot0_transport *transport, struct boot0_error *error)
{
    struct late *late = context;

    if (elapsed_ms(late) < late->opens_ms) {
        *error = (struct boot0_error){.code = BOOT0_E_PERMISSION};
        return BOOT0_E_PERMISSION;
    }
    return late->real.ops->open(late->real.context, candidate, transport, error);
}

/* Opens a session with the board, which may take 10 seconds to come. */
static enum boot0_status open_session(struct late *late)
{
    static const struct boot0_bus_ops ops = {
        .scan = scan, .wait_change = wait_change, .now_us = now_us, .open = open_late};
    const char *board = "f407";
    const struct boot0_bus bus = {.ops = &ops, .context = late};
    const struct boot0_selection selection = {.wait_ms = 10000};
    struct boot0_session *session = NULL;
    struct boot0_error error = {.code = BOOT0_OK};
    enum boot0_status status;

    assert_int_equal(boot0_virtual_open(&late->real, &board, 1, &error), BOOT0_OK);
    late->start_us = now_us(late);
    status = boot0_session_open(&session, &bus, &selection, NULL, NULL, &error);
    boot0_session_close(session);
    return status;
}

static void test_opened_later(void **state)
{
    struct late late = {.appears_ms = APPEARS_MS, .opens_ms = APPEARS_MS + 500};

    (void)state;
    assert_int_equal(open_session(&late), BOOT0_OK);
    boot0_bus_close(&late.real);
}

/* The rights never come: it fails a second after the board appeared, not at the end of the wait. */
static void test_never_opened(void **state)
{
    struct late late = {.appears_ms = APPEARS_MS, .opens_ms = NEVER_MS};

    (void)state;
    assert_int_equal(open_session(&late), BOOT0_E_PERMISSION);
    assert_in_range(elapsed_ms(&late), APPEARS_MS + 1000, APPEARS_MS + 3000);
    boot0_bus_close(&late.real);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_opened_later),
        cmocka_unit_test(test_never_opened),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
