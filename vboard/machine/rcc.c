/* SPDX-License-Identifier: MIT */
/* Reset and clock control: RM0090, chapters 6 (F42x) and 7 (F405/407), whose numbers are used. */
#include "rcc_private.h"

#include "../board/board.h"
#include "../board/clock.h"
#include "chips.h"
#include "nvic.h"
#include "parts.h"
#include "power.h"
#include "report.h"
#include "time.h"

#include <string.h>

enum {
    CR_HSION = 1 << 0,
    CR_HSIRDY = 1 << 1,
    CR_HSEON = 1 << 16,
    CR_HSERDY = 1 << 17,
    CR_HSEBYP = 1 << 18,
    CR_CSSON = 1 << 19,
    CR_READY = CR_HSIRDY | CR_HSERDY | RCC_CR_PLLRDY | RCC_CR_PLLI2SRDY | RCC_CR_PLLSAIRDY,

    CFGR_SW = 3,
    CIR_CSSF = 1 << 7,
    CIR_CSSC = 1 << 23,
    DCKCFGR_TIMPRE = 1 << 24,
    CSR_LSION = 1 << 0,
    CSR_LSIRDY = 1 << 1,
    CSR_RMVF = 1 << 24,

    HSE_START_NS = 2000000, /* DS8626, 5.3.8: 2 ms typical */
};

#define CSR_FLAGS 0xfe000000u
#define PLL_RESET 0x24003010u /* of RCC_PLLCFGR, and of the bits that the other PLLs have */
#define MHZ       UINT32_C(1000000)

uint32_t vboard_rcc_crystal_hz(const struct vboard_machine *machine)
{
    const struct vboard_settings *settings = &machine->board->settings;
    uint64_t now_us = vboard_time_now_ns(machine) / 1000;
    bool stands =
        now_us >= settings->crystal_stop.from_us && now_us < settings->crystal_stop.until_us;

    return stands ? 0 : settings->crystal_hz;
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

bool vboard_rcc_pll_is_on(const struct vboard_machine *machine)
{
    return machine->rcc->words[RCC_CR / 4] & RCC_CR_PLLON;
}

static uint32_t *word(struct vboard_machine *machine, uint32_t offset)
{
    return &machine->rcc->words[offset / 4];
}

/* ---- the clock tree ---- */

static uint32_t source_hz(const struct vboard_machine *machine, uint32_t source)
{
    switch (source) {
    case 0:
        return vboard_rcc_hsi_hz(machine);
    case 1:
        return machine->rcc->hse_ready ? vboard_rcc_crystal_hz(machine) : 0;
    case 2:
        return vboard_rcc_pll_hz(machine);
    case 3:
        return vboard_rcc_pllr_hz(machine);
    default:
        return 0;
    }
}

static unsigned apb_shift(const struct vboard_machine *machine, unsigned bus)
{
    uint32_t bits = machine->rcc->words[RCC_CFGR / 4] >> (bus == 0 ? 10 : 13) & 7;

    return bits < 4 ? 0 : bits - 3;
}

uint32_t vboard_rcc_timer_hz(const struct vboard_machine *machine, unsigned bus)
{
    unsigned shift = apb_shift(machine, bus);
    unsigned most = machine->rcc->words[RCC_DCKCFGR / 4] & DCKCFGR_TIMPRE ? 2 : 1;

    return machine->rcc->pclk_hz[bus] << (shift < most ? shift : most);
}

uint32_t vboard_rcc_rtcpre(const struct vboard_machine *machine)
{
    uint32_t divider = machine->rcc->words[RCC_CFGR / 4] >> 16 & 31;

    return divider >= 2 ? divider : 0;
}

/* 7.2: the limits that hold at 3.3 V. */
void vboard_rcc_check_limits(struct vboard_machine *machine)
{
    const struct vboard_clock_limits *limits = machine->chip->limits;
    bool over_drive = vboard_pwr_over_drive(machine);
    const uint8_t *pclk = over_drive ? limits->pclk_over_drive : limits->pclk;
    unsigned hclk = vboard_pwr_hclk_max_mhz(machine);

    if (machine->time->hclk_hz > hclk * MHZ)
        vboard_report(machine, 0x40023808, "HCLK at %u kHz exceeds %u MHz",
                      (unsigned)(machine->time->hclk_hz / 1000), hclk);
    if (machine->rcc->pclk_hz[0] > pclk[0] * MHZ || machine->rcc->pclk_hz[1] > pclk[1] * MHZ)
        vboard_report(machine, 0x40023808,
                      "PCLK1 at %u kHz or PCLK2 at %u kHz exceeds %u or %u MHz",
                      (unsigned)(machine->rcc->pclk_hz[0] / 1000),
                      (unsigned)(machine->rcc->pclk_hz[1] / 1000), pclk[0], pclk[1]);
    vboard_rcc_check_plls(machine);
}

/* SWS follows SW as soon as the clock is there. */
static void apply(struct vboard_machine *machine)
{
    static const uint8_t shifts[] = {1, 2, 3, 4, 6, 7, 8, 9};
    uint32_t *cfgr = word(machine, RCC_CFGR);
    uint32_t wanted = *cfgr & CFGR_SW, hpre = *cfgr >> 4 & 15, hz;

    if (source_hz(machine, wanted) > 0)
        *cfgr = (*cfgr & ~12u) | wanted << 2;
    hz = source_hz(machine, *cfgr >> 2 & 3);
    if (hz == 0) {
        vboard_report(machine, 0x40023800, "the clock in use was switched off");
        hz = vboard_rcc_hsi_hz(machine);
    }
    hz >>= hpre < 8 ? 0 : shifts[hpre - 8];
    machine->wiring->clocks_change(machine);
    if (hz != machine->time->hclk_hz)
        vboard_time_set_hclk(machine, hz);
    machine->rcc->pclk_hz[0] = hz >> apb_shift(machine, 0);
    machine->rcc->pclk_hz[1] = hz >> apb_shift(machine, 1);
    vboard_rcc_check_limits(machine);
    machine->wiring->clocks_changed(machine);
}

/* ---- registers ---- */

/* Offset of a bus' register from that of AHB1, in each of the three groups. */
static const uint8_t bus_offsets[VBOARD_BUS_COUNT] = {0x00, 0x04, 0x08, 0x10, 0x14};

/* Plans when the crystal next stops, or oscillates again. */
static void plan_crystal(struct vboard_machine *machine)
{
    const struct vboard_settings *settings = &machine->board->settings;
    uint64_t now_ns = vboard_time_now_ns(machine);
    uint64_t from_ns = settings->crystal_stop.from_us * 1000;
    uint64_t until_ns = settings->crystal_stop.until_us * 1000;

    if (settings->crystal_hz > 0 && now_ns < from_ns)
        vboard_schedule(machine, VBOARD_EVENT_CRYSTAL, from_ns);
    else if (settings->crystal_hz > 0 && now_ns < until_ns)
        vboard_schedule(machine, VBOARD_EVENT_CRYSTAL, until_ns);
}

void vboard_rcc_reset(struct vboard_machine *machine)
{
    const struct vboard_rcc_bits *bits = machine->chip->rcc;

    memset(machine->rcc, 0, sizeof *machine->rcc);
    *word(machine, RCC_CR) = 0x83;
    *word(machine, RCC_PLLCFGR) = PLL_RESET;
    *word(machine, VBOARD_RCC_AHB1ENR) = bits->ahb1_enabled;
    for (unsigned bus = 0; bus < VBOARD_BUS_COUNT; bus++)
        *word(machine, RCC_AHB1LPENR + bus_offsets[bus]) = bits->low_power[bus];
    *word(machine, RCC_PLLI2SCFGR) = PLL_RESET & bits->plli2scfgr;
    *word(machine, RCC_PLLSAICFGR) = PLL_RESET & bits->pllsaicfgr;
    machine->rcc->pclk_hz[0] = machine->rcc->pclk_hz[1] = vboard_rcc_hsi_hz(machine);
    plan_crystal(machine);
}

/* 7.2.7: switches off what came from the crystal, and raises an NMI. */
static void secure_clock(struct vboard_machine *machine)
{
    uint32_t *cr = word(machine, RCC_CR), *cfgr = word(machine, RCC_CFGR);
    uint32_t before = *cr, source = *cfgr >> 2 & 3;
    bool pll = source >= 2 && (*word(machine, RCC_PLLCFGR) & RCC_PLLCFGR_HSE);

    *cr &= ~(uint32_t)(CR_HSEON | CR_CSSON);
    if (pll)
        *cr &= ~(uint32_t)RCC_CR_PLLON;
    if (pll || source == 1)
        *cfgr &= ~(uint32_t)CFGR_SW;
    vboard_rcc_switch_plls(machine, before, *cr);
    *word(machine, RCC_CIR) |= CIR_CSSF;
    vboard_nvic_pend(machine, VBOARD_NMI);
}

void vboard_rcc_crystal_event(struct vboard_machine *machine)
{
    uint32_t cr = *word(machine, RCC_CR);
    bool was_ready = machine->rcc->hse_ready;

    plan_crystal(machine);
    if (vboard_rcc_crystal_hz(machine) > 0) {
        if (cr & CR_HSEON)
            vboard_schedule(machine, VBOARD_EVENT_HSE, vboard_time_now_ns(machine) + HSE_START_NS);
        return;
    }
    vboard_note(machine, "the crystal has stopped");
    vboard_cancel(machine, VBOARD_EVENT_HSE);
    machine->rcc->hse_ready = false;
    if (was_ready && (cr & CR_CSSON))
        secure_clock(machine);
    apply(machine);
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

/* PLLI2S and PLLSAI, as far as they are still on. */
void vboard_rcc_other_plls_event(struct vboard_machine *machine)
{
    machine->rcc->others_ready = (*word(machine, RCC_CR) & (RCC_CR_PLLI2SON | RCC_CR_PLLSAION))
                                 << 1;
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
    vboard_rcc_switch_plls(machine, before, now);
}

static void write_cr(struct vboard_machine *machine, uint32_t value, uint32_t mask)
{
    uint32_t *cr = word(machine, RCC_CR);
    uint32_t before = *cr;

    vboard_merge(cr, value & ~(uint32_t)CR_READY, mask & ~(uint32_t)CR_READY);
    switch_oscillator(machine, before, *cr);
    apply(machine);
}

static uint32_t read_cr(const struct vboard_machine *machine)
{
    uint32_t cr = machine->rcc->words[RCC_CR / 4];

    return (cr & ~(uint32_t)CR_READY) | (cr & CR_HSION ? CR_HSIRDY : 0) |
           (machine->rcc->hse_ready ? CR_HSERDY : 0) | vboard_rcc_plls_ready(machine);
}

uint32_t vboard_rcc_read(struct vboard_machine *machine, uint32_t offset)
{
    uint32_t csr = machine->rcc->words[RCC_CSR / 4];

    if (offset >= sizeof machine->rcc->words)
        return 0;
    switch (offset) {
    case RCC_CR:
        return read_cr(machine);
    case RCC_BDCR:
        return machine->power->backup.bdcr | (machine->power->backup.bdcr & 1) << 1;
    case RCC_CSR:
        return machine->power->backup.csr | csr | (csr & CSR_LSION ? CSR_LSIRDY : 0);
    default:
        return machine->rcc->words[offset / 4];
    }
}

static void write_csr(struct vboard_machine *machine, uint32_t value, uint32_t mask)
{
    vboard_merge(word(machine, RCC_CSR), value & CSR_LSION, mask & CSR_LSION);
    if (value & CSR_RMVF)
        machine->power->backup.csr = 0;
}

/* 7.3.3. */
static void check_switch(struct vboard_machine *machine, uint32_t source)
{
    if (source == 3 && !machine->chip->pllr_is_sysclk)
        vboard_report(machine, 0x40023808, "RCC_CFGR.SW of 3, which the %s does not have",
                      machine->chip->part->name);
}

/* The bits that a register without a meaning of its own has on this chip. */
static uint32_t bits_of(const struct vboard_machine *machine, uint32_t offset)
{
    const struct vboard_rcc_bits *bits = machine->chip->rcc;

    for (unsigned bus = 0; bus < VBOARD_BUS_COUNT; bus++) {
        if (offset == RCC_AHB1RSTR + (uint32_t)bus_offsets[bus])
            return bits->reset[bus];
        if (offset == VBOARD_RCC_AHB1ENR + (uint32_t)bus_offsets[bus])
            return bits->enable[bus];
        if (offset == RCC_AHB1LPENR + (uint32_t)bus_offsets[bus])
            return bits->low_power[bus];
    }
    switch (offset) {
    case RCC_PLLI2SCFGR:
        return bits->plli2scfgr;
    case RCC_PLLSAICFGR:
        return bits->pllsaicfgr;
    case RCC_DCKCFGR:
        return bits->dckcfgr;
    case RCC_DCKCFGR2:
        return bits->dckcfgr2;
    default:
        return UINT32_MAX;
    }
}

/* A program that enables what the chip lacks was made for another chip. */
static void check_enables(struct vboard_machine *machine, uint32_t offset, uint32_t value)
{
    uint32_t missing = value & ~bits_of(machine, offset);

    if (missing && offset >= VBOARD_RCC_AHB1ENR && offset <= VBOARD_RCC_APB2ENR)
        vboard_report(machine, 0x40023800 + offset,
                      "clocks were switched on that the %s does not have: 0x%08x",
                      machine->chip->part->name, (unsigned)missing);
}

static void write_plain(struct vboard_machine *machine, uint32_t offset, uint32_t value,
                        uint32_t mask)
{
    if (vboard_rcc_is_fixed(machine, offset)) {
        vboard_report(machine, 0x40023800 + offset, "the PLL was set while it is on");
        return;
    }
    check_enables(machine, offset, value);
    vboard_merge(word(machine, offset), value & bits_of(machine, offset), mask);
    if (offset == RCC_DCKCFGR || offset == RCC_DCKCFGR2)
        apply(machine); /* the clocks of the timers, and of the USB controller */
}

void vboard_rcc_write(struct vboard_machine *machine, uint32_t offset, uint32_t value,
                      uint32_t mask)
{
    if (offset >= sizeof machine->rcc->words)
        return;
    switch (offset) {
    case RCC_CR:
        write_cr(machine, value, mask);
        break;
    case RCC_CFGR:
        check_switch(machine, value & mask & CFGR_SW);
        vboard_merge(word(machine, offset), value & ~12u, mask & ~12u);
        apply(machine);
        break;
    case RCC_CIR: /* the interrupts of clocks that are ready are not modelled */
        if (value & mask & CIR_CSSC)
            *word(machine, RCC_CIR) &= ~(uint32_t)CIR_CSSF;
        break;
    case RCC_BDCR:
        if (vboard_pwr_writable(machine))
            vboard_merge(&machine->power->backup.bdcr, value & 0x1830d, mask & 0x1830d);
        break;
    case RCC_CSR:
        write_csr(machine, value, mask);
        break;
    default:
        write_plain(machine, offset, value, mask);
        break;
    }
}
