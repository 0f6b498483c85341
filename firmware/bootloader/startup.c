/* SPDX-License-Identifier: MIT */
/*
 * From reset to b0_main(): the bootloader is copied to RAM and goes on there, because nothing can
 * be fetched from flash while it is erased or programmed (RM0090, 3.5). Only this file stays in
 * flash.
 */
#include <chip/stm32f4.h>

/* Where the linker script put things. Only the addresses of these mean something. */
extern uint32_t stack_top[], image_start[], image_end[], image_load[], bss_start[], bss_end[];

_Noreturn void b0_main(void);
void Reset_Handler(void);
void b0_fault(void);

/* The core's exceptions alone (PM0214, 2.3.4): no interrupt is ever served. */
struct vectors {
    uint32_t *stack;
    void (*reset)(void);
    void (*faults[5])(void); /* NMI, hard fault, memory management, bus, usage */
    uint32_t signature[4];   /* reserved by ARM: tell what this is */
};

#define SIGNATURE 0xb007b007u
#define VERSION   (B0_FIRMWARE_MAJOR << 16 | B0_FIRMWARE_MINOR << 8 | B0_FIRMWARE_PATCH)

__attribute__((section(".vectors"), used)) static const struct vectors vectors = {
    .stack = stack_top,
    .reset = Reset_Handler,
    .faults = {b0_fault, b0_fault, b0_fault, b0_fault, b0_fault},
    .signature = {SIGNATURE, VERSION, 0, 0},
};

/* Something is very wrong: from the start again. The journal knows what was under way. */
__attribute__((section(".startup"), noreturn)) void b0_fault(void)
{
    SCB_AIRCR = SCB_AIRCR_VECTKEY | SCB_AIRCR_SYSRESETREQ;
    for (;;) {
    }
}

__attribute__((section(".startup"), noreturn)) void Reset_Handler(void)
{
    const uint32_t *load = image_load;

    /* No handler is ever run; and the ROM, if it jumped here, has its own memory at address 0. */
    __asm__ volatile("cpsid i" ::: "memory");
    SCB_VTOR = (uint32_t)(uintptr_t)&vectors;
    for (uint32_t *word = image_start; word < image_end; word++)
        *word = *load++;
    for (uint32_t *word = bss_start; word < bss_end; word++)
        *word = 0;
    b0_main();
}
