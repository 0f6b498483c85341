/* SPDX-License-Identifier: MIT */
/*
 * A virtual board: one flash, one BOOT0 pin, one reset, one USB port, with its own clock. This is
 * the border between the boards (vboard.c and the folders board, rom and machine) and what presents
 * them to programs: the in-process bus of libboot0's tests and of `boot0 --virtual`, and the
 * attachments of the `vboard` command.
 *
 * Time is virtual: a control transfer advances the board's clock by what the bus and the board
 * would have taken, vboard_wait() by what the host waits. Nothing sleeps.
 */
#ifndef VBOARD_H
#define VBOARD_H

#include <boot0/transport.h>
#include <stdbool.h>
#include <stdio.h>

struct vboard;
struct vboard_gdb_target;

/* A row of `vboard list`. */
struct vboard_model {
    const char *name;    /* "f407" */
    const char *summary; /* one line for people */
};

/* The models in order; NULL past the end. */
const struct vboard_model *vboard_model_at(size_t index);

/* Writes a model as a description (docs/reference/board-files.md). False: no such model. */
bool vboard_describe(const char *model, FILE *file);
/* Writes all sections and keys of descriptions with their meaning, as tables of
 * docs/reference/board-files.md. */
void vboard_describe_keys(FILE *file);

/*
 * The meaning of a board spec's keys, one row each, for help texts: "flash=FILE", "contents are
 * kept there"; key NULL past the end.
 */
struct vboard_key {
    const char *key;
    const char *summary;
};
const struct vboard_key *vboard_key_at(size_t index);

/*
 * Makes a board from "MODEL[:key=value,…]" and powers it up. NULL on failure with the error filled
 * (BOOT0_E_USAGE: unknown model or key, bad value; BOOT0_E_NO_INPUT: flash file). The caller owns
 * it: vboard_free().
 */
struct vboard *vboard_new(const char *spec, struct boot0_error *error);

/*
 * Frees a board, after it writes the flash file back. BOOT0_E_NO_OUTPUT if that fails. Accepts
 * NULL.
 */
enum boot0_status vboard_free(struct vboard *board, struct boot0_error *error);

/* The model's name, and the serial number that the USB device reports. */
const char *vboard_name(const struct vboard *board);
const char *vboard_serial(const struct vboard *board);

/*
 * Whether a USB device is there now, and a number that grows with each enumeration: if it changed,
 * the device went away in between, and handles to it are dead.
 */
bool vboard_connected(const struct vboard *board);
unsigned vboard_connection(const struct vboard *board);

enum {
    VBOARD_INTERFACES_MAX = 16,
    VBOARD_DESCRIPTORS_MAX = 18 + 1024, /* at most, of vboard_descriptors(); in bytes */
};

/*
 * The descriptors that a host reads while it enumerates the device: 18 bytes of device descriptor,
 * then the whole configuration. Takes no virtual time. Returns the length, at most `size`.
 */
size_t vboard_descriptors(const struct vboard *board, uint8_t *bytes, size_t size);

/*
 * The text of a string descriptor, without a transfer: takes no time, is not counted, meets no
 * fault. Always NUL-terminates; returns the length, 0 if there is no such string.
 */
size_t vboard_string(const struct vboard *board, uint8_t index, char *text, size_t size);

/*
 * One control transfer, with the contract of struct boot0_transport_ops::control. Advances the
 * clock by its duration; on a time-out by timeout_us. If the board goes away during it, the answer
 * is BOOT0_XFER_GONE.
 *
 * With VBOARD_NO_TIMEOUT the transfer takes as long as it needs. If the board never answers it
 * (fault=timeout), the answer is BOOT0_XFER_TIMEOUT, and no time has passed: for hosts that find
 * out by waiting.
 */
#define VBOARD_NO_TIMEOUT UINT64_MAX
enum boot0_xfer vboard_control(struct vboard *board, const struct boot0_setup *setup, uint8_t *data,
                               size_t *actual, uint64_t timeout_us);

/*
 * One packet on an endpoint other than 0, whose bit 7 is the direction. `data` has *size bytes. For
 * IN, *size must be the endpoint's wMaxPacketSize, and is set to how many bytes came. The board is
 * asked at least once, then until timeout_us is over: BOOT0_XFER_TIMEOUT, it answered NAK.
 * BOOT0_XFER_STALL also if it has no such endpoint.
 */
enum boot0_xfer vboard_packet(struct vboard *board, uint8_t endpoint, uint8_t *data, size_t *size,
                              uint64_t timeout_us);

/* Whether a program runs on the board's CPU, instead of its ROM. */
bool vboard_runs_program(const struct vboard *board);

/* USB bus reset by the host. */
void vboard_bus_reset(struct vboard *board);

/*
 * The UART of the bootloader, as a serial port sees it: the settings of the host's port, and a
 * character from the board with the time at which it is complete.
 */
struct vboard_line {
    uint32_t baud; /* > 0 */
    bool even_parity;
};
struct vboard_character {
    uint64_t at_us;
    uint8_t byte;
    bool damaged; /* wrong parity, or no stop bit where it should be */
};
bool vboard_has_uart(const struct vboard *board);
/* Whether the serial adapter is plugged in: it comes and goes with the board. */
bool vboard_uart_plugged(const struct vboard *board);
/* Whether the adapter accepts a speed. */
bool vboard_uart_takes(const struct vboard *board, uint32_t baud);
/* Sends characters to the board; advances the clock by their time on the line. */
void vboard_uart_send(struct vboard *board, const struct vboard_line *line, const uint8_t *bytes,
                      size_t size);
/* Takes the next character that has arrived from the board by now; false if there is none. */
bool vboard_uart_receive(struct vboard *board, struct vboard_character *character);
/* When to look again; UINT64_MAX: not before something is sent. */
uint64_t vboard_uart_due_us(const struct vboard *board);
/* Sets the adapter's DTR and RTS, which may be wired to reset and BOOT0. */
void vboard_uart_lines(struct vboard *board, bool dtr, bool rts);

/* Advances the clock by a span; or to a point, if it is not past already. */
void vboard_wait(struct vboard *board, uint64_t microseconds);
void vboard_wait_until(struct vboard *board, uint64_t now_us);
uint64_t vboard_now_us(const struct vboard *board);

/* The buttons: reset, unplugging and plugging in again, and the BOOT0 jumper. */
void vboard_press_reset(struct vboard *board);
void vboard_power_cycle(struct vboard *board);
void vboard_unplug(struct vboard *board);
void vboard_plug(struct vboard *board);
void vboard_set_boot0(struct vboard *board, bool high);

/* Reads the memory at an address as a debug probe would, regardless of protection. */
bool vboard_peek(const struct vboard *board, uint32_t address, uint8_t *data, size_t size);
bool vboard_poke(struct vboard *board, uint32_t address, const uint8_t *data, size_t size);

/*
 * Attaches a debugger: BKPT halts the CPU from now on. Returns what it can do
 * (vboard/gdb/target.h), with the board as context; NULL if there is no CPU here that could run
 * anything, or if no program was ever started on it.
 */
const struct vboard_gdb_target *vboard_debug_attach(struct vboard *board);
/* Detaches the debugger with its breakpoints; the CPU runs. */
void vboard_debug_detach(struct vboard *board);

/*
 * Adds faults to those of the board's spec, in the format of its key fault=. They count since the
 * board was made. BOOT0_E_USAGE.
 */
enum boot0_status vboard_plan_faults(struct vboard *board, const char *faults,
                                     struct boot0_error *error);

/* Events since the board was made, over all its resets. Times are virtual. */
struct vboard_stats {
    uint64_t bus_us;     /* on the bus */
    uint64_t erase_us;   /* flash erasing */
    uint64_t program_us; /* flash programming */
    uint64_t wait_us;    /* the host waited while the board had nothing to do */
    uint64_t total_us;
    uint64_t transfers; /* control transfers of class and vendor type */
    uint64_t standard_transfers;
    uint64_t bytes_out;
    uint64_t bytes_in;
    uint64_t sectors_erased;
    uint64_t mass_erases;
    uint64_t bytes_programmed;
    uint64_t flash_operations; /* erases and programs: counted for power cuts */
    uint64_t flash_stalls;     /* the emulated CPU waited for its flash */
    uint64_t violations;       /* programmed what was not erased, and similar mistakes */
    uint64_t resets;
    bool started; /* the program in flash was started; with these words of its vector table */
    uint32_t start_address;
    uint32_t start_stack;
    uint32_t start_pc;
};
void vboard_get_stats(const struct vboard *board, struct vboard_stats *stats);
/* Prints one JSON object with all of it, and the board's name and serial; no newline at its end. */
void vboard_print_stats(const struct vboard *board, FILE *file);

/* Writes one line per transfer and event from now on; NULL ends it. The caller owns the file. */
void vboard_set_trace(struct vboard *board, FILE *file);

#endif
