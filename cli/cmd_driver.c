/* SPDX-License-Identifier: MIT */
/*
 * boot0 driver: lists the drivers of boards on Windows, and installs Windows' own WinUSB where
 * needed.
 */
#include "driver/work.h"
#include "nearest.h"
#include "print.h"
#include "text.h"
#include <base/print/json.h>

#include <base/clock.h>
#include <base/platform/process.h>
#include <stdlib.h>
#include <string.h>

/* ---- systems without drivers ---- */

static const struct {
    const char *name, *system, *driver, *text;
} systems[] = {
    [B0_SYSTEM_OTHER] = {"other", "This system", "", "programs open them directly."},
    [B0_SYSTEM_LINUX] = {"linux", "Linux", "usbfs",
                         "programs open them through usbfs, and a udev rule gives users access."},
    [B0_SYSTEM_MACOS] = {"macos", "macOS", "IOKit", "programs open them through IOKit."},
    [B0_SYSTEM_WINDOWS] = {"windows", "Windows", "WinUSB", ""},
};

static enum boot0_status show_system(const struct arguments *arguments)
{
    enum b0_system system = b0_system();
    struct json json;

    if (arguments->json) {
        json = json_begin(stdout);
        json_text(&json, "system", systems[system].name);
        json_text(&json, "driver", systems[system].driver);
        json_bool(&json, "needed", false);
        json_end(&json);
        return BOOT0_OK;
    }
    print("%s needs no driver for boards: %s\n", systems[system].system, systems[system].text);
    if (!arguments->quiet) {
        fflush(stdout);
        print_wrapped(stderr, "Note: ",
                      system == B0_SYSTEM_LINUX
                          ? "Run `boot0 doctor` to check access, and `boot0 udev` to print the "
                            "rule."
                          : "Run `boot0 doctor` to find out what prevents access to a board.");
    }
    return BOOT0_OK;
}

static enum boot0_status fail_system(struct boot0_error *error)
{
    boot0_fail(error, BOOT0_E_UNSUPPORTED, "%s needs no driver for boards",
               systems[b0_system()].system);
    return boot0_hint(error,
                      "Run `boot0 doctor` to find out why a board cannot be opened or flashed.");
}

static enum boot0_status fail_name(const char *name, struct boot0_error *error)
{
    struct nearest nearest = nearest_start(name);

    nearest_offer(&nearest, "list");
    nearest_offer(&nearest, "install");
    nearest_offer(&nearest, "remove");
    boot0_fail(error, BOOT0_E_USAGE, "unknown subcommand \"%s\" of `boot0 driver`", name);
    if (nearest.name)
        return boot0_hint(error, "Did you mean `boot0 driver %s`?", nearest.name);
    return boot0_hint(error, "Usage: boot0 driver [list|install|remove] [NAME...]");
}

static enum boot0_status run(struct arguments *arguments, struct boot0_error *error)
{
    const char *name = arguments->operand_count > 0 ? arguments->operands[0] : "list";
    struct driver_work *work;
    enum boot0_status status;

    if (strcmp(name, "list") != 0 && !driver_action(name)) {
        return fail_name(name, error);
    }
    work = calloc(1, sizeof *work);
    if (!work)
        return boot0_fail(error, BOOT0_E_MEMORY, "out of memory");
    work->arguments = arguments;
    work->out = stdout;
    work->setup = b0_setup_open();
    work->wait_us = b0_sleep_us;
    work->elevation = (struct driver_elevation){b0_process_is_elevated, b0_process_run_elevated};
    if (work->setup.ops)
        status = driver_run(work, name, error);
    else
        status = strcmp(name, "list") == 0 ? show_system(arguments) : fail_system(error);
    b0_setup_close(&work->setup);
    free(work);
    return status;
}

static int run_elevated(int argc, char **argv)
{
    struct b0_setup setup = b0_setup_open();
    uint32_t code = driver_run_elevated(&setup, argc, argv);

    b0_setup_close(&setup);
    return (int)code;
}

static const enum option taken[] = {OPTION_DEVICE, OPTION_SERIAL, OPTION_PATH,
                                    OPTION_FORCE,  OPTION_YES,    OPTIONS_OUTPUT};

const struct command command_driver = {
    .name = "driver",
    .operands = "[list|install|remove] [NAME...]",
    .summary = "show or install a board's driver (Windows)",
    .text =
        "On Windows, shows each board with its driver, including boards that no program can open. "
        "`boot0 driver install` binds WinUSB, which is part of Windows, to the board that needs "
        "it. It needs no other program and no download, and Windows asks once for administrator "
        "rights. An existing driver is replaced only after confirmation, or with --yes. `boot0 "
        "driver remove` reverts this: Windows selects a driver as for a new device. -d, --path "
        "and --serial select among several boards, as do the Device Manager's names, which -v "
        "shows. Boards with boot0's own bootloader or runtime need no driver. Linux and macOS "
        "need none either.",
    .examples = "  boot0 driver\n  boot0 driver install -d 0483:df11",
    COMMAND_OPTIONS(taken),
    .operands_max = OPERANDS_MAX,
    .run = run,
};

const struct command command_driver_elevated = {
    .name = DRIVER_ELEVATED,
    .main = run_elevated,
};
