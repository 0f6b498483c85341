/* SPDX-License-Identifier: MIT */
#include "bootloader_test.h"

#include "core/bytes.h"

#include <assert.h>
#include <string.h>

/* ---- the flash ---- */

static bool is_busy(const struct test_flash *flash)
{
    return flash->dead || (int32_t)(flash->ready_us - flash->now_us) > 0;
}

/* Counts an operation; returns true if the power fails in it. */
static bool begin(struct test_flash *flash, uint32_t time_us)
{
    flash->misuses += is_busy(flash);
    flash->unlocked = true;
    flash->ready_us = flash->now_us + time_us;
    flash->operations++;
    if (flash->operations == flash->cut_at)
        flash->dead = true;
    return flash->dead;
}

static uint32_t time_us(void *context, uint8_t sector, uint32_t size)
{
    (void)context;
    if (size > 0)
        return (size + 3) / 4 * 16;
    return sector < 4 ? 250000 : sector == 4 ? 550000 : 1000000;
}

static void lock(void *context)
{
    struct test_flash *flash = context;

    flash->unlocked = false;
}

/* The bootloader's own is never erased. */
static uint8_t first_sector(const struct test_flash *flash)
{
    return flash->by_loader ? 0 : B0_SECTOR_JOURNAL;
}

static void erase(void *context, uint8_t sector)
{
    struct test_flash *flash = context;
    uint32_t at = b0_sector_address(sector) - B0_FLASH_BASE;
    uint32_t size = b0_sector_size(sector);

    assert(sector >= first_sector(flash) && at < FLASH_SIZE);
    flash->erases++;
    flash->refused = (flash->protected >> sector & 1) != 0;
    if (flash->refused)
        return;
    if (begin(flash, time_us(NULL, sector, 0))) {
        /* Half done: some bits are already set, the others are unchanged. */
        for (uint32_t i = 0; i < size; i++)
            flash->bytes[at + i] |= (uint8_t)(i % 3 == 0 ? 0xff : flash->operations + i);
    } else {
        memset(flash->bytes + at, 0xff, size);
    }
}

static uint32_t program(void *context, uint32_t address, const uint8_t *data, uint32_t size)
{
    struct test_flash *flash = context;
    uint32_t unit = address % 4 == 0 && size >= 4 ? 4 : 1;
    bool is_cut;

    assert(address >= b0_sector_address(first_sector(flash)) &&
           address - B0_FLASH_BASE < FLASH_SIZE && size > 0);
    flash->programs++;
    flash->refused = (flash->protected >> b0_sector_at(address) & 1) != 0;
    if (flash->refused)
        return unit;
    is_cut = begin(flash, 16);
    flash->failed = flash->fail_at != 0 && address == flash->fail_at;
    for (uint32_t i = 0; i < unit; i++)
        flash->bytes[address - B0_FLASH_BASE + i] &=
            (uint8_t)(data[i] | (is_cut ? 0x5a ^ flash->operations : 0));
    return unit;
}

static enum b0_flash_state flash_state(void *context)
{
    struct test_flash *flash = context;
    enum b0_flash_state state = flash->refused  ? B0_FLASH_PROTECTED
                                : flash->failed ? B0_FLASH_FAILED
                                                : B0_FLASH_READY;

    if (is_busy(flash))
        return B0_FLASH_BUSY;
    flash->refused = flash->failed = false;
    return state == B0_FLASH_READY && flash->is_starved ? B0_FLASH_STARVED : state;
}

static const uint8_t *contents(void *context, uint32_t address)
{
    struct test_flash *flash = context;

    assert(address >= B0_FLASH_BASE && address - B0_FLASH_BASE <= FLASH_SIZE);
    flash->misuses += is_busy(flash);
    return flash->bytes + (address - B0_FLASH_BASE);
}

static const struct b0_flash_ops flash_ops = {erase, program, flash_state, contents, lock, time_us};

static const struct b0_bootloader_kind kinds[] = {
    {.product = "boot0 bootloader ", .first_sector = B0_SECTOR_PROGRAM, .has_journal = true},
    {.product = "boot0 RAM loader "},
};

const struct b0_bootloader_chip test_chip = {.name = "F407", .ram = {0x20020000, 0x10010000}};

void test_flash_blank(struct test_flash *flash)
{
    memset(flash, 0, sizeof *flash);
    memset(flash->bytes, 0xff, sizeof flash->bytes);
    /* Contents that nothing may touch. */
    memset(flash->bytes, 0xb0, B0_JOURNAL_BASE - B0_FLASH_BASE);
}

/* ---- the board ---- */

enum b0_start board_start(struct test_board *board, struct test_flash *flash)
{
    const struct b0_extension_info info = {
        .flash_kib = FLASH_KIB,
        .flags = (flash->protected >> B0_SECTOR_JOURNAL & 1) != 0 ? B0_INFO_JOURNAL_PROTECTED : 0,
        .unique_id = {0x41, 0, 0x33, 0, 0x0c, 0x51, 0x38, 0x30, 0x34, 0x35, 0x31, 0x37},
        .board = "test",
    };
    struct b0_start_facts facts = {0};
    struct b0_journal journal;
    uint8_t entry;

    flash->dead = false;
    flash->cut_at = 0;
    flash->ready_us = flash->now_us;
    flash->failed = flash->refused = false;
    board->flash = flash;
    board->transfers_left = UINT32_MAX;
    board->before_transfer = NULL;
    board->port = (struct b0_flash_port){&flash_ops, flash};
    b0_bootloader_init(&board->bootloader, &kinds[flash->by_loader], &test_chip, &board->port,
                       &info, board->blocks, TEST_BLOCKS);
    b0_bootloader_describe(&board->bootloader, &board->function, &board->device);
    usb_host_plug(&board->host, &board->device);
    select_configuration(board);

    b0_journal_scan(&journal, flash->bytes + (B0_JOURNAL_BASE - B0_FLASH_BASE), B0_JOURNAL_SIZE);
    facts.interrupted = journal.state == B0_JOURNAL_BEGUN;
    facts.has_program = b0_vectors_sane(flash->bytes + (B0_PROGRAM_BASE - B0_FLASH_BASE),
                                        B0_FLASH_BASE + FLASH_SIZE, &test_chip.ram);
    return b0_start_decide(&facts, &entry);
}

static void step(struct test_board *board)
{
    board->flash->now_us += LOOP_US;
    b0_bootloader_step(&board->bootloader, &board->host.usb, board->flash->now_us);
}

void board_run_us(struct test_board *board, uint32_t span_us)
{
    for (uint32_t us = 0; us < span_us && !board->flash->dead; us += LOOP_US) {
        /* Nothing happens during an erase: the loop need not turn for each microsecond. */
        uint32_t busy_us = board->flash->ready_us - board->flash->now_us;

        if ((int32_t)busy_us > 100) {
            uint32_t skip_us = busy_us - 50 < span_us - us ? busy_us - 50 : span_us - us;

            board->flash->now_us += skip_us;
            us += skip_us;
        }
        step(board);
    }
}

void board_settle(struct test_board *board)
{
    while (b0_bootloader_busy(&board->bootloader) && !board->flash->dead)
        board_run_us(board, 1000);
}

void board_be_quiet(struct test_board *board, uint32_t span_us)
{
    const uint32_t step_us = 10000; /* like SysTick on the chip */

    board_settle(board);
    for (uint32_t us = 0; us < span_us; us += step_us) {
        board->flash->now_us += step_us;
        step(board);
    }
}

enum usb_answer board_control(struct test_board *board, struct boot0_setup setup, uint8_t *data)
{
    enum usb_answer answer;
    uint32_t start_us;

    if (board->before_transfer)
        board->before_transfer(board);
    start_us = board->flash->now_us;
    if (board->flash->dead || board->transfers_left == 0)
        return USB_NAK;
    board->transfers_left--;
    answer = usb_host_control(&board->host, setup, data);
    while (answer == USB_NAK && !board->flash->dead && board->flash->now_us - start_us < 5000000) {
        board_run_us(board,
                     is_busy(board->flash) ? board->flash->ready_us - board->flash->now_us : 100);
        answer = usb_host_continue(&board->host);
    }
    board_run_us(board, 50 + setup.wLength); /* its time on the bus */
    return board->flash->dead ? USB_NAK : answer;
}

/* ---- DFU ---- */

enum {
    CLASS_OUT = BOOT0_USB_TYPE_CLASS | BOOT0_USB_RECIPIENT_INTERFACE,
    CLASS_IN = BOOT0_USB_DIR_IN | CLASS_OUT,
    VENDOR_OUT = BOOT0_USB_TYPE_VENDOR,
    VENDOR_IN = BOOT0_USB_DIR_IN | VENDOR_OUT,
};

enum usb_answer dfu_dnload(struct test_board *board, uint16_t block, const uint8_t *data,
                           uint16_t size)
{
    uint8_t copy[B0_BLOCK_SIZE + 100];

    if (size > 0)
        memcpy(copy, data, size);
    return board_control(board, (struct boot0_setup){CLASS_OUT, BOOT0_DFU_DNLOAD, block, 0, size},
                         copy);
}

enum usb_answer dfu_upload(struct test_board *board, uint16_t block, uint8_t *data, uint16_t size)
{
    return board_control(board, (struct boot0_setup){CLASS_IN, BOOT0_DFU_UPLOAD, block, 0, size},
                         data);
}

enum usb_answer dfu_simple(struct test_board *board, uint8_t request)
{
    return board_control(board, (struct boot0_setup){CLASS_OUT, request, 0, 0, 0}, NULL);
}

struct b0_dfu_status dfu_status(struct test_board *board)
{
    const struct b0_dfu_status none = {.status = 0xff, .state = 0xff};
    uint8_t bytes[BOOT0_DFU_STATUS_SIZE];
    const struct boot0_setup setup = {CLASS_IN, BOOT0_DFU_GETSTATUS, 0, 0, sizeof bytes};

    return board_control(board, setup, bytes) == USB_ACK ? b0_dfu_status_load(bytes) : none;
}

enum usb_answer select_alternate(struct test_board *board, uint8_t alternate)
{
    return board_control(
        board, (struct boot0_setup){0x01, BOOT0_USB_SET_INTERFACE, alternate, 0, 0}, NULL);
}

enum usb_answer select_configuration(struct test_board *board)
{
    return board_control(board, (struct boot0_setup){0, BOOT0_USB_SET_CONFIGURATION, 1, 0, 0},
                         NULL);
}

enum usb_answer vendor_out(struct test_board *board, uint16_t command, uint16_t value)
{
    const struct boot0_setup setup = {VENDOR_OUT, B0_EXTENSION_VENDOR_CODE, value, command, 0};

    return board_control(board, setup, NULL);
}

struct b0_extension_info vendor_info(struct test_board *board)
{
    struct b0_extension_info info = {0};
    uint8_t bytes[B0_EXTENSION_INFO_SIZE];
    const struct boot0_setup setup = {VENDOR_IN, B0_EXTENSION_VENDOR_CODE, 0, B0_EXTENSION_GET_INFO,
                                      sizeof bytes};

    if (board_control(board, setup, bytes) == USB_ACK)
        b0_extension_info_load(&info, bytes, sizeof bytes);
    return info;
}

static bool poll_until_idle(struct test_board *board)
{
    for (int i = 0; i < 200; i++) {
        struct b0_dfu_status status = dfu_status(board);

        if (status.status != BOOT0_DFU_STATUS_OK)
            return false;
        if (status.state == BOOT0_DFU_STATE_DNLOAD_IDLE)
            return true;
        if (status.state != BOOT0_DFU_STATE_DNBUSY)
            return false;
        board_run_us(board, status.poll_timeout_ms * 1000);
    }
    return false;
}

bool dfu_command(struct test_board *board, uint8_t command, uint32_t address)
{
    uint8_t bytes[5] = {command};

    b0_store32(bytes + 1, address);
    return dfu_dnload(board, 0, bytes, sizeof bytes) == USB_ACK && poll_until_idle(board);
}

bool dfu_block(struct test_board *board, uint16_t block, const uint8_t *data, uint16_t size)
{
    return dfu_dnload(board, block, data, size) == USB_ACK && poll_until_idle(board);
}

void make_program(uint8_t *data, uint32_t size, uint8_t seed)
{
    memset(data, 0xff, size);
    b0_store32(data, 0x20020000);
    b0_store32(data + 4, B0_PROGRAM_BASE + 0x101 + 2u * seed);
    for (uint32_t i = 512; i < size; i += 512)
        data[i] = (uint8_t)(seed + i / 512);
    data[size - 1] = seed;
}

bool flash_holds(const struct test_board *board, uint32_t address, const uint8_t *data,
                 uint32_t size)
{
    return memcmp(board->flash->bytes + (address - B0_FLASH_BASE), data, size) == 0;
}
