/* SPDX-License-Identifier: MIT */
/* Write and read protection, if the bootloader has commands for it. */
#include "../backend.h"
#include "private.h"

#include <core/an3155.h>

enum boot0_status boot0_session_protect(struct boot0_session *session, enum boot0_protection what,
                                        const uint8_t *sectors, size_t count,
                                        struct boot0_error *error)
{
    const struct boot0_backend *backend = b0_backend_of(&session->transport);
    enum boot0_status status;

    if (!backend->protect) {
        boot0_fail(error, BOOT0_E_UNSUPPORTED, "over USB the bootloader cannot change protection");
        boot0_hint(error, "Use its UART bootloader, or write the option bytes over USB.");
        return boot0_advise(error, BOOT0_ADVICE_PROTECT_BY_SERIAL, NULL);
    }
    if (what == BOOT0_PROTECT_SECTORS && (count == 0 || count > B0_AN3155_BLOCK_MAX))
        return boot0_fail(error, BOOT0_E_USAGE, "from 1 to %d sectors can be protected",
                          B0_AN3155_BLOCK_MAX);
    status = backend->protect(session->protocol, what, sectors, count, error);
    return b0_session_stopped(session, status, error);
}
