/* SPDX-License-Identifier: MIT */
/*
 * Parses the texts of base/platform/setup.h. Makes no system calls, so it is tested on every
 * system.
 */
#include "setup.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void b0_setup_flatten(char *text, size_t used, size_t size)
{
    if (used > size - 1)
        used = size - 1;
    text[used] = '\0';
    while (used > 0 && text[used - 1] == '\0')
        used--;
    for (size_t i = 0; i < used; i++)
        text[i] = text[i] ? (char)toupper((unsigned char)text[i]) : ' ';
}

/* Returns the part of a device's location after its host controller's; NULL: another controller. */
static const char *behind(const char *location, const char *host)
{
    static const char root[] = "#USBROOT(";
    size_t length = strlen(host);
    const char *end;

    if (length == 0 || strncmp(location, host, length) != 0 ||
        strncmp(location + length, root, sizeof root - 1) != 0)
        return NULL;
    end = strchr(location + length, ')');
    return end ? end + 1 : NULL;
}

static bool write_ports(const char *from, size_t bus, char *path, size_t size)
{
    static const char port[] = "#USB(";
    int length = snprintf(path, size, "%zu", bus);
    char separator = '-';

    while (strncmp(from, port, sizeof port - 1) == 0) {
        char *end;
        unsigned long number = strtoul(from + sizeof port - 1, &end, 10);

        if (*end != ')' || length < 0 || (size_t)length >= size)
            return false;
        length += snprintf(path + length, size - (size_t)length, "%c%lu", separator, number);
        separator = '.';
        from = end + 1;
    }
    return separator == '.' && (size_t)length < size;
}

bool b0_setup_port(const char *location, const char (*hosts)[B0_SETUP_NAME], size_t count,
                   char *path, size_t size)
{
    for (size_t i = 0; i < count; i++) {
        const char *ports = behind(location, hosts[i]);

        if (ports && write_ports(ports, i + 1, path, size))
            return true;
    }
    path[0] = '\0';
    return false;
}
