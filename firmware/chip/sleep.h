/* SPDX-License-Identifier: MIT */
/*
 * Sleep until an event, without a handler for it: an enabled interrupt wakes the processor even
 * while PRIMASK prevents its handler (PM0214, 2.5.2 "Wakeup from WFI").
 */
#ifndef CHIP_SLEEP_H
#define CHIP_SLEEP_H

/* Enables the wake-up sources: USB, the end of a flash operation, and SysTick if it runs. */
void b0_sleep_enable(void);

/* Clears past events. Call before checking for their causes. */
void b0_sleep_forget(void);

/* Returns at once if an event occurred since. */
void b0_sleep(void);

/*
 * For programs with handlers, masked by PRIMASK: wakes on their interrupts and on the end of a
 * flash operation, which has no handler.
 */
void b0_sleep_masked(void);

#endif
