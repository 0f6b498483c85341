/* SPDX-License-Identifier: MIT */
/* The findings of boot0 doctor, each with a stable code, a line and a remedy. */
#ifndef BOOT0_CLI_DOCTOR_FINDINGS_H
#define BOOT0_CLI_DOCTOR_FINDINGS_H

#include "facts.h"

enum severity {
    SEVERITY_OK,
    SEVERITY_HINT,    /* stops nothing, but may explain the trouble */
    SEVERITY_PROBLEM, /* keeps the user from a board */
};

enum finding_code {
    FINDING_NO_USB,
    FINDING_NOTHING_ENUMERATES,
    FINDING_NO_DEVICE,
    FINDING_PROGRAM,
    FINDING_PROGRAM_BESIDE,
    FINDING_RUNTIME,
    FINDING_PROBE,
    FINDING_UNKNOWN_DEVICE,
    FINDING_NO_NODE,
    FINDING_NO_UDEV,
    FINDING_RULE_MISSING,
    FINDING_RULE_LATE,
    FINDING_RULE_NOT_APPLIED,
    FINDING_NOT_IN_GROUP,
    FINDING_NO_SEAT,
    FINDING_PERMISSION,
    FINDING_BUSY,
    FINDING_NO_ANSWER,
    FINDING_PROTECTED,
    FINDING_ERROR_STATE,
    FINDING_UNFINISHED,
    FINDING_CONTRADICTION,
    FINDING_PORT_BUSY,
    FINDING_MODEM_MANAGER,
    FINDING_OLD_DFU_UTIL,
    FINDING_WINDOWS_NO_DRIVER,
    FINDING_WINDOWS_NO_PORT, /* a program, not a board in DFU mode */
    FINDING_WINDOWS_WRONG_DRIVER,
    FINDING_WINDOWS_ST_DRIVER,
    FINDING_WINDOWS_COMPOSITE,
    FINDING_WINDOWS_SERIAL,
    FINDING_WINDOWS_LIBUSB0,
    FINDING_WINDOWS_START,
    FINDING_WINDOWS_DISABLED,
    FINDING_WINDOWS_ENUMERATION,
    FINDING_WINDOWS_UNSIGNED,
    FINDING_WINDOWS_PROBLEM,
    FINDING_MACOS_ACCESSORY,
    FINDING_MACOS_HELD,
    FINDING_READY,
    FINDING_COUNT
};

/* One row per code. "{device}" and "{detail}" in the texts are replaced. */
struct finding_row {
    const char *name; /* "no-device": stable, for scripts */
    enum severity severity;
    const char *line;
    const char *remedy; /* "" if nothing can be done */
};

const struct finding_row *finding_row(enum finding_code code);
const char *severity_name(enum severity severity);

struct finding {
    enum finding_code code;
    const struct doctor_device *device; /* NULL: the machine */
    char line[512];
    char remedy[1024];
};

enum {
    FINDINGS_MAX = 128,
};

struct findings {
    struct finding list[FINDINGS_MAX];
    size_t count;
};

/* Adds a finding; `detail` may be "". Truncates long texts; ignores findings beyond the limit. */
void findings_add(struct findings *findings, enum finding_code code,
                  const struct doctor_device *device, const char *detail);

/* Adds all findings that follow from the facts, in the order to work through them. */
void findings_from(const struct facts *facts, struct findings *findings);

/* Counts the findings of that severity. */
size_t findings_count(const struct findings *findings, enum severity severity);

/* driver.c: what a driver's service and the device manager's problem code mean for a device. */
enum finding_code finding_of_driver(enum device_kind kind, const char *service, unsigned problem);

/* permission.c: why a device may not be opened on Linux. */
void findings_of_permission(const struct facts *facts, const struct doctor_device *device,
                            struct findings *findings);

/* enter.c: how to bring a board of boot0_board_profile_at() into DFU mode; NULL if unknown. */
const char *enter_text(const char *board);

#endif
