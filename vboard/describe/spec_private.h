/* SPDX-License-Identifier: MIT */
/* The keys of a board's spec: what spec.c, which has their table, shares with spec_chip.c. */
#ifndef VBOARD_DESCRIBE_SPEC_PRIVATE_H
#define VBOARD_DESCRIBE_SPEC_PRIVATE_H

#include "../board/settings.h"

/* Sets one key from its value. BOOT0_E_USAGE: an invalid value; BOOT0_E_MEMORY. */
typedef enum boot0_status vboard_spec_set(struct vboard_settings *settings, const char *value,
                                          struct boot0_error *error);

/* Parses a number from 0 to `limit`, decimal or 0x…, with nothing after it. */
bool vboard_spec_number(const char *text, unsigned long limit, unsigned long *value);
enum boot0_status vboard_spec_bad(struct boot0_error *error, const char *value, const char *wanted);

/* spec_chip.c: the chip, and what is soldered to it. */
vboard_spec_set vboard_spec_supply;
vboard_spec_set vboard_spec_crystal;
vboard_spec_set vboard_spec_hsi;
vboard_spec_set vboard_spec_lsi;
vboard_spec_set vboard_spec_watchdog;
vboard_spec_set vboard_spec_pull_up;
vboard_spec_set vboard_spec_erase_factor;
vboard_spec_set vboard_spec_brownout;
vboard_spec_set vboard_spec_crystal_stop;
vboard_spec_set vboard_spec_standby;
vboard_spec_set vboard_spec_vbus;
vboard_spec_set vboard_spec_vbat;
vboard_spec_set vboard_spec_button;

#endif
