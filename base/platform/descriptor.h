/* SPDX-License-Identifier: MIT */
/*
 * Descriptors that can be waited for together: ports, connections, standard input. POSIX alone has
 * them; what needs them is not compiled for Windows.
 */
#ifndef B0_BASE_PLATFORM_DESCRIPTOR_H
#define B0_BASE_PLATFORM_DESCRIPTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    B0_STANDARD_INPUT = 0,
    B0_NO_DESCRIPTOR = -1, /* is waited for by nobody */
};

struct b0_poll {
    int descriptor;
    bool wants_in, wants_out;
    bool has_in, has_out, is_gone; /* the answer */
};

/* Waits for one of them, or for an interrupt. False: the system does not let wait. */
bool b0_poll(struct b0_poll *polls, size_t count, int timeout_ms);

void b0_descriptor_nonblocking(int descriptor);
void b0_descriptor_close(int descriptor);

enum {
    B0_DESCRIPTOR_LATER = -1, /* nothing can be moved now */
    B0_DESCRIPTOR_FAILED = -2,
};
/* How many bytes were moved; reading 0: the end, or, of a port, nothing. Or one of those above. */
long b0_descriptor_read(int descriptor, void *bytes, size_t size);
long b0_descriptor_write(int descriptor, const void *bytes, size_t size);

/*
 * Whether a program on this machine may have that address: "127.0.0.1", "::1". Names are none, and
 * nothing is asked of the network.
 */
bool b0_is_local_address(const char *host);
/* A TCP connection to it, within some seconds. 0 and *descriptor, or an errno. */
int b0_connect(const char *host, uint16_t port, int limit_s, int *descriptor);

#endif
