/*
 * The flash interface's registers: RM0090, 3.6 to 3.9. What an operation does to the memory, how
 * long it takes, and what is left of it when the power goes is the board's business (chip/flash.c,
 * vboard_work_begin()); here are the locks, the rules, and the errors.
 */
#include "private.h"

#include <core/bytes.h>
#include <string.h>

enum {
    ACR = 0x00,
    KEYR = 0x04,
    OPTKEYR = 0x08,
    SR = 0x0c,
    CR = 0x10,
    OPTCR = 0x14,

    SR_EOP = 1 << 0,
    SR_OPERR = 1 << 1,
    SR_WRPERR = 1 << 4,
    SR_PGAERR = 1 << 5,
    SR_PGPERR = 1 << 6,
    SR_PGSERR = 1 << 7,
    SR_ERRORS = SR_OPERR | SR_WRPERR | SR_PGAERR | SR_PGPERR | SR_PGSERR,
    SR_BSY = 1 << 16,

    CR_PG = 1 << 0,
    CR_SER = 1 << 1,
    CR_MER = 1 << 2,
    CR_SNB_SHIFT = 3,
    CR_PSIZE_SHIFT = 8,
    CR_STRT = 1 << 16,
    CR_EOPIE = 1 << 24,
    CR_ERRIE = 1 << 25,
    CR_WRITABLE = 0x030103ff, /* all but LOCK */

    OPTCR_LOCK = 1 << 0,
    OPTCR_START = 1 << 1,
    OPTCR_BITS = 0x0fffffec, /* BOR_LEV, USER, RDP, nWRP */

    OPTION_BASE = 0x1fffc000,
    ACR_BITS = 0x1f07,
};

#define CR_LOCK (UINT32_C(1) << 31)

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
    struct vboard_flash_state *flash = &machine->flash;

    memset(flash, 0, sizeof *flash);
    flash->cr = CR_LOCK;
    flash->optcr = load_options(&machine->board->chip) | OPTCR_LOCK;
    flash->end_ns = VBOARD_NEVER;
}

static bool busy(const struct vboard_machine *machine)
{
    return machine->flash.end_ns != VBOARD_NEVER;
}

static void interrupt(struct vboard_machine *machine)
{
    const struct vboard_flash_state *flash = &machine->flash;

    vboard_nvic_line(machine, VBOARD_IRQ_FLASH,
                     ((flash->cr & CR_EOPIE) && (flash->sr & SR_EOP)) ||
                         ((flash->cr & CR_ERRIE) && (flash->sr & SR_OPERR)));
}

static void fail(struct vboard_machine *machine, uint32_t error)
{
    machine->flash.sr |= error;
    if (machine->flash.cr & CR_ERRIE)
        machine->flash.sr |= SR_OPERR;
    interrupt(machine);
}

/* 3.5.1, table 10: wait states by frequency and supply. */
void vboard_flashc_check_latency(struct vboard_machine *machine)
{
    static const struct {
        unsigned supply_mv, step_mhz;
    } rows[] = {{2700, 30}, {2400, 24}, {2100, 22}, {0, 20}};
    uint32_t latency = machine->flash.acr & 7;
    unsigned supply_mv = machine->board->settings.supply_mv;
    size_t row = 0;

    while (supply_mv < rows[row].supply_mv)
        row++;
    if (machine->time.hclk_hz > (latency + 1) * rows[row].step_mhz * 1000000)
        vboard_report(machine, 0x40023c00,
                      "%u wait states for the flash at %u kHz and %u mV: "
                      "too few",
                      (unsigned)latency, (unsigned)(machine->time.hclk_hz / 1000), supply_mv);
}

/* ---- operations ---- */

static const uint8_t widths[] = {B0_PARALLEL_X8, B0_PARALLEL_X16, B0_PARALLEL_X32, B0_PARALLEL_X32};

static unsigned psize(const struct vboard_machine *machine)
{
    return machine->flash.cr >> CR_PSIZE_SHIFT & 3;
}

static void done(struct vboard *board, const struct vboard_flash_result *result)
{
    struct vboard_machine *machine = board->machine;

    if (result->failed)
        fail(machine, SR_PGPERR);
    else if (machine->flash.cr & CR_EOPIE)
        machine->flash.sr |= SR_EOP;
    interrupt(machine);
}

static void hide(struct vboard_machine *machine, bool hidden)
{
    const struct vboard_area *flash = vboard_chip_flash(&machine->board->chip);
    uint32_t permissions = hidden ? UC_PROT_EXEC : UC_PROT_READ | UC_PROT_EXEC;

    if (machine->flash.hides == hidden)
        return;
    machine->flash.hides = hidden;
    uc_mem_protect(machine->cpu.uc, flash->address, flash->size, permissions);
    if (machine->mapped_at_0 == 0)
        uc_mem_protect(machine->cpu.uc, 0, flash->size, permissions);
}

/* The operation in board->work.op begins. */
static void begin(struct vboard_machine *machine)
{
    struct vboard *board = machine->board;
    struct vboard_chip *chip = &board->chip;
    uint64_t now_ns = vboard_time_now_ns(machine), duration_us;

    chip->width = widths[psize(machine)];
    chip->needs_vpp = psize(machine) == 3;
    chip->erases_by_width = true;
    duration_us = vboard_flash_duration(chip, &board->work.op);
    if (duration_us == 0) {
        vboard_report(machine, board->work.op.address, "write protected");
        fail(machine, SR_WRPERR);
        return;
    }
    vboard_machine_tell_time(machine);
    board->work.by_machine = true;
    vboard_work_begin(board, false, done);
    machine->flash.end_ns = now_ns + duration_us * 1000;
    machine->cpu.stalls = true;
    vboard_schedule(machine, VBOARD_EVENT_FLASH, machine->flash.end_ns);
    if (board->cut_us != VBOARD_NEVER) { /* a fault that has just been planned */
        machine->breaks = true;
        vboard_cpu_attend(machine);
    }
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

    machine->flash.end_ns = VBOARD_NEVER;
    machine->cpu.stalls = false;
    hide(machine, false);
    vboard_machine_tell_time(machine);
    if (board->work.busy)
        vboard_work_end(board);
    changed(machine, &board->work.op);
    board->chip.erases_by_width = board->settings.feature_erase;
}

void vboard_flashc_abandon(struct vboard_machine *machine)
{
    machine->flash.end_ns = VBOARD_NEVER;
    machine->cpu.stalls = false;
    hide(machine, false);
}

void vboard_flashc_wait(struct vboard_machine *machine)
{
    uint64_t cut_us = machine->board->cut_us;

    if (!busy(machine))
        return;
    if (cut_us != VBOARD_NEVER && cut_us * 1000 < machine->flash.end_ns) {
        /* The power will have gone by then: there is no later for this CPU. */
        vboard_time_skip(machine, cut_us * 1000);
        vboard_cpu_attend(machine);
        return;
    }
    vboard_time_skip(machine, machine->flash.end_ns);
    vboard_cancel(machine, VBOARD_EVENT_FLASH);
    vboard_flashc_event(machine);
}

/* A line of the trace for all that was programmed one after another. */
void vboard_flashc_end_run(struct vboard_machine *machine)
{
    struct vboard_flash_state *flash = &machine->flash;

    if (flash->run_count > 0)
        vboard_note(machine, "programmed 0x%08x, %u bytes in %u operations, since %u us",
                    flash->run_address, flash->run_size, flash->run_count,
                    (unsigned)(machine->board->now_us - flash->run_start_us));
    flash->run_count = 0;
}

static void count_run(struct vboard_machine *machine, uint32_t address, uint32_t size)
{
    struct vboard_flash_state *flash = &machine->flash;

    if (flash->run_count > 0 && address != flash->run_address + flash->run_size)
        vboard_flashc_end_run(machine);
    if (flash->run_count == 0) {
        flash->run_address = address;
        flash->run_size = 0;
        vboard_machine_tell_time(machine);
        flash->run_start_us = machine->board->now_us;
    }
    flash->run_size += size;
    flash->run_count++;
}

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
    uint32_t cr = machine->flash.cr;

    vboard_flashc_end_run(machine);
    if (cr & CR_MER) {
        op->kind = VBOARD_ERASE_ALL;
        op->address = vboard_chip_flash(&machine->board->chip)->address;
    } else if (cr & CR_SER) {
        op->kind = VBOARD_ERASE_SECTOR;
        op->address = sector_address(machine, cr >> CR_SNB_SHIFT & 15);
        if (op->address == 0) {
            vboard_report(machine, 0x40023c10, "erase of sector %u, which is not there",
                          (unsigned)(cr >> CR_SNB_SHIFT & 15));
            fail(machine, SR_PGSERR);
            return;
        }
    } else {
        vboard_report(machine, 0x40023c10, "flash STRT without SER or MER");
        return;
    }
    op->size = 0;
    begin(machine);
    if (busy(machine))
        hide(machine, true);
}

/* ---- programming ---- */

void vboard_flashc_undo(struct vboard_machine *machine)
{
    struct vboard_flash_state *flash = &machine->flash;
    uint8_t *bytes = vboard_memory_at(machine, flash->undo_address, flash->undo_size);

    flash->undo = false;
    if (bytes)
        memcpy(bytes, flash->undo_bytes, flash->undo_size);
}

static void keep_for_undo(struct vboard_machine *machine, uint32_t address, uint32_t size)
{
    struct vboard_flash_state *flash = &machine->flash;
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
    const struct vboard_flash_state *flash = &machine->flash;

    *why = NULL;
    if (flash->cr & CR_LOCK)
        *why = "flash was written while it is locked";
    else if (!(flash->cr & CR_PG))
        *why = "flash was written without PG";
    if (*why)
        return SR_PGSERR;
    if (address % size != 0) {
        *why = "flash was written at an unaligned address";
        return SR_PGPERR; /* the core makes two halves of it, which PSIZE does not allow */
    }
    if (psize(machine) == 3 || size != 1u << psize(machine)) {
        *why = "flash was written in another width than PSIZE says";
        return SR_PGPERR;
    }
    if (flash->sr & SR_ERRORS) {
        *why = "flash was written with an error in SR that nobody has cleared";
        return SR_PGSERR;
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
    if (address < area->size && machine->mapped_at_0 == 0)
        address += area->address;
    if (address - area->address >= area->size) {
        vboard_report(machine, address, "wrote to read-only memory");
        return;
    }
    error = refusal(machine, address, size, &why);
    if (busy(machine)) {
        vboard_report(machine, address, "flash was written while it is busy");
        machine->flash.undo = false;
        vboard_flashc_wait(machine);
        keep_for_undo(machine, address, size);
    }
    if (error) {
        vboard_report(machine, address, "%s", why);
        fail(machine, error);
        return;
    }
    op->kind = VBOARD_PROGRAM;
    op->address = address;
    op->size = size;
    for (uint32_t i = 0; i < size; i++)
        op->data[i] = (uint8_t)(value >> 8 * i);
    count_run(machine, address, size);
    begin(machine);
}

/* ---- option bytes: 3.9 ---- */

static void start_options(struct vboard_machine *machine)
{
    struct vboard_flash_op *op = &machine->board->work.op;
    uint32_t bits = machine->flash.optcr;

    vboard_flashc_end_run(machine);
    op->kind = VBOARD_PROGRAM_OPTIONS;
    op->address = OPTION_BASE;
    op->size = 16;
    memset(op->data, 0xff, op->size);
    op->data[0] = (uint8_t)((bits & 0xec) | 3);
    op->data[1] = (uint8_t)(bits >> 8);
    b0_store16(op->data + 8, (uint16_t)(0xf000 | bits >> 16));
    begin(machine);
}

static void write_option_control(struct vboard_machine *machine, uint32_t value, uint32_t mask)
{
    struct vboard_flash_state *flash = &machine->flash;

    if (flash->optcr & OPTCR_LOCK) {
        vboard_report(machine, 0x40023c14, "option bytes were written while they are locked");
        return;
    }
    if (busy(machine)) {
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
    struct vboard_flash_state *flash = &machine->flash;
    uint32_t before = flash->cr;

    if (flash->cr & CR_LOCK) {
        if (value & ~CR_LOCK)
            vboard_report(machine, 0x40023c10, "FLASH_CR was written while it is locked");
        return;
    }
    if (busy(machine)) {
        if ((value & mask) != (flash->cr & mask))
            vboard_report(machine, 0x40023c10, "FLASH_CR was written while the flash is busy");
        return;
    }
    vboard_merge(&flash->cr, value & CR_WRITABLE, mask);
    if (value & mask & CR_LOCK)
        flash->cr |= CR_LOCK;
    if ((before & CR_PG) && !(flash->cr & CR_PG))
        vboard_flashc_end_run(machine);
    if (value & mask & CR_STRT)
        start(machine);
    interrupt(machine);
}

uint32_t vboard_flashc_read(struct vboard_machine *machine, uint32_t offset)
{
    const struct vboard_flash_state *flash = &machine->flash;

    switch (offset) {
    case ACR:
        return flash->acr;
    case SR:
        return flash->sr | (busy(machine) ? SR_BSY : 0);
    case CR:
        return flash->cr | (busy(machine) && flash->hides ? CR_STRT : 0);
    case OPTCR:
        return flash->optcr;
    default:
        return 0;
    }
}

void vboard_flashc_write(struct vboard_machine *machine, uint32_t offset, uint32_t value,
                         uint32_t mask)
{
    struct vboard_flash_state *flash = &machine->flash;

    switch (offset) {
    case ACR:
        vboard_merge(&flash->acr, value & ACR_BITS, mask);
        vboard_flashc_check_latency(machine);
        break;
    case KEYR:
        if (!(flash->cr & CR_LOCK)) {
            flash->keys_broken = true; /* 3.6.1: any write out of order locks */
            flash->cr |= CR_LOCK;
        } else if (take_key(machine, keys, &flash->key_step, &flash->keys_broken, value)) {
            flash->cr &= ~CR_LOCK;
        }
        break;
    case OPTKEYR:
        if (take_key(machine, option_keys, &flash->option_step, &flash->option_keys_broken, value))
            flash->optcr &= ~(uint32_t)OPTCR_LOCK;
        break;
    case SR:
        flash->sr &= ~(value & (SR_EOP | SR_ERRORS));
        interrupt(machine);
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
