/* SPDX-License-Identifier: MIT */
/* base/platform/interrupt.h with signals. */
#include <base/platform/interrupt.h>

#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static bool (*on_interrupt)(void);

/* Uses only what POSIX allows in a signal handler. */
static void on_signal(int number)
{
    int kept = errno;

    if (!on_interrupt()) {
        signal(number, SIG_DFL);
        raise(number);
    }
    errno = kept;
}

void b0_interrupt_install(bool (*heard)(void))
{
    struct sigaction action = {.sa_handler = on_signal};

    on_interrupt = heard;
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    action.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &action, NULL);
}

bool b0_interrupt_say(const char *text)
{
    return write(STDERR_FILENO, text, strlen(text)) >= 0;
}

bool b0_interrupt_nap_ms(uint32_t milliseconds)
{
    const struct timespec nap = {(time_t)(milliseconds / 1000),
                                 (long)(milliseconds % 1000) * 1000000};

    return nanosleep(&nap, NULL) == 0;
}
