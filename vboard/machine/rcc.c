/* SPDX-License-Identifier: MIT */
/* Reset and clock control: RM0090, chapters 6 (F42x) and 7 (F405/407), whose numbers stand here. */
#include "rcc.h"

#include "../board/board.h"
#include "../board/clock.h"
#include "chips.h"
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
    AHB1LPENR = 0x50,
    BDCR = 0x70,
    CSR = 0x74,
    PLLI2SCFGR = 0x84,
    PLLSAICFGR = 0x88,
    DCKCFGR = 0x8c,
    DCKCFGR2 = 0x94, /* RM0390, RM0402 */

    CR_HSION = 1 << 0,
    CR_HSIRDY = 1 << 1,
    CR_HSEON = 1 << 16,
    CR_HSERDY = 1 << 17,
    CR_HSEBYP = 1 << 18,
    CR_PLLON = 1 << 24,
    CR_PLLRDY = 1 << 25,
    CR_READY = CR_HSIRDY | CR_HSERDY | CR_PLLRDY | 1 << 27 | 1 << 29,

    PLLCFGR_HSE = 1 << 22,
    CFGR_SW = 3,
    DCKCFGR_TIMPRE = 1 << 24,
    DCKCFGR2_CK48MSEL = 1 << 27,
    CSR_LSION = 1 << 0,
    CSR_LSIRDY = 1 << 1,
    CSR_RMVF = 1 << 24,

    HSE_START_NS = 2000000, /* DS8626, 5.3.8: 2 ms typical */
    PLL_LOCK_NS = 100000,   /* DS8626, table 36: 75 to 200 us */
};

#define CSR_FLAGS 0xfe000000u
#define PLL_RESET 0x24003010u /* of PLLCFGR, and of the bits that the other PLLs have */
#define MHZ       UINT32_C(1000000)

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

bool vboard_rcc_pll_is_on(const struct vboard_machine *machine)
{
    return machine->rcc->words[CR / 4] & CR_PLLON;
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

static uint32_t pllr(const struct vboard_machine *machine)
{
    return machine->rcc->words[PLLCFGR / 4] >> 28 & 7;
}

/* RM0390, 6.3.2. */
static uint32_t pllr_hz(const struct vboard_machine *machine)
{
    return pllr(machine) >= 2 ? (uint32_t)(vco_hz(machine) / pllr(machine)) : 0;
}

uint32_t vboard_rcc_usb_hz(const struct vboard_machine *machine)
{
    uint32_t q = machine->rcc->words[PLLCFGR / 4] >> 24 & 15;

    if (!machine->rcc->pll_ready || q < 2 ||
        (machine->rcc->words[DCKCFGR2 / 4] & DCKCFGR2_CK48MSEL))
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
    case 3:
        return machine->rcc->pll_ready && machine->chip->pllr_is_sysclk ? pllr_hz(machine) : 0;
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
    unsigned shift = apb_shift(machine, bus);
    unsigned most = machine->rcc->words[DCKCFGR / 4] & DCKCFGR_TIMPRE ? 2 : 1;

    return machine->rcc->pclk_hz[bus] << (shift < most ? shift : most);
}

uint32_t vboard_rcc_rtcpre(const struct vboard_machine *machine)
{
    uint32_t divider = machine->rcc->words[CFGR / 4] >> 16 & 31;

    return divider >= 2 ? divider : 0;
}

static void check_pll(struct vboard_machine *machine)
{
    uint64_t vco = vco_hz(machine);
    uint32_t m = machine->rcc->words[PLLCFGR / 4] & 0x3f;
    uint32_t vco_min = machine->chip->limits->vco_min * MHZ;

    if (vco < vco_min || vco > 432 * MHZ || pll_input(machine) / m > 2100000 ||
        pll_input(machine) / m < 950000)
        vboard_report(machine, 0x40023804, "the PLL is out of its range: VCO at %u kHz",
                      (unsigned)(vco / 1000));
    if (machine->chip->has_pllr && pllr(machine) < 2)
        vboard_report(machine, 0x40023804, "PLLR of %u, 2 to 7 are allowed",
                      (unsigned)pllr(machine));
}

/* 7.2: the limits that hold at 3.3 V. */
void vboard_rcc_check_limits(struct vboard_machine *machine)
{
    const struct vboard_clock_limits *limits = machine->chip->limits;
    bool over_drive = vboard_pwr_over_drive(machine);
    const uint8_t *pclk = over_drive ? limits->pclk_over_drive : limits->pclk;
    unsigned hclk = vboard_pwr_hclk_max_mhz(machine);

    if (machine->time->hclk_hz > hclk * MHZ)
        vboard_report(machine, 0x40023808, "HCLK at %u kHz, over %u MHz",
                      (unsigned)(machine->time->hclk_hz / 1000), hclk);
    if (machine->rcc->pclk_hz[0] > pclk[0] * MHZ || machine->rcc->pclk_hz[1] > pclk[1] * MHZ)
        vboard_report(machine, 0x40023808, "PCLK1 at %u kHz or PCLK2 at %u kHz, over %u or %u MHz",
                      (unsigned)(machine->rcc->pclk_hz[0] / 1000),
                      (unsigned)(machine->rcc->pclk_hz[1] / 1000), pclk[0], pclk[1]);
    if (machine->rcc->pll_ready)
        check_pll(machine);
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
    vboard_rcc_check_limits(machine);
    machine->wiring->clocks_changed(machine);
}

/* ---- registers ---- */

/* Of a bus' register from that of AHB1, in each of the three groups. */
static const uint8_t bus_offsets[VBOARD_BUS_COUNT] = {0x00, 0x04, 0x08, 0x10, 0x14};

void vboard_rcc_reset(struct vboard_machine *machine)
{
    const struct vboard_rcc_bits *bits = machine->chip->rcc;

    memset(machine->rcc, 0, sizeof *machine->rcc);
    *word(machine, CR) = 0x83;
    *word(machine, PLLCFGR) = PLL_RESET;
    *word(machine, VBOARD_RCC_AHB1ENR) = bits->ahb1_enabled;
    for (unsigned bus = 0; bus < VBOARD_BUS_COUNT; bus++)
        *word(machine, AHB1LPENR + bus_offsets[bus]) = bits->low_power[bus];
    *word(machine, PLLI2SCFGR) = PLL_RESET & bits->plli2scfgr;
    *word(machine, PLLSAICFGR) = PLL_RESET & bits->pllsaicfgr;
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

/* 7.3.3. */
static void check_switch(struct vboard_machine *machine, uint32_t source)
{
    if (source == 3 && !machine->chip->pllr_is_sysclk)
        vboard_report(machine, 0x40023808, "RCC_CFGR.SW of 3, which the %s does not have",
                      machine->chip->part->name);
}

/* Bits that a register without a meaning of its own has on this chip. */
static uint32_t bits_of(const struct vboard_machine *machine, uint32_t offset)
{
    const struct vboard_rcc_bits *bits = machine->chip->rcc;

    for (unsigned bus = 0; bus < VBOARD_BUS_COUNT; bus++) {
        if (offset == AHB1RSTR + (uint32_t)bus_offsets[bus])
            return bits->reset[bus];
        if (offset == VBOARD_RCC_AHB1ENR + (uint32_t)bus_offsets[bus])
            return bits->enable[bus];
        if (offset == AHB1LPENR + (uint32_t)bus_offsets[bus])
            return bits->low_power[bus];
    }
    switch (offset) {
    case PLLI2SCFGR:
        return bits->plli2scfgr;
    case PLLSAICFGR:
        return bits->pllsaicfgr;
    case DCKCFGR:
        return bits->dckcfgr;
    case DCKCFGR2:
        return bits->dckcfgr2;
    default:
        return UINT32_MAX;
    }
}

/* A program that switches on what the chip lacks was made for another one. */
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
    check_enables(machine, offset, value);
    vboard_merge(word(machine, offset), value & bits_of(machine, offset), mask);
    if (offset == DCKCFGR)
        apply(machine); /* the timers' clock */
    if (offset == DCKCFGR2 && (value & DCKCFGR2_CK48MSEL))
        vboard_report(machine, 0x40023800 + DCKCFGR2,
                      "48 MHz from another PLL than the main one: not modelled");
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
        check_switch(machine, value & mask & CFGR_SW);
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
        write_plain(machine, offset, value, mask);
        break;
    }
}
