/* SPDX-License-Identifier: MIT */
/* Names of the codes of DFU 1.1, and the six bytes of GETSTATUS. */
#include "dfu.h"
#include "array.h"
#include "bytes.h"

static const char *const state_names[] = {
    "appIDLE",        "appDETACH",        "dfuIDLE",     "dfuDNLOAD-SYNC",         "dfuDNBUSY",
    "dfuDNLOAD-IDLE", "dfuMANIFEST-SYNC", "dfuMANIFEST", "dfuMANIFEST-WAIT-RESET", "dfuUPLOAD-IDLE",
    "dfuERROR",
};
_Static_assert(B0_LENGTH(state_names) == BOOT0_DFU_STATE_COUNT, "each state has a name");

static const char *const request_names[] = {
    "DETACH", "DNLOAD", "UPLOAD", "GETSTATUS", "CLRSTATUS", "GETSTATE", "ABORT",
};
_Static_assert(B0_LENGTH(request_names) == BOOT0_DFU_REQUEST_COUNT, "each request has a name");

/* DFU 1.1, 6.1.2; the second column is our wording. */
static const struct {
    const char *name;
    const char *text;
} statuses[] = {
    {"OK", "no error"},
    {"errTARGET", "the address or file is not for this target"},
    {"errFILE", "the file is for this vendor, but fails a check of the device"},
    {"errWRITE", "the memory could not be written"},
    {"errERASE", "the memory could not be erased"},
    {"errCHECK_ERASED", "the memory is not blank after the erase"},
    {"errPROG", "programming the memory failed"},
    {"errVERIFY", "the memory differs from what was programmed"},
    {"errADDRESS", "the address is out of range"},
    {"errNOTDONE", "the download ended before the device had all of it"},
    {"errFIRMWARE", "the device's firmware is damaged; it can only be upgraded"},
    {"errVENDOR", "a vendor-specific error (on STM32: read protection is on)"},
    {"errUSBR", "an unexpected USB reset was detected"},
    {"errPOR", "an unexpected power-on reset was detected"},
    {"errUNKNOWN", "an error of unknown cause"},
    {"errSTALLEDPKT", "the device refused an unexpected request"},
};
_Static_assert(B0_LENGTH(statuses) == BOOT0_DFU_STATUS_COUNT, "each status has a row");

const char *b0_dfu_state_name(unsigned state)
{
    return state < B0_LENGTH(state_names) ? state_names[state] : "unknown";
}

const char *b0_dfu_status_name(unsigned status)
{
    return status < B0_LENGTH(statuses) ? statuses[status].name : "unknown";
}

const char *b0_dfu_status_text(unsigned status)
{
    return status < B0_LENGTH(statuses) ? statuses[status].text
                                        : "a status that DFU 1.1 does not know";
}

const char *b0_dfu_request_name(unsigned request)
{
    return request < B0_LENGTH(request_names) ? request_names[request] : "unknown";
}

void b0_dfu_status_store(const struct b0_dfu_status *status, uint8_t bytes[BOOT0_DFU_STATUS_SIZE])
{
    const uint32_t longest = 0xffffff;

    bytes[0] = status->status;
    b0_store24(bytes + 1, status->poll_timeout_ms < longest ? status->poll_timeout_ms : longest);
    bytes[4] = status->state;
    bytes[5] = status->string;
}

struct b0_dfu_status b0_dfu_status_load(const uint8_t bytes[BOOT0_DFU_STATUS_SIZE])
{
    return (struct b0_dfu_status){
        .status = bytes[0],
        .poll_timeout_ms = b0_load24(bytes + 1),
        .state = bytes[4],
        .string = bytes[5],
    };
}
