/* SPDX-License-Identifier: MIT */
/* What commands show of boot0's own bootloader. */
#ifndef BOOT0_CLI_BOOTLOADER_H
#define BOOT0_CLI_BOOTLOADER_H

#include "command.h"

/* Print the lines of `boot0 info` and the member "bootloader"; nothing for another bootloader. */
void bootloader_print(const struct boot0_bootloader *bootloader);
void bootloader_json(struct json *json, const struct boot0_bootloader *bootloader);

#endif
