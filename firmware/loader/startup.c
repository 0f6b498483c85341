/* SPDX-License-Identifier: MIT */
/* From the ROM's jump to b0_main(): the whole RAM loader is already at its address. */
#include <bootloader/service.h>
#include <bootloader/vectors.h>
#include <chip/reset.h>
#include <chip/stm32f4/registers.h>

/* Symbols of the linker script. Only their addresses are meaningful. */
extern uint32_t stack_top[], bss_start[], bss_end[];

_Noreturn void b0_main(void);
void Reset_Handler(void);
void b0_fault(void);

/* boot0 searches for this mark to find the version of the image. */
__attribute__((section(".mark"), used)) static const char version_mark[] =
    "boot0 RAM loader " B0_VERSION_TEXT;

/*
 * The initial stack is below the image, where the ROM had its own variables: every chip has that
 * much RAM.
 */
__attribute__((section(".vectors"), used)) static const struct b0_vectors vectors = {
    .stack = (uint32_t *)B0_LOADER_BASE,
    .reset = Reset_Handler,
    .faults = {b0_fault, b0_fault, b0_fault, b0_fault, b0_fault},
    .words = {B0_LOADER_SIGNATURE, B0_VECTORS_VERSION, CHIP_DEVICE_ID},
};

/* A fault resets the chip; with BOOT0 high the ROM runs again. */
_Noreturn void b0_fault(void)
{
    SCB_AIRCR = SCB_AIRCR_VECTKEY | SCB_AIRCR_SYSRESETREQ;
    for (;;) {
    }
}

/* Continues with the linker script's stack. */
_Noreturn static void start(void)
{
    for (uint32_t *word = bss_start; word < bss_end; word++)
        *word = 0;
    __asm__ volatile("msr msp, %0\n bx %1" : : "r"(stack_top), "r"(b0_main) : "memory");
    __builtin_unreachable();
}

/*
 * Another chip may have no RAM at the address of the variables. Hosts cannot always distinguish
 * chips by what a ROM reports, and try.
 */
_Noreturn void Reset_Handler(void)
{
    /* No handler ever runs; the ROM may have left interrupts on. */
    __asm__ volatile("cpsid i" ::: "memory");
    SCB_VTOR = (uint32_t)(uintptr_t)&vectors;
    if (!b0_service_is_chip())
        b0_reset();
    start();
}
