/* SPDX-License-Identifier: MIT */
/* A UART on one of the pairs of pins that a bootloader in ROM listens to: 8N1, by interrupt. */
#ifndef CHIP_USART_H
#define CHIP_USART_H

#include <stdbool.h>
#include <stdint.h>

/* How many there are; each is one UART on one pair of pins. */
extern const unsigned b0_usart_count;

/* The clock of one, from the core's: at most a sixteenth of it is the speed. */
uint32_t b0_usart_hz(unsigned number, uint32_t core_hz);

/*
 * Takes the receiving pin, and listens: b0_usart_interrupt() is called with interrupts. One UART at
 * a time; the one before is let go.
 */
void b0_usart_listen(unsigned number, uint32_t divider);
/* Takes the sending pin, too, which others may drive as long as nobody is known to be there. */
void b0_usart_talk(void);
/* After everything was sent. */
void b0_usart_set_divider(uint32_t divider);
void b0_usart_stop(void);

/* In the interrupt: a character that came, damaged or not; false: none. */
bool b0_usart_receive(uint8_t *byte);
/* Likewise: whether one can be sent. */
bool b0_usart_can_send(void);
void b0_usart_send(uint8_t byte);
/* Whether interrupts ask for characters. */
void b0_usart_wants(bool to_send);
/* The last character has left the pin. */
bool b0_usart_is_sent(void);

#endif
