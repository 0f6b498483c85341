/* SPDX-License-Identifier: MIT */
/* Chooses the devices of `boot0 driver install` and `remove`, and explains why others are not. */
#include "../print.h"
#include "../text.h"
#include "work.h"

#include <string.h>
#include <strings.h>

/* The end of a device's name is its serial number, unless Windows made it up: "5&2A7&0&3". */
static bool has_serial(const struct driver_device *device, const char *serial)
{
    const char *end = strrchr(device->setup.instance, '\\');

    return end && strcasecmp(end + 1, serial) == 0;
}

static bool is_named(const struct arguments *arguments, const struct driver_device *device)
{
    for (size_t i = 1; i < arguments->operand_count; i++)
        if (strcasecmp(arguments->operands[i], device->setup.instance) == 0)
            return true;
    return arguments->operand_count <= 1;
}

static bool fits(const struct arguments *arguments, const struct driver_device *device)
{
    const struct select_arguments *select = &arguments->select;

    return is_named(arguments, device) &&
           (!select->has_device || select->vendor == device->vendor) &&
           (!select->has_product || select->product == device->product) &&
           (!select->path || strcmp(select->path, device->setup.path) == 0) &&
           (!select->serial || has_serial(device, select->serial));
}

static bool has_choice(const struct arguments *arguments)
{
    return arguments->operand_count > 1 || arguments->select.has_device || arguments->select.path ||
           arguments->select.serial;
}

static bool can_install(const struct arguments *arguments, const struct driver_device *device)
{
    return driver_device_needs(device) ||
           (arguments->flash.force && device->verdict == DRIVER_READY &&
            strcasecmp(device->setup.service, "WinUSB") != 0);
}

/* Removes only drivers chosen by hand or by this command: others come back by themselves. */
static bool can_remove(const struct arguments *arguments, const struct driver_device *device)
{
    (void)arguments;
    return device->source == DRIVER_FROM_HAND &&
           (device->kind == DEVICE_DFU || device->kind == DEVICE_RUNTIME);
}

static enum boot0_status fail_several(const struct driver_work *work, struct boot0_error *error)
{
    char list[384] = "", what[DRIVER_WHAT_MAX];

    for (size_t i = 0; i < work->chosen_count && strlen(list) + 64 < sizeof list; i++)
        snprintf(list + strlen(list), sizeof list - strlen(list), "\n  %.60s",
                 driver_describe(what, work->chosen[i]));
    boot0_fail(error, BOOT0_E_SEVERAL, "%zu devices match", work->chosen_count);
    return boot0_hint(error, "Choose one with --path, --serial or -d:%s", list);
}

/* Explains why a matching device has nothing to install. BOOT0_OK: it needs nothing. */
static enum boot0_status explain_install(const struct driver_work *work,
                                         const struct driver_device *device,
                                         struct boot0_error *error)
{
    char what[DRIVER_WHAT_MAX];

    driver_describe(what, device);
    if (device->verdict == DRIVER_READY) {
        if (!work->arguments->quiet && !work->arguments->json)
            print_to(work->out, "%s has %s, which boot0 can use: nothing to do\n", what,
                     device->setup.service);
        return BOOT0_OK;
    }
    if (device->verdict == DRIVER_KEPT) {
        boot0_fail(error, BOOT0_E_UNSUPPORTED, "%s has no DFU interface that could use WinUSB",
                   what);
        return boot0_hint(error,
                          "Bring the board into DFU mode first. While the program runs, its "
                          "present driver (%s) is the right one.",
                          device->setup.service[0] ? device->setup.service : "none");
    }
    boot0_fail(error, BOOT0_E_UNSUPPORTED, "no driver can help %s (code %u)", what,
               device->setup.problem);
    return boot0_hint(error, "Run `boot0 doctor` to find the reason.");
}

static enum boot0_status explain_remove(const struct driver_work *work,
                                        const struct driver_device *device,
                                        struct boot0_error *error)
{
    static const char package[] =
        "Run `pnputil /delete-driver {inf} /uninstall` as an administrator to remove the driver "
        "package that the driver came with; Windows would choose it again.";
    static const char *const hints[DRIVER_SOURCE_COUNT] = {
        [DRIVER_FROM_NOWHERE] = "Run `boot0 driver` to see all devices: this one has no driver.",
        [DRIVER_FROM_DEVICE] =
            "Keep the driver: the board's own descriptors request WinUSB, so Windows would choose "
            "it again.",
        [DRIVER_FROM_HAND] = "Run `boot0 driver` to see all devices: this one is not a board in "
                             "DFU mode.",
        [DRIVER_FROM_PACKAGE] = package,
        [DRIVER_FROM_WINDOWS] = "Keep the driver: Windows chose it itself.",
    };
    char what[DRIVER_WHAT_MAX], hint[DRIVER_WHAT_MAX];
    const char *inf = device->setup.inf;
    const struct text_mark marks[] = {{"{inf}", inf}};

    (void)work;
    boot0_fail(error, BOOT0_E_UNSUPPORTED, "the driver of %s was not installed by `boot0 driver`",
               driver_describe(what, device));
    return boot0_hint(error, "%s", text_expand(hint, sizeof hint, hints[device->source], marks, 1));
}

static const struct driver_action actions[] = {
    {"install", can_install, explain_install, driver_install, "Installing WinUSB for"},
    {"remove", can_remove, explain_remove, driver_remove, "Removing the driver of"},
};

const struct driver_action *driver_action(const char *name)
{
    for (size_t i = 0; i < B0_LENGTH(actions); i++)
        if (strcmp(actions[i].name, name) == 0)
            return &actions[i];
    return NULL;
}

/* BOOT0_OK without a chosen device: there is nothing to do. */
enum boot0_status driver_choose(struct driver_work *work, const struct driver_action *action,
                                struct boot0_error *error)
{
    const struct driver_device *fitting = NULL;

    work->chosen_count = 0;
    for (size_t i = 0; i < work->count; i++) {
        struct driver_device *device = &work->devices[i];

        if (!fits(work->arguments, device))
            continue;
        if (action->can(work->arguments, device))
            work->chosen[work->chosen_count++] = device;
        else if (!fitting || fitting->verdict == DRIVER_KEPT)
            fitting = device;
    }
    if (work->chosen_count > 1 && !has_choice(work->arguments))
        return fail_several(work, error);
    if (work->chosen_count > 0)
        return BOOT0_OK;
    if (fitting)
        return action->explain(work, fitting, error);
    boot0_fail(error, BOOT0_E_NO_BOARD, "no matching board is plugged in");
    return boot0_hint(error,
                      "Run `boot0 driver` to see the boards and their drivers. The board must be "
                      "in the mode in which it is flashed.");
}
