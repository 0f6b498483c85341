/* Records of sessions: read, then played back to a session as far as they go. */
#include <boot0/boot0.h>
#include <lib/trace/replay.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct boot0_error error = {B0_OK, "", ""};
    struct boot0_session *session;
    struct boot0_bus bus;
    uint8_t bytes[4096];
    FILE *file = size ? fmemopen((void *)(uintptr_t)data, size, "r") : NULL;

    if (!file)
        return 0;
    if (b0_replay_read(&bus, file, "record", &error) == B0_OK &&
        boot0_session_open(&session, &bus, NULL, NULL, NULL, &error) == B0_OK) {
        boot0_session_read(session, 0x08000000, bytes, sizeof bytes, &error);
        boot0_session_close(session);
    }
    boot0_bus_close(&bus);
    fclose(file);
    return 0;
}
