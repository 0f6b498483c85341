/* SPDX-License-Identifier: MIT */
/* Text for people. */
#include "text.h"

#include "print.h"

#include <base/platform/terminal.h>
#include <core/array.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum {
    SECOND_US = 1000000,
    WIDTH_DEFAULT = 80,
    HEIGHT_DEFAULT = 24,
    WIDTH_MIN = 40,
    WIDTH_NARROW = 66, /* below that, tables leave columns out or break rows */
    WIDTH_TEXT = 78,   /* longer lines are hard to read */
    SEVERAL = 34,      /* room for one or two of the possible chips */
};

/* Whole numbers as they are, others with about three digits. */
static const char *scaled(char text[TEXT_SHORT], uint64_t bytes, uint64_t unit, const char *name)
{
    double value = (double)bytes / (double)unit;
    int decimals = value < 10 && unit == B0_MIB ? 2 : 1;

    if (bytes % unit == 0 || value >= 100)
        decimals = 0;
    snprintf(text, TEXT_SHORT, "%.*f %s", decimals, value, name);
    return text;
}

const char *text_size(char text[TEXT_SHORT], uint64_t bytes)
{
    if (bytes >= B0_MIB)
        return scaled(text, bytes, B0_MIB, "MiB");
    if (bytes >= B0_KIB)
        return scaled(text, bytes, B0_KIB, "KiB");
    return text_count(text, bytes, "byte", "bytes");
}

const char *text_time(char text[TEXT_SHORT], uint64_t microseconds)
{
    uint64_t seconds = microseconds / SECOND_US, ms = microseconds / 1000;

    if (seconds < 1)
        snprintf(text, TEXT_SHORT, "%" PRIu64 " ms", ms);
    else if (seconds < 10)
        snprintf(text, TEXT_SHORT, "%" PRIu64 ".%" PRIu64 " s", seconds, ms / 100 % 10);
    else if (seconds < 60)
        snprintf(text, TEXT_SHORT, "%" PRIu64 " s", seconds);
    else
        snprintf(text, TEXT_SHORT, "%" PRIu64 " min %" PRIu64 " s", seconds / 60, seconds % 60);
    return text;
}

const char *text_count(char text[TEXT_SHORT], uint64_t count, const char *one, const char *many)
{
    snprintf(text, TEXT_SHORT, "%" PRIu64 " %s", count, count == 1 ? one : many);
    return text;
}

const char *text_board(char text[TEXT_BOARD], const struct boot0_board *board)
{
    if (board->profile) {
        snprintf(text, TEXT_BOARD, "%s", board->profile->name);
        return text;
    }
    /* Several names are as short as one: this is for tables. */
    if (board->chip_count > 0)
        return boot0_board_chip_name(board, text, board->chip_count > 1 ? SEVERAL : TEXT_BOARD);
    snprintf(text, TEXT_BOARD, "%.*s", TEXT_BOARD - 1,
             board->product[0] ? board->product : "an unknown chip");
    return text;
}

const char *text_access(const struct boot0_error *error)
{
    if (error->advice == BOOT0_ADVICE_USB_DRIVER)
        return "no driver: see `boot0 driver`";
    if (error->code == BOOT0_E_PERMISSION)
        return "no permission: see `boot0 udev`";
    if (error->code == BOOT0_E_BUSY)
        return "in use by another program";
    if (error->code == BOOT0_E_GONE)
        return "unplugged just now";
    return "does not answer: plug it in again";
}

/* The mark at the start of a text; NULL: none. */
static const struct text_mark *mark_at(const char *text, const struct text_mark *marks,
                                       size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strncmp(text, marks[i].mark, strlen(marks[i].mark)) == 0)
            return &marks[i];
    return NULL;
}

const char *text_expand(char *text, size_t size, const char *from, const struct text_mark *marks,
                        size_t count)
{
    size_t used = 0;

    while (*from && used + 1 < size) {
        const struct text_mark *mark = mark_at(from, marks, count);
        const char *piece = mark ? mark->value : from;
        size_t length = mark ? strlen(piece) : 1;

        length = length < size - 1 - used ? length : size - 1 - used;
        memcpy(text + used, piece, length);
        used += length;
        from += mark ? strlen(mark->mark) : 1;
    }
    text[used] = '\0';
    return text;
}

const char *text_hex(char *text, const uint8_t *bytes, size_t count)
{
    text[0] = '\0';
    for (size_t i = 0; i < count; i++)
        snprintf(text + 2 * i, 3, "%02x", bytes[i]);
    return text;
}

int terminal_width(FILE *file)
{
    int columns, rows;

    if (!b0_terminal_size(file, &columns, &rows) || columns == 0)
        return WIDTH_DEFAULT;
    return columns < WIDTH_MIN ? WIDTH_MIN : columns;
}

bool terminal_is_narrow(FILE *file)
{
    return terminal_width(file) < WIDTH_NARROW;
}

int terminal_height(FILE *file)
{
    int columns, rows;

    return b0_terminal_size(file, &columns, &rows) && rows > 0 ? rows : HEIGHT_DEFAULT;
}

bool terminal_is_smart(FILE *file)
{
    return b0_terminal_redraws(file);
}

/* How many bytes of the text fit on a line with that much room; 0 if it is empty. */
static size_t line_length(const char *text, size_t room)
{
    size_t indent = strspn(text, " "), length = strcspn(text, "\n");

    if (length <= room)
        return length;
    length = room;
    while (length > indent && text[length] != ' ')
        length--;
    if (length == indent)
        length = indent + strcspn(text + indent, " \n"); /* one word longer than the line */
    return length;
}

static void print_lines(FILE *file, int margin, int room, const char *text)
{
    for (bool first = true; first || *text; first = false) {
        size_t length = line_length(text, room > 0 ? (size_t)room : 1), end = length;

        while (end > 0 && text[end - 1] == ' ')
            end--;
        fprintf(file, "%*s", first ? 0 : margin, "");
        b0_terminal_write(file, text, end);
        fputc('\n', file);
        text += length;
        text += *text == '\n' ? 1 : strspn(text, " ");
    }
}

/* Errors, warnings and notes stand out on a terminal. Honours NO_COLOR. */
static void print_label(FILE *file, const char *label)
{
    static const struct {
        const char *label, *start;
    } colours[] = {
        {"boot0: ", "\x1b[1;31m"}, {"Warning: ", "\x1b[1;33m"}, {"Note: ", "\x1b[1;36m"}};
    const char *without = getenv("NO_COLOR"); /* set, and not empty: no-color.org */
    bool plain = (without && without[0]) || !terminal_is_smart(file);

    for (size_t i = 0; i < B0_LENGTH(colours) && !plain; i++)
        if (strcmp(label, colours[i].label) == 0) {
            fprintf(file, "%s%.*s\x1b[0m ", colours[i].start, (int)strlen(label) - 1, label);
            return;
        }
    print_to(file, "%s", label);
}

static void print_block(FILE *file, const char *label, int room, const char *text)
{
    char *safe = print_sanitized(text, strlen(text), true);

    if (safe) {
        print_label(file, label);
        print_lines(file, (int)strlen(label), room, safe);
    }
    free(safe);
}

void print_wrapped(FILE *file, const char *label, const char *text)
{
    int width = terminal_width(file) - 1;

    if (width > WIDTH_TEXT)
        width = WIDTH_TEXT;
    print_block(file, label, width - (int)strlen(label), text);
}

void print_entry(FILE *file, const char *name, const char *text)
{
    char label[48];

    snprintf(label, sizeof label, "  %-18s ", name);
    print_labelled(file, label, text);
}

void print_labelled(FILE *file, const char *label, const char *text)
{
    int width = b0_is_terminal(file) ? terminal_width(file) - 1 : INT_MAX;

    print_block(file, label, width - (int)strlen(label), text);
}
