/* SPDX-License-Identifier: MIT */
/* The decision after a reset: what to run. */
#ifndef B0_BOOTLOADER_START_H
#define B0_BOOTLOADER_START_H

#include <stdbool.h>
#include <stdint.h>

enum b0_start {
    B0_START_PROGRAM,
    B0_START_WAIT, /* for a second tap on the reset button, then the program */
    B0_START_BOOTLOADER,
    B0_START_ROM,
};

enum {
    B0_TAP_WINDOW_MS = 500,
};

struct b0_start_facts {
    uint32_t handover; /* the handover word: core/handover.h */
    bool by_pin;       /* reset by the reset button alone */
    bool button;       /* the board's button is pressed */
    bool interrupted;  /* the journal has an update that was begun but not completed */
    bool has_program;  /* its vector table is valid */
};

/* For the bootloader, sets *entry to the reason: enum b0_entry. */
enum b0_start b0_start_decide(const struct b0_start_facts *facts, uint8_t *entry);

#endif
