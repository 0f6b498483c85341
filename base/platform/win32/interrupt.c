/* SPDX-License-Identifier: MIT */
/* base/platform/interrupt.h with console control events, which arrive in threads of their own. */
#include "native.h"

#include <base/platform/interrupt.h>
#include <string.h>

enum {
    CLOSE_MS = 4500, /* Windows ends a program 5 s after its window was closed */
};

static bool (*on_interrupt)(void);
static HANDLE interrupted;

static BOOL WINAPI on_event(DWORD event)
{
    bool handled = on_interrupt();

    SetEvent(interrupted);
    if (event != CTRL_C_EVENT && event != CTRL_BREAK_EVENT)
        Sleep(CLOSE_MS); /* the program ends when this returns, and it is still working */
    return handled;      /* FALSE: Windows ends the program */
}

HANDLE b0_native_interrupted(void)
{
    /* Auto-reset: the wait that it ends resets it. The first caller is the main thread. */
    if (!interrupted)
        interrupted = CreateEventW(NULL, FALSE, FALSE, NULL);
    return interrupted;
}

void b0_interrupt_install(bool (*heard)(void))
{
    on_interrupt = heard;
    b0_native_interrupted();
    SetConsoleCtrlHandler(NULL, FALSE); /* the parent may have disabled Ctrl-C */
    SetConsoleCtrlHandler(on_event, TRUE);
}

bool b0_interrupt_say(const char *text)
{
    DWORD written;

    return WriteFile(GetStdHandle(STD_ERROR_HANDLE), text, (DWORD)strlen(text), &written, NULL) !=
           0;
}

bool b0_interrupt_nap_ms(uint32_t milliseconds)
{
    return WaitForSingleObject(b0_native_interrupted(), milliseconds) == WAIT_TIMEOUT;
}
