/* SPDX-License-Identifier: MIT */
/*
 * The flash interface's registers: RM0090, 3.6 to 3.9. The board decides what an operation does to
 * the memory, how long it takes, and what a loss of power leaves of it (chip/flash.c,
 * vboard_work_begin()). This file has the locks, the rules, and the errors.
 */
#include "flash_private.h"

#include "../board/board.h"
#include "../board/clock.h"
#include "../board/power.h"
#include "chips.h"
#include "memory.h"
#include "parts.h"
#include "report.h"
#include "time.h"

#include <string.h>

enum {
    ACR = 0x00,
    KEYR = 0x04,
    OPTKEYR = 0x08,
    SR = 0x0c,
    CR = 0x10,
    OPTCR = 0x14,
    OPTCR1 = 0x18,

    CR_WRITABLE = 0x030183ff, /* all except LOCK */
    SNB_BANK_2 = 16,
    ACR_BITS = 0x1f00, /* and LATENCY */
};

/* 3.6.1, 3.9.3: two keys in this order; a wrong one locks until the next reset. */
static const uint32_t keys[] = {0x45670123, 0xcdef89ab};
static const uint32_t option_keys[] = {0x08192a3b, 0x4c5d6e7f};

/* ---- state ---- */

void vboard_flashc_reset(struct vboard_machine *machine)
{
    struct vboard_flashc *flash = machine->flash;

    memset(flash, 0, sizeof *flash);
    flash->cr = FLASH_CR_LOCKED;
    vboard_flashc_load_options(machine);
    flash->end_ns = VBOARD_NEVER;
}

/* 3.5.1, tables 10 and 11: wait states by frequency and supply. */
void vboard_flashc_check_latency(struct vboard_machine *machine)
{
    static const uint16_t ranges_mv[VBOARD_WAIT_RANGES] = {2700, 2400, 2100, 0};
    uint32_t latency = machine->flash->acr & machine->chip->acr_latency;
    unsigned supply_mv = vboard_supply_mv(machine->board);
    const uint8_t *limits;
    size_t row = 0;

    while (supply_mv < ranges_mv[row])
        row++;
    limits = machine->chip->limits->wait[row];
    for (uint32_t i = 0; i <= latency; i++)
        if (i >= VBOARD_WAIT_STATES || limits[i] == 0)
            return;
    if (machine->time->hclk_hz > limits[latency] * 1000000u)
        vboard_report(machine, 0x40023c00,
                      "%u wait states for the flash at %u kHz and %u mV: too few",
                      (unsigned)latency, (unsigned)(machine->time->hclk_hz / 1000), supply_mv);
}

/* ---- erasing ---- */

/*
 * The index of the sector in SNB. Bank 2 counts from 16 (RM0090, 3.9.8); F4 chips with one bank
 * have at most 12 sectors. An index past the last means no such sector.
 */
static unsigned sector_of(const struct vboard_machine *machine, unsigned snb)
{
    unsigned count = vboard_flash_count(&machine->board->chip);
    unsigned per_bank = count / machine->board->chip.part->banks;

    if (snb % SNB_BANK_2 >= per_bank)
        return count;
    return snb / SNB_BANK_2 * per_bank + snb % SNB_BANK_2;
}

/* 0: no sector has that index. */
static uint32_t sector_address(const struct vboard_machine *machine, unsigned index)
{
    const struct vboard_area *flash = vboard_chip_flash(&machine->board->chip);

    for (uint32_t at = 0; at < flash->size;) {
        struct vboard_sector sector =
            vboard_flash_sector(&machine->board->chip, flash->address + at);

        if (sector.index == index)
            return sector.address;
        at += sector.size;
    }
    return 0;
}

/* One bank, or with both bits the whole flash. */
static bool prepare_mass_erase(struct vboard_machine *machine)
{
    struct vboard_flash_op *op = &machine->board->work.op;
    const struct vboard_area *flash = vboard_chip_flash(&machine->board->chip);
    bool two = machine->board->chip.part->banks == 2;
    uint32_t bits = machine->flash->cr & (FLASH_CR_MER | FLASH_CR_MER1);

    if ((bits & FLASH_CR_MER1) && !two) {
        vboard_report(machine, 0x40023c10, "MER1 was set, but there is only one bank");
        return false;
    }
    op->kind = two && bits != (FLASH_CR_MER | FLASH_CR_MER1) ? VBOARD_ERASE_BANK : VBOARD_ERASE_ALL;
    op->address = flash->address + (bits == FLASH_CR_MER1 ? flash->size / 2 : 0);
    return true;
}

static bool prepare_sector_erase(struct vboard_machine *machine)
{
    struct vboard_flash_op *op = &machine->board->work.op;
    unsigned snb = machine->flash->cr >> FLASH_CR_SNB_SHIFT & 31;

    op->kind = VBOARD_ERASE_SECTOR;
    op->address = sector_address(machine, sector_of(machine, snb));
    if (op->address == 0)
        vboard_report(machine, 0x40023c10, "erase of sector %u, which does not exist", snb);
    return op->address != 0;
}

/* 3.6.4: STRT begins an erase. */
static void start(struct vboard_machine *machine)
{
    uint32_t cr = machine->flash->cr;
    bool is_mass = cr & (FLASH_CR_MER | FLASH_CR_MER1);

    vboard_flashc_end_run(machine);
    if (!is_mass && !(cr & FLASH_CR_SER)) {
        vboard_report(machine, 0x40023c10, "flash STRT without SER or MER");
        return;
    }
    if (!(is_mass ? prepare_mass_erase(machine) : prepare_sector_erase(machine))) {
        vboard_flashc_fail(machine, FLASH_SR_PGSERR);
        return;
    }
    machine->board->work.op.size = 0;
    vboard_flashc_begin(machine);
    if (vboard_flashc_busy(machine))
        vboard_flashc_hide(machine, true);
}

/* ---- programming ---- */

void vboard_flashc_undo(struct vboard_machine *machine)
{
    struct vboard_flashc *flash = machine->flash;
    uint8_t *bytes = vboard_memory_at(machine, flash->undo_address, flash->undo_size);

    flash->undo = false;
    if (bytes)
        memcpy(bytes, flash->undo_bytes, flash->undo_size);
}

static void keep_for_undo(struct vboard_machine *machine, uint32_t address, uint32_t size)
{
    struct vboard_flashc *flash = machine->flash;
    const uint8_t *bytes = vboard_memory_at(machine, address, size);

    if (!bytes || size > sizeof flash->undo_bytes)
        return;
    flash->undo = true;
    flash->undo_address = address;
    flash->undo_size = size;
    memcpy(flash->undo_bytes, bytes, size);
}

/* The error of a refused write, with a report about it. */
static uint32_t refusal(const struct vboard_machine *machine, uint32_t address, uint32_t size,
                        const char **why)
{
    const struct vboard_flashc *flash = machine->flash;

    *why = NULL;
    if (flash->cr & FLASH_CR_LOCKED)
        *why = "flash was written while it is locked";
    else if (!(flash->cr & FLASH_CR_PG))
        *why = "flash was written without PG";
    if (*why)
        return FLASH_SR_PGSERR;
    if (address % size != 0) {
        *why = "flash was written at an unaligned address";
        return FLASH_SR_PGPERR; /* the core splits it into halves, which PSIZE does not allow */
    }
    if (vboard_flashc_psize(machine) == 3 || size != 1u << vboard_flashc_psize(machine)) {
        *why = "flash was written in another width than PSIZE selects";
        return FLASH_SR_PGPERR;
    }
    if (flash->sr & FLASH_SR_ERRORS) {
        *why = "flash was written with an uncleared error in SR";
        return FLASH_SR_PGSERR;
    }
    return 0;
}

void vboard_flashc_store(struct vboard_machine *machine, uint32_t address, uint32_t size,
                         uint64_t value)
{
    const struct vboard_area *area = vboard_chip_flash(&machine->board->chip);
    struct vboard_flash_op *op = &machine->board->work.op;
    const char *why;
    uint32_t error;

    keep_for_undo(machine, address, size);
    if (address < area->size && machine->memory->mapped_at_0 == 0)
        address += area->address;
    if (address - area->address >= area->size) {
        vboard_report(machine, address, "wrote to read-only memory");
        return;
    }
    error = refusal(machine, address, size, &why);
    if (vboard_flashc_busy(machine)) {
        vboard_report(machine, address, "flash was written while it is busy");
        machine->flash->undo = false;
        vboard_flashc_wait(machine);
        keep_for_undo(machine, address, size);
    }
    if (error) {
        vboard_report(machine, address, "%s", why);
        vboard_flashc_fail(machine, error);
        return;
    }
    op->kind = VBOARD_PROGRAM;
    op->address = address;
    op->size = size;
    for (uint32_t i = 0; i < size; i++)
        op->data[i] = (uint8_t)(value >> 8 * i);
    vboard_flashc_count(machine, address, size);
    vboard_flashc_begin(machine);
}

/* ---- registers ---- */

/* Writes a key register. True when the lock opens. */
static bool take_key(struct vboard_machine *machine, const uint32_t wanted[2], uint8_t *step,
                     bool *broken, uint32_t value)
{
    if (*broken || value != wanted[*step]) {
        *broken = true;
        vboard_report(machine, 0x40023c04, "a wrong key for the flash: locked until a reset");
        return false;
    }
    *step = (uint8_t)((*step + 1) % 2);
    return *step == 0;
}

static void write_control(struct vboard_machine *machine, uint32_t value, uint32_t mask)
{
    struct vboard_flashc *flash = machine->flash;
    uint32_t before = flash->cr;

    if (flash->cr & FLASH_CR_LOCKED) {
        if (value & ~FLASH_CR_LOCKED)
            vboard_report(machine, 0x40023c10, "FLASH_CR was written while it is locked");
        return;
    }
    if (vboard_flashc_busy(machine)) {
        if ((value & mask) != (flash->cr & mask))
            vboard_report(machine, 0x40023c10, "FLASH_CR was written while the flash is busy");
        return;
    }
    vboard_merge(&flash->cr, value & CR_WRITABLE, mask);
    if (value & mask & FLASH_CR_LOCKED)
        flash->cr |= FLASH_CR_LOCKED;
    if ((before & FLASH_CR_PG) && !(flash->cr & FLASH_CR_PG))
        vboard_flashc_end_run(machine);
    if (value & mask & FLASH_CR_STRT)
        start(machine);
    vboard_flashc_interrupt(machine);
}

uint32_t vboard_flashc_read(struct vboard_machine *machine, uint32_t offset)
{
    const struct vboard_flashc *flash = machine->flash;

    switch (offset) {
    case ACR:
        return flash->acr;
    case SR:
        return flash->sr | (vboard_flashc_busy(machine) ? FLASH_SR_BSY : 0);
    case CR:
        return flash->cr | (vboard_flashc_busy(machine) && flash->hides ? FLASH_CR_STRT : 0);
    case OPTCR:
        return flash->optcr;
    case OPTCR1:
        return flash->optcr1;
    default:
        return 0;
    }
}

void vboard_flashc_write(struct vboard_machine *machine, uint32_t offset, uint32_t value,
                         uint32_t mask)
{
    struct vboard_flashc *flash = machine->flash;

    switch (offset) {
    case ACR:
        vboard_merge(&flash->acr, value & (ACR_BITS | machine->chip->acr_latency), mask);
        vboard_flashc_check_latency(machine);
        break;
    case KEYR:
        if (!(flash->cr & FLASH_CR_LOCKED)) {
            flash->keys_broken = true; /* 3.6.1: any write out of order locks */
            flash->cr |= FLASH_CR_LOCKED;
        } else if (take_key(machine, keys, &flash->key_step, &flash->keys_broken, value)) {
            vboard_flashc_unlocked(machine);
        }
        break;
    case OPTKEYR:
        if (take_key(machine, option_keys, &flash->option_step, &flash->option_keys_broken, value))
            flash->optcr &= ~(uint32_t)FLASH_OPTCR_LOCK;
        break;
    case SR:
        flash->sr &= ~(value & (FLASH_SR_EOP | FLASH_SR_ERRORS));
        vboard_flashc_interrupt(machine);
        break;
    case CR:
        write_control(machine, value, mask);
        break;
    case OPTCR:
        vboard_flashc_write_optcr(machine, value, mask);
        break;
    case OPTCR1:
        vboard_flashc_write_optcr1(machine, value, mask);
        break;
    default:
        break;
    }
}
