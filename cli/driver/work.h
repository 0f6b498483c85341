/* SPDX-License-Identifier: MIT */
/* Shared by the parts of `boot0 driver`: the devices, and what to do to which. */
#ifndef BOOT0_CLI_DRIVER_WORK_H
#define BOOT0_CLI_DRIVER_WORK_H

#include "../command.h"
#include "install.h"

enum {
    DRIVER_DEVICES_MAX = 64,
    DRIVER_WHAT_MAX = 320,
};

/* How to start an administrator's process: base/platform/process.h, or a test's. */
struct driver_elevation {
    bool (*is_elevated)(void);
    uint32_t (*run)(const char *const *arguments, uint32_t *exit_code);
};

struct driver_work {
    const struct arguments *arguments;
    FILE *out; /* for results */
    struct b0_setup setup;
    struct driver_elevation elevation;
    void (*wait_us)(uint64_t microseconds);           /* while Windows restarts a device */
    struct driver_device devices[DRIVER_DEVICES_MAX]; /* boards, and what may be boards */
    size_t count;
    struct driver_device *chosen[DRIVER_DEVICES_MAX];
    size_t chosen_count;
};

/* A subcommand: which devices it takes, why not others, and what it does to them. */
struct driver_action {
    const char *name;
    bool (*can)(const struct arguments *arguments, const struct driver_device *device);
    enum boot0_status (*explain)(const struct driver_work *work, const struct driver_device *device,
                                 struct boot0_error *error);
    struct driver_result (*run)(const struct b0_setup *setup, const char *instance);
    const char *doing;
};

/* ---- choose.c ---- */

/* Finds an action by name; NULL: none. */
const struct driver_action *driver_action(const char *name);

/* Chooses the devices. BOOT0_OK without any: there is nothing to do, and a message said so. */
enum boot0_status driver_choose(struct driver_work *work, const struct driver_action *action,
                                struct boot0_error *error);

/* ---- show.c ---- */

/* "0483:df11 at 1-2"; the device manager's name if the port is unknown. */
const char *driver_describe(char text[DRIVER_WHAT_MAX], const struct driver_device *device);

enum boot0_status driver_show_list(const struct driver_work *work, struct boot0_error *error);

/* Shows a device after the action; NULL: it is gone. */
void driver_show_done(const struct driver_work *work, const struct driver_device *before,
                      const struct driver_device *now, bool reboot);

/* ---- run.c ---- */

/* The command of the administrator's process; not for users. */
#define DRIVER_ELEVATED "driver-elevated"

/* Runs `boot0 driver NAME`: "list", or the name of an action. */
enum boot0_status driver_run(struct driver_work *work, const char *name, struct boot0_error *error);

/* Runs the other process: `argv` is DRIVER_ELEVATED, action, devices. Returns a packed result. */
uint32_t driver_run_elevated(const struct b0_setup *setup, int argc, char *const *argv);

#endif
