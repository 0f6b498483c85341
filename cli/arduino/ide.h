/* SPDX-License-Identifier: MIT */
/* Shared by port discovery and monitor: reading commands, short answers. */
#ifndef BOOT0_CLI_ARDUINO_IDE_H
#define BOOT0_CLI_ARDUINO_IDE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

enum {
    IDE_LINE_MAX = 1024,
};

/* Collects characters into lines. Reports a line that is too long once, and drops it. */
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

/* The rest of the line after a command word and a space; NULL for another word. */
const char *ide_operand(const char *line, const char *word);

/* The version in HELLO's operand, `1 "name"`; 0 if it is malformed. */
unsigned ide_hello_version(const char *operand);

/* Prints {"eventType":…,"message":…}, with "error":true for an error. */
void ide_answer(FILE *out, const char *event, const char *message);
void ide_refuse(FILE *out, const char *event, const char *format, ...);
/* The same, with an error's message and remedy. */
struct boot0_error;
void ide_refuse_error(FILE *out, const char *event, const struct boot0_error *error);
/* Answers HELLO: both protocols have version 1 only. */
void ide_answer_hello(FILE *out);

#endif
