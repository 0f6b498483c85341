/* SPDX-License-Identifier: MIT */
/* Ctrl-C, and what else asks a program to end. */
#ifndef B0_BASE_PLATFORM_INTERRUPT_H
#define B0_BASE_PLATFORM_INTERRUPT_H

#include <stdbool.h>
#include <stdint.h>

/*
 * From now on heard() is called: in a signal handler or in another thread, so it may call
 * b0_interrupt_say() only. If it returns false, the program ends as the system has it. Each
 * interrupt cuts waits of the main thread short. Writing to a closed pipe is a failure, no end.
 */
void b0_interrupt_install(bool (*heard)(void));

/* Writes to standard error, past stdio. False: it cannot be. */
bool b0_interrupt_say(const char *text);

/* Sleeps so long. False: an interrupt came meanwhile. */
bool b0_interrupt_nap_ms(uint32_t milliseconds);

#endif
