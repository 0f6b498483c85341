/* SPDX-License-Identifier: MIT */
#include "serial.h"

#include <core/bytes.h>

enum {
    /* PSTN 1.2, table 13: bRequest. */
    SET_LINE_CODING = 0x20,
    GET_LINE_CODING = 0x21,
    SET_CONTROL_LINE_STATE = 0x22,
    /* PSTN 1.2, table 18: wValue of SET_CONTROL_LINE_STATE. */
    LINE_DTR = 1 << 0,
    LINE_RTS = 1 << 1,
    /* PSTN 1.2, table 30 and 31: the notification SERIAL_STATE. */
    SERIAL_STATE = 0x20,
    SERIAL_STATE_DATA = 2,
    STATE_DCD = 1 << 0,
    STATE_DSR = 1 << 1,
    /* PSTN 1.2, table 17: offsets of the line coding. */
    CODING_BAUD = 0,
    CODING_STOP_BITS = 4,
    CODING_PARITY = 5,
    CODING_DATA_BITS = 6,

    STOP_BITS_MAX = 2,
    PARITY_MAX = 4,
    DEFAULT_BAUD = 115200,
    TOUCH_BAUD = 1200,
    TRANSFER_MAX = B0_SERIAL_DATA_PACKETS * B0_SERIAL_PACKET,
};

void b0_serial_init(struct b0_serial *serial)
{
    static const uint8_t header[] = {
        BOOT0_USB_DIR_IN | BOOT0_USB_TYPE_CLASS | BOOT0_USB_RECIPIENT_INTERFACE,
        SERIAL_STATE,
        0, /* wValue */
        0,
        0, /* wIndex: the communications interface comes first in the function and in the device */
        0,
        SERIAL_STATE_DATA,
        0,
        STATE_DCD | STATE_DSR,
        0,
    };

    _Static_assert(sizeof header == sizeof serial->notification, "SERIAL_STATE has 10 bytes");
    for (size_t i = 0; i < sizeof header; i++)
        serial->notification[i] = header[i];
    b0_store32(serial->coding + CODING_BAUD, DEFAULT_BAUD);
    serial->coding[CODING_DATA_BITS] = 8;
}

static void update_connected(struct b0_serial *serial, const struct b0_usb *usb)
{
    atomic_store(&serial->connected,
                 serial->dtr && !serial->suspended && b0_usb_configuration(usb) != 0);
}

/* ---- requests ---- */

static bool coding_possible(const uint8_t coding[B0_SERIAL_LINE_CODING_SIZE])
{
    uint8_t data_bits = coding[CODING_DATA_BITS];

    return coding[CODING_STOP_BITS] <= STOP_BITS_MAX && coding[CODING_PARITY] <= PARITY_MAX &&
           ((data_bits >= 5 && data_bits <= 8) || data_bits == 16);
}

/*
 * The touch is DTR falling at 1200 baud, not 1200 baud set while DTR is off: Linux sets the port's
 * last speed before it raises DTR, so the next program that opens the port would send the board
 * into the bootloader again.
 */
static void set_lines(struct b0_serial *serial, struct b0_usb *usb, uint16_t lines)
{
    bool had_dtr = serial->dtr;

    serial->dtr = (lines & LINE_DTR) != 0;
    serial->rts = (lines & LINE_RTS) != 0;
    if (serial->dtr) /* the port is open again: no touch, or not its end */
        serial->touched = false;
    serial->touching =
        had_dtr && !serial->dtr && b0_load32(serial->coding + CODING_BAUD) == TOUCH_BAUD;
    update_connected(serial, usb);
}

static bool control(void *context, struct b0_usb *usb, const struct boot0_setup *setup)
{
    struct b0_serial *serial = context;

    if ((setup->bmRequestType & (BOOT0_USB_TYPE_MASK | BOOT0_USB_RECIPIENT_MASK)) !=
        (BOOT0_USB_TYPE_CLASS | BOOT0_USB_RECIPIENT_INTERFACE))
        return false;
    switch (setup->bRequest) {
    case SET_LINE_CODING:
        if (setup->wLength != sizeof serial->incoming)
            return false;
        b0_usb_control_receive(usb, serial->incoming);
        return true;
    case GET_LINE_CODING:
        b0_usb_control_send(usb, serial->coding, sizeof serial->coding);
        return true;
    case SET_CONTROL_LINE_STATE:
        if ((setup->bmRequestType & BOOT0_USB_DIR_IN) != 0 || setup->wLength != 0)
            return false;
        set_lines(serial, usb, setup->wValue);
        b0_usb_control_done(usb);
        return true;
    default:
        return false;
    }
}

static void stage(void *context, struct b0_usb *usb, const struct boot0_setup *setup,
                  enum b0_usb_stage stage)
{
    struct b0_serial *serial = context;

    if (stage == B0_USB_RECEIVED && setup->bRequest == SET_LINE_CODING) {
        if (!coding_possible(serial->incoming)) {
            b0_usb_control_stall(usb);
            return;
        }
        for (size_t i = 0; i < sizeof serial->coding; i++)
            serial->coding[i] = serial->incoming[i];
        b0_usb_control_done(usb);
    } else if (serial->touching) {
        /* Even if the host did not wait for the end: it has closed the port in any case. */
        serial->touching = false;
        serial->touched = true;
    }
}

/* ---- the bus ---- */

static void event(void *context, struct b0_usb *usb, enum b0_usb_event event, uint8_t interface,
                  uint8_t value)
{
    struct b0_serial *serial = context;

    (void)interface;
    switch (event) {
    case B0_USB_RESET:
    case B0_USB_CONFIGURED:
        serial->dtr = false;
        serial->rts = false;
        serial->suspended = false;
        serial->zero_packet_due = false;
        serial->state_due = value != 0;
        atomic_store(&serial->sending, false);
        break;
    case B0_USB_RESTARTED:
        serial->state_due = serial->state_due || value == B0_SERIAL_NOTIFY_IN;
        if (value == B0_SERIAL_DATA_IN)
            atomic_store(&serial->sending, false);
        break;
    case B0_USB_SUSPENDED:
    case B0_USB_RESUMED:
        serial->suspended = event == B0_USB_SUSPENDED;
        break;
    case B0_USB_ALTERNATE:
        break;
    }
    update_connected(serial, usb);
}

/* There is room: a packet is only requested if there is. */
static void received(void *context, struct b0_usb *usb, uint8_t endpoint, size_t size)
{
    struct b0_serial *serial = context;

    (void)usb;
    (void)endpoint;
    b0_ring_put(&serial->from_host, serial->packet, size);
}

static void sent(void *context, struct b0_usb *usb, uint8_t endpoint)
{
    struct b0_serial *serial = context;

    (void)usb;
    if (endpoint == B0_SERIAL_DATA_IN)
        atomic_store(&serial->sending, false);
}

const struct b0_usb_handlers b0_serial_handlers = {control, stage, event, received, sent};

/* ---- transfers ---- */

/* A host reads until it gets a short packet: USB 2.0, 5.8.3. */
static void send_more(struct b0_serial *serial, struct b0_usb *usb)
{
    size_t size;
    const uint8_t *data = b0_ring_front(&serial->to_host, &size);

    if (size > TRANSFER_MAX)
        size = TRANSFER_MAX;
    if (size == 0 && !serial->zero_packet_due)
        return;
    if (!b0_usb_send(usb, B0_SERIAL_DATA_IN, data, size))
        return;
    atomic_store(&serial->sending, true);
    serial->zero_packet_due = size > 0 && size % B0_SERIAL_PACKET == 0;
    b0_ring_drop(&serial->to_host, size);
}

void b0_serial_service(struct b0_serial *serial, struct b0_usb *usb)
{
    /* Output for a closed port is of no use to the next reader. */
    if (!atomic_load(&serial->connected))
        b0_ring_drop(&serial->to_host, b0_ring_used(&serial->to_host));
    send_more(serial, usb);
    if (b0_ring_room(&serial->from_host) >= B0_SERIAL_PACKET)
        b0_usb_receive(usb, B0_SERIAL_DATA_OUT, serial->packet, B0_SERIAL_PACKET);
    if (serial->state_due &&
        b0_usb_send(usb, B0_SERIAL_NOTIFY_IN, serial->notification, sizeof serial->notification))
        serial->state_due = false;
}

struct boot0_serial_line b0_serial_line(const struct b0_serial *serial)
{
    return (struct boot0_serial_line){
        .baud = b0_load32(serial->coding + CODING_BAUD),
        .data_bits = serial->coding[CODING_DATA_BITS],
        .stop_bits = serial->coding[CODING_STOP_BITS],
        .parity = serial->coding[CODING_PARITY],
        .dtr = serial->dtr,
        .rts = serial->rts,
    };
}

/* ---- main program ---- */

size_t b0_serial_write(struct b0_serial *serial, const uint8_t *data, size_t size)
{
    return atomic_load(&serial->connected) ? b0_ring_put(&serial->to_host, data, size) : size;
}

bool b0_serial_flushed(struct b0_serial *serial)
{
    /* In this order: `sending` is set before bytes leave the ring. */
    return b0_ring_used(&serial->to_host) == 0 && !atomic_load(&serial->sending);
}
