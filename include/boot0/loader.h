/* SPDX-License-Identifier: MIT */
/*
 * The RAM loader: boot0's bootloader for the time of one session. ST's bootloader in ROM writes it
 * to RAM and leaves to it (AN3156, "Write memory command" and "Leave DFU mode"; AN3155, "Go
 * command"). It takes blocks while the flash is busy, programs in the width that the supply allows
 * and computes digests, so an update takes as long as the flash itself. A reset ends it.
 *
 * Facts of the documents; no chip was at hand to try them on.
 */
#ifndef BOOT0_LOADER_H
#define BOOT0_LOADER_H

#include <boot0/session.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A RAM loader's bytes, as firmware/loader makes them: for one chip, and one way to it. */
struct boot0_loader {
    const uint8_t *data;
    size_t size; /* bytes */
};

/* DEV_ID of the chip that it is built for; 0: these bytes are no RAM loader. */
BOOT0_API uint16_t boot0_loader_device(const struct boot0_loader *loader);

/*
 * Whether it could run on the session's board: ST's bootloader answers, and the board can be its
 * chip.
 */
BOOT0_API bool boot0_session_takes_loader(const struct boot0_session *session,
                                          const struct boot0_loader *loader);

/* What became of it. But for the first one, the session goes on with the ROM as before. */
enum boot0_loader_result {
    BOOT0_LOADER_STARTED,
    BOOT0_LOADER_REFUSED,    /* by the ROM; the observer got a note with the reason */
    BOOT0_LOADER_OTHER_CHIP, /* it found another chip than its own, or no crystal, and has left */
};

/*
 * Starts the RAM loader and goes on with it; *result tells whether it runs. BOOT0_E_PROTECTED: the
 * board is read-protected. BOOT0_E_GONE: the ROM has started it, and nothing came; a reset brings
 * the ROM back, and only boot0_session_close() is left.
 */
BOOT0_API enum boot0_status boot0_session_start_loader(struct boot0_session *session,
                                                       const struct boot0_loader *loader,
                                                       enum boot0_loader_result *result,
                                                       struct boot0_error *error);

/*
 * How long what the session has erased and written so far would have taken by a RAM loader, in
 * microseconds: with the largest width, and all included. 0: the session has used one already, or
 * there is none for the board.
 */
BOOT0_API uint64_t boot0_session_loader_us(const struct boot0_session *session);

#ifdef __cplusplus
}
#endif
#endif
