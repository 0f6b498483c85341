/* SPDX-License-Identifier: MIT */
/* Commands of the system's shell: what goes in, what comes out, how they end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <base/clock.h>
#include <base/platform/shell.h>
#include <base/platform/thread.h>
#include <cmocka.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    ROOM = 256,
    LONG_MS = 300000, /* against hanging only */
};

#ifdef _WIN32
#define ECHO_VARIABLE "echo %B0_TEST%&echo wrong>&2"
#define SLEEP         "ping -n 100 127.0.0.1 >nul"
#define FLOOD_NO_END  "for /l %i in (1,0,2) do @echo 0123456789"
#define FLOOD         "for /l %i in (1,1,1000) do @echo 0123456789"
#define COPY          "more"
#else
#define ECHO_VARIABLE "echo \"$B0_TEST\"; echo wrong >&2"
#define SLEEP         "sleep 100"
#define FLOOD         "yes"
#define FLOOD_NO_END  "yes"
#define COPY          "cat"
#endif

static char output[ROOM], errors[16];

static enum b0_shell_end run(struct b0_shell *shell, const char *command)
{
    shell->command = command;
    shell->output = output;
    shell->output_room = sizeof output;
    shell->errors = errors;
    shell->errors_room = sizeof errors;
    if (shell->timeout_ms == 0)
        shell->timeout_ms = LONG_MS;
    return b0_shell_run(shell);
}

static bool printed(const struct b0_shell *shell, const char *wanted)
{
    return shell->output_size >= strlen(wanted) &&
           memcmp(shell->output, wanted, strlen(wanted)) == 0;
}

static void test_variables(void **state)
{
    static const struct b0_variable variables[] = {{"B0_TEST", "a b=c"}};
    struct b0_shell shell = {.variables = variables, .variable_count = 1};

    (void)state;
    assert_int_equal(run(&shell, ECHO_VARIABLE), B0_SHELL_EXITED);
    assert_int_equal(shell.code, 0);
    assert_true(printed(&shell, "a b=c"));
    assert_memory_equal(shell.errors, "wrong", 5);
}

static void test_codes(void **state)
{
    struct b0_shell shell = {.input = NULL};

    (void)state;
    assert_int_equal(run(&shell, "exit 3"), B0_SHELL_EXITED);
    assert_int_equal(shell.code, 3);
    assert_int_equal(run(&shell, "no-such-command-b0"), B0_SHELL_EXITED);
    assert_int_not_equal(shell.code, 0);
    assert_int_equal(shell.errors_size, sizeof errors); /* its end */
#ifndef _WIN32
    assert_int_equal(run(&shell, "kill -9 $$"), B0_SHELL_KILLED);
    assert_int_equal(shell.code, 9);
    assert_int_equal(run(&shell, "trap"), B0_SHELL_EXITED); /* no signal is ignored */
    assert_int_equal(shell.output_size, 0);
#endif
}

static void test_input(void **state)
{
    struct b0_shell shell = {.input = "x one\nx two\n", .input_size = 12};

    (void)state;
    assert_int_equal(run(&shell, COPY), B0_SHELL_EXITED);
    assert_true(printed(&shell, "x one"));
    shell = (struct b0_shell){.input = NULL};
    assert_int_equal(run(&shell, COPY), B0_SHELL_EXITED);
    assert_true(shell.output_size <= 2); /* Windows' more ends with a line end */
    shell = (struct b0_shell){.input = "x one\nx two\n", .input_size = 12};
    assert_int_equal(run(&shell, "exit 0"), B0_SHELL_EXITED); /* it need not be read */
}

static bool stop(void)
{
    return true;
}

/* What does not end is ended, with all that it started. */
static void test_ends(void **state)
{
    struct b0_shell shell = {.timeout_ms = 100};
    uint64_t start_us = b0_clock_us();

    (void)state;
    assert_int_equal(run(&shell, SLEEP), B0_SHELL_TIMED_OUT);
    shell = (struct b0_shell){
        .command = FLOOD_NO_END, .timeout_ms = 100, .errors = errors, .errors_room = 1};
    assert_int_equal(b0_shell_run(&shell), B0_SHELL_TIMED_OUT); /* its output is thrown away */
    shell = (struct b0_shell){.stopped = stop};
    assert_int_equal(run(&shell, SLEEP), B0_SHELL_STOPPED);
    shell = (struct b0_shell){.input = NULL};
    assert_int_equal(run(&shell, FLOOD), B0_SHELL_FLOODED);
#ifndef _WIN32
    assert_int_equal(run(&shell, "sleep 100 & echo x"), B0_SHELL_EXITED); /* not waited for */
    assert_true(printed(&shell, "x\n"));
    shell.timeout_ms = 100;
    assert_int_equal(run(&shell, "trap '' TERM; sleep 100; sleep 100"), B0_SHELL_TIMED_OUT);
#endif
    assert_true(b0_clock_us() - start_us < 90 * UINT64_C(1000000));
}

struct task {
    struct b0_thread thread;
    int number;
    bool good;
};

static void run_task(void *context)
{
    struct task *task = context;
    char text[16], out[ROOM], err[ROOM];
    const struct b0_variable variable = {"B0_TEST", text};
    struct b0_shell shell = {.command = ECHO_VARIABLE,
                             .variables = &variable,
                             .variable_count = 1,
                             .timeout_ms = LONG_MS,
                             .output = out,
                             .output_room = sizeof out,
                             .errors = err,
                             .errors_room = sizeof err};

    snprintf(text, sizeof text, "<%d>", task->number);
    task->good =
        b0_shell_run(&shell) == B0_SHELL_EXITED && shell.code == 0 && printed(&shell, text);
}

static void test_threads(void **state)
{
    struct task tasks[16];

    (void)state;
    for (int i = 0; i < 16; i++) {
        tasks[i].number = i;
        assert_true(b0_thread_start(&tasks[i].thread, run_task, &tasks[i]));
    }
    for (int i = 0; i < 16; i++) {
        b0_thread_join(&tasks[i].thread);
        assert_true(tasks[i].good);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_variables), cmocka_unit_test(test_codes),
        cmocka_unit_test(test_input),     cmocka_unit_test(test_ends),
        cmocka_unit_test(test_threads),
    };

#ifdef _WIN32
    /* meson's PATH for Wine makes Wine's cmd.exe find no program, and report success. */
    if (_putenv("PATH=C:\\windows\\system32") != 0)
        return 1;
#else
    signal(SIGPIPE, SIG_IGN); /* as boot0 does: a command can end before it reads its input */
#endif
    return cmocka_run_group_tests(tests, NULL, NULL);
}
