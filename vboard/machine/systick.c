/* SPDX-License-Identifier: MIT */
/* The core's timer: PM0214, 4.5. It counts down from LOAD to 0, and raises its exception there. */
#include "systick.h"

#include "nvic.h"
#include "parts.h"
#include "time.h"

enum {
    CTRL = 0x0, /* offsets from 0xe000e010 */
    LOAD = 0x4,
    VAL = 0x8,
    CALIB = 0xc,

    CTRL_ENABLE = 1 << 0,
    CTRL_TICKINT = 1 << 1,
    CTRL_CLKSOURCE = 1 << 2,
    CTRL_COUNTFLAG = 1 << 16,
    WIDTH = 0xffffff,
};

/* Cycles of the CPU per count. */
static uint32_t scale(const struct vboard_systick *systick)
{
    return systick->ctrl & CTRL_CLKSOURCE ? 1 : 8;
}

/* The counter is at 0 after LOAD counts, and reloads with the next one. */
static uint64_t period(const struct vboard_systick *systick)
{
    return ((uint64_t)systick->load + 1) * scale(systick);
}

static void plan(struct vboard_machine *machine)
{
    const struct vboard_systick *systick = machine->systick;

    if ((systick->ctrl & CTRL_ENABLE) && systick->load > 0)
        vboard_schedule(machine, VBOARD_EVENT_SYSTICK,
                        vboard_time_of_cycle(machine, systick->start_cycles + period(systick)) + 1);
    else
        vboard_cancel(machine, VBOARD_EVENT_SYSTICK);
}

void vboard_systick_reset(struct vboard_machine *machine)
{
    *machine->systick = (struct vboard_systick){0};
}

void vboard_systick_event(struct vboard_machine *machine)
{
    struct vboard_systick *systick = machine->systick;
    uint64_t passed = machine->time->cycles - systick->start_cycles;

    if (passed >= period(systick)) {
        systick->start_cycles += passed / period(systick) * period(systick);
        systick->ctrl |= CTRL_COUNTFLAG;
        if (systick->ctrl & CTRL_TICKINT)
            vboard_nvic_pend(machine, VBOARD_SYSTICK);
    }
    plan(machine);
}

static uint32_t value(const struct vboard_machine *machine)
{
    const struct vboard_systick *systick = machine->systick;
    uint64_t passed = machine->time->cycles - systick->start_cycles;

    if (!(systick->ctrl & CTRL_ENABLE) || systick->load == 0)
        return systick->stopped_at;
    return (uint32_t)((period(systick) - passed % period(systick)) / scale(systick)) %
           (systick->load + 1);
}

uint32_t vboard_systick_read(struct vboard_machine *machine, uint32_t offset)
{
    struct vboard_systick *systick = machine->systick;
    uint32_t ctrl;

    switch (offset) {
    case CTRL:
        if ((systick->ctrl & CTRL_ENABLE) && systick->load > 0 &&
            machine->time->cycles - systick->start_cycles >= period(systick))
            vboard_systick_event(machine);
        ctrl = systick->ctrl;
        systick->ctrl &= ~(uint32_t)CTRL_COUNTFLAG;
        return ctrl;
    case LOAD:
        return systick->load;
    case VAL:
        return value(machine);
    case CALIB:
        return 0x40004650; /* RM0090, 12.1.3: 18750, 1 ms at 150 MHz / 8; SKEW as PM0214, 4.5.4 */
    default:
        return 0;
    }
}

void vboard_systick_write(struct vboard_machine *machine, uint32_t offset, uint32_t word,
                          uint32_t mask)
{
    struct vboard_systick *systick = machine->systick;
    uint32_t now = value(machine);

    switch (offset) {
    case CTRL:
        vboard_merge(&systick->ctrl, word & 7, mask & 7);
        if (!(systick->ctrl & CTRL_ENABLE))
            systick->stopped_at = now;
        else
            systick->start_cycles =
                machine->time->cycles -
                (now == 0 ? 0 : (systick->load + 1 - now) * (uint64_t)scale(systick));
        break;
    case LOAD:
        vboard_merge(&systick->load, word & WIDTH, mask);
        break;
    case VAL: /* any write clears it; the next count reloads it */
        systick->stopped_at = 0;
        systick->start_cycles = machine->time->cycles;
        systick->ctrl &= ~(uint32_t)CTRL_COUNTFLAG;
        break;
    default:
        return;
    }
    plan(machine);
}
