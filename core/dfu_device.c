/* SPDX-License-Identifier: MIT */
/*
 * The device's state table: DFU 1.1, annex A.2, one row per state and one column per class request,
 * and a last column for requests that DFU does not define.
 *
 * Annex A has conditions that a table of (state, request) cannot express. The device implements
 * them on top of the row:
 * - DNLOAD of length 0 is an error in dfuIDLE and leads to dfuMANIFEST-SYNC in dfuDNLOAD-IDLE;
 *   UPLOAD of length 0 is an error.
 * - Without bitCanDnload or bitCanUpload the request is an error (A.2.3).
 * - An upload that sends less than wLength returns to dfuIDLE (A.2.10). Annex A has that in
 *   dfuUPLOAD-IDLE only; a device whose first block is short does the same, otherwise a host
 *   would have to abort a finished upload.
 * - GETSTATUS in a SYNC state answers dfuDNBUSY or dfuMANIFEST while the work lasts; the row has
 *   the state after it (dfuIDLE after manifestation only if the device tolerates it).
 * - dfuDNBUSY and dfuMANIFEST end by themselves when the poll timeout is over: back to the SYNC
 *   state, or to dfuMANIFEST-WAIT-RESET. A device that tolerates early polling changes state
 *   before it looks up a GETSTATUS.
 */
#include "array.h"
#include "dfu.h"

#define DO(action, next)                                                                           \
    {                                                                                              \
        B0_DFU_DO_##action, BOOT0_DFU_STATE_##next                                                 \
    }
#define REFUSE DO(STALL, ERROR)

/* A row without all eight columns does not compile. */
#define ROW(detach, dnload, upload, getstatus, clrstatus, getstate, abort, other)                  \
    {                                                                                              \
        [BOOT0_DFU_DETACH] = detach, [BOOT0_DFU_DNLOAD] = dnload, [BOOT0_DFU_UPLOAD] = upload,     \
        [BOOT0_DFU_GETSTATUS] = getstatus, [BOOT0_DFU_CLRSTATUS] = clrstatus,                      \
        [BOOT0_DFU_GETSTATE] = getstate, [BOOT0_DFU_ABORT] = abort,                                \
        [BOOT0_DFU_REQUEST_COUNT] = other,                                                         \
    }

/* clang-format off */
static const struct b0_dfu_rule rules[][BOOT0_DFU_REQUEST_COUNT + 1] = {
    /* appIDLE: A.2.1. A refused request does not change the state. */
    ROW(/* DETACH    */ DO(DETACH, APP_DETACH),
        /* DNLOAD    */ DO(STALL, APP_IDLE),
        /* UPLOAD    */ DO(STALL, APP_IDLE),
        /* GETSTATUS */ DO(STATUS, APP_IDLE),
        /* CLRSTATUS */ DO(STALL, APP_IDLE),
        /* GETSTATE  */ DO(STATE, APP_IDLE),
        /* ABORT     */ DO(STALL, APP_IDLE),
        /* other     */ DO(STALL, APP_IDLE)),
    /* appDETACH: A.2.2. Any other request cancels the detach. */
    ROW(/* DETACH    */ DO(STALL, APP_IDLE),
        /* DNLOAD    */ DO(STALL, APP_IDLE),
        /* UPLOAD    */ DO(STALL, APP_IDLE),
        /* GETSTATUS */ DO(STATUS, APP_DETACH),
        /* CLRSTATUS */ DO(STALL, APP_IDLE),
        /* GETSTATE  */ DO(STATE, APP_DETACH),
        /* ABORT     */ DO(STALL, APP_IDLE),
        /* other     */ DO(STALL, APP_IDLE)),
    /* dfuIDLE: A.2.3 */
    ROW(/* DETACH    */ REFUSE,
        /* DNLOAD    */ DO(DNLOAD, DNLOAD_SYNC),
        /* UPLOAD    */ DO(UPLOAD, UPLOAD_IDLE),
        /* GETSTATUS */ DO(STATUS, IDLE),
        /* CLRSTATUS */ REFUSE,
        /* GETSTATE  */ DO(STATE, IDLE),
        /* ABORT     */ DO(ABORT, IDLE),
        /* other     */ REFUSE),
    /* dfuDNLOAD-SYNC: A.2.4 */
    ROW(/* DETACH    */ REFUSE,
        /* DNLOAD    */ REFUSE,
        /* UPLOAD    */ REFUSE,
        /* GETSTATUS */ DO(SYNC, DNLOAD_IDLE),
        /* CLRSTATUS */ REFUSE,
        /* GETSTATE  */ DO(STATE, DNLOAD_SYNC),
        /* ABORT     */ REFUSE,
        /* other     */ REFUSE),
    /* dfuDNBUSY: A.2.5 */
    ROW(REFUSE, REFUSE, REFUSE, REFUSE, REFUSE, REFUSE, REFUSE, REFUSE),
    /* dfuDNLOAD-IDLE: A.2.6 */
    ROW(/* DETACH    */ REFUSE,
        /* DNLOAD    */ DO(DNLOAD, DNLOAD_SYNC),
        /* UPLOAD    */ REFUSE,
        /* GETSTATUS */ DO(STATUS, DNLOAD_IDLE),
        /* CLRSTATUS */ REFUSE,
        /* GETSTATE  */ DO(STATE, DNLOAD_IDLE),
        /* ABORT     */ DO(ABORT, IDLE),
        /* other     */ REFUSE),
    /* dfuMANIFEST-SYNC: A.2.7 */
    ROW(/* DETACH    */ REFUSE,
        /* DNLOAD    */ REFUSE,
        /* UPLOAD    */ REFUSE,
        /* GETSTATUS */ DO(SYNC, IDLE),
        /* CLRSTATUS */ REFUSE,
        /* GETSTATE  */ DO(STATE, MANIFEST_SYNC),
        /* ABORT     */ REFUSE,
        /* other     */ REFUSE),
    /* dfuMANIFEST: A.2.8 */
    ROW(REFUSE, REFUSE, REFUSE, REFUSE, REFUSE, REFUSE, REFUSE, REFUSE),
    /*
     * dfuMANIFEST-WAIT-RESET: A.2.9. Only a reset leaves this state; errors do not lead to
     * dfuERROR.
     */
    ROW(/* DETACH    */ DO(STALL, MANIFEST_WAIT_RESET),
        /* DNLOAD    */ DO(STALL, MANIFEST_WAIT_RESET),
        /* UPLOAD    */ DO(STALL, MANIFEST_WAIT_RESET),
        /* GETSTATUS */ DO(STALL, MANIFEST_WAIT_RESET),
        /* CLRSTATUS */ DO(STALL, MANIFEST_WAIT_RESET),
        /* GETSTATE  */ DO(STALL, MANIFEST_WAIT_RESET),
        /* ABORT     */ DO(STALL, MANIFEST_WAIT_RESET),
        /* other     */ DO(STALL, MANIFEST_WAIT_RESET)),
    /* dfuUPLOAD-IDLE: A.2.10 */
    ROW(/* DETACH    */ REFUSE,
        /* DNLOAD    */ REFUSE,
        /* UPLOAD    */ DO(UPLOAD, UPLOAD_IDLE),
        /* GETSTATUS */ DO(STATUS, UPLOAD_IDLE),
        /* CLRSTATUS */ REFUSE,
        /* GETSTATE  */ DO(STATE, UPLOAD_IDLE),
        /* ABORT     */ DO(ABORT, IDLE),
        /* other     */ REFUSE),
    /* dfuERROR: A.2.11 */
    ROW(/* DETACH    */ REFUSE,
        /* DNLOAD    */ REFUSE,
        /* UPLOAD    */ REFUSE,
        /* GETSTATUS */ DO(STATUS, ERROR),
        /* CLRSTATUS */ DO(CLEAR, IDLE),
        /* GETSTATE  */ DO(STATE, ERROR),
        /* ABORT     */ REFUSE,
        /* other     */ REFUSE),
};
/* clang-format on */
_Static_assert(B0_LENGTH(rules) == BOOT0_DFU_STATE_COUNT, "each state has a row");

struct b0_dfu_rule b0_dfu_device_rule(unsigned state, unsigned request)
{
    if (state >= BOOT0_DFU_STATE_COUNT)
        return (struct b0_dfu_rule)REFUSE;
    return rules[state][request < BOOT0_DFU_REQUEST_COUNT ? request : BOOT0_DFU_REQUEST_COUNT];
}
