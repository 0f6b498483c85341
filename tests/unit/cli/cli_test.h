/* SPDX-License-Identifier: MIT */
/* For tests of what the command prints: a file in memory. */
#ifndef BOOT0_TESTS_CLI_TEST_H
#define BOOT0_TESTS_CLI_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h> /* wants those above */

struct memory_file {
    char *text;
    size_t size;
    FILE *file;
};

static inline void memory_open(struct memory_file *memory)
{
    memory->file = open_memstream(&memory->text, &memory->size);
    assert_non_null(memory->file);
}

/* Closes it and compares all that was printed. */
static inline void memory_expect(struct memory_file *memory, const char *wanted)
{
    assert_int_equal(fclose(memory->file), 0);
    assert_string_equal(memory->text, wanted);
    free(memory->text);
}

#endif
