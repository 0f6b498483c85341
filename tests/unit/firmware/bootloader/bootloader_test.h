/* SPDX-License-Identifier: MIT */
/*
 * The bootloader's logic on the host: a flash in memory that can lose its power at any operation, a
 * clock driven by its operations, and a USB host with DFU's requests.
 */
#ifndef TESTS_BOOTLOADER_TEST_H
#define TESTS_BOOTLOADER_TEST_H

#include "../usb/usb_host.h"
#include "firmware/bootloader/bootloader.h"
#include "firmware/bootloader/start.h"

enum {
    FLASH_KIB = 512,
    FLASH_SIZE = FLASH_KIB * 1024,
    TEST_BLOCKS = 6,
    LOOP_US = 2, /* one turn of the bootloader's loop */
};

/* An F407's, with half its flash. */
extern const struct b0_bootloader_chip test_chip;

struct test_flash {
    uint8_t bytes[FLASH_SIZE];
    uint32_t now_us, ready_us; /* busy until ready_us */
    b0_sectors protected;
    bool failed, refused; /* the last operation */
    bool unlocked;        /* since the last operation */
    bool is_starved;      /* the supply is too low */
    unsigned operations, erases, programs;
    unsigned cut_at; /* the operation in which the power fails, 0: never */
    bool dead;
    unsigned misuses; /* operations while busy, or out of range */
    uint32_t fail_at; /* programming this address fails, 0: none */
    bool by_loader;   /* the RAM loader drives it, not the bootloader */
};

struct test_board {
    struct test_flash *flash; /* survives resets */
    struct b0_flash_port port;
    struct b0_bootloader bootloader;
    struct b0_usb_function function;
    struct b0_usb_device device;
    struct usb_host host;
    uint8_t blocks[TEST_BLOCKS][B0_BLOCK_SIZE];
    unsigned transfers_left; /* before the host is gone; board_start() sets a very large number */
    /* Called before each transfer, if not NULL: it may replace and restore board and flash. */
    void (*before_transfer)(struct test_board *board);
};

void test_flash_blank(struct test_flash *flash);

/*
 * Resets the board; returns what then runs, from the flash alone. The bootloader is ready in any
 * case.
 */
enum b0_start board_start(struct test_board *board, struct test_flash *flash);

/* Lets the bootloader run. */
void board_run_us(struct test_board *board, uint32_t span_us);
/* Runs it until the queue is empty. */
void board_settle(struct test_board *board);
/* Runs it without bus traffic, in larger steps. */
void board_be_quiet(struct test_board *board, uint32_t span_us);

/* Runs a control transfer to its end, for at most 5 s. USB_NAK means that it did not end. */
enum usb_answer board_control(struct test_board *board, struct boot0_setup setup, uint8_t *data);

/* DFU's requests. */
enum usb_answer dfu_dnload(struct test_board *board, uint16_t block, const uint8_t *data,
                           uint16_t size);
enum usb_answer dfu_upload(struct test_board *board, uint16_t block, uint8_t *data, uint16_t size);
enum usb_answer dfu_simple(struct test_board *board, uint8_t request); /* CLRSTATUS, ABORT */
struct b0_dfu_status dfu_status(struct test_board *board);
enum usb_answer select_alternate(struct test_board *board, uint8_t alternate);
enum usb_answer select_configuration(struct test_board *board);
enum usb_answer vendor_out(struct test_board *board, uint16_t command, uint16_t value);
struct b0_extension_info vendor_info(struct test_board *board);

/* A command or block with all its polling. Returns false on any error. */
bool dfu_command(struct test_board *board, uint8_t command, uint32_t address);
bool dfu_block(struct test_board *board, uint16_t block, const uint8_t *data, uint16_t size);

/* A program with valid vectors and little else, varied by `seed`. */
void make_program(uint8_t *data, uint32_t size, uint8_t seed);

bool flash_holds(const struct test_board *board, uint32_t address, const uint8_t *data,
                 uint32_t size);

#endif
