/* SPDX-License-Identifier: MIT */
/*
 * OTG_FS: the FIFOs. One receives for all OUT endpoints, each IN endpoint sends from one; all are
 * in 320 words of memory, divided by GRXFSIZ and DIEPTXFx (RM0090 34.11, 34.17.6).
 *
 * A packet in the receive FIFO is a status word, which GRXSTSP pops, then its data in whole words,
 * which reads in any FIFO's window take. A packet in a transmit FIFO begins at a word.
 */
#include "otg_private.h"

#include <string.h>

static unsigned words_of(unsigned bytes)
{
    return (bytes + 3) / 4;
}

/* ---- the receive FIFO ---- */

static unsigned rx_depth(const struct vboard_otg *otg)
{
    return otg->grxfsiz < OTG_RX_WORDS_MAX ? otg->grxfsiz : OTG_RX_WORDS_MAX;
}

void vboard_otg_rx_flush(struct vboard_otg *otg)
{
    struct otg_rx_fifo *rx = &otg->rx;

    rx->first = 0;
    rx->count = 0;
    rx->setup_words = 0;
    rx->words_left = 0;
    otg->setup_unread = otg->setup_open;
    for (unsigned n = 0; n < otg->core->endpoints; n++)
        otg->out[n].done_unread = 0;
}

bool vboard_otg_rx_room(const struct vboard_otg *otg, unsigned bytes, bool ever)
{
    /* Its status word, and one for the end of the transfer. */
    unsigned need = words_of(bytes) + 2 + OTG_SETUP_RESERVE;
    unsigned used = ever ? 0 : otg->rx.count - otg->rx.setup_words;

    return used + need <= rx_depth(otg);
}

static void append(struct otg_rx_fifo *rx, uint32_t value, bool is_status, bool is_setup)
{
    struct otg_rx_word *word = &rx->words[(rx->first + rx->count) % OTG_RX_WORDS_MAX];

    word->value = value;
    word->is_status = is_status;
    word->is_setup = is_setup;
    rx->count++;
    rx->setup_words = (uint16_t)(rx->setup_words + is_setup);
}

bool vboard_otg_rx_push(struct vboard_otg *otg, unsigned status, unsigned endpoint, bool data1,
                        const uint8_t *data, unsigned bytes)
{
    struct otg_rx_fifo *rx = &otg->rx;
    bool is_setup = status == PKTSTS_SETUP || status == PKTSTS_SETUP_DONE;

    if (rx->count + 1u + words_of(bytes) > rx_depth(otg))
        return false;
    append(rx,
           (vboard_otg_frame_number(otg) & 0xFu) << 21 | status << 17 | (data1 ? 2u : 0u) << 15 |
               bytes << 4 | endpoint,
           true, is_setup);
    for (unsigned i = 0; i < bytes; i += 4) {
        uint32_t value = 0;

        for (unsigned k = 0; k < 4 && i + k < bytes; k++)
            value |= (uint32_t)data[i + k] << (8 * k);
        append(rx, value, false, is_setup);
    }
    return true;
}

static uint32_t take(struct otg_rx_fifo *rx)
{
    const struct otg_rx_word *word = &rx->words[rx->first];
    uint32_t value = word->value;

    rx->setup_words = (uint16_t)(rx->setup_words - word->is_setup);
    rx->first = (uint16_t)((rx->first + 1) % OTG_RX_WORDS_MAX);
    rx->count--;
    return value;
}

static uint32_t take_data(struct vboard_otg *otg)
{
    uint32_t value = take(&otg->rx);

    if (--otg->rx.words_left == 0 && otg->rx.status == PKTSTS_OUT)
        vboard_otg_packet_read(otg, otg->rx.endpoint, otg->rx.bytes);
    return value;
}

void vboard_otg_rx_lose(struct vboard_otg *otg)
{
    if (otg->rx.words_left > 0)
        take_data(otg);
}

uint32_t vboard_otg_rx_peek(const struct vboard_otg *otg)
{
    return otg->rx.count > 0 ? otg->rx.words[otg->rx.first].value : 0;
}

uint32_t vboard_otg_rx_pop(struct vboard_otg *otg)
{
    struct otg_rx_fifo *rx = &otg->rx;
    uint32_t value;

    if (rx->words_left > 0)
        vboard_otg_violation(otg, OTG_GRXSTSP,
                             "popped while %u words of the previous packet are unread (%u bytes, "
                             "endpoint %u)",
                             rx->words_left, rx->bytes, rx->endpoint);
    while (rx->words_left > 0)
        take_data(otg);
    if (rx->count == 0) {
        vboard_otg_violation(otg, OTG_GRXSTSP, "popped although the receive FIFO is empty");
        return 0;
    }
    value = take(rx);
    rx->status = value >> 17 & 0xFu;
    rx->endpoint = value & 0xFu;
    rx->bytes = value >> 4 & 0x7FFu;
    rx->words_left = (uint16_t)words_of(rx->bytes);
    vboard_otg_popped(otg, rx->status, rx->endpoint);
    return value;
}

uint32_t vboard_otg_fifo_read(struct vboard_otg *otg, uint32_t offset)
{
    if (otg->rx.words_left > 0)
        return take_data(otg);
    vboard_otg_violation(otg, offset,
                         otg->rx.count > 0
                             ? "read past the end of a packet (GRXSTSP has to be popped first)"
                             : "read although the receive FIFO is empty");
    return 0;
}

/* ---- the transmit FIFOs ---- */

uint32_t vboard_otg_tx_depth(const struct vboard_otg *otg, unsigned number)
{
    uint32_t depth = otg->dieptxf[number] >> 16;

    return depth < OTG_RAM_WORDS ? depth : OTG_RAM_WORDS;
}

uint32_t vboard_otg_tx_space(const struct vboard_otg *otg, unsigned number)
{
    uint32_t depth = vboard_otg_tx_depth(otg, number);

    return depth > otg->tx[number].count ? depth - otg->tx[number].count : 0;
}

void vboard_otg_tx_flush(struct vboard_otg *otg, unsigned number)
{
    for (unsigned n = 0; n < otg->core->endpoints; n++)
        if (n == number || number == 0x10) {
            otg->tx[n].first = 0;
            otg->tx[n].count = 0;
        }
}

static void account(struct otg_endpoint *ep, unsigned packet_max)
{
    unsigned bytes;

    if (ep->packet_left == 0) {
        ep->packet_size = ep->unwritten < packet_max ? ep->unwritten : packet_max;
        ep->packet_left = ep->packet_size;
    }
    bytes = ep->packet_left < 4 ? ep->packet_left : 4;
    ep->packet_left -= bytes;
    ep->unwritten -= bytes;
    /* DIEPTSIZx: XFRSIZ is decremented when a packet has been written. */
    if (ep->packet_left == 0)
        ep->tsiz -= ep->packet_size;
}

void vboard_otg_fifo_write(struct vboard_otg *otg, uint32_t offset, uint32_t value)
{
    unsigned n = offset / OTG_FIFO_STEP - 1;
    struct otg_endpoint *ep;
    struct otg_tx_fifo *fifo;
    unsigned number;

    if (n >= otg->core->endpoints) {
        vboard_otg_violation(otg, offset, "no IN endpoint %u", n);
        return;
    }
    ep = &otg->in[n];
    number = vboard_otg_tx_number(otg, n);
    fifo = &otg->tx[number];
    if (!(ep->ctl & EPCTL_EPENA))
        vboard_otg_violation(otg, offset, "written while IN endpoint %u is not enabled", n);
    else if (ep->unwritten == 0)
        vboard_otg_violation(otg, offset, "written beyond the transfer size in DIEPTSIZ%u", n);
    else
        account(ep, vboard_otg_packet_max(otg, ep));
    if (vboard_otg_tx_space(otg, number) == 0) {
        vboard_otg_violation(otg, offset, "written while transmit FIFO %u is full (%u words)",
                             number, (unsigned)vboard_otg_tx_depth(otg, number));
        return;
    }
    fifo->words[(fifo->first + fifo->count) % OTG_RAM_WORDS] = value;
    fifo->count++;
}

void vboard_otg_tx_take(struct vboard_otg *otg, unsigned number, uint8_t *data, unsigned bytes)
{
    struct otg_tx_fifo *fifo = &otg->tx[number];

    for (unsigned i = 0; i < bytes; i++)
        data[i] = (uint8_t)(fifo->words[(fifo->first + i / 4) % OTG_RAM_WORDS] >> (i % 4 * 8));
    fifo->first = (uint16_t)((fifo->first + words_of(bytes)) % OTG_RAM_WORDS);
    fifo->count = (uint16_t)(fifo->count - words_of(bytes));
}

/* ---- the memory ---- */

static uint32_t register_of(unsigned number)
{
    return number == 0 ? OTG_DIEPTXF0 : OTG_DIEPTXF1 + (number - 1) * 4;
}

static void check_tx(struct vboard_otg *otg, unsigned number)
{
    uint32_t start = otg->dieptxf[number] & 0xFFFFu;
    uint32_t end = start + (otg->dieptxf[number] >> 16);

    if (end > OTG_RAM_WORDS)
        vboard_otg_violation(otg, register_of(number),
                             "transmit FIFO %u is words %u to %u, but there are 320", number,
                             (unsigned)start, (unsigned)end - 1);
    if (start < otg->grxfsiz && end > start)
        vboard_otg_violation(otg, register_of(number),
                             "transmit FIFO %u begins at word %u, in the receive FIFO of %u words",
                             number, (unsigned)start, (unsigned)otg->grxfsiz);
    for (unsigned n = 0; n < otg->core->endpoints; n++) {
        unsigned other = vboard_otg_tx_number(otg, n);
        uint32_t other_start = otg->dieptxf[other] & 0xFFFFu;
        uint32_t other_end = other_start + (otg->dieptxf[other] >> 16);

        if ((otg->in[n].ctl & EPCTL_USBAEP) && other < number && start < other_end &&
            other_start < end)
            vboard_otg_violation(otg, register_of(number), "transmit FIFOs %u and %u overlap",
                                 other, number);
    }
}

void vboard_otg_check_layout(struct vboard_otg *otg)
{
    unsigned packet = vboard_otg_packet_max(otg, &otg->in[0]);

    if (otg->layout_checked)
        return;
    otg->layout_checked = true;
    if (otg->grxfsiz > OTG_RAM_WORDS)
        vboard_otg_violation(otg, OTG_GRXFSIZ, "the receive FIFO has %u words, but there are 320",
                             (unsigned)otg->grxfsiz);
    /* 34.17.5, endpoint initialization on USB reset, step 3. */
    if (otg->grxfsiz < words_of(packet) + 2 + OTG_SETUP_RESERVE)
        vboard_otg_violation(otg, OTG_GRXFSIZ,
                             "the receive FIFO has %u words, but endpoint 0 alone needs %u",
                             (unsigned)otg->grxfsiz, words_of(packet) + 2 + OTG_SETUP_RESERVE);
    for (unsigned n = 0; n < otg->core->endpoints; n++)
        if (otg->in[n].ctl & EPCTL_USBAEP)
            check_tx(otg, vboard_otg_tx_number(otg, n));
}
