/* SPDX-License-Identifier: MIT */
/* Calls a function every second while the program waits for something: a thread of its own. */
#ifndef BOOT0_CLI_TICKER_H
#define BOOT0_CLI_TICKER_H

struct ticker;

/*
 * Calls tick(context) once a second, in another thread, until ticker_stop(). NULL if there is no
 * thread to be had. The two locks keep tick() out meanwhile.
 */
struct ticker *ticker_start(void (*tick)(void *context), void *context);
void ticker_lock(struct ticker *ticker);
void ticker_unlock(struct ticker *ticker);

/* Returns once tick() is no longer called. NULL is left alone. Not within the locks. */
void ticker_stop(struct ticker *ticker);

#endif
