/* SPDX-License-Identifier: MIT */
/*
 * In the clients, as client.c is: serial ports that are really pseudo terminals. The kernel removes
 * parity from those, and programs that check their settings give up. Settings that the kernel does
 * not keep go where every process, and vboard at the other end, finds them: tty_marks.h.
 */
#include "client.h"
#include "tty_marks.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

#include <sys/ioctl.h>

typedef int get_function(int, struct termios *);
typedef int set_function(int, int, const struct termios *);
typedef int ioctl_function(int, unsigned long, ...);

/* ---- what the client sees, and what the kernel gets ---- */

static void reveal(unsigned *input, unsigned *control, unsigned char *characters)
{
    unsigned char kept = characters[VBOARD_TTY_CC_KEPT];

    if (characters[VBOARD_TTY_CC_MARK] != VBOARD_TTY_MARK)
        return;
    if (kept & VBOARD_TTY_PARENB)
        *control |= PARENB;
    if (kept & VBOARD_TTY_CMSPAR)
        *control |= CMSPAR;
    *control ^= kept & VBOARD_TTY_CSIZE; /* the kernel says CS8 */
    if (kept & VBOARD_TTY_PARMRK)
        *input |= PARMRK;
    characters[VBOARD_TTY_CC_MARK] = characters[VBOARD_TTY_CC_KEPT] = 0;
}

static void conceal(unsigned *input, unsigned *control, unsigned char *characters)
{
    characters[VBOARD_TTY_CC_MARK] = VBOARD_TTY_MARK;
    characters[VBOARD_TTY_CC_KEPT] =
        (unsigned char)((*control & PARENB ? VBOARD_TTY_PARENB : 0) |
                        (*control & CMSPAR ? VBOARD_TTY_CMSPAR : 0) |
                        (*input & PARMRK ? VBOARD_TTY_PARMRK : 0) | ((*control & CSIZE) ^ CS8));
    *input &= ~(unsigned)PARMRK;
    /* The C library reports a failure if the kernel does not apply all settings. */
    *control = (*control & ~(unsigned)(PARENB | CMSPAR)) | CS8;
}

/* ---- the C library's functions ---- */

static int real_get(int fd, struct termios *settings)
{
    get_function *next;

    *(void **)&next = dlsym(RTLD_NEXT, "tcgetattr");
    return next(fd, settings);
}

static bool is_ours(int fd)
{
    struct termios now;
    return real_get(fd, &now) == 0 && now.c_cc[VBOARD_TTY_CC_MARK] == VBOARD_TTY_MARK;
}

/* NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name): libc's are reserved */
__attribute__((visibility("default"))) int tcgetattr(int fd, struct termios *settings)
{
    int result = real_get(fd, settings);

    if (result == 0)
        reveal(&settings->c_iflag, &settings->c_cflag, settings->c_cc);
    return result;
}

/*
 * The other end of a pseudo terminal does not learn that its settings have changed; a device does.
 * vboard takes a request that moves no modem line as that message.
 */
static void tell(int fd)
{
    ioctl_function *next;
    int none = 0;

    *(void **)&next = dlsym(RTLD_NEXT, "ioctl");
    (void)next(fd, TIOCMBIS, &none);
}

/* NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name): libc's are reserved */
__attribute__((visibility("default"))) int tcsetattr(int fd, int when,
                                                     const struct termios *settings)
{
    struct termios mine = *settings;
    set_function *next;
    int result, saved;

    *(void **)&next = dlsym(RTLD_NEXT, "tcsetattr");
    if (!is_ours(fd))
        return next(fd, when, settings);
    conceal(&mine.c_iflag, &mine.c_cflag, mine.c_cc);
    result = next(fd, when, &mine);
    saved = errno;
    if (result == 0)
        tell(fd);
    errno = saved;
    return result;
}

static bool sets(unsigned long request)
{
    return request == TCSETS2 || request == TCSETSW2 || request == TCSETSF2;
}

/* For speeds that have no name. NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name)
 */
__attribute__((visibility("default"))) int ioctl(int fd, unsigned long request, ...)
{
    struct termios2 mine;
    ioctl_function *next;
    va_list arguments;
    void *argument;
    int result;

    va_start(arguments, request);
    argument = va_arg(arguments, void *);
    va_end(arguments);
    *(void **)&next = dlsym(RTLD_NEXT, "ioctl");
    if (argument != NULL && sets(request) && is_ours(fd)) {
        mine = *(const struct termios2 *)argument;
        conceal(&mine.c_iflag, &mine.c_cflag, mine.c_cc);
        result = next(fd, request, &mine);
        if (result == 0)
            tell(fd);
        return result;
    }
    result = next(fd, request, argument);
    vboard_node_asked(fd, request, result);
    if (result == 0 && request == TCGETS2 && argument != NULL) {
        struct termios2 *theirs = argument;

        reveal(&theirs->c_iflag, &theirs->c_cflag, theirs->c_cc);
    }
    return result;
}
