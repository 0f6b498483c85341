/* SPDX-License-Identifier: MIT */
/*
 * The host engine against scripted conversations: each test reads like a bus trace. The script
 * tells what the engine must send next and what the board answers.
 */
#include <core/bytes.h>
#include <core/engine.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum kind {
    SEND,   /* DNLOAD: wValue, wLength and the first bytes */
    RECV,   /* UPLOAD: wValue and wLength */
    ASK,    /* GETSTATUS, answered by status, state, poll timeout */
    PLAIN,  /* CLRSTATUS, ABORT, DETACH */
    WAITED, /* a wait of `value` milliseconds */
};

struct line {
    enum kind kind;
    uint8_t request;
    uint32_t value;
    uint32_t length;
    const char *bytes; /* SEND: the first bytes of the data; NULL: any */
    enum boot0_xfer result;
    uint8_t status, state;
    uint32_t poll_ms;
    uint32_t actual; /* RECV */
};

#define DNLOAD(block, size, data)                                                                  \
    {                                                                                              \
        SEND, BOOT0_DFU_DNLOAD, block, size, data, BOOT0_XFER_OK, 0, 0, 0, 0                       \
    }
#define DNLOAD_FAILS(block, size, how)                                                             \
    {                                                                                              \
        SEND, BOOT0_DFU_DNLOAD, block, size, NULL, how, 0, 0, 0, 0                                 \
    }
#define UPLOAD(block, size, got)                                                                   \
    {                                                                                              \
        RECV, BOOT0_DFU_UPLOAD, block, size, NULL, BOOT0_XFER_OK, 0, 0, 0, got                     \
    }
#define UPLOAD_FAILS(block, size, how)                                                             \
    {                                                                                              \
        RECV, BOOT0_DFU_UPLOAD, block, size, NULL, how, 0, 0, 0, 0                                 \
    }
#define STATUS(status, state, poll)                                                                \
    {                                                                                              \
        ASK, BOOT0_DFU_GETSTATUS, 0, 6, NULL, BOOT0_XFER_OK, status, BOOT0_DFU_STATE_##state,      \
            poll, 0                                                                                \
    }
#define STATUS_RAW(status, state)                                                                  \
    {                                                                                              \
        ASK, BOOT0_DFU_GETSTATUS, 0, 6, NULL, BOOT0_XFER_OK, status, state, 0, 0                   \
    }
#define STATUS_FAILS(how)                                                                          \
    {                                                                                              \
        ASK, BOOT0_DFU_GETSTATUS, 0, 6, NULL, how, 0, 0, 0, 0                                      \
    }
#define REQUEST(name, value)                                                                       \
    {                                                                                              \
        PLAIN, BOOT0_DFU_##name, value, 0, NULL, BOOT0_XFER_OK, 0, 0, 0, 0                         \
    }
#define REQUEST_FAILS(name, how)                                                                   \
    {                                                                                              \
        PLAIN, BOOT0_DFU_##name, 0, 0, NULL, how, 0, 0, 0, 0                                       \
    }
#define WAIT(ms)                                                                                   \
    {                                                                                              \
        WAITED, 0, ms, 0, NULL, BOOT0_XFER_OK, 0, 0, 0, 0                                          \
    }
#define SET_ADDRESS(bytes) DNLOAD(0, 5, "\x21" bytes)
#define BUSY(poll)         STATUS(0, DNBUSY, poll)
#define READY              STATUS(0, DNLOAD_IDLE, 0)
#define SCRIPT(...)                                                                                \
    (const struct line[]){__VA_ARGS__},                                                            \
        sizeof((const struct line[]){__VA_ARGS__}) / sizeof(struct line)

static uint64_t now_us;

static void check_setup(const struct b0_engine_step *step, const struct line *line)
{
    assert_int_equal(step->kind, B0_STEP_CONTROL);
    assert_int_equal(step->setup.bRequest, line->request);
    assert_int_equal(step->setup.wValue, line->kind == ASK ? 0 : line->value);
    assert_int_equal(step->setup.wLength, line->length);
    assert_int_equal(step->setup.bmRequestType,
                     line->kind == RECV || line->kind == ASK ? 0xa1 : 0x21);
    assert_true(step->timeout_ms > 0);
}

static size_t answer(const struct b0_engine_step *step, const struct line *line)
{
    struct b0_dfu_status status = {line->status, line->poll_ms, line->state, 0};

    if (line->result != BOOT0_XFER_OK)
        return 0;
    if (line->kind == SEND) {
        if (line->bytes)
            assert_memory_equal(step->data, line->bytes, line->length < 5 ? line->length : 5);
        return line->length;
    }
    if (line->kind == ASK) {
        b0_dfu_status_store(&status, step->data);
        return 6;
    }
    if (line->kind == RECV) {
        for (uint32_t i = 0; i < line->actual; i++)
            step->data[i] = (uint8_t)(line->value + i);
        return line->actual;
    }
    return 0;
}

/* Plays the script; the engine must end as `end` right after its last line. */
static void play(struct b0_engine *engine, enum b0_engine_step_kind end, const struct line *script,
                 size_t count)
{
    struct b0_engine_step step;

    for (size_t i = 0; i < count; i++) {
        enum b0_engine_step_kind kind = b0_engine_next(engine, now_us, &step);

        if (script[i].kind == WAITED) {
            assert_int_equal(kind, B0_STEP_WAIT);
            assert_int_equal(step.wait_us, script[i].value * 1000);
            now_us += step.wait_us;
            b0_engine_feed(engine, BOOT0_XFER_OK, 0, now_us);
            continue;
        }
        check_setup(&step, &script[i]);
        b0_engine_feed(engine, script[i].result, answer(&step, &script[i]), now_us);
    }
    assert_int_equal(b0_engine_next(engine, now_us, &step), end);
}

static struct b0_engine make(bool dfuse, struct b0_engine_quirks quirks)
{
    struct b0_engine_config config = {
        .interface = 0, .transfer_size = 2048, .dfuse = dfuse, .quirks = quirks};
    struct b0_engine engine;

    b0_engine_init(&engine, &config);
    return engine;
}

static struct b0_engine make_idle(struct b0_engine_quirks quirks)
{
    struct b0_engine engine = make(true, quirks);

    b0_engine_idle(&engine);
    play(&engine, B0_STEP_DONE, SCRIPT(STATUS(0, IDLE, 0)));
    return engine;
}

static const struct b0_engine_quirks early = {.poll_early = true};
static const struct b0_engine_quirks none;

/* ---- reaching dfuIDLE ---- */

static void test_idle_from_error(void **state)
{
    struct b0_engine engine = make(true, none);

    (void)state;
    b0_engine_idle(&engine);
    play(&engine, B0_STEP_DONE,
         SCRIPT(STATUS(10, ERROR, 0), REQUEST(CLRSTATUS, 0), STATUS(0, IDLE, 0)));
}

static void test_idle_needs_clrstatus_twice(void **state)
{
    struct b0_engine engine = make(true, none);

    (void)state;
    b0_engine_idle(&engine);
    play(&engine, B0_STEP_DONE,
         SCRIPT(STATUS(10, ERROR, 0), REQUEST(CLRSTATUS, 0), STATUS(10, ERROR, 0),
                REQUEST(CLRSTATUS, 0), STATUS(0, IDLE, 0)));
}

static void test_idle_from_halves_of_transfers(void **state)
{
    struct b0_engine engine = make(true, none);

    (void)state;
    b0_engine_idle(&engine);
    play(&engine, B0_STEP_DONE,
         SCRIPT(STATUS(0, DNLOAD_IDLE, 0), REQUEST(ABORT, 0), STATUS(0, IDLE, 0)));
    b0_engine_idle(&engine);
    play(&engine, B0_STEP_DONE,
         SCRIPT(STATUS(0, UPLOAD_IDLE, 0), REQUEST(ABORT, 0), STATUS(0, IDLE, 0)));
}

static void test_idle_from_busy_waits(void **state)
{
    struct b0_engine engine = make(true, none);

    (void)state;
    b0_engine_idle(&engine);
    play(&engine, B0_STEP_DONE,
         SCRIPT(BUSY(500), WAIT(500), READY, REQUEST(ABORT, 0), STATUS(0, IDLE, 0)));
}

/* A mass erase that another program, or the same user a moment ago, has begun. */
static void test_idle_from_busy_waits_for_long_work(void **state)
{
    struct b0_engine engine = make(true, none);
    struct b0_dfu_status status = {0, 100, BOOT0_DFU_STATE_DNBUSY, 0};
    struct b0_engine_step step;
    uint64_t end_us = now_us + 32000000;
    enum b0_engine_step_kind kind;

    (void)state;
    b0_engine_idle(&engine);
    while ((kind = b0_engine_next(&engine, now_us, &step)) < B0_STEP_DONE) {
        if (now_us >= end_us)
            status.state = status.state == BOOT0_DFU_STATE_DNBUSY   ? BOOT0_DFU_STATE_DNLOAD_IDLE
                           : step.setup.bRequest == BOOT0_DFU_ABORT ? BOOT0_DFU_STATE_IDLE
                                                                    : status.state;
        if (step.kind == B0_STEP_WAIT)
            now_us += step.wait_us;
        else if (step.setup.bRequest == BOOT0_DFU_GETSTATUS)
            b0_dfu_status_store(&status, step.data);
        else
            assert_int_equal(step.setup.bRequest, BOOT0_DFU_ABORT);
        b0_engine_feed(&engine, BOOT0_XFER_OK, step.setup.wLength, now_us);
    }
    assert_int_equal(kind, B0_STEP_DONE);
}

static void test_idle_from_busy_for_ever_clears(void **state)
{
    struct b0_engine engine = make(true, (struct b0_engine_quirks){.busy_forever = true});

    (void)state;
    b0_engine_idle(&engine);
    play(&engine, B0_STEP_DONE,
         SCRIPT(BUSY(0xffffff), WAIT(2000), BUSY(9), WAIT(9), BUSY(9), WAIT(9), BUSY(0), WAIT(10),
                BUSY(9), REQUEST_FAILS(CLRSTATUS, BOOT0_XFER_STALL), BUSY(9), REQUEST(CLRSTATUS, 0),
                STATUS(0, IDLE, 0)));
}

/*
 * A board that is not known to hang like this: the same remedy, after more time than any work
 * needs.
 */
static void test_idle_from_unknown_hang_clears_late(void **state)
{
    struct b0_engine engine = make(true, none);
    struct b0_dfu_status status = {0, 0, BOOT0_DFU_STATE_DNBUSY, 0};
    struct b0_engine_step step;
    uint64_t start_us = now_us;
    int steps = 0;

    (void)state;
    b0_engine_idle(&engine);
    while (b0_engine_next(&engine, now_us, &step) < B0_STEP_DONE && ++steps < 2000) {
        if (step.kind == B0_STEP_WAIT)
            now_us += step.wait_us;
        else if (step.setup.bRequest == BOOT0_DFU_GETSTATUS)
            b0_dfu_status_store(&status, step.data);
        else if (step.setup.bRequest == BOOT0_DFU_CLRSTATUS)
            status.state = BOOT0_DFU_STATE_IDLE;
        b0_engine_feed(&engine, BOOT0_XFER_OK, step.setup.wLength, now_us);
    }
    assert_int_equal(step.kind, B0_STEP_DONE);
    assert_true(now_us - start_us > 32000000 && now_us - start_us < 40000000);
    assert_true(steps < 1000);
}

static void test_idle_takes_stalls_for_work(void **state)
{
    struct b0_engine engine = make(true, none);

    (void)state;
    b0_engine_idle(&engine);
    play(&engine, B0_STEP_DONE,
         SCRIPT(STATUS_FAILS(BOOT0_XFER_STALL), WAIT(40), STATUS_FAILS(BOOT0_XFER_STALL), WAIT(80),
                READY, REQUEST(ABORT, 0), STATUS(0, IDLE, 0)));
}

static void test_an_error_without_a_reason_is_a_state(void **state)
{
    struct b0_engine engine = make_idle(none);

    (void)state;
    b0_engine_erase(&engine, 0x08000000);
    play(&engine, B0_STEP_FAILED, SCRIPT(DNLOAD(0, 5, "\x41\0\0\0\x08"), STATUS(0, ERROR, 0)));
    assert_int_equal(engine.failure, B0_FAIL_STATE);
    assert_int_equal(engine.last.state, BOOT0_DFU_STATE_ERROR);
}

static void test_idle_gives_up(void **state)
{
    struct b0_engine engine = make(true, none);

    (void)state;
    b0_engine_idle(&engine);
    play(&engine, B0_STEP_FAILED, SCRIPT(STATUS(0, APP_IDLE, 0)));
    assert_int_equal(engine.failure, B0_FAIL_STATE);
    b0_engine_idle(&engine);
    play(&engine, B0_STEP_FAILED,
         SCRIPT(STATUS_FAILS(BOOT0_XFER_TIMEOUT), STATUS_FAILS(BOOT0_XFER_TIMEOUT),
                STATUS_FAILS(BOOT0_XFER_TIMEOUT), STATUS_FAILS(BOOT0_XFER_TIMEOUT)));
    assert_int_equal(engine.failure, B0_FAIL_TIMEOUT);
    b0_engine_idle(&engine);
    play(&engine, B0_STEP_FAILED, SCRIPT(STATUS_FAILS(BOOT0_XFER_GONE)));
    assert_int_equal(engine.failure, B0_FAIL_GONE);
}

/* ---- writing ---- */

static uint8_t data[8192];

static void test_write_takes_three_transfers_a_block(void **state)
{
    struct b0_engine engine = make_idle(early);

    (void)state;
    b0_engine_write(&engine, 0x08000000, data, 5000);
    play(&engine, B0_STEP_DONE,
         SCRIPT(SET_ADDRESS("\0\0\0\x08"), BUSY(104), READY, /* polled at once: works */
                DNLOAD(2, 2048, NULL), BUSY(100), READY, DNLOAD(3, 2048, NULL), BUSY(100), READY,
                DNLOAD(4, 904, NULL), BUSY(100), READY));
    assert_int_equal(engine.done, 5000);
}

static void test_write_goes_on_by_block_numbers(void **state)
{
    struct b0_engine engine = make_idle(early);

    (void)state;
    b0_engine_write(&engine, 0x08000000, data, 2048);
    play(&engine, B0_STEP_DONE,
         SCRIPT(SET_ADDRESS("\0\0\0\x08"), BUSY(0), READY, DNLOAD(2, 2048, NULL), BUSY(0), READY));
    b0_engine_write(&engine, 0x08002000, data, 2048);
    play(&engine, B0_STEP_DONE, SCRIPT(DNLOAD(6, 2048, NULL), BUSY(0), READY));
    b0_engine_write(&engine, 0x08003100, data, 16); /* not a whole number of blocks away */
    play(&engine, B0_STEP_DONE,
         SCRIPT(SET_ADDRESS("\0\x31\0\x08"), BUSY(0), READY, DNLOAD(2, 16, NULL), BUSY(0), READY));
    b0_engine_write(&engine, 0x08000000, data, 16); /* before the pointer */
    play(&engine, B0_STEP_DONE,
         SCRIPT(SET_ADDRESS("\0\0\0\x08"), BUSY(0), READY, DNLOAD(2, 16, NULL), BUSY(0), READY));
}

static void test_write_without_block_jumps(void **state)
{
    struct b0_engine engine = make_idle((struct b0_engine_quirks){.no_block_jump = true});

    (void)state;
    b0_engine_write(&engine, 0x08000000, data, 4096);
    play(&engine, B0_STEP_DONE,
         SCRIPT(SET_ADDRESS("\0\0\0\x08"), READY, DNLOAD(2, 2048, NULL), READY,
                DNLOAD(3, 2048, NULL), READY));
    b0_engine_write(&engine, 0x08002000, data, 2048);
    play(&engine, B0_STEP_DONE,
         SCRIPT(SET_ADDRESS("\0\x20\0\x08"), READY, DNLOAD(2, 2048, NULL), READY));
}

static void test_write_past_block_65535_sets_the_address_again(void **state)
{
    struct b0_engine engine = make_idle(early);
    uint32_t far = 0x08000000u + 65534u * 2048u;

    (void)state;
    b0_engine_write(&engine, 0x08000000, data, 16);
    play(&engine, B0_STEP_DONE,
         SCRIPT(SET_ADDRESS("\0\0\0\x08"), READY, DNLOAD(2, 16, NULL), READY));
    b0_engine_write(&engine, far - 2048, data, 4096);
    play(&engine, B0_STEP_DONE,
         SCRIPT(DNLOAD(0xffff, 2048, NULL), READY, SET_ADDRESS("\0\xf0\xff\x0f"), READY,
                DNLOAD(2, 2048, NULL), READY));
}

static void test_poll_timeouts_are_honoured_and_clamped(void **state)
{
    struct b0_engine engine = make_idle(none);

    (void)state;
    b0_engine_write(&engine, 0x08000000, data, 16);
    play(&engine, B0_STEP_DONE,
         SCRIPT(SET_ADDRESS("\0\0\0\x08"), BUSY(104), WAIT(104), READY, DNLOAD(2, 16, NULL),
                BUSY(0xffffff), WAIT(2000), READY));
    b0_engine_erase(&engine, 0x08004000);
    play(&engine, B0_STEP_DONE,
         SCRIPT(DNLOAD(0, 5, "\x41\0\x40\0\x08"), BUSY(0xffffff), WAIT(10000), READY));
    b0_engine_mass_erase(&engine);
    play(&engine, B0_STEP_DONE, SCRIPT(DNLOAD(0, 1, "\x41"), BUSY(0xffffff), WAIT(60000), READY));
}

static void test_stall_while_busy_means_busy(void **state)
{
    struct b0_engine engine = make_idle(none);

    (void)state;
    b0_engine_erase(&engine, 0x08000000);
    play(&engine, B0_STEP_DONE,
         SCRIPT(DNLOAD(0, 5, "\x41\0\0\0\x08"), BUSY(25), WAIT(25), STATUS_FAILS(BOOT0_XFER_STALL),
                WAIT(25), STATUS_FAILS(BOOT0_XFER_STALL), WAIT(25), READY));
}

static void test_busy_for_ever_ends_in_timeout(void **state)
{
    struct b0_engine engine = make_idle(none);
    struct b0_engine_step step;
    uint8_t busy[6] = {0, 0x10, 0x27, 0, BOOT0_DFU_STATE_DNBUSY, 0};
    int steps = 0;

    (void)state;
    b0_engine_erase(&engine, 0x08000000);
    while (b0_engine_next(&engine, now_us, &step) < B0_STEP_DONE && ++steps < 1000) {
        if (step.kind == B0_STEP_WAIT)
            now_us += step.wait_us;
        else if (step.setup.bRequest == BOOT0_DFU_GETSTATUS)
            memcpy(step.data, busy, 6);
        b0_engine_feed(&engine, BOOT0_XFER_OK, step.setup.wLength, now_us);
    }
    assert_int_equal(engine.failure, B0_FAIL_TIMEOUT);
    assert_true(steps < 100);
}

static void test_h7_that_hangs_is_cleared_twice(void **state)
{
    struct b0_engine engine = make_idle((struct b0_engine_quirks){.busy_forever = true});

    (void)state;
    b0_engine_erase(&engine, 0x08100000);
    play(&engine, B0_STEP_DONE,
         SCRIPT(DNLOAD(0, 5, "\x41\0\0\x10\x08"), BUSY(1000), WAIT(1000), BUSY(1000), WAIT(1000),
                BUSY(1000), WAIT(1000), BUSY(1000), WAIT(1000), BUSY(1000), REQUEST(CLRSTATUS, 0),
                REQUEST(CLRSTATUS, 0)));
    b0_engine_write(&engine, 0x08100000, data, 16); /* polls the state again */
    play(
        &engine, B0_STEP_DONE,
        SCRIPT(STATUS(0, IDLE, 0), SET_ADDRESS("\0\0\x10\x08"), READY, DNLOAD(2, 16, NULL), READY));
}

static void test_errors_are_told(void **state)
{
    struct b0_engine engine = make_idle(early);

    (void)state;
    b0_engine_write(&engine, 0x09000000, data, 16);
    play(&engine, B0_STEP_FAILED, SCRIPT(SET_ADDRESS("\0\0\0\x09"), STATUS(1, ERROR, 0)));
    assert_int_equal(engine.failure, B0_FAIL_STATUS);
    assert_int_equal(engine.last.status, BOOT0_DFU_STATUS_ERR_TARGET);
    /* and the next operation recovers by itself */
    b0_engine_erase(&engine, 0x08000000);
    play(&engine, B0_STEP_DONE,
         SCRIPT(STATUS(1, ERROR, 0), REQUEST(CLRSTATUS, 0), STATUS(0, IDLE, 0),
                DNLOAD(0, 5, "\x41\0\0\0\x08"), BUSY(0), READY));
}

static void test_refused_download_is_diagnosed(void **state)
{
    struct b0_engine engine = make_idle(early);

    (void)state;
    b0_engine_write(&engine, 0x08000000, data, 16);
    play(&engine, B0_STEP_FAILED,
         SCRIPT(DNLOAD_FAILS(0, 5, BOOT0_XFER_STALL), STATUS(11, ERROR, 0)));
    assert_int_equal(engine.failure, B0_FAIL_STATUS);
    assert_int_equal(engine.last.status, BOOT0_DFU_STATUS_ERR_VENDOR);
    b0_engine_idle(&engine);
    play(&engine, B0_STEP_DONE, SCRIPT(STATUS(0, IDLE, 0)));
    b0_engine_write(&engine, 0x08000000, data, 16);
    play(&engine, B0_STEP_FAILED,
         SCRIPT(DNLOAD_FAILS(0, 5, BOOT0_XFER_STALL), STATUS_FAILS(BOOT0_XFER_STALL)));
    assert_int_equal(engine.failure, B0_FAIL_STALL);
}

static void test_nonsense_status_is_asked_again(void **state)
{
    struct b0_engine engine = make_idle(early);

    (void)state;
    b0_engine_erase(&engine, 0x08000000);
    play(&engine, B0_STEP_DONE,
         SCRIPT(DNLOAD(0, 5, NULL), STATUS_RAW(0xd5, 0x77), STATUS_RAW(0, 11), BUSY(1), READY));
}

static void test_one_lost_status_is_asked_again(void **state)
{
    struct b0_engine engine = make_idle(early);

    (void)state;
    b0_engine_erase(&engine, 0x08000000);
    play(&engine, B0_STEP_DONE,
         SCRIPT(DNLOAD(0, 5, NULL), STATUS_FAILS(BOOT0_XFER_TIMEOUT), BUSY(1),
                STATUS_FAILS(BOOT0_XFER_ERROR), READY));
}

/* ---- reading ---- */

static void test_read_sets_the_address_once(void **state)
{
    struct b0_engine engine = make_idle(early);
    uint8_t buffer[6144];

    (void)state;
    b0_engine_read(&engine, 0x08000000, buffer, 6144);
    play(&engine, B0_STEP_DONE,
         SCRIPT(SET_ADDRESS("\0\0\0\x08"), BUSY(0), READY, REQUEST(ABORT, 0), UPLOAD(2, 2048, 2048),
                UPLOAD(3, 2048, 2048), UPLOAD(4, 2048, 2048)));
    assert_int_equal(buffer[4096], 4);
    b0_engine_read(&engine, 0x08001800, buffer, 2048); /* continues without another command */
    play(&engine, B0_STEP_DONE, SCRIPT(UPLOAD(5, 2048, 2048)));
}

/* A board that took a wrong address for the write would be read at that wrong address. */
static void test_read_trusts_no_address_of_a_write(void **state)
{
    struct b0_engine engine = make_idle(early);
    uint8_t buffer[16];

    (void)state;
    b0_engine_write(&engine, 0x08000000, data, 16);
    play(&engine, B0_STEP_DONE,
         SCRIPT(SET_ADDRESS("\0\0\0\x08"), BUSY(0), READY, DNLOAD(2, 16, NULL), BUSY(0), READY));
    b0_engine_read(&engine, 0x08000000, buffer, 16);
    play(&engine, B0_STEP_DONE,
         SCRIPT(SET_ADDRESS("\0\0\0\x08"), BUSY(0), READY, REQUEST(ABORT, 0), UPLOAD(2, 16, 16)));
    b0_engine_write(&engine, 0x08000000, data, 16); /* nor does a write trust one of a read */
    play(&engine, B0_STEP_DONE,
         SCRIPT(STATUS(BOOT0_DFU_STATUS_OK, UPLOAD_IDLE, 0), REQUEST(ABORT, 0),
                STATUS(BOOT0_DFU_STATUS_OK, IDLE, 0), SET_ADDRESS("\0\0\0\x08"), BUSY(0), READY,
                DNLOAD(2, 16, NULL), BUSY(0), READY));
}

static void test_read_puts_a_short_tail_at_the_pointer(void **state)
{
    struct b0_engine engine = make_idle(early);
    uint8_t buffer[3000];

    (void)state;
    b0_engine_read(&engine, 0x08000000, buffer, 3000);
    play(&engine, B0_STEP_DONE,
         SCRIPT(SET_ADDRESS("\0\0\0\x08"), READY, REQUEST(ABORT, 0), UPLOAD(2, 2048, 2048),
                REQUEST(ABORT, 0), SET_ADDRESS("\0\x08\0\x08"), READY, REQUEST(ABORT, 0),
                UPLOAD(2, 952, 952)));
    assert_int_equal(engine.done, 3000);
}

static void test_read_fails_when_it_is_short(void **state)
{
    struct b0_engine engine = make_idle(early);
    uint8_t buffer[4096];

    (void)state;
    b0_engine_read(&engine, 0x08000000, buffer, 4096);
    play(&engine, B0_STEP_FAILED,
         SCRIPT(SET_ADDRESS("\0\0\0\x08"), READY, REQUEST(ABORT, 0), UPLOAD(2, 2048, 100)));
    assert_int_equal(engine.failure, B0_FAIL_SHORT);
}

static void test_read_of_protected_memory_says_so(void **state)
{
    struct b0_engine engine = make_idle(early);
    uint8_t buffer[2048];

    (void)state;
    b0_engine_read(&engine, 0x08000000, buffer, 2048);
    play(&engine, B0_STEP_FAILED,
         SCRIPT(SET_ADDRESS("\0\0\0\x08"), READY, REQUEST(ABORT, 0),
                UPLOAD_FAILS(2, 2048, BOOT0_XFER_STALL), STATUS(11, ERROR, 0)));
    assert_int_equal(engine.last.status, BOOT0_DFU_STATUS_ERR_VENDOR);
}

/* ---- leaving, detaching, plain DFU ---- */

static void test_leave_is_done_when_the_board_manifests_or_is_gone(void **state)
{
    struct b0_engine engine = make_idle(early);

    (void)state;
    b0_engine_leave(&engine, 0x08000000);
    play(&engine, B0_STEP_DONE,
         SCRIPT(SET_ADDRESS("\0\0\0\x08"), READY, DNLOAD(2, 0, NULL), STATUS(0, MANIFEST, 0)));
    engine = make_idle(early);
    b0_engine_leave(&engine, 0x08000000);
    play(&engine, B0_STEP_DONE,
         SCRIPT(SET_ADDRESS("\0\0\0\x08"), READY, DNLOAD(2, 0, NULL),
                STATUS_FAILS(BOOT0_XFER_GONE)));
    engine = make_idle(early);
    b0_engine_leave(&engine, 0x08000000);
    play(&engine, B0_STEP_DONE,
         SCRIPT(SET_ADDRESS("\0\0\0\x08"), READY, DNLOAD(2, 0, NULL),
                STATUS_FAILS(BOOT0_XFER_STALL)));
}

static void test_unprotect_is_done_when_the_board_is_gone(void **state)
{
    struct b0_engine engine = make_idle(none);

    (void)state;
    b0_engine_read_unprotect(&engine);
    play(&engine, B0_STEP_DONE,
         SCRIPT(DNLOAD(0, 1, "\x92"), BUSY(100), WAIT(100), STATUS_FAILS(BOOT0_XFER_GONE)));
}

static void test_plain_download(void **state)
{
    struct b0_engine engine = make(false, none);

    (void)state;
    b0_engine_idle(&engine);
    play(&engine, B0_STEP_DONE, SCRIPT(STATUS(0, IDLE, 0)));
    b0_engine_download(&engine, data, 3000);
    play(&engine, B0_STEP_DONE,
         SCRIPT(DNLOAD(0, 2048, NULL), BUSY(30), WAIT(30), READY, DNLOAD(1, 952, NULL), READY,
                DNLOAD(2, 0, NULL), STATUS(0, MANIFEST_SYNC, 5), WAIT(5), STATUS(0, IDLE, 0)));
    b0_engine_download(&engine, data, 16);
    play(&engine, B0_STEP_DONE,
         SCRIPT(DNLOAD(0, 16, NULL), READY, DNLOAD(1, 0, NULL), STATUS(0, MANIFEST_WAIT_RESET, 0)));
    assert_int_equal(engine.last.state, BOOT0_DFU_STATE_MANIFEST_WAIT_RESET);
    b0_engine_forget(&engine);
    b0_engine_download(&engine, data, 16);
    play(&engine, B0_STEP_DONE,
         SCRIPT(STATUS(0, IDLE, 0), DNLOAD(0, 16, NULL), READY, DNLOAD(1, 0, NULL),
                STATUS_FAILS(BOOT0_XFER_ERROR))); /* starting its new program */
}

static void test_maple_is_polled_once_a_block(void **state)
{
    struct b0_engine engine = make(false, (struct b0_engine_quirks){.poll_once = true});

    (void)state;
    b0_engine_idle(&engine);
    play(&engine, B0_STEP_DONE, SCRIPT(STATUS(0, IDLE, 0)));
    b0_engine_download(&engine, data, 4096);
    play(&engine, B0_STEP_DONE,
         SCRIPT(DNLOAD(0, 2048, NULL), STATUS(0, DNLOAD_SYNC, 0), DNLOAD(1, 2048, NULL),
                STATUS(0, DNLOAD_IDLE, 0), DNLOAD(2, 0, NULL), STATUS(0, MANIFEST_WAIT_RESET, 0)));
    /* LeafLabs' own bootloader reports busy first, and writes afterwards. */
    b0_engine_forget(&engine);
    b0_engine_download(&engine, data, 16);
    play(&engine, B0_STEP_DONE,
         SCRIPT(STATUS(0, IDLE, 0), DNLOAD(0, 16, NULL), BUSY(32), WAIT(32), BUSY(32), WAIT(32),
                READY, DNLOAD(1, 0, NULL), STATUS(0, MANIFEST_WAIT_RESET, 0)));
}

static void test_plain_upload_ends_short(void **state)
{
    struct b0_engine engine = make(false, none);
    uint8_t buffer[8192];

    (void)state;
    b0_engine_upload(&engine, buffer, sizeof buffer);
    play(&engine, B0_STEP_DONE,
         SCRIPT(STATUS(0, IDLE, 0), UPLOAD(0, 2048, 2048), UPLOAD(1, 2048, 10)));
    assert_int_equal(engine.done, 2058);
}

static void test_detach_may_lose_its_acknowledgement(void **state)
{
    struct b0_engine engine = make(false, none);

    (void)state;
    b0_engine_detach(&engine, 1000);
    play(&engine, B0_STEP_DONE, SCRIPT(REQUEST(DETACH, 1000)));
    b0_engine_detach(&engine, 0);
    play(&engine, B0_STEP_DONE, SCRIPT(REQUEST_FAILS(DETACH, BOOT0_XFER_GONE)));
}

/* Every operation ends, whatever a board answers. */
static void test_every_operation_ends(void **state)
{
    uint8_t buffer[4096];

    (void)state;
    srand(1);
    for (int run = 0; run < 20000; run++) {
        struct b0_engine engine = make(run % 3 != 0, run & 4 ? early : none);
        struct b0_engine_step step;
        int steps = 0;

        switch (run % 5) {
        case 0:
            b0_engine_idle(&engine);
            break;
        case 1:
            b0_engine_write(&engine, 0x08000000, data, sizeof buffer);
            break;
        case 2:
            b0_engine_read(&engine, 0x08000000, buffer, sizeof buffer);
            break;
        case 3:
            b0_engine_leave(&engine, 0x08000000);
            break;
        default:
            b0_engine_download(&engine, data, sizeof buffer);
            break;
        }
        while (b0_engine_next(&engine, now_us, &step) < B0_STEP_DONE) {
            int dice = rand() % 16;

            assert_true(++steps < 20000);
            if (step.kind == B0_STEP_WAIT)
                now_us += step.wait_us;
            now_us += 100;
            if (step.kind == B0_STEP_CONTROL && step.setup.bRequest == BOOT0_DFU_GETSTATUS) {
                memset(step.data, 0, 6);
                step.data[0] = (uint8_t)(dice == 0 ? rand() : 0);
                step.data[4] = (uint8_t)(rand() % 12);
                step.data[1] = (uint8_t)rand();
            }
            b0_engine_feed(&engine, dice > 11 ? (enum boot0_xfer)(dice - 11) : BOOT0_XFER_OK,
                           dice == 2 ? 0 : step.setup.wLength, now_us);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_idle_from_error),
        cmocka_unit_test(test_idle_needs_clrstatus_twice),
        cmocka_unit_test(test_idle_from_halves_of_transfers),
        cmocka_unit_test(test_idle_from_busy_waits),
        cmocka_unit_test(test_idle_from_busy_waits_for_long_work),
        cmocka_unit_test(test_idle_from_busy_for_ever_clears),
        cmocka_unit_test(test_idle_from_unknown_hang_clears_late),
        cmocka_unit_test(test_idle_takes_stalls_for_work),
        cmocka_unit_test(test_an_error_without_a_reason_is_a_state),
        cmocka_unit_test(test_idle_gives_up),
        cmocka_unit_test(test_write_takes_three_transfers_a_block),
        cmocka_unit_test(test_write_goes_on_by_block_numbers),
        cmocka_unit_test(test_write_without_block_jumps),
        cmocka_unit_test(test_write_past_block_65535_sets_the_address_again),
        cmocka_unit_test(test_poll_timeouts_are_honoured_and_clamped),
        cmocka_unit_test(test_stall_while_busy_means_busy),
        cmocka_unit_test(test_busy_for_ever_ends_in_timeout),
        cmocka_unit_test(test_h7_that_hangs_is_cleared_twice),
        cmocka_unit_test(test_errors_are_told),
        cmocka_unit_test(test_refused_download_is_diagnosed),
        cmocka_unit_test(test_nonsense_status_is_asked_again),
        cmocka_unit_test(test_one_lost_status_is_asked_again),
        cmocka_unit_test(test_read_sets_the_address_once),
        cmocka_unit_test(test_read_trusts_no_address_of_a_write),
        cmocka_unit_test(test_read_puts_a_short_tail_at_the_pointer),
        cmocka_unit_test(test_read_fails_when_it_is_short),
        cmocka_unit_test(test_read_of_protected_memory_says_so),
        cmocka_unit_test(test_leave_is_done_when_the_board_manifests_or_is_gone),
        cmocka_unit_test(test_unprotect_is_done_when_the_board_is_gone),
        cmocka_unit_test(test_plain_download),
        cmocka_unit_test(test_maple_is_polled_once_a_block),
        cmocka_unit_test(test_plain_upload_ends_short),
        cmocka_unit_test(test_detach_may_lose_its_acknowledgement),
        cmocka_unit_test(test_every_operation_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
