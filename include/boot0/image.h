/* SPDX-License-Identifier: MIT */
/*
 * Firmware images: what a file holds, whatever its format, as a list of segments with addresses.
 */
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
    BOOT0_IMAGE_FILE_MAX = 64u << 20, /* larger files are refused, bytes */
    BOOT0_IMAGE_DATA_MAX = 64u << 20, /* likewise what the segments hold together */
};

enum boot0_format {
    BOOT0_FORMAT_UNKNOWN = 0, /* in options: detect by content when reading, by name when writing */
    BOOT0_FORMAT_BINARY,
    BOOT0_FORMAT_IHEX,
    BOOT0_FORMAT_SREC,
    BOOT0_FORMAT_ELF,
    BOOT0_FORMAT_UF2,
    BOOT0_FORMAT_DFU,   /* raw binary with a DFU 1.0 or 1.1 suffix */
    BOOT0_FORMAT_DFUSE, /* ST's .dfu with targets and addresses, UM0391 */
    BOOT0_FORMAT_COUNT
};

/* "ihex", "elf", … Never NULL. */
BOOT0_API const char *boot0_format_name(enum boot0_format format);
/* BOOT0_FORMAT_UNKNOWN if the name is none of those that boot0_format_name() gives. */
BOOT0_API enum boot0_format boot0_format_by_name(const char *name);
/* What the end of a file's name says, ".hex"; BOOT0_FORMAT_UNKNOWN if it says nothing. */
BOOT0_API enum boot0_format boot0_format_by_ending(const char *file);

/* A run of bytes. Within an image, segments are sorted by (alternate, address), never empty, never
 * overlapping, never running past 32 bits, and adjacent ones are merged. */
struct boot0_segment {
    uint32_t address;
    size_t size;       /* bytes, > 0 */
    uint8_t *data;     /* owned by the image */
    uint8_t alternate; /* DfuSe target: bAlternateSetting. 0 in the other formats */
    bool by_target; /* a DfuSe target names that alternate; else the address says where it goes */
};

/* The suffix of a .dfu file: DFU 1.1, appendix B. 0xffff in an id means "any". */
struct boot0_suffix {
    uint16_t bcd_device;
    uint16_t product;
    uint16_t vendor;
    uint16_t bcd_dfu; /* 0x0100, 0x0110 or 0x011a */
};

/* The name that a DfuSe file gives to what it has for one alternate setting. */
struct boot0_image_target {
    uint8_t alternate;
    char name[BOOT0_IMAGE_NAME_MAX + 1]; /* printable ASCII, not empty */
};

struct boot0_image {
    enum boot0_format format;
    struct boot0_segment *segments;
    size_t segment_count;
    bool has_addresses; /* false: raw bytes, one segment, at address 0 until boot0_image_place() */
    bool has_entry;     /* the file names an entry point (HEX record 3/5, S7/8/9, ELF) */
    uint32_t entry;
    bool has_suffix;
    struct boot0_suffix suffix;
    bool has_family; /* UF2 family id */
    uint32_t family;
    char name[BOOT0_IMAGE_NAME_MAX + 1]; /* first DfuSe target's name, or "" */
    struct boot0_image_target *targets;  /* owned: those that have a name, one for an alternate */
    size_t target_count;
    uint32_t
        cpu; /* what its code needs, by the ELF's attributes: BOOT0_CPU_* of chip.h; 0: unknown */
    uint32_t notes; /* what is odd about the file: BOOT0_IMAGE_NOTE_* */
};

/* Mistakes of other tools that do no harm. */
enum {
    BOOT0_IMAGE_NOTE_PREFIX_SIZE = 1 << 0, /* the DfuSe prefix counts the suffix in */
};

/* The `index`th of the image's notes as a sentence; NULL past the last. */
BOOT0_API const char *boot0_image_note(const struct boot0_image *image, size_t index);

/* Zeroed: the format by content or name, gaps filled with 0xff, ids and family of the image. */
struct boot0_image_options {
    enum boot0_format format; /* BOOT0_FORMAT_UNKNOWN: by content */
    bool has_fill;            /* writing binary: gaps are filled with `fill`, else with 0xff */
    uint8_t fill;
    /*
     * Writing dfu and dfuse. All zero: the image's own, or else any device for dfu, 0483:df11 for
     * dfuse. A bcd_dfu that does not fit the format is replaced, a bcd_device of 0 means any.
     */
    struct boot0_suffix suffix;
    uint32_t family; /* writing uf2; 0: the image's own, or else none */
};

/*
 * Reads an image from a file, or from memory (`name` is used in messages only). `options` may be
 * NULL. On success *image is the caller's: boot0_image_free(). On failure *image is NULL.
 *
 * The format is detected by content: ELF, UF2 and DfuSe by their magic, DFU by its suffix, Intel
 * HEX and S-records if the text is that from its first to its last line, else binary. A file that
 * looks like one of the text formats but has a broken line is an error with the line number, not a
 * binary. A .dfu suffix with a wrong CRC is an error, and so is a file that boot0_image_load()
 * takes for a binary though its name ends like one of the other formats (.hex, .elf, …).
 *
 * If the options say binary, the contents must not be clearly another format (BOOT0_E_USAGE): the
 * file itself, instead of what it holds, would end up in flash.
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

/* An empty image (with addresses: of what will be added); NULL if out of memory. */
BOOT0_API struct boot0_image *boot0_image_new(void);
BOOT0_API void boot0_image_free(struct boot0_image *image);
/* A copy that can be changed by itself: boot0_image_free(); NULL if out of memory. */
BOOT0_API struct boot0_image *boot0_image_clone(const struct boot0_image *image);

/*
 * Copies bytes into the image, keeping its segments sorted and merged. Bytes that are there
 * already must be equal (BOOT0_E_DATA otherwise, with the address, and the image is unchanged).
 * Bytes added at a segment's end cost nothing but their copy; elsewhere the segments behind are
 * moved.
 */
BOOT0_API enum boot0_status boot0_image_add(struct boot0_image *image, uint8_t alternate,
                                            uint32_t address, const uint8_t *data, size_t size,
                                            struct boot0_error *error);

/*
 * Puts bytes in place of those that the image holds, and adds what it does not hold: a serial
 * number, a MAC address. The image is unchanged if it fails: BOOT0_E_USAGE (it has no addresses),
 * BOOT0_E_DATA (past 32 bits, or too much), BOOT0_E_MEMORY.
 */
BOOT0_API enum boot0_status boot0_image_patch(struct boot0_image *image, uint8_t alternate,
                                              uint32_t address, const uint8_t *data, size_t size,
                                              struct boot0_error *error);

/* Gives raw bytes their address. BOOT0_E_USAGE if the image has addresses of its own, BOOT0_E_RANGE
 * if they run past 32 bits. */
BOOT0_API enum boot0_status boot0_image_place(struct boot0_image *image, uint32_t address,
                                              struct boot0_error *error);

/*
 * Adds all of `other` to the image: several files flashed as one. Both must have addresses. They
 * must not contradict each other (BOOT0_E_DATA), nor be for different devices by their suffixes or
 * families (BOOT0_E_MISMATCH); the image is unchanged then.
 */
BOOT0_API enum boot0_status boot0_image_merge(struct boot0_image *image,
                                              const struct boot0_image *other,
                                              struct boot0_error *error);

/*
 * Moves what the image holds of [from, from + size), of all alternates, and its entry, to `to`. The
 * image is unchanged if it fails: BOOT0_E_DATA (other bytes are there, or it runs past 32 bits),
 * BOOT0_E_MEMORY. Moves nothing if the image holds nothing there.
 */
BOOT0_API enum boot0_status boot0_image_move(struct boot0_image *image, uint32_t from,
                                             uint32_t size, uint32_t to, struct boot0_error *error);

/*
 * Removes what the image holds of [address, address + size), of all alternates. The image may be
 * empty afterwards. BOOT0_E_MEMORY; the image is unchanged then.
 */
BOOT0_API enum boot0_status boot0_image_remove(struct boot0_image *image, uint32_t address,
                                               uint64_t size, struct boot0_error *error);

/* Sum of the segments' sizes in bytes. */
BOOT0_API size_t boot0_image_size(const struct boot0_image *image);

/*
 * Copies what the image holds of [address, address + size) of one alternate; the rest of `data` is
 * left alone. Returns the number of bytes copied.
 */
BOOT0_API size_t boot0_image_copy(const struct boot0_image *image, uint8_t alternate,
                                  uint32_t address, uint8_t *data, size_t size);

/*
 * Serialises an image. On success *data is the caller's: free(). Binary needs one alternate and
 * fills gaps; DFU likewise; the others keep segments, and need addresses. Alternates are kept by
 * dfuse alone. Without a format in the options (which may be NULL), the image's own.
 * BOOT0_E_USAGE, BOOT0_E_DATA (too large for the format), BOOT0_E_MEMORY.
 */
BOOT0_API enum boot0_status boot0_image_format(const struct boot0_image *image,
                                               const struct boot0_image_options *options,
                                               uint8_t **data, size_t *size,
                                               struct boot0_error *error);

/*
 * The same into a file, replaced at once or not at all. Without a format in the options, the one
 * that the file's name ends in (.dfu: dfuse if the image has addresses). BOOT0_E_NO_OUTPUT in
 * addition.
 */
BOOT0_API enum boot0_status boot0_image_save(const struct boot0_image *image, const char *file,
                                             const struct boot0_image_options *options,
                                             struct boot0_error *error);

/* A vendor's header in front of a firmware without addresses, which some bootloaders want. */
enum boot0_prefix_kind {
    BOOT0_PREFIX_NONE,
    BOOT0_PREFIX_LMDFU, /* TI Stellaris and Tiva: LM DFU */
    BOOT0_PREFIX_LPC,   /* NXP LPC, not encrypted */
    BOOT0_PREFIX_COUNT
};

struct boot0_prefix {
    enum boot0_prefix_kind kind;
    uint32_t address; /* LMDFU: where the firmware goes */
    uint32_t payload; /* as the prefix says: bytes behind it, for LPC rounded up to 512 */
};

/* "lmdfu", "lpc", "none". Never NULL. */
BOOT0_API const char *boot0_prefix_name(enum boot0_prefix_kind kind);

/* What prefix raw bytes seem to begin with; false: none, or the image has addresses. */
BOOT0_API bool boot0_image_find_prefix(const struct boot0_image *image,
                                       struct boot0_prefix *prefix);

/*
 * Puts a prefix in front of an image of one segment, which loses its address by it. The prefix'
 * `payload` is not looked at. BOOT0_E_USAGE (no such prefix or address, several segments),
 * BOOT0_E_DATA (there is one already, or the image is too large), BOOT0_E_MEMORY; the image is
 * unchanged then.
 */
BOOT0_API enum boot0_status boot0_image_add_prefix(struct boot0_image *image,
                                                   const struct boot0_prefix *prefix,
                                                   struct boot0_error *error);

/* Takes the prefix off. BOOT0_E_DATA if there is none. */
BOOT0_API enum boot0_status boot0_image_remove_prefix(struct boot0_image *image,
                                                      struct boot0_error *error);

/* The name that the file gives to its data for an alternate setting; "" if it gives none. */
BOOT0_API const char *boot0_image_target_name(const struct boot0_image *image, uint8_t alternate);

/* The Cortex-M vector table's first two words, if the image has them at `address`. */
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
