/* SPDX-License-Identifier: MIT */
/* The command that runs with the boards plugged in: its environment, its life, its end. */
#ifndef VBOARD_CHILD_H
#define VBOARD_CHILD_H

#include <boot0/error.h>
#include <signal.h>

/*
 * Sets up the environment of this process, which the command inherits, so that programs become
 * clients of umockdev. BOOT0_E_UNSUPPORTED if umockdev's preload library is not installed.
 */
enum boot0_status vboard_child_environment(struct boot0_error *error);

/*
 * Blocks the signals that vboard_child_run() watches, for this thread and those that it starts
 * later. Sets *before to the mask for the command.
 */
void vboard_child_block_signals(sigset_t *before);

/*
 * Runs a command to its end, with the default main context running. Passes on signals that
 * processes send to this one; signals from a terminal reach the command directly. Returns its exit
 * status, or 128 plus the signal that ended it; 127 if the command does not exist, 126 if it cannot
 * be run, 70 if nothing can be run. Fills the error in these three cases (error->code is BOOT0_OK
 * otherwise).
 */
int vboard_child_run(char *const *arguments, const sigset_t *mask, struct boot0_error *error);

#endif
