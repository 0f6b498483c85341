/* SPDX-License-Identifier: MIT */
/*
 * The smallest program around a board's variant: the steps between reset and main() as in
 * STM32duino's core, without the chip. It replaces core and sketch.
 */
#include <stdint.h>

extern uint32_t stack_top[];
extern void (*constructors_start[])(void);
extern void (*constructors_end[])(void);

__attribute__((weak)) void dtr_togglingHook(uint8_t *buffer, uint32_t *length)
{
    (void)buffer;
    (void)length;
}

/* A host's data to the USB serial after it has toggled DTR: a test writes it here. */
uint8_t received[4];
uint32_t received_length;

__attribute__((noinline)) void sketch(void)
{
    for (;;)
        if (*(volatile uint32_t *)&received_length > 0)
            dtr_togglingHook(received, &received_length);
}

void Reset_Handler(void)
{
    for (void (**constructor)(void) = constructors_start; constructor < constructors_end;
         constructor++)
        (*constructor)();
    sketch();
}

__attribute__((section(".vectors"), used)) static const struct {
    uint32_t *stack;
    void (*reset)(void);
} vectors = {stack_top, Reset_Handler};
