/* SPDX-License-Identifier: MIT */
/*
 * Sleep until something happens, without a handler for it: an enabled interrupt wakes the processor
 * also while PRIMASK keeps it from being served (PM0214, 2.5.2 "Wakeup from WFI").
 */
#ifndef CHIP_SLEEP_H
#define CHIP_SLEEP_H

/* Enables what wakes: USB, the end of a flash operation, and SysTick if it runs. */
void b0_sleep_enable(void);

/* Forgets what has happened: before looking at what it may have been. */
void b0_sleep_forget(void);

/* Returns at once if something has happened since. */
void b0_sleep(void);

/*
 * For who has handlers, and has masked them (PRIMASK): their interrupts wake, and the end of a
 * flash operation, which has no handler.
 */
void b0_sleep_masked(void);

#endif
