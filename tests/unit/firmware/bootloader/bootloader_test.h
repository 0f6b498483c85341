/* SPDX-License-Identifier: MIT */
/*
 * The bootloader's logic on the host: a flash in memory that can lose its power at any operation, a
 * clock that runs by its operations, and a USB host with DFU's requests.
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
    LOOP_US = 2, /* a turn of the bootloader's loop */
};

/* An F407's, with half its flash. */
extern const struct b0_bootloader_chip test_chip;

struct test_flash {
    uint8_t bytes[FLASH_SIZE];
    uint32_t now_us, ready_us; /* busy until then */
    b0_sectors protected;
    bool failed, refused; /* the last operation */
    bool unlocked;        /* since the last operation */
    bool is_starved;      /* the supply is too low */
    unsigned operations, erases, programs;
    unsigned cut_at; /* the operation in which the power goes, 0: never */
    bool dead;
    unsigned misuses; /* operations while busy, or out of range */
    uint32_t fail_at; /* programming this address fails, 0: none */
    bool by_loader;   /* the RAM loader serves it, not the bootloader */
};

struct test_board {
    struct test_flash *flash; /* survives resets */
    struct b0_flash_port port;
    struct b0_bootloader bootloader;
    struct b0_usb_function function;
    struct b0_usb_device device;
    struct usb_host host;
    uint8_t blocks[TEST_BLOCKS][B0_BLOCK_SIZE];
    unsigned transfers_left; /* before the host is gone; board_start(): very many */
    /* Called before each transfer, if not NULL: which may take board and flash away, and back. */
    void (*before_transfer)(struct test_board *board);
};

void test_flash_blank(struct test_flash *flash);

/* A reset: what runs then, by the flash alone. The bootloader is ready to serve in any case. */
enum b0_start board_start(struct test_board *board, struct test_flash *flash);

/* Lets the bootloader run. */
void board_run_us(struct test_board *board, uint32_t span_us);
/* Until the queue is empty. */
void board_settle(struct test_board *board);
/* For a time in which nothing is on the bus, in greater steps. */
void board_be_quiet(struct test_board *board, uint32_t span_us);

/* A control transfer, for as long as it takes: at most 5 s. USB_NAK means never. */
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

/* A command or block with all the polling that it takes. False on any error. */
bool dfu_command(struct test_board *board, uint8_t command, uint32_t address);
bool dfu_block(struct test_board *board, uint16_t block, const uint8_t *data, uint16_t size);

/* A program with vectors that make sense and little else, different by `seed`. */
void make_program(uint8_t *data, uint32_t size, uint8_t seed);

bool flash_holds(const struct test_board *board, uint32_t address, const uint8_t *data,
                 uint32_t size);

#endif
