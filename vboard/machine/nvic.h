/* SPDX-License-Identifier: MIT */
/* The interrupt controller: numbers of exceptions, priorities, pending exceptions. */
#ifndef VBOARD_MACHINE_NVIC_H
#define VBOARD_MACHINE_NVIC_H

#include "chips.h"
#include "device.h"
#include <stdbool.h>

enum {
    VBOARD_EXCEPTIONS = 16 + VBOARD_INTERRUPTS_MAX,
    VBOARD_NMI = 2, /* PM0214, table 17 */
    VBOARD_HARD_FAULT = 3,
    VBOARD_MEM_MANAGE = 4,
    VBOARD_BUS_FAULT = 5,
    VBOARD_USAGE_FAULT = 6,
    VBOARD_SVCALL = 11,
    VBOARD_PENDSV = 14,
    VBOARD_SYSTICK = 15,
    VBOARD_IRQ = 16, /* the first interrupt: RM0090, table 61 */
    VBOARD_IRQ_FLASH = VBOARD_IRQ + 4,
    VBOARD_IRQ_ADC = VBOARD_IRQ + 18,
    VBOARD_IRQ_TIM1_TRG_TIM11 = VBOARD_IRQ + 26,
    VBOARD_IRQ_TIM2 = VBOARD_IRQ + 28,
    VBOARD_IRQ_TIM3 = VBOARD_IRQ + 29,
    VBOARD_IRQ_TIM4 = VBOARD_IRQ + 30,
    VBOARD_IRQ_USART1 = VBOARD_IRQ + 37,
    VBOARD_IRQ_TIM5 = VBOARD_IRQ + 50,
    VBOARD_IRQ_OTG_FS = VBOARD_IRQ + 67,
};

struct vboard_nvic {
    uint8_t priority[VBOARD_EXCEPTIONS];
    bool enabled[VBOARD_EXCEPTIONS];
    bool pending[VBOARD_EXCEPTIONS];
    bool active[VBOARD_EXCEPTIONS];
    bool line[VBOARD_EXCEPTIONS]; /* the level of the interrupt's input */
    bool dirty;                   /* the following is outdated */
    int candidate;                /* to enter, but for the mask registers; -1: none */
    int candidate_priority;
    uint32_t current; /* IPSR */
};

void vboard_nvic_pend(struct vboard_machine *machine, unsigned number);
/* Sets the level of an interrupt's input. */
void vboard_nvic_line(struct vboard_machine *machine, unsigned number, bool level);
/* The exception to enter now, or -1. */
int vboard_nvic_take(struct vboard_machine *machine);
/* Whether an exception would be entered if PRIMASK were 0: that ends WFI. */
bool vboard_nvic_wakes(struct vboard_machine *machine);
void vboard_nvic_activate(struct vboard_machine *machine, unsigned number);
void vboard_nvic_deactivate(struct vboard_machine *machine, unsigned number);
/* The priority at which the CPU executes, mask registers included; 256: thread mode. */
int vboard_nvic_execution_priority(struct vboard_machine *machine);
int vboard_nvic_priority(const struct vboard_machine *machine, unsigned number);

VBOARD_DEVICE(nvic);

#endif
