/* SPDX-License-Identifier: MIT */
/* Which board an IDE means by the port that its user chose. */
#ifndef BOOT0_CLI_ARDUINO_TARGET_H
#define BOOT0_CLI_ARDUINO_TARGET_H

#include "../command.h"

/*
 * Turns --ide-port, if it was given, into a selection: a USB port as `boot0 discovery` names it
 * into --path, the serial port of a program into --serial. The port may be one that was chosen long
 * ago and is gone, because the board is in DFU mode by now: then the only board is meant. A note of
 * that goes to stderr.
 */
void ide_choose(struct arguments *arguments);

/* Whether a text is a USB port as boot0 names it: "1-2.3". No serial port is called so. */
bool ide_is_usb_path(const char *text);

#endif
