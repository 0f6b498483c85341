/* SPDX-License-Identifier: MIT */
/* DTR and RTS: named wirings and the pattern language. docs/howto/uart.md describes both. */
#include "reset_sequence.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum {
    RESET_MS = 100, /* a 100 nF capacitor at NRST with the weakest pull-up */
    START_MS = 100, /* from reset until the ROM reads its UART */
    WAIT_MAX_MS = 10000,
};

/* ---- wirings ---- */

struct wire {
    bool used;
    uint8_t line; /* B0_RESET_DTR or B0_RESET_RTS */
    bool inverted;
};

static void add(struct b0_reset_sequence *pattern, uint8_t action, uint32_t value)
{
    pattern->steps[pattern->count++] = (struct b0_reset_step){action, value};
}

static void drive(struct b0_reset_sequence *pattern, const struct wire *wire, bool active)
{
    if (wire->used)
        add(pattern, wire->line, active != wire->inverted);
}

/* BOOT0 must be valid when the reset ends, and is released afterwards. */
static void make_pattern(struct b0_reset_sequence *pattern, const struct wire *reset,
                         const struct wire *boot0, bool bootloader)
{
    drive(pattern, boot0, bootloader);
    if (!reset->used) {
        add(pattern, B0_RESET_WAIT, RESET_MS);
        return;
    }
    drive(pattern, reset, true);
    add(pattern, B0_RESET_WAIT, RESET_MS);
    drive(pattern, reset, false);
    add(pattern, B0_RESET_WAIT, START_MS);
}

static bool take_word(const char **text, const char *word)
{
    size_t length = strlen(word);

    if (strncmp(*text, word, length) != 0)
        return false;
    *text += length;
    return true;
}

/* Parses "!dtr-reset". */
static bool take_wire(const char **text, struct wire *reset, struct wire *boot0)
{
    struct wire wire = {.used = true, .inverted = take_word(text, "!")};
    struct wire *end, *other;

    if (take_word(text, "dtr-"))
        wire.line = B0_RESET_DTR;
    else if (take_word(text, "rts-"))
        wire.line = B0_RESET_RTS;
    else
        return false;
    if (take_word(text, "reset"))
        end = reset;
    else if (take_word(text, "boot0"))
        end = boot0;
    else
        return false;
    other = end == reset ? boot0 : reset;
    if (end->used || (other->used && other->line == wire.line))
        return false;
    *end = wire;
    return **text == ',' || **text == '\0';
}

static bool parse_wiring(const char *text, struct b0_reset_sequences *lines)
{
    struct wire reset = {.used = false}, boot0 = {.used = false};

    for (;;) {
        if (!take_wire(&text, &reset, &boot0))
            return false;
        if (*text == '\0')
            break;
        text++;
    }
    make_pattern(&lines->enter, &reset, &boot0, true);
    make_pattern(&lines->leave, &reset, &boot0, false);
    return true;
}

/* ---- patterns ---- */

static bool take_step(const char **text, struct b0_reset_step *step)
{
    char *end;
    unsigned long ms;

    if (isdigit((unsigned char)**text)) {
        ms = strtoul(*text, &end, 10);
        *text = end;
        *step = (struct b0_reset_step){B0_RESET_WAIT, (uint32_t)ms};
        return take_word(text, "ms") && ms <= WAIT_MAX_MS;
    }
    if (take_word(text, "dtr="))
        step->action = B0_RESET_DTR;
    else if (take_word(text, "rts="))
        step->action = B0_RESET_RTS;
    else
        return false;
    if (**text != '0' && **text != '1')
        return false;
    step->value = *(*text)++ == '1';
    return true;
}

/* Parses up to a ':' or the end. */
static bool take_pattern(const char **text, struct b0_reset_sequence *pattern)
{
    if (**text == ':' || **text == '\0')
        return true;
    for (;;) {
        if (pattern->count == B0_RESET_STEPS_MAX ||
            !take_step(text, &pattern->steps[pattern->count]))
            return false;
        pattern->count++;
        if (**text != ',')
            return **text == ':' || **text == '\0';
        ++*text;
    }
}

static bool parse_pattern(const char *text, struct b0_reset_sequences *lines)
{
    if (!take_pattern(&text, &lines->enter))
        return false;
    if (*text == ':') {
        text++;
        if (!take_pattern(&text, &lines->leave))
            return false;
    }
    return *text == '\0';
}

enum boot0_status b0_reset_parse(const char *text, struct b0_reset_sequences *lines,
                                 struct boot0_error *error)
{
    memset(lines, 0, sizeof *lines);
    if (!text || strcmp(text, "none") == 0 || parse_wiring(text, lines))
        return BOOT0_OK;
    memset(lines, 0, sizeof *lines);
    if (*text != '\0' && parse_pattern(text, lines))
        return BOOT0_OK;
    memset(lines, 0, sizeof *lines);
    boot0_fail(error, BOOT0_E_USAGE, "invalid sequence for DTR and RTS: \"%s\"", text);
    return boot0_hint(error, "Give the wiring, e.g. \"rts-boot0,dtr-reset\" (with ! before a line "
                             "that is active while off), the steps, e.g. "
                             "\"rts=1,dtr=1,100ms,dtr=0,50ms\", or \"none\".");
}

enum boot0_xfer b0_reset_run(const struct b0_reset_sequence *pattern,
                             const struct boot0_stream *stream, struct boot0_line *line)
{
    enum boot0_xfer result = BOOT0_XFER_OK;

    for (size_t i = 0; i < pattern->count && result == BOOT0_XFER_OK; i++) {
        const struct b0_reset_step *step = &pattern->steps[i];

        if (step->action == B0_RESET_WAIT) {
            stream->ops->wait(stream->context, step->value * 1000);
            continue;
        }
        if (step->action == B0_RESET_DTR)
            line->dtr = step->value;
        else
            line->rts = step->value;
        result = stream->ops->set(stream->context, line);
    }
    return result;
}
