/* SPDX-License-Identifier: MIT */
/* For tests of the command's output: a file in memory. */
#ifndef BOOT0_TESTS_CLI_TEST_H
#define BOOT0_TESTS_CLI_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <base/platform/text.h>
#include <cmocka.h> /* needs the headers above */

struct memory_file {
    struct b0_text text;
    FILE *file;
};

static inline void memory_open(struct memory_file *memory)
{
    memory->file = b0_text_begin(&memory->text);
    assert_non_null(memory->file);
}

/* Closes it and returns its contents, or NULL if there are none. The caller calls free(). */
static inline char *memory_take(struct memory_file *memory)
{
    memory->file = NULL;
    return b0_text_end(&memory->text);
}

/* Closes it and compares its contents. */
static inline void memory_expect(struct memory_file *memory, const char *wanted)
{
    char *text = memory_take(memory);

    assert_string_equal(text ? text : "", wanted);
    free(text);
}

#endif
