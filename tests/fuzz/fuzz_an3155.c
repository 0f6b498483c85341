/* SPDX-License-Identifier: MIT */
/* The UART host engine, fed with answers from a fuzzer in place of a board: every operation ends.
 */
#include <core/an3155.h>

#include <stdlib.h>
#include <string.h>

enum {
    STEPS_MAX = 200000,
    SIZE = 3000,
    OPERATIONS = 4,
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

static void begin(struct b0_an3155 *engine, uint8_t what, uint8_t *buffer)
{
    switch (what % 12) {
    case 0:
        b0_an3155_connect(engine);
        break;
    case 1:
        b0_an3155_write(engine, 0x08000000u + what, buffer, SIZE);
        break;
    case 2:
        b0_an3155_read(engine, 0xffffffffu - SIZE + 1, buffer, SIZE);
        break;
    case 3:
        b0_an3155_go(engine, 0x08000000);
        break;
    case 4:
        b0_an3155_erase_pages(engine, (uint16_t)(what * 257u), 300);
        break;
    case 5:
        b0_an3155_erase_whole(engine, B0_AN3155_ALL);
        break;
    case 6:
        b0_an3155_erase_whole(engine, B0_AN3155_BANK_2);
        break;
    case 7:
        b0_an3155_write_protect(engine, buffer, what);
        break;
    case 8:
        b0_an3155_readout_unprotect(engine);
        break;
    case 9:
        b0_an3155_checksum(engine, 0x08000000, 1024);
        break;
    case 10:
        b0_an3155_version(engine);
        break;
    default:
        b0_an3155_settle(engine);
    }
}

/* Mostly a board's valid answers; otherwise no operation would get far. */
static void answer(struct b0_an3155 *engine, const struct b0_an3155_step *step, struct input *in,
                   uint64_t *now_us)
{
    uint8_t how = take(in);
    enum boot0_xfer result = how < 0xc0 ? BOOT0_XFER_OK : (enum boot0_xfer)(1 + how % 4);
    size_t actual = result == BOOT0_XFER_OK ? step->size : how % step->size;

    if (step->kind == B0_AN3155_RECEIVE) {
        for (size_t i = 0; i < actual; i++)
            step->receive[i] = how < 0x80 && step->size == 1 ? (uint8_t)B0_AN3155_ACK : take(in);
        if (result == BOOT0_XFER_TIMEOUT)
            *now_us += (uint64_t)step->timeout_ms * 1000;
    }
    b0_an3155_feed(engine, result, actual, *now_us);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = {data, size, 0};
    struct b0_an3155_config config = {.baud = 115200};
    struct b0_an3155 engine;
    struct b0_an3155_step step;
    uint8_t *buffer = calloc(1, SIZE);
    uint64_t now_us = 0;
    uint8_t flags = take(&in);

    if (!buffer)
        abort();
    config.align = (uint8_t)(1u << (flags & 3) << 2);
    b0_an3155_init(&engine, &config);
    if (flags & 0x80)
        memset(engine.commands, 0xff, sizeof engine.commands);
    for (int i = 0; i < OPERATIONS; i++) {
        int steps = 0, limit = take(&in) == 0xff ? 5 : STEPS_MAX;

        begin(&engine, take(&in), buffer);
        while (b0_an3155_next(&engine, now_us, &step) < B0_AN3155_DONE && steps++ < limit) {
            if (step.size == 0 || steps >= STEPS_MAX)
                abort();
            now_us += 50;
            answer(&engine, &step, &in, &now_us);
        }
        if (engine.done > SIZE)
            abort();
    }
    free(buffer);
    return 0;
}
