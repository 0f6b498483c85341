/* SPDX-License-Identifier: MIT */
/*
 * The driver of the OTG_FS controller as a device: RM0090, 34.17.3 to 34.17.7. The processor moves
 * the packets. All work happens in calls of the core, so that FIFO accesses never mix.
 *
 * Endpoint 0 OUT takes data only after the device core has seen the SETUP and requested the data;
 * until then it answers NAK. (If it is enabled earlier, the data stage of SET_LINE_CODING can
 * overtake the SETUP in the FIFO: Klipper, issue 2807.)
 */
#include "otg_fs.h"

#include <chip/stm32f4/otg_registers.h>

enum {
    /* 34.17.3 with 34.11.1: 10 for SETUPs, and some packets of 64 bytes with their status words. */
    RX_FIFO_WORDS = 80,
    /* Turnaround time for HCLK from 32 MHz on: 34.16.2, GUSBCFG, TRDT. */
    TURNAROUND = 6,
    SETUP_COUNT = 3,
    /*
     * Loops of about 10 cycles: 100 us and more, whereas all events waited for here take a few
     * clocks of the controller. A missing event must not hang the program.
     */
    PATIENCE = 2000,
    /* The same for the mode: 25 ms by 34.16.2, GUSBCFG, FDMOD. */
    MODE_PATIENCE = 500000,
};

static void wait_until(const volatile uint32_t *reg, uint32_t mask, uint32_t value)
{
    for (int i = 0; i < PATIENCE && (*reg & mask) != value; i++) {
    }
}

static void read_fifo(struct b0_otg_fs *otg);

/* ---- FIFOs ---- */

static void flush_tx(unsigned number)
{
    wait_until(&OTG->grstctl, OTG_GRSTCTL_AHBIDL, OTG_GRSTCTL_AHBIDL);
    OTG->grstctl = OTG_GRSTCTL_TXFNUM(number) | OTG_GRSTCTL_TXFFLSH;
    wait_until(&OTG->grstctl, OTG_GRSTCTL_TXFFLSH, 0);
}

static void push(unsigned number, const uint8_t *data, size_t size)
{
    volatile uint32_t *fifo = OTG_FIFO(number);

    for (size_t i = 0; i < size; i += 4) {
        uint32_t word = 0;

        for (size_t j = 0; j < 4 && i + j < size; j++)
            word |= (uint32_t)data[i + j] << (8 * j);
        *fifo = word;
    }
}

/* Reads a packet of `size` bytes from the FIFO and keeps the first `room` bytes. */
static void pop(uint8_t *data, size_t room, size_t size)
{
    const volatile uint32_t *fifo = OTG_FIFO(0);

    for (size_t i = 0; i < size; i += 4) {
        uint32_t word = *fifo;

        for (size_t j = 0; j < 4 && i + j < size && i + j < room; j++)
            data[i + j] = (uint8_t)(word >> (8 * j));
    }
}

/* ---- endpoints ---- */

/* 34.17.6, "IN endpoint disable": stops a transfer that the host has not read. */
static void cancel_in(unsigned number)
{
    struct otg_endpoint *in = OTG_IN(number);

    if ((in->ctl & OTG_CTL_EPENA) != 0) {
        in->interrupt = OTG_INT_INEPNE | OTG_INT_EPDISD;
        in->ctl |= OTG_CTL_SNAK;
        wait_until(&in->interrupt, OTG_INT_INEPNE, OTG_INT_INEPNE);
        in->ctl |= OTG_CTL_SNAK | OTG_CTL_EPDIS;
        wait_until(&in->interrupt, OTG_INT_EPDISD, OTG_INT_EPDISD);
    }
    flush_tx(number);
    in->interrupt = OTG_INT_XFRC | OTG_INT_EPDISD;
}

/*
 * 34.17.6, "OUT endpoint disable": only while a global NAK blocks all packets. It is in effect once
 * its word has been read from the FIFO, after the packets that came before.
 */
static void cancel_out(struct b0_otg_fs *otg, unsigned number)
{
    struct otg_endpoint *out = OTG_OUT(number);

    if ((out->ctl & OTG_CTL_EPENA) != 0) {
        OTG_DEVICE->dctl |= OTG_DCTL_SGONAK;
        for (int i = 0; i < PATIENCE && (OTG->gintsts & OTG_GINT_GONAKEFF) == 0; i++)
            read_fifo(otg);
        out->ctl |= OTG_CTL_SNAK | OTG_CTL_EPDIS;
        wait_until(&out->interrupt, OTG_INT_EPDISD, OTG_INT_EPDISD);
        OTG_DEVICE->dctl |= OTG_DCTL_CGONAK;
    }
    out->ctl |= OTG_CTL_SNAK;
    out->interrupt = OTG_INT_XFRC | OTG_INT_EPDISD;
    otg->out[number].room = 0;
    otg->out[number].size = 0;
}

static void open_in(struct b0_otg_fs *otg, const struct b0_usb_endpoint *endpoint, unsigned number)
{
    uint16_t words = (uint16_t)(endpoint->packets * ((endpoint->packet_size + 3u) / 4));

    if (words < OTG_FIFO_MINIMUM)
        words = OTG_FIFO_MINIMUM;
    if (!otg->has_fifo[number]) { /* FIFO memory stays assigned until the next reset */
        if (otg->fifo_end + words > OTG_FIFO_WORDS)
            return;
        OTG->dieptxf[number - 1] = (uint32_t)words << 16 | otg->fifo_end;
        otg->fifo_end = (uint16_t)(otg->fifo_end + words);
        otg->has_fifo[number] = true;
    }
    otg->in_packet_size[number] = endpoint->packet_size;
    flush_tx(number);
    OTG_IN(number)->ctl = OTG_CTL_SD0PID | OTG_CTL_SNAK | OTG_CTL_USBAEP |
                          (uint32_t)(endpoint->type & 3u) << OTG_CTL_EPTYP_SHIFT |
                          (uint32_t)number << OTG_CTL_TXFNUM_SHIFT | endpoint->packet_size;
    OTG_DEVICE->daintmsk |= 1u << number;
}

static void open_out(struct b0_otg_fs *otg, const struct b0_usb_endpoint *endpoint, unsigned number)
{
    otg->out[number].packet_size = endpoint->packet_size;
    OTG_OUT(number)->ctl = OTG_CTL_SD0PID | OTG_CTL_SNAK | OTG_CTL_USBAEP |
                           (uint32_t)(endpoint->type & 3u) << OTG_CTL_EPTYP_SHIFT |
                           endpoint->packet_size;
    OTG_DEVICE->daintmsk |= 1u << (number + OTG_DAINT_OUT_SHIFT);
}

static void order_in(struct b0_otg_fs *otg, const struct b0_usb_endpoint *endpoint, unsigned number,
                     enum b0_usb_order order)
{
    struct otg_endpoint *in = OTG_IN(number);

    if (order == B0_USB_STALL) {
        if ((in->ctl & OTG_CTL_EPENA) != 0)
            cancel_in(number);
        in->ctl |= OTG_CTL_STALL | (number > 0 ? OTG_CTL_USBAEP : 0);
        return;
    }
    cancel_in(number);
    in->ctl &= ~(OTG_CTL_USBAEP | OTG_CTL_STALL);
    if (order == B0_USB_OPEN)
        open_in(otg, endpoint, number);
}

static void order_out(struct b0_otg_fs *otg, const struct b0_usb_endpoint *endpoint,
                      unsigned number, enum b0_usb_order order)
{
    struct otg_endpoint *out = OTG_OUT(number);

    if (order == B0_USB_STALL) {
        out->ctl |= OTG_CTL_STALL | (number > 0 ? OTG_CTL_USBAEP : 0);
        return;
    }
    cancel_out(otg, number);
    out->ctl &= ~(OTG_CTL_USBAEP | OTG_CTL_STALL);
    if (order == B0_USB_OPEN)
        open_out(otg, endpoint, number);
}

static void endpoint(void *driver, const struct b0_usb_endpoint *endpoint, enum b0_usb_order order)
{
    unsigned number = B0_USB_NUMBER(endpoint->address);

    if (number >= OTG_ENDPOINTS || (number == 0 && order != B0_USB_STALL))
        return;
    if (B0_USB_IS_IN(endpoint->address))
        order_in(driver, endpoint, number, order);
    else
        order_out(driver, endpoint, number, order);
}

static uint32_t packets(size_t size, size_t packet_size)
{
    return size == 0 ? 1 : (uint32_t)((size + packet_size - 1) / packet_size);
}

static void send(void *driver, uint8_t endpoint, const uint8_t *data, size_t size)
{
    struct b0_otg_fs *otg = driver;
    unsigned number = B0_USB_NUMBER(endpoint) % OTG_ENDPOINTS;
    size_t packet_size = otg->in_packet_size[number];
    struct otg_endpoint *in = OTG_IN(number);

    if (packet_size == 0)
        return; /* it did not fit into the FIFO memory */
    in->tsiz = packets(size, packet_size) << OTG_TSIZ_PKTCNT_SHIFT | (uint32_t)size;
    in->ctl |= OTG_CTL_EPENA | OTG_CTL_CNAK;
    push(number, data, size);
}

/* The transfer size is a multiple of the packet size, whatever is expected: 34.16.4. */
static void receive(void *driver, uint8_t endpoint, uint8_t *data, size_t size)
{
    struct b0_otg_fs *otg = driver;
    unsigned number = B0_USB_NUMBER(endpoint) % OTG_ENDPOINTS;
    size_t packet_size = otg->out[number].packet_size;
    struct otg_endpoint *out = OTG_OUT(number);
    uint32_t count;

    if (packet_size == 0)
        return;
    otg->out[number].data = data;
    otg->out[number].room = (uint16_t)size;
    otg->out[number].size = 0;
    count = packets(size, packet_size);
    out->tsiz = (number == 0 ? (uint32_t)SETUP_COUNT << OTG_TSIZ_STUPCNT_SHIFT : 0) |
                count << OTG_TSIZ_PKTCNT_SHIFT | count * (uint32_t)packet_size;
    out->ctl |= OTG_CTL_EPENA | OTG_CTL_CNAK;
}

static void set_address(void *driver, uint8_t address)
{
    (void)driver;
    OTG_DEVICE->dcfg = OTG_DCFG_DSPD_FULL | (uint32_t)address << OTG_DCFG_DAD_SHIFT;
}

/* ---- connecting ---- */

static void start(bool interrupts)
{
    OTG->gahbcfg = 0;
    wait_until(&OTG->grstctl, OTG_GRSTCTL_AHBIDL, OTG_GRSTCTL_AHBIDL);
    OTG->grstctl = OTG_GRSTCTL_CSRST;
    wait_until(&OTG->grstctl, OTG_GRSTCTL_CSRST, 0);
    wait_until(&OTG->grstctl, OTG_GRSTCTL_AHBIDL, OTG_GRSTCTL_AHBIDL);
    OTG_PCGCCTL = 0;
    /* Detached during the setup. */
    OTG_DEVICE->dctl = OTG_DCTL_SDIS;
    OTG->gusbcfg =
        OTG_GUSBCFG_FDMOD | OTG_GUSBCFG_PHYSEL | (uint32_t)TURNAROUND << OTG_GUSBCFG_TRDT_SHIFT;
    for (int i = 0; i < MODE_PATIENCE && (OTG->gintsts & OTG_GINT_CMOD) != 0; i++) {
    }
    /* The board may have no wire to PA9: VBUS is ignored. */
    if (CHIP_OTG_HAS_VBDEN)
        OTG->gotgctl = OTG_GOTGCTL_BVALOEN | OTG_GOTGCTL_BVALOVAL;
    OTG->gccfg = OTG_GCCFG_PWRDWN | (CHIP_OTG_HAS_VBDEN ? 0 : OTG_GCCFG_NOVBUSSENS);
    OTG_DEVICE->dcfg = OTG_DCFG_DSPD_FULL;
    OTG_DEVICE->diepmsk = OTG_INT_XFRC;
    OTG_DEVICE->doepmsk = OTG_INT_XFRC | OTG_INT_STUP;
    OTG_DEVICE->daintmsk = 0;
    OTG->gintsts = UINT32_MAX;
    OTG->gintmsk = OTG_GINT_RXFLVL | OTG_GINT_USBSUSP | OTG_GINT_USBRST | OTG_GINT_ENUMDNE |
                   OTG_GINT_IEPINT | OTG_GINT_OEPINT | OTG_GINT_WKUPINT;
    OTG->gahbcfg = interrupts ? OTG_GAHBCFG_GINTMSK : 0;
    OTG_DEVICE->dctl = 0;
}

static void connect(void *driver, bool on, bool interrupts)
{
    struct b0_otg_fs *otg = driver;

    *otg = (struct b0_otg_fs){0};
    if (on) {
        start(interrupts);
    } else {
        OTG_DEVICE->dctl |= OTG_DCTL_SDIS;
        OTG->gahbcfg = 0;
        OTG->gintmsk = 0;
        OTG->gintsts = UINT32_MAX;
        OTG->gccfg &= ~OTG_GCCFG_PWRDWN;
    }
}

/* 34.17.5, "Endpoint initialization on USB reset". */
static void bus_reset(struct b0_otg_fs *otg)
{
    *otg = (struct b0_otg_fs){0};
    for (unsigned i = 0; i < OTG_ENDPOINTS; i++) {
        if (i > 0) {
            cancel_in(i);
            OTG_IN(i)->ctl &= ~(OTG_CTL_USBAEP | OTG_CTL_STALL);
            OTG_OUT(i)->ctl &= ~(OTG_CTL_USBAEP | OTG_CTL_STALL);
        }
        OTG_OUT(i)->ctl |= OTG_CTL_SNAK;
        OTG_IN(i)->interrupt = UINT32_MAX;
        OTG_OUT(i)->interrupt = UINT32_MAX;
    }
    set_address(otg, 0);
    OTG_DEVICE->daintmsk = 1u << 0 | 1u << OTG_DAINT_OUT_SHIFT;
    OTG->grxfsiz = RX_FIFO_WORDS;
    OTG->dieptxf0 = (uint32_t)(B0_USB_CONTROL_PACKET / 4) << 16 | RX_FIFO_WORDS;
    otg->fifo_end = RX_FIFO_WORDS + B0_USB_CONTROL_PACKET / 4;
    cancel_in(0);
    OTG->grstctl = OTG_GRSTCTL_RXFFLSH;
    wait_until(&OTG->grstctl, OTG_GRSTCTL_RXFFLSH, 0);
    otg->in_packet_size[0] = B0_USB_CONTROL_PACKET;
    otg->out[0].packet_size = B0_USB_CONTROL_PACKET;
    OTG_OUT(0)->tsiz = (uint32_t)SETUP_COUNT << OTG_TSIZ_STUPCNT_SHIFT;
}

/* ---- bus events ---- */

static void take_packet(struct b0_otg_fs *otg, unsigned number, uint32_t size)
{
    uint32_t room = otg->out[number].room - otg->out[number].size;

    if (room == 0) { /* of an abandoned transfer */
        pop(NULL, 0, size);
        return;
    }
    pop(otg->out[number].data + otg->out[number].size, room, size);
    otg->out[number].size = (uint16_t)(otg->out[number].size + (size < room ? size : room));
}

/* Reads everything from the RX FIFO: 34.17.5, "Packet read". */
static void read_fifo(struct b0_otg_fs *otg)
{
    while ((OTG->gintsts & OTG_GINT_RXFLVL) != 0) {
        uint32_t status = OTG->grxstsp;

        switch (OTG_GRXSTSP_PKTSTS(status)) {
        case OTG_PKTSTS_SETUP_DATA:
            pop(otg->setup, sizeof otg->setup, OTG_GRXSTSP_BCNT(status));
            otg->setup_due = false;
            otg->setup_read = true;
            break;
        case OTG_PKTSTS_SETUP_DONE:
            otg->setup_due = true;
            break;
        case OTG_PKTSTS_OUT_DATA:
            take_packet(otg, OTG_GRXSTSP_EPNUM(status) % OTG_ENDPOINTS, OTG_GRXSTSP_BCNT(status));
            break;
        default: /* "transfer completed": the endpoint's own flag reports it too */
            break;
        }
    }
}

static void in_events(struct b0_usb *usb)
{
    uint32_t waiting = OTG_DEVICE->daint;

    for (unsigned i = 0; i < OTG_ENDPOINTS; i++) {
        if ((waiting >> i & 1) != 0 && (OTG_IN(i)->interrupt & OTG_INT_XFRC) != 0) {
            OTG_IN(i)->interrupt = OTG_INT_XFRC;
            b0_usb_on_sent(usb, B0_USB_IN(i));
        }
    }
}

static void out_events(struct b0_otg_fs *otg, struct b0_usb *usb)
{
    uint32_t waiting = OTG_DEVICE->daint >> OTG_DAINT_OUT_SHIFT;

    /* Data that endpoint 0 received is obsolete once the next SETUP has arrived. */
    for (unsigned i = otg->setup_read ? 1 : 0; i < OTG_ENDPOINTS; i++) {
        if ((waiting >> i & 1) != 0 && (OTG_OUT(i)->interrupt & OTG_INT_XFRC) != 0) {
            uint16_t size = otg->out[i].size;

            OTG_OUT(i)->interrupt = OTG_INT_XFRC;
            otg->out[i].room = 0;
            otg->out[i].size = 0;
            b0_usb_on_received(usb, B0_USB_OUT(i), size);
        }
    }
}

/*
 * A request begins. Unread data of endpoint 0 belongs to a request that the host has abandoned, and
 * would be sent as the answer to this one.
 */
static void setup_event(struct b0_otg_fs *otg, struct b0_usb *usb)
{
    if (!otg->setup_due || (OTG_OUT(0)->interrupt & OTG_INT_STUP) == 0)
        return;
    /* XFRC too: from a data stage that the host aborted, or set with STUP by some cores. */
    OTG_OUT(0)->interrupt = OTG_INT_STUP | OTG_INT_XFRC;
    OTG_OUT(0)->tsiz = (uint32_t)SETUP_COUNT << OTG_TSIZ_STUPCNT_SHIFT;
    otg->setup_due = false;
    otg->setup_read = false;
    otg->out[0].room = 0;
    otg->out[0].size = 0;
    if ((OTG_IN(0)->ctl & OTG_CTL_EPENA) != 0)
        cancel_in(0);
    b0_usb_on_setup(usb, otg->setup);
}

static void resumed(struct b0_otg_fs *otg, struct b0_usb *usb)
{
    if (otg->suspended) {
        otg->suspended = false;
        b0_usb_on_suspend(usb, false);
    }
}

static void bus_events(struct b0_otg_fs *otg, struct b0_usb *usb, uint32_t events)
{
    OTG->gintsts = events;
    if ((events & OTG_GINT_USBSUSP) != 0 && !otg->suspended) {
        otg->suspended = true;
        b0_usb_on_suspend(usb, true);
    }
    if ((events & OTG_GINT_WKUPINT) != 0)
        resumed(otg, usb);
    if ((events & OTG_GINT_USBRST) != 0) {
        resumed(otg, usb);
        bus_reset(otg);
        b0_usb_on_reset(usb);
    }
    /* ENUMDNE: only full speed is possible; MPSIZ of endpoint 0 codes 64 bytes as 0. */
}

static void poll(void *driver, struct b0_usb *usb)
{
    const uint32_t bus = OTG_GINT_USBSUSP | OTG_GINT_WKUPINT | OTG_GINT_USBRST | OTG_GINT_ENUMDNE;
    const uint32_t transfers = OTG_GINT_RXFLVL | OTG_GINT_IEPINT | OTG_GINT_OEPINT;
    struct b0_otg_fs *otg = driver;
    uint32_t events = OTG->gintsts;

    if ((events & bus) != 0)
        bus_events(otg, usb, events & bus);
    if ((events & transfers) == 0)
        return;
    resumed(otg, usb);
    /* In the order of a control transfer: IN data, OUT status, the next SETUP. */
    in_events(usb);
    read_fifo(otg);
    out_events(otg, usb);
    setup_event(otg, usb);
}

bool b0_otg_fs_was_reset(const struct b0_otg_fs *otg)
{
    return otg->fifo_end > 0;
}

uint16_t b0_otg_fs_frame(void)
{
    return OTG_DSTS_FNSOF(OTG_DEVICE->dsts);
}

const struct b0_usb_driver b0_otg_fs_driver = {
    .connect = connect,
    .poll = poll,
    .set_address = set_address,
    .endpoint = endpoint,
    .send = send,
    .receive = receive,
};
