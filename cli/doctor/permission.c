/* SPDX-License-Identifier: MIT */
/*
 * Linux: why the user may not open a device. Checks first for a rule that gives access, then
 * whether it took effect, then whether it covers the user's session.
 */
#include "findings.h"

static enum finding_code reason(const struct facts *facts, const struct device_linux *device,
                                const char **detail)
{
    *detail = device->rule_file;
    /* A container has the host's device nodes, but not its udev or its sessions. */
    if (facts->has_udev == ANSWER_NO)
        return FINDING_NO_UDEV;
    switch (device->rule) {
    case RULE_NONE:
        return FINDING_RULE_MISSING;
    case RULE_LATE:
        return FINDING_RULE_LATE;
    case RULE_GROUP:
        *detail = device->rule_group;
        return device->in_group == ANSWER_NO ? FINDING_NOT_IN_GROUP : FINDING_RULE_NOT_APPLIED;
    case RULE_GOOD:
        break;
    }
    if (device->tagged == ANSWER_NO)
        return FINDING_RULE_NOT_APPLIED;
    if (facts->at_seat == ANSWER_NO) {
        *detail = device->rule_group[0] ? device->rule_group : "plugdev";
        return FINDING_NO_SEAT;
    }
    return device->tagged == ANSWER_YES ? FINDING_PERMISSION : FINDING_RULE_NOT_APPLIED;
}

void findings_of_permission(const struct facts *facts, const struct doctor_device *device,
                            struct findings *findings)
{
    const struct device_linux *on_linux = &device->linux_os;
    const char *detail = "";
    enum finding_code code;

    if (on_linux->has_node == ANSWER_NO) {
        findings_add(findings, FINDING_NO_NODE, device, "");
        return;
    }
    if (on_linux->opens != ANSWER_NO && device->access.code != BOOT0_E_PERMISSION)
        return;
    code = reason(facts, on_linux, &detail);
    findings_add(findings, code, device, detail);
}
