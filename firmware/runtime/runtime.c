/* SPDX-License-Identifier: MIT */
/*
 * The runtime on the chip: clocks, pins and interrupts for the functions of composite.h, and the
 * ways to other programs.
 *
 * All that touches the USB controller happens in OTG_FS_IRQHandler. What the main program reads and
 * writes goes through the rings of the serial port; it then has the interrupt happen, so that the
 * bytes are moved.
 */
#include "boot0_runtime.h"
#include "composite.h"
#include "ticks.h"

#include <chip/clock.h>
#include <chip/identity.h>
#include <chip/pins.h>
#include <chip/reset.h>
#include <chip/stm32f4_system.h>
#include <core/handover.h>
#include <usb/otg_fs.h>

enum {
    /* So long the host has for the end of what it does with the port that it is closing. */
    GRACE_MS = 20,
    /* So long the host sees that the device is gone: hubs look every few milliseconds at most. */
    GONE_MS = 20,
};

/* Interrupt numbers. */
enum {
#define INTERRUPT(name) name##_NUMBER,
#include <chip/stm32f407_interrupts.h>
#undef INTERRUPT
};

static uint32_t clock_hz = HSI_HZ;

static struct {
    uint32_t crystal_hz;
    bool has_usb;
    uint32_t leave_in_ms; /* 0: nobody wants to leave */
    void (*leaving)(void);
    struct b0_usb usb;
    struct b0_otg_fs otg;
    struct b0_composite composite;
} runtime;

/* ---- starting ---- */

static bool start_clock(uint32_t crystal_hz)
{
    if (crystal_hz == 0)
        crystal_hz = b0_clock_measure();
    else if (!b0_clock_start_crystal())
        return false;
    if (crystal_hz == 0 || !b0_clock_start(crystal_hz))
        return false;
    runtime.crystal_hz = crystal_hz;
    clock_hz = B0_CLOCK_FAST_HZ;
    return true;
}

/* The bootloader has written to the flash: what the caches hold may be old (RM0090, 3.4.2). */
static void start_caches(void)
{
    FLASH->acr |= FLASH_ACR_ICRST | FLASH_ACR_DCRST;
    FLASH->acr &= ~(FLASH_ACR_ICRST | FLASH_ACR_DCRST);
    FLASH->acr |= FLASH_ACR_PRFTEN | FLASH_ACR_ICEN | FLASH_ACR_DCEN;
}

static void start_usb(const struct boot0_options *options)
{
    char digits[B0_COMPOSITE_SERIAL_DIGITS];

    _Static_assert(sizeof digits == B0_SERIAL_LENGTH, "the chip's serial number fits");
    b0_chip_serial(b0_chip_unique_id(), digits);
    b0_composite_init(&runtime.composite, options, digits);
    b0_usb_pins_attach();
    b0_usb_init(&runtime.usb, &runtime.composite.device, &b0_otg_fs_driver, &runtime.otg);
    b0_usb_connect(&runtime.usb, true);
    NVIC_ISER[OTG_FS_NUMBER / 32] = 1u << OTG_FS_NUMBER % 32;
    runtime.has_usb = true;
}

bool boot0_start(const struct boot0_options *options)
{
    runtime.leaving = options ? options->leaving : NULL;
    start_clock(options ? options->crystal_hz : 0);
    start_caches();
    b0_ticks_begin(clock_hz);
    __asm__ volatile("cpsie i" ::: "memory");
    if (clock_hz == B0_CLOCK_FAST_HZ)
        start_usb(options);
    return runtime.has_usb;
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
    if (runtime.leave_in_ms == 0 && (serial->touched || runtime.composite.detach.detached))
        runtime.leave_in_ms = GRACE_MS;
}

void SysTick_Handler(void);
void SysTick_Handler(void)
{
    b0_ticks_count();
    if (runtime.leave_in_ms > 0 && --runtime.leave_in_ms == 0)
        boot0_enter_bootloader();
}

/* Has the USB interrupt happen, which does what has become possible. */
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
