/* SPDX-License-Identifier: MIT */
/*
 * The bus host for a running program: it owns the bus's timing. It waits for the pull-up, resets,
 * reads descriptors, assigns an address and sets the configuration as the kernel of a PC does. Then
 * it serves control transfers and packets, transaction by transaction, in virtual time. All time
 * passes in run(), in which the device's CPU works.
 *
 * One call at a time; run() must not call back into the host.
 */
#ifndef VBOARD_MACHINE_HOST_H
#define VBOARD_MACHINE_HOST_H

#include "otg.h"
#include <boot0/transport.h>

struct vboard_host;

struct vboard_host_port {
    void *context;
    /*
     * Lets the device work until a point in time, or less: it may return early after a progress()
     * call to the controller's port, or when the machine has lost power (VBUS must be off then).
     * Returns the present time, which never goes back and is never past until_ns. Returns at once
     * if until_ns is not after now. If time stands still for long, the host considers the machine
     * dead: transfers end with BOOT0_XFER_GONE, idle() returns early.
     */
    uint64_t (*run)(void *context, uint64_t until_ns);
    /* The device broke the rules of the bus: wrong toggle, babble, bad descriptors. */
    void (*violation)(void *context, const char *text);
    /* For a trace: "connected", "reset", "configured", why it failed. NULL: not wanted. */
    void (*event)(void *context, const char *text);
};

/* now_ns: the present time. NULL: no memory. The controller must outlive the host. */
struct vboard_host *vboard_host_new(struct vboard_otg *otg, const struct vboard_host_port *port,
                                    uint64_t now_ns);
void vboard_host_free(struct vboard_host *host);

enum vboard_host_state {
    VBOARD_HOST_DETACHED,  /* no pull-up */
    VBOARD_HOST_ATTACHING, /* debounce, reset, enumeration */
    VBOARD_HOST_READY,     /* configured: transfers may be made */
    VBOARD_HOST_SUSPENDED,
    VBOARD_HOST_FAILED, /* enumeration failed; until it is unplugged or the bus is reset */
};
enum vboard_host_state vboard_host_state(const struct vboard_host *host);
/* Grows when a device becomes ready that was not there before: handles to the old one are dead. */
unsigned vboard_host_connection(const struct vboard_host *host);
/* Why enumeration failed; NULL if it did not. */
const char *vboard_host_problem(const struct vboard_host *host);

/*
 * Lets time pass without transfers: the device works, comes and goes, is enumerated. Returns the
 * time at the end: until_ns, or less if the state has changed. After a change to READY or DETACHED
 * the caller probably wants to look before it continues.
 */
uint64_t vboard_host_idle(struct vboard_host *host, uint64_t until_ns);
uint64_t vboard_host_now_ns(const struct vboard_host *host);

/*
 * The descriptors that enumeration has read: device, then configuration. Returns the length, at
 * most size.
 */
size_t vboard_host_descriptors(const struct vboard_host *host, uint8_t *bytes, size_t size);
/* A string that one of these refers to, in ASCII, NUL-terminated. Returns the length; 0: none. */
size_t vboard_host_string(const struct vboard_host *host, uint8_t index, char *text, size_t size);

/*
 * One control transfer on endpoint 0, like struct boot0_transport_ops::control. Gives up at the
 * deadline (BOOT0_XFER_TIMEOUT), at the latest VBOARD_HOST_PATIENCE_NS from now.
 */
#define VBOARD_HOST_PATIENCE_NS UINT64_C(60000000000)
enum boot0_xfer vboard_host_control(struct vboard_host *host, const struct boot0_setup *setup,
                                    uint8_t *data, size_t *actual, uint64_t deadline_ns);

/*
 * One packet on another endpoint (number without the direction bit). BOOT0_XFER_TIMEOUT: the device
 * answered NAK until the deadline; it is asked at least once. in(): `data` has room for
 * VBOARD_OTG_PACKET_MAX bytes. The host keeps the toggles: they follow SET_CONFIGURATION,
 * SET_INTERFACE and CLEAR_FEATURE that go through vboard_host_control().
 */
enum boot0_xfer vboard_host_in(struct vboard_host *host, uint8_t endpoint, uint8_t *data,
                               size_t *actual, uint64_t deadline_ns);
enum boot0_xfer vboard_host_out(struct vboard_host *host, uint8_t endpoint, const uint8_t *data,
                                size_t size, uint64_t deadline_ns);

/*
 * Resets the bus and enumerates again, like libusb_reset_device(). True if the same device is ready
 * afterwards; if not, see the state: idle() continues.
 */
bool vboard_host_bus_reset(struct vboard_host *host);
/* Suspends the bus; resumes it. idle() resumes a device that signals remote wake-up. */
void vboard_host_suspend(struct vboard_host *host);
void vboard_host_resume(struct vboard_host *host);

#endif
