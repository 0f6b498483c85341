/* SPDX-License-Identifier: MIT */
#include "system_registers.h"
#include <chip/flash.h>
#include <chip/watchdog.h>

#include <core/bootloader_map.h>
#include <core/bytes.h>
#include <core/family/family.h>

#define ERRORS                                                                                     \
    (FLASH_SR_OPERR | FLASH_SR_WRPERR | FLASH_SR_PGAERR | FLASH_SR_PGPERR | FLASH_SR_PGSERR)

static const struct b0_flash_times *const times = &b0_stm32f4_times;

/* PSIZE, and the column of the times: 3.9.7 and core/flash_times.h use the same numbers. */
static enum b0_parallelism width(uint32_t unit_bytes)
{
    return unit_bytes == 4 ? B0_PARALLEL_X32 : unit_bytes == 2 ? B0_PARALLEL_X16 : B0_PARALLEL_X8;
}

/*
 * Sets the voltage detector to the level that the width needs: 5.4.1, PLS. It trips at 2.65 to 3.02
 * V for 4 bytes at a time, at 2.13 to 2.25 V for 2 (falling: DS8626, 5.3.5); 1 byte has no level of
 * its own.
 */
void b0_flash_init(struct b0_flash *flash, uint8_t unit_bytes)
{
    uint32_t level = unit_bytes == 4 ? 5 : unit_bytes == 2 ? 1 : 0;

    flash->unit_bytes = unit_bytes;
    RCC->apb1enr |= RCC_APB1ENR_PWR;
    (void)RCC->apb1enr;
    PWR->cr = (PWR->cr & ~PWR_CR_PLS) | level << PWR_CR_PLS_SHIFT | PWR_CR_PVDE;
}

bool b0_flash_starved(void)
{
    return (PWR->csr & PWR_CSR_PVDO) != 0;
}

static void unlock(void)
{
    if ((FLASH->cr & FLASH_CR_LOCK) == 0)
        return;
    FLASH->keyr = FLASH_KEY_1;
    FLASH->keyr = FLASH_KEY_2;
    FLASH->sr = ERRORS | FLASH_SR_EOP; /* left by an earlier program: cleared by writing 1 */
}

static void lock(void *context)
{
    (void)context;
    FLASH->cr = FLASH_CR_LOCK;
}

uint8_t b0_flash_unit_bytes(uint16_t supply_mv)
{
    /* The limits are 2.7 and 2.1 V: these values are above those of the voltage detector, which is
     * checked before writing. */
    return supply_mv >= 3050 ? 4 : supply_mv >= 2400 ? 2 : 1;
}

/* 3.9.8: the second bank's sectors, from 12 on, have numbers from 16 on. */
static uint32_t sector_number(uint8_t sector)
{
    return sector < B0_BANK_SECTORS ? sector : sector + 4u;
}

static void erase(void *context, uint8_t sector)
{
    struct b0_flash *flash = context;
    uint32_t cr = FLASH_CR_EOPIE | FLASH_CR_SER | sector_number(sector) << FLASH_CR_SNB_SHIFT |
                  (uint32_t)width(flash->unit_bytes) << FLASH_CR_PSIZE_SHIFT;

    unlock();
    FLASH->cr = cr;
    FLASH->cr = cr | FLASH_CR_STRT;
}

static void write_unit(uint32_t address, const uint8_t *data, uint32_t unit)
{
    if (unit == 4)
        *(volatile uint32_t *)address = b0_load32(data);
    else if (unit == 2)
        *(volatile uint16_t *)address = b0_load16(data);
    else
        *(volatile uint8_t *)address = data[0];
    __asm__ volatile("dsb" ::: "memory"); /* BSY is visible to the next reader */
}

/*
 * Programs odd ends in smaller units, so that adjacent bytes are not touched. Waits for all units
 * except the last one: this costs the bus little, and saves the time between them.
 */
static uint32_t program(void *context, uint32_t address, const uint8_t *data, uint32_t size)
{
    struct b0_flash *flash = context;
    uint32_t unit = flash->unit_bytes, done = 0;

    while (unit > 1 && ((address & (unit - 1)) != 0 || size < unit))
        unit /= 2;
    unlock();
    FLASH->cr = FLASH_CR_EOPIE | FLASH_CR_PG | (uint32_t)width(unit) << FLASH_CR_PSIZE_SHIFT;
    for (;;) {
        write_unit(address + done, data + done, unit);
        done += unit;
        if (size - done < unit)
            return done;
        while ((FLASH->sr & FLASH_SR_BSY) != 0) {
        }
        if ((FLASH->sr & ERRORS) != 0)
            return done; /* state() reports the failure */
        FLASH->sr = FLASH_SR_EOP;
    }
}

static enum b0_flash_state state(void *context)
{
    uint32_t status = FLASH->sr;

    (void)context;
    if ((status & FLASH_SR_BSY) != 0)
        return B0_FLASH_BUSY;
    if ((status & (ERRORS | FLASH_SR_EOP)) != 0)
        FLASH->sr = ERRORS | FLASH_SR_EOP; /* also clears the interrupt */
    if ((status & ERRORS) == 0)
        return b0_flash_starved() ? B0_FLASH_STARVED : B0_FLASH_READY;
    return (status & FLASH_SR_WRPERR) != 0 ? B0_FLASH_PROTECTED : B0_FLASH_FAILED;
}

static const uint8_t *contents(void *context, uint32_t address)
{
    (void)context;
    return (const uint8_t *)address;
}

static uint32_t time_us(void *context, uint8_t sector, uint32_t size)
{
    const struct b0_flash *flash = context;
    unsigned row = 0;

    if (size > 0)
        return (size + flash->unit_bytes - 1) / flash->unit_bytes * times->program_us;
    size = b0_sector_size(sector);
    while (row + 1 < B0_FLASH_ERASE_ROWS && times->erase[row].sector_size < size)
        row++;
    return times->erase[row].ms[width(flash->unit_bytes)] * 1000u;
}

const struct b0_flash_ops b0_flash_ops = {
    .erase = erase,
    .program = program,
    .state = state,
    .contents = contents,
    .lock = lock,
    .time_us = time_us,
};

/* ---- option bytes ---- */

/* nWRP of one of the first 12 sectors: 0 protects. */
#define NOT_PROTECTED(sector) (1u << (FLASH_OPTCR_NWRP_SHIFT + (sector)))

bool b0_flash_protected(uint8_t sector)
{
    return (FLASH->optcr & NOT_PROTECTED(sector)) == 0;
}

bool b0_flash_read_protected(void)
{
    return (FLASH->optcr >> FLASH_OPTCR_RDP_SHIFT & 0xff) != FLASH_OPTCR_RDP_OFF;
}

/* BOR_LEV 3 is off, 0 the highest level: RM0090, table 15. */
uint8_t b0_flash_brownout(void)
{
    return 3 - (FLASH->optcr >> FLASH_OPTCR_BOR_SHIFT & 3);
}

static void wait_while_busy(void)
{
    while ((FLASH->sr & FLASH_SR_BSY) != 0)
        b0_watchdog_feed();
}

/* Writes bits of OPTCR if they differ and the supply suffices. */
static void set_options(uint32_t mask, uint32_t value)
{
    if ((FLASH->optcr & mask) == value || b0_flash_starved())
        return;
    FLASH->optkeyr = FLASH_OPTION_KEY_1;
    FLASH->optkeyr = FLASH_OPTION_KEY_2;
    wait_while_busy();
    FLASH->optcr = (FLASH->optcr & ~mask) | value;
    FLASH->optcr |= FLASH_OPTCR_OPTSTRT;
    wait_while_busy(); /* some hundred milliseconds: the write erases a sector */
    FLASH->optcr |= FLASH_OPTCR_OPTLOCK;
}

void b0_flash_protect(uint8_t first_sector, uint8_t last_sector, bool on)
{
    uint32_t mask = 0;

    for (uint8_t sector = first_sector; sector <= last_sector; sector++)
        mask |= NOT_PROTECTED(sector);
    set_options(mask, on ? 0 : mask);
}

void b0_flash_set_brownout(uint8_t level)
{
    set_options(3u << FLASH_OPTCR_BOR_SHIFT, (3u - level) << FLASH_OPTCR_BOR_SHIFT);
}
