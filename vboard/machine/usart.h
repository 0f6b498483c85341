/* SPDX-License-Identifier: MIT */
/* USART1, the board's serial port. */
#ifndef VBOARD_MACHINE_USART_H
#define VBOARD_MACHINE_USART_H

#include "device.h"
#include <stdbool.h>

struct vboard_usart {
    uint32_t sr, dr, brr, cr1, cr2, cr3, gtpr;
    bool holds, shifts; /* TDR is full; the shift register is busy */
    uint8_t held, shifted;
    bool sr_read;
};

VBOARD_DEVICE(usart);
void vboard_usart_event(struct vboard_machine *machine);
/* A character arrives. */
void vboard_usart_receive(struct vboard_machine *machine, uint8_t byte, uint32_t line_baud,
                          bool even_parity);

#endif
