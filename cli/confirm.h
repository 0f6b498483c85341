/* SPDX-License-Identifier: MIT */
/* Asks before something is destroyed that the command line does not name in full. */
#ifndef BOOT0_CLI_CONFIRM_H
#define BOOT0_CLI_CONFIRM_H

#include "command_session.h"

/* What can be lost. Each new way to destroy something gets a row. */
enum loss {
    LOSS_FLASH,        /* the whole main flash */
    LOSS_PROTECTED,    /* the same, by removing read protection */
    LOSS_READOUT,      /* read access to the flash, until it is erased completely */
    LOSS_OPTION_BYTES, /* option bytes or OTP are overwritten */
    LOSS_PROGRAM,      /* a program, replaced by the bootloader */
    LOSS_JOURNAL,      /* data where the bootloader's journal goes */
    LOSS_DRIVER,       /* another driver of a USB device */
    LOSS_COUNT
};

/*
 * Permits a loss if --yes was passed, or if the user at a terminal agrees. The question goes to
 * standard error; the default is no. `what` is a sentence without its end: "this erases all of
 * Internal Flash". BOOT0_E_CANCELLED: the answer was no. BOOT0_E_USAGE: nobody can answer (no
 * terminal, or --json), and --yes is missing.
 */
enum boot0_status confirm(struct command_session *command, enum loss loss, const char *what,
                          struct boot0_error *error);

/* For commands that flash any number of boards: asks about option bytes once, before the first. */
enum boot0_status confirm_for_all(const struct arguments *arguments, struct boot0_error *error);

#endif
