/* SPDX-License-Identifier: MIT */
/*
 * Private to lib/image: the description of a file format (struct b0_format, one row each in
 * format.c), and shared tools of readers and writers: the builder that turns pieces in any order
 * into an image, the output buffer, and text lines.
 */
#ifndef B0_LIB_IMAGE_FORMATS_H
#define B0_LIB_IMAGE_FORMATS_H

#include <boot0/image.h>

/* The contents of a file. */
struct b0_input {
    const uint8_t *data;
    size_t size;
    const char *name; /* for messages */
};

/* The usual cause of errors in text and .dfu files, for the hint. */
#define B0_DAMAGED_HINT                                                                            \
    "Build or download the file again: it is damaged or cut short, perhaps by a broken download "  \
    "or copy."

/*
 * Returns the smallest power of two that is >= `size`, at least 16. Growing arrays have that
 * capacity: realloc() to the current size is cheap, so no capacity needs to be stored.
 */
size_t b0_room(size_t size);

/* Sets the target name of an alternate unless it already has one. BOOT0_E_MEMORY. */
enum boot0_status b0_image_name_target(struct boot0_image *image, uint8_t alternate,
                                       const char *name, struct boot0_error *error);

/* Free the segments; exchange those of two images. Nothing else in the images changes. */
void b0_image_free_segments(struct boot0_image *image);
void b0_image_swap_segments(struct boot0_image *a, struct boot0_image *b);

/*
 * Collects an image from any number of pieces in any order. Adjacent pieces are joined as they
 * arrive; the chunks are sorted once at the end, so n pieces take n log n in any order.
 */
struct b0_chunk {
    uint32_t address;
    uint32_t size;
    uint32_t offset; /* of its first byte in the builder's data; ascends in file order */
    uint32_t origin; /* origin of its first piece: number of the line, block, … */
    uint32_t stride; /* size of its pieces; the last one may be shorter */
    uint8_t alternate;
    bool by_target;
};

struct b0_builder {
    const char *name;   /* file name for messages; NULL: none */
    const char *origin; /* unit of origins, "line"; NULL: pieces have no origin */
    bool by_target;     /* for the pieces added from now on: struct boot0_segment */
    uint8_t *data;
    size_t size; /* bytes of `data`; `room`: capacity */
    size_t room;
    struct b0_chunk *chunks;
    size_t chunk_count;
    size_t chunk_room;
    bool unsorted;
};

/* Adds one piece. BOOT0_E_DATA if it runs past 32 bits or exceeds BOOT0_IMAGE_DATA_MAX. */
enum boot0_status b0_builder_add(struct b0_builder *builder, uint8_t alternate, uint32_t address,
                                 const uint8_t *data, size_t size, uint32_t origin,
                                 struct boot0_error *error);
/* Replaces the image's segments. BOOT0_E_DATA if two pieces contradict each other. */
enum boot0_status b0_builder_finish(struct b0_builder *builder, struct boot0_image *image,
                                    struct boot0_error *error);
void b0_builder_free(struct b0_builder *builder);

/* A file being written. `status` keeps the first failure; later output is discarded. */
struct b0_output {
    uint8_t *data;
    size_t size; /* bytes of `data`; `room`: capacity */
    size_t room;
    enum boot0_status
        status; /* BOOT0_OK, BOOT0_E_DATA (larger than B0_OUTPUT_MAX) or BOOT0_E_MEMORY */
};

enum {
    B0_OUTPUT_MAX = 256u << 20, /* bytes; limit of a writer's output */
};

void b0_output_put(struct b0_output *output, const uint8_t *data, size_t size);
void b0_output_fill(struct b0_output *output, uint8_t value, size_t count);
/* Writes the prefix, the bytes as upper-case hex digits, and a line feed. At most 260 bytes. */
void b0_output_put_record(struct b0_output *output, const char *prefix, const uint8_t *bytes,
                          size_t count);

/* The non-blank lines of a text file, without leading and trailing white space. */
struct b0_lines {
    const uint8_t *next;
    const uint8_t *end;
    uint32_t number; /* of the last line from b0_next_line(), from 1 */
};

struct b0_line {
    const uint8_t *text;
    size_t length; /* > 0 */
    uint32_t number;
};

enum {
    B0_RECORD_MAX = 260, /* bytes per line: Intel HEX 1 + 2 + 1 + 255 + 1, S-record 1 + 255 */
};

/* Skips a byte order mark, and the padding of old systems at the end: ^Z, NUL, blanks. */
struct b0_lines b0_lines_start(const struct b0_input *input);
bool b0_next_line(struct b0_lines *lines, struct b0_line *line);
/* Fails with BOOT0_E_DATA, "NAME: line N: …" and the hint that the file is damaged. */
enum boot0_status b0_line_fail(const struct b0_input *input, uint32_t number,
                               struct boot0_error *error, const char *format, ...)
    BOOT0_PRINTF(4, 5);
/* Decodes the hex digits of a line from character number `from` on. */
enum boot0_status b0_line_bytes(const struct b0_input *input, const struct b0_line *line,
                                size_t from, uint8_t bytes[B0_RECORD_MAX], size_t *count,
                                struct boot0_error *error);
/* Fails if the file is text with two bytes per character. */
enum boot0_status b0_text_check(const struct b0_input *input, struct boot0_error *error);

/*
 * Detects a text format: the first line begins like one of its records, or a line near the
 * beginning is one.
 */
struct b0_text_format {
    char mark;  /* first character of every record */
    bool typed; /* a decimal digit follows it */
    bool (*is_record)(const struct b0_input *input, const struct b0_line *line);
};
bool b0_text_detect(const struct b0_input *input, const struct b0_text_format *format);

/* DFU 1.1, appendix B: the suffix of a .dfu file. */
enum {
    B0_SUFFIX_SIZE = 16,
    B0_SUFFIX_DFUSE = 0x011a, /* bcdDFU of UM0391 */
};
bool b0_suffix_present(const struct b0_input *input); /* the signature is present */
bool b0_suffix_valid(const struct b0_input *input);   /* and the CRC matches */
/* Removes the suffix: *payload is the part before it. */
enum boot0_status b0_suffix_read(const struct b0_input *input, struct boot0_image *image,
                                 struct b0_input *payload, struct boot0_error *error);
/*
 * Returns the suffix to write: from the options, else from the image, else these ids. bcd_dfu may
 * be 0.
 */
struct boot0_suffix b0_suffix_choose(const struct boot0_image *image,
                                     const struct boot0_image_options *options,
                                     uint16_t default_vendor, uint16_t default_product);
/* Appends the suffix, with the CRC over everything before it. */
void b0_suffix_write(struct b0_output *output, const struct boot0_suffix *suffix);

/*
 * Returns the BOOT0_CPU_* that an ELF's code needs, from its section ".ARM.attributes"; 0 if the
 * section contains nothing usable.
 */
uint32_t b0_attributes_cpu(const uint8_t *data, size_t size);

/* A file format. */
struct b0_format {
    const char *name;   /* as returned by boot0_format_name() */
    const char *title;  /* "an Intel HEX file" */
    const char *origin; /* unit of the origins of its pieces: struct b0_builder */
    bool keeps_alternates;
    bool keeps_addresses;
    bool (*detect)(const struct b0_input *input);
    enum boot0_status (*read)(const struct b0_input *input, struct b0_builder *builder,
                              struct boot0_image *image, struct boot0_error *error);
    /*
     * The image is not empty, has addresses if keeps_addresses, and has only one alternate unless
     * keeps_alternates. Writers need not check `output` for failures.
     */
    enum boot0_status (*write)(const struct boot0_image *image,
                               const struct boot0_image_options *options, struct b0_output *output,
                               struct boot0_error *error);
};

extern const struct b0_format b0_format_binary;
extern const struct b0_format b0_format_ihex;
extern const struct b0_format b0_format_srec;
extern const struct b0_format b0_format_elf;
extern const struct b0_format b0_format_uf2;
extern const struct b0_format b0_format_dfu;
extern const struct b0_format b0_format_dfuse;

/* Returns the format detected by content; NULL for raw binary. */
const struct b0_format *b0_format_inside(const struct b0_input *input);
/* Returns e.g. "an Intel HEX file". */
const char *b0_format_title(enum boot0_format format);

#endif
