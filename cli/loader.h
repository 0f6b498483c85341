/* SPDX-License-Identifier: MIT */
/* --fast: the RAM loaders that are part of the program, and starting one on a board. */
#ifndef BOOT0_CLI_LOADER_H
#define BOOT0_CLI_LOADER_H

#include <boot0/boot0.h>

struct loader_binary {
    const char *way; /* to the board: "usb" or "uart"; NULL ends the table */
    struct boot0_loader loader;
};

/* Written by scripts/embed-bootloaders.py. Empty if the build had no compiler for boards. */
extern const struct loader_binary loader_table[];

/*
 * Starts the RAM loader for the session's board. If several chips are possible, it tries one loader
 * after another: on the wrong chip a loader returns to the ROM. If none fits, or the board takes
 * none, a note says so, and the ROM does the work: BOOT0_OK. BOOT0_E_NO_INPUT: this program
 * contains none.
 */
enum boot0_status loader_start(struct boot0_session *session, const struct boot0_observer *observer,
                               struct boot0_error *error);

/* After slow work by the ROM, notes how long --fast would have taken. */
void loader_recommend(const struct boot0_session *session, const struct boot0_observer *observer);

#endif
