/* SPDX-License-Identifier: MIT */
/* A device's texts in Windows' device manager: lines of arbitrary bytes in place of them. */
#include <base/platform/setup.h>
#include <cli/driver/device.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Copies the next line into an array, as SetupAPI returns values: truncated, with a terminator. */
static void take(const uint8_t **data, size_t *size, char *text, size_t room)
{
    const uint8_t *end = *size > 0 ? memchr(*data, '\n', *size) : NULL;
    size_t length = end ? (size_t)(end - *data) : *size, kept = length < room ? length : room - 1;

    memset(text, 0, room);
    if (kept > 0)
        memcpy(text, *data, kept);
    b0_setup_flatten(text, length, room);
    length += end != NULL;
    *data += length;
    *size -= length;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct b0_setup_device setup = {.problem = size > 0 ? data[size - 1] % 64 : 0};
    struct facts *facts = calloc(1, sizeof *facts);
    struct driver_device device;
    char hosts[2][B0_SETUP_NAME], location[B0_SETUP_NAME], path[16];

    take(&data, &size, setup.ids, sizeof setup.ids);
    take(&data, &size, setup.compatible, sizeof setup.compatible);
    take(&data, &size, setup.service, sizeof setup.service);
    take(&data, &size, setup.inf, sizeof setup.inf);
    take(&data, &size, setup.instance, sizeof setup.instance);
    take(&data, &size, location, sizeof location);
    take(&data, &size, hosts[0], sizeof hosts[0]);
    take(&data, &size, hosts[1], sizeof hosts[1]);
    if (b0_setup_port(location, (const char(*)[B0_SETUP_NAME])hosts, 2, path, sizeof path) &&
        strlen(path) >= sizeof path)
        abort();
    snprintf(setup.path, sizeof setup.path, "%s", path);
    if (driver_device_read(&setup, &device)) {
        (void)driver_device_is_listed(&device);
        if (!*driver_source_name(device.source) || !*driver_verdict_name(device.verdict))
            abort();
    }
    if (facts) {
        facts_from_setup_device(facts, &setup);
        facts_from_setup_device(facts, &setup);
        if (facts->device_count > 2)
            abort();
    }
    free(facts);
    return 0;
}
