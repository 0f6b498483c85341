/* SPDX-License-Identifier: MIT */
/* base/platform/shell.h by posix_spawn(). */
#include <base/platform/shell.h>

#include <base/clock.h>
#include <base/platform/descriptor.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    WAIT_MS = 20,       /* between two looks at the clock */
    REAP_MS = 1,        /* its output has ended, so it is about to */
    GRACE_US = 1000000, /* between SIGTERM and SIGKILL */
    PIECE = 4096,
    LOST_STATUS = 255 << 8, /* as of exit(255) */
    PIECES = 16,            /* at a time; a full pipe has no more */
};

extern char **environ;

/*
 * From the pipes to the end of their use by a new process: another one that is started meanwhile
 * would inherit them before they can be marked, and its copy would keep them open.
 */
static pthread_mutex_t starting = PTHREAD_MUTEX_INITIALIZER;

struct child {
    pid_t pid;
    int input, output, errors; /* this process's ends; B0_NO_DESCRIPTOR: closed */
    int status;
    bool has_ended;
};

/* ---- the environment ---- */

static bool is_replaced(const struct b0_shell *shell, const char *entry)
{
    size_t length = strcspn(entry, "=");

    for (size_t i = 0; i < shell->variable_count; i++)
        if (strlen(shell->variables[i].name) == length &&
            strncmp(shell->variables[i].name, entry, length) == 0)
            return true;
    return false;
}

static char *make_entry(const struct b0_variable *variable)
{
    size_t size = strlen(variable->name) + strlen(variable->value) + 2;
    char *entry = malloc(size);

    if (entry)
        snprintf(entry, size, "%s=%s", variable->name, variable->value);
    return entry;
}

static void free_environment(const struct b0_shell *shell, char **entries)
{
    for (size_t i = 0; entries && i < shell->variable_count; i++)
        free(entries[i]);
    free(entries);
}

/* The first are the shell's own variables. NULL: out of memory. */
static char **make_environment(const struct b0_shell *shell)
{
    size_t count = 0;
    char **entries;

    while (environ[count])
        count++;
    entries = calloc(shell->variable_count + count + 1, sizeof *entries);
    if (!entries)
        return NULL;
    count = 0;
    for (; count < shell->variable_count; count++) {
        entries[count] = make_entry(&shell->variables[count]);
        if (!entries[count]) {
            free_environment(shell, entries);
            return NULL;
        }
    }
    for (char **entry = environ; *entry; entry++)
        if (!is_replaced(shell, *entry))
            entries[count++] = *entry;
    return entries;
}

/* ---- the start ---- */

static void close_end(int *descriptor)
{
    if (*descriptor != B0_NO_DESCRIPTOR)
        b0_descriptor_close(*descriptor);
    *descriptor = B0_NO_DESCRIPTOR;
}

static int make_pipe(int ends[2])
{
    if (pipe(ends) != 0) {
        ends[0] = ends[1] = B0_NO_DESCRIPTOR;
        return errno;
    }
    fcntl(ends[0], F_SETFD, FD_CLOEXEC);
    fcntl(ends[1], F_SETFD, FD_CLOEXEC);
    return 0;
}

/* A group of its own, so that it can be killed as a whole, and signals as a program expects them.
 */
static int spawn(const struct b0_shell *shell, char **environment, int input, int output,
                 int errors, pid_t *pid)
{
    char name[] = "sh", option[] = "-c", *command = strdup(shell->command);
    char *arguments[] = {name, option, command, NULL};
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t none, defaults;
    int failure;

    if (!command)
        return ENOMEM;
    sigemptyset(&none);
    sigemptyset(&defaults);
    sigaddset(&defaults, SIGINT);
    sigaddset(&defaults, SIGTERM);
    sigaddset(&defaults, SIGPIPE);
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&files, errors, STDERR_FILENO);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
                                              POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    failure = posix_spawn(pid, "/bin/sh", &files, &attributes, arguments, environment);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    free(command);
    return failure;
}

/* 0 or an errno. */
static int start(const struct b0_shell *shell, char **environment, struct child *child)
{
    int input[2], output[2], errors[2], failure;

    pthread_mutex_lock(&starting);
    failure = make_pipe(input);
    failure |= make_pipe(output);
    failure |= make_pipe(errors);
    if (failure == 0)
        failure = spawn(shell, environment, input[0], output[1], errors[1], &child->pid);
    else
        failure = EMFILE;
    close_end(&input[0]);
    close_end(&output[1]);
    close_end(&errors[1]);
    pthread_mutex_unlock(&starting);
    child->input = input[1];
    child->output = output[0];
    child->errors = errors[0];
    return failure;
}

/* ---- what goes in and comes out ---- */

static void feed(const struct b0_shell *shell, struct child *child, size_t *fed)
{
    long written = 0;

    if (child->input == B0_NO_DESCRIPTOR)
        return;
    if (*fed < shell->input_size)
        written = b0_descriptor_write(child->input, shell->input + *fed, shell->input_size - *fed);
    if (written > 0)
        *fed += (size_t)written;
    if (*fed == shell->input_size || written == B0_DESCRIPTOR_FAILED)
        close_end(&child->input);
}

/* How much came. At the end the descriptor is closed. */
static size_t take(int *descriptor, char *bytes, size_t size)
{
    long taken = *descriptor == B0_NO_DESCRIPTOR ? B0_DESCRIPTOR_LATER
                                                 : b0_descriptor_read(*descriptor, bytes, size);

    if (taken == 0 || taken == B0_DESCRIPTOR_FAILED)
        close_end(descriptor);
    return taken > 0 ? (size_t)taken : 0;
}

/* False: there is no room for it. Bounded, because a command may print without end. */
static bool take_all(struct b0_shell *shell, struct child *child)
{
    char piece[PIECE];
    size_t size;

    for (int i = 0; i < PIECES && (size = take(&child->errors, piece, sizeof piece)) > 0; i++)
        b0_shell_add_errors(shell, piece, size);
    for (int i = 0; i < PIECES && (size = take(&child->output, piece, sizeof piece)) > 0; i++)
        if (!b0_shell_add_output(shell, piece, size))
            return false;
    return true;
}

/* ---- its end ---- */

/* Where SIGCHLD is ignored, the status of a child is lost: it counts as a failure. */
static bool has_ended(struct child *child)
{
    if (!child->has_ended) {
        pid_t found = waitpid(child->pid, &child->status, WNOHANG);

        child->has_ended = found == child->pid || (found < 0 && errno == ECHILD);
        if (found < 0 && child->has_ended)
            child->status = LOST_STATUS;
    }
    return child->has_ended;
}

static void kill_group(struct child *child)
{
    uint64_t until_us = b0_clock_us() + GRACE_US;

    kill(-child->pid, SIGTERM);
    while (!has_ended(child) && b0_clock_us() < until_us)
        b0_sleep_us(UINT64_C(1000) * REAP_MS);
    kill(-child->pid, SIGKILL);
    while (!child->has_ended && waitpid(child->pid, &child->status, 0) < 0 && errno == EINTR)
        ;
    child->has_ended = true;
}

/* Until something comes, or it is time to look at the clock. */
static void wait_for_child(const struct child *child)
{
    struct b0_poll polls[] = {
        {.descriptor = child->output, .wants_in = true},
        {.descriptor = child->errors, .wants_in = true},
        {.descriptor = child->input, .wants_out = true},
    };
    bool is_silent = child->output == B0_NO_DESCRIPTOR && child->errors == B0_NO_DESCRIPTOR;

    b0_poll(polls, sizeof polls / sizeof *polls, is_silent ? REAP_MS : WAIT_MS);
}

/* What a program in the background holds open is not waited for. */
static enum b0_shell_end converse(struct b0_shell *shell, struct child *child)
{
    uint64_t end_us = b0_clock_us() + (uint64_t)shell->timeout_ms * 1000;
    enum b0_shell_end end = B0_SHELL_EXITED;
    size_t fed = 0;

    while (end == B0_SHELL_EXITED) {
        bool ended = has_ended(child); /* first: what it printed is there by then */

        feed(shell, child, &fed);
        if (!take_all(shell, child))
            end = B0_SHELL_FLOODED;
        else if (ended)
            break;
        else if (shell->stopped && shell->stopped())
            end = B0_SHELL_STOPPED;
        else if (b0_clock_us() >= end_us)
            end = B0_SHELL_TIMED_OUT;
        else
            wait_for_child(child);
    }
    return end;
}

enum b0_shell_end b0_shell_run(struct b0_shell *shell)
{
    struct child child = {.pid = -1};
    char **environment = make_environment(shell);
    enum b0_shell_end end;

    shell->output_size = shell->errors_size = 0;
    shell->code = environment ? start(shell, environment, &child) : ENOMEM;
    if (!environment)
        return B0_SHELL_NOT_STARTED;
    free_environment(shell, environment);
    if (shell->code == 0) {
        b0_descriptor_nonblocking(child.input);
        b0_descriptor_nonblocking(child.output);
        b0_descriptor_nonblocking(child.errors);
        end = converse(shell, &child);
        if (!child.has_ended)
            kill_group(&child);
        shell->code =
            WIFSIGNALED(child.status) ? WTERMSIG(child.status) : WEXITSTATUS(child.status);
        if (end == B0_SHELL_EXITED && WIFSIGNALED(child.status))
            end = B0_SHELL_KILLED;
    } else {
        end = B0_SHELL_NOT_STARTED;
    }
    close_end(&child.input);
    close_end(&child.output);
    close_end(&child.errors);
    return end;
}
