/* What commands say of boot0's own bootloader, and the binaries of it that come with boot0. */
#ifndef BOOT0_CLI_BOOTLOADER_H
#define BOOT0_CLI_BOOTLOADER_H

#include "command.h"

/* Lines of `boot0 info`, and the member "bootloader". Nothing if the board has another one. */
void bootloader_print(const struct boot0_bootloader *bootloader);
void bootloader_json(struct json *json, const struct boot0_bootloader *bootloader);

enum {
    BOOTLOADER_VERSION = 16,
};

/* The version that the bytes of a bootloader tell, "0.1.0"; "" if they do not. */
void bootloader_version(char version[BOOTLOADER_VERSION], const uint8_t *data, size_t size);

/*
 * Loads the bootloader's image: the file that is named, or the one that was installed with boot0
 * (or lies in the build tree) for a board of that key; NULL: for any. B0_E_NO_INPUT, B0_E_DATA.
 * On success *image is the caller's: boot0_image_free().
 */
enum boot0_status bootloader_load(struct boot0_image **image, const char *file, const char *board,
                                  struct boot0_error *error);

#endif
