/* Putting things into words for people. */
#include "text.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum {
    KIB = 1024,
    MIB = 1024 * 1024,
    SECOND_US = 1000000,
    WIDTH_DEFAULT = 80,
    WIDTH_MIN = 40,
    WIDTH_MAX = 100, /* longer lines do not read well */
};

const char *text_size(char text[TEXT_SHORT], uint64_t bytes)
{
    if (bytes < KIB)
        snprintf(text, TEXT_SHORT, "%" PRIu64 " byte%s", bytes, bytes == 1 ? "" : "s");
    else if (bytes < MIB)
        snprintf(text, TEXT_SHORT, bytes % KIB ? "%.1f KiB" : "%.0f KiB", (double)bytes / KIB);
    else
        snprintf(text, TEXT_SHORT, bytes % MIB ? "%.2f MiB" : "%.0f MiB", (double)bytes / MIB);
    return text;
}

const char *text_time(char text[TEXT_SHORT], uint64_t microseconds)
{
    uint64_t seconds = microseconds / SECOND_US;

    if (seconds < 10)
        snprintf(text, TEXT_SHORT, "%.1f s", (double)microseconds / SECOND_US);
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

void text_chips(const struct boot0_board *board, char *text, size_t size)
{
    if (board->chip_count == 0)
        snprintf(text, size, "an unknown chip");
    else if (board->chip_count == 1)
        snprintf(text, size, "%s", board->chips[0]->name);
    else
        snprintf(text, size, "%s or %zu other%s", board->chips[0]->name, board->chip_count - 1,
                 board->chip_count == 2 ? "" : "s");
}

int terminal_width(FILE *file)
{
    struct winsize size;

    if (ioctl(fileno(file), TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
        return WIDTH_DEFAULT;
    return size.ws_col < WIDTH_MIN ? WIDTH_MIN : size.ws_col;
}

bool terminal_is_smart(FILE *file)
{
    const char *term = getenv("TERM");

    return isatty(fileno(file)) && term && strcmp(term, "dumb") != 0;
}

void print_wrapped(FILE *file, const char *indent, const char *text)
{
    int width = terminal_width(file);
    size_t room = (size_t)(width > WIDTH_MAX ? WIDTH_MAX : width) - strlen(indent) - 1;
    const char *prefix = indent;

    while (*text) {
        size_t length = strlen(text);

        if (length > room) {
            length = room;
            while (length > 0 && text[length] != ' ')
                length--;
            if (length == 0)
                length = strcspn(text, " ");
        }
        fprintf(file, "%s%.*s\n", prefix, (int)length, text);
        text += length;
        text += strspn(text, " ");
        /* The first line's indent may be a label; the others get as many spaces. */
        prefix = "                " + (16 - (strlen(indent) < 16 ? strlen(indent) : 16));
    }
}
