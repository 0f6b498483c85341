/* SPDX-License-Identifier: MIT */
/*
 * The device's state table against an independent expectation, one string per state; and mistakes
 * found in respected DFU devices. Also the names and the six status bytes.
 */
#include <core/array.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "core/dfu.h"
#include <cmocka.h>
#include <string.h>

/*
 * DFU 1.1, annex A.2, one line per state. An allowed request is its action's letter and the number
 * of the next state (* for 10); a refused one is '!' and the next state.
 *   t detach, d download, u upload, s report, y sync and report, g state, c clear, a abort
 */
static const char *const expected[BOOT0_DFU_STATE_COUNT] = {
    /*          DETACH DNLOAD UPLOAD GETSTATUS CLRSTATUS GETSTATE ABORT */
    /* appI  */ "t1     !0     !0     s0        !0        g0       !0",
    /* appD  */ "!0     !0     !0     s1        !0        g1       !0",
    /* idle  */ "!*     d3     u9     s2        !*        g2       a2",
    /* dsync */ "!*     !*     !*     y5        !*        g3       !*",
    /* dbusy */ "!*     !*     !*     !*        !*        !*       !*",
    /* didle */ "!*     d3     !*     s5        !*        g5       a2",
    /* msync */ "!*     !*     !*     y2        !*        g6       !*",
    /* mani  */ "!*     !*     !*     !*        !*        !*       !*",
    /* mwait */ "!8     !8     !8     !8        !8        !8       !8",
    /* uidle */ "!*     !*     u9     s9        !*        g9       a2",
    /* error */ "!*     !*     !*     s*        c2        g*       !*",
};

static const char action_letters[] = {
    [B0_DFU_DO_STALL] = '!',  [B0_DFU_DO_DETACH] = 't', [B0_DFU_DO_DNLOAD] = 'd',
    [B0_DFU_DO_UPLOAD] = 'u', [B0_DFU_DO_STATUS] = 's', [B0_DFU_DO_SYNC] = 'y',
    [B0_DFU_DO_STATE] = 'g',  [B0_DFU_DO_CLEAR] = 'c',  [B0_DFU_DO_ABORT] = 'a',
};

static void test_every_request_in_every_state(void **state)
{
    unsigned checked = 0;

    (void)state;
    for (unsigned s = 0; s < BOOT0_DFU_STATE_COUNT; s++) {
        const char *column = expected[s];

        for (unsigned r = 0; r < BOOT0_DFU_REQUEST_COUNT; r++) {
            struct b0_dfu_rule rule = b0_dfu_device_rule(s, r);
            unsigned next = column[1] == '*' ? BOOT0_DFU_STATE_ERROR : (unsigned)(column[1] - '0');

            assert_true(rule.action < sizeof(action_letters));
            if (action_letters[rule.action] != column[0] || rule.next != next)
                fail_msg("%s in %s: %c, then %s", b0_dfu_request_name(r), b0_dfu_state_name(s),
                         action_letters[rule.action], b0_dfu_state_name(rule.next));
            checked++;
            column += 2;
            column += strspn(column, " ");
        }
        assert_int_equal(*column, '\0');
    }
    assert_int_equal(checked, 77);
}

static void test_refuses_unknown_requests(void **state)
{
    static const unsigned unknown[] = {7, 8, 0x21, 0xff, 0x100, 0xffffffff};

    (void)state;
    for (unsigned s = 0; s < BOOT0_DFU_STATE_COUNT; s++) {
        /* like a refused DNLOAD: every state has one way to refuse */
        unsigned next =
            s <= BOOT0_DFU_STATE_APP_DETACH ? BOOT0_DFU_STATE_APP_IDLE : BOOT0_DFU_STATE_ERROR;

        if (s == BOOT0_DFU_STATE_MANIFEST_WAIT_RESET)
            next = s;
        for (size_t i = 0; i < B0_LENGTH(unknown); i++) {
            struct b0_dfu_rule rule = b0_dfu_device_rule(s, unknown[i]);

            assert_int_equal(rule.action, B0_DFU_DO_STALL);
            assert_int_equal(rule.next, next);
        }
    }
}

static void test_refuses_everything_in_unknown_states(void **state)
{
    static const unsigned unknown[] = {11, 12, 0xff, 0x100, 0xffffffff};

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(unknown); i++) {
        for (unsigned r = 0; r <= BOOT0_DFU_REQUEST_COUNT; r++) {
            struct b0_dfu_rule rule = b0_dfu_device_rule(unknown[i], r);

            assert_int_equal(rule.action, B0_DFU_DO_STALL);
            assert_int_equal(rule.next, BOOT0_DFU_STATE_ERROR);
        }
    }
}

/* A device of four lines on top of the table, which would show a mistake as the bus does. */
static unsigned ask(unsigned *device, unsigned request)
{
    struct b0_dfu_rule rule = b0_dfu_device_rule(*device, request);

    *device = rule.next;
    return rule.action;
}

static void test_reports_the_state_that_follows(void **state)
{
    unsigned device = BOOT0_DFU_STATE_IDLE;

    (void)state;
    assert_int_equal(ask(&device, BOOT0_DFU_DNLOAD), B0_DFU_DO_DNLOAD);
    assert_int_equal(ask(&device, BOOT0_DFU_GETSTATE), B0_DFU_DO_STATE);
    assert_int_equal(device, BOOT0_DFU_STATE_DNLOAD_SYNC);
    /* GETSTATUS after a finished block: bState is dfuDNLOAD-IDLE, not the SYNC that it leaves */
    assert_int_equal(ask(&device, BOOT0_DFU_GETSTATUS), B0_DFU_DO_SYNC);
    assert_int_equal(device, BOOT0_DFU_STATE_DNLOAD_IDLE);
    assert_int_equal(ask(&device, BOOT0_DFU_GETSTATUS), B0_DFU_DO_STATUS);
    assert_int_equal(device, BOOT0_DFU_STATE_DNLOAD_IDLE);
}

static void test_enters_upload_idle_and_leaves_it(void **state)
{
    unsigned device = BOOT0_DFU_STATE_IDLE;

    (void)state;
    for (int block = 0; block < 3; block++) {
        assert_int_equal(ask(&device, BOOT0_DFU_UPLOAD), B0_DFU_DO_UPLOAD);
        assert_int_equal(device, BOOT0_DFU_STATE_UPLOAD_IDLE);
        assert_int_equal(ask(&device, BOOT0_DFU_GETSTATUS), B0_DFU_DO_STATUS);
        assert_int_equal(device, BOOT0_DFU_STATE_UPLOAD_IDLE);
    }
    assert_int_equal(ask(&device, BOOT0_DFU_ABORT), B0_DFU_DO_ABORT);
    assert_int_equal(device, BOOT0_DFU_STATE_IDLE);
}

static void test_clears_only_errors_and_aborts_only_idle_states(void **state)
{
    (void)state;
    for (unsigned s = 0; s < BOOT0_DFU_STATE_COUNT; s++) {
        bool clears = b0_dfu_device_rule(s, BOOT0_DFU_CLRSTATUS).action != B0_DFU_DO_STALL;
        bool aborts = b0_dfu_device_rule(s, BOOT0_DFU_ABORT).action != B0_DFU_DO_STALL;

        assert_int_equal(clears, s == BOOT0_DFU_STATE_ERROR);
        assert_int_equal(aborts, s == BOOT0_DFU_STATE_IDLE || s == BOOT0_DFU_STATE_DNLOAD_IDLE ||
                                     s == BOOT0_DFU_STATE_UPLOAD_IDLE);
    }
}

static void test_takes_no_data_out_of_turn(void **state)
{
    (void)state;
    for (unsigned s = 0; s < BOOT0_DFU_STATE_COUNT; s++) {
        bool takes = b0_dfu_device_rule(s, BOOT0_DFU_DNLOAD).action == B0_DFU_DO_DNLOAD;
        bool sends = b0_dfu_device_rule(s, BOOT0_DFU_UPLOAD).action == B0_DFU_DO_UPLOAD;

        assert_int_equal(takes, s == BOOT0_DFU_STATE_IDLE || s == BOOT0_DFU_STATE_DNLOAD_IDLE);
        assert_int_equal(sends, s == BOOT0_DFU_STATE_IDLE || s == BOOT0_DFU_STATE_UPLOAD_IDLE);
    }
    /* a block must be polled before the next one */
    {
        unsigned device = BOOT0_DFU_STATE_IDLE;

        ask(&device, BOOT0_DFU_DNLOAD);
        assert_int_equal(ask(&device, BOOT0_DFU_DNLOAD), B0_DFU_DO_STALL);
        assert_int_equal(device, BOOT0_DFU_STATE_ERROR);
    }
}

static void test_asking_changes_nothing(void **state)
{
    (void)state;
    for (unsigned s = 0; s < BOOT0_DFU_STATE_COUNT; s++) {
        struct b0_dfu_rule rule = b0_dfu_device_rule(s, BOOT0_DFU_GETSTATE);

        if (rule.action == B0_DFU_DO_STATE)
            assert_int_equal(rule.next, s);
    }
}

static void test_every_error_can_be_cleared(void **state)
{
    (void)state;
    for (unsigned s = BOOT0_DFU_STATE_IDLE; s < BOOT0_DFU_STATE_COUNT; s++) {
        for (unsigned r = 0; r <= BOOT0_DFU_REQUEST_COUNT; r++) {
            unsigned device = s;

            ask(&device, r);
            if (device != BOOT0_DFU_STATE_ERROR)
                continue;
            assert_int_equal(ask(&device, BOOT0_DFU_CLRSTATUS), B0_DFU_DO_CLEAR);
            assert_int_equal(device, BOOT0_DFU_STATE_IDLE);
        }
    }
}

static void test_names(void **state)
{
    (void)state;
    assert_string_equal(b0_dfu_state_name(BOOT0_DFU_STATE_APP_IDLE), "appIDLE");
    assert_string_equal(b0_dfu_state_name(BOOT0_DFU_STATE_DNBUSY), "dfuDNBUSY");
    assert_string_equal(b0_dfu_state_name(BOOT0_DFU_STATE_MANIFEST_WAIT_RESET),
                        "dfuMANIFEST-WAIT-RESET");
    assert_string_equal(b0_dfu_state_name(BOOT0_DFU_STATE_ERROR), "dfuERROR");
    assert_string_equal(b0_dfu_state_name(BOOT0_DFU_STATE_COUNT), "unknown");
    assert_string_equal(b0_dfu_state_name(0xffffffff), "unknown");
    assert_string_equal(b0_dfu_status_name(BOOT0_DFU_STATUS_OK), "OK");
    assert_string_equal(b0_dfu_status_name(BOOT0_DFU_STATUS_ERR_FIRMWARE), "errFIRMWARE");
    assert_string_equal(b0_dfu_status_name(BOOT0_DFU_STATUS_ERR_STALLEDPKT), "errSTALLEDPKT");
    assert_string_equal(b0_dfu_status_name(BOOT0_DFU_STATUS_COUNT), "unknown");
    assert_string_equal(b0_dfu_request_name(BOOT0_DFU_DETACH), "DETACH");
    assert_string_equal(b0_dfu_request_name(BOOT0_DFU_GETSTATUS), "GETSTATUS");
    assert_string_equal(b0_dfu_request_name(BOOT0_DFU_ABORT), "ABORT");
    assert_string_equal(b0_dfu_request_name(BOOT0_DFU_REQUEST_COUNT), "unknown");
    for (unsigned s = 0; s <= BOOT0_DFU_STATUS_COUNT; s++)
        assert_true(strlen(b0_dfu_status_text(s)) > 0);
}

static void test_status_bytes(void **state)
{
    static const uint8_t bytes[BOOT0_DFU_STATUS_SIZE] = {8, 0x12, 0x34, 0x56, 4, 9};
    struct b0_dfu_status status = b0_dfu_status_load(bytes);
    uint8_t again[BOOT0_DFU_STATUS_SIZE];

    (void)state;
    assert_int_equal(status.status, BOOT0_DFU_STATUS_ERR_ADDRESS);
    assert_int_equal(status.poll_timeout_ms, 0x563412);
    assert_int_equal(status.state, BOOT0_DFU_STATE_DNBUSY);
    assert_int_equal(status.string, 9);
    b0_dfu_status_store(&status, again);
    assert_memory_equal(again, bytes, sizeof(bytes));
    /* a timeout beyond 24 bits becomes the longest, not a short one */
    status.poll_timeout_ms = 0x01000000;
    b0_dfu_status_store(&status, again);
    assert_int_equal(b0_dfu_status_load(again).poll_timeout_ms, 0xffffff);
    status.poll_timeout_ms = 0xffffff;
    b0_dfu_status_store(&status, again);
    assert_int_equal(b0_dfu_status_load(again).poll_timeout_ms, 0xffffff);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_request_in_every_state),
        cmocka_unit_test(test_refuses_unknown_requests),
        cmocka_unit_test(test_refuses_everything_in_unknown_states),
        cmocka_unit_test(test_reports_the_state_that_follows),
        cmocka_unit_test(test_enters_upload_idle_and_leaves_it),
        cmocka_unit_test(test_clears_only_errors_and_aborts_only_idle_states),
        cmocka_unit_test(test_takes_no_data_out_of_turn),
        cmocka_unit_test(test_asking_changes_nothing),
        cmocka_unit_test(test_every_error_can_be_cleared),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_status_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
