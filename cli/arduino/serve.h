/* SPDX-License-Identifier: MIT */
/* boot0 as the port monitor of an IDE: commands on stdin, answers on stdout, the data over TCP. */
#ifndef BOOT0_CLI_ARDUINO_SERVE_H
#define BOOT0_CLI_ARDUINO_SERVE_H

#include <boot0/error.h>

/* Serves until QUIT, a signal, or the end of either stream (the IDE is gone). BOOT0_E_MEMORY. */
enum boot0_status monitor_serve(struct boot0_error *error);

#endif
