/* SPDX-License-Identifier: MIT */
/*
 * Option bytes by name: what a chip is set to, field by field as its reference manual names them,
 * and how to change that. The chips of core/family whose fields are known: F0 to F4, L4, G4.
 */
#ifndef BOOT0_OPTIONS_H
#define BOOT0_OPTIONS_H

#include <boot0/session.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    BOOT0_OPTIONS_MAX = 40, /* fields of a chip */
    BOOT0_MEANING_MAX = 64,
};

/* A field and its value. Read protection (RDP) has its level as its value: 0, 1 or 2. */
struct boot0_option {
    const char *name; /* "nRST_STOP"; static */
    const char *text; /* what it is for; static */
    uint32_t value;
    uint32_t max;     /* the largest value that it takes */
    uint32_t address; /* of the 32 bits that have it */
    uint8_t bit;
    const char *values;              /* the library's own */
    char meaning[BOOT0_MEANING_MAX]; /* of the value; "": it is a number */
};

/*
 * Reads and decodes the option bytes: *count fields, at most BOOT0_OPTIONS_MAX. BOOT0_E_UNSUPPORTED
 * if the board shows none, or its chip's fields are not known; BOOT0_E_PROTECTED; errors of a read.
 */
BOOT0_API enum boot0_status boot0_session_read_options(struct boot0_session *session,
                                                       struct boot0_option *options, size_t *count,
                                                       struct boot0_error *error);

struct boot0_option_change {
    const char *name; /* in any case; a beginning will do that only one field has */
    uint32_t value;
};

/*
 * What the fields would be after these changes, without making them; `options` and `count` are
 * those that boot0_session_read_options() gave, and are changed. BOOT0_E_USAGE: no such field, or
 * it does not take the value; the hint lists what there is.
 */
BOOT0_API enum boot0_status boot0_options_apply(struct boot0_option *options, size_t count,
                                                const struct boot0_option_change *changes,
                                                size_t change_count, struct boot0_error *error);

/*
 * Writes the fields that differ; the chip resets, and they are read back. Read protection of level
 * 2, which nothing takes off, only with `for_ever`: BOOT0_E_USAGE otherwise, and nothing is
 * written. BOOT0_E_IO: a field is not what was written. After RDP was turned on only close the
 * session.
 */
BOOT0_API enum boot0_status boot0_session_set_options(struct boot0_session *session,
                                                      const struct boot0_option *options,
                                                      size_t count, bool for_ever,
                                                      struct boot0_error *error);

#ifdef __cplusplus
}
#endif
#endif
