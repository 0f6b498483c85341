/* SPDX-License-Identifier: MIT */
/* A stream that records the traffic of another one: the recording of a board on a serial port. */
#include "stream.h"
#include <base/trace_line.h>

#include <stdlib.h>

struct recorder {
    struct boot0_stream stream; /* owned: the recorded stream */
    FILE *file;
    const char *who;
    uint64_t start_us;
};

static uint64_t now_us(void *context)
{
    const struct recorder *recorder = context;

    return recorder->stream.ops->now_us(recorder->stream.context);
}

static void write_bytes(FILE *file, const uint8_t *bytes, size_t size)
{
    for (size_t i = 0; i < size; i++)
        fprintf(file, " %02x", bytes[i]);
    fputc('\n', file);
}

/*
 * Writes "    0.104500 /dev/ttyUSB0 in  length=1 ok"; the time is that of the end of the transfer.
 */
static void write_head(struct recorder *recorder, const char *way, size_t size,
                       enum boot0_xfer result)
{
    b0_trace_write_head(recorder->file, now_us(recorder) - recorder->start_us, recorder->who);
    fprintf(recorder->file, "%s length=%u %s", way, (unsigned)size, b0_trace_result_name(result));
}

static enum boot0_xfer send_bytes(void *context, const uint8_t *bytes, size_t size,
                                  uint32_t timeout_ms)
{
    struct recorder *recorder = context;
    enum boot0_xfer result =
        recorder->stream.ops->send(recorder->stream.context, bytes, size, timeout_ms);

    write_head(recorder, "out", size, result);
    write_bytes(recorder->file, bytes, size);
    return result;
}

static enum boot0_xfer receive(void *context, uint8_t *bytes, size_t size, size_t *actual,
                               uint32_t timeout_ms)
{
    struct recorder *recorder = context;
    enum boot0_xfer result =
        recorder->stream.ops->receive(recorder->stream.context, bytes, size, actual, timeout_ms);

    write_head(recorder, "in ", size, result);
    write_bytes(recorder->file, bytes, *actual);
    return result;
}

static enum boot0_xfer set(void *context, const struct boot0_line *line)
{
    struct recorder *recorder = context;
    enum boot0_xfer result = recorder->stream.ops->set(recorder->stream.context, line);

    b0_trace_write_head(recorder->file, now_us(recorder) - recorder->start_us, recorder->who);
    fprintf(recorder->file, "set baud=%u dtr=%d rts=%d %s\n", (unsigned)line->baud, line->dtr,
            line->rts, b0_trace_result_name(result));
    return result;
}

static void wait_us(void *context, uint32_t microseconds)
{
    struct recorder *recorder = context;

    recorder->stream.ops->wait(recorder->stream.context, microseconds);
}

static void close_stream(void *context)
{
    struct recorder *recorder = context;

    fflush(recorder->file);
    recorder->stream.ops->close(recorder->stream.context);
    free(recorder);
}

static const struct boot0_stream_ops recorder_ops = {
    .send = send_bytes,
    .receive = receive,
    .set = set,
    .wait = wait_us,
    .now_us = now_us,
    .close = close_stream,
};

enum boot0_status b0_trace_stream(struct boot0_stream *stream, FILE *file, const char *who,
                                  uint64_t at_us, struct boot0_error *error)
{
    struct recorder *recorder = calloc(1, sizeof *recorder);

    if (!recorder)
        return boot0_fail(error, BOOT0_E_MEMORY, "out of memory for the record");
    *recorder = (struct recorder){*stream, file, who, 0};
    recorder->start_us = now_us(recorder) - at_us;
    *stream = (struct boot0_stream){&recorder_ops, recorder};
    return BOOT0_OK;
}
