/* SPDX-License-Identifier: MIT */
/*
 * Prints a line over USB serial once per second: a text, which TEXT replaces, and the time since
 * the start in seconds. It makes the effect of an upgrade visible:
 *
 *     hello from boot0, 3 s
 */
#include "runtime/boot0_runtime.h"

#ifndef TEXT
#define TEXT "hello from boot0"
#endif

enum {
    PERIOD_MS = 1000,
    DIGITS_MAX = 10, /* of a 32-bit number */
};

static void print_number(uint32_t number)
{
    char digits[DIGITS_MAX + 1];
    size_t at = DIGITS_MAX;

    digits[at] = '\0';
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    boot0_serial_print(digits + at);
}

int main(void)
{
    uint32_t due_ms = 0;

    boot0_start(NULL);
    for (;;) {
        while ((int32_t)(boot0_millis() - due_ms) < 0)
            boot0_idle();
        boot0_serial_print(TEXT ", ");
        print_number(boot0_millis() / 1000);
        boot0_serial_print(" s\r\n");
        due_ms += PERIOD_MS;
    }
}
