/* SPDX-License-Identifier: MIT */
/* See child.h. */
#include "child.h"

#include <dlfcn.h>
#include <errno.h>
#include <glib-unix.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

/* POSIX leaves its declaration to the program; GNU has it in unistd.h. */
extern char **environ; /* NOLINT(readability-redundant-declaration) */

/* As in umockdev-wrapper. */
static const char umockdev_library[] = "libumockdev-preload.so.0";
/* Our library, attach/client.c: beside the program in its build directory, or installed. */
static const char client_library[] = "libvboard-client.so";

enum {
    EXIT_SOFTWARE = 70, /* sysexits.h */
    EXIT_CANNOT_RUN = 126,
    EXIT_NOT_FOUND = 127,
    EXIT_SIGNALLED = 128,
};

struct child {
    pid_t pid;
    GMainLoop *loop;
    int status; /* of waitpid() */
};

/* Puts `first` at the start of a variable's value, unless the value contains it. */
static void prepend(const char *name, const char *first)
{
    const char *rest = getenv(name);
    char *value;

    if (rest == NULL || rest[0] == '\0') {
        setenv(name, first, 1);
    } else if (strstr(rest, first) == NULL) {
        value = g_strdup_printf("%s:%s", first, rest);
        setenv(name, value, 1);
        g_free(value);
    }
}

/* Loads our own library into clients. Without it everything works but several listeners at once. */
static void preload_client(void)
{
    char *self = g_file_read_link("/proc/self/exe", NULL);
    char *directory = g_path_get_dirname(self == NULL ? "." : self);
    char *path = g_build_filename(directory, client_library, NULL);

    if (self == NULL || access(path, R_OK) < 0) {
        g_free(path);
        path = g_build_filename(VBOARD_LIBDIR, client_library, NULL);
    }
    if (access(path, R_OK) == 0 && strpbrk(path, " :") == NULL) { /* they end a name there */
        prepend("LD_PRELOAD", path);
    }
    g_free(path);
    g_free(directory);
    g_free(self);
}

enum boot0_status vboard_child_environment(struct boot0_error *error)
{
    void *library = dlopen(umockdev_library, RTLD_LAZY | RTLD_LOCAL);

    if (library == NULL) {
        boot0_fail(error, BOOT0_E_UNSUPPORTED, "umockdev is not installed: %s", dlerror());
        return boot0_hint(error,
                          "Install umockdev (Debian: apt install umockdev): programs see the "
                          "virtual boards through its library %s.",
                          umockdev_library);
    }
    dlclose(library);
    prepend("LD_PRELOAD", umockdev_library);
    preload_client();
    /*
     * A command built with gcc's AddressSanitizer refuses to start if another library precedes its
     * own. vboard cannot know which of the programs that the command starts are built that way, and
     * all others ignore this option. The user's own options follow it, and win.
     */
    prepend("ASAN_OPTIONS", "verify_asan_link_order=0");
    return BOOT0_OK;
}

/* Signals to pass on, and the end of the child. */
static void watched_signals(sigset_t *set)
{
    sigemptyset(set);
    sigaddset(set, SIGCHLD);
    sigaddset(set, SIGHUP);
    sigaddset(set, SIGINT);
    sigaddset(set, SIGQUIT);
    sigaddset(set, SIGTERM);
    sigaddset(set, SIGUSR1);
    sigaddset(set, SIGUSR2);
}

void vboard_child_block_signals(sigset_t *before)
{
    sigset_t set;

    watched_signals(&set);
    pthread_sigmask(SIG_BLOCK, &set, before);
}

static gboolean on_signal(gint fd, GIOCondition condition, gpointer data)
{
    struct child *child = data;
    struct signalfd_siginfo info;

    (void)condition;
    while (read(fd, &info, sizeof info) == (ssize_t)sizeof info) {
        if (info.ssi_signo == SIGCHLD) {
            if (waitpid(child->pid, &child->status, WNOHANG) == child->pid) {
                g_main_loop_quit(child->loop);
                return G_SOURCE_CONTINUE;
            }
        } else if (info.ssi_code <= 0) { /* sent by a process; a terminal's comes from the kernel */
            kill(child->pid, (int)info.ssi_signo);
        }
    }
    return G_SOURCE_CONTINUE;
}

static int spawn(char *const *arguments, const sigset_t *mask, pid_t *pid)
{
    posix_spawnattr_t attributes;
    int failure;

    failure = posix_spawnattr_init(&attributes);
    if (failure != 0) {
        return failure;
    }
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
    posix_spawnattr_setsigmask(&attributes, mask);
    failure = posix_spawnp(pid, arguments[0], NULL, &attributes, arguments, environ);
    posix_spawnattr_destroy(&attributes);
    return failure;
}

static int spawn_failure(const char *name, int failure, struct boot0_error *error)
{
    if (failure == ENOENT) {
        boot0_fail(error, BOOT0_E_NO_INPUT, "%s: command not found", name);
        return EXIT_NOT_FOUND;
    }
    boot0_fail(error, BOOT0_E_NO_INPUT, "cannot run %s: %s", name, strerror(failure));
    return failure == EAGAIN || failure == ENOMEM ? EXIT_SOFTWARE : EXIT_CANNOT_RUN;
}

int vboard_child_run(char *const *arguments, const sigset_t *mask, struct boot0_error *error)
{
    struct child child = {0};
    sigset_t set;
    guint source;
    int failure;
    int fd;

    watched_signals(&set);
    fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (fd < 0) {
        boot0_fail(error, BOOT0_E_INTERNAL, "signalfd: %s", strerror(errno));
        return EXIT_SOFTWARE;
    }
    failure = spawn(arguments, mask, &child.pid);
    if (failure != 0) {
        close(fd);
        return spawn_failure(arguments[0], failure, error);
    }
    child.loop = g_main_loop_new(NULL, FALSE);
    source = g_unix_fd_add(fd, G_IO_IN, on_signal, &child);
    g_main_loop_run(child.loop);
    g_source_remove(source);
    g_main_loop_unref(child.loop);
    close(fd);
    return WIFSIGNALED(child.status) ? EXIT_SIGNALLED + WTERMSIG(child.status)
                                     : WEXITSTATUS(child.status);
}
