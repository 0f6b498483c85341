/* SPDX-License-Identifier: MIT */
/* What `boot0 driver` prints. */
#include "../print.h"
#include "../text.h"
#include "work.h"
#include <base/print/json.h>

#include <string.h>

const char *driver_describe(char text[DRIVER_WHAT_MAX], const struct driver_device *device)
{
    snprintf(text, DRIVER_WHAT_MAX, "%04x:%04x at %s", device->vendor, device->product,
             device->setup.path[0] ? device->setup.path : device->setup.instance);
    return text;
}

static const char *mode_of(enum device_kind kind)
{
    return kind == DEVICE_DFU ? "DFU" : kind == DEVICE_UNKNOWN ? "?" : "program";
}

static const char *state_of(enum driver_verdict verdict)
{
    static const char *const texts[DRIVER_VERDICT_COUNT] = {
        [DRIVER_READY] = "ready",
        [DRIVER_MISSING] = "needs WinUSB",
        [DRIVER_REPLACED] = "needs WinUSB",
        [DRIVER_KEPT] = "right as it is",
        [DRIVER_NO_CURE] = "see `boot0 doctor`",
    };

    return texts[verdict];
}

static void print_device(const struct driver_work *work, const struct driver_device *device)
{
    const struct b0_setup_device *setup = &device->setup;
    char driver[TEXT_SHORT];

    if (setup->problem != 0)
        snprintf(driver, sizeof driver, "%.14s (%u)", setup->service[0] ? setup->service : "none",
                 setup->problem);
    else
        snprintf(driver, sizeof driver, "%.24s", setup->service[0] ? setup->service : "none");
    print_to(work->out, "%-8s %04x:%04x %-8s %-14s %-12s %s\n", setup->path[0] ? setup->path : "-",
             device->vendor, device->product, mode_of(device->kind), driver,
             setup->inf[0] ? setup->inf : "-", state_of(device->verdict));
    if (work->arguments->verbose)
        print_to(work->out, "  %s  %s\n", setup->instance, setup->provider);
}

static void json_device(struct json *json, const struct driver_device *device)
{
    const struct b0_setup_device *setup = &device->setup;

    json_text(json, "path", setup->path);
    json_hex(json, "vendor", device->vendor, 4);
    json_hex(json, "product", device->product, 4);
    json_text(json, "mode",
              device->kind == DEVICE_DFU       ? "dfu"
              : device->kind == DEVICE_UNKNOWN ? "unknown"
                                               : "runtime");
    json_text(json, "instance", setup->instance);
    json_text(json, "driver", setup->service);
    json_text(json, "inf", setup->inf);
    json_text(json, "provider", setup->provider);
    json_text(json, "source", driver_source_name(device->source));
    json_text(json, "interfaces", setup->interfaces);
    json_number(json, "problem", setup->problem);
    json_text(json, "state", driver_verdict_name(device->verdict));
}

static void print_table(const struct driver_work *work)
{
    bool needed = false;

    print_to(work->out, "%-8s %-9s %-8s %-14s %-12s %s\n", "PORT", "ID", "MODE", "DRIVER", "FROM",
             "STATE");
    for (size_t i = 0; i < work->count; i++) {
        print_device(work, &work->devices[i]);
        needed = needed || driver_device_needs(&work->devices[i]);
    }
    fflush(work->out);
    if (needed && !work->arguments->quiet)
        print_wrapped(stderr, "Note: ",
                      "Run `boot0 driver install` to bind Windows' own WinUSB to a board that "
                      "needs it.");
}

enum boot0_status driver_show_list(const struct driver_work *work, struct boot0_error *error)
{
    if (work->count == 0) {
        boot0_fail(error, BOOT0_E_NO_BOARD,
                   "Windows sees no board, neither with nor without a "
                   "driver");
        return boot0_hint(error, "Run `boot0 doctor` to find out why, and how to enter DFU mode.");
    }
    if (!work->arguments->json) {
        print_table(work);
        return BOOT0_OK;
    }
    for (size_t i = 0; i < work->count; i++) {
        struct json json = json_begin(work->out);

        json_device(&json, &work->devices[i]);
        json_end(&json);
    }
    return BOOT0_OK;
}

void driver_show_done(const struct driver_work *work, const struct driver_device *before,
                      const struct driver_device *now, bool reboot)
{
    const char *driver = !now ? "" : now->setup.service[0] ? now->setup.service : "none";
    char what[DRIVER_WHAT_MAX];
    struct json json;

    if (work->arguments->json) {
        json = json_begin(work->out);
        json_device(&json, now ? now : before);
        json_text(&json, "previous", before->setup.service);
        json_bool(&json, "reboot", reboot);
        json_end(&json);
    } else if (now) {
        print_to(work->out, "%s now has the driver %s (before: %s)\n", driver_describe(what, now),
                 driver, before->setup.service[0] ? before->setup.service : "none");
    } else {
        print_to(work->out, "%s has disappeared\n", driver_describe(what, before));
    }
}
