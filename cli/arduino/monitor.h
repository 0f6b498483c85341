/* SPDX-License-Identifier: MIT */
/*
 * The protocol between an IDE and a port monitor: the pluggable monitor specification of
 * arduino-cli, version 1. This module has no port and no network: lines come in, JSON goes out, and
 * the caller's functions open and close.
 */
#ifndef BOOT0_CLI_ARDUINO_MONITOR_H
#define BOOT0_CLI_ARDUINO_MONITOR_H

#include <boot0/error.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum monitor_parameter {
    MONITOR_BAUD,
    MONITOR_PARITY,
    MONITOR_BITS,
    MONITOR_STOP_BITS,
    MONITOR_DTR,
    MONITOR_RTS,
    MONITOR_PARAMETER_COUNT
};

enum {
    MONITOR_VALUES_MAX = 18,
};

/* One parameter of a port: its name and the values that it can have. */
struct monitor_choice {
    const char *name;
    const char *label;
    const char *values[MONITOR_VALUES_MAX]; /* NULL-terminated */
};
extern const struct monitor_choice monitor_choices[MONITOR_PARAMETER_COUNT];

struct monitor {
    FILE *out;
    /*
     * Opens `port` with these settings, and connects to the IDE, which listens at `client`,
     * "127.0.0.1:port".
     */
    enum boot0_status (*open)(void *context, const char *client, const char *port,
                              struct boot0_error *error);
    void (*close)(void *context);
    /* A parameter of the open port has changed. */
    enum boot0_status (*changed)(void *context, struct boot0_error *error);
    void *context;
    bool greeted;
    bool is_open;
    bool is_over;
    const char *selected[MONITOR_PARAMETER_COUNT]; /* from monitor_choices[].values */
};

void monitor_init(struct monitor *monitor, FILE *out);
/* Handles one line, without its line end. False after QUIT. */
bool monitor_line(struct monitor *monitor, const char *line);
/* Reports a line that was too long to be a command. */
void monitor_overlong(struct monitor *monitor);
/* Reports that the port has closed: the board or the IDE's connection is gone. */
void monitor_closed(struct monitor *monitor, const char *why);

#endif
