/* SPDX-License-Identifier: MIT */
/* The machine's time: cycles, nanoseconds, and what is due when. */
#ifndef VBOARD_MACHINE_TIME_H
#define VBOARD_MACHINE_TIME_H

#include <stdint.h>

struct vboard_machine;

/* Future events. Each is scheduled at most once at a time. */
enum vboard_event {
    VBOARD_EVENT_SYSTICK,
    VBOARD_EVENT_HSE,
    VBOARD_EVENT_CRYSTAL,
    VBOARD_EVENT_PLL,
    VBOARD_EVENT_OTHER_PLLS,
    VBOARD_EVENT_FLASH,
    VBOARD_EVENT_UNLOCKED,
    VBOARD_EVENT_ADC,
    VBOARD_EVENT_USART,
    VBOARD_EVENT_TIM2,
    VBOARD_EVENT_TIM3,
    VBOARD_EVENT_TIM4,
    VBOARD_EVENT_TIM5,
    VBOARD_EVENT_TIM11,
    VBOARD_EVENT_WATCHDOG,
    VBOARD_EVENT_COUNT,
};

/*
 * The machine counts the CPU's cycles, asleep or not. They determine the times in nanoseconds,
 * since the last change of the frequency.
 */
struct vboard_time {
    uint64_t cycles;
    uint32_t hclk_hz;
    uint64_t base_cycles; /* at this cycle */
    uint64_t base_ns;     /* it was this time */
    uint64_t due_ns[VBOARD_EVENT_COUNT];
    uint64_t next_ns; /* the earliest of them */
};

void vboard_time_start(struct vboard_machine *machine, uint64_t now_ns);
uint64_t vboard_time_now_ns(const struct vboard_machine *machine);
/* The first cycle at or after that time. */
uint64_t vboard_time_cycle(const struct vboard_machine *machine, uint64_t at_ns);
uint64_t vboard_time_of_cycle(const struct vboard_machine *machine, uint64_t cycle);
/* Advances time to a point: the CPU sleeps, or waits for the flash. */
void vboard_time_skip(struct vboard_machine *machine, uint64_t to_ns);
void vboard_time_set_hclk(struct vboard_machine *machine, uint32_t hz);
/* `at_ns` VBOARD_NEVER: like vboard_cancel(). */
void vboard_schedule(struct vboard_machine *machine, enum vboard_event event, uint64_t at_ns);
void vboard_cancel(struct vboard_machine *machine, enum vboard_event event);
/* Brings board->now_us up to the machine's time. */
void vboard_time_tell(struct vboard_machine *machine);
/* Runs the handlers of all events that are due. */
void vboard_time_happen(struct vboard_machine *machine);
/* How many periods of a frequency fit into a span, and how long so many take (rounded up). */
uint64_t vboard_periods(uint64_t span_ns, uint32_t hz);
uint64_t vboard_span_ns(uint64_t periods, uint32_t hz);

#endif
