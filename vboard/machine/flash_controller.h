/* SPDX-License-Identifier: MIT */
/* The flash interface, as the rest of the machine uses it. */
#ifndef VBOARD_MACHINE_FLASH_CONTROLLER_H
#define VBOARD_MACHINE_FLASH_CONTROLLER_H

#include "device.h"
#include <stdbool.h>

struct vboard_flashc {
    uint32_t acr, cr, sr, optcr, optcr1;
    uint8_t key_step, option_step;
    bool keys_broken, option_keys_broken; /* until the next reset */
    uint64_t end_ns;                      /* of the present operation */
    uint32_t busy_from, busy_size;        /* its place: with two banks mostly in one */
    bool hides;                           /* flash cannot be read there meanwhile */
    bool options_follow;                  /* the option bytes of bank 2 come next */
    /* A write that the CPU has just done to the memory, for vboard_flashc_undo() to undo. */
    bool undo;
    uint32_t undo_address;
    uint32_t undo_size;
    uint8_t undo_bytes[8];
    /* A run of programming, for one line of the trace. */
    uint32_t run_address, run_size, run_count;
    uint64_t run_start_us;
};

VBOARD_DEVICE(flashc);
void vboard_flashc_event(struct vboard_machine *machine);
void vboard_flashc_unlocked_event(struct vboard_machine *machine);

/* Before the CPU writes to flash or to option bytes. */
void vboard_flashc_store(struct vboard_machine *machine, uint32_t address, uint32_t size,
                         uint64_t value);
/* After the write, if flash->undo is set. */
void vboard_flashc_undo(struct vboard_machine *machine);
/* The CPU reads busy flash: time passes until it can. */
void vboard_flashc_wait(struct vboard_machine *machine);
/* Whether code at an address must wait for the end of an operation. */
bool vboard_flashc_stalls(const struct vboard_machine *machine, uint32_t address);
/* The CPU stops, possibly in the middle of an operation. */
void vboard_flashc_stop(struct vboard_machine *machine);
/* Reports too few wait states for the clock. */
void vboard_flashc_check_latency(struct vboard_machine *machine);

#endif
