/* SPDX-License-Identifier: MIT */
/*
 * In the clients, as client.c is: the drivers of serial ports. Browsers show a port only if
 * /proc/tty/drivers has a driver for its numbers. The kernel lists the drivers that it has loaded,
 * and none that a virtual board needs (proc(5)).
 */
/* fopen() and fopen64() are two functions here. */
#undef _FILE_OFFSET_BITS

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef FILE *open_function(const char *, const char *);

static const char list[] = "/proc/tty/drivers";

/* Linux' Documentation/admin-guide/devices.txt: the numbers of cdc.c and tty.c. */
static const char ours[] = "acm                  /dev/ttyACM   166 0-255 serial\n"
                           "usbserial            /dev/ttyUSB   188 0-511 serial\n";

static void copy(FILE *from, FILE *to)
{
    char text[512];
    size_t size;

    while ((size = fread(text, 1, sizeof text, from)) > 0)
        (void)fwrite(text, 1, size, to);
}

/* The kernel's list, which may be missing, followed by ours. */
static FILE *extend(FILE *kernels)
{
    FILE *file = tmpfile();

    if (!file)
        return kernels;
    if (kernels) {
        copy(kernels, file);
        fclose(kernels);
    }
    fputs(ours, file);
    rewind(file);
    return file;
}

static FILE *pass(const char *function, const char *path, const char *mode)
{
    open_function *next;
    FILE *file;

    *(void **)&next = dlsym(RTLD_NEXT, function);
    file = next(path, mode);
    return strcmp(path, list) == 0 && getenv("UMOCKDEV_DIR") ? extend(file) : file;
}

/* NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name): libc's are reserved */
__attribute__((visibility("default"))) FILE *fopen(const char *path, const char *mode)
{
    return pass("fopen", path, mode);
}

/* NOLINTNEXTLINE(readability-inconsistent-declaration-parameter-name): libc's are reserved */
__attribute__((visibility("default"))) FILE *fopen64(const char *path, const char *mode)
{
    return pass("fopen64", path, mode);
}
