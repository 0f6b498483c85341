/*
 * The device's side of control transfers and of the standard requests, above any controller:
 * USB 2.0, 8.5.3 and chapter 9.
 */
#include "usb.h"

#include <core/bytes.h>

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* Where the control transfer on endpoint 0 is. */
enum phase {
    PHASE_IDLE,      /* between transfers, or after a stall */
    PHASE_DECIDING,  /* a SETUP came; who took it has not answered yet */
    PHASE_SENDING,   /* data to the host */
    PHASE_ENDING,    /* all is sent: the host's empty packet is due */
    PHASE_RECEIVING, /* data from the host */
    PHASE_RECEIVED,  /* it is all there; who took it has not answered yet */
    PHASE_DONE,      /* our empty packet is on its way */
};

/* USB 2.0, 9.4.5 and 9.6.3. */
enum {
    STATUS_HALT = 0x0001,
    FEATURE_ENDPOINT_HALT = 0,
    ATTRIBUTE_SELF_POWERED = 0x40,
    DESCRIPTOR_BOS = 15, /* USB 3.2, table 9-6 */
    ENGLISH_US = 0x0409,
    ENDPOINT_DESC_SIZE = 7,
};

void b0_usb_init(struct b0_usb *usb, const struct b0_usb_device *device,
                 const struct b0_usb_driver *driver, void *driver_context)
{
    *usb = (struct b0_usb){
        .device = device,
        .driver = driver,
        .driver_context = driver_context,
    };
}

void b0_usb_connect(struct b0_usb *usb, bool interrupts)
{
    usb->driver->connect(usb->driver_context, true, interrupts);
}

void b0_usb_disconnect(struct b0_usb *usb)
{
    usb->driver->connect(usb->driver_context, false, false);
    b0_usb_on_reset(usb);
}

void b0_usb_poll(struct b0_usb *usb)
{
    usb->driver->poll(usb->driver_context, usb);
}

uint8_t b0_usb_configuration(const struct b0_usb *usb)
{
    return usb->configuration;
}

/* ---- functions ---- */

static const struct b0_usb_function *by_interface(const struct b0_usb *usb, uint8_t interface)
{
    for (size_t i = 0; i < usb->device->function_count; i++) {
        const struct b0_usb_function *function = &usb->device->functions[i];

        if ((uint8_t)(interface - function->first_interface) < function->interface_count)
            return function;
    }
    return NULL;
}

static const struct b0_usb_function *by_endpoint(const struct b0_usb *usb, uint8_t endpoint)
{
    for (size_t i = 0; i < usb->device->function_count; i++) {
        const struct b0_usb_function *function = &usb->device->functions[i];

        if ((function->endpoints >> B0_USB_NUMBER(endpoint) & 1) != 0)
            return function;
    }
    return NULL;
}

static bool offer(struct b0_usb *usb, const struct b0_usb_function *function)
{
    if (!function || !function->handlers->control)
        return false;
    usb->taker = function;
    if (function->handlers->control(function->context, usb, &usb->setup))
        return true;
    usb->taker = NULL;
    return false;
}

/* Offers a request that is not the core's to whom it concerns. */
static bool offer_all(struct b0_usb *usb)
{
    uint8_t recipient = usb->setup.request_type & B0_USB_RECIPIENT_MASK;
    uint8_t index = (uint8_t)usb->setup.index;

    if (recipient == B0_USB_RECIPIENT_INTERFACE)
        return offer(usb, by_interface(usb, index));
    if (recipient == B0_USB_RECIPIENT_ENDPOINT)
        return offer(usb, by_endpoint(usb, index));
    for (size_t i = 0; i < usb->device->function_count; i++) {
        if (offer(usb, &usb->device->functions[i]))
            return true;
    }
    return false;
}

/* Tells who has taken the request what became of it. */
static void tell(struct b0_usb *usb, enum b0_usb_stage stage)
{
    const struct b0_usb_function *taker = usb->taker;

    if (stage != B0_USB_RECEIVED)
        usb->taker = NULL;
    if (taker && taker->handlers->stage)
        taker->handlers->stage(taker->context, usb, &usb->setup, stage);
}

static void event(struct b0_usb *usb, const struct b0_usb_function *function,
                  enum b0_usb_event what, uint8_t interface, uint8_t value)
{
    if (function && function->handlers->event)
        function->handlers->event(function->context, usb, what, interface, value);
}

static void event_for_all(struct b0_usb *usb, enum b0_usb_event what, uint8_t value)
{
    for (size_t i = 0; i < usb->device->function_count; i++)
        event(usb, &usb->device->functions[i], what, 0, value);
}

/* ---- the stages of a control transfer ---- */

static void send_packet(struct b0_usb *usb)
{
    bool is_full = usb->left >= B0_USB_CONTROL_PACKET;
    uint16_t size = is_full ? (uint16_t)B0_USB_CONTROL_PACKET : usb->left;
    const uint8_t *data = usb->source;

    if (!is_full)
        usb->zero_packet = false;
    usb->source += size;
    usb->left = (uint16_t)(usb->left - size);
    usb->driver->send(usb->driver_context, B0_USB_IN(0), data, size);
}

static void receive_packet(struct b0_usb *usb)
{
    uint16_t size = usb->left < B0_USB_CONTROL_PACKET ? usb->left : B0_USB_CONTROL_PACKET;

    usb->driver->receive(usb->driver_context, B0_USB_OUT(0), usb->target, size);
}

void b0_usb_control_send(struct b0_usb *usb, const uint8_t *data, size_t size)
{
    if (usb->phase != PHASE_DECIDING)
        return;
    if ((usb->setup.request_type & B0_USB_DIR_IN) == 0 || usb->setup.length == 0) {
        b0_usb_control_stall(usb);
        return;
    }
    /* USB 2.0, 8.5.3.2: less than was asked for ends with a packet that is not full. */
    usb->zero_packet = size < usb->setup.length;
    usb->source = data;
    usb->left = size < usb->setup.length ? (uint16_t)size : usb->setup.length;
    usb->phase = PHASE_SENDING;
    send_packet(usb);
}

void b0_usb_control_receive(struct b0_usb *usb, uint8_t *data)
{
    if (usb->phase != PHASE_DECIDING)
        return;
    if ((usb->setup.request_type & B0_USB_DIR_IN) != 0 || usb->setup.length == 0) {
        b0_usb_control_stall(usb);
        return;
    }
    usb->target = data;
    usb->left = usb->setup.length;
    usb->phase = PHASE_RECEIVING;
    receive_packet(usb);
}

void b0_usb_control_done(struct b0_usb *usb)
{
    bool has_data = usb->setup.length > 0;

    if (usb->phase != PHASE_RECEIVED && (usb->phase != PHASE_DECIDING || has_data)) {
        if (usb->phase == PHASE_DECIDING)
            b0_usb_control_stall(usb);
        return;
    }
    usb->phase = PHASE_DONE;
    usb->driver->send(usb->driver_context, B0_USB_IN(0), usb->scratch, 0);
}

static void stall_endpoint(struct b0_usb *usb, uint8_t address)
{
    const struct b0_usb_endpoint endpoint = {
        .address = address, .packet_size = B0_USB_CONTROL_PACKET, .packets = 1};

    usb->driver->endpoint(usb->driver_context, &endpoint, B0_USB_STALL);
}

void b0_usb_control_stall(struct b0_usb *usb)
{
    if (usb->phase != PHASE_DECIDING && usb->phase != PHASE_RECEIVED)
        return;
    usb->phase = PHASE_IDLE;
    usb->taker = NULL;
    stall_endpoint(usb, B0_USB_IN(0));
    stall_endpoint(usb, B0_USB_OUT(0));
}

const struct boot0_setup *b0_usb_control_pending(const struct b0_usb *usb)
{
    bool undecided = usb->phase == PHASE_DECIDING || usb->phase == PHASE_RECEIVED;

    return undecided && usb->taker ? &usb->setup : NULL;
}

static void control_sent(struct b0_usb *usb)
{
    if (usb->phase == PHASE_SENDING) {
        if (usb->left > 0 || usb->zero_packet) {
            send_packet(usb);
            return;
        }
        usb->phase = PHASE_ENDING;
        usb->driver->receive(usb->driver_context, B0_USB_OUT(0), usb->scratch, 0);
    } else if (usb->phase == PHASE_DONE) {
        usb->phase = PHASE_IDLE;
        tell(usb, B0_USB_FINISHED);
    }
}

static void control_received(struct b0_usb *usb, size_t size)
{
    if (usb->phase == PHASE_ENDING) {
        usb->phase = PHASE_IDLE;
        tell(usb, B0_USB_FINISHED);
    } else if (usb->phase == PHASE_RECEIVING) {
        bool is_short = size < B0_USB_CONTROL_PACKET && size < usb->left;

        usb->target += size;
        usb->left = (uint16_t)(usb->left - size);
        if (usb->left > 0 && !is_short) {
            receive_packet(usb);
            return;
        }
        usb->phase = PHASE_RECEIVED;
        if (usb->left > 0) { /* the host sent less than it had announced */
            tell(usb, B0_USB_DROPPED);
            b0_usb_control_stall(usb);
        } else {
            tell(usb, B0_USB_RECEIVED);
        }
    }
}

/* ---- the endpoints of the configuration ---- */

/* The next descriptor of a type at or after `offset` in the configuration, or 0. */
static uint16_t find_descriptor(const struct b0_usb *usb, uint16_t offset, uint8_t type)
{
    const uint8_t *bytes = usb->device->configuration;
    uint16_t total = b0_load16(bytes + 2);

    while (offset < total && bytes[offset] > 0) {
        if (bytes[offset + 1] == type)
            return offset;
        offset = (uint16_t)(offset + bytes[offset]);
    }
    return 0;
}

static struct b0_usb_endpoint endpoint_at(const struct b0_usb *usb, uint16_t offset)
{
    const uint8_t *bytes = usb->device->configuration + offset;
    uint8_t packets = usb->device->in_packets[B0_USB_NUMBER(bytes[2]) % B0_USB_ENDPOINTS];

    return (struct b0_usb_endpoint){
        .address = bytes[2],
        .type = bytes[3],
        .packet_size = b0_load16(bytes + 4),
        .packets = packets > 0 ? packets : 1,
    };
}

/* Where the descriptor of an endpoint is, or 0 if the configuration has none of this address. */
static uint16_t find_endpoint(const struct b0_usb *usb, uint8_t address)
{
    uint16_t offset = find_descriptor(usb, B0_USB_CONFIG_DESC_SIZE, B0_USB_DESC_ENDPOINT);

    while (offset > 0 && usb->device->configuration[offset + 2] != address)
        offset =
            find_descriptor(usb, (uint16_t)(offset + ENDPOINT_DESC_SIZE), B0_USB_DESC_ENDPOINT);
    return offset;
}

static void order_all(struct b0_usb *usb, enum b0_usb_order order)
{
    uint16_t offset = find_descriptor(usb, B0_USB_CONFIG_DESC_SIZE, B0_USB_DESC_ENDPOINT);

    while (offset > 0) {
        struct b0_usb_endpoint endpoint = endpoint_at(usb, offset);

        usb->driver->endpoint(usb->driver_context, &endpoint, order);
        offset =
            find_descriptor(usb, (uint16_t)(offset + ENDPOINT_DESC_SIZE), B0_USB_DESC_ENDPOINT);
    }
}

/* The bit of an endpoint in the words for OUT and IN. */
static uint8_t *flags(uint8_t words[2], uint8_t endpoint)
{
    return &words[B0_USB_IS_IN(endpoint)];
}

static uint8_t bit(uint8_t endpoint)
{
    return (uint8_t)(1u << B0_USB_NUMBER(endpoint) % 8);
}

static void forget_transfers(struct b0_usb *usb)
{
    for (size_t i = 0; i < LENGTH(usb->busy); i++) {
        usb->busy[i] = 0;
        usb->halted[i] = 0;
    }
}

static void configure(struct b0_usb *usb, uint8_t value)
{
    if (usb->configuration != 0)
        order_all(usb, B0_USB_CLOSE);
    forget_transfers(usb);
    usb->configuration = value;
    for (size_t i = 0; i < LENGTH(usb->alternates); i++)
        usb->alternates[i] = 0;
    if (value != 0)
        order_all(usb, B0_USB_OPEN);
}

static bool begin(struct b0_usb *usb, uint8_t endpoint)
{
    uint8_t *busy = flags(usb->busy, endpoint);

    if (usb->configuration == 0 || B0_USB_NUMBER(endpoint) == 0 ||
        ((*busy | *flags(usb->halted, endpoint)) & bit(endpoint)) != 0)
        return false;
    *busy |= bit(endpoint);
    return true;
}

bool b0_usb_send(struct b0_usb *usb, uint8_t endpoint, const uint8_t *data, size_t size)
{
    if (!begin(usb, endpoint))
        return false;
    usb->driver->send(usb->driver_context, endpoint, data, size);
    return true;
}

bool b0_usb_receive(struct b0_usb *usb, uint8_t endpoint, uint8_t *data, size_t size)
{
    if (!begin(usb, endpoint))
        return false;
    usb->driver->receive(usb->driver_context, endpoint, data, size);
    return true;
}

/* ---- standard requests ---- */

static bool get_string(struct b0_usb *usb, uint8_t index)
{
    uint8_t *bytes = usb->scratch;
    char text[B0_USB_STRING_MAX];
    size_t length = 1;

    if (index == 0) { /* USB 2.0, 9.6.7: the languages */
        b0_store16(bytes + 2, ENGLISH_US);
    } else {
        length =
            usb->device->string ? usb->device->string(usb->device->string_context, index, text) : 0;
        if (length == 0)
            return false;
        for (size_t i = 0; i < length; i++)
            b0_store16(bytes + 2 + 2 * i, (uint8_t)text[i]);
    }
    bytes[0] = (uint8_t)(2 + 2 * length);
    bytes[1] = B0_USB_DESC_STRING;
    b0_usb_control_send(usb, bytes, bytes[0]);
    return true;
}

static bool get_descriptor(struct b0_usb *usb)
{
    const struct b0_usb_device *device = usb->device;
    uint8_t type = (uint8_t)(usb->setup.value >> 8);
    uint8_t index = (uint8_t)usb->setup.value;

    if ((usb->setup.request_type & B0_USB_RECIPIENT_MASK) != B0_USB_RECIPIENT_DEVICE)
        return offer_all(usb);
    if (type == B0_USB_DESC_STRING)
        return get_string(usb, index);
    if (index != 0)
        return false;
    if (type == B0_USB_DESC_DEVICE)
        b0_usb_control_send(usb, device->device, device->device[0]);
    else if (type == B0_USB_DESC_CONFIGURATION)
        b0_usb_control_send(usb, device->configuration, b0_load16(device->configuration + 2));
    else if (type == DESCRIPTOR_BOS && device->bos)
        b0_usb_control_send(usb, device->bos, b0_load16(device->bos + 2));
    else
        return false; /* also the qualifier, which a full-speed device has not: 9.6.2 */
    return true;
}

static bool has_interface(const struct b0_usb *usb, uint16_t interface)
{
    return usb->configuration != 0 && interface < usb->device->configuration[4] &&
           interface < B0_USB_INTERFACES;
}

/* Endpoint 0, or one of the configuration's. */
static bool has_endpoint(const struct b0_usb *usb, uint16_t index)
{
    if (B0_USB_NUMBER(index) == 0)
        return true;
    return index <= UINT8_MAX && usb->configuration != 0 &&
           B0_USB_NUMBER(index) < B0_USB_ENDPOINTS && find_endpoint(usb, (uint8_t)index) > 0;
}

static bool get_status(struct b0_usb *usb)
{
    uint16_t index = usb->setup.index;
    uint16_t status = 0;

    switch (usb->setup.request_type & B0_USB_RECIPIENT_MASK) {
    case B0_USB_RECIPIENT_DEVICE:
        status = (usb->device->configuration[7] & ATTRIBUTE_SELF_POWERED) != 0;
        break;
    case B0_USB_RECIPIENT_INTERFACE:
        if (!has_interface(usb, index))
            return false;
        break;
    case B0_USB_RECIPIENT_ENDPOINT:
        if (!has_endpoint(usb, index))
            return false;
        if ((*flags(usb->halted, (uint8_t)index) & bit((uint8_t)index)) != 0)
            status = STATUS_HALT;
        break;
    default:
        return false;
    }
    b0_store16(usb->scratch, status);
    b0_usb_control_send(usb, usb->scratch, sizeof status);
    return true;
}

/* The host halts an endpoint or lets it go on, which also sets its data toggle to 0: 9.4.5. */
static void halt(struct b0_usb *usb, uint8_t address, bool on)
{
    struct b0_usb_endpoint endpoint = endpoint_at(usb, find_endpoint(usb, address));
    uint8_t *halted = flags(usb->halted, address);
    uint8_t *busy = flags(usb->busy, address);

    *halted = (uint8_t)(on ? *halted | bit(address) : *halted & ~bit(address));
    *busy = (uint8_t)(*busy & ~bit(address));
    usb->driver->endpoint(usb->driver_context, &endpoint, B0_USB_CLOSE);
    usb->driver->endpoint(usb->driver_context, &endpoint, on ? B0_USB_STALL : B0_USB_OPEN);
}

/* SET_FEATURE and CLEAR_FEATURE: of an endpoint's halt alone, there is no remote wake-up. */
static bool feature(struct b0_usb *usb)
{
    uint8_t address = (uint8_t)usb->setup.index;
    bool on = usb->setup.request == B0_USB_SET_FEATURE;

    if ((usb->setup.request_type & B0_USB_RECIPIENT_MASK) != B0_USB_RECIPIENT_ENDPOINT ||
        usb->setup.value != FEATURE_ENDPOINT_HALT || !has_endpoint(usb, usb->setup.index))
        return false;
    if (B0_USB_NUMBER(address) != 0)
        halt(usb, address, on);
    b0_usb_control_done(usb);
    if (B0_USB_NUMBER(address) != 0 && !on)
        event(usb, by_endpoint(usb, address), B0_USB_RESTARTED, 0, address);
    return true;
}

static bool set_address(struct b0_usb *usb)
{
    if (usb->setup.value > 127)
        return false;
    usb->driver->set_address(usb->driver_context, (uint8_t)usb->setup.value);
    b0_usb_control_done(usb);
    return true;
}

static bool get_configuration(struct b0_usb *usb)
{
    usb->scratch[0] = usb->configuration;
    b0_usb_control_send(usb, usb->scratch, 1);
    return true;
}

static bool set_configuration(struct b0_usb *usb)
{
    uint16_t value = usb->setup.value;

    if (value != 0 && value != usb->device->configuration[5])
        return false;
    configure(usb, (uint8_t)value);
    b0_usb_control_done(usb);
    event_for_all(usb, B0_USB_CONFIGURED, (uint8_t)value);
    return true;
}

static bool get_interface(struct b0_usb *usb)
{
    if (!has_interface(usb, usb->setup.index))
        return false;
    usb->scratch[0] = usb->alternates[usb->setup.index];
    b0_usb_control_send(usb, usb->scratch, 1);
    return true;
}

static bool has_alternate(const struct b0_usb *usb, uint16_t interface, uint16_t alternate)
{
    const uint8_t *bytes = usb->device->configuration;
    uint16_t offset = find_descriptor(usb, B0_USB_CONFIG_DESC_SIZE, B0_USB_DESC_INTERFACE);

    while (offset > 0 && (bytes[offset + 2] != interface || bytes[offset + 3] != alternate))
        offset = find_descriptor(usb, (uint16_t)(offset + bytes[offset]), B0_USB_DESC_INTERFACE);
    return offset > 0;
}

static bool set_interface(struct b0_usb *usb)
{
    uint16_t interface = usb->setup.index;
    uint16_t alternate = usb->setup.value;

    if (!has_interface(usb, interface) || !has_alternate(usb, interface, alternate))
        return false;
    usb->alternates[interface] = (uint8_t)alternate;
    b0_usb_control_done(usb);
    event(usb, by_interface(usb, (uint8_t)interface), B0_USB_ALTERNATE, (uint8_t)interface,
          (uint8_t)alternate);
    return true;
}

/* USB 2.0, table 9-3. */
static const struct {
    uint8_t request;
    bool in;
    bool (*answer)(struct b0_usb *usb);
} standard_requests[] = {
    {B0_USB_GET_STATUS, true, get_status},
    {B0_USB_CLEAR_FEATURE, false, feature},
    {B0_USB_SET_FEATURE, false, feature},
    {B0_USB_SET_ADDRESS, false, set_address},
    {B0_USB_GET_DESCRIPTOR, true, get_descriptor},
    {B0_USB_GET_CONFIGURATION, true, get_configuration},
    {B0_USB_SET_CONFIGURATION, false, set_configuration},
    {B0_USB_GET_INTERFACE, true, get_interface},
    {B0_USB_SET_INTERFACE, false, set_interface},
};

static bool standard(struct b0_usb *usb)
{
    bool in = (usb->setup.request_type & B0_USB_DIR_IN) != 0;

    for (size_t i = 0; i < LENGTH(standard_requests); i++) {
        if (standard_requests[i].request == usb->setup.request && standard_requests[i].in == in)
            return standard_requests[i].answer(usb);
    }
    return offer_all(usb);
}

/* Vendor requests that only fetch something constant. */
static bool vendor_answer(struct b0_usb *usb)
{
    const struct boot0_setup *setup = &usb->setup;

    if (setup->request_type != (B0_USB_DIR_IN | B0_USB_TYPE_VENDOR | B0_USB_RECIPIENT_DEVICE))
        return false;
    for (size_t i = 0; i < usb->device->vendor_answer_count; i++) {
        const struct b0_usb_vendor_answer *row = &usb->device->vendor_answers[i];

        if (row->request == setup->request && row->value == setup->value &&
            row->index == setup->index) {
            b0_usb_control_send(usb, row->data, row->size);
            return true;
        }
    }
    return false;
}

/* ---- what the driver tells ---- */

/* Ends what was under way on endpoint 0 without an answer. */
static void drop_control(struct b0_usb *usb)
{
    uint8_t phase = usb->phase;

    usb->phase = PHASE_IDLE;
    /* With our last packet of data the host has it all, whether or not it says so. */
    if (phase == PHASE_ENDING)
        tell(usb, B0_USB_FINISHED);
    else if (phase != PHASE_IDLE)
        tell(usb, B0_USB_DROPPED);
}

void b0_usb_on_reset(struct b0_usb *usb)
{
    drop_control(usb);
    configure(usb, 0);
    event_for_all(usb, B0_USB_RESET, 0);
}

void b0_usb_on_setup(struct b0_usb *usb, const uint8_t packet[8])
{
    bool taken;

    drop_control(usb);
    usb->setup = (struct boot0_setup){
        .request_type = packet[0],
        .request = packet[1],
        .value = b0_load16(packet + 2),
        .index = b0_load16(packet + 4),
        .length = b0_load16(packet + 6),
    };
    usb->phase = PHASE_DECIDING;
    if ((usb->setup.request_type & B0_USB_TYPE_MASK) == B0_USB_TYPE_STANDARD)
        taken = standard(usb);
    else
        taken = vendor_answer(usb) || offer_all(usb);
    if (!taken)
        b0_usb_control_stall(usb);
}

void b0_usb_on_received(struct b0_usb *usb, uint8_t endpoint, size_t size)
{
    const struct b0_usb_function *function = by_endpoint(usb, endpoint);

    if (B0_USB_NUMBER(endpoint) == 0) {
        control_received(usb, size);
        return;
    }
    *flags(usb->busy, endpoint) &= (uint8_t)~bit(endpoint);
    if (function && function->handlers->received)
        function->handlers->received(function->context, usb, endpoint, size);
}

void b0_usb_on_sent(struct b0_usb *usb, uint8_t endpoint)
{
    const struct b0_usb_function *function = by_endpoint(usb, endpoint);

    if (B0_USB_NUMBER(endpoint) == 0) {
        control_sent(usb);
        return;
    }
    *flags(usb->busy, endpoint) &= (uint8_t)~bit(endpoint);
    if (function && function->handlers->sent)
        function->handlers->sent(function->context, usb, endpoint);
}

void b0_usb_on_suspend(struct b0_usb *usb, bool suspended)
{
    event_for_all(usb, suspended ? B0_USB_SUSPENDED : B0_USB_RESUMED, 0);
}
