/* SPDX-License-Identifier: MIT */
/*
 * The UART host engine against scripted conversations: each test reads like a logic analyser's
 * trace. The script tells what the engine must send next, and what the board answers.
 */
#include <core/an3155.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct line {
    enum { HOST, BOARD, QUIET, LATER, BROKEN, AWAY } kind;
    const char *bytes; /* of HOST and BOARD */
    size_t size;
};

/* A string literal without its final NUL, so that it can hold zeros. */
#define BYTES(text) (text), sizeof(text) - 1
#define SENT(text)                                                                                 \
    {                                                                                              \
        HOST, BYTES(text)                                                                          \
    }
#define SAID(text)                                                                                 \
    {                                                                                              \
        BOARD, BYTES(text)                                                                         \
    }
/*
 * Nothing comes while the engine listens: for as long as it asked, or (LATER) longer than it waits.
 */
#define SILENCE                                                                                    \
    {                                                                                              \
        QUIET, NULL, 0                                                                             \
    }
#define LONG_SILENCE                                                                               \
    {                                                                                              \
        LATER, NULL, 0                                                                             \
    }
#define DAMAGED                                                                                    \
    {                                                                                              \
        BROKEN, NULL, 0                                                                            \
    }
#define UNPLUGGED                                                                                  \
    {                                                                                              \
        AWAY, NULL, 0                                                                              \
    }
#define ACK  "\x79"
#define NACK "\x1f"

struct talk {
    struct b0_an3155 engine;
    const struct line *script;
    size_t count, at;
    size_t taken; /* of the present BOARD line */
    uint64_t now_us;
};

static void print_bytes(const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        print_message(" %02x", bytes[i]);
    print_message("\n");
}

static void check_sent(struct talk *t, const struct b0_an3155_step *step)
{
    const struct line *line = &t->script[t->at];

    if (t->at == t->count || line->kind != HOST || line->size != step->size ||
        memcmp(line->bytes, step->send, step->size) != 0) {
        print_message("line %zu: the engine sends", t->at);
        print_bytes(step->send, step->size);
        fail();
    }
    t->at++;
    b0_an3155_feed(&t->engine, BOOT0_XFER_OK, step->size, t->now_us);
}

static void give(struct talk *t, const struct b0_an3155_step *step)
{
    const struct line *line = &t->script[t->at];
    size_t left = line->size - t->taken;
    size_t size = left < step->size ? left : step->size;

    memcpy(step->receive, line->bytes + t->taken, size);
    t->taken += size;
    if (t->taken == line->size) {
        t->taken = 0;
        t->at++;
    }
    b0_an3155_feed(&t->engine, size == step->size ? BOOT0_XFER_OK : BOOT0_XFER_TIMEOUT, size,
                   t->now_us);
}

static void answer(struct talk *t, const struct b0_an3155_step *step)
{
    enum boot0_xfer result = BOOT0_XFER_TIMEOUT;

    if (t->at == t->count || t->script[t->at].kind == HOST)
        fail_msg("line %zu: the engine listens", t->at);
    switch (t->script[t->at].kind) {
    case BOARD:
        give(t, step);
        return;
    case BROKEN:
        result = BOOT0_XFER_ERROR;
        t->at++;
        break;
    case AWAY:
        result = BOOT0_XFER_GONE;
        t->at++;
        break;
    case LATER:
        t->now_us += 100000000;
        t->at++;
        break;
    default:
        t->now_us += (uint64_t)step->timeout_ms * 1000;
        t->at++;
    }
    b0_an3155_feed(&t->engine, result, 0, t->now_us);
}

/* Plays a script to its end; the operation has already begun. */
static enum b0_an3155_failure play(struct talk *t, const struct line *script, size_t count)
{
    struct b0_an3155_step step;
    enum b0_an3155_step_kind kind;

    t->script = script;
    t->count = count;
    t->at = t->taken = 0;
    while ((kind = b0_an3155_next(&t->engine, t->now_us, &step)) < B0_AN3155_DONE) {
        struct b0_an3155_step again;

        b0_an3155_next(&t->engine, t->now_us, &again);
        assert_int_equal(again.kind, step.kind);
        assert_int_equal(again.size, step.size);
        if (kind == B0_AN3155_SEND)
            check_sent(t, &step);
        else
            answer(t, &step);
    }
    if (t->at != t->count)
        fail_msg("the engine ends at line %zu of %zu", t->at, t->count);
    assert_true((kind == B0_AN3155_FAILED) == (t->engine.failure != B0_AN3155_FAIL_NONE));
    return t->engine.failure;
}

#define PLAY(talk, ...)                                                                            \
    play((talk), (const struct line[]){__VA_ARGS__},                                               \
         sizeof((const struct line[]){__VA_ARGS__}) / sizeof(struct line))

#define GET_31                                                                                     \
    SENT("\x00\xff"), SAID(ACK "\x0b\x31\x00\x01\x02\x11\x21\x31\x44\x63\x73\x82\x92" ACK)
#define GET_ID_413 SENT("\x02\xfd"), SAID(ACK "\x01\x04\x13" ACK)

static void start(struct talk *t)
{
    const struct b0_an3155_config config = {.baud = 115200, .align = 4};

    memset(t, 0, sizeof *t);
    b0_an3155_init(&t->engine, &config);
}

static void connected(struct talk *t)
{
    start(t);
    b0_an3155_connect(&t->engine);
    assert_int_equal(PLAY(t, SILENCE, SENT("\x7f"), SAID(ACK), SILENCE, GET_31, GET_ID_413), 0);
}

/* ---- autobaud ---- */

static void test_connects(void **state)
{
    struct talk t;

    (void)state;
    connected(&t);
    assert_int_equal(t.engine.version, 0x31);
    assert_int_equal(t.engine.id, 0x413);
    assert_true(b0_an3155_lists(&t.engine, B0_AN3155_EXTENDED_ERASE));
    assert_false(b0_an3155_lists(&t.engine, B0_AN3155_ERASE));
    assert_false(b0_an3155_lists(&t.engine, B0_AN3155_GET_CHECKSUM));
}

static void test_in_sync_already(void **state)
{
    struct talk t;

    (void)state;
    start(&t);
    b0_an3155_connect(&t.engine);
    assert_int_equal(PLAY(&t, SILENCE, SENT("\x7f"), SILENCE, SENT("\x7f"), SAID(NACK), SILENCE,
                          GET_31, GET_ID_413),
                     0);
    /* A board that refuses the first one. */
    start(&t);
    b0_an3155_connect(&t.engine);
    assert_int_equal(PLAY(&t, SILENCE, SENT("\x7f"), SAID(NACK), SILENCE, GET_31, GET_ID_413), 0);
}

static void test_adapters_first_bytes(void **state)
{
    struct talk t;

    (void)state;
    start(&t);
    b0_an3155_connect(&t.engine);
    assert_int_equal(PLAY(&t, SAID("\xff\x00"), SILENCE, SENT("\x7f"), SAID("\x00"), SAID("\x76"),
                          SAID(ACK), SILENCE, GET_31, GET_ID_413),
                     0);
}

#define PADS8   "\x02\x02\x02\x02\x02\x02\x02\x02"
#define PADS64  PADS8 PADS8 PADS8 PADS8 PADS8 PADS8 PADS8 PADS8
#define PADS256 PADS64 PADS64 PADS64 PADS64

/*
 * The board was left in the middle of a block: the engine sends pads until it refuses, then once
 * more to be sure.
 */
static void test_left_in_a_frame(void **state)
{
    struct talk t;

    (void)state;
    start(&t);
    b0_an3155_connect(&t.engine);
    assert_int_equal(PLAY(&t, SILENCE, SENT("\x7f"), SILENCE, SENT("\x7f"), SILENCE,
                          SENT("\x04\x02\x02\x02\x02\x02"), SILENCE, SENT(PADS64), SAID(NACK NACK),
                          SILENCE, SENT("\x02"), SILENCE, SENT("\x02"), SAID(NACK), SILENCE, GET_31,
                          GET_ID_413),
                     0);
}

static void test_silent(void **state)
{
    struct talk t;

    (void)state;
    start(&t);
    b0_an3155_connect(&t.engine);
    assert_int_equal(PLAY(&t, SILENCE, SENT("\x7f"), SILENCE, SENT("\x7f"), SILENCE,
                          SENT("\x04\x02\x02\x02\x02\x02"), SILENCE, SENT(PADS64), SILENCE,
                          SENT(PADS256), SILENCE, SENT(PADS256), SILENCE, SENT(PADS256), SILENCE,
                          SENT(PADS256), SILENCE, SENT(PADS256), SILENCE, SENT(PADS256), SILENCE),
                     B0_AN3155_FAIL_SILENT);
}

static void test_babbling(void **state)
{
    struct talk t;
    struct line script[60];

    (void)state;
    for (size_t i = 0; i < 60; i++)
        script[i] = (struct line)SAID("hello");
    start(&t);
    b0_an3155_connect(&t.engine);
    assert_int_equal(play(&t, script, 41), B0_AN3155_FAIL_NOISE);
}

/* ---- commands ---- */

static void test_reads(void **state)
{
    uint8_t got[6];
    struct talk t;

    (void)state;
    connected(&t);
    /* 2 bytes to the end of a row of 256, then the others. */
    b0_an3155_read(&t.engine, 0x080000fe, got, 6);
    assert_int_equal(PLAY(&t, SENT("\x11\xee"), SAID(ACK), SENT("\x08\x00\x00\xfe\xf6"), SAID(ACK),
                          SENT("\x01\xfe"), SAID(ACK "ab"), SENT("\x11\xee"), SAID(ACK),
                          SENT("\x08\x00\x01\x00\x09"), SAID(ACK), SENT("\x03\xfc"),
                          SAID(ACK "cdef"), GET_ID_413),
                     0);
    assert_memory_equal(got, "abcdef", 6);
    assert_int_equal(t.engine.done, 6);
}

/* An extra byte has shifted the block: its end arrives in place of the next ACK. */
static void test_read_shifted(void **state)
{
    uint8_t got[4];
    struct talk t;

    (void)state;
    connected(&t);
    b0_an3155_read(&t.engine, 0x080000fe, got, 4);
    assert_int_equal(PLAY(&t, SENT("\x11\xee"), SAID(ACK), SENT("\x08\x00\x00\xfe\xf6"), SAID(ACK),
                          SENT("\x01\xfe"), SAID(ACK "Xa"), SENT("\x11\xee"), SAID("b"), SAID(ACK),
                          SILENCE, SENT("\x02"), SILENCE, SENT("\x02"), SILENCE,
                          SENT("\x02\x02\x02\x02\x02\x02"), SAID(NACK NACK), SILENCE, SENT("\x02"),
                          SAID(NACK), SILENCE, SENT("\x11\xee"), SAID(ACK),
                          SENT("\x08\x00\x00\xfe\xf6"), SAID(ACK), SENT("\x01\xfe"), SAID(ACK "ab"),
                          SENT("\x11\xee"), SAID(ACK), SENT("\x08\x00\x01\x00\x09"), SAID(ACK),
                          SENT("\x01\xfe"), SAID(ACK "cd"), GET_ID_413),
                     0);
    assert_memory_equal(got, "abcd", 4);
}

static void test_read_late_byte(void **state)
{
    uint8_t got[2];
    struct talk t;

    (void)state;
    connected(&t);
    b0_an3155_read(&t.engine, 0x08000000, got, 2);
    assert_int_equal(PLAY(&t, SENT("\x11\xee"), SAID(ACK), SENT("\x08\x00\x00\x00\x08"), SAID(ACK),
                          SENT("\x01\xfe"), SAID(ACK "Xa"), SENT("\x02\xfd"), SAID("b"),
                          SAID(ACK "\x01\x04\x13" ACK), SILENCE, SENT("\x04"), SILENCE,
                          SENT("\x04"), SAID(NACK), SILENCE, SENT("\x11\xee"), SAID(ACK),
                          SENT("\x08\x00\x00\x00\x08"), SAID(ACK), SENT("\x01\xfe"), SAID(ACK "ab"),
                          GET_ID_413),
                     0);
    assert_memory_equal(got, "ab", 2);
}

static void test_read_damaged(void **state)
{
    uint8_t got[2];
    struct talk t;

    (void)state;
    connected(&t);
    b0_an3155_read(&t.engine, 0x08000000, got, 2);
    assert_int_equal(PLAY(&t, SENT("\x11\xee"), SAID(ACK), SENT("\x08\x00\x00\x00\x08"), SAID(ACK),
                          SENT("\x01\xfe"), SAID(ACK), DAMAGED, SILENCE, SENT("\x02"), SILENCE,
                          SENT("\x02"), SAID(NACK), SILENCE, SENT("\x11\xee"), SAID(ACK),
                          SENT("\x08\x00\x00\x00\x08"), SAID(ACK), SENT("\x01\xfe"), SAID(ACK "ab"),
                          GET_ID_413),
                     0);
}

static void test_writes(void **state)
{
    struct talk t;

    (void)state;
    connected(&t);
    /* Five bytes become two words. */
    b0_an3155_write(&t.engine, 0x08000000, (const uint8_t *)"\x01\x02\x03\x04\x05", 5);
    assert_int_equal(PLAY(&t, SENT("\x31\xce"), SAID(ACK), SENT("\x08\x00\x00\x00\x08"), SAID(ACK),
                          SENT("\x07\x01\x02\x03\x04\x05\xff\xff\xff\xf9"), SAID(ACK), GET_ID_413),
                     0);
    assert_int_equal(t.engine.done, 5);
    /* A write that does not begin at a word is widened, too. */
    b0_an3155_write(&t.engine, 0x08000102, (const uint8_t *)"\x01\x02\x03", 3);
    assert_int_equal(PLAY(&t, SENT("\x31\xce"), SAID(ACK), SENT("\x08\x00\x01\x00\x09"), SAID(ACK),
                          SENT("\x07\xff\xff\x01\x02\x03\xff\xff\xff\xf8"), SAID(ACK), GET_ID_413),
                     0);
}

#define WRITE_4                                                                                    \
    SENT("\x31\xce"), SAID(ACK), SENT("\x08\x00\x00\x00\x08"), SAID(ACK),                          \
        SENT("\x03\x01\x02\x03\x04\x07")
#define SYNC_AND_READ_BACK                                                                         \
    SILENCE, SENT("\x06"), SILENCE, SENT("\x06"), SAID(NACK), SILENCE, SENT("\x11\xee"),           \
        SAID(ACK), SENT("\x08\x00\x00\x00\x08"), SAID(ACK), SENT("\x03\xfc")

/*
 * No ACK: the engine reads the block back to see whether it was written. The pad is not in the
 * frame.
 */
static void test_write_in_doubt(void **state)
{
    static const uint8_t data[] = {1, 2, 3, 4};
    struct talk t;

    (void)state;
    connected(&t);
    b0_an3155_write(&t.engine, 0x08000000, data, 4);
    assert_int_equal(
        PLAY(&t, WRITE_4, LONG_SILENCE, SYNC_AND_READ_BACK, SAID(ACK "\x01\x02\x03\x04")), 0);
    connected(&t);
    b0_an3155_write(&t.engine, 0x08000000, data, 4);
    assert_int_equal(PLAY(&t, WRITE_4, LONG_SILENCE, SYNC_AND_READ_BACK,
                          SAID(ACK "\xff\xff\xff\xff"), WRITE_4, SAID(ACK), GET_ID_413),
                     0);
    connected(&t);
    b0_an3155_write(&t.engine, 0x08000000, data, 4);
    assert_int_equal(
        PLAY(&t, WRITE_4, LONG_SILENCE, SYNC_AND_READ_BACK, SAID(ACK "\x01\x02\xff\xff")),
        B0_AN3155_FAIL_DIRTY);
}

/* An L0 or L1: pads equal its erased flash, which also identifies an erased block. */
static void test_write_to_flash_that_erases_to_zero(void **state)
{
    static const uint8_t data[] = {1, 2, 3, 4};
    struct talk t;

    (void)state;
    connected(&t);
    t.engine.config.erases_to_zero = true;
    b0_an3155_write(&t.engine, 0x08000000, data, 3);
    assert_int_equal(PLAY(&t, SENT("\x31\xce"), SAID(ACK), SENT("\x08\x00\x00\x00\x08"), SAID(ACK),
                          SENT("\x03\x01\x02\x03\x00\x03"), SAID(ACK), GET_ID_413),
                     0);
    connected(&t);
    t.engine.config.erases_to_zero = true;
    b0_an3155_write(&t.engine, 0x08000000, data, 4);
    assert_int_equal(PLAY(&t, WRITE_4, LONG_SILENCE, SYNC_AND_READ_BACK,
                          SAID(ACK "\x00\x00\x00\x00"), WRITE_4, SAID(ACK), GET_ID_413),
                     0);
    connected(&t);
    t.engine.config.erases_to_zero = true;
    b0_an3155_write(&t.engine, 0x08000000, data, 4);
    assert_int_equal(
        PLAY(&t, WRITE_4, LONG_SILENCE, SYNC_AND_READ_BACK, SAID(ACK "\xff\xff\xff\xff")),
        B0_AN3155_FAIL_DIRTY);
}

/*
 * Its count was damaged, and a byte in its middle was the right checksum: the board refuses the
 * rest.
 */
static void test_write_cut_short(void **state)
{
    static const uint8_t data[] = {1, 2, 3, 4};
    struct talk t;

    (void)state;
    connected(&t);
    b0_an3155_write(&t.engine, 0x08000000, data, 4);
    assert_int_equal(PLAY(&t, WRITE_4, SAID(ACK), SENT("\x02\xfd"), SAID(NACK), SILENCE,
                          SENT("\x11\xee"), SAID(ACK), SENT("\x08\x00\x00\x00\x08"), SAID(ACK),
                          SENT("\x03\xfc"), SAID(ACK "\x01\x02\xff\xff")),
                     B0_AN3155_FAIL_DIRTY);
    assert_int_equal(t.engine.done, 0);
}

static void test_erases_pages(void **state)
{
    struct talk t;

    (void)state;
    connected(&t);
    b0_an3155_erase_pages(&t.engine, 0xff, 2);
    assert_int_equal(
        PLAY(&t, SENT("\x44\xbb"), SAID(ACK), SENT("\x00\x01\x00\xff\x01\x00\xff"), SAID(ACK)), 0);
    b0_an3155_erase_whole(&t.engine, B0_AN3155_ALL);
    assert_int_equal(PLAY(&t, SENT("\x44\xbb"), SAID(ACK), SENT("\xff\xff\x00"), SILENCE, SILENCE,
                          SAID("\x76"), SILENCE, SAID(ACK)),
                     0);
    b0_an3155_erase_whole(&t.engine, B0_AN3155_BANK_2);
    assert_int_equal(PLAY(&t, SENT("\x44\xbb"), SAID(ACK), SENT("\xff\xfd\x02"), SAID(ACK)), 0);
}

static void test_erases_pages_by_one_byte(void **state)
{
    struct talk t;

    (void)state;
    start(&t);
    b0_an3155_connect(&t.engine);
    assert_int_equal(PLAY(&t, SILENCE, SENT("\x7f"), SAID(ACK), SILENCE, SENT("\x00\xff"),
                          SAID(ACK "\x03\x22\x00\x02\x43" ACK), SENT("\x02\xfd"),
                          SAID(ACK "\x01\x04\x10" ACK)),
                     0);
    b0_an3155_erase_pages(&t.engine, 3, 2);
    assert_int_equal(PLAY(&t, SENT("\x43\xbc"), SAID(ACK), SENT("\x01\x03\x04\x06"), SAID(ACK)), 0);
    b0_an3155_erase_whole(&t.engine, B0_AN3155_ALL);
    assert_int_equal(PLAY(&t, SENT("\x43\xbc"), SAID(ACK), SENT("\xff\x00"), SAID(ACK)), 0);
    b0_an3155_erase_pages(&t.engine, 255, 2);
    assert_int_equal(PLAY(&t, ), B0_AN3155_FAIL_UNSUPPORTED);
    b0_an3155_erase_whole(&t.engine, B0_AN3155_BANK_1);
    assert_int_equal(PLAY(&t, ), B0_AN3155_FAIL_UNSUPPORTED);
    /* A command that Get did not list is not sent. */
    b0_an3155_go(&t.engine, 0x08000000);
    assert_int_equal(PLAY(&t, ), B0_AN3155_FAIL_UNSUPPORTED);
}

static void test_goes(void **state)
{
    struct talk t;

    (void)state;
    connected(&t);
    b0_an3155_go(&t.engine, 0x08000000);
    assert_int_equal(PLAY(&t, SENT("\x21\xde"), SAID(ACK), SENT("\x08\x00\x00\x00\x08"), SAID(ACK)),
                     0);
}

/* Its ACK may be lost: a silent board has started the program. */
static void test_goes_unheard(void **state)
{
    struct talk t;

    (void)state;
    connected(&t);
    b0_an3155_go(&t.engine, 0x08000000);
    assert_int_equal(PLAY(&t, SENT("\x21\xde"), SAID(ACK), SENT("\x08\x00\x00\x00\x08"),
                          LONG_SILENCE, SILENCE, SENT("\x02"), SILENCE, SENT("\x02"), SILENCE,
                          SENT("\x02\x02\x02\x02\x02\x02"), SILENCE, SENT(PADS64), SILENCE,
                          SENT(PADS256), SILENCE, SENT(PADS256), SILENCE, SENT(PADS256), SILENCE,
                          SENT(PADS256), SILENCE, SENT(PADS256), SILENCE, SENT(PADS256), SILENCE),
                     0);
}

static void test_protects(void **state)
{
    struct talk t;

    (void)state;
    connected(&t);
    b0_an3155_write_protect(&t.engine, (const uint8_t *)"\x00\x05", 2);
    assert_int_equal(PLAY(&t, SENT("\x63\x9c"), SAID(ACK), SENT("\x01\x00\x05\x04"), SAID(ACK)), 0);
    /* The chip has reset: 0x7f again. */
    b0_an3155_readout_protect(&t.engine);
    assert_int_equal(
        PLAY(&t, SILENCE, SENT("\x7f"), SAID(ACK), SILENCE, SENT("\x82\x7d"), SAID(ACK), SAID(ACK)),
        0);
    b0_an3155_readout_unprotect(&t.engine);
    assert_int_equal(PLAY(&t, SILENCE, SENT("\x7f"), SAID(ACK), SILENCE, SENT("\x92\x6d"),
                          SAID(ACK), SILENCE, SILENCE, SAID(ACK)),
                     0);
    b0_an3155_write_unprotect(&t.engine);
    assert_int_equal(
        PLAY(&t, SILENCE, SENT("\x7f"), SAID(ACK), SILENCE, SENT("\x73\x8c"), SAID(ACK), SAID(ACK)),
        0);
}

static void test_checksum(void **state)
{
    struct talk t;

    (void)state;
    start(&t);
    b0_an3155_connect(&t.engine);
    assert_int_equal(PLAY(&t, SILENCE, SENT("\x7f"), SAID(ACK), SILENCE, SENT("\x00\xff"),
                          SAID(ACK "\x04\x33\x00\x01\x02\xa1" ACK), SENT("\x02\xfd"),
                          SAID(ACK "\x01\x04\x84" ACK), ),
                     0);
    b0_an3155_checksum(&t.engine, 0x08000000, 0x400);
    assert_int_equal(PLAY(&t, SENT("\xa1\x5e"), SAID(ACK), SENT("\x08\x00\x00\x00\x08"), SAID(ACK),
                          SENT("\x00\x00\x01\x00\x01"), SAID(ACK), SENT("\x04\xc1\x1d\xb7\x6f"),
                          SAID(ACK), SENT("\xff\xff\xff\xff\x00"), SAID(ACK),
                          SAID("\x12\x34\x56\x78\x08")),
                     0);
    assert_int_equal(t.engine.checksum, 0x12345678);
}

/* ---- refusals and failures ---- */

static void test_refusals(void **state)
{
    uint8_t byte;
    struct talk t;

    (void)state;
    connected(&t);
    b0_an3155_read(&t.engine, 0x08000000, &byte, 1);
    assert_int_equal(PLAY(&t, SENT("\x11\xee"), SAID(NACK), SILENCE, SENT("\x11\xee"), SAID(NACK),
                          SILENCE, SENT("\x02"), SILENCE, SENT("\x02"), SAID(NACK), SILENCE,
                          SENT("\x11\xee"), SAID(NACK), SILENCE, SENT("\x02"), SILENCE,
                          SENT("\x02"), SAID(NACK), SILENCE, SENT("\x11\xee"), SAID(NACK)),
                     B0_AN3155_FAIL_REFUSED);
    assert_int_equal(t.engine.failed_command, B0_AN3155_READ);
    /* The board waits for a command all the same. */
    b0_an3155_version(&t.engine);
    assert_int_equal(PLAY(&t, SENT("\x01\xfe"), SAID(ACK "\x31\x01\x02" ACK)), 0);
    assert_int_equal(t.engine.options[1], 2);
}

static void test_unplugged(void **state)
{
    uint8_t byte;
    struct talk t;

    (void)state;
    connected(&t);
    b0_an3155_read(&t.engine, 0x08000000, &byte, 1);
    assert_int_equal(PLAY(&t, SENT("\x11\xee"), UNPLUGGED), B0_AN3155_FAIL_GONE);
}

/* Stopped while the board erases: the board is silent until it is done. */
static void test_stopped_in_an_erase(void **state)
{
    struct b0_an3155_step step;
    struct talk t;

    (void)state;
    connected(&t);
    b0_an3155_erase_whole(&t.engine, B0_AN3155_ALL);
    b0_an3155_next(&t.engine, t.now_us, &step);
    b0_an3155_feed(&t.engine, BOOT0_XFER_OK, 2, t.now_us);
    b0_an3155_next(&t.engine, t.now_us, &step);
    step.receive[0] = B0_AN3155_ACK;
    b0_an3155_feed(&t.engine, BOOT0_XFER_OK, 1, t.now_us);
    b0_an3155_next(&t.engine, t.now_us, &step);
    b0_an3155_feed(&t.engine, BOOT0_XFER_OK, step.size, t.now_us);
    b0_an3155_settle(&t.engine);
    assert_int_equal(PLAY(&t, SILENCE, SILENCE, SAID(ACK), SILENCE, SENT("\x02"), SILENCE,
                          SENT("\x02"), SAID(NACK), SILENCE),
                     0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_connects),
        cmocka_unit_test(test_in_sync_already),
        cmocka_unit_test(test_adapters_first_bytes),
        cmocka_unit_test(test_left_in_a_frame),
        cmocka_unit_test(test_silent),
        cmocka_unit_test(test_babbling),
        cmocka_unit_test(test_reads),
        cmocka_unit_test(test_read_shifted),
        cmocka_unit_test(test_read_late_byte),
        cmocka_unit_test(test_read_damaged),
        cmocka_unit_test(test_writes),
        cmocka_unit_test(test_write_in_doubt),
        cmocka_unit_test(test_write_to_flash_that_erases_to_zero),
        cmocka_unit_test(test_write_cut_short),
        cmocka_unit_test(test_erases_pages),
        cmocka_unit_test(test_erases_pages_by_one_byte),
        cmocka_unit_test(test_goes),
        cmocka_unit_test(test_goes_unheard),
        cmocka_unit_test(test_protects),
        cmocka_unit_test(test_checksum),
        cmocka_unit_test(test_refusals),
        cmocka_unit_test(test_unplugged),
        cmocka_unit_test(test_stopped_in_an_erase),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
