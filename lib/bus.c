/* SPDX-License-Identifier: MIT */
/* What is the same for buses of every kind. */
#include <boot0/transport.h>

#include <string.h>

void boot0_bus_close(struct boot0_bus *bus)
{
    if (!bus || !bus->ops)
        return;
    bus->ops->close(bus->context);
    memset(bus, 0, sizeof *bus);
}
