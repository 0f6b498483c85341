/* SPDX-License-Identifier: MIT */
/* Shows a serial port on the terminal and sends typed keys to it; follows a board that resets. */
#ifndef BOOT0_CLI_CONSOLE_H
#define BOOT0_CLI_CONSOLE_H

#include "command.h"

struct console {
    /* Selects the port, by name or by USB device. All NULL: the only USB serial port. */
    const char *port;
    const char *path;
    const char *serial;
    bool has_vendor, has_product;
    uint16_t vendor, product;

    uint32_t baud;
    uint32_t wait_ms; /* for the port to appear at first; later waits have no limit */
    bool quiet;       /* only what the program prints */
};

/*
 * Runs until Ctrl-C, Ctrl-], or until the reader of its output is gone. Errors can only occur
 * before the port is open.
 */
enum boot0_status console_run(const struct console *console, struct boot0_error *error);

#endif
