/* SPDX-License-Identifier: MIT */
/*
 * Whether an update is over when its host seems to be done. Hosts end in different ways, some
 * without a word, and a program that is half written must never start. So the tracker follows two
 * things: what the program's state is, and who may still complete it.
 *
 *   WHOLE ──change──> OPEN ──another host, a silence, a refusal──> DOUBTFUL
 *     ^                │                                              │
 *     └──completed─────┴────────completed, by a new first sector──────┘
 *
 * A conversation is all that one host says. It ends when a host selects a configuration or an
 * interface, when the bus is reset or suspended, and when nothing was heard for B0_SILENCE_US:
 * after any of these another host may be at the other end, which knows nothing of what the first
 * one left.
 */
#ifndef B0_BOOTLOADER_UPDATE_TRACKER_H
#define B0_BOOTLOADER_UPDATE_TRACKER_H

#include <core/bootloader_map.h>

enum {
    /* A host that writes never pauses so long, beyond the poll timeout that it was told. */
    B0_SILENCE_US = 5000000,
    /* Nor one that is done, between its last block and its ABORT. */
    B0_END_PAUSE_US = 1000000,
};

enum b0_tracker_state {
    B0_TRACKER_WHOLE,    /* nothing was changed since the program was completed */
    B0_TRACKER_OPEN,     /* changed, and all of it by the host of this conversation */
    B0_TRACKER_DOUBTFUL, /* changed by a host that may be gone, or otherwise than it ordered */
    B0_TRACKER_STATES
};

enum b0_tracker_event {
    B0_TRACKER_CHANGED,    /* an erase or a block was ordered */
    B0_TRACKER_BROKEN_OFF, /* a request was refused, the journal was erased, the host is gone */
    B0_TRACKER_FAILED,     /* the flash: even what counted as completed may not be */
    B0_TRACKER_COMPLETED,
    B0_TRACKER_EVENTS
};

/* What ends the update: each of these, and all below it. */
enum b0_tracker_end {
    B0_ENDS_BY_ABORT,
    B0_ENDS_BY_LEAVE,   /* after a silence, when nobody knows whose ABORT it is */
    B0_ENDS_BY_SESSION, /* after BEGIN_SESSION: END_SESSION alone */
};

/* What the host did last, as far as an ABORT after it could mean that it is done. */
enum b0_tracker_tail {
    B0_TAIL_OTHER,
    B0_TAIL_BLOCK, /* a block was taken; only GETSTATUS came since */
    B0_TAIL_TOLD,  /* and said dfuDNLOAD-IDLE */
    B0_TAIL_ENDS,  /* and this is the request after that */
};

struct b0_update_tracker {
    uint8_t state;              /* enum b0_tracker_state */
    uint8_t ends_by;            /* enum b0_tracker_end */
    uint8_t tail;               /* enum b0_tracker_tail */
    b0_sectors erased, written; /* of this conversation */
    uint32_t heard_us;          /* when the host was heard last */
    uint32_t patience_us;       /* how long it was told to wait from then on */
};

/* `interrupted`: the journal says that an update was begun. */
void b0_tracker_init(struct b0_update_tracker *tracker, bool interrupted);

void b0_tracker_event(struct b0_update_tracker *tracker, enum b0_tracker_event event);

/* A change is ordered: an event with what it changes. */
void b0_tracker_erase(struct b0_update_tracker *tracker, uint8_t first_sector, uint8_t last_sector);
void b0_tracker_erase_all(struct b0_update_tracker *tracker);
void b0_tracker_write(struct b0_update_tracker *tracker, uint32_t address, uint32_t size);

/* The conversation ends: by another host, or because nobody is heard any more. */
void b0_tracker_new_host(struct b0_update_tracker *tracker);
void b0_tracker_silence(struct b0_update_tracker *tracker);

/* The host asks something, or takes part in what it has asked. */
void b0_tracker_request(struct b0_update_tracker *tracker, uint32_t now_us, bool is_getstatus);
void b0_tracker_heard(struct b0_update_tracker *tracker, uint32_t now_us);
/* It was told dfuDNLOAD-IDLE, or to wait. */
void b0_tracker_told_idle(struct b0_update_tracker *tracker);
void b0_tracker_told_to_wait(struct b0_update_tracker *tracker, uint32_t wait_us);
/* Time passes while nothing is asked. Call it at least once an hour: the clock wraps. */
void b0_tracker_tick(struct b0_update_tracker *tracker, uint32_t now_us);

/* Whether these complete the update: ABORT as the present request, and the order to start. */
bool b0_tracker_abort_completes(const struct b0_update_tracker *tracker);
bool b0_tracker_leave_completes(const struct b0_update_tracker *tracker);

#endif
