/* SPDX-License-Identifier: MIT */
/*
 * The flash interface's option bytes: OPTCR, and OPTCR1 where there are two banks (RM0090, 3.9.10
 * and 3.9.11). Reports bits without effect in the machine when they are set.
 */
#include "flash_private.h"

#include "../board/board.h"
#include "parts.h"
#include "report.h"

#include <core/bytes.h>
#include <string.h>

enum {
    OPTCR_START = 1 << 1,
    OPTCR_BFB2 = 1 << 4,
    OPTCR_BITS = 0x0fffffec, /* BOR_LEV, USER, RDP, nWRP */
    NWRP_BITS = 0x0fff0000,  /* of OPTCR and of OPTCR1 */
    SEGMENT_SIZE = 16,
    NWRP_OFFSET = 8, /* in a segment: table 15 */
    BANK_1 = 0x1fffc000,
    BANK_2 = 0x1ffec000,
};

#define OPTCR_SPRMOD (UINT32_C(1) << 31) /* write protection becomes PCROP; RM0368, 3.8.6 */

static bool has_two_banks(const struct vboard_machine *machine)
{
    return machine->board->chip.part->banks == 2;
}

static uint32_t nwrp(const uint8_t *segment)
{
    return ((uint32_t)b0_load16(segment + NWRP_OFFSET) & 0xfff) << 16;
}

void vboard_flashc_load_options(struct vboard_machine *machine)
{
    const struct vboard_chip *chip = &machine->board->chip;
    struct vboard_flashc *flash = machine->flash;
    uint32_t user = has_two_banks(machine) ? 0xec | OPTCR_BFB2 : 0xec;

    flash->optcr = (chip->loaded[0] & user) | (uint32_t)chip->loaded[1] << 8 | nwrp(chip->loaded);
    flash->optcr |= FLASH_OPTCR_LOCK;
    flash->optcr1 = has_two_banks(machine) ? nwrp(chip->loaded + SEGMENT_SIZE) : 0;
}

static void program(struct vboard_machine *machine, uint32_t address, uint8_t first, uint8_t second,
                    uint32_t bits)
{
    struct vboard_flash_op *op = &machine->board->work.op;

    op->kind = VBOARD_PROGRAM_OPTIONS;
    op->address = address;
    op->size = SEGMENT_SIZE;
    memset(op->data, 0xff, op->size);
    op->data[0] = first;
    op->data[1] = second;
    b0_store16(op->data + NWRP_OFFSET, (uint16_t)(0xf000 | bits >> 16));
    vboard_flashc_begin(machine);
}

static void start(struct vboard_machine *machine)
{
    uint32_t bits = machine->flash->optcr;

    vboard_flashc_end_run(machine);
    /* The two segments are written one after the other; the second only if it changes. */
    machine->flash->options_follow =
        has_two_banks(machine) &&
        machine->flash->optcr1 != nwrp(vboard_chip_at(&machine->board->chip, BANK_2, SEGMENT_SIZE));
    program(machine, BANK_1, (uint8_t)((bits & (0xec | OPTCR_BFB2)) | 3), (uint8_t)(bits >> 8),
            bits & NWRP_BITS);
}

void vboard_flashc_follow_options(struct vboard_machine *machine)
{
    if (!machine->flash->options_follow)
        return;
    machine->flash->options_follow = false;
    program(machine, BANK_2, 0xff, 0xff, machine->flash->optcr1);
}

/* Whether the option bytes accept a write now. */
static bool open(struct vboard_machine *machine)
{
    bool locked = machine->flash->optcr & FLASH_OPTCR_LOCK;

    if (locked)
        vboard_report(machine, 0x40023c14, "option bytes were written while they are locked");
    else if (vboard_flashc_busy(machine))
        vboard_report(machine, 0x40023c14, "option bytes were written while the flash is busy");
    return !locked && !vboard_flashc_busy(machine);
}

void vboard_flashc_write_optcr(struct vboard_machine *machine, uint32_t value, uint32_t mask)
{
    struct vboard_flashc *flash = machine->flash;
    uint32_t bits = has_two_banks(machine) ? OPTCR_BITS | OPTCR_BFB2 : OPTCR_BITS;

    if (!open(machine))
        return;
    if (value & OPTCR_SPRMOD)
        vboard_report(machine, 0x40023c14, "OPTCR.SPRMOD: PCROP is not modelled");
    if (value & bits & OPTCR_BFB2)
        vboard_report(machine, 0x40023c14, "OPTCR.BFB2: booting from bank 2 is not modelled");
    vboard_merge(&flash->optcr, value & bits, mask & bits);
    if (value & OPTCR_START)
        start(machine);
    if (value & FLASH_OPTCR_LOCK) {
        flash->optcr |= FLASH_OPTCR_LOCK;
        flash->option_step = 0;
    }
}

void vboard_flashc_write_optcr1(struct vboard_machine *machine, uint32_t value, uint32_t mask)
{
    if (!has_two_banks(machine))
        vboard_report(machine, 0x40023c18, "FLASH_OPTCR1 was written, but there is only one bank");
    else if (open(machine))
        vboard_merge(&machine->flash->optcr1, value & NWRP_BITS, mask);
}
