/* SPDX-License-Identifier: MIT */
/*
 * Relays bytes between an open port and a TCP connection, in both directions. Nothing here waits:
 * while the buffer for a slow side is full, nothing more is read for it.
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

/* The first `end` bytes were received from one side, the first `start` sent to the other. */
struct relay_way {
    int from;
    int to;
    size_t start;
    size_t end;
    uint8_t bytes[RELAY_BUFFER_SIZE];
};

/* The caller owns both descriptors. */
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
 * *client: b0_descriptor_close(). BOOT0_E_USAGE: not such an address; BOOT0_E_IO: nothing listens
 * there.
 */
enum boot0_status relay_connect(const char *address, int *client, struct boot0_error *error);

void relay_start(struct relay *relay, int port, int client);

/* Fills in what to poll for. */
void relay_ask(const struct relay *relay, struct b0_poll asks[RELAY_ASK_COUNT]);

/* Moves what can be moved now, according to b0_poll(). */
enum relay_end relay_move(struct relay *relay, const struct b0_poll asks[RELAY_ASK_COUNT]);

/* Moves the last data once more, without waiting for it. */
void relay_finish(struct relay *relay);

#endif
