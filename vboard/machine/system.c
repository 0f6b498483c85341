/* SPDX-License-Identifier: MIT */
/* Small things: the CRC unit, SYSCFG, EXTI, the debug unit's identity, and the cycle counter. */
#include "system.h"

#include "../board/board.h"
#include "chips.h"
#include "memory.h"
#include "nvic.h"
#include "parts.h"
#include "report.h"
#include "time.h"

#include <string.h>

/* ---- CRC: RM0090, chapter 4 ---- */

enum {
    CRC_DR = 0x0,
    CRC_IDR = 0x4,
    CRC_CR = 0x8,
};

void vboard_crc_reset(struct vboard_machine *machine)
{
    machine->system->crc = 0xffffffff;
    machine->system->crc_idr = 0;
}

uint32_t vboard_crc_read(struct vboard_machine *machine, uint32_t offset)
{
    if (offset == CRC_DR)
        return machine->system->crc;
    return offset == CRC_IDR ? machine->system->crc_idr : 0;
}

/* 4.2: polynomial 0x4c11db7, the highest bit first, word by word. */
void vboard_crc_write(struct vboard_machine *machine, uint32_t offset, uint32_t value,
                      uint32_t mask)
{
    if (offset == CRC_CR && (value & 1))
        machine->system->crc = 0xffffffff;
    if (offset == CRC_IDR)
        vboard_merge(&machine->system->crc_idr, value & 0xff, mask);
    if (offset != CRC_DR)
        return;
    machine->system->crc ^= value;
    for (int bit = 0; bit < 32; bit++)
        machine->system->crc =
            machine->system->crc << 1 ^ (machine->system->crc >> 31 ? 0x04c11db7u : 0);
}

/* ---- SYSCFG: RM0090, 9.2 ---- */

enum {
    SYSCFG_MEMRMP = 0x00,
    MEMRMP_FB_MODE = 1 << 8, /* F42x: 9.3.1 */
    SYSCFG_WORDS = 8,
};

void vboard_syscfg_reset(struct vboard_machine *machine)
{
    memset(machine->system->syscfg, 0, sizeof machine->system->syscfg);
    machine->system->syscfg[0] = machine->leaves_rom ? VBOARD_AT_0_SYSTEM : VBOARD_AT_0_FLASH;
    vboard_memory_select(machine, (uint8_t)machine->system->syscfg[0]);
}

uint32_t vboard_syscfg_read(struct vboard_machine *machine, uint32_t offset)
{
    if (offset == 0x20) /* CMPCR: READY follows CMP_PD */
        return machine->system->syscfg[7] << 8 | machine->system->syscfg[7];
    return offset / 4 < SYSCFG_WORDS - 1 ? machine->system->syscfg[offset / 4] : 0;
}

void vboard_syscfg_write(struct vboard_machine *machine, uint32_t offset, uint32_t value,
                         uint32_t mask)
{
    if (offset == 0x20)
        vboard_merge(&machine->system->syscfg[7], value & 1, mask);
    else if (offset / 4 < SYSCFG_WORDS - 1)
        vboard_merge(&machine->system->syscfg[offset / 4], value, mask);
    if (offset != SYSCFG_MEMRMP)
        return;
    if (machine->board->chip.part->banks == 2 && (value & MEMRMP_FB_MODE))
        vboard_report(machine, 0x40013800, "SYSCFG_MEMRMP.FB_MODE: swapped banks are not modelled");
    vboard_memory_select(machine, (uint8_t)(machine->system->syscfg[0] & 3));
    vboard_memory_remap_soon(machine);
}

/* ---- EXTI: RM0090, 12.3. Only SWIER requests interrupts: no pin of the board ever moves. ---- */

enum {
    EXTI_IMR = 0,
    EXTI_SWIER = 4,
    EXTI_PR = 5,
    EXTI_WORDS = 6,
    EXTI_LINES = 23,
};

static void exti_lines(struct vboard_machine *machine)
{
    /* Interrupts of lines 0 to 4, 5-9, 10-15, 16 to 22: RM0090, table 61. */
    static const uint8_t irqs[EXTI_LINES] = {6,  7,  8,  9,  10, 23, 23, 23, 23, 23, 40, 40,
                                             40, 40, 40, 40, 1,  41, 42, 62, 76, 2,  3};
    bool levels[82] = {false};

    for (unsigned i = 0; i < EXTI_LINES; i++)
        if (machine->system->exti[EXTI_PR] & machine->system->exti[EXTI_IMR] & 1u << i)
            levels[irqs[i]] = true;
    for (unsigned i = 0; i < EXTI_LINES; i++)
        vboard_nvic_line(machine, VBOARD_IRQ + irqs[i], levels[irqs[i]]);
}

void vboard_exti_reset(struct vboard_machine *machine)
{
    memset(machine->system->exti, 0, sizeof machine->system->exti);
}

uint32_t vboard_exti_read(struct vboard_machine *machine, uint32_t offset)
{
    return offset / 4 < EXTI_WORDS ? machine->system->exti[offset / 4] : 0;
}

void vboard_exti_write(struct vboard_machine *machine, uint32_t offset, uint32_t value,
                       uint32_t mask)
{
    uint32_t index = offset / 4;

    if (index == EXTI_PR) {
        machine->system->exti[EXTI_PR] &= ~value;
        machine->system->exti[EXTI_SWIER] &= ~value;
    } else if (index == EXTI_SWIER) {
        machine->system->exti[EXTI_PR] |= value & ~machine->system->exti[EXTI_SWIER];
        machine->system->exti[EXTI_SWIER] |= value;
    } else if (index < EXTI_WORDS) {
        vboard_merge(&machine->system->exti[index], value, mask);
    }
    exti_lines(machine);
}

/* ---- DBGMCU: RM0090, 38.6.1 ---- */

void vboard_dbgmcu_reset(struct vboard_machine *machine)
{
    memset(machine->system->dbgmcu, 0, sizeof machine->system->dbgmcu);
}

uint32_t vboard_dbgmcu_read(struct vboard_machine *machine, uint32_t offset)
{
    if (offset == 0)
        return machine->chip->idcode;
    return offset <= 12 ? machine->system->dbgmcu[offset / 4 - 1] : 0;
}

void vboard_dbgmcu_write(struct vboard_machine *machine, uint32_t offset, uint32_t value,
                         uint32_t mask)
{
    if (offset >= 4 && offset <= 12)
        vboard_merge(&machine->system->dbgmcu[offset / 4 - 1], value, mask);
}

/* ---- DWT: ARM DDI 0403, C1.8. Only its cycle counter. ---- */

enum {
    DWT_CTRL = 0x0,
    DWT_CYCCNT = 0x4,
    CTRL_CYCCNTENA = 1,
};

void vboard_dwt_reset(struct vboard_machine *machine)
{
    machine->system->dwt_ctrl = 0;
    machine->system->dwt_count = 0;
}

static uint32_t cycle_count(const struct vboard_machine *machine)
{
    return machine->system->dwt_count +
           (machine->system->dwt_ctrl & CTRL_CYCCNTENA
                ? (uint32_t)(machine->time->cycles - machine->system->dwt_start)
                : 0);
}

uint32_t vboard_dwt_read(struct vboard_machine *machine, uint32_t offset)
{
    if (offset == DWT_CTRL)
        return 0x40000000 | machine->system->dwt_ctrl;
    return offset == DWT_CYCCNT ? cycle_count(machine) : 0;
}

void vboard_dwt_write(struct vboard_machine *machine, uint32_t offset, uint32_t value,
                      uint32_t mask)
{
    machine->system->dwt_count = cycle_count(machine);
    machine->system->dwt_start = machine->time->cycles;
    if (offset == DWT_CTRL)
        vboard_merge(&machine->system->dwt_ctrl, value & CTRL_CYCCNTENA, mask);
    else if (offset == DWT_CYCCNT)
        machine->system->dwt_count = value;
}
