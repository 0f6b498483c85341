/* SPDX-License-Identifier: MIT */
/*
 * OTG_FS: the endpoints' registers (RM0090 34.16.4) and the rules for their use (34.17.5, 34.17.6).
 *
 * An endpoint works while EPENA is set and NAKSTS is not. Only then are the rules for its other
 * registers checked, because drivers prepare endpoints in many ways.
 */
#include "otg_private.h"

#include <string.h>

/* ---- sizes ---- */

unsigned vboard_otg_packet_max(const struct vboard_otg *otg, const struct otg_endpoint *ep)
{
    unsigned size = ep->ctl & EPCTL_MPSIZ;

    /* Endpoint 0 has a code, that of IN for both directions. */
    if (ep == &otg->in[0] || ep == &otg->out[0])
        return VBOARD_OTG_PACKET_MAX >> (otg->in[0].ctl & 3u);
    return size < VBOARD_OTG_PACKET_MAX ? size : VBOARD_OTG_PACKET_MAX;
}

unsigned vboard_otg_tx_number(const struct vboard_otg *otg, unsigned n)
{
    unsigned number = otg->in[n].ctl >> 22 & 0xFu;

    return number < otg->core->endpoints ? number : n;
}

/* ---- delayed interrupts ---- */

void vboard_otg_latency(struct vboard_otg *otg, uint64_t ns)
{
    otg->latency_ns = ns;
}

void vboard_otg_raise(struct vboard_otg *otg, struct otg_endpoint *ep, uint32_t interrupts)
{
    if (otg->latency_ns == 0) {
        ep->interrupts |= interrupts;
        return;
    }
    ep->coming |= interrupts;
    ep->coming_ns = vboard_otg_now(otg) + otg->latency_ns;
}

static bool settle(struct otg_endpoint *ep, uint64_t now_ns)
{
    if (!ep->coming || now_ns < ep->coming_ns)
        return false;
    ep->interrupts |= ep->coming;
    ep->coming = 0;
    return true;
}

bool vboard_otg_settle(struct vboard_otg *otg)
{
    uint64_t now_ns = vboard_otg_now(otg);
    bool any = false;

    for (unsigned n = 0; n < otg->core->endpoints; n++) {
        any |= settle(&otg->in[n], now_ns);
        any |= settle(&otg->out[n], now_ns);
    }
    return any;
}

uint64_t vboard_otg_coming_ns(const struct vboard_otg *otg)
{
    uint64_t next_ns = UINT64_MAX;

    for (unsigned n = 0; n < otg->core->endpoints; n++) {
        if (otg->in[n].coming && otg->in[n].coming_ns < next_ns)
            next_ns = otg->in[n].coming_ns;
        if (otg->out[n].coming && otg->out[n].coming_ns < next_ns)
            next_ns = otg->out[n].coming_ns;
    }
    return next_ns;
}

/* ---- reset ---- */

static void endpoint_reset(struct otg_endpoint *ep, bool zero)
{
    memset(ep, 0, sizeof *ep);
    ep->ctl = zero ? EPCTL_USBAEP : 0;
}

void vboard_otg_endpoints_reset(struct vboard_otg *otg)
{
    for (unsigned n = 0; n < otg->core->endpoints; n++) {
        endpoint_reset(&otg->in[n], n == 0);
        endpoint_reset(&otg->out[n], n == 0);
    }
}

/* The core clears USBAEP; the firmware must restore everything else. */
void vboard_otg_endpoints_bus_reset(struct vboard_otg *otg)
{
    for (unsigned n = 1; n < otg->core->endpoints; n++) {
        otg->in[n].ctl &= ~EPCTL_USBAEP;
        otg->out[n].ctl &= ~EPCTL_USBAEP;
        otg->in[n].coming = 0;
        otg->out[n].coming = 0;
    }
    otg->setup_open = false;
    otg->setups = 0;
    otg->in_request = false;
}

/* ---- checks when an endpoint starts to work ---- */

static void check_fifo(struct vboard_otg *otg, unsigned n, unsigned packet)
{
    uint32_t offset = vboard_otg_offset(OTG_IN, n, OTG_EPCTL);
    unsigned number = otg->in[n].ctl >> 22 & 0xFu;

    if (number >= otg->core->endpoints)
        vboard_otg_violation(otg, offset, "no transmit FIFO %u", number);
    for (unsigned other = 0; other < otg->core->endpoints; other++)
        if (other != n && (otg->in[other].ctl & EPCTL_USBAEP) &&
            vboard_otg_tx_number(otg, other) == number)
            vboard_otg_violation(otg, offset, "IN endpoints %u and %u share transmit FIFO %u", n,
                                 other, number);
    number = vboard_otg_tx_number(otg, n);
    if ((packet + 3) / 4 > vboard_otg_tx_depth(otg, number))
        vboard_otg_violation(otg, offset, "transmit FIFO %u has %u words, but a packet needs %u",
                             number, (unsigned)vboard_otg_tx_depth(otg, number), (packet + 3) / 4);
    if (otg->tx[number].count > 0)
        vboard_otg_violation(otg, offset,
                             "enabled with %u words of earlier data in transmit FIFO %u",
                             otg->tx[number].count, number);
}

static bool check_kind(struct vboard_otg *otg, uint32_t direction, unsigned n,
                       const struct otg_endpoint *ep)
{
    uint32_t offset = vboard_otg_offset(direction, n, OTG_EPCTL);

    if (n > 0 && (ep->ctl & EPCTL_EPTYP) == EPTYP_ISO)
        vboard_otg_violation(otg, offset, "isochronous endpoints are not modelled");
    if (n > 0 && (ep->ctl & EPCTL_MPSIZ) == 0)
        vboard_otg_violation(otg, offset, "enabled with a maximum packet size of 0");
    else if (n > 0 && (ep->ctl & EPCTL_MPSIZ) > VBOARD_OTG_PACKET_MAX)
        vboard_otg_violation(otg, offset,
                             "maximum packet size %u, but full speed allows at most 64",
                             (unsigned)(ep->ctl & EPCTL_MPSIZ));
    else
        return true;
    return false;
}

/* Generic non-periodic IN data transfers, application requirement 2. */
static void check_in(struct vboard_otg *otg, unsigned n)
{
    struct otg_endpoint *ep = &otg->in[n];
    uint32_t offset = vboard_otg_offset(OTG_IN, n, OTG_EPCTL);
    unsigned max = vboard_otg_packet_max(otg, ep);
    unsigned packets = EPTSIZ_PKTCNT(ep->tsiz);
    unsigned expected;

    if (packets == 0) {
        vboard_otg_violation(otg, offset, "enabled without a packet count in DIEPTSIZ%u", n);
        return;
    }
    if (!ep->fresh)
        return;
    ep->fresh = false;
    if (!check_kind(otg, OTG_IN, n, ep))
        return;
    expected = ep->on_bus > 0 ? (ep->on_bus + max - 1) / max : 1;
    if (packets != expected)
        vboard_otg_violation(otg, offset,
                             "enabled for %u bytes in %u packets, but %u of %u bytes are needed",
                             (unsigned)ep->on_bus, packets, expected, max);
    check_fifo(otg, n, ep->on_bus < max ? ep->on_bus : max);
    vboard_otg_check_layout(otg);
}

static void check_out(struct vboard_otg *otg, unsigned n)
{
    struct otg_endpoint *ep = &otg->out[n];
    uint32_t offset = vboard_otg_offset(OTG_OUT, n, OTG_EPCTL);

    if (EPTSIZ_PKTCNT(ep->tsiz) == 0) {
        vboard_otg_violation(otg, offset, "enabled without a packet count in DOEPTSIZ%u", n);
        ep->uncounted = true;
        return;
    }
    if (!ep->fresh)
        return;
    ep->fresh = false;
    if (check_kind(otg, OTG_OUT, n, ep) &&
        !vboard_otg_rx_room(otg, vboard_otg_packet_max(otg, ep), true))
        vboard_otg_violation(otg, offset,
                             "a packet of %u bytes never fits into a receive FIFO of %u words",
                             vboard_otg_packet_max(otg, ep), (unsigned)otg->grxfsiz);
    vboard_otg_check_layout(otg);
}

/* ---- control registers ---- */

static void write_toggle(struct otg_endpoint *ep, uint32_t value)
{
    if (value & EPCTL_SD0PID)
        ep->ctl &= ~EPCTL_DPID;
    else if (value & EPCTL_SD1PID)
        ep->ctl |= EPCTL_DPID;
}

static void write_nak(struct otg_endpoint *ep, uint32_t value)
{
    if (value & EPCTL_SNAK)
        ep->ctl |= EPCTL_NAKSTS;
    else if (value & EPCTL_CNAK)
        ep->ctl &= ~EPCTL_NAKSTS;
}

/* Writes the plain bits; STALL of endpoint 0 can only be set. */
static void write_plain(struct otg_endpoint *ep, uint32_t mask, uint32_t value)
{
    ep->ctl = (ep->ctl & ~mask) | (value & mask);
}

static void write_in_ctl(struct vboard_otg *otg, unsigned n, uint32_t value)
{
    struct otg_endpoint *ep = &otg->in[n];
    bool worked = vboard_otg_works(ep);

    if (n == 0) {
        write_plain(ep, 3u | EPCTL_TXFNUM, value);
        ep->ctl |= value & EPCTL_STALL;
    } else {
        write_plain(ep, EPCTL_MPSIZ | EPCTL_USBAEP | EPCTL_EPTYP | EPCTL_STALL | EPCTL_TXFNUM,
                    value);
        write_toggle(ep, value);
    }
    write_nak(ep, value);
    if (!(value & EPCTL_SNAK) && (value & EPCTL_CNAK)) {
        ep->interrupts &= ~DIEPINT_INEPNE;
        ep->coming &= ~DIEPINT_INEPNE;
    } else if ((value & EPCTL_SNAK) && (ep->ctl & EPCTL_USBAEP)) {
        vboard_otg_raise(otg, ep, DIEPINT_INEPNE);
    }
    ep->ctl |= value & EPCTL_EPENA;
    if ((value & EPCTL_EPDIS) && (ep->ctl & EPCTL_EPENA)) {
        ep->ctl &= ~EPCTL_EPENA;
        /* An endpoint that a bus reset has deactivated raises nothing. */
        if (ep->ctl & EPCTL_USBAEP)
            vboard_otg_raise(otg, ep, EPINT_EPDISD);
    }
    if (!worked && vboard_otg_works(ep))
        check_in(otg, n);
}

/*
 * 34.17.6, disabling an OUT endpoint: only in global OUT NAK mode; never endpoint 0 (its EPDIS is
 * read only).
 */
static void disable_out(struct vboard_otg *otg, unsigned n)
{
    struct otg_endpoint *ep = &otg->out[n];

    if (n == 0 || !(ep->ctl & EPCTL_EPENA))
        return;
    if (!otg->gonak_effective)
        vboard_otg_violation(otg, vboard_otg_offset(OTG_OUT, n, OTG_EPCTL),
                             "OUT endpoint %u disabled without global OUT NAK in effect", n);
    ep->ctl &= ~EPCTL_EPENA;
    if (ep->ctl & EPCTL_USBAEP)
        vboard_otg_raise(otg, ep, EPINT_EPDISD);
}

/*
 * The core of the early parts and that of CID 0x2000 let an endpoint be armed again before the word
 * that ends its transfer was popped. The core of CID 0x1200 then loses four bytes of the data still
 * in the FIFO (libopencm3 pull request 1261).
 */
static void arm_early(struct vboard_otg *otg, unsigned n)
{
    struct otg_endpoint *ep = &otg->out[n];

    ep->done_since_enable = 0;
    if (!otg->core->loses_word)
        return;
    vboard_otg_violation(otg, vboard_otg_offset(OTG_OUT, n, OTG_EPCTL),
                         "CNAK for OUT endpoint %u before the end of its transfer was popped", n);
    if (otg->rx.endpoint == n)
        vboard_otg_rx_lose(otg);
}

static void write_out_ctl(struct vboard_otg *otg, unsigned n, uint32_t value)
{
    struct otg_endpoint *ep = &otg->out[n];
    bool worked = vboard_otg_works(ep);
    bool armed = (value & (EPCTL_EPENA | EPCTL_CNAK | EPCTL_SNAK)) == (EPCTL_EPENA | EPCTL_CNAK);

    if (n == 0) {
        write_plain(ep, EPCTL_SNPM, value);
        ep->ctl |= value & EPCTL_STALL;
    } else {
        write_plain(ep, EPCTL_MPSIZ | EPCTL_USBAEP | EPCTL_EPTYP | EPCTL_SNPM | EPCTL_STALL, value);
        write_toggle(ep, value);
    }
    if (armed && ep->done_unread > 0)
        arm_early(otg, n);
    write_nak(ep, value);
    if (n == 0 && (value & EPCTL_EPENA) && !(ep->ctl & EPCTL_EPENA))
        otg->enabled_early = otg->setup_unread;
    ep->ctl |= value & EPCTL_EPENA;
    if (value & EPCTL_EPDIS)
        disable_out(otg, n);
    if (!worked && vboard_otg_works(ep))
        check_out(otg, n);
}

/* ---- the other registers of an endpoint ---- */

uint32_t vboard_otg_in_interrupts(const struct vboard_otg *otg, unsigned n)
{
    unsigned number = vboard_otg_tx_number(otg, n);
    uint32_t depth = vboard_otg_tx_depth(otg, number);
    uint32_t count = otg->tx[number].count;
    bool empty = (otg->gahbcfg & GAHBCFG_TXFELVL) ? count == 0 : count * 2 <= depth;

    return otg->in[n].interrupts | (empty ? DIEPINT_TXFE : 0);
}

static void write_in_size(struct vboard_otg *otg, unsigned n, uint32_t value)
{
    struct otg_endpoint *ep = &otg->in[n];

    if (vboard_otg_works(ep))
        vboard_otg_violation(otg, vboard_otg_offset(OTG_IN, n, OTG_EPTSIZ),
                             "written while IN endpoint %u is active", n);
    ep->tsiz = value & (n == 0 ? 0x0018007Fu : 0x7FFFFFFFu);
    ep->on_bus = ep->tsiz & EPTSIZ_XFRSIZ;
    ep->unwritten = ep->on_bus;
    ep->packet_left = 0;
    ep->fresh = true;
}

static void write_out_size(struct vboard_otg *otg, unsigned n, uint32_t value)
{
    struct otg_endpoint *ep = &otg->out[n];

    /* Drivers may set STUPCNT of endpoint 0 at any time. */
    if (n > 0 && vboard_otg_works(ep))
        vboard_otg_violation(otg, vboard_otg_offset(OTG_OUT, n, OTG_EPTSIZ),
                             "written while OUT endpoint %u is active", n);
    ep->tsiz = value & (n == 0 ? 0x6008007Fu : 0x7FFFFFFFu);
    ep->on_bus = ep->tsiz & EPTSIZ_XFRSIZ;
    ep->fresh = true;
    ep->uncounted = false;
}

uint32_t vboard_otg_endpoint_read(struct vboard_otg *otg, uint32_t offset)
{
    bool out = offset >= OTG_OUT;
    unsigned n = (offset - (out ? OTG_OUT : OTG_IN)) / OTG_EP_STEP;
    const struct otg_endpoint *ep;

    if (n >= otg->core->endpoints)
        return 0;
    ep = out ? &otg->out[n] : &otg->in[n];
    switch (offset % OTG_EP_STEP) {
    case OTG_EPCTL:
        return n == 0 && out ? ep->ctl | (otg->in[0].ctl & 3u) : ep->ctl;
    case OTG_EPINT:
        return out ? ep->interrupts : vboard_otg_in_interrupts(otg, n);
    case OTG_EPTSIZ:
        return ep->tsiz;
    case OTG_DTXFSTS:
        return out ? 0 : vboard_otg_tx_space(otg, vboard_otg_tx_number(otg, n));
    default:
        return 0;
    }
}

/* Drivers clear the registers of more endpoints than exist; using a missing one is an error. */
static void check_missing(struct vboard_otg *otg, uint32_t offset, unsigned n, uint32_t value)
{
    if (offset % OTG_EP_STEP == OTG_EPCTL && (value & (EPCTL_USBAEP | EPCTL_EPENA)))
        vboard_otg_violation(otg, offset, "no endpoint %u, the core has %u", n,
                             otg->core->endpoints);
}

void vboard_otg_endpoint_write(struct vboard_otg *otg, uint32_t offset, uint32_t value)
{
    bool out = offset >= OTG_OUT;
    unsigned n = (offset - (out ? OTG_OUT : OTG_IN)) / OTG_EP_STEP;

    if (n >= otg->core->endpoints) {
        check_missing(otg, offset, n, value);
        return;
    }
    switch (offset % OTG_EP_STEP) {
    case OTG_EPCTL:
        /* The FIFOs in use may have changed. */
        if (!out && (otg->in[n].ctl ^ value) & (EPCTL_USBAEP | EPCTL_TXFNUM))
            otg->layout_checked = false;
        (out ? write_out_ctl : write_in_ctl)(otg, n, value);
        break;
    case OTG_EPINT:
        (out ? &otg->out[n] : &otg->in[n])->interrupts &= ~value;
        break;
    case OTG_EPTSIZ:
        (out ? write_out_size : write_in_size)(otg, n, value);
        break;
    default:
        break;
    }
}

/* ---- effects of reading the receive FIFO ---- */

static void out_done(struct vboard_otg *otg, unsigned n)
{
    struct otg_endpoint *ep = &otg->out[n];

    if (ep->done_unread > 0)
        ep->done_unread--;
    if (ep->done_unread == 0 && ep->done_since_enable > 0) {
        ep->ctl &= ~EPCTL_EPENA;
        ep->done_since_enable = 0;
    }
    vboard_otg_raise(otg, ep, EPINT_XFRC);
}

void vboard_otg_popped(struct vboard_otg *otg, unsigned status, unsigned n)
{
    struct otg_endpoint *ep = &otg->out[n % otg->core->endpoints];

    switch (status) {
    case PKTSTS_GLOBAL_NAK:
        otg->gonak_effective = otg->dctl & DCTL_GONSTS;
        break;
    case PKTSTS_SETUP_DONE:
        otg->setup_unread = otg->setup_open;
        vboard_otg_raise(otg, ep, DOEPINT_STUP);
        break;
    case PKTSTS_OUT_DONE:
        out_done(otg, n % otg->core->endpoints);
        break;
    default:
        break;
    }
}

void vboard_otg_packet_read(struct vboard_otg *otg, unsigned n, unsigned bytes)
{
    struct otg_endpoint *ep = &otg->out[n % otg->core->endpoints];
    uint32_t left = ep->tsiz & EPTSIZ_XFRSIZ;

    ep->tsiz -= left < bytes ? left : bytes;
}
