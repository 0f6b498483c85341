/* SPDX-License-Identifier: MIT */
/*
 * A program on a Maple or a blue pill, as its bootloader starts it. These chips have no emulated
 * CPU, so this models what every such program does besides its own work: the USB serial port of
 * libmaple, and the way back to the bootloader. Its own work is to name itself when a client opens
 * the port, and to echo what it receives.
 *
 * Sources: libmaple's usb_cdcacm.c (descriptors) and usb_serial.cpp (ifaceSetupHook(), rxHook()):
 * the program resets itself if the first bytes after a falling edge of DTR end with "1EAF". Any
 * further SET_CONTROL_LINE_STATE with DTR off, such as one that moves RTS, prevents that.
 */
#include "cdc_program.h"

#include "../board/board.h"
#include "../board/clock.h"
#include "../board/power.h"
#include "../board/trace.h"

#include <core/array.h>
#include <core/bytes.h>
#include <stdio.h>
#include <string.h>

enum {
    PACKET_SIZE = 64,
    CONTROL_INTERFACE = 0,
    DATA_IN = 0x81,
    NOTIFY_IN = 0x82,
    DATA_OUT = 0x03,
    SET_LINE_CODING = 0x20, /* CDC PSTN 1.2, table 13 */
    GET_LINE_CODING = 0x21,
    SET_CONTROL_LINE_STATE = 0x22,
    DTR = 1,
    RESET_US = 1000,
    /* A bulk transaction of full speed: USB 2.0, table 5-9, and 12 MBit/s. */
    TRANSACTION_BYTES = 13,
    BITS_PER_US = 12,
};

enum dtr_state {
    DTR_UNSET,
    DTR_HIGH,
    DTR_FALLEN,
    DTR_LOW,
};

#define CONFIGURATION_SIZE 67

static const uint8_t descriptors[BOOT0_USB_DEVICE_DESC_SIZE + CONFIGURATION_SIZE] = {
    /* device: USB 2.0, table 9-8; class CDC; no serial number */
    18,
    BOOT0_USB_DESC_DEVICE,
    0x00,
    0x02,
    2,
    0,
    0,
    PACKET_SIZE,
    0xaf,
    0x1e,
    0x04,
    0x00,
    0x00,
    0x02,
    1,
    2,
    0,
    1,
    /* configuration: two interfaces, powered by the bus, 100 mA */
    9,
    BOOT0_USB_DESC_CONFIGURATION,
    CONFIGURATION_SIZE,
    0,
    2,
    1,
    0,
    0x80,
    50,
    /* interface 0: ACM */
    9,
    BOOT0_USB_DESC_INTERFACE,
    CONTROL_INTERFACE,
    0,
    1,
    2,
    2,
    1,
    0,
    /* header, call management, ACM, union: CDC 1.2, 5.2.3, and PSTN 1.2, 5.3 */
    5,
    0x24,
    0,
    0x10,
    0x01,
    5,
    0x24,
    1,
    3,
    1,
    4,
    0x24,
    2,
    6,
    5,
    0x24,
    6,
    0,
    1,
    /* its interrupt endpoint */
    7,
    BOOT0_USB_DESC_ENDPOINT,
    NOTIFY_IN,
    3,
    PACKET_SIZE,
    0,
    255,
    /* interface 1: data, and its bulk endpoints */
    9,
    BOOT0_USB_DESC_INTERFACE,
    1,
    0,
    2,
    0x0a,
    0,
    0,
    0,
    7,
    BOOT0_USB_DESC_ENDPOINT,
    DATA_OUT,
    2,
    PACKET_SIZE,
    0,
    0,
    7,
    BOOT0_USB_DESC_ENDPOINT,
    DATA_IN,
    2,
    PACKET_SIZE,
    0,
    0,
};

static const char *const strings[] = {"", "LeafLabs", "Maple"};

/* ---- output ---- */

static size_t room(const struct vboard_cdc_program *program)
{
    return sizeof program->said - program->said_count;
}

static void say(struct vboard_cdc_program *program, const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size && room(program) > 0; i++) {
        program->said[(program->said_first + program->said_count) % sizeof program->said] =
            bytes[i];
        program->said_count++;
    }
}

static size_t take_said(struct vboard_cdc_program *program, uint8_t *bytes, size_t size)
{
    size_t count = 0;

    for (; count < size && program->said_count > 0; count++) {
        bytes[count] = program->said[program->said_first];
        program->said_first = (uint16_t)((program->said_first + 1u) % sizeof program->said);
        program->said_count--;
    }
    return count;
}

static void greet(struct vboard_cdc_program *program)
{
    char text[48];
    int length =
        snprintf(text, sizeof text, "program at 0x%08x\r\n", program->board->stats.start_address);

    say(program, (const uint8_t *)text, (size_t)length);
}

/* ---- requests ---- */

/* USB 2.0, 9.6.7: the list of languages, or a text. */
static enum boot0_xfer answer_string(const struct boot0_setup *setup, uint8_t *data, size_t *actual)
{
    uint8_t bytes[2 + 2 * VBOARD_STRING_MAX] = {4, BOOT0_USB_DESC_STRING, 0x09, 0x04};
    size_t index = setup->wValue & 0xff;

    if (index >= B0_LENGTH(strings))
        return BOOT0_XFER_STALL;
    for (size_t i = 0; strings[index][i]; i++) {
        b0_store16(bytes + 2 + 2 * i, (uint8_t)strings[index][i]);
        bytes[0] = (uint8_t)(4 + 2 * i);
    }
    return vboard_usb_answer(setup, bytes, bytes[0], data, actual);
}

static enum boot0_xfer get_descriptor(const struct boot0_setup *setup, uint8_t *data,
                                      size_t *actual)
{
    switch (setup->wValue >> 8) {
    case BOOT0_USB_DESC_DEVICE:
        return vboard_usb_answer(setup, descriptors, BOOT0_USB_DEVICE_DESC_SIZE, data, actual);
    case BOOT0_USB_DESC_CONFIGURATION:
        return vboard_usb_answer(setup, descriptors + BOOT0_USB_DEVICE_DESC_SIZE,
                                 CONFIGURATION_SIZE, data, actual);
    case BOOT0_USB_DESC_STRING:
        return answer_string(setup, data, actual);
    default:
        return BOOT0_XFER_STALL;
    }
}

static enum boot0_xfer standard(struct vboard_cdc_program *program, const struct boot0_setup *setup,
                                uint8_t *data, size_t *actual)
{
    static const uint8_t zero[2];

    switch (setup->bRequest) {
    case BOOT0_USB_GET_DESCRIPTOR:
        return get_descriptor(setup, data, actual);
    case BOOT0_USB_GET_STATUS:
        return vboard_usb_answer(setup, zero, 2, data, actual);
    case BOOT0_USB_GET_CONFIGURATION:
        return vboard_usb_answer(setup, &program->board->usb.configuration, 1, data, actual);
    case BOOT0_USB_GET_INTERFACE:
        return vboard_usb_answer(setup, zero, 1, data, actual);
    case BOOT0_USB_SET_CONFIGURATION:
        program->board->usb.configuration = (uint8_t)setup->wValue;
        return setup->wValue <= 1 ? BOOT0_XFER_OK : BOOT0_XFER_STALL;
    case BOOT0_USB_SET_INTERFACE:
        return setup->wValue == 0 ? BOOT0_XFER_OK : BOOT0_XFER_STALL;
    case BOOT0_USB_SET_ADDRESS:
        return BOOT0_XFER_OK;
    default:
        return BOOT0_XFER_STALL;
    }
}

/* ifaceSetupHook() */
static void set_lines(struct vboard_cdc_program *program, uint16_t lines)
{
    bool was_high = program->dtr == DTR_HIGH;

    if (lines & DTR)
        program->dtr = DTR_HIGH;
    else
        program->dtr = was_high ? DTR_FALLEN : DTR_LOW;
    if ((lines & DTR) && !was_high)
        greet(program);
}

static enum boot0_xfer control(void *context, const struct boot0_setup *setup, uint8_t *data,
                               size_t *actual)
{
    struct vboard_cdc_program *program = context;

    if ((setup->bmRequestType & BOOT0_USB_TYPE_MASK) == BOOT0_USB_TYPE_STANDARD)
        return standard(program, setup, data, actual);
    if ((setup->bmRequestType & BOOT0_USB_TYPE_MASK) != BOOT0_USB_TYPE_CLASS ||
        setup->wIndex != CONTROL_INTERFACE)
        return BOOT0_XFER_STALL;
    switch (setup->bRequest) {
    case SET_LINE_CODING:
        *actual = setup->wLength;
        memcpy(program->coding, data,
               setup->wLength < sizeof program->coding ? setup->wLength : sizeof program->coding);
        return BOOT0_XFER_OK;
    case GET_LINE_CODING:
        return vboard_usb_answer(setup, program->coding, sizeof program->coding, data, actual);
    case SET_CONTROL_LINE_STATE:
        set_lines(program, setup->wValue);
        return BOOT0_XFER_OK;
    default:
        return BOOT0_XFER_STALL;
    }
}

/* ---- data ---- */

/* rxHook() */
static void look_for_magic(struct vboard_cdc_program *program, const uint8_t *data, size_t size)
{
    static const uint8_t magic[] = {'1', 'E', 'A', 'F'};

    if (program->dtr != DTR_FALLEN)
        return;
    program->dtr = DTR_LOW;
    if (size < sizeof magic || memcmp(data + size - sizeof magic, magic, sizeof magic) != 0)
        return;
    vboard_trace(program->board, "the program received the magic bytes, and resets");
    program->board->timer_us = program->board->now_us + RESET_US;
}

/* One transaction; BOOT0_XFER_TIMEOUT: NAK. */
static enum boot0_xfer transact(struct vboard_cdc_program *program, uint8_t endpoint, uint8_t *data,
                                size_t *size)
{

    switch (endpoint) {
    case DATA_IN:
        *size = take_said(program, data, *size < PACKET_SIZE ? *size : PACKET_SIZE);
        return *size > 0 ? BOOT0_XFER_OK : BOOT0_XFER_TIMEOUT;
    case DATA_OUT:
        if (*size > PACKET_SIZE)
            return BOOT0_XFER_ERROR;
        if (room(program) < *size)
            return BOOT0_XFER_TIMEOUT;
        say(program, data, *size);
        look_for_magic(program, data, *size);
        return BOOT0_XFER_OK;
    case NOTIFY_IN:
        return BOOT0_XFER_TIMEOUT;
    default:
        return BOOT0_XFER_STALL;
    }
}

static enum boot0_xfer packet(void *context, uint8_t endpoint, uint8_t *data, size_t *size,
                              uint64_t deadline_us)
{
    struct vboard_cdc_program *program = context;
    unsigned connection = program->board->connection;
    enum boot0_xfer result = transact(program, endpoint, data, size);
    size_t bytes = TRANSACTION_BYTES + (result == BOOT0_XFER_OK ? *size : 0);

    if (result == BOOT0_XFER_OK && (endpoint & BOOT0_USB_DIR_IN))
        program->board->stats.bytes_in += *size;
    else if (result == BOOT0_XFER_OK)
        program->board->stats.bytes_out += *size;
    if (result != BOOT0_XFER_TIMEOUT)
        vboard_clock_advance(program->board,
                             program->board->now_us + (bytes * 8 + BITS_PER_US - 1) / BITS_PER_US,
                             false);
    else if (deadline_us != VBOARD_NEVER) /* only the host changes what it would answer */
        vboard_clock_advance(program->board, deadline_us, true);
    if (!program->board->device.ops || program->board->connection != connection)
        return BOOT0_XFER_GONE;
    return result;
}

/* ---- life ---- */

static void bus_reset(void *context)
{
    struct vboard_cdc_program *program = context;

    program->dtr = DTR_UNSET;
}

static void timer(void *context)
{
    struct vboard_cdc_program *program = context;

    vboard_system_reset(program->board);
}

static size_t read_descriptors(const void *context, uint8_t *bytes, size_t size)
{
    size_t total = size < sizeof descriptors ? size : sizeof descriptors;

    (void)context;
    memcpy(bytes, descriptors, total);
    return total;
}

static size_t read_string(const void *context, uint8_t index, char *text, size_t size)
{
    (void)context;
    if (size == 0)
        return 0;
    return (size_t)snprintf(text, size, "%s", index < B0_LENGTH(strings) ? strings[index] : "");
}

static const struct vboard_usb_ops device = {
    .control = control,
    .bus_reset = bus_reset,
    .timer = timer,
    .packet = packet,
    .descriptors = read_descriptors,
    .string = read_string,
};

void vboard_cdc_program_start(struct vboard_cdc_program *program, struct vboard *board,
                              uint32_t address)
{
    vboard_start_program(board, address);
    if (!board->stats.started)
        return;
    memset(program, 0, sizeof *program);
    program->board = board;
    board->timer_us = VBOARD_NEVER;
    vboard_connect(board, &device, program);
}
