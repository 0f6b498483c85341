/* SPDX-License-Identifier: MIT */
/* See label.h. */
#include "label.h"

#include <base/platform/file.h>
#include <ctype.h>
#include <errno.h>
#include <string.h>

static enum boot0_status fail_file(const char *file, int reason, struct boot0_error *error)
{
    boot0_fail(error, BOOT0_E_NO_OUTPUT, "--label-to %.200s: %s", file, strerror(reason));
    return boot0_hint(error, "Is the printer on, or the disk full? Use --label-to '|COMMAND' to "
                             "print through a command such as lpr.");
}

/* NULL: it goes to a file. */
static const char *command_of(const char *to)
{
    return to[0] == '|' ? to + 1 : NULL;
}

/* A pipe or a device is not opened: that can wait for somebody, or make a printer feed. */
static enum boot0_status check_file(const char *file, struct boot0_error *error)
{
    struct b0_file_status status;
    bool is_there = b0_file_status(file, &status) == 0;
    int failure = is_there ? b0_file_writable(file) : b0_file_creatable(file);

    return failure == 0 ? BOOT0_OK : fail_file(file, failure, error);
}

bool label_wants_csv(const struct gang_arguments *arguments, const struct csv *csv)
{
    const char *text = arguments->label ? arguments->label : "";
    struct facts_part part;

    while (facts_next_part(&text, &part))
        if (part.is_name && facts_column(csv, part.text, part.length) < csv->columns)
            return true;
    return false;
}

enum boot0_status label_check(const struct gang_arguments *arguments, const struct csv *csv,
                              struct boot0_error *error)
{
    enum boot0_status status;

    if (!arguments->label && arguments->label_to) {
        boot0_fail(error, BOOT0_E_USAGE, "--label-to is given without --label");
        return boot0_hint(error, "Use --label TEXT to say what a label holds: 'N {serial}'.");
    }
    if (!arguments->label)
        return BOOT0_OK;
    status = facts_check(arguments->label, "--label", error);
    if (status == BOOT0_OK)
        status =
            facts_check_names(arguments->label, csv, arguments->each != NULL, "--label", error);
    if (status == BOOT0_OK && arguments->label_to && !command_of(arguments->label_to))
        status = check_file(arguments->label_to, error);
    return status;
}

static bool has_control(const char *text)
{
    for (; *text; text++)
        if (iscntrl((unsigned char)*text))
            return true;
    return false;
}

enum boot0_status label_fill(const struct gang_arguments *arguments, const struct facts *facts,
                             char label[LABEL_MAX], struct boot0_error *error)
{
    const char *text = arguments->label;
    struct facts_part part;

    while (facts_next_part(&text, &part)) {
        const char *value = part.is_name ? facts_find(facts, part.text, part.length) : NULL;
        int length = (int)(part.length < 64 ? part.length : 64);

        if (value && facts_is_secret(facts, part.text, part.length)) {
            boot0_fail(error, BOOT0_E_DATA, "{%.*s} is secret, and is part of --label", length,
                       part.text);
            return boot0_hint(error, "Secret values go to the board only. The board was not "
                                     "changed.");
        }
        if (value && has_control(value)) {
            boot0_fail(error, BOOT0_E_DATA,
                       "{%.*s} has a control character, and is part of "
                       "--label",
                       length, part.text);
            return boot0_hint(error, "A printer may act on it. The board was not changed.");
        }
    }
    return facts_fill(facts, arguments->label, label, LABEL_MAX, error);
}

static enum boot0_status append(const char *file, const char *line, struct boot0_error *error)
{
    FILE *stream = b0_file_open(file, "ab");
    bool written;

    if (!stream)
        return fail_file(file, errno, error);
    written = fwrite(line, 1, strlen(line), stream) == strlen(line);
    if (fclose(stream) != 0 || !written)
        return fail_file(file, errno, error);
    return BOOT0_OK;
}

enum boot0_status label_put(const struct gang_arguments *arguments, const char *label,
                            char note[EACH_NOTE], struct boot0_error *error)
{
    const char *to = arguments->label_to;
    char line[LABEL_MAX + 1];

    if (!to)
        return BOOT0_OK;
    snprintf(line, sizeof line, "%s\n", label);
    if (command_of(to))
        return each_feed(arguments, command_of(to), line, note, error);
    return append(to, line, error);
}
