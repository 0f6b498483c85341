/* SPDX-License-Identifier: MIT */
/* Functions common to all kinds of buses. */
#include <boot0/transport.h>

#include <string.h>

void boot0_bus_close(struct boot0_bus *bus)
{
    if (!bus || !bus->ops)
        return;
    bus->ops->close(bus->context);
    memset(bus, 0, sizeof *bus);
}
