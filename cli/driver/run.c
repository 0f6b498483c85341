/* SPDX-License-Identifier: MIT */
/* `boot0 driver`, from the list of devices to the report of changes. */
#include "../confirm.h"
#include "../print.h"
#include "../text.h"
#include "work.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum {
    SETTLE_STEP_US = 250000,
    SETTLE_STEPS = 40, /* 10 s: Windows may look for a driver in several places */
};

static enum boot0_status look(struct driver_work *work, struct boot0_error *error)
{
    struct b0_setup_device setup;
    uint32_t code = B0_SETUP_END;

    work->count = 0;
    for (size_t i = 0; work->count < DRIVER_DEVICES_MAX; i++) {
        code = work->setup.ops->device(work->setup.context, i, &setup);
        if (code)
            break;
        if (driver_device_read(&setup, &work->devices[work->count]) &&
            driver_device_is_listed(&work->devices[work->count]))
            work->count++;
    }
    if (code && code != B0_SETUP_END)
        return boot0_fail(error, BOOT0_E_IO,
                          "Windows does not list its USB devices (Windows error %#x)",
                          (unsigned)code);
    return BOOT0_OK;
}

/* The same device in a newer list; NULL: it is gone. */
static struct driver_device *find_instance(struct driver_work *work, const char *instance)
{
    for (size_t i = 0; i < work->count; i++)
        if (strcasecmp(work->devices[i].setup.instance, instance) == 0)
            return &work->devices[i];
    return NULL;
}

/* Asks before it replaces another driver. */
static enum boot0_status confirm_replacing(const struct driver_work *work,
                                           struct boot0_error *error)
{
    struct command_session command = {
        .arguments = work->arguments,
        .progress =
            progress_start(work->arguments->quiet || work->arguments->json, work->arguments->quiet),
    };
    char what[DRIVER_WHAT_MAX], text[2 * DRIVER_WHAT_MAX];

    for (size_t i = 0; i < work->chosen_count; i++) {
        const struct driver_device *device = work->chosen[i];
        enum boot0_status status;

        if (device->verdict == DRIVER_MISSING || !device->setup.service[0])
            continue;
        snprintf(text, sizeof text, "this replaces the driver %.64s of %s", device->setup.service,
                 driver_describe(what, device));
        status = confirm(&command, LOSS_DRIVER, text, error);
        if (status != BOOT0_OK)
            return status;
    }
    return BOOT0_OK;
}

/* ---- doing it ---- */

static struct driver_result run_all(const struct b0_setup *setup,
                                    const struct driver_action *action,
                                    const char *const *instances)
{
    struct driver_result all = {0};

    for (; *instances && all.error == 0; instances++) {
        struct driver_result one = action->run(setup, *instances);

        one.reboot = one.reboot || all.reboot;
        all = one;
    }
    return all;
}

/* Acts in this process, or in one that Windows runs as administrator. */
static struct driver_result carry_out(const struct driver_work *work,
                                      const struct driver_action *action)
{
    const char *words[DRIVER_DEVICES_MAX + 3] = {DRIVER_ELEVATED, action->name};
    uint32_t code, failed;

    for (size_t i = 0; i < work->chosen_count; i++)
        words[2 + i] = work->chosen[i]->setup.instance;
    if (work->elevation.is_elevated())
        return run_all(&work->setup, action, words + 2);
    failed = work->elevation.run(words, &code);
    if (failed)
        return (struct driver_result){DRIVER_STEP_ELEVATE, failed, false};
    return driver_result_unpack(code);
}

uint32_t driver_run_elevated(const struct b0_setup *setup, int argc, char *const *argv)
{
    const struct driver_action *action = argc > 2 ? driver_action(argv[1]) : NULL;
    struct driver_result result = {DRIVER_STEP_FIND, B0_SETUP_END, false};

    if (action && setup->ops)
        result = run_all(setup, action, (const char *const *)(argv + 2));
    return driver_result_pack(&result);
}

static void note_rest(const struct driver_work *work, const struct driver_action *action,
                      bool reboot)
{
    fflush(work->out);
    if (work->arguments->quiet || work->arguments->json)
        return;
    if (action->run == driver_install)
        print_wrapped(stderr, "Note: ",
                      "run `boot0 driver remove` to go back: Windows then selects a driver as for "
                      "a new device. Windows keeps WinUSB for this board and this USB port (for "
                      "this board alone, if it has a serial number).");
    if (reboot)
        print_wrapped(stderr, "Note: ", "restart Windows to complete the change.");
}

static bool has_settled(struct driver_work *work, const struct driver_action *action,
                        const struct driver_device *before)
{
    for (size_t i = 0; i < work->chosen_count; i++) {
        const struct driver_device *now = find_instance(work, before[i].setup.instance);

        if (!now || (action->run == driver_install ? now->verdict != DRIVER_READY
                                                   : now->source == DRIVER_FROM_HAND))
            return false;
    }
    return true;
}

/* Lists devices until they are back with their new driver, or until a timeout. */
static enum boot0_status look_again(struct driver_work *work, const struct driver_action *action,
                                    const struct driver_device *before, struct boot0_error *error)
{
    enum boot0_status status = look(work, error);

    for (int i = 0; i < SETTLE_STEPS && status == BOOT0_OK && !has_settled(work, action, before);
         i++) {
        work->wait_us(SETTLE_STEP_US);
        status = look(work, error);
    }
    return status;
}

/* Asks the device manager again, whose answer counts. */
static enum boot0_status finish(struct driver_work *work, const struct driver_action *action,
                                struct driver_device *before, bool reboot,
                                struct boot0_error *error)
{
    enum boot0_status status = look_again(work, action, before, error);
    char what[DRIVER_WHAT_MAX];

    for (size_t i = 0; status == BOOT0_OK && i < work->chosen_count; i++) {
        struct driver_device *now = find_instance(work, before[i].setup.instance);

        if (action->run == driver_install && !reboot && (!now || now->verdict != DRIVER_READY)) {
            boot0_fail(error, BOOT0_E_IO, "%s still has no driver that boot0 can use",
                       driver_describe(what, now ? now : &before[i]));
            return boot0_hint(error, "Plug the board in again, then run `boot0 driver`.");
        }
        driver_show_done(work, &before[i], now, reboot);
    }
    note_rest(work, action, reboot);
    return status;
}

static enum boot0_status act(struct driver_work *work, const struct driver_action *action,
                             struct boot0_error *error)
{
    struct driver_device *before = calloc(work->chosen_count, sizeof *before);
    struct driver_result result;
    enum boot0_status status;
    char what[DRIVER_WHAT_MAX];

    if (!before)
        return boot0_fail(error, BOOT0_E_MEMORY, "out of memory");
    for (size_t i = 0; i < work->chosen_count; i++)
        before[i] = *work->chosen[i];
    driver_describe(what, &before[0]);
    if (!work->arguments->quiet && !work->arguments->json)
        print_to(
            stderr, "%s %s%s%s\n", action->doing, what, work->chosen_count > 1 ? " and others" : "",
            work->elevation.is_elevated() ? "" : ": Windows will ask for administrator rights");
    result = carry_out(work, action);
    status = driver_result_error(&result, what, error);
    if (status == BOOT0_OK)
        status = finish(work, action, before, result.reboot, error);
    free(before);
    return status;
}

enum boot0_status driver_run(struct driver_work *work, const char *name, struct boot0_error *error)
{
    const struct driver_action *action = driver_action(name);
    enum boot0_status status = look(work, error);

    if (status != BOOT0_OK || strcmp(name, "list") == 0)
        return status == BOOT0_OK ? driver_show_list(work, error) : status;
    status = driver_choose(work, action, error);
    if (status != BOOT0_OK || work->chosen_count == 0)
        return status;
    if (action->run == driver_install) {
        struct driver_result possible = driver_can_install(&work->setup);
        char what[DRIVER_WHAT_MAX];

        status = driver_result_error(&possible, driver_describe(what, work->chosen[0]), error);
        if (status == BOOT0_OK)
            status = confirm_replacing(work, error);
    }
    return status == BOOT0_OK ? act(work, action, error) : status;
}
