/* SPDX-License-Identifier: MIT */
/* The vector table of the bootloader and of the RAM loader, which identifies them. */
#ifndef B0_BOOTLOADER_VECTORS_H
#define B0_BOOTLOADER_VECTORS_H

#include <core/bootloader_map.h>

/* Only the core's exceptions (PM0214, 2.3.4): no interrupt is ever served. */
struct b0_vectors {
    uint32_t *stack;
    void (*reset)(void);
    void (*faults[5])(void); /* NMI, hard fault, memory management, bus, usage */
    /* Reserved by Arm: signature, version, DEV_ID, and one word for other uses. */
    uint32_t words[4];
};

_Static_assert(offsetof(struct b0_vectors, words[0]) == B0_BOOTLOADER_SIGNATURE_AT &&
                   offsetof(struct b0_vectors, words[2]) == B0_BOOTLOADER_DEVICE_AT,
               "where hosts look");

#define B0_VECTORS_VERSION (B0_FIRMWARE_MAJOR << 16 | B0_FIRMWARE_MINOR << 8 | B0_FIRMWARE_PATCH)

/* "0.1.0" */
#define B0_TEXT_OF(value) #value
#define B0_TEXT(macro)    B0_TEXT_OF(macro)
#define B0_VERSION_TEXT                                                                            \
    B0_TEXT(B0_FIRMWARE_MAJOR) "." B0_TEXT(B0_FIRMWARE_MINOR) "." B0_TEXT(B0_FIRMWARE_PATCH)

#endif
