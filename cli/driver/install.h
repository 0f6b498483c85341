/* SPDX-License-Identifier: MIT */
/* Binding a device to Windows' own WinUSB, and giving it back. */
#ifndef BOOT0_CLI_DRIVER_INSTALL_H
#define BOOT0_CLI_DRIVER_INSTALL_H

#include "device.h"

enum driver_step {
    DRIVER_STEP_NONE,
    DRIVER_STEP_FIND,      /* the device, in the device manager */
    DRIVER_STEP_MODEL,     /* WinUSB, in winusb.inf */
    DRIVER_STEP_CLASS,     /* the device's class is set */
    DRIVER_STEP_INSTALL,   /* DiInstallDevice */
    DRIVER_STEP_INTERFACE, /* DeviceInterfaceGUIDs, by which programs find it */
    DRIVER_STEP_RESTART,   /* the driver reads them */
    DRIVER_STEP_REMOVE,    /* DIF_REMOVE, and a search for devices */
    DRIVER_STEP_ELEVATE,   /* an administrator is asked for */
    DRIVER_STEP_COUNT
};

/* How it ended: error 0 is success, else Windows' number of the step that failed. */
struct driver_result {
    enum driver_step step;
    uint32_t error;
    bool reboot; /* Windows has to be restarted */
};

/* Device interface class of boards that this command binds: another than the bootloader's own. */
#define DRIVER_INTERFACE "{B0070000-6D2B-4D1C-9D55-5A3C1F0B5E00}"

/* Whether this Windows, and this program on it, can; needs no administrator. */
struct driver_result driver_can_install(const struct b0_setup *setup);

/*
 * Installs WinUSB on the device of that name. If that fails, the device is given back to Windows,
 * which chooses a driver for it as for a new one.
 */
struct driver_result driver_install(const struct b0_setup *setup, const char *instance);

/* Gives it back: Windows forgets the device, finds it again, and chooses. */
struct driver_result driver_remove(const struct b0_setup *setup, const char *instance);

/*
 * A result as an exit code, 0 for success without a restart, and back: how the process that runs as
 * an administrator tells the one that has a terminal.
 */
uint32_t driver_result_pack(const struct driver_result *result);
struct driver_result driver_result_unpack(uint32_t code);

/* What a result says as an error; `what` names the device. BOOT0_OK: it is none. */
enum boot0_status driver_result_error(const struct driver_result *result, const char *what,
                                      struct boot0_error *error);

#endif
