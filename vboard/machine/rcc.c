/* SPDX-License-Identifier: MIT */
/* Reset and clock control of the F405/407: RM0090, chapter 7. */
#include "rcc.h"

#include "../board/board.h"
#include "../board/clock.h"
#include "parts.h"
#include "power.h"
#include "report.h"
#include "time.h"

#include <string.h>

enum {
    CR = 0x00,
    PLLCFGR = 0x04,
    CFGR = 0x08,
    CIR = 0x0c,
    AHB1RSTR = 0x10,
    BDCR = 0x70,
    CSR = 0x74,

    CR_HSION = 1 << 0,
    CR_HSIRDY = 1 << 1,
    CR_HSEON = 1 << 16,
    CR_HSERDY = 1 << 17,
    CR_HSEBYP = 1 << 18,
    CR_PLLON = 1 << 24,
    CR_PLLRDY = 1 << 25,
    CR_READY = CR_HSIRDY | CR_HSERDY | CR_PLLRDY | 1 << 27,

    PLLCFGR_HSE = 1 << 22,
    CFGR_SW = 3,
    CSR_LSION = 1 << 0,
    CSR_LSIRDY = 1 << 1,
    CSR_RMVF = 1 << 24,

    HSE_START_NS = 2000000, /* DS8626, 5.3.8: 2 ms typical */
    PLL_LOCK_NS = 100000,   /* DS8626, table 36: 75 to 200 us */
};

#define CSR_FLAGS 0xfe000000u

uint32_t vboard_rcc_crystal_hz(const struct vboard_machine *machine)
{
    return machine->board->settings.crystal_hz;
}

static uint32_t hsi_hz(const struct vboard_machine *machine)
{
    return machine->board->settings.hsi_hz;
}

uint64_t vboard_rcc_hse_since_ns(const struct vboard_machine *machine)
{
    return machine->rcc->hse_ready ? machine->rcc->hse_start_ns : VBOARD_NEVER;
}

bool vboard_rcc_enabled(const struct vboard_machine *machine, unsigned offset, unsigned bit)
{
    return machine->rcc->words[offset / 4] >> bit & 1;
}

uint32_t vboard_rcc_pclk_hz(const struct vboard_machine *machine, unsigned bus)
{
    return machine->rcc->pclk_hz[bus];
}

static uint32_t *word(struct vboard_machine *machine, uint32_t offset)
{
    return &machine->rcc->words[offset / 4];
}

/* ---- the clock tree ---- */

static uint32_t pll_input(const struct vboard_machine *machine)
{
    return machine->rcc->words[PLLCFGR / 4] & PLLCFGR_HSE ? vboard_rcc_crystal_hz(machine)
                                                          : hsi_hz(machine);
}

/* 7.3.2: VCO = input / M * N. */
static uint64_t vco_hz(const struct vboard_machine *machine)
{
    uint32_t config = machine->rcc->words[PLLCFGR / 4];
    uint32_t m = config & 0x3f, n = config >> 6 & 0x1ff;

    return m >= 2 ? (uint64_t)pll_input(machine) * n / m : 0;
}

static uint32_t pll_hz(const struct vboard_machine *machine)
{
    uint32_t p = 2 * ((machine->rcc->words[PLLCFGR / 4] >> 16 & 3) + 1);

    return (uint32_t)(vco_hz(machine) / p);
}

uint32_t vboard_rcc_usb_hz(const struct vboard_machine *machine)
{
    uint32_t q = machine->rcc->words[PLLCFGR / 4] >> 24 & 15;

    if (!machine->rcc->pll_ready || q < 2)
        return 0;
    return (uint32_t)(vco_hz(machine) / q);
}

static uint32_t source_hz(const struct vboard_machine *machine, uint32_t source)
{
    switch (source) {
    case 0:
        return hsi_hz(machine);
    case 1:
        return machine->rcc->hse_ready ? vboard_rcc_crystal_hz(machine) : 0;
    case 2:
        return machine->rcc->pll_ready ? pll_hz(machine) : 0;
    default:
        return 0;
    }
}

static unsigned apb_shift(const struct vboard_machine *machine, unsigned bus)
{
    uint32_t bits = machine->rcc->words[CFGR / 4] >> (bus == 0 ? 10 : 13) & 7;

    return bits < 4 ? 0 : bits - 3;
}

uint32_t vboard_rcc_timer_hz(const struct vboard_machine *machine, unsigned bus)
{
    return machine->rcc->pclk_hz[bus] << (apb_shift(machine, bus) > 0 ? 1 : 0);
}

uint32_t vboard_rcc_rtcpre(const struct vboard_machine *machine)
{
    uint32_t divider = machine->rcc->words[CFGR / 4] >> 16 & 31;

    return divider >= 2 ? divider : 0;
}

/* 7.2: the limits that hold at 3.3 V. */
static void check_limits(struct vboard_machine *machine)
{
    uint64_t vco = vco_hz(machine);
    uint32_t m = machine->rcc->words[PLLCFGR / 4] & 0x3f;

    if (machine->time->hclk_hz > 168000000)
        vboard_report(machine, 0x40023808, "HCLK at %u kHz, over 168 MHz",
                      (unsigned)(machine->time->hclk_hz / 1000));
    if (machine->rcc->pclk_hz[0] > 42000000 || machine->rcc->pclk_hz[1] > 84000000)
        vboard_report(machine, 0x40023808, "PCLK1 at %u kHz or PCLK2 at %u kHz, over 42 or 84 MHz",
                      (unsigned)(machine->rcc->pclk_hz[0] / 1000),
                      (unsigned)(machine->rcc->pclk_hz[1] / 1000));
    if (machine->rcc->pll_ready &&
        (vco < 100000000 || vco > 432000000 || pll_input(machine) / m > 2100000 ||
         pll_input(machine) / m < 950000))
        vboard_report(machine, 0x40023804, "the PLL is out of its range: VCO at %u kHz",
                      (unsigned)(vco / 1000));
}

/* SWS follows SW as soon as the clock is there. */
static void apply(struct vboard_machine *machine)
{
    static const uint8_t shifts[] = {1, 2, 3, 4, 6, 7, 8, 9};
    uint32_t *cfgr = word(machine, CFGR);
    uint32_t wanted = *cfgr & CFGR_SW, hpre = *cfgr >> 4 & 15, hz;

    if (source_hz(machine, wanted) > 0)
        *cfgr = (*cfgr & ~12u) | wanted << 2;
    hz = source_hz(machine, *cfgr >> 2 & 3);
    if (hz == 0) {
        vboard_report(machine, 0x40023800, "the clock in use was switched off");
        hz = hsi_hz(machine);
    }
    hz >>= hpre < 8 ? 0 : shifts[hpre - 8];
    machine->wiring->clocks_change(machine);
    if (hz != machine->time->hclk_hz)
        vboard_time_set_hclk(machine, hz);
    machine->rcc->pclk_hz[0] = hz >> apb_shift(machine, 0);
    machine->rcc->pclk_hz[1] = hz >> apb_shift(machine, 1);
    check_limits(machine);
    machine->wiring->clocks_changed(machine);
}

/* ---- registers ---- */

void vboard_rcc_reset(struct vboard_machine *machine)
{
    memset(machine->rcc, 0, sizeof *machine->rcc);
    *word(machine, CR) = 0x83;
    *word(machine, PLLCFGR) = 0x24003010;
    *word(machine, 0x30) = 0x00100000; /* AHB1ENR: the core coupled RAM */
    *word(machine, 0x50) = 0x7e6791ff; /* the low-power enables: 7.3.15 to 7.3.19 */
    *word(machine, 0x54) = 0x000000f1;
    *word(machine, 0x58) = 0x00000001;
    *word(machine, 0x60) = 0x36fec9ff;
    *word(machine, 0x64) = 0x00075f33;
    *word(machine, 0x84) = 0x20003000;
    machine->rcc->pclk_hz[0] = machine->rcc->pclk_hz[1] = hsi_hz(machine);
}

void vboard_rcc_hse_event(struct vboard_machine *machine)
{
    machine->rcc->hse_ready = true;
    machine->rcc->hse_start_ns = vboard_time_now_ns(machine);
    apply(machine);
}

void vboard_rcc_pll_event(struct vboard_machine *machine)
{
    machine->rcc->pll_ready = true;
    apply(machine);
}

static void switch_oscillator(struct vboard_machine *machine, uint32_t before, uint32_t now)
{
    uint64_t now_ns = vboard_time_now_ns(machine);

    if ((now & CR_HSEON) && !(before & CR_HSEON) && vboard_rcc_crystal_hz(machine) > 0)
        vboard_schedule(machine, VBOARD_EVENT_HSE, now_ns + HSE_START_NS);
    if (!(now & CR_HSEON)) {
        vboard_cancel(machine, VBOARD_EVENT_HSE);
        machine->rcc->hse_ready = false;
    }
    if ((now & CR_PLLON) && !(before & CR_PLLON))
        vboard_schedule(machine, VBOARD_EVENT_PLL, now_ns + PLL_LOCK_NS);
    if (!(now & CR_PLLON)) {
        vboard_cancel(machine, VBOARD_EVENT_PLL);
        machine->rcc->pll_ready = false;
    }
}

static void write_cr(struct vboard_machine *machine, uint32_t value, uint32_t mask)
{
    uint32_t *cr = word(machine, CR);
    uint32_t before = *cr;

    vboard_merge(cr, value & ~(uint32_t)CR_READY, mask & ~(uint32_t)CR_READY);
    if ((*cr & CR_PLLON) && !(before & CR_PLLON) && (*word(machine, PLLCFGR) & PLLCFGR_HSE) &&
        !machine->rcc->hse_ready)
        vboard_report(machine, 0x40023800, "the PLL was switched on without its input");
    switch_oscillator(machine, before, *cr);
    apply(machine);
}

static uint32_t read_cr(const struct vboard_machine *machine)
{
    uint32_t cr = machine->rcc->words[CR / 4];

    return (cr & ~(uint32_t)CR_READY) | (cr & CR_HSION ? CR_HSIRDY : 0) |
           (machine->rcc->hse_ready ? CR_HSERDY : 0) | (machine->rcc->pll_ready ? CR_PLLRDY : 0);
}

uint32_t vboard_rcc_read(struct vboard_machine *machine, uint32_t offset)
{
    uint32_t csr = machine->rcc->words[CSR / 4];

    if (offset >= sizeof machine->rcc->words)
        return 0;
    switch (offset) {
    case CR:
        return read_cr(machine);
    case BDCR:
        return machine->power->backup.bdcr | (machine->power->backup.bdcr & 1) << 1;
    case CSR:
        return machine->power->backup.csr | csr | (csr & CSR_LSION ? CSR_LSIRDY : 0);
    default:
        return machine->rcc->words[offset / 4];
    }
}

static void write_csr(struct vboard_machine *machine, uint32_t value, uint32_t mask)
{
    vboard_merge(word(machine, CSR), value & CSR_LSION, mask & CSR_LSION);
    if (value & CSR_RMVF)
        machine->power->backup.csr = 0;
}

void vboard_rcc_write(struct vboard_machine *machine, uint32_t offset, uint32_t value,
                      uint32_t mask)
{
    if (offset >= sizeof machine->rcc->words)
        return;
    switch (offset) {
    case CR:
        write_cr(machine, value, mask);
        break;
    case PLLCFGR:
        if (*word(machine, CR) & CR_PLLON)
            vboard_report(machine, 0x40023804, "the PLL was set while it is on");
        else
            vboard_merge(word(machine, offset), value, mask);
        break;
    case CFGR:
        vboard_merge(word(machine, offset), value & ~12u, mask & ~12u);
        apply(machine);
        break;
    case CIR:
        break; /* its interrupts are not modelled */
    case BDCR:
        if (vboard_pwr_writable(machine))
            vboard_merge(&machine->power->backup.bdcr, value & 0x1830d, mask & 0x1830d);
        break;
    case CSR:
        write_csr(machine, value, mask);
        break;
    default:
        vboard_merge(word(machine, offset), value, mask);
        break;
    }
}
