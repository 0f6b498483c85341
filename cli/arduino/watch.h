/* SPDX-License-Identifier: MIT */
/* Looks for boards and serial ports in a thread of its own, and tells what there is. */
#ifndef BOOT0_CLI_ARDUINO_WATCH_H
#define BOOT0_CLI_ARDUINO_WATCH_H

#include "../command.h"
#include "ports.h"

struct watch;

/*
 * `found` is called in that thread, for the first time soon, then whenever something has changed.
 * The arguments say which bus. NULL on failure; else the caller's: watch_stop().
 */
struct watch *watch_start(const struct arguments *arguments,
                          void (*found)(void *context, const struct ide_ports *ports),
                          void *context, struct boot0_error *error);
/* `found` is not called any more when this returns. NULL is fine. */
void watch_stop(struct watch *watch);

#endif
