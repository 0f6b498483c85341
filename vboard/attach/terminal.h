/* SPDX-License-Identifier: MIT */
/*
 * A serial port as clients see it: a pseudo terminal behind a name in the testbed's /dev, with its
 * entries in sysfs and the modem lines that a pseudo terminal lacks. tty.c (a board's UART) and
 * cdc.c (a program's USB serial port) are its other end.
 */
#ifndef VBOARD_TERMINAL_H
#define VBOARD_TERMINAL_H

#include <stdbool.h>
#include <stdint.h>
#include <termios.h>
#include <umockdev.h>

enum {
    VBOARD_TERMINAL_DEVICE_MAX = 160,
};

struct vboard_terminal_place {
    UMockdevTestbed *testbed;
    const char *root; /* the testbed's directory; the caller's */
    GRecMutex *lock;  /* held in all calls, and in all callbacks */
    char name[16];    /* "ttyUSB0" */
    unsigned major;
    unsigned minor;
    /*
     * Below the root: the device that the port belongs to, "sys/devices/…"; the port is in its
     * "tty".
     */
    char device[VBOARD_TERMINAL_DEVICE_MAX];
    char properties[128]; /* lines that udev would add to the port's own */
};

struct vboard_terminal_ops {
    /*
     * The new state of DTR and RTS. The kernel sets both when a port is opened, and clears them
     * when the last client closes it.
     */
    void (*lines)(void *context, bool dtr, bool rts);
    /* There is data for vboard_terminal_read(). */
    void (*readable)(void *context);
    /* A client has changed its settings; vboard_terminal_settings() has them. */
    void (*changed)(void *context);
};

struct vboard_terminal;

/* Makes an unplugged port. */
struct vboard_terminal *vboard_terminal_new(const struct vboard_terminal_place *place,
                                            const struct vboard_terminal_ops *ops, void *context);
/* Frees an unplugged port that no client has open any more. Accepts NULL. */
void vboard_terminal_free(struct vboard_terminal *terminal);

/* Moves an unplugged port to another device, with that device's properties. */
void vboard_terminal_move(struct vboard_terminal *terminal, const char *device,
                          const char *properties);
/* Plugs the port in; false if there is no pseudo terminal for it. Unplugs it: clients hang up. */
bool vboard_terminal_plug(struct vboard_terminal *terminal);
void vboard_terminal_unplug(struct vboard_terminal *terminal);
bool vboard_terminal_plugged(const struct vboard_terminal *terminal);

/* Whether a client has it open. */
bool vboard_terminal_is_open(const struct vboard_terminal *terminal);
/* How many clients have it open, including those that opened it before it was last unplugged. */
unsigned vboard_terminal_clients(const struct vboard_terminal *terminal);

bool vboard_terminal_settings(const struct vboard_terminal *terminal, struct termios *settings);
uint32_t vboard_terminal_baud(const struct termios *settings);

/* Reads what clients have written; 0 if there is nothing. */
size_t vboard_terminal_read(struct vboard_terminal *terminal, uint8_t *bytes, size_t size);
/* Writes data for the clients. False: no client reads, and there is no more room. */
bool vboard_terminal_write(struct vboard_terminal *terminal, const uint8_t *bytes, size_t size);
/* Whether readable() is called: not while the other end has no room for more. */
void vboard_terminal_listen(struct vboard_terminal *terminal, bool wanted);

#endif
