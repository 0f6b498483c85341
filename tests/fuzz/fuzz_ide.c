/* SPDX-License-Identifier: MIT */
/* An IDE's lines to the port discovery: arbitrary bytes, and ports that come and go meanwhile. */
#include <cli/arduino/discovery.h>
#include <cli/arduino/ide.h>
#include <stdint.h>
#include <stdlib.h>

static enum boot0_status start(void *context, struct boot0_error *error)
{
    (void)context;
    (void)error;
    return BOOT0_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct ide_port port = {
        .is_usb = true, .address = "1-2", .name = "f407", .serial = "1", .in_dfu_mode = true};
    struct discovery *discovery = calloc(1, sizeof *discovery);
    struct ide_reader reader = {.length = 0};
    struct ide_ports ports = {.count = 0};
    char *text;
    size_t length;

    if (!discovery)
        return 0;
    discovery->out = open_memstream(&text, &length);
    discovery->start = start;
    for (size_t i = 0; discovery->out && i < size; i++) {
        enum ide_read read = ide_reader_take(&reader, (char)data[i]);

        if (read == IDE_READ_LINE && !discovery_line(discovery, reader.line))
            break;
        if (read == IDE_READ_OVERLONG)
            discovery_overlong(discovery);
        if (read == IDE_READ_MORE)
            continue;
        ports.count = 0;
        if (data[i / 2] & 1)
            ide_ports_add(&ports, &port);
        discovery_update(discovery, &ports);
    }
    if (discovery->out) {
        fclose(discovery->out);
        free(text);
    }
    free(discovery);
    return 0;
}
