/* Putting things into words for people: sizes, times, wrapped paragraphs. */
#ifndef BOOT0_CLI_TEXT_H
#define BOOT0_CLI_TEXT_H

#include <boot0/boot0.h>
#include <stdio.h>

enum {
    TEXT_SHORT = 32, /* enough for what text_size() and text_time() write */
};

/* "512 bytes", "40 KiB", "1.5 MiB"; "0.8 s", "12 s", "1 min 5 s". Return `text`. */
const char *text_size(char text[TEXT_SHORT], uint64_t bytes);
const char *text_time(char text[TEXT_SHORT], uint64_t microseconds);

/* "1 sector", "3 sectors" */
const char *text_count(char text[TEXT_SHORT], uint64_t count, const char *one, const char *many);

/* "STM32F405/407/415/417", with " or 3 others" if more chips fit; "an unknown chip". */
void text_chips(const struct boot0_board *board, char *text, size_t size);

/* Prints a paragraph wrapped to the terminal's width (80 if that is not known), indented. */
void print_wrapped(FILE *file, const char *indent, const char *text);

/* Columns of the terminal that a file goes to; 80 if it is none. */
int terminal_width(FILE *file);

/* Whether a file goes to a terminal that can redraw a line. */
bool terminal_is_smart(FILE *file);

#endif
