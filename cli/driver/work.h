/* SPDX-License-Identifier: MIT */
/* What the parts of `boot0 driver` share: the devices, and what is to be done to which. */
#ifndef BOOT0_CLI_DRIVER_WORK_H
#define BOOT0_CLI_DRIVER_WORK_H

#include "../command.h"
#include "install.h"

enum {
    DRIVER_DEVICES_MAX = 64,
    DRIVER_WHAT_MAX = 320,
};

/* How a process becomes an administrator's: base/platform/process.h, or a test's. */
struct driver_elevation {
    bool (*is_elevated)(void);
    uint32_t (*run)(const char *const *arguments, uint32_t *exit_code);
};

struct driver_work {
    const struct arguments *arguments;
    FILE *out; /* for results */
    struct b0_setup setup;
    struct driver_elevation elevation;
    void (*wait_us)(uint64_t microseconds);           /* while Windows starts a device again */
    struct driver_device devices[DRIVER_DEVICES_MAX]; /* boards, and what may be one */
    size_t count;
    struct driver_device *chosen[DRIVER_DEVICES_MAX];
    size_t chosen_count;
};

/* A subcommand: which devices it is for, why not for others, and what it does to them. */
struct driver_action {
    const char *name;
    bool (*can)(const struct arguments *arguments, const struct driver_device *device);
    enum boot0_status (*explain)(const struct driver_work *work, const struct driver_device *device,
                                 struct boot0_error *error);
    struct driver_result (*run)(const struct b0_setup *setup, const char *instance);
    const char *doing;
};

/* ---- choose.c ---- */

/* NULL: there is none of that name. */
const struct driver_action *driver_action(const char *name);

/* The chosen devices; none with BOOT0_OK: there is nothing to do, and that has been said. */
enum boot0_status driver_choose(struct driver_work *work, const struct driver_action *action,
                                struct boot0_error *error);

/* ---- show.c ---- */

/* "0483:df11 at 1-2"; with the device manager's name where the port is not known. */
const char *driver_describe(char text[DRIVER_WHAT_MAX], const struct driver_device *device);

enum boot0_status driver_show_list(const struct driver_work *work, struct boot0_error *error);

/* A device that something was done to, and what it is now; NULL: it is gone. */
void driver_show_done(const struct driver_work *work, const struct driver_device *before,
                      const struct driver_device *now, bool reboot);

/* ---- run.c ---- */

/* What an administrator's process is started as: its own command, which no user calls. */
#define DRIVER_ELEVATED "driver-elevated"

/* `boot0 driver NAME`; "list", or the name of an action. */
enum boot0_status driver_run(struct driver_work *work, const char *name, struct boot0_error *error);

/* The other process: `argv` is DRIVER_ELEVATED, an action, devices. The result, packed. */
uint32_t driver_run_elevated(const struct b0_setup *setup, int argc, char *const *argv);

#endif
