/* SPDX-License-Identifier: MIT */
/* Specs of virtual boards, the file that keeps their flash, their trace and statistics. */
#include "../portable.h"
#include "vboard_test.h"

#include <core/array.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- specs ---- */

static void assert_refused(const char *spec, const char *word)
{
    struct boot0_error error = {.code = BOOT0_OK};

    assert_null(vboard_new(spec, &error));
    assert_int_equal(error.code, BOOT0_E_USAGE);
    if (!strstr(error.message, word))
        fail_msg("\"%s\": \"%s\" lacks \"%s\"", spec, error.message, word);
    assert_null(vboard_new(spec, NULL)); /* the error may be NULL */
}

static void test_bad_specs(void **state)
{
    (void)state;
    assert_refused("", "unknown virtual board");
    assert_refused("f40", "f40");
    assert_refused("f4077", "f4077");
    assert_refused("f407:", "setting");
    assert_refused("f407:speed=9", "speed=9");
    assert_refused("f407:boot0", "boot0");
    assert_refused("f407:boot0=2", "boot0");
    assert_refused("f407:boot0=", "boot0");
    assert_refused("f407:boot=1", "boot=1");
    assert_refused("f407:fill=0x100", "fill");
    assert_refused("f407:fill=empty", "empty");
    assert_refused("f407:supply=5", "supply");
    assert_refused("f407:supply=3.3V", "3.3V");
    assert_refused("f407:supply=", "supply");
    assert_refused("f407:supply=99999999999999999999", "supply");
    assert_refused("f407:rdp=2", "rdp");
    assert_refused("f407:poll_data=65536", "poll_data");
    assert_refused("f407:poll_data=-1", "poll_data");
    assert_refused("f407:serial=\n", "serial");
    assert_refused("f407:flash=", "flash");
    assert_refused("f407:boot0=1,,rdp=0", "setting");
    assert_refused("f407:  stall@N=1", "setting");
}

static void test_bad_faults(void **state)
{
    static const char *const faults[] = {
        "",
        "stall",
        "stall@",
        "stall@0",
        "stall@x",
        "stall@1+",
        "stall@1:5",
        "melt@1",
        "unplug@1:",
        "unplug@1:x",
        "unplug@-1",
        "descriptor@4",
        "descriptor@4=",
        "descriptor@4=xx",
        "descriptor@4=100",
        "address@1",
        "address@0=1",
        "address@1=20",
        "+stall@1",
        "stall@1 ",
        "stall@99999999999999999999",
        "status@1=1",
        "powercut@1:9999999999",
    };
    char spec[64];

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(faults); i++) {
        snprintf(spec, sizeof spec, "f407:fault=%s", faults[i]);
        assert_refused(spec, "fault");
    }
    assert_refused("f407:fault=stall@1+stall@2+stall@3+stall@4+stall@5+stall@6+stall@7+stall@8+"
                   "stall@9+stall@10+stall@11+stall@12+stall@13+stall@14+stall@15+stall@16+"
                   "stall@17",
                   "more than 16");
}

static void test_good_specs(void **state)
{
    struct vboard *board = new_board("f407:serial=A B,supply=1.8,fill=0x5a,rdp=1,boot0=1,"
                                     "fault=stall@1000+unplug@2000:5,fault=descriptor@0x1=07");
    uint8_t all[128];

    (void)state;
    assert_string_equal(vboard_serial(board), "A B");
    assert_string_equal(vboard_name(board), "f407");
    assert_int_equal(peek(board, MAIN + 0xfffff), 0x5a);
    vboard_descriptors(board, all, sizeof all);
    assert_int_equal(all[18 + 1], 7);
    free_board(board);
    assert_int_equal(vboard_free(NULL, NULL), BOOT0_OK);
}

static void test_random_fill_is_always_the_same(void **state)
{
    struct vboard *one = new_board("f411:fill=random"), *two = new_board("f411:fill=random");
    unsigned different = 0;

    (void)state;
    for (uint32_t i = 0; i < 4096; i++) {
        assert_int_equal(peek(one, MAIN + i), peek(two, MAIN + i));
        different += peek(one, MAIN + i) != peek(one, MAIN + i + 1);
    }
    assert_true(different > 4000);
    free_board(one);
    free_board(two);
}

static void test_keys_for_help(void **state)
{
    size_t count = 0;

    (void)state;
    for (; vboard_key_at(count)->key; count++)
        assert_true(strlen(vboard_key_at(count)->summary) > 5);
    assert_true(count > 10);
    assert_null(vboard_key_at(count + 100)->key);
    assert_null(vboard_model_at(1000));
}

/* ---- the flash file ---- */

static void test_flash_file(void **state)
{
    char name[PORTABLE_NAME], spec[2 * PORTABLE_NAME];
    struct boot0_error error;
    struct vboard *board;
    FILE *file;

    (void)state;
    assert_true(portable_file(name, "abc", 3));
    snprintf(spec, sizeof spec, "f411:flash=%s", name);
    board = new_board(spec);
    assert_int_equal(peek(board, MAIN + 2), 'c');
    assert_int_equal(peek(board, MAIN + 3), 0xff); /* the rest is blank */
    assert_true(vboard_poke(board, MAIN + 0x7ffff, (const uint8_t *)"z", 1));
    free_board(board);

    board = new_board(spec); /* written back as a whole */
    assert_int_equal(peek(board, MAIN), 'a');
    assert_int_equal(peek(board, MAIN + 0x7ffff), 'z');
    file = fopen(name, "ab");
    assert_non_null(file);
    fputc('!', file);
    fclose(file);
    assert_null(vboard_new(spec, &error));
    assert_int_equal(error.code, BOOT0_E_USAGE);
    assert_non_null(strstr(error.message, "512 KiB"));
    free_board(board);

    assert_int_equal(remove(name), 0);
    board = new_board(spec); /* missing: no error */
    assert_int_equal(peek(board, MAIN), 0xff);
    free_board(board);
    assert_int_equal(remove(name), 0);
}

static void test_flash_file_errors(void **state)
{
    struct boot0_error error;
    struct vboard *board = new_board("f411:flash=/nonexistent/folder/file");

    (void)state;
    assert_int_equal(vboard_free(board, &error), BOOT0_E_NO_OUTPUT);
    assert_null(vboard_new("f411:flash=/", &error));
    assert_int_equal(error.code, BOOT0_E_NO_INPUT);
}

/* ---- trace and stats ---- */

static void test_trace(void **state)
{
    struct b0_text memory;
    FILE *file = b0_text_begin(&memory);
    char *text;
    struct vboard *board = new_board("f407:fill=0x00,fault=stall@10");

    (void)state;
    vboard_set_trace(board, file);
    to_idle(board);
    command(board, BOOT0_DFUSE_ERASE, MAIN);
    write_block(board, 2, (const uint8_t *)"\xff\x01", 2);
    simple(board, BOOT0_DFU_ABORT);
    vboard_bus_reset(board);
    vboard_press_reset(board);
    vboard_set_trace(board, NULL);
    simple(board, BOOT0_DFU_DETACH);
    text = b0_text_end(&memory);
    assert_non_null(strstr(text, " f407 in  GETSTATUS value=0x0000 index=0 length=6 ok "
                                 "[errFIRMWARE dfuERROR 0 ms] 0a 00 00 00 0a 00\n"));
    assert_non_null(strstr(text, "--- erase sector 0 at 0x08000000, 16384 bytes, 400000 us\n"));
    assert_non_null(strstr(text, "out DNLOAD value=0x0002 index=0 length=2 ok [dfuDNLOAD-SYNC] "
                                 "ff 01\n"));
    assert_non_null(strstr(text, "--- program 0x08000000, 2 bytes, 32 us\n"));
    assert_non_null(strstr(text, " STALL"));
    assert_non_null(strstr(text, "--- bus reset\n"));
    assert_non_null(strstr(text, "--- connected as 0483:df11\n"));
    assert_null(strstr(text, "DETACH"));
    free(text);
    free_board(board);
}

static void test_stats_are_json(void **state)
{
    struct b0_text memory;
    FILE *file = b0_text_begin(&memory);
    char *text;
    struct vboard *board = new_board("f407:serial=a\"b\\c");

    (void)state;
    vboard_wait(board, 1500001);
    vboard_print_stats(board, file);
    text = b0_text_end(&memory);
    assert_ptr_equal(strstr(text, "{\"board\": \"f407\", \"serial\": \"a\\\"b\\\\c\", "), text);
    assert_non_null(strstr(text, "\"total_s\": 1.500001"));
    assert_non_null(strstr(text, "\"wait_s\": 1.500001"));
    assert_non_null(strstr(text, "\"started\": false}"));
    assert_null(strchr(text, '\n'));
    free(text);
    free_board(board);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bad_specs),
        cmocka_unit_test(test_bad_faults),
        cmocka_unit_test(test_good_specs),
        cmocka_unit_test(test_random_fill_is_always_the_same),
        cmocka_unit_test(test_keys_for_help),
        cmocka_unit_test(test_flash_file),
        cmocka_unit_test(test_flash_file_errors),
        cmocka_unit_test(test_trace),
        cmocka_unit_test(test_stats_are_json),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
