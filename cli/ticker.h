/* SPDX-License-Identifier: MIT */
/* Calls a function every second while the program waits, in its own thread. */
#ifndef BOOT0_CLI_TICKER_H
#define BOOT0_CLI_TICKER_H

struct ticker;

/*
 * Calls tick(context) once a second, in another thread, until ticker_stop(). NULL if no thread is
 * available. The two lock functions keep tick() out meanwhile.
 */
struct ticker *ticker_start(void (*tick)(void *context), void *context);
void ticker_lock(struct ticker *ticker);
void ticker_unlock(struct ticker *ticker);

/* Returns once tick() is no longer called. Accepts NULL. Do not call it within the locks. */
void ticker_stop(struct ticker *ticker);

#endif
