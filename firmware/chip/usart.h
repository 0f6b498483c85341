/* SPDX-License-Identifier: MIT */
/* A UART on one of the pin pairs of a bootloader in ROM: 8N1, by interrupt. */
#ifndef CHIP_USART_H
#define CHIP_USART_H

#include <stdbool.h>
#include <stdint.h>

/* Number of pin pairs; each has one UART. */
extern const unsigned b0_usart_count;

/* Returns the UART's clock for a core clock; the maximum speed is a sixteenth of it. */
uint32_t b0_usart_hz(unsigned number, uint32_t core_hz);

/*
 * Takes the receiving pin and listens: interrupts call b0_usart_interrupt(). One UART at a time;
 * releases the previous one.
 */
void b0_usart_listen(unsigned number, uint32_t divider);
/* Also takes the sending pin, which others may drive as long as no host is known. */
void b0_usart_talk(void);
/* Call after everything was sent. */
void b0_usart_set_divider(uint32_t divider);
void b0_usart_stop(void);

/* In the interrupt: returns a received character, damaged or not; false: none. */
bool b0_usart_receive(uint8_t *byte);
/* In the interrupt: true if a character can be sent. */
bool b0_usart_can_send(void);
void b0_usart_send(uint8_t byte);
/* Enables the interrupt for sending. */
void b0_usart_wants(bool to_send);
/* True if the last character has left the pin. */
bool b0_usart_is_sent(void);

#endif
