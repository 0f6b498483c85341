/* SPDX-License-Identifier: MIT */
/*
 * Shared by the tests of silicon*.c: the firmware's binaries on the emulated chip, in this process.
 * A board with a bootloader or a program in flash, the time until it appears, and its answers.
 */
#ifndef TESTS_SILICON_H
#define TESTS_SILICON_H

#include "../unit/vboard/vboard_test.h"

#include <boot0/boot0.h>
#include <boot0/virtual.h>
#include <core/extension.h>

#define BOOTLOADER_AT 0x08000000u
#define PROGRAM_AT    0x08008000u

enum {
    SILICON_SKIPPED = 77,
};

/* FIRMWARE-FOLDER of the command line; false if it has no firmware. */
bool silicon_find(const char *folder);

/*
 * A powered board of that spec, which begins with "f407:", with a bootloader (NULL: none) and a
 * program (NULL: none), both names of .bin files. No violations are counted yet.
 */
struct silicon {
    struct boot0_bus bus; /* the board is the only one on it */
    struct vboard *board;
    uint64_t violations; /* before there was something to run */
    char *trace;
    size_t trace_size;
    FILE *trace_file;
};
void silicon_open(struct silicon *silicon, const char *spec, const char *bootloader,
                  const char *program);
/* Frees it. Fails the test, with the end of the trace, if there were violations. */
void silicon_close(struct silicon *silicon);
/* The number of violations since silicon_open(). */
uint64_t silicon_violations(const struct silicon *silicon);
/* Fails the test, with the end of the trace. */
void silicon_fail(struct silicon *silicon, const char *what);

/* Returns whether a device with that idProduct appears on the bus within that time. */
bool silicon_shows(struct silicon *silicon, uint16_t product, uint32_t within_ms);
/*
 * Sends one DNLOAD with all its polling, honouring poll timeouts. Returns its final status. Raises
 * *longest_us, if not NULL, to the longest time of a GETSTATUS.
 */
uint8_t silicon_dnload(struct silicon *silicon, uint16_t block, const uint8_t *data, uint16_t size,
                       uint64_t *longest_us);
/* Sets the address pointer, or erases: BOOT0_DFUSE_…. */
uint8_t silicon_command(struct silicon *silicon, uint8_t command, uint32_t address);
/*
 * Erases everything and writes a program that fills the flash: after its vectors, byte n is (n *
 * 7) ^ (n >> 8). Then leaves. Returns the first status that is not OK.
 */
uint8_t silicon_update(struct silicon *silicon, uint64_t *longest_us);
/* The program that silicon_update() writes: `size` bytes up to the end of a flash of 1 MiB. */
const uint8_t *silicon_program(uint32_t *size);
/* Sends a vendor request without data. */
enum boot0_xfer silicon_vendor(struct silicon *silicon, uint16_t command, uint16_t value);
/* Returns the answer to GET_INFO. */
struct b0_extension_info silicon_info(struct silicon *silicon);
/* Returns how often the text occurs in the trace so far. */
unsigned silicon_trace_count(struct silicon *silicon, const char *text);

#endif
