/* SPDX-License-Identifier: MIT */
/* The machine's serial ports, independent of the system: as a stream and as a bus. */
#include "serial.h"

#include <stdlib.h>

static enum boot0_status open_port(struct boot0_stream *stream, const char *path,
                                   struct boot0_error *error)
{
    return b0_serial_open_port(stream, path, false, error);
}

enum boot0_status boot0_serial_stream(struct boot0_stream *stream, const char *path,
                                      struct boot0_error *error)
{
    return b0_serial_open_port(stream, path, true, error);
}

enum boot0_status boot0_serial_open(struct boot0_bus *bus, const struct boot0_uart_options *options,
                                    struct boot0_error *error)
{
    return b0_uart_bus_new(bus, NULL, open_port, options, error);
}
