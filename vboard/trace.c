/*
 * The trace: one line a transfer, one line an event.
 *
 *     1.234567 f407 out DNLOAD value=0x0002 index=0 length=2048 ok [dfuDNLOAD-SYNC] 00 00 02 20 …
 *     1.234700 f407 --- program 0x08000000, 2048 bytes, 32768 us
 */
#include "board.h"

#include <stdarg.h>

enum {
    SHOWN_BYTES = 16,
};

static const char *standard_name(uint8_t request)
{
    static const char *const names[] = {
        [B0_USB_GET_STATUS] = "GET_STATUS",
        [B0_USB_CLEAR_FEATURE] = "CLEAR_FEATURE",
        [B0_USB_SET_FEATURE] = "SET_FEATURE",
        [B0_USB_SET_ADDRESS] = "SET_ADDRESS",
        [B0_USB_GET_DESCRIPTOR] = "GET_DESCRIPTOR",
        [B0_USB_SET_DESCRIPTOR] = "SET_DESCRIPTOR",
        [B0_USB_GET_CONFIGURATION] = "GET_CONFIGURATION",
        [B0_USB_SET_CONFIGURATION] = "SET_CONFIGURATION",
        [B0_USB_GET_INTERFACE] = "GET_INTERFACE",
        [B0_USB_SET_INTERFACE] = "SET_INTERFACE",
    };

    if (request >= sizeof names / sizeof names[0] || !names[request])
        return "unknown";
    return names[request];
}

static void print_head(const struct vboard *board, uint64_t at_us)
{
    fprintf(board->trace, "%5u.%06u %s ", (unsigned)(at_us / 1000000), (unsigned)(at_us % 1000000),
            vboard_name(board));
}

static bool is_class(const struct boot0_setup *setup)
{
    return (setup->request_type & B0_USB_TYPE_MASK) == B0_USB_TYPE_CLASS;
}

static void print_dfu(const struct vboard *board, const struct boot0_setup *setup,
                      const uint8_t *data, size_t actual)
{
    if (setup->request == B0_DFU_GETSTATUS && actual == B0_DFU_STATUS_SIZE) {
        struct b0_dfu_status status = b0_dfu_status_load(data);

        fprintf(board->trace, " [%s %s %u ms]", b0_dfu_status_name(status.status),
                b0_dfu_state_name(status.state), (unsigned)status.poll_timeout_ms);
    } else {
        fprintf(board->trace, " [%s]", b0_dfu_state_name(board->dfu.state));
    }
}

void vboard_trace_transfer(const struct vboard *board, const struct boot0_setup *setup,
                           const uint8_t *data, size_t actual, enum boot0_xfer result,
                           uint64_t start_us)
{
    static const char *const results[] = {
        [B0_XFER_OK] = "ok",     [B0_XFER_STALL] = "STALL", [B0_XFER_TIMEOUT] = "TIMEOUT",
        [B0_XFER_GONE] = "GONE", [B0_XFER_ERROR] = "ERROR",
    };
    bool in = setup->request_type & B0_USB_DIR_IN;

    if (!board->trace)
        return;
    print_head(board, start_us);
    fprintf(board->trace, "%s %s value=0x%04x index=%u length=%u", in ? "in " : "out",
            is_class(setup) ? b0_dfu_request_name(setup->request) : standard_name(setup->request),
            setup->value, setup->index, setup->length);
    if (in && result == B0_XFER_OK && actual != setup->length)
        fprintf(board->trace, " actual=%u", (unsigned)actual);
    fprintf(board->trace, " %s", results[result]);
    if (is_class(setup) && result != B0_XFER_GONE)
        print_dfu(board, setup, data, actual);
    for (size_t i = 0; i < actual && i < SHOWN_BYTES; i++)
        fprintf(board->trace, " %02x", data[i]);
    fprintf(board->trace, actual > SHOWN_BYTES ? " ...\n" : "\n");
}

void vboard_trace(const struct vboard *board, const char *format, ...)
{
    va_list arguments;

    if (!board->trace)
        return;
    print_head(board, board->now_us);
    fprintf(board->trace, "--- ");
    va_start(arguments, format);
    vfprintf(board->trace, format, arguments);
    va_end(arguments);
    fputc('\n', board->trace);
}
