/* SPDX-License-Identifier: MIT */
/*
 * Bytes on their way between an open port and a TCP connection, in both directions. Nothing in here
 * waits: who is slow is not asked for more until he has taken what is there.
 */
#ifndef BOOT0_CLI_ARDUINO_RELAY_H
#define BOOT0_CLI_ARDUINO_RELAY_H

#include <base/platform/descriptor.h>
#include <boot0/error.h>
#include <stddef.h>
#include <stdint.h>

enum {
    RELAY_BUFFER_SIZE = 4096,
};

/* The first `end` bytes came from one side, the first `start` have gone to the other. */
struct relay_way {
    int from;
    int to;
    size_t start;
    size_t end;
    uint8_t bytes[RELAY_BUFFER_SIZE];
};

/* Both descriptors are the caller's. */
struct relay {
    struct relay_way in;  /* from the port to the client */
    struct relay_way out; /* from the client to the port */
};

enum relay_end {
    RELAY_GOES_ON,
    RELAY_PORT_GONE,
    RELAY_CLIENT_GONE,
};

enum { RELAY_ASK_PORT, RELAY_ASK_CLIENT, RELAY_ASK_COUNT };

/*
 * Connects to a program on this machine: "127.0.0.1:5000", "[::1]:5000". On success the caller owns
 * *client: b0_descriptor_close(). BOOT0_E_USAGE: it is no such address; BOOT0_E_IO: nobody listens
 * there.
 */
enum boot0_status relay_connect(const char *address, int *client, struct boot0_error *error);

void relay_start(struct relay *relay, int port, int client);

/* What has to be waited for. */
void relay_ask(const struct relay *relay, struct b0_poll asks[RELAY_ASK_COUNT]);

/* Moves what can be moved now, by what b0_poll() has found. */
enum relay_end relay_move(struct relay *relay, const struct b0_poll asks[RELAY_ASK_COUNT]);

/* What was sent shortly before the end still gets there, if that is possible at once. */
void relay_finish(struct relay *relay);

#endif
