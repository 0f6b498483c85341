/* SPDX-License-Identifier: MIT */
/* A peripheral as the CPU's bus knows it: registers at an address, a clock, a reset. */
#ifndef VBOARD_MACHINE_DEVICE_H
#define VBOARD_MACHINE_DEVICE_H

#include <stdint.h>

struct vboard_machine;

/* A write has the written bytes of the word in `mask`; the others are 0 in `value`. */
struct vboard_device {
    const char *name;
    uint32_t base;
    uint32_t size;
    uint8_t clock;     /* offset of its enable register in the RCC; 0: always on */
    uint8_t clock_bit; /* in there */
    uint32_t (*read)(struct vboard_machine *machine, uint32_t offset);
    void (*write)(struct vboard_machine *machine, uint32_t offset, uint32_t value, uint32_t mask);
    void (*reset)(struct vboard_machine *machine);
};

/* How peripherals learn of time and clocks, so that time.c and rcc.c need to know none of them. */
struct vboard_wiring {
    void (*const *events)(struct vboard_machine *machine); /* by enum vboard_event */
    /* The clocks of the buses are about to change, and have changed. */
    void (*clocks_change)(struct vboard_machine *machine);
    void (*clocks_changed)(struct vboard_machine *machine);
};

/* Declares a peripheral's three functions, for its own header. */
#define VBOARD_DEVICE(name)                                                                        \
    uint32_t vboard_##name##_read(struct vboard_machine *machine, uint32_t offset);                \
    void vboard_##name##_write(struct vboard_machine *machine, uint32_t offset, uint32_t value,    \
                               uint32_t mask);                                                     \
    void vboard_##name##_reset(struct vboard_machine *machine)

/* Writes the bits of a register that are in `mask`. */
static inline void vboard_merge(uint32_t *word, uint32_t value, uint32_t mask)
{
    *word = (*word & ~mask) | (value & mask);
}

#endif
