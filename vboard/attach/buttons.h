/* SPDX-License-Identifier: MIT */
/* A hand on the boards: a FIFO that takes lines such as "1 reset", from a script or a person. */
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
 * Makes the FIFO, or takes one that is there; the default main context has to run. Boards, file
 * name and the lock, which is held while a button is pressed, stay the caller's. A line that is not
 * understood is told on the standard error. On failure NULL with the error filled:
 * BOOT0_E_NO_OUTPUT.
 */
struct vboard_buttons *vboard_buttons_open(const char *path, struct vboard *const *boards,
                                           size_t count, GRecMutex *lock,
                                           struct boot0_error *error);
/* Removes the FIFO if it was made here. NULL is fine. */
void vboard_buttons_close(struct vboard_buttons *buttons);

#endif
