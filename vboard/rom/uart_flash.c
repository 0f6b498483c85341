/* SPDX-License-Identifier: MIT */
/* What the commands of the UART bootloader do to the chip's memories. */
#include "../board/board.h"
#include "../board/power.h"
#include "../board/trace.h"
#include "../board/uart.h"
#include "rom.h"
#include "uart_private.h"

#include <core/an3155.h>
#include <string.h>

/* ---- the flash at work ---- */

static void begin(struct vboard_uart_loader *uart, enum vboard_flash_kind kind, uint32_t address,
                  vboard_work_done *done)
{
    struct vboard_flash_op *op = &uart->board->work.op;

    op->kind = (uint8_t)kind;
    op->address = address;
    vboard_uart_expect(uart, WAIT_WORK, 0);
    vboard_work_begin(uart->board, true, done, uart);
}

static void ack_done(void *context, const struct vboard_flash_result *result)
{
    struct vboard_uart_loader *uart = context;

    if (result->failed) {
        vboard_uart_refuse(uart, "the flash reports an error");
        return;
    }
    vboard_uart_acknowledge(uart);
    vboard_uart_idle(uart);
}

/* The last character must be out before the chip resets. */
static void reset_done(void *context, const struct vboard_flash_result *result)
{
    struct vboard_uart_loader *uart = context;

    (void)result;
    vboard_uart_acknowledge(uart);
    vboard_uart_flush(uart->board);
    vboard_system_reset(uart->board);
}

uint32_t vboard_uart_sector_count(const struct vboard_uart_loader *uart)
{
    return vboard_flash_count(&uart->board->chip);
}

static uint32_t sector_address(const struct vboard_uart_loader *uart, uint32_t index)
{
    uint32_t address = vboard_chip_flash(&uart->board->chip)->address;

    for (const struct vboard_sectors *run = uart->board->chip.part->sectors; run->count > 0;
         run++) {
        uint32_t here = index < run->count ? index : run->count;

        address += here * run->size;
        index -= here;
    }
    return address;
}

/* ---- erasing: page after page, then one ACK ---- */

static void erase_next(struct vboard_uart_loader *uart);

static void page_done(void *context, const struct vboard_flash_result *result)
{
    struct vboard_uart_loader *uart = context;

    if (result->failed)
        vboard_uart_refuse(uart, "the flash reports an error");
    else
        erase_next(uart);
}

static void erase_next(struct vboard_uart_loader *uart)
{
    uint32_t page;

    if (uart->page_at == uart->page_count) {
        vboard_uart_acknowledge(uart);
        vboard_uart_idle(uart);
        return;
    }
    page = uart->command == B0_AN3155_ERASE ? uart->data[1 + uart->page_at]
                                            : (uint32_t)(uart->data[2 + 2 * uart->page_at] << 8 |
                                                         uart->data[3 + 2 * uart->page_at]);
    uart->page_at++;
    begin(uart, VBOARD_ERASE_SECTOR, sector_address(uart, page), page_done);
}

static bool pages_exist(const struct vboard_uart_loader *uart)
{

    for (uint32_t i = 0; i < uart->page_count; i++) {
        uint32_t page = uart->command == B0_AN3155_ERASE
                            ? uart->data[1 + i]
                            : (uint32_t)(uart->data[2 + 2 * i] << 8 | uart->data[3 + 2 * i]);

        if (page >= vboard_uart_sector_count(uart))
            return false;
    }
    return true;
}

/* AN3155, 3.7 and 3.8. The list is complete, and its checksum is right. */
void vboard_uart_erase_list(struct vboard_uart_loader *uart)
{

    uart->page_at = 0;
    uart->page_count = uart->count;
    if (!pages_exist(uart)) {
        vboard_uart_refuse(uart, "no such page");
        return;
    }
    vboard_trace(uart->board, "uart: erase %u pages", uart->page_count);
    erase_next(uart);
}

void vboard_uart_erase_everything(struct vboard_uart_loader *uart)
{
    if (uart->rom->uart.no_mass_erase)
        vboard_uart_refuse(uart, "this chip has no mass erase");
    else
        begin(uart, VBOARD_ERASE_ALL, vboard_chip_flash(&uart->board->chip)->address, ack_done);
}

/* ---- memory ---- */

/* An area that the ROM lets a host reach, or NULL. F2 and F4 refuse their unique id. */
const struct vboard_area *vboard_uart_reachable(const struct vboard_uart_loader *uart,
                                                uint32_t address, uint32_t size)
{
    const struct vboard_area *area = vboard_chip_area(&uart->board->chip, address, size);

    if (!area || address - area->address < area->reserved)
        return NULL;
    if (area->kind == VBOARD_INFO && uart->board->chip.part->options_style == VBOARD_OPTIONS_F4)
        return NULL;
    return area;
}

void vboard_uart_read_block(struct vboard_uart_loader *uart, uint16_t size)
{
    const uint8_t *bytes = vboard_chip_at(&uart->board->chip, uart->address, size);

    if (!vboard_uart_reachable(uart, uart->address, size)) {
        vboard_uart_refuse(uart, "no memory there");
        return;
    }
    vboard_trace(uart->board, "uart: read 0x%08x, %u bytes", uart->address, size);
    vboard_uart_acknowledge(uart);
    for (uint16_t i = 0; i < size; i++)
        vboard_uart_answer(uart->board, bytes[i]);
    vboard_uart_idle(uart);
}

/* AN3155, 3.5: option bytes end in a reset; the ROM does not perform writes that are impossible. */
void vboard_uart_write_block(struct vboard_uart_loader *uart)
{
    struct vboard_flash_op *op = &uart->board->work.op;
    const struct vboard_area *area = vboard_uart_reachable(uart, uart->address, uart->count);
    bool ok = true;

    if (!area) {
        vboard_uart_refuse(uart, "no memory there");
        return;
    }
    op->size = uart->count;
    memcpy(op->data, uart->data + 1, uart->count);
    vboard_trace(uart->board, "uart: write 0x%08x, %u bytes", uart->address, uart->count);
    switch ((enum vboard_kind)area->kind) {
    case VBOARD_FLASH:
    case VBOARD_EXTERNAL:
    case VBOARD_OTP:
        begin(uart, VBOARD_PROGRAM, uart->address, ack_done);
        return;
    case VBOARD_OPTIONS:
        begin(uart, VBOARD_PROGRAM_OPTIONS, uart->address, reset_done);
        return;
    case VBOARD_RAM:
        memcpy(vboard_chip_at(&uart->board->chip, uart->address, uart->count), uart->data + 1,
               uart->count);
        break;
    case VBOARD_FEATURE:
        ok = vboard_rom_write_feature(uart->board, uart->rom, uart->address - area->address,
                                      uart->data + 1, uart->count);
        break;
    case VBOARD_INFO:
        ok = false;
        break;
    }
    if (!ok) {
        vboard_uart_refuse(uart, "cannot be written");
        return;
    }
    vboard_uart_acknowledge(uart);
    vboard_uart_idle(uart);
}

/* ---- option bytes ---- */

/* Writes the option bytes as they are in memory, and resets. */
void vboard_uart_change_options(struct vboard_uart_loader *uart)
{
    const struct vboard_area *area = uart->board->chip.part->areas;
    struct vboard_flash_op *op = &uart->board->work.op;

    while (area->size > 0 && area->kind != VBOARD_OPTIONS)
        area++;
    if (area->size == 0) {
        vboard_uart_refuse(uart, "this chip has no option bytes");
        return;
    }
    vboard_uart_acknowledge(uart);
    op->size = area->size;
    memcpy(op->data, vboard_chip_at(&uart->board->chip, area->address, area->size), area->size);
    begin(uart, VBOARD_PROGRAM_OPTIONS, area->address, reset_done);
}

void vboard_uart_unprotect(struct vboard_uart_loader *uart)
{
    begin(uart, VBOARD_UNPROTECT, vboard_chip_flash(&uart->board->chip)->address, reset_done);
}
