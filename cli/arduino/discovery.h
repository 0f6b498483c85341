/* SPDX-License-Identifier: MIT */
/*
 * What an IDE says to a port discovery, and the answers: the pluggable discovery specification of
 * arduino-cli (version 1), and the older dialect of the IDE 1.8.19, which begins with START_SYNC
 * and without HELLO. No input or threads in here: lines and lists of ports come in, JSON goes out.
 */
#ifndef BOOT0_CLI_ARDUINO_DISCOVERY_H
#define BOOT0_CLI_ARDUINO_DISCOVERY_H

#include "ports.h"

#include <stdio.h>

enum discovery_state {
    DISCOVERY_ALIVE, /* HELLO has not been said */
    DISCOVERY_IDLE,
    DISCOVERY_STARTED,
    DISCOVERY_SYNC, /* every change is told */
    DISCOVERY_DEAD,
    DISCOVERY_STATE_COUNT
};

struct discovery {
    FILE *out;
    /* Begins to look for ports. May be called again. */
    enum boot0_status (*start)(void *context, struct boot0_error *error);
    void *context;
    enum discovery_state state;
    bool is_old;   /* the dialect */
    bool is_known; /* the ports have been looked for */
    bool list_due; /* LIST came before that */
    struct ide_ports ports;
};

/* One line without its end. False when the other side has said QUIT. */
bool discovery_line(struct discovery *discovery, const char *line);
/* A line that was too long to be a command. */
void discovery_overlong(struct discovery *discovery);
/* The ports that there are now. */
void discovery_update(struct discovery *discovery, const struct ide_ports *ports);

#endif
