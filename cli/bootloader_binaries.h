/* SPDX-License-Identifier: MIT */
/* The bootloaders for boards that are part of the program, and files that contain one. */
#ifndef BOOT0_CLI_BOOTLOADER_BINARIES_H
#define BOOT0_CLI_BOOTLOADER_BINARIES_H

#include <boot0/boot0.h>

struct json;

struct bootloader_binary {
    const char *board; /* its header in firmware/boards: "generic-f407"; NULL ends the table */
    const uint8_t *data;
    size_t size; /* bytes, at most a sector of 16 KiB */
};

/* Written by scripts/embed-bootloaders.py. Empty if the build had no compiler for boards. */
extern const struct bootloader_binary bootloader_table[];

/* BOOT0_E_NO_INPUT if this program contains no bootloader; the hint says how to get them. */
enum boot0_status bootloader_check_table(const struct bootloader_binary *table,
                                         struct boot0_error *error);

/*
 * Chooses the bootloader for a board: the one named `key` (--board; NULL: none), else the one that
 * the board's present bootloader was built for, else the generic one of its chip. BOOT0_E_MISMATCH:
 * there is none. BOOT0_E_USAGE: the chip is not known well enough. The hint lists the choices.
 */
enum boot0_status bootloader_choose(const struct bootloader_binary *table,
                                    const struct boot0_board *board, const char *key,
                                    const struct bootloader_binary **chosen,
                                    struct boot0_error *error);

/*
 * Loads the image of a bootloader from a file or from the table. On success the caller frees
 * *image: boot0_image_free(). BOOT0_E_NO_INPUT, BOOT0_E_DATA (not a bootloader for the first sector
 * of an F4).
 */
enum boot0_status bootloader_load_file(struct boot0_image **image, const char *file,
                                       struct boot0_error *error);
enum boot0_status bootloader_load_binary(struct boot0_image **image,
                                         const struct bootloader_binary *binary,
                                         struct boot0_error *error);

/* Prints the table: one line per bootloader, or the list "bootloaders". */
void bootloader_print_table(const struct bootloader_binary *table);
void bootloader_json_table(struct json *json, const struct bootloader_binary *table);

#endif
