/* SPDX-License-Identifier: MIT */
/* The output buffer of writers. */
#include "formats.h"
#include <stdlib.h>
#include <string.h>

/* Makes room for `size` more bytes. NULL for 0 bytes, and after a failure, now or earlier. */
static uint8_t *extend(struct b0_output *output, size_t size)
{
    uint8_t *end;

    if (output->status != BOOT0_OK || size == 0)
        return NULL;
    if (size > B0_OUTPUT_MAX - output->size) {
        output->status = BOOT0_E_DATA;
        return NULL;
    }
    if (output->size + size > output->room) {
        size_t room = b0_room(output->size + size);
        uint8_t *grown = realloc(output->data, room);

        if (!grown) {
            output->status = BOOT0_E_MEMORY;
            return NULL;
        }
        output->data = grown;
        output->room = room;
    }
    end = output->data + output->size;
    output->size += size;
    return end;
}

void b0_output_put(struct b0_output *output, const uint8_t *data, size_t size)
{
    uint8_t *to = extend(output, size);

    if (to)
        memcpy(to, data, size);
}

void b0_output_fill(struct b0_output *output, uint8_t value, size_t count)
{
    uint8_t *to = extend(output, count);

    if (to)
        memset(to, value, count);
}

void b0_output_put_record(struct b0_output *output, const char *prefix, const uint8_t *bytes,
                          size_t count)
{
    static const char digits[] = "0123456789ABCDEF";
    uint8_t *to = extend(output, strlen(prefix) + 2 * count + 1);

    if (!to)
        return;
    while (*prefix != '\0')
        *to++ = (uint8_t)*prefix++;
    for (size_t i = 0; i < count; i++) {
        *to++ = (uint8_t)digits[bytes[i] >> 4];
        *to++ = (uint8_t)digits[bytes[i] & 15];
    }
    *to = '\n';
}
