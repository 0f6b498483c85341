/* SPDX-License-Identifier: MIT */
/* See target.h. */
#include "target.h"

#include "../text.h"

#include <boot0/serial.h>
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

bool ide_is_usb_path(const char *text)
{
    bool has_dash = false;

    for (const char *c = text; *c; c++) {
        if (!isdigit((unsigned char)*c) && *c != '-' && *c != '.')
            return false;
        has_dash = has_dash || *c == '-';
    }
    return has_dash;
}

/* Finds the serial number of the USB device behind a serial port; false if there is none. */
static bool find_serial(const char *port, char *serial, size_t size)
{
    struct boot0_error error = {.code = BOOT0_OK};
    struct boot0_serial_port *list = NULL;
    size_t count;

    if (boot0_serial_list(&list, &count, &error) != BOOT0_OK)
        return false;
    serial[0] = '\0';
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i].path, port) == 0 && list[i].usb)
            snprintf(serial, size, "%s", list[i].serial);
    free(list);
    return serial[0] != '\0';
}

void ide_choose(struct arguments *arguments)
{
    const char *port = arguments->select.ide_port;
    char text[256];

    if (!port || arguments->select.path || arguments->select.serial)
        return;
    if (ide_is_usb_path(port)) {
        arguments->select.path = port;
    } else if (find_serial(port, arguments->select.ide_serial,
                           sizeof arguments->select.ide_serial)) {
        arguments->select.serial = arguments->select.ide_serial;
        arguments->select.touch = true; /* the user has named the program's port */
    } else if (!arguments->quiet) {
        snprintf(text, sizeof text, "no board at the port %s; using the only connected board",
                 port);
        print_wrapped(stderr, "Note: ", text);
    }
}
