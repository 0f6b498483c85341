/* SPDX-License-Identifier: MIT */
/* Ctrl-C and other requests to end the program. */
#ifndef B0_BASE_PLATFORM_INTERRUPT_H
#define B0_BASE_PLATFORM_INTERRUPT_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Installs heard(). It runs in a signal handler or another thread, so it may only call
 * b0_interrupt_say(). If it returns false, the program ends by the system's default. Each interrupt
 * ends waits of the main thread early. Writing to a closed pipe fails instead of ending the
 * program.
 */
void b0_interrupt_install(bool (*heard)(void));

/* Writes to standard error, bypassing stdio. False on failure. */
bool b0_interrupt_say(const char *text);

/* Sleeps. False: an interrupt came meanwhile. */
bool b0_interrupt_nap_ms(uint32_t milliseconds);

#endif
