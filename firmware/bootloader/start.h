/* SPDX-License-Identifier: MIT */
/* After a reset: who runs. */
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
    uint32_t handover; /* the word that was found: core/handover.h */
    bool by_pin;       /* the reset button and nothing else */
    bool button;       /* the board's button is pressed */
    bool interrupted;  /* the journal: an update was begun and not completed */
    bool has_program;  /* its vector table makes sense */
};

/* *entry is set to why, if it is the bootloader: enum b0_entry. */
enum b0_start b0_start_decide(const struct b0_start_facts *facts, uint8_t *entry);

#endif
