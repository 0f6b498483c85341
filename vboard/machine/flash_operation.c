/* SPDX-License-Identifier: MIT */
/*
 * The flash at work for a program: from the start of an operation to its end, and what has to wait
 * for it. The board decides the operation's effect and duration (chip/flash.c,
 * vboard_work_begin()).
 */
#include "flash_private.h"

#include "../board/board.h"
#include "../board/clock.h"
#include "../board/power.h"
#include "cpu.h"
#include "memory.h"
#include "nvic.h"
#include "parts.h"
#include "report.h"
#include "time.h"

#define UNLOCKED_NS UINT64_C(200000000) /* it may be unlocked so long with nothing done */

bool vboard_flashc_busy(const struct vboard_machine *machine)
{
    return machine->flash->end_ns != VBOARD_NEVER;
}

void vboard_flashc_interrupt(struct vboard_machine *machine)
{
    const struct vboard_flashc *flash = machine->flash;

    vboard_nvic_line(machine, VBOARD_IRQ_FLASH,
                     ((flash->cr & FLASH_CR_EOPIE) && (flash->sr & FLASH_SR_EOP)) ||
                         ((flash->cr & FLASH_CR_ERRIE) && (flash->sr & FLASH_SR_OPERR)));
}

void vboard_flashc_fail(struct vboard_machine *machine, uint32_t error)
{
    machine->flash->sr |= error;
    if (machine->flash->cr & FLASH_CR_ERRIE)
        machine->flash->sr |= FLASH_SR_OPERR;
    vboard_flashc_interrupt(machine);
}

/* ---- operations ---- */

static const uint8_t widths[] = {B0_PARALLEL_X8, B0_PARALLEL_X16, B0_PARALLEL_X32, B0_PARALLEL_X32};

unsigned vboard_flashc_psize(const struct vboard_machine *machine)
{
    return machine->flash->cr >> FLASH_CR_PSIZE_SHIFT & 3;
}

static void done(void *context, const struct vboard_flash_result *result)
{
    struct vboard_machine *machine = context;

    if (result->failed)
        vboard_flashc_fail(machine, FLASH_SR_PGPERR);
    else if (machine->flash->cr & FLASH_CR_EOPIE)
        machine->flash->sr |= FLASH_SR_EOP;
    vboard_flashc_interrupt(machine);
}

void vboard_flashc_hide(struct vboard_machine *machine, bool hidden)
{
    const struct vboard_area *flash = vboard_chip_flash(&machine->board->chip);
    uint32_t from = machine->flash->busy_from, size = machine->flash->busy_size;
    uint32_t permissions = hidden ? UC_PROT_EXEC : UC_PROT_READ | UC_PROT_EXEC;

    if (machine->flash->hides == hidden)
        return;
    machine->flash->hides = hidden;
    uc_mem_protect(machine->cpu->uc, from, size, permissions);
    if (machine->memory->mapped_at_0 == 0)
        uc_mem_protect(machine->cpu->uc, from - flash->address, size, permissions);
}

bool vboard_flashc_stalls(const struct vboard_machine *machine, uint32_t address)
{
    const struct vboard_area *flash = vboard_chip_flash(&machine->board->chip);

    if (!machine->cpu->stalls || !vboard_memory_is_flash(machine, address))
        return false;
    if (address < flash->size)
        address += flash->address;
    return address - machine->flash->busy_from < machine->flash->busy_size;
}

/* RM0090, 3.6, read while write: one bank can be read while the other one is erased or programmed.
 */
static void note_place(struct vboard_machine *machine)
{
    const struct vboard_chip *chip = &machine->board->chip;
    const struct vboard_area *flash = vboard_chip_flash(chip);
    const struct vboard_flash_op *op = &machine->board->work.op;
    uint32_t bank_size = flash->size / chip->part->banks;
    bool everywhere = op->kind == VBOARD_ERASE_ALL || op->address - flash->address >= flash->size;

    machine->flash->busy_from =
        everywhere ? flash->address : op->address - (op->address - flash->address) % bank_size;
    machine->flash->busy_size = everywhere ? flash->size : bank_size;
}

/* Begins the operation in board->work.op. */
void vboard_flashc_begin(struct vboard_machine *machine)
{
    struct vboard *board = machine->board;
    struct vboard_chip *chip = &board->chip;
    uint64_t now_ns = vboard_time_now_ns(machine), duration_us;

    chip->width = widths[vboard_flashc_psize(machine)];
    chip->needs_vpp = vboard_flashc_psize(machine) == 3;
    chip->erases_by_width = true;
    vboard_time_tell(machine);
    chip->supply_mv = vboard_supply_mv(board);
    duration_us = vboard_flash_duration(chip, &board->work.op);
    if (duration_us == 0) {
        vboard_report(machine, board->work.op.address, "write protected");
        vboard_flashc_fail(machine, FLASH_SR_WRPERR);
        return;
    }
    note_place(machine);
    board->work.by_machine = true;
    vboard_work_begin(board, false, done, machine);
    machine->flash->end_ns = now_ns + duration_us * 1000;
    machine->cpu->stalls = true;
    vboard_schedule(machine, VBOARD_EVENT_FLASH, machine->flash->end_ns);
    if (board->cut_us != VBOARD_NEVER) { /* a fault that has just been planned */
        machine->breaks = true;
        vboard_cpu_attend(machine);
    }
}

/*
 * Reports flash that stays unlocked while nothing is done with it: a program that goes astray, or a
 * supply that fails, needs one write less to spoil it (RM0090, 3.6.1: the purpose of the lock).
 */
static void watch_lock(struct vboard_machine *machine)
{
    vboard_schedule(machine, VBOARD_EVENT_UNLOCKED, vboard_time_now_ns(machine) + UNLOCKED_NS);
}

void vboard_flashc_unlocked(struct vboard_machine *machine)
{
    machine->flash->cr &= ~FLASH_CR_LOCKED;
    watch_lock(machine);
}

void vboard_flashc_unlocked_event(struct vboard_machine *machine)
{
    if (!(machine->flash->cr & FLASH_CR_LOCKED) && !vboard_flashc_busy(machine))
        vboard_report(machine, 0x40023c10, "the flash is left unlocked while nothing is written");
}

static void changed(struct vboard_machine *machine, const struct vboard_flash_op *op)
{
    const struct vboard_area *flash = vboard_chip_flash(&machine->board->chip);

    if (op->kind == VBOARD_PROGRAM)
        vboard_memory_changed(machine, op->address, op->size);
    else
        vboard_memory_changed(machine, flash->address, flash->size);
}

void vboard_flashc_event(struct vboard_machine *machine)
{
    struct vboard *board = machine->board;

    machine->flash->end_ns = VBOARD_NEVER;
    machine->cpu->stalls = false;
    vboard_flashc_hide(machine, false);
    vboard_time_tell(machine);
    if (vboard_supply_mv(board) < board->chip.supply_mv)
        board->chip.supply_mv = vboard_supply_mv(board);
    if (board->work.busy)
        vboard_work_end(board);
    watch_lock(machine);
    changed(machine, &board->work.op);
    board->chip.erases_by_width = board->settings.feature_erase;
    vboard_flashc_follow_options(machine);
}

void vboard_flashc_stop(struct vboard_machine *machine)
{
    vboard_flashc_end_run(machine);
    if (!machine->flash->hides && !machine->cpu->stalls)
        return;
    machine->flash->end_ns = VBOARD_NEVER;
    machine->cpu->stalls = false;
    vboard_flashc_hide(machine, false);
}

void vboard_flashc_wait(struct vboard_machine *machine)
{
    uint64_t cut_us = machine->board->cut_us;

    if (!vboard_flashc_busy(machine))
        return;
    machine->board->stats.flash_stalls++;
    if (cut_us != VBOARD_NEVER && cut_us * 1000 < machine->flash->end_ns) {
        /* The power will be gone by then: this CPU never continues. */
        vboard_time_skip(machine, cut_us * 1000);
        vboard_cpu_attend(machine);
        return;
    }
    vboard_time_skip(machine, machine->flash->end_ns);
    vboard_cancel(machine, VBOARD_EVENT_FLASH);
    vboard_flashc_event(machine);
}

/* Writes one line of the trace for everything that was programmed in a row. */
void vboard_flashc_end_run(struct vboard_machine *machine)
{
    struct vboard_flashc *flash = machine->flash;

    if (flash->run_count > 0)
        vboard_note(machine, "programmed 0x%08x, %u bytes in %u operations, since %u us",
                    flash->run_address, flash->run_size, flash->run_count,
                    (unsigned)(machine->board->now_us - flash->run_start_us));
    flash->run_count = 0;
}

void vboard_flashc_count(struct vboard_machine *machine, uint32_t address, uint32_t size)
{
    struct vboard_flashc *flash = machine->flash;

    if (flash->run_count > 0 && address != flash->run_address + flash->run_size)
        vboard_flashc_end_run(machine);
    if (flash->run_count == 0) {
        flash->run_address = address;
        flash->run_size = 0;
        vboard_time_tell(machine);
        flash->run_start_us = machine->board->now_us;
    }
    flash->run_size += size;
    flash->run_count++;
}
