/* SPDX-License-Identifier: MIT */
/* Parses the arguments of dfu-util's options. */
#include "dfu_util.h"

#include <core/array.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

bool dfu_util_number(const char *text, int *number)
{
    char *end;
    long long value; /* not long, which has 32 bits on some systems */

    errno = 0;
    value = strtoll(text, &end, 0);
    if (errno != 0 || end == text || *end != '\0')
        return false;
    *number = (int)(int32_t)(uint32_t)value;
    return true;
}

/* Parses one hex number of -d, whatever follows it; `otherwise` if there is none. */
static int parse_id(const char *text, int otherwise)
{
    unsigned long value;
    char *end;

    if (!text)
        return otherwise;
    if (*text == '*')
        return DFU_UTIL_ANY;
    if (*text == '-')
        return DFU_UTIL_NONE;
    value = strtoul(text, &end, 16);
    return end == text ? otherwise : (int)(int32_t)(uint32_t)value;
}

/* The text after the first colon before `end` (NULL: anywhere). */
static const char *behind_colon(const char *text, const char *end)
{
    const char *colon = strchr(text, ':');

    return colon && (!end || colon < end) ? colon + 1 : NULL;
}

/* Without a comma, boards already in DFU mode may have any id: only programs are selected. */
void dfu_util_device(const char *text, struct dfu_util_match *match)
{
    const char *comma = strchr(text, ',');

    match->vendor = match->product = comma == text ? DFU_UTIL_NONE : DFU_UTIL_ANY;
    match->vendor_dfu = match->product_dfu = DFU_UTIL_ANY;
    if (comma != text) {
        match->vendor = parse_id(text, DFU_UTIL_ANY);
        match->product = parse_id(behind_colon(text, comma), DFU_UTIL_ANY);
    }
    if (!comma)
        return;
    match->vendor_dfu = parse_id(comma + 1, comma == text ? DFU_UTIL_ANY : match->vendor);
    match->product_dfu =
        parse_id(behind_colon(comma + 1, NULL), comma == text ? DFU_UTIL_ANY : match->product);
}

static struct dfu_util_text text_of(const char *text, size_t length)
{
    return (struct dfu_util_text){length > 0 ? text : NULL, length};
}

void dfu_util_serial(const char *text, struct dfu_util_match *match)
{
    size_t length = strcspn(text, ",");

    match->serial = match->serial_dfu = text_of(text, length);
    if (text[length] == ',')
        match->serial_dfu = text_of(text + length + 1, strlen(text + length + 1));
}

void dfu_util_alternate(const char *text, struct dfu_util_match *match)
{
    char *end;
    unsigned long value = strtoul(text, &end, 0);

    match->alternate = *end ? DFU_UTIL_ANY : (int)(int32_t)(uint32_t)value;
    match->alternate_name = *end ? text : match->alternate_name;
}

/* Parses a number that fills the whole word. */
static bool parse_word(const char *word, size_t length, uint32_t *number)
{
    char *end;
    unsigned long value = strtoul(word, &end, 0);

    *number = (uint32_t)value;
    return end == word + length;
}

static bool *find_modifier(struct dfu_util_dfuse *dfuse, const char *word, size_t length)
{
    const struct {
        const char *name;
        bool *flag;
    } modifiers[] = {
        {"force", &dfuse->force},           {"leave", &dfuse->leave},
        {"unprotect", &dfuse->unprotect},   {"mass-erase", &dfuse->mass_erase},
        {"will-reset", &dfuse->will_reset},
    };

    for (size_t i = 0; i < B0_LENGTH(modifiers); i++)
        if (strlen(modifiers[i].name) == length && strncmp(modifiers[i].name, word, length) == 0)
            return modifiers[i].flag;
    return NULL;
}

bool dfu_util_dfuse(const char *text, struct dfu_util_dfuse *dfuse, struct boot0_error *error)
{
    *dfuse = (struct dfu_util_dfuse){0};
    if (*text != ':') {
        size_t length = strcspn(text, ":");

        if (!parse_word(text, length, &dfuse->address)) {
            boot0_fail(error, BOOT0_E_USAGE, "invalid address \"%s\" for -s", text);
            return false;
        }
        dfuse->has_address = true;
        text += length;
    }
    while (*text == ':') {
        size_t length = strcspn(++text, ":");
        bool *flag = find_modifier(dfuse, text, length);

        if (flag) {
            *flag = true;
        } else if (length > 0 && !parse_word(text, length, &dfuse->length)) {
            boot0_fail(error, BOOT0_E_USAGE, "unknown modifier \"%.*s\" for -s", (int)length, text);
            return false;
        }
        text += length;
    }
    return true;
}
