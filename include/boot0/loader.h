/* SPDX-License-Identifier: MIT */
/*
 * The RAM loader: a version of boot0's bootloader that runs for one session. ST's bootloader in ROM
 * writes it to RAM and jumps to it (AN3156, "Write memory command" and "Leave DFU mode"; AN3155,
 * "Go command"). It accepts blocks while the flash is busy, programs with the width that the supply
 * allows, and computes digests, so that only the flash limits the speed of an update. A reset ends
 * it.
 *
 * These facts come from the documents; they are not tested on a chip.
 */
#ifndef BOOT0_LOADER_H
#define BOOT0_LOADER_H

#include <boot0/session.h>

#ifdef __cplusplus
extern "C" {
#endif

/* A RAM loader binary, built by firmware/loader for one chip and one interface. */
struct boot0_loader {
    const uint8_t *data;
    size_t size; /* bytes */
};

/* Returns the DEV_ID of the chip that it is built for; 0: the bytes are not a RAM loader. */
BOOT0_API uint16_t boot0_loader_device(const struct boot0_loader *loader);

/*
 * True if it could run on the session's board: ST's bootloader answers, and the board can be the
 * loader's chip.
 */
BOOT0_API bool boot0_session_takes_loader(const struct boot0_session *session,
                                          const struct boot0_loader *loader);

/*
 * Outcome of boot0_session_start_loader(). Except after STARTED, the session continues with the
 * ROM.
 */
enum boot0_loader_result {
    BOOT0_LOADER_STARTED,
    BOOT0_LOADER_REFUSED,    /* the ROM refused it; the observer got a note with the reason */
    BOOT0_LOADER_OTHER_CHIP, /* it found a chip other than its own, or no crystal, and has left */
};

/*
 * Starts the RAM loader and continues with it; *result tells whether it runs. BOOT0_E_PROTECTED:
 * the board is read-protected. BOOT0_E_GONE: the ROM started it, but it did not appear; a reset
 * brings the ROM back, and the session can only be closed.
 */
BOOT0_API enum boot0_status boot0_session_start_loader(struct boot0_session *session,
                                                       const struct boot0_loader *loader,
                                                       enum boot0_loader_result *result,
                                                       struct boot0_error *error);

/*
 * Estimates how long the session's erases and writes so far would have taken with a RAM loader, all
 * included, with the largest programming width, in microseconds. 0: the session already used a
 * loader, or there is none for the board.
 */
BOOT0_API uint64_t boot0_session_loader_us(const struct boot0_session *session);

#ifdef __cplusplus
}
#endif
#endif
