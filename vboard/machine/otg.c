/* SPDX-License-Identifier: MIT */
/*
 * OTG_FS: life, clocks and VBUS, bus states, the interrupt line, and what the host waits for.
 * References are to RM0090, revision 21.
 */
#include "otg_private.h"

#include <core/array.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    FRAME_NS = 1000000,
    TRAFFIC_PPM = 2500, /* USB 2.0, 7.1.11: 0.25 % */
    /*
     * Up to here the core detects the start of frames, packets of 4 bytes. No document says how far
     * a receiver follows: each edge corrects its phase, and there is one in 7 bits.
     */
    FRAMES_PPM = 50000,
};

void vboard_otg_violation(struct vboard_otg *otg, uint32_t offset, const char *format, ...)
{
    char text[160];
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    otg->port.violation(otg->port.context, offset, text);
}

uint64_t vboard_otg_now(const struct vboard_otg *otg)
{
    return otg->port.now_ns(otg->port.context);
}

/* ---- frames ---- */

static bool hears_frames(const struct vboard_otg *otg)
{
    return otg->frames && otg->off_ppm <= FRAMES_PPM;
}

uint32_t vboard_otg_frame_number(const struct vboard_otg *otg)
{
    if (!hears_frames(otg))
        return 0;
    return (uint32_t)((vboard_otg_now(otg) - otg->frames_ns) / FRAME_NS) & 0x7FFu;
}

void vboard_otg_frame(struct vboard_otg *otg)
{
    if (hears_frames(otg) && vboard_otg_now(otg) >= otg->sof_ns)
        otg->gintsts |= GINT_SOF;
}

void vboard_otg_frame_seen(struct vboard_otg *otg)
{
    otg->gintsts &= ~GINT_SOF;
    otg->sof_ns = otg->frames_ns +
                  ((vboard_otg_now(otg) - otg->frames_ns) / FRAME_NS + 1) * UINT64_C(1000000);
}

static uint64_t sof_due_ns(const struct vboard_otg *otg)
{
    bool wanted = (otg->gintmsk & GINT_SOF) && (otg->gahbcfg & GAHBCFG_GINTMSK);

    return hears_frames(otg) && wanted && !(otg->gintsts & GINT_SOF) ? otg->sof_ns : UINT64_MAX;
}

uint64_t vboard_otg_due_ns(const struct vboard_otg *otg)
{
    uint64_t coming_ns = vboard_otg_coming_ns(otg);

    return coming_ns < sof_due_ns(otg) ? coming_ns : sof_due_ns(otg);
}

void vboard_otg_happen(struct vboard_otg *otg)
{
    vboard_otg_frame(otg);
    vboard_otg_settle(otg);
    vboard_otg_changed(otg);
}

/* ---- interrupts ---- */

/* 34.16.4, DAINT: an endpoint's events that pass its common mask. */
uint32_t vboard_otg_daint(const struct vboard_otg *otg)
{
    uint32_t pending = 0;

    for (unsigned n = 0; n < otg->core->endpoints; n++) {
        uint32_t mask = otg->diepmsk | (otg->diepempmsk >> n & 1u ? DIEPINT_TXFE : 0);

        if (vboard_otg_in_interrupts(otg, n) & mask)
            pending |= 1u << n;
        if (otg->out[n].interrupts & otg->doepmsk)
            pending |= 0x10000u << n;
    }
    return pending;
}

uint32_t vboard_otg_interrupts(const struct vboard_otg *otg)
{
    uint32_t status = otg->gintsts | GINT_NPTXFE | GINT_PTXFE;
    uint32_t endpoints = vboard_otg_daint(otg) & otg->daintmsk;

    if (otg->gotgint)
        status |= GINT_OTGINT;
    if (otg->rx.count > 0)
        status |= GINT_RXFLVL;
    if (otg->dctl & DCTL_GINSTS)
        status |= GINT_GINAKEFF;
    if (otg->gonak_effective)
        status |= GINT_GONAKEFF;
    if (endpoints & 0xFFFFu)
        status |= GINT_IEPINT;
    if (endpoints >> 16)
        status |= GINT_OEPINT;
    return status;
}

bool vboard_otg_irq(const struct vboard_otg *otg)
{
    return otg->level;
}

/* ---- connection ---- */

/* The older core: always with NOVBUSSENS, else as PA9 shows it if sensing "B" is enabled. */
static bool has_vbus_by_sensing(const struct vboard_otg *otg)
{
    if (otg->gccfg & GCCFG_NOVBUSSENS)
        return true;
    return (otg->gccfg & GCCFG_VBUSBSEN) && otg->vbus_wired && otg->vbus;
}

/*
 * The newer core: what the override says, else as PA9 shows it with VBDEN (RM0390, OTG_GOTGCTL and
 * OTG_GCCFG). Drivers of chips without a wire to PA9 clear VBDEN and set the override (ST's
 * stm32f4xx_ll_usb.c, TinyUSB's dwc2_stm32.h).
 */
static bool has_vbus_by_override(const struct vboard_otg *otg)
{
    if (otg->gotgctl & GOTGCTL_BVALOEN)
        return otg->gotgctl & GOTGCTL_BVALOVAL;
    return (otg->gccfg & GCCFG_VBDEN) && otg->vbus_wired && otg->vbus;
}

/* Whether VBUS is valid for the core; never without the transceiver. */
static bool session(const struct vboard_otg *otg)
{
    if (!otg->usb_clock || !(otg->gccfg & GCCFG_PWRDWN))
        return false;
    return otg->core->has_vbden ? has_vbus_by_override(otg) : has_vbus_by_sensing(otg);
}

static void session_changed(struct vboard_otg *otg, bool valid)
{
    otg->session = valid;
    if (valid)
        otg->gintsts |= GINT_SRQINT;
    else
        otg->gotgint |= GOTGINT_SEDET;
}

static void update_connection(struct vboard_otg *otg)
{
    bool valid = session(otg);
    bool was = otg->connected;

    if (valid != otg->session)
        session_changed(otg, valid);
    otg->attached =
        valid && otg->vbus && !(otg->dctl & DCTL_SDIS) && !(otg->gusbcfg & GUSBCFG_FHMOD);
    otg->connected = otg->vbus && !otg->held_low && (otg->attached || otg->pulled_up);
    otg->connection += otg->connected && !was;
    if (!otg->connected || !otg->attached) {
        otg->in_reset = false;
        otg->enumerated = false;
        otg->suspended = false;
        otg->frames = false;
    }
}

bool vboard_otg_connected(const struct vboard_otg *otg)
{
    return otg->connected;
}

unsigned vboard_otg_connection(const struct vboard_otg *otg)
{
    return otg->connection;
}

bool vboard_otg_listens(const struct vboard_otg *otg)
{
    return otg->connected && otg->enumerated && !otg->in_reset && !otg->suspended &&
           !(otg->pcgcctl & PCGCCTL_STPPCLK) && otg->off_ppm <= TRAFFIC_PPM;
}

void vboard_otg_set_address(struct vboard_otg *otg)
{
    otg->address_due = otg->in_request && DCFG_DAD(otg->dcfg) != 0;
    if (!otg->address_due)
        otg->address = DCFG_DAD(otg->dcfg);
}

/* ---- what the host waits for ---- */

void vboard_otg_watch(struct vboard_otg *otg, uint32_t what)
{
    otg->watch_connected = otg->connected;
    otg->watch_connection = otg->connection;
    otg->watch = what & ~vboard_otg_attentive(otg);
}

bool vboard_otg_wakes(const struct vboard_otg *otg)
{
    return otg->connected && otg->suspended && (otg->dctl & DCTL_RWUSIG);
}

static void update_watch(struct vboard_otg *otg)
{
    uint32_t now;

    if (!otg->watch)
        return;
    now = vboard_otg_attentive(otg);
    if (otg->connected != otg->watch_connected || otg->connection != otg->watch_connection)
        now |= VBOARD_OTG_CONNECTION;
    if (now & otg->watch) {
        otg->watch = 0;
        otg->port.progress(otg->port.context);
    }
}

void vboard_otg_changed(struct vboard_otg *otg)
{
    bool level;

    update_connection(otg);
    level = (otg->gahbcfg & GAHBCFG_GINTMSK) && (vboard_otg_interrupts(otg) & otg->gintmsk);
    if (level != otg->level) {
        otg->level = level;
        otg->port.irq(otg->port.context, level);
    }
    update_watch(otg);
    if ((sof_due_ns(otg) != UINT64_MAX) != otg->sofs_wanted) {
        otg->sofs_wanted = !otg->sofs_wanted;
        if (otg->sofs_wanted)
            otg->port.progress(otg->port.context);
    }
}

/* ---- bus states ---- */

void vboard_otg_reset_start(struct vboard_otg *otg)
{
    if (!otg->connected || !otg->attached)
        return;
    /* Any activity ends suspend; drivers then switch the PHY's clock on again. */
    if (otg->suspended)
        otg->gintsts |= GINT_WKUPINT;
    otg->in_reset = true;
    otg->enumerated = false;
    otg->suspended = false;
    otg->frames = false;
    otg->gintsts |= GINT_USBRST;
    vboard_otg_endpoints_bus_reset(otg);
    vboard_otg_changed(otg);
}

/* Table 204. */
static unsigned turnaround_min(uint32_t hclk_hz)
{
    static const struct {
        uint32_t below_khz;
        unsigned trdt;
    } rows[] = {{15000, 15}, {16000, 14}, {17200, 13}, {18500, 12}, {20000, 11},
                {21800, 10}, {24000, 9},  {27500, 8},  {32000, 7}};

    for (size_t i = 0; i < B0_LENGTH(rows); i++)
        if (hclk_hz < rows[i].below_khz * 1000)
            return rows[i].trdt;
    return 6;
}

void vboard_otg_check_turnaround(struct vboard_otg *otg)
{
    unsigned trdt = GUSBCFG_TRDT(otg->gusbcfg);

    if (otg->turnaround_checked)
        return;
    otg->turnaround_checked = true;
    if (otg->hclk_hz > 0 && trdt < turnaround_min(otg->hclk_hz))
        vboard_otg_violation(otg, OTG_GUSBCFG, "TRDT is %u, but a core at %u kHz needs %u", trdt,
                             (unsigned)(otg->hclk_hz / 1000), turnaround_min(otg->hclk_hz));
}

static void check_speed(struct vboard_otg *otg)
{
    if ((otg->dcfg & DCFG_DSPD) != DCFG_DSPD)
        vboard_otg_violation(otg, OTG_DCFG, "DSPD is %u, but full speed is 3",
                             (unsigned)(otg->dcfg & DCFG_DSPD));
}

void vboard_otg_reset_end(struct vboard_otg *otg)
{
    if (!otg->connected || !otg->in_reset)
        return;
    otg->in_reset = false;
    otg->enumerated = true;
    otg->gintsts |= GINT_ENUMDNE;
    otg->frames = true;
    otg->frames_ns = vboard_otg_now(otg);
    otg->sof_ns = otg->frames_ns;
    check_speed(otg);
    otg->turnaround_checked = false;
    vboard_otg_changed(otg);
}

void vboard_otg_suspend(struct vboard_otg *otg)
{
    if (!otg->connected || !otg->attached || otg->in_reset || otg->suspended)
        return;
    otg->suspended = true;
    otg->frames = false;
    otg->gintsts |= GINT_ESUSP | GINT_USBSUSP;
    vboard_otg_changed(otg);
}

void vboard_otg_resume(struct vboard_otg *otg)
{
    if (!otg->suspended)
        return;
    otg->suspended = false;
    otg->gintsts |= GINT_WKUPINT;
    if (otg->enumerated) {
        otg->frames = true;
        vboard_otg_frame_seen(otg);
    }
    vboard_otg_changed(otg);
}

/* ---- life ---- */

/* 34.16.2: resets all registers except those of the transceiver and the clocks. */
void vboard_otg_core_reset(struct vboard_otg *otg)
{
    otg->gotgctl = 0;
    otg->gotgint = 0;
    otg->gahbcfg = 0;
    otg->gusbcfg = otg->core->gusbcfg;
    otg->txfnum = 0;
    otg->gintsts = 0;
    otg->gintmsk = 0;
    otg->grxfsiz = 0x200;
    otg->dieptxf[0] = 0x200;
    for (unsigned n = 1; n < otg->core->endpoints; n++)
        otg->dieptxf[n] = 0x02000400u + (n - 1) * 0x200u;
    otg->dcfg = 0x02200000u | (otg->dcfg & DCFG_DSPD);
    otg->dctl = otg->core->dctl;
    otg->diepmsk = 0;
    otg->doepmsk = 0;
    otg->daintmsk = 0;
    otg->dvbusdis = 0x17D7;
    otg->dvbuspulse = 0x5B8;
    otg->diepempmsk = 0;
    otg->layout_checked = false;
    otg->gonak_effective = false;
    otg->setup_open = false;
    otg->setup_unread = false;
    otg->enabled_early = false;
    otg->setups = 0;
    otg->has_written = false;
    otg->enumerated = false;
    otg->suspended = false;
    otg->frames = false;
    otg->in_request = false;
    vboard_otg_set_address(otg);
    vboard_otg_endpoints_reset(otg);
    vboard_otg_rx_flush(otg);
    vboard_otg_tx_flush(otg, 0x10);
}

void vboard_otg_reset(struct vboard_otg *otg)
{
    otg->gccfg = 0;
    otg->pcgcctl = 0;
    otg->dcfg = 0;
    otg->at_work = 0;
    otg->session = false;
    otg->told_count = false;
    vboard_otg_core_reset(otg);
    vboard_otg_changed(otg);
}

void vboard_otg_deviation(struct vboard_otg *otg, uint32_t ppm)
{
    otg->off_ppm = ppm;
}

void vboard_otg_clocks(struct vboard_otg *otg, bool bus_clock, bool usb_clock, uint32_t hclk_hz)
{
    otg->bus_clock = bus_clock;
    otg->usb_clock = usb_clock;
    otg->hclk_hz = hclk_hz;
    vboard_otg_changed(otg);
}

void vboard_otg_line(struct vboard_otg *otg, bool pulled_up, bool held_low)
{
    otg->pulled_up = pulled_up;
    otg->held_low = held_low;
    vboard_otg_changed(otg);
}

void vboard_otg_vbus(struct vboard_otg *otg, bool present, bool wired)
{
    otg->vbus = present;
    otg->vbus_wired = wired;
    vboard_otg_changed(otg);
}

/*
 * Numbers of endpoints, bits and values after a reset: RM0090, 34.16; for the newer core RM0390 and
 * ST's header stm32f446xx.h. GSNPSID is the release of Synopsys' core, GHWCFG1 to 4 its
 * configuration, as F407 and F412 parts report them (TinyUSB, dwc2_info.md).
 *
 * Assumptions about the newer core: the F446, which is not in that list, has the F412's values,
 * since it has its CID. GUSBCFG comes up with a TRDT of 5 as in ST's description of the core's next
 * release (STM32MP153). SDIS is set after a reset: libopencm3 (usb_f107.c) clears it because "not
 * all cores" connect by themselves. Bits of the F412's GCCFG that detect battery chargers are not
 * modelled.
 */
static const struct otg_core cores[] = {
    {
        .id = VBOARD_OTG_CORE_1100,
        .endpoints = 4,
        .spoils_early = true,
        .gotgctl = 0xF02,
        .gccfg = 0x3D0000,
        .gintmsk = 0xF73CFCFE,
        .gusbcfg = 0xA40,
        .hardware = {0x4F54281A, 0, 0x229DCD20, 0x020001E8, 0x0FF08030},
    },
    {
        .id = VBOARD_OTG_CORE_1200,
        .endpoints = 4,
        .spoils_early = true,
        .loses_word = true,
        .gotgctl = 0xF02,
        .gccfg = 0x3D0000,
        .gintmsk = 0xF73CFCFE,
        .gusbcfg = 0xA40,
        .hardware = {0x4F54281A, 0, 0x229DCD20, 0x020001E8, 0x0FF08030},
    },
    {
        .id = VBOARD_OTG_CORE_2000,
        .endpoints = 6,
        .has_vbden = true,
        .tells_phases = true,
        .gotgctl = 0x101FFE,
        .gccfg = GCCFG_PWRDWN | GCCFG_VBDEN,
        .gintmsk = 0xFFBCFCFE, /* RSTDETM, LPMINTM */
        .gusbcfg = 0x1440,
        .dctl = DCTL_SDIS,
        .hardware = {0x4F54320A, 0, 0x229ED520, 0x0200D1E8, 0x17F08030},
    },
};

static const struct otg_core *find_core(uint32_t id)
{
    for (size_t i = 0; i < B0_LENGTH(cores); i++)
        if (cores[i].id == id)
            return &cores[i];
    return NULL;
}

struct vboard_otg *vboard_otg_new(uint32_t core_id, const struct vboard_otg_port *port)
{
    const struct otg_core *core = find_core(core_id);
    struct vboard_otg *otg = core ? calloc(1, sizeof *otg) : NULL;

    if (!otg)
        return NULL;
    otg->port = *port;
    otg->core = core;
    memcpy(otg->hardware, core->hardware, sizeof otg->hardware);
    vboard_otg_reset(otg);
    return otg;
}

void vboard_otg_free(struct vboard_otg *otg)
{
    free(otg);
}
