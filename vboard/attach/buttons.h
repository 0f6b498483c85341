/* SPDX-License-Identifier: MIT */
/* Presses buttons of the boards: a FIFO takes lines such as "1 reset", by a script or a person. */
#ifndef VBOARD_ATTACH_BUTTONS_H
#define VBOARD_ATTACH_BUTTONS_H

#include "vboard/vboard.h"

#include <glib.h>

struct vboard_buttons;

/* A line is a board's number, from 1, and one of these words. */
struct vboard_button {
    const char *action;
    const char *summary;
};
/* The button at an index, for help; NULL past the last. */
const struct vboard_button *vboard_button_at(size_t index);

/*
 * Makes the FIFO, or uses an existing one. The default main context must run. The caller owns
 * boards, file name and lock; the lock is held while a button is pressed. Reports lines that it
 * does not understand on the standard error. On failure NULL with the error filled:
 * BOOT0_E_NO_OUTPUT.
 */
struct vboard_buttons *vboard_buttons_open(const char *path, struct vboard *const *boards,
                                           size_t count, GRecMutex *lock,
                                           struct boot0_error *error);
/* Removes the FIFO if it was made here. Accepts NULL. */
void vboard_buttons_close(struct vboard_buttons *buttons);

#endif
