/* SPDX-License-Identifier: MIT */
/* The command that runs with the boards plugged in: its environment, its life, its end. */
#ifndef VBOARD_CHILD_H
#define VBOARD_CHILD_H

#include <boot0/error.h>
#include <signal.h>

/*
 * Sets in this process' environment, for the command to inherit, what makes a program a client of
 * umockdev. BOOT0_E_UNSUPPORTED if umockdev's preload library is not installed.
 */
enum boot0_status vboard_child_environment(struct boot0_error *error);

/*
 * Blocks the signals that vboard_child_run() watches, for this thread and those that it starts
 * later; *before is set to the mask that the command is to have.
 */
void vboard_child_block_signals(sigset_t *before);

/*
 * Runs a command to its end, with the default main context running. Signals that somebody sends to
 * this process are passed on to it; what a terminal sends, it has got already. Returns its exit
 * status, or 128 and the signal that ended it; 127 if there is no such command, 126 if it cannot be
 * run, 70 if nothing can be, with the error filled in these three cases (error->code is BOOT0_OK
 * otherwise).
 */
int vboard_child_run(char *const *arguments, const sigset_t *mask, struct boot0_error *error);

#endif
