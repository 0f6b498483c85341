/* SPDX-License-Identifier: MIT */
/* How dfu-util ends: messages on stderr, and exit codes. */
#include "../print.h"
#include "../text.h"
#include "dfu_util.h"

#include <stdarg.h>

/* dfu-util's codes. BOOT0_E_RANGE is what it calls a page that is not writeable. */
static const int exit_codes[BOOT0_STATUS_COUNT] = {
    [BOOT0_OK] = DFU_UTIL_OK,
    [BOOT0_E_USAGE] = DFU_UTIL_USAGE,
    [BOOT0_E_DATA] = DFU_UTIL_DATA,
    [BOOT0_E_NO_INPUT] = DFU_UTIL_NO_INPUT,
    [BOOT0_E_NO_OUTPUT] = DFU_UTIL_CANNOT_CREATE,
    [BOOT0_E_NO_BOARD] = DFU_UTIL_IO,
    [BOOT0_E_SEVERAL] = DFU_UTIL_IO,
    [BOOT0_E_PERMISSION] = DFU_UTIL_IO,
    [BOOT0_E_BUSY] = DFU_UTIL_IO,
    [BOOT0_E_IO] = DFU_UTIL_IO,
    [BOOT0_E_GONE] = DFU_UTIL_IO,
    [BOOT0_E_PROTOCOL] = DFU_UTIL_IO,
    [BOOT0_E_PROTECTED] = DFU_UTIL_IO,
    [BOOT0_E_RANGE] = DFU_UTIL_USAGE,
    [BOOT0_E_MISMATCH] = DFU_UTIL_IO,
    [BOOT0_E_UNSUPPORTED] = DFU_UTIL_IO,
    [BOOT0_E_CANCELLED] = DFU_UTIL_INTERRUPTED,
    [BOOT0_E_MEMORY] = DFU_UTIL_SOFTWARE,
    [BOOT0_E_INTERNAL] = DFU_UTIL_SOFTWARE,
};

int dfu_util_fail(int code, const char *format, ...)
{
    va_list arguments;

    fflush(stdout);
    fputs("dfu-util: ", stderr);
    va_start(arguments, format);
    print_list(stderr, format, &arguments);
    va_end(arguments);
    fputc('\n', stderr);
    return code;
}

int dfu_util_error(const struct boot0_error *error)
{
    unsigned code = (unsigned)error->code;

    fflush(stdout);
    write_error(stderr, "dfu-util: ", error);
    return code < BOOT0_STATUS_COUNT ? exit_codes[code] : DFU_UTIL_SOFTWARE;
}
