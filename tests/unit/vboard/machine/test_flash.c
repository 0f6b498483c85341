/* SPDX-License-Identifier: MIT */
/* The flash controller: locks, rules, times, and power failures during operations. */
#include "machine_test.h"
#include <core/array.h>

#define ACR    0x40023c00u
#define KEYR   0x40023c04u
#define SR     0x40023c0cu
#define CR     0x40023c10u
#define OPTCR  0x40023c14u
#define OPTCR1 0x40023c18u

#define PLACE   0x08020000u /* in sector 5, of 128 KiB */
#define PLACE_2 0x08120000u /* the same in bank 2 of an F427 */
/* HCLK is 1 MHz: the CPU idles for seconds. */
#define SLOWLY                                                                                     \
    {                                                                                              \
        WRITE32, 0x40023808, 0xb0                                                                  \
    }
#define UNLOCK                                                                                     \
    {WRITE32, KEYR, 0x45670123},                                                                   \
    {                                                                                              \
        WRITE32, KEYR, 0xcdef89ab                                                                  \
    }
#define UNLOCK_OPTIONS                                                                             \
    {WRITE32, 0x40023c08, 0x08192a3b},                                                             \
    {                                                                                              \
        WRITE32, 0x40023c08, 0x4c5d6e7f                                                            \
    }
#define PG_X32                                                                                     \
    {                                                                                              \
        WRITE32, CR, 0x201                                                                         \
    }
#define READY                                                                                      \
    {                                                                                              \
        AWAIT, SR, 0x10000                                                                         \
    }
#define ERASE(n)                                                                                   \
    {WRITE32, CR, 0x202 | (n) << 3},                                                               \
    {                                                                                              \
        WRITE32, CR, 0x10202 | (n) << 3                                                            \
    }

static void check(const char *spec, const struct script_step *steps, size_t count,
                  const char *violation, uint32_t contents, uint32_t sr, uint32_t sr_index)
{
    struct vboard *board = script_board(spec, steps, count, true);
    char *text = trace_until(board, SECONDS / 10);

    if (violation && !strstr(text, violation))
        fail_msg("\"%s\" is not in the trace:\n%s", violation, text);
    if (!violation && violations_of(board) > 0)
        fail_msg("a violation in the trace:\n%s", text);
    assert_int_equal(peek32(board, PLACE), contents);
    assert_int_equal(value_of(board, sr_index), sr);
    free(text);
    free_board(board);
}

static void test_programs(void **state)
{
    static const struct script_step words[] = {
        UNLOCK, PG_X32, {WRITE32, PLACE, 0x12345678}, READY, {READ, SR, 0}};
    static const struct script_step bytes[] = {
        UNLOCK, {WRITE32, CR, 0x001}, {WRITE8, PLACE, 0x78}, READY, {READ, SR, 0}};
    static const struct script_step halves[] = {
        UNLOCK, {WRITE32, CR, 0x101}, {WRITE16, PLACE, 0x5678}, READY, {READ, SR, 0}};

    (void)state;
    check("f407:boot0=0", words, B0_LENGTH(words), NULL, 0x12345678, 0, 5);
    check("f407:boot0=0", bytes, B0_LENGTH(bytes), NULL, 0xffffff78, 0, 5);
    check("f407:boot0=0", halves, B0_LENGTH(halves), NULL, 0xffff5678, 0, 5);
}

static void test_only_clears_bits(void **state)
{
    static const struct script_step steps[] = {
        UNLOCK, PG_X32,       {WRITE32, PLACE, 0xffff00ff}, READY, {WRITE32, PLACE, 0xff00ff00},
        READY,  {READ, SR, 0}};

    (void)state;
    check("f407:boot0=0", steps, B0_LENGTH(steps), "programmed flash that is not erased",
          0xff000000, 0, 7);
}

static void test_rules(void **state)
{
    static const struct script_step locked[] = {
        {WRITE32, CR, 0x201}, {WRITE32, PLACE, 0}, {READ, SR, 0}};
    static const struct script_step no_pg[] = {UNLOCK, {WRITE32, PLACE, 0}, {READ, SR, 0}};
    static const struct script_step width[] = {UNLOCK, PG_X32, {WRITE16, PLACE, 0}, {READ, SR, 0}};
    static const struct script_step unaligned[] = {
        UNLOCK, PG_X32, {WRITE32, PLACE + 2, 0}, {READ, SR, 0}};
    static const struct script_step wrong_key[] = {
        {WRITE32, KEYR, 1}, UNLOCK, PG_X32, {WRITE32, PLACE, 0}, {READ, SR, 0}};
    static const struct script_step busy[] = {
        UNLOCK, PG_X32, {WRITE32, PLACE, 0}, {WRITE32, PLACE + 4, 0}, READY, {READ, SR, 0}};
    static const struct script_step no_such[] = {UNLOCK, ERASE(13u), {READ, SR, 0}};

    (void)state;
    check("f407:boot0=0", locked, B0_LENGTH(locked), "while it is locked", UINT32_MAX, 0x80, 2);
    check("f407:boot0=0", no_pg, B0_LENGTH(no_pg), "without PG", UINT32_MAX, 0x80, 3);
    check("f407:boot0=0", width, B0_LENGTH(width), "another width", UINT32_MAX, 0x40, 4);
    check("f407:boot0=0", unaligned, B0_LENGTH(unaligned), "unaligned", UINT32_MAX, 0x40, 4);
    check("f407:boot0=0", wrong_key, B0_LENGTH(wrong_key), "wrong key", UINT32_MAX, 0x80, 5);
    check("f407:boot0=0", busy, B0_LENGTH(busy), "while it is busy", 0, 0, 6);
    check("f407:boot0=0", no_such, B0_LENGTH(no_such), "sector 13", UINT32_MAX, 0x80, 4);
    check("f407:boot0=0,supply=2.5", width, 0, NULL, UINT32_MAX, 0, 0);
}

/* A parallelism above the supply's limit. */
static void test_supply(void **state)
{
    static const struct script_step steps[] = {UNLOCK, PG_X32, {WRITE32, PLACE, 0x12345678}, READY};
    struct vboard *board = script_board("f407:boot0=0,supply=2.5", steps, B0_LENGTH(steps), true);

    (void)state;
    assert_traced(board, SECONDS, "more bits at a time than the supply allows");
    free_board(board);
}

/* DS8626, table 40: 1 s for 128 KiB at x32, 2 s at x8; 16 us for a word. */
static void test_times(void **state)
{
    static const struct script_step steps[] = {UNLOCK, ERASE(5u), READY, {READ, SR, 0x55}};
    struct vboard *board = script_board("f407:boot0=0", steps, B0_LENGTH(steps), true);
    struct vboard_stats stats;

    (void)state;
    poke32(board, PLACE, 0);
    vboard_wait_until(board, 999900);
    assert_int_equal(value_of(board, 5), 0x55); /* not yet replaced */
    free_board(board);

    board = script_board("f407:boot0=0", steps, B0_LENGTH(steps), true);
    poke32(board, PLACE + 0x1fffc, 0);
    vboard_wait_until(board, 1000100);
    stats = stats_of(board);
    assert_int_equal(stats.erase_us, 1000000);
    assert_int_equal(stats.sectors_erased, 1);
    assert_int_equal(peek32(board, PLACE + 0x1fffc), UINT32_MAX);
    free_board(board);
}

/* Code in flash, and code that reads flash, waits; code in RAM continues. */
static void test_stalls(void **state)
{
    static const struct script_step steps[] = {{WRITE32, 0x40023830, 1},
                                               {WRITE32, 0x40020000, 0xa8000400},
                                               UNLOCK,
                                               ERASE(5u),
                                               {WRITE32, 0x40020018, 0x20},
                                               {READ, MAIN, 0},
                                               {WRITE32, 0x40020018, 0x200000}};
    struct vboard *board = script_board("f407:boot0=0", steps, B0_LENGTH(steps), true);
    char *text = trace_until(board, 900000);

    (void)state;
    assert_non_null(strstr(text, "0.0000"));
    assert_non_null(strstr(text, "PA5 high"));
    assert_null(strstr(strstr(text, "PA5 high"), "PA5 low"));
    free(text);
    assert_traced(board, 1001000, "1.0000");
    assert_int_equal(value_of(board, 7), STACK);
    assert_int_equal(stats_of(board).flash_stalls, 1);
    free_board(board);

    board = script_board("f407:boot0=0", steps, B0_LENGTH(steps), false);
    text = trace_until(board, 900000);
    assert_null(strstr(text, "PA5 high"));
    free(text);
    assert_traced(board, 1001000, "PA5 high");
    free_board(board);
}

/* Sector 5 cleared in nWRP, through the option bytes; effective after the next reset. */
static void test_write_protection(void **state)
{
    static const struct script_step protect[] = {UNLOCK_OPTIONS,
                                                 {WRITE32, OPTCR, 0x0fdfaaec},
                                                 {WRITE32, OPTCR, 0x0fdfaaee},
                                                 READY,
                                                 {READ, OPTCR, 0}};
    static const struct script_step write[] = {UNLOCK, PG_X32, {WRITE32, PLACE, 0}, {READ, SR, 0}};
    struct vboard *board = script_board("f407:boot0=0", protect, B0_LENGTH(protect), true);

    (void)state;
    vboard_wait(board, SECONDS);
    assert_int_equal(value_of(board, 5), 0x0fdfaaec);
    load_script(board, write, B0_LENGTH(write));
    vboard_press_reset(board);
    assert_traced(board, 2 * SECONDS, "write protected");
    assert_int_equal(value_of(board, 4), 0x10);
    assert_int_equal(peek32(board, PLACE), UINT32_MAX);
    free_board(board);
}

/* A UART is due only for work that its own host has begun. */
static void test_erase_and_the_uart(void **state)
{
    static const struct script_step steps[] = {UNLOCK, ERASE(5u), READY};
    static const struct vboard_line line = {115200, true};
    struct vboard *board = script_board("f407:boot0=0", steps, B0_LENGTH(steps), true);

    (void)state;
    vboard_wait(board, 1000);
    assert_true(vboard_uart_due_us(board) == UINT64_MAX);
    vboard_uart_send(board, &line, (const uint8_t *)"z", 1);
    assert_in_range(vboard_uart_due_us(board), 1000000, 1010000);
    free_board(board);
}

/* Half way through an erase: neither the old contents nor the new. */
static void test_power_cut(void **state)
{
    static const struct script_step steps[] = {UNLOCK, ERASE(5u), READY};
    struct vboard *board =
        script_board("f407:boot0=0,fault=powercut@1:100", steps, B0_LENGTH(steps), true);
    unsigned ones = 0;

    (void)state;
    for (uint32_t i = 0; i < 1024; i++)
        poke32(board, PLACE + 4 * i, 0);
    vboard_wait_until(board, 499000);
    assert_true(vboard_runs_program(board));
    vboard_wait_until(board, 501000);
    assert_false(vboard_runs_program(board));
    for (uint32_t i = 0; i < 1024; i++)
        for (uint32_t bits = peek32(board, PLACE + 4 * i); bits; bits &= bits - 1)
            ones++;
    assert_in_range(ones, 1024 * 12, 1024 * 20);
    vboard_wait_until(board, 601000);
    assert_true(vboard_runs_program(board));
    free_board(board);
}

/* A reset during an erase leaves the controller ready for the next operation. */
static void test_reset_in_erase(void **state)
{
    static const struct script_step steps[] = {UNLOCK, ERASE(5u), READY};
    struct vboard *board = script_board("f407:boot0=0", steps, B0_LENGTH(steps), true);

    (void)state;
    poke32(board, PLACE, 0);
    vboard_wait_until(board, 500000);
    vboard_press_reset(board);
    vboard_wait(board, 999000);
    assert_int_equal(stats_of(board).sectors_erased, 0);
    vboard_wait(board, 2000);
    assert_int_equal(stats_of(board).sectors_erased, 1);
    assert_int_equal(peek32(board, PLACE), UINT32_MAX);
    free_board(board);
}

/* ---- two banks: RM0090, 3.4 and 3.9.8 ---- */

#define SECTOR(n) (0x202u | (n) << 3)
#define MER       0x204u
#define MER1      0x8200u

/* An erase from RAM, and what remains of one word in each bank. */
static void check_erase(const char *spec, uint32_t control, const char *violation, bool one_left,
                        bool two_left)
{
    const struct script_step steps[] = {
        SLOWLY, UNLOCK,        {WRITE32, CR, control}, {WRITE32, CR, 0x10000 | control},
        READY,  {READ, SR, 0}, {WRITE32, CR, 1u << 31}};
    struct vboard *board = script_board(spec, steps, B0_LENGTH(steps), true);
    bool is_mass = control & (MER | MER1) & ~0x200u;
    bool two_banks = vboard_poke(board, PLACE_2, (const uint8_t[]){0, 0, 0, 0}, 4);
    char *text;

    poke32(board, PLACE, 0);
    text = trace_until(board, is_mass ? 17 * SECONDS : 2 * SECONDS);
    if (violation ? !strstr(text, violation) : violations_of(board) > 0)
        fail_msg("%s, 0x%x:\n%s", spec, (unsigned)control, text);
    assert_int_equal(value_of(board, 6), violation ? 0x80 : 0);
    assert_int_equal(peek32(board, PLACE), one_left ? 0 : UINT32_MAX);
    if (two_banks)
        assert_int_equal(peek32(board, PLACE_2), two_left ? 0 : UINT32_MAX);
    free(text);
    free_board(board);
}

static void test_bank_erase(void **state)
{
    (void)state;
    check_erase("f427:boot0=0", SECTOR(5u), NULL, false, true);
    check_erase("f427:boot0=0", SECTOR(16u + 5), NULL, true, false);
    check_erase("f427:boot0=0", SECTOR(12u), "erase of sector 12, which does not exist", true,
                true);
    check_erase("f427:boot0=0", SECTOR(16u + 12), "erase of sector 28", true, true);
    check_erase("f427:boot0=0", MER, NULL, false, true);
    check_erase("f427:boot0=0", MER1, NULL, true, false);
    check_erase("f427:boot0=0", MER | MER1, NULL, false, false);
    check_erase("f407:boot0=0", SECTOR(16u + 5), "erase of sector 21", true, true);
    check_erase("f407:boot0=0", MER1, "there is only one bank", true, true);
    check_erase("f401:boot0=0", SECTOR(5u), NULL, false, true);
    check_erase("f401:boot0=0", SECTOR(6u), "erase of sector 6", true, true);
    check_erase("f446:boot0=0", SECTOR(8u), "erase of sector 8", true, true);
}

/* Half the time for half the flash. */
static void test_bank_erase_time(void **state)
{
    static const struct script_step one[] = {
        SLOWLY, UNLOCK, {WRITE32, CR, MER1}, {WRITE32, CR, 0x18200}};
    struct vboard *board = script_board("f427:boot0=0", one, B0_LENGTH(one), true);

    (void)state;
    vboard_wait(board, 9 * SECONDS);
    assert_int_equal(stats_of(board).erase_us, 8 * SECONDS);
    assert_int_equal(stats_of(board).sectors_erased, 12);
    free_board(board);
}

/* Code in one bank continues while the other is erased; reads of the erased bank wait. */
static void check_bank_stall(uint32_t sector, bool stalls)
{
    const struct script_step steps[] = {
        UNLOCK,           {WRITE32, CR, SECTOR(sector)}, {WRITE32, CR, 0x10000 | SECTOR(sector)},
        {READ, SR, 0x55}, {READ, PLACE_2 + 4, 0x55},     {READ, SR, 0x55}};
    struct vboard *board = script_board("f427:boot0=0", steps, B0_LENGTH(steps), false);

    vboard_wait_until(board, 900000);
    assert_int_equal(value_of(board, 4), stalls ? 0x55 : 0x10000);
    vboard_wait_until(board, 1001000);
    assert_int_equal(value_of(board, 5), UINT32_MAX);
    assert_int_equal(stats_of(board).flash_stalls, 1);
    assert_int_equal(value_of(board, 6), 0);
    free_board(board);
}

static void test_bank_stalls(void **state)
{
    (void)state;
    check_bank_stall(16 + 5, false);
    check_bank_stall(5, true);
}

/* Sector 5 of bank 2 cleared in nWRP, through OPTCR1. */
static void test_bank_write_protection(void **state)
{
    static const struct script_step protect[] = {UNLOCK_OPTIONS,
                                                 {WRITE32, OPTCR1, 0x0fdf0000},
                                                 {WRITE32, OPTCR, 0x0fffaaee},
                                                 READY,
                                                 {READ, OPTCR, 0},
                                                 {READ, OPTCR1, 0}};
    static const struct script_step write[] = {{READ, OPTCR1, 0},
                                               UNLOCK,
                                               PG_X32,
                                               {WRITE32, PLACE, 0},
                                               READY,
                                               PG_X32,
                                               {READ, SR, 0},
                                               {WRITE32, PLACE_2, 0},
                                               {READ, SR, 0}};
    struct vboard *board = script_board("f427:boot0=0", protect, B0_LENGTH(protect), true);

    (void)state;
    vboard_wait(board, 2 * SECONDS);
    assert_int_equal(value_of(board, 5), 0x0fffaaec);
    assert_int_equal(value_of(board, 6), 0x0fdf0000);
    assert_int_equal(violations_of(board), 0);
    load_script(board, write, B0_LENGTH(write));
    vboard_press_reset(board);
    assert_traced(board, 4 * SECONDS, "write protected");
    assert_int_equal(value_of(board, 0), 0x0fdf0000);
    assert_int_equal(value_of(board, 7), 0);
    assert_int_equal(value_of(board, 9), 0x10);
    assert_int_equal(peek32(board, PLACE), 0);
    assert_int_equal(peek32(board, PLACE_2), UINT32_MAX);
    free_board(board);
}

static void check_option(const char *spec, uint32_t address, uint32_t value, const char *violation)
{
    const struct script_step steps[] = {UNLOCK_OPTIONS, {WRITE32, address, value}};
    struct vboard *board = script_board(spec, steps, B0_LENGTH(steps), true);

    assert_traced(board, SECONDS, violation);
    free_board(board);
}

static void test_options_that_are_not_modelled(void **state)
{
    (void)state;
    check_option("f407:boot0=0", OPTCR1, 0x0fff0000, "there is only one bank");
    check_option("f446:boot0=0", OPTCR1, 0x0fff0000, "there is only one bank");
    check_option("f411:boot0=0", OPTCR, 0x8fffaaec, "PCROP is not modelled");
    check_option("f427:boot0=0", OPTCR, 0x0fffaafc, "bank 2 is not modelled");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_programs),
        cmocka_unit_test(test_only_clears_bits),
        cmocka_unit_test(test_rules),
        cmocka_unit_test(test_supply),
        cmocka_unit_test(test_times),
        cmocka_unit_test(test_stalls),
        cmocka_unit_test(test_write_protection),
        cmocka_unit_test(test_power_cut),
        cmocka_unit_test(test_erase_and_the_uart),
        cmocka_unit_test(test_reset_in_erase),
        cmocka_unit_test(test_bank_erase),
        cmocka_unit_test(test_bank_erase_time),
        cmocka_unit_test(test_bank_stalls),
        cmocka_unit_test(test_bank_write_protection),
        cmocka_unit_test(test_options_that_are_not_modelled),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
