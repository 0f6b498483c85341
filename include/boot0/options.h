/* SPDX-License-Identifier: MIT */
/*
 * Option bytes by name: reads and changes a chip's settings field by field, with the names of its
 * reference manual. Covers the chips of core/family whose fields are known: F0 to F4, L4, G4.
 */
#ifndef BOOT0_OPTIONS_H
#define BOOT0_OPTIONS_H

#include <boot0/session.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    BOOT0_OPTIONS_MAX = 40, /* maximum number of fields of a chip */
    BOOT0_MEANING_MAX = 64,
};

/* A field and its value. The value of read protection (RDP) is its level: 0, 1 or 2. */
struct boot0_option {
    const char *name; /* "nRST_STOP"; static */
    const char *text; /* purpose; static */
    uint32_t value;
    uint32_t max;     /* largest valid value */
    uint32_t address; /* of the 32-bit word that contains the field */
    uint8_t bit;
    const char *values;              /* internal to the library */
    char meaning[BOOT0_MEANING_MAX]; /* meaning of the value; "": it is a number */
};

/*
 * Reads and decodes the option bytes into *count fields, at most BOOT0_OPTIONS_MAX.
 * BOOT0_E_UNSUPPORTED if the board does not expose them or the chip's fields are unknown;
 * BOOT0_E_PROTECTED; errors of a read.
 */
BOOT0_API enum boot0_status boot0_session_read_options(struct boot0_session *session,
                                                       struct boot0_option *options, size_t *count,
                                                       struct boot0_error *error);

struct boot0_option_change {
    const char *name; /* any case; an unambiguous prefix is enough */
    uint32_t value;
};

/*
 * Applies changes to the fields in memory and writes nothing to the board. `options` and `count`
 * come from boot0_session_read_options(); the fields are changed in place. BOOT0_E_USAGE: no such
 * field, or an invalid value; the hint lists the valid ones.
 */
BOOT0_API enum boot0_status boot0_options_apply(struct boot0_option *options, size_t count,
                                                const struct boot0_option_change *changes,
                                                size_t change_count, struct boot0_error *error);

/*
 * Writes the fields that differ; the chip resets, and the fields are read back. Read protection
 * level 2, which can never be removed, needs `for_ever`; otherwise BOOT0_E_USAGE, and nothing is
 * written. BOOT0_E_IO: a field does not have the written value. After enabling RDP, only close the
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
