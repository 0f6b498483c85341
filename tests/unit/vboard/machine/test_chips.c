/* SPDX-License-Identifier: MIT */
/*
 * The chips that the machine runs: their rows against core/family, and a program's view of each:
 * memories, clocks and their limits, ports, interrupts.
 */
#include "machine_test.h"

#include <core/family/family.h>
#include <vboard/board/board.h>
#include <vboard/machine/chips.h>

#define RCC_CR      0x40023800u
#define RCC_PLLCFGR 0x40023804u
#define RCC_CFGR    0x40023808u
#define AHB1ENR     0x40023830u
#define APB1ENR     0x40023840u
#define PLLI2SCFGR  0x40023884u
#define PLLSAICFGR  0x40023888u
#define DCKCFGR     0x4002388cu
#define DCKCFGR2    0x40023894u
#define FLASH_ACR   0x40023c00u
#define PWR_CR      0x40007000u
#define PWR_CSR     0x40007004u
#define CCM         0x10000000u
#define HANGS       20000 /* microseconds: all lists here are done by then */

/* The boards with these chips: model, part. */
static const struct {
    const char *model, *part;
} models[] = {
    {"f407", "STM32F407VG"}, {"f401", "STM32F401CC"}, {"f401xe", "STM32F401CE"},
    {"f411", "STM32F411CE"}, {"f412", "STM32F412ZG"}, {"f427", "STM32F427VI"},
    {"f446", "STM32F446RE"},
};

static const char *spec_of(const char *model)
{
    static char spec[40];

    snprintf(spec, sizeof spec, "%s:boot0=0", model);
    return spec;
}

/* ---- the rows ---- */

static const struct b0_chip *family_row(const struct vboard_machine_chip *chip)
{
    return b0_chip_find((uint16_t)(chip->idcode & 0xfff));
}

static bool has_ram(const struct vboard_part *part, uint32_t address, uint32_t size)
{
    for (size_t i = 0; part->areas[i].size > 0; i++)
        if (part->areas[i].kind == VBOARD_RAM && part->areas[i].address == address)
            return part->areas[i].size == size;
    return false;
}

static void assert_memories(const struct vboard_machine_chip *chip, const struct boot0_chip *row)
{
    size_t areas = 0, rams = 0;

    for (size_t i = 0; chip->part->areas[i].size > 0; i++)
        areas += chip->part->areas[i].kind == VBOARD_RAM;
    for (; rams < B0_LENGTH(row->ram) && row->ram[rams].size > 0; rams++)
        if (!has_ram(chip->part, row->ram[rams].address, row->ram[rams].size))
            fail_msg("%s: RAM at 0x%08x", chip->part->name, (unsigned)row->ram[rams].address);
    assert_int_equal(areas, rams);
}

/* The layout that the ROM reports, from core/family. */
static void assert_sectors(const struct vboard_part *part, const char *layout)
{
    char text[120] = "@Internal Flash  /0x08000000/";

    for (const struct vboard_sectors *run = part->sectors; run->count > 0; run++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%02u*%03uKg",
                 run == part->sectors ? "" : ",", (unsigned)run->count,
                 (unsigned)(run->size / 1024));
    assert_string_equal(text, layout);
}

static void test_rows(void **state)
{
    const struct vboard_machine_chip *chip;
    unsigned count = 0;

    (void)state;
    for (; (chip = vboard_machine_chip_at(count)) != NULL; count++) {
        const struct b0_chip *row = family_row(chip);

        assert_non_null(row);
        assert_string_equal(row->chip.family, chip->part->family);
        assert_memories(chip, &row->chip);
        assert_sectors(chip->part, row->chip.layout);
        assert_int_equal(chip->part->banks, chip->part->areas[0].size > B0_MIB ? 2 : 1);
        assert_int_equal(chip->part->unique_id, b0_stm32f4.signature.unique_id);
        assert_int_equal(chip->part->flash_size, b0_stm32f4.signature.flash_size);
        assert_true(chip->interrupts <= VBOARD_INTERRUPTS_MAX);
        assert_ptr_equal(vboard_machine_chip_find(chip->part), chip);
    }
    assert_int_equal(count, B0_LENGTH(models));
}

/* A described board has its memories, and its own name: the first row of the kind. */
static void test_find(void **state)
{
    struct vboard_part part = vboard_part_f446re;

    (void)state;
    assert_string_equal(vboard_machine_chip_find(&part)->part->name, "STM32F446RE");
    part.name = "mine";
    assert_string_equal(vboard_machine_chip_find(&part)->part->name, "STM32F411CE");
    part.banks = 2;
    assert_null(vboard_machine_chip_find(&part));
    assert_null(vboard_machine_chip_find(&vboard_part_f103cb));
}

/* ---- values that a program reads ---- */

static void test_identity(void **state)
{
    static const struct script_step steps[] = {
        {READ, 0xe0042000, 0},          {READ, 0x1fff7a10, 0}, {READ, 0x1fff7a20, 0},
        {WRITE32, 0x40023834, 1u << 7}, {READ, 0x5000003c, 0}, {READ, AHB1ENR, 0},
        {WRITE32, APB1ENR, 1u << 28},   {READ, PWR_CR, 0},
    };
    static const uint32_t enabled[] = {0x00100000, 0, 0, 0, 0, 0x00100000, 0};
    static const uint32_t power[] = {0x4000, 0x8000, 0x8000, 0x8000, 0x8000, 0xc000, 0xc000};

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(models); i++) {
        struct vboard *board =
            script_board(spec_of(models[i].model), steps, B0_LENGTH(steps), false);
        const struct vboard_machine_chip *chip = vboard_machine_chip_find(board->chip.part);

        vboard_wait(board, HANGS);
        assert_string_equal(board->chip.part->name, models[i].part);
        assert_true(vboard_runs_program(board));
        assert_int_equal(value_of(board, 0), chip->idcode);
        assert_int_not_equal(value_of(board, 1), UINT32_MAX);
        assert_int_equal(value_of(board, 2) >> 16, chip->part->areas[0].size / 1024);
        assert_int_equal(value_of(board, 4), chip->otg_core);
        assert_int_equal(value_of(board, 5), enabled[i]);
        assert_int_equal(value_of(board, 7), power[i]);
        assert_int_equal(violations_of(board), 0);
        free_board(board);
    }
}

/* ---- memories ---- */

static void check_memory(const char *model, uint32_t address, bool is_there)
{
    const struct script_step steps[] = {{WRITE32, address, 0x12345678}, {READ, address, 0}};
    struct vboard *board = script_board(spec_of(model), steps, B0_LENGTH(steps), false);
    char *text = trace_until(board, HANGS);

    if (!is_there && !strstr(text, "wrote 4 bytes at an address without memory"))
        fail_msg("%s: no bus fault at 0x%08x:\n%s", model, (unsigned)address, text);
    assert_int_equal(value_of(board, 1), is_there ? 0x12345678 : 0);
    free(text);
    free_board(board);
}

static void test_memories(void **state)
{
    (void)state;
    check_memory("f407", CCM, true);
    check_memory("f427", CCM, true);
    check_memory("f401", CCM, false);
    check_memory("f411", CCM, false);
    check_memory("f412", CCM, false);
    check_memory("f446", CCM, false);
    check_memory("f401", 0x2000fffc, true);
    check_memory("f401", 0x20010000, false);
    check_memory("f401xe", 0x20017ffc, true);
    check_memory("f401xe", 0x20018000, false);
    check_memory("f407", 0x20020000, false);
    check_memory("f412", 0x2003fffc, true);
    check_memory("f412", 0x20040000, false);
    check_memory("f427", 0x2002fffc, true);
    check_memory("f427", 0x20030000, false);
}

/* ---- clocks ---- */

struct clock {
    const char *model;
    const char *violation; /* NULL: none */
    uint32_t vos, over_drive;
    uint32_t wait_states;
    uint32_t pllcfgr; /* without the source; PLLM is 8, for an 8 MHz crystal */
    uint32_t cfgr;
};

#define PLL(n, p, r)  ((n) << 6 | ((p) / 2 - 1) << 16 | 7u << 24 | (uint32_t)(r) << 28)
#define APB(one, two) ((one) << 10 | (two) << 13) /* 0: HCLK, 4: a half, 5: a quarter */

static void check_clock(const struct clock *clock)
{
    const struct script_step steps[] = {
        {WRITE32, APB1ENR, 1u << 28},
        {WRITE32, PWR_CR, clock->vos << 14},
        {WRITE32, PWR_CR, clock->vos << 14 | clock->over_drive << 16},
        {READ, PWR_CSR, 0},
        {WRITE32, FLASH_ACR, clock->wait_states},
        {WRITE32, RCC_CR, 0x10083},
        {COUNT, 0, 16000},
        {WRITE32, RCC_PLLCFGR, clock->pllcfgr | 1u << 22 | 8},
        {WRITE32, RCC_CR, 0x1010083},
        {COUNT, 0, 1600},
        {WRITE32, RCC_CFGR, (clock->cfgr & ~3u)},
        {WRITE32, RCC_CFGR, clock->cfgr},
        {READ, RCC_CFGR, 0},
    };
    struct vboard *board = script_board(spec_of(clock->model), steps, B0_LENGTH(steps), false);
    char *text = trace_until(board, HANGS);

    if (clock->violation && !strstr(text, clock->violation))
        fail_msg("%s: \"%s\" is not in the trace:\n%s", clock->model, clock->violation, text);
    if (!clock->violation && violations_of(board) > 0)
        fail_msg("%s: a violation in the trace:\n%s", clock->model, text);
    if (!clock->violation || !strstr(clock->violation, "SW of 3"))
        assert_int_equal(value_of(board, 12) >> 2 & 3, clock->cfgr & 3);
    else
        assert_int_equal(value_of(board, 12) >> 2 & 3, 0);
    assert_int_equal(value_of(board, 3) >> 16 & 3, clock->over_drive);
    free(text);
    free_board(board);
}

static void test_clock_limits(void **state)
{
    static const struct clock clocks[] = {
        {"f407", NULL, 1, 0, 5, PLL(336, 2, 2), APB(5, 4) | 2},
        {"f407", "exceeds 144 MHz", 0, 0, 5, PLL(336, 2, 2), APB(5, 4) | 2},
        {"f407", "exceeds 168 MHz", 1, 0, 5, PLL(360, 2, 2), APB(5, 4) | 2},
        {"f407", "exceeds 42 or 84 MHz", 1, 0, 5, PLL(336, 2, 2), APB(4, 4) | 2},
        {"f407", NULL, 1, 0, 2, PLL(128, 2, 2), APB(4, 0) | 2},
        {"f407", "SW of 3, which the STM32F407VG does not have", 1, 0, 2, PLL(128, 2, 2), 3},

        {"f401", NULL, 2, 0, 2, PLL(336, 4, 2), APB(4, 0) | 2},
        {"f401", "exceeds 60 MHz", 1, 0, 2, PLL(336, 4, 2), APB(4, 0) | 2},
        {"f401", "exceeds 84 MHz", 2, 0, 3, PLL(200, 2, 2), APB(5, 4) | 2},
        {"f401", "VOS of 3 is reserved", 3, 0, 2, PLL(240, 4, 2), APB(4, 0) | 2},
        {"f401", "exceeds 42 or 84 MHz", 2, 0, 2, PLL(336, 4, 2), 2},
        {"f401", "VCO at 128000 kHz", 2, 0, 2, PLL(128, 2, 2), APB(4, 0) | 2},
        {"f401", "1 wait states", 2, 0, 1, PLL(256, 4, 2), APB(4, 0) | 2},
        {"f401xe", NULL, 2, 0, 2, PLL(336, 4, 2), APB(4, 0) | 2},
        {"f401xe", "exceeds 84 MHz", 2, 0, 3, PLL(200, 2, 2), APB(5, 4) | 2},

        {"f411", NULL, 3, 0, 3, PLL(200, 2, 2), APB(4, 0) | 2},
        {"f411", NULL, 2, 0, 1, PLL(256, 4, 2), APB(4, 0) | 2},
        {"f411", "exceeds 84 MHz", 2, 0, 3, PLL(192, 2, 2), APB(4, 0) | 2},
        {"f411", "exceeds 64 MHz", 1, 0, 3, PLL(336, 4, 2), APB(4, 0) | 2},
        {"f411", "exceeds 100 MHz", 3, 0, 3, PLL(216, 2, 2), APB(5, 4) | 2},
        {"f411", "exceeds 50 or 100 MHz", 3, 0, 3, PLL(200, 2, 2), 2},
        {"f411", "2 wait states", 3, 0, 2, PLL(200, 2, 2), APB(4, 0) | 2},

        {"f412", NULL, 3, 0, 3, PLL(200, 2, 2), APB(4, 0) | 2},
        {"f412", "exceeds 84 MHz", 2, 0, 3, PLL(200, 2, 2), APB(4, 0) | 2},
        {"f412", "SW of 3, which the STM32F412ZG does not have", 3, 0, 2, PLL(128, 2, 2), 3},
        {"f412", "PLLR of 0", 3, 0, 3, PLL(200, 2, 0), APB(4, 0) | 2},

        {"f427", NULL, 3, 0, 5, PLL(336, 2, 2), APB(5, 4) | 2},
        {"f427", NULL, 3, 3, 5, PLL(360, 2, 2), APB(5, 4) | 2},
        {"f427", NULL, 2, 3, 5, PLL(336, 2, 2), APB(5, 4) | 2},
        {"f427", "exceeds 168 MHz", 3, 0, 5, PLL(360, 2, 2), APB(5, 4) | 2},
        {"f427", "exceeds 168 MHz", 3, 1, 5, PLL(360, 2, 2), APB(5, 4) | 2},
        {"f427", "exceeds 144 MHz", 2, 0, 5, PLL(336, 2, 2), APB(5, 4) | 2},
        {"f427", "exceeds 120 MHz", 1, 3, 5, PLL(336, 2, 2), APB(5, 4) | 2},
        {"f427", "4 wait states", 3, 0, 4, PLL(336, 2, 2), APB(5, 4) | 2},

        {"f446", NULL, 3, 3, 5, PLL(360, 2, 2), APB(5, 4) | 2},
        {"f446", NULL, 3, 0, 5, PLL(336, 8, 2), APB(5, 4) | 3},
        {"f446", "exceeds 168 MHz", 3, 0, 5, PLL(360, 8, 2), APB(5, 4) | 3},
        {"f446", "exceeds 168 MHz", 3, 0, 5, PLL(360, 2, 2), APB(5, 4) | 2},
        {"f446", "exceeds 45 or 90 MHz", 3, 3, 5, PLL(360, 2, 2), APB(4, 4) | 2},
        {"f446", "PLLR of 1", 3, 0, 5, PLL(336, 2, 1), APB(5, 4) | 2},
    };

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(clocks); i++)
        check_clock(&clocks[i]);
}

/* The crystal is HCLK, without wait states. */
static void check_supply(const char *model, unsigned crystal, const char *supply, bool suffices)
{
    static const struct script_step steps[] = {
        {WRITE32, RCC_CR, 0x10083}, {COUNT, 0, 16000}, {WRITE32, RCC_CFGR, 1}};
    char spec[60], *text;
    struct vboard *board;

    snprintf(spec, sizeof spec, "%s:boot0=0,crystal=%u,supply=%s", model, crystal, supply);
    board = script_board(spec, steps, B0_LENGTH(steps), false);
    text = trace_until(board, HANGS);
    if ((strstr(text, "0 wait states") == NULL) != suffices)
        fail_msg("%s:\n%s", spec, text);
    free(text);
    free_board(board);
}

static void test_supply(void **state)
{
    static const char *const models_100[] = {"f401", "f401xe", "f411", "f412"};
    static const char *const models_180[] = {"f407", "f427", "f446"};

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(models_100); i++) {
        check_supply(models_100[i], 24, "2.5", true);
        check_supply(models_100[i], 25, "2.5", false);
        check_supply(models_100[i], 18, "2.2", true);
        check_supply(models_100[i], 19, "2.2", false);
        check_supply(models_100[i], 16, "1.9", true);
        check_supply(models_100[i], 17, "1.9", false);
    }
    for (size_t i = 0; i < B0_LENGTH(models_180); i++) {
        check_supply(models_180[i], 22, "2.2", true);
        check_supply(models_180[i], 23, "2.2", false);
        check_supply(models_180[i], 20, "1.9", true);
        check_supply(models_180[i], 21, "1.9", false);
    }
}

/* VOS keeps its value while the PLL is on, except on the F405/407. */
static void check_vos(const char *model, bool stands)
{
    static const struct script_step steps[] = {
        {WRITE32, APB1ENR, 1u << 28},
        {WRITE32, RCC_CR, 0x1000083},
        {COUNT, 0, 1600},
        {WRITE32, PWR_CR, 0},
        {READ, PWR_CR, 0},
    };
    struct vboard *board = script_board(spec_of(model), steps, B0_LENGTH(steps), false);
    char *text = trace_until(board, HANGS);

    assert_int_equal(strstr(text, "VOS was changed while the PLL is on") != NULL, stands);
    assert_int_equal(value_of(board, 4) != 0, stands);
    free(text);
    free_board(board);
}

static void test_vos_stands(void **state)
{
    (void)state;
    check_vos("f407", false);
    check_vos("f401", true);
    check_vos("f446", true);
}

/*
 * 48 MHz from a PLL other than the main one: without it a core reset of the USB controller does not
 * finish.
 */
struct usb_clock {
    const char *model;
    const char *violation;
    uint32_t config; /* the address of the other PLL's register */
    uint32_t value;
    uint32_t on; /* bits of RCC_CR */
    bool runs;
};

static void check_usb_clock(const struct usb_clock *clock)
{
    const struct script_step steps[] = {
        {WRITE32, RCC_CR, 0x10083},
        {COUNT, 0, 16000},
        {WRITE32, RCC_PLLCFGR, 0x24403010},
        {WRITE32, clock->config, clock->value},
        {WRITE32, RCC_CR, 0x10083 | clock->on},
        {READ, RCC_CR, 0},
        {COUNT, 0, 1600},
        {READ, RCC_CR, 0},
        {WRITE32, clock->config, 0},
        {WRITE32, DCKCFGR2, 1u << 27},
        {WRITE32, 0x40023834, 1u << 7},
        {WRITE32, 0x50000010, 1},
        {COUNT, 0, 100},
        {READ, 0x50000010, 0},
        {READ, 0x50000010, 0},
    };
    struct vboard *board = script_board(spec_of(clock->model), steps, B0_LENGTH(steps), false);
    char *text = trace_until(board, HANGS);

    if (clock->violation && !strstr(text, clock->violation))
        fail_msg("%s: \"%s\" is not in the trace:\n%s", clock->model, clock->violation, text);
    assert_int_equal(strstr(text, "the PLL was set while it is on") != NULL, clock->on != 0);
    assert_int_equal(value_of(board, 5) & clock->on << 1, 0);
    assert_int_equal(value_of(board, 7) & clock->on << 1, clock->on << 1);
    assert_int_equal(value_of(board, 14) & 1, !clock->runs);
    free(text);
    free_board(board);
}

static void test_usb_clock(void **state)
{
    static const struct usb_clock clocks[] = {
        {"f412", NULL, PLLI2SCFGR, 8 | 192 << 6 | 4 << 24 | 2 << 28, 1u << 26, true},
        {"f412", NULL, PLLI2SCFGR, 8 | 192 << 6 | 4 << 24 | 2 << 28, 0, false},
        {"f412", "VCO at 50000 kHz", PLLI2SCFGR, 8 | 50 << 6 | 2 << 24 | 2 << 28, 1u << 26, true},
        {"f446", NULL, PLLSAICFGR, 8 | 192 << 6 | 1 << 16 | 4 << 24, 1u << 28, true},
        {"f446", NULL, PLLI2SCFGR, 8 | 192 << 6 | 4 << 24 | 2 << 28, 1u << 26, false},
    };

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(clocks); i++)
        check_usb_clock(&clocks[i]);
}

/* PCLK1 is a quarter of HCLK, TIM2 counts at twice that, or with TIMPRE at HCLK. */
static void check_timer_clock(const char *model, uint32_t timpre, uint32_t per_hclk)
{
    const struct script_step steps[] = {
        {WRITE32, RCC_CFGR, APB(5, 0)},
        {WRITE32, DCKCFGR, timpre},
        {WRITE32, APB1ENR, 1},
        {WRITE32, 0x40000000, 1},
        {COUNT, 0, 4000},
        {READ, 0x40000024, 0},
        {READ, DCKCFGR, 0},
    };
    struct vboard *board = script_board(spec_of(model), steps, B0_LENGTH(steps), false);
    uint32_t cycles = 4000 * 3; /* SUBS and BNE, with the branch */

    vboard_wait(board, HANGS);
    assert_in_range(value_of(board, 5), cycles / per_hclk, cycles / per_hclk + 50);
    assert_int_equal(value_of(board, 6), timpre);
    free_board(board);
}

static void test_timer_clock(void **state)
{
    (void)state;
    check_timer_clock("f407", 0, 2);
    check_timer_clock("f411", 0, 2);
    check_timer_clock("f411", 1u << 24, 1);
    check_timer_clock("f446", 1u << 24, 1);
}

/* ---- missing parts ---- */

static void check_bank_swap(const char *model, bool told)
{
    static const struct script_step steps[] = {{WRITE32, 0x40023844, 1u << 14},
                                               {WRITE32, 0x40013800, 1u << 8}};
    struct vboard *board = script_board(spec_of(model), steps, B0_LENGTH(steps), false);
    char *text = trace_until(board, HANGS);

    assert_int_equal(strstr(text, "swapped banks are not modelled") != NULL, told);
    free(text);
    free_board(board);
}

static void test_bank_swap(void **state)
{
    (void)state;
    check_bank_swap("f427", true);
    check_bank_swap("f407", false);
}

static void check_missing(const char *model, uint32_t enable, uint32_t bit, uint32_t address,
                          const char *clock, const char *use)
{
    const struct script_step steps[] = {
        {WRITE32, enable, bit},
        {READ, enable, 0},
        {WRITE32, address, 0x55},
        {READ, address, 0},
    };
    struct vboard *board = script_board(spec_of(model), steps, B0_LENGTH(steps), false);
    char *text = trace_until(board, HANGS);

    if ((clock && !strstr(text, clock)) || (use && !strstr(text, use)) ||
        (!clock && violations_of(board) > 0))
        fail_msg("%s:\n%s", model, text);
    assert_int_equal(value_of(board, 1), clock ? 0 : bit);
    assert_int_equal(value_of(board, 3), use ? 0 : 0x55);
    free(text);
    free_board(board);
}

static void test_missing_ports(void **state)
{
    (void)state;
    check_missing("f401", AHB1ENR, 1u << 5, 0x40021400,
                  "clocks were switched on that the STM32F401CC does not have: 0x00000020",
                  "GPIOF was used, which the STM32F401CC does not have");
    check_missing("f401", AHB1ENR, 1u << 7, 0x40021c00, NULL, NULL);
    check_missing("f411", AHB1ENR, 1u << 6, 0x40021800, "STM32F411CE", "GPIOG");
    check_missing("f412", AHB1ENR, 1u << 6, 0x40021800, NULL, NULL);
    check_missing("f412", AHB1ENR, 1u << 8, 0x40022000, "STM32F412ZG", "GPIOI");
    check_missing("f446", AHB1ENR, 1u << 8, 0x40022000, "STM32F446RE", "GPIOI");
    check_missing("f407", AHB1ENR, 1u << 9, 0x40022400, "STM32F407VG", "GPIOJ");
    check_missing("f427", AHB1ENR, 1u << 10, 0x40022800, NULL, NULL);
}

/* Enable bits of missing interrupts read as 0. */
static void test_interrupts(void **state)
{
    static const struct script_step steps[] = {
        {WRITE32, 0xe000e108, UINT32_MAX},
        {WRITE32, 0xe000e10c, UINT32_MAX},
        {READ, 0xe000e108, 0},
        {READ, 0xe000e10c, 0},
    };
    static const uint8_t counts[] = {82, 85, 85, 86, 97, 91, 97};

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(models); i++) {
        struct vboard *board =
            script_board(spec_of(models[i].model), steps, B0_LENGTH(steps), false);
        unsigned count = 64;
        char text[60];

        snprintf(text, sizeof text, "interrupt %u was enabled, which the %s",
                 counts[i] < 96 ? counts[i] : 97, models[i].part);
        assert_traced(board, HANGS, text);
        for (uint32_t bits = value_of(board, 2); bits & 1; bits >>= 1)
            count++;
        for (uint32_t bits = value_of(board, 3); bits & 1; bits >>= 1)
            count++;
        assert_int_equal(count, counts[i]);
        free_board(board);
    }
}

/* The temperature sensor: channel 16 of the F405/407, otherwise 18, where VBAT has priority. */
static void check_temperature(const char *model, uint32_t channel, uint32_t ccr, bool shown)
{
    const struct script_step steps[] = {
        {WRITE32, 0x40023844, 1u << 8},
        {WRITE32, 0x40012304, ccr},
        {WRITE32, 0x40012034, channel},
        {WRITE32, 0x40012008, 1},
        {WRITE32, 0x40012008, 1u << 30 | 1},
        {COUNT, 0, 1000},
        {READ, 0x4001204c, 0},
    };
    struct vboard *board = script_board(spec_of(model), steps, B0_LENGTH(steps), false);

    vboard_wait(board, HANGS);
    assert_int_equal(value_of(board, 6), shown ? 760 * 4095 / 3300 : 0);
    free_board(board);
}

static void test_temperature(void **state)
{
    (void)state;
    check_temperature("f407", 16, 1u << 23, true);
    check_temperature("f407", 18, 1u << 23, false);
    check_temperature("f401", 18, 1u << 23, true);
    check_temperature("f446", 16, 1u << 23, false);
    check_temperature("f446", 18, 1u << 23 | 1u << 22, false);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),          cmocka_unit_test(test_find),
        cmocka_unit_test(test_identity),      cmocka_unit_test(test_memories),
        cmocka_unit_test(test_clock_limits),  cmocka_unit_test(test_supply),
        cmocka_unit_test(test_vos_stands),    cmocka_unit_test(test_usb_clock),
        cmocka_unit_test(test_timer_clock),   cmocka_unit_test(test_bank_swap),
        cmocka_unit_test(test_missing_ports), cmocka_unit_test(test_interrupts),
        cmocka_unit_test(test_temperature),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
