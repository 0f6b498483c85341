/* SPDX-License-Identifier: MIT */
/* A virtual board's time follows wall time: vboard/attach/pace.h. */
#include "../vboard_test.h"

#include <core/array.h>
#include <vboard/attach/pace.h>

enum {
    START = 1000000, /* wall time when a board is plugged in; arbitrary */
};

static struct vboard *start(struct vboard_pace *pace, double speed)
{
    struct vboard *board = new_board("f407");

    vboard_wait(board, 500); /* boards need not start at 0 */
    vboard_pace_start(pace, board, speed, START);
    return board;
}

static void test_real_time(void **state)
{
    struct vboard_pace pace;
    struct vboard *board = start(&pace, 1);

    (void)state;
    vboard_pace_sync(&pace, START + 250);
    assert_int_equal(vboard_now_us(board), 750);
    vboard_pace_sync(&pace, START + 100); /* time does not go back */
    assert_int_equal(vboard_now_us(board), 750);
    vboard_wait(board, 1000); /* a transfer of that length */
    assert_int_equal(vboard_pace_done(&pace, START + 260), START + 1250);
    vboard_pace_sync(&pace, START + 500); /* still in progress: nothing to add */
    assert_int_equal(vboard_now_us(board), 1750);
    vboard_pace_sync(&pace, START + 1300);
    assert_int_equal(vboard_now_us(board), 1800);
    free_board(board);
}

static void test_faster_and_slower(void **state)
{
    struct vboard_pace pace;
    struct vboard *board = start(&pace, 10);

    (void)state;
    vboard_pace_sync(&pace, START + 100);
    assert_int_equal(vboard_now_us(board), 1500);
    vboard_wait(board, 5000);
    assert_int_equal(vboard_pace_done(&pace, START + 100), START + 600);
    free_board(board);

    board = start(&pace, 0.5);
    vboard_pace_sync(&pace, START + 100);
    assert_int_equal(vboard_now_us(board), 550);
    vboard_wait(board, 50);
    assert_int_equal(vboard_pace_done(&pace, START + 100), START + 200);
    free_board(board);
}

static void test_done_is_not_in_the_past(void **state)
{
    struct vboard_pace pace;
    struct vboard *board = start(&pace, 1);

    (void)state;
    vboard_wait(board, 10);
    assert_int_equal(vboard_pace_done(&pace, START + 5000), START + 5000);
    free_board(board);
}

static void test_as_fast_as_possible(void **state)
{
    struct vboard_pace pace;
    struct vboard *board = start(&pace, 0);

    (void)state;
    vboard_pace_sync(&pace, START + 100); /* the client's time between transfers passes */
    assert_int_equal(vboard_now_us(board), 600);
    vboard_wait(board, 2 * SECONDS); /* the board's own work takes no time */
    assert_int_equal(vboard_pace_done(&pace, START + 130), START + 130);
    vboard_pace_sync(&pace, START + 130); /* nor does its computation, from 100 to 130 */
    assert_int_equal(vboard_now_us(board), 600 + 2 * SECONDS);
    vboard_pace_sync(&pace, START + 180);
    assert_int_equal(vboard_now_us(board), 650 + 2 * SECONDS);
    free_board(board);
}

/* A program that takes ten times as long to emulate as to run. */
static void test_slow_to_compute(void **state)
{
    static const double speeds[] = {0, 1};

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(speeds); i++) {
        struct vboard_pace pace;
        struct vboard *board = start(&pace, speeds[i]);
        int64_t wall_us = START;

        for (int tick = 0; tick < 10; tick++) {
            uint64_t before_us = vboard_now_us(board);

            wall_us += 10 * MS;
            vboard_pace_sync(&pace, wall_us);
            /* At speed 1 the board catches up the computation time, but at most one tick of it. */
            assert_in_range(vboard_now_us(board) - before_us, 10 * MS, 120 * MS);
            wall_us += 100 * MS;
            vboard_pace_lived(&pace, wall_us);
        }
        free_board(board);
    }
}

/* A program that keeps up is not slowed. */
static void test_quick_to_compute(void **state)
{
    struct vboard_pace pace;
    struct vboard *board = start(&pace, 1);

    (void)state;
    for (int64_t tick = 1; tick <= 10; tick++) {
        vboard_pace_sync(&pace, START + tick * 10 * MS);
        vboard_pace_lived(&pace, START + tick * 10 * MS + 9 * MS);
    }
    assert_int_equal(vboard_now_us(board), 500 + 100 * MS);
    free_board(board);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_real_time),
        cmocka_unit_test(test_faster_and_slower),
        cmocka_unit_test(test_done_is_not_in_the_past),
        cmocka_unit_test(test_as_fast_as_possible),
        cmocka_unit_test(test_slow_to_compute),
        cmocka_unit_test(test_quick_to_compute),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
