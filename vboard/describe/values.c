/* SPDX-License-Identifier: MIT */
/* The values of keys: how each type is read, written, and named in a message. */
#include "private.h"

#include <core/family/family.h>
#include <string.h>

static void *field_of(const struct key *key, void *record)
{
    return (uint8_t *)record + key->offset;
}

static const void *const_field_of(const struct key *key, const void *record)
{
    return (const uint8_t *)record + key->offset;
}

static bool is_number(const struct key *key)
{
    return key->type <= KEY_CHOICE;
}

uint32_t vboard_value_number(const struct key *key, const void *record)
{
    const void *field = const_field_of(key, record);
    uint32_t unit = key->scale > 0 ? key->scale : 1;
    uint16_t half;
    uint32_t word;

    if (key->width == 1)
        return *(const uint8_t *)field * unit;
    if (key->width == 2) {
        memcpy(&half, field, sizeof half);
        return half * unit;
    }
    memcpy(&word, field, sizeof word);
    return word * unit;
}

void vboard_value_store(const struct key *key, void *record, uint32_t number)
{
    void *field = field_of(key, record);
    uint32_t word = key->scale > 0 ? number / key->scale : number;
    uint16_t half = (uint16_t)word;

    if (!is_number(key))
        return;
    if (key->width == 1)
        *(uint8_t *)field = (uint8_t)word;
    else if (key->width == 2)
        memcpy(field, &half, sizeof half);
    else
        memcpy(field, &word, sizeof word);
}

void vboard_value_preset(const struct key *key, void *record)
{
    if (key->type == KEY_TEXT || key->type == KEY_FAMILY)
        memcpy(field_of(key, record), &key->preset_text, sizeof key->preset_text);
    else
        vboard_value_store(key, record, key->preset);
}

/* ---- reading ---- */

static void skip_blanks(struct value *value)
{
    while (value->at < value->end && (*value->at == ' ' || *value->at == '\t'))
        value->at++;
}

static bool take_char(struct value *value, char wanted)
{
    if (value->at == value->end || *value->at != wanted)
        return false;
    value->at++;
    return true;
}

static int digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return 16;
}

/* Decimal or 0x…; leaves what follows the digits. */
static bool take_number(struct value *value, uint32_t *number)
{
    bool hex = value->end - value->at > 2 && value->at[0] == '0' && (value->at[1] | 0x20) == 'x';
    uint64_t sum = 0;
    const char *first;
    int base = hex ? 16 : 10;

    value->at += hex ? 2 : 0;
    for (first = value->at; value->at < value->end && digit_of(*value->at) < base; value->at++) {
        sum = sum * (unsigned)base + (unsigned)digit_of(*value->at);
        if (sum > UINT32_MAX)
            return false;
    }
    *number = (uint32_t)sum;
    return value->at > first;
}

/* A number of bytes, also "16K" and "1M". */
static bool take_size(struct value *value, uint32_t *size)
{
    unsigned shift = 0;

    if (!take_number(value, size))
        return false;
    if (take_char(value, 'K'))
        shift = 10;
    else if (take_char(value, 'M'))
        shift = 20;
    if (*size > UINT32_MAX >> shift)
        return false;
    *size <<= shift;
    return true;
}

static bool read_number(const struct key *key, void *record, struct value *value)
{
    uint32_t number;
    bool good = key->type == KEY_SIZE ? take_size(value, &number) : take_number(value, &number);

    if (!good || number < key->min || number > key->max)
        return false;
    if (key->scale > 0 && number % key->scale != 0)
        return false;
    vboard_value_store(key, record, number);
    return true;
}

/* A word up to a blank. */
static size_t take_word(struct value *value, const char **word)
{
    *word = value->at;
    while (value->at<value->end && * value->at> ' ' && *value->at != '#')
        value->at++;
    return (size_t)(value->at - *word);
}

static bool is_word(const char *word, size_t length, const char *text)
{
    return strlen(text) == length && memcmp(word, text, length) == 0;
}

static bool read_choice(const struct key *key, void *record, struct value *value)
{
    const char *word;
    size_t length = take_word(value, &word);

    for (uint32_t i = 0; key->choices[i]; i++)
        if (is_word(word, length, key->choices[i])) {
            vboard_value_store(key, record, i);
            return true;
        }
    return false;
}

static bool read_family(const struct key *key, void *record, struct value *value)
{
    const struct b0_family *family;
    char name[16];
    const char *word;
    size_t length = take_word(value, &word);

    if (length >= sizeof name)
        return false;
    memcpy(name, word, length);
    name[length] = '\0';
    family = b0_family_find(name);
    if (!family)
        return false;
    memcpy(field_of(key, record), &family->name, sizeof family->name);
    return true;
}

/* Two hexadecimal digits. */
static bool take_byte(struct value *value, uint8_t *byte)
{
    int high, low;

    if (value->end - value->at < 2)
        return false;
    high = digit_of(value->at[0]);
    low = digit_of(value->at[1]);
    if (high > 15 || low > 15)
        return false;
    *byte = (uint8_t)(high << 4 | low);
    value->at += 2;
    return true;
}

/* One character of a text, with its escapes; a text cannot contain NUL. */
static bool take_character(struct value *value, char *character)
{
    uint8_t byte = (uint8_t)*value->at;

    if (byte < 0x20 || byte > 0x7e)
        return false;
    value->at++;
    if (byte == '\\') {
        if (take_char(value, 'x')) {
            if (!take_byte(value, &byte) || byte == 0)
                return false;
        } else if (value->at < value->end && (*value->at == '"' || *value->at == '\\')) {
            byte = (uint8_t)*value->at++;
        } else {
            return false;
        }
    }
    *character = (char)byte;
    return true;
}

static bool read_text(const struct key *key, void *record, struct value *value)
{
    char *text = value->text;
    size_t length = 0;

    if (!take_char(value, '"'))
        return false;
    while (value->at < value->end && *value->at != '"')
        if (length == key->max || !take_character(value, &text[length++]))
            return false;
    if (!take_char(value, '"'))
        return false;
    text[length] = '\0';
    value->text += length + 1;
    memcpy(field_of(key, record), &text, sizeof text);
    return true;
}

static bool read_bytes(const struct key *key, void *record, struct value *value)
{
    uint8_t *bytes = field_of(key, record);
    uint16_t first = *value->bytes_count;

    while (value->at < value->end && *value->at != '#') {
        if (*value->bytes_count == key->max || !take_byte(value, &bytes[*value->bytes_count]))
            return false;
        if (value->at<value->end && * value->at> ' ' && *value->at != '#')
            return false;
        ++*value->bytes_count;
        skip_blanks(value);
    }
    return *value->bytes_count > first;
}

/* "4*16K, 1*64K" */
static bool read_sectors(const struct key *key, void *record, struct value *value)
{
    struct vboard_sectors *run = field_of(key, record);
    uint32_t count, size;
    size_t runs = 0;

    do {
        skip_blanks(value);
        if (runs == VBOARD_SECTORS_MAX || !take_number(value, &count))
            return false;
        skip_blanks(value);
        if (!take_char(value, '*'))
            return false;
        skip_blanks(value);
        if (!take_size(value, &size))
            return false;
        if (count == 0 || count > UINT16_MAX || size == 0 || size > VBOARD_MEMORY_SIZE_MAX)
            return false;
        run[runs++] = (struct vboard_sectors){(uint16_t)count, size};
        skip_blanks(value);
    } while (take_char(value, ','));
    run[runs] = (struct vboard_sectors){0};
    return true;
}

bool vboard_value_read(const struct key *key, void *record, struct value *value)
{
    static bool (*const readers[])(const struct key *key, void *record, struct value *value) = {
        [KEY_NUMBER] = read_number, [KEY_HEX] = read_number,      [KEY_SIZE] = read_number,
        [KEY_CHOICE] = read_choice, [KEY_TEXT] = read_text,       [KEY_FAMILY] = read_family,
        [KEY_BYTES] = read_bytes,   [KEY_SECTORS] = read_sectors,
    };

    if (!readers[key->type](key, record, value))
        return false;
    skip_blanks(value);
    return value->at == value->end || *value->at == '#';
}

/* ---- names ---- */

static void append(char *text, size_t size, const char *more)
{
    size_t used = strlen(text);

    snprintf(text + used, size - used, "%s", more);
}

static void list_choices(const struct key *key, char *text, size_t size)
{
    text[0] = '\0';
    for (size_t i = 0; key->choices[i]; i++) {
        if (i > 0)
            append(text, size, key->choices[i + 1] ? ", " : " or ");
        append(text, size, key->choices[i]);
    }
}

void vboard_value_expected(const struct key *key, char *text, size_t size)
{
    switch ((enum key_type)key->type) {
    case KEY_NUMBER:
        snprintf(text, size, "%s number from %u to %u", key->scale > 1 ? "an even" : "a", key->min,
                 key->max);
        break;
    case KEY_HEX:
        snprintf(text, size, "a number from 0x%X to 0x%X", key->min, key->max);
        break;
    case KEY_SIZE:
        snprintf(text, size, "a size in bytes, such as 512 or 16K, at most %uM", key->max >> 20);
        break;
    case KEY_CHOICE:
        list_choices(key, text, size);
        break;
    case KEY_TEXT:
        snprintf(text, size, "a text of at most %u characters in \"quotation marks\"", key->max);
        break;
    case KEY_FAMILY:
        snprintf(text, size, "a family such as STM32F4");
        break;
    case KEY_BYTES:
        snprintf(text, size, "at most %u bytes of two hexadecimal digits each", key->max);
        break;
    case KEY_SECTORS:
        snprintf(text, size, "at most %d groups of sectors such as 4*16K, 1*64K",
                 VBOARD_SECTORS_MAX);
        break;
    }
}

/* ---- writing ---- */

static const char *text_of(const struct key *key, const void *record)
{
    const char *text;

    memcpy(&text, const_field_of(key, record), sizeof text);
    return text;
}

static void write_size(uint32_t size, FILE *file)
{
    if (size > 0 && size % (1 << 20) == 0)
        fprintf(file, "%uM", size >> 20);
    else if (size > 0 && size % (1 << 10) == 0)
        fprintf(file, "%uK", size >> 10);
    else
        fprintf(file, "%u", size);
}

static void write_text(const char *text, FILE *file)
{
    fputc('"', file);
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            fprintf(file, "\\%c", *text);
        else if (*text >= 0x20 && *text <= 0x7e)
            fputc(*text, file);
        else
            fprintf(file, "\\x%02x", (unsigned)(uint8_t)*text);
    }
    fputc('"', file);
}

/* How many bytes a KEY_BYTES field has. */
static size_t count_bytes(const struct key *key, const void *record)
{
    const uint8_t *bytes = const_field_of(key, record);
    uint16_t counted;
    size_t count = 0;

    if (key->count_offset > 0) {
        memcpy(&counted, (const uint8_t *)record + key->count_offset, sizeof counted);
        return counted;
    }
    while (count < key->max && (count == 0 || bytes[count] != 0))
        count++;
    return count > 1 ? count : 0;
}

static void write_bytes(const struct key *key, const void *record, FILE *file)
{
    const uint8_t *bytes = const_field_of(key, record);
    size_t count = count_bytes(key, record);

    for (size_t i = 0; i < count; i++)
        fprintf(file, "%s%02x", i > 0 ? " " : "", bytes[i]);
}

static void write_sectors(const struct vboard_sectors *run, FILE *file)
{
    for (const char *comma = ""; run->count > 0; run++, comma = ", ") {
        fprintf(file, "%s%u*", comma, run->count);
        write_size(run->size, file);
    }
}

void vboard_value_write(const struct key *key, const void *record, FILE *file)
{
    switch ((enum key_type)key->type) {
    case KEY_NUMBER:
        fprintf(file, "%u", vboard_value_number(key, record));
        break;
    case KEY_HEX:
        fprintf(file, "0x%0*X", 2 * key->width, vboard_value_number(key, record));
        break;
    case KEY_SIZE:
        write_size(vboard_value_number(key, record), file);
        break;
    case KEY_CHOICE:
        fputs(key->choices[vboard_value_number(key, record)], file);
        break;
    case KEY_TEXT:
        write_text(text_of(key, record), file);
        break;
    case KEY_FAMILY:
        fputs(text_of(key, record), file);
        break;
    case KEY_BYTES:
        write_bytes(key, record, file);
        break;
    case KEY_SECTORS:
        write_sectors(const_field_of(key, record), file);
        break;
    }
}

static bool same_text(const char *a, const char *b)
{
    return a && b ? strcmp(a, b) == 0 : a == b;
}

bool vboard_value_is_preset(const struct key *key, const void *record)
{
    switch ((enum key_type)key->type) {
    case KEY_TEXT:
    case KEY_FAMILY:
        return same_text(text_of(key, record), key->preset_text);
    case KEY_BYTES:
        return count_bytes(key, record) == 0;
    case KEY_SECTORS:
        return ((const struct vboard_sectors *)const_field_of(key, record))->count == 0;
    default:
        return vboard_value_number(key, record) == key->preset;
    }
}
