/* SPDX-License-Identifier: MIT */
/*
 * Shared by host and device of DFU 1.1: names of states and statuses, the six bytes of GETSTATUS,
 * the functional descriptor, and the device's state table. Freestanding.
 */
#ifndef B0_CORE_DFU_H
#define B0_CORE_DFU_H

#include <boot0/protocol.h>
#include <stdbool.h>
#include <stddef.h>

/* Returns the specification's name: "dfuDNLOAD-IDLE", "errTARGET"; "unknown" past the tables. */
const char *b0_dfu_state_name(unsigned state);
const char *b0_dfu_status_name(unsigned status);
/* Returns the meaning of a status in our own words, for messages. */
const char *b0_dfu_status_text(unsigned status);
/* Returns "GETSTATUS" etc.; "unknown" past the table. */
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
 * The device side as a table (DFU 1.1, annex A): the action for each class request in each state,
 * and the next state. If the next state depends on the result of an operation, the device sets it
 * itself, as the action implies.
 */
enum b0_dfu_action {
    B0_DFU_DO_STALL = 0, /* not allowed: stall, errSTALLEDPKT, dfuERROR; app states just stall */
    B0_DFU_DO_DETACH,    /* start the detach timer */
    B0_DFU_DO_DNLOAD,    /* wLength > 0: take the block; 0 in dfuDNLOAD-IDLE: end of download */
    B0_DFU_DO_UPLOAD,    /* send a block; after a short one, return to dfuIDLE */
    B0_DFU_DO_STATUS,    /* report bStatus and the next state */
    B0_DFU_DO_SYNC,      /* GETSTATUS in a SYNC state: begin or finish the work, then report */
    B0_DFU_DO_STATE,     /* report the state without changing it */
    B0_DFU_DO_CLEAR,     /* clear the status */
    B0_DFU_DO_ABORT,     /* drop the transfer in progress */
};

struct b0_dfu_rule {
    uint8_t action; /* enum b0_dfu_action */
    uint8_t next;   /* enum boot0_dfu_state, after the action if it succeeded */
};

/* Returns the rule for a request in a state; B0_DFU_DO_STALL for unknown states and requests. */
struct b0_dfu_rule b0_dfu_device_rule(unsigned state, unsigned request);

#endif
