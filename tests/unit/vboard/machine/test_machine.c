/* SPDX-License-Identifier: MIT */
/* The machine's CPU: time, exceptions, faults. */
#include "../../portable.h"
#include "machine_test.h"
#include <core/array.h>
#include <vboard/describe/describe.h>
#include <vboard/rom/models.h>

/* PA5 changes at each SysTick, every millisecond at 16 MHz. */
static const uint16_t systick_program[] = {
    VECTORS(0x0041, 0x007d, 0x007d, 0x007d, 0x007d, 0x007d, 0x0061),
    0x480a, /* 040 ldr r0, [pc, #40] */
    0x2101, /* 042 movs r1, #1 */
    0x6001, /* 044 str r1, [r0, #0] */
    0x4c0a, /* 046 ldr r4, [pc, #40] */
    0x490a, /* 048 ldr r1, [pc, #40] */
    0x6021, /* 04a str r1, [r4, #0] */
    0x480a, /* 04c ldr r0, [pc, #40] */
    0xf643,
    0x617f, /* 04e movw r1, #15999 */
    0x6041, /* 052 str r1, [r0, #4] */
    0x2100, /* 054 movs r1, #0 */
    0x6081, /* 056 str r1, [r0, #8] */
    0x2107, /* 058 movs r1, #7 */
    0x6001, /* 05a str r1, [r0, #0] */
    0xbf30, /* 05c wfi */
    0xe7fd, /* 05e b.n 800005c */
    0x6961, /* 060 ldr r1, [r4, #20] */
    0xf081,
    0x0120, /* 062 eor.w r1, r1, #32 */
    0x6161, /* 066 str r1, [r4, #20] */
    0x4770, /* 068 bx lr */
    0x0000, /* 06a .short 0x0000 */
    0x3830,
    0x4002, /* 06c .word 0x40023830 */
    0x0000,
    0x4002, /* 070 .word 0x40020000 */
    0x0400,
    0xa800, /* 074 .word 0xa8000400 */
    0xe010,
    0xe000, /* 078 .word 0xe000e010 */
    0xe7fe, /* 07c b.n 800007c */
    0xbf00, /* 07e nop */
};

/* SVC from thread mode on MSP, then unprivileged on PSP; the handler pends PendSV. */
static const uint16_t svc_program[] = {
    VECTORS(0x0041, 0x00b5, 0x00b5, 0x00b5, 0x0073, 0x00a5, 0x00b5),
    0xf04f,
    0x5400, /* 040 mov.w r4, #536870912 */
    0x466d, /* 044 mov r5, sp */
    0x6025, /* 046 str r5, [r4, #0] */
    0x2001, /* 048 movs r0, #1 */
    0x2102, /* 04a movs r1, #2 */
    0xdf07, /* 04c svc 7 */
    0x6060, /* 04e str r0, [r4, #4] */
    0x466e, /* 050 mov r6, sp */
    0x60a6, /* 052 str r6, [r4, #8] */
    0x4915, /* 054 ldr r1, [pc, #84] */
    0xf381,
    0x8809, /* 056 msr PSP, r1 */
    0x2103, /* 05a movs r1, #3 */
    0xf381,
    0x8814, /* 05c msr CONTROL, r1 */
    0xf3bf,
    0x8f6f, /* 060 isb sy */
    0xdf08, /* 064 svc 8 */
    0xf3ef,
    0x8214, /* 066 mrs r2, CONTROL */
    0x6222, /* 06a str r2, [r4, #32] */
    0x466a, /* 06c mov r2, sp */
    0x6262, /* 06e str r2, [r4, #36] */
    0xe7fe, /* 070 b.n 8000070 */
    0xf3ef,
    0x8205, /* 072 mrs r2, IPSR */
    0x60e2, /* 076 str r2, [r4, #12] */
    0xf8c4,
    0xe010, /* 078 str.w lr, [r4, #16] */
    0xf01e,
    0x0f04, /* 07c tst.w lr, #4 */
    0xbf0c, /* 080 ite eq */
    0xf3ef,
    0x8308, /* 082 mrseq r3, MSP */
    0xf3ef,
    0x8309, /* 086 mrsne r3, PSP */
    0x699a, /* 08a ldr r2, [r3, #24] */
    0xf812,
    0x2c02, /* 08c ldrb.w r2, [r2, #-2] */
    0x6162, /* 090 str r2, [r4, #20] */
    0x2263, /* 092 movs r2, #99 */
    0x601a, /* 094 str r2, [r3, #0] */
    0x4806, /* 096 ldr r0, [pc, #24] */
    0xf04f,
    0x5180, /* 098 mov.w r1, #268435456 */
    0x6001, /* 09c str r1, [r0, #0] */
    0x6801, /* 09e ldr r1, [r0, #0] */
    0x61a1, /* 0a0 str r1, [r4, #24] */
    0x4770, /* 0a2 bx lr */
    0xf3ef,
    0x8205, /* 0a4 mrs r2, IPSR */
    0x61e2, /* 0a8 str r2, [r4, #28] */
    0x4770, /* 0aa bx lr */
    0x1000,
    0x2000, /* 0ac .word 0x20001000 */
    0xed04,
    0xe000, /* 0b0 .word 0xe000ed04 */
    0xe7fe, /* 0b4 b.n 80000b4 */
    0xbf00, /* 0b6 nop */
};

/* The handler of SVC overwrites S0 and S15. */
static const uint16_t fpu_program[] = {
    VECTORS(0x0041, 0x0081, 0x0081, 0x0081, 0x0069, 0x0081, 0x0081),
    0x480e, /* 040 ldr r0, [pc, #56] */
    0xf44f,
    0x0170, /* 042 mov.w r1, #15728640 */
    0x6001, /* 046 str r1, [r0, #0] */
    0xf3bf,
    0x8f4f, /* 048 dsb sy */
    0xf3bf,
    0x8f6f, /* 04c isb sy */
    0xeeb7,
    0x0a08, /* 050 vmov.f32 s0, #120 */
    0xeef0,
    0x7a04, /* 054 vmov.f32 s15, #4 */
    0xf04f,
    0x5400, /* 058 mov.w r4, #536870912 */
    0xdf01, /* 05c svc 1 */
    0xed84,
    0x0a00, /* 05e vstr s0, [r4] */
    0xedc4,
    0x7a01, /* 062 vstr s15, [r4, #4] */
    0xe7fe, /* 066 b.n 8000066 */
    0xf8c4,
    0xe008, /* 068 str.w lr, [r4, #8] */
    0x4668, /* 06c mov r0, sp */
    0x60e0, /* 06e str r0, [r4, #12] */
    0xeeb1,
    0x0a0c, /* 070 vmov.f32 s0, #28 */
    0xeef1,
    0x7a0c, /* 074 vmov.f32 s15, #28 */
    0x4770, /* 078 bx lr */
    0x0000, /* 07a .short 0x0000 */
    0xed88,
    0xe000, /* 07c .word 0xe000ed88 */
    0xe7fe, /* 080 b.n 8000080 */
    0xbf00, /* 082 nop */
};

/* Reads unmapped memory. */
static const uint16_t fault_program[] = {
    VECTORS(0x0041, 0x004d, 0x0061, 0x0061, 0x0061, 0x0061, 0x0061),
    0xf04f,
    0x5400, /* 040 mov.w r4, #536870912 */
    0xf04f,
    0x50c0, /* 044 mov.w r0, #402653184 */
    0x6801, /* 048 ldr r1, [r0, #0] */
    0xe7fe, /* 04a b.n 800004a */
    0x4803, /* 04c ldr r0, [pc, #12] */
    0x6801, /* 04e ldr r1, [r0, #0] */
    0x6021, /* 050 str r1, [r4, #0] */
    0x6841, /* 052 ldr r1, [r0, #4] */
    0x6061, /* 054 str r1, [r4, #4] */
    0x6901, /* 056 ldr r1, [r0, #16] */
    0x60a1, /* 058 str r1, [r4, #8] */
    0xe7fe, /* 05a b.n 800005a */
    0xed28,
    0xe000, /* 05c .word 0xe000ed28 */
    0xe7fe, /* 060 b.n 8000060 */
    0xbf00, /* 062 nop */
};

/* Executes erased flash. */
static const uint16_t erased_program[] = {
    VECTORS(0x0041, 0x0045, 0x004d, 0x004d, 0x004d, 0x004d, 0x004d),
    0x4801, /* 040 ldr r0, [pc, #4] */
    0x4700, /* 042 bx r0 */
    0xe7fe, /* 044 b.n 8000044 */
    0x0000, /* 046 .short 0x0000 */
    0x0001,
    0x0801, /* 048 .word 0x08010001 */
    0xe7fe, /* 04c b.n 800004c */
    0xbf00, /* 04e nop */
};

/* The stack is unmapped, so the handler of the hard fault faults, too. The watchdog runs. */
static const uint16_t lockup_program[] = {
    VECTORS(0x0041, 0x0051, 0x0059, 0x0059, 0x0059, 0x0059, 0x0059),
    0x4804, /* 040 ldr r0, [pc, #16] */
    0xf64c,
    0x41cc, /* 042 movw r1, #52428 */
    0x6001, /* 046 str r1, [r0, #0] */
    0xf44f,
    0x5080, /* 048 mov.w r0, #4096 */
    0x4685, /* 04c mov sp, r0 */
    0xdf00, /* 04e svc 0 */
    0xde00,
    0x0000, /* 050 .word 0x0000de00 */
    0x3000,
    0x4000, /* 054 .word 0x40003000 */
    0xe7fe, /* 058 b.n 8000058 */
    0xbf00, /* 05a nop */
};

/* ---- time ---- */

static void test_systick(void **state)
{
    struct vboard *board = board_with("f407:boot0=0", systick_program, B0_LENGTH(systick_program));

    (void)state;
    assert_traced(board, 1010, "PA5 low");
    assert_traced(board, 1050, "0.001021 f407 --- PA5 high");
    assert_traced(board, 2050, "0.002021 f407 --- PA5 low");
    vboard_wait_until(board, 9990500);
    assert_traced(board, 9991500, "9.991021 f407 --- PA5 high"); /* no drift */
    assert_int_equal(violations_of(board), 0);
    free_board(board);
}

/* ---- exceptions ---- */

static void test_svc(void **state)
{
    struct vboard *board = board_with("f407:boot0=0", svc_program, B0_LENGTH(svc_program));

    (void)state;
    vboard_wait(board, 1000);
    assert_int_equal(peek32(board, SRAM), STACK);
    assert_int_equal(peek32(board, SRAM + 4), 99);          /* the frame went back to R0 */
    assert_int_equal(peek32(board, SRAM + 8), STACK);       /* and off the stack */
    assert_int_equal(peek32(board, SRAM + 12), 11);         /* IPSR */
    assert_int_equal(peek32(board, SRAM + 16), 0xfffffffd); /* the second one came from PSP */
    assert_int_equal(peek32(board, SRAM + 20), 8);          /* its number, by the stacked PC */
    assert_int_equal(peek32(board, SRAM + 24) & 0x10000000, 0x10000000); /* PendSV is pending */
    assert_int_equal(peek32(board, SRAM + 28), 14);                      /* and is taken */
    assert_int_equal(peek32(board, SRAM + 32), 3);                       /* CONTROL is unchanged */
    assert_int_equal(peek32(board, SRAM + 36), 0x20001000);
    assert_int_equal(violations_of(board), 0);
    free_board(board);
}

static void test_fpu(void **state)
{
    struct vboard *board = board_with("f407:boot0=0", fpu_program, B0_LENGTH(fpu_program));

    (void)state;
    vboard_wait(board, 1000);
    assert_int_equal(peek32(board, SRAM), 0x3fc00000);     /* 1.5 */
    assert_int_equal(peek32(board, SRAM + 4), 0x40200000); /* 2.5 */
    assert_int_equal(peek32(board, SRAM + 8), 0xffffffe9);
    assert_int_equal(peek32(board, SRAM + 12), STACK - 0x68);
    free_board(board);
}

/* ---- faults ---- */

static void test_bus_fault(void **state)
{
    struct vboard *board = board_with("f407:boot0=0", fault_program, B0_LENGTH(fault_program));

    (void)state;
    assert_traced(board, 1000, "Hard fault at");
    assert_int_equal(peek32(board, SRAM), 0x8200);         /* PRECISERR, BFARVALID */
    assert_int_equal(peek32(board, SRAM + 4), 0x40000000); /* FORCED */
    assert_int_equal(peek32(board, SRAM + 8), 0x18000000); /* BFAR */
    assert_int_equal(violations_of(board), 1);
    free_board(board);
}

static void test_executes_erased_flash(void **state)
{
    struct vboard *board = board_with("f407:boot0=0", erased_program, B0_LENGTH(erased_program));

    (void)state;
    assert_traced(board, 1000, "VIOLATION: executed erased flash");
    free_board(board);
}

/* Watchdog: 4096 / (32 kHz / 4) = 512 ms. */
static void test_lock_up(void **state)
{
    struct vboard *board = board_with("f407:boot0=0", lockup_program, B0_LENGTH(lockup_program));

    (void)state;
    assert_traced(board, 1000, "the CPU has locked up");
    assert_traced(board, 520000, "the watchdog was not refreshed");
    assert_int_equal(stats_of(board).resets, 1);
    free_board(board);
}

/* Two blocks take turns: each counts in a word of the RAM. */
static const uint16_t turns_program[] = {
    VECTORS(0x0041, 0x0049, 0x0049, 0x0049, 0x0049, 0x0049, 0x0049),
    0x2020, /* 040 movs r0, #32 */
    0x0600, /* 042 lsls r0, r0, #24 */
    0x2100, /* 044 movs r1, #0 */
    0x2200, /* 046 movs r2, #0 */
    0x3101, /* 048 adds r1, #1 */
    0x6001, /* 04a str r1, [r0, #0] */
    0xe7ff, /* 04c b.n 4e */
    0x3201, /* 04e adds r2, #1 */
    0x6042, /* 050 str r2, [r0, #4] */
    0xbf00, /* nop: 4 cycles and 5, so that it stops before either of them */
    0xe7f8, /* 054 b.n 48 */
};

/* The program continues where it was stopped, also after a debugger was attached. */
static void test_debugger_has_left(void **state)
{
    struct vboard *board = board_with("f407:boot0=0", turns_program, B0_LENGTH(turns_program));

    (void)state;
    for (uint32_t i = 0; i < 100; i++) {
        assert_non_null(vboard_debug_attach(board));
        vboard_debug_detach(board);
        vboard_wait(board, 100 + i);
        assert_in_range(peek32(board, SRAM) - peek32(board, SRAM + 4), 0, 1);
    }
    free_board(board);
}

/* A described F407 runs programs like the model. */
static void test_described(void **state)
{
    static const uint8_t program[] = {0x00, 0x10, 0x00, 0x20, 0x09, 0x00, 0x00, 0x08, 0xfe, 0xe7};
    char name[PORTABLE_NAME], spec[2 * PORTABLE_NAME];
    struct b0_text memory;
    FILE *file = b0_text_begin(&memory);
    struct vboard *board;
    char *text;

    (void)state;
    assert_non_null(file);
    vboard_description_write(vboard_rom_find("f407", 4), file);
    text = b0_text_end(&memory);
    assert_non_null(text);
    assert_true(portable_file(name, text, strlen(text)));
    snprintf(spec, sizeof spec, "custom:describe=%s,boot0=0,fill=0x00", name);
    board = new_board(spec);
    assert_true(vboard_poke(board, 0x08000000, program, sizeof program));
    vboard_press_reset(board);
    assert_true(vboard_runs_program(board));
    free_board(board);
    free(text);
    remove(name);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_systick),
        cmocka_unit_test(test_svc),
        cmocka_unit_test(test_fpu),
        cmocka_unit_test(test_bus_fault),
        cmocka_unit_test(test_executes_erased_flash),
        cmocka_unit_test(test_lock_up),
        cmocka_unit_test(test_debugger_has_left),
        cmocka_unit_test(test_described),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
