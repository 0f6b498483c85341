/* SPDX-License-Identifier: MIT */
/* Looks for boards and serial ports in its own thread, and reports them. */
#ifndef BOOT0_CLI_ARDUINO_WATCH_H
#define BOOT0_CLI_ARDUINO_WATCH_H

#include "../command.h"
#include "ports.h"

struct watch;

/*
 * Calls `found` in that thread, soon after the start and then after every change. The arguments
 * select the bus. NULL on failure. The caller owns the result: watch_stop().
 */
struct watch *watch_start(const struct arguments *arguments,
                          void (*found)(void *context, const struct ide_ports *ports),
                          void *context, struct boot0_error *error);
/* Once this returns, `found` is no longer called. Accepts NULL. */
void watch_stop(struct watch *watch);

#endif
