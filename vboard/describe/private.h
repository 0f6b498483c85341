/* SPDX-License-Identifier: MIT */
/* Shared by the files of this folder. */
#ifndef VBOARD_DESCRIBE_PRIVATE_H
#define VBOARD_DESCRIBE_PRIVATE_H

#include "describe.h"

#include <stdbool.h>

enum {
    VBOARD_MEMORY_SIZE_MAX = 64 << 20, /* bytes of one memory */
};

enum section_id {
    SECTION_BOARD,
    SECTION_CHIP,
    SECTION_MEMORY, /* one per memory */
    SECTION_USB,
    SECTION_ALTERNATE, /* one per alternate setting */
    SECTION_DFU,
    SECTION_UART,
    SECTION_COUNT
};

/* A [memory]. The part has the areas in one list, and the sectors of all of them in another. */
struct memory {
    struct vboard_area area;
    struct vboard_sectors sectors[VBOARD_SECTORS_MAX + 1];
    unsigned line;
};

struct vboard_description {
    struct vboard_rom rom;
    struct vboard_part part;
    uint8_t bootloader; /* index of bootloaders[], which gives rom.bootloader */
    struct memory memories[VBOARD_AREAS_MAX];
    size_t memory_count;
    unsigned alternate_lines[VBOARD_ALTERNATES_MAX];
    size_t alternate_count;
    uint8_t configuration[VBOARD_CONFIGURATION_MAX];
    unsigned lines[SECTION_COUNT]; /* line at which each section begins; 0: none */
    char *text;                    /* the strings of the file, one after another */
};

/* ---- keys.c ---- */

enum key_type {
    KEY_NUMBER,  /* decimal or 0x… */
    KEY_HEX,     /* the same, written in hexadecimal */
    KEY_SIZE,    /* the same, in bytes; K and M after it multiply */
    KEY_CHOICE,  /* a word from a list */
    KEY_TEXT,    /* "…" */
    KEY_FAMILY,  /* the name of a family of core/family */
    KEY_BYTES,   /* two hexadecimal digits each */
    KEY_SECTORS, /* "4*16K, 1*64K" */
};

struct key {
    const char *name;
    uint8_t section; /* enum section_id */
    uint8_t type;    /* enum key_type */
    uint16_t width;  /* bytes of a number's field */
    uint8_t scale;   /* unit of a number's field */
    bool required;
    size_t offset;           /* of the field in the section's record */
    size_t count_offset;     /* KEY_BYTES: of the uint16_t that counts them; 0: a zero ends them */
    uint32_t min, max;       /* of a number; max also of the count of bytes or characters */
    uint32_t preset;         /* a number's value if the key is missing */
    const char *preset_text; /* likewise for a text or a family */
    const char *const *choices; /* NULL ends them; the value is the index */
    const char *meaning;
};

/* The row of that index; NULL past the end. */
const struct key *vboard_key_row(size_t index);

struct section {
    const char *name;
    bool repeated;
    const char *meaning;
};
const struct section *vboard_section_row(enum section_id id);

/* Stores the values that the fields of a section have without their keys. */
void vboard_section_presets(void *record, enum section_id id);

/* Where the fields of a section are: in the description, or in one memory or alternate. */
void *vboard_section_record(struct vboard_description *description, enum section_id id,
                            size_t index);

/* ---- values.c ---- */

/* The rest of the value's text, and where strings go. */
struct value {
    const char *at, *end;
    char *text;            /* free space for strings */
    uint16_t *bytes_count; /* KEY_BYTES: how many the field has; more are appended */
};

/* Reads the value of a key into its field; false if the key does not accept it. */
bool vboard_value_read(const struct key *key, void *record, struct value *value);
/* Writes what the key expects, for messages: "a number from 1 to 8". */
void vboard_value_expected(const struct key *key, char *text, size_t size);
/* Writes the value in the format of a file. */
void vboard_value_write(const struct key *key, const void *record, FILE *file);
/* The value of a number's field, in the unit of the file. */
uint32_t vboard_value_number(const struct key *key, const void *record);
void vboard_value_store(const struct key *key, void *record, uint32_t number);
/* Stores the value of the field without the key; ignores KEY_BYTES and KEY_SECTORS. */
void vboard_value_preset(const struct key *key, void *record);
/* Whether the field has its value without the key. */
bool vboard_value_is_preset(const struct key *key, const void *record);

/* ---- check.c ---- */

/*
 * Makes the rows from the sections, and checks that they can be a board. On failure sets the line
 * of the section and the mistake.
 */
bool vboard_description_complete(struct vboard_description *description, unsigned *line,
                                 char *wrong, size_t size);

/* The reverse: makes the sections of a model. The description owns nothing in them. */
void vboard_description_unfold(struct vboard_description *description,
                               const struct vboard_rom *rom);

#endif
