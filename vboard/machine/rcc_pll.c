/* SPDX-License-Identifier: MIT */
/*
 * The PLLs: RM0090, 7.2.3. The main PLL makes the system clock and 48 MHz for the USB controller.
 * On F412 the 48 MHz can come from PLLI2S, on F446 from PLLSAI (RM0402, RM0390: DCKCFGR2.CK48MSEL);
 * their other outputs are not modelled.
 */
#include "rcc_private.h"

#include "../board/board.h"
#include "../board/clock.h"
#include "chips.h"
#include "parts.h"
#include "report.h"
#include "time.h"

#include <core/array.h>

enum {
    LOCK_NS = 100000, /* DS8626, table 36: 75 to 200 us */
};

#define MHZ UINT64_C(1000000)

uint32_t vboard_rcc_hsi_hz(const struct vboard_machine *machine)
{
    return machine->board->settings.hsi_hz;
}

static uint32_t config_of(const struct vboard_machine *machine, uint32_t offset)
{
    return machine->rcc->words[offset / 4];
}

static uint32_t input_hz(const struct vboard_machine *machine)
{
    return config_of(machine, RCC_PLLCFGR) & RCC_PLLCFGR_HSE ? vboard_rcc_crystal_hz(machine)
                                                             : vboard_rcc_hsi_hz(machine);
}

/* 7.3.2: VCO = input / M * N. */
static uint64_t vco_hz(const struct vboard_machine *machine, uint32_t offset)
{
    uint32_t config = config_of(machine, offset);
    uint32_t m = config & 0x3f, n = config >> 6 & 0x1ff;

    return m >= 2 ? (uint64_t)input_hz(machine) * n / m : 0;
}

/* The output P of the main PLL and of an F446's PLLSAI. */
static uint32_t p_hz(const struct vboard_machine *machine, uint32_t offset)
{
    uint32_t p = 2 * ((config_of(machine, offset) >> 16 & 3) + 1);

    return (uint32_t)(vco_hz(machine, offset) / p);
}

/* The output Q of the main PLL and of PLLI2S. */
static uint32_t q_hz(const struct vboard_machine *machine, uint32_t offset)
{
    uint32_t q = config_of(machine, offset) >> 24 & 15;

    return q >= 2 ? (uint32_t)(vco_hz(machine, offset) / q) : 0;
}

static uint32_t pllr(const struct vboard_machine *machine)
{
    return config_of(machine, RCC_PLLCFGR) >> 28 & 7;
}

uint32_t vboard_rcc_pll_hz(const struct vboard_machine *machine)
{
    return machine->rcc->pll_ready ? p_hz(machine, RCC_PLLCFGR) : 0;
}

/* RM0390, 6.3.2. */
uint32_t vboard_rcc_pllr_hz(const struct vboard_machine *machine)
{
    if (!machine->rcc->pll_ready || !machine->chip->pllr_is_sysclk || pllr(machine) < 2)
        return 0;
    return (uint32_t)(vco_hz(machine, RCC_PLLCFGR) / pllr(machine));
}

uint32_t vboard_rcc_usb_hz(const struct vboard_machine *machine)
{
    uint32_t ready = machine->rcc->others_ready;

    if (!(config_of(machine, RCC_DCKCFGR2) & RCC_DCKCFGR2_CK48MSEL))
        return machine->rcc->pll_ready ? q_hz(machine, RCC_PLLCFGR) : 0;
    if (machine->chip->usb_pll == VBOARD_USB_PLLSAI)
        return ready & RCC_CR_PLLSAIRDY ? p_hz(machine, RCC_PLLSAICFGR) : 0;
    return ready & RCC_CR_PLLI2SRDY ? q_hz(machine, RCC_PLLI2SCFGR) : 0;
}

/* ---- switching ---- */

static bool goes_on(uint32_t before, uint32_t now, uint32_t bits)
{
    return now & ~before & bits;
}

void vboard_rcc_switch_plls(struct vboard_machine *machine, uint32_t before, uint32_t now)
{
    const uint32_t others = RCC_CR_PLLI2SON | RCC_CR_PLLSAION;
    uint64_t ready_ns = vboard_time_now_ns(machine) + LOCK_NS;

    if (goes_on(before, now, others | RCC_CR_PLLON) &&
        (config_of(machine, RCC_PLLCFGR) & RCC_PLLCFGR_HSE) && !machine->rcc->hse_ready)
        vboard_report(machine, 0x40023800, "the PLL was switched on without its input");
    if (goes_on(before, now, RCC_CR_PLLON))
        vboard_schedule(machine, VBOARD_EVENT_PLL, ready_ns);
    if (!(now & RCC_CR_PLLON)) {
        vboard_cancel(machine, VBOARD_EVENT_PLL);
        machine->rcc->pll_ready = false;
    }
    if (goes_on(before, now, others))
        vboard_schedule(machine, VBOARD_EVENT_OTHER_PLLS, ready_ns);
    machine->rcc->others_ready &= (now & others) << 1;
}

uint32_t vboard_rcc_plls_ready(const struct vboard_machine *machine)
{
    return machine->rcc->others_ready | (machine->rcc->pll_ready ? RCC_CR_PLLRDY : 0);
}

static const struct {
    uint32_t on, config;
} plls[] = {
    {RCC_CR_PLLON, RCC_PLLCFGR},
    {RCC_CR_PLLI2SON, RCC_PLLI2SCFGR},
    {RCC_CR_PLLSAION, RCC_PLLSAICFGR},
};

bool vboard_rcc_is_fixed(const struct vboard_machine *machine, uint32_t offset)
{
    for (size_t i = 0; i < B0_LENGTH(plls); i++)
        if (plls[i].config == offset)
            return config_of(machine, RCC_CR) & plls[i].on;
    return false;
}

/* ---- limits ---- */

static void check(struct vboard_machine *machine, uint32_t offset)
{
    uint64_t vco = vco_hz(machine, offset);
    uint32_t m = config_of(machine, offset) & 0x3f;

    if (vco < machine->chip->limits->vco_min * MHZ || vco > 432 * MHZ ||
        input_hz(machine) / m > 2100000 || input_hz(machine) / m < 950000)
        vboard_report(machine, 0x40023800 + offset, "the PLL is out of its range: VCO at %u kHz",
                      (unsigned)(vco / 1000));
}

void vboard_rcc_check_plls(struct vboard_machine *machine)
{
    uint32_t selected = config_of(machine, RCC_DCKCFGR2) & RCC_DCKCFGR2_CK48MSEL;

    if (machine->rcc->pll_ready) {
        check(machine, RCC_PLLCFGR);
        if (machine->chip->has_pllr && pllr(machine) < 2)
            vboard_report(machine, 0x40023804, "PLLR of %u, 2 to 7 are allowed",
                          (unsigned)pllr(machine));
    }
    if (selected && machine->rcc->others_ready)
        check(machine,
              machine->chip->usb_pll == VBOARD_USB_PLLSAI ? RCC_PLLSAICFGR : RCC_PLLI2SCFGR);
}
