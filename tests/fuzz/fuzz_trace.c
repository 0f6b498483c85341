/* SPDX-License-Identifier: MIT */
/* Records of sessions: read, then replayed to a session as far as they go. */
#include <boot0/boot0.h>
#include <lib/trace/replay.h>
#include <lib/trace/stream.h>

/* The same bytes as a record of a serial port. */
static void play_port(FILE *file)
{
    const struct boot0_uart_options options = {.port = "record"};
    struct boot0_error error = {.code = BOOT0_OK};
    struct boot0_session *session;
    struct boot0_stream stream;
    struct boot0_bus bus;
    uint8_t bytes[512];

    if (b0_replay_stream_read(&stream, file, "record", &error) != BOOT0_OK ||
        boot0_uart_open(&bus, &stream, &options, &error) != BOOT0_OK)
        return;
    if (boot0_session_open(&session, &bus, NULL, NULL, NULL, &error) == BOOT0_OK) {
        boot0_session_read(session, 0x08000000, bytes, sizeof bytes, &error);
        boot0_session_close(session);
    }
    boot0_bus_close(&bus);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct boot0_error error = {.code = BOOT0_OK};
    struct boot0_session *session;
    struct boot0_bus bus;
    uint8_t bytes[4096];
    FILE *file = size ? fmemopen((void *)(uintptr_t)data, size, "r") : NULL;

    if (!file)
        return 0;
    if (b0_replay_read(&bus, file, "record", &error) == BOOT0_OK &&
        boot0_session_open(&session, &bus, NULL, NULL, NULL, &error) == BOOT0_OK) {
        boot0_session_read(session, 0x08000000, bytes, sizeof bytes, &error);
        boot0_session_close(session);
    }
    boot0_bus_close(&bus);
    rewind(file);
    play_port(file);
    fclose(file);
    return 0;
}
