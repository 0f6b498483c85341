/* SPDX-License-Identifier: MIT */
/*
 * The bootloader on the chip: after a reset it finds out who is to run, and if that is itself, it
 * serves the bus and the flash by turns, in one loop; interrupts only end its sleep. All of it is
 * in RAM.
 */
#include "bootloader.h"
#include "start.h"

#include BOARD_HEADER
#include "board_defaults.h"
#include <chip/clock.h>
#include <chip/flash.h>
#include <chip/identity.h>
#include <chip/pins.h>
#include <chip/reset.h>
#include <chip/sleep.h>
#include <chip/stm32f4/system_registers.h>
#include <chip/time.h>
#include <chip/watchdog.h>
#include <core/handover.h>
#include <usb/frames.h>
#include <usb/otg_fs.h>

enum {
    BLOCKS = CHIP_BLOCKS,
    PATTERN_STEP_US = 62500,
    DETACHED_US = 10000,
    /* Until the host has had its answer and the next frame: it may take a while to look. */
    GOODBYE_US = 5000,
};

_Static_assert(sizeof BOARD_NAME - 1 <= B0_EXTENSION_BOARD_SIZE, "BOARD_NAME is too long");

/* Everything there is, once. */
struct machine {
    struct b0_time time;
    struct b0_flash flash;
    struct b0_flash_port port;
    struct b0_bootloader bootloader;
    struct b0_otg_fs otg;
    struct b0_usb usb;
    struct b0_usb_function function;
    struct b0_usb_device device;
    struct b0_frames frames;
    uint32_t reset_flags;
    uint8_t entry; /* enum b0_entry */
    bool doubtful; /* the crystal is a guess */
    uint32_t crystal_hz, core_hz;
};

static const struct b0_bootloader_chip chip = {
    .name = CHIP_NAME,
    .ram = {0x20000000u + CHIP_SRAM_SIZE, CHIP_CCM_SIZE > 0 ? 0x10000000u + CHIP_CCM_SIZE : 0},
};

__attribute__((section(".blocks"))) static uint8_t blocks[BLOCKS][B0_BLOCK_SIZE];

_Noreturn void b0_main(void);

/* ---- the board ---- */

static void led_start(void)
{
    if (BOARD_HAS_LED)
        b0_pin_output(BOARD_LED_PORT, BOARD_LED_PIN, !BOARD_LED_LEVEL);
}

static void led_show(uint32_t pattern, uint32_t now_us)
{
    bool lit = (pattern >> now_us / PATTERN_STEP_US % 32 & 1) != 0;

    if (BOARD_HAS_LED)
        b0_pin_set(BOARD_LED_PORT, BOARD_LED_PIN, lit == BOARD_LED_LEVEL);
}

static bool button_pressed(void)
{
    bool pressed = false;

    if (BOARD_HAS_BUTTON) {
        b0_pin_input(BOARD_BUTTON_PORT, BOARD_BUTTON_PIN, !BOARD_BUTTON_LEVEL);
        for (volatile int i = 0; i < 1000; i++) { /* some 0.5 ms for the pull-up */
        }
        pressed = b0_pin_get(BOARD_BUTTON_PORT, BOARD_BUTTON_PIN) == BOARD_BUTTON_LEVEL;
        b0_port_reset(BOARD_BUTTON_PORT);
    }
    return pressed;
}

/* ---- other programs ---- */

_Noreturn static void start_program(uint32_t reset_flags)
{
    b0_handover_write_cause(reset_flags);
    b0_handover_close();
    b0_restore_chip();
    b0_jump(B0_PROGRAM_BASE, reset_flags);
}

/* Half a second in which a second tap on the reset button means the bootloader. */
static void wait_for_tap(struct machine *m)
{
    uint32_t start_us;

    b0_handover_write(B0_HANDOVER_TAPPED);
    led_start();
    b0_usb_pins_detach(); /* a pull-up on the board would show the host a device that never answers
                           */
    b0_time_start(&m->time, HSI_HZ);
    start_us = b0_time_us(&m->time);
    while (b0_time_us(&m->time) - start_us < B0_TAP_WINDOW_MS * 1000) {
        led_show(BOARD_PATTERN_TAP, m->time.now_us);
        b0_time_wait(&m->time, B0_TIME_PERIOD_US);
    }
    b0_handover_write(0);
}

_Noreturn static void leave(struct machine *m)
{
    static const uint32_t words[] = {
        [B0_EXIT_PROGRAM] = B0_HANDOVER_PROGRAM,
        [B0_EXIT_BOOTLOADER] = B0_HANDOVER_BOOTLOADER,
        [B0_EXIT_ROM] = B0_HANDOVER_ROM,
        [B0_EXIT_PROTECT] = B0_HANDOVER_BOOTLOADER,
        [B0_EXIT_UNPROTECT] = B0_HANDOVER_BOOTLOADER,
        [B0_EXIT_BROWNOUT] = B0_HANDOVER_BOOTLOADER,
    };
    uint8_t way = m->bootloader.exit;
    uint32_t start_us = b0_time_us(&m->time);

    while (b0_time_us(&m->time) - start_us < GOODBYE_US)
        b0_usb_poll(&m->usb);
    b0_usb_disconnect(&m->usb);
    b0_usb_pins_detach();
    b0_time_wait(&m->time, DETACHED_US);
    if (way == B0_EXIT_PROTECT)
        b0_flash_protect(B0_SECTOR_BOOTLOADER, B0_SECTOR_BOOTLOADER, true);
    else if (way == B0_EXIT_UNPROTECT)
        b0_flash_protect(B0_SECTOR_BOOTLOADER, B0_SECTOR_JOURNAL, false);
    else if (way == B0_EXIT_BROWNOUT)
        b0_flash_set_brownout(m->bootloader.brownout);
    b0_handover_open(); /* closed where the clock was started a second time */
    b0_handover_write(words[way]);
    b0_reset();
}

/* ---- the bootloader ---- */

static uint8_t flash_bytes(uint16_t supply_mv)
{
    uint8_t possible = b0_flash_unit_bytes(supply_mv);

    if (supply_mv == 0)
        return BOARD_FLASH_BYTES == 0 ? 1 : BOARD_FLASH_BYTES;
    return BOARD_FLASH_BYTES != 0 && BOARD_FLASH_BYTES < possible ? BOARD_FLASH_BYTES : possible;
}

/*
 * `crystal_hz` may be 0: not known yet. Without a crystal there is no USB: the LED tells, until
 * somebody pulls the plug.
 */
static void start_clock(struct machine *m, uint32_t crystal_hz)
{
    if (crystal_hz == 0)
        crystal_hz = b0_clock_measure();
    else if (!b0_clock_start_crystal())
        crystal_hz = 0;
    m->doubtful = BOARD_CRYSTAL_HZ == 0 && crystal_hz >= B0_CLOCK_DOUBTFUL_HZ;
    m->crystal_hz = crystal_hz;
    m->core_hz = crystal_hz == 0 ? 0 : b0_clock_start(crystal_hz, m->doubtful, true);
    b0_time_start(&m->time, m->core_hz == 0 ? HSI_HZ : m->core_hz);
    if (m->core_hz != 0)
        b0_clock_secure();
    while (m->core_hz == 0) {
        led_show(BOARD_PATTERN_NO_CRYSTAL, b0_time_us(&m->time));
        b0_watchdog_feed();
    }
}

static void describe_chip(const struct machine *m, struct b0_extension_info *info)
{
    static const char name[] = BOARD_NAME;

    *info = (struct b0_extension_info){
        .version = {B0_FIRMWARE_MAJOR, B0_FIRMWARE_MINOR, B0_FIRMWARE_PATCH},
        .flags = (uint8_t)((b0_flash_protected(B0_SECTOR_JOURNAL) ? B0_INFO_JOURNAL_PROTECTED : 0) |
                           (b0_flash_read_protected() ? B0_INFO_READ_PROTECTED : 0) |
                           b0_flash_brownout() << B0_INFO_BROWNOUT_SHIFT),
        .device_id = CHIP_DEVICE_ID,
        .revision_id = b0_chip_revision(),
        .flash_kib = b0_chip_flash_kib(),
        .supply_mv = b0_chip_supply_mv(),
        .crystal_hz = m->crystal_hz,
        .core_hz = m->core_hz,
        .reset_flags = (uint8_t)(m->reset_flags >> 24),
        .entry_reason = m->entry,
        .write_protected = b0_flash_protected(B0_SECTOR_BOOTLOADER),
    };
    for (unsigned i = 0; i < B0_UNIQUE_ID_SIZE; i++)
        info->unique_id[i] = b0_chip_unique_id()[i];
    for (unsigned i = 0; i < sizeof name - 1; i++)
        info->board[i] = name[i];
}

static void connect(struct machine *m)
{
    struct b0_extension_info info;

    describe_chip(m, &info);
    b0_flash_init(&m->flash, flash_bytes(info.supply_mv));
    b0_bootloader_init(&m->bootloader, &chip, &m->port, &info, blocks, BLOCKS);
    b0_bootloader_describe(&m->bootloader, &m->function, &m->device);
    b0_usb_init(&m->usb, &m->device, &b0_otg_fs_driver, &m->otg);
    b0_time_wait(&m->time, DETACHED_US);
    b0_usb_pins_attach();
    b0_sleep_enable();
    b0_usb_connect(&m->usb, true);
}

/* The crystal that the host's frames tell, in Hz: another one than was thought. 0: all is well. */
static uint32_t better_crystal(struct machine *m)
{
    uint8_t mhz;

    if (!m->doubtful || !b0_otg_fs_was_reset(&m->otg))
        return 0;
    mhz = b0_frames_crystal(&m->frames, (uint8_t)(m->crystal_hz / 1000000), b0_otg_fs_frame(),
                            m->time.now_us);
    m->doubtful = mhz == 0 && b0_usb_configuration(&m->usb) == 0;
    return m->doubtful || mhz * 1000000u == m->crystal_hz ? 0 : mhz * 1000000u;
}

/* Serves host and flash, until that is over: 0; or until another crystal has to be tried. */
static uint32_t serve(struct machine *m)
{
    struct b0_bootloader *b = &m->bootloader;

    while (b->exit == B0_EXIT_NONE || b0_bootloader_busy(b)) {
        uint32_t now_us = m->time.now_us;
        uint32_t crystal_hz;

        b0_watchdog_feed();
        /* The flash first: it shall not wait while the bus is looked after. */
        b0_bootloader_step(b, &m->usb, now_us);
        b0_sleep_forget();
        b0_usb_poll(&m->usb);
        now_us = b0_time_us(&m->time);
        crystal_hz = better_crystal(m);
        if (crystal_hz != 0)
            return crystal_hz;
        if (b0_bootloader_step(b, &m->usb, now_us))
            continue;
        led_show(b0_bootloader_busy(b) ? BOARD_PATTERN_BUSY : BOARD_PATTERN_WAITING, now_us);
        b0_sleep();
    }
    return 0;
}

_Noreturn static void run(struct machine *m)
{
    uint32_t crystal_hz = BOARD_CRYSTAL_HZ;

    do {
        led_start();
        b0_usb_pins_detach();
        start_clock(m, crystal_hz);
        m->frames = (struct b0_frames){0};
        connect(m);
        crystal_hz = serve(m);
        if (crystal_hz != 0) {
            b0_usb_disconnect(&m->usb);
            b0_restore_chip();
        }
    } while (crystal_hz != 0);
    leave(m);
}

static bool is_chip(void)
{
    uint16_t device = b0_chip_device();

    return device == CHIP_DEVICE_ID || device == CHIP_DEVICE_ID_ALSO;
}

void b0_main(void)
{
    static struct machine machine;
    struct machine *m = &machine;
    struct b0_start_facts facts;
    struct b0_journal journal;

    b0_watchdog_feed();
    m->reset_flags = b0_reset_flags();
    b0_restore_chip(); /* after a reset this changes nothing */
    m->port = (struct b0_flash_port){&b0_flash_ops, &m->flash};
    if (!is_chip()) /* its clocks and memories are others: the ROM knows them */
        b0_jump_to_rom();
    b0_handover_open();
    b0_journal_scan(&journal, (const uint8_t *)B0_JOURNAL_BASE, B0_JOURNAL_SIZE);
    facts = (struct b0_start_facts){
        .handover = b0_handover_read(),
        .by_pin = b0_reset_by_pin(m->reset_flags),
        .button = button_pressed(),
        .interrupted = journal.state == B0_JOURNAL_BEGUN,
        .has_program = b0_vectors_sane((const uint8_t *)B0_PROGRAM_BASE,
                                       B0_FLASH_BASE + b0_chip_flash_kib() * 1024u, &chip.ram),
    };
    if (facts.handover != 0)
        b0_handover_write(0);
    switch (b0_start_decide(&facts, &m->entry)) {
    case B0_START_ROM:
        b0_handover_close();
        b0_jump_to_rom();
    case B0_START_WAIT:
        wait_for_tap(m);
        start_program(m->reset_flags);
    case B0_START_PROGRAM:
        start_program(m->reset_flags);
    default:
        run(m);
    }
}
