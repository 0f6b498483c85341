/* Ctrl-C: the first one asks the work to stop where the board can be left, the second one kills. */
#include "progress.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

static volatile sig_atomic_t pressed, announced;

/* Said here and not when the work notices: a transfer may last as long as a mass erase. */
static void on_signal(int number)
{
    static const char text[] =
        "\nNote: stopping where the board can be left; Ctrl-C again quits at once\n";

    int kept = errno;

    (void)number;
    pressed = 1;
    if (announced && write(STDERR_FILENO, text, sizeof text - 1) < 0)
        announced = 0;
    errno = kept;
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

void signals_announce(bool loudly)
{
    announced = loudly;
}

bool signals_pending(void)
{
    return pressed != 0;
}
