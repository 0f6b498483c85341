/* SPDX-License-Identifier: MIT */
/* The UART bootloader's commands, and which of them a chip supports. */
#include "../board/board.h"
#include "../board/uart.h"
#include "uart_private.h"

#include <core/an3155.h>
#include <core/array.h>
#include <string.h>

static bool protected(const struct vboard_uart_loader *uart)
{
    return vboard_options_level(&uart->board->chip) != 0;
}

/* ---- after code and complement ---- */

static void send_list(struct vboard_uart_loader *uart, const uint8_t *bytes, size_t size)
{
    vboard_uart_acknowledge(uart);
    vboard_uart_answer(uart->board, (uint8_t)(size - 1));
    for (size_t i = 0; i < size; i++)
        vboard_uart_answer(uart->board, bytes[i]);
    vboard_uart_acknowledge(uart);
    vboard_uart_idle(uart);
}

static void do_get(struct vboard_uart_loader *uart)
{
    const struct vboard_uart_rom *rom = &uart->rom->uart;
    uint8_t list[1 + VBOARD_UART_COMMANDS_MAX];
    size_t count = 1;

    list[0] = rom->version;
    for (size_t i = 0; i < VBOARD_UART_COMMANDS_MAX && (i == 0 || rom->commands[i] != 0); i++)
        list[count++] = rom->commands[i];
    send_list(uart, list, count);
}

static void do_get_version(struct vboard_uart_loader *uart)
{
    vboard_uart_acknowledge(uart);
    vboard_uart_answer(uart->board, uart->rom->uart.version);
    vboard_uart_answer(uart->board, 0);
    vboard_uart_answer(uart->board, 0);
    vboard_uart_acknowledge(uart);
    vboard_uart_idle(uart);
}

static void do_get_id(struct vboard_uart_loader *uart)
{
    uint16_t id = uart->rom->uart.chip_id;
    const uint8_t bytes[] = {(uint8_t)(id >> 8), (uint8_t)id};

    send_list(uart, bytes, sizeof bytes);
}

static void do_address(struct vboard_uart_loader *uart)
{
    vboard_uart_acknowledge(uart);
    vboard_uart_expect(uart, WAIT_ADDRESS, 5);
}

static void do_list(struct vboard_uart_loader *uart)
{
    vboard_uart_acknowledge(uart);
    vboard_uart_expect(uart, WAIT_COUNT, 1);
}

static void do_list_16(struct vboard_uart_loader *uart)
{
    vboard_uart_acknowledge(uart);
    vboard_uart_expect(uart, WAIT_COUNT_16, 2);
}

static void do_write_unprotect(struct vboard_uart_loader *uart)
{
    vboard_options_write_protect(&uart->board->chip, NULL, 0);
    vboard_uart_change_options(uart);
}

static void do_readout_protect(struct vboard_uart_loader *uart)
{
    vboard_options_set_level(&uart->board->chip, 1);
    vboard_uart_change_options(uart);
}

static void do_readout_unprotect(struct vboard_uart_loader *uart)
{
    vboard_uart_acknowledge(uart);
    vboard_uart_unprotect(uart);
}

static const struct {
    uint8_t code;
    bool needs_level_0; /* refused under read protection: AN3155, table 2, note 2 */
    void (*run)(struct vboard_uart_loader *uart);
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

static bool listed(const struct vboard_uart_loader *uart, uint8_t code)
{
    return code == B0_AN3155_GET ||
           memchr(uart->rom->uart.commands + 1, code, VBOARD_UART_COMMANDS_MAX - 1) != NULL;
}

void vboard_uart_command(struct vboard_uart_loader *uart)
{

    uart->command = uart->data[0];
    uart->board->stats.transfers++;
    if ((uart->data[0] ^ uart->data[1]) != 0xff) {
        vboard_uart_refuse(uart, "the byte is not a command and its complement");
        return;
    }
    for (size_t i = 0; i < B0_LENGTH(commands); i++) {
        if (commands[i].code != uart->command || !listed(uart, uart->command))
            continue;
        if (commands[i].needs_level_0 && protected(uart))
            vboard_uart_refuse(uart, "read protection");
        else
            commands[i].run(uart);
        return;
    }
    vboard_uart_refuse(uart, "unknown");
}
