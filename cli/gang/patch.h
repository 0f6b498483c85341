/* SPDX-License-Identifier: MIT */
/* --patch ADDRESS[:SIZE]=WHAT: data that each board gets its own of. */
#ifndef BOOT0_CLI_GANG_PATCH_H
#define BOOT0_CLI_GANG_PATCH_H

#include "csv.h"

#include <boot0/image.h>
#include <stdbool.h>
#include <stdint.h>

enum {
    PATCH_BYTES_MAX = 4096, /* what one patch may write */
};

enum patch_kind {
    PATCH_SERIAL,  /* the board's serial number, as text */
    PATCH_TEXT,    /* this text */
    PATCH_HEX,     /* these bytes */
    PATCH_CSV,     /* a cell, as text */
    PATCH_CSV_HEX, /* a cell, as hex digits */
    PATCH_KIND_COUNT
};

struct patch {
    uint32_t address;
    uint32_t size; /* 0: as long as the data is; else filled up with zeros */
    enum patch_kind kind;
    const char *text; /* what stands behind the colon; the caller's */
    size_t column;    /* of the CSV file, set by patch_resolve() */
};

/* The text must live as long as the patch. BOOT0_E_USAGE. */
enum boot0_status patch_parse(struct patch *patch, const char *option, struct boot0_error *error);

bool patch_wants_csv(const struct patch *patch);

/* Finds the column, and checks that every row can be used. `csv` is NULL if there is no file. */
enum boot0_status patch_resolve(struct patch *patch, const struct csv *csv,
                                struct boot0_error *error);

/*
 * The bytes for a board. `csv` may be NULL if patch_wants_csv() says no. BOOT0_E_DATA: the data
 * does not fit, or is empty.
 */
enum boot0_status patch_bytes(const struct patch *patch, const char *serial, const struct csv *csv,
                              size_t row, uint8_t bytes[PATCH_BYTES_MAX], size_t *size,
                              struct boot0_error *error);

#endif
