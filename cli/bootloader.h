/* SPDX-License-Identifier: MIT */
/* What commands show of boot0's own bootloader. */
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

#endif
