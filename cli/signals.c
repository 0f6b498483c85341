/* SPDX-License-Identifier: MIT */
/* Ctrl-C: the first one asks the work to stop where the board can be left, the second one kills. */
#include "progress.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static volatile sig_atomic_t pressed, announced, line_shown;

/* Only what POSIX allows in a signal handler. */
static void say(const char *text)
{
    if (write(STDERR_FILENO, text, strlen(text)) < 0)
        announced = 0;
}

/* Said here and not when the work notices: a transfer may last as long as a mass erase. */
static void on_signal(int number)
{
    int kept = errno;

    if (line_shown)
        say(CLEAR_LINE); /* with the ^C that was typed behind it */
    else if (announced && !pressed)
        say("\n");
    if (pressed) {
        signal(number, SIG_DFL);
        raise(number);
    } else if (announced) {
        say("Note: stopping where the board can be left; Ctrl-C again quits at once\n");
    }
    pressed = 1;
    errno = kept;
}

void signals_install(void)
{
    struct sigaction action = {.sa_handler = on_signal};

    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    action.sa_handler = SIG_IGN; /* a closed pipe is found by the failing write */
    sigaction(SIGPIPE, &action, NULL);
}

void signals_announce(bool loudly)
{
    announced = loudly;
}

void signals_line(bool shown)
{
    line_shown = shown;
}

bool signals_pending(void)
{
    return pressed != 0;
}
