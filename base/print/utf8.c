/* SPDX-License-Identifier: MIT */
/* See utf8.h. */
#include "utf8.h"

#include <core/array.h>
#include <stddef.h>

int utf8_decode(const char *text, uint32_t *point)
{
    static const struct {
        uint8_t first, last; /* of the leading byte */
        uint8_t from, to;    /* of the second byte: no overlong forms, no surrogates */
        uint8_t mask;        /* of the leading byte's data bits */
        uint8_t length;
    } rows[] = {
        {0xc2, 0xdf, 0x80, 0xbf, 0x1f, 2}, {0xe0, 0xe0, 0xa0, 0xbf, 0x0f, 3},
        {0xe1, 0xec, 0x80, 0xbf, 0x0f, 3}, {0xed, 0xed, 0x80, 0x9f, 0x0f, 3},
        {0xee, 0xef, 0x80, 0xbf, 0x0f, 3}, {0xf0, 0xf0, 0x90, 0xbf, 0x07, 4},
        {0xf1, 0xf3, 0x80, 0xbf, 0x07, 4}, {0xf4, 0xf4, 0x80, 0x8f, 0x07, 4},
    };
    const uint8_t *c = (const uint8_t *)text;

    *point = c[0];
    if (c[0] < 0x80)
        return 1;
    for (size_t i = 0; i < B0_LENGTH(rows); i++) {
        if (c[0] < rows[i].first || c[0] > rows[i].last || c[1] < rows[i].from || c[1] > rows[i].to)
            continue;
        *point = c[0] & rows[i].mask;
        for (int j = 1; j < rows[i].length; j++) {
            if ((c[j] & 0xc0) != 0x80)
                return 0;
            *point = *point << 6 | (c[j] & 0x3fu);
        }
        return rows[i].length;
    }
    return 0;
}

bool utf8_is_control(uint32_t point)
{
    static const struct {
        uint32_t first, last;
    } ranges[] = {
        {0x0000, 0x001f},   /* C0 */
        {0x007f, 0x009f},   /* DEL, C1: CSI and OSC as one character */
        {0x00ad, 0x00ad},   /* soft hyphen */
        {0x061c, 0x061c},   /* Arabic letter mark */
        {0x180e, 0x180e},   /* Mongolian vowel separator */
        {0x200b, 0x200f},   /* zero width; direction marks */
        {0x2028, 0x202e},   /* line and paragraph separators; embeddings and overrides */
        {0x2060, 0x206f},   /* invisible operators, isolates */
        {0xfeff, 0xfeff},   /* byte order mark */
        {0xfff9, 0xfffb},   /* annotations */
        {0xe0000, 0xe007f}, /* tags */
    };

    for (size_t i = 0; i < B0_LENGTH(ranges); i++)
        if (point >= ranges[i].first && point <= ranges[i].last)
            return true;
    return false;
}
