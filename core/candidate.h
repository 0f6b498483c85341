/* SPDX-License-Identifier: MIT */
/* What a USB device's descriptors alone say of it. Freestanding, no allocation. */
#ifndef B0_CORE_CANDIDATE_H
#define B0_CORE_CANDIDATE_H

#include <boot0/transport.h>

/*
 * Fills the candidate for a device's DFU interface number `nth`, from 0. `bytes` are the device
 * descriptor (USB 2.0, table 9-8) followed by the configuration. Returns false if there are fewer
 * interfaces. `path` and `address` stay empty: the bus fills them.
 */
bool b0_candidate_read(const uint8_t *bytes, size_t size, size_t nth,
                       struct boot0_candidate *candidate);

#endif
