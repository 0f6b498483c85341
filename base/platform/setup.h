/* SPDX-License-Identifier: MIT */
/*
 * The drivers of USB devices, on a system that binds one to each device: Windows' device manager
 * (SetupAPI). A table of functions, so that recorded answers can stand in its place.
 *
 * Functions return 0 or Windows' error number. Texts are UTF-8, and "" where there is none.
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
    char instance[B0_SETUP_NAME];   /* its name there: "USB\VID_0483&PID_DF11\3276365D3336" */
    char ids[B0_SETUP_LIST];        /* hardware ids, in capitals, with blanks between them */
    char compatible[B0_SETUP_LIST]; /* compatible ids, likewise */
    char service[B0_SETUP_NAME];    /* of its driver, in capitals: "WINUSB" */
    char inf[B0_SETUP_NAME];        /* the file that the driver came by: "oem12.inf" */
    char provider[B0_SETUP_NAME];   /* who made that file */
    char class_id[B0_SETUP_NAME];   /* "{88bae032-5a81-49f0-bc3d-a4ff138216d6}" */
    char
        interfaces[B0_SETUP_LIST]; /* DeviceInterfaceGUIDs, in capitals, with blanks between them */
    char path[B0_SETUP_PATH];      /* "1-2.3", as libusb numbers ports */
    unsigned problem;              /* the device manager's code; 0: none */
};

/* What b0_setup_ops.set() changes. */
enum b0_setup_value {
    B0_SETUP_CLASS,      /* the device's class; its driver is lost when that changes */
    B0_SETUP_INTERFACES, /* DeviceInterfaceGUIDs: one of them */
};

struct b0_setup_ops {
    /* The `index`th USB device that is plugged in. Index 0 takes the list again. */
    uint32_t (*device)(void *context, size_t index, struct b0_setup_device *device);
    /*
     * Whether an INF of Windows' own ("winusb.inf") has a model with that id that this program can
     * install. B0_SETUP_END: it has none.
     */
    uint32_t (*find_model)(void *context, const char *inf, const char *model_id);
    /* The following need an administrator. *reboot is set if Windows has to be restarted. */
    uint32_t (*set)(void *context, const char *instance, enum b0_setup_value value,
                    const char *text);
    /* Installs the model of the INF that has this id among its own, whatever the device's are. */
    uint32_t (*install)(void *context, const char *instance, const char *inf, const char *model_id,
                        bool *reboot);
    uint32_t (*restart)(void *context, const char *instance, bool *reboot);
    /* Forgets the device, then finds it again: Windows chooses a driver as for a new one. */
    uint32_t (*uninstall)(void *context, const char *instance, bool *reboot);
};

struct b0_setup {
    const struct b0_setup_ops *ops;
    void *context;
};

/* This system's; ops is NULL where devices need no driver of their own. b0_setup_close(). */
struct b0_setup b0_setup_open(void);
void b0_setup_close(struct b0_setup *setup);

/*
 * Of a value that has `used` bytes (more than `size` if it did not fit): capitals, the strings of a
 * list with blanks between them, an end.
 */
void b0_setup_flatten(char *text, size_t used, size_t size);

/*
 * A device's location ("PCIROOT(0)#PCI(1400)#USBROOT(0)#USB(2)#USB(3)#USBMI(0)") as libusb numbers
 * ports: bus, then a port for each hub, "1-2.3". `hosts` are the locations of the machine's
 * `count` host controllers; buses are numbered by them, from 1. False: it is at none of them.
 */
bool b0_setup_port(const char *location, const char (*hosts)[B0_SETUP_NAME], size_t count,
                   char *path, size_t size);

#endif
