/* SPDX-License-Identifier: MIT */
/* What a bus can tell of a USB device by its descriptors alone. Freestanding, no allocation. */
#ifndef B0_CORE_CANDIDATE_H
#define B0_CORE_CANDIDATE_H

#include <boot0/transport.h>

/*
 * The candidate for a device's `nth` DFU interface, from 0. `bytes` are the device descriptor (USB
 * 2.0, table 9-8) and the configuration behind it. False: there are not as many. `path` and
 * `address` stay empty: the bus knows them.
 */
bool b0_candidate_read(const uint8_t *bytes, size_t size, size_t nth,
                       struct boot0_candidate *candidate);

#endif
