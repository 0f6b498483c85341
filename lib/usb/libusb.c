/* SPDX-License-Identifier: MIT */
/* The machine's USB ports, through libusb-1.0. */
#include <base/clock.h>
#include <boot0/serial.h>
#include <core/array.h>
#include <libusb.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    PORTS_MAX = 7, /* USB 2.0, 4.1.1: tiers below the root */
    CDC_ACM = 2,
    WAKE_MS = 1000, /* maximum wait for events: a signal may arrive just before a wait begins */
    POLL_MS = 250,  /* without events: sleep, then callers look again */
};

struct usb_bus {
    libusb_context *context;
    libusb_hotplug_callback_handle hotplug;
    bool has_hotplug;
    int changed;
};

struct usb_board {
    libusb_device_handle *handle;
    int interface; /* claimed interface; -1: none */
};

static uint64_t now_us(void *context)
{
    (void)context;
    return b0_clock_us();
}

static void wait_us(void *context, uint32_t microseconds)
{
    (void)context;
    b0_sleep_us(microseconds);
}

/* ---- one board ---- */

static enum boot0_xfer control(void *context, const struct boot0_setup *setup, uint8_t *data,
                               size_t *actual, uint32_t timeout_ms)
{
    static const struct {
        int libusb;
        enum boot0_xfer result;
    } results[] = {
        {LIBUSB_ERROR_PIPE, BOOT0_XFER_STALL},
        {LIBUSB_ERROR_TIMEOUT, BOOT0_XFER_TIMEOUT},
        {LIBUSB_ERROR_NO_DEVICE, BOOT0_XFER_GONE},
        {LIBUSB_ERROR_NOT_FOUND, BOOT0_XFER_GONE},
    };
    struct usb_board *board = context;
    int moved =
        libusb_control_transfer(board->handle, setup->bmRequestType, setup->bRequest, setup->wValue,
                                setup->wIndex, data, setup->wLength, timeout_ms);

    *actual = moved > 0 ? (size_t)moved : 0;
    if (moved >= 0)
        return BOOT0_XFER_OK;
    for (size_t i = 0; i < B0_LENGTH(results); i++)
        if (results[i].libusb == moved)
            return results[i].result;
    return BOOT0_XFER_ERROR;
}

static enum boot0_status claim(struct usb_board *board, uint8_t interface,
                               struct boot0_error *error)
{
    int result;

    if (board->interface >= 0 && board->interface != interface) {
        libusb_release_interface(board->handle, board->interface);
        board->interface = -1;
    }
    /*
     * A repeated claim does nothing, but reveals whether the board is still present: when an
     * alternate of a removed board is selected, libusb 1.0.26 releases a lock that it has not
     * taken, and aborts later.
     */
    result = libusb_claim_interface(board->handle, interface);
    if (result == LIBUSB_ERROR_BUSY) {
        boot0_fail(error, BOOT0_E_BUSY, "another program holds the board");
        return boot0_hint(error,
                          "Close other flash tools (dfu-util, STM32CubeProgrammer, a browser "
                          "page), then try again.");
    }
    if (result == LIBUSB_ERROR_NO_DEVICE)
        return boot0_fail(error, BOOT0_E_GONE, "the board went away before it could be used");
    if (result != 0)
        return boot0_fail(error, BOOT0_E_IO, "cannot claim USB interface %u: %s", interface,
                          libusb_strerror(result));
    board->interface = interface;
    return BOOT0_OK;
}

static enum boot0_status select_alternate(void *context, uint8_t interface, uint8_t alternate,
                                          struct boot0_error *error)
{
    struct usb_board *board = context;
    enum boot0_status status = claim(board, interface, error);
    int result;

    if (status != BOOT0_OK)
        return status;
    result = libusb_set_interface_alt_setting(board->handle, interface, alternate);
    /* USB 2.0, 9.4.10: a device may stall this if it has only the default setting. */
    if (result == 0 || (result == LIBUSB_ERROR_PIPE && alternate == 0))
        return BOOT0_OK;
    if (result == LIBUSB_ERROR_NO_DEVICE)
        return boot0_fail(error, BOOT0_E_GONE, "the board went away before it could be used");
    return boot0_fail(error, BOOT0_E_IO, "cannot select alternate setting %u: %s", alternate,
                      libusb_strerror(result));
}

static enum boot0_xfer reset(void *context)
{
    struct usb_board *board = context;
    int result = libusb_reset_device(board->handle);

    if (result == 0)
        return BOOT0_XFER_OK;
    return result == LIBUSB_ERROR_NOT_FOUND || result == LIBUSB_ERROR_NO_DEVICE ? BOOT0_XFER_GONE
                                                                                : BOOT0_XFER_ERROR;
}

static void close_board(void *context)
{
    struct usb_board *board = context;

    if (board->interface >= 0)
        libusb_release_interface(board->handle, board->interface);
    libusb_close(board->handle);
    free(board);
}

static const struct boot0_transport_ops board_ops = {
    .control = control,
    .select = select_alternate,
    .reset = reset,
    .wait = wait_us,
    .now_us = now_us,
    .close = close_board,
};

/* ---- finding boards ---- */

/* Writes "1-2.3", like Linux, lsusb -t and dfu-util. */
static void write_path(libusb_device *device, char *path, size_t size)
{
    uint8_t ports[PORTS_MAX];
    int count = libusb_get_port_numbers(device, ports, PORTS_MAX);
    int length = snprintf(path, size, "%u", libusb_get_bus_number(device));

    for (int i = 0; i < count && length > 0 && (size_t)length < size; i++)
        length +=
            snprintf(path + length, size - (size_t)length, "%c%u", i == 0 ? '-' : '.', ports[i]);
}

/* Returns the first DFU alternate of an interface; NULL if there is none. */
static const struct libusb_interface_descriptor *
dfu_alternate(const struct libusb_interface *interface)
{
    for (int i = 0; i < interface->num_altsetting; i++) {
        const struct libusb_interface_descriptor *d = &interface->altsetting[i];

        if (d->bInterfaceClass == BOOT0_DFU_CLASS && d->bInterfaceSubClass == BOOT0_DFU_SUBCLASS)
            return d;
    }
    return NULL;
}

/* Finds the device's DFU interface number `nth`, from 0. */
static bool find_dfu(const struct libusb_config_descriptor *config, size_t nth,
                     struct boot0_candidate *candidate)
{
    for (int i = 0; i < config->bNumInterfaces; i++) {
        const struct libusb_interface_descriptor *d = dfu_alternate(&config->interface[i]);

        if (!d || nth-- > 0)
            continue;
        candidate->dfu_interface = d->bInterfaceNumber;
        candidate->dfu_protocol = d->bInterfaceProtocol;
        return true;
    }
    return false;
}

/* CDC 1.2, 4.2 and 4.3; PSTN 1.2, 3.2. */
static bool has_acm(const struct libusb_config_descriptor *config)
{
    for (int i = 0; i < config->bNumInterfaces; i++)
        if (config->interface[i].num_altsetting > 0 &&
            config->interface[i].altsetting[0].bInterfaceClass == LIBUSB_CLASS_COMM &&
            config->interface[i].altsetting[0].bInterfaceSubClass == CDC_ACM)
            return true;
    return false;
}

/*
 * Makes the candidate for a device's DFU interface number `nth`; for 0 also for a device without
 * one.
 */
static bool examine(libusb_device *device, size_t nth, struct boot0_candidate *candidate)
{
    struct libusb_device_descriptor d;
    struct libusb_config_descriptor *config;
    bool found;

    memset(candidate, 0, sizeof *candidate);
    if (libusb_get_device_descriptor(device, &d) != 0)
        return false;
    /* A device that is not configured yet has no active configuration. */
    if (libusb_get_active_config_descriptor(device, &config) != 0 &&
        libusb_get_config_descriptor(device, 0, &config) != 0)
        return false;
    found = find_dfu(config, nth, candidate);
    candidate->serial_only = !found && nth == 0 && has_acm(config);
    libusb_free_config_descriptor(config);
    write_path(device, candidate->path, sizeof candidate->path);
    candidate->address = libusb_get_device_address(device);
    candidate->vendor = d.idVendor;
    candidate->product = d.idProduct;
    candidate->bcd_device = d.bcdDevice;
    candidate->bcd_usb = d.bcdUSB;
    candidate->serial_index = d.iSerialNumber;
    candidate->product_index = d.iProduct;
    candidate->manufacturer_index = d.iManufacturer;
    return found || candidate->serial_only;
}

static enum boot0_status scan(void *context, struct boot0_candidate *list, size_t capacity,
                              size_t *count, struct boot0_error *error)
{
    struct usb_bus *bus = context;
    libusb_device **devices;
    ssize_t total = libusb_get_device_list(bus->context, &devices);
    struct boot0_candidate candidate;

    *count = 0;
    if (total < 0)
        return boot0_fail(error, BOOT0_E_IO, "cannot list USB devices: %s",
                          libusb_strerror((int)total));
    for (ssize_t i = 0; i < total; i++)
        for (size_t nth = 0; examine(devices[i], nth, &candidate); nth++) {
            if (*count < capacity)
                list[*count] = candidate;
            ++*count;
        }
    libusb_free_device_list(devices, 1);
    return BOOT0_OK;
}

/*
 * Reasons why a device cannot be opened. Windows has no permissions here: a device that is not
 * available is already open, and NOT_FOUND is the result for a composite device without a driver on
 * any interface (libusb 1.0.26, os/windows_winusb.c, winusbx_open() and composite_open()).
 */
enum refusal { REFUSED_PERMISSION, REFUSED_BUSY, REFUSED_DRIVER, REFUSED_OTHERWISE };

static enum refusal refusal_of(int result)
{
    static const struct {
        int result;
        enum refusal refusal;
    } rows[] = {
#ifdef _WIN32
        {LIBUSB_ERROR_ACCESS, REFUSED_BUSY},
        {LIBUSB_ERROR_NOT_FOUND, REFUSED_DRIVER},
#else
        {LIBUSB_ERROR_ACCESS, REFUSED_PERMISSION},
#endif
        {LIBUSB_ERROR_NOT_SUPPORTED, REFUSED_DRIVER},
    };

    for (size_t i = 0; i < B0_LENGTH(rows); i++)
        if (rows[i].result == result)
            return rows[i].refusal;
    return REFUSED_OTHERWISE;
}

static enum boot0_status fail_open(int result, const struct boot0_candidate *candidate,
                                   struct boot0_error *error)
{
    char board[BOOT0_PATH_MAX + 16];

    snprintf(board, sizeof board, "%04x:%04x at %s", candidate->vendor, candidate->product,
             candidate->path);
    switch (refusal_of(result)) {
    case REFUSED_PERMISSION:
        boot0_fail(error, BOOT0_E_PERMISSION, "no permission to open the board %s", board);
        boot0_hint(error, "Install a udev rule that gives users access to the device. Until then, "
                          "`sudo` works.");
        return boot0_advise(error, BOOT0_ADVICE_USB_ACCESS, NULL);
    case REFUSED_BUSY:
        boot0_fail(error, BOOT0_E_BUSY, "the board %s is in use by another program", board);
        return boot0_hint(error, "Close the program that uses it, e.g. dfu-util, "
                                 "STM32CubeProgrammer, a browser page that flashes, or a virtual "
                                 "machine.");
    case REFUSED_DRIVER:
        boot0_fail(error, BOOT0_E_PERMISSION, "no usable driver for the board %s", board);
        boot0_hint(error, "Install the WinUSB driver for it.");
        return boot0_advise(error, BOOT0_ADVICE_USB_DRIVER, NULL);
    case REFUSED_OTHERWISE:
        break;
    }
    boot0_fail(error, result == LIBUSB_ERROR_NO_DEVICE ? BOOT0_E_GONE : BOOT0_E_IO,
               "cannot open the board %s: %s", board, libusb_strerror(result));
    boot0_hint(error, "Plug it in again, at another port if necessary.");
    return boot0_advise(error, BOOT0_ADVICE_USB_OPEN, NULL);
}

/* Returns libusb's device for a candidate, referenced; NULL if it is gone. */
static libusb_device *find_device(struct usb_bus *bus, const struct boot0_candidate *candidate)
{
    libusb_device **devices, *found = NULL;
    ssize_t total = libusb_get_device_list(bus->context, &devices);
    struct boot0_candidate other;

    for (ssize_t i = 0; i < total && !found; i++)
        if (examine(devices[i], 0, &other) && strcmp(other.path, candidate->path) == 0 &&
            other.address == candidate->address)
            found = libusb_ref_device(devices[i]);
    if (total >= 0)
        libusb_free_device_list(devices, 1);
    return found;
}

static enum boot0_status open_board(void *context, const struct boot0_candidate *candidate,
                                    struct boot0_transport *transport, struct boot0_error *error)
{
    libusb_device *device = find_device(context, candidate);
    struct usb_board *board = calloc(1, sizeof *board);
    int result = LIBUSB_ERROR_NO_DEVICE;

    if (!board) {
        if (device)
            libusb_unref_device(device);
        return boot0_fail(error, BOOT0_E_MEMORY, "out of memory");
    }
    if (device) {
        result = libusb_open(device, &board->handle);
        libusb_unref_device(device);
    }
    if (result != 0) {
        free(board);
        return fail_open(result, candidate, error);
    }
    /* Not supported on all systems, and only needed if a kernel driver claims DFU interfaces. */
    (void)libusb_set_auto_detach_kernel_driver(board->handle, 1);
    board->interface = -1;
    *transport = (struct boot0_transport){.ops = &board_ops, .context = board};
    return BOOT0_OK;
}

/*
 * Finds the port by its number on the bus, which a path begins with, or by the path. If the system
 * reports neither for a port, by its ids, if no other port has them.
 */
static size_t find_port(const struct boot0_serial_port *ports, size_t count,
                        const struct boot0_candidate *candidate)
{
    unsigned long bus = strtoul(candidate->path, NULL, 10);
    size_t alike = count;

    for (size_t i = 0; i < count; i++) {
        if (!ports[i].usb)
            continue;
        if ((ports[i].bus == bus && ports[i].address == candidate->address) ||
            strcmp(ports[i].usb_path, candidate->path) == 0)
            return i;
        if (ports[i].bus != 0 || ports[i].usb_path[0] || ports[i].vendor != candidate->vendor ||
            ports[i].product != candidate->product)
            continue;
        if (alike < count)
            return count;
        alike = i;
    }
    return alike;
}

/* Opens the serial port of a USB device. */
static enum boot0_status open_serial(void *context, const struct boot0_candidate *candidate,
                                     struct boot0_stream *stream, struct boot0_error *error)
{
    struct boot0_serial_port *ports;
    size_t count, found;
    enum boot0_status status = boot0_serial_list(&ports, &count, error);

    (void)context;
    if (status != BOOT0_OK)
        return status;
    found = find_port(ports, count, candidate);
    if (found < count) {
        status = boot0_serial_stream(stream, ports[found].path, error);
    } else {
        status = boot0_fail(error, BOOT0_E_NO_BOARD, "the program at %s has no serial port yet",
                            candidate->path);
        boot0_hint(error, "Try again: its driver may need a moment more. Or bring the board into "
                          "DFU mode with its button.");
    }
    free(ports);
    return status;
}

static int LIBUSB_CALL on_hotplug(libusb_context *context, libusb_device *device,
                                  libusb_hotplug_event event, void *user)
{
    struct usb_bus *bus = user;

    (void)context;
    (void)device;
    (void)event;
    bus->changed = 1;
    return 0;
}

static void wait_change(void *context, uint32_t timeout_ms)
{
    struct usb_bus *bus = context;
    uint32_t longest_ms = bus->has_hotplug ? WAKE_MS : POLL_MS;
    uint32_t part_ms = timeout_ms < longest_ms ? timeout_ms : longest_ms;
    struct timeval timeout = {part_ms / 1000, (int)(part_ms % 1000 * 1000)};

    if (!bus->has_hotplug) {
        wait_us(NULL, part_ms * 1000);
        return;
    }
    /*
     * A change since the last wait ends this one at once. No change is missed: libusb reports
     * events only while it handles them, here or in a transfer, and a later scan sees their effect.
     */
    if (!bus->changed)
        libusb_handle_events_timeout_completed(bus->context, &timeout, &bus->changed);
    bus->changed = 0;
}

static void close_bus(void *context)
{
    struct usb_bus *bus = context;

    if (bus->has_hotplug)
        libusb_hotplug_deregister_callback(bus->context, bus->hotplug);
    libusb_exit(bus->context);
    free(bus);
}

static const struct boot0_bus_ops bus_ops = {
    .scan = scan,
    .wait_change = wait_change,
    .now_us = now_us,
    .open = open_board,
    .open_serial = open_serial,
    .close = close_bus,
};

enum boot0_status boot0_usb_open(struct boot0_bus *bus, struct boot0_error *error)
{
    struct usb_bus *usb = calloc(1, sizeof *usb);
    int result;

    memset(bus, 0, sizeof *bus);
    if (!usb)
        return boot0_fail(error, BOOT0_E_MEMORY, "out of memory");
    result = libusb_init(&usb->context);
    if (result != 0) {
        free(usb);
        boot0_fail(error, BOOT0_E_NO_BOARD, "cannot use this machine's USB: %s",
                   libusb_strerror(result));
        boot0_hint(error, "Pass the USB devices in if this is a container or a virtual machine.");
        return boot0_advise(error, BOOT0_ADVICE_USB_MISSING, NULL);
    }
    usb->has_hotplug =
        libusb_has_capability(LIBUSB_CAP_HAS_HOTPLUG) &&
        libusb_hotplug_register_callback(
            usb->context, LIBUSB_HOTPLUG_EVENT_DEVICE_ARRIVED | LIBUSB_HOTPLUG_EVENT_DEVICE_LEFT, 0,
            LIBUSB_HOTPLUG_MATCH_ANY, LIBUSB_HOTPLUG_MATCH_ANY, LIBUSB_HOTPLUG_MATCH_ANY,
            on_hotplug, usb, &usb->hotplug) == 0;
    *bus = (struct boot0_bus){.ops = &bus_ops, .context = usb};
    return BOOT0_OK;
}
