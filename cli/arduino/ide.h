/* SPDX-License-Identifier: MIT */
/* What port discovery and monitor have in common: reading commands, short answers. */
#ifndef BOOT0_CLI_ARDUINO_IDE_H
#define BOOT0_CLI_ARDUINO_IDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum {
    IDE_LINE_MAX = 1024,
};

/* Collects characters to lines; a line that is too long is told of once, and left out. */
struct ide_reader {
    char line[IDE_LINE_MAX];
    size_t length;
    bool overlong;
};
enum ide_read {
    IDE_READ_MORE,
    IDE_READ_LINE, /* in reader->line */
    IDE_READ_OVERLONG,
};
enum ide_read ide_reader_take(struct ide_reader *reader, char character);

/* The rest of the line behind a command word and a space, NULL if the word is another. */
const char *ide_operand(const char *line, const char *word);

/* HELLO's operand, `1 "name"`: the version, 0 if it is malformed. */
unsigned ide_hello_version(const char *operand);

/* {"eventType":…,"message":…}, with "error":true if it is one. */
void ide_answer(FILE *out, const char *event, const char *message);
void ide_refuse(FILE *out, const char *event, const char *format, ...);
/* With an error's message and remedy. */
struct boot0_error;
void ide_refuse_error(FILE *out, const char *event, const struct boot0_error *error);
/* HELLO's answer: both protocols have version 1 only. */
void ide_answer_hello(FILE *out);

#endif
