/* SPDX-License-Identifier: MIT */
/*
 * dfu-util's command line: parser and help come from one table of options. The parser replaces
 * getopt_long(), which Windows lacks, and lets --wait have an argument or none.
 */
#include "../text.h"
#include "dfu_util.h"

#include <core/array.h>
#include <stdlib.h>
#include <string.h>

enum takes {
    NOTHING,
    ARGUMENT,
    MAYBE, /* an argument, as a separate word, or none */
};

/*
 * Applies an option of the table. `value` is NULL for an option without an argument. False: invalid
 * value.
 */
typedef bool setter(struct dfu_util_options *options, const char *value);

static bool set_help(struct dfu_util_options *options, const char *value)
{
    (void)value;
    options->mode = DFU_UTIL_HELP;
    return true;
}

static bool set_version(struct dfu_util_options *options, const char *value)
{
    (void)value;
    options->mode = DFU_UTIL_VERSION;
    return true;
}

static bool set_verbose(struct dfu_util_options *options, const char *value)
{
    (void)value;
    options->verbose++;
    return true;
}

static bool set_list(struct dfu_util_options *options, const char *value)
{
    (void)value;
    options->mode = DFU_UTIL_LIST;
    return true;
}

static bool set_detach(struct dfu_util_options *options, const char *value)
{
    (void)value;
    options->mode = DFU_UTIL_DETACH;
    return true;
}

static bool set_detach_delay(struct dfu_util_options *options, const char *value)
{
    return dfu_util_number(value, &options->detach_delay_s);
}

static bool set_device(struct dfu_util_options *options, const char *value)
{
    dfu_util_device(value, &options->match);
    return true;
}

static bool set_device_number(struct dfu_util_options *options, const char *value)
{
    /* dfu-util takes anything but a number for 0. */
    options->match.device_number = (int)strtol(value, NULL, 10);
    return true;
}

static bool set_path(struct dfu_util_options *options, const char *value)
{
    options->match.path = value;
    return true;
}

static bool set_configuration(struct dfu_util_options *options, const char *value)
{
    return dfu_util_number(value, &options->match.configuration);
}

static bool set_interface(struct dfu_util_options *options, const char *value)
{
    return dfu_util_number(value, &options->match.interface);
}

static bool set_serial(struct dfu_util_options *options, const char *value)
{
    dfu_util_serial(value, &options->match);
    return true;
}

static bool set_alternate(struct dfu_util_options *options, const char *value)
{
    dfu_util_alternate(value, &options->match);
    return true;
}

static bool set_transfer_size(struct dfu_util_options *options, const char *value)
{
    return dfu_util_number(value, &options->transfer_size);
}

static bool set_upload(struct dfu_util_options *options, const char *value)
{
    options->mode = DFU_UTIL_UPLOAD;
    options->file = value;
    return true;
}

static bool set_upload_size(struct dfu_util_options *options, const char *value)
{
    return dfu_util_number(value, &options->expected_size);
}

static bool set_download(struct dfu_util_options *options, const char *value)
{
    options->mode = DFU_UTIL_DOWNLOAD;
    options->file = value;
    return true;
}

static bool set_reset(struct dfu_util_options *options, const char *value)
{
    (void)value;
    options->reset = true;
    return true;
}

static bool set_wait(struct dfu_util_options *options, const char *value)
{
    (void)value;
    options->wait = true;
    return true;
}

static bool set_dfuse(struct dfu_util_options *options, const char *value)
{
    options->dfuse = value;
    return true;
}

static bool set_virtual(struct dfu_util_options *options, const char *value)
{
    if (options->bus.select.virtual_count == VIRTUAL_MAX)
        return false;
    options->bus.select.virtual_boards[options->bus.select.virtual_count++] = value;
    return true;
}

static bool set_trace(struct dfu_util_options *options, const char *value)
{
    options->bus.select.trace = value;
    return true;
}

/* A row without help is another name for the row before it. */
static const struct row {
    char letter; /* 0: none */
    const char *name;
    enum takes takes;
    setter *set;
    const char *argument;
    const char *help;
} rows[] = {
    {'h', "help", NOTHING, set_help, "", "show this help"},
    {'V', "version", NOTHING, set_version, "",
     "print the version of dfu-util that boot0 stands in for"},
    {'v', "verbose", NOTHING, set_verbose, "", "print details"},
    {'l', "list", NOTHING, set_list, "", "list the boards that match, one line per memory"},
    {'e', "detach", NOTHING, set_detach, "", "put a running program into DFU mode, then exit"},
    {'E', "detach-delay", ARGUMENT, set_detach_delay, "SECONDS",
     "time a program may take to enter DFU mode"},
    {'d', "device", ARGUMENT, set_device, "VID:PID[,VID:PID]",
     "ids in hex, of the program and, after the comma, of its bootloader; * is any, - is none"},
    {'n', "devnum", ARGUMENT, set_device_number, "NUMBER", "the board's number on its bus"},
    {'p', "path", ARGUMENT, set_path, "PATH", "the board at this port, e.g. 1-2.3"},
    {'c', "cfg", ARGUMENT, set_configuration, "NUMBER", "the configuration; 0 means any"},
    {0, "configuration", ARGUMENT, set_configuration, NULL, NULL},
    {'i', "intf", ARGUMENT, set_interface, "NUMBER", "the DFU interface"},
    {0, "interface", ARGUMENT, set_interface, NULL, NULL},
    {'S', "serial", ARGUMENT, set_serial, "TEXT[,TEXT]",
     "serial number of the program and, after the comma, of its bootloader"},
    {'a', "alt", ARGUMENT, set_alternate, "NAME|N",
     "the memory: number or name of its alternate setting"},
    {0, "altsetting", ARGUMENT, set_alternate, NULL, NULL},
    {'t', "transfer-size", ARGUMENT, set_transfer_size, "BYTES",
     "bytes per transfer, if not what the board reports (only plain DFU)"},
    {'U', "upload", ARGUMENT, set_upload, "FILE", "read from the board into a new file"},
    {'Z', "upload-size", ARGUMENT, set_upload_size, "BYTES", "the expected size of the upload"},
    {'D', "download", ARGUMENT, set_download, "FILE", "write a file to the board; - is stdin"},
    {'R', "reset", NOTHING, set_reset, "", "reset the board over USB at the end"},
    {'w', "wait", MAYBE, set_wait, "", "wait for the board to appear"},
    {'s', "dfuse-address", ARGUMENT, set_dfuse, "ADDRESS[:...]",
     "DfuSe: the address, then modifiers after colons: LENGTH of an upload, leave, mass-erase, "
     "unprotect, will-reset, force"},
    {0, "virtual", ARGUMENT, set_virtual, "BOARD", "a virtual board: f407, f072, ... (repeatable)"},
    {0, "trace", ARGUMENT, set_trace, "FILE", "record every transfer in FILE"},
};

enum {
    ROW_COUNT = B0_LENGTH(rows),
};

/* Options that dfu-util lacks have no abbreviations. */
static bool is_ours(const struct row *row)
{
    return row->letter == 0 && row->help;
}

/* The rest of the command line. */
struct words {
    char *const *next;
    char *const *end;
};

static enum boot0_status fail_value(const struct row *row, const char *value,
                                    struct boot0_error *error)
{
    return boot0_fail(error, BOOT0_E_USAGE, "invalid --%s \"%s\"", row->name, value);
}

/* Sets an option. Its argument is `joined`, or else the next word. */
static bool apply(const struct row *row, const char *joined, struct words *words,
                  struct dfu_util_options *options, struct boot0_error *error)
{
    const char *value = joined;

    if (row->takes == NOTHING && joined) {
        boot0_fail(error, BOOT0_E_USAGE, "--%s takes no argument", row->name);
        return false;
    }
    if (row->takes == ARGUMENT && !value) {
        if (words->next == words->end) {
            boot0_fail(error, BOOT0_E_USAGE, "--%s needs an argument", row->name);
            return false;
        }
        value = *words->next++;
    }
    /* A word that is not an option has no meaning to dfu-util, so it must be the argument. */
    if (row->takes == MAYBE && !value && words->next < words->end && **words->next != '-')
        words->next++;
    if (row->set(options, value))
        return true;
    fail_value(row, value, error);
    return false;
}

/* "-vl", "-a0", "-a 0" */
static bool parse_letters(const char *letters, struct words *words,
                          struct dfu_util_options *options, struct boot0_error *error)
{
    while (*letters && options->mode != DFU_UTIL_HELP) {
        const struct row *row = NULL;
        const char *joined = NULL;

        for (size_t i = 0; i < ROW_COUNT && !row; i++)
            row = rows[i].letter == *letters ? &rows[i] : NULL;
        if (!row) {
            boot0_fail(error, BOOT0_E_USAGE, "unknown option -%c", *letters);
            return false;
        }
        letters++;
        if (row->takes == ARGUMENT && *letters) {
            joined = letters;
            letters += strlen(letters);
        }
        /* Unlike --wait, -w never takes the next word. */
        if (row->takes == MAYBE ? !row->set(options, NULL)
                                : !apply(row, joined, words, options, error))
            return false;
    }
    return true;
}

/* Finds the row of a long name, or of an unambiguous beginning. */
static const struct row *find_name(const char *name, size_t length, struct boot0_error *error)
{
    const struct row *found = NULL;

    for (size_t i = 0; i < ROW_COUNT; i++) {
        if (strncmp(rows[i].name, name, length) != 0)
            continue;
        if (rows[i].name[length] == '\0')
            return &rows[i];
        if (is_ours(&rows[i]))
            continue;
        if (found && found->set != rows[i].set) {
            boot0_fail(error, BOOT0_E_USAGE, "ambiguous option --%.*s: --%s or --%s", (int)length,
                       name, found->name, rows[i].name);
            return NULL;
        }
        found = &rows[i];
    }
    if (!found)
        boot0_fail(error, BOOT0_E_USAGE, "unknown option --%.*s", (int)length, name);
    return found;
}

/* "--alt=0", "--alt 0" */
static bool parse_name(const char *name, struct words *words, struct dfu_util_options *options,
                       struct boot0_error *error)
{
    size_t length = strcspn(name, "=");
    const struct row *row = find_name(name, length, error);

    return row && apply(row, name[length] == '=' ? name + length + 1 : NULL, words, options, error);
}

bool dfu_util_parse(int argc, char *const *argv, struct dfu_util_options *options,
                    struct boot0_error *error)
{
    struct words words = {argv + (argc > 0), argv + argc};
    const char *operand = NULL;

    *options = (struct dfu_util_options){
        .match = {DFU_UTIL_ANY,
                  DFU_UTIL_ANY,
                  DFU_UTIL_ANY,
                  DFU_UTIL_ANY,
                  {NULL, 0},
                  {NULL, 0},
                  NULL,
                  DFU_UTIL_ANY,
                  DFU_UTIL_ANY,
                  DFU_UTIL_ANY,
                  DFU_UTIL_ANY,
                  NULL},
        .detach_delay_s = 5,
    };
    while (words.next < words.end && options->mode != DFU_UTIL_HELP) {
        const char *word = *words.next++;
        bool good = true;

        if (strcmp(word, "--") == 0) {
            operand = words.next < words.end && !operand ? *words.next : operand;
            break;
        }
        if (word[0] != '-' || word[1] == '\0')
            operand = operand ? operand : word;
        else if (word[1] == '-')
            good = parse_name(word + 2, &words, options, error);
        else
            good = parse_letters(word + 1, &words, options, error);
        if (!good)
            return false;
    }
    if (options->mode == DFU_UTIL_HELP || !operand)
        return true;
    boot0_fail(error, BOOT0_E_USAGE, "unexpected argument \"%s\": pass files with -D or -U",
               operand);
    return false;
}

void dfu_util_print_options(FILE *file)
{
    for (size_t i = 0; i < ROW_COUNT; i++) {
        const struct row *row = &rows[i];
        char name[48], label[64];

        if (!row->help)
            continue;
        snprintf(name, sizeof name, "--%s%s%s", row->name, row->argument[0] ? " " : "",
                 row->argument);
        if (row->letter)
            snprintf(label, sizeof label, "  -%c, %-27s ", row->letter, name);
        else
            snprintf(label, sizeof label, "      %-27s ", name);
        print_wrapped(file, label, row->help);
    }
}
