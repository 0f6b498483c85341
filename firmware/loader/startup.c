/* SPDX-License-Identifier: MIT */
/* From the ROM's jump to b0_main(): all of the RAM loader is in its place already. */
#include <bootloader/service.h>
#include <bootloader/vectors.h>
#include <chip/reset.h>
#include <chip/stm32f4/registers.h>

/* Where the linker script put things. Only the addresses of these mean something. */
extern uint32_t stack_top[], bss_start[], bss_end[];

_Noreturn void b0_main(void);
void Reset_Handler(void);
void b0_fault(void);

/* By this the version of the image is known: boot0 looks for it. */
__attribute__((section(".mark"), used)) static const char version_mark[] =
    "boot0 RAM loader " B0_VERSION_TEXT;

/*
 * The stack of the first steps is below the image, where the ROM had its own variables: that much
 * RAM every chip has.
 */
__attribute__((section(".vectors"), used)) static const struct b0_vectors vectors = {
    .stack = (uint32_t *)B0_LOADER_BASE,
    .reset = Reset_Handler,
    .faults = {b0_fault, b0_fault, b0_fault, b0_fault, b0_fault},
    .words = {B0_LOADER_SIGNATURE, B0_VECTORS_VERSION, CHIP_DEVICE_ID},
};

/* Something is very wrong: a reset ends it, and the ROM is back where BOOT0 is high. */
_Noreturn void b0_fault(void)
{
    SCB_AIRCR = SCB_AIRCR_VECTKEY | SCB_AIRCR_SYSRESETREQ;
    for (;;) {
    }
}

/* From here on with the stack that the linker script gives. */
_Noreturn static void start(void)
{
    for (uint32_t *word = bss_start; word < bss_end; word++)
        *word = 0;
    __asm__ volatile("msr msp, %0\n bx %1" : : "r"(stack_top), "r"(b0_main) : "memory");
    __builtin_unreachable();
}

/*
 * On another chip there may be no RAM where the variables are. Hosts cannot always tell chips apart
 * by what a ROM says, and try.
 */
_Noreturn void Reset_Handler(void)
{
    /* No handler is ever run; and the ROM may have left interrupts on. */
    __asm__ volatile("cpsid i" ::: "memory");
    SCB_VTOR = (uint32_t)(uintptr_t)&vectors;
    if (!b0_service_is_chip())
        b0_reset();
    start();
}
