/* SPDX-License-Identifier: MIT */
/* `flash --dry-run`: makes the plan, shows it and discards it. */
#ifndef BOOT0_CLI_DRY_RUN_H
#define BOOT0_CLI_DRY_RUN_H

#include "command_session.h"

enum boot0_status dry_run(struct command_session *command, struct boot0_image *image,
                          const struct boot0_flash_options *options, struct boot0_error *error);

#endif
