/* SPDX-License-Identifier: MIT */
/*
 * From reset to b0_main(): unpacks the bootloader to RAM and continues there, because instructions
 * cannot be fetched from flash while it is erased or programmed (RM0090, 3.5). Only this file stays
 * in flash.
 */
#include "vectors.h"

#include <chip/stm32f4/registers.h>

/* Symbols of the linker script. Only their addresses are meaningful. */
extern uint32_t stack_top[], bss_start[], bss_end[];
extern uint8_t image_start[], image_end[];
extern const uint8_t packed_image[];

_Noreturn void b0_main(void);
void Reset_Handler(void);
void b0_fault(void);

/* boot0 searches for this mark to find the version of a file or of a flash's contents. */
__attribute__((section(".mark"), used)) static const char version_mark[] =
    "boot0 bootloader " B0_VERSION_TEXT;

__attribute__((section(".vectors"), used)) static const struct b0_vectors vectors = {
    .stack = stack_top,
    .reset = Reset_Handler,
    .faults = {b0_fault, b0_fault, b0_fault, b0_fault, b0_fault},
    .words = {B0_BOOTLOADER_SIGNATURE, B0_VECTORS_VERSION, CHIP_DEVICE_ID},
};

/* A fault restarts the bootloader. The journal knows the update in progress. */
__attribute__((section(".startup"), noreturn)) void b0_fault(void)
{
    SCB_AIRCR = SCB_AIRCR_VECTKEY | SCB_AIRCR_SYSRESETREQ;
    for (;;) {
    }
}

#define STARTUP __attribute__((section(".startup")))

/*
 * Must not use a constant that the compiler places in memory: it would be in the image. *bits is
 * the rest of a byte with bits: the next one is bit 7, and a 1 follows the last one.
 */
STARTUP static inline __attribute__((always_inline)) uint32_t take_bit(const uint8_t **next,
                                                                       uint32_t *bits)
{
    *bits <<= 1;
    if ((*bits & 0xff) == 0)
        *bits = (uint32_t) * (*next)++ << 1 | 1;
    return *bits >> 8 & 1;
}

STARTUP static inline __attribute__((always_inline)) uint32_t take_gamma(const uint8_t **next,
                                                                         uint32_t *bits)
{
    uint32_t number = 1;

    while (take_bit(next, bits) == 0)
        number = number << 1 | take_bit(next, bits);
    return number;
}

/* scripts/pack-bootloader.py describes the format. */
STARTUP static inline __attribute__((always_inline)) void unpack(const uint8_t *next, uint8_t *to,
                                                                 const uint8_t *end)
{
    uint32_t bits = 0x80;

    while (to < end) {
        uint32_t distance, length;

        if (take_bit(&next, &bits) != 0) {
            *to++ = *next++;
            continue;
        }
        distance = (take_gamma(&next, &bits) - 1) << 8;
        distance += *next++ + 1u;
        for (length = take_gamma(&next, &bits) + 1; length > 0; length--, to++)
            *to = *(to - distance);
    }
}

__attribute__((section(".startup"), noreturn)) void Reset_Handler(void)
{
    /* No handler ever runs. If the ROM jumped here, its own memory is at address 0. */
    __asm__ volatile("cpsid i" ::: "memory");
    SCB_VTOR = (uint32_t)(uintptr_t)&vectors;
    unpack(packed_image, image_start, image_end);
    for (uint32_t *word = bss_start; word < bss_end; word++)
        *word = 0;
    /* The written data is code: it must be complete before it is fetched (PM0214, 3.11.1). */
    __asm__ volatile("dsb\n isb" ::: "memory");
    b0_main();
}
