/* SPDX-License-Identifier: MIT */
/*
 * The independent watchdog: RM0090, chapter 21. Option bytes or an earlier program may have started
 * it, and it cannot be stopped, so all waiting code feeds it. Feeding has no effect if it does not
 * run (21.4.1). Started by option bytes it has 512 ms at 32 kHz, 349 ms with the fastest LSI.
 */
#ifndef CHIP_WATCHDOG_H
#define CHIP_WATCHDOG_H

void b0_watchdog_feed(void);

#endif
