/* SPDX-License-Identifier: MIT */
/* Installs boot0's bootloader on a board in ST's: questions, written data, refusals. */
#include <boot0/boot0.h>
#include <boot0/virtual.h>
#include <core/array.h>
#include <core/bootloader_map.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <vboard/vboard.h>

#include <cmocka.h>

static struct boot0_error error;

struct bench {
    struct boot0_bus bus;
    struct boot0_session *session;
    struct boot0_image *bootloader;
    enum boot0_status answer; /* to each question */
    unsigned asked;           /* bits by enum boot0_install_loss */
};

/* A program for the start of the flash that names its version, as the bootloader does. */
static struct boot0_image *bootloader(const char *version, size_t size)
{
    struct boot0_image *image = boot0_image_new();
    uint8_t *bytes = calloc(1, size);
    const uint8_t vectors[] = {0x00, 0x10, 0x00, 0x20, 0x01, 0x01, 0x00, 0x08};

    memcpy(bytes, vectors, sizeof vectors);
    snprintf((char *)bytes + 0x200, 64, "boot0 bootloader %s", version);
    assert_int_equal(boot0_image_add(image, 0, B0_FLASH_BASE, bytes, size, &error), BOOT0_OK);
    image->format = BOOT0_FORMAT_ELF;
    free(bytes);
    return image;
}

static void start(struct bench *b, const char *spec, const char *chip)
{
    const struct boot0_session_options options = {.chip = chip};

    memset(b, 0, sizeof *b);
    assert_int_equal(boot0_virtual_open(&b->bus, &spec, 1, &error), BOOT0_OK);
    assert_int_equal(boot0_session_open(&b->session, &b->bus, NULL, &options, NULL, &error),
                     BOOT0_OK);
    b->bootloader = bootloader("1.2.3", 0x1000);
}

static void stop(struct bench *b)
{
    boot0_image_free(b->bootloader);
    boot0_session_close(b->session);
    boot0_bus_close(&b->bus);
}

static enum boot0_status lose(void *context, enum boot0_install_loss loss, struct boot0_error *why)
{
    struct bench *b = context;

    b->asked |= 1u << loss;
    return b->answer == BOOT0_OK ? BOOT0_OK : boot0_fail(why, b->answer, "no");
}

static enum boot0_status install(struct bench *b, struct boot0_install_report *report)
{
    const struct boot0_install_options options = {.no_run = true, .lose = lose, .context = b};

    return boot0_session_install(b->session, b->bootloader, &options, report, &error);
}

static bool is_untouched(struct bench *b)
{
    struct vboard_stats stats;

    vboard_get_stats(boot0_virtual_board(&b->bus, 0), &stats);
    return stats.flash_operations == 0;
}

static void test_a_blank_board_is_not_asked_about(void **state)
{
    struct boot0_install_report report;
    struct bench b;
    uint8_t held[8];

    (void)state;
    start(&b, "f407", NULL);
    assert_int_equal(boot0_session_install(b.session, b.bootloader, NULL, &report, &error),
                     BOOT0_OK);
    assert_false(report.same || report.updated || report.keeps_program);
    assert_string_equal(report.version_before, "");
    assert_string_equal(report.version, "1.2.3");
    assert_true(vboard_peek(boot0_virtual_board(&b.bus, 0), B0_FLASH_BASE, held, sizeof held));
    assert_memory_equal(held, b.bootloader->segments[0].data, sizeof held);
    stop(&b);
}

static void test_what_is_lost_is_asked_about_before(void **state)
{
    struct boot0_install_report report;
    struct bench b;

    (void)state;
    start(&b, "f407:fill=random", NULL);
    assert_int_equal(boot0_session_install(b.session, b.bootloader, NULL, &report, &error),
                     BOOT0_E_USAGE);
    assert_true(is_untouched(&b));
    b.answer = BOOT0_E_CANCELLED;
    assert_int_equal(install(&b, &report), BOOT0_E_CANCELLED);
    assert_string_equal(error.message, "no");
    assert_true(is_untouched(&b));
    b.answer = BOOT0_OK;
    b.asked = 0;
    assert_int_equal(install(&b, &report), BOOT0_OK);
    assert_int_equal(b.asked, 1u << BOOT0_INSTALL_LOSES_PROGRAM | 1u << BOOT0_INSTALL_LOSES_DATA);
    stop(&b);
}

static void test_another_version_is_replaced_unasked(void **state)
{
    struct boot0_install_report report;
    struct bench b;

    (void)state;
    start(&b, "f407", NULL);
    assert_int_equal(install(&b, &report), BOOT0_OK);
    assert_int_equal(install(&b, &report), BOOT0_OK);
    assert_true(report.same && !report.updated);
    boot0_image_free(b.bootloader);
    b.bootloader = bootloader("1.10.0", 0x1000);
    assert_int_equal(install(&b, &report), BOOT0_OK);
    assert_true(report.updated && !report.same);
    assert_string_equal(report.version_before, "1.2.3");
    assert_string_equal(report.version, "1.10.0");
    assert_int_equal(b.asked, 0);
    stop(&b);
}

static void test_other_chips_and_images_are_refused(void **state)
{
    struct boot0_install_report report;
    struct bench b;

    (void)state;
    start(&b, "f072", NULL);
    assert_int_equal(install(&b, &report), BOOT0_E_MISMATCH);
    assert_true(is_untouched(&b));
    stop(&b);
    start(&b, "f411", NULL); /* an F405 can show this flash as well */
    assert_int_equal(boot0_session_check_install(b.session, b.bootloader, &error),
                     BOOT0_E_MISMATCH);
    stop(&b);
    start(&b, "f407", NULL);
    boot0_image_free(b.bootloader);
    b.bootloader = bootloader("1.2.3", B0_BOOTLOADER_SIZE + 1);
    assert_int_equal(install(&b, &report), BOOT0_E_DATA);
    assert_true(is_untouched(&b));
    stop(&b);
}

static void test_a_version_is_three_numbers_behind_the_mark(void **state)
{
    static const struct {
        const char *bytes;
        const char *version;
    } rows[] = {
        {"boot0 bootloader 0.1.0", "0.1.0"},
        {"boot0 bootloader of old; boot0 bootloader 10.20.30", "10.20.30"},
        {"boot0 bootloader 1.2", ""},
        {"boot0 bootloader 1.2.3.4", ""},
        {"boot0 bootloader 1234567.1234567.1", ""},
        {"boot0 bootloader ", ""},
        {"", ""},
    };
    char version[BOOT0_BOOTLOADER_VERSION_MAX];

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(rows); i++) {
        boot0_bootloader_version(version, (const uint8_t *)rows[i].bytes,
                                 strlen(rows[i].bytes) + 1);
        assert_string_equal(version, rows[i].version);
    }
    /* without the NUL that ends it */
    boot0_bootloader_version(version, (const uint8_t *)"boot0 bootloader 1.2.3", 22);
    assert_string_equal(version, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_blank_board_is_not_asked_about),
        cmocka_unit_test(test_what_is_lost_is_asked_about_before),
        cmocka_unit_test(test_another_version_is_replaced_unasked),
        cmocka_unit_test(test_other_chips_and_images_are_refused),
        cmocka_unit_test(test_a_version_is_three_numbers_behind_the_mark),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
