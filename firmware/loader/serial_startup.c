/* SPDX-License-Identifier: MIT */
/*
 * From the ROM's jump to b0_main() of the serial RAM loader: like startup.c, but with interrupts
 * for the UARTs, and with the speed of the line in the last word reserved by Arm.
 */
#include <bootloader/vectors.h>
#include <chip/stm32f4/registers.h>
#include <core/loader.h>

/* Symbols of the linker script. Only their addresses are meaningful. */
extern uint32_t stack_top[], bss_start[], bss_end[];

_Noreturn void b0_main(void);
void Reset_Handler(void);
void b0_fault(void);
void b0_usart_interrupt(void);
void b0_tick(void);

/* boot0 searches for this mark to find the version of the image. */
__attribute__((section(".mark"), used)) static const char version_mark[] =
    "boot0 RAM loader " B0_VERSION_TEXT;

enum {
    USART1_INTERRUPT = 37, /* RM0090, 12.1.3, table 61; two more follow */
    USARTS = 3,
};

struct serial_vectors {
    struct b0_vectors core;
    void (*exceptions[5])(void); /* SVCall, debug monitor, reserved, PendSV, SysTick */
    void (*unused[USART1_INTERRUPT])(void);
    void (*usarts[USARTS])(void);
};

_Static_assert(offsetof(struct serial_vectors, core.words[3]) == B0_LOADER_BAUD_AT,
               "where hosts write the speed");
_Static_assert(offsetof(struct serial_vectors, usarts) == 4 * (16 + USART1_INTERRUPT),
               "where the core looks");

__attribute__((section(".vectors"), used)) static const struct serial_vectors vectors = {
    .core =
        {
            .stack = (uint32_t *)B0_LOADER_BASE, /* like startup.c */
            .reset = Reset_Handler,
            .faults = {b0_fault, b0_fault, b0_fault, b0_fault, b0_fault},
            .words = {B0_LOADER_SIGNATURE, B0_VECTORS_VERSION, CHIP_DEVICE_ID,
                      B0_LOADER_FIRST_BAUD},
        },
    .exceptions = {b0_fault, b0_fault, b0_fault, b0_fault, b0_tick},
    .usarts = {b0_usart_interrupt, b0_usart_interrupt, b0_usart_interrupt},
};

/* A fault resets the chip; with BOOT0 high the ROM runs again. */
_Noreturn void b0_fault(void)
{
    SCB_AIRCR = SCB_AIRCR_VECTKEY | SCB_AIRCR_SYSRESETREQ;
    for (;;) {
    }
}

/* chip/time.h makes SysTick's exception pending at the end of a period; nothing sleeps here. */
void b0_tick(void)
{
}

_Noreturn void Reset_Handler(void)
{
    /* The ROM may have left interrupts on. */
    __asm__ volatile("cpsid i" ::: "memory");
    SCB_VTOR = (uint32_t)(uintptr_t)&vectors;
    for (uint32_t *word = bss_start; word < bss_end; word++)
        *word = 0;
    __asm__ volatile("msr msp, %0\n bx %1" : : "r"(stack_top), "r"(b0_main) : "memory");
    __builtin_unreachable();
}
