/* SPDX-License-Identifier: MIT */
/*
 * A host's view of a virtual board: the F407's descriptors against the record of a real board,
 * field by field, and the descriptors of all boards against the rules of USB 2.0.
 */
#include "vboard_test.h"

#include <boot0/layout.h>
#include <core/array.h>
#include <core/descriptors.h>
#include <stdio.h>

/* ---- helpers ---- */

static size_t get_descriptor(struct vboard *board, uint16_t value, uint8_t *bytes, uint16_t size)
{
    size_t actual = 0;

    assert_int_equal(
        transfer(board, BOOT0_USB_DIR_IN, BOOT0_USB_GET_DESCRIPTOR, value, size, bytes, &actual),
        BOOT0_XFER_OK);
    return actual;
}

static void assert_string(struct vboard *board, uint8_t index, const char *text)
{
    uint8_t bytes[255];
    char found[130];
    size_t actual =
        get_descriptor(board, (uint16_t)(BOOT0_USB_DESC_STRING << 8 | index), bytes, 255);

    assert_int_equal(bytes[0], actual);
    assert_int_equal(bytes[0], 2 + 2 * strlen(text));
    assert_int_equal(bytes[1], BOOT0_USB_DESC_STRING);
    b0_string_descriptor(bytes, actual, found, sizeof found);
    assert_string_equal(found, text);
    vboard_string(board, index, found, sizeof found);
    assert_string_equal(found, text);
}

/* ---- the F407, by dfu-util's device-logs/stm32f4discovery.lsusb and later parts ---- */

static void test_f407_device(void **state)
{
    struct vboard *board = new_board("f407");
    uint8_t d[64];

    (void)state;
    assert_int_equal(get_descriptor(board, BOOT0_USB_DESC_DEVICE << 8, d, sizeof d), 18);
    assert_int_equal(d[0], 18);
    assert_int_equal(d[1], 1);
    assert_int_equal(b0_load16(d + 2), 0x0100); /* bcdUSB 1.00 */
    assert_int_equal(d[4], 0);                  /* class by interface */
    assert_int_equal(d[5], 0);
    assert_int_equal(d[6], 0);
    assert_int_equal(d[7], 64);
    assert_int_equal(b0_load16(d + 8), 0x0483);
    assert_int_equal(b0_load16(d + 10), 0xdf11);
    assert_int_equal(b0_load16(d + 12), 0x2200);
    assert_int_equal(d[14], 1);
    assert_int_equal(d[15], 2);
    assert_int_equal(d[16], 3);
    assert_int_equal(d[17], 1);
    free_board(board);
}

static void assert_f407_interface(const uint8_t *d, uint8_t alternate)
{
    assert_int_equal(d[0], 9);
    assert_int_equal(d[1], 4);
    assert_int_equal(d[2], 0);
    assert_int_equal(d[3], alternate);
    assert_int_equal(d[4], 0); /* no endpoints */
    assert_int_equal(d[5], 0xfe);
    assert_int_equal(d[6], 1);
    assert_int_equal(d[7], 2);
    assert_int_equal(d[8], 4 + alternate);
}

static void test_f407_configuration(void **state)
{
    struct vboard *board = new_board("f407");
    uint8_t d[255];

    (void)state;
    assert_int_equal(get_descriptor(board, BOOT0_USB_DESC_CONFIGURATION << 8, d, sizeof d), 54);
    assert_int_equal(d[0], 9);
    assert_int_equal(d[1], 2);
    assert_int_equal(b0_load16(d + 2), 54); /* wTotalLength */
    assert_int_equal(d[4], 1);
    assert_int_equal(d[5], 1);
    assert_int_equal(d[6], 0);
    assert_int_equal(d[7], 0xc0); /* self powered */
    assert_int_equal(d[8], 50);   /* 100 mA */
    for (uint8_t i = 0; i < 4; i++)
        assert_f407_interface(d + 9 + (size_t)9 * i, i);
    /* One functional descriptor, after the last alternate setting. */
    assert_int_equal(d[45], 9);
    assert_int_equal(d[46], 0x21);
    assert_int_equal(d[47], 0x0b);
    assert_int_equal(b0_load16(d + 48), 255);
    assert_int_equal(b0_load16(d + 50), 2048);
    assert_int_equal(b0_load16(d + 52), 0x011a);
    free_board(board);
}

static void test_f407_strings(void **state)
{
    struct vboard *board = new_board("f407");
    uint8_t d[255];

    (void)state;
    assert_int_equal(get_descriptor(board, BOOT0_USB_DESC_STRING << 8, d, sizeof d), 4);
    assert_int_equal(b0_load16(d + 2), 0x0409);
    assert_string(board, 1, "STMicroelectronics");
    assert_string(board, 2, "STM32  BOOTLOADER");
    assert_string(board, 3, "315A28A0B956");
    assert_string(board, 4, "@Internal Flash  /0x08000000/04*016Kg,01*064Kg,07*128Kg");
    assert_string(board, 5, "@Option Bytes  /0x1FFFC000/01*016 e");
    assert_string(board, 6, "@OTP Memory /0x1FFF7800/01*512 e,01*016 e");
    assert_string(board, 7, "@Device Feature/0xFFFF0000/01*004 e");
    assert_int_equal(transfer(board, BOOT0_USB_DIR_IN, BOOT0_USB_GET_DESCRIPTOR,
                              BOOT0_USB_DESC_STRING << 8 | 8, 255, d, NULL),
                     BOOT0_XFER_STALL);
    free_board(board);
}

/* The record itself: bcdDevice 21.00 and types "g". */
static void test_f407_old(void **state)
{
    struct vboard *board = new_board("f407old");
    uint8_t d[18];

    (void)state;
    get_descriptor(board, BOOT0_USB_DESC_DEVICE << 8, d, sizeof d);
    assert_int_equal(b0_load16(d + 12), 0x2100);
    assert_string(board, 3, "315A28A0B956");
    assert_string(board, 5, "@Option Bytes  /0x1FFFC000/01*016 g");
    assert_string(board, 6, "@OTP Memory /0x1FFF7800/01*512 g,01*016 g");
    assert_string(board, 7, "@Device Feature/0xFFFF0000/01*004 g");
    free_board(board);
}

/* Self powered, as in lsusb's output. */
static void test_f407_status(void **state)
{
    struct vboard *board = new_board("f407");
    uint8_t d[2] = {0xff, 0xff};
    size_t actual;

    (void)state;
    assert_int_equal(transfer(board, BOOT0_USB_DIR_IN, BOOT0_USB_GET_STATUS, 0, 2, d, &actual),
                     BOOT0_XFER_OK);
    assert_int_equal(actual, 2);
    assert_int_equal(b0_load16(d), 1);
    assert_int_equal(transfer(board, BOOT0_USB_DIR_IN | BOOT0_USB_RECIPIENT_INTERFACE,
                              BOOT0_USB_GET_STATUS, 0, 2, d, NULL),
                     BOOT0_XFER_OK);
    assert_int_equal(b0_load16(d), 0);
    free_board(board);
}

/* ---- standard requests ---- */

static void test_short_reads(void **state)
{
    struct vboard *board = new_board("f407");
    uint8_t d[64];

    (void)state;
    memset(d, 0xee, sizeof d);
    assert_int_equal(get_descriptor(board, BOOT0_USB_DESC_DEVICE << 8, d, 8), 8);
    assert_int_equal(d[7], 64);
    assert_int_equal(d[8], 0xee);
    assert_int_equal(get_descriptor(board, BOOT0_USB_DESC_CONFIGURATION << 8, d, 9), 9);
    assert_int_equal(b0_load16(d + 2), 54);
    assert_int_equal(d[9], 0xee);
    assert_int_equal(get_descriptor(board, BOOT0_USB_DESC_STRING << 8 | 1, d, 2), 2);
    assert_int_equal(d[0], 38);
    assert_int_equal(get_descriptor(board, BOOT0_USB_DESC_DFU << 8, d, 9), 9);
    assert_int_equal(b0_load16(d + 5), 2048);
    free_board(board);
}

/* Full speed, USB 1.00: no device qualifier, no BOS, no second configuration. */
static void test_refused(void **state)
{
    static const uint16_t values[] = {BOOT0_USB_DESC_QUALIFIER << 8, 15 << 8,
                                      BOOT0_USB_DESC_CONFIGURATION << 8 | 1, 0};
    struct vboard *board = new_board("f407");
    uint8_t d[64];

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(values); i++)
        assert_int_equal(
            transfer(board, BOOT0_USB_DIR_IN, BOOT0_USB_GET_DESCRIPTOR, values[i], 64, d, NULL),
            BOOT0_XFER_STALL);
    assert_int_equal(transfer(board, 0, BOOT0_USB_SET_FEATURE, 1, 0, NULL, NULL), BOOT0_XFER_STALL);
    assert_int_equal(transfer(board, 0, BOOT0_USB_GET_DESCRIPTOR, 0x0100, 0, NULL, NULL),
                     BOOT0_XFER_STALL);
    assert_int_equal(transfer(board, 0xc0, 0x21, 0, 64, d, NULL), BOOT0_XFER_STALL);
    free_board(board);
}

static void test_configuration_and_interface(void **state)
{
    struct vboard *board = new_board("f407");
    uint8_t value = 0xff;

    (void)state;
    transfer(board, BOOT0_USB_DIR_IN, BOOT0_USB_GET_CONFIGURATION, 0, 1, &value, NULL);
    assert_int_equal(value, 1);
    assert_int_equal(transfer(board, 1, BOOT0_USB_SET_INTERFACE, 3, 0, NULL, NULL), BOOT0_XFER_OK);
    transfer(board, 0x81, BOOT0_USB_GET_INTERFACE, 0, 1, &value, NULL);
    assert_int_equal(value, 3);
    assert_int_equal(transfer(board, 1, BOOT0_USB_SET_INTERFACE, 4, 0, NULL, NULL),
                     BOOT0_XFER_STALL);
    vboard_bus_reset(board);
    transfer(board, 0x81, BOOT0_USB_GET_INTERFACE, 0, 1, &value, NULL);
    assert_int_equal(value, 0);
    /* Unconfigured, the interface does not answer (USB 2.0, 9.4.10). */
    assert_int_equal(transfer(board, 0, BOOT0_USB_SET_CONFIGURATION, 0, 0, NULL, NULL),
                     BOOT0_XFER_OK);
    assert_int_equal(transfer(board, 0x81, BOOT0_USB_GET_INTERFACE, 0, 1, &value, NULL),
                     BOOT0_XFER_STALL);
    assert_int_equal(simple(board, BOOT0_DFU_ABORT), BOOT0_XFER_STALL);
    assert_int_equal(transfer(board, 0, BOOT0_USB_SET_CONFIGURATION, 2, 0, NULL, NULL),
                     BOOT0_XFER_STALL);
    assert_int_equal(transfer(board, 0, BOOT0_USB_SET_CONFIGURATION, 1, 0, NULL, NULL),
                     BOOT0_XFER_OK);
    assert_int_equal(transfer(board, 0, BOOT0_USB_SET_ADDRESS, 5, 0, NULL, NULL), BOOT0_XFER_OK);
    assert_int_equal(get_status(board).state, BOOT0_DFU_STATE_ERROR);
    free_board(board);
}

/* ---- peculiarities ---- */

/* bLength is 166, 112 bytes arrive (inav-configurator, issue 2601). */
static void test_f427_short_string(void **state)
{
    struct vboard *board = new_board("f427");
    uint8_t d[255];
    char text[130];
    struct boot0_layout layout;

    (void)state;
    assert_int_equal(get_descriptor(board, BOOT0_USB_DESC_STRING << 8 | 4, d, 255), 112);
    assert_int_equal(d[0], 166);
    assert_int_equal(get_descriptor(board, BOOT0_USB_DESC_STRING << 8 | 4, d, 64), 64);
    vboard_string(board, 4, text, sizeof text);
    assert_string_equal(text, "@Internal Flash  /0x08000000/04*016Kg,01*064Kg,07*128Kg");
    assert_string(board, 5, "@Option Bytes  /0x1FFFC000/01*016 e/0x1FFEC000/01*016 e");
    assert_true(boot0_layout_parse(text, strlen(text), &layout, NULL));
    assert_int_equal(boot0_layout_size(&layout), 1024 * 1024);
    free_board(board);
}

static void test_gd32_raw_serial(void **state)
{
    static const uint8_t wanted[] = {6, 3, '3', 'C', 'B', 'J'};
    struct vboard *board = new_board("gd32");
    uint8_t d[255];

    (void)state;
    assert_int_equal(get_descriptor(board, BOOT0_USB_DESC_STRING << 8 | 3, d, 255), sizeof wanted);
    assert_memory_equal(d, wanted, sizeof wanted);
    free_board(board);
}

/* STM32duino-bootloader's usb_descriptor.c: 45 bytes, three alternates. */
static void test_bluepill(void **state)
{
    struct vboard *board = new_board("bluepill");
    uint8_t d[255];

    (void)state;
    assert_int_equal(get_descriptor(board, BOOT0_USB_DESC_CONFIGURATION << 8, d, 255), 45);
    assert_int_equal(d[7], 0x80);
    assert_int_equal(d[38], 0x03);
    assert_int_equal(b0_load16(d + 41), 1024);
    assert_int_equal(b0_load16(d + 43), 0x0110);
    assert_int_equal(get_descriptor(board, BOOT0_USB_DESC_STRING << 8 | 4, d, 255), 0x80);
    assert_int_equal(get_descriptor(board, BOOT0_USB_DESC_STRING << 8 | 5, d, 255), 0x6c);
    assert_string(board, 1, "LeafLabs");
    assert_string(board, 6, "STM32duino bootloader v1.0  Upload to Flash 0x8002000");
    free_board(board);
}

/* ---- all models ---- */

/* vboard_descriptors() equals the answers to requests, and core's parser accepts it. */
static void assert_sound(const char *name)
{
    struct vboard *board = new_board(name);
    struct b0_dfu_configuration found;
    uint8_t all[256], device[18], configuration[255];
    uint64_t before_us = vboard_now_us(board);
    size_t size = vboard_descriptors(board, all, sizeof all);

    assert_int_equal(vboard_now_us(board), before_us);
    assert_int_equal(get_descriptor(board, BOOT0_USB_DESC_DEVICE << 8, device, 18), 18);
    assert_memory_equal(all, device, 18);
    assert_int_equal(get_descriptor(board, BOOT0_USB_DESC_CONFIGURATION << 8, configuration, 255),
                     size - 18);
    assert_memory_equal(all + 18, configuration, size - 18);
    assert_int_equal(b0_load16(all + 20), size - 18);
    assert_int_equal(vboard_descriptors(board, all, 7), 7);
    assert_true(b0_descriptors_walk(all + 18, size - 18, &found));
    assert_true(found.has_functional);
    for (size_t i = 0; i < found.alternate_count; i++) {
        char text[130];

        assert_int_equal(found.alternates[i].protocol, BOOT0_DFU_PROTOCOL_DFU);
        assert_true(vboard_string(board, found.alternates[i].string_index, text, sizeof text) > 0);
    }
    free_board(board);
}

static void test_all_models(void **state)
{
    size_t count = 0;

    (void)state;
    for (; vboard_model_at(count); count++) {
        assert_true(strlen(vboard_model_at(count)->summary) > 10);
        if (strcmp(vboard_model_at(count)->name, "f103") != 0) /* it has no USB */
            assert_sound(vboard_model_at(count)->name);
    }
    assert_true(count >= 10);
}

/* Every alternate of a DfuSe board has a valid layout, except the clone's and the cut one. */
static void test_layouts(void **state)
{
    static const struct {
        const char *name;
        uint64_t flash;
    } boards[] = {{"f407", 1048576}, {"f411", 524288}, {"f072", 131072},
                  {"l476", 524288},  {"g431", 131072}, {"gd32", 1048576}};
    struct boot0_layout layout;
    char text[130];

    (void)state;
    for (size_t i = 0; i < B0_LENGTH(boards); i++) {
        struct vboard *board = new_board(boards[i].name);
        size_t length;

        for (uint8_t s = 4; (length = vboard_string(board, s, text, sizeof text)) > 0; s++) {
            assert_true(boot0_layout_parse(text, length, &layout, NULL));
            if (s == 4)
                assert_int_equal(boot0_layout_size(&layout), boards[i].flash);
        }
        free_board(board);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_f407_device),
        cmocka_unit_test(test_f407_configuration),
        cmocka_unit_test(test_f407_strings),
        cmocka_unit_test(test_f407_old),
        cmocka_unit_test(test_f407_status),
        cmocka_unit_test(test_short_reads),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_configuration_and_interface),
        cmocka_unit_test(test_f427_short_string),
        cmocka_unit_test(test_gd32_raw_serial),
        cmocka_unit_test(test_bluepill),
        cmocka_unit_test(test_all_models),
        cmocka_unit_test(test_layouts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
