/* SPDX-License-Identifier: MIT */
/*
 * The bus host: transactions and their timing, control transfers, single packets.
 *
 * The host does not ask a device that answers NAK over and over: the controller's model reports
 * when it has become ready, and the token that finds it ready is one that a host with a fixed retry
 * interval would have sent. Times are those of full speed, as in vboard/board/clock.c.
 */
#include "host_private.h"

#include <string.h>

enum {
    BYTE_PS = 666667, /* 8 bits at 12 MBit/s */
    /* USB 2.0, table 5-9: what a transaction costs besides its data. */
    TRANSACTION_BYTES = 13,
    /* An IN token and its NAK: 3 + 1 bytes, SYNC each, and the turnaround. */
    NAKED_BYTES = 9,
    SETUP_BYTES = 8,
    STAGE_NS = 10000, /* between the stages of a control transfer */
    RETRY_NS = 10000, /* from a NAK to the next token */
    FRAME_NS = 1000000,
    SOF_NS = 4000,  /* a SOF packet: 3 bytes, SYNC, EOP */
    ERRORS_MAX = 3, /* USB 2.0, 8.6.4 and 10.2.6: tries of a failing transaction */
};

enum kind {
    KIND_SETUP,
    KIND_IN,
    KIND_OUT,
};

struct packet {
    enum kind kind;
    uint8_t endpoint;
    uint8_t *data;
    size_t size;
    bool data1;
};

/* The outcome of an exchange. */
enum outcome {
    OUTCOME_ACK,
    OUTCOME_STALL,
    OUTCOME_NONE,
    OUTCOME_GONE,
    OUTCOME_PENDING, /* the time is over, and the device would still answer NAK */
};

static uint64_t duration_ns(size_t bytes)
{
    return (uint64_t)bytes * BYTE_PS / 1000;
}

/* ---- one transaction ---- */

static uint32_t bit_of(const struct packet *packet)
{
    return packet->kind == KIND_IN ? VBOARD_OTG_IN(packet->endpoint)
                                   : VBOARD_OTG_OUT(packet->endpoint);
}

static enum vboard_otg_answer transact(struct vboard_host *host, struct packet *packet)
{
    switch (packet->kind) {
    case KIND_SETUP:
        return vboard_otg_setup(host->otg, host->address, packet->data);
    case KIND_IN:
        return vboard_otg_in(host->otg, host->address, packet->endpoint, packet->data,
                             &packet->size, &packet->data1);
    default:
        return vboard_otg_out(host->otg, host->address, packet->endpoint, packet->data,
                              packet->size, packet->data1);
    }
}

/* How long the transaction takes if the device stays as it is. */
static uint64_t cost_ns(const struct vboard_host *host, const struct packet *packet, bool ready)
{
    if (packet->kind != KIND_IN)
        return duration_ns(TRANSACTION_BYTES + packet->size);
    if (!ready)
        return duration_ns(NAKED_BYTES);
    return duration_ns(TRANSACTION_BYTES + vboard_otg_next_size(host->otg, packet->endpoint));
}

/* When a transaction that must fit into one frame, after its SOF, can begin. */
static uint64_t fit(const struct vboard_host *host, uint64_t cost_ns)
{
    uint64_t into_ns = (host->now_ns - host->frames_ns) % FRAME_NS;

    if (into_ns < SOF_NS)
        return host->now_ns - into_ns + SOF_NS;
    if (into_ns + cost_ns > FRAME_NS)
        return host->now_ns - into_ns + FRAME_NS + SOF_NS;
    return host->now_ns;
}

/* The first token after the device has become ready, of those sent every RETRY_NS. */
static uint64_t next_token(uint64_t at_ns, uint64_t ready_ns)
{
    if (ready_ns <= at_ns)
        return at_ns;
    return at_ns + (ready_ns - at_ns + RETRY_NS - 1) / RETRY_NS * RETRY_NS;
}

static enum outcome outcome_of(const struct vboard_host *host, enum vboard_otg_answer answer)
{
    if (!vboard_host_present(host))
        return OUTCOME_GONE;
    return answer == VBOARD_OTG_ACK     ? OUTCOME_ACK
           : answer == VBOARD_OTG_STALL ? OUTCOME_STALL
                                        : OUTCOME_NONE;
}

/* Sends the token. True if the answer is not NAK. */
static bool try_token(struct vboard_host *host, struct packet *packet, bool ready,
                      enum outcome *outcome)
{
    uint64_t cost = cost_ns(host, packet, ready);
    uint64_t end_ns = host->now_ns + cost;
    enum vboard_otg_answer answer;

    while (host->now_ns < end_ns && vboard_host_present(host))
        vboard_host_pass(host, end_ns, 0);
    answer = vboard_host_present(host) ? transact(host, packet) : VBOARD_OTG_NONE;
    host->attempt.asked = true;
    host->attempt.at_ns = host->now_ns + RETRY_NS;
    if (answer == VBOARD_OTG_NAK && vboard_host_present(host))
        return false;
    *outcome = outcome_of(host, answer);
    return true;
}

/* Tries a transaction until there is an answer, or until then. Not strict: at least one try. */
static enum outcome exchange(struct vboard_host *host, struct packet *packet, uint64_t until_ns,
                             bool strict)
{
    struct host_attempt *attempt = &host->attempt;
    uint32_t bit = bit_of(packet);
    enum outcome outcome;

    while (vboard_host_present(host)) {
        bool ready = packet->kind == KIND_SETUP || (vboard_otg_ready(host->otg) & bit);
        bool worth = ready || (vboard_otg_attentive(host->otg) & bit);

        if (host->now_ns < attempt->at_ns && (attempt->asked || strict) &&
            attempt->at_ns > until_ns) {
            vboard_host_pass(host, until_ns, 0);
            if (host->now_ns >= until_ns)
                return OUTCOME_PENDING;
        } else if (host->now_ns < attempt->at_ns) {
            vboard_host_pass(host, attempt->at_ns, 0);
        } else if (worth || !attempt->asked) {
            uint64_t at_ns = fit(host, cost_ns(host, packet, ready));

            if (at_ns > host->now_ns) {
                attempt->at_ns = at_ns;
                continue;
            }
            if (strict && host->now_ns + cost_ns(host, packet, ready) > until_ns) {
                vboard_host_pass(host, until_ns, 0);
                return OUTCOME_PENDING;
            }
            if (try_token(host, packet, ready, &outcome)) {
                attempt->asked = false;
                return outcome;
            }
        } else {
            vboard_host_pass(host, until_ns, bit);
            attempt->at_ns = next_token(attempt->at_ns, host->now_ns);
        }
        if (attempt->asked && host->now_ns >= until_ns)
            return OUTCOME_PENDING;
    }
    return OUTCOME_GONE;
}

/* ---- control transfers ---- */

void vboard_host_transfer_start(struct vboard_host *host, struct host_transfer *transfer,
                                const struct boot0_setup *setup, uint8_t *data)
{
    *transfer = (struct host_transfer){.setup = *setup, .data = data};
    host->attempt = (struct host_attempt){.at_ns = host->now_ns};
}

static void finish(struct host_transfer *transfer, enum boot0_xfer result)
{
    transfer->stage = STAGE_DONE;
    transfer->result = result;
    if (result != BOOT0_XFER_OK)
        transfer->moved = 0;
}

static bool is_in(const struct host_transfer *transfer)
{
    return transfer->setup.bmRequestType & BOOT0_USB_DIR_IN;
}

static void next_stage(struct vboard_host *host, struct host_transfer *transfer,
                       enum host_stage stage)
{
    transfer->stage = stage;
    transfer->data1 = true;
    transfer->errors = 0;
    host->attempt = (struct host_attempt){.at_ns = host->now_ns + STAGE_NS};
}

/* Handles anything but an ACK. */
static void failed(struct vboard_host *host, struct host_transfer *transfer, enum outcome outcome)
{
    if (outcome == OUTCOME_GONE) {
        finish(transfer, BOOT0_XFER_GONE);
    } else if (outcome == OUTCOME_STALL) {
        finish(transfer, BOOT0_XFER_STALL);
    } else if (outcome == OUTCOME_NONE) {
        host->attempt = (struct host_attempt){.at_ns = host->now_ns + RETRY_NS};
        if (++transfer->errors >= ERRORS_MAX)
            finish(transfer, BOOT0_XFER_ERROR);
    }
}

static enum outcome stage_setup(struct vboard_host *host, struct host_transfer *transfer,
                                uint64_t until_ns, bool strict)
{
    const struct boot0_setup *setup = &transfer->setup;
    uint8_t bytes[SETUP_BYTES] = {
        setup->bmRequestType,    setup->bRequest,
        (uint8_t)setup->wValue,  (uint8_t)(setup->wValue >> 8),
        (uint8_t)setup->wIndex,  (uint8_t)(setup->wIndex >> 8),
        (uint8_t)setup->wLength, (uint8_t)(setup->wLength >> 8),
    };
    struct packet packet = {.kind = KIND_SETUP, .data = bytes, .size = sizeof bytes};
    enum outcome outcome = exchange(host, &packet, until_ns, strict);

    if (outcome == OUTCOME_ACK)
        next_stage(host, transfer, setup->wLength > 0 ? STAGE_DATA : STAGE_STATUS);
    return outcome;
}

/* A packet has arrived in the data stage. */
static void take_data(struct vboard_host *host, struct host_transfer *transfer,
                      const struct packet *packet)
{
    size_t room = transfer->setup.wLength - transfer->moved;

    host->attempt = (struct host_attempt){.at_ns = host->now_ns};
    if (packet->data1 != transfer->data1) {
        /* To a host this is the previous packet, sent again: it drops the packet. */
        vboard_host_report(host, "endpoint 0 sends DATA%d where DATA%d is due", packet->data1,
                           transfer->data1);
        if (++transfer->errors >= ERRORS_MAX)
            finish(transfer, BOOT0_XFER_ERROR);
        return;
    }
    if (packet->size > host->packet_max || packet->size > room) {
        vboard_host_report(host, "babble: %u bytes on endpoint 0, room for %u",
                           (unsigned)packet->size,
                           (unsigned)(room < host->packet_max ? room : host->packet_max));
        finish(transfer, BOOT0_XFER_ERROR);
        return;
    }
    memcpy(transfer->data + transfer->moved, packet->data, packet->size);
    transfer->moved += packet->size;
    transfer->data1 = !transfer->data1;
    transfer->errors = 0;
    if (packet->size < host->packet_max || transfer->moved == transfer->setup.wLength)
        next_stage(host, transfer, STAGE_STATUS);
}

static enum outcome stage_data_in(struct vboard_host *host, struct host_transfer *transfer,
                                  uint64_t until_ns, bool strict)
{
    uint8_t bytes[VBOARD_OTG_PACKET_MAX] = {0};
    struct packet packet = {.kind = KIND_IN, .data = bytes};
    enum outcome outcome = exchange(host, &packet, until_ns, strict);

    if (outcome == OUTCOME_ACK)
        take_data(host, transfer, &packet);
    return outcome;
}

static enum outcome stage_data_out(struct vboard_host *host, struct host_transfer *transfer,
                                   uint64_t until_ns, bool strict)
{
    size_t left = transfer->setup.wLength - transfer->moved;
    struct packet packet = {.kind = KIND_OUT,
                            .data = transfer->data + transfer->moved,
                            .size = left < host->packet_max ? left : host->packet_max,
                            .data1 = transfer->data1};
    enum outcome outcome = exchange(host, &packet, until_ns, strict);

    if (outcome != OUTCOME_ACK)
        return outcome;
    transfer->moved += packet.size;
    transfer->data1 = !transfer->data1;
    transfer->errors = 0;
    host->attempt = (struct host_attempt){.at_ns = host->now_ns};
    if (transfer->moved == transfer->setup.wLength)
        next_stage(host, transfer, STAGE_STATUS);
    return outcome;
}

static enum outcome stage_status(struct vboard_host *host, struct host_transfer *transfer,
                                 uint64_t until_ns, bool strict)
{
    uint8_t bytes[VBOARD_OTG_PACKET_MAX] = {0};
    bool in = transfer->setup.wLength == 0 || !is_in(transfer);
    struct packet packet = {.kind = in ? KIND_IN : KIND_OUT, .data = bytes, .data1 = true};
    enum outcome outcome = exchange(host, &packet, until_ns, strict);

    if (outcome != OUTCOME_ACK)
        return outcome;
    if (in && !packet.data1)
        vboard_host_report(host, "the status packet of endpoint 0 is DATA0");
    if (in && packet.size > 0)
        vboard_host_report(host, "the status packet of endpoint 0 has %u bytes",
                           (unsigned)packet.size);
    finish(transfer, in && packet.size > 0 ? BOOT0_XFER_ERROR : BOOT0_XFER_OK);
    return outcome;
}

bool vboard_host_transfer(struct vboard_host *host, struct host_transfer *transfer,
                          uint64_t until_ns, bool strict)
{
    while (transfer->stage != STAGE_DONE) {
        enum outcome outcome;

        if (transfer->stage == STAGE_SETUP)
            outcome = stage_setup(host, transfer, until_ns, strict);
        else if (transfer->stage == STAGE_STATUS)
            outcome = stage_status(host, transfer, until_ns, strict);
        else if (is_in(transfer))
            outcome = stage_data_in(host, transfer, until_ns, strict);
        else
            outcome = stage_data_out(host, transfer, until_ns, strict);
        if (outcome == OUTCOME_PENDING)
            return false;
        if (outcome != OUTCOME_ACK)
            failed(host, transfer, outcome);
    }
    return true;
}

/* ---- toggles ---- */

/* USB 2.0, 9.1.1.5 and 9.4.5: what resets the toggles of endpoints. */
static void clear_toggle(struct vboard_host *host, uint8_t endpoint)
{
    uint16_t *toggles = endpoint & BOOT0_USB_DIR_IN ? &host->in_data1 : &host->out_data1;

    *toggles &= (uint16_t) ~(1u << (endpoint & 0xFu));
}

static void clear_interface(struct vboard_host *host, uint8_t interface)
{
    const uint8_t *bytes = host->configuration;
    bool inside = false;

    for (size_t i = 0; i + 2 <= host->configuration_size && bytes[i] >= 2; i += bytes[i]) {
        if (i + bytes[i] > host->configuration_size)
            return;
        if (bytes[i + 1] == BOOT0_USB_DESC_INTERFACE && bytes[i] >= 9)
            inside = bytes[i + 2] == interface;
        else if (bytes[i + 1] == BOOT0_USB_DESC_ENDPOINT && bytes[i] >= 7 && inside)
            clear_toggle(host, bytes[i + 2]);
    }
}

static void follow(struct vboard_host *host, const struct boot0_setup *setup)
{
    enum { ENDPOINT_HALT = 0 };

    if (setup->bmRequestType == 0x00 && setup->bRequest == BOOT0_USB_SET_CONFIGURATION)
        host->in_data1 = host->out_data1 = 0;
    else if (setup->bmRequestType == 0x01 && setup->bRequest == BOOT0_USB_SET_INTERFACE)
        clear_interface(host, (uint8_t)setup->wIndex);
    else if (setup->bmRequestType == 0x02 && setup->bRequest == BOOT0_USB_CLEAR_FEATURE &&
             setup->wValue == ENDPOINT_HALT)
        clear_toggle(host, (uint8_t)setup->wIndex);
}

/* ---- for the outside ---- */

/* Whether there is a device to talk to. */
static bool reachable(struct vboard_host *host)
{
    host->stalls = 0;
    if (host->state == VBOARD_HOST_SUSPENDED)
        vboard_host_resume(host);
    return host->state == VBOARD_HOST_READY && vboard_host_present(host);
}

static uint64_t patience(const struct vboard_host *host, uint64_t deadline_ns)
{
    uint64_t latest = host->now_ns + VBOARD_HOST_PATIENCE_NS;

    return deadline_ns < latest ? deadline_ns : latest;
}

enum boot0_xfer vboard_host_control(struct vboard_host *host, const struct boot0_setup *setup,
                                    uint8_t *data, size_t *actual, uint64_t deadline_ns)
{
    struct host_transfer transfer;

    *actual = 0;
    if (!reachable(host))
        return BOOT0_XFER_GONE;
    vboard_host_transfer_start(host, &transfer, setup, data);
    if (!vboard_host_transfer(host, &transfer, patience(host, deadline_ns), false))
        return vboard_host_present(host) ? BOOT0_XFER_TIMEOUT : BOOT0_XFER_GONE;
    *actual = transfer.moved;
    if (transfer.result == BOOT0_XFER_OK)
        follow(host, setup);
    return transfer.result;
}

static enum boot0_xfer packet_result(enum outcome outcome)
{
    static const enum boot0_xfer results[] = {
        [OUTCOME_ACK] = BOOT0_XFER_OK,          [OUTCOME_STALL] = BOOT0_XFER_STALL,
        [OUTCOME_NONE] = BOOT0_XFER_ERROR,      [OUTCOME_GONE] = BOOT0_XFER_GONE,
        [OUTCOME_PENDING] = BOOT0_XFER_TIMEOUT,
    };

    return results[outcome];
}

static enum boot0_xfer exchange_packet(struct vboard_host *host, struct packet *packet,
                                       uint64_t deadline_ns)
{
    enum outcome outcome = OUTCOME_NONE;

    for (unsigned i = 0; i < ERRORS_MAX && outcome == OUTCOME_NONE; i++) {
        host->attempt = (struct host_attempt){.at_ns = host->now_ns + (i > 0 ? RETRY_NS : 0)};
        outcome = exchange(host, packet, patience(host, deadline_ns), false);
    }
    return packet_result(outcome);
}

enum boot0_xfer vboard_host_in(struct vboard_host *host, uint8_t endpoint, uint8_t *data,
                               size_t *actual, uint64_t deadline_ns)
{
    struct packet packet = {.kind = KIND_IN, .endpoint = endpoint & 0xFu, .data = data};
    uint16_t bit = (uint16_t)(1u << packet.endpoint);
    enum boot0_xfer result;

    *actual = 0;
    if (!reachable(host))
        return BOOT0_XFER_GONE;
    result = exchange_packet(host, &packet, deadline_ns);
    if (result != BOOT0_XFER_OK)
        return result;
    if (packet.data1 != (bool)(host->in_data1 & bit)) {
        vboard_host_report(host, "IN endpoint %u sends DATA%d where DATA%d is due: dropped",
                           packet.endpoint, packet.data1, !packet.data1);
        return BOOT0_XFER_TIMEOUT;
    }
    host->in_data1 ^= bit;
    *actual = packet.size;
    return BOOT0_XFER_OK;
}

enum boot0_xfer vboard_host_out(struct vboard_host *host, uint8_t endpoint, const uint8_t *data,
                                size_t size, uint64_t deadline_ns)
{
    uint8_t bytes[VBOARD_OTG_PACKET_MAX];
    struct packet packet = {
        .kind = KIND_OUT, .endpoint = endpoint & 0xFu, .data = bytes, .size = size};
    uint16_t bit = (uint16_t)(1u << packet.endpoint);
    enum boot0_xfer result;

    if (size > sizeof bytes)
        return BOOT0_XFER_ERROR;
    if (size > 0)
        memcpy(bytes, data, size);
    if (!reachable(host))
        return BOOT0_XFER_GONE;
    packet.data1 = host->out_data1 & bit;
    result = exchange_packet(host, &packet, deadline_ns);
    if (result == BOOT0_XFER_OK)
        host->out_data1 ^= bit;
    return result;
}
