/*
 * Drives the stepped engine over a transport until an operation ends, and says in words how it
 * failed. All waiting and all I/O of a session happens here.
 */
#ifndef B0_LIB_DFU_LINK_H
#define B0_LIB_DFU_LINK_H

#include <boot0/transport.h>
#include <core/engine.h>

struct b0_link {
    struct boot0_transport transport; /* owned by whoever set it */
    struct b0_engine engine;
    uint64_t transfers;
    /* Called after every step; false stops the operation. NULL: never stops. */
    bool (*tick)(void *context);
    void *context;
};

/* What the caller wanted, for messages: "writing", and where. */
struct b0_link_task {
    const char *doing;
    bool has_address;
    uint32_t address; /* where the operation began; engine.done is added */
};

/*
 * Runs the operation that was begun on link->engine. B0_E_IO, B0_E_GONE, B0_E_PROTOCOL,
 * B0_E_PROTECTED, or B0_E_CANCELLED, after which the board is where it was stopped.
 */
enum boot0_status b0_link_run(struct b0_link *link, const struct b0_link_task *task,
                              struct boot0_error *error);

uint64_t b0_link_now_us(const struct b0_link *link);

#endif
