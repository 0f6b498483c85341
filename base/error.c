/* SPDX-License-Identifier: MIT */
/* Status names, and the filling of struct boot0_error. */
#include <boot0/error.h>
#include <core/array.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const status_names[] = {
    [BOOT0_OK] = "ok",
    [BOOT0_E_USAGE] = "usage",
    [BOOT0_E_DATA] = "data",
    [BOOT0_E_NO_INPUT] = "no-input",
    [BOOT0_E_NO_OUTPUT] = "no-output",
    [BOOT0_E_NO_BOARD] = "no-board",
    [BOOT0_E_SEVERAL] = "several",
    [BOOT0_E_PERMISSION] = "permission",
    [BOOT0_E_BUSY] = "busy",
    [BOOT0_E_IO] = "io",
    [BOOT0_E_GONE] = "gone",
    [BOOT0_E_PROTOCOL] = "protocol",
    [BOOT0_E_PROTECTED] = "protected",
    [BOOT0_E_RANGE] = "range",
    [BOOT0_E_MISMATCH] = "mismatch",
    [BOOT0_E_UNSUPPORTED] = "unsupported",
    [BOOT0_E_CANCELLED] = "cancelled",
    [BOOT0_E_MEMORY] = "memory",
    [BOOT0_E_INTERNAL] = "internal",
};

_Static_assert(B0_LENGTH(status_names) == BOOT0_STATUS_COUNT, "every status has a name");

const char *boot0_status_name(enum boot0_status code)
{
    if ((unsigned)code >= BOOT0_STATUS_COUNT)
        return "unknown";
    return status_names[code];
}

/*
 * Formats a text; of what does not fit, the end is cut and marked with "...". By way of a copy, so
 * that a message can be extended: boot0_fail(error, code, "%s: %s", file, error->message).
 */
static void format_text(char *text, size_t size, const char *format, va_list arguments)
{
    char copy[sizeof((struct boot0_error *)0)->hint];
    int length = vsnprintf(copy, size, format, arguments);

    if (length < 0)
        copy[0] = '\0';
    else if ((size_t)length >= size)
        memcpy(copy + size - 4, "...", 4);
    memcpy(text, copy, strlen(copy) + 1);
}

_Static_assert(sizeof((struct boot0_error *)0)->hint >= sizeof((struct boot0_error *)0)->message,
               "the copy holds either text");

enum boot0_status boot0_fail(struct boot0_error *error, enum boot0_status code, const char *format,
                             ...)
{
    va_list arguments;

    if (!error)
        return code;
    error->code = code;
    va_start(arguments, format);
    format_text(error->message, sizeof error->message, format, arguments);
    va_end(arguments);
    error->hint[0] = '\0';
    return code;
}

enum boot0_status boot0_hint(struct boot0_error *error, const char *format, ...)
{
    va_list arguments;

    if (!error)
        return BOOT0_E_INTERNAL;
    va_start(arguments, format);
    format_text(error->hint, sizeof error->hint, format, arguments);
    va_end(arguments);
    return error->code;
}
