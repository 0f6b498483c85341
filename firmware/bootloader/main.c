/* SPDX-License-Identifier: MIT */
/*
 * The bootloader on the chip: decides after a reset what to run. If that is the bootloader itself,
 * it serves the host until a request ends it. All of it is in RAM.
 */
#include "board.h"
#include "service.h"
#include "start.h"

#include BOARD_HEADER
#include "board_defaults.h"
#include <chip/identity.h>
#include <chip/pins.h>
#include <chip/reset.h>
#include <chip/stm32f4/system_registers.h>
#include <chip/watchdog.h>
#include <core/handover.h>

static const struct b0_bootloader_kind kind = {
    .product = "boot0 bootloader ",
    .first_sector = B0_SECTOR_PROGRAM,
    .has_journal = true,
};

__attribute__((section(".blocks"))) static uint8_t blocks[CHIP_BLOCKS][B0_BLOCK_SIZE];

_Noreturn void b0_main(void);

/* ---- starting other programs ---- */

_Noreturn static void start_program(uint32_t reset_flags)
{
    b0_handover_write_cause(reset_flags);
    b0_handover_close();
    b0_restore_chip();
    b0_jump(B0_PROGRAM_BASE, reset_flags);
}

/* Waits half a second for a second tap on the reset button, which selects the bootloader. */
static void wait_for_tap(struct b0_service *s)
{
    uint32_t start_us;

    b0_handover_write(B0_HANDOVER_TAPPED);
    b0_led_start();
    /* Otherwise a pull-up on the board shows the host a device that does not answer. */
    b0_usb_pins_detach();
    b0_time_start(&s->time, HSI_HZ);
    start_us = b0_time_us(&s->time);
    while (b0_time_us(&s->time) - start_us < B0_TAP_WINDOW_MS * 1000) {
        b0_led_show(BOARD_PATTERN_TAP, s->time.now_us);
        b0_time_wait(&s->time, B0_TIME_PERIOD_US);
    }
    b0_handover_write(0);
}

_Noreturn static void leave(struct b0_service *s, enum b0_exit way)
{
    static const uint32_t words[] = {
        [B0_EXIT_PROGRAM] = B0_HANDOVER_PROGRAM,
        [B0_EXIT_BOOTLOADER] = B0_HANDOVER_BOOTLOADER,
        [B0_EXIT_ROM] = B0_HANDOVER_ROM,
        [B0_EXIT_PROTECT] = B0_HANDOVER_BOOTLOADER,
        [B0_EXIT_UNPROTECT] = B0_HANDOVER_BOOTLOADER,
        [B0_EXIT_BROWNOUT] = B0_HANDOVER_BOOTLOADER,
    };

    if (way == B0_EXIT_PROTECT)
        b0_flash_protect(B0_SECTOR_BOOTLOADER, B0_SECTOR_BOOTLOADER, true);
    else if (way == B0_EXIT_UNPROTECT)
        b0_flash_protect(B0_SECTOR_BOOTLOADER, B0_SECTOR_JOURNAL, false);
    else if (way == B0_EXIT_BROWNOUT)
        b0_flash_set_brownout(s->bootloader.brownout);
    b0_handover_open(); /* closed if the clock was started a second time */
    b0_handover_write(words[way]);
    b0_reset();
}

/* Shows the LED pattern until the board is switched off. */
void b0_service_without_crystal(struct b0_service *s)
{
    for (;;) {
        b0_led_show(BOARD_PATTERN_NO_CRYSTAL, b0_time_us(&s->time));
        b0_watchdog_feed();
    }
}

void b0_main(void)
{
    static struct b0_service service;
    struct b0_service *s = &service;
    struct b0_start_facts facts;
    struct b0_journal journal;

    b0_watchdog_feed();
    s->reset_flags = b0_reset_flags();
    b0_restore_chip();         /* no effect after a reset */
    if (!b0_service_is_chip()) /* clocks and memories differ: leave it to the ROM */
        b0_jump_to_rom();
    b0_handover_open();
    b0_journal_scan(&journal, (const uint8_t *)B0_JOURNAL_BASE, B0_JOURNAL_SIZE);
    facts = (struct b0_start_facts){
        .handover = b0_handover_read(),
        .by_pin = b0_reset_by_pin(s->reset_flags),
        .button = b0_button_pressed(),
        .interrupted = journal.state == B0_JOURNAL_BEGUN,
        .has_program =
            b0_vectors_sane((const uint8_t *)B0_PROGRAM_BASE,
                            B0_FLASH_BASE + b0_chip_flash_kib() * 1024u, &b0_service_chip.ram),
    };
    if (facts.handover != 0)
        b0_handover_write(0);
    switch (b0_start_decide(&facts, &s->entry)) {
    case B0_START_ROM:
        b0_handover_close();
        b0_jump_to_rom();
    case B0_START_WAIT:
        wait_for_tap(s);
        start_program(s->reset_flags);
    case B0_START_PROGRAM:
        start_program(s->reset_flags);
    default:
        s->kind = &kind;
        s->blocks = blocks;
        s->block_count = CHIP_BLOCKS;
        leave(s, b0_service_run(s));
    }
}
