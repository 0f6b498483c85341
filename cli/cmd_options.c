/* SPDX-License-Identifier: MIT */
/* boot0 options: shows and changes the chip's option bytes by name. */
#include "confirm.h"
#include "print.h"
#include "text.h"
#include <base/print/json.h>

#include <string.h>

enum {
    CHANGES_MAX = OPERANDS_MAX,
    NAME_MAX_LENGTH = 24,
};

/* What the command line asks for. */
struct wanted {
    struct boot0_option_change list[CHANGES_MAX];
    char names[CHANGES_MAX][NAME_MAX_LENGTH];
    size_t count;
};

static enum boot0_status fail_operand(const char *operand, struct boot0_error *error)
{
    boot0_fail(error, BOOT0_E_USAGE, "invalid option change \"%s\"", operand);
    return boot0_hint(error, "Use NAME=VALUE, e.g. nRST_STOP=1 or nWRP=0xffe.");
}

static enum boot0_status parse(const struct arguments *arguments, struct wanted *wanted,
                               struct boot0_error *error)
{
    wanted->count = 0;
    for (size_t i = 0; i < arguments->operand_count; i++) {
        const char *operand = arguments->operands[i];
        size_t length = strcspn(operand, "=");
        struct boot0_option_change *change = &wanted->list[wanted->count];
        char *name = wanted->names[wanted->count++];

        if (length == 0 || length >= NAME_MAX_LENGTH || operand[length] == '\0' ||
            !parse_number(operand + length + 1, false, &change->value))
            return fail_operand(operand, error);
        snprintf(name, NAME_MAX_LENGTH, "%.*s", (int)length, operand);
        change->name = name;
    }
    return BOOT0_OK;
}

/* ---- showing ---- */

/* Numbers with several digits in hex: they are bits, pages or bytes. */
static const char *value_text(char text[TEXT_SHORT], const struct boot0_option *option)
{
    snprintf(text, TEXT_SHORT, option->max > 9 ? "0x%x" : "%u", (unsigned)option->value);
    return text;
}

static void print_option(const struct boot0_option *option)
{
    char value[TEXT_SHORT], label[NAME_MAX_LENGTH + TEXT_SHORT], text[256];
    bool narrow = terminal_is_narrow(stdout);

    snprintf(label, sizeof label, narrow ? "%-10s %-5s " : "%-16s %-8s ", option->name,
             value_text(value, option));
    snprintf(text, sizeof text, "%s%s%s", option->text, option->meaning[0] ? ": " : "",
             option->meaning);
    print_labelled(stdout, label, text);
}

static void json_option(struct json *json, const struct boot0_option *option)
{
    json_open(json, NULL);
    json_text(json, "name", option->name);
    json_number(json, "value", option->value);
    json_number(json, "max", option->max);
    json_text(json, "text", option->text);
    json_text(json, "meaning", option->meaning);
    json_hex(json, "address", option->address, 8);
    json_number(json, "bit", option->bit);
    json_close(json);
}

static void json_options(struct json *json, const char *name, const struct boot0_option *options,
                         size_t count)
{
    json_open_list(json, name);
    for (size_t i = 0; i < count; i++)
        json_option(json, &options[i]);
    json_close_list(json);
}

static void show(struct command_session *command, const struct boot0_option *options, size_t count)
{
    progress_end(&command->progress);
    if (command->arguments->json) {
        struct json json = command_json_begin(command);

        json_options(&json, "options", options, count);
        json_end(&json);
        return;
    }
    for (size_t i = 0; i < count; i++)
        print_option(&options[i]);
}

/* ---- changing ---- */

/* Shows the values before and after. Returns how many differ. */
static size_t show_changes(const struct command_session *command, const struct boot0_option *before,
                           const struct boot0_option *after, size_t count)
{
    size_t changes = 0;

    for (size_t i = 0; i < count; i++) {
        char old[TEXT_SHORT], new[TEXT_SHORT], text[256];

        if (before[i].value == after[i].value)
            continue;
        changes++;
        snprintf(text, sizeof text, "%s: %s%s%s%s -> %s%s%s%s", after[i].name,
                 value_text(old, &before[i]), before[i].meaning[0] ? " (" : "", before[i].meaning,
                 before[i].meaning[0] ? ")" : "", value_text(new, &after[i]),
                 after[i].meaning[0] ? " (" : "", after[i].meaning, after[i].meaning[0] ? ")" : "");
        if (!command->arguments->json)
            print_wrapped(stdout, "", text);
    }
    return changes;
}

static bool turns_readout_on(const struct boot0_option *before, const struct boot0_option *after,
                             size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(after[i].name, "RDP") == 0 && after[i].value != before[i].value)
            return true;
    return false;
}

static enum boot0_status write_options(struct command_session *command,
                                       const struct boot0_option *before,
                                       const struct boot0_option *after, size_t count,
                                       struct boot0_error *error)
{
    bool locks = turns_readout_on(before, after, count);
    enum boot0_status status = confirm(
        command, locks ? LOSS_READOUT : LOSS_OPTION_BYTES,
        locks ? "this makes the flash unreadable" : "this writes the chip's option bytes", error);

    if (status == BOOT0_OK)
        status = boot0_session_set_options(command->session, after, count,
                                           command->arguments->protect.lock_for_ever, error);
    if (status != BOOT0_OK)
        return status;
    progress_end(&command->progress);
    if (command->arguments->json) {
        struct json json = command_json_begin(command);

        json_bool(&json, "changed", true);
        json_options(&json, "before", before, count);
        json_options(&json, "options", after, count);
        json_end(&json);
    } else {
        print("%s\n", locks ? "Written. Read protection is on."
                            : "Written, and read back after the reset.");
    }
    return BOOT0_OK;
}

static enum boot0_status change_options(struct command_session *command,
                                        const struct wanted *wanted,
                                        const struct boot0_option *before, size_t count,
                                        struct boot0_error *error)
{
    struct boot0_option after[BOOT0_OPTIONS_MAX];
    enum boot0_status status;

    memcpy(after, before, count * sizeof after[0]);
    status = boot0_options_apply(after, count, wanted->list, wanted->count, error);
    if (status != BOOT0_OK)
        return status;
    progress_end(&command->progress);
    if (show_changes(command, before, after, count) > 0)
        return write_options(command, before, after, count, error);
    if (command->arguments->json) {
        struct json json = command_json_begin(command);

        json_bool(&json, "changed", false);
        json_options(&json, "options", before, count);
        json_end(&json);
    } else {
        print("Nothing to do: the chip has these values already.\n");
    }
    return BOOT0_OK;
}

static enum boot0_status run(struct arguments *arguments, struct boot0_error *error)
{
    struct boot0_option options[BOOT0_OPTIONS_MAX];
    struct command_session command;
    struct wanted wanted;
    size_t count;
    enum boot0_status status = parse(arguments, &wanted, error);

    if (status != BOOT0_OK)
        return status;
    status = command_open(&command, arguments, error);
    if (status == BOOT0_OK)
        status = boot0_session_read_options(command.session, options, &count, error);
    if (status == BOOT0_OK && wanted.count == 0)
        show(&command, options, count);
    else if (status == BOOT0_OK)
        status = change_options(&command, &wanted, options, count, error);
    command_close(&command);
    return status;
}

static const enum option taken[] = {OPTIONS_BOARD,        OPTION_CHIP, OPTION_BOARD_PROFILE,
                                    OPTION_LOCK_FOR_EVER, OPTION_YES,  OPTIONS_OUTPUT};

const struct command command_options = {
    .name = "options",
    .operands = "[NAME=VALUE...]",
    .summary = "show or change option bytes by name",
    .text = "Shows each option byte field with its value and meaning, named as in the reference "
            "manual: read protection (RDP, by its level), brown-out reset, watchdogs, write "
            "protection, boot source. NAME=VALUE changes fields: boot0 shows the values before "
            "and after, asks for confirmation (without a terminal it needs --yes), writes, and "
            "reads back after the reset. The beginning of a name is enough. Works with ST's "
            "bootloader in ROM, over USB and UART, on STM32F0 to F4, L4 and G4. RDP=1 makes the "
            "flash unreadable until all of it is erased (`boot0 erase --unprotect`); RDP=2 can "
            "never be undone.",
    .examples = "  boot0 options\n  boot0 options BOR_LEV=0 nRST_STOP=1",
    COMMAND_OPTIONS(taken),
    .operands_max = OPERANDS_MAX,
    .run = run,
};
