/* SPDX-License-Identifier: MIT */
/*
 * The internals of the bus host.
 *
 *   host.c            life, time, the state of what is attached
 *   host_enumerate.c  the requests of enumeration
 *   host_transfer.c   transactions with their timing, control transfers, packets
 */
#ifndef VBOARD_MACHINE_HOST_PRIVATE_H
#define VBOARD_MACHINE_HOST_PRIVATE_H

#include "host.h"

enum {
    HOST_CONFIGURATION_MAX = 1024,
    HOST_STRINGS_MAX = 16,
    HOST_STRING_MAX = 127, /* characters: (255 - 2) / 2, rounded up */
    HOST_DEVICE_SIZE = 18,
    HOST_ADDRESS = 1,
    HOST_STALLS_MAX = 1000, /* then the machine is considered dead */
};

enum host_stage {
    STAGE_SETUP,
    STAGE_DATA,
    STAGE_STATUS,
    STAGE_DONE,
};

/* A control transfer in progress. */
struct host_transfer {
    enum host_stage stage;
    struct boot0_setup setup;
    uint8_t *data;
    size_t moved;
    bool data1; /* of the next packet */
    unsigned errors;
    enum boot0_xfer result;
};

/* A transaction, which may take many tries. */
struct host_attempt {
    uint64_t at_ns; /* not before */
    bool asked;     /* the device answered NAK; the host waits until it is ready */
};

/* The phase of enumeration. */
enum host_phase {
    PHASE_IDLE,
    PHASE_DEBOUNCE, /* the line is still: the device sees suspend after 3 ms */
    PHASE_SETTLE,
    PHASE_RESET,
    PHASE_RECOVERY,
    PHASE_REQUEST,
    PHASE_RESUME,
};

struct host_string {
    uint8_t index;
    uint8_t size;
    char text[HOST_STRING_MAX + 1];
};

struct vboard_host {
    struct vboard_otg *otg;
    struct vboard_host_port port;
    uint64_t now_ns;
    uint64_t frames_ns; /* a frame began then, others each millisecond before and after */
    unsigned stalls;    /* consecutive calls of run() in which no time has passed */

    enum vboard_host_state state;
    enum host_phase phase;
    uint64_t phase_ns; /* when it ends */
    unsigned plug;     /* vboard_otg_connection() of what is attached */
    unsigned connection;
    bool again; /* the bus was reset under a device that was ready */
    unsigned attempts;
    const char *problem;

    /* Enumeration. */
    unsigned step;
    struct host_transfer request;
    uint8_t answer[HOST_CONFIGURATION_MAX];

    uint8_t address;
    uint8_t packet_max; /* of endpoint 0 */
    uint8_t device[HOST_DEVICE_SIZE];
    uint8_t configuration[HOST_CONFIGURATION_MAX];
    size_t configuration_size;
    uint16_t language;
    struct host_string strings[HOST_STRINGS_MAX];
    size_t string_count;
    size_t strings_read;
    uint32_t identity; /* of the descriptors, to recognize a device */

    struct host_attempt attempt;
    uint16_t in_data1; /* expected toggles, a bit per endpoint */
    uint16_t out_data1;
};

/* ---- host.c ---- */

void vboard_host_event(struct vboard_host *host, const char *text);
void vboard_host_report(struct vboard_host *host, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/*
 * Lets time pass until then, or until a watched condition that is false becomes true, or the
 * pull-up changes.
 */
void vboard_host_pass(struct vboard_host *host, uint64_t until_ns, uint32_t watch);
/* Whether the attached device is still there. */
bool vboard_host_present(const struct vboard_host *host);
void vboard_host_enter(struct vboard_host *host, enum host_phase phase, uint64_t duration_ns);

/* ---- host_enumerate.c ---- */

void vboard_host_enumerate_start(struct vboard_host *host);
/* Continues the enumeration until then. */
void vboard_host_enumerate(struct vboard_host *host, uint64_t until_ns);

/* ---- host_transfer.c ---- */

void vboard_host_transfer_start(struct vboard_host *host, struct host_transfer *transfer,
                                const struct boot0_setup *setup, uint8_t *data);
/*
 * Continues the transfer until then at the latest, never past it if `strict`. True: it is over, see
 * `result` and `moved`.
 */
bool vboard_host_transfer(struct vboard_host *host, struct host_transfer *transfer,
                          uint64_t until_ns, bool strict);

#endif
