/* SPDX-License-Identifier: MIT */
/*
 * libusb-1.0.dll for Wine, which has no WinUSB: forwards a Windows program's calls to the host's
 * libusb. Built by winegcc with libusb_forward.spec. It omits what libusb cannot do on Windows.
 */
#include <libusb-1.0/libusb.h>
#include <stddef.h>

#define MS __attribute__((ms_abi))

/* Defines forward_NAME, which calls libusb_NAME, with the calling convention of Windows. */
#define FORWARD(result, name, parameters, arguments)                                               \
    MS result forward_##name parameters;                                                           \
    MS result forward_##name parameters                                                            \
    {                                                                                              \
        return libusb_##name arguments;                                                            \
    }

FORWARD(int, init, (libusb_context * *context), (context))
FORWARD(void, exit, (libusb_context * context), (context))
FORWARD(int, open, (libusb_device * device, libusb_device_handle **handle), (device, handle))
FORWARD(void, close, (libusb_device_handle * handle), (handle))
FORWARD(int, claim_interface, (libusb_device_handle * handle, int number), (handle, number))
FORWARD(int, release_interface, (libusb_device_handle * handle, int number), (handle, number))
FORWARD(int, set_interface_alt_setting, (libusb_device_handle * handle, int number, int alternate),
        (handle, number, alternate))
FORWARD(int, reset_device, (libusb_device_handle * handle), (handle))
FORWARD(int, control_transfer,
        (libusb_device_handle * handle, uint8_t type, uint8_t request, uint16_t value,
         uint16_t index, unsigned char *data, uint16_t length, unsigned timeout_ms),
        (handle, type, request, value, index, data, length, timeout_ms))
FORWARD(void, free_config_descriptor, (struct libusb_config_descriptor * config), (config))
FORWARD(int, get_active_config_descriptor,
        (libusb_device * device, struct libusb_config_descriptor **config), (device, config))
FORWARD(int, get_config_descriptor,
        (libusb_device * device, uint8_t index, struct libusb_config_descriptor **config),
        (device, index, config))
FORWARD(int, get_device_descriptor,
        (libusb_device * device, struct libusb_device_descriptor *descriptor), (device, descriptor))
FORWARD(ssize_t, get_device_list, (libusb_context * context, libusb_device ***list),
        (context, list))
FORWARD(void, free_device_list, (libusb_device * *list, int unref), (list, unref))
FORWARD(uint8_t, get_bus_number, (libusb_device * device), (device))
FORWARD(uint8_t, get_device_address, (libusb_device * device), (device))
FORWARD(int, get_port_numbers, (libusb_device * device, uint8_t *numbers, int count),
        (device, numbers, count))
FORWARD(libusb_device *, ref_device, (libusb_device * device), (device))
FORWARD(void, unref_device, (libusb_device * device), (device))
FORWARD(const char *, strerror, (int error), (error))

/* ---- as libusb on Windows ---- */

MS int forward_set_auto_detach_kernel_driver(libusb_device_handle *handle, int enable);
MS int forward_set_auto_detach_kernel_driver(libusb_device_handle *handle, int enable)
{
    (void)handle;
    (void)enable;
    return LIBUSB_ERROR_NOT_SUPPORTED;
}

MS int forward_has_capability(uint32_t capability);
MS int forward_has_capability(uint32_t capability)
{
    return capability == LIBUSB_CAP_HAS_CAPABILITY;
}

MS int forward_hotplug_register_callback(void);
MS int forward_hotplug_register_callback(void)
{
    return LIBUSB_ERROR_NOT_SUPPORTED;
}

MS void forward_hotplug_deregister_callback(void);
MS void forward_hotplug_deregister_callback(void)
{
}

MS int forward_handle_events_timeout_completed(void);
MS int forward_handle_events_timeout_completed(void)
{
    return 0;
}
