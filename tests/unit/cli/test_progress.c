/* SPDX-License-Identifier: MIT */
/* The progress bar's line at all widths and in all phases. */
#include "cli_test.h"

#include <cli/progress.h>
#include <string.h>

static char line[256];

static const char *format(enum boot0_phase phase, uint64_t done, uint64_t total, uint64_t us,
                          int width)
{
    struct progress progress = {.last = {.phase = BOOT0_PHASE_COUNT}};
    struct boot0_progress now = {.phase = phase,
                                 .done = done,
                                 .total = total,
                                 .elapsed_us = us,
                                 .left_us = done ? (total - done) * us / done : 0};

    memset(line, 'Z', sizeof line);
    progress_format(&progress, &now, width, line, sizeof line);
    return line;
}

static void test_eighty_columns(void **state)
{
    (void)state;
    assert_string_equal(format(BOOT0_PHASE_WRITE, 20480, 40960, 1000000, 80),
                        "Writing   [#######--------]  50%  20 KiB of 40 KiB, 20 KiB/s, 1.0 s left");
    assert_string_equal(format(BOOT0_PHASE_ERASE, 0, 40960, 0, 80),
                        "Erasing   [---------------]   0%  0 bytes of 40 KiB");
    assert_string_equal(format(BOOT0_PHASE_VERIFY, 40960, 40960, 2000000, 80),
                        "Verifying [###############] 100%  40 KiB of 40 KiB, 20 KiB/s");
}

/* There is no rate in the first moments. */
static void test_rate_comes_late(void **state)
{
    (void)state;
    assert_null(strstr(format(BOOT0_PHASE_WRITE, 20480, 40960, 299999, 80), "left"));
    assert_non_null(strstr(format(BOOT0_PHASE_WRITE, 20480, 40960, 300000, 80), "left"));
    assert_null(strstr(format(BOOT0_PHASE_WRITE, 0, 40960, 5000000, 80), "left"));
}

static void test_narrow_and_wide(void **state)
{
    (void)state;
    assert_string_equal(format(BOOT0_PHASE_WRITE, 20480, 40960, 1000000, 60),
                        "Writing   [############------------]  50%  1.0 s left");
    assert_string_equal(format(BOOT0_PHASE_WRITE, 20480, 40960, 1000000, 40),
                        "Writing   [##--]  50%  1.0 s left");
    assert_string_equal(format(BOOT0_PHASE_WRITE, 20480, 40960, 1000000, 39),
                        "Writing   [#########----------]  50%");
    assert_string_equal(format(BOOT0_PHASE_WRITE, 20480, 40960, 1000000, 132),
                        "Writing   [###############---------------]  50%  "
                        "20 KiB of 40 KiB, 20 KiB/s, 1.0 s left");
}

/* The time left includes the phases that follow. */
static void test_time_of_all_phases(void **state)
{
    struct progress progress = {.last = {.phase = BOOT0_PHASE_COUNT}};
    struct boot0_progress now = {.phase = BOOT0_PHASE_ERASE,
                                 .done = 20480,
                                 .total = 40960,
                                 .elapsed_us = 1000000,
                                 .left_us = 75000000};

    (void)state;
    progress_format(&progress, &now, 80, line, sizeof line);
    assert_non_null(strstr(line, ", 20 KiB/s, 1 min 15 s left"));
}

/* The bar keeps its width while it grows: a changing width is hard to read. */
static void test_bar_keeps_its_width(void **state)
{
    (void)state;
    for (int width = 40; width < 140; width++) {
        ptrdiff_t end = strchr(format(BOOT0_PHASE_READ, 0, 1 << 20, 0, width), ']') - line;

        for (uint64_t done = 1; done <= 1 << 20; done += 7777) {
            const char *now = format(BOOT0_PHASE_READ, done, 1 << 20, done * 9, width);

            assert_int_equal(strchr(now, ']') - now, end);
            assert_true(strlen(now) < (size_t)width);
        }
    }
}

static void test_fits_any_width(void **state)
{
    (void)state;
    for (int width = 1; width < 200; width++) {
        format(BOOT0_PHASE_VERIFY, UINT32_MAX - 1, UINT32_MAX, 3600000000, width);
        assert_true(strlen(line) < (size_t)width || width == 1);
        format(BOOT0_PHASE_WAIT, 0, 0, 3600000000, width);
        assert_true(strlen(line) < (size_t)width || width == 1);
    }
}

static void test_without_total(void **state)
{
    (void)state;
    assert_string_equal(format(BOOT0_PHASE_WAIT, 0, 0, 0, 80), "Waiting for a board...");
    assert_string_equal(format(BOOT0_PHASE_WAIT, 0, 0, 1700000, 80),
                        "Waiting for a board... 1.7 s");
    assert_string_equal(format(BOOT0_PHASE_ERASE, 0, 0, 999999, 80), "Erasing...");
}

static const char *format_erase(uint64_t us, uint64_t expected_us, int width)
{
    struct progress progress = {.last = {.phase = BOOT0_PHASE_COUNT}};
    struct boot0_progress now = {
        .phase = BOOT0_PHASE_ERASE, .elapsed_us = us, .expected_us = expected_us};

    progress_format(&progress, &now, width, line, sizeof line);
    return line;
}

/* An erase of the whole flash reports no progress, only its usual time. */
static void test_expected_time(void **state)
{
    (void)state;
    assert_string_equal(format_erase(5200000, 16000000, 80),
                        "Erasing... 5.2 s of about 16 s, 10 s left");
    assert_string_equal(format_erase(0, 16000000, 80), "Erasing... 0 ms of about 16 s, 16 s left");
    assert_string_equal(format_erase(5200000, 16000000, 40), "Erasing... 5.2 s of about 16 s");
    assert_string_equal(format_erase(18000000, 16000000, 80),
                        "Erasing... 18 s, more than the usual 16 s");
    assert_string_equal(format_erase(5200000, 0, 80), "Erasing... 5.2 s");
    assert_string_equal(format_erase(10000, 22000, 80), "Erasing...");
    for (int width = 2; width < 100; width++) {
        format_erase(3600000000, 3700000000, width);
        assert_true(strlen(line) < (size_t)width);
    }
}

static void test_words(void **state)
{
    struct progress progress = {.copies = true, .last = {.phase = BOOT0_PHASE_COUNT}};
    struct boot0_progress now = {.phase = BOOT0_PHASE_READ, .done = 1, .total = 2};

    (void)state;
    progress_format(&progress, &now, 80, line, sizeof line);
    assert_memory_equal(line, "Reading   [", 11);
    assert_memory_equal(format(BOOT0_PHASE_READ, 1, 2, 0, 80), "Comparing [", 11);
    for (int phase = 0; phase < BOOT0_PHASE_COUNT; phase++)
        assert_true(strlen(format((enum boot0_phase)phase, 0, 0, 0, 80)) > strlen("..."));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_eighty_columns),
        cmocka_unit_test(test_rate_comes_late),
        cmocka_unit_test(test_narrow_and_wide),
        cmocka_unit_test(test_time_of_all_phases),
        cmocka_unit_test(test_bar_keeps_its_width),
        cmocka_unit_test(test_fits_any_width),
        cmocka_unit_test(test_without_total),
        cmocka_unit_test(test_expected_time),
        cmocka_unit_test(test_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
