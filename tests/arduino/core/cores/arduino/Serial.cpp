// SPDX-License-Identifier: MIT
/* See Serial.h. Data without room at the host is lost, as in the runtime. */
#include "Arduino.h"

#include <runtime/boot0_runtime.h>

SerialUSB Serial;

void SerialUSB::begin(uint32_t)
{
}

SerialUSB::operator bool() const
{
    return boot0_serial_connected();
}

int SerialUSB::available() const
{
    return (int)boot0_serial_available();
}

int SerialUSB::read()
{
    uint8_t byte;

    return boot0_serial_read(&byte, 1) == 1 ? byte : -1;
}

size_t SerialUSB::write(uint8_t byte)
{
    return boot0_serial_write(&byte, 1);
}

size_t SerialUSB::print(const char *text)
{
    return boot0_serial_print(text);
}

size_t SerialUSB::print(uint32_t number)
{
    char digits[11];
    char *first = digits + sizeof digits - 1;

    *first = '\0';
    do {
        *--first = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    return print(first);
}

size_t SerialUSB::println(const char *text)
{
    return print(text) + print("\r\n");
}

size_t SerialUSB::println(uint32_t number)
{
    return print(number) + print("\r\n");
}
