/* SPDX-License-Identifier: MIT */
/*
 * A chip's memories as a whole: what is at an address, the flash with the semantics of the real
 * one, and the option bytes. It knows neither time nor USB: the board's clock decides when an
 * operation begins and how far it gets.
 */
#ifndef VBOARD_CHIP_H
#define VBOARD_CHIP_H

#include "parts.h"
#include <core/family/family.h>
#include <stddef.h>

enum {
    VBOARD_BLOCK_MAX = 65536, /* the largest wTransferSize, in whole words */
};

enum {
    VBOARD_OPTION_BYTES_MAX = 4096,
};

struct vboard_chip {
    const struct vboard_part *part;
    const struct b0_family *family;
    const struct b0_flash_times *times; /* the family's */
    uint8_t *bytes[VBOARD_AREAS_MAX];   /* one buffer per area of the part */
    /* Option bytes as loaded by the last reset, all areas of them one after another. */
    uint8_t loaded[VBOARD_OPTION_BYTES_MAX];
    enum b0_parallelism width; /* of programming */
    /* Whether sectors are erased with that width too. No document says that the ROMs do so. */
    bool erases_by_width;
    unsigned supply_mv;
    unsigned erase_percent; /* of the typical time that an erase takes */
    bool needs_vpp;         /* 64 bits at a time were selected, and there is no 9 V on VPP */
};

/* ---- memory.c ---- */

/* False if out of memory. All memories are blank. Call vboard_chip_free() in any case. */
bool vboard_chip_init(struct vboard_chip *chip, const struct vboard_part *part);
void vboard_chip_free(struct vboard_chip *chip);

/* Writes the unique id that gives the ROM this serial number, if the number has 12 hex digits. */
void vboard_chip_set_serial(struct vboard_chip *chip, const char *serial);

/* A system reset: loads the option bytes, returns to byte parallelism. */
void vboard_chip_reset(struct vboard_chip *chip);
/* Power was lost: RAM no longer holds what it held. */
void vboard_chip_lose_ram(struct vboard_chip *chip);

/* The area that contains all of a non-empty range, or NULL. */
const struct vboard_area *vboard_chip_area(const struct vboard_chip *chip, uint32_t address,
                                           uint32_t size);
/* The main flash's area; every part has one. */
const struct vboard_area *vboard_chip_flash(const struct vboard_chip *chip);
/* The bytes at an address, at least `size` of them; NULL unless an area contains the range. */
uint8_t *vboard_chip_at(const struct vboard_chip *chip, uint32_t address, uint32_t size);

/* Whether `address` holds the start of a program: a stack pointer within RAM, an entry in memory.
 */
bool vboard_chip_vectors(const struct vboard_chip *chip, uint32_t address, uint32_t *stack,
                         uint32_t *pc);

/* ---- options.c ---- */

/* Factory settings in every option area; read protection at `level` 0 or 1. */
void vboard_options_init(struct vboard_chip *chip, unsigned level);
/* Read protection level 0, 1 or 2, by the loaded option bytes. */
unsigned vboard_options_level(const struct vboard_chip *chip);
/* Writes read protection to the option bytes; it takes effect at the next reset. */
void vboard_options_set_level(struct vboard_chip *chip, unsigned level);
/* The brown-out level, as loaded: below this supply, in millivolts, the chip is held in reset. */
unsigned vboard_options_reset_mv(const struct vboard_chip *chip);
/* Makes the option bytes start the watchdog at each reset, if the part has such an option byte. */
void vboard_options_start_watchdog(struct vboard_chip *chip);
/* Whether they do so, as loaded. */
bool vboard_options_watchdog(const struct vboard_chip *chip);
/* Likewise protects these flash sectors, and no others, against writing. */
void vboard_options_write_protect(struct vboard_chip *chip, const uint8_t *sectors, size_t count);
/*
 * Completes option bytes that were written to an area, as the flash controller does: it computes
 * complements, and bits that the family does not use keep their defaults.
 */
void vboard_options_complete(const struct vboard_chip *chip, uint32_t address, uint8_t *bytes,
                             uint32_t size);
/* Whether the flash sector of that index is write protected, by the loaded option bytes. */
bool vboard_options_protect(const struct vboard_chip *chip, unsigned sector);

/* ---- flash.c ---- */

enum vboard_flash_kind {
    VBOARD_ERASE_SECTOR, /* the one that contains `address` */
    VBOARD_ERASE_BANK, /* the one that contains `address`; of chips with two banks of equal size */
    VBOARD_ERASE_ALL,
    VBOARD_PROGRAM, /* main flash or OTP */
    VBOARD_PROGRAM_OPTIONS,
    VBOARD_UNPROTECT, /* erases all of flash and RAM, removes read protection */
};

struct vboard_flash_op {
    uint8_t kind; /* enum vboard_flash_kind */
    uint32_t address;
    uint32_t size;
    uint8_t data[VBOARD_BLOCK_MAX];
};

/* What an operation did. */
struct vboard_flash_result {
    bool failed; /* the flash controller reports an error */
    /* An error that the controller does not see, or cannot prevent; NULL: none. */
    const char *violation;
    uint32_t violation_address; /* the first */
    uint32_t violations;
    uint32_t sectors_erased;
    uint32_t bytes_programmed;
};

struct vboard_sector {
    unsigned index;
    uint32_t address;
    uint32_t size; /* 0: no sector */
};
struct vboard_sector vboard_flash_sector(const struct vboard_chip *chip, uint32_t address);
/* The value of an erased byte at an address: 0x00 in the main flash of an L0 or L1, else 0xff. */
uint8_t vboard_flash_erased(const struct vboard_chip *chip, uint32_t address);
/* Whether an area is erased by sectors. */
bool vboard_flash_has_sectors(const struct vboard_area *area);
/* How many sectors the main flash has. */
unsigned vboard_flash_count(const struct vboard_chip *chip);

/* The operation's duration in microseconds; 0 if write protection makes it do nothing. */
uint64_t vboard_flash_duration(const struct vboard_chip *chip, const struct vboard_flash_op *op);

/*
 * Applies to the memory what the operation does in `elapsed_us` of its duration: all of it, or, if
 * the power is lost before the end, a half-erased sector or a block whose end is missing, with
 * random bits that depend only on their address.
 */
void vboard_flash_apply(struct vboard_chip *chip, const struct vboard_flash_op *op,
                        uint64_t elapsed_us, struct vboard_flash_result *result);

#endif
