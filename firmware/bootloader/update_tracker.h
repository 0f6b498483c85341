/* SPDX-License-Identifier: MIT */
/*
 * Decides whether an update is complete when its host seems to be done. Hosts end in different
 * ways, some without any request, and a partly written program must never start. So the tracker
 * follows two things: the state of the program, and which host can still complete it.
 *
 *   WHOLE ──change──> OPEN ──another host, a silence, a refusal──> DOUBTFUL
 *     ^                │                                              │
 *     └──completed─────┴────────completed, by a new first sector──────┘
 *
 * A conversation is the sequence of requests of one host. It ends when a host selects a
 * configuration or an interface, when the bus is reset or suspended, and when no request comes for
 * B0_SILENCE_US: after any of these the host may be another one, which does not know what the first
 * one left.
 */
#ifndef B0_BOOTLOADER_UPDATE_TRACKER_H
#define B0_BOOTLOADER_UPDATE_TRACKER_H

#include <core/bootloader_map.h>

enum {
    /* A writing host never pauses so long, in addition to its poll timeout. */
    B0_SILENCE_US = 5000000,
    /* Nor does a host that is done, between its last block and its ABORT. */
    B0_END_PAUSE_US = 1000000,
};

enum b0_tracker_state {
    B0_TRACKER_WHOLE,    /* no change since the program was completed */
    B0_TRACKER_OPEN,     /* changed, only by the host of this conversation */
    B0_TRACKER_DOUBTFUL, /* changed by a host that may be gone, or not as it requested */
    B0_TRACKER_STATES
};

enum b0_tracker_event {
    B0_TRACKER_CHANGED,    /* an erase or a block was requested */
    B0_TRACKER_BROKEN_OFF, /* a request was refused, the journal was erased, the host is gone */
    B0_TRACKER_FAILED,     /* by the flash: even a completed update may be damaged */
    B0_TRACKER_COMPLETED,
    B0_TRACKER_EVENTS
};

/* Requests that end the update: each of these and all below it. */
enum b0_tracker_end {
    B0_ENDS_BY_ABORT,
    B0_ENDS_BY_LEAVE,   /* after a silence, when an ABORT may come from another host */
    B0_ENDS_BY_SESSION, /* after BEGIN_SESSION: only END_SESSION */
};

/* The host's last requests, which decide whether a following ABORT can mean that it is done. */
enum b0_tracker_tail {
    B0_TAIL_OTHER,
    B0_TAIL_BLOCK, /* a block was taken; only GETSTATUS came since */
    B0_TAIL_TOLD,  /* and reported dfuDNLOAD-IDLE */
    B0_TAIL_ENDS,  /* and this is the request after that */
};

struct b0_update_tracker {
    uint8_t state;              /* enum b0_tracker_state */
    uint8_t ends_by;            /* enum b0_tracker_end */
    uint8_t tail;               /* enum b0_tracker_tail */
    b0_sectors erased, written; /* in this conversation */
    uint32_t heard_us;          /* time of the host's last request */
    uint32_t patience_us;       /* how long it was told to wait since then */
};

/* `interrupted`: the journal has an update that was begun but not completed. */
void b0_tracker_init(struct b0_update_tracker *tracker, bool interrupted);

void b0_tracker_event(struct b0_update_tracker *tracker, enum b0_tracker_event event);

/* A requested change: an event with the changed sectors. */
void b0_tracker_erase(struct b0_update_tracker *tracker, uint8_t first_sector, uint8_t last_sector);
void b0_tracker_erase_all(struct b0_update_tracker *tracker);
void b0_tracker_write(struct b0_update_tracker *tracker, uint32_t address, uint32_t size);

/* The conversation ends: by another host, or by a silence. */
void b0_tracker_new_host(struct b0_update_tracker *tracker);
void b0_tracker_silence(struct b0_update_tracker *tracker);

/* The host makes a request, or takes part in one. */
void b0_tracker_request(struct b0_update_tracker *tracker, uint32_t now_us, bool is_getstatus);
void b0_tracker_heard(struct b0_update_tracker *tracker, uint32_t now_us);
/* The host was told dfuDNLOAD-IDLE, or to wait. */
void b0_tracker_told_idle(struct b0_update_tracker *tracker);
void b0_tracker_told_to_wait(struct b0_update_tracker *tracker, uint32_t wait_us);
/* Time passes without requests. Call it at least once an hour: the clock wraps. */
void b0_tracker_tick(struct b0_update_tracker *tracker, uint32_t now_us);

/* True if these complete the update: ABORT as the current request, and the request to start. */
bool b0_tracker_abort_completes(const struct b0_update_tracker *tracker);
bool b0_tracker_leave_completes(const struct b0_update_tracker *tracker);

#endif
