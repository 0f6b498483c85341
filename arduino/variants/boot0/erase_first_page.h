/* SPDX-License-Identifier: MIT */
/*
 * L07x and L08x with two banks of flash: erases the first page of the sketch.
 *
 * Their ROM, from version 4.1 on, looks for a program before it listens to a host. If the first
 * word of a bank is a stack pointer, the ROM starts that program, even if BFB2 is not set and the
 * ROM is mapped to address 0. The ROM stays active if that word is erased. Users of the chips
 * report both: community.st.com, "STM32L072CZ - Jumping in DFU bootloader via software" and
 * "STM32L082 address in bootloader to skip bank2/bank1 dual boot"; Stack Overflow 42020893
 * (versions 4.0 and 4.1).
 *
 * Without a following upload the sketch is lost, and the board needs BOOT0. So this is a separate
 * upload method in boards.txt.
 */
#ifndef BOOT0_ERASE_FIRST_PAGE_H
#define BOOT0_ERASE_FIRST_PAGE_H

/* RM0367, 3 (Flash program memory): unlock, page erase; keys as in stm32l0xx_hal_flash.h. */
#define FLASH_PECR    REGISTER(0x40022004)
#define FLASH_PEKEYR  REGISTER(0x4002200c)
#define FLASH_PRGKEYR REGISTER(0x40022010)
#define FLASH_SR      REGISTER(0x40022018)
#define FIRST_PAGE    REGISTER(0x08000000)

enum {
    PECR_PROG = 1 << 3,
    PECR_ERASE = 1 << 9,
    SR_BSY = 1 << 0,
};

static void erase_first_page(void)
{
    FLASH_PEKEYR = 0x89abcdef;
    FLASH_PEKEYR = 0x02030405;
    FLASH_PRGKEYR = 0x8c9daebf;
    FLASH_PRGKEYR = 0x13141516;
    FLASH_PECR |= PECR_ERASE | PECR_PROG;
    FIRST_PAGE = 0;
    while (FLASH_SR & SR_BSY)
        ;
    FLASH_PECR |= 1 << 0; /* PELOCK locks both */
}

#endif
