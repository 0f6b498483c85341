/* SPDX-License-Identifier: MIT */
/*
 * Restarts a sketch into the bootloader, so that Upload works while it runs and nobody presses
 * BOOT0. The sketch needs not a line for it.
 *
 * STM32duino's USB serial counts changes of DTR and RTS; after four of them it shows the next
 * characters to the weak function dtr_togglingHook() (cores/arduino/hooks.c and
 * libraries/USBDevice/src/cdc/usbd_cdc_if.c of Arduino_Core_STM32, 2.7 to 3.0). boot0 sends "1EAF"
 * then, as for Maple boards. The wish is left in a backup register, which outlives the reset that
 * follows; who reads it depends on the upload method: the boot0 bootloader, or restart() below.
 */
#if defined(BOOT0_BOOTLOADER) || defined(BOOT0_ROM)

#include <stdint.h>
#include <string.h>

/*
 * RM0090, 7.3.13 and 7.3.14 (RCC), 9.2.1 (SYSCFG_MEMRMP), 5.4.1 (PWR_CR), 26.6.20 (RTC_BKPxR);
 * PM0214, 4.4.4 and 4.4.5 (VTOR, AIRCR).
 */
#define REGISTER(address) (*(volatile uint32_t *)(address))
#define RCC_APB1ENR       REGISTER(0x40023840)
#define RCC_APB2ENR       REGISTER(0x40023844)
#define SYSCFG_MEMRMP     REGISTER(0x40013800)
#define SCB_VTOR          REGISTER(0xe000ed08)
#define PWR_CR            REGISTER(0x40007000)
#define RTC_BKP19R        REGISTER(0x4000289c)
#define SCB_AIRCR         REGISTER(0xe000ed0c)

enum {
    PWR_CLOCK = 1 << 28,
    BACKUP_ACCESS = 1 << 8,
    SYSCFG_CLOCK = 1 << 14,
};

/* docs/PROTOCOL.md, "The handover word". */
#define START_BOOTLOADER 0xb0070001u
#define START_ROM        0xb0070002u

#ifdef BOOT0_ROM
#define WISH START_ROM
#else
#define WISH START_BOOTLOADER
#endif

static void allow_backup_access(void)
{
    RCC_APB1ENR |= PWR_CLOCK;
    (void)RCC_APB1ENR; /* two cycles until the clock is there (an erratum of the F40x, ES0182) */
    PWR_CR |= BACKUP_ACCESS;
}

static void reset(void)
{
    __asm volatile("dsb");
    SCB_AIRCR = 0x05fa0004; /* VECTKEY, SYSRESETREQ */
    __asm volatile("dsb");
    for (;;)
        ;
}

void boot0_restart_into_bootloader(void)
{
    allow_backup_access();
    RTC_BKP19R = WISH;
    reset();
}

/* Called by the core's USB serial with what came after DTR was toggled. */
void dtr_togglingHook(uint8_t *buffer, uint32_t *length)
{
    if (*length >= 4 && memcmp(buffer, "1EAF", 4) == 0)
        boot0_restart_into_bootloader();
}

#ifdef BOOT0_ROM

/* The ROM's vector table (AN2606, "STM32F40xxx/41xxx devices bootloader"). */
#define ROM_VECTORS ((const uint32_t *)0x1fff0000)

/*
 * There is no bootloader that could read the wish: the sketch does, before the core sets up clocks
 * and USB, so that the ROM finds the chip as after a reset (AN2606, 4.1: SYSCFG maps the ROM to
 * address 0). Functions of .preinit_array run before all constructors, of which premain(), the
 * core's start, is the first.
 */
static void restart(void)
{
    allow_backup_access();
    if (RTC_BKP19R != START_ROM)
        return;
    RTC_BKP19R = 0;
    RCC_APB2ENR |= SYSCFG_CLOCK;
    (void)RCC_APB2ENR;
    SYSCFG_MEMRMP = 1;
    SCB_VTOR = 0;
    __asm volatile("msr msp, %0\n\tbx %1" ::"r"(ROM_VECTORS[0]), "r"(ROM_VECTORS[1]) : "memory");
    __builtin_unreachable();
}

__attribute__((section(".preinit_array"), used)) static void (*const first)(void) = restart;

#endif
#endif
