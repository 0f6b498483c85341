/* SPDX-License-Identifier: MIT */
/*
 * The machine's serial ports, through Windows' own functions: "Communications Resources" in its
 * documentation. Timeouts are set before each read, which they end.
 */
#include "serial.h"

#include <base/clock.h>
#include <base/platform/usb_path.h>
#include <core/array.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The order of these headers matters. */
#include <windows.h>

#include <setupapi.h>

#include <cfgmgr32.h>

enum {
    BAUD_FIRST = 9600, /* until a speed is set */
    NAME_MAX_LENGTH = 160,
    QUEUE_SIZE = 4096,
    GROWTH = 8,
};

struct serial {
    HANDLE port;
    struct boot0_line line;  /* current settings; baud 0: not set yet */
    DWORD read_ms, write_ms; /* current timeouts */
    bool plain;              /* without the bootloader's parity */
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

/* COMMTIMEOUTS: total timeouts only; 0 would mean no limit. */
static bool set_timeouts(struct serial *serial, uint32_t read_ms, uint32_t write_ms)
{
    COMMTIMEOUTS timeouts = {0, 0, read_ms ? read_ms : 1, 0, write_ms ? write_ms : 1};

    if (read_ms == serial->read_ms && write_ms == serial->write_ms)
        return true;
    serial->read_ms = read_ms;
    serial->write_ms = write_ms;
    return SetCommTimeouts(serial->port, &timeouts) != 0;
}

/* On Windows a timeout is a success with fewer bytes; on Wine it is not. */
static bool was_timeout(void)
{
    DWORD error = GetLastError();

    return error == ERROR_TIMEOUT || error == WAIT_TIMEOUT;
}

static enum boot0_xfer send_bytes(void *context, const uint8_t *bytes, size_t size,
                                  uint32_t timeout_ms)
{
    struct serial *serial = context;
    DWORD sent = 0;

    if (!set_timeouts(serial, serial->read_ms, timeout_ms))
        return BOOT0_XFER_GONE;
    if (!WriteFile(serial->port, bytes, (DWORD)size, &sent, NULL) && !was_timeout())
        return BOOT0_XFER_GONE;
    return sent == size ? BOOT0_XFER_OK : BOOT0_XFER_TIMEOUT;
}

static enum boot0_xfer receive(void *context, uint8_t *bytes, size_t size, size_t *actual,
                               uint32_t timeout_ms)
{
    struct serial *serial = context;
    size_t wanted = size;
    DWORD errors = 0, got = 0;
    COMSTAT status;

    *actual = 0;
    if (!ClearCommError(serial->port, &errors, &status))
        return BOOT0_XFER_GONE;
    if (timeout_ms == 0 && status.cbInQue < wanted)
        wanted = status.cbInQue; /* available bytes, without waiting */
    if (wanted > 0) {
        DWORD later = 0;

        if (!set_timeouts(serial, timeout_ms, serial->write_ms))
            return BOOT0_XFER_GONE;
        if (!ReadFile(serial->port, bytes, (DWORD)wanted, &got, NULL) && !was_timeout())
            return BOOT0_XFER_GONE;
        *actual = got;
        if (ClearCommError(serial->port, &later, NULL))
            errors |= later;
    }
    if (!serial->plain && (errors & (CE_RXPARITY | CE_FRAME | CE_OVERRUN | CE_RXOVER)))
        return BOOT0_XFER_ERROR;
    return *actual == size ? BOOT0_XFER_OK : BOOT0_XFER_TIMEOUT;
}

/* ---- settings ---- */

/* Leaves the modem lines unchanged: an open port keeps them, and EscapeCommFunction() sets them. */
static bool set_frame(HANDLE port, const struct boot0_line *line)
{
    static const BYTE parities[] = {
        [BOOT0_PARITY_NONE] = NOPARITY,     [BOOT0_PARITY_EVEN] = EVENPARITY,
        [BOOT0_PARITY_ODD] = ODDPARITY,     [BOOT0_PARITY_MARK] = MARKPARITY,
        [BOOT0_PARITY_SPACE] = SPACEPARITY,
    };
    DCB state;

    memset(&state, 0, sizeof state);
    state.DCBlength = sizeof state;
    if (!GetCommState(port, &state))
        return false;
    state.BaudRate = line->baud ? line->baud : BAUD_FIRST;
    state.ByteSize = line->data_bits ? line->data_bits : 8;
    state.Parity = parities[line->parity];
    state.StopBits = line->stop_bits == 2 ? TWOSTOPBITS : ONESTOPBIT;
    state.fBinary = TRUE;
    state.fParity = line->parity != BOOT0_PARITY_NONE;
    state.fOutxCtsFlow = state.fOutxDsrFlow = state.fDsrSensitivity = FALSE;
    state.fOutX = state.fInX = state.fErrorChar = state.fNull = state.fAbortOnError = FALSE;
    state.fDtrControl = line->dtr ? DTR_CONTROL_ENABLE : DTR_CONTROL_DISABLE;
    state.fRtsControl = line->rts ? RTS_CONTROL_ENABLE : RTS_CONTROL_DISABLE;
    return SetCommState(port, &state) != 0;
}

static bool same_frame(const struct boot0_line *one, const struct boot0_line *other)
{
    return one->baud == other->baud && one->parity == other->parity &&
           one->data_bits == other->data_bits && one->stop_bits == other->stop_bits;
}

static bool set_line(HANDLE port, bool on, DWORD set_it, DWORD clear_it)
{
    return EscapeCommFunction(port, on ? set_it : clear_it) != 0;
}

static enum boot0_xfer set(void *context, const struct boot0_line *line)
{
    struct serial *serial = context;
    struct boot0_line frame = *line;

    frame.dtr = serial->line.dtr;
    frame.rts = serial->line.rts;
    if (!same_frame(&frame, &serial->line) && !set_frame(serial->port, &frame))
        return BOOT0_XFER_ERROR;
    /* A port without modem lines fails only if a line must change. */
    if (line->dtr != serial->line.dtr && !set_line(serial->port, line->dtr, SETDTR, CLRDTR))
        return BOOT0_XFER_ERROR;
    if (line->rts != serial->line.rts && !set_line(serial->port, line->rts, SETRTS, CLRRTS))
        return BOOT0_XFER_ERROR;
    serial->line = frame;
    serial->line.dtr = line->dtr;
    serial->line.rts = line->rts;
    if (serial->plain) /* a program's output is not lost when its port is set */
        return BOOT0_XFER_OK;
    return PurgeComm(serial->port, PURGE_RXCLEAR) ? BOOT0_XFER_OK : BOOT0_XFER_GONE;
}

/* There is no handle for poll(): callers poll by time. */
static int handle(void *context)
{
    (void)context;
    return -1;
}

static void close_port(void *context)
{
    struct serial *serial = context;

    CloseHandle(serial->port);
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

static enum boot0_status fail_open(const char *path, DWORD code, struct boot0_error *error)
{
    if (code == ERROR_ACCESS_DENIED || code == ERROR_SHARING_VIOLATION) {
        boot0_fail(error, BOOT0_E_BUSY, "cannot open the port %s: it is in use", path);
        return boot0_hint(error, "Close the program that uses it, e.g. a serial monitor or that "
                                 "of the IDE.");
    }
    boot0_fail(error, BOOT0_E_NO_BOARD, "cannot open the port %s: %s", path,
               code == ERROR_FILE_NOT_FOUND || code == ERROR_PATH_NOT_FOUND ? "no such port"
                                                                            : "it does not answer");
    boot0_hint(error, "Check the name of the port, and that the adapter is plugged in.");
    return boot0_advise(error, BOOT0_ADVICE_LIST_PORTS, NULL);
}

/* Ports above COM9 need this form of name: "Naming Files, Paths, and Namespaces". */
static HANDLE open_handle(const char *path)
{
    char name[NAME_MAX_LENGTH];
    HANDLE port;

    snprintf(name, sizeof name, "%s%.120s", strncmp(path, "\\\\", 2) == 0 ? "" : "\\\\.\\", path);
    port = CreateFileA(name, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    if (port != INVALID_HANDLE_VALUE)
        SetupComm(port, QUEUE_SIZE, QUEUE_SIZE); /* a request that the driver may refuse */
    return port;
}

enum boot0_status b0_serial_open_port(struct boot0_stream *stream, const char *path, bool plain,
                                      struct boot0_error *error)
{
    const struct boot0_line line = {
        .dtr = true, .rts = true, .parity = plain ? BOOT0_PARITY_NONE : BOOT0_PARITY_EVEN};
    struct serial *serial = calloc(1, sizeof *serial);

    if (!serial)
        return boot0_fail(error, BOOT0_E_MEMORY, "out of memory for a port");
    serial->port = open_handle(path);
    serial->plain = plain;
    serial->line = line;
    if (serial->port != INVALID_HANDLE_VALUE && set_frame(serial->port, &line)) {
        *stream = (struct boot0_stream){&serial_ops, serial};
        return BOOT0_OK;
    }
    fail_open(path, GetLastError(), error);
    if (serial->port != INVALID_HANDLE_VALUE)
        CloseHandle(serial->port);
    free(serial);
    return error->code;
}

/* ---- listing ---- */

/* GUID_DEVINTERFACE_COMPORT from ntddser.h. */
static const GUID port_class = {
    0x86e0d1e0, 0x8089, 0x11d0, {0x9c, 0xe4, 0x08, 0x00, 0x3e, 0x30, 0x1f, 0x73}};

/*
 * Parses "USB\VID_0483&PID_5740\315A28A0B956"; for an interface of a composite device, its parent's
 * id.
 */
static void take_usb(struct boot0_serial_port *to, DEVINST instance)
{
    char id[MAX_DEVICE_ID_LEN + 1] = "";
    const char *vendor, *product, *serial;

    if (CM_Get_Device_IDA(instance, id, sizeof id, 0) != CR_SUCCESS)
        return;
    if (strstr(id, "&MI_") && CM_Get_Parent(&instance, instance, 0) == CR_SUCCESS &&
        CM_Get_Device_IDA(instance, id, sizeof id, 0) != CR_SUCCESS)
        return;
    vendor = strstr(id, "VID_");
    product = strstr(id, "PID_");
    if (!vendor || !product)
        return;
    to->usb = true;
    to->vendor = (uint16_t)strtoul(vendor + strlen("VID_"), NULL, 16);
    to->product = (uint16_t)strtoul(product + strlen("PID_"), NULL, 16);
    serial = strrchr(id, '\\');
    if (serial && !strchr(serial, '&')) /* otherwise Windows generated it */
        snprintf(to->serial, sizeof to->serial, "%.127s", serial + 1);
}

/* False: it has no name that can be opened. */
static bool describe(HDEVINFO devices, SP_DEVINFO_DATA *info, struct boot0_serial_port *port)
{
    HKEY key = SetupDiOpenDevRegKey(devices, info, DICS_FLAG_GLOBAL, 0, DIREG_DEV, KEY_READ);
    DWORD size = sizeof port->path - 1;

    memset(port, 0, sizeof *port);
    if (key == INVALID_HANDLE_VALUE)
        return false;
    if (RegQueryValueExA(key, "PortName", NULL, NULL, (BYTE *)port->path, &size) != ERROR_SUCCESS)
        port->path[0] = '\0';
    RegCloseKey(key);
    SetupDiGetDeviceRegistryPropertyA(devices, info, SPDRP_FRIENDLYNAME, NULL,
                                      (BYTE *)port->description, sizeof port->description - 1,
                                      NULL);
    take_usb(port, info->DevInst);
    b0_usb_path(info->DevInst, port->usb_path, sizeof port->usb_path);
    return port->path[0] != '\0';
}

static bool add(struct boot0_serial_port **ports, size_t *count, size_t *room,
                const struct boot0_serial_port *port)
{
    if (*count == *room) {
        struct boot0_serial_port *grown = realloc(*ports, (*room + GROWTH) * sizeof *grown);

        if (!grown)
            return false;
        *ports = grown;
        *room += GROWTH;
    }
    (*ports)[(*count)++] = *port;
    return true;
}

enum boot0_status boot0_serial_list(struct boot0_serial_port **ports, size_t *count,
                                    struct boot0_error *error)
{
    HDEVINFO devices =
        SetupDiGetClassDevsA(&port_class, NULL, NULL, DIGCF_PRESENT | DIGCF_DEVICEINTERFACE);
    SP_DEVINFO_DATA info = {.cbSize = sizeof info};
    struct boot0_serial_port port;
    size_t room = 0;
    bool fits = true;

    *count = 0;
    *ports = NULL;
    if (devices == INVALID_HANDLE_VALUE)
        return boot0_fail(error, BOOT0_E_IO, "the system does not list its serial ports");
    for (DWORD i = 0; fits && SetupDiEnumDeviceInfo(devices, i, &info); i++)
        if (describe(devices, &info, &port))
            fits = add(ports, count, &room, &port);
    SetupDiDestroyDeviceInfoList(devices);
    if (fits && !*ports)
        *ports = calloc(1, sizeof **ports);
    if (fits && *ports)
        return BOOT0_OK;
    free(*ports);
    *ports = NULL;
    *count = 0;
    return boot0_fail(error, BOOT0_E_MEMORY, "out of memory for the list of ports");
}
