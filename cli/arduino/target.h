/* SPDX-License-Identifier: MIT */
/* The board behind the port that the user chose in an IDE. */
#ifndef BOOT0_CLI_ARDUINO_TARGET_H
#define BOOT0_CLI_ARDUINO_TARGET_H

#include "../command.h"

/*
 * Turns --ide-port, if given, into a selection: a USB port as `boot0 discovery` names it into
 * --path, the serial port of a program into --serial. The user may have chosen a port long ago that
 * is gone because the board is in DFU mode now. Then the only board is selected, and a note on
 * stderr says so.
 */
void ide_choose(struct arguments *arguments);

/* Whether a text is a USB port as boot0 names it: "1-2.3". No serial port has such a name. */
bool ide_is_usb_path(const char *text);

#endif
