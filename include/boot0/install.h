/* SPDX-License-Identifier: MIT */
/*
 * Installs boot0's own bootloader through ST's bootloader in ROM, over USB or UART, or replaces it
 * by another version. The bootloader is an image for 0x08000000. docs/reference/protocol.md has the
 * flash map behind it.
 */
#ifndef BOOT0_INSTALL_H
#define BOOT0_INSTALL_H

#include <boot0/session.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    BOOT0_BOOTLOADER_VERSION_MAX = 16, /* characters of "0.1.0", including the NUL */
};

/* Finds the version in a bootloader's bytes; "" if they contain none. */
BOOT0_API void boot0_bootloader_version(char version[BOOT0_BOOTLOADER_VERSION_MAX],
                                        const uint8_t *data, size_t size);

/* What an installation overwrites. */
enum boot0_install_loss {
    BOOT0_INSTALL_LOSES_PROGRAM, /* the program at 0x08000000 */
    BOOT0_INSTALL_LOSES_DATA,    /* the data at 0x08004000, where the journal goes */
};

struct boot0_install_options {
    bool update; /* replace boot0's bootloader if the board has one */
    bool no_run; /* stay in DFU mode at the end */
    /*
     * Called before anything of value is overwritten. Any status but BOOT0_OK, with the error
     * filled, ends the installation with nothing changed. NULL: nothing of value may be overwritten
     * (BOOT0_E_USAGE).
     */
    enum boot0_status (*lose)(void *context, enum boot0_install_loss loss,
                              struct boot0_error *error);
    void *context;
};

struct boot0_install_report {
    bool same;          /* the board already had this bootloader; nothing was written */
    bool updated;       /* the board had another version */
    bool keeps_program; /* a program starts behind the bootloader */
    bool started;
    char version_before[BOOT0_BOOTLOADER_VERSION_MAX]; /* "": none or unknown */
    char version[BOOT0_BOOTLOADER_VERSION_MAX];        /* of the image */
};

/* Returns the DEV_ID of the chip that a bootloader is built for. */
BOOT0_API uint16_t boot0_bootloader_device(const struct boot0_image *bootloader);

/*
 * Checks that the bootloader runs on the board's chip. BOOT0_E_MISMATCH; the hint says what to do
 * if the chip cannot be told apart from another one. BOOT0_E_DATA: the bootloader's chip is
 * unknown.
 */
BOOT0_API enum boot0_status boot0_session_check_install(const struct boot0_session *session,
                                                        const struct boot0_image *bootloader,
                                                        struct boot0_error *error);

/*
 * Installs and verifies the bootloader, erases what is in the journal's place unless it is a
 * journal, and starts the bootloader. If the board has boot0's bootloader, the session first
 * switches to ST's bootloader in ROM. If power fails in the second of writing, BOOT0 is needed once
 * more. `options` may be NULL. BOOT0_E_UNSUPPORTED: the board has boot0's bootloader and
 * options->update is not set. After success without no_run, only close the session.
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
