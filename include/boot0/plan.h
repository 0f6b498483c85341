/* SPDX-License-Identifier: MIT */
/*
 * The plan of a flash operation: the list of erases and writes, computed from the image, the
 * board's layout and the board's current contents. Making a plan does not change the board;
 * `--dry-run` prints one.
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
    bool full;           /* erase and write everything, regardless of the board's contents */
    bool no_preserve;    /* do not preserve the rest of partly covered sectors */
    uint32_t block_size; /* the board's transfer size in bytes; blank blocks are skipped */
    uint8_t alternate;   /* of the layout; segments of other alternates are refused */
    bool vectors_last;   /* a program's first words are erased first and written last */
    /* Bytes of the flash's smallest programming unit, a power of two; 0: unknown, treated as
     * BOOT0_PLAN_UNIT_MAX. The last write has this length, but at least that of a vector pair. */
    uint32_t program_unit;
    bool erases_to_zero; /* blank bytes read 0x00 (STM32L0, L1), else 0xff */
};

enum {
    BOOT0_PLAN_UNIT_MAX = 32, /* the largest of all known chips: the flash word of an H7 */
    BOOT0_PLAN_VECTORS =
        8, /* initial stack pointer and reset vector: nothing starts without them */
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
    uint32_t expected_ms; /* typical, from the chip's datasheet; 0: unknown */
};

/* What must be known of a sector to make the plan. */
enum boot0_need {
    BOOT0_NEED_NOTHING, /* nothing: it is erased and written in any case */
    BOOT0_NEED_COMPARE, /* whether the bytes differ: reading may stop at a difference */
    BOOT0_NEED_ALL,     /* every byte: the rest of the sector must be preserved */
};

/* A sector that contains bytes of the image. */
struct boot0_plan_sector {
    struct boot0_sector sector;
    enum boot0_need need;
    uint32_t image_bytes; /* bytes of the image in this sector */
    bool known;           /* `held` is valid up to held_size */
    uint32_t held_size;   /* bytes read so far, from the sector's start */
    bool differs;         /* the contents differ: erase and write the sector */
    uint8_t *wanted;      /* sector.size bytes: the target contents; owned by the plan */
    uint8_t *mask;        /* one byte per byte of the sector: 1 where the image defines it */
};

struct boot0_plan {
    struct boot0_plan_sector *sectors; /* in ascending order of address */
    size_t sector_count;
    struct boot0_plan_step *steps; /* in order of execution; NULL before boot0_plan_finish() */
    size_t step_count;
    struct boot0_plan_options options;
    uint32_t erase_count; /* totals of the steps */
    uint64_t erase_bytes;
    uint64_t write_bytes;
    uint64_t image_bytes;
    uint64_t unchanged_bytes; /* bytes of the image that the board already holds */
    uint64_t expected_ms;
};

/*
 * Expected times in milliseconds. Callbacks, so that a plan does not depend on a chip. Either may
 * be NULL.
 */
struct boot0_plan_times {
    uint32_t (*erase_ms)(const void *context, uint32_t sector_size);
    uint32_t (*write_ms)(const void *context, uint32_t size);
    const void *context;
};

/*
 * First half: checks that every byte of the image is in a writable sector and lists the sectors
 * with what must be known of each. Changes nothing on failure: BOOT0_E_RANGE names the first
 * address outside. On success the caller owns *plan and releases it with boot0_plan_free().
 */
BOOT0_API enum boot0_status boot0_plan_begin(struct boot0_plan **plan,
                                             const struct boot0_image *image,
                                             const struct boot0_layout *layout,
                                             const struct boot0_plan_options *options,
                                             struct boot0_error *error);

/*
 * Between the halves: gives the plan the board's contents at [offset, offset + size) of a sector.
 * Offsets must ascend without gaps. Returns true if more of this sector is needed, false if enough
 * is known; then continue with the next sector.
 */
BOOT0_API bool boot0_plan_learn(struct boot0_plan *plan, size_t sector, uint32_t offset,
                                const uint8_t *held, uint32_t size);

/*
 * The same for a board that compares by digests: `same` if it holds all bytes that the image
 * defines in the sector, `rest_blank` if the other bytes are blank. Returns true if the rest must
 * still be read byte by byte because it is preserved.
 */
BOOT0_API bool boot0_plan_compared(struct boot0_plan *plan, size_t sector, bool same,
                                   bool rest_blank);

/* Second half: makes the steps. `times` may be NULL. BOOT0_E_MEMORY. */
BOOT0_API enum boot0_status boot0_plan_finish(struct boot0_plan *plan,
                                              const struct boot0_plan_times *times,
                                              struct boot0_error *error);

/*
 * Prepares another attempt after one that failed in the middle. Keeps the target contents of each
 * sector, including preserved bytes that the board may have lost. The board's contents must be
 * learned again and the steps made again; data that was already written is not written twice.
 */
BOOT0_API void boot0_plan_again(struct boot0_plan *plan);

BOOT0_API void boot0_plan_free(struct boot0_plan *plan);

#ifdef __cplusplus
}
#endif
#endif
