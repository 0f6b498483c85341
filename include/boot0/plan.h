/* SPDX-License-Identifier: MIT */
/*
 * The plan of a flash job: from the image, the board's layout and what the board holds now, the
 * list of erases and writes. Making a plan touches no board; printing one is `--dry-run`.
 */
#ifndef BOOT0_PLAN_H
#define BOOT0_PLAN_H

#include <boot0/error.h>
#include <boot0/image.h>
#include <boot0/layout.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct boot0_plan_options {
    bool full;           /* erase and write everything, whatever the board holds */
    bool no_preserve;    /* sectors that the image covers partly: lose the rest */
    uint32_t block_size; /* the board's transfer size in bytes; blank blocks are skipped by it */
    uint8_t alternate;   /* the layout's; segments of other alternates are refused */
    bool vectors_last;   /* a program's first words are erased first and written last */
    /* Bytes of the smallest unit that the flash programs, a power of two; 0: unknown, taken as
     * BOOT0_PLAN_UNIT_MAX. The last write has this length, at least that of a vector pair. */
    uint32_t program_unit;
    bool
        erases_to_zero; /* erased flash reads 0x00 (STM32L0, L1), else 0xff: bytes that are blank */
};

enum {
    BOOT0_PLAN_UNIT_MAX = 32, /* the widest of all chips that are known: the flash word of an H7 */
    BOOT0_PLAN_VECTORS =
        8, /* initial stack pointer and reset vector: without them nothing starts */
};

enum boot0_plan_action {
    BOOT0_PLAN_ERASE, /* one sector */
    BOOT0_PLAN_WRITE, /* bytes within one run of erased sectors */
};

struct boot0_plan_step {
    enum boot0_plan_action action;
    uint32_t address;
    uint32_t size;        /* bytes */
    const uint8_t *data;  /* of a write; owned by the plan */
    uint32_t expected_ms; /* by the chip's datasheet, typical; 0 if unknown */
};

/* What is to be known of a sector before the plan can be made. */
enum boot0_need {
    BOOT0_NEED_NOTHING, /* it will be erased and written in any case */
    BOOT0_NEED_COMPARE, /* only whether the image's bytes differ: reading may stop at a difference
                         */
    BOOT0_NEED_ALL,     /* every byte: the rest of it must be preserved */
};

/* A sector that the image touches. */
struct boot0_plan_sector {
    struct boot0_sector sector;
    enum boot0_need need;
    uint32_t image_bytes; /* how many of its bytes the image has */
    bool known;           /* `held` is filled up to held_size */
    uint32_t held_size;   /* bytes of the sector's start that were read */
    bool differs;         /* found to differ: will be erased and written */
    uint8_t *wanted;      /* sector.size bytes: what it shall hold; owned by the plan */
    uint8_t *mask;        /* one byte a byte of the sector: 1 where the image says it */
};

struct boot0_plan {
    struct boot0_plan_sector *sectors; /* ascending addresses */
    size_t sector_count;
    struct boot0_plan_step *steps; /* in the order of execution; NULL before boot0_plan_finish() */
    size_t step_count;
    struct boot0_plan_options options;
    uint32_t erase_count; /* totals of the steps */
    uint64_t erase_bytes;
    uint64_t write_bytes;
    uint64_t image_bytes;
    uint64_t unchanged_bytes; /* bytes of the image that the board holds already */
    uint64_t expected_ms;
};

/* Expected times in milliseconds; a callback so that a plan knows no chip. Either may be NULL. */
struct boot0_plan_times {
    uint32_t (*erase_ms)(const void *context, uint32_t sector_size);
    uint32_t (*write_ms)(const void *context, uint32_t size);
    const void *context;
};

/*
 * First half: checks that every byte of the image is in sectors that can be written, and lists the
 * sectors with what has to be known of each. Refuses before anything is touched: BOOT0_E_RANGE
 * names the first address outside. On success *plan is the caller's: boot0_plan_free().
 */
BOOT0_API enum boot0_status boot0_plan_begin(struct boot0_plan **plan,
                                             const struct boot0_image *image,
                                             const struct boot0_layout *layout,
                                             const struct boot0_plan_options *options,
                                             struct boot0_error *error);

/*
 * Between the halves: tells the plan what the board holds at [offset, offset + size) of a sector;
 * offsets must ascend without gaps. Returns true if more of this sector is wanted, false if it is
 * known well enough (then go to the next one).
 */
BOOT0_API bool boot0_plan_learn(struct boot0_plan *plan, size_t sector, uint32_t offset,
                                const uint8_t *held, uint32_t size);

/*
 * The same, for a board that compares by digests: whether it holds all that the image says of a
 * sector, and whether the rest of the sector is blank. Returns true if the rest has to be learned
 * byte by byte all the same, because it is to be preserved.
 */
BOOT0_API bool boot0_plan_compared(struct boot0_plan *plan, size_t sector, bool same,
                                   bool rest_blank);

/* Second half: makes the steps. `times` may be NULL. BOOT0_E_MEMORY. */
BOOT0_API enum boot0_status boot0_plan_finish(struct boot0_plan *plan,
                                              const struct boot0_plan_times *times,
                                              struct boot0_error *error);

/*
 * For another attempt, after one that failed in the middle: what is wanted of each sector stays,
 * with the bytes that are preserved, which the board may have lost by now. What it holds has to be
 * learned anew, and the steps made again; what was written already is not written twice.
 */
BOOT0_API void boot0_plan_again(struct boot0_plan *plan);

BOOT0_API void boot0_plan_free(struct boot0_plan *plan);

#ifdef __cplusplus
}
#endif
#endif
