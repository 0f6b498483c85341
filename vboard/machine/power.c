/* SPDX-License-Identifier: MIT */
/*
 * Power control and the backup domain: RM0090, chapters 5 and 26 (register PWR_CR: 5.4.1 and
 * 5.5.1). The calendar of the RTC does not run; its registers keep what is written.
 */
#include "power.h"

#include "../board/board.h"
#include "../board/power.h"
#include "chips.h"
#include "parts.h"
#include "rcc.h"
#include "report.h"
#include "time.h"

#include <string.h>

/* RM0090, 7.3.21. An internal reset drives the reset pin, too (7.1.1), so PINRSTF is always set. */
#define CAUSE_POWER    0x0e000000u
#define CAUSE_PIN      0x04000000u
#define CAUSE_SOFTWARE 0x14000000u
#define CAUSE_WATCHDOG 0x24000000u

enum {
    PWR_CR = 0x00,
    PWR_CSR = 0x04,
    CR_CSBF = 1 << 3,
    CR_DBP = 1 << 8,
    CR_ODEN = 1 << 16,
    CR_ODSWEN = 1 << 17,
    CR_OVER_DRIVE = CR_ODEN | CR_ODSWEN,
    CR_PVDE = 1 << 4,
    CSR_SBF = 1 << 1,
    CSR_PVDO = 1 << 2,
    CSR_VOSRDY = 1 << 14,

    DBP_NS = 500, /* not documented: some clocks of APB1 */

    RTC_ISR = 0x0c,
    RTC_WPR = 0x24,
    RTC_BACKUP = 0x50,
    ISR_WRITES_FINISHED = 0x27, /* ALRAWF, ALRBWF, WUTWF, RSF */
    ISR_INITF = 1 << 6,
    ISR_INIT = 1 << 7,
};

void vboard_pwr_reset_cause(struct vboard_machine *machine, enum vboard_cause cause)
{
    static const uint32_t flags[] = {
        [VBOARD_CAUSE_POWER] = CAUSE_POWER,
        [VBOARD_CAUSE_PIN] = CAUSE_PIN,
        [VBOARD_CAUSE_SOFTWARE] = CAUSE_SOFTWARE,
        [VBOARD_CAUSE_WATCHDOG] = CAUSE_WATCHDOG,
    };

    machine->power->backup.csr |= flags[cause];
    if (cause == VBOARD_CAUSE_POWER)
        machine->power->from_standby = machine->board->settings.from_standby;
}

void vboard_pwr_off(struct vboard_machine *machine, bool battery)
{
    struct vboard_backup *backup = &machine->power->backup;

    backup->csr = 0;
    if (!battery)
        memset(backup, 0, sizeof *backup);
}

/* 5.4.2: SBF survives every reset except that of the power. */
void vboard_pwr_forget_standby(struct vboard_machine *machine)
{
    machine->power->from_standby = false;
}

void vboard_pwr_reset(struct vboard_machine *machine)
{
    machine->power->cr = machine->chip->vos_reset;
    machine->power->csr = 0;
}

/* 5.4.1, PLS. Falling thresholds, typical; hysteresis is not modelled: DS8626, 5.3.5. */
static uint32_t voltage_detector(struct vboard_machine *machine)
{
    static const uint16_t levels_mv[] = {2040, 2190, 2350, 2510, 2660, 2840, 2930, 3030};
    uint32_t cr = machine->power->cr;

    vboard_time_tell(machine);
    return (cr & CR_PVDE) && vboard_supply_mv(machine->board) < levels_mv[cr >> 5 & 7] ? CSR_PVDO
                                                                                       : 0;
}

/* 5.1.2: DBP opens the backup domain, and reads as set once it is open. */
static bool is_open(const struct vboard_machine *machine)
{
    return (machine->power->cr & CR_DBP) && vboard_time_now_ns(machine) >= machine->power->dbp_ns;
}

uint32_t vboard_pwr_read(struct vboard_machine *machine, uint32_t offset)
{
    uint32_t standby = machine->power->from_standby ? CSR_SBF : 0;

    if (offset == PWR_CR)
        return (machine->power->cr & ~(uint32_t)CR_DBP) | (is_open(machine) ? CR_DBP : 0);
    if (offset != PWR_CSR)
        return 0;
    /* ODRDY and ODSWRDY have the bit positions of what they follow. */
    return machine->power->csr | standby | CSR_VOSRDY | (machine->power->cr & CR_OVER_DRIVE) |
           voltage_detector(machine);
}

static unsigned vos(const struct vboard_machine *machine)
{
    return (machine->power->cr & machine->chip->vos) >> VBOARD_VOS_SHIFT;
}

bool vboard_pwr_over_drive(const struct vboard_machine *machine)
{
    return (machine->power->cr & CR_OVER_DRIVE) == CR_OVER_DRIVE &&
           machine->chip->limits->hclk_over_drive[vos(machine)] > 0;
}

unsigned vboard_pwr_hclk_max_mhz(const struct vboard_machine *machine)
{
    const struct vboard_clock_limits *limits = machine->chip->limits;
    const uint8_t *hclk = vboard_pwr_over_drive(machine) ? limits->hclk_over_drive : limits->hclk;

    return hclk[vos(machine)] > 0 ? hclk[vos(machine)] : hclk[0];
}

/*
 * 5.5.1, and the manuals of the other chips with two bits of VOS: takes effect only while the PLL
 * is off.
 */
static void write_cr(struct vboard_machine *machine, uint32_t value, uint32_t mask)
{
    uint32_t *cr = &machine->power->cr;
    bool two_bits = machine->chip->vos & (machine->chip->vos - 1);

    if (two_bits && vboard_rcc_pll_is_on(machine) && ((value ^ *cr) & mask & machine->chip->vos)) {
        vboard_report(machine, 0x40007000, "PWR_CR.VOS was changed while the PLL is on");
        mask &= ~(uint32_t)machine->chip->vos;
    }
    if (value & mask & ~*cr & CR_DBP)
        machine->power->dbp_ns = vboard_time_now_ns(machine) + DBP_NS;
    vboard_merge(cr, value & mask, mask);
    if (machine->chip->limits->hclk[vos(machine)] == 0)
        vboard_report(machine, 0x40007000, "PWR_CR.VOS of %u is reserved", vos(machine));
    vboard_rcc_check_limits(machine);
}

void vboard_pwr_write(struct vboard_machine *machine, uint32_t offset, uint32_t value,
                      uint32_t mask)
{
    if (offset == PWR_CR && (value & mask & CR_CSBF))
        machine->power->from_standby = false;
    if (offset == PWR_CR)
        write_cr(machine, value, mask & machine->chip->pwr_cr);
    else if (offset == PWR_CSR)
        vboard_merge(&machine->power->csr, value & 0x300, mask & 0x300);
}

bool vboard_pwr_writable(struct vboard_machine *machine)
{
    if (is_open(machine))
        return true;
    vboard_report(machine, 0x40002800,
                  machine->power->cr & CR_DBP
                      ? "the backup domain was written before PWR_CR.DBP read as set"
                      : "the backup domain was written without PWR_CR.DBP");
    return false;
}

void vboard_rtc_reset(struct vboard_machine *machine)
{
    (void)machine; /* survives every reset except that of its own power */
}

uint32_t vboard_rtc_read(struct vboard_machine *machine, uint32_t offset)
{
    uint32_t index = (offset - RTC_BACKUP) / 4;
    uint32_t isr;

    if (offset >= RTC_BACKUP)
        return index < VBOARD_BACKUP_WORDS ? machine->power->backup.registers[index] : 0;
    if (offset != RTC_ISR)
        return machine->power->backup.rtc[offset / 4];
    isr = machine->power->backup.rtc[RTC_ISR / 4];
    return isr | ISR_WRITES_FINISHED | (isr & ISR_INIT ? ISR_INITF : 0);
}

void vboard_rtc_write(struct vboard_machine *machine, uint32_t offset, uint32_t value,
                      uint32_t mask)
{
    uint32_t index = (offset - RTC_BACKUP) / 4;

    if (!vboard_pwr_writable(machine))
        return;
    if (offset < RTC_BACKUP)
        vboard_merge(&machine->power->backup.rtc[offset / 4], value, mask);
    else if (index < VBOARD_BACKUP_WORDS)
        vboard_merge(&machine->power->backup.registers[index], value, mask);
}
