/* SPDX-License-Identifier: MIT */
/* Which boards a gang begins, and that none is done twice: see lead.h. */
#include "clock.h"
#include "lead.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    /* An empty port for so long: it was unplugged, and did not only come back as another device. */
    UNPLUGGED_MS = 2000,
};

/* A program that can be asked for DFU mode: by its DFU interface, or as a Maple's sketch. */
static bool is_program(const struct boot0_candidate *candidate)
{
    return candidate->dfu_protocol == BOOT0_DFU_PROTOCOL_RUNTIME ||
           (candidate->serial_only && candidate->vendor == BOOT0_VENDOR_LEAFLABS &&
            candidate->product == BOOT0_PRODUCT_MAPLE_SERIAL);
}

/* Other devices with a serial port are none of ours. */
static bool is_wanted(const struct arguments *arguments, const struct boot0_candidate *candidate)
{
    if (is_program(candidate) ? !arguments->detach : candidate->serial_only)
        return false;
    if (arguments->has_interface && candidate->dfu_protocol == BOOT0_DFU_PROTOCOL_DFU &&
        candidate->dfu_interface != arguments->interface)
        return false;
    if (arguments->has_device && candidate->vendor != arguments->vendor)
        return false;
    return !arguments->has_product || candidate->product == arguments->product;
}

/* Linux tells whether anything is plugged in there, also what has no DFU interface. */
static bool is_occupied(const char *path)
{
    char name[BOOT0_PATH_MAX + 32];

    snprintf(name, sizeof name, "/sys/bus/usb/devices/%s", path);
    return access(name, F_OK) == 0;
}

static struct port *find_port(struct lead *lead, const char *path)
{
    for (size_t i = 0; i < lead->port_count; i++)
        if (strcmp(lead->ports[i].path, path) == 0)
            return &lead->ports[i];
    return NULL;
}

/* Whether another board is there than the one that was flashed: by its serial number. */
static bool is_another(struct lead *lead, const struct port *port)
{
    const struct boot0_selection selection = {.path = port->path};
    struct boot0_error error = {BOOT0_OK, "", ""};
    struct boot0_board *boards = NULL;
    size_t count = 0;
    bool another;

    if (boot0_board_list(&lead->job.bus, &selection, &boards, &count, &error) != BOOT0_OK)
        return false;
    another = count == 1 && boards[0].access.code == BOOT0_OK &&
              strcmp(boards[0].serial, port->serial) != 0;
    free(boards);
    return another;
}

/* A board that was done is not done again while it stays plugged, whatever it enumerates as. */
static bool is_due(struct lead *lead, const struct boot0_candidate *candidate)
{
    struct port *port = find_port(lead, candidate->path);

    if (crew_is_at(&lead->gang, candidate->path))
        return false;
    if (!port)
        return true;
    port->seen_ms = clock_ms();
    if (port->address == candidate->address)
        return false;
    if (port->retry || is_another(lead, port))
        return true;
    port->address = candidate->address;
    return false;
}

/* Ports that were empty long enough are as good as new. */
static void forget_unplugged(struct lead *lead)
{
    size_t kept = 0;

    for (size_t i = 0; i < lead->port_count; i++) {
        struct port *port = &lead->ports[i];

        if (crew_is_at(&lead->gang, port->path) || is_occupied(port->path))
            port->seen_ms = clock_ms();
        if (clock_ms() - port->seen_ms < UNPLUGGED_MS)
            lead->ports[kept++] = *port;
    }
    lead->port_count = kept;
}

static enum boot0_status start_at(struct lead *lead, const struct boot0_candidate *candidate,
                                  struct boot0_error *error)
{
    struct port *port = find_port(lead, candidate->path);
    struct member member = {.candidate = *candidate};

    if (!port && lead->port_count == BOARDS_MAX)
        return BOOT0_OK; /* when one was unplugged */
    if (!port)
        port = &lead->ports[lead->port_count++];
    *port = (struct port){.address = candidate->address, .seen_ms = clock_ms()};
    memcpy(port->path, candidate->path, sizeof port->path);
    memcpy(member.path, candidate->path, sizeof candidate->path);
    return crew_start(&lead->gang, &member, error);
}

void ports_learn(struct lead *lead, const struct member *member)
{
    struct port *port = find_port(lead, member->candidate.path);

    if (!port)
        return;
    memcpy(port->serial, member->serial, sizeof port->serial);
    port->retry = member->result.code != BOOT0_OK;
    port->seen_ms = clock_ms();
}

/* ---- what is there ---- */

/* With --follow no more are begun than --count wants. */
static bool has_room(const struct gang *gang)
{
    uint32_t wanted = gang->arguments->follow ? gang->arguments->count : 0;

    return wanted == 0 || crew_good(gang) + crew_at_work(gang) < wanted;
}

/* Numbers as numbers: "1-2" before "1-10". */
static int by_port(const void *a, const void *b)
{
    const char *p = ((const struct boot0_candidate *)a)->path;
    const char *q = ((const struct boot0_candidate *)b)->path;

    for (; *p && *q; p++, q++) {
        size_t m = strspn(p, "0123456789"), n = strspn(q, "0123456789");

        if (m != n)
            return m < n ? -1 : 1;
        if (*p != *q)
            return *p < *q ? -1 : 1;
    }
    return (*p != '\0') - (*q != '\0');
}

enum boot0_status ports_start_due(struct lead *lead, struct boot0_error *error)
{
    struct boot0_candidate list[BOARDS_MAX];
    const struct boot0_bus *bus = &lead->job.bus;
    size_t count;
    enum boot0_status status = bus->ops->scan(bus->context, list, BOARDS_MAX, &count, error);

    forget_unplugged(lead);
    if (count > BOARDS_MAX)
        count = BOARDS_MAX;
    qsort(list, status == BOOT0_OK ? count : 0, sizeof *list, by_port);
    for (size_t i = 0; status == BOOT0_OK && i < count; i++)
        if (has_room(&lead->gang) && is_wanted(lead->gang.arguments, &list[i]) &&
            is_due(lead, &list[i]))
            status = start_at(lead, &list[i], error);
    return status;
}

/* Whether another DFU interface of the same device is in the list before it, and is wanted too. */
static bool is_counted(const struct arguments *arguments, const struct boot0_candidate *list,
                       size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (strcmp(list[i].path, list[index].path) == 0 && is_wanted(arguments, &list[i]))
            return true;
    return false;
}

size_t ports_count(struct lead *lead, size_t *programs)
{
    struct boot0_candidate list[BOARDS_MAX];
    struct boot0_error error;
    const struct boot0_bus *bus = &lead->job.bus;
    size_t count = 0, wanted = 0;

    *programs = 0;
    if (bus->ops->scan(bus->context, list, BOARDS_MAX, &count, &error) != BOOT0_OK)
        return 0;
    for (size_t i = 0; i < count && i < BOARDS_MAX; i++) {
        wanted +=
            is_wanted(lead->gang.arguments, &list[i]) && !is_counted(lead->gang.arguments, list, i);
        *programs += is_program(&list[i]);
    }
    return wanted;
}
