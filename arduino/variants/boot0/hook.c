/* SPDX-License-Identifier: MIT */
/*
 * Restarts a sketch into the bootloader, so that Upload works while it runs and nobody needs to
 * press BOOT0. The sketch needs no code for it.
 *
 * STM32duino's USB serial counts changes of DTR and RTS; after four of them it passes the next
 * characters to the weak function dtr_togglingHook() (cores/arduino/hooks.c and
 * libraries/USBDevice/src/cdc/usbd_cdc_if.c of Arduino_Core_STM32, 2.7 to 3.0). boot0 then sends
 * "1EAF", as for Maple boards. The hook stores a request and resets the chip. The upload method, by
 * its build.bootloader_flags in boards.txt, decides which of these two reads the request:
 *
 *   BOOT0_BOOTLOADER    boot0's bootloader; the request is in a backup register
 *   BOOT0_ROM=family    restart() below, which starts the ROM; the request is in RAM
 */
#if defined(BOOT0_BOOTLOADER) || defined(BOOT0_ROM)

#include "system_memory.h"

#include <stdint.h>
#include <string.h>

#define REGISTER(address) (*(volatile uint32_t *)(address))

/* PM0214, 4.4.4 and 4.4.5; the same address in every Cortex-M that has it. */
#define SCB_VTOR  REGISTER(0xe000ed08)
#define SCB_AIRCR REGISTER(0xe000ed0c)

/* docs/reference/protocol.md, "The handover word". */
#define START_BOOTLOADER 0xb0070001u
#define START_ROM        0xb0070002u

static void leave_wish(void);

void boot0_restart_into_bootloader(void)
{
    __asm volatile("cpsid i");
    leave_wish();
    __asm volatile("dsb");
    SCB_AIRCR = 0x05fa0004; /* VECTKEY, SYSRESETREQ */
    __asm volatile("dsb");
    for (;;)
        ;
}

/* Called by the core's USB serial with the characters after DTR was toggled. */
void dtr_togglingHook(uint8_t *buffer, uint32_t *length)
{
    if (*length >= 4 && memcmp(buffer, "1EAF", 4) == 0)
        boot0_restart_into_bootloader();
}

#ifdef BOOT0_BOOTLOADER

/* RM0090, 7.3.13 (RCC), 5.4.1 (PWR_CR), 26.6.20 (RTC_BKPxR); the same in all of F4. */
#define RCC_APB1ENR REGISTER(0x40023840)
#define PWR_CR      REGISTER(0x40007000)
#define RTC_BKP19R  REGISTER(0x4000289c)

enum {
    PWR_CLOCK = 1 << 28,
    BACKUP_ACCESS = 1 << 8,
    ACCESS_LOOPS = 1000,
};

static void leave_wish(void)
{
    RCC_APB1ENR |= PWR_CLOCK;
    (void)RCC_APB1ENR; /* two cycles until the clock runs (an erratum of the F40x, ES0182) */
    PWR_CR |= BACKUP_ACCESS;
    /* The bit must read as set before the first write (5.1.2): at most a few clocks of APB1. */
    for (int i = 0; i < ACCESS_LOOPS && (PWR_CR & BACKUP_ACCESS) == 0; i++)
        ;
    RTC_BKP19R = START_BOOTLOADER;
    (void)RTC_BKP19R; /* the write is complete when it can be read */
}

#else

static const struct system_memory rom = SYSTEM_MEMORY(BOOT0_ROM);

/*
 * RAM survives a reset, and the core's start-up leaves this place unchanged: it is at the far end
 * of the stack (_Min_Stack_Size of STM32duino's linker scripts is at least 0x400), outside of .data
 * and .bss. After power-on RAM has random contents; hence a word and its complement.
 */
extern uint32_t _estack[];
#define WISH          REGISTER((uint32_t)_estack - 0x400)
#define WISH_INVERTED REGISTER((uint32_t)_estack - 0x400 + 4)

static void leave_wish(void)
{
    WISH = START_ROM;
    WISH_INVERTED = ~START_ROM;
}

#ifdef BOOT0_ERASE
#include "erase_first_page.h"
#else
static void erase_first_page(void)
{
}
#endif

static void map_rom(void)
{
    if (rom.remap == 0) {
        SCB_VTOR = rom.vectors;
        return;
    }
    REGISTER(rom.clock_enable) |= rom.syscfg_clock;
    (void)REGISTER(rom.clock_enable);
    REGISTER(rom.remap) = (REGISTER(rom.remap) & ~REMAP_MASK) | REMAP_SYSTEM;
    SCB_VTOR = 0;
}

/*
 * No bootloader can read the request: the sketch does, before the core sets up clocks and USB, so
 * that the ROM finds the chip as after a reset. Functions of .preinit_array run before all
 * constructors, of which premain(), the core's start-up, is the first.
 */
static void restart(void)
{
    const uint32_t *vectors = (const uint32_t *)rom.vectors;

    if (WISH != START_ROM || WISH_INVERTED != ~START_ROM)
        return;
    WISH = 0;
    erase_first_page();
    map_rom();
    __asm volatile("dsb\n\tisb");
    __asm volatile("msr msp, %0\n\tbx %1" ::"r"(vectors[0]), "r"(vectors[1]) : "memory");
    __builtin_unreachable();
}

__attribute__((section(".preinit_array"), used)) static void (*const first)(void) = restart;

#endif
#endif
