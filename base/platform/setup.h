/* SPDX-License-Identifier: MIT */
/*
 * Drivers of USB devices on a system that binds one to each device: Windows' device manager
 * (SetupAPI). A table of functions, so that tests can replace it by recorded answers.
 *
 * Functions return 0 or Windows' error number. Texts are UTF-8; "" means none.
 */
#ifndef B0_BASE_PLATFORM_SETUP_H
#define B0_BASE_PLATFORM_SETUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    B0_SETUP_NAME = 256,
    B0_SETUP_LIST = 1024,
    B0_SETUP_PATH = 64,
    B0_SETUP_END = 259, /* ERROR_NO_MORE_ITEMS */
};

struct b0_setup_device {
    char instance[B0_SETUP_NAME];   /* instance id: "USB\VID_0483&PID_DF11\3276365D3336" */
    char ids[B0_SETUP_LIST];        /* hardware ids, upper case, separated by blanks */
    char compatible[B0_SETUP_LIST]; /* compatible ids, likewise */
    char service[B0_SETUP_NAME];    /* service of its driver, upper case: "WINUSB" */
    char inf[B0_SETUP_NAME];        /* INF file of the driver: "oem12.inf" */
    char provider[B0_SETUP_NAME];   /* provider of that file */
    char class_id[B0_SETUP_NAME];   /* "{88bae032-5a81-49f0-bc3d-a4ff138216d6}" */
    char interfaces[B0_SETUP_LIST]; /* DeviceInterfaceGUIDs, upper case, separated by blanks */
    char path[B0_SETUP_PATH];       /* "1-2.3", ports numbered as by libusb */
    unsigned problem;               /* the device manager's problem code; 0: none */
};

/* The value that b0_setup_ops.set() changes. */
enum b0_setup_value {
    B0_SETUP_CLASS,      /* the device's class; changing it removes the driver */
    B0_SETUP_INTERFACES, /* DeviceInterfaceGUIDs, with a single entry */
};

struct b0_setup_ops {
    /* Returns USB device number `index` of those plugged in. Index 0 refreshes the list. */
    uint32_t (*device)(void *context, size_t index, struct b0_setup_device *device);
    /*
     * Checks that one of Windows' own INFs ("winusb.inf") has a model with that id that this
     * program can install. B0_SETUP_END: it has none.
     */
    uint32_t (*find_model)(void *context, const char *inf, const char *model_id);
    /* The following need an administrator. *reboot is set if Windows must be restarted. */
    uint32_t (*set)(void *context, const char *instance, enum b0_setup_value value,
                    const char *text);
    /* Installs the INF's model with id `model_id`, regardless of the device's own ids. */
    uint32_t (*install)(void *context, const char *instance, const char *inf, const char *model_id,
                        bool *reboot);
    uint32_t (*restart)(void *context, const char *instance, bool *reboot);
    /* Forgets the device and finds it again: Windows chooses a driver as for a new one. */
    uint32_t (*uninstall)(void *context, const char *instance, bool *reboot);
};

struct b0_setup {
    const struct b0_setup_ops *ops;
    void *context;
};

/*
 * Returns this system's table; ops is NULL where devices need no driver. Release: b0_setup_close().
 */
struct b0_setup b0_setup_open(void);
void b0_setup_close(struct b0_setup *setup);

/*
 * Converts a registry value of `used` bytes (more than `size` if it did not fit) to upper case,
 * with blanks between the strings of a list, and terminates it.
 */
void b0_setup_flatten(char *text, size_t used, size_t size);

/*
 * Converts a device's location ("PCIROOT(0)#PCI(1400)#USBROOT(0)#USB(2)#USB(3)#USBMI(0)") to
 * libusb's port numbers: the bus, then a port per hub, "1-2.3". `hosts` are the locations of the
 * machine's `count` host controllers, whose order numbers the buses from 1. False: the device is at
 * none of them.
 */
bool b0_setup_port(const char *location, const char (*hosts)[B0_SETUP_NAME], size_t count,
                   char *path, size_t size);

#endif
