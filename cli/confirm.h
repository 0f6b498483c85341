/* SPDX-License-Identifier: MIT */
/* Asking before something is destroyed that the command line does not name in full. */
#ifndef BOOT0_CLI_CONFIRM_H
#define BOOT0_CLI_CONFIRM_H

#include "command_session.h"

/* What can be lost. A new way to destroy something gets a row here. */
enum loss {
    LOSS_FLASH,        /* the whole main flash */
    LOSS_PROTECTED,    /* the same, by removing read protection */
    LOSS_READOUT,      /* the freedom to read the flash, until all of it is erased */
    LOSS_OPTION_BYTES, /* option bytes or OTP are overwritten */
    LOSS_PROGRAM,      /* a program, by the bootloader in its place */
    LOSS_JOURNAL,      /* data where the bootloader's journal goes */
    LOSS_DRIVER,       /* another driver of a USB device */
    LOSS_COUNT
};

/*
 * Lets a loss happen if --yes was passed, or if the user at a terminal says yes; the question is on
 * standard error, and no is the default. `what` names it in a sentence without its end: "this
 * erases all of Internal Flash". BOOT0_E_CANCELLED: the answer was no. BOOT0_E_USAGE: there is
 * nobody to ask (no terminal, or --json), and --yes is missing.
 */
enum boot0_status confirm(struct command_session *command, enum loss loss, const char *what,
                          struct boot0_error *error);

/* For commands that flash any number of boards: once, before the first, about option bytes. */
enum boot0_status confirm_for_all(const struct arguments *arguments, struct boot0_error *error);

#endif
