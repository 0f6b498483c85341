/* SPDX-License-Identifier: MIT */
/* The spec of a virtual board: "MODEL[:key=value,…]". */
#ifndef VBOARD_DESCRIBE_SPEC_H
#define VBOARD_DESCRIBE_SPEC_H

#include "../board/settings.h"
#include "describe.h"

struct vboard_spec {
    const struct vboard_rom *rom;           /* the model */
    struct vboard_description *description; /* owns the model; NULL: the model is built in */
    struct vboard_settings settings;
};

/*
 * Fills a spec from its text. Even on failure, the caller frees description, settings.flash_file
 * and settings.elf_file.
 */
enum boot0_status vboard_spec_parse(const char *text, struct vboard_spec *spec,
                                    struct boot0_error *error);

#endif
