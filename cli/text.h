/* SPDX-License-Identifier: MIT */
/* Text for people: sizes, times, wrapped paragraphs. */
#ifndef BOOT0_CLI_TEXT_H
#define BOOT0_CLI_TEXT_H

#include <boot0/boot0.h>
#include <stdio.h>

enum {
    TEXT_SHORT = 32, /* enough for what text_size(), text_time() and text_count() write */
    TEXT_BOARD = 96, /* and text_board() */
};

/* "512 bytes", "40 KiB", "1.50 MiB". Returns `text`, as the others do. */
const char *text_size(char text[TEXT_SHORT], uint64_t bytes);

/* "14 ms", "1.2 s", "12 s", "1 min 5 s"; cut, not rounded. */
const char *text_time(char text[TEXT_SHORT], uint64_t microseconds);

/* "1 sector", "3 sectors" */
const char *text_count(char text[TEXT_SHORT], uint64_t count, const char *one, const char *many);

/*
 * The name of its board profile; "STM32F405/407/415/417"; or "STM32, one of 8: F411, ..." if
 * several chips fit; the board's own name if none does.
 */
const char *text_board(char text[TEXT_BOARD], const struct boot0_board *board);

/* Why a listed board cannot be opened, in a few words: "no permission: see `boot0 udev`". */
const char *text_access(const struct boot0_error *error);

/* Two digits per byte; `text` has room for them and the NUL. Returns `text`. */
const char *text_hex(char *text, const uint8_t *bytes, size_t count);

/* A mark in a text, "{device}", and its replacement. */
struct text_mark {
    const char *mark;
    const char *value;
};

/* Copies a text with its marks replaced; truncates what does not fit. Returns `text`. */
const char *text_expand(char *text, size_t size, const char *from, const struct text_mark *marks,
                        size_t count);

/*
 * Prints a paragraph within the terminal's width, at most 78 columns. The label precedes the first
 * line, as many spaces the others. A newline in the text ends a line; spaces after it indent the
 * next.
 */
void print_wrapped(FILE *file, const char *label, const char *text);

/*
 * Prints a row whose last column is a text: the text continues below itself where the terminal has
 * no room. The row stays one line where the file is not a terminal.
 */
void print_labelled(FILE *file, const char *label, const char *text);

/* The same for a list of names in the help. */
void print_entry(FILE *file, const char *name, const char *text);

/* Whether a file goes to a terminal that has no room for a table of the usual width. */
bool terminal_is_narrow(FILE *file);

/* Columns of the terminal that a file goes to; 80 if it is not a terminal. */
int terminal_width(FILE *file);

/* Lines of that terminal; 24 if it is not one. */
int terminal_height(FILE *file);

/* Whether a file goes to a terminal that can redraw a line. */
bool terminal_is_smart(FILE *file);

#endif
