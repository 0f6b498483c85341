/* SPDX-License-Identifier: MIT */
/*
 * A board that runs a small program of the test, and access to its results. Programs are an
 * assembler's output, from the start of flash.
 */
#ifndef MACHINE_TEST_H
#define MACHINE_TEST_H

#include "../vboard_test.h"

#include <base/platform/text.h>
#include <core/array.h>
#include <stdio.h>
#include <stdlib.h>

#define SRAM       0x20000000u
#define RAM_CODE   0x20008000u
#define STACK      0x20010000u /* in the RAM of every chip */
#define VECTOR(at) (at), 0x0800

/* The vector table, of which only these matter; offsets in flash with the Thumb bit. */
#define VECTORS(reset, hard, bus, usage, svc, pendsv, systick)                                     \
    0x0000, 0x2001, VECTOR(reset), VECTOR(hard), VECTOR(hard), 0, 0, VECTOR(bus), VECTOR(usage),   \
        0, 0, 0, 0, 0, 0, 0, 0, VECTOR(svc), 0, 0, 0, 0, VECTOR(pendsv), VECTOR(systick)

static inline void poke_program(struct vboard *board, uint32_t address, const uint16_t *program,
                                size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const uint8_t bytes[2] = {(uint8_t)program[i], (uint8_t)(program[i] >> 8)};

        assert_true(vboard_poke(board, address + 2 * (uint32_t)i, bytes, 2));
    }
}

static inline void poke32(struct vboard *board, uint32_t address, uint32_t value)
{
    uint8_t bytes[4];

    b0_store32(bytes, value);
    assert_true(vboard_poke(board, address, bytes, 4));
}

static inline uint32_t peek32(const struct vboard *board, uint32_t address)
{
    uint8_t bytes[4] = {0};

    assert_true(vboard_peek(board, address, bytes, 4));
    return b0_load32(bytes);
}

/* A board whose program has just come out of a power-on reset. */
static inline struct vboard *board_with(const char *spec, const uint16_t *program, size_t count)
{
    struct vboard *board = new_board(spec);

    poke_program(board, MAIN, program, count);
    vboard_power_cycle(board);
    assert_true(vboard_runs_program(board));
    return board;
}

/* Omits the violation of the first start, with empty flash. */
static inline uint64_t violations_of(const struct vboard *board)
{
    return stats_of(board).violations - 1;
}

/* Returns the board's trace until `until_us`; the caller frees it. */
static inline char *trace_until(struct vboard *board, uint64_t until_us)
{
    struct b0_text memory;
    FILE *file = b0_text_begin(&memory);
    char *text;

    assert_non_null(file);
    vboard_set_trace(board, file);
    vboard_wait_until(board, until_us);
    vboard_set_trace(board, NULL);
    text = b0_text_end(&memory);
    return text ? text : calloc(1, 1); /* nothing was traced */
}

static inline void assert_traced(struct vboard *board, uint64_t until_us, const char *line)
{
    char *text = trace_until(board, until_us);

    if (!strstr(text, line))
        fail_msg("\"%s\" is not in the trace:\n%s", line, text);
    free(text);
}

/* ---- a program that executes a list ---- */

enum script_verb {
    END, /* and stays there */
    WRITE32,
    WRITE16,
    WRITE8,
    READ,  /* the value replaces the one in the list */
    AWAIT, /* until no bit of the value is set in the word */
    JUMP,
    COUNT, /* down from the value to 0: some cycles for each */
};

struct script_step {
    uint32_t verb, address, value;
};

/* Reads each step from SRAM. Runs at any address. */
static const uint16_t script_program[] = {
    VECTORS(0x0041, 0x0079, 0x007b, 0x007b, 0x007b, 0x007b, 0x007b),
    0xf04f,
    0x5400, /* 040 mov.w r4, #536870912 */
    0xcc07, /* 044 ldmia r4!, {r0, r1, r2} */
    0xe8df,
    0xf000, /* 046 tbb [pc, r0] */
    0x0504, /* 04a .short 0x0504 */
    0x0907,
    0x0f0b, /* 04c .word 0x0f0b0907 */
    0x1413, /* 050 .short 0x1413 */
    0xe7fe, /* 052 b.n 8000052 */
    0x600a, /* 054 str r2, [r1, #0] */
    0xe7f5, /* 056 b.n 8000044 */
    0x800a, /* 058 strh r2, [r1, #0] */
    0xe7f3, /* 05a b.n 8000044 */
    0x700a, /* 05c strb r2, [r1, #0] */
    0xe7f1, /* 05e b.n 8000044 */
    0x680b, /* 060 ldr r3, [r1, #0] */
    0xf844,
    0x3c04, /* 062 str.w r3, [r4, #-4] */
    0xe7ed, /* 066 b.n 8000044 */
    0x680b, /* 068 ldr r3, [r1, #0] */
    0x4213, /* 06a tst r3, r2 */
    0xd1fc, /* 06c bne.n 8000068 */
    0xe7e9, /* 06e b.n 8000044 */
    0x4708, /* 070 bx r1 */
    0x3a01, /* 072 subs r2, #1 */
    0xd1fd, /* 074 bne.n 8000072 */
    0xe7e5, /* 076 b.n 8000044 */
    0xe7fe, /* 078 b.n 8000078 */
    0xe7fe, /* 07a b.n 800007a */
};

static inline void load_script(struct vboard *board, const struct script_step *steps, size_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        poke32(board, SRAM + 12 * i, steps[i].verb);
        poke32(board, SRAM + 12 * i + 4, steps[i].address);
        poke32(board, SRAM + 12 * i + 8, steps[i].value);
    }
    poke32(board, SRAM + 12 * (uint32_t)count, END);
}

/* Returns the value that READ number `index` of the list has read. */
static inline uint32_t value_of(const struct vboard *board, uint32_t index)
{
    return peek32(board, SRAM + 12 * index + 8);
}

/* A board about to execute the list; from RAM on request. */
static inline struct vboard *script_board(const char *spec, const struct script_step *steps,
                                          size_t count, bool from_ram)
{
    struct vboard *board = new_board(spec);

    poke_program(board, MAIN, script_program, B0_LENGTH(script_program));
    if (from_ram)
        poke32(board, MAIN + 4, RAM_CODE + 0x41);
    vboard_power_cycle(board);
    if (from_ram)
        poke_program(board, RAM_CODE, script_program, B0_LENGTH(script_program));
    load_script(board, steps, count);
    return board;
}

#endif
