/* SPDX-License-Identifier: MIT */
/*
 * boot0's runtime: gives a program on an STM32F4 (F401, F405/407, F411, F412, F427/429, F446) a USB
 * serial port, and lets the program be replaced over the same cable without touching the board.
 *
 *     #include "runtime/boot0_runtime.h"
 *
 *     int main(void)
 *     {
 *         boot0_start(NULL);
 *         for (;;) {
 *             boot0_serial_print("hello\r\n");
 *             boot0_delay(1000);
 *         }
 *     }
 *
 * USB device
 *   One device with a serial port (CDC-ACM: /dev/ttyACM0, COM3, /dev/cu.usbmodem…; no driver to
 *   install on Linux, macOS, Windows 10 and later) and a DFU run-time interface. Its serial number
 *   has 12 digits, the same as in the bootloader and in ST's ROM.
 *
 * Entering the bootloader
 *   The host uses DFU_DETACH (`boot0 flash`, `dfu-util -e`) or Arduino's 1200 baud touch: it sets
 *   the port to 1200 baud, then closes it, so that DTR falls and stays low for 250 ms. Interrupts
 *   handle both, so they work while the program computes or hangs in a loop, as long as it leaves
 *   interrupts on. The program itself calls boot0_enter_bootloader().
 *
 * Interrupts
 *   The runtime owns SysTick_Handler and OTG_FS_IRQHandler, both at priority 0, and pins PA11 and
 *   PA12. The program may use everything else.
 *
 * Calling contexts
 *   Call the functions from the main program. boot0_millis(), boot0_enter_bootloader() and pure
 *   queries may also be called from interrupts. Reading and writing have one context each: all
 *   boot0_serial_write() in the same one, all boot0_serial_read() in the same one.
 *
 * The runtime works from C++, allocates nothing and takes 8 KiB of flash and 2.5 KiB of RAM.
 */
#ifndef BOOT0_RUNTIME_H
#define BOOT0_RUNTIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- starting ---- */

/*
 * The USB identity. Programs may compile the runtime with their own ids; the default is ST's
 * virtual serial port (docs/howto/runtime.md, "Ids", explains why a product should have its own).
 */
#ifndef BOOT0_VENDOR_ID
#define BOOT0_VENDOR_ID 0x0483
#endif
#ifndef BOOT0_PRODUCT_ID
#define BOOT0_PRODUCT_ID 0x5740
#endif

/*
 * Options of a program. Zero or NULL selects the default, so that a program sets only what it
 * needs. Texts are ASCII, at most 63 characters, and must stay valid.
 */
struct boot0_options {
    uint32_t crystal_hz;      /* 0: measured, which takes some milliseconds */
    uint16_t vendor_id;       /* 0: BOOT0_VENDOR_ID */
    uint16_t product_id;      /* 0: BOOT0_PRODUCT_ID */
    const char *manufacturer; /* NULL: "boot0" */
    const char *product;      /* NULL: "boot0 serial port" */
    /*
     * Called before the bootloader takes over, also on the host's request, with interrupts off:
     * switch off outputs that must not stay on (heaters, motors). It must be short.
     */
    void (*leaving)(void);
};

/*
 * Starts the clocks (from the crystal, at the chip's rate for USB: 168 MHz on an F405/407), the
 * millisecond counter and USB, and enables
 * interrupts. `options` may be NULL and is not needed afterwards. False if the board has no working
 * crystal: then USB does not work, and everything else runs at 16 MHz.
 */
bool boot0_start(const struct boot0_options *options);

/* ---- time ---- */

/* Returns HCLK, the clock of the processor and SysTick. APB1 has a quarter of it, APB2 a half. */
uint32_t boot0_clock_hz(void);

/* Returns the crystal's frequency, measured or given; 0 if there is none. */
uint32_t boot0_crystal_hz(void);

/* Time since boot0_start(). They wrap after 49 days and after 71 minutes. */
uint32_t boot0_millis(void);
uint32_t boot0_micros(void);

/* Sleeps for at least span_ms milliseconds. */
void boot0_delay(uint32_t span_ms);

/* Sleeps until an event, at most a millisecond: for polling loops. */
void boot0_idle(void);

/* ---- the serial port ---- */

/* Bytes that the port buffers per direction. */
enum {
    BOOT0_SERIAL_BUFFER = 1024,
};

/* The host's settings. They have no effect on USB; a bridge to a UART uses them. */
struct boot0_serial_line {
    uint32_t baud;
    uint8_t data_bits; /* 5 to 8, or 16 */
    uint8_t stop_bits; /* 0: 1, 1: 1.5, 2: 2 */
    uint8_t parity;    /* 0: none, 1: odd, 2: even, 3: mark, 4: space */
    bool dtr;
    bool rts;
};

/* True if a host reads: the board is attached and awake, and a program has opened the port
 * (DTR). */
bool boot0_serial_connected(void);

/*
 * Accepts as much as fits and never waits. Returns the number of bytes accepted. While the port is
 * closed, accepts and discards everything, so that a program does not stall without a host, and a
 * program that opens the port later gets no old output.
 */
size_t boot0_serial_write(const void *data, size_t size);

/*
 * Writes a text with boot0_serial_write(); truncates it if there is no room. Returns the number of
 * characters accepted.
 */
size_t boot0_serial_print(const char *text);

/* Returns the number of bytes that boot0_serial_write() accepts at least. */
size_t boot0_serial_room(void);

/* True if the host has read everything that was written. */
bool boot0_serial_flushed(void);

/*
 * Returns the number of received bytes that were not read. If the buffer is full, the host must
 * wait; nothing is lost.
 */
size_t boot0_serial_available(void);

/* Reads at most `size` bytes and never waits. Returns the number of bytes. */
size_t boot0_serial_read(void *data, size_t size);

/* Returns the next byte without removing it; -1 if there is none. */
int boot0_serial_peek(void);

struct boot0_serial_line boot0_serial_line(void);

/* ---- other programs ---- */

/* Cause of the reset: bits of boot0_reset_flags(). */
enum {
    BOOT0_RESET_BROWN_OUT = 0x02,
    BOOT0_RESET_PIN = 0x04, /* also set with every other one */
    BOOT0_RESET_POWER = 0x08,
    BOOT0_RESET_SOFTWARE = 0x10,
    BOOT0_RESET_WATCHDOG = 0x20,
    BOOT0_RESET_WINDOW_WATCHDOG = 0x40,
    BOOT0_RESET_LOW_POWER = 0x80,
};

/*
 * Returns the flags of the reset that started this program. The bootloader clears RCC_CSR and
 * leaves its flags in backup register 18 of the RTC; without a bootloader they come from RCC_CSR.
 */
uint8_t boot0_reset_flags(void);

/*
 * Start the bootloader, ST's in ROM, or this program again. All use a reset and the bootloader,
 * which reads the request from a backup register of the RTC (number 19). Without boot0's bootloader
 * they only reset the chip.
 */
#ifdef __cplusplus
#define BOOT0_NORETURN [[noreturn]]
#else
#define BOOT0_NORETURN _Noreturn
#endif
BOOT0_NORETURN void boot0_enter_bootloader(void);
BOOT0_NORETURN void boot0_enter_rom(void);
BOOT0_NORETURN void boot0_restart(void);

#ifdef __cplusplus
}
#endif

#endif
