/* SPDX-License-Identifier: MIT */
/* The command line of `boot0 dfu-util`: options, the meaning of their arguments, and matching. */
#include <cli/dfu_util/dfu_util.h>

#include <core/array.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
    WORDS_MAX = 16,
};

/* Parses a line of words with single blanks between them; "''" is an empty word. */
static bool parse(const char *line, struct dfu_util_options *options)
{
    /* The options point into it: it must persist until the next call. */
    static char words[256];
    char *argv[WORDS_MAX] = {words};
    struct boot0_error error;
    int argc = 0;

    snprintf(words, sizeof words, "dfu-util %s", line);
    for (char *word = strtok(words, " "); word; word = strtok(NULL, " ")) {
        assert_true(argc < WORDS_MAX);
        if (strcmp(word, "''") == 0)
            *word = '\0';
        argv[argc++] = word;
    }
    error.code = BOOT0_OK;
    if (dfu_util_parse(argc, argv, options, &error))
        return true;
    assert_int_equal(error.code, BOOT0_E_USAGE);
    assert_true(error.message[0] != '\0');
    return false;
}

static struct dfu_util_options good(const char *line)
{
    struct dfu_util_options options;

    if (!parse(line, &options))
        fail_msg("not accepted: %s", line);
    return options;
}

static void bad(const char *line)
{
    struct dfu_util_options options;

    if (parse(line, &options))
        fail_msg("accepted: %s", line);
}

static void test_the_last_action_counts(void **state)
{
    static const struct {
        const char *line;
        enum dfu_util_mode mode;
    } cases[] = {
        {"-v", DFU_UTIL_NOTHING},          {"-l", DFU_UTIL_LIST},
        {"-V -l", DFU_UTIL_LIST},          {"-l -V", DFU_UTIL_VERSION},
        {"-l -D file", DFU_UTIL_DOWNLOAD}, {"-D file -l", DFU_UTIL_LIST},
        {"-D a -U b", DFU_UTIL_UPLOAD},    {"-U a -e", DFU_UTIL_DETACH},
        {"-D a -h", DFU_UTIL_HELP},        {"-h nonsense --foo", DFU_UTIL_HELP},
        {"-lh --foo", DFU_UTIL_HELP},      {"--help", DFU_UTIL_HELP},
    };

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(cases); i++)
        if (good(cases[i].line).mode != cases[i].mode)
            fail_msg("%s: mode %d", cases[i].line, good(cases[i].line).mode);
    assert_string_equal(good("-D a -U b").file, "b");
}

static void test_words_are_taken_as_getopt_does(void **state)
{
    struct dfu_util_options options = good("-va1 -s0x08000000:leave -Da.bin -wR");

    (void)state;
    assert_int_equal(options.verbose, 1);
    assert_int_equal(options.match.alternate, 1);
    assert_string_equal(options.dfuse, "0x08000000:leave");
    assert_string_equal(options.file, "a.bin");
    assert_true(options.wait && options.reset);

    options = good("--alt=2 --dfuse-address :leave --transfer-size=64 --detach-delay 7");
    assert_int_equal(options.match.alternate, 2);
    assert_string_equal(options.dfuse, ":leave");
    assert_int_equal(options.transfer_size, 64);
    assert_int_equal(options.detach_delay_s, 7);

    assert_string_equal(good("-D -").file, "-");
    assert_string_equal(good("-D -l").file, "-l");
    assert_string_equal(good("-p 1-2.3").match.path, "1-2.3");
    assert_int_equal(good("").detach_delay_s, 5);
    assert_int_equal(good("--").mode, DFU_UTIL_NOTHING);
}

static void test_long_names_may_be_cut(void **state)
{
    (void)state;
    assert_int_equal(good("--li").mode, DFU_UTIL_LIST);
    assert_int_equal(good("--upload x").mode, DFU_UTIL_UPLOAD); /* a prefix of --upload-size, too */
    assert_int_equal(good("--c 3").match.configuration, 3);     /* two names of one option */
    assert_int_equal(good("--t 9").transfer_size, 9); /* --trace is ours: abbreviations ignore it */
    bad("--ver");
    bad("--up x");
    bad("--vi f407");
    bad("--d x");
}

static void test_wait_takes_an_argument_or_none(void **state)
{
    (void)state;
    assert_true(good("--wait").wait);
    assert_int_equal(good("--wait -l").mode, DFU_UTIL_LIST);
    assert_int_equal(good("--wait 1 -l").mode, DFU_UTIL_LIST);
    assert_true(good("--wait=1").wait);
    bad("-w 1");
}

static void test_mistakes_are_refused(void **state)
{
    static const char *const lines[] = {
        "-q",
        "--nonsense",
        "extra",
        "-l extra",
        "-- extra",
        "-D",
        "--download",
        "--list=1",
        "-l -",
        "-c x",
        "-c 1x",
        "-c ''",
        "-i 0x",
        "-t many",
        "-Z 1.5",
        "-E soon",
        "-lq",
        "--=1",
        "-E 99999999999999999999",
        "-a",
    };

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(lines); i++)
        bad(lines[i]);
}

static void test_numbers_are_of_c(void **state)
{
    int number;

    (void)state;
    assert_int_equal(good("-c 0x10").match.configuration, 16);
    assert_int_equal(good("-c 010").match.configuration, 8);
    assert_int_equal(good("-c -1").match.configuration, DFU_UTIL_ANY);
    assert_int_equal(good("-n 7x").match.device_number, 7);
    assert_int_equal(good("-n x").match.device_number, 0);
    assert_true(dfu_util_number("4294967297", &number));
    assert_int_equal(number, 1);
    assert_false(dfu_util_number("", &number));
}

static void test_devices(void **state)
{
    enum { ANY = DFU_UTIL_ANY, NONE = DFU_UTIL_NONE };
    static const struct {
        const char *text;
        int vendor, product, vendor_dfu, product_dfu;
    } cases[] = {
        {"0483:df11", 0x0483, 0xdf11, ANY, ANY},
        {"0483", 0x0483, ANY, ANY, ANY},
        {":df11", ANY, 0xdf11, ANY, ANY},
        {"1:2,3:4", 1, 2, 3, 4},
        {"1:2,", 1, 2, 1, 2},
        {"1:2,:4", 1, 2, 1, 4},
        {"1:2,3", 1, 2, 3, 2},
        {"1,3:4", 1, ANY, 3, 4}, /* the colon after the comma belongs to the second pair */
        {",3:4", NONE, NONE, 3, 4},
        {",", NONE, NONE, ANY, ANY},
        {"*:*,-:-", ANY, ANY, NONE, NONE},
        {"-:2", NONE, 2, ANY, ANY},
        {"0x483:0xDF11", 0x0483, 0xdf11, ANY, ANY},
        {"zz:2", ANY, 2, ANY, ANY},
    };

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(cases); i++) {
        struct dfu_util_match match = {0};

        dfu_util_device(cases[i].text, &match);
        if (match.vendor != cases[i].vendor || match.product != cases[i].product ||
            match.vendor_dfu != cases[i].vendor_dfu || match.product_dfu != cases[i].product_dfu)
            fail_msg("%s: %x:%x,%x:%x", cases[i].text, match.vendor, match.product,
                     match.vendor_dfu, match.product_dfu);
    }
}

static void test_alternates(void **state)
{
    (void)state;
    assert_int_equal(good("-a 0x2").match.alternate, 2);
    assert_null(good("-a 0x2").match.alternate_name);
    assert_int_equal(good("-a ''").match.alternate, 0);
    assert_int_equal(good("-a 2nd").match.alternate, DFU_UTIL_ANY);
    assert_string_equal(good("-a 2nd").match.alternate_name, "2nd");
}

static void test_dfuse_texts(void **state)
{
    static const struct {
        const char *text;
        struct dfu_util_dfuse wanted;
    } cases[] = {
        {"0x08000000", {.has_address = true, .address = 0x08000000}},
        {"", {.has_address = true}},
        {":leave", {.leave = true}},
        {"0x10:0x20", {.has_address = true, .address = 0x10, .length = 0x20}},
        {"16:force:leave::32:",
         {.has_address = true, .address = 16, .length = 32, .force = true, .leave = true}},
        {":mass-erase:unprotect:will-reset:force",
         {.mass_erase = true, .unprotect = true, .will_reset = true, .force = true}},
        {":1:2", {.length = 2}},
    };
    static const char *const wrong[] = {"08",       "what",        "0x10:what",  "0x10:12x",
                                        "0x10:lea", "0x10:leaves", "0x10 :leave"};
    struct dfu_util_dfuse dfuse;
    struct boot0_error error;

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(cases); i++) {
        const struct dfu_util_dfuse *wanted = &cases[i].wanted;

        assert_true(dfu_util_dfuse(cases[i].text, &dfuse, &error));
        if (dfuse.has_address != wanted->has_address || dfuse.address != wanted->address ||
            dfuse.length != wanted->length || dfuse.force != wanted->force ||
            dfuse.leave != wanted->leave || dfuse.unprotect != wanted->unprotect ||
            dfuse.mass_erase != wanted->mass_erase || dfuse.will_reset != wanted->will_reset)
            fail_msg("%s", cases[i].text);
    }
    for (size_t i = 0; i < B0_LENGTH(wrong); i++) {
        error.code = BOOT0_OK;
        assert_false(dfu_util_dfuse(wrong[i], &dfuse, &error));
        assert_int_equal(error.code, BOOT0_E_USAGE);
    }
}

/* ---- matching ---- */

/* A board in DFU mode, a program with two alternates, one that may not be opened, a serial port. */
static struct boot0_board *boards(void)
{
    struct boot0_board *list = calloc(4, sizeof *list);

    assert_non_null(list);
    for (int i = 0; i < 4; i++) {
        list[i].usb = (struct boot0_candidate){
            .address = (uint8_t)(i + 2),
            .vendor = 0x0483,
            .product = (uint16_t)(i == 1 ? 0x5740 : 0xdf11),
            .bcd_device = 0x2200,
            .dfu_protocol = i == 1 ? BOOT0_DFU_PROTOCOL_RUNTIME : BOOT0_DFU_PROTOCOL_DFU,
            .kind = i == 3 ? BOOT0_KIND_SERIAL : BOOT0_KIND_USB,
        };
        snprintf(list[i].usb.path, sizeof list[i].usb.path, "1-%d", i + 1);
        list[i].mode = i == 1 ? BOOT0_MODE_RUNTIME : BOOT0_MODE_DFU;
        list[i].configuration = 1;
        list[i].alternate_count = 2;
        for (uint8_t j = 0; j < 2; j++) {
            list[i].alternates[j].alternate = j;
            list[i].alternates[j].interface = (uint8_t)i;
        }
    }
    snprintf(list[0].serial, sizeof list[0].serial, "ABC");
    snprintf(list[0].alternates[0].name, sizeof list[0].alternates[0].name, "@Flash/");
    list[2].access.code = BOOT0_E_PERMISSION;
    return list;
}

/* Returns how many alternates match a command line; copies the first one to *first. */
static size_t matches(const struct boot0_board *list, const char *line,
                      struct dfu_util_target *first)
{
    struct dfu_util_options options = good(line);
    struct dfu_util_target targets[8];
    size_t count = dfu_util_find(list, 4, &options.match, targets, 8);

    if (count > 0 && first)
        *first = targets[0];
    return count;
}

static void test_boards_are_matched_by_their_mode(void **state)
{
    static const struct {
        const char *line;
        size_t count;
    } cases[] = {
        {"-l", 4},         {"-d 0483:5740", 4}, {"-d 0483:1", 2},    {"-d ,0483:1", 0},
        {"-d ,", 2},       {"-d 1:2,-:-", 0},   {"-S ABC", 2},       {"-S abc", 0},
        {"-S UNKNOWN", 2}, {"-S ,ABC", 4},      {"-S UNKNOWN,x", 2}, {"-a 1", 3},
        {"-a @Flash/", 3}, {"-a UNKNOWN", 3},   {"-a @Flash", 2},    {"-p 1-2", 2},
        {"-n 2", 2},       {"-n 9", 0},         {"-c 0", 4},         {"-c 1", 4},
        {"-c 2", 0},       {"-i 1", 2},         {"-i 3", 0},
    };
    struct boot0_board *list = boards();

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(cases); i++)
        if (matches(list, cases[i].line, NULL) != cases[i].count)
            fail_msg("%s: %zu", cases[i].line, matches(list, cases[i].line, NULL));
    free(list);
}

static void test_a_line_of_the_listing(void **state)
{
    struct boot0_board *list = boards();
    struct dfu_util_target target;
    char line[256];
    FILE *file = tmpfile();

    (void)state;
    assert_non_null(file);
    assert_int_equal(matches(list, "-p 1-1", &target), 2);
    dfu_util_print_target(file, &target);
    assert_int_equal(matches(list, "-p 1-1 -a 0", &target), 1);
    dfu_util_print_target(file, &target);
    assert_int_equal(matches(list, "-p 1-2", &target), 2);
    dfu_util_print_target(file, &target);
    rewind(file);
    assert_non_null(fgets(line, sizeof line, file));
    assert_string_equal(line, "Found DFU: [0483:df11] ver=2200, devnum=2, cfg=1, intf=0, "
                              "path=\"1-1\", alt=1, name=\"UNKNOWN\", serial=\"ABC\"\n");
    assert_non_null(fgets(line, sizeof line, file));
    assert_string_equal(line, "Found DFU: [0483:df11] ver=2200, devnum=2, cfg=1, intf=0, "
                              "path=\"1-1\", alt=0, name=\"@Flash/\", serial=\"ABC\"\n");
    assert_non_null(fgets(line, sizeof line, file));
    assert_string_equal(line, "Found Runtime: [0483:5740] ver=2200, devnum=3, cfg=1, intf=1, "
                              "path=\"1-2\", alt=1, name=\"UNKNOWN\", serial=\"UNKNOWN\"\n");
    fclose(file);
    free(list);
}

static void test_alternates_of_one_board(void **state)
{
    struct boot0_board *list = boards();
    const struct dfu_util_target targets[] = {
        {&list[0], &list[0].alternates[0]},
        {&list[0], &list[0].alternates[1]},
        {&list[1], &list[1].alternates[0]},
    };

    (void)state;
    assert_true(dfu_util_one_board(targets, 0));
    assert_true(dfu_util_one_board(targets, 1));
    assert_true(dfu_util_one_board(targets, 2));
    assert_false(dfu_util_one_board(targets, 3));
    free(list);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_last_action_counts),
        cmocka_unit_test(test_words_are_taken_as_getopt_does),
        cmocka_unit_test(test_long_names_may_be_cut),
        cmocka_unit_test(test_wait_takes_an_argument_or_none),
        cmocka_unit_test(test_mistakes_are_refused),
        cmocka_unit_test(test_numbers_are_of_c),
        cmocka_unit_test(test_devices),
        cmocka_unit_test(test_alternates),
        cmocka_unit_test(test_dfuse_texts),
        cmocka_unit_test(test_boards_are_matched_by_their_mode),
        cmocka_unit_test(test_a_line_of_the_listing),
        cmocka_unit_test(test_alternates_of_one_board),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
