/* SPDX-License-Identifier: MIT */
/*
 * Private to lib/image: what a file format consists of (struct b0_format, one row each in
 * format.c), and the tools that readers and writers share: the builder that turns pieces in any
 * order into an image, the output buffer, and lines of text.
 */
#ifndef B0_LIB_IMAGE_FORMATS_H
#define B0_LIB_IMAGE_FORMATS_H

#include <boot0/image.h>

/* A file's contents. */
struct b0_input {
    const uint8_t *data;
    size_t size;
    const char *name; /* for messages */
};

/* Why text and .dfu files are mostly wrong, for the hint of an error. */
#define B0_DAMAGED_HINT                                                                            \
    "The file is damaged or cut short, perhaps by a broken download or copy: get or make it "      \
    "again."

/*
 * The smallest power of two that is not less than `size`, at least 16. Arrays that grow are given
 * that much: to realloc() a block to the size that it has costs nothing, so no capacity needs to be
 * kept beside it.
 */
size_t b0_room(size_t size);

/* Names what the image has for an alternate, unless it has a name for it. BOOT0_E_MEMORY. */
enum boot0_status b0_image_name_target(struct boot0_image *image, uint8_t alternate,
                                       const char *name, struct boot0_error *error);

/* Frees the segments; exchanges those of two images. Nothing else of the images is touched. */
void b0_image_free_segments(struct boot0_image *image);
void b0_image_swap_segments(struct boot0_image *a, struct boot0_image *b);

/*
 * Collecting an image. Pieces come in any order and any number; neighbours are joined as they
 * arrive, the rest is sorted once at the end, so that n pieces take n log n however they lie.
 */
struct b0_chunk {
    uint32_t address;
    uint32_t size;
    uint32_t offset; /* of its first byte in the builder's data; grows in the file's order */
    uint32_t origin; /* where its first piece came from: number of the line, block, … */
    uint32_t stride; /* size of its pieces; the last one may be shorter */
    uint8_t alternate;
    bool by_target;
};

struct b0_builder {
    const char *name;   /* the file's, for messages; NULL: none */
    const char *origin; /* what origins count, "line"; NULL: pieces have no origin */
    bool by_target;     /* of the pieces that are added from now on: struct boot0_segment */
    uint8_t *data;
    size_t size; /* of data, bytes; room: of its block */
    size_t room;
    struct b0_chunk *chunks;
    size_t chunk_count;
    size_t chunk_room;
    bool unsorted;
};

/* One piece. BOOT0_E_DATA if it runs past 32 bits or BOOT0_IMAGE_DATA_MAX. */
enum boot0_status b0_builder_add(struct b0_builder *builder, uint8_t alternate, uint32_t address,
                                 const uint8_t *data, size_t size, uint32_t origin,
                                 struct boot0_error *error);
/* Replaces the image's segments. BOOT0_E_DATA if two pieces contradict each other. */
enum boot0_status b0_builder_finish(struct b0_builder *builder, struct boot0_image *image,
                                    struct boot0_error *error);
void b0_builder_free(struct b0_builder *builder);

/* A file in the making. The first failure stays in `status`; what is put after it is dropped. */
struct b0_output {
    uint8_t *data;
    size_t size; /* of data, bytes; room: of its block */
    size_t room;
    enum boot0_status
        status; /* BOOT0_OK, BOOT0_E_DATA (larger than B0_OUTPUT_MAX) or BOOT0_E_MEMORY */
};

enum {
    B0_OUTPUT_MAX = 256u << 20, /* what a writer may produce, bytes */
};

void b0_output_put(struct b0_output *output, const uint8_t *data, size_t size);
void b0_output_fill(struct b0_output *output, uint8_t value, size_t count);
/* The prefix, then the bytes as upper-case hex digits, then a line feed. At most 260 bytes. */
void b0_output_put_record(struct b0_output *output, const char *prefix, const uint8_t *bytes,
                          size_t count);

/* The lines of a text file that are not blank, without the white space at both ends. */
struct b0_lines {
    const uint8_t *next;
    const uint8_t *end;
    uint32_t number; /* of the line that b0_next_line() gave last, from 1 */
};

struct b0_line {
    const uint8_t *text;
    size_t length; /* > 0 */
    uint32_t number;
};

enum {
    B0_RECORD_MAX = 260, /* bytes in a line: Intel HEX 1 + 2 + 1 + 255 + 1, S-record 1 + 255 */
};

/* Skips a byte order mark, and what old systems padded the end of a text with: ^Z, NUL, blanks. */
struct b0_lines b0_lines_start(const struct b0_input *input);
bool b0_next_line(struct b0_lines *lines, struct b0_line *line);
/* Fails with BOOT0_E_DATA, "NAME: line N: …" and the hint that the file is damaged. */
enum boot0_status b0_line_fail(const struct b0_input *input, uint32_t number,
                               struct boot0_error *error, const char *format, ...)
    BOOT0_PRINTF(4, 5);
/* Decodes the hex digits of a line from its `from`th character on. */
enum boot0_status b0_line_bytes(const struct b0_input *input, const struct b0_line *line,
                                size_t from, uint8_t bytes[B0_RECORD_MAX], size_t *count,
                                struct boot0_error *error);
/* Fails if the file is text of two bytes a character. */
enum boot0_status b0_text_check(const struct b0_input *input, struct boot0_error *error);

/*
 * Whether a file is meant as text of such records: its first line begins like one, or some line
 * near its beginning is one.
 */
struct b0_text_format {
    char mark;  /* the lines' first character */
    bool typed; /* a decimal digit follows it */
    bool (*is_record)(const struct b0_input *input, const struct b0_line *line);
};
bool b0_text_detect(const struct b0_input *input, const struct b0_text_format *format);

/* DFU 1.1, appendix B: the suffix of a .dfu file. */
enum {
    B0_SUFFIX_SIZE = 16,
    B0_SUFFIX_DFUSE = 0x011a, /* bcdDFU of UM0391 */
};
bool b0_suffix_present(const struct b0_input *input); /* the signature is there */
bool b0_suffix_valid(const struct b0_input *input);   /* and the CRC is right */
/* Takes the suffix off: *payload is what is before it. */
enum boot0_status b0_suffix_read(const struct b0_input *input, struct boot0_image *image,
                                 struct b0_input *payload, struct boot0_error *error);
/* The suffix to write: the options', else the image's own, else these ids. bcd_dfu may be 0. */
struct boot0_suffix b0_suffix_choose(const struct boot0_image *image,
                                     const struct boot0_image_options *options,
                                     uint16_t default_vendor, uint16_t default_product);
/* Appends the suffix, with the CRC over all that is there. */
void b0_suffix_write(struct b0_output *output, const struct boot0_suffix *suffix);

/*
 * What the CPU must offer for an ELF's code, BOOT0_CPU_*, by its section ".ARM.attributes"; 0 if
 * that says nothing that is understood.
 */
uint32_t b0_attributes_cpu(const uint8_t *data, size_t size);

/* A file format. */
struct b0_format {
    const char *name;   /* as boot0_format_name() gives it */
    const char *title;  /* "an Intel HEX file" */
    const char *origin; /* what the origins of its pieces count: struct b0_builder */
    bool keeps_alternates;
    bool keeps_addresses;
    bool (*detect)(const struct b0_input *input);
    enum boot0_status (*read)(const struct b0_input *input, struct b0_builder *builder,
                              struct boot0_image *image, struct boot0_error *error);
    /*
     * The image is not empty, has addresses if keeps_addresses, and only one alternate unless
     * keeps_alternates. Failures of `output` need not be looked at.
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

/* The format that a file is in, by its content, if that is not raw binary; NULL if it is. */
const struct b0_format *b0_format_inside(const struct b0_input *input);
/* "an Intel HEX file" */
const char *b0_format_title(enum boot0_format format);

#endif
