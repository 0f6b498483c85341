/* SPDX-License-Identifier: MIT */
/*
 * In the clients, as client.c is: a device node that does not exist, or that this user may not
 * open. umockdev's library (0.17) uses one of its 50 slots for each open(), including failed ones,
 * and ends the program when none is left. That happens to a program that waits for its port to come
 * back. So calls that must fail do not reach that library.
 */
/* open() and open64() are two functions here. */
#undef _FILE_OFFSET_BITS

#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef int open_function(const char *, int, ...);

/* Whether open() must fail; errno says why. */
static bool fails(const char *path, int flags)
{
    static const int wanted[] = {[O_RDONLY] = R_OK, [O_WRONLY] = W_OK, [O_RDWR] = R_OK | W_OK};
    int mode = flags & O_ACCMODE;

    if (strncmp(path, "/dev/", strlen("/dev/")) != 0 || (flags & O_CREAT) != 0 ||
        getenv("UMOCKDEV_DIR") == NULL)
        return false;
    return access(path, mode <= O_RDWR ? wanted[mode] : F_OK) < 0;
}

static int pass(const char *function, const char *path, int flags, mode_t mode)
{
    open_function *next;

    if (fails(path, flags))
        return -1;
    *(void **)&next = dlsym(RTLD_NEXT, function);
    return next(path, flags, mode);
}

/* NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name): libc's are reserved */
__attribute__((visibility("default"))) int open(const char *path, int flags, ...)
{
    va_list arguments;
    mode_t mode;

    va_start(arguments, flags); /* without O_CREAT there is no mode, and nothing reads it */
    mode = va_arg(arguments, mode_t);
    va_end(arguments);
    return pass("open", path, flags, mode);
}

/* NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name): libc's are reserved */
__attribute__((visibility("default"))) int open64(const char *path, int flags, ...)
{
    va_list arguments;
    mode_t mode;

    va_start(arguments, flags);
    mode = va_arg(arguments, mode_t);
    va_end(arguments);
    return pass("open64", path, flags, mode);
}
