/* SPDX-License-Identifier: MIT */
/*
 * The flash interface's registers: RM0090, 3.6 to 3.9. What an operation does to the memory, how
 * long it takes, and what is left of it when the power goes is the board's business (chip/flash.c,
 * vboard_work_begin()); here are the locks, the rules, and the errors.
 */
#include "flash_private.h"

#include "../board/board.h"
#include "../board/clock.h"
#include "../board/power.h"
#include "memory.h"
#include "parts.h"
#include "report.h"
#include "time.h"

#include <core/bytes.h>
#include <string.h>

enum {
    ACR = 0x00,
    KEYR = 0x04,
    OPTKEYR = 0x08,
    SR = 0x0c,
    CR = 0x10,
    OPTCR = 0x14,

    CR_WRITABLE = 0x030103ff, /* all but LOCK */
    OPTCR_LOCK = 1 << 0,
    OPTCR_START = 1 << 1,
    OPTCR_BITS = 0x0fffffec, /* BOR_LEV, USER, RDP, nWRP */
    OPTION_BASE = 0x1fffc000,
    ACR_BITS = 0x1f07,
};

/* 3.6.1, 3.9.3: two keys in this order; a wrong one locks until the next reset. */
static const uint32_t keys[] = {0x45670123, 0xcdef89ab};
static const uint32_t option_keys[] = {0x08192a3b, 0x4c5d6e7f};

/* ---- state ---- */

static uint32_t load_options(const struct vboard_chip *chip)
{
    return ((uint32_t)chip->loaded[0] & 0xec) | (uint32_t)chip->loaded[1] << 8 |
           ((uint32_t)b0_load16(chip->loaded + 8) & 0xfff) << 16;
}

void vboard_flashc_reset(struct vboard_machine *machine)
{
    struct vboard_flashc *flash = machine->flash;

    memset(flash, 0, sizeof *flash);
    flash->cr = FLASH_CR_LOCKED;
    flash->optcr = load_options(&machine->board->chip) | OPTCR_LOCK;
    flash->end_ns = VBOARD_NEVER;
}

/* 3.5.1, table 10: wait states by frequency and supply. */
void vboard_flashc_check_latency(struct vboard_machine *machine)
{
    static const struct {
        unsigned supply_mv, step_mhz;
    } rows[] = {{2700, 30}, {2400, 24}, {2100, 22}, {0, 20}};
    uint32_t latency = machine->flash->acr & 7;
    unsigned supply_mv = vboard_supply_mv(machine->board);
    size_t row = 0;

    while (supply_mv < rows[row].supply_mv)
        row++;
    if (machine->time->hclk_hz > (latency + 1) * rows[row].step_mhz * 1000000)
        vboard_report(machine, 0x40023c00,
                      "%u wait states for the flash at %u kHz and %u mV: "
                      "too few",
                      (unsigned)latency, (unsigned)(machine->time->hclk_hz / 1000), supply_mv);
}

/* ---- erasing ---- */

static uint32_t sector_address(const struct vboard_machine *machine, unsigned number)
{
    const struct vboard_area *flash = vboard_chip_flash(&machine->board->chip);

    for (uint32_t at = 0; at < flash->size;) {
        struct vboard_sector sector =
            vboard_flash_sector(&machine->board->chip, flash->address + at);

        if (sector.index == number)
            return sector.address;
        at += sector.size;
    }
    return 0;
}

/* 3.6.4: STRT begins an erase. */
static void start(struct vboard_machine *machine)
{
    struct vboard_flash_op *op = &machine->board->work.op;
    uint32_t cr = machine->flash->cr;

    vboard_flashc_end_run(machine);
    if (cr & FLASH_CR_MER) {
        op->kind = VBOARD_ERASE_ALL;
        op->address = vboard_chip_flash(&machine->board->chip)->address;
    } else if (cr & FLASH_CR_SER) {
        op->kind = VBOARD_ERASE_SECTOR;
        op->address = sector_address(machine, cr >> FLASH_CR_SNB_SHIFT & 15);
        if (op->address == 0) {
            vboard_report(machine, 0x40023c10, "erase of sector %u, which is not there",
                          (unsigned)(cr >> FLASH_CR_SNB_SHIFT & 15));
            vboard_flashc_fail(machine, FLASH_SR_PGSERR);
            return;
        }
    } else {
        vboard_report(machine, 0x40023c10, "flash STRT without SER or MER");
        return;
    }
    op->size = 0;
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

/* Why a write is refused: the error, with what is told about it. */
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
        return FLASH_SR_PGPERR; /* the core makes two halves of it, which PSIZE does not allow */
    }
    if (vboard_flashc_psize(machine) == 3 || size != 1u << vboard_flashc_psize(machine)) {
        *why = "flash was written in another width than PSIZE says";
        return FLASH_SR_PGPERR;
    }
    if (flash->sr & FLASH_SR_ERRORS) {
        *why = "flash was written with an error in SR that nobody has cleared";
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

/* ---- option bytes: 3.9 ---- */

static void start_options(struct vboard_machine *machine)
{
    struct vboard_flash_op *op = &machine->board->work.op;
    uint32_t bits = machine->flash->optcr;

    vboard_flashc_end_run(machine);
    op->kind = VBOARD_PROGRAM_OPTIONS;
    op->address = OPTION_BASE;
    op->size = 16;
    memset(op->data, 0xff, op->size);
    op->data[0] = (uint8_t)((bits & 0xec) | 3);
    op->data[1] = (uint8_t)(bits >> 8);
    b0_store16(op->data + 8, (uint16_t)(0xf000 | bits >> 16));
    vboard_flashc_begin(machine);
}

static void write_option_control(struct vboard_machine *machine, uint32_t value, uint32_t mask)
{
    struct vboard_flashc *flash = machine->flash;

    if (flash->optcr & OPTCR_LOCK) {
        vboard_report(machine, 0x40023c14, "option bytes were written while they are locked");
        return;
    }
    if (vboard_flashc_busy(machine)) {
        vboard_report(machine, 0x40023c14, "option bytes were written while the flash is busy");
        return;
    }
    vboard_merge(&flash->optcr, value & OPTCR_BITS, mask & OPTCR_BITS);
    if (value & OPTCR_START)
        start_options(machine);
    if (value & OPTCR_LOCK) {
        flash->optcr |= OPTCR_LOCK;
        flash->option_step = 0;
    }
}

/* ---- registers ---- */

/* A key register; true when the lock opens. */
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
        vboard_merge(&flash->acr, value & ACR_BITS, mask);
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
            flash->optcr &= ~(uint32_t)OPTCR_LOCK;
        break;
    case SR:
        flash->sr &= ~(value & (FLASH_SR_EOP | FLASH_SR_ERRORS));
        vboard_flashc_interrupt(machine);
        break;
    case CR:
        write_control(machine, value, mask);
        break;
    case OPTCR:
        write_option_control(machine, value, mask);
        break;
    default:
        break;
    }
}
