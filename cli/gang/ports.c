/* SPDX-License-Identifier: MIT */
/* Which boards a gang flashes, and that it flashes none twice: see coordinator.h. */
#include "clock.h"
#include "coordinator.h"

#include <base/platform/file.h>
#include <stdlib.h>
#include <string.h>

enum {
    /* A port that is empty for this time: the board was unplugged, and does not just restart. */
    UNPLUGGED_MS = 2000,
    /* Interfaces of boards, and other devices with a serial port. */
    CANDIDATES_MAX = 256,
};

/* A program that can be restarted into DFU mode: it has a DFU interface, or is a Maple's sketch. */
static bool is_program(const struct boot0_candidate *candidate)
{
    return candidate->dfu_protocol == BOOT0_DFU_PROTOCOL_RUNTIME ||
           (candidate->serial_only && candidate->vendor == BOOT0_VENDOR_LEAFLABS &&
            candidate->product == BOOT0_PRODUCT_MAPLE_SERIAL);
}

/* Other devices with a serial port are left alone. */
static bool is_wanted(const struct arguments *arguments, const struct boot0_candidate *candidate)
{
    if (is_program(candidate) ? !arguments->gang.detach : candidate->serial_only)
        return false;
    if (arguments->select.has_interface && candidate->dfu_protocol == BOOT0_DFU_PROTOCOL_DFU &&
        candidate->dfu_interface != arguments->select.interface)
        return false;
    if (arguments->select.has_device && candidate->vendor != arguments->select.vendor)
        return false;
    return !arguments->select.has_product || candidate->product == arguments->select.product;
}

/* Linux tells whether anything is plugged in there, also devices without a DFU interface. */
static bool is_occupied(const char *path)
{
    char name[BOOT0_PATH_MAX + 32];
    struct b0_file_status status;

    snprintf(name, sizeof name, "/sys/bus/usb/devices/%s", path);
    return b0_file_status(name, &status) == 0;
}

static struct usb_port *find_port(struct coordinator *coordinator, const char *path)
{
    for (size_t i = 0; i < coordinator->port_count; i++)
        if (strcmp(coordinator->ports[i].path, path) == 0)
            return &coordinator->ports[i];
    return NULL;
}

/* Whether this is another board than the one that was flashed, by its serial number. */
static bool is_another(struct coordinator *coordinator, const struct usb_port *port)
{
    const struct boot0_selection selection = {.path = port->path};
    struct boot0_error error = {.code = BOOT0_OK};
    struct boot0_board *boards = NULL;
    size_t count = 0;
    bool another;

    if (boot0_board_list(&coordinator->command.bus, &selection, &boards, &count, &error) !=
        BOOT0_OK)
        return false;
    another = count == 1 && boards[0].access.code == BOOT0_OK &&
              strcmp(boards[0].serial, port->serial) != 0;
    free(boards);
    return another;
}

/* A board is not flashed again while it stays plugged in, whatever it enumerates as. */
static bool is_due(struct coordinator *coordinator, const struct boot0_candidate *candidate)
{
    struct usb_port *port = find_port(coordinator, candidate->path);

    if (workers_is_at(&coordinator->gang, candidate->path))
        return false;
    if (!port)
        return true;
    port->seen_ms = clock_ms();
    if (port->address == candidate->address)
        return false;
    if (port->retry || is_another(coordinator, port))
        return true;
    port->address = candidate->address;
    return false;
}

/* Forgets ports that were empty long enough: the next board there is flashed. */
static void forget_unplugged(struct coordinator *coordinator)
{
    size_t kept = 0;

    for (size_t i = 0; i < coordinator->port_count; i++) {
        struct usb_port *port = &coordinator->ports[i];

        if (workers_is_at(&coordinator->gang, port->path) || is_occupied(port->path))
            port->seen_ms = clock_ms();
        if (clock_ms() - port->seen_ms < UNPLUGGED_MS)
            coordinator->ports[kept++] = *port;
        else
            show_forget(&coordinator->gang, port->path);
    }
    coordinator->port_count = kept;
}

static enum boot0_status start_at(struct coordinator *coordinator,
                                  const struct boot0_candidate *candidate,
                                  struct boot0_error *error)
{
    struct usb_port *port = find_port(coordinator, candidate->path);
    struct worker worker = {.candidate = *candidate};

    if (!port && coordinator->port_count == BOARDS_MAX)
        return BOOT0_OK; /* later, when one was unplugged */
    if (!port)
        port = &coordinator->ports[coordinator->port_count++];
    *port = (struct usb_port){.address = candidate->address, .seen_ms = clock_ms()};
    memcpy(port->path, candidate->path, sizeof port->path);
    memcpy(worker.path, candidate->path, sizeof candidate->path);
    return workers_start(&coordinator->gang, &worker, error);
}

void ports_learn(struct coordinator *coordinator, const struct worker *worker)
{
    struct usb_port *port = find_port(coordinator, worker->candidate.path);

    if (!port)
        return;
    memcpy(port->serial, worker->serial, sizeof port->serial);
    port->retry = worker->result.code != BOOT0_OK;
    port->seen_ms = clock_ms();
}

/* ---- boards that are there ---- */

/* With --follow, no more boards are begun than --count says. */
static bool has_room(const struct gang *gang)
{
    uint32_t wanted = gang->arguments->gang.follow ? gang->arguments->gang.count : 0;

    return wanted == 0 || workers_good(gang) + workers_at_work(gang) < wanted;
}

static int by_port(const void *a, const void *b)
{
    return table_order(((const struct boot0_candidate *)a)->path,
                       ((const struct boot0_candidate *)b)->path);
}

enum boot0_status ports_start_due(struct coordinator *coordinator, struct boot0_error *error)
{
    struct boot0_candidate list[CANDIDATES_MAX];
    const struct boot0_bus *bus = &coordinator->command.bus;
    size_t count;
    enum boot0_status status = bus->ops->scan(bus->context, list, CANDIDATES_MAX, &count, error);

    forget_unplugged(coordinator);
    if (count > CANDIDATES_MAX)
        count = CANDIDATES_MAX;
    qsort(list, status == BOOT0_OK ? count : 0, sizeof *list, by_port);
    for (size_t i = 0; status == BOOT0_OK && i < count; i++)
        if (has_room(&coordinator->gang) && is_wanted(coordinator->gang.arguments, &list[i]) &&
            is_due(coordinator, &list[i]))
            status = start_at(coordinator, &list[i], error);
    return status;
}

/* Whether the list has an earlier DFU interface of the same device that is wanted too. */
static bool is_counted(const struct arguments *arguments, const struct boot0_candidate *list,
                       size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (strcmp(list[i].path, list[index].path) == 0 && is_wanted(arguments, &list[i]))
            return true;
    return false;
}

size_t ports_count(struct coordinator *coordinator, size_t *programs)
{
    struct boot0_candidate list[CANDIDATES_MAX];
    struct boot0_error error;
    const struct boot0_bus *bus = &coordinator->command.bus;
    size_t count = 0, wanted = 0;

    *programs = 0;
    if (bus->ops->scan(bus->context, list, CANDIDATES_MAX, &count, &error) != BOOT0_OK)
        return 0;
    for (size_t i = 0; i < count && i < CANDIDATES_MAX; i++) {
        wanted += is_wanted(coordinator->gang.arguments, &list[i]) &&
                  !is_counted(coordinator->gang.arguments, list, i);
        *programs += is_program(&list[i]);
    }
    return wanted;
}
