/* SPDX-License-Identifier: MIT */
/* Power, resets, jumps between bootloader and program, and what they put on the bus. */
#include "power.h"

#include "board.h"
#include "clock.h"
#include "flash_work.h"
#include "listener.h"
#include "trace.h"

#include <core/bytes.h>
#include <core/descriptors.h>
#include <string.h>

bool vboard_connected(const struct vboard *board)
{
    return board->device.ops != NULL;
}

bool vboard_runs_program(const struct vboard *board)
{
    return board->processor.ops && board->processor.ops->runs(board->processor.context);
}

unsigned vboard_connection(const struct vboard *board)
{
    return board->connection;
}

size_t vboard_descriptors(const struct vboard *board, uint8_t *bytes, size_t size)
{
    const struct vboard_usb_ops *ops = board->device.ops;

    if (!ops)
        return 0;
    return ops->descriptors ? ops->descriptors(board->device.context, bytes, size)
                            : vboard_usb_descriptors(board, bytes, size);
}

void vboard_connect(struct vboard *board, const struct vboard_usb_ops *ops, void *context)
{
    uint8_t device[BOOT0_USB_DEVICE_DESC_SIZE] = {0};

    board->device.ops = ops;
    board->device.context = context;
    board->connection++;
    /* The host enumerates at once and selects the only configuration. */
    board->usb.configuration = 1;
    memset(board->usb.alternate, 0, sizeof board->usb.alternate);
    vboard_descriptors(board, device, sizeof device);
    vboard_trace(board, "connected as %04x:%04x", b0_load16(device + 8), b0_load16(device + 10));
}

void vboard_disconnect(struct vboard *board)
{
    if (!board->device.ops)
        return;
    board->device.ops = NULL;
    board->timer_us = VBOARD_NEVER;
    vboard_trace(board, "disconnected");
}

/* ---- power and reset ---- */

void vboard_stop_program(struct vboard *board)
{
    if (board->processor.ops)
        board->processor.ops->stop(board->processor.context);
}

static void reset_cause(struct vboard *board, enum vboard_cause cause)
{
    if (board->processor.ops)
        board->processor.ops->reset_cause(board->processor.context, cause);
}

static void start_bootloader(struct vboard *board)
{
    board->bootloader.ops->start(board->bootloader.context);
}

unsigned vboard_supply_mv(const struct vboard *board)
{
    const struct vboard_settings *settings = &board->settings;

    return settings->brownout.mv > 0 && board->now_us >= settings->brownout.from_us &&
                   board->now_us < settings->brownout.until_us
               ? settings->brownout.mv
               : settings->supply_mv;
}

/* A supply that will fall too low for the chip to run is a loss of power, until it recovers. */
static void plan_brownout(struct vboard *board)
{
    const struct vboard_settings *settings = &board->settings;

    if (settings->brownout.mv == 0 ||
        settings->brownout.mv >= vboard_options_reset_mv(&board->chip) ||
        settings->brownout.from_us < board->now_us || settings->brownout.from_us > board->cut_us)
        return;
    board->cut_us = settings->brownout.from_us;
    board->replug_after_ms =
        (uint32_t)((settings->brownout.until_us - settings->brownout.from_us) / 1000 % UINT32_MAX);
}

/* RM0090, 2.4 "Boot configuration"; level 2 starts only the flash. */
static void boot(struct vboard *board)
{
    vboard_stop_program(board);
    memset(&board->work, 0, sizeof board->work);
    vboard_uart_stop(board);
    vboard_chip_reset(&board->chip);
    board->timer_us = VBOARD_NEVER;
    plan_brownout(board);
    start_bootloader(board);
}

void vboard_power_on(struct vboard *board)
{
    if (board->powered)
        return;
    board->powered = true;
    board->replug_us = VBOARD_NEVER;
    reset_cause(board, VBOARD_CAUSE_POWER);
    vboard_trace(board, "power on, BOOT0 = %d", board->settings.boot0);
    boot(board);
    if (board->settings.boot0_button)
        board->settings.boot0 = false;
}

void vboard_power_off(struct vboard *board)
{
    if (!board->powered)
        return;
    vboard_work_interrupt(board);
    board->powered = false;
    board->cut_us = VBOARD_NEVER;
    vboard_disconnect(board);
    if (board->processor.ops)
        board->processor.ops->power_off(board->processor.context);
    vboard_uart_stop(board);
    vboard_chip_lose_ram(&board->chip);
    board->bootloader.ops->power_off(board->bootloader.context);
    vboard_trace(board, "power off");
}

void vboard_system_reset(struct vboard *board)
{
    if (!board->powered)
        return;
    vboard_work_interrupt(board);
    vboard_disconnect(board);
    board->stats.resets++;
    vboard_trace(board, "reset");
    boot(board);
}

void vboard_start_program(struct vboard *board, uint32_t address)
{
    struct vboard_stats *stats = &board->stats;
    bool leaves = board->device.ops || board->uart.listener;
    bool sane = vboard_chip_vectors(&board->chip, address, &stats->start_stack, &stats->start_pc);

    vboard_disconnect(board);
    vboard_uart_stop(board);
    stats->start_address = address;
    stats->started = sane;
    if (sane)
        vboard_trace(board, "started the program at 0x%08x: stack 0x%08x, entry 0x%08x", address,
                     stats->start_stack, stats->start_pc);
    else
        vboard_violation(board, 1, "started something that is not a program", address);
    if (sane && board->processor.ops)
        board->processor.ops->start(board->processor.context, address, leaves);
}

/* The ROM ignores BOOT0: a jump enters it, and it starts as after a reset. */
void vboard_enter_rom(struct vboard *board)
{
    bool boot0 = board->settings.boot0;

    vboard_disconnect(board);
    vboard_stop_program(board);
    board->settings.boot0 = true;
    start_bootloader(board);
    board->settings.boot0 = boot0;
}

void vboard_press_reset(struct vboard *board)
{
    if (board->powered)
        reset_cause(board, VBOARD_CAUSE_PIN);
    vboard_system_reset(board);
}

void vboard_unplug(struct vboard *board)
{
    vboard_power_off(board);
    board->replug_us = VBOARD_NEVER;
}

void vboard_plug(struct vboard *board)
{
    vboard_power_on(board);
}

void vboard_power_cycle(struct vboard *board)
{
    vboard_power_off(board);
    vboard_power_on(board);
}

void vboard_set_boot0(struct vboard *board, bool high)
{
    board->settings.boot0 = high;
}
