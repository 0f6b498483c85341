/* SPDX-License-Identifier: MIT */
/*
 * The bus host: enumeration, request by request as the kernel of a PC does it (USB 2.0, 9.1.2). A
 * table of requests, each with a function that takes the answer.
 */
#include "host_private.h"

#include <core/array.h>
#include <string.h>

enum {
    HEAD_SIZE = 8, /* of the device descriptor: any endpoint 0 sends that much at once */
    STRING_SIZE = 255,
    LANGUAGE_ENGLISH = 0x0409,
};

#define REQUEST_TIMEOUT_NS UINT64_C(5000000000) /* Linux: USB_CTRL_GET_TIMEOUT */
#define ADDRESS_NS         UINT64_C(2000000)    /* USB 2.0, 9.2.6.3 */

static uint16_t get16(const uint8_t *bytes)
{
    return (uint16_t)(bytes[0] | bytes[1] << 8);
}

static struct boot0_setup get_descriptor(uint8_t type, uint8_t index, uint16_t language,
                                         size_t length)
{
    return (struct boot0_setup){BOOT0_USB_DIR_IN, BOOT0_USB_GET_DESCRIPTOR,
                                (uint16_t)(type << 8 | index), language, (uint16_t)length};
}

/* ---- the device descriptor ---- */

static bool ask_head(struct vboard_host *host, struct boot0_setup *setup)
{
    host->packet_max = VBOARD_OTG_PACKET_MAX;
    *setup = get_descriptor(BOOT0_USB_DESC_DEVICE, 0, 0, HEAD_SIZE);
    return true;
}

static const char *take_head(struct vboard_host *host, const uint8_t *bytes, size_t size)
{
    if (size < HEAD_SIZE || bytes[0] != HOST_DEVICE_SIZE || bytes[1] != BOOT0_USB_DESC_DEVICE)
        return "the device descriptor is invalid";
    if (bytes[7] != 8 && bytes[7] != 16 && bytes[7] != 32 && bytes[7] != 64)
        return "bMaxPacketSize0 is not 8, 16, 32 or 64";
    host->packet_max = bytes[7];
    return NULL;
}

static bool ask_address(struct vboard_host *host, struct boot0_setup *setup)
{
    (void)host;
    *setup = (struct boot0_setup){0, BOOT0_USB_SET_ADDRESS, HOST_ADDRESS, 0, 0};
    return true;
}

static const char *take_address(struct vboard_host *host, const uint8_t *bytes, size_t size)
{
    (void)bytes;
    (void)size;
    host->address = HOST_ADDRESS;
    host->attempt.at_ns = host->now_ns + ADDRESS_NS;
    return NULL;
}

static bool ask_device(struct vboard_host *host, struct boot0_setup *setup)
{
    (void)host;
    *setup = get_descriptor(BOOT0_USB_DESC_DEVICE, 0, 0, HOST_DEVICE_SIZE);
    return true;
}

static const char *take_device(struct vboard_host *host, const uint8_t *bytes, size_t size)
{
    if (size < HOST_DEVICE_SIZE || bytes[0] != HOST_DEVICE_SIZE ||
        bytes[1] != BOOT0_USB_DESC_DEVICE)
        return "the device descriptor is shorter than 18 bytes";
    if (bytes[17] == 0)
        return "the device has no configuration";
    memcpy(host->device, bytes, HOST_DEVICE_SIZE);
    return NULL;
}

/* ---- the configuration ---- */

static bool ask_configuration_head(struct vboard_host *host, struct boot0_setup *setup)
{
    (void)host;
    *setup = get_descriptor(BOOT0_USB_DESC_CONFIGURATION, 0, 0, BOOT0_USB_CONFIG_DESC_SIZE);
    return true;
}

static const char *take_configuration_head(struct vboard_host *host, const uint8_t *bytes,
                                           size_t size)
{
    if (size < BOOT0_USB_CONFIG_DESC_SIZE || bytes[1] != BOOT0_USB_DESC_CONFIGURATION ||
        get16(bytes + 2) < BOOT0_USB_CONFIG_DESC_SIZE)
        return "the configuration descriptor is invalid";
    if (get16(bytes + 2) > HOST_CONFIGURATION_MAX)
        return "the configuration is longer than 1024 bytes";
    host->configuration_size = get16(bytes + 2);
    return NULL;
}

static bool ask_configuration(struct vboard_host *host, struct boot0_setup *setup)
{
    *setup = get_descriptor(BOOT0_USB_DESC_CONFIGURATION, 0, 0, host->configuration_size);
    return true;
}

static void refer(struct vboard_host *host, uint8_t index)
{
    if (index == 0 || host->string_count == HOST_STRINGS_MAX)
        return;
    for (size_t i = 0; i < host->string_count; i++)
        if (host->strings[i].index == index)
            return;
    host->strings[host->string_count++].index = index;
}

/* Collects all strings that the descriptors refer to: the kernel keeps them for sysfs. */
static void collect_strings(struct vboard_host *host)
{
    const uint8_t *bytes = host->configuration;

    memset(host->strings, 0, sizeof host->strings);
    host->string_count = 0;
    host->strings_read = 0;
    host->language = 0;
    refer(host, host->device[14]);
    refer(host, host->device[15]);
    refer(host, host->device[16]);
    refer(host, bytes[6]);
    for (size_t i = 0; i + 2 <= host->configuration_size && bytes[i] >= 2; i += bytes[i])
        if (bytes[i + 1] == BOOT0_USB_DESC_INTERFACE && bytes[i] >= BOOT0_USB_INTERFACE_DESC_SIZE &&
            i + BOOT0_USB_INTERFACE_DESC_SIZE <= host->configuration_size)
            refer(host, bytes[i + 8]);
}

static const char *take_configuration(struct vboard_host *host, const uint8_t *bytes, size_t size)
{
    if (size < host->configuration_size || bytes[1] != BOOT0_USB_DESC_CONFIGURATION)
        return "the configuration is shorter than its wTotalLength";
    memcpy(host->configuration, bytes, size);
    collect_strings(host);
    return NULL;
}

static bool ask_set_configuration(struct vboard_host *host, struct boot0_setup *setup)
{
    *setup = (struct boot0_setup){0, BOOT0_USB_SET_CONFIGURATION, host->configuration[5], 0, 0};
    return true;
}

static const char *take_nothing(struct vboard_host *host, const uint8_t *bytes, size_t size)
{
    (void)host;
    (void)bytes;
    (void)size;
    return NULL;
}

/* ---- strings ---- */

static bool ask_languages(struct vboard_host *host, struct boot0_setup *setup)
{
    *setup = get_descriptor(BOOT0_USB_DESC_STRING, 0, 0, STRING_SIZE);
    return host->string_count > 0;
}

static const char *take_languages(struct vboard_host *host, const uint8_t *bytes, size_t size)
{
    host->language = size >= 4 && bytes[1] == BOOT0_USB_DESC_STRING ? get16(bytes + 2)
                                                                    : (uint16_t)LANGUAGE_ENGLISH;
    return NULL;
}

static bool ask_string(struct vboard_host *host, struct boot0_setup *setup)
{
    if (host->strings_read >= host->string_count)
        return false;
    *setup = get_descriptor(BOOT0_USB_DESC_STRING, host->strings[host->strings_read].index,
                            host->language, STRING_SIZE);
    return true;
}

static const char *take_string(struct vboard_host *host, const uint8_t *bytes, size_t size)
{
    struct host_string *string = &host->strings[host->strings_read++];

    /* bLength may promise more than arrived. */
    if (size >= 2 && bytes[1] == BOOT0_USB_DESC_STRING) {
        if (bytes[0] < size)
            size = bytes[0];
        for (size_t i = 2; i + 2 <= size; i += 2) {
            uint16_t unit = get16(bytes + i);

            string->text[string->size++] = unit >= 0x20 && unit < 0x7F ? (char)unit : '?';
        }
    }
    return NULL;
}

/* ---- the sequence ---- */

static const struct step {
    const char *name;
    /* Fills the request; false: there is nothing (more) to request. */
    bool (*ask)(struct vboard_host *host, struct boot0_setup *setup);
    /* Takes the answer. Returns what is wrong with it, or NULL. */
    const char *(*take)(struct vboard_host *host, const uint8_t *bytes, size_t size);
    bool optional; /* the device may refuse it */
    bool repeated; /* until ask() is false */
} steps[] = {
    {"no answer to the first GET_DESCRIPTOR", ask_head, take_head, false, false},
    {"no answer to SET_ADDRESS", ask_address, take_address, false, false},
    {"no answer to GET_DESCRIPTOR at the new address", ask_device, take_device, false, false},
    {"no configuration descriptor", ask_configuration_head, take_configuration_head, false, false},
    {"no configuration", ask_configuration, take_configuration, false, false},
    {"no answer to GET_DESCRIPTOR of languages", ask_languages, take_languages, true, false},
    {"no answer to GET_DESCRIPTOR of a string", ask_string, take_string, true, true},
    {"SET_CONFIGURATION failed", ask_set_configuration, take_nothing, false, false},
};

enum {
    STEPS = B0_LENGTH(steps),
};

static void fail(struct vboard_host *host, const char *problem)
{
    host->state = VBOARD_HOST_FAILED;
    host->phase = PHASE_IDLE;
    host->problem = problem;
    vboard_host_event(host, problem);
}

/* FNV-1a over the descriptors: enough to tell one program's from another's. */
static uint32_t identity(const struct vboard_host *host)
{
    uint32_t hash = 0x811C9DC5u;

    for (size_t i = 0; i < HOST_DEVICE_SIZE; i++)
        hash = (hash ^ host->device[i]) * 0x01000193u;
    for (size_t i = 0; i < host->configuration_size; i++)
        hash = (hash ^ host->configuration[i]) * 0x01000193u;
    for (size_t i = 0; i < host->string_count; i++)
        for (size_t k = 0; k < host->strings[i].size; k++)
            hash = (hash ^ (uint8_t)host->strings[i].text[k]) * 0x01000193u;
    return hash;
}

static void ready(struct vboard_host *host)
{
    uint32_t now = identity(host);

    if (!host->again || now != host->identity)
        host->connection++;
    host->identity = now;
    host->again = false;
    host->state = VBOARD_HOST_READY;
    host->phase = PHASE_IDLE;
    host->problem = NULL;
    vboard_host_event(host, "configured");
}

/* Begins the step, or the next one that has something to request. */
static void begin(struct vboard_host *host)
{
    struct boot0_setup setup;
    uint64_t at_ns = host->attempt.at_ns;

    while (host->step < STEPS && !steps[host->step].ask(host, &setup))
        host->step++;
    if (host->step == STEPS) {
        ready(host);
        return;
    }
    vboard_host_transfer_start(host, &host->request, &setup, host->answer);
    if (at_ns > host->now_ns)
        host->attempt.at_ns = at_ns;
    host->phase_ns = host->now_ns + REQUEST_TIMEOUT_NS;
}

void vboard_host_enumerate_start(struct vboard_host *host)
{
    host->step = 0;
    host->attempt.at_ns = 0;
    host->phase = PHASE_REQUEST;
    begin(host);
}

void vboard_host_enumerate(struct vboard_host *host, uint64_t until_ns)
{
    const struct step *step = &steps[host->step];
    uint64_t stop_ns = host->phase_ns < until_ns ? host->phase_ns : until_ns;
    const char *problem = step->name;
    bool over = vboard_host_transfer(host, &host->request, stop_ns, true);

    if (!vboard_host_present(host) || (!over && host->now_ns < host->phase_ns))
        return;
    if (over && host->request.result == BOOT0_XFER_OK)
        problem = step->take(host, host->answer, host->request.moved);
    else if (over && step->optional && host->request.result == BOOT0_XFER_STALL)
        problem = step->take(host, host->answer, 0);
    if (problem) {
        fail(host, problem);
        return;
    }
    host->step += !step->repeated;
    begin(host);
}

/* ---- for the outside ---- */

size_t vboard_host_descriptors(const struct vboard_host *host, uint8_t *bytes, size_t size)
{
    size_t total = 0;

    if (host->state != VBOARD_HOST_READY && host->state != VBOARD_HOST_SUSPENDED)
        return 0;
    for (size_t i = 0; i < HOST_DEVICE_SIZE && total < size; i++)
        bytes[total++] = host->device[i];
    for (size_t i = 0; i < host->configuration_size && total < size; i++)
        bytes[total++] = host->configuration[i];
    return total;
}

size_t vboard_host_string(const struct vboard_host *host, uint8_t index, char *text, size_t size)
{
    size_t length = 0;

    for (size_t i = 0; i < host->string_count; i++)
        if (host->strings[i].index == index)
            for (; length < host->strings[i].size && length + 1 < size; length++)
                text[length] = host->strings[i].text[length];
    if (size > 0)
        text[length] = '\0';
    return length;
}
