/* SPDX-License-Identifier: MIT */
/*
 * From reset to main() on an STM32F4: the vector table, memory initialisation for C, and the reset
 * state of the chip, even if a bootloader jumped here.
 */
#include "registers.h"

int main(void);
void Reset_Handler(void);

/* Symbols of the linker script. Only their addresses are meaningful. */
extern uint32_t stack_top[], data_start[], data_end[], data_load[], bss_start[], bss_end[];

/* Unexpected interrupts stay here, so that a debugger finds the reason in IPSR. */
static void unexpected(void)
{
    for (;;) {
    }
}

/* The core's exceptions (PM0214, 2.3.4), with the usual names of CMSIS. */
#define WEAK __attribute__((weak, alias("unexpected")))
void NMI_Handler(void) WEAK;
void HardFault_Handler(void) WEAK;
void MemManage_Handler(void) WEAK;
void BusFault_Handler(void) WEAK;
void UsageFault_Handler(void) WEAK;
void SVC_Handler(void) WEAK;
void DebugMon_Handler(void) WEAK;
void PendSV_Handler(void) WEAK;
void SysTick_Handler(void) WEAK;
#define INTERRUPT(name) void name##_IRQHandler(void) WEAK;
#include "interrupts.h"
#undef INTERRUPT

/* Read by the core: the stack pointer, then an address for each exception and interrupt. */
struct vectors {
    uint32_t *stack;
    void (*exceptions[15])(void);
    void (*interrupts[CHIP_INTERRUPTS])(void);
};
_Static_assert(sizeof(struct vectors) <= 512, "memory.ld puts it at a multiple of 512");

__attribute__((section(".vectors"), used)) static const struct vectors vectors = {
    .stack = stack_top,
    .exceptions = {Reset_Handler, NMI_Handler, HardFault_Handler, MemManage_Handler,
                   BusFault_Handler, UsageFault_Handler, NULL, NULL, NULL, NULL, SVC_Handler,
                   DebugMon_Handler, NULL, PendSV_Handler, SysTick_Handler},
    .interrupts =
        {
#define INTERRUPT(name) name##_IRQHandler,
#include "interrupts.h"
#undef INTERRUPT
        },
};

/*
 * The ROM bootloader and others may jump here with their own clocks, interrupts and vector table
 * active. After a reset this changes nothing. Uses no variables, which are not initialised yet.
 */
static void as_after_reset(void)
{
    SYSTICK->ctrl = 0;
    for (size_t i = 0; i < NVIC_WORDS; i++) {
        NVIC_ICER[i] = UINT32_MAX;
        NVIC_ICPR[i] = UINT32_MAX;
    }
    /* Switch to HSI first, then stop the former clock sources (RM0090, 7.2.6). */
    RCC->cr |= RCC_CR_HSION;
    while ((RCC->cr & RCC_CR_HSIRDY) == 0) {
    }
    RCC->cfgr &= ~RCC_CFGR_SW;
    while ((RCC->cfgr & RCC_CFGR_SWS) != 0) {
    }
    RCC->cfgr = 0;
    RCC->cr &= ~(RCC_CR_HSEON | RCC_CR_CSSON | RCC_CR_PLLON);
    RCC->cir = 0;
    SCB_VTOR = (uint32_t)(uintptr_t)&vectors;
}

void Reset_Handler(void)
{
    __asm__ volatile("cpsid i" ::: "memory");
    as_after_reset();
    const uint32_t *load = data_load;
    for (uint32_t *word = data_start; word < data_end; word++) {
        *word = *load++;
    }
    for (uint32_t *word = bss_start; word < bss_end; word++) {
        *word = 0;
    }
    __asm__ volatile("dsb\n\tisb\n\tcpsie i" ::: "memory");
    main();
    unexpected();
}
