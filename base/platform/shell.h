/* SPDX-License-Identifier: MIT */
/* Running a command line by the system's shell: sh -c, or cmd.exe /c. */
#ifndef B0_BASE_PLATFORM_SHELL_H
#define B0_BASE_PLATFORM_SHELL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum b0_shell_end {
    B0_SHELL_EXITED,      /* `code` is its exit status */
    B0_SHELL_KILLED,      /* by a signal, which is `code` */
    B0_SHELL_NOT_STARTED, /* `code` is an errno */
    B0_SHELL_TIMED_OUT,
    B0_SHELL_STOPPED,
    B0_SHELL_FLOODED, /* it printed more than there is room for */
};

struct b0_variable {
    const char *name, *value;
};

struct b0_shell {
    const char *command;
    const struct b0_variable *variables; /* added to this process's, or in place of them */
    size_t variable_count;
    const char *input; /* its standard input; NULL: empty */
    size_t input_size; /* POSIX: the program must ignore SIGPIPE: interrupt.h */
    uint32_t timeout_ms;
    bool (*stopped)(void); /* asked again and again; true ends the command. NULL: nothing does */

    /* Room for what it prints; NULL: that is thrown away. Of its standard error the end is kept. */
    char *output;
    size_t output_room, output_size;
    char *errors;
    size_t errors_room, errors_size;

    int code;
};

/*
 * Waits for the end of the command. What does not end in time is killed with all that it started.
 * Ctrl-C at the terminal does not reach the command: the caller decides by `stopped`. Commands may
 * run in several threads at once.
 */
enum b0_shell_end b0_shell_run(struct b0_shell *shell);

/* For the systems' files: keeps what the command prints. False: there is no room for it. */
bool b0_shell_add_output(struct b0_shell *shell, const char *bytes, size_t size);
/* Keeps the end of it all. */
void b0_shell_add_errors(struct b0_shell *shell, const char *bytes, size_t size);

#endif
