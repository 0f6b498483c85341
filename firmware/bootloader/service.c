/* SPDX-License-Identifier: MIT */
#include "service.h"
#include "board.h"
#include "chip_info.h"

#include BOARD_HEADER
#include "board_defaults.h"
#include <chip/clock.h>
#include <chip/identity.h>
#include <chip/pins.h>
#include <chip/reset.h>
#include <chip/sleep.h>
#include <chip/stm32f4/system_registers.h>
#include <chip/watchdog.h>

enum {
    DETACHED_US = 10000,
    /* Until the host has its answer and the next frame: it may read late. */
    GOODBYE_US = 5000,
};

_Static_assert(sizeof BOARD_NAME - 1 <= B0_EXTENSION_BOARD_SIZE, "BOARD_NAME is too long");

const struct b0_bootloader_chip b0_service_chip = {
    .name = CHIP_NAME,
    .ram = {0x20000000u + CHIP_SRAM_SIZE, CHIP_CCM_SIZE > 0 ? 0x10000000u + CHIP_CCM_SIZE : 0},
};

bool b0_service_is_chip(void)
{
    uint16_t device = b0_chip_device();

    return device == CHIP_DEVICE_ID || device == CHIP_DEVICE_ID_ALSO;
}

static uint8_t flash_bytes(uint16_t supply_mv)
{
    uint8_t possible = b0_flash_unit_bytes(supply_mv);

    if (supply_mv == 0)
        return BOARD_FLASH_BYTES == 0 ? 1 : BOARD_FLASH_BYTES;
    return BOARD_FLASH_BYTES != 0 && BOARD_FLASH_BYTES < possible ? BOARD_FLASH_BYTES : possible;
}

/* `crystal_hz` may be 0: unknown. Without a crystal there is no USB. */
static void start_clock(struct b0_service *s, uint32_t crystal_hz)
{
    if (crystal_hz == 0)
        crystal_hz = b0_clock_measure();
    else if (!b0_clock_start_crystal())
        crystal_hz = 0;
    s->doubtful = BOARD_CRYSTAL_HZ == 0 && crystal_hz >= B0_CLOCK_DOUBTFUL_HZ;
    s->crystal_hz = crystal_hz;
    s->core_hz = crystal_hz == 0 ? 0 : b0_clock_start(crystal_hz, s->doubtful, true);
    b0_time_start(&s->time, s->core_hz == 0 ? HSI_HZ : s->core_hz);
    if (s->core_hz != 0)
        b0_clock_secure();
    if (s->core_hz == 0)
        b0_service_without_crystal(s);
}

static unsigned journal_flags(const struct b0_service *s)
{
    if (!s->kind->has_journal)
        return B0_INFO_IN_RAM;
    return b0_flash_protected(B0_SECTOR_JOURNAL) ? B0_INFO_JOURNAL_PROTECTED : 0;
}

static void describe_chip(const struct b0_service *s, struct b0_extension_info *info)
{
    static const char name[] = BOARD_NAME;

    b0_chip_info(info);
    info->flags |= (uint8_t)journal_flags(s);
    info->crystal_hz = s->crystal_hz;
    info->core_hz = s->core_hz;
    info->reset_flags = (uint8_t)(s->reset_flags >> 24);
    info->entry_reason = s->entry;
    for (unsigned i = 0; i < sizeof name - 1; i++)
        info->board[i] = name[i];
}

static void connect(struct b0_service *s)
{
    struct b0_extension_info info;

    describe_chip(s, &info);
    b0_flash_init(&s->flash, flash_bytes(info.supply_mv));
    b0_bootloader_init(&s->bootloader, s->kind, &b0_service_chip, &s->port, &info, s->blocks,
                       s->block_count);
    b0_bootloader_describe(&s->bootloader, &s->function, &s->device);
    b0_usb_init(&s->usb, &s->device, &b0_otg_fs_driver, &s->otg);
    b0_time_wait(&s->time, DETACHED_US);
    b0_usb_pins_attach();
    b0_sleep_enable();
    b0_usb_connect(&s->usb, true);
}

/*
 * Returns the crystal in Hz according to the host's frames if it differs from the assumed one; else
 * 0.
 */
static uint32_t better_crystal(struct b0_service *s)
{
    uint8_t mhz;

    if (!s->doubtful || !b0_otg_fs_was_reset(&s->otg))
        return 0;
    mhz = b0_frames_crystal(&s->frames, (uint8_t)(s->crystal_hz / 1000000), b0_otg_fs_frame(),
                            s->time.now_us);
    s->doubtful = mhz == 0 && b0_usb_configuration(&s->usb) == 0;
    return s->doubtful || mhz * 1000000u == s->crystal_hz ? 0 : mhz * 1000000u;
}

/* Serves host and flash. Returns 0 at the end, or the frequency of another crystal to try. */
static uint32_t serve(struct b0_service *s)
{
    struct b0_bootloader *b = &s->bootloader;

    while (b->exit == B0_EXIT_NONE || b0_bootloader_busy(b)) {
        uint32_t now_us = s->time.now_us;
        uint32_t crystal_hz;

        b0_watchdog_feed();
        /* The flash first: it must not wait while the bus is served. */
        b0_bootloader_step(b, &s->usb, now_us);
        b0_sleep_forget();
        b0_usb_poll(&s->usb);
        now_us = b0_time_us(&s->time);
        crystal_hz = better_crystal(s);
        if (crystal_hz != 0)
            return crystal_hz;
        if (b0_bootloader_step(b, &s->usb, now_us))
            continue;
        b0_led_show(b0_bootloader_busy(b) ? BOARD_PATTERN_BUSY : BOARD_PATTERN_WAITING, now_us);
        b0_sleep();
    }
    return 0;
}

static void say_goodbye(struct b0_service *s)
{
    uint32_t start_us = b0_time_us(&s->time);

    while (b0_time_us(&s->time) - start_us < GOODBYE_US)
        b0_usb_poll(&s->usb);
    b0_usb_disconnect(&s->usb);
    b0_usb_pins_detach();
    b0_time_wait(&s->time, DETACHED_US);
}

enum b0_exit b0_service_run(struct b0_service *s)
{
    uint32_t crystal_hz = BOARD_CRYSTAL_HZ;

    s->port = (struct b0_flash_port){&b0_flash_ops, &s->flash};
    do {
        b0_led_start();
        b0_usb_pins_detach();
        start_clock(s, crystal_hz);
        s->frames = (struct b0_frames){0};
        connect(s);
        crystal_hz = serve(s);
        if (crystal_hz != 0) {
            b0_usb_disconnect(&s->usb);
            b0_restore_chip();
        }
    } while (crystal_hz != 0);
    say_goodbye(s);
    return (enum b0_exit)s->bootloader.exit;
}
