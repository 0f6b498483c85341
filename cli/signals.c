/* SPDX-License-Identifier: MIT */
/* Ctrl-C: the first one asks the work to stop where the board can be left, the second one kills. */
#include "progress.h"

#include <base/platform/interrupt.h>
#include <signal.h>

static volatile sig_atomic_t pressed, announced, line_shown;

static void say(const char *text)
{
    if (!b0_interrupt_say(text))
        announced = 0;
}

/* Prints here, not when the work notices: a transfer may last as long as a mass erase. */
static bool heard(void)
{
    bool again = pressed != 0;

    if (line_shown)
        say(CLEAR_LINE); /* and the ^C typed after it */
    else if (announced && !again)
        say("\n");
    if (announced && !again)
        say("Note: stopping safely; press Ctrl-C again to quit at once\n");
    pressed = 1;
    return !again;
}

void signals_install(void)
{
    b0_interrupt_install(heard);
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
