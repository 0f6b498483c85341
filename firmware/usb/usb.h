/* SPDX-License-Identifier: MIT */
/*
 * A small core for USB 2.0 full-speed devices, independent of the chip: a driver (otg_fs.h) moves
 * the packets, and the program's tables describe the device.
 *
 *   program's tables     descriptors, and functions: the handlers of interfaces
 *   core (core.c, control.c, endpoints.c, standard.c)
 *                        standard requests (USB 2.0, 9.4), the stages of control transfers
 *   driver (otg_fs.c)    packets in and out of the controller
 *
 * Nothing here waits, allocates, or runs on its own. All work happens in b0_usb_poll(): it gets the
 * bus events from the driver and calls the functions' handlers. A program calls it in its loop, or
 * as the only action of its USB interrupt. All other functions may be called from handlers. Outside
 * of handlers they may be called only where no poll can interrupt them: from the same loop, or with
 * the USB interrupt disabled. That keeps all accesses to the controller in one context, as the F4's
 * FIFOs require.
 *
 * A function that takes a control request answers it with exactly one of b0_usb_control_send(),
 * b0_usb_control_receive(), b0_usb_control_done() and b0_usb_control_stall(), at once or later;
 * until then the host gets NAKs.
 */
#ifndef B0_FIRMWARE_USB_H
#define B0_FIRMWARE_USB_H

#include <boot0/protocol.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    B0_USB_CONTROL_PACKET = 64, /* required bMaxPacketSize0 of the device descriptor */
    B0_USB_ENDPOINTS = 4,       /* endpoint numbers 0 to 3, as in the F4's OTG_FS */
    B0_USB_INTERFACES = 4,      /* of the configuration */
    B0_USB_STRING_MAX = 96,     /* characters of a string */
};

/* Endpoint numbers with the direction: USB 2.0, 9.6.6, bEndpointAddress. */
#define B0_USB_IN(number)       ((uint8_t)(0x80 | (number)))
#define B0_USB_OUT(number)      ((uint8_t)(number))
#define B0_USB_NUMBER(endpoint) ((endpoint)&0x0fu)
#define B0_USB_IS_IN(endpoint)  (((endpoint)&0x80u) != 0)

struct b0_usb;

/* ---- functions: the program's handlers ---- */

/* Stage of a control request that a function has taken. */
enum b0_usb_stage {
    B0_USB_RECEIVED, /* its data is in the buffer: answer with done or stall, now or later */
    B0_USB_FINISHED, /* the host has seen its end: now do what must follow the answer */
    B0_USB_DROPPED,  /* the host has begun another one, or reset the bus, before its end */
};

enum b0_usb_event {
    B0_USB_RESET,      /* the host reset the bus; also the first event of a host */
    B0_USB_CONFIGURED, /* SET_CONFIGURATION: `value` is its number, 0: none. Endpoints are open */
    B0_USB_ALTERNATE,  /* SET_INTERFACE: `value` is the alternate setting; also after CONFIGURED */
    /*
     * CLEAR_FEATURE(ENDPOINT_HALT): `value` is the endpoint's address. Its current transfer was
     * dropped; begin another.
     */
    B0_USB_RESTARTED,
    B0_USB_SUSPENDED, /* no bus activity for 3 ms: suspended, or the cable was pulled */
    B0_USB_RESUMED,
};

/* Any may be NULL. `context` is the function's. */
struct b0_usb_handlers {
    /*
     * A class or vendor request, or a standard one that the core does not know. Returns true if the
     * function takes it; a request that no function takes is stalled.
     */
    bool (*control)(void *context, struct b0_usb *usb, const struct boot0_setup *setup);
    /* Stage of a request that `control` has taken. Not called for stalled ones. */
    void (*stage)(void *context, struct b0_usb *usb, const struct boot0_setup *setup,
                  enum b0_usb_stage stage);
    void (*event)(void *context, struct b0_usb *usb, enum b0_usb_event event, uint8_t interface,
                  uint8_t value);
    /* The transfer begun by b0_usb_receive() has ended with `size` bytes. Begin the next. */
    void (*received)(void *context, struct b0_usb *usb, uint8_t endpoint, size_t size);
    /* The host has read all data of b0_usb_send(). */
    void (*sent)(void *context, struct b0_usb *usb, uint8_t endpoint);
};

/*
 * One function of the device. It alone gets requests and events for its interfaces and endpoints.
 * Requests to the device are offered to all functions in order, and events go to all (`interface`
 * is 0 except in B0_USB_ALTERNATE, which goes to the interface's function).
 */
struct b0_usb_function {
    uint8_t first_interface;
    uint8_t interface_count;
    uint8_t endpoints; /* bit n: endpoint number n, both directions */
    const struct b0_usb_handlers *handlers;
    void *context;
};

/* ---- device ---- */

/* The answer to a vendor request to the device: the MS OS 2.0 set, a WebUSB URL. */
struct b0_usb_vendor_answer {
    uint8_t bRequest;
    uint16_t wValue;
    uint16_t wIndex;
    const uint8_t *data;
    uint16_t size;
};

/*
 * The constant data of a device. The core takes sizes from the descriptors (bLength, wTotalLength).
 * It opens endpoints as described by the configuration descriptor; all alternate settings of an
 * interface must have the same endpoints, or only the first has any.
 */
struct b0_usb_device {
    const uint8_t *device;        /* USB 2.0, 9.6.1 */
    const uint8_t *configuration; /* 9.6.3, complete; the only one */
    const uint8_t *bos;           /* USB 3.2, 9.6.2, or NULL */
    const struct b0_usb_vendor_answer *vendor_answers;
    size_t vendor_answer_count;
    const struct b0_usb_function *functions;
    size_t function_count;
    /*
     * Writes string `index` (1…) as ASCII without a NUL, at most B0_USB_STRING_MAX characters.
     * Returns its length, 0 if there is no such string. The only language is US English.
     */
    size_t (*string)(void *context, uint8_t index, char *text);
    void *string_context;
    /* Packets in an IN endpoint's FIFO, by number: the limit of b0_usb_send(). 0: one. */
    uint8_t in_packets[B0_USB_ENDPOINTS];
};

/* ---- driver interface ---- */

enum b0_usb_order {
    B0_USB_OPEN,  /* ready, data toggle 0, no transfer */
    B0_USB_CLOSE, /* does not answer; drops a current transfer */
    B0_USB_STALL, /* answers STALL until opened; endpoint 0: until the next SETUP */
};

/* An endpoint for the driver to set up. */
struct b0_usb_endpoint {
    uint8_t address;      /* with the direction */
    uint8_t type;         /* bmAttributes: USB 2.0, 9.6.6 */
    uint16_t packet_size; /* wMaxPacketSize */
    uint8_t packets;      /* IN: how many fit into its FIFO */
};

/* Six functions, of which only poll() handles bus events. `driver` is usb->driver_context. */
struct b0_usb_driver {
    /*
     * Starts the controller and attaches the device, or detaches it and stops. The program sets up
     * the controller's clocks and pins first. With `interrupts` the controller raises its interrupt
     * whenever poll() has something to do.
     */
    void (*connect)(void *driver, bool on, bool interrupts);
    /* Calls b0_usb_on_…() for all events, in order. */
    void (*poll)(void *driver, struct b0_usb *usb);
    /* Called before the status stage, takes effect after it, as USB 2.0, 9.4.6 requires. */
    void (*set_address)(void *driver, uint8_t address);
    /* Endpoint 0 is open in both directions from reset on. */
    void (*endpoint)(void *driver, const struct b0_usb_endpoint *endpoint, enum b0_usb_order order);
    /*
     * Begins a transfer to the host; `data` is copied before it returns. Endpoint 0: one packet.
     * Others: at most as many packets as the FIFO holds. Ends with b0_usb_on_sent().
     */
    void (*send)(void *driver, uint8_t endpoint, const uint8_t *data, size_t size);
    /*
     * Allows the host to send up to `size` bytes into `data`, a multiple of the packet size (for
     * endpoint 0 one packet, or less if less is expected). Ends with b0_usb_on_received() after a
     * short packet or when `data` is full. A longer packet is truncated.
     */
    void (*receive)(void *driver, uint8_t endpoint, uint8_t *data, size_t size);
};

/*
 * Reports of the driver to the core. A SETUP ends the current transfer on endpoint 0: the driver
 * drops its unsent packet and its receive before the report.
 */
void b0_usb_on_reset(struct b0_usb *usb);
void b0_usb_on_setup(struct b0_usb *usb, const uint8_t packet[8]);
void b0_usb_on_received(struct b0_usb *usb, uint8_t endpoint, size_t size);
void b0_usb_on_sent(struct b0_usb *usb, uint8_t endpoint);
void b0_usb_on_suspend(struct b0_usb *usb, bool suspended);

/* ---- the core ---- */

/* A device. Owned by the caller; all members are private. */
struct b0_usb {
    const struct b0_usb_device *device;
    const struct b0_usb_driver *driver;
    void *driver_context;

    uint8_t configuration;
    uint8_t alternates[B0_USB_INTERFACES];
    uint8_t busy[2];   /* one bit per endpoint number with a current transfer: OUT, IN */
    uint8_t halted[2]; /* likewise, halted by the host */

    uint8_t phase; /* of endpoint 0: enum in control.c */
    bool zero_packet;
    struct boot0_setup setup;
    const struct b0_usb_function *taker; /* function that took the request; NULL: the core itself */
    const uint8_t *source;
    uint8_t *target;
    uint16_t left;
    uint8_t scratch[2 + 2 * B0_USB_STRING_MAX]; /* answers composed by the core */
};

void b0_usb_init(struct b0_usb *usb, const struct b0_usb_device *device,
                 const struct b0_usb_driver *driver, void *driver_context);

/* Attaches the device. `interrupts`: see the driver's connect(). */
void b0_usb_connect(struct b0_usb *usb, bool interrupts);
void b0_usb_disconnect(struct b0_usb *usb);

void b0_usb_poll(struct b0_usb *usb);

/* Returns the number of the current configuration; 0: none. */
uint8_t b0_usb_configuration(const struct b0_usb *usb);

/*
 * Answers a request with data to the host: at most wLength of these bytes, which must stay valid
 * until B0_USB_FINISHED or B0_USB_DROPPED.
 */
void b0_usb_control_send(struct b0_usb *usb, const uint8_t *data, size_t size);

/*
 * Answers a request with data from the host: receives wLength bytes, for which `data` must have
 * room.
 */
void b0_usb_control_receive(struct b0_usb *usb, uint8_t *data);

/* Completes a request without data, or whose data was received. */
void b0_usb_control_done(struct b0_usb *usb);

/* Refuses a request, now or after its data. */
void b0_usb_control_stall(struct b0_usb *usb);

/* Returns the request that a function has taken and not answered yet, else NULL. */
const struct boot0_setup *b0_usb_control_pending(const struct b0_usb *usb);

/*
 * Begins a transfer to the host on an endpoint other than 0: copies at most in_packets packets. A
 * transfer that is not a multiple of the packet size, and one of 0 bytes, ends the host's read.
 * False while the previous one is in progress, while halted, and without a configuration.
 */
bool b0_usb_send(struct b0_usb *usb, uint8_t endpoint, const uint8_t *data, size_t size);

/*
 * Allows the host to send on an endpoint other than 0: `size` bytes, a multiple of its packet size,
 * into `data`; `received` reports the end. False as above. While nothing is allowed the host gets
 * NAKs.
 */
bool b0_usb_receive(struct b0_usb *usb, uint8_t endpoint, uint8_t *data, size_t size);

#endif
