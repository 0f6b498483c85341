/* SPDX-License-Identifier: MIT */
/* The independent watchdog: RM0090, chapter 21. The LSI clocks it. */
#include "watchdog.h"

#include "../board/board.h"
#include "cpu.h"
#include "parts.h"
#include "report.h"
#include "time.h"

enum {
    KR = 0x0,
    PR = 0x4,
    RLR = 0x8,
    KEY_RELOAD = 0xaaaa,
    KEY_UNLOCK = 0x5555,
    KEY_START = 0xcccc,
};

static void reload(struct vboard_machine *machine)
{
    const struct vboard_watchdog *dog = machine->watchdog;
    uint32_t divider = 4u << (dog->pr < 6 ? dog->pr : 6);

    if (dog->on)
        vboard_schedule(machine, VBOARD_EVENT_WATCHDOG,
                        vboard_time_now_ns(machine) +
                            vboard_span_ns(((uint64_t)dog->rlr + 1) * divider,
                                           machine->board->settings.lsi_hz));
}

/* 21.3.1: the option bytes may start it. */
void vboard_watchdog_reset(struct vboard_machine *machine)
{
    *machine->watchdog = (struct vboard_watchdog){
        .rlr = 0xfff, .on = vboard_options_watchdog(&machine->board->chip)};
    reload(machine);
}

void vboard_watchdog_event(struct vboard_machine *machine)
{
    vboard_note(machine, "the watchdog was not refreshed");
    vboard_cpu_reset_soon(machine, VBOARD_CAUSE_WATCHDOG);
}

uint32_t vboard_watchdog_read(struct vboard_machine *machine, uint32_t offset)
{
    if (offset == PR)
        return machine->watchdog->pr;
    return offset == RLR ? machine->watchdog->rlr : 0;
}

void vboard_watchdog_write(struct vboard_machine *machine, uint32_t offset, uint32_t value,
                           uint32_t mask)
{
    struct vboard_watchdog *dog = machine->watchdog;

    if (offset == KR) {
        dog->unlocked = (value & 0xffff) == KEY_UNLOCK;
        dog->on = dog->on || (value & 0xffff) == KEY_START;
        if ((value & 0xffff) == KEY_RELOAD || (value & 0xffff) == KEY_START)
            reload(machine);
    } else if (!dog->unlocked) {
        vboard_report(machine, 0x40003000, "the watchdog was set without its key");
    } else if (offset == PR) {
        vboard_merge(&dog->pr, value & 7, mask);
    } else if (offset == RLR) {
        vboard_merge(&dog->rlr, value & 0xfff, mask);
    }
}
