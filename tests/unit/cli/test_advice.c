/* SPDX-License-Identifier: MIT */
/* The command's sentences for the library's advice: each advice has a true one. */
#include "cli_test.h"

#include <cli/advice.h>
#include <cli/command.h>
#include <cli/text.h>
#include <ctype.h>
#include <string.h>

#define HINT "Do what any program would say."
#define LONG "0 \"a name of some length\", "

static const char *const command_names[] = {
#define ROW(name) #name,
    COMMANDS(ROW)
#undef ROW
};

/* As long as the library's lists can become. */
static struct boot0_error error_with(enum boot0_advice advice, const char *text)
{
    struct boot0_error error = {.code = BOOT0_E_IO};
    struct boot0_facts facts = {.address = 0x08004000, .number = 128};

    snprintf(facts.text, sizeof facts.text, "%s", text);
    boot0_fail(&error, BOOT0_E_IO, "it failed");
    boot0_hint(&error, "%s", HINT);
    assert_int_equal(boot0_advise(&error, advice, &facts), BOOT0_E_IO);
    return error;
}

static const char *sentence(char text[ADVICE_TEXT], enum boot0_advice advice)
{
    struct boot0_error error = error_with(advice, "this\n  that");

    return advice_text(text, &error);
}

/* ---- options and commands ---- */

/* Whether options.c has an option: its message for any other says that there is none. */
static bool is_option(const char *name)
{
    enum option all[OPTION_COUNT];
    struct command command = {.name = "all", .operands = "", .option_count = OPTION_COUNT};
    struct boot0_error error = {.code = BOOT0_OK};
    struct arguments *arguments = calloc(1, sizeof *arguments);
    char word[64];
    char *argv[] = {word, NULL};
    bool found;

    assert_non_null(arguments);
    for (size_t i = 0; i < OPTION_COUNT; i++)
        all[i] = (enum option)i;
    command.options = all;
    snprintf(word, sizeof word, "%s=1", name);
    (void)options_parse(&command, 1, argv, arguments, &error);
    found = !strstr(error.message, "has no option");
    free(arguments);
    return found;
}

static bool is_command(const char *word, size_t length)
{
    for (size_t i = 0; i < B0_LENGTH(command_names); i++) {
        const char *name = command_names[i];
        size_t same = 0;

        while (same < length && name[same] && (name[same] == '_' ? '-' : name[same]) == word[same])
            same++;
        if (same == length && name[same] == '\0')
            return true;
    }
    return false;
}

static bool is_word(char character)
{
    return isalnum((unsigned char)character) || character == '-';
}

static size_t word_length(const char *text)
{
    size_t length = 0;

    while (is_word(text[length]))
        length++;
    return length;
}

/* Checks each "--option" and "-o" of a text; returns how many there are. */
static size_t check_options(const char *text)
{
    size_t count = 0;

    for (const char *at = text; *at; at++) {
        char name[64];

        if (*at != '-' || (at > text && is_word(at[-1])))
            continue;
        snprintf(name, sizeof name, "%.*s", (int)word_length(at), at);
        if (!is_option(name))
            fail_msg("there is no option %s: %s", name, text);
        count++;
    }
    return count;
}

/* Checks each "`boot0 command"; returns how many there are. */
static size_t check_commands(const char *text)
{
    static const char start[] = "`boot0 ";
    size_t count = 0;

    for (const char *at = strstr(text, start); at; at = strstr(at, start)) {
        at += sizeof start - 1;
        if (*at != '-' && !is_command(at, word_length(at)))
            fail_msg("there is no such command: boot0 %s", at);
        count++;
    }
    return count;
}

static void test_checks(void **state)
{
    (void)state;
    assert_true(is_option("--address") && is_option("--force") && is_option("-d"));
    assert_false(is_option("--adress") || is_option("-Z"));
    assert_true(is_command("update-bootloader", 17) && is_command("info", 4));
    assert_false(is_command("inf", 3) || is_command("infos", 5));
    assert_int_equal(check_options("Use --alt or -d: (--force), not write-protected."), 3);
    assert_int_equal(check_commands("`boot0 list` and `boot0 info FILE` and `boot0 --trace F`"), 3);
}

static void test_names(void **state)
{
    char text[ADVICE_TEXT];

    (void)state;
    for (unsigned i = BOOT0_ADVICE_NONE + 1; i < BOOT0_ADVICE_COUNT; i++) {
        sentence(text, (enum boot0_advice)i);
        /* A sentence that names neither adds nothing to the library's hint. */
        if (check_options(text) + check_commands(text) == 0 && !strstr(text, " the command"))
            fail_msg("%s has nothing of the command: %s", boot0_advice_name((enum boot0_advice)i),
                     text);
    }
}

/* ---- form ---- */

/* Notes continue the sentence of their message. */
static bool is_note(enum boot0_advice advice)
{
    return advice == BOOT0_ADVICE_STARTER || advice == BOOT0_ADVICE_SUPPLY_IGNORED;
}

static void test_form(void **state)
{
    char text[ADVICE_TEXT];

    (void)state;
    assert_string_equal(sentence(text, BOOT0_ADVICE_NONE), HINT);
    for (unsigned i = BOOT0_ADVICE_NONE + 1; i < BOOT0_ADVICE_COUNT; i++) {
        sentence(text, (enum boot0_advice)i);
        assert_int_not_equal(isupper((unsigned char)text[0]) != 0, is_note((enum boot0_advice)i));
        assert_null(strpbrk(text, "{}"));
        assert_null(strstr(text, "  --force")); /* two spaces indent a list's lines only */
        assert_true(is_note((enum boot0_advice)i) || text[strlen(text) - 1] == '.' ||
                    text[strlen(text) - 1] == '?' || strstr(text, "this\n  that") ||
                    strstr(text, "--interface that"));
    }
}

/* With all the texts that the library inserts, a sentence is whole, and no line is too long. */
static void test_wrapping(void **state)
{
    struct memory_file memory;
    char *printed;
    char text[ADVICE_TEXT], list[sizeof((struct boot0_facts *)0)->text] = "";

    (void)state;
    while (strlen(list) + strlen(LONG) < sizeof list)
        snprintf(list + strlen(list), sizeof list - strlen(list), "%s", LONG);
    for (unsigned i = 0; i < BOOT0_ADVICE_COUNT; i++) {
        struct boot0_error error = error_with((enum boot0_advice)i, list);

        memset(error.hint, 'x', sizeof error.hint - 1);
        for (size_t at = 7; at < sizeof error.hint; at += 8)
            error.hint[at] = ' ';
        error.hint[sizeof error.hint - 1] = '\0';
        assert_true(strlen(advice_text(text, &error)) < ADVICE_TEXT - 1);
        memory_open(&memory);
        print_wrapped(memory.file, "       ", text);
        printed = memory_take(&memory);
        assert_non_null(printed);
        for (const char *line = printed; *line; line += strcspn(line, "\n") + 1)
            assert_true(strcspn(line, "\n") < 80);
        free(printed);
    }
}

/* ---- facts ---- */

static void test_facts(void **state)
{
    struct boot0_error error;
    char text[ADVICE_TEXT];

    (void)state;
    assert_non_null(strstr(sentence(text, BOOT0_ADVICE_PLACE_AT), "--address 0x08004000:"));
    assert_non_null(strstr(sentence(text, BOOT0_ADVICE_ALIGNMENT), "a multiple of 128."));
    error = error_with(BOOT0_ADVICE_CHOOSE_MEMORY, "0 \"Internal Flash\", 1 \"{hint}\"");
    advice_text(text, &error);
    assert_non_null(strstr(text, "--alt: 0 \"Internal Flash\", 1 \"{hint}\"."));
    error = error_with(BOOT0_ADVICE_CHOOSE_INTERFACE, "\n  0  \"A\"\n  2  \"B\"");
    assert_string_equal(advice_text(text, &error),
                        "Choose one with --interface:\n  --interface 0  \"A\"\n  --interface 2  "
                        "\"B\"");
    error = error_with(BOOT0_ADVICE_CHOOSE_BOARD, "\n  1-1  0483:df11\n  1-2  0483:df11");
    assert_string_equal(advice_text(text, &error), "Choose one with --path, --serial or -d:"
                                                   "\n  1-1  0483:df11\n  1-2  0483:df11");
}

static void test_note(void **state)
{
    struct boot0_error note = error_with(BOOT0_ADVICE_SUPPLY_IGNORED, "");
    char text[ADVICE_TEXT];

    (void)state;
    assert_string_equal(advice_note(text, &note), "it failed: --vdd is ignored");
    note = error_with(BOOT0_ADVICE_NONE, "");
    assert_string_equal(advice_note(text, &note), "it failed: " HINT);
    memset(note.message, 'm', sizeof note.message - 1);
    memset(note.hint, 'h', sizeof note.hint - 1);
    assert_true(strlen(advice_note(text, &note)) == sizeof note.message + sizeof note.hint);
}

/* Advice of a newer library: only its hint is printed. */
static void test_unknown(void **state)
{
    struct boot0_error error = error_with(BOOT0_ADVICE_COUNT, "text");
    char text[ADVICE_TEXT];

    (void)state;
    assert_string_equal(advice_text(text, &error), HINT);
    error.advice = (enum boot0_advice) - 1;
    assert_string_equal(advice_text(text, &error), HINT);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_checks),   cmocka_unit_test(test_names), cmocka_unit_test(test_form),
        cmocka_unit_test(test_wrapping), cmocka_unit_test(test_facts), cmocka_unit_test(test_note),
        cmocka_unit_test(test_unknown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
