/* SPDX-License-Identifier: MIT */
/*
 * See install.h. The steps come from Microsoft, "WinUSB (Winusb.sys) installation for developers",
 * "Installing WinUSB by specifying the system-provided device class": a class, the model WinUsb
 * Device, and DeviceInterfaceGUIDs, which that model does not set.
 */
#include "install.h"

#include <core/array.h>
#include <string.h>
#include <strings.h>

static const char winusb_inf[] = "winusb.inf";
/* USBDevice, "Universal Serial Bus devices": the class of winusb.inf. */
static const char winusb_class[] = "{88bae032-5a81-49f0-bc3d-a4ff138216d6}";
/* The id of the model WinUsb Device, whatever name it has in the language of Windows. */
static const char winusb_id[] = "USB\\MS_COMP_WINUSB";

static struct driver_result result_of(enum driver_step step, uint32_t error, bool reboot)
{
    return (struct driver_result){error ? step : DRIVER_STEP_NONE, error, reboot};
}

/* Finds boards only: an administrator's process does nothing to a mouse, whoever starts it. */
static uint32_t find(const struct b0_setup *setup, const char *instance,
                     struct b0_setup_device *device)
{
    struct driver_device board;
    uint32_t error;

    for (size_t i = 0; (error = setup->ops->device(setup->context, i, device)) == 0; i++)
        if (strcasecmp(device->instance, instance) == 0 && driver_device_read(device, &board) &&
            (board.kind == DEVICE_DFU || board.kind == DEVICE_RUNTIME))
            return 0;
    return error;
}

/* Restores the class, and lets Windows look for a driver again. */
static void undo(const struct b0_setup *setup, const struct b0_setup_device *before)
{
    bool ignored = false;

    setup->ops->set(setup->context, before->instance, B0_SETUP_CLASS, before->class_id);
    setup->ops->uninstall(setup->context, before->instance, &ignored);
}

struct driver_result driver_can_install(const struct b0_setup *setup)
{
    return result_of(DRIVER_STEP_MODEL,
                     setup->ops->find_model(setup->context, winusb_inf, winusb_id), false);
}

/* Installs WinUSB itself; a device that has it keeps it. */
static struct driver_result bind(const struct b0_setup *setup, const struct b0_setup_device *device)
{
    struct driver_result possible = driver_can_install(setup);
    bool reboot = false;
    uint32_t error;

    if (possible.error) /* leaves a Windows without the model as it is */
        return possible;
    error = setup->ops->set(setup->context, device->instance, B0_SETUP_CLASS, winusb_class);
    if (error)
        return result_of(DRIVER_STEP_CLASS, error, false);
    error = setup->ops->install(setup->context, device->instance, winusb_inf, winusb_id, &reboot);
    if (error)
        undo(setup, device);
    return result_of(DRIVER_STEP_INSTALL, error, reboot);
}

/* An existing interface class belongs to another program, and is good enough. */
static struct driver_result give_interface(const struct b0_setup *setup,
                                           const struct b0_setup_device *device, bool reboot)
{
    uint32_t error;

    if (device->interfaces[0])
        return result_of(DRIVER_STEP_NONE, 0, reboot);
    error =
        setup->ops->set(setup->context, device->instance, B0_SETUP_INTERFACES, DRIVER_INTERFACE);
    if (error)
        return result_of(DRIVER_STEP_INTERFACE, error, reboot);
    error = setup->ops->restart(setup->context, device->instance, &reboot);
    return result_of(DRIVER_STEP_RESTART, error, reboot);
}

struct driver_result driver_install(const struct b0_setup *setup, const char *instance)
{
    struct driver_result result = {0};
    struct b0_setup_device device;
    uint32_t error = find(setup, instance, &device);

    if (error)
        return result_of(DRIVER_STEP_FIND, error, false);
    if (strcasecmp(device.service, "WinUSB") != 0 || device.problem != 0)
        result = bind(setup, &device);
    if (result.error)
        return result;
    error = find(setup, instance, &device);
    if (error)
        return result_of(DRIVER_STEP_FIND, error, result.reboot);
    return give_interface(setup, &device, result.reboot);
}

struct driver_result driver_remove(const struct b0_setup *setup, const char *instance)
{
    struct b0_setup_device device;
    uint32_t error = find(setup, instance, &device);
    bool reboot = false;

    if (error)
        return result_of(DRIVER_STEP_FIND, error, false);
    error = setup->ops->uninstall(setup->context, instance, &reboot);
    return result_of(DRIVER_STEP_REMOVE, error, reboot);
}

/* ---- results ---- */

/*
 * Windows' error numbers have the number in the low 16 bits, and its origin in the upper four (0xE:
 * SetupAPI). The bits between are free.
 */
enum {
    STEP_SHIFT = 16,
    REBOOT_SHIFT = 24,
};
static const uint32_t error_bits = 0xf000ffff;

uint32_t driver_result_pack(const struct driver_result *result)
{
    return (result->error & error_bits) | (uint32_t)result->step << STEP_SHIFT |
           (uint32_t)result->reboot << REBOOT_SHIFT;
}

struct driver_result driver_result_unpack(uint32_t code)
{
    uint32_t step = code >> STEP_SHIFT & 0xff;

    return (struct driver_result){
        .step = step < DRIVER_STEP_COUNT ? (enum driver_step)step : DRIVER_STEP_NONE,
        .error = code & error_bits,
        .reboot = (code >> REBOOT_SHIFT & 1) != 0,
    };
}

/* "installing the driver"; never NULL. */
static const char *step_text(enum driver_step step)
{
    static const char *const texts[DRIVER_STEP_COUNT] = {
        [DRIVER_STEP_NONE] = "starting as an administrator",
        [DRIVER_STEP_FIND] = "finding the device",
        [DRIVER_STEP_MODEL] = "finding WinUSB in winusb.inf",
        [DRIVER_STEP_CLASS] = "setting the device's class",
        [DRIVER_STEP_INSTALL] = "installing WinUSB",
        [DRIVER_STEP_INTERFACE] = "writing DeviceInterfaceGUIDs",
        [DRIVER_STEP_RESTART] = "restarting the device",
        [DRIVER_STEP_REMOVE] = "removing the driver",
        [DRIVER_STEP_ELEVATE] = "asking for administrator rights",
    };

    return texts[step];
}

/* From WinError.h and setupapi.h; `step` DRIVER_STEP_NONE: at any step. */
static const struct {
    enum driver_step step;
    uint32_t error;
    enum boot0_status status;
    const char *hint;
} causes[] = {
    {DRIVER_STEP_ELEVATE, 1223, BOOT0_E_CANCELLED, /* ERROR_CANCELLED */
     "Answer yes when Windows asks. Nothing was changed."},
    {DRIVER_STEP_MODEL, 2, BOOT0_E_UNSUPPORTED, /* ERROR_FILE_NOT_FOUND */
     "Use Windows 8 or later, which have winusb.inf; this Windows does not. Nothing was changed."},
    {DRIVER_STEP_MODEL, B0_SETUP_END, BOOT0_E_UNSUPPORTED,
     "Use Windows 8 or later: winusb.inf of this Windows has no model that fits any device. "
     "Nothing was changed."},
    {DRIVER_STEP_FIND, B0_SETUP_END, BOOT0_E_GONE, /* ERROR_NO_MORE_ITEMS: it is not listed */
     "Plug the board in again, in the same mode, and repeat the command."},
    {DRIVER_STEP_NONE, 5, BOOT0_E_PERMISSION, /* ERROR_ACCESS_DENIED */
     "Run the command as an administrator. A company policy can still forbid it."},
    {DRIVER_STEP_NONE, 0xe0000235, BOOT0_E_UNSUPPORTED, /* ERROR_IN_WOW64 */
     "Use the boot0.exe for x86_64: a 32-bit program cannot install drivers on a 64-bit Windows."},
    {DRIVER_STEP_NONE, 0xe000020b, BOOT0_E_GONE, /* ERROR_NO_SUCH_DEVINST */
     "Plug the board in again, in the same mode, and repeat the command."},
    {DRIVER_STEP_NONE, 0xe0000248, BOOT0_E_PERMISSION, /* ERROR_DEVICE_INSTALL_BLOCKED */
     "Ask the machine's administrator: a policy of this Windows forbids it (\"Device Installation "
     "Restrictions\")."},
    {DRIVER_STEP_NONE, 0xe0000249, BOOT0_E_PERMISSION, /* ERROR_DRIVER_INSTALL_BLOCKED */
     "Ask the machine's administrator: a policy of this Windows forbids this driver."},
};

enum boot0_status driver_result_error(const struct driver_result *result, const char *what,
                                      struct boot0_error *error)
{
    if (result->error == 0)
        return BOOT0_OK;
    boot0_fail(error, BOOT0_E_IO, "%s: %s failed (Windows error %#x)", what,
               step_text(result->step), (unsigned)result->error);
    boot0_hint(error,
               "Plug the board in again and repeat the command. If the problem remains, send the "
               "end of C:\\Windows\\INF\\setupapi.dev.log with your report.");
    for (size_t i = 0; i < B0_LENGTH(causes); i++) {
        if ((causes[i].step != DRIVER_STEP_NONE && causes[i].step != result->step) ||
            causes[i].error != result->error)
            continue;
        error->code = causes[i].status;
        return boot0_hint(error, "%s", causes[i].hint);
    }
    return error->code;
}
