/*
 * The UART bootloader in the system memory of STM32 chips, from the chip's side: what it makes of
 * the bytes that come, one after the other, and what it answers.
 *
 * Source: AN3155 (protocol), AN2606 (which chip lists which command). What the documents leave open
 * is said where it matters. How long characters take, and what happens to them on the way, is in
 * uart_line.c.
 */
#include "uart.h"

#include <string.h>

/* What the ROM waits for. */
enum wait {
    WAIT_AUTOBAUD,
    WAIT_COMMAND,
    WAIT_COMPLEMENT,
    WAIT_ADDRESS,
    WAIT_LENGTH, /* of a read: the count and its complement */
    WAIT_COUNT,  /* of a write or of lists: one byte */
    WAIT_COUNT_16,
    WAIT_REST, /* what the count has announced, and the checksum */
    WAIT_WORK, /* nothing is read: the flash is busy */
};

static bool protected(const struct vboard *board)
{
    return vboard_options_level(&board->chip) != 0;
}

static void expect(struct vboard *board, enum wait wait, uint16_t size)
{
    board->uart.wait = (uint8_t)wait;
    board->uart.need = size;
    board->uart.have = 0;
}

static void idle(struct vboard *board)
{
    expect(board, WAIT_COMMAND, 1);
}

static void acknowledge(struct vboard *board)
{
    vboard_uart_answer(board, B0_AN3155_ACK);
}

static void refuse(struct vboard *board, const char *why)
{
    vboard_trace(board, "uart: command 0x%02x refused: %s", board->uart.command, why);
    vboard_uart_answer(board, B0_AN3155_NACK);
    idle(board);
}

static uint8_t xor_of(const uint8_t *bytes, size_t size)
{
    uint8_t sum = 0;

    for (size_t i = 0; i < size; i++)
        sum ^= bytes[i];
    return sum;
}

/* ---- work in the flash ---- */

static void begin(struct vboard *board, enum vboard_flash_kind kind, uint32_t address,
                  void (*done)(struct vboard *, const struct vboard_flash_result *))
{
    struct vboard_flash_op *op = &board->work.op;

    op->kind = (uint8_t)kind;
    op->address = address;
    expect(board, WAIT_WORK, 0);
    vboard_work_begin(board, true, done);
}

static void ack_done(struct vboard *board, const struct vboard_flash_result *result)
{
    if (result->failed) {
        refuse(board, "the flash reports an error");
        return;
    }
    acknowledge(board);
    idle(board);
}

/* The last character has to be out before the chip resets. */
static void reset_done(struct vboard *board, const struct vboard_flash_result *result)
{
    (void)result;
    acknowledge(board);
    vboard_uart_flush(board);
    vboard_system_reset(board);
}

static uint32_t sector_count(const struct vboard *board)
{
    return vboard_flash_count(&board->chip);
}

static uint32_t sector_address(const struct vboard *board, uint32_t index)
{
    uint32_t address = vboard_chip_flash(&board->chip)->address;

    for (const struct vboard_sectors *run = board->chip.part->sectors; run->count > 0; run++) {
        uint32_t here = index < run->count ? index : run->count;

        address += here * run->size;
        index -= here;
    }
    return address;
}

/* ---- erasing: page after page, then one ACK ---- */

static void erase_next(struct vboard *board);

static void page_done(struct vboard *board, const struct vboard_flash_result *result)
{
    if (result->failed)
        refuse(board, "the flash reports an error");
    else
        erase_next(board);
}

static void erase_next(struct vboard *board)
{
    struct vboard_uart *uart = &board->uart;
    uint32_t page;

    if (uart->page_at == uart->page_count) {
        acknowledge(board);
        idle(board);
        return;
    }
    page = uart->command == B0_AN3155_ERASE ? uart->data[1 + uart->page_at]
                                            : (uint32_t)(uart->data[2 + 2 * uart->page_at] << 8 |
                                                         uart->data[3 + 2 * uart->page_at]);
    uart->page_at++;
    begin(board, VBOARD_ERASE_SECTOR, sector_address(board, page), page_done);
}

static bool pages_exist(const struct vboard *board)
{
    const struct vboard_uart *uart = &board->uart;

    for (uint32_t i = 0; i < uart->page_count; i++) {
        uint32_t page = uart->command == B0_AN3155_ERASE
                            ? uart->data[1 + i]
                            : (uint32_t)(uart->data[2 + 2 * i] << 8 | uart->data[3 + 2 * i]);

        if (page >= sector_count(board))
            return false;
    }
    return true;
}

/* AN3155, 3.7 and 3.8; the list is complete and its checksum right. */
static void erase_list(struct vboard *board)
{
    struct vboard_uart *uart = &board->uart;

    uart->page_at = 0;
    uart->page_count = uart->count;
    if (!pages_exist(board)) {
        refuse(board, "there is no such page");
        return;
    }
    vboard_trace(board, "uart: erase %u pages", uart->page_count);
    erase_next(board);
}

static void erase_everything(struct vboard *board)
{
    if (board->rom->uart.no_mass_erase)
        refuse(board, "this chip has no mass erase");
    else
        begin(board, VBOARD_ERASE_ALL, vboard_chip_flash(&board->chip)->address, ack_done);
}

/* ---- memory ---- */

/* An area that the ROM lets a host reach, or NULL. F2 and F4 refuse their unique id. */
static const struct vboard_area *reachable(const struct vboard *board, uint32_t address,
                                           uint32_t size)
{
    const struct vboard_area *area = vboard_chip_area(&board->chip, address, size);

    if (!area || address - area->address < area->reserved)
        return NULL;
    if (area->kind == VBOARD_INFO && board->chip.part->options_style == VBOARD_OPTIONS_F4)
        return NULL;
    return area;
}

static void read_block(struct vboard *board, uint16_t size)
{
    const uint8_t *bytes = vboard_chip_at(&board->chip, board->uart.address, size);

    if (!reachable(board, board->uart.address, size)) {
        refuse(board, "no memory there");
        return;
    }
    vboard_trace(board, "uart: read 0x%08x, %u bytes", board->uart.address, size);
    acknowledge(board);
    for (uint16_t i = 0; i < size; i++)
        vboard_uart_answer(board, bytes[i]);
    idle(board);
}

/* AN3155, 3.5: option bytes end in a reset; what cannot be written is not performed. */
static void write_block(struct vboard *board)
{
    struct vboard_uart *uart = &board->uart;
    struct vboard_flash_op *op = &board->work.op;
    const struct vboard_area *area = reachable(board, uart->address, uart->count);
    bool ok = true;

    if (!area) {
        refuse(board, "no memory there");
        return;
    }
    op->size = uart->count;
    memcpy(op->data, uart->data + 1, uart->count);
    vboard_trace(board, "uart: write 0x%08x, %u bytes", uart->address, uart->count);
    switch ((enum vboard_kind)area->kind) {
    case VBOARD_FLASH:
    case VBOARD_EXTERNAL:
    case VBOARD_OTP:
        begin(board, VBOARD_PROGRAM, uart->address, ack_done);
        return;
    case VBOARD_OPTIONS:
        begin(board, VBOARD_PROGRAM_OPTIONS, uart->address, reset_done);
        return;
    case VBOARD_RAM:
        memcpy(vboard_chip_at(&board->chip, uart->address, uart->count), uart->data + 1,
               uart->count);
        break;
    case VBOARD_FEATURE:
        ok = vboard_rom_write_feature(board, uart->address - area->address, uart->data + 1,
                                      uart->count);
        break;
    case VBOARD_INFO:
        ok = false;
        break;
    }
    if (!ok) {
        refuse(board, "cannot be written");
        return;
    }
    acknowledge(board);
    idle(board);
}

/* ---- commands, after code and complement ---- */

static void send_list(struct vboard *board, const uint8_t *bytes, size_t size)
{
    acknowledge(board);
    vboard_uart_answer(board, (uint8_t)(size - 1));
    for (size_t i = 0; i < size; i++)
        vboard_uart_answer(board, bytes[i]);
    acknowledge(board);
    idle(board);
}

static void do_get(struct vboard *board)
{
    const struct vboard_uart_rom *rom = &board->rom->uart;
    uint8_t list[1 + VBOARD_UART_COMMANDS_MAX];
    size_t count = 1;

    list[0] = rom->version;
    for (size_t i = 0; i < VBOARD_UART_COMMANDS_MAX && (i == 0 || rom->commands[i] != 0); i++)
        list[count++] = rom->commands[i];
    send_list(board, list, count);
}

static void do_get_version(struct vboard *board)
{
    acknowledge(board);
    vboard_uart_answer(board, board->rom->uart.version);
    vboard_uart_answer(board, 0);
    vboard_uart_answer(board, 0);
    acknowledge(board);
    idle(board);
}

static void do_get_id(struct vboard *board)
{
    uint16_t id = board->rom->uart.chip_id;
    const uint8_t bytes[] = {(uint8_t)(id >> 8), (uint8_t)id};

    send_list(board, bytes, sizeof bytes);
}

static void do_address(struct vboard *board)
{
    acknowledge(board);
    expect(board, WAIT_ADDRESS, 5);
}

static void do_list(struct vboard *board)
{
    acknowledge(board);
    expect(board, WAIT_COUNT, 1);
}

static void do_list_16(struct vboard *board)
{
    acknowledge(board);
    expect(board, WAIT_COUNT_16, 2);
}

static void change_options(struct vboard *board)
{
    const struct vboard_area *area = board->chip.part->areas;
    struct vboard_flash_op *op = &board->work.op;

    while (area->size > 0 && area->kind != VBOARD_OPTIONS)
        area++;
    if (area->size == 0) {
        refuse(board, "this chip has no option bytes");
        return;
    }
    acknowledge(board);
    op->size = area->size;
    memcpy(op->data, vboard_chip_at(&board->chip, area->address, area->size), area->size);
    begin(board, VBOARD_PROGRAM_OPTIONS, area->address, reset_done);
}

static void do_write_unprotect(struct vboard *board)
{
    vboard_options_write_protect(&board->chip, NULL, 0);
    change_options(board);
}

static void do_readout_protect(struct vboard *board)
{
    vboard_options_set_level(&board->chip, 1);
    change_options(board);
}

static void do_readout_unprotect(struct vboard *board)
{
    acknowledge(board);
    begin(board, VBOARD_UNPROTECT, vboard_chip_flash(&board->chip)->address, reset_done);
}

static const struct {
    uint8_t code;
    bool needs_level_0; /* refused under read protection: AN3155, table 2, note 2 */
    void (*run)(struct vboard *board);
} commands[] = {
    {B0_AN3155_GET, false, do_get},
    {B0_AN3155_GET_VERSION, false, do_get_version},
    {B0_AN3155_GET_ID, false, do_get_id},
    {B0_AN3155_READ, true, do_address},
    {B0_AN3155_GO, true, do_address},
    {B0_AN3155_WRITE, true, do_address},
    {B0_AN3155_ERASE, true, do_list},
    {B0_AN3155_EXTENDED_ERASE, true, do_list_16},
    {B0_AN3155_WRITE_PROTECT, true, do_list},
    {B0_AN3155_WRITE_UNPROTECT, true, do_write_unprotect},
    {B0_AN3155_READOUT_PROTECT, true, do_readout_protect},
    {B0_AN3155_READOUT_UNPROTECT, false, do_readout_unprotect},
};

static bool listed(const struct vboard *board, uint8_t code)
{
    return code == B0_AN3155_GET ||
           memchr(board->rom->uart.commands + 1, code, VBOARD_UART_COMMANDS_MAX - 1) != NULL;
}

static void take_command(struct vboard *board)
{
    struct vboard_uart *uart = &board->uart;

    uart->command = uart->data[0];
    board->stats.transfers++;
    if ((uart->data[0] ^ uart->data[1]) != 0xff) {
        refuse(board, "no command and its complement");
        return;
    }
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        if (commands[i].code != uart->command || !listed(board, uart->command))
            continue;
        if (commands[i].needs_level_0 && protected(board))
            refuse(board, "read protection");
        else
            commands[i].run(board);
        return;
    }
    refuse(board, "unknown");
}

/* ---- what follows a command ---- */

static void take_address(struct vboard *board)
{
    struct vboard_uart *uart = &board->uart;
    const uint8_t *d = uart->data;

    uart->address = (uint32_t)d[0] << 24 | (uint32_t)d[1] << 16 | (uint32_t)d[2] << 8 | d[3];
    if (xor_of(d, 5) != 0) {
        refuse(board, "checksum");
    } else if (!reachable(board, uart->address, 1)) {
        refuse(board, "no memory there");
    } else if (uart->command == B0_AN3155_GO) {
        acknowledge(board);
        vboard_uart_flush(board);
        vboard_start_program(board, uart->address);
    } else {
        acknowledge(board);
        if (uart->command == B0_AN3155_READ)
            expect(board, WAIT_LENGTH, 2);
        else
            expect(board, WAIT_COUNT, 1);
    }
}

static void take_length(struct vboard *board)
{
    const uint8_t *d = board->uart.data;

    if ((d[0] ^ d[1]) != 0xff)
        refuse(board, "checksum");
    else
        read_block(board, (uint16_t)(d[0] + 1));
}

/* One byte that says how many follow; the checksum comes after them. */
static void take_count(struct vboard *board)
{
    struct vboard_uart *uart = &board->uart;
    bool everything = uart->command == B0_AN3155_ERASE && uart->data[0] == 0xff;

    uart->count = everything ? 0 : (uint16_t)(uart->data[0] + 1);
    uart->wait = WAIT_REST;
    uart->need = (uint16_t)(1 + uart->count + 1);
}

static void take_count_16(struct vboard *board)
{
    struct vboard_uart *uart = &board->uart;
    uint32_t head = (uint32_t)(uart->data[0] << 8 | uart->data[1]);

    if (head < 0xfff0 && head >= sector_count(board)) {
        refuse(board, "more pages than there are");
        return;
    }
    uart->count = head < 0xfff0 ? (uint16_t)(head + 1) : 0;
    uart->wait = WAIT_REST;
    uart->need = (uint16_t)(2 + 2 * uart->count + 1);
}

static void protect_list(struct vboard *board)
{
    vboard_options_write_protect(&board->chip, board->uart.data + 1, board->uart.count);
    change_options(board);
}

static void take_rest(struct vboard *board)
{
    struct vboard_uart *uart = &board->uart;
    bool mass = uart->count == 0;
    /* Erase's 0xff is checked by 0x00, its complement (AN3155, 3.7). */
    uint8_t wanted = mass && uart->command == B0_AN3155_ERASE ? 0xff : 0x00;

    if (xor_of(uart->data, uart->need) != wanted)
        refuse(board, "checksum");
    else if (uart->command == B0_AN3155_WRITE)
        write_block(board);
    else if (uart->command == B0_AN3155_WRITE_PROTECT)
        protect_list(board);
    else if (!mass)
        erase_list(board);
    else if (uart->command == B0_AN3155_ERASE || uart->data[1] == 0xff)
        erase_everything(board);
    else
        refuse(board, "erasing a bank is not modelled");
}

/*
 * AN3155, 2.2: the ROM measures the start bit of the first character that it sees, which has to be
 * 0x7f. Anything else, and it listens at a wrong speed from now on until it is reset.
 */
static void take_autobaud(struct vboard *board)
{
    struct vboard_uart *uart = &board->uart;

    idle(board);
    if (uart->data[0] != B0_AN3155_AUTOBAUD || uart->line_baud > board->settings.baud_max)
        uart->baud = uart->line_baud / 2 + 1;
    else
        uart->baud = uart->line_baud;
    vboard_trace(board, "uart: listens at %u baud", uart->baud);
    acknowledge(board);
}

static void (*const take[])(struct vboard *board) = {
    [WAIT_AUTOBAUD] = take_autobaud, [WAIT_COMPLEMENT] = take_command,
    [WAIT_ADDRESS] = take_address,   [WAIT_LENGTH] = take_length,
    [WAIT_COUNT] = take_count,       [WAIT_COUNT_16] = take_count_16,
    [WAIT_REST] = take_rest,
};

void vboard_uart_take(struct vboard *board, uint8_t byte)
{
    struct vboard_uart *uart = &board->uart;

    uart->data[uart->have++] = byte;
    if (uart->wait == WAIT_COMMAND) {
        uart->wait = WAIT_COMPLEMENT;
        uart->need = 2;
        return;
    }
    if (uart->have == uart->need)
        take[uart->wait](board);
}

bool vboard_uart_is_deaf(const struct vboard *board)
{
    return board->uart.wait == WAIT_WORK;
}

void vboard_uart_start(struct vboard *board)
{
    vboard_uart_stop(board);
    board->uart.alive = vboard_has_uart(board);
    expect(board, WAIT_AUTOBAUD, 1);
}

/* ---- a ROM without USB: F103 ---- */

static void start(struct vboard *board)
{
    if (board->settings.boot0)
        vboard_uart_start(board);
    else
        vboard_start_program(board, vboard_chip_flash(&board->chip)->address);
}

/* Nothing ever connects to the bus, so that nobody asks for the rest. */
const struct vboard_function vboard_uart_only = {.start = start};
