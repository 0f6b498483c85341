/* SPDX-License-Identifier: MIT */
/* The timers TIM2 to TIM5 and TIM11. */
#ifndef VBOARD_MACHINE_TIMER_H
#define VBOARD_MACHINE_TIMER_H

#include "device.h"

enum {
    VBOARD_TIMERS = 5, /* TIM2 to TIM5, TIM11 */
    VBOARD_TIM11 = 4,
};

struct vboard_timer {
    uint32_t cr1, cr2, smcr, dier, sr, ccmr[2], ccer, psc, psc_used, arr, ccr[4], or_;
    uint64_t start_ns; /* at this time the counter was */
    uint32_t start_count;
    uint64_t captured; /* TIM11: the last captured edge, counted since HSE is on */
};

VBOARD_DEVICE(timer2);
VBOARD_DEVICE(timer3);
VBOARD_DEVICE(timer4);
VBOARD_DEVICE(timer5);
VBOARD_DEVICE(timer11);
void vboard_timer2_event(struct vboard_machine *machine);
void vboard_timer3_event(struct vboard_machine *machine);
void vboard_timer4_event(struct vboard_machine *machine);
void vboard_timer5_event(struct vboard_machine *machine);
void vboard_timer11_event(struct vboard_machine *machine);

/* The clock of all timers is about to change, and has changed. */
void vboard_timers_freeze(struct vboard_machine *machine);
void vboard_timers_thaw(struct vboard_machine *machine);

#endif
