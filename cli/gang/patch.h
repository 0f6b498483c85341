/* SPDX-License-Identifier: MIT */
/* --patch ADDRESS[:SIZE]=WHAT: data in the program that each board gets its own of. */
#ifndef BOOT0_CLI_GANG_PATCH_H
#define BOOT0_CLI_GANG_PATCH_H

#include "facts.h"

#include <boot0/image.h>
#include <stdbool.h>
#include <stdint.h>

enum {
    PATCH_BYTES_MAX = 4096, /* what one patch may write */
};

enum patch_kind {
    PATCH_SERIAL,  /* the board's serial number, as text */
    PATCH_TEXT,    /* a text with names of values in braces */
    PATCH_HEX,     /* the same, in pairs of hex digits */
    PATCH_NUMBER,  /* the same, a whole number, little-endian */
    PATCH_CSV,     /* a cell, as text */
    PATCH_CSV_HEX, /* a cell, in pairs of hex digits */
};

struct patch {
    uint32_t address;
    uint32_t size; /* 0: as long as the data; else padded with zeros */
    enum patch_kind kind;
    uint8_t number_size; /* bytes of a number */
    bool is_signed;
    const char *text; /* after the colon; the caller's */
    size_t column;    /* of the CSV file, set by patch_resolve() */
};

/* The text must live as long as the patch. BOOT0_E_USAGE. */
enum boot0_status patch_parse(struct patch *patch, const char *option, struct boot0_error *error);

/* It needs the CSV file: by csv:COLUMN, or by a name that is one of these columns. */
bool patch_wants_csv(const struct patch *patch, const struct csv *csv);

/*
 * Finds columns and names, and checks that every row can be used. `csv` is NULL if there is no
 * file. With `any`, a command gives names that are not known yet.
 */
enum boot0_status patch_resolve(struct patch *patch, const struct csv *csv, bool any,
                                struct boot0_error *error);

/*
 * The bytes for a board. `facts` must have the table if patch_wants_csv() says so. BOOT0_E_DATA: a
 * value is missing, empty, of the wrong form or too large.
 */
enum boot0_status patch_bytes(const struct patch *patch, const struct facts *facts,
                              uint8_t bytes[PATCH_BYTES_MAX], size_t *size,
                              struct boot0_error *error);

#endif
