/* SPDX-License-Identifier: MIT */
#include "range.h"

#include <stdlib.h>

enum {
    UPLOAD_LIMIT = 16 << 20, /* for a board without addresses; they end uploads before that */
};

/* Determines the range: from the options, else the main flash. */
static enum boot0_status choose_range(const struct command_session *command,
                                      const struct arguments *arguments, uint32_t *address,
                                      size_t *size, struct boot0_error *error)
{
    const struct boot0_layout *layout = boot0_session_layout(command->session);
    uint64_t end = 0;

    *address = arguments->flash.has_address ? arguments->flash.address : layout->regions[0].address;
    *size = arguments->flash.size;
    if (arguments->flash.has_size)
        return BOOT0_OK;
    for (size_t i = 0; i < layout->region_count; i++) {
        const struct boot0_region *r = &layout->regions[i];
        uint64_t region_end = r->address + (uint64_t)r->sector_size * r->sector_count;

        /* The regions that follow each other without a gap. */
        if ((*address >= r->address && *address < region_end) || end == r->address)
            end = region_end;
    }
    if (end > *address) {
        *size = (size_t)(end - *address);
        return BOOT0_OK;
    }
    boot0_fail(error, BOOT0_E_USAGE, "missing size of the range at 0x%08x", *address);
    return boot0_hint(error, "Use --size to give the number of bytes.");
}

enum boot0_status range_read(struct command_session *command, uint8_t **data, size_t *size,
                             uint32_t *address, struct boot0_error *error)
{
    const struct arguments *arguments = command->arguments;
    enum boot0_status status;

    *data = NULL;
    *address = 0;
    if (!boot0_session_board(command->session)->has_addresses)
        return boot0_session_upload(
            command->session, data, size,
            arguments->flash.has_size ? arguments->flash.size : UPLOAD_LIMIT, error);
    status = choose_range(command, arguments, address, size, error);
    if (status != BOOT0_OK)
        return status;
    *data = malloc(*size ? *size : 1);
    if (!*data)
        return boot0_fail(error, BOOT0_E_MEMORY, "out of memory for %zu bytes", *size);
    return boot0_session_read(command->session, *address, *data, *size, error);
}
