/* SPDX-License-Identifier: MIT */
/* Reset and clock control: the clock tree, and what has a clock. */
#ifndef VBOARD_MACHINE_RCC_H
#define VBOARD_MACHINE_RCC_H

#include "device.h"
#include <stdbool.h>

enum {
    VBOARD_RCC_WORDS = 0x98 / 4,
    /* Offsets of enable registers: RM0090, 7.3.10 to 7.3.14. */
    VBOARD_RCC_AHB1ENR = 0x30,
    VBOARD_RCC_AHB2ENR = 0x34,
    VBOARD_RCC_APB1ENR = 0x40,
    VBOARD_RCC_APB2ENR = 0x44,
};

struct vboard_rcc {
    uint32_t words[VBOARD_RCC_WORDS];
    uint32_t pclk_hz[2];
    uint32_t others_ready; /* CR: PLLI2SRDY, PLLSAIRDY */
    bool hse_ready, pll_ready;
    uint64_t hse_start_ns; /* the crystal has oscillated since then */
};

VBOARD_DEVICE(rcc);
void vboard_rcc_hse_event(struct vboard_machine *machine);
/* The crystal stops, or oscillates again: board settings. */
void vboard_rcc_crystal_event(struct vboard_machine *machine);
void vboard_rcc_pll_event(struct vboard_machine *machine);
void vboard_rcc_other_plls_event(struct vboard_machine *machine);

/* Whether a bit of an enable register is set. */
bool vboard_rcc_enabled(const struct vboard_machine *machine, unsigned offset, unsigned bit);
bool vboard_rcc_pll_is_on(const struct vboard_machine *machine);
/* PCLK1 (0) or PCLK2 (1). */
uint32_t vboard_rcc_pclk_hz(const struct vboard_machine *machine, unsigned bus);
/* 0 while the crystal is stopped. */
uint32_t vboard_rcc_crystal_hz(const struct vboard_machine *machine);
/* When the crystal began to oscillate; UINT64_MAX while it does not. */
uint64_t vboard_rcc_hse_since_ns(const struct vboard_machine *machine);
/* The clock of the timers on APB1 (0) or APB2 (1): RM0090, 7.2. */
uint32_t vboard_rcc_timer_hz(const struct vboard_machine *machine, unsigned bus);
/* The divider of HSE for the RTC and TIM11: 0, or 2 to 31. */
uint32_t vboard_rcc_rtcpre(const struct vboard_machine *machine);
/* Reports clocks that are too fast or too slow for the chip at its supply. */
void vboard_rcc_check_limits(struct vboard_machine *machine);
/* The 48 MHz that the USB controller needs. */
uint32_t vboard_rcc_usb_hz(const struct vboard_machine *machine);

#endif
