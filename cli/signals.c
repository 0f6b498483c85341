/* Ctrl-C: the first one asks the work to stop where the board can be left, the second one kills. */
#include "progress.h"

#include <signal.h>

static volatile sig_atomic_t pressed;

static void on_signal(int number)
{
    (void)number;
    pressed = 1;
}

void signals_install(void)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};

    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    action.sa_handler = SIG_IGN; /* a closed pipe is found by the failing write */
    action.sa_flags = 0;
    sigaction(SIGPIPE, &action, NULL);
}

bool signals_pending(void)
{
    return pressed != 0;
}
