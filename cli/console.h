/* SPDX-License-Identifier: MIT */
/* A serial port shown on the terminal, and what is typed sent to it; follows a board that resets.
 */
#ifndef BOOT0_CLI_CONSOLE_H
#define BOOT0_CLI_CONSOLE_H

#include "command.h"

struct console {
    /* Which port: by name, or by its USB device; all NULL: the only USB serial port there is. */
    const char *port;
    const char *path;
    const char *serial;
    bool has_vendor, has_product;
    uint16_t vendor, product;

    uint32_t baud;
    uint32_t wait_ms; /* for the port to appear at first; later it is waited for without end */
    bool quiet;       /* nothing but what the program prints */
};

/*
 * Runs until Ctrl-C, Ctrl-], or until nobody reads what it prints. The errors are those before the
 * port was open.
 */
enum boot0_status console_run(const struct console *console, struct boot0_error *error);

#endif
