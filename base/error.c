/* SPDX-License-Identifier: MIT */
/* Names of statuses and advices; fills struct boot0_error. */
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

static const char *const advice_names[] = {
    [BOOT0_ADVICE_NONE] = "none",
    [BOOT0_ADVICE_FIND_BOARD] = "find-board",
    [BOOT0_ADVICE_LIST_BOARDS] = "list-boards",
    [BOOT0_ADVICE_CHOOSE_BOARD] = "choose-board",
    [BOOT0_ADVICE_CHOOSE_INTERFACE] = "choose-interface",
    [BOOT0_ADVICE_NAME_CHIP] = "name-chip",
    [BOOT0_ADVICE_USB_ACCESS] = "usb-access",
    [BOOT0_ADVICE_USB_DRIVER] = "usb-driver",
    [BOOT0_ADVICE_USB_OPEN] = "usb-open",
    [BOOT0_ADVICE_USB_MISSING] = "usb-missing",
    [BOOT0_ADVICE_LIST_PORTS] = "list-ports",
    [BOOT0_ADVICE_LINE_SPEED] = "line-speed",
    [BOOT0_ADVICE_RESET_LINES] = "reset-lines",
    [BOOT0_ADVICE_SEE_MEMORIES] = "see-memories",
    [BOOT0_ADVICE_CHOOSE_MEMORY] = "choose-memory",
    [BOOT0_ADVICE_OTHER_MEMORY] = "other-memory",
    [BOOT0_ADVICE_LINK_FOR_MEMORY] = "link-for-memory",
    [BOOT0_ADVICE_EACH_MEMORY] = "each-memory",
    [BOOT0_ADVICE_MAIN_FLASH] = "main-flash",
    [BOOT0_ADVICE_TARGET_NAME] = "target-name",
    [BOOT0_ADVICE_TARGET_ADDRESS] = "target-address",
    [BOOT0_ADVICE_FAMILY] = "family",
    [BOOT0_ADVICE_NO_PROGRAM] = "no-program",
    [BOOT0_ADVICE_ALIGNMENT] = "alignment",
    [BOOT0_ADVICE_OTHER_CHIP] = "other-chip",
    [BOOT0_ADVICE_UNSTARTED] = "unstarted",
    [BOOT0_ADVICE_IGNORE_SUFFIX] = "ignore-suffix",
    [BOOT0_ADVICE_ALLOW_OPTION_BYTES] = "allow-option-bytes",
    [BOOT0_ADVICE_SKIP_RAM] = "skip-ram",
    [BOOT0_ADVICE_PLACE] = "place",
    [BOOT0_ADVICE_PLACE_AT] = "place-at",
    [BOOT0_ADVICE_NO_ADDRESS] = "no-address",
    [BOOT0_ADVICE_START_ADDRESS] = "start-address",
    [BOOT0_ADVICE_SEE_FILES] = "see-files",
    [BOOT0_ADVICE_FILL_GAPS] = "fill-gaps",
    [BOOT0_ADVICE_REMOVE_PREFIX] = "remove-prefix",
    [BOOT0_ADVICE_WRITE_ALL] = "write-all",
    [BOOT0_ADVICE_SUPPLY] = "supply",
    [BOOT0_ADVICE_REPEAT] = "repeat",
    [BOOT0_ADVICE_CONTINUE] = "continue",
    [BOOT0_ADVICE_WRITE_DIFFERENCE] = "write-difference",
    [BOOT0_ADVICE_UNPROTECT_READ] = "unprotect-read",
    [BOOT0_ADVICE_UNPROTECT_WRITE] = "unprotect-write",
    [BOOT0_ADVICE_SAY_CHIP] = "say-chip",
    [BOOT0_ADVICE_LOCK_FOR_EVER] = "lock-for-ever",
    [BOOT0_ADVICE_PROTECT_BY_SERIAL] = "protect-by-serial",
    [BOOT0_ADVICE_INSTALL_BOOTLOADER] = "install-bootloader",
    [BOOT0_ADVICE_UPDATE_BOOTLOADER] = "update-bootloader",
    [BOOT0_ADVICE_REPLACE_BOOTLOADER] = "replace-bootloader",
    [BOOT0_ADVICE_NAME_BOOTLOADER_CHIP] = "name-bootloader-chip",
    [BOOT0_ADVICE_UPDATE_AND_UNPROTECT] = "update-and-unprotect",
    [BOOT0_ADVICE_LEAVE_BOOTLOADER] = "leave-bootloader",
    [BOOT0_ADVICE_WITHOUT_LOADER] = "without-loader",
    [BOOT0_ADVICE_RECORD] = "record",
    [BOOT0_ADVICE_RECORD_SERIAL] = "record-serial",
    [BOOT0_ADVICE_RECORD_USB] = "record-usb",
    [BOOT0_ADVICE_REPORT] = "report",
    [BOOT0_ADVICE_STARTER] = "starter",
    [BOOT0_ADVICE_SUPPLY_IGNORED] = "supply-ignored",
};

_Static_assert(B0_LENGTH(advice_names) == BOOT0_ADVICE_COUNT, "every advice has a name");

const char *boot0_advice_name(enum boot0_advice advice)
{
    if ((unsigned)advice >= BOOT0_ADVICE_COUNT)
        return "unknown";
    return advice_names[advice];
}

static void clear_advice(struct boot0_error *error)
{
    error->advice = BOOT0_ADVICE_NONE;
    memset(&error->facts, 0, sizeof error->facts);
}

/*
 * Formats a text and truncates it with "...". Formats into a copy, so that a message can be
 * extended: boot0_fail(error, code, "%s: %s", file, error->message).
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
    clear_advice(error);
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
    clear_advice(error);
    return error->code;
}

enum boot0_status boot0_advise(struct boot0_error *error, enum boot0_advice advice,
                               const struct boot0_facts *facts)
{
    static const struct boot0_facts none;

    if (!error)
        return BOOT0_E_INTERNAL;
    error->advice = advice;
    memmove(&error->facts, facts ? facts : &none, sizeof error->facts);
    return error->code;
}
