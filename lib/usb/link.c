/* SPDX-License-Identifier: MIT */
/* Drives the stepped engine over a transport and turns its failures into errors with a hint. */
#include "link.h"
#include <core/array.h>

enum {
    WAIT_PART_US = 100000,
};

uint64_t b0_link_now_us(const struct b0_link *link)
{
    return link->transport.ops->now_us(link->transport.context);
}

/* The meaning of a status for users of a flash tool; others use the specification's words. */
static const struct {
    uint8_t dfu_status;
    enum boot0_status code;
    const char *hint;
    enum boot0_advice advice;
} status_hints[] = {
    {BOOT0_DFU_STATUS_ERR_TARGET, BOOT0_E_PROTOCOL,
     "Give another address: the board has no such address, or it does not allow this operation "
     "there.",
     BOOT0_ADVICE_SEE_MEMORIES},
    {BOOT0_DFU_STATUS_ERR_ADDRESS, BOOT0_E_PROTOCOL,
     "Give another address: the board has no such address, or reserves that part for its own "
     "bootloader.",
     BOOT0_ADVICE_SEE_MEMORIES},
    {BOOT0_DFU_STATUS_ERR_WRITE, BOOT0_E_PROTOCOL,
     "Remove the write protection in the option bytes: a refused write usually means a "
     "write-protected sector.",
     BOOT0_ADVICE_NONE},
    {BOOT0_DFU_STATUS_ERR_ERASE, BOOT0_E_PROTOCOL,
     "Try a shorter cable or another port: a sector could not be erased, because it is "
     "write-protected or the supply is too weak.",
     BOOT0_ADVICE_NONE},
    {BOOT0_DFU_STATUS_ERR_PROG, BOOT0_E_PROTOCOL,
     "Write the whole file again, with a shorter cable: the memory was not erased there, or the "
     "supply is too weak.",
     BOOT0_ADVICE_WRITE_ALL},
    {BOOT0_DFU_STATUS_ERR_VENDOR, BOOT0_E_PROTECTED,
     "Remove read protection: ST's bootloaders give this answer when it is on. That erases "
     "everything in the chip's flash.",
     BOOT0_ADVICE_UNPROTECT_READ},
    {BOOT0_DFU_STATUS_ERR_FIRMWARE, BOOT0_E_PROTOCOL,
     "Reset it into DFU mode and try again. The board reports that its program is damaged, which "
     "is harmless here.",
     BOOT0_ADVICE_NONE},
    {BOOT0_DFU_STATUS_ERR_STALLEDPKT, BOOT0_E_PROTOCOL,
     "Reset the board into DFU mode and try again: it did not expect that request.",
     BOOT0_ADVICE_REPORT},
};

static enum boot0_status fail_by_status(const struct b0_link *link, const struct b0_task *task,
                                        const char *where, struct boot0_error *error)
{
    uint8_t status = link->engine.last.status;
    enum boot0_status code = BOOT0_E_PROTOCOL;
    enum boot0_advice advice = BOOT0_ADVICE_NONE;
    const char *hint = "Reset the board into DFU mode and try again.";

    for (size_t i = 0; i < B0_LENGTH(status_hints); i++)
        if (status_hints[i].dfu_status == status) {
            code = status_hints[i].code;
            hint = status_hints[i].hint;
            advice = status_hints[i].advice;
        }
    boot0_fail(error, code, "the board reported %s while %s%s: %s", b0_dfu_status_name(status),
               task->doing, where, b0_dfu_status_text(status));
    (void)boot0_hint(error, "%s", hint);
    return boot0_advise(error, advice, NULL);
}

static const struct {
    enum boot0_status code;
    const char *what;
    const char *hint;
    enum boot0_advice advice;
} failures[] = {
    [B0_FAIL_NONE] = {BOOT0_E_INTERNAL, "failed for no reason", "", BOOT0_ADVICE_NONE},
    [B0_FAIL_STATUS] = {BOOT0_E_PROTOCOL, "reported an error", "", BOOT0_ADVICE_NONE},
    [B0_FAIL_STALL] = {BOOT0_E_PROTOCOL, "refused the request",
                       "Reset it into DFU mode and try again. The board gave no reason.",
                       BOOT0_ADVICE_NONE},
    [B0_FAIL_TIMEOUT] = {BOOT0_E_IO, "did not answer in time",
                         "Reset the board into DFU mode, try another cable or port, and try "
                         "again: the cable or hub loses packets, or the bootloader hangs.",
                         BOOT0_ADVICE_NONE},
    [B0_FAIL_GONE] = {BOOT0_E_GONE, "went away",
                      "Bring it into DFU mode again: it was unplugged, reset, or lost power.",
                      BOOT0_ADVICE_REPEAT},
    [B0_FAIL_TRANSFER] = {BOOT0_E_IO, "could not be reached",
                          "Try another cable, without a hub: USB transfers fail again and again.",
                          BOOT0_ADVICE_NONE},
    [B0_FAIL_SHORT] = {BOOT0_E_PROTOCOL, "sent less than requested",
                       "Give a smaller size: its memory may end earlier than its layout says.",
                       BOOT0_ADVICE_SEE_MEMORIES},
    [B0_FAIL_STATE] =
        {BOOT0_E_PROTOCOL, "is in an unexpected state",
         "Reset the board into DFU mode (unplug it if it has no reset button) and try "
         "again.",
         BOOT0_ADVICE_NONE},
};

static enum boot0_status fail(void *context, const struct b0_task *task, struct boot0_error *error)
{
    const struct b0_link *link = context;
    const struct b0_engine *engine = &link->engine;
    char where[B0_TASK_PLACE];

    b0_task_place(task, engine->done, where);
    if (engine->failure == B0_FAIL_STATUS)
        return fail_by_status(link, task, where, error);
    if (engine->failure == B0_FAIL_STATE)
        boot0_fail(error, BOOT0_E_PROTOCOL, "the board is in state %s while %s%s",
                   b0_dfu_state_name(engine->last.state), task->doing, where);
    else
        boot0_fail(error, failures[engine->failure].code, "the board %s (%s) while %s%s",
                   failures[engine->failure].what, b0_dfu_request_name(engine->failed_request),
                   task->doing, where);
    (void)boot0_hint(error, "%s", failures[engine->failure].hint);
    return boot0_advise(error, failures[engine->failure].advice, NULL);
}

/* Waits in parts: a mass erase can take a minute, and the user may press Ctrl-C meanwhile. */
static void wait_in_parts(const struct b0_link *link, uint32_t wait_us)
{
    const struct boot0_transport *transport = &link->transport;

    while (wait_us > WAIT_PART_US) {
        transport->ops->wait(transport->context, WAIT_PART_US);
        wait_us -= WAIT_PART_US;
        if (link->tick.ask && !link->tick.ask(link->tick.context))
            return;
    }
    transport->ops->wait(transport->context, wait_us);
}

static enum b0_drive step(void *context)
{
    struct b0_link *link = context;
    const struct boot0_transport *transport = &link->transport;
    enum boot0_xfer result = BOOT0_XFER_OK;
    struct b0_engine_step step;
    size_t actual = 0;

    switch (b0_engine_next(&link->engine, b0_link_now_us(link), &step)) {
    case B0_STEP_DONE:
        return B0_DRIVE_DONE;
    case B0_STEP_FAILED:
        return B0_DRIVE_FAILED;
    case B0_STEP_WAIT:
        wait_in_parts(link, step.wait_us);
        break;
    default:
        result = transport->ops->control(transport->context, &step.setup, step.data, &actual,
                                         step.timeout_ms);
        link->transfers++;
    }
    b0_engine_feed(&link->engine, result, actual, b0_link_now_us(link));
    return B0_DRIVE_ON;
}

enum boot0_status b0_link_run(struct b0_link *link, const struct b0_task *task,
                              struct boot0_error *error)
{
    static const struct b0_driver driver = {step, fail};

    return b0_drive(&driver, link, task, &link->tick, error);
}
