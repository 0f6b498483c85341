/* SPDX-License-Identifier: MIT */
/*
 * boot0's runtime: what a program on an STM32F405/407/415/417 needs to have a USB serial port, and
 * to be replaced over the same cable without anybody touching the board.
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
 * What the host sees
 *   One device with a serial port (CDC-ACM: /dev/ttyACM0, COM3, /dev/cu.usbmodem…; no driver to
 *   install on Linux, macOS, Windows 10 and later) and a DFU run-time interface. Its serial number
 *   is the 12 digits that the same board has in the bootloader and in ST's ROM.
 *
 * Into the bootloader
 *   The host gets the board there by DFU_DETACH (`boot0 flash`, `dfu-util -e`) or by the touch that
 *   Arduino made usual: the port is set to 1200 baud, then closed, that is, DTR falls and stays
 *   low for 250 ms. Both are answered from interrupts, so they work while the program computes or
 * hangs in a loop, as long as it leaves interrupts on. The program itself calls
 * boot0_enter_bootloader().
 *
 * Interrupts
 *   The runtime owns SysTick_Handler and OTG_FS_IRQHandler, both at priority 0, and pins PA11 and
 *   PA12. Everything else of the chip is the program's.
 *
 * From where to call
 *   From the main program. boot0_millis(), boot0_enter_bootloader() and those that only tell
 *   something may be called from interrupts, too. Reading and writing belong to one context each:
 *   all boot0_serial_write() from the same one, all boot0_serial_read() from the same one.
 *
 * It can be used from C++, allocates nothing and takes 8 KiB of flash and 2.5 KiB of RAM.
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
 * The USB identity, for who compiles the runtime with ids of their own: ST's virtual serial port
 * (docs/howto/runtime.md, "Ids", says why a product should have others).
 */
#ifndef BOOT0_VENDOR_ID
#define BOOT0_VENDOR_ID 0x0483
#endif
#ifndef BOOT0_PRODUCT_ID
#define BOOT0_PRODUCT_ID 0x5740
#endif

/*
 * What may differ from program to program. Zero or NULL stands for the usual value, so that a
 * program names only what it cares for; texts are ASCII, at most 63 characters, and must stay.
 */
struct boot0_options {
    uint32_t crystal_hz;      /* 0: it is measured, which takes some milliseconds */
    uint16_t vendor_id;       /* 0: BOOT0_VENDOR_ID */
    uint16_t product_id;      /* 0: BOOT0_PRODUCT_ID */
    const char *manufacturer; /* NULL: "boot0" */
    const char *product;      /* NULL: "boot0 serial port" */
    /*
     * Called before the bootloader takes over, also when the host wants it, with interrupts off:
     * the place to switch off what must not stay on (heaters, motors). It must be short.
     */
    void (*leaving)(void);
};

/*
 * Starts the clocks (168 MHz from the crystal), the millisecond counter and USB, and enables
 * interrupts. `options` may be NULL and is not needed afterwards. False if the board has no working
 * crystal: USB cannot work then, all the rest does, at 16 MHz.
 */
bool boot0_start(const struct boot0_options *options);

/* ---- time ---- */

/* HCLK, by which the processor and SysTick run. APB1 has a quarter of it, APB2 a half. */
uint32_t boot0_clock_hz(void);

/* The crystal's frequency, as measured or given; 0 if there is none. */
uint32_t boot0_crystal_hz(void);

/* Since boot0_start(). They begin anew after 49 days, and after 71 minutes. */
uint32_t boot0_millis(void);
uint32_t boot0_micros(void);

/* Sleeps at least so many milliseconds. */
void boot0_delay(uint32_t span_ms);

/* Sleeps until something has happened, at most a millisecond: for loops that wait. */
void boot0_idle(void);

/* ---- the serial port ---- */

/* Bytes that the port keeps in each direction. */
enum {
    BOOT0_SERIAL_BUFFER = 1024,
};

/* What the host has set; it changes nothing on USB. A bridge to a UART hands it on. */
struct boot0_serial_line {
    uint32_t baud;
    uint8_t data_bits; /* 5 to 8, or 16 */
    uint8_t stop_bits; /* 0: 1, 1: 1.5, 2: 2 */
    uint8_t parity;    /* 0: none, 1: odd, 2: even, 3: mark, 4: space */
    bool dtr;
    bool rts;
};

/* Whether somebody listens: the board is attached, awake, and a program has opened the port (DTR).
 */
bool boot0_serial_connected(void);

/*
 * Takes what there is room for, and never waits: returns how many bytes it took. While nobody
 * listens it takes all and throws it away, so that a program does not come to a halt without a
 * host, and who opens the port later does not get what is long over.
 */
size_t boot0_serial_write(const void *data, size_t size);

/* A text, as boot0_serial_write(): cut if there is no room. Returns how many characters it took. */
size_t boot0_serial_print(const char *text);

/* How many bytes boot0_serial_write() would take at least. */
size_t boot0_serial_room(void);

/* Whether all that was written has been fetched by the host. */
bool boot0_serial_flushed(void);

/*
 * How many bytes have come and were not read. When the buffer is full, the host has to wait;
 * nothing is lost.
 */
size_t boot0_serial_available(void);

/* Reads at most so many bytes, and never waits: returns how many there were. */
size_t boot0_serial_read(void *data, size_t size);

/* The next byte without reading it; -1 if there is none. */
int boot0_serial_peek(void);

struct boot0_serial_line boot0_serial_line(void);

/* ---- other programs ---- */

/* What has reset the chip: bits of boot0_reset_flags(). */
enum {
    BOOT0_RESET_BROWN_OUT = 0x02,
    BOOT0_RESET_PIN = 0x04, /* set with every other one, too */
    BOOT0_RESET_POWER = 0x08,
    BOOT0_RESET_SOFTWARE = 0x10,
    BOOT0_RESET_WATCHDOG = 0x20,
    BOOT0_RESET_WINDOW_WATCHDOG = 0x40,
    BOOT0_RESET_LOW_POWER = 0x80,
};

/*
 * The reset after which this program runs. The bootloader has cleared RCC_CSR, and leaves its flags
 * in backup register 18 of the RTC; without a bootloader they are those of RCC_CSR.
 */
uint8_t boot0_reset_flags(void);

/*
 * Starts the bootloader, or ST's in ROM, or this program anew; all by way of a reset and of the
 * bootloader, which reads the wish from a backup register of the RTC (number 19). Without boot0's
 * bootloader on the chip they only reset it.
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
