/* SPDX-License-Identifier: MIT */
/*
 * A small core for USB 2.0 full-speed devices. It knows no chip: a driver (otg_fs.h) moves the
 * packets, and what the device is stands in tables that the program gives.
 *
 *   program's tables     descriptors, and functions: what answers for which interfaces
 *   core (core.c, control.c, endpoints.c, standard.c)
 *                        standard requests (USB 2.0, 9.4), the stages of control transfers
 *   driver (otg_fs.c)    packets in and out of the controller
 *
 * Nothing here waits, allocates, or runs on its own. All that happens, happens within
 * b0_usb_poll(): it asks the driver what the bus brought and calls the functions' handlers. A
 * program calls it either in its loop, or as all that its USB interrupt does. Every other function
 * here may be called from handlers, and from outside only where no poll can come in between: from
 * the same loop, or with the USB interrupt disabled. That keeps all accesses to the controller in
 * one context, as the F4's FIFOs demand.
 *
 * A control request that a function takes is answered by exactly one of b0_usb_control_send(),
 * b0_usb_control_receive(), b0_usb_control_done() and b0_usb_control_stall(), at once or later:
 * until then the host is kept waiting by NAKs.
 */
#ifndef B0_FIRMWARE_USB_H
#define B0_FIRMWARE_USB_H

#include <boot0/protocol.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    B0_USB_CONTROL_PACKET = 64, /* bMaxPacketSize0 that the device descriptor must have */
    B0_USB_ENDPOINTS = 4,       /* endpoint numbers 0 to 3, as the F4's OTG_FS has them */
    B0_USB_INTERFACES = 4,      /* of the configuration */
    B0_USB_STRING_MAX = 96,     /* characters of a string */
};

/* Endpoint numbers with the direction: USB 2.0, 9.6.6, bEndpointAddress. */
#define B0_USB_IN(number)       ((uint8_t)(0x80 | (number)))
#define B0_USB_OUT(number)      ((uint8_t)(number))
#define B0_USB_NUMBER(endpoint) ((endpoint)&0x0fu)
#define B0_USB_IS_IN(endpoint)  (((endpoint)&0x80u) != 0)

struct b0_usb;

/* ---- functions: what the program answers ---- */

/* Where a control request that a function has taken has come to. */
enum b0_usb_stage {
    B0_USB_RECEIVED, /* all of its data is in the buffer given: now done, or stall, or later */
    B0_USB_FINISHED, /* the host has seen the end of it: the time for what must follow an answer */
    B0_USB_DROPPED,  /* the host has begun another one, or reset the bus, before its end */
};

enum b0_usb_event {
    B0_USB_RESET,      /* the host reset the bus; also the first thing that is seen of one */
    B0_USB_CONFIGURED, /* SET_CONFIGURATION: `value` is its number, 0 for none. Endpoints are open
                        */
    B0_USB_ALTERNATE,  /* SET_INTERFACE: `value` is the alternate setting; also after CONFIGURED */
    /*
     * CLEAR_FEATURE(ENDPOINT_HALT): `value` is the endpoint's address. A transfer that was under
     * way on it is gone; begin another.
     */
    B0_USB_RESTARTED,
    B0_USB_SUSPENDED, /* nothing on the bus for 3 ms: asleep, or the cable was pulled */
    B0_USB_RESUMED,
};

/* Any may be NULL. `context` is the function's. */
struct b0_usb_handlers {
    /*
     * A class or vendor request, or a standard one that the core does not know. Returns whether it
     * is the function's own; one that no function takes is stalled.
     */
    bool (*control)(void *context, struct b0_usb *usb, const struct boot0_setup *setup);
    /* What became of a request that `control` has taken. Not called for stalled ones. */
    void (*stage)(void *context, struct b0_usb *usb, const struct boot0_setup *setup,
                  enum b0_usb_stage stage);
    void (*event)(void *context, struct b0_usb *usb, enum b0_usb_event event, uint8_t interface,
                  uint8_t value);
    /* The transfer begun by b0_usb_receive() is over, with so many bytes. Begin the next. */
    void (*received)(void *context, struct b0_usb *usb, uint8_t endpoint, size_t size);
    /* The host has taken all that b0_usb_send() gave. */
    void (*sent)(void *context, struct b0_usb *usb, uint8_t endpoint);
};

/*
 * One function of the device. Requests to its interfaces come to it alone, likewise what concerns
 * its endpoints; requests to the device are offered to all in order, events go to all (`interface`
 * is 0 but in B0_USB_ALTERNATE, which goes to the interface's own).
 */
struct b0_usb_function {
    uint8_t first_interface;
    uint8_t interface_count;
    uint8_t endpoints; /* bit n: endpoint number n, both directions */
    const struct b0_usb_handlers *handlers;
    void *context;
};

/* ---- what the device is ---- */

/* The answer to one vendor request to the device: the MS OS 2.0 set, a WebUSB URL. */
struct b0_usb_vendor_answer {
    uint8_t bRequest;
    uint16_t wValue;
    uint16_t wIndex;
    const uint8_t *data;
    uint16_t size;
};

/*
 * Everything constant of a device. Sizes stand in the descriptors themselves (bLength,
 * wTotalLength), which the core believes. Endpoints are opened as the configuration descriptor has
 * them; all alternate settings of an interface must have the same ones, or only the first any.
 */
struct b0_usb_device {
    const uint8_t *device;        /* USB 2.0, 9.6.1 */
    const uint8_t *configuration; /* 9.6.3, with all that belongs to it; the only one */
    const uint8_t *bos;           /* USB 3.2, 9.6.2, or NULL */
    const struct b0_usb_vendor_answer *vendor_answers;
    size_t vendor_answer_count;
    const struct b0_usb_function *functions;
    size_t function_count;
    /*
     * Writes string `index` (1…) as ASCII without a NUL, at most B0_USB_STRING_MAX characters;
     * returns its length, 0 if there is none of that number. Language is US English alone.
     */
    size_t (*string)(void *context, uint8_t index, char *text);
    void *string_context;
    /* Packets that an IN endpoint's FIFO holds, by number: how much b0_usb_send() takes. 0: one. */
    uint8_t in_packets[B0_USB_ENDPOINTS];
};

/* ---- the driver's contract ---- */

enum b0_usb_order {
    B0_USB_OPEN,  /* ready, data toggle 0, nothing under way */
    B0_USB_CLOSE, /* does not answer; a transfer under way is forgotten */
    B0_USB_STALL, /* answers STALL until opened; endpoint 0: until the next SETUP */
};

/* An endpoint as the driver has to set it up. */
struct b0_usb_endpoint {
    uint8_t address;      /* with the direction */
    uint8_t type;         /* bmAttributes: USB 2.0, 9.6.6 */
    uint16_t packet_size; /* wMaxPacketSize */
    uint8_t packets;      /* IN: how many fit its FIFO */
};

/* Six functions, of which only poll() takes notice of the bus. `driver` is usb->driver_context. */
struct b0_usb_driver {
    /*
     * Starts the controller and shows the device to the host, or hides it and stops. Clocks and
     * pins of the controller are the program's to set up before. With `interrupts` the controller
     * raises its interrupt whenever poll() has something to do.
     */
    void (*connect)(void *driver, bool on, bool interrupts);
    /* Calls b0_usb_on_…() for all that has happened, in its order. */
    void (*poll)(void *driver, struct b0_usb *usb);
    /* Takes effect after the status stage, as USB 2.0, 9.4.6 wants; called before it. */
    void (*set_address)(void *driver, uint8_t address);
    /* Endpoint 0, both directions, is open from reset on. */
    void (*endpoint)(void *driver, const struct b0_usb_endpoint *endpoint, enum b0_usb_order order);
    /*
     * Begins a transfer to the host, which is all taken from `data` before it returns. Endpoint 0:
     * one packet. Others: at most as many packets as the FIFO holds; ends with b0_usb_on_sent().
     */
    void (*send)(void *driver, uint8_t endpoint, const uint8_t *data, size_t size);
    /*
     * Allows the host to send: up to `size` bytes into `data`, a multiple of the packet size (for
     * endpoint 0 one packet, or less if less is expected). Ends with b0_usb_on_received() after a
     * short packet or when `data` is full. A packet longer than the room is cut.
     */
    void (*receive)(void *driver, uint8_t endpoint, uint8_t *data, size_t size);
};

/*
 * What the driver tells the core. A SETUP ends whatever was under way on endpoint 0: the driver
 * has thrown away its unsent packet and its receive before it tells.
 */
void b0_usb_on_reset(struct b0_usb *usb);
void b0_usb_on_setup(struct b0_usb *usb, const uint8_t packet[8]);
void b0_usb_on_received(struct b0_usb *usb, uint8_t endpoint, size_t size);
void b0_usb_on_sent(struct b0_usb *usb, uint8_t endpoint);
void b0_usb_on_suspend(struct b0_usb *usb, bool suspended);

/* ---- the core ---- */

/* A device. The caller's; all of it is private. */
struct b0_usb {
    const struct b0_usb_device *device;
    const struct b0_usb_driver *driver;
    void *driver_context;

    uint8_t configuration;
    uint8_t alternates[B0_USB_INTERFACES];
    uint8_t busy[2];   /* a bit an endpoint number with a transfer under way: OUT, IN */
    uint8_t halted[2]; /* likewise, halted by the host */

    uint8_t phase; /* of endpoint 0: enum in control.c */
    bool zero_packet;
    struct boot0_setup setup;
    const struct b0_usb_function *taker; /* who has taken the request, NULL the core itself */
    const uint8_t *source;
    uint8_t *target;
    uint16_t left;
    uint8_t scratch[2 + 2 * B0_USB_STRING_MAX]; /* answers that the core composes */
};

void b0_usb_init(struct b0_usb *usb, const struct b0_usb_device *device,
                 const struct b0_usb_driver *driver, void *driver_context);

/* Shows the device to the host. `interrupts`: see the driver's connect(). */
void b0_usb_connect(struct b0_usb *usb, bool interrupts);
void b0_usb_disconnect(struct b0_usb *usb);

void b0_usb_poll(struct b0_usb *usb);

/* The number of the configuration that the host has set, 0 while there is none. */
uint8_t b0_usb_configuration(const struct b0_usb *usb);

/*
 * A request with data to the host: at most wLength of these bytes, which must stay until
 * B0_USB_FINISHED or B0_USB_DROPPED.
 */
void b0_usb_control_send(struct b0_usb *usb, const uint8_t *data, size_t size);

/* A request with data from the host: its wLength bytes, which the caller must have room for. */
void b0_usb_control_receive(struct b0_usb *usb, uint8_t *data);

/* A request without data, or whose data was received: all is well. */
void b0_usb_control_done(struct b0_usb *usb);

/* Not possible: now, or after the data. */
void b0_usb_control_stall(struct b0_usb *usb);

/* The request that a function has taken and not answered yet, else NULL. */
const struct boot0_setup *b0_usb_control_pending(const struct b0_usb *usb);

/*
 * Begins a transfer to the host on an endpoint other than 0: copies at most in_packets packets; a
 * transfer of less than a packet's multiple, also of 0 bytes, ends the host's read. False while the
 * one before is under way, while halted, and without a configuration.
 */
bool b0_usb_send(struct b0_usb *usb, uint8_t endpoint, const uint8_t *data, size_t size);

/*
 * Allows the host to send on an endpoint other than 0: `size` bytes, a multiple of its packet size,
 * into `data`, until `received` tells. False as above. While nothing is allowed the host gets NAKs.
 */
bool b0_usb_receive(struct b0_usb *usb, uint8_t endpoint, uint8_t *data, size_t size);

#endif
