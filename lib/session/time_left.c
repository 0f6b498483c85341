/* SPDX-License-Identifier: MIT */
/*
 * Estimates how long an operation still takes over all of its phases: the phase under way by its
 * rate so far, later phases by the chip's flash times and the speed of the wire.
 */
#include "private.h"

enum {
    RATE_AFTER_US = 300000, /* the rate of a shorter time says little */
    MEASURED_BYTES = 1024,  /* fewer say little about the wire */
};

void b0_session_measured_reading(struct boot0_session *session, uint64_t bytes, uint64_t us)
{
    if (bytes >= MEASURED_BYTES)
        session->read_ns_per_byte = us * 1000 / bytes;
}

/* How long the wire needs to carry that many bytes; 0: next to nothing, or unknown. */
static uint64_t wire_us(const struct boot0_session *session, uint64_t bytes)
{
    uint32_t rate = session->protocol->wire_bytes_per_s;

    return rate ? bytes * 1000000 / rate : 0;
}

static uint64_t read_us(const struct boot0_session *session, uint64_t bytes)
{
    return session->read_ns_per_byte ? bytes * session->read_ns_per_byte / 1000
                                     : wire_us(session, bytes);
}

void b0_session_expect_plan(struct boot0_session *session, const struct boot0_plan *plan,
                            uint64_t verify_bytes)
{
    uint64_t erase_ms = 0;

    for (size_t i = 0; i < plan->step_count; i++)
        if (plan->steps[i].action == BOOT0_PLAN_ERASE)
            erase_ms += plan->steps[i].expected_ms;
    session->ahead_us[BOOT0_PHASE_ERASE] = erase_ms * 1000;
    session->ahead_us[BOOT0_PHASE_WRITE] =
        (plan->expected_ms - erase_ms) * 1000 + wire_us(session, plan->write_bytes);
    session->ahead_us[BOOT0_PHASE_VERIFY] = read_us(session, verify_bytes);
}

void b0_session_expect_nothing(struct boot0_session *session)
{
    for (int phase = 0; phase < BOOT0_PHASE_COUNT; phase++)
        session->ahead_us[phase] = 0;
}

/* Of the phase under way; 0: unknown. */
static uint64_t phase_left_us(const struct boot0_session *session,
                              const struct boot0_progress *progress)
{
    uint64_t left = progress->total - progress->done;

    if (progress->total == 0)
        return progress->expected_us > progress->elapsed_us
                   ? progress->expected_us - progress->elapsed_us
                   : 0;
    if (progress->elapsed_us >= RATE_AFTER_US && progress->done > 0)
        return left * progress->elapsed_us / progress->done;
    return session->ahead_us[progress->phase] * left / progress->total;
}

uint64_t b0_session_left_us(const struct boot0_session *session,
                            const struct boot0_progress *progress)
{
    uint64_t left_us = phase_left_us(session, progress);

    if (left_us == 0 && progress->done < progress->total)
        return 0;
    for (int phase = (int)progress->phase + 1; phase < BOOT0_PHASE_COUNT; phase++)
        left_us += session->ahead_us[phase];
    return left_us;
}
