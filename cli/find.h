/* SPDX-License-Identifier: MIT */
/* Finds the boards that the arguments select, before a command opens one for work. */
#ifndef BOOT0_CLI_FIND_H
#define BOOT0_CLI_FIND_H

#include "command_session.h"

/*
 * Finds all matching boards, as soon as there is one; waits as the arguments say. BOOT0_E_NO_BOARD,
 * BOOT0_E_CANCELLED. On success the caller frees *boards: free().
 */
enum boot0_status find_boards(struct command_session *command, struct boot0_board **boards,
                              size_t *count, struct boot0_error *error);

/*
 * Finds the only matching board, if a program runs on it: then the caller frees *program with
 * free(), else it is NULL. Disturbs no program.
 */
enum boot0_status find_program(struct command_session *command, struct boot0_board **program,
                               struct boot0_error *error);

/* What is plugged in, at one port or (NULL) at all ports; zero if the bus cannot be scanned. */
struct plugged {
    size_t programs;    /* that can be sent to DFU mode */
    size_t bootloaders; /* in DFU mode */
};
struct plugged find_plugged(const struct boot0_bus *bus, const char *path);

#endif
