/* SPDX-License-Identifier: MIT */
/*
 * Writes the description of a connected board: the file that `vboard custom:describe=FILE` takes
 * (docs/reference/board-files.md). What cannot be read comes from the table of chips or stays at
 * the format's defaults, and a comment says so. Needs nothing of vboard.
 */
#ifndef BOOT0_CLI_DESCRIBE_H
#define BOOT0_CLI_DESCRIBE_H

#include "../command_session.h"

#include <core/descriptors.h>
#include <core/family/family.h>

/* `boot0 info --describe`: writes to the standard output. */
enum boot0_status describe_board(const struct arguments *arguments, struct boot0_error *error);

/* ---- between the files of this folder ---- */

enum {
    DESCRIBE_CONFIGURATION_MAX = 1024, /* the most that a description can hold */
    DESCRIBE_MEMORIES_MAX = 16,
    DESCRIBE_RUNS_MAX = 32,
    DESCRIBE_STRING_MAX = 126, /* characters */
};

struct describe_alternate {
    uint8_t interface;
    char name[DESCRIBE_STRING_MAX + 1];
    bool has_layout;
    struct boot0_layout layout;
    uint32_t base;
    uint16_t transfer_size; /* of its interface */
};

struct describe_memory {
    const char *kind;
    uint32_t address;
    uint32_t size; /* bytes */
    struct {
        uint32_t count, size;
    } runs[DESCRIBE_RUNS_MAX]; /* of a memory with sectors */
    size_t run_count;
    const char *comment; /* NULL: none */
};

/* Everything that was read of a board. */
struct description {
    struct boot0_board board; /* from its session */
    const char *bootloader;   /* the format's word */
    struct b0_dfu_configuration found;
    uint8_t configuration[DESCRIBE_CONFIGURATION_MAX];
    size_t configuration_size;
    bool has_raw_configuration; /* differs from what vboard makes of the other fields */
    char manufacturer[DESCRIBE_STRING_MAX + 1];
    char product[DESCRIBE_STRING_MAX + 1];
    char serial[DESCRIBE_STRING_MAX + 1];
    bool plain_serial;     /* sent as bytes */
    unsigned short_string; /* number in the format's order; 0: none */
    unsigned short_bytes;
    bool has_state; /* as it was found */
    uint8_t state, status;
    struct describe_alternate alternates[B0_ALTERNATE_MAX];
    size_t alternate_count;
    struct describe_memory memories[DESCRIBE_MEMORIES_MAX];
    size_t memory_count;
};

/* The family of all chips that the board can be; NULL if it is unknown, or if they differ. */
const struct b0_family *describe_family(const struct boot0_board *board);
/* Where these chips keep unique id and flash size; NULL likewise. */
const struct b0_signature *describe_signature(const struct boot0_board *board);

/* Reads everything that a USB board reports about itself: usb.c. */
enum boot0_status describe_read_usb(struct description *description, const struct boot0_bus *bus,
                                    struct boot0_error *error);
/* Reads the DFU state of a selection's only board, before a session changes it. */
void describe_read_state(struct description *description, const struct boot0_bus *bus,
                         const struct boot0_selection *selection);

/* Makes memories from the layouts: memories.c. */
void describe_memories(struct description *description);
const struct describe_memory *describe_find_memory(const struct description *description,
                                                   const char *kind);

/* Writes the description: write.c. */
void describe_write(const struct description *description, FILE *file);

#endif
