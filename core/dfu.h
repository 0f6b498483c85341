/* SPDX-License-Identifier: MIT */
/*
 * What host and device of DFU 1.1 both need: names of states and statuses, the six bytes of
 * GETSTATUS, the functional descriptor, and the device's state table. Freestanding.
 */
#ifndef B0_CORE_DFU_H
#define B0_CORE_DFU_H

#include <boot0/protocol.h>
#include <stdbool.h>
#include <stddef.h>

/* "dfuDNLOAD-IDLE", "errTARGET" as the specification writes them; "unknown" past the tables. */
const char *b0_dfu_state_name(unsigned state);
const char *b0_dfu_status_name(unsigned status);
/* The specification's meaning of a status in a few words of our own, for messages. */
const char *b0_dfu_status_text(unsigned status);
/* "GETSTATUS"; "unknown" past the table. */
const char *b0_dfu_request_name(unsigned request);

/* DFU 1.1, 6.1.2: the answer to GETSTATUS. */
struct b0_dfu_status {
    uint8_t status;
    uint32_t poll_timeout_ms; /* 24 bits on the wire */
    uint8_t state;
    uint8_t string;
};

void b0_dfu_status_store(const struct b0_dfu_status *status, uint8_t bytes[BOOT0_DFU_STATUS_SIZE]);
struct b0_dfu_status b0_dfu_status_load(const uint8_t bytes[BOOT0_DFU_STATUS_SIZE]);

/* DFU 1.1, table 4.2. */
struct b0_dfu_functional {
    uint8_t attributes; /* BOOT0_DFU_CAN_DOWNLOAD … */
    uint16_t detach_timeout_ms;
    uint16_t transfer_size;
    uint16_t version; /* bcdDFUVersion; 0x0100 if the descriptor has only 7 bytes */
};

/*
 * The device's side, as a table (DFU 1.1, annex A): what a device does with each class request in
 * each state, and the state that follows at once. Where the state that follows depends on how an
 * operation ends, the device sets it itself and the table says so by the action.
 */
enum b0_dfu_action {
    B0_DFU_DO_STALL = 0, /* not allowed: stall, errSTALLEDPKT, dfuERROR; app states just stall */
    B0_DFU_DO_DETACH,    /* start the detach timer */
    B0_DFU_DO_DNLOAD,    /* wLength > 0: take the block; wLength 0: DNLOAD_END in dfuDNLOAD-IDLE */
    B0_DFU_DO_UPLOAD,    /* send a block; a short one goes back to dfuIDLE */
    B0_DFU_DO_STATUS,    /* report bStatus and the state that follows */
    B0_DFU_DO_SYNC,      /* GETSTATUS in a SYNC state: begin or finish the work, then report */
    B0_DFU_DO_STATE,     /* report the state, no change */
    B0_DFU_DO_CLEAR,     /* clear the status */
    B0_DFU_DO_ABORT,     /* drop what was going on */
};

struct b0_dfu_rule {
    uint8_t action; /* enum b0_dfu_action */
    uint8_t next;   /* enum boot0_dfu_state, after the action if it went well */
};

/* The rule for a request in a state. Unknown states and requests give B0_DFU_DO_STALL. */
struct b0_dfu_rule b0_dfu_device_rule(unsigned state, unsigned request);

#endif
