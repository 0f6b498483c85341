/* SPDX-License-Identifier: MIT */
/* See settings_line.h. */
#include "settings_line.h"

#include <stdbool.h>
#include <stddef.h>

/* isspace() in the C locale; core uses no library. */
static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

char *b0_line_trim(char *text)
{
    size_t length = 0;

    while (is_blank(*text))
        text++;
    while (text[length] != '\0')
        length++;
    while (length > 0 && is_blank(text[length - 1]))
        text[--length] = '\0';
    return text;
}

void b0_line_cut_comment(char *line)
{
    for (char *c = line; *c; c++)
        if (*c == '#' && (c == line || is_blank(c[-1]))) {
            *c = '\0';
            return;
        }
}
