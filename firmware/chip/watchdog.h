/* SPDX-License-Identifier: MIT */
/*
 * The independent watchdog: RM0090, chapter 21. Option bytes, or a program before us, may have
 * started it, and nothing stops it, so all that waits feeds it. Where it does not run that does
 * nothing (21.4.1). Started by option bytes it has 512 ms at 32 kHz, 349 ms with the fastest LSI.
 */
#ifndef CHIP_WATCHDOG_H
#define CHIP_WATCHDOG_H

void b0_watchdog_feed(void);

#endif
