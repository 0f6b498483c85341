/* SPDX-License-Identifier: MIT */
/*
 * Puts boot0's own bootloader on a board, through ST's bootloader in ROM or on the UART, or
 * replaces it by another version. The bootloader is an image for 0x08000000;
 * docs/reference/protocol.md has the map of the flash behind it.
 */
#ifndef BOOT0_INSTALL_H
#define BOOT0_INSTALL_H

#include <boot0/session.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    BOOT0_BOOTLOADER_VERSION_MAX = 16, /* characters of "0.1.0", with the NUL */
};

/* The version that the bytes of a bootloader name; "" if they name none. */
BOOT0_API void boot0_bootloader_version(char version[BOOT0_BOOTLOADER_VERSION_MAX],
                                        const uint8_t *data, size_t size);

/* What an installation overwrites. */
enum boot0_install_loss {
    BOOT0_INSTALL_LOSES_PROGRAM, /* what begins at 0x08000000 */
    BOOT0_INSTALL_LOSES_DATA,    /* what is at 0x08004000, where the journal goes */
};

struct boot0_install_options {
    bool update; /* the board may have boot0's bootloader: replace it */
    bool no_run; /* stay in DFU mode at the end */
    /*
     * Called before anything of value is overwritten. Another status than BOOT0_OK, with the error
     * filled, ends the installation, and nothing has changed. NULL: nothing of value may be
     * overwritten, BOOT0_E_USAGE.
     */
    enum boot0_status (*lose)(void *context, enum boot0_install_loss loss,
                              struct boot0_error *error);
    void *context;
};

struct boot0_install_report {
    bool same;          /* the board had this very bootloader: nothing was written */
    bool updated;       /* it had another version */
    bool keeps_program; /* a program begins behind the bootloader */
    bool started;
    char version_before[BOOT0_BOOTLOADER_VERSION_MAX]; /* "": none, or unknown */
    char version[BOOT0_BOOTLOADER_VERSION_MAX];        /* of the image */
};

/* DEV_ID of the chip that a bootloader is built for. */
BOOT0_API uint16_t boot0_bootloader_device(const struct boot0_image *bootloader);

/*
 * Whether the bootloader runs on the board's chip. BOOT0_E_MISMATCH; the hint tells what to do if
 * the chip cannot be told from another one. BOOT0_E_DATA: for a chip that is not known.
 */
BOOT0_API enum boot0_status boot0_session_check_install(const struct boot0_session *session,
                                                        const struct boot0_image *bootloader,
                                                        struct boot0_error *error);

/*
 * Installs the bootloader, verifies it, erases what is in the journal's place and is not a journal,
 * and starts it. On a board that has boot0's bootloader, the session first goes to ST's bootloader
 * in ROM. A power failure in the second of writing makes BOOT0 necessary once more. `options` may
 * be NULL. BOOT0_E_UNSUPPORTED: the board has boot0's bootloader, and options->update is not set.
 * After success without no_run, only close the session.
 */
BOOT0_API enum boot0_status boot0_session_install(struct boot0_session *session,
                                                  const struct boot0_image *bootloader,
                                                  const struct boot0_install_options *options,
                                                  struct boot0_install_report *report,
                                                  struct boot0_error *error);

#ifdef __cplusplus
}
#endif
#endif
