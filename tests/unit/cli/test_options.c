/* SPDX-License-Identifier: MIT */
/* The command line: every kind of option, all spellings, and every error. */
#include "cli_test.h"

#include <cli/command.h>
#include <core/array.h>
#include <string.h>

static const enum option taken[] = {OPTION_DEVICE,    OPTION_SERIAL,  OPTION_ALTERNATE, OPTION_WAIT,
                                    OPTION_VIRTUAL,   OPTION_ADDRESS, OPTION_SIZE,      OPTION_FULL,
                                    OPTION_NO_VERIFY, OPTION_VDD,     OPTION_FORCE,     OPTION_JSON,
                                    OPTION_QUIET,     OPTION_VERBOSE, OPTION_HELP};

static const struct command flash = {
    .name = "flash",
    .operands = "FILE...",
    .wants = "FILE",
    COMMAND_OPTIONS(taken),
    .operands_min = 1,
    .operands_max = 3,
};
static const struct command list = {.name = "list", .operands = "", COMMAND_OPTIONS(taken)};

static struct arguments arguments;
static struct boot0_error error;

/* Splits a line at its spaces and parses it. */
static enum boot0_status parse(const struct command *command, const char *line)
{
    static char words[1024];
    char *argv[160];
    int argc = 0;

    snprintf(words, sizeof words, "%s", line);
    for (char *word = strtok(words, " "); word; word = strtok(NULL, " "))
        argv[argc++] = word;
    memset(&arguments, 0, sizeof arguments);
    memset(&error, 0, sizeof error);
    return options_parse(command, argc, argv, &arguments, &error);
}

#define assert_parses(command, line) assert_int_equal(parse(command, line), BOOT0_OK)
/* Expects a usage error that contains `text` and has a hint. */
static void assert_refuses(const struct command *command, const char *line, const char *text)
{
    assert_int_equal(parse(command, line), BOOT0_E_USAGE);
    if (!strstr(error.message, text) && !strstr(error.hint, text))
        fail_msg("%s: %s\n%s", text, error.message, error.hint);
    assert_true(error.hint[0] != '\0');
}

/* Returns the word repeated `count` times. */
static const char *repeated(const char *word, int count)
{
    static char line[1024];
    size_t length = 0;

    for (int i = 0; i < count && length < sizeof line; i++)
        length += (size_t)snprintf(line + length, sizeof line - length, "%s ", word);
    return line;
}

static void test_nothing(void **state)
{
    (void)state;
    assert_parses(&list, "");
    assert_int_equal(arguments.operand_count, 0);
    assert_false(arguments.flash.has_address || arguments.select.has_wait || arguments.json);
}

static void test_forms(void **state)
{
    static const char *const lines[] = {
        "--serial ABC --address 0x08004000 --full f.bin",
        "f.bin --serial=ABC --address=0x8004000 --full",
        "-s ABC -A 134234112 f.bin --full",
        "-sABC -A0x8004000 --full -- f.bin",
    };

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(lines); i++) {
        assert_parses(&flash, lines[i]);
        assert_string_equal(arguments.select.serial, "ABC");
        assert_true(arguments.flash.has_address);
        assert_int_equal(arguments.flash.address, 0x08004000);
        assert_true(arguments.flash.full);
        assert_int_equal(arguments.operand_count, 1);
        assert_string_equal(arguments.operands[0], "f.bin");
    }
    assert_parses(&flash, "-qvf a");
    assert_true(arguments.quiet && arguments.verbose && arguments.flash.force);
    assert_parses(&flash, "-qA 0x10 a");
    assert_int_equal(arguments.flash.address, 0x10);
    assert_parses(&flash, "-- --full -q -");
    assert_int_equal(arguments.operand_count, 3);
    assert_string_equal(arguments.operands[0], "--full");
    assert_false(arguments.flash.full);
    assert_parses(&flash, "-");
    assert_string_equal(arguments.operands[0], "-");
    assert_parses(&flash, "--serial --full a");
    assert_string_equal(arguments.select.serial, "--full");
}

static void test_numbers(void **state)
{
    static const struct {
        const char *text;
        bool with_suffix;
        bool good;
        uint32_t number;
    } rows[] = {
        {"0", false, true, 0},
        {"128", false, true, 128},
        {"0x08000000", false, true, 0x08000000},
        {"0XfF", false, true, 255},
        {"4294967295", false, true, UINT32_MAX},
        {"0xffffffff", false, true, UINT32_MAX},
        {"4294967296", false, false, 0},
        {"0x100000000", false, false, 0},
        {"99999999999999999999999", false, false, 0},
        {"08000000", false, false, 0},
        {"00", false, false, 0},
        {"8000000h", false, false, 0},
        {"", false, false, 0},
        {"0x", false, false, 0},
        {"x", false, false, 0},
        {"-1", false, false, 0},
        {"+1", false, false, 0},
        {" 1", false, false, 0},
        {"1 ", false, false, 0},
        {"0x-1", false, false, 0},
        {"16k", true, true, 16384},
        {"16K", true, true, 16384},
        {"1M", true, true, 1048576},
        {"0x10k", true, true, 16384},
        {"16k", false, false, 0},
        {"16kB", true, false, 0},
        {"1m", true, false, 0},
        {"4095M", true, true, 4095u << 20},
        {"4096M", true, false, 0},
        {"4194304k", true, false, 0},
    };

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(rows); i++) {
        uint32_t number = 0;

        assert_int_equal(parse_number(rows[i].text, rows[i].with_suffix, &number), rows[i].good);
        assert_int_equal(number, rows[i].number);
    }
    assert_refuses(&flash, "--address 08000000 a", "0x08000000 (hex, with 0x)");
    assert_refuses(&flash, "--size 0 a", "16k or 1M");
    assert_refuses(&flash, "--size 16q a", "\"16q\"");
    assert_refuses(&flash, "--address= a", "invalid --address \"\"");
}

static void test_devices(void **state)
{
    static const char *const bad[] = {"",           ":",          "0483:",  ":df11",
                                      "0483:df11:", "xyz",        "0483:g", "10483",
                                      "0483-df11",  "0483:1df11", "-1",     "0000483"};

    (void)state;
    assert_parses(&list, "-d 0483:df11");
    assert_true(arguments.select.has_device && arguments.select.has_product);
    assert_int_equal(arguments.select.vendor, 0x0483);
    assert_int_equal(arguments.select.product, 0xdf11);
    assert_parses(&list, "-d0x1eaf");
    assert_true(arguments.select.has_device && !arguments.select.has_product);
    assert_int_equal(arguments.select.vendor, 0x1eaf);
    for (size_t i = 0; i < B0_LENGTH(bad); i++) {
        char line[40];

        snprintf(line, sizeof line, "--device=%s", bad[i]);
        if (parse(&list, line) != BOOT0_E_USAGE)
            fail_msg("taken: %s", bad[i]);
        assert_non_null(strstr(error.message, "0483:df11"));
    }
}

static void test_volts(void **state)
{
    static const struct {
        const char *text;
        uint32_t mv; /* 0: refused */
    } rows[] = {
        {"3.3", 3300}, {"3", 3000},   {"3.", 3000}, {"3.3V", 3300}, {"1.85", 1850}, {"2.715", 2715},
        {"33", 0},     {"3,3", 0},    {".3", 0},    {"", 0},        {"0", 0},       {"-3.3", 0},
        {"3.3.3", 0},  {"3.3000", 0}, {"three", 0}, {"3.3VV", 0},
    };

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(rows); i++) {
        char line[40];

        snprintf(line, sizeof line, "--vdd=%s a", rows[i].text);
        assert_int_equal(parse(&flash, line), rows[i].mv ? BOOT0_OK : BOOT0_E_USAGE);
        if (rows[i].mv)
            assert_int_equal(arguments.flash.supply_mv, rows[i].mv);
    }
}

static void test_wait(void **state)
{
    (void)state;
    assert_parses(&list, "--wait");
    assert_true(arguments.select.has_wait);
    assert_int_equal(arguments.select.wait_ms, UINT32_MAX);
    assert_parses(&list, "--wait=10");
    assert_int_equal(arguments.select.wait_ms, 10000);
    assert_parses(&list, "-w5");
    assert_int_equal(arguments.select.wait_ms, 5000);
}

static void test_wait_refused(void **state)
{
    (void)state;
    assert_refuses(&list, "--wait=soon", "a number of seconds");
    assert_refuses(&list, "--wait=-1", "a number of seconds");
    assert_refuses(&list, "--wait=4294968", "a number of seconds");
    assert_refuses(&list, "--wait 5", "--wait=5");
    assert_refuses(&flash, "-w 5 a.bin", "--wait=5");
    assert_parses(&flash, "--wait 5.bin");
    assert_parses(&flash, "--wait ./5");
}

static void test_virtual_boards(void **state)
{
    (void)state;
    assert_parses(&list, "--virtual f407 --virtual=f072:rdp=1");
    assert_int_equal(arguments.select.virtual_count, 2);
    assert_string_equal(arguments.select.virtual_boards[1], "f072:rdp=1");
    assert_refuses(&list, repeated("--virtual f407", VIRTUAL_MAX + 1), "64");
}

static void test_unknown(void **state)
{
    (void)state;
    assert_refuses(&flash, "--no-virify a", "Did you mean --no-verify?");
    assert_refuses(&flash, "--adress=5 a", "Did you mean --address?");
    assert_refuses(&flash, "--bogus-thing a", "Run `boot0 flash --help` to see its options");
    assert_refuses(&flash, "-x a", "has no option -x");
    assert_refuses(&flash, "-qx a", "has no option -qx");
    assert_refuses(&flash, "--", "FILE");
    assert_refuses(&flash, "--ful a",
                   "Did you mean --full?"); /* no abbreviations: they age badly */
    assert_refuses(&flash, "--dry-run a", "has no option --dry-run");
    assert_refuses(&flash, "--full=yes a", "--full takes no value");
    assert_refuses(&flash, "a --serial", "--serial needs a value");
    assert_refuses(&flash, "a -s", "--serial needs a value");
}

static void test_operands(void **state)
{
    static const struct command many = {
        .name = "many", .operands = "FILE...", COMMAND_OPTIONS(taken), .operands_max = 1000};

    (void)state;
    assert_refuses(&flash, "", "missing FILE");
    assert_non_null(strstr(error.hint, "Usage: boot0 flash [options] FILE..."));
    assert_refuses(&flash, "a b c d", "takes no further arguments: \"d\"");
    assert_refuses(&list, "a", "takes no arguments: \"a\"");
    assert_parses(&flash, "--help");
    assert_parses(&list, "--help extra");
    assert_true(arguments.help);
    assert_refuses(&many, repeated("f", OPERANDS_MAX + 1), "at most 64");
}

static int skipped(const char *line)
{
    static char words[256];
    char *argv[20];
    int argc = 0;

    snprintf(words, sizeof words, "%s", line);
    for (char *word = strtok(words, " "); word; word = strtok(NULL, " "))
        argv[argc++] = word;
    return options_skip(argc, argv);
}

/* Options may stand before the command. */
static void test_skip(void **state)
{
    (void)state;
    assert_int_equal(skipped(""), 0);
    assert_int_equal(skipped("flash a"), 0);
    assert_int_equal(skipped("-q flash a"), 1);
    assert_int_equal(skipped("--virtual f407 flash a"), 2);
    assert_int_equal(skipped("--virtual=f407 -v flash a"), 2);
    assert_int_equal(skipped("-s ABC flash"), 2);
    assert_int_equal(skipped("-vs ABC flash"), 2);
    assert_int_equal(skipped("--wait list"), 1);
    assert_int_equal(skipped("--wait=5 list"), 1);
    assert_int_equal(skipped("--unknown flash"), 1);
    assert_int_equal(skipped("-q -v"), 2);
    assert_true(skipped("--serial") >= 1);
}

static void test_help_lines(void **state)
{
    struct memory_file memory;
    size_t lines = 0;
    char *text;

    (void)state;
    memory_open(&memory);
    options_print(&flash, memory.file);
    text = memory_take(&memory);
    assert_non_null(text);
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        assert_true(strlen(line) <= 78);
        assert_true(line[strlen(line) - 1] != ' ');
        assert_true(strncmp(line, "  -", 3) == 0 || strncmp(line, "      ", 6) == 0 ||
                    line[strlen(line) - 1] == ':');
        for (const char *c = line; *c; c++)
            assert_in_range(*c, 0x20, 0x7e);
        lines++;
    }
    assert_true(lines >= B0_LENGTH(taken));
    free(text);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing),      cmocka_unit_test(test_forms),
        cmocka_unit_test(test_numbers),      cmocka_unit_test(test_devices),
        cmocka_unit_test(test_volts),        cmocka_unit_test(test_wait),
        cmocka_unit_test(test_wait_refused), cmocka_unit_test(test_virtual_boards),
        cmocka_unit_test(test_unknown),      cmocka_unit_test(test_operands),
        cmocka_unit_test(test_skip),         cmocka_unit_test(test_help_lines),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
