/* SPDX-License-Identifier: MIT */
/* The boards that the arguments mean, before any of them is opened for work. */
#ifndef BOOT0_CLI_FIND_H
#define BOOT0_CLI_FIND_H

#include "command_session.h"

/*
 * All that match, as soon as there is one; waits as the arguments say. BOOT0_E_NO_BOARD,
 * BOOT0_E_CANCELLED. On success *boards is the caller's: free().
 */
enum boot0_status find_boards(struct command_session *command, struct boot0_board **boards,
                              size_t *count, struct boot0_error *error);

/*
 * The only board that matches, if a program runs on it: *program is the caller's then, free(); else
 * it is NULL. No program is disturbed.
 */
enum boot0_status find_program(struct command_session *command, struct boot0_board **program,
                               struct boot0_error *error);

/* What is plugged in, at one port or (NULL) at all; zero if the bus cannot be looked at. */
struct plugged {
    size_t programs;    /* that could be asked for DFU mode */
    size_t bootloaders; /* in DFU mode */
};
struct plugged find_plugged(const struct boot0_bus *bus, const char *path);

#endif
