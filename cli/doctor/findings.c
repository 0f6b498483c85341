/* SPDX-License-Identifier: MIT */
/* Derives findings from facts: one small function per check, in the order of a table. */
#include "findings.h"
#include "../text.h"

#include <core/array.h>
#include <core/dfu.h>
#include <stdio.h>
#include <string.h>

/* ---- texts ---- */

static void describe(char *text, size_t size, const struct doctor_device *device)
{
    if (!device)
        snprintf(text, size, "%s", "the machine");
    else if (device->vendor == 0 && device->product == 0)
        snprintf(text, size, "the device at port %s", device->path);
    else
        snprintf(text, size, "%04x:%04x at port %s", device->vendor, device->product, device->path);
}

void findings_add(struct findings *findings, enum finding_code code,
                  const struct doctor_device *device, const char *detail)
{
    const struct finding_row *row = finding_row(code);
    struct finding *finding;
    char name[96];
    const struct text_mark marks[] = {{"{device}", name}, {"{detail}", detail}};

    if (findings->count == FINDINGS_MAX)
        return;
    finding = &findings->list[findings->count++];
    finding->code = code;
    finding->device = device;
    describe(name, sizeof name, device);
    text_expand(finding->line, sizeof finding->line, row->line, marks, B0_LENGTH(marks));
    text_expand(finding->remedy, sizeof finding->remedy, row->remedy, marks, B0_LENGTH(marks));
}

size_t findings_count(const struct findings *findings, enum severity severity)
{
    size_t count = 0;

    for (size_t i = 0; i < findings->count; i++)
        count += finding_row(findings->list[i].code)->severity == severity;
    return count;
}

/* ---- the machine ---- */

static size_t count_kind(const struct facts *facts, enum device_kind kind)
{
    size_t count = 0;

    for (size_t i = 0; i < facts->device_count; i++)
        count += facts->devices[i].kind == kind;
    return count;
}

static bool has_usb(const struct facts *facts)
{
    if (facts->system == SYSTEM_LINUX && !facts->lists_all)
        return false;
    return facts->usb.code == BOOT0_OK && (!facts->lists_all || facts->has_bus);
}

static void check_usb(const struct facts *facts, struct findings *findings)
{
    if (facts->usb.code != BOOT0_OK)
        findings_add(findings, FINDING_NO_USB, NULL, facts->usb.message);
    else if (!has_usb(facts))
        findings_add(findings, FINDING_NO_USB, NULL, "the system shows no USB bus");
}

/* No board: the more devices there are, the less likely it is the cable. */
static void check_presence(const struct facts *facts, struct findings *findings)
{
    if (!has_usb(facts) || count_kind(facts, DEVICE_DFU) > 0 ||
        count_kind(facts, DEVICE_RUNTIME) > 0 || count_kind(facts, DEVICE_PROGRAM) > 0)
        return;
    if (facts->lists_all && facts->device_count == 0)
        findings_add(findings, FINDING_NOTHING_ENUMERATES, NULL, "");
    else if (count_kind(facts, DEVICE_UNKNOWN) == 0)
        findings_add(findings, FINDING_NO_DEVICE, NULL, "");
    if (facts->system == SYSTEM_MACOS)
        findings_add(findings, FINDING_MACOS_ACCESSORY, NULL, "");
}

/* What releases still in use lack: dfu-util's ChangeLog. */
static void check_dfu_util(const struct facts *facts, struct findings *findings)
{
    static const struct {
        unsigned before; /* 0.x */
        const char *lacks;
    } history[] = {
        {5, "it does not support DfuSe at all, so it has no -s"},
        {8, "it cannot select a board by serial number (-S)"},
        {9, "its mass erase gives up too early on an F405"},
        {10, "it has no --wait, and L4 chips fail while erasing"},
        {11, "it writes only one alternate setting of a DfuSe file"},
    };
    const struct doctor_tool *tool = &facts->dfu_util;
    char detail[384];

    if (!tool->found || tool->major > 0)
        return;
    for (size_t i = 0; i < B0_LENGTH(history); i++) {
        if (tool->minor >= history[i].before)
            continue;
        snprintf(detail, sizeof detail, "%s is version %u.%u; %s", tool->file, tool->major,
                 tool->minor, history[i].lacks);
        findings_add(findings, FINDING_OLD_DFU_UTIL, NULL, detail);
        return;
    }
}

/* ---- a device ---- */

static void check_kind(const struct facts *facts, const struct doctor_device *device,
                       struct findings *findings)
{
    if (device->kind == DEVICE_PROGRAM)
        /* Beside a board in DFU mode it does no harm, and may be another board. */
        findings_add(findings,
                     count_kind(facts, DEVICE_DFU) > 0 ? FINDING_PROGRAM_BESIDE : FINDING_PROGRAM,
                     device, device->name);
    else if (device->kind == DEVICE_RUNTIME)
        findings_add(findings, FINDING_RUNTIME, device, "");
    else if (device->kind == DEVICE_PROBE && count_kind(facts, DEVICE_DFU) == 0)
        findings_add(findings, FINDING_PROBE, device, "");
    else if (device->kind == DEVICE_UNKNOWN && !device->windows.asked)
        findings_add(findings, FINDING_UNKNOWN_DEVICE, device, "");
}

static bool is_flashed(const struct doctor_device *device)
{
    return device->kind == DEVICE_DFU || device->kind == DEVICE_RUNTIME;
}

static void check_driver(const struct facts *facts, const struct doctor_device *device,
                         struct findings *findings)
{
    const struct device_windows *windows = &device->windows;
    char detail[64] = "";
    enum finding_code code;

    if (facts->system != SYSTEM_WINDOWS || !windows->asked || device->kind == DEVICE_OTHER ||
        device->kind == DEVICE_PROBE)
        return;
    code = finding_of_driver(device->kind, windows->service, windows->problem);
    if (windows->problem != 0)
        snprintf(detail, sizeof detail, " (code %u)", windows->problem);
    else if (windows->service[0])
        snprintf(detail, sizeof detail, ": %s", windows->service);
    if (code != FINDING_READY)
        findings_add(findings, code, device, detail);
}

static void check_permission(const struct facts *facts, const struct doctor_device *device,
                             struct findings *findings)
{
    if (!is_flashed(device))
        return;
    if (facts->system == SYSTEM_LINUX)
        findings_of_permission(facts, device, findings);
    else if (device->access.code == BOOT0_E_PERMISSION && facts->system == SYSTEM_MACOS)
        findings_add(findings, FINDING_MACOS_HELD, device, "");
    else if (device->access.code == BOOT0_E_PERMISSION && facts->system == SYSTEM_OTHER)
        findings_add(findings, FINDING_PERMISSION, device, "");
}

static bool is_busy(const struct doctor_device *device)
{
    return device->access.code == BOOT0_E_BUSY || device->trouble.code == BOOT0_E_BUSY ||
           device->linux_os.claimed;
}

static void check_holder(const struct facts *facts, const struct doctor_device *device,
                         struct findings *findings)
{
    char detail[DOCTOR_NAME_MAX + 8] = "";

    (void)facts;
    if (!is_flashed(device) || !is_busy(device))
        return;
    if (device->linux_os.holder[0])
        snprintf(detail, sizeof detail, ": %s", device->linux_os.holder);
    findings_add(findings, FINDING_BUSY, device, detail);
}

/* Reports failures that the checks above have not named. */
static void check_answer(const struct facts *facts, const struct doctor_device *device,
                         struct findings *findings)
{
    const struct boot0_error *error =
        device->access.code != BOOT0_OK ? &device->access : &device->trouble;

    (void)facts;
    if (is_flashed(device) && !is_busy(device) && error->code != BOOT0_OK &&
        error->code != BOOT0_E_PERMISSION)
        findings_add(findings, FINDING_NO_ANSWER, device, error->message);
}

static void check_state(const struct facts *facts, const struct doctor_device *device,
                        struct findings *findings)
{
    (void)facts;
    if (device->kind != DEVICE_DFU || device->has_state != ANSWER_YES ||
        device->state == BOOT0_DFU_STATE_IDLE)
        return;
    if (device->state == BOOT0_DFU_STATE_ERROR)
        findings_add(findings, FINDING_ERROR_STATE, device, "");
    else
        findings_add(findings, FINDING_UNFINISHED, device, b0_dfu_state_name(device->state));
}

static void check_contents(const struct facts *facts, const struct doctor_device *device,
                           struct findings *findings)
{
    (void)facts;
    if (device->is_protected == ANSWER_YES)
        findings_add(findings, FINDING_PROTECTED, device, "");
    if (device->contradiction[0])
        findings_add(findings, FINDING_CONTRADICTION, device, device->contradiction);
}

static void check_serial_port(const struct facts *facts, const struct doctor_device *device,
                              struct findings *findings)
{
    const struct device_linux *on_linux = &device->linux_os;

    if (device->kind == DEVICE_OTHER || device->kind == DEVICE_PROBE || !on_linux->tty[0])
        return;
    if (on_linux->tty_holder[0])
        findings_add(findings, FINDING_PORT_BUSY, device, on_linux->tty_holder);
    if (facts->has_modem_manager && on_linux->speaks_at && !on_linux->modem_ignored)
        findings_add(findings, FINDING_MODEM_MANAGER, device, "");
}

static bool has_problem(const struct findings *findings, const struct doctor_device *device)
{
    for (size_t i = 0; i < findings->count; i++)
        if (findings->list[i].device == device &&
            finding_row(findings->list[i].code)->severity == SEVERITY_PROBLEM)
            return true;
    return false;
}

static void check_ready(const struct facts *facts, const struct doctor_device *device,
                        struct findings *findings)
{
    char detail[sizeof device->chip + 8] = "";

    (void)facts;
    if (device->kind != DEVICE_DFU || has_problem(findings, device))
        return;
    if (device->chip[0])
        snprintf(detail, sizeof detail, ": %s", device->chip);
    findings_add(findings, FINDING_READY, device, detail);
}

void findings_from(const struct facts *facts, struct findings *findings)
{
    static void (*const checks[])(const struct facts *, const struct doctor_device *,
                                  struct findings *) = {
        check_kind,  check_driver,   check_permission,  check_holder, check_answer,
        check_state, check_contents, check_serial_port, check_ready,
    };

    findings->count = 0;
    check_usb(facts, findings);
    check_presence(facts, findings);
    for (size_t i = 0; i < facts->device_count; i++)
        for (size_t c = 0; c < B0_LENGTH(checks); c++)
            checks[c](facts, &facts->devices[i], findings);
    check_dfu_util(facts, findings);
}
