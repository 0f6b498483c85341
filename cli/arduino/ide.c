/* SPDX-License-Identifier: MIT */
/* See ide.h. */
#include "ide.h"
#include "../advice.h"

#include <base/print/json.h>
#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum {
    MESSAGE_MAX = sizeof((struct boot0_error *)0)->message + ADVICE_TEXT,
};

enum ide_read ide_reader_take(struct ide_reader *reader, char character)
{
    enum ide_read result = IDE_READ_MORE;

    if (character == '\n') {
        result = reader->overlong ? IDE_READ_OVERLONG : IDE_READ_LINE;
        while (reader->length > 0 && reader->line[reader->length - 1] == '\r')
            reader->length--;
        reader->line[reader->length] = '\0';
        reader->length = 0;
        reader->overlong = false;
    } else if (character == '\0' || reader->length == sizeof reader->line - 1) {
        reader->overlong = true; /* no command contains a NUL either */
    } else {
        reader->line[reader->length++] = character;
    }
    return result;
}

const char *ide_operand(const char *line, const char *word)
{
    size_t length = strlen(word);

    if (strncmp(line, word, length) != 0)
        return NULL;
    if (line[length] == ' ')
        return line + length + 1;
    return line[length] == '\0' ? line + length : NULL;
}

unsigned ide_hello_version(const char *operand)
{
    char *end;
    unsigned long version;

    if (!isdigit((unsigned char)operand[0]))
        return 0;
    version = strtoul(operand, &end, 10);
    if (end[0] != ' ' || end[1] != '"')
        return 0;
    end = strchr(end + 2, '"');
    if (!end || end[1] != '\0')
        return 0;
    return version > 1000 ? 1000 : (unsigned)version;
}

static void answer(FILE *out, const char *event, bool is_error, const char *message)
{
    struct json json = json_begin(out);

    json_text(&json, "eventType", event);
    if (is_error)
        json_bool(&json, "error", true);
    json_text(&json, "message", message);
    json_end(&json);
    fflush(out);
}

void ide_answer(FILE *out, const char *event, const char *message)
{
    answer(out, event, false, message);
}

void ide_refuse(FILE *out, const char *event, const char *format, ...)
{
    char message[MESSAGE_MAX];
    va_list values;

    va_start(values, format);
    vsnprintf(message, sizeof message, format, values);
    va_end(values);
    answer(out, event, true, message);
}

void ide_refuse_error(FILE *out, const char *event, const struct boot0_error *error)
{
    char remedy[ADVICE_TEXT];

    advice_text(remedy, error);
    ide_refuse(out, event, "%s%s%s", error->message, remedy[0] ? ". " : "", remedy);
}

void ide_answer_hello(FILE *out)
{
    struct json json = json_begin(out);

    json_text(&json, "eventType", "hello");
    json_number(&json, "protocolVersion", 1);
    json_text(&json, "message", "OK");
    json_end(&json);
    fflush(out);
}
