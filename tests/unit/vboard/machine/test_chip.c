/* SPDX-License-Identifier: MIT */
/*
 * Resets and the state that survives them, clocks, the smaller peripherals, the ROM beside the
 * program.
 */
#include "machine_test.h"
#include <core/array.h>

#define CSR       0x40023874u
#define APB1ENR   0x40023840u
#define APB2ENR   0x40023844u
#define PWR_CR    0x40007000u
#define BKP19R    0x4000289cu
#define AIRCR     0xe000ed0cu
#define ROM_ENTRY 0x1fff3331u

/* ---- resets ---- */

static uint32_t flags_after(struct vboard *board)
{
    static const struct script_step steps[] = {{READ, CSR, 0}, {WRITE32, CSR, 1u << 24}};

    load_script(board, steps, B0_LENGTH(steps));
    vboard_wait(board, 1000);
    return value_of(board, 0);
}

static void test_causes(void **state)
{
    static const struct script_step software[] = {{WRITE32, AIRCR, 0x05fa0004}};
    static const struct script_step dog[] = {{WRITE32, 0x40003000, 0xcccc}};
    struct vboard *board = script_board("f407:boot0=0", software, 0, false);

    (void)state;
    assert_int_equal(flags_after(board), 0x0e000000);
    vboard_press_reset(board);
    assert_int_equal(flags_after(board), 0x04000000);
    load_script(board, software, B0_LENGTH(software));
    vboard_press_reset(board);
    /* The list is still in RAM, so it resets repeatedly. */
    vboard_wait(board, 100);
    assert_true(stats_of(board).resets > 2);
    assert_int_equal(flags_after(board) & 0x14000000, 0x14000000);
    load_script(board, dog, B0_LENGTH(dog));
    vboard_press_reset(board);
    vboard_wait(board, 500000);
    assert_int_equal(flags_after(board), 0); /* nothing executes the list put there */
    vboard_wait(board, 20000);
    assert_int_equal(value_of(board, 0), 0x24000000); /* but the restarted program does */
    free_board(board);
}

/* Backup registers survive resets; a loss of power only with a battery. */
static void check_backup(const char *spec, uint32_t after)
{
    static const struct script_step write[] = {{WRITE32, APB1ENR, 1u << 28},
                                               {WRITE32, PWR_CR, 1u << 8},
                                               {READ, PWR_CR, 0},
                                               {READ, PWR_CR, 0},
                                               {WRITE32, BKP19R, 0xb0070001}};
    static const struct script_step look[] = {{WRITE32, APB1ENR, 1u << 28}, {READ, BKP19R, 0}};
    struct vboard *board = script_board(spec, write, B0_LENGTH(write), false);

    vboard_wait(board, 1000);
    load_script(board, look, B0_LENGTH(look));
    vboard_press_reset(board);
    vboard_wait(board, 1000);
    assert_int_equal(value_of(board, 1), 0xb0070001);
    vboard_power_cycle(board);
    load_script(board, look, B0_LENGTH(look));
    vboard_wait(board, 1000);
    assert_int_equal(value_of(board, 1), after);
    free_board(board);
}

static void test_backup_registers(void **state)
{
    static const struct script_step locked[] = {{WRITE32, BKP19R, 1}, {READ, BKP19R, 0}};
    static const struct script_step early[] = {
        {WRITE32, APB1ENR, 1u << 28}, {WRITE32, PWR_CR, 1u << 8}, {WRITE32, BKP19R, 1}};
    struct vboard *board = script_board("f407:boot0=0", locked, B0_LENGTH(locked), false);

    (void)state;
    assert_traced(board, 1000, "without PWR_CR.DBP");
    assert_int_equal(value_of(board, 1), 0);
    free_board(board);
    board = script_board("f407:boot0=0", early, B0_LENGTH(early), false);
    assert_traced(board, 1000, "before PWR_CR.DBP read as set");
    free_board(board);
    check_backup("f407:boot0=0", 0);
    check_backup("f407:boot0=0,vbat=1", 0xb0070001);
}

/* ---- the ROM ---- */

static void test_jump_to_rom(void **state)
{
    static const struct script_step steps[] = {{JUMP, ROM_ENTRY, 0}};
    struct vboard *board = script_board("f407:boot0=0", steps, B0_LENGTH(steps), false);

    (void)state;
    assert_false(vboard_connected(board));
    vboard_wait(board, 1000);
    assert_false(vboard_runs_program(board));
    assert_true(vboard_connected(board));
    to_idle(board);
    vboard_press_reset(board); /* BOOT0 is low */
    assert_true(vboard_runs_program(board));
    free_board(board);
}

static void test_rom_leaves(void **state)
{
    struct vboard *board = new_board("f407");

    (void)state;
    poke_program(board, MAIN, script_program, B0_LENGTH(script_program));
    to_idle(board);
    assert_int_equal(command(board, 0x21, MAIN), BOOT0_DFU_STATUS_OK);
    assert_int_equal(dnload(board, 0, NULL, 0), BOOT0_XFER_OK);
    get_status(board);
    vboard_wait(board, 1000);
    assert_true(vboard_runs_program(board));
    assert_false(vboard_connected(board));
    vboard_press_reset(board); /* BOOT0 is high */
    assert_false(vboard_runs_program(board));
    assert_true(vboard_connected(board));
    free_board(board);
}

static void test_blank_flash_runs_nothing(void **state)
{
    struct vboard *board = new_board("f407:boot0=0");

    (void)state;
    assert_false(vboard_runs_program(board));
    free_board(board);
}

/* ---- clocks ---- */

/* 168 MHz from a crystal: M = MHz, N 336, P 2, Q 7 (RM0090, 7.3.2). */
static void check_pll(const char *spec, uint32_t mhz, bool starts)
{
    const struct script_step steps[] = {
        {WRITE32, 0x40023c00, 0x705},
        {WRITE32, 0x40023800, 0x10083}, /* HSEON */
        {COUNT, 0, 16000},
        {READ, 0x40023800, 0},
        {WRITE32, 0x40023804, 0x07400000 | 336 << 6 | mhz},
        {WRITE32, 0x40023808, 5 << 10 | 4 << 13},
        {WRITE32, 0x40023800, 0x1010083}, /* PLLON */
        {COUNT, 0, 1600},
        {WRITE32, 0x40023808, 5 << 10 | 4 << 13 | 2},
        {READ, 0x40023808, 0},
    };
    struct vboard *board = script_board(spec, steps, B0_LENGTH(steps), false);

    vboard_wait(board, 20000);
    assert_int_equal(value_of(board, 3) >> 17 & 1, starts);
    assert_int_equal(value_of(board, 9) >> 2 & 3, starts ? 2 : 0);
    if (starts)
        assert_int_equal(violations_of(board), 0);
    free_board(board);
}

static void test_crystals(void **state)
{
    (void)state;
    check_pll("f407:boot0=0", 8, true);
    check_pll("f407:boot0=0,crystal=12", 12, true);
    check_pll("f407:boot0=0,crystal=25", 25, true);
    check_pll("f407:boot0=0,crystal=0", 8, false);
    check_pll("f427:boot0=0,crystal=25", 25, true);
}

/* HSE / 31, captured by TIM11 at every eighth edge, counted at 16 MHz. */
static void check_measurement(const char *spec, uint32_t expected)
{
    static const struct script_step steps[] = {
        {WRITE32, 0x40023800, 0x10083},  {COUNT, 0, 16000},
        {WRITE32, 0x40023808, 31 << 16}, {WRITE32, APB2ENR, 1u << 18},
        {WRITE32, 0x40014850, 2},        {WRITE32, 0x40014818, 0x0d},
        {WRITE32, 0x40014820, 1},        {WRITE32, 0x40014800, 1},
        {WRITE32, 0x40014810, 0},        {COUNT, 0, 300},
        {READ, 0x40014834, 0},           {COUNT, 0, 150},
        {READ, 0x40014834, 0},           {READ, 0x40014810, 0},
    };
    struct vboard *board = script_board(spec, steps, B0_LENGTH(steps), false);
    uint32_t span;

    vboard_wait(board, 50000);
    span = (value_of(board, 12) - value_of(board, 10)) & 0xffff;
    assert_int_equal(span % expected <= 1 || span % expected >= expected - 1, true);
    assert_true(span > 0);
    free_board(board);
}

static void test_crystal_measurement(void **state)
{
    (void)state;
    check_measurement("f407:boot0=0", 8 * 31 * 16 / 8);
    check_measurement("f407:boot0=0,crystal=16", 8 * 31 * 16 / 16);
    check_measurement("f401:boot0=0,crystal=8", 8 * 31 * 16 / 8);
    check_measurement("f446:boot0=0,crystal=16", 8 * 31 * 16 / 16);
}

static void test_wait_states(void **state)
{
    static const struct script_step steps[] = {
        {WRITE32, 0x40023800, 0x10083}, {COUNT, 0, 16000}, {WRITE32, 0x40023808, 1}};
    struct vboard *board =
        script_board("f407:boot0=0,crystal=25,supply=1.8", steps, B0_LENGTH(steps), false);

    (void)state;
    assert_traced(board, 20000, "wait states");
    free_board(board);
}

/* ---- the smaller peripherals ---- */

static void test_crc(void **state)
{
    static const struct script_step steps[] = {{WRITE32, 0x40023830, 1u << 12},
                                               {WRITE32, 0x40023008, 1},
                                               {WRITE32, 0x40023000, 0x12345678},
                                               {READ, 0x40023000, 0}};
    struct vboard *board = script_board("f407:boot0=0", steps, B0_LENGTH(steps), false);

    (void)state;
    vboard_wait(board, 1000);
    assert_int_equal(value_of(board, 3), 0xdf8a8a2b); /* CRC-32/MPEG-2 of 12 34 56 78 */
    free_board(board);
}

/* 1.21 V relative to the supply, against the factory's measurement at 3.3 V. */
static void test_supply(void **state)
{
    static const struct script_step steps[] = {{WRITE32, APB2ENR, 1u << 8},
                                               {WRITE32, 0x40012304, 1u << 23},
                                               {WRITE32, 0x40012034, 17},
                                               {WRITE32, 0x40012008, 1},
                                               {WRITE32, 0x40012008, 1u << 30 | 1},
                                               {COUNT, 0, 1000},
                                               {READ, 0x40012000, 0},
                                               {READ, 0x4001204c, 0},
                                               {READ, 0x1fff7a28, 0}};
    struct vboard *board = script_board("f407:boot0=0,supply=2.4", steps, B0_LENGTH(steps), false);
    uint32_t factory;

    (void)state;
    vboard_wait(board, 10000);
    assert_int_equal(value_of(board, 6) & 2, 2);
    factory = value_of(board, 8) >> 16;
    assert_int_equal(factory, 1501);
    assert_in_range(3300 * factory / value_of(board, 7), 2395, 2405);
    free_board(board);
}

static void test_button(void **state)
{
    static const struct script_step steps[] = {
        {WRITE32, 0x40023830, 0x11}, {READ, 0x40020010, 0}, {READ, 0x40021010, 0}};
    struct vboard *board =
        script_board("f407:boot0=0,button=PE4:1", steps, B0_LENGTH(steps), false);

    (void)state;
    vboard_wait(board, 1000);
    assert_int_equal(value_of(board, 1) & 0x10, 0);
    assert_int_equal(value_of(board, 2), 0x10);
    free_board(board);
}

static void test_peripheral_without_clock(void **state)
{
    static const struct script_step steps[] = {{WRITE32, 0x40020014, 0x20}, {READ, 0x40020014, 0}};
    struct vboard *board = script_board("f407:boot0=0", steps, B0_LENGTH(steps), false);

    (void)state;
    assert_traced(board, 1000, "GPIOA was used without its clock");
    assert_int_equal(value_of(board, 1), 0);
    free_board(board);
}

/* "A" at 115200 baud from HSI, 8N1; the host's characters come out of DR. */
static void test_usart(void **state)
{
    static const struct script_step steps[] = {
        {WRITE32, APB2ENR, 1u << 4}, {WRITE32, 0x40011008, 139}, {WRITE32, 0x4001100c, 0x200c},
        {WRITE32, 0x40011004, 'A'},  {COUNT, 0, 16000},          {READ, 0x40011004, 0}};
    static const struct vboard_line line = {115200, false};
    struct vboard *board = script_board("f407:boot0=0", steps, B0_LENGTH(steps), false);
    struct vboard_character character;

    (void)state;
    vboard_wait(board, 50);
    assert_false(vboard_uart_receive(board, &character));
    vboard_wait(board, 60);
    assert_true(vboard_uart_receive(board, &character));
    assert_int_equal(character.byte, 'A');
    vboard_uart_send(board, &line, (const uint8_t *)"z", 1);
    vboard_wait(board, 10000);
    assert_int_equal(value_of(board, 5), 'z');
    free_board(board);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_causes),
        cmocka_unit_test(test_backup_registers),
        cmocka_unit_test(test_jump_to_rom),
        cmocka_unit_test(test_rom_leaves),
        cmocka_unit_test(test_blank_flash_runs_nothing),
        cmocka_unit_test(test_crystals),
        cmocka_unit_test(test_crystal_measurement),
        cmocka_unit_test(test_wait_states),
        cmocka_unit_test(test_crc),
        cmocka_unit_test(test_supply),
        cmocka_unit_test(test_button),
        cmocka_unit_test(test_peripheral_without_clock),
        cmocka_unit_test(test_usart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
