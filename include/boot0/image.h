/* SPDX-License-Identifier: MIT */
/* Firmware images: the contents of a file of any format as a list of segments with addresses. */
#ifndef BOOT0_IMAGE_H
#define BOOT0_IMAGE_H

#include <boot0/error.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    BOOT0_IMAGE_NAME_MAX = 255,       /* UM0391: szTargetName, without the NUL */
    BOOT0_IMAGE_FILE_MAX = 64u << 20, /* bytes; larger files are refused */
    BOOT0_IMAGE_DATA_MAX = 64u << 20, /* bytes; limit for all segments together */
};

enum boot0_format {
    BOOT0_FORMAT_UNKNOWN = 0, /* in options: by content (reading) or by name (writing) */
    BOOT0_FORMAT_BINARY,
    BOOT0_FORMAT_IHEX,
    BOOT0_FORMAT_SREC,
    BOOT0_FORMAT_ELF,
    BOOT0_FORMAT_UF2,
    BOOT0_FORMAT_DFU,   /* raw binary with a DFU 1.0 or 1.1 suffix */
    BOOT0_FORMAT_DFUSE, /* ST's .dfu with targets and addresses (UM0391) */
    BOOT0_FORMAT_COUNT
};

/* Returns the format's name: "ihex", "elf", … Never NULL. */
BOOT0_API const char *boot0_format_name(enum boot0_format format);
/*
 * Returns the format with that name; BOOT0_FORMAT_UNKNOWN if boot0_format_name() gives it to none.
 */
BOOT0_API enum boot0_format boot0_format_by_name(const char *name);
/*
 * Returns the format for a file name's ending, e.g. ".hex"; BOOT0_FORMAT_UNKNOWN for other endings.
 */
BOOT0_API enum boot0_format boot0_format_by_ending(const char *file);

/* A run of bytes. The segments of an image are sorted by (alternate, address), not empty, do not
 * overlap, do not run past 32 bits, and adjacent ones are merged. */
struct boot0_segment {
    uint32_t address;
    size_t size;       /* bytes, > 0 */
    uint8_t *data;     /* owned by the image */
    uint8_t alternate; /* DfuSe target: bAlternateSetting. 0 in the other formats */
    bool by_target;    /* a DfuSe target names the alternate; else chosen by address */
};

/* The suffix of a .dfu file: DFU 1.1, appendix B. 0xffff in an id means "any". */
struct boot0_suffix {
    uint16_t bcd_device;
    uint16_t product;
    uint16_t vendor;
    uint16_t bcd_dfu; /* 0x0100, 0x0110 or 0x011a */
};

/* The name that a DfuSe file gives to its data for one alternate setting. */
struct boot0_image_target {
    uint8_t alternate;
    char name[BOOT0_IMAGE_NAME_MAX + 1]; /* printable ASCII, not empty */
};

struct boot0_image {
    enum boot0_format format;
    struct boot0_segment *segments;
    size_t segment_count;
    bool has_addresses; /* false: raw bytes, one segment at address 0 until boot0_image_place() */
    bool has_entry;     /* the file names an entry point (HEX record 3/5, S7/8/9, ELF) */
    uint32_t entry;
    bool has_suffix;
    struct boot0_suffix suffix;
    bool has_family; /* UF2 family id */
    uint32_t family;
    char name[BOOT0_IMAGE_NAME_MAX + 1]; /* first DfuSe target's name, or "" */
    struct boot0_image_target *targets;  /* owned; only named targets, one per alternate */
    size_t target_count;
    uint32_t
        cpu; /* BOOT0_CPU_* (chip.h) that its code needs, from the ELF's attributes; 0: unknown */
    uint32_t notes; /* oddities of the file: BOOT0_IMAGE_NOTE_* */
};

/* Harmless mistakes of other tools. */
enum {
    BOOT0_IMAGE_NOTE_PREFIX_SIZE = 1 << 0, /* the DfuSe prefix includes the suffix in its size */
};

/* Returns note number `index` of the image as a sentence; NULL past the last. */
BOOT0_API const char *boot0_image_note(const struct boot0_image *image, size_t index);

/* Zeroed: format by content or name, gaps filled with 0xff, the image's own ids and family. */
struct boot0_image_options {
    enum boot0_format format; /* BOOT0_FORMAT_UNKNOWN: by content */
    bool has_fill;            /* writing binary: fill gaps with `fill`, else with 0xff */
    uint8_t fill;
    /*
     * For writing dfu and dfuse. All zero: the image's own, else any device (dfu) or 0483:df11
     * (dfuse). A bcd_dfu that does not match the format is replaced; bcd_device 0 means any.
     */
    struct boot0_suffix suffix;
    uint32_t family; /* writing uf2; 0: the image's own, else none */
};

/*
 * Reads an image from a file or from memory (`name` is for messages only). `options` may be NULL.
 * On success the caller owns *image and releases it with boot0_image_free(). On failure *image is
 * NULL.
 *
 * The format is detected by content: ELF, UF2 and DfuSe by their magic, DFU by its suffix, Intel
 * HEX and S-records if every line of the text is valid, otherwise binary. A file that looks like
 * one of the text formats but has a broken line is an error with the line number, not a binary. A
 * .dfu suffix with a wrong CRC is an error. boot0_image_load() also rejects a file that it would
 * read as binary although its name has the ending of another format (.hex, .elf, …).
 *
 * If the options select binary, the contents must not clearly be another format (BOOT0_E_USAGE);
 * otherwise the file itself would be flashed instead of its contents.
 *
 * BOOT0_E_NO_INPUT, BOOT0_E_DATA, BOOT0_E_USAGE, BOOT0_E_MEMORY.
 */
BOOT0_API enum boot0_status boot0_image_load(struct boot0_image **image, const char *file,
                                             const struct boot0_image_options *options,
                                             struct boot0_error *error);
BOOT0_API enum boot0_status boot0_image_parse(struct boot0_image **image, const uint8_t *data,
                                              size_t size, const char *name,
                                              const struct boot0_image_options *options,
                                              struct boot0_error *error);

/* Returns an empty image, for data with addresses; NULL if out of memory. */
BOOT0_API struct boot0_image *boot0_image_new(void);
BOOT0_API void boot0_image_free(struct boot0_image *image);
/* Returns an independent copy; release it with boot0_image_free(). NULL if out of memory. */
BOOT0_API struct boot0_image *boot0_image_clone(const struct boot0_image *image);

/*
 * Copies bytes into the image and keeps its segments sorted and merged. Bytes that the image
 * already holds must be equal; otherwise BOOT0_E_DATA names the address and the image is unchanged.
 * Adding at a segment's end only costs the copy; elsewhere the segments behind it are moved.
 */
BOOT0_API enum boot0_status boot0_image_add(struct boot0_image *image, uint8_t alternate,
                                            uint32_t address, const uint8_t *data, size_t size,
                                            struct boot0_error *error);

/*
 * Replaces bytes that the image holds and adds those that it does not, e.g. a serial number or a
 * MAC address. On failure the image is unchanged: BOOT0_E_USAGE (it has no addresses), BOOT0_E_DATA
 * (past 32 bits, or too much), BOOT0_E_MEMORY.
 */
BOOT0_API enum boot0_status boot0_image_patch(struct boot0_image *image, uint8_t alternate,
                                              uint32_t address, const uint8_t *data, size_t size,
                                              struct boot0_error *error);

/* Assigns an address to raw bytes. BOOT0_E_USAGE if the image already has addresses, BOOT0_E_RANGE
 * if they run past 32 bits. */
BOOT0_API enum boot0_status boot0_image_place(struct boot0_image *image, uint32_t address,
                                              struct boot0_error *error);

/*
 * Adds all of `other` to the image, to flash several files as one. Both must have addresses, must
 * not contradict each other (BOOT0_E_DATA) and must not be for different devices by suffix or
 * family (BOOT0_E_MISMATCH). On failure the image is unchanged.
 */
BOOT0_API enum boot0_status boot0_image_merge(struct boot0_image *image,
                                              const struct boot0_image *other,
                                              struct boot0_error *error);

/*
 * Moves the image's bytes in [from, from + size), of all alternates, and its entry point to `to`.
 * Moves nothing if the image holds nothing there. On failure the image is unchanged: BOOT0_E_DATA
 * (other bytes are in the way, or it runs past 32 bits), BOOT0_E_MEMORY.
 */
BOOT0_API enum boot0_status boot0_image_move(struct boot0_image *image, uint32_t from,
                                             uint32_t size, uint32_t to, struct boot0_error *error);

/*
 * Removes the image's bytes in [address, address + size), of all alternates. The image may become
 * empty. On failure (BOOT0_E_MEMORY) it is unchanged.
 */
BOOT0_API enum boot0_status boot0_image_remove(struct boot0_image *image, uint32_t address,
                                               uint64_t size, struct boot0_error *error);

/* Returns the sum of the segments' sizes in bytes. */
BOOT0_API size_t boot0_image_size(const struct boot0_image *image);

/*
 * Copies the image's bytes in [address, address + size) of one alternate to `data`; bytes that the
 * image does not hold are left unchanged. Returns the number of bytes copied.
 */
BOOT0_API size_t boot0_image_copy(const struct boot0_image *image, uint8_t alternate,
                                  uint32_t address, uint8_t *data, size_t size);

/*
 * Serialises an image. On success the caller owns *data and releases it with free(). Binary and DFU
 * need a single alternate and fill gaps; the other formats keep the segments and need addresses.
 * Only dfuse keeps alternates. `options` may be NULL; without a format, the image's own is used.
 * BOOT0_E_USAGE, BOOT0_E_DATA (too large for the format), BOOT0_E_MEMORY.
 */
BOOT0_API enum boot0_status boot0_image_format(const struct boot0_image *image,
                                               const struct boot0_image_options *options,
                                               uint8_t **data, size_t *size,
                                               struct boot0_error *error);

/*
 * Like boot0_image_format(), into a file, which is replaced atomically. Without a format in the
 * options, the file name's ending selects it (.dfu: dfuse if the image has addresses). Also
 * BOOT0_E_NO_OUTPUT.
 */
BOOT0_API enum boot0_status boot0_image_save(const struct boot0_image *image, const char *file,
                                             const struct boot0_image_options *options,
                                             struct boot0_error *error);

/* A vendor's header in front of firmware without addresses, which some bootloaders require. */
enum boot0_prefix_kind {
    BOOT0_PREFIX_NONE,
    BOOT0_PREFIX_LMDFU, /* TI Stellaris and Tiva: LM DFU */
    BOOT0_PREFIX_LPC,   /* NXP LPC, not encrypted */
    BOOT0_PREFIX_COUNT
};

struct boot0_prefix {
    enum boot0_prefix_kind kind;
    uint32_t address; /* LMDFU: where the firmware goes */
    uint32_t payload; /* bytes behind the prefix, as it says; LPC: rounded up to 512 */
};

/* Returns "lmdfu", "lpc" or "none". Never NULL. */
BOOT0_API const char *boot0_prefix_name(enum boot0_prefix_kind kind);

/* Detects a prefix at the start of raw bytes; false: none found, or the image has addresses. */
BOOT0_API bool boot0_image_find_prefix(const struct boot0_image *image,
                                       struct boot0_prefix *prefix);

/*
 * Adds a prefix to an image of one segment, which loses its address. Ignores the prefix's
 * `payload`. On failure the image is unchanged: BOOT0_E_USAGE (no such prefix or address, several
 * segments), BOOT0_E_DATA (it already has one, or is too large), BOOT0_E_MEMORY.
 */
BOOT0_API enum boot0_status boot0_image_add_prefix(struct boot0_image *image,
                                                   const struct boot0_prefix *prefix,
                                                   struct boot0_error *error);

/* Removes the prefix. BOOT0_E_DATA if there is none. */
BOOT0_API enum boot0_status boot0_image_remove_prefix(struct boot0_image *image,
                                                      struct boot0_error *error);

/* Returns the file's name for its data of an alternate setting; "" if it has none. */
BOOT0_API const char *boot0_image_target_name(const struct boot0_image *image, uint8_t alternate);

/* The first two words of a Cortex-M vector table, if the image has them at `address`. */
struct boot0_vectors {
    uint32_t address;
    uint32_t stack; /* initial MSP */
    uint32_t reset; /* reset handler, bit 0 set for Thumb */
};
BOOT0_API bool boot0_image_vectors(const struct boot0_image *image, uint32_t address,
                                   struct boot0_vectors *vectors);

#ifdef __cplusplus
}
#endif
#endif
