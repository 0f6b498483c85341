/* SPDX-License-Identifier: MIT */
/* How the command ends: exit codes and error messages. */
#include "advice.h"
#include "command.h"
#include "print.h"
#include "text.h"

#include <base/print/json.h>
#include <stdlib.h>
#include <string.h>

/* The codes of sysexits.h, which scripts around dfu-util know as well. */
static const int exit_codes[BOOT0_STATUS_COUNT] = {
    [BOOT0_OK] = 0,
    [BOOT0_E_USAGE] = 64,       /* EX_USAGE */
    [BOOT0_E_DATA] = 65,        /* EX_DATAERR */
    [BOOT0_E_RANGE] = 65,       /* the file, or an address, does not fit the board */
    [BOOT0_E_NO_INPUT] = 66,    /* EX_NOINPUT */
    [BOOT0_E_NO_BOARD] = 69,    /* EX_UNAVAILABLE */
    [BOOT0_E_SEVERAL] = 69,     /* none that can be used without a choice */
    [BOOT0_E_UNSUPPORTED] = 69, /* by this board */
    [BOOT0_E_INTERNAL] = 70,    /* EX_SOFTWARE */
    [BOOT0_E_MEMORY] = 71,      /* EX_OSERR */
    [BOOT0_E_NO_OUTPUT] = 73,   /* EX_CANTCREAT */
    [BOOT0_E_IO] = 74,          /* EX_IOERR */
    [BOOT0_E_GONE] = 74,
    [BOOT0_E_PROTOCOL] = 74,
    [BOOT0_E_MISMATCH] = 65,   /* the file is not for this board, or differs from what it holds */
    [BOOT0_E_PERMISSION] = 77, /* EX_NOPERM */
    [BOOT0_E_PROTECTED] = 77,
    [BOOT0_E_BUSY] = 75,       /* EX_TEMPFAIL */
    [BOOT0_E_CANCELLED] = 130, /* as a shell reports a program ended by Ctrl-C */
};

int exit_code(enum boot0_status status)
{
    return (unsigned)status < BOOT0_STATUS_COUNT ? exit_codes[status]
                                                 : exit_codes[BOOT0_E_INTERNAL];
}

void json_error(struct json *json, const struct boot0_error *error)
{
    char remedy[ADVICE_TEXT];

    json_open(json, "error");
    json_text(json, "code", boot0_status_name(error->code));
    json_text(json, "message", error->message);
    json_text(json, "hint", advice_text(remedy, error));
    json_number(json, "exit_code", (uint64_t)exit_code(error->code));
    json_close(json);
}

void write_error(FILE *file, const char *label, const struct boot0_error *error)
{
    /* A line end in a message can only come from a file name; hints contain lists. */
    char *message = print_sanitized(error->message, strlen(error->message), false);
    char margin[32], remedy[ADVICE_TEXT];

    snprintf(margin, sizeof margin, "%*s", (int)strlen(label), "");
    print_wrapped(file, label, message ? message : error->message);
    if (advice_text(remedy, error)[0])
        print_wrapped(file, margin, remedy);
    free(message);
}

void report_error(const struct boot0_error *error, bool json)
{
    if (json) {
        struct json line = json_begin(stdout);

        json_error(&line, error);
        json_end(&line);
        fflush(stdout);
        return;
    }
    write_error(stderr, "boot0: ", error);
}
