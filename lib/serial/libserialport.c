/* SPDX-License-Identifier: MIT */
/* The machine's serial ports, through libserialport and termios; win32.c for Windows. */
#include "serial.h"

#ifdef B0_HAVE_SERIALPORT

#include <base/clock.h>
#include <errno.h>
#include <libserialport.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>

enum {
    MARK = 0xff, /* termios: precedes a damaged byte, and itself */
    RAW_MAX = 3, /* bytes that represent one: MARK 0 byte */
};

struct serial {
    struct sp_port *port;
    struct boot0_line line; /* current settings; baud 0: not set yet */
    bool plain;             /* no parity */
    bool marks;             /* damaged characters arrive marked */
    uint8_t raw[3];         /* an incomplete mark sequence */
    size_t raw_count;
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

/* ---- sending and receiving ---- */

static enum boot0_xfer send_bytes(void *context, const uint8_t *bytes, size_t size,
                                  uint32_t timeout_ms)
{
    struct serial *serial = context;
    enum sp_return sent = sp_blocking_write(serial->port, bytes, size, timeout_ms);

    if (sent < 0)
        /* The kernel accepts bytes that it cannot send, unless the port is gone. */
        return BOOT0_XFER_GONE;
    return (size_t)sent == size ? BOOT0_XFER_OK : BOOT0_XFER_TIMEOUT;
}

/* Handles one byte from the kernel. True if it completes a character: `*byte`, or *damaged. */
static bool unmark(struct serial *serial, uint8_t raw, uint8_t *byte, bool *damaged)
{
    serial->raw[serial->raw_count++] = raw;
    if (!serial->marks || (serial->raw_count == 1 && raw != MARK) ||
        (serial->raw_count == 2 && raw == MARK)) {
        *byte = raw;
        serial->raw_count = 0;
        return true;
    }
    if (serial->raw_count == RAW_MAX || (serial->raw_count == 2 && raw != 0)) {
        *damaged = true;
        *byte = raw;
        serial->raw_count = 0;
        return true;
    }
    return false;
}

/* Waits for the first byte, then takes all available ones. */
static enum sp_return read_some(struct serial *serial, uint8_t *raw, size_t size,
                                uint32_t timeout_ms)
{
    enum sp_return got = sp_nonblocking_read(serial->port, raw, size);

    /* To libserialport, 0 means no limit. */
    if (got == 0)
        got = sp_blocking_read_next(serial->port, raw, size, timeout_ms ? timeout_ms : 1);
    return got;
}

/* True if the adapter was unplugged: the port stays readable but returns nothing. */
static bool hung_up(const struct serial *serial)
{
    struct pollfd ask = {.events = POLLIN};

    return sp_get_port_handle(serial->port, &ask.fd) != SP_OK || poll(&ask, 1, 0) < 0 ||
           (ask.revents & (POLLHUP | POLLERR | POLLNVAL)) != 0;
}

static enum boot0_xfer receive(void *context, uint8_t *bytes, size_t size, size_t *actual,
                               uint32_t timeout_ms)
{
    struct serial *serial = context;
    uint64_t end_us = now_us(NULL) + (uint64_t)timeout_ms * 1000;
    bool damaged = false;
    uint8_t raw[64];

    for (*actual = 0; *actual < size;) {
        uint64_t at_us = now_us(NULL);
        uint32_t left_ms = end_us > at_us ? (uint32_t)((end_us - at_us + 999) / 1000) : 0;
        size_t wanted = size - *actual < sizeof raw ? size - *actual : sizeof raw;
        enum sp_return got = read_some(serial, raw, wanted, left_ms);

        if (got < 0 || (got == 0 && hung_up(serial)))
            return BOOT0_XFER_GONE;
        for (int i = 0; i < (int)got; i++)
            if (unmark(serial, raw[i], &bytes[*actual], &damaged))
                ++*actual;
        if (got == 0 && left_ms == 0)
            break;
    }
    if (damaged)
        return BOOT0_XFER_ERROR;
    return *actual == size ? BOOT0_XFER_OK : BOOT0_XFER_TIMEOUT;
}

/* ---- settings ---- */

/*
 * Makes the kernel mark characters with wrong parity, because the bootloader's data has no
 * checksum. The RAM loader has a checksum and no parity. libserialport does not support marks. A
 * port without marks works too.
 */
static void mark_damage(struct serial *serial, bool wanted)
{
    const tcflag_t marking = INPCK | PARMRK;
    struct termios settings;
    int fd;

    serial->marks = false;
    serial->raw_count = 0;
    if (sp_get_port_handle(serial->port, &fd) != SP_OK || tcgetattr(fd, &settings) != 0)
        return;
    settings.c_iflag &= ~(tcflag_t)(IGNPAR | IGNBRK | BRKINT) & ~marking;
    settings.c_iflag |= wanted ? marking : 0;
    if (tcsetattr(fd, TCSANOW, &settings) != 0 || tcgetattr(fd, &settings) != 0)
        return;
    serial->marks = (settings.c_iflag & PARMRK) != 0;
}

/* Sets the character format in libserialport's terms; no flow control. */
static enum sp_return set_frame(struct sp_port *port, const struct boot0_line *line)
{
    static const enum sp_parity parities[] = {
        [BOOT0_PARITY_NONE] = SP_PARITY_NONE,   [BOOT0_PARITY_EVEN] = SP_PARITY_EVEN,
        [BOOT0_PARITY_ODD] = SP_PARITY_ODD,     [BOOT0_PARITY_MARK] = SP_PARITY_MARK,
        [BOOT0_PARITY_SPACE] = SP_PARITY_SPACE,
    };
    struct sp_port_config *config;
    enum sp_return result = sp_new_config(&config);

    if (result != SP_OK)
        return result;
    sp_set_config_bits(config, line->data_bits ? line->data_bits : 8);
    sp_set_config_parity(config, parities[line->parity]);
    sp_set_config_stopbits(config, line->stop_bits ? line->stop_bits : 1);
    sp_set_config_flowcontrol(config, SP_FLOWCONTROL_NONE);
    result = sp_set_config(port, config);
    sp_free_config(config);
    return result;
}

static bool same_frame(const struct boot0_line *one, const struct boot0_line *other)
{
    return one->parity == other->parity && one->data_bits == other->data_bits &&
           one->stop_bits == other->stop_bits;
}

/* Sets speed and frame. This clears the marks, which libserialport does not know. */
static enum boot0_xfer set_speed(struct serial *serial, const struct boot0_line *line)
{
    const bool is_new_frame = !same_frame(line, &serial->line);

    if (line->baud == serial->line.baud && !is_new_frame)
        return BOOT0_XFER_OK;
    if (line->baud != serial->line.baud && sp_set_baudrate(serial->port, (int)line->baud) != SP_OK)
        return BOOT0_XFER_ERROR;
    if (is_new_frame && set_frame(serial->port, line) != SP_OK)
        return BOOT0_XFER_ERROR;
    if (!serial->plain)
        mark_damage(serial, line->parity != BOOT0_PARITY_NONE);
    return BOOT0_XFER_OK;
}

static enum boot0_xfer set(void *context, const struct boot0_line *line)
{
    struct serial *serial = context;
    enum boot0_xfer result = set_speed(serial, line);

    /* A port without modem lines fails only if a line must change. */
    if (result == BOOT0_XFER_OK && line->dtr != serial->line.dtr &&
        sp_set_dtr(serial->port, line->dtr ? SP_DTR_ON : SP_DTR_OFF) != SP_OK)
        result = BOOT0_XFER_ERROR;
    if (result == BOOT0_XFER_OK && line->rts != serial->line.rts &&
        sp_set_rts(serial->port, line->rts ? SP_RTS_ON : SP_RTS_OFF) != SP_OK)
        result = BOOT0_XFER_ERROR;
    if (result != BOOT0_XFER_OK)
        return result;
    serial->line = *line;
    if (serial->plain) /* a program's output is not lost when its port is set */
        return BOOT0_XFER_OK;
    return sp_flush(serial->port, SP_BUF_INPUT) == SP_OK ? BOOT0_XFER_OK : BOOT0_XFER_GONE;
}

static int handle(void *context)
{
    struct serial *serial = context;
    int fd;

    return sp_get_port_handle(serial->port, &fd) == SP_OK ? fd : -1;
}

static void close_port(void *context)
{
    struct serial *serial = context;

    sp_close(serial->port);
    sp_free_port(serial->port);
    free(serial);
}

static const struct boot0_stream_ops serial_ops = {
    .send = send_bytes,
    .receive = receive,
    .set = set,
    .wait = wait_us,
    .now_us = now_us,
    .handle = handle,
    .close = close_port,
};

/* ---- opening ---- */

static enum boot0_status fail_open(const char *path, enum sp_return result,
                                   struct boot0_error *error)
{
    char *text = result == SP_ERR_FAIL ? sp_last_error_message() : NULL;
    int code = result == SP_ERR_FAIL ? sp_last_error_code() : 0;

    boot0_fail(error, BOOT0_E_NO_BOARD, "cannot open the port %s: %s", path,
               text ? text : "no such port");
    if (text)
        sp_free_error_message(text);
    if (code == EACCES) {
        error->code = BOOT0_E_PERMISSION;
        return boot0_hint(error,
                          "Join the group that owns the serial ports: `ls -l %s` shows it, "
                          "usually \"dialout\" (sudo adduser $USER dialout). Then log in again.",
                          path);
    }
    if (code == EBUSY) {
        error->code = BOOT0_E_BUSY;
        return boot0_hint(error, "Close the program that uses it, e.g. a serial monitor or "
                                 "ModemManager.");
    }
    boot0_hint(error, "Check the name of the port, and that the adapter is plugged in.");
    return boot0_advise(error, BOOT0_ADVICE_LIST_PORTS, NULL);
}

enum boot0_status b0_serial_open_port(struct boot0_stream *stream, const char *path, bool plain,
                                      struct boot0_error *error)
{
    const struct boot0_line line = {
        .dtr = true, .rts = true, .parity = plain ? BOOT0_PARITY_NONE : BOOT0_PARITY_EVEN};
    struct serial *serial = calloc(1, sizeof *serial);
    enum sp_return result;

    if (!serial)
        return boot0_fail(error, BOOT0_E_MEMORY, "out of memory for a port");
    result = sp_get_port_by_name(path, &serial->port);
    if (result == SP_OK) {
        result = sp_open(serial->port, SP_MODE_READ_WRITE);
        if (result == SP_OK) {
            result = set_frame(serial->port, &line);
            if (result == SP_OK) {
                serial->plain = plain;
                serial->line = line;
                *stream = (struct boot0_stream){&serial_ops, serial};
                return BOOT0_OK;
            }
            sp_close(serial->port);
        }
        fail_open(path, result, error);
        sp_free_port(serial->port);
    } else {
        fail_open(path, result, error);
    }
    free(serial);
    return error->code;
}

/* ---- listing ---- */

static void describe(const struct sp_port *port, struct boot0_serial_port *to)
{
    const char *description = sp_get_port_description(port);
    const char *serial = NULL, *name = NULL;
    int vendor, product, bus, address;

    snprintf(to->path, sizeof to->path, "%s", sp_get_port_name(port));
    snprintf(to->description, sizeof to->description, "%s", description ? description : "");
    to->usb = sp_get_port_transport(port) == SP_TRANSPORT_USB &&
              sp_get_port_usb_vid_pid(port, &vendor, &product) == SP_OK;
    to->vendor = to->usb ? (uint16_t)vendor : 0;
    to->product = to->usb ? (uint16_t)product : 0;
    if (to->usb) {
        serial = sp_get_port_usb_serial(port);
        name = sp_get_port_usb_product(port);
    }
    if (to->usb && sp_get_port_usb_bus_address(port, &bus, &address) == SP_OK) {
        to->bus = (uint8_t)bus;
        to->address = (uint8_t)address;
    }
    snprintf(to->serial, sizeof to->serial, "%s", serial ? serial : "");
    snprintf(to->product_name, sizeof to->product_name, "%s", name ? name : "");
}

enum boot0_status boot0_serial_list(struct boot0_serial_port **ports, size_t *count,
                                    struct boot0_error *error)
{
    struct sp_port **list;

    *ports = NULL;
    *count = 0;
    if (sp_list_ports(&list) != SP_OK)
        return boot0_fail(error, BOOT0_E_IO, "the system does not list its serial ports");
    while (list[*count])
        ++*count;
    *ports = calloc(*count ? *count : 1, sizeof **ports);
    for (size_t i = 0; *ports && i < *count; i++)
        describe(list[i], &(*ports)[i]);
    sp_free_port_list(list);
    return *ports ? BOOT0_OK
                  : boot0_fail(error, BOOT0_E_MEMORY, "out of memory for the list of ports");
}

#else

static enum boot0_status fail_unsupported(struct boot0_error *error)
{
    boot0_fail(error, BOOT0_E_UNSUPPORTED, "this boot0 was built without serial ports");
    return boot0_hint(error,
                      "Install libserialport (Debian: libserialport-dev) and build it again.");
}

enum boot0_status b0_serial_open_port(struct boot0_stream *stream, const char *path, bool plain,
                                      struct boot0_error *error)
{
    (void)path;
    (void)plain;
    *stream = (struct boot0_stream){0};
    return fail_unsupported(error);
}

enum boot0_status boot0_serial_list(struct boot0_serial_port **ports, size_t *count,
                                    struct boot0_error *error)
{
    *ports = NULL;
    *count = 0;
    return fail_unsupported(error);
}

#endif
