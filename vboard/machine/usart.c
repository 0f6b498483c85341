/* SPDX-License-Identifier: MIT */
/* USART1, asynchronous: RM0090, chapter 30. Its pins are the board's serial port. */
#include "usart.h"

#include "../board/board.h"
#include "../board/uart.h"
#include "nvic.h"
#include "parts.h"
#include "rcc.h"
#include "report.h"
#include "time.h"

#include <string.h>

enum {
    SR = 0x00,
    DR = 0x04,
    BRR = 0x08,
    CR1 = 0x0c,
    CR2 = 0x10,
    CR3 = 0x14,
    GTPR = 0x18,

    SR_PE = 1 << 0,
    SR_FE = 1 << 1,
    SR_NF = 1 << 2,
    SR_ORE = 1 << 3,
    SR_RXNE = 1 << 5,
    SR_TC = 1 << 6,
    SR_TXE = 1 << 7,
    CR1_RE = 1 << 2,
    CR1_TE = 1 << 3,
    CR1_RXNEIE = 1 << 5,
    CR1_TCIE = 1 << 6,
    CR1_TXEIE = 1 << 7,
    CR1_PEIE = 1 << 8,
    CR1_PCE = 1 << 10,
    CR1_M = 1 << 12,
    CR1_UE = 1 << 13,
    CR1_OVER8 = 1 << 15,

    TOLERANCE_PERCENT = 4,
};

void vboard_usart_reset(struct vboard_machine *machine)
{
    vboard_cancel(machine, VBOARD_EVENT_USART);
    memset(machine->usart, 0, sizeof *machine->usart);
    machine->usart->sr = SR_TXE | SR_TC;
}

/* 30.3.4: the divider counts sixteenths of a bit, or eighths. */
static uint32_t baud(const struct vboard_machine *machine)
{
    const struct vboard_usart *usart = machine->usart;
    uint32_t divider = usart->brr;

    if (usart->cr1 & CR1_OVER8)
        divider = (divider >> 4 << 3) + (divider & 7);
    return divider > 0 ? vboard_rcc_pclk_hz(machine, 1) / divider : 0;
}

static void interrupt(struct vboard_machine *machine)
{
    const struct vboard_usart *usart = machine->usart;

    vboard_nvic_line(machine, VBOARD_IRQ_USART1,
                     ((usart->cr1 & CR1_TXEIE) && (usart->sr & SR_TXE)) ||
                         ((usart->cr1 & CR1_TCIE) && (usart->sr & SR_TC)) ||
                         ((usart->cr1 & CR1_RXNEIE) && (usart->sr & (SR_RXNE | SR_ORE))) ||
                         ((usart->cr1 & CR1_PEIE) && (usart->sr & SR_PE)));
}

static void shift(struct vboard_machine *machine, uint8_t byte)
{
    struct vboard_usart *usart = machine->usart;
    uint32_t rate = baud(machine), bits = usart->cr1 & CR1_M ? 11 : 10;

    usart->shifts = true;
    usart->shifted = byte;
    usart->sr &= ~(uint32_t)SR_TC;
    vboard_schedule(machine, VBOARD_EVENT_USART,
                    vboard_time_now_ns(machine) + vboard_span_ns(bits, rate ? rate : 1));
}

void vboard_usart_event(struct vboard_machine *machine)
{
    struct vboard_usart *usart = machine->usart;

    vboard_time_tell(machine);
    vboard_uart_transmit(machine->board, usart->shifted, baud(machine),
                         (usart->cr1 & (CR1_PCE | CR1_M)) == (CR1_PCE | CR1_M));
    usart->shifts = false;
    if (usart->holds) {
        usart->holds = false;
        usart->sr |= SR_TXE;
        shift(machine, usart->held);
    } else {
        usart->sr |= SR_TC;
    }
    interrupt(machine);
}

static void transmit(struct vboard_machine *machine, uint8_t byte)
{
    struct vboard_usart *usart = machine->usart;

    if ((usart->cr1 & (CR1_UE | CR1_TE)) != (CR1_UE | CR1_TE))
        return;
    if (!usart->shifts) {
        shift(machine, byte);
    } else {
        if (usart->holds)
            vboard_report(machine, 0x40011004, "USART1 was written before TXE");
        usart->held = byte;
        usart->holds = true;
        usart->sr &= ~(uint32_t)SR_TXE;
    }
}

/* Even parity with eight data bits is M and PCE together: nine bits, the last one is parity. */
void vboard_usart_receive(struct vboard_machine *machine, uint8_t byte, uint32_t line_baud,
                          bool even_parity)
{
    struct vboard_usart *usart = machine->usart;
    uint64_t rate = baud(machine);
    uint64_t apart = rate > line_baud ? rate - line_baud : line_baud - rate;

    if ((usart->cr1 & (CR1_UE | CR1_RE)) != (CR1_UE | CR1_RE))
        return;
    if (usart->sr & SR_RXNE) {
        usart->sr |= SR_ORE;
    } else {
        usart->dr = byte;
        usart->sr |= SR_RXNE;
        if (apart * 100 > rate * TOLERANCE_PERCENT) {
            usart->dr = (uint8_t)(byte * 37 + 11);
            usart->sr |= SR_FE;
        } else if (even_parity != ((usart->cr1 & CR1_PCE) != 0)) {
            usart->sr |= usart->cr1 & CR1_PCE ? SR_PE : SR_NF;
        }
    }
    interrupt(machine);
}

static uint32_t *plain(struct vboard_usart *usart, uint32_t offset)
{
    switch (offset) {
    case BRR:
        return &usart->brr;
    case CR1:
        return &usart->cr1;
    case CR2:
        return &usart->cr2;
    case CR3:
        return &usart->cr3;
    case GTPR:
        return &usart->gtpr;
    default:
        return NULL;
    }
}

uint32_t vboard_usart_read(struct vboard_machine *machine, uint32_t offset)
{
    struct vboard_usart *usart = machine->usart;
    const uint32_t *word = plain(usart, offset);

    if (word)
        return *word;
    if (offset == SR) {
        usart->sr_read = true;
        return usart->sr;
    }
    if (offset != DR)
        return 0;
    usart->sr &= ~(uint32_t)SR_RXNE;
    if (usart->sr_read) /* 30.6.1: reading SR, then DR clears the errors */
        usart->sr &= ~(uint32_t)(SR_PE | SR_FE | SR_NF | SR_ORE);
    usart->sr_read = false;
    interrupt(machine);
    return usart->dr;
}

void vboard_usart_write(struct vboard_machine *machine, uint32_t offset, uint32_t value,
                        uint32_t mask)
{
    struct vboard_usart *usart = machine->usart;
    uint32_t *word = plain(usart, offset);

    if (offset == SR)
        usart->sr &= value | ~(uint32_t)(SR_TC | SR_RXNE);
    else if (offset == DR)
        transmit(machine, (uint8_t)value);
    else if (word)
        vboard_merge(word, value, mask);
    else
        return;
    interrupt(machine);
}
