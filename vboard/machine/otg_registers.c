/* SPDX-License-Identifier: MIT */
/*
 * OTG_FS: the register map (RM0090 34.16.1), and the global and device registers (34.16.2, 34.16.4,
 * 34.16.5). Most hold what is written to them; those that do more have functions.
 */
#include "otg_private.h"
#include <core/array.h>

enum {
    DCTL_PLAIN = 0x873, /* POPRGDNE, TCTL, SDIS, RWUSIG */
    /* A flush or a reset takes at least 8 clocks of the PHY, 48 MHz. */
    AT_WORK_NS = 167,
};

#define GINTSTS_LATCHED 0xF030FC0Au /* rc_w1: the others follow a state */

/* ---- registers that do more ---- */

static uint32_t read_gotgctl(struct vboard_otg *otg)
{
    /* CIDSTS: nothing on the ID pin, so a B-device. BSVLD. */
    return otg->gotgctl | 1u << 16 | (otg->session ? 1u << 19 : 0);
}

/* The overrides are reserved in the older core: TinyUSB sets them there as well, without effect. */
static void write_gotgctl(struct vboard_otg *otg, uint32_t value)
{
    otg->gotgctl = value & otg->core->gotgctl;
}

static void write_gintmsk(struct vboard_otg *otg, uint32_t value)
{
    otg->gintmsk = value & otg->core->gintmsk;
}

/* The bits of one core have another meaning in the other one, or none. */
static void write_gccfg(struct vboard_otg *otg, uint32_t value)
{
    if (value & ~otg->core->gccfg)
        vboard_otg_violation(otg, OTG_GCCFG,
                             "GCCFG was set to 0x%08x, but this core has only 0x%08x",
                             (unsigned)value, (unsigned)otg->core->gccfg);
    otg->gccfg = value & otg->core->gccfg;
}

static void write_gotgint(struct vboard_otg *otg, uint32_t value)
{
    otg->gotgint &= ~value;
}

static void write_gusbcfg(struct vboard_otg *otg, uint32_t value)
{
    otg->gusbcfg = (value & 0xE0003F07u) | GUSBCFG_PHYSEL;
    if (value & GUSBCFG_FHMOD)
        vboard_otg_violation(otg, OTG_GUSBCFG, "host mode is not modelled");
}

/* The first read of an action's bit still finds it set, so that a driver must poll. */
static uint32_t read_grstctl(struct vboard_otg *otg)
{
    uint32_t value = GRSTCTL_AHBIDL | otg->txfnum | otg->at_work;

    /* Without a clock for the PHY a core reset does not end. */
    otg->at_work &= otg->usb_clock ? 0 : GRSTCTL_CSRST;
    return value;
}

static void write_grstctl(struct vboard_otg *otg, uint32_t value)
{
    unsigned number = GRSTCTL_TXFNUM(value);

    if (value & GRSTCTL_CSRST)
        vboard_otg_core_reset(otg);
    otg->txfnum = value & 0x7C0u;
    if (value & GRSTCTL_RXFFLSH)
        vboard_otg_rx_flush(otg);
    if (value & GRSTCTL_TXFFLSH) {
        if (number >= otg->core->endpoints && number != 0x10)
            vboard_otg_violation(otg, OTG_GRSTCTL, "no transmit FIFO %u to flush", number);
        vboard_otg_tx_flush(otg, number);
    }
    otg->at_work |= value & GRSTCTL_ACTIONS;
    otg->worked_ns = vboard_otg_now(otg);
}

static uint32_t read_gintsts(struct vboard_otg *otg)
{
    uint32_t before = otg->gintsts;

    vboard_otg_frame(otg);
    if (otg->gintsts != before)
        vboard_otg_changed(otg);
    return vboard_otg_interrupts(otg);
}

static void write_gintsts(struct vboard_otg *otg, uint32_t value)
{
    otg->gintsts &= ~(value & GINTSTS_LATCHED);
    if ((value & GINT_SOF) && otg->frames)
        vboard_otg_frame_seen(otg);
}

static uint32_t read_grxstsr(struct vboard_otg *otg)
{
    return vboard_otg_rx_peek(otg);
}

static uint32_t read_cid(struct vboard_otg *otg)
{
    return otg->core->id;
}

static void write_fifo_size(struct vboard_otg *otg)
{
    otg->layout_checked = false;
}

static void write_dctl(struct vboard_otg *otg, uint32_t value)
{
    otg->dctl = (otg->dctl & ~(uint32_t)DCTL_PLAIN) | (value & DCTL_PLAIN);
    if (value & DCTL_CGINAK)
        otg->dctl &= ~DCTL_GINSTS;
    else if (value & DCTL_SGINAK)
        otg->dctl |= DCTL_GINSTS;
    if (value & DCTL_CGONAK) {
        otg->dctl &= ~DCTL_GONSTS;
        otg->gonak_effective = false;
    } else if (value & DCTL_SGONAK) {
        if (otg->gonak_effective)
            vboard_otg_violation(otg, OTG_DCTL, "SGONAK while GONAKEFF is set");
        else if (!(otg->dctl & DCTL_GONSTS) &&
                 !vboard_otg_rx_push(otg, PKTSTS_GLOBAL_NAK, 0, false, NULL, 0))
            vboard_otg_violation(otg, OTG_DCTL, "no room for global OUT NAK in the receive FIFO");
        otg->dctl |= DCTL_GONSTS;
    }
}

static uint32_t read_dsts(struct vboard_otg *otg)
{
    /* ENUMSPD: full speed, the only one of this core. */
    return vboard_otg_frame_number(otg) << 8 | (otg->enumerated ? 3u << 1 : 0) | 1u << 4 |
           (otg->suspended ? 1u : 0);
}

static uint32_t read_daint(struct vboard_otg *otg)
{
    return vboard_otg_daint(otg);
}

/* ---- the map ---- */

struct otg_register {
    uint16_t offset;
    /* The writable bits of the field that holds it, if it is plain in that direction; */
    size_t field;
    uint32_t mask;
    /* and the function called instead, or after a plain write. */
    uint32_t (*read)(struct vboard_otg *otg);
    void (*write)(struct vboard_otg *otg, uint32_t value);
    void (*written)(struct vboard_otg *otg);
    uint32_t constant; /* without a field: the value that it reads */
    uint8_t endpoint;  /* it exists only if this endpoint does */
};

#define FIELD(name) offsetof(struct vboard_otg, name)

/* By offset. */
static const struct otg_register registers[] = {
    {.offset = 0x000, .read = read_gotgctl, .write = write_gotgctl},
    {.offset = 0x004, .field = FIELD(gotgint), .write = write_gotgint},
    {.offset = 0x008, .field = FIELD(gahbcfg), .mask = 0x181},
    {.offset = OTG_GUSBCFG, .field = FIELD(gusbcfg), .write = write_gusbcfg},
    {.offset = OTG_GRSTCTL, .read = read_grstctl, .write = write_grstctl},
    {.offset = 0x014, .read = read_gintsts, .write = write_gintsts},
    {.offset = 0x018, .field = FIELD(gintmsk), .write = write_gintmsk},
    {.offset = 0x01C, .read = read_grxstsr},
    {.offset = OTG_GRXSTSP, .read = vboard_otg_rx_pop},
    {.offset = OTG_GRXFSIZ, .field = FIELD(grxfsiz), .mask = 0xFFFF, .written = write_fifo_size},
    {.offset = OTG_DIEPTXF0, .field = FIELD(dieptxf[0]), .mask = ~0u, .written = write_fifo_size},
    {.offset = 0x02C, .constant = 0x00080200}, /* HNPTXSTS: not valid in device mode */
    {.offset = OTG_GCCFG, .field = FIELD(gccfg), .write = write_gccfg},
    {.offset = 0x03C, .read = read_cid},
    /* Not in the manual of the older core, but read by drivers that serve several chips. */
    {.offset = 0x040, .field = FIELD(hardware[0])},
    {.offset = 0x044, .field = FIELD(hardware[1])},
    {.offset = 0x048, .field = FIELD(hardware[2])},
    {.offset = 0x04C, .field = FIELD(hardware[3])},
    {.offset = 0x050, .field = FIELD(hardware[4])},
    {.offset = 0x100, .constant = 0x02000600}, /* HPTXFSIZ */
    {.offset = OTG_DIEPTXF1, .field = FIELD(dieptxf[1]), .mask = ~0u, .written = write_fifo_size},
    {.offset = 0x108, .field = FIELD(dieptxf[2]), .mask = ~0u, .written = write_fifo_size},
    {.offset = 0x10C, .field = FIELD(dieptxf[3]), .mask = ~0u, .written = write_fifo_size},
    {.offset = 0x110,
     .field = FIELD(dieptxf[4]),
     .mask = ~0u,
     .written = write_fifo_size,
     .endpoint = 4},
    {.offset = 0x114,
     .field = FIELD(dieptxf[5]),
     .mask = ~0u,
     .written = write_fifo_size,
     .endpoint = 5},
    {.offset = OTG_DCFG, .field = FIELD(dcfg), .mask = 0x1FF7, .written = vboard_otg_set_address},
    {.offset = OTG_DCTL, .field = FIELD(dctl), .write = write_dctl},
    {.offset = 0x808, .read = read_dsts},
    {.offset = 0x810, .field = FIELD(diepmsk), .mask = 0x207B},
    {.offset = 0x814, .field = FIELD(doepmsk), .mask = 0x317B},
    {.offset = 0x818, .read = read_daint},
    {.offset = 0x81C, .field = FIELD(daintmsk), .mask = ~0u},
    {.offset = 0x828, .field = FIELD(dvbusdis), .mask = 0xFFFF},
    {.offset = 0x82C, .field = FIELD(dvbuspulse), .mask = 0xFFF},
    {.offset = 0x834, .field = FIELD(diepempmsk), .mask = 0xFFFF},
    {.offset = OTG_PCGCCTL, .field = FIELD(pcgcctl), .mask = 0x3},
};

static const struct otg_register *find(const struct vboard_otg *otg, uint32_t offset)
{
    size_t first = 0, end = B0_LENGTH(registers);

    while (first < end) {
        size_t middle = (first + end) / 2;

        if (registers[middle].offset == offset)
            return registers[middle].endpoint < otg->core->endpoints ? &registers[middle] : NULL;
        if (registers[middle].offset < offset)
            first = middle + 1;
        else
            end = middle;
    }
    return NULL;
}

static uint32_t *field_of(struct vboard_otg *otg, const struct otg_register *reg)
{
    return (uint32_t *)((unsigned char *)otg + reg->field);
}

static uint32_t read_register(struct vboard_otg *otg, uint32_t offset)
{
    const struct otg_register *reg = find(otg, offset);

    if (!reg)
        return 0;
    if (reg->read)
        return reg->read(otg);
    return reg->field ? *field_of(otg, reg) : reg->constant;
}

static void write_register(struct vboard_otg *otg, uint32_t offset, uint32_t value)
{
    const struct otg_register *reg = find(otg, offset);
    uint32_t *field;

    if (!reg)
        return;
    if (reg->write) {
        reg->write(otg, value);
    } else if (reg->field) {
        field = field_of(otg, reg);
        *field = (*field & ~reg->mask) | (value & reg->mask);
        if (reg->written)
            reg->written(otg);
    }
}

/* ---- access ---- */

static bool in_endpoints(uint32_t offset)
{
    return offset >= OTG_IN && offset < 0xD00;
}

/* Registers of the other mode: the access has no effect, and sets MMIS (34.16.2). */
static bool in_host_registers(uint32_t offset)
{
    return offset >= 0x400 && offset < 0x800;
}

/* Reports everything that makes an access wrong; false if it has no effect. */
static bool admit(struct vboard_otg *otg, uint32_t offset, unsigned width)
{
    if (!otg->bus_clock) {
        vboard_otg_violation(otg, offset, "accessed without its clock (RCC_AHB2ENR.OTGFSEN)");
        return false;
    }
    if (width != 4 || offset % 4 != 0) {
        vboard_otg_violation(otg, offset, "accessed with %u bytes at +%u, not as a word", width,
                             (unsigned)(offset % 4));
        return false;
    }
    if (offset >= OTG_FIFO_DEBUG) {
        vboard_otg_violation(otg, offset, "direct access to the FIFO memory is not modelled");
        return false;
    }
    if (in_host_registers(offset)) {
        otg->gintsts |= GINT_MMIS;
        return false;
    }
    return true;
}

/* An action of GRSTCTL must end before anything else is done. */
static void check_at_work(struct vboard_otg *otg, uint32_t offset)
{
    if (!otg->at_work || offset == OTG_GRSTCTL)
        return;
    if (vboard_otg_now(otg) - otg->worked_ns < AT_WORK_NS)
        vboard_otg_violation(otg, offset,
                             "accessed before GRSTCTL reported the end of a reset or flush");
    otg->at_work &= otg->usb_clock ? 0 : GRSTCTL_CSRST;
}

/* Programs poll all the time; only these reads change something. */
static bool read_changes(uint32_t offset)
{
    return offset >= OTG_FIFO || offset == OTG_GRXSTSP;
}

uint32_t vboard_otg_read(struct vboard_otg *otg, uint32_t offset, unsigned width)
{
    bool has_settled = vboard_otg_settle(otg);
    uint32_t value = 0;

    if (!admit(otg, offset, width)) {
        vboard_otg_changed(otg);
        return 0;
    }
    check_at_work(otg, offset);
    if (offset >= OTG_FIFO)
        value = vboard_otg_fifo_read(otg, offset);
    else if (in_endpoints(offset))
        value = vboard_otg_endpoint_read(otg, offset);
    else
        value = read_register(otg, offset);
    if (has_settled || read_changes(offset))
        vboard_otg_changed(otg);
    return value;
}

void vboard_otg_write(struct vboard_otg *otg, uint32_t offset, unsigned width, uint32_t value)
{
    if (admit(otg, offset, width)) {
        check_at_work(otg, offset);
        vboard_otg_settle(otg);
        if (offset >= OTG_FIFO)
            vboard_otg_fifo_write(otg, offset, value);
        else if (in_endpoints(offset))
            vboard_otg_endpoint_write(otg, offset, value);
        else
            write_register(otg, offset, value);
    }
    vboard_otg_changed(otg);
}
