/* SPDX-License-Identifier: MIT */
/*
 * The protocol between an IDE and a port discovery: the pluggable discovery specification of
 * arduino-cli (version 1), and the older dialect of the IDE 1.8.19, which begins with START_SYNC
 * and without HELLO. This module has no input and no threads: lines and lists of ports come in,
 * JSON goes out.
 */
#ifndef BOOT0_CLI_ARDUINO_DISCOVERY_H
#define BOOT0_CLI_ARDUINO_DISCOVERY_H

#include "ports.h"

#include <stdio.h>

enum discovery_state {
    DISCOVERY_ALIVE, /* before HELLO */
    DISCOVERY_IDLE,
    DISCOVERY_STARTED,
    DISCOVERY_SYNC, /* reports every change */
    DISCOVERY_DEAD,
    DISCOVERY_STATE_COUNT
};

struct discovery {
    FILE *out;
    /* Starts looking for ports. May be called again. */
    enum boot0_status (*start)(void *context, struct boot0_error *error);
    void *context;
    enum discovery_state state;
    bool is_old;   /* the dialect of the IDE 1.8.19 */
    bool is_known; /* the first list of ports has arrived */
    bool list_due; /* a LIST waits for it */
    struct ide_ports ports;
};

/* Handles one line, without its line end. False after QUIT. */
bool discovery_line(struct discovery *discovery, const char *line);
/* Reports a line that was too long to be a command. */
void discovery_overlong(struct discovery *discovery);
/* Takes the current ports. */
void discovery_update(struct discovery *discovery, const struct ide_ports *ports);

#endif
