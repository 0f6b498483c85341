/* SPDX-License-Identifier: MIT */
/* base/platform/interrupt.h by console control events, which come in threads of their own. */
#include "native.h"

#include <base/platform/interrupt.h>
#include <string.h>

enum {
    CLOSE_MS = 4500, /* Windows ends a program whose window is closed after 5 s, at the latest */
};

static bool (*on_interrupt)(void);
static HANDLE interrupted;

static BOOL WINAPI on_event(DWORD event)
{
    bool handled = on_interrupt();

    SetEvent(interrupted);
    if (event != CTRL_C_EVENT && event != CTRL_BREAK_EVENT)
        Sleep(CLOSE_MS); /* the program ends when this returns, and it is at work */
    return handled;      /* FALSE: Windows ends the program */
}

HANDLE b0_native_interrupted(void)
{
    /* By itself it is reset by the wait that it ends. The first caller is the main thread. */
    if (!interrupted)
        interrupted = CreateEventW(NULL, FALSE, FALSE, NULL);
    return interrupted;
}

void b0_interrupt_install(bool (*heard)(void))
{
    on_interrupt = heard;
    b0_native_interrupted();
    SetConsoleCtrlHandler(NULL, FALSE); /* a parent may have let it ignore Ctrl-C */
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
