/* SPDX-License-Identifier: MIT */
/*
 * The runtime on the chip: clocks, pins and interrupts for the functions of composite.h, and jumps
 * to other programs.
 *
 * Only OTG_FS_IRQHandler accesses the USB controller. The main program reads and writes through the
 * rings of the serial port, then triggers the interrupt, which moves the bytes.
 */
#include "boot0_runtime.h"
#include "composite.h"
#include "ticks.h"

#include <chip/clock.h>
#include <chip/identity.h>
#include <chip/pins.h>
#include <chip/reset.h>
#include <chip/stm32f4/system_registers.h>
#include <core/handover.h>
#include <usb/frames.h>
#include <usb/otg_fs.h>

enum {
    /* Time for the host to finish with the port that it is closing. */
    GRACE_MS = 20,
    /*
     * Delay after a touch: a program that only tests the port, or sets it up by opening it twice,
     * raises DTR again within this time. Arduino's tools wait for half a second and more.
     */
    TOUCH_MS = 250,
    /* D+ is low before the device is shown: 10 ms, plus a partial first one. */
    DETACHED_MS = 11,
    /* Time for the host to see that the device is gone: hubs poll every few milliseconds. */
    GONE_MS = 20,
};

/* Interrupt numbers. */
enum {
#define INTERRUPT(name) name##_NUMBER,
#include <chip/stm32f4/interrupts.h>
#undef INTERRUPT
};

static uint32_t clock_hz = HSI_HZ;

static struct {
    uint32_t crystal_hz;
    bool doubtful; /* crystal_hz is a guess: firmware/usb/frames.h */
    bool has_usb;
    uint32_t attach_in_ms; /* USB; 0: attached, or never will be */
    uint32_t leave_in_ms;  /* 0: no request to leave */
    void (*leaving)(void);
    struct b0_usb usb;
    struct b0_otg_fs otg;
    struct b0_frames frames;
    struct b0_composite composite;
} runtime;

/* ---- starting ---- */

/* Starts the PLL from a running crystal. */
static bool start_pll(uint32_t crystal_hz)
{
    uint32_t core_hz = b0_clock_start(crystal_hz, runtime.doubtful, false);

    if (core_hz == 0)
        return false;
    runtime.crystal_hz = crystal_hz;
    clock_hz = core_hz;
    return true;
}

static bool start_clock(uint32_t crystal_hz)
{
    if (crystal_hz != 0)
        return b0_clock_start_crystal() && start_pll(crystal_hz);
    crystal_hz = b0_clock_measure();
    runtime.doubtful = crystal_hz >= B0_CLOCK_DOUBTFUL_HZ;
    return crystal_hz != 0 && start_pll(crystal_hz);
}

/*
 * Holds D+ low for a while before the controller takes it: on a board with its own pull-up the host
 * has seen a device since the pins were released, and would not notice the new one.
 */
static void detach_pins(void)
{
    b0_usb_pins_detach();
    runtime.attach_in_ms = DETACHED_MS;
}

static void attach(void)
{
    b0_usb_pins_attach();
    runtime.frames = (struct b0_frames){0};
    b0_usb_connect(&runtime.usb, true);
    NVIC_ISER[OTG_FS_NUMBER / 32] = 1u << OTG_FS_NUMBER % 32;
    runtime.has_usb = true;
}

static void start_usb(const struct boot0_options *options)
{
    char digits[B0_COMPOSITE_SERIAL_DIGITS];

    _Static_assert(sizeof digits == B0_SERIAL_LENGTH, "the chip's serial number fits");
    b0_chip_serial(b0_chip_unique_id(), digits);
    b0_composite_init(&runtime.composite, options, digits);
    b0_usb_init(&runtime.usb, &runtime.composite.device, &b0_otg_fs_driver, &runtime.otg);
    detach_pins();
}

bool boot0_start(const struct boot0_options *options)
{
    bool has_clock;

    runtime.leaving = options ? options->leaving : NULL;
    has_clock = start_clock(options ? options->crystal_hz : 0);
    b0_clock_start_caches();
    b0_ticks_begin(clock_hz);
    if (has_clock)
        start_usb(options);
    __asm__ volatile("cpsie i" ::: "memory");
    return has_clock;
}

uint32_t boot0_clock_hz(void)
{
    return clock_hz;
}

uint32_t boot0_crystal_hz(void)
{
    return runtime.crystal_hz;
}

/* ---- interrupts ---- */

void OTG_FS_IRQHandler(void);
void OTG_FS_IRQHandler(void)
{
    struct b0_serial *serial = &runtime.composite.serial;

    b0_usb_poll(&runtime.usb);
    b0_serial_service(serial, &runtime.usb);
    if (runtime.composite.detach.detached) {
        if (runtime.leave_in_ms == 0 || runtime.leave_in_ms > GRACE_MS)
            runtime.leave_in_ms = GRACE_MS;
    } else if (!serial->touched) {
        runtime.leave_in_ms = 0;
    } else if (runtime.leave_in_ms == 0) {
        runtime.leave_in_ms = TOUCH_MS;
    }
}

/* Restarts the clock for a crystal of another frequency; then attaches the device again. */
static void change_crystal(uint32_t crystal_hz)
{
    b0_usb_disconnect(&runtime.usb);
    runtime.has_usb = false;
    detach_pins();
    b0_clock_stop();
    if (!b0_clock_start_crystal() || !start_pll(crystal_hz))
        runtime.attach_in_ms = 0;
    b0_clock_start_caches();
}

/* Checks by the host's frames whether the crystal differs from the measured one. */
static void check_crystal(void)
{
    uint8_t mhz;

    if (!runtime.has_usb || !runtime.doubtful || b0_usb_configuration(&runtime.usb) != 0 ||
        !b0_otg_fs_was_reset(&runtime.otg))
        return;
    mhz = b0_frames_crystal(&runtime.frames, (uint8_t)(runtime.crystal_hz / 1000000),
                            b0_otg_fs_frame(), boot0_millis() * 1000);
    if (mhz != 0 && mhz * 1000000u != runtime.crystal_hz)
        change_crystal(mhz * 1000000u);
}

void SysTick_Handler(void);
void SysTick_Handler(void)
{
    b0_ticks_count();
    if (runtime.attach_in_ms > 0 && --runtime.attach_in_ms == 0)
        attach();
    check_crystal();
    if (runtime.leave_in_ms > 0 && --runtime.leave_in_ms == 0)
        boot0_enter_bootloader();
}

/* Triggers the USB interrupt, which does pending work. */
static void service(void)
{
    if (runtime.has_usb)
        NVIC_ISPR[OTG_FS_NUMBER / 32] = 1u << OTG_FS_NUMBER % 32;
}

/* ---- the serial port ---- */

bool boot0_serial_connected(void)
{
    return atomic_load(&runtime.composite.serial.connected);
}

size_t boot0_serial_write(const void *data, size_t size)
{
    size_t taken = b0_serial_write(&runtime.composite.serial, data, size);

    service();
    return taken;
}

size_t boot0_serial_print(const char *text)
{
    size_t length = 0;

    while (text[length] != '\0')
        length++;
    return boot0_serial_write(text, length);
}

size_t boot0_serial_room(void)
{
    return b0_ring_room(&runtime.composite.serial.to_host);
}

bool boot0_serial_flushed(void)
{
    return b0_serial_flushed(&runtime.composite.serial);
}

size_t boot0_serial_available(void)
{
    return b0_ring_used(&runtime.composite.serial.from_host);
}

size_t boot0_serial_read(void *data, size_t size)
{
    struct b0_ring *ring = &runtime.composite.serial.from_host;
    bool was_full = b0_ring_room(ring) < B0_SERIAL_PACKET;
    size_t taken = b0_ring_take(ring, data, size);

    if (was_full)
        service();
    return taken;
}

int boot0_serial_peek(void)
{
    size_t size;
    const uint8_t *front = b0_ring_front(&runtime.composite.serial.from_host, &size);

    return size > 0 ? front[0] : -1;
}

struct boot0_serial_line boot0_serial_line(void)
{
    struct boot0_serial_line line;
    uint32_t masked;

    __asm__ volatile("mrs %0, primask\n\tcpsid i" : "=r"(masked)::"memory");
    line = b0_serial_line(&runtime.composite.serial);
    __asm__ volatile("msr primask, %0" ::"r"(masked) : "memory");
    return line;
}

/* ---- other programs ---- */

uint8_t boot0_reset_flags(void)
{
    uint32_t word = RTC_BKPR(B0_CAUSE_REGISTER);

    return (word & B0_CAUSE_MASK) == B0_CAUSE ? (uint8_t)word : (uint8_t)(RCC->csr >> 24);
}

static _Noreturn void leave(uint32_t word)
{
    __asm__ volatile("cpsid i" ::: "memory");
    if (runtime.leaving)
        runtime.leaving();
    if (runtime.has_usb) {
        b0_usb_disconnect(&runtime.usb);
        b0_usb_pins_detach();
        b0_ticks_wait_ms(GONE_MS);
    }
    b0_handover_open();
    b0_handover_write(word);
    b0_reset();
}

void boot0_enter_bootloader(void)
{
    leave(B0_HANDOVER_BOOTLOADER);
}

void boot0_enter_rom(void)
{
    leave(B0_HANDOVER_ROM);
}

void boot0_restart(void)
{
    leave(B0_HANDOVER_PROGRAM);
}
