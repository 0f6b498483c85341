/* SPDX-License-Identifier: MIT */
/*
 * The RAM loader on a serial line: docs/reference/loader.md, "Over a serial line". The bootloader
 * in ROM has released its UART and does not tell which one it was (AN3155, Go), so the loader
 * listens to each in turn until it receives a whole frame. An interrupt puts received bytes into a
 * ring; all else happens in one loop, as in the bootloader.
 */
#include "leave.h"

#include <boot0/protocol.h>
#include <bootloader/chip_info.h>
#include <bootloader/queue.h>
#include <chip/clock.h>
#include <chip/flash.h>
#include <chip/identity.h>
#include <chip/reset.h>
#include <chip/sleep.h>
#include <chip/stm32f4/system_registers.h>
#include <chip/time.h>
#include <chip/usart.h>
#include <chip/watchdog.h>
#include <core/bytes.h>
#include <core/extension.h>
#include <core/loader_line.h>

enum {
    /* One less than with USB, although that code is larger: a line has a frame and a ring. */
    BLOCKS = CHIP_BLOCKS - (B0_LOADER_BASE - 0x20000000) / B0_BLOCK_SIZE - 1,
    /* The host sends HELLO more often: a missed one is received in the next turn. */
    LISTEN_US = 150000,
    RING = 2048, /* 10 ms at 2 Mbaud, while a block is unpacked or part of a digest computed */
    /* A crystal of 24 or 26 MHz may have been mistaken for one of 25 MHz (chip/clock.h). */
    GUESSES = 3,
};

struct serial {
    struct b0_time time;
    struct b0_flash flash;
    struct b0_flash_port port;
    struct b0_queue queue;
    uint32_t flash_end;
    struct b0_loader_line line;
    uint32_t crystal_hz, core_hz;
    uint32_t real_hz; /* the core clock if the guess is right */
    bool doubtful;
    uint8_t place; /* index of the current UART */
    uint8_t guess;
    uint32_t baud; /* current speed of the UART */
    volatile uint16_t ring_in, ring_out;
    uint8_t ring[RING];
};

/* Not among the variables, which have little room on chips without core-coupled RAM. */
__attribute__((section(".blocks"))) static struct serial serial;
__attribute__((section(".blocks"))) static uint8_t blocks[BLOCKS][B0_BLOCK_SIZE];

_Noreturn void b0_main(void);
void b0_usart_interrupt(void);

/* ---- flash operations for the line ---- */

static bool is_flash(const struct serial *s, uint32_t address, uint32_t length)
{
    return length > 0 && address >= B0_FLASH_BASE && address <= s->flash_end &&
           length <= s->flash_end - address;
}

static uint8_t *room(void *context, uint8_t *count)
{
    struct serial *s = context;

    *count = b0_queue_room_count(&s->queue);
    return b0_queue_room(&s->queue);
}

static uint8_t program(void *context, uint32_t address, uint16_t size)
{
    struct serial *s = context;

    if (!is_flash(s, address, size))
        return BOOT0_DFU_STATUS_ERR_ADDRESS;
    b0_queue_program(&s->queue, address, size);
    return BOOT0_DFU_STATUS_OK;
}

static uint8_t erase(void *context, uint32_t address, uint32_t length)
{
    struct serial *s = context;
    uint8_t first, last;

    if (!is_flash(s, address, length))
        return BOOT0_DFU_STATUS_ERR_ADDRESS;
    first = b0_sector_at(address);
    last = b0_sector_at(address + length - 1);
    if (b0_sector_address(first) != address ||
        b0_sector_address(last) + b0_sector_size(last) != address + length)
        return BOOT0_DFU_STATUS_ERR_ADDRESS;
    b0_queue_erase(&s->queue, first, last);
    return BOOT0_DFU_STATUS_OK;
}

static bool idle(void *context, uint8_t *status)
{
    struct serial *s = context;

    *status = b0_queue_take_error(&s->queue);
    return b0_queue_idle(&s->queue);
}

static const uint8_t *contents(void *context, uint32_t address, uint32_t length)
{
    struct serial *s = context;

    return is_flash(s, address, length) ? s->port.ops->contents(s->port.context, address) : NULL;
}

static uint32_t uart_hz(void *context)
{
    struct serial *s = context;

    return b0_usart_hz(s->place, s->real_hz);
}

static const struct b0_loader_ops ops = {room, program, erase, idle, contents, uart_hz};

/* ---- the UART ---- */

void b0_usart_interrupt(void)
{
    struct serial *s = &serial;
    uint8_t byte;

    if (b0_usart_receive(&byte)) {
        uint16_t next = (uint16_t)((s->ring_in + 1u) % RING);

        if (next != s->ring_out) {
            s->ring[s->ring_in] = byte;
            s->ring_in = next;
        }
    }
    if (b0_usart_can_send() && b0_loader_line_take(&s->line, &byte))
        b0_usart_send(byte);
    else if (b0_usart_can_send())
        b0_usart_wants(false);
}

static uint32_t divider(struct serial *s, uint32_t baud)
{
    return (uart_hz(s) + baud / 2) / baud;
}

static void listen(struct serial *s)
{
    s->baud = s->line.first_baud;
    s->ring_in = s->ring_out = 0;
    b0_usart_listen(s->place, divider(s, s->baud));
}

/* Selects the next UART; after the last one, with another crystal assumed. */
static void try_next(struct serial *s)
{
    static const uint8_t mhz[GUESSES] = {25, 24, 26};

    if (++s->place == b0_usart_count) {
        s->place = 0;
        s->guess = (uint8_t)((s->guess + 1) % GUESSES);
        if (s->doubtful)
            s->real_hz = s->core_hz / 25 * mhz[s->guess];
        b0_time_start(&s->time, s->real_hz);
    }
    listen(s);
}

/* Returns false if there were none. */
static bool take_characters(struct serial *s, uint32_t now_us)
{
    bool came = s->ring_out != s->ring_in;

    while (s->ring_out != s->ring_in) {
        b0_loader_line_receive(&s->line, s->ring[s->ring_out], now_us);
        s->ring_out = (uint16_t)((s->ring_out + 1u) % RING);
    }
    return came;
}

/* Sleeps until a character is received or sent, a flash operation ends, or 10 ms are over. */
static void rest(const struct serial *s)
{
    __asm__ volatile("cpsid i" ::: "memory");
    if (s->ring_in == s->ring_out)
        b0_sleep_masked();
    __asm__ volatile("cpsie i" ::: "memory");
}

/* Makes the compiler reread what the interrupt changes. */
static void look_again(void)
{
    __asm__ volatile("" ::: "memory");
}

static bool has_to_send(const struct serial *s)
{
    look_again();
    return s->line.out_at < s->line.out_size;
}

/* ---- the chip ---- */

static void start_clock(struct serial *s)
{
    s->crystal_hz = b0_clock_measure();
    s->doubtful = s->crystal_hz >= B0_CLOCK_DOUBTFUL_HZ;
    s->core_hz = s->crystal_hz == 0 ? 0 : b0_clock_start(s->crystal_hz, s->doubtful, true);
    if (s->core_hz == 0)
        s->core_hz = HSI_HZ; /* without a crystal it is only slower */
    s->real_hz = s->core_hz;
    b0_time_start(&s->time, s->core_hz);
}

static void describe_chip(const struct serial *s, struct b0_extension_info *info)
{
    b0_chip_info(info);
    info->protocol_version = B0_EXTENSION_VERSION;
    info->flags |= B0_INFO_IN_RAM;
    info->crystal_hz = s->crystal_hz;
    info->core_hz = s->core_hz;
    info->buffer_bytes = BLOCKS * B0_BLOCK_SIZE;
    info->program_start = B0_FLASH_BASE;
    info->entry_reason = B0_ENTRY_LOADED;
}

static uint32_t first_baud(void)
{
    return b0_load32((const uint8_t *)(uintptr_t)(B0_LOADER_BASE + B0_LOADER_BAUD_AT));
}

static void start(struct serial *s)
{
    struct b0_extension_info info;
    uint8_t unit;

    start_clock(s);
    describe_chip(s, &info);
    s->flash_end = B0_FLASH_BASE + info.flash_kib * 1024u;
    unit = b0_flash_unit_bytes(info.supply_mv);
    b0_flash_init(&s->flash, unit == 0 ? 1 : unit);
    s->port = (struct b0_flash_port){&b0_flash_ops, &s->flash};
    b0_queue_init(&s->queue, &s->port, s->flash_end, NULL, blocks, BLOCKS);
    b0_loader_line_init(&s->line, &ops, s, &info, first_baud());
    listen(s);
}

/* ---- the loop ---- */

/* True if the last character is being sent, whose end causes no interrupt. */
static bool has_promised(const struct serial *s)
{
    return s->line.asked_baud != 0 || s->line.asked_exit != B0_LOADER_STAYS;
}

static void follow_speed(struct serial *s)
{
    if (s->line.baud == s->baud)
        return;
    s->baud = s->line.baud;
    b0_usart_set_divider(divider(s, s->baud));
}

static void turn(struct serial *s)
{
    uint32_t now_us = b0_time_us(&s->time);
    bool is_busy = b0_queue_step(&s->queue, now_us);

    b0_watchdog_feed();
    is_busy = take_characters(s, now_us) || is_busy;
    if (!has_to_send(s)) {
        is_busy = b0_loader_line_step(&s->line, now_us, b0_usart_is_sent()) || is_busy;
        if (has_to_send(s))
            b0_usart_wants(true);
    }
    follow_speed(s);
    if (!is_busy && !has_promised(s))
        rest(s);
}

static void find_host(struct serial *s)
{
    uint32_t since_us = b0_time_us(&s->time);

    while (!s->line.heard) {
        uint32_t now_us = b0_time_us(&s->time);

        b0_watchdog_feed();
        if (take_characters(s, now_us))
            continue;
        rest(s);
        if (now_us - since_us < LISTEN_US)
            continue;
        try_next(s);
        since_us = b0_time_us(&s->time);
    }
    b0_usart_talk();
}

_Noreturn static void leave(const struct serial *s)
{
    __asm__ volatile("cpsid i" ::: "memory");
    b0_usart_stop();
    if (s->line.exit == B0_LOADER_RUNS)
        b0_loader_start_program(s->line.run_address);
    if (s->line.exit == B0_LOADER_TO_ROM)
        b0_loader_start_rom();
    b0_reset();
}

void b0_main(void)
{
    struct serial *s = &serial;

    b0_watchdog_feed();
    b0_restore_chip(); /* the ROM has changed its state */
    if (b0_chip_device() != CHIP_DEVICE_ID && b0_chip_device() != CHIP_DEVICE_ID_ALSO)
        b0_reset();
    *s = (struct serial){0};
    start(s);
    __asm__ volatile("cpsie i" ::: "memory");
    find_host(s);
    while (s->line.exit == B0_LOADER_STAYS)
        turn(s);
    leave(s);
}
