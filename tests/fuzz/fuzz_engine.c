/* SPDX-License-Identifier: MIT */
/* The host engine, fed with answers from a fuzzer in place of a board: every operation ends. */
#include <core/engine.h>

#include <stdlib.h>
#include <string.h>

enum {
    STEPS_MAX = 100000,
    SIZE = 10000,
};

struct input {
    const uint8_t *data;
    size_t size;
    size_t at;
};

static uint8_t take(struct input *in)
{
    return in->at < in->size ? in->data[in->at++] : 0;
}

static void begin(struct b0_engine *engine, uint8_t what, uint8_t *buffer)
{
    switch (what % 8) {
    case 0:
        b0_engine_idle(engine);
        break;
    case 1:
        b0_engine_write(engine, 0x08000000, buffer, SIZE);
        break;
    case 2:
        b0_engine_read(engine, 0xffffffff - SIZE + 1, buffer, SIZE);
        break;
    case 3:
        b0_engine_leave(engine, 0x08000000);
        break;
    case 4:
        b0_engine_download(engine, buffer, SIZE);
        break;
    case 5:
        b0_engine_upload(engine, buffer, SIZE);
        break;
    case 6:
        b0_engine_erase(engine, 0x08000000);
        break;
    default:
        b0_engine_mass_erase(engine);
    }
}

static void answer(struct b0_engine *engine, const struct b0_engine_step *step, struct input *in,
                   uint64_t *now_us)
{
    uint8_t how = take(in);
    enum boot0_xfer result = how < 0xe0 ? BOOT0_XFER_OK : (enum boot0_xfer)(1 + how % 4);
    size_t actual = how < 0xd0 ? step->setup.wLength : how % (step->setup.wLength + 1u);

    if (step->kind == B0_STEP_WAIT)
        *now_us += step->wait_us;
    else if (step->setup.bmRequestType & 0x80)
        for (size_t i = 0; i < actual && i < 6; i++)
            step->data[i] = take(in);
    b0_engine_feed(engine, result, result == BOOT0_XFER_OK ? actual : 0, *now_us);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = {data, size, 0};
    struct b0_engine_config config = {.interface = 0};
    struct b0_engine engine;
    struct b0_engine_step step;
    uint8_t *buffer = calloc(1, SIZE);
    uint64_t now_us = 0;
    uint8_t flags = take(&in);

    config.dfuse = flags & 1;
    config.quirks.poll_early = flags & 2;
    config.quirks.poll_once = flags & 4;
    config.quirks.busy_forever = flags & 8;
    config.quirks.no_block_jump = flags & 16;
    config.transfer_size = (uint16_t)(1u << (flags >> 5) << 5);
    b0_engine_init(&engine, &config);
    for (int i = 0; i < 3; i++) {
        int steps = 0;

        begin(&engine, take(&in), buffer);
        while (b0_engine_next(&engine, now_us, &step) < B0_STEP_DONE) {
            now_us += 50;
            answer(&engine, &step, &in, &now_us);
            if (++steps > STEPS_MAX)
                abort();
        }
    }
    free(buffer);
    return 0;
}
