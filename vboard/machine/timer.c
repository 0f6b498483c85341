/* SPDX-License-Identifier: MIT */
/*
 * TIM2 to TIM5 as counters (RM0090, chapter 18), and TIM11 (chapter 19) with its channel 1 as input
 * of the crystal's clock, divided (19.5.11): a program uses it to find out which crystal it has.
 * Counters count up; there are no outputs.
 */
#include "timer.h"

#include "../board/clock.h"
#include "nvic.h"
#include "parts.h"
#include "rcc.h"
#include "time.h"

#include <string.h>

enum {
    CR1 = 0x00,
    CR2 = 0x04,
    SMCR = 0x08,
    DIER = 0x0c,
    SR = 0x10,
    EGR = 0x14,
    CCMR1 = 0x18,
    CCMR2 = 0x1c,
    CCER = 0x20,
    CNT = 0x24,
    PSC = 0x28,
    ARR = 0x2c,
    CCR1 = 0x34,
    CCR4 = 0x40,
    OR = 0x50,

    CR1_CEN = 1 << 0,
    CR1_OPM = 1 << 3,
    SR_UIF = 1 << 0,
    SR_CC1IF = 1 << 1,
    SR_CC1OF = 1 << 9,
    EGR_UG = 1 << 0,
    CCMR1_INPUT = 1, /* CC1S: the channel is an input on TI1 */
    CCER_CC1E = 1 << 0,
    OR_HSE = 2, /* TI1_RMP: HSE / RTCPRE */
};

static const struct {
    enum vboard_event event;
    unsigned irq;
    unsigned bus; /* APB1: 0 */
    uint32_t limit;
} rows[VBOARD_TIMERS] = {
    {VBOARD_EVENT_TIM2, VBOARD_IRQ_TIM2, 0, 0xffffffff},
    {VBOARD_EVENT_TIM3, VBOARD_IRQ_TIM3, 0, 0xffff},
    {VBOARD_EVENT_TIM4, VBOARD_IRQ_TIM4, 0, 0xffff},
    {VBOARD_EVENT_TIM5, VBOARD_IRQ_TIM5, 0, 0xffffffff},
    {VBOARD_EVENT_TIM11, VBOARD_IRQ_TIM1_TRG_TIM11, 1, 0xffff},
};

/* ---- counting ---- */

static bool runs(const struct vboard_timer *timer)
{
    return timer->cr1 & CR1_CEN;
}

/* Counts since start_ns. */
static uint64_t counts(const struct vboard_machine *machine, unsigned index, uint64_t at_ns)
{
    const struct vboard_timer *timer = &machine->timers[index];

    if (!runs(timer) || at_ns <= timer->start_ns)
        return 0;
    return vboard_periods(at_ns - timer->start_ns, vboard_rcc_timer_hz(machine, rows[index].bus)) /
           ((uint64_t)timer->psc_used + 1);
}

static uint32_t count_at(const struct vboard_machine *machine, unsigned index, uint64_t at_ns)
{
    const struct vboard_timer *timer = &machine->timers[index];

    return (uint32_t)((timer->start_count + counts(machine, index, at_ns)) %
                      ((uint64_t)timer->arr + 1));
}

/* ---- capture of the crystal: TIM11 ---- */

/* The crystal's frequency, and how many of its edges make one capture; 0 if nothing is captured. */
static uint64_t capture_hz(const struct vboard_machine *machine, uint64_t *edges)
{
    const struct vboard_timer *timer = &machine->timers[VBOARD_TIM11];
    uint32_t divider = vboard_rcc_rtcpre(machine);

    *edges = (uint64_t)divider << (timer->ccmr[0] >> 2 & 3); /* IC1PSC */
    if (vboard_rcc_hse_since_ns(machine) == VBOARD_NEVER || divider == 0 ||
        (timer->or_ & 3) != OR_HSE || (timer->ccmr[0] & 3) != CCMR1_INPUT ||
        !(timer->ccer & CCER_CC1E) || !runs(timer))
        return 0;
    return vboard_rcc_crystal_hz(machine);
}

/* How many captures there were since the crystal oscillates. */
static uint64_t edge_number(const struct vboard_machine *machine, uint64_t hz, uint64_t edges)
{
    return vboard_periods(vboard_time_now_ns(machine) - vboard_rcc_hse_since_ns(machine),
                          (uint32_t)hz) /
           edges;
}

/* Captures the last edge until now. */
static void capture(struct vboard_machine *machine)
{
    struct vboard_timer *timer = &machine->timers[VBOARD_TIM11];
    uint64_t edges, number;
    uint64_t hz = capture_hz(machine, &edges);

    if (hz == 0)
        return;
    number = edge_number(machine, hz, edges);
    if (number <= timer->captured)
        return;
    if ((timer->sr & SR_CC1IF) || number > timer->captured + 1)
        timer->sr |= SR_CC1OF;
    timer->captured = number;
    timer->ccr[0] =
        count_at(machine, VBOARD_TIM11,
                 vboard_rcc_hse_since_ns(machine) + vboard_span_ns(number * edges, (uint32_t)hz));
    timer->sr |= SR_CC1IF;
}

/* ---- events ---- */

static void plan(struct vboard_machine *machine, unsigned index)
{
    const struct vboard_timer *timer = &machine->timers[index];
    uint64_t at_ns = VBOARD_NEVER, edges, hz;

    if (runs(timer) && timer->arr > 0)
        at_ns = timer->start_ns + vboard_span_ns(((uint64_t)timer->arr + 1 - timer->start_count) *
                                                     ((uint64_t)timer->psc_used + 1),
                                                 vboard_rcc_timer_hz(machine, rows[index].bus));
    if (index == VBOARD_TIM11 && (timer->dier & SR_CC1IF) &&
        (hz = capture_hz(machine, &edges)) > 0) {
        uint64_t next_ns = vboard_rcc_hse_since_ns(machine) +
                           vboard_span_ns((timer->captured + 1) * edges, (uint32_t)hz);

        if (next_ns < at_ns)
            at_ns = next_ns;
    }
    vboard_schedule(machine, rows[index].event, at_ns);
}

static void interrupt(struct vboard_machine *machine, unsigned index)
{
    const struct vboard_timer *timer = &machine->timers[index];

    vboard_nvic_line(machine, rows[index].irq, timer->sr & timer->dier & 0x1f);
}

/* Counts from here on, with the present prescaler. */
static void restart(struct vboard_machine *machine, unsigned index, uint32_t count)
{
    struct vboard_timer *timer = &machine->timers[index];

    timer->start_ns = vboard_time_now_ns(machine);
    timer->start_count = count;
}

static void event(struct vboard_machine *machine, unsigned index)
{
    struct vboard_timer *timer = &machine->timers[index];
    uint64_t now_ns = vboard_time_now_ns(machine);

    if (index == VBOARD_TIM11)
        capture(machine);
    if (timer->start_count + counts(machine, index, now_ns) > timer->arr) {
        restart(machine, index, count_at(machine, index, now_ns));
        timer->psc_used = timer->psc;
        timer->sr |= SR_UIF;
        if (timer->cr1 & CR1_OPM)
            timer->cr1 &= ~(uint32_t)CR1_CEN;
    }
    interrupt(machine, index);
    plan(machine, index);
}

void vboard_timers_freeze(struct vboard_machine *machine)
{
    capture(machine);
    for (unsigned i = 0; i < VBOARD_TIMERS; i++)
        restart(machine, i, count_at(machine, i, vboard_time_now_ns(machine)));
}

void vboard_timers_thaw(struct vboard_machine *machine)
{
    for (unsigned i = 0; i < VBOARD_TIMERS; i++)
        plan(machine, i);
}

/* ---- registers ---- */

static void reset(struct vboard_machine *machine, unsigned index)
{
    memset(&machine->timers[index], 0, sizeof machine->timers[index]);
    machine->timers[index].arr = rows[index].limit;
    vboard_cancel(machine, rows[index].event);
}

static uint32_t *plain(struct vboard_timer *timer, uint32_t offset)
{
    switch (offset) {
    case CR1:
        return &timer->cr1;
    case CR2:
        return &timer->cr2;
    case SMCR:
        return &timer->smcr;
    case DIER:
        return &timer->dier;
    case CCMR1:
    case CCMR2:
        return &timer->ccmr[(offset - CCMR1) / 4];
    case CCER:
        return &timer->ccer;
    case PSC:
        return &timer->psc;
    case ARR:
        return &timer->arr;
    case OR:
        return &timer->or_;
    default:
        return NULL;
    }
}

static uint32_t read_register(struct vboard_machine *machine, unsigned index, uint32_t offset)
{
    struct vboard_timer *timer = &machine->timers[index];
    const uint32_t *word;

    if (index == VBOARD_TIM11)
        capture(machine);
    word = plain(timer, offset);
    if (word)
        return *word;
    if (offset == SR)
        return timer->sr;
    if (offset == CNT)
        return count_at(machine, index, vboard_time_now_ns(machine));
    if (offset < CCR1 || offset > CCR4)
        return 0;
    if (offset == CCR1)
        timer->sr &= ~(uint32_t)SR_CC1IF; /* 19.5.4: reading the capture clears it */
    interrupt(machine, index);
    return timer->ccr[(offset - CCR1) / 4];
}

static void generate(struct vboard_machine *machine, unsigned index)
{
    struct vboard_timer *timer = &machine->timers[index];

    restart(machine, index, 0);
    timer->psc_used = timer->psc;
    if (!(timer->cr1 & 1 << 2)) /* URS */
        timer->sr |= SR_UIF;
}

static void write_register(struct vboard_machine *machine, unsigned index, uint32_t offset,
                           uint32_t value, uint32_t mask)
{
    struct vboard_timer *timer = &machine->timers[index];
    uint32_t *word = plain(timer, offset);
    uint64_t edges, hz;
    bool captured = capture_hz(machine, &edges) > 0;

    if (index == VBOARD_TIM11)
        capture(machine);
    restart(machine, index, count_at(machine, index, vboard_time_now_ns(machine)));
    if (word)
        vboard_merge(word, value & rows[index].limit, mask);
    else if (offset == SR)
        timer->sr &= value | ~mask;
    else if (offset == CNT)
        timer->start_count = value & rows[index].limit;
    else if (offset == EGR && (value & EGR_UG))
        generate(machine, index);
    else if (offset >= CCR1 && offset <= CCR4)
        timer->ccr[(offset - CCR1) / 4] = value & rows[index].limit;
    hz = capture_hz(machine, &edges);
    if (!captured && hz > 0)
        machine->timers[VBOARD_TIM11].captured = edge_number(machine, hz, edges);
    interrupt(machine, index);
    plan(machine, index);
}

#define TIMER(name, index)                                                                         \
    void vboard_##name##_event(struct vboard_machine *machine)                                     \
    {                                                                                              \
        event(machine, index);                                                                     \
    }                                                                                              \
    void vboard_##name##_reset(struct vboard_machine *machine)                                     \
    {                                                                                              \
        reset(machine, index);                                                                     \
    }                                                                                              \
    uint32_t vboard_##name##_read(struct vboard_machine *machine, uint32_t offset)                 \
    {                                                                                              \
        return read_register(machine, index, offset);                                              \
    }                                                                                              \
    void vboard_##name##_write(struct vboard_machine *machine, uint32_t offset, uint32_t value,    \
                               uint32_t mask)                                                      \
    {                                                                                              \
        write_register(machine, index, offset, value, mask);                                       \
    }
TIMER(timer2, 0)
TIMER(timer3, 1)
TIMER(timer4, 2)
TIMER(timer5, 3)
TIMER(timer11, VBOARD_TIM11)
