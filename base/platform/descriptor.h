/* SPDX-License-Identifier: MIT */
/*
 * Descriptors that one call can wait for together: ports, connections, standard input. POSIX only;
 * code that needs them is not compiled for Windows.
 */
#ifndef B0_BASE_PLATFORM_DESCRIPTOR_H
#define B0_BASE_PLATFORM_DESCRIPTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    B0_STANDARD_INPUT = 0,
    B0_NO_DESCRIPTOR = -1, /* ignored by waits */
};

struct b0_poll {
    int descriptor;
    bool wants_in, wants_out;
    bool has_in, has_out, is_gone; /* results */
};

/* Waits for one of them, or for an interrupt. False: the system refuses to wait. */
bool b0_poll(struct b0_poll *polls, size_t count, int timeout_ms);

void b0_descriptor_nonblocking(int descriptor);
void b0_descriptor_close(int descriptor);

enum {
    B0_DESCRIPTOR_LATER = -1, /* no bytes can be moved now */
    B0_DESCRIPTOR_FAILED = -2,
};
/*
 * Returns the number of bytes moved, or a value of the enum above. Reading 0 means the end, or on a
 * port, that nothing was received.
 */
long b0_descriptor_read(int descriptor, void *bytes, size_t size);
long b0_descriptor_write(int descriptor, const void *bytes, size_t size);

/*
 * True if a program on this machine can have that address: "127.0.0.1", "::1". False for names;
 * does not query the network.
 */
bool b0_is_local_address(const char *host);
/* Connects to it by TCP within limit_s seconds. Returns 0 and *descriptor, or an errno. */
int b0_connect(const char *host, uint16_t port, int limit_s, int *descriptor);

#endif
