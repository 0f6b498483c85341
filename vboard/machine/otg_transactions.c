/* SPDX-License-Identifier: MIT */
/*
 * OTG_FS: what the endpoints answer on the bus, transaction by transaction (RM0090 34.17.6).
 */
#include "otg_private.h"

static unsigned next_in(const struct vboard_otg *otg, const struct otg_endpoint *ep)
{
    unsigned max = vboard_otg_packet_max(otg, ep);

    return ep->on_bus < max ? ep->on_bus : max;
}

size_t vboard_otg_next_size(const struct vboard_otg *otg, uint8_t endpoint)
{
    return endpoint < otg->core->endpoints ? next_in(otg, &otg->in[endpoint]) : 0;
}

static bool in_ready(const struct vboard_otg *otg, unsigned n)
{
    const struct otg_endpoint *ep = &otg->in[n];
    unsigned words = (next_in(otg, ep) + 3) / 4;

    return vboard_otg_works(ep) && !(otg->dctl & DCTL_GINSTS) && EPTSIZ_PKTCNT(ep->tsiz) > 0 &&
           otg->tx[vboard_otg_tx_number(otg, n)].count >= words;
}

static bool out_ready(const struct vboard_otg *otg, unsigned n, unsigned bytes)
{
    const struct otg_endpoint *ep = &otg->out[n];

    return vboard_otg_works(ep) && !(otg->dctl & DCTL_GONSTS) &&
           vboard_otg_rx_room(otg, bytes, false);
}

/* The interrupts caused by a NAK. */
static uint32_t in_refused(const struct vboard_otg *otg, unsigned n)
{
    bool empty = otg->tx[vboard_otg_tx_number(otg, n)].count == 0;

    return EPINT_NAK | (empty && !(otg->in[n].ctl & EPCTL_NAKSTS) ? DIEPINT_ITTXFE : 0);
}

static uint32_t out_refused(const struct vboard_otg *otg, unsigned n)
{
    return EPINT_NAK | (n == 0 && !(otg->out[0].ctl & EPCTL_EPENA) ? DOEPINT_OTEPDIS : 0);
}

uint32_t vboard_otg_ready(const struct vboard_otg *otg)
{
    uint32_t ready = vboard_otg_wakes(otg) ? (uint32_t)VBOARD_OTG_WAKE : 0;

    if (!vboard_otg_listens(otg))
        return ready;
    for (unsigned n = 0; n < otg->core->endpoints; n++) {
        const struct otg_endpoint *in = &otg->in[n];
        const struct otg_endpoint *out = &otg->out[n];

        if ((in->ctl & EPCTL_USBAEP) && ((in->ctl & EPCTL_STALL) || in_ready(otg, n)))
            ready |= VBOARD_OTG_IN(n);
        if ((out->ctl & EPCTL_USBAEP) &&
            ((out->ctl & EPCTL_STALL) || out_ready(otg, n, vboard_otg_packet_max(otg, out))))
            ready |= VBOARD_OTG_OUT(n);
    }
    return ready;
}

uint32_t vboard_otg_attentive(const struct vboard_otg *otg)
{
    uint32_t attentive = vboard_otg_ready(otg);
    uint32_t in_mask = otg->diepmsk & (DIEPINT_ITTXFE | EPINT_NAK);
    uint32_t out_mask = otg->doepmsk & (DOEPINT_OTEPDIS | EPINT_NAK);

    if (!(in_mask | out_mask) || !vboard_otg_listens(otg))
        return attentive;
    for (unsigned n = 0; n < otg->core->endpoints; n++) {
        if ((otg->in[n].ctl & EPCTL_USBAEP) &&
            (in_refused(otg, n) & in_mask & ~otg->in[n].interrupts))
            attentive |= VBOARD_OTG_IN(n);
        if ((otg->out[n].ctl & EPCTL_USBAEP) &&
            (out_refused(otg, n) & out_mask & ~otg->out[n].interrupts))
            attentive |= VBOARD_OTG_OUT(n);
    }
    return attentive;
}

static bool addressed(const struct vboard_otg *otg, uint8_t address, uint8_t endpoint,
                      const struct otg_endpoint *endpoints)
{
    return vboard_otg_listens(otg) && otg->address == address && endpoint < otg->core->endpoints &&
           (endpoints[endpoint].ctl & EPCTL_USBAEP);
}

/*
 * The core receives a SETUP packet with STUPCNT at 0 too: "the core still receives the SETUP
 * packet", but then the remaining count says nothing (RM0456, "SETUP transactions", application
 * requirement 1; RM0090 34.17.6). Drivers that are proven on parts rely on it: without DMA, ST's
 * HAL does not set STUPCNT after a control write, so it is 0 after three of them, and TinyUSB
 * clears it for each Status stage of a control read. A packet is lost if the receive FIFO has no
 * room, which is a violation.
 */
static void count_setup(struct vboard_otg *otg, struct otg_endpoint *out)
{
    if (EPTSIZ_STUPCNT(out->tsiz) > 0) {
        out->tsiz -= EPTSIZ_SETUP;
        return;
    }
    if (!otg->told_count)
        otg->port.note(otg->port.context, "a SETUP packet while STUPCNT is 0: received, but not "
                                          "counted");
    otg->told_count = true;
}

enum vboard_otg_answer vboard_otg_setup(struct vboard_otg *otg, uint8_t address,
                                        const uint8_t setup[8])
{
    struct otg_endpoint *in = &otg->in[0];
    struct otg_endpoint *out = &otg->out[0];

    if (!addressed(otg, address, 0, otg->out))
        return VBOARD_OTG_NONE;
    vboard_otg_settle(otg);
    vboard_otg_check_layout(otg);
    if (!vboard_otg_rx_push(otg, PKTSTS_SETUP, 0, false, setup, 8)) {
        vboard_otg_violation(otg, OTG_GRXFSIZ,
                             "no room for a SETUP packet in a receive FIFO of %u words",
                             (unsigned)otg->grxfsiz);
        return VBOARD_OTG_NONE;
    }
    /*
     * SETUP is always taken, whatever NAK and STALL say; both are then as after a reset. EPENA is
     * cleared "before STUP" (DOEPCTL0): here, because parts heed one that is set from now on, even
     * before the Setup stage done word was popped (see receive()).
     */
    in->ctl = (in->ctl & ~EPCTL_STALL) | EPCTL_NAKSTS | EPCTL_DPID;
    out->ctl = (out->ctl & ~(EPCTL_STALL | EPCTL_EPENA)) | EPCTL_NAKSTS | EPCTL_DPID;
    in->interrupts |= DIEPINT_INEPNE;
    count_setup(otg, out);
    otg->setups = otg->setup_open ? (uint8_t)(otg->setups + (otg->setups < 4)) : 1;
    if (otg->setups > 3)
        out->interrupts |= DOEPINT_B2BSTUP;
    if (otg->core->tells_phases)
        out->interrupts |= DOEPINT_STPKTRX;
    otg->has_written = false;
    otg->setup_open = true;
    otg->in_request = true;
    otg->setup_unread = true;
    vboard_otg_changed(otg);
    return VBOARD_OTG_ACK;
}

/* The first token of the next stage ends the Setup stage. */
static void end_setup(struct vboard_otg *otg)
{
    if (otg->setup_open && vboard_otg_rx_push(otg, PKTSTS_SETUP_DONE, 0, false, NULL, 0))
        otg->setup_open = false;
}

/*
 * An IN token after the data of a control write begins the Status stage. Release 3.10a of the core
 * (STM32L476), which has this CID too, adds an end of a transfer to the receive FIFO for each of
 * the two flags; 3.20a, in F412 and F446, does not (TinyUSB issue 126, pull request 3669).
 */
static void tell_status_stage(struct vboard_otg *otg)
{
    if (otg->core->tells_phases && otg->has_written)
        otg->out[0].interrupts |= DOEPINT_STSPHSRX;
    otg->has_written = false;
}

static enum vboard_otg_answer refuse_in(struct vboard_otg *otg, unsigned n)
{
    if (otg->in[n].ctl & EPCTL_STALL)
        return VBOARD_OTG_STALL;
    otg->in[n].interrupts |= in_refused(otg, n);
    return VBOARD_OTG_NAK;
}

static void send(struct vboard_otg *otg, unsigned n, uint8_t *data, size_t *size, bool *data1)
{
    struct otg_endpoint *ep = &otg->in[n];
    unsigned bytes = next_in(otg, ep);

    vboard_otg_check_turnaround(otg);
    vboard_otg_tx_take(otg, vboard_otg_tx_number(otg, n), data, bytes);
    *size = bytes;
    *data1 = ep->ctl & EPCTL_DPID;
    ep->on_bus -= bytes;
    ep->ctl ^= EPCTL_DPID;
    ep->tsiz -= EPTSIZ_PACKET;
    if (EPTSIZ_PKTCNT(ep->tsiz) == 0) {
        ep->ctl &= ~EPCTL_EPENA;
        vboard_otg_raise(otg, ep, EPINT_XFRC);
    }
    if (n == 0) {
        otg->in_request = false;
        vboard_otg_set_address(otg);
    }
}

enum vboard_otg_answer vboard_otg_in(struct vboard_otg *otg, uint8_t address, uint8_t endpoint,
                                     uint8_t *data, size_t *size, bool *data1)
{
    enum vboard_otg_answer answer = VBOARD_OTG_ACK;

    *size = 0;
    *data1 = false;
    if (!addressed(otg, address, endpoint, otg->in))
        return VBOARD_OTG_NONE;
    if (endpoint == 0) {
        end_setup(otg);
        tell_status_stage(otg);
    }
    if ((otg->in[endpoint].ctl & EPCTL_STALL) || !in_ready(otg, endpoint))
        answer = refuse_in(otg, endpoint);
    else
        send(otg, endpoint, data, size, data1);
    vboard_otg_changed(otg);
    return answer;
}

static enum vboard_otg_answer refuse_out(struct vboard_otg *otg, unsigned n)
{
    if (otg->out[n].ctl & EPCTL_STALL)
        return VBOARD_OTG_STALL;
    otg->out[n].interrupts |= out_refused(otg, n);
    return VBOARD_OTG_NAK;
}

/*
 * Parts with the older cores spoil data of a Data stage that arrives while OUT endpoint 0 was
 * enabled before the Setup stage done word was popped. Drivers that do so work, except for
 * SET_LINE_CODING and the like (Klipper pull request 2807, libusb_stm32 issue 149). Four bytes are
 * lost, as with a CNAK that comes too early elsewhere. CID 0x2000 does not need this care: drivers
 * that worked on it set CNAK at the SETUP packet itself (libopencm3 pull request 1261).
 */
static void spoil(struct vboard_otg *otg, uint8_t *bytes, unsigned size)
{
    vboard_otg_violation(otg, OTG_OUT,
                         "data for OUT endpoint 0, which was enabled before the Setup stage done "
                         "word was popped: corrupted");
    for (unsigned i = 0; i < size; i++)
        bytes[i] = i + 4 < size ? bytes[i + 4] : 0xFF;
}

/* Generic non-isochronous OUT data transfers, internal data flow 2, 3 and 6. */
static void receive(struct vboard_otg *otg, unsigned n, const uint8_t *data, unsigned size,
                    bool data1)
{
    struct otg_endpoint *ep = &otg->out[n];
    uint32_t count = n == 0 ? EPTSIZ_PACKET : EPTSIZ_COUNT;
    uint8_t bytes[VBOARD_OTG_PACKET_MAX];

    if (data1 != (bool)(ep->ctl & EPCTL_DPID)) {
        /* The core treats it as a packet that is sent again because its ACK was lost. */
        vboard_otg_violation(otg, vboard_otg_offset(OTG_OUT, n, OTG_EPCTL),
                             "OUT endpoint %u expects DATA%d, but the host sends DATA%d: dropped",
                             n, !data1, data1);
        return;
    }
    /* A count of 0, which was reported, goes below 0: parts then receive until a short packet. */
    if (size > ep->on_bus && !ep->uncounted)
        vboard_otg_violation(otg, vboard_otg_offset(OTG_OUT, n, OTG_EPTSIZ),
                             "OUT endpoint %u gets %u bytes, but its transfer size is %u", n, size,
                             (unsigned)ep->on_bus);
    for (unsigned i = 0; i < size; i++)
        bytes[i] = data[i];
    if (n == 0 && size > 0)
        otg->has_written = true;
    if (n == 0 && size > 0 && otg->enabled_early && otg->core->spoils_early)
        spoil(otg, bytes, size);
    vboard_otg_rx_push(otg, PKTSTS_OUT, n, data1, bytes, size);
    ep->on_bus -= size < ep->on_bus ? size : ep->on_bus;
    ep->ctl ^= EPCTL_DPID;
    ep->tsiz = (ep->tsiz & ~count) | ((ep->tsiz - EPTSIZ_PACKET) & count);
    if (size < vboard_otg_packet_max(otg, ep) || EPTSIZ_PKTCNT(ep->tsiz) == 0) {
        ep->ctl |= EPCTL_NAKSTS;
        vboard_otg_rx_push(otg, PKTSTS_OUT_DONE, n, false, NULL, 0);
        ep->done_unread++;
        ep->done_since_enable++;
    }
}

enum vboard_otg_answer vboard_otg_out(struct vboard_otg *otg, uint8_t address, uint8_t endpoint,
                                      const uint8_t *data, size_t size, bool data1)
{
    enum vboard_otg_answer answer = VBOARD_OTG_ACK;

    if (!addressed(otg, address, endpoint, otg->out) ||
        size > vboard_otg_packet_max(otg, &otg->out[endpoint]))
        return VBOARD_OTG_NONE;
    if (endpoint == 0)
        end_setup(otg);
    if ((otg->out[endpoint].ctl & EPCTL_STALL) || !out_ready(otg, endpoint, (unsigned)size))
        answer = refuse_out(otg, endpoint);
    else
        receive(otg, endpoint, data, (unsigned)size, data1);
    vboard_otg_changed(otg);
    return answer;
}
